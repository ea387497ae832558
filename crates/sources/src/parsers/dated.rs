//! Any other text: its time and its level, where it has them near its beginning.

use super::{
    marks::{self, Divided},
    systems,
};
use crate::{
    cursor::{Cursor, number},
    level,
    record::Parsed,
    timestamps::{self, Stamp},
};
use model::Level;

/// A line that begins with a time, maybe in brackets or behind a level, or behind nothing but `- `.
pub(super) fn dated(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let mut level = None;
    // `<W>2026-11-20 10:00:00 message`, as Mumble's server writes.
    if let [b'<', letter, b'>', b'0'..=b'9', ..] = text.as_bytes() {
        level = Some(level::lettered(*letter)?);
        cursor.eat(text.get(..3)?)?;
    }
    // Games of Valve begin each line with it, DHIS2 with a star and a level.
    cursor.eat("L ").or_else(|| cursor.eat("* ")).or_else(|| cursor.eat("**** "));
    let mut offset = None;
    let mut opened = cursor.eat("[").or_else(|| cursor.eat("(")).is_some();
    if opened && let Some((zone, rest)) = cursor.rest().split_once(' ') {
        // Monit names the zone before the time: `[CET Nov 20 10:00:00]`.
        let is_zone = (3..=4).contains(&zone.len()) && zone.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_zone && level::named(zone).is_none() {
            cursor = Cursor::new(rest);
            offset = timestamps::zone_named(zone);
        }
    }
    let mut stamp = cursor.stamp().or_else(|| seconds(&mut cursor, opened)).or_else(|| of_this_year(&mut cursor));
    if stamp.is_none() && !opened && level.is_none() {
        level = cursor.level();
        level?;
        cursor.take(|byte| b": -|".contains(&byte));
        opened = cursor.eat("[").is_some();
        // Geth writes no year: `INFO [05-12|21:14:45.986] message`.
        stamp = cursor.stamp().or_else(|| of_this_year(&mut cursor));
    }
    let stamp = offset.map_or(stamp, |offset| stamp.map(|stamp| stamp.with_offset(offset)))?;
    if opened {
        verbosity(&mut cursor);
        level = level.or_else(|| enclosed(&mut cursor));
        cursor.eat("]").or_else(|| cursor.eat(")"))?;
    } else if cursor.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        // A time within a word or a number is none.
        return None;
    }
    let divided = if cursor.peek() == Some(b'|') { Divided::ByBar } else { Divided::Otherwise };
    cursor.take(|byte| b" \t:-|,;".contains(&byte));
    // Veeam writes the number of the thread before the level: `<01> Info`.
    let mut behind = cursor;
    if behind.eat("<").is_some() && behind.digits().is_some() && behind.eat(">").is_some() && behind.gap().is_some() {
        cursor = behind;
    }
    let mut next = cursor;
    let bracketed = next.eat("[").is_some();
    if level.is_none()
        && let Some(found) = next.level()
        && (!bracketed || {
            next.spaces();
            next.eat("]").is_some()
        })
        && !next.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
    {
        level = Some(found);
        next.take(|byte| b" \t:-|".contains(&byte));
        cursor = next;
    }
    let level = level
        .or_else(|| of_origin(&cursor))
        .or_else(|| of_component(&mut cursor))
        .or_else(|| marks::find(cursor.rest(), divided))
        .or_else(|| level::find(cursor.rest()));
    Some(Parsed::new("dated", cursor.rest()).at(stamp).level(level))
}

/// `,  0` or `,  0, pid=812`: how much Samba's level of debugging must be for the line to be written.
fn verbosity(cursor: &mut Cursor<'_>) {
    let mut next = *cursor;
    if next.eat(",").is_some() {
        next.spaces();
        if next.digits().is_some_and(|digits| digits.len() <= 2) {
            // And the process, and who it is run by, where it is told to say so.
            if next.peek() == Some(b',') {
                next.take(|byte| byte.is_ascii_alphanumeric() || b",=() ".contains(&byte));
            }
            *cursor = next;
        }
    }
}

/// ` INFO` or ` E` behind a time and before the bracket that closes the two.
fn enclosed(cursor: &mut Cursor<'_>) -> Option<Level> {
    let mut next = *cursor;
    if next.take(|byte| b" |:-".contains(&byte)).is_empty() {
        return None;
    }
    let word = next.take(|byte| byte.is_ascii_alphanumeric());
    let level = match word.as_bytes() {
        [letter] => level::lettered(*letter),
        _ => level::named(word),
    }?;
    // A name may follow.
    next.take(|byte| byte.is_ascii_alphanumeric() || b" |:_./-".contains(&byte));
    next.peek().filter(|byte| b"])".contains(byte))?;
    *cursor = next;
    Some(level)
}

/// A level with the name of what says it: `[Warning-Duplicati.Library.Main]: message`, `warning/JsonRpcConnection: message` of Icinga,
/// `LOG5[main]: message` of stunnel, whose number is syslog's severity, and the topics of a MikroTik router, `dhcp,warning message`.
fn of_origin(cursor: &Cursor<'_>) -> Option<Level> {
    let mut next = *cursor;
    if next.eat("LOG").is_some() {
        let severity = number(next.digits().filter(|digits| digits.len() == 1)?)?;
        return next.eat("[").and_then(|()| level::of_severity(severity));
    }
    let (topics, _) = cursor.rest().split_once(' ')?;
    let is_topic = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b",-!".contains(&byte);
    if topics.contains(',') && topics.bytes().all(is_topic) {
        return topics.split(',').skip(1).find_map(level::named);
    }
    let separator = if next.eat("[").is_some() { "-" } else { "/" };
    let level = next.level()?;
    next.eat(separator)?;
    next.peek().filter(u8::is_ascii_uppercase).map(|_| level)
}

/// `E STORAGE  [initandlisten] message`: a letter and a component, as MongoDB wrote them before it wrote objects.
fn of_component(cursor: &mut Cursor<'_>) -> Option<Level> {
    let mut next = *cursor;
    let letter = next.take(|byte| byte.is_ascii_uppercase());
    let level = level::lettered(*letter.as_bytes().first().filter(|_| letter.len() == 1)?)?;
    next.gap()?;
    // etcd divides them by a bar.
    if next.eat("| ").is_some() {
        *cursor = next;
        return Some(level);
    }
    // Gluster names the place at once.
    if next.peek() != Some(b'[') {
        let component = next.take(|byte| byte.is_ascii_uppercase() || b"-_".contains(&byte));
        next.gap()?;
        if component.is_empty() || next.peek() != Some(b'[') {
            return None;
        }
    }
    *cursor = next;
    Some(level)
}

/// Seconds since 1970 with a fraction, or a longer count: a bare number of ten digits may be anything.
fn seconds(cursor: &mut Cursor<'_>, opened: bool) -> Option<Stamp> {
    let (stamp, length) = timestamps::epoch(cursor.rest())?;
    let closed = opened && cursor.rest().as_bytes().get(length) == Some(&b']');
    // `1795153252: message`, as Mosquitto writes.
    let is_told = matches!(&cursor.rest().as_bytes()[length..], [b':', b' ', first, ..] if first.is_ascii_alphabetic());
    if length <= 11 && !closed && !is_told {
        // Ten digits are a time where a level follows them.
        let mut next = *cursor;
        next.eat(&cursor.rest()[..length])?;
        next.take(|byte| b" \t:-|,;[".contains(&byte));
        // Or the same once more, for people.
        if next.stamp().is_none() {
            next.level()?;
        }
    }
    cursor.eat(&cursor.rest()[..length])?;
    Some(stamp)
}

/// `10:00:00 default: message`: the time of day alone, as RQ's workers and scripts write it.
pub(super) fn clocked(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.clock()?;
    cursor.eat(" ")?;
    // Behind a letter there are words, as behind a number that one follows soon; a column of numbers is a table.
    let is_said = cursor.peek().is_some_and(|byte| match byte {
        b'0'..=b'9' => cursor.rest().split(' ').take(WORDS_LOOKED_AT).any(is_word),
        byte => byte.is_ascii_alphabetic() || !byte.is_ascii() || b"[<(".contains(&byte),
    });
    let level = level::find(cursor.rest());
    is_said.then(|| Parsed::new("clocked", cursor.rest()).at(stamp).level(level))
}

/// Words behind a time of day among which one has to be no number, and its letters.
const WORDS_LOOKED_AT: usize = 4;
const WORD_LETTERS_MIN: usize = 4;

fn is_word(text: &str) -> bool {
    text.trim_end_matches(['.', ',', ':', ';', '!']).chars().all(char::is_alphabetic)
        && text.chars().count() >= WORD_LETTERS_MIN
}

/// Text of which nothing is known: its level, if it names one.
pub(super) fn plain(text: &str) -> Parsed<'_> {
    Parsed::new("", text).level(level::find(text))
}

/// `08-03 07:56:53.026292`: a month and a day that only their clock's fraction tells from other numbers; or, behind a bar, the bar.
fn of_this_year(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let mut next = *cursor;
    let stamp = (next.rest().as_bytes().get(2) == Some(&b'-')).then(|| systems::month_and_day(&mut next)).flatten()?;
    let read = &cursor.rest()[..cursor.rest().len() - next.rest().len()];
    *cursor = next;
    read.contains('.').then_some(stamp)
}

/// Bytes of a UUID as it is usually written.
const UUID_BYTES: usize = 36;

/// A UUID, or hexadecimal digits of which some are letters and some are not.
fn is_identifier(text: &str) -> bool {
    let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_hexadecimal
        && text.len() >= 8
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && (text.len() == UUID_BYTES) == (text.matches('-').count() == 4)
}

/// Bytes of what stands before the time of a line that does not begin with it.
const BEFORE_MAX: usize = 64;

/// `78017 00cff -- none -- - 2026-11-20T10:00:00+01:00 WARN (4): message`: identifiers, then a time in full and a level.
pub(super) fn placed(text: &str) -> Option<Parsed<'_>> {
    let bytes = text.as_bytes();
    // A year with a separator, or a day and a month with theirs: nearly every other line is passed over here.
    let year = |at: &usize| match bytes.get(*at..*at + 6) {
        Some([b'1' | b'2', b'0' | b'9', _, _, b'-' | b'/', _]) => true,
        // Fourteen digits and a fraction.
        Some([b'2', b'0', b'0'..=b'9', b'0'..=b'9', b'0'..=b'1', b'0'..=b'9']) => bytes.get(*at + 14) == Some(&b'.'),
        Some([b'0'..=b'3', b'0'..=b'9', first @ (b'-' | b'/' | b'.'), _, _, second]) => first == second,
        _ => false,
    };
    let begins = |at: &usize| *at > 0 && b" [(|,".contains(&bytes[*at - 1]);
    let at = (1..bytes.len().min(BEFORE_MAX)).filter(begins).find(year)?;
    let mut cursor = Cursor::new(text.get(at..)?);
    let stamp = cursor.stamp().filter(|stamp| !matches!(stamp, Stamp::Yearless { .. } | Stamp::OfDay(_)))?;
    // A time behind one pair of brackets needs no level: `[28325:00010-3735542592] 20-11-2026 10:00:00`.
    let before = text[..at].trim_end();
    let bracketed = before.starts_with('[') && before.find(']') == Some(before.len() - 1);
    if bracketed && cursor.peek().is_none_or(|byte| byte == b' ') {
        cursor.spaces();
        let parsed = Parsed::new("placed", cursor.rest()).at(stamp).level(level::find(cursor.rest()));
        return Some(parsed.text("before", &before[1..before.len() - 1]));
    }
    // An identifier says that a record begins: in full, or with a level somewhere near.
    let level = || level::find(cursor.rest()).or_else(|| marks::find(cursor.rest().trim_start(), Divided::Otherwise));
    if is_identifier(before) && cursor.peek() == Some(b' ') && (before.len() == UUID_BYTES || level().is_some()) {
        let level = level();
        cursor.spaces();
        return Some(Parsed::new("placed", cursor.rest()).at(stamp).level(level).text("before", before));
    }
    cursor.take(|byte| b" ])|,:-\t[".contains(&byte));
    let capital = cursor.peek().is_some_and(|byte| byte.is_ascii_uppercase());
    let level = cursor.level().filter(|_| capital)?;
    if cursor.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte)) {
        return None;
    }
    // Zend names the priority as a number too.
    let mut next = cursor;
    if next.eat(" (").is_some() && next.digits().is_some() && next.eat(")").is_some() {
        cursor = next;
    }
    cursor.take(|byte| b" ])|:-\t".contains(&byte));
    Some(
        Parsed::new("placed", cursor.rest())
            .at(stamp)
            .level(level)
            .text("before", text[..at].trim_end_matches([' ', '['])),
    )
}
