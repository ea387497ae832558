//! Any other text: its time and its level, where it has them near its beginning.

use super::{
    marks::{self, Divided},
    placed, systems,
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
    let (stamp, level) = begin(&mut cursor)?;
    let divided = match cursor.rest().trim_start_matches(' ').as_bytes() {
        [b'|', ..] => Divided::ByBar,
        [b',', ..] => Divided::ByComma,
        [b';', ..] => Divided::BySemicolon,
        [b'\t', ..] => Divided::ByTab,
        _ => Divided::Otherwise,
    };
    cursor.take(|byte| b" \t:-|,;=".contains(&byte));
    let again = timestamps::told_again(stamp, cursor.rest());
    let stamp = again.map_or(stamp, |(stamp, length)| {
        cursor = Cursor::new(cursor.rest()[length..].trim_start());
        stamp
    });
    // Veeam writes the number of the thread before the level: `<01> Info`.
    let mut behind = cursor;
    if behind.eat("<").is_some() && behind.digits().is_some() && behind.eat(">").is_some() && behind.gap().is_some() {
        cursor = behind;
    }
    let level = level
        .or_else(|| direct(&mut cursor))
        .or_else(|| of_origin(&cursor))
        .or_else(|| of_component(&mut cursor))
        .or_else(|| marks::find(cursor.rest(), divided))
        .or_else(|| level::find(cursor.rest()))
        .or_else(|| behind_brackets(cursor));
    Some(Parsed::new("dated", cursor.rest()).at(stamp).level(level))
}

/// Whether [`dated`] takes it.
pub(super) fn begins(text: &str) -> bool {
    begin(&mut Cursor::new(text)).is_some()
}

/// The level behind brackets, however long: `[request] [host] [name] WARN message`.
fn behind_brackets(mut cursor: Cursor<'_>) -> Option<Level> {
    const BRACKETS_MAX: usize = 6;
    for _ in 0..BRACKETS_MAX {
        cursor.bracketed()?;
        cursor.spaces();
        let capital = cursor.rest().trim_start_matches('[').starts_with(|c: char| c.is_ascii_uppercase());
        if let Some(level) = capital.then(|| direct(&mut cursor)).flatten() {
            return Some(level);
        }
    }
    None
}

/// The time that a line begins with, and the level before it or in one bracket with it; what closes the bracket is passed over.
fn begin(cursor: &mut Cursor<'_>) -> Option<(Stamp, Option<Level>)> {
    // Games of Valve begin each line with it, people who write French dates out with `Le`, DHIS2 with a star and a level.
    cursor
        .eat("L ")
        .or_else(|| cursor.eat("Le "))
        .or_else(|| cursor.eat("* "))
        .or_else(|| cursor.eat("**** "))
        .or_else(|| numbered(cursor))
        .or_else(|| of_dhis2_job(cursor))
        .or_else(|| ruled(cursor));
    let mut offset = None;
    let mut closer = open(cursor);
    if closer.is_some()
        && let Some((zone, rest)) = cursor.rest().split_once(' ')
    {
        // Monit names the zone before the time: `[CET Nov 20 10:00:00]`.
        let is_zone = (3..=4).contains(&zone.len()) && zone.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_zone && level::named(zone).is_none() {
            *cursor = Cursor::new(rest);
            offset = timestamps::zone_named(zone);
        }
    }
    let mut level = None;
    let opened = closer == Some("]");
    let mut stamp = cursor.stamp().or_else(|| seconds(cursor, opened)).or_else(|| of_this_year(cursor, opened));
    if stamp.is_none() {
        (stamp, level) = level_first(cursor, &mut closer)?;
    }
    let stamp = offset.map_or(stamp, |offset| stamp.map(|stamp| stamp.with_offset(offset)))?;
    if let Some(closer) = closer {
        verbosity(cursor);
        level = match level {
            // `[W 2026-11-20 10:00:00 name:12] message`.
            Some(level) => {
                cursor.take(is_of_name);
                Some(level)
            }
            None => enclosed(cursor),
        };
        level = level.or(within(cursor, closer)?);
    } else if cursor.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        // A time within a word or a number is none.
        return None;
    }
    Some((stamp, level))
}

/// Passes over the number of a connection, as FileZilla Server writes: `(000014) 18/11/2026 10:00:00 - (not logged in)`.
fn numbered(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut next = *cursor;
    next.eat("(")?;
    next.digits()?;
    next.eat(") ")?;
    next.clone().stamp()?;
    *cursor = next;
    Some(())
}

/// Passes over what DHIS2 writes before the lines of a job: ` UID:DEs8JtNPfvP * INFO  2026-11-20T10:00:00,123`.
fn of_dhis2_job(cursor: &mut Cursor<'_>) -> Option<()> {
    const UID_CHARACTERS: usize = 11;
    let mut next = *cursor;
    next.spaces();
    next.eat("UID:")?;
    let uid = next.take(|byte| byte.is_ascii_alphanumeric());
    next.eat(" * ").filter(|()| uid.len() == UID_CHARACTERS)?;
    *cursor = next;
    Some(())
}

/// Whether a job of DHIS2 says it, behind a space.
pub(super) fn is_of_dhis2_job(text: &str) -> bool {
    of_dhis2_job(&mut Cursor::new(text)).is_some()
}

/// Passes over what a script sets off the time of a run with: `=== 2026-11-20 10:00:00 === started`, `>>> 2026-11-20 10:00:00`.
fn ruled(cursor: &mut Cursor<'_>) -> Option<()> {
    const RULE_MAX: usize = 32;
    let sign = cursor.peek().filter(|byte| b"=*->#+~".contains(byte))?;
    let mut next = *cursor;
    // Two are a comment, or a heading.
    let rule = next.take(|byte| byte == sign).len();
    next.spaces();
    let is_time = next.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) && next.clone().stamp().is_some();
    if !(3..=RULE_MAX).contains(&rule) || !is_time {
        return None;
    }
    *cursor = next;
    Some(())
}

/// Bytes behind a time in one bracket with it.
const WITHIN_MAX: usize = 64;

/// Passes over what closes a bracket and what stands before it, as in `[2026-11-20 10:00:00 AEDT]` and `[2026-11-20 10:00:00 | 12 | WARN]`:
/// its level, if it has one. Nothing but a bracket's end may stand behind a quoted time.
fn within(cursor: &mut Cursor<'_>, closer: &str) -> Option<Option<Level>> {
    if cursor.eat(closer).is_some() {
        return Some(None);
    }
    cursor.peek().filter(|byte| matches!(closer, "]" | ")" | ">") && b" ,:|/-.".contains(byte))?;
    let inside =
        cursor.until(closer).filter(|inside| inside.len() <= WITHIN_MAX && !inside.contains(['[', '(', '<']))?;
    Some(level::find(inside).or_else(|| level::among(inside, &[',', '|'])))
}

/// Passes over a bracket or a quotation mark, and tells what closes it.
pub(super) fn open(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    const PAIRS: [(&str, &str); 6] = [("[", "]"), ("(", ")"), ("<", ">"), ("{", "}"), ("\"", "\""), ("'", "'")];
    if cursor.peek()?.is_ascii_alphanumeric() {
        return None;
    }
    PAIRS.iter().find(|(opener, _)| cursor.eat(opener).is_some()).map(|(_, closer)| *closer)
}

/// `WARN 2026-11-20 10:00:00`, `[W 2026-11-20 10:00:00`, `<W>2026-11-20 10:00:00`, `WARN - [10:00:00`: the level and the time, of
/// which `closer` becomes what closes the bracket that is still open.
fn level_first(cursor: &mut Cursor<'_>, closer: &mut Option<&'static str>) -> Option<(Option<Stamp>, Option<Level>)> {
    // `[ INFO    ]: 10:00:00 | message`.
    if closer.is_some() {
        cursor.spaces();
    }
    // `W2026-11-20 10:00:00`.
    let is_glued = matches!(cursor.rest().as_bytes(), [b'A'..=b'Z', b'0'..=b'9', ..]);
    let word = if is_glued { &cursor.rest()[..1] } else { cursor.take(|byte| byte.is_ascii_alphanumeric()) };
    if is_glued {
        cursor.eat(word)?;
    }
    let level = match word.as_bytes() {
        [letter] => level::lettered(*letter),
        _ => level::shortened(word),
    };
    // `M 2026-11-20 10:00:00`: any other letter says that a record begins, though not how grave it is.
    if level.is_none() && (word.len() != 1 || closer.is_some() || !word.as_bytes()[0].is_ascii_uppercase()) {
        return None;
    }
    let dressed = closer.is_some() || word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let mut behind = *cursor;
    behind.spaces();
    if closer.is_some_and(|closer| behind.eat(closer).is_some()) {
        (*cursor, *closer) = (behind, None);
    }
    cursor.take(|byte| b": -|,\t".contains(&byte));
    if closer.is_none() {
        *closer = open(cursor);
    }
    let full = cursor.stamp().or_else(|| seconds(cursor, closer.is_some()));
    // Geth writes no year: `INFO [05-12|21:14:45.986] message`.
    if level.is_none() {
        return Some((full, None));
    }
    let stamp = full.or_else(|| of_this_year(cursor, true)).or_else(|| dressed.then(|| dated_clock(cursor))?);
    Some((stamp, level))
}

/// A level that stands at once behind a time, maybe in brackets.
pub(super) fn direct(cursor: &mut Cursor<'_>) -> Option<Level> {
    let mut next = *cursor;
    let bracketed = next.eat("[").is_some();
    if bracketed {
        next.spaces();
    }
    let level = next.level()?;
    if bracketed {
        next.spaces();
        next.eat("]")?;
    }
    let goes_on = match next.rest().as_bytes() {
        [b'-', b' ', ..] => false,
        [byte, ..] => byte.is_ascii_alphanumeric() || b"_-./".contains(byte),
        [] => false,
    };
    if goes_on {
        return None;
    }
    next.take(|byte| b" \t:-|".contains(&byte));
    *cursor = next;
    Some(level)
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
pub(super) fn enclosed(cursor: &mut Cursor<'_>) -> Option<Level> {
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
    next.take(is_of_name);
    next.peek().filter(|byte| b"])>}".contains(byte))?;
    *cursor = next;
    Some(level)
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" |:_./-".contains(&byte)
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
    let is_name = next.peek()?.is_ascii_uppercase() || separator == "/" && topics.ends_with(':');
    is_name.then_some(level)
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
    // Many name a process, a place in the source or a thread: `W tensorflow/core/x.cc:18] message`, `E 4412 relay: message`.
    let word = next.rest().split(' ').next().unwrap_or_default();
    if letter.len() == 1 && word.contains(|c: char| c.is_ascii_digit() || "/:.[]".contains(c)) && !word.ends_with('.') {
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
    // `1794738000.51+bd1d1e23` is the name of a file in a queue.
    if cursor.rest().as_bytes().get(length) == Some(&b'+') {
        return None;
    }
    cursor.eat(&cursor.rest()[..length])?;
    Some(stamp)
}

/// `1795082400 ping 10.0.0.1`: seconds since 1970, and words behind them; with a level between the two, [`dated`] takes it.
pub(super) fn counted(text: &str) -> Option<Parsed<'_>> {
    let (stamp, mut cursor) = seconds_and_words(text)?;
    let level = direct(&mut cursor)
        .or_else(|| marks::find(cursor.rest(), Divided::Otherwise))
        .or_else(|| level::find(cursor.rest()));
    Some(Parsed::new("dated", cursor.rest()).at(Some(stamp)).level(level))
}

/// Ten digits that are a time of some years around now, and words that are not what they count.
fn seconds_and_words(text: &str) -> Option<(Stamp, Cursor<'_>)> {
    const DIGITS: usize = "1795082400".len();
    const COUNTED: [&str; 12] =
        ["bytes", "byte", "octets", "Bytes", "B", "kB", "KB", "KiB", "rows", "lines", "records", "items"];
    // Nearly every line is passed over here.
    if !matches!(text.as_bytes(), [b'1', b'5'..=b'9', ..]) || text.as_bytes().get(DIGITS) != Some(&b' ') {
        return None;
    }
    let (stamp, _) = timestamps::epoch(text).filter(|(_, length)| *length == DIGITS)?;
    let mut cursor = Cursor::new(&text[DIGITS..]);
    cursor.spaces();
    cursor.rest().chars().next().filter(|first| first.is_alphabetic() || *first == '[')?;
    let word = cursor.rest().split([' ', ',', '.', ')']).next()?;
    (!COUNTED.contains(&word)).then_some((stamp, cursor))
}

/// `10:00:00 default: message`, `[10:00:00] message`: the time of day alone, as RQ's workers and scripts write it, or before its date.
pub(super) fn clocked(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let (stamp, level) = begin_with_clock(&mut cursor)?;
    let level = level
        .or_else(|| direct(&mut cursor))
        .or_else(|| marks::find(cursor.rest(), Divided::Otherwise))
        .or_else(|| level::find(cursor.rest()));
    Some(Parsed::new("clocked", cursor.rest()).at(stamp).level(level))
}

/// Whether [`clocked`] takes it.
pub(super) fn begins_with_clock(text: &str) -> bool {
    begin_with_clock(&mut Cursor::new(text)).is_some()
}

/// The time of day that a line of words begins with, and the level in one bracket with it; what divides them from the words is passed
/// over.
fn begin_with_clock(cursor: &mut Cursor<'_>) -> Option<(Stamp, Option<Level>)> {
    // Resque's workers begin with stars.
    cursor.eat("** ");
    let closer = open(cursor);
    let stamp = dated_clock(cursor)?;
    let level = closer.and_then(|_| enclosed(cursor));
    match closer {
        Some(closer) => cursor.eat(closer)?,
        // Of an address as `10:00:00:ab:cd:ef` the next byte is a part.
        None if cursor.rest().starts_with(": ") => {}
        None => cursor.peek().filter(|byte| b" \t|,;[<".contains(byte)).map(|_| ())?,
    }
    cursor.take(|byte| b" \t|,;:".contains(&byte));
    cursor.eat("- ");
    // Behind a letter there are words, as behind a number that one follows soon; a column of numbers is a table.
    let is_said = cursor.peek().is_some_and(|byte| match byte {
        b'0'..=b'9' => cursor.rest().split(' ').take(WORDS_LOOKED_AT).any(is_word),
        b'[' | b'<' | b'(' => {
            closer.is_none() || cursor.rest().as_bytes().get(1).is_some_and(u8::is_ascii_alphanumeric)
        }
        byte => byte.is_ascii_alphabetic() || !byte.is_ascii() && closer.is_none(),
    });
    is_said.then_some((stamp, level))
}

/// The time of day, with the date behind it if there is one.
pub(super) fn dated_clock(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let start = *cursor;
    let stamp = cursor.clock()?;
    let clock = &start.rest()[..start.rest().len() - cursor.rest().len()];
    Some(date_behind(clock, cursor).unwrap_or(stamp))
}

/// `10:00:00 20/11/2026`, `10:00:00 Nov 20`, `10:00:00 [20.11.2026]`, `10:00:00 | 2026-11-20`.
fn date_behind(clock: &str, cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let mut next = *cursor;
    next.take(|byte| b" ,|;".contains(&byte));
    let opened = next.eat("[").is_some();
    let start = next.rest();
    // Nearly always words follow, which are no date.
    if !matches!(start.as_bytes(), [b'0'..=b'9', ..] | [b'A'..=b'S', b'a'..=b'u', b'a'..=b'z', ..]) {
        return None;
    }
    let word = next.take(|byte| byte.is_ascii_alphanumeric() || b"-/.".contains(&byte));
    if next.peek() == Some(b' ') && timestamps::month_named(word).is_some() {
        next.spaces();
        next.digits()?;
    }
    let date = start[..start.len() - next.rest().len()].trim_end_matches('.');
    if !(5..=11).contains(&date.len()) || next.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let joined = format!("{date} {clock}");
    let (stamp, _) = timestamps::read(&joined).filter(|(_, length)| *length == joined.len())?;
    if opened {
        next.eat("]")?;
    }
    *cursor = next;
    Some(stamp)
}

/// Words behind a time of day among which one has to be no number, and its letters.
const WORDS_LOOKED_AT: usize = 4;
const WORD_LETTERS_MIN: usize = 4;

fn is_word(text: &str) -> bool {
    text.trim_end_matches(['.', ',', ':', ';', '!']).chars().all(char::is_alphabetic)
        && text.chars().count() >= WORD_LETTERS_MIN
}

/// Text of which nothing is known: its time and its level, if it names them.
pub(super) fn plain(text: &str) -> Parsed<'_> {
    Parsed::new("", text).at(placed::anywhere(text)).level(level::find(text))
}

/// `08-03 07:56:53.026292`: a month and a day that only their clock's fraction tells from other numbers, or the bracket around them,
/// or the level behind them; `11/20` too.
pub(super) fn of_this_year(cursor: &mut Cursor<'_>, dressed: bool) -> Option<Stamp> {
    let mut next = *cursor;
    let stamp =
        matches!(next.rest().as_bytes().get(2)?, b'-' | b'/').then(|| systems::month_and_day(&mut next)).flatten()?;
    let read = &cursor.rest()[..cursor.rest().len() - next.rest().len()];
    let is_levelled = || {
        let mut behind = next;
        behind.take(|byte| b" |:-[".contains(&byte));
        behind.peek().is_some_and(|byte| byte.is_ascii_uppercase()) && behind.level().is_some()
    };
    if !dressed && !read.contains('.') && !is_levelled() {
        return None;
    }
    *cursor = next;
    Some(stamp)
}
