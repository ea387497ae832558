//! What the head of a line says once more of a record whose time and level are shown beside it.

use crate::{
    level,
    parsers::{self, FORMATS, Memory},
    timestamps::{self, DAY, SECOND, Stamp, days_of},
};
use model::{Level, Timestamp};
use std::{borrow::Cow, ops::Range};

/// Bytes of a line that are read, and of its head in which times and levels are looked for.
const LINE_MAX: usize = 4 << 10;
const HEAD_MAX: usize = 256;
/// Zones are whole quarters of an hour apart, so that clocks of two zones differ by these alone.
const QUARTER: i64 = 900 * SECOND;
const ZONE_MAX: u64 = 15 * 3_600 * SECOND as u64;

/// The places in the text of a record, rising, that say nothing but its time and its level: in the head that its format
/// puts before the words, as far as that is ASCII. A time that is another one than `time` stays, as do the words.
pub fn repeats(text: &[u8], time: Timestamp, level: Option<Level>) -> Vec<Range<usize>> {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else { return Vec::new() };
    let line = &line[..line.floor_char_boundary(LINE_MAX)];
    let Some(head) = head(line) else { return Vec::new() };
    let mut places = Places { head, found: Vec::new() };
    let (mut at, mut level) = (0, level);
    while at < head.len() {
        let found = if places.begins_at(at) { look(head, at, time, level) } else { PrefixToken::Nothing };
        at = match found {
            PrefixToken::Nothing => at + 1,
            PrefixToken::Other(length) => at + length,
            PrefixToken::Time(length) => places.add(at..at + length),
            PrefixToken::Level(length) => {
                level = None;
                places.add(at..at + length)
            }
        };
    }
    let left: usize = places.found.iter().map(Range::len).sum();
    // A line that says nothing else is shown as it is.
    if line[left.min(line.len())..].trim().is_empty() { Vec::new() } else { places.found }
}

/// What stands before the words, where the format of the line is known.
fn head(line: &str) -> Option<&str> {
    if line.starts_with('{') {
        return None;
    }
    let format = &FORMATS[parsers::recognise(line, &mut Memory::default())?];
    let parsed = parsers::parse(format, line, &mut Memory::default())?;
    let Cow::Borrowed(message) = parsed.message else { return None };
    let start = (message.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
    line.get(..start).map(|head| &head[..head.floor_char_boundary(HEAD_MAX)]).filter(|head| head.is_ascii())
}

/// What stands at a place before the message, and its length.
enum PrefixToken {
    Nothing,
    /// A time that is not the record's.
    Other(usize),
    Time(usize),
    Level(usize),
}

fn look(head: &str, at: usize, time: Timestamp, level: Option<Level>) -> PrefixToken {
    let rest = &head[at..];
    let read = timestamps::read(rest).or_else(|| timestamps::read_clock(rest)).or_else(|| timestamps::epoch(rest));
    if let Some((stamp, length)) = read {
        let is_whole = !rest[length..].starts_with(|c: char| c.is_ascii_alphanumeric());
        return match is_whole && is_same(stamp, time) {
            true => PrefixToken::Time(length + zone_name(&rest[length..])),
            false => PrefixToken::Other(length.max(1)),
        };
    }
    if at == 0
        && let Some(length) = priority(rest)
    {
        return PrefixToken::Time(length);
    }
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let (word, behind) = rest.split_at(length);
    let is_level = level.is_some() && level::named(word) == level && is_plainly_a_level(word);
    let ends = behind.is_empty() || behind.starts_with([' ', '\t', ']', ')', '>', ':', '|', ',', '/', '"']);
    if is_level && ends { PrefixToken::Level(length) } else { PrefixToken::Nothing }
}

/// `ERROR`, `warn`; not `log` or `system`, which may be the name of a program.
fn is_plainly_a_level(word: &str) -> bool {
    const WORDS: [&str; 9] = ["trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal"];
    let is_loud = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    is_loud || WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// As far as the text tells it.
fn is_same(stamp: Stamp, time: Timestamp) -> bool {
    let time = time.as_micros();
    let apart = |micros: i64| micros.saturating_sub(time);
    let by_quarters = |micros: i64| {
        let rest = apart(micros).rem_euclid(QUARTER);
        rest.min(QUARTER - rest) < SECOND
    };
    let civil = |micros: i64| by_quarters(micros) && apart(micros).unsigned_abs() <= ZONE_MAX;
    match stamp {
        Stamp::Instant(micros) => apart(micros).unsigned_abs() < SECOND as u64,
        Stamp::Civil(micros) => civil(micros),
        Stamp::Slashed { date, micros, .. } => date.either().any(|days| civil(days * DAY + micros)),
        Stamp::Yearless { month, day, micros, .. } => {
            let year = 1970 + time.div_euclid(DAY) / 365;
            (year - 2..=year + 1).any(|year| civil(days_of(year, month, day) * DAY + micros))
        }
        Stamp::OfDay(micros) => by_quarters(micros),
    }
}

/// The length of ` Europe/Paris` before a bracket.
fn zone_name(behind: &str) -> usize {
    let Some((name, _)) = behind.strip_prefix(' ').and_then(|name| name.split_once(']')) else { return 0 };
    let is_zone = name == "UTC"
        || name.contains('/') && name.bytes().all(|byte| byte.is_ascii_alphabetic() || b"/_".contains(&byte));
    if is_zone { name.len() + 1 } else { 0 }
}

/// The length of `<34>`, or of `<34>1 ` before a time (RFC 5424).
fn priority(text: &str) -> Option<usize> {
    let (number, behind) = text.strip_prefix('<')?.split_once('>')?;
    let is_one = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| number.len() + 2 + if behind.starts_with("1 ") { 2 } else { 0 })
}

struct Places<'a> {
    head: &'a str,
    found: Vec<Range<usize>>,
}

impl Places<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.head.as_bytes().get(at).copied()
    }

    /// Not within a word or a number.
    fn begins_at(&self, at: usize) -> bool {
        at.checked_sub(1)
            .and_then(|before| self.byte(before))
            .is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"_.-".contains(&byte))
    }

    /// Takes the place with the brackets, the name and the separators that are there for its sake. Returns its end.
    fn add(&mut self, place: Range<usize>) -> usize {
        let Range { start, mut end } = place;
        let joined = self.found.last().filter(|last| last.end == start).map(|last| last.start);
        let mut start = joined.unwrap_or(start);
        if joined.is_some() {
            self.found.pop();
        }
        let padded = end + self.head[end..].bytes().take_while(|byte| *byte == b' ').count();
        let before = start.checked_sub(1).and_then(|at| self.byte(at));
        let closer = match before {
            Some(b'[') => Some(b']'),
            Some(b'(') => Some(b')'),
            Some(b'<') => Some(b'>'),
            _ => None,
        };
        if closer.is_some() && closer == self.byte(padded) {
            (start, end) = (start - 1, padded + 1);
        }
        (start, end) = self.with_name(start, end);
        end = self.behind_separators(end);
        self.found.push(start..end);
        end
    }

    /// `time="…"`, `level=…`.
    fn with_name(&self, start: usize, end: usize) -> (usize, usize) {
        let before = &self.head[..start];
        let (before, end) = match before.strip_suffix('"') {
            Some(before) if self.byte(end) == Some(b'"') => (before, end + 1),
            _ => (before, end),
        };
        let Some(named) = before.strip_suffix('=') else { return (start, end) };
        (named.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "_@.".contains(c)).len(), end)
    }

    fn behind_separators(&self, from: usize) -> usize {
        let mut end = from;
        while let Some(byte) = self.byte(end) {
            let goes_on = match byte {
                b' ' | b'\t' | b':' | b'|' | b',' | b';' => true,
                b'-' => matches!(self.byte(end + 1), None | Some(b' ')),
                b'/' => end == from,
                _ => false,
            };
            if !goes_on {
                break;
            }
            end += 1;
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, time: &str, level: Option<Level>) -> String {
        let places = repeats(text.as_bytes(), time.parse().unwrap(), level);
        let mut left = text.to_owned();
        places.into_iter().rev().for_each(|place| left.replace_range(place, ""));
        left
    }

    #[test]
    fn what_the_columns_say_is_not_said_again() {
        let at = "2025-01-10T14:32:15.123Z";
        for (level, text, expected) in [
            (None, "Jan 10 15:32:15 web1 sshd[812]: Accepted publickey", "web1 sshd[812]: Accepted publickey"),
            (None, "<34>Jan 10 14:32:15 web1 su[1]: failed", "web1 su[1]: failed"),
            (None, "<165>1 2025-01-10T14:32:15.123Z web1 app 12 ID47 - started", "web1 app 12 ID47 - started"),
            (
                Some(Level::Info),
                r#"10.0.0.1 - - [10/Jan/2025:15:32:15 +0100] "GET / HTTP/1.1" 200 12"#,
                r#"10.0.0.1 - - "GET / HTTP/1.1" 200 12"#,
            ),
            (Some(Level::Error), "2025/01/10 14:32:15 [error] 12#0: *1 open() failed", "12#0: *1 open() failed"),
            (Some(Level::Error), "2025-01-10 14:32:15,123 - app.sync - ERROR - lost", "app.sync - lost"),
            (Some(Level::Info), "[AUTO-SYNC] [INFO] 2025-01-10 14:32:15 - ligne", "[AUTO-SYNC] ligne"),
            (Some(Level::Warning), "2025-01-10 14:32:15.123 [main] WARN  c.e.App - slow", "[main] c.e.App - slow"),
            (Some(Level::Info), "[2025-01-10 14:32:15,123: INFO/MainProcess] Task done", "[MainProcess] Task done"),
            (Some(Level::Info), "[2025-01-10T14:32:15Z INFO  app::web] ready", "[app::web] ready"),
            (Some(Level::Warning), "2025-01-10T14:32:15.123Z  WARN app::web: slow", "app::web: slow"),
            (Some(Level::Warning), "2025-01-10 14:32:15 [WARN] Spring is not here", "Spring is not here"),
            (Some(Level::Info), "2025-01-10 14:32:15 started", "started"),
            (Some(Level::Info), r#"time="2025-01-10T14:32:15Z" level=info msg="up" port=80"#, r#"msg="up" port=80"#),
        ] {
            assert_eq!(shown(text, at, level), expected, "{text}");
        }
    }

    #[test]
    fn what_says_something_else_stays() {
        let at = "2025-01-10T14:32:15Z";
        for (level, text) in [
            // Another time, another level.
            (None, "Jan 10 14:33:15 web1 sshd[812]: Accepted"),
            (None, "2025-01-09 14:32:15 started"),
            (None, "Jan  8 14:32:15 web1 sshd[812]: Accepted"),
            (None, "2024-01-10T14:32:15Z  started"),
            // No head, or nothing but one.
            (Some(Level::Error), "ERROR stands in words, 2025-01-10 14:32:15"),
            (Some(Level::Info), "2025-01-10 14:32:15"),
            (Some(Level::Info), r#"{"time":"2025-01-10T14:32:15Z","level":"info","msg":"x"}"#),
            (None, ""),
        ] {
            assert_eq!(shown(text, at, level), text);
        }
        let other = shown("2025-01-10 14:32:15 [WARN] slow", at, Some(Level::Error));
        assert_eq!(other, "[WARN] slow", "what the column does not say");
        assert_eq!(shown("Jan 10 14:32:15 web1 system: up", at, Some(Level::Info)), "web1 system: up");
        assert!(repeats(b"2025-01-10 14:32:15 \xff\xfe", at.parse().unwrap(), None).is_empty());
    }
}
