//! logfmt: `key=value key="two words"`, the whole line of it; and pairs at the end of other lines.

use super::{Memory, roles::Members};
use crate::record::{FIELDS_MAX, Field, Parsed, Value};
use std::borrow::Cow;

pub(super) fn sniff(text: &str) -> bool {
    Pairs::new(text).next().is_some_and(|pair| pair.is_some())
}

pub(super) fn parse<'a>(text: &'a str, _: &mut Memory) -> Option<Parsed<'a>> {
    let mut members = Members::new();
    let mut count = 0;
    for pair in Pairs::new(text) {
        let (name, value) = pair?;
        count += 1;
        members.push(name.into(), value);
    }
    (count > 1 && members.tells_of_a_record()).then(|| members.into_logfmt(text))
}

/// The fields of `text`, if all of it is pairs, and not more than there is room for.
pub(super) fn fields(text: &str) -> Option<Vec<Field<'_>>> {
    let field = |pair: Option<(_, _)>| pair.map(|(name, value): (&str, _)| Field { name: name.into(), value });
    let fields: Option<Vec<_>> = Pairs::new(text).take(FIELDS_MAX).map(field).collect();
    fields.filter(|fields| fields.len() < FIELDS_MAX)
}

/// Parts a message from the pairs at its end: `user logged in  user=3 ip=::1`.
pub(super) fn trailing(text: &str) -> (&str, Vec<Field<'_>>) {
    let Some(first) = memchr::memchr(b'=', text.as_bytes()) else { return (text, Vec::new()) };
    let start = text[..first].rfind(' ').map_or(0, |space| space + 1);
    match fields(&text[start..]) {
        Some(fields) => (text[..start].trim_end(), fields),
        None => (text, Vec::new()),
    }
}

/// The pairs of a text; `None` in the place of the first thing that is none, and nothing after it.
struct Pairs<'a> {
    text: &'a str,
}

impl<'a> Pairs<'a> {
    fn new(text: &'a str) -> Self {
        Self { text: text.trim() }
    }

    fn read(&mut self) -> Option<(&'a str, Value<'a>)> {
        let bytes = self.text.as_bytes();
        let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.@/:".contains(byte) || !byte.is_ascii();
        let end = bytes.iter().position(|byte| !is_key(byte))?;
        if end == 0 || bytes[end] != b'=' {
            return None;
        }
        let (name, rest) = (&self.text[..end], &self.text[end + 1..]);
        let (value, rest) = match rest.as_bytes().first() {
            Some(b'"') => quoted(rest)?,
            _ => {
                let end = memchr::memchr(b' ', rest.as_bytes()).unwrap_or(rest.len());
                (Value::read(&rest[..end]), &rest[end..])
            }
        };
        if !rest.is_empty() && !rest.starts_with(' ') {
            return None;
        }
        self.text = rest.trim_start();
        Some((name, value))
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Option<(&'a str, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.text.is_empty() {
            return None;
        }
        let pair = self.read();
        if pair.is_none() {
            self.text = "";
        }
        Some(pair)
    }
}

/// The text in quotes at the beginning of `text`, and what follows.
fn quoted(text: &str) -> Option<(Value<'_>, &str)> {
    let bytes = text.as_bytes();
    let mut at = 1;
    let mut escaped = false;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            break;
        }
        escaped = true;
        at += 2;
    }
    let inside = &text[1..at];
    let value = if escaped { Cow::Owned(unescape(inside)) } else { Cow::Borrowed(inside) };
    Some((Value::Text(value), &text[at + 1..]))
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => plain.push('\r'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            (c, false) => plain.push(c),
        }
    }
    plain
}
