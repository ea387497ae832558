//! The zone behind a time of day.

use super::{HOUR, MINUTE, shapes::count};

/// A zone at `at`, maybe behind one space, as µs east of Greenwich.
pub(super) fn zone(bytes: &[u8], at: usize) -> (Option<i64>, usize) {
    // A column of its own, as Wowza's.
    let is_column = || named_zone(bytes, at + 1).is_some_and(|(_, end)| bytes.get(end) == Some(&b'\t'));
    let spaced = usize::from(bytes.get(at) == Some(&b' ') || bytes.get(at) == Some(&b'\t') && is_column());
    let from = at + spaced;
    let found = match bytes.get(from) {
        Some(b'Z' | b'z') if !bytes.get(from + 1).is_some_and(u8::is_ascii_alphanumeric) => Some((0, from + 1)),
        Some(b'+' | b'-') => signed_zone(bytes, from, spaced == 1),
        Some(b'A'..=b'Z') => worded_zone(bytes, from),
        // `(UTC+0100)`, as scripts ask `date` for it.
        Some(b'(') => {
            let worded = worded_zone(bytes, from + 1).filter(|(_, end)| bytes.get(*end) == Some(&b')'));
            worded.map(|(offset, end)| (offset, end + 1))
        }
        _ => None,
    };
    found.map_or((None, at), |(offset, end)| (Some(offset), region(bytes, end)))
}

/// As [`zone`], where `date` may have written it: ` -03`, as a zone without a name has only its hours, and `, CEST` of Italian.
pub(super) fn zone_or_hours(bytes: &[u8], at: usize) -> (Option<i64>, usize) {
    if let Some(behind) = bytes.get(at..).and_then(|rest| rest.strip_prefix(b", "))
        && behind.first().is_some_and(u8::is_ascii_uppercase)
        && let Some((offset, end)) = worded_zone(bytes, at + 2)
    {
        return (Some(offset), end);
    }
    let found = zone(bytes, at);
    let (Some([b' ', sign @ (b'+' | b'-')]), None) = (bytes.get(at..at + 2), found.0) else { return found };
    let ends = !bytes.get(at + 4).is_some_and(|byte| byte.is_ascii_alphanumeric() || b":./-".contains(byte));
    match count(bytes, at + 2, 2).filter(|hours| *hours <= HOURS_MAX && ends) {
        Some(hours) => (Some(if *sign == b'-' { -hours } else { hours } * HOUR), at + 4),
        None => found,
    }
}

/// `CET`, `UTC+01:00`, `GMT-5`.
fn worded_zone(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let (offset, end) = named_zone(bytes, at)?;
    let Some(sign @ (b'+' | b'-')) = bytes.get(end).filter(|_| offset == 0) else { return Some((offset, end)) };
    let short = || {
        let hours = count(bytes, end + 1, 1)? * HOUR;
        let goes_on = bytes.get(end + 2).is_some_and(u8::is_ascii_alphanumeric);
        (!goes_on).then_some((if *sign == b'-' { -hours } else { hours }, end + 2))
    };
    signed_zone(bytes, end, false).or_else(short).or(Some((offset, end)))
}

/// The place behind `[Europe/Paris]` (RFC 9557), if that stands at `at`; the offset before it says all.
fn region(bytes: &[u8], at: usize) -> usize {
    const AREAS: [&str; 12] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
        "Etc/",
        "UTC]",
    ];
    const LENGTH_MAX: usize = 40;
    if bytes.get(at) != Some(&b'[') {
        return at;
    }
    let name = &bytes[at + 1..];
    let end = name.iter().take(LENGTH_MAX).position(|byte| *byte == b']');
    let is_region = AREAS.iter().any(|area| name.starts_with(area.as_bytes()));
    end.filter(|_| is_region).map_or(at, |end| at + end + 2)
}

/// Hours that a zone may be away from Greenwich, and some to spare.
const HOURS_MAX: i64 = 18;

/// `+0200`, `+02:00`, and `+02` where nothing separates it from the clock.
fn signed_zone(bytes: &[u8], at: usize, spaced: bool) -> Option<(i64, usize)> {
    let hours = count(bytes, at + 1, 2)?;
    let colon = usize::from(bytes.get(at + 3) == Some(&b':'));
    let (minutes, end) = match count(bytes, at + 3 + colon, 2) {
        Some(minutes) => (minutes, at + 5 + colon),
        None if !spaced => (0, at + 3),
        // PostgreSQL writes `-03` for zones without a name, and the process behind it.
        None if bytes.get(at + 3..at + 5) == Some(b" [") => (0, at + 3),
        // .NET's `zz`, and a dash before what is said.
        None if bytes[at] == b'+' && bytes.get(at + 3..at + 6) == Some(b" - ") => (0, at + 3),
        None => return None,
    };
    if hours > HOURS_MAX || minutes > 59 || bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let offset = hours * HOUR + minutes * MINUTE;
    Some((if bytes[at] == b'-' { -offset } else { offset }, end))
}

/// Abbreviations that mean one offset everywhere they are common, in µs; `IST` and its like mean several.
pub(super) fn named_zone(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let length = bytes[at..].iter().take(6).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let minutes = match &bytes[at..at + length] {
        b"UTC" | b"GMT" | b"WET" => 0,
        b"CET" | b"WEST" | b"BST" | b"MEZ" => 60,
        b"CEST" | b"EET" | b"SAST" | b"MESZ" => 120,
        b"EEST" | b"MSK" => 180,
        b"PKT" => 300,
        b"WIB" => 420,
        b"HKT" | b"SGT" | b"AWST" => 480,
        b"JST" | b"KST" => 540,
        b"ACST" => 570,
        b"AEST" => 600,
        b"ACDT" => 630,
        b"AEDT" => 660,
        b"NZST" => 720,
        b"NZDT" => 780,
        b"BRT" => -180,
        b"EST" | b"CDT" => -300,
        b"EDT" => -240,
        b"CST" | b"MDT" => -360,
        b"MST" | b"PDT" => -420,
        b"PST" | b"AKDT" => -480,
        b"AKST" => -540,
        b"HST" => -600,
        _ => return None,
    };
    Some((minutes * MINUTE, at + length))
}
