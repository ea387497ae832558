//! Lines whose time stands behind something else: identifiers, a name, brackets.

use super::{
    dated::{dated_clock, direct, of_this_year},
    marks::{self, Divided},
};
use crate::{
    cursor::Cursor,
    level,
    record::Parsed,
    timestamps::{self, Stamp},
};
use model::Level;

/// Bytes of what stands before the time of a line that does not begin with it.
const BEFORE_MAX: usize = 64;

/// Bytes of a UUID as it is usually written.
const UUID_BYTES: usize = 36;

/// `78017 00cff -- none -- - 2026-11-20T10:00:00+01:00 WARN (4): message`: identifiers, then a time and a level.
pub(super) fn placed(text: &str) -> Option<Parsed<'_>> {
    let bytes = text.as_bytes();
    let at = (1..bytes.len().min(BEFORE_MAX)).find(|at| could_begin(bytes, *at) && could_be_time(bytes, *at))?;
    let at = behind_weekday(bytes, at);
    let mut cursor = Cursor::new(text.get(at..)?);
    let stamp = cursor.stamp().or_else(|| of_this_year(&mut cursor, true)).or_else(|| dated_clock(&mut cursor));
    let stamp = stamp.or_else(|| {
        let (stamp, length) = timestamps::epoch(cursor.rest())?;
        cursor.eat(&cursor.rest()[..length]).map(|()| stamp)
    })?;
    let is_full = !matches!(stamp, Stamp::Yearless { .. } | Stamp::OfDay(_));
    let before = text[..at].trim_end();
    // The date of a clock is what has digits before it, unless that is a process.
    let is_dated =
        || before.ends_with(|c: char| c.is_ascii_digit()) && !before.bytes().all(|byte| byte.is_ascii_digit());
    if matches!(stamp, Stamp::OfDay(_)) && is_dated() {
        return None;
    }
    if is_full && let Some(parsed) = behind_brackets(before, cursor) {
        return Some(parsed.at(stamp));
    }
    // An identifier says that a record begins: in full, or with a level somewhere near.
    if is_full && is_identifier(before) && cursor.peek() == Some(b' ') {
        cursor.spaces();
        let level = found(&cursor);
        (before.len() == UUID_BYTES || level.is_some()).then_some(())?;
        return Some(Parsed::new("placed", cursor.rest()).at(stamp).level(level).text("before", before));
    }
    let level = level_near(before, &mut cursor, is_full)?;
    // Zend names the priority as a number too.
    let mut next = cursor;
    if next.eat("(").is_some() && next.digits().is_some() && next.eat(")").is_some() {
        cursor = next;
    }
    cursor.take(|byte| b" ])|:-\t".contains(&byte));
    let before = text[..at].trim_end_matches([' ', '[']);
    Some(Parsed::new("placed", cursor.rest()).at(stamp).level(level).text("before", before))
}

/// A time behind brackets alone needs no level: `[28325:00010-3735542592] 20-11-2026 10:00:00`, `[web] [12] [2026-11-20 10:00:00] message`.
fn behind_brackets<'a>(before: &'a str, mut cursor: Cursor<'a>) -> Option<Parsed<'a>> {
    const GROUPS_MAX: usize = 3;
    let opened = before.ends_with('[');
    let before = before.trim_end_matches(['[', ' ']);
    let mut groups = Cursor::new(before);
    let mut level = None;
    for _ in 0..GROUPS_MAX {
        level = level.or(level::named(groups.bracketed()?.trim()));
        groups.spaces();
        if groups.is_done() {
            break;
        }
    }
    if opened {
        cursor.eat("]")?;
    }
    if !groups.is_done() || !cursor.peek().is_none_or(|byte| byte == b' ' || opened && b":[".contains(&byte)) {
        return None;
    }
    cursor.take(|byte| b" :".contains(&byte));
    let level = level.or_else(|| found(&cursor));
    Some(Parsed::new("placed", cursor.rest()).level(level).text("before", before.trim_matches(['[', ']'])))
}

/// Whether a digit or a capital stands at `at` and a divider before it: nearly every byte is passed over by the first of these.
fn could_begin(bytes: &[u8], at: usize) -> bool {
    matches!(bytes[at], b'0'..=b'3' | b'A'..=b'S')
        && matches!(
            bytes[at - 1],
            b' ' | b'[' | b'(' | b'|' | b',' | b']' | b'=' | b':' | b'"' | b'\'' | b';' | b'\t' | b'>' | b'#' | b'!'
        )
}

/// A year with a separator, a day and a month with theirs, a name of a month with a day, a clock, or a long count with a fraction:
/// nearly every other line is passed over here.
fn could_be_time(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at..at + 6) {
        Some([b'1' | b'2', b'0' | b'9', _, _, b'-' | b'/', _]) => true,
        // Fourteen digits, or ten.
        Some([b'2', b'0', b'0'..=b'9', b'0'..=b'9', b'0'..=b'1', b'0'..=b'9']) => bytes.get(at + 14) == Some(&b'.'),
        Some([b'1', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9']) => {
            bytes.get(at + 10) == Some(&b'.')
        }
        Some([b'0'..=b'2', b'0'..=b'9', b':', _, _, b':']) => true,
        // `11-20 10:00:00`.
        Some([b'0' | b'1', b'0'..=b'9', b'-' | b'/', b'0'..=b'3', b'0'..=b'9', b' ']) => true,
        Some([b'0'..=b'3', b'0'..=b'9', first @ (b'-' | b'/' | b'.'), _, _, second]) => first == second,
        Some([b'A'..=b'S', b'a'..=b'u', b'a'..=b'z', b' ', b' ' | b'0'..=b'3', b'0'..=b'9']) => true,
        _ => false,
    }
}

/// Where a time begins of which the month stands at `at`: `Fri Nov 20 10:00:00 2026`.
fn behind_weekday(bytes: &[u8], at: usize) -> usize {
    let is_weekday = bytes[at].is_ascii_uppercase()
        && at >= 4
        && matches!(&bytes[at - 4..at], b"Mon " | b"Tue " | b"Wed " | b"Thu " | b"Fri " | b"Sat " | b"Sun ");
    if is_weekday { at - 4 } else { at }
}

fn found(cursor: &Cursor<'_>) -> Option<Level> {
    marks::find(cursor.rest(), Divided::Otherwise).or_else(|| level::find(cursor.rest()))
}

/// The level at once behind the time, in capitals or in brackets, or else the last word before it.
fn level_near(before: &str, cursor: &mut Cursor<'_>, is_full: bool) -> Option<Level> {
    let mut next = *cursor;
    next.take(is_divider);
    let capital = next.rest().trim_start_matches('[').starts_with(|c: char| c.is_ascii_uppercase());
    if (capital || next.peek() == Some(b'['))
        && let Some(level) = direct(&mut next)
    {
        *cursor = next;
        return Some(level);
    }
    let word = before.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let word = word.rsplit(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let is_shouted = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let last = || level::named(word).filter(|_| is_shouted && is_full);
    cursor.take(is_divider);
    // `name: time=2026-11-20T10:00:00Z, level=warn`.
    last().or_else(|| {
        let head = cursor.rest().as_bytes();
        (is_full && before.ends_with(['=', ':', '"', '\'']))
            .then(|| marks::paired(&head[..head.len().min(BEFORE_MAX)]))?
    })
}

/// What stands between a time and a level.
fn is_divider(byte: u8) -> bool {
    b" ])|,:-\t;\"'".contains(&byte)
}

/// A UUID, or hexadecimal digits of which some are letters and some are not.
fn is_identifier(text: &str) -> bool {
    let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_hexadecimal
        && text.len() >= 8
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && (text.len() == UUID_BYTES) == (text.matches('-').count() == 4)
}
