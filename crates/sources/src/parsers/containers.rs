//! Lines of other programs as container engines prefix them: `docker compose logs`, and Kubernetes' CRI files.

use super::{Carried, Memory, unwrap};
use crate::{cursor::Cursor, record::Parsed, timestamps::Stamp};

/// `web-1  | the line`.
fn compose(text: &str) -> Option<(&str, &str)> {
    let mut cursor = Cursor::new(text);
    if !cursor.peek()?.is_ascii_alphabetic() {
        return None;
    }
    let name = cursor.take(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    cursor.spaces();
    cursor.eat("|")?;
    if cursor.is_done() {
        return Some((name, ""));
    }
    cursor.eat(" ")?;
    Some((name, cursor.rest()))
}

pub(super) fn sniff_compose(text: &str) -> bool {
    // A name alone is no sign, a number behind it or the padding is.
    compose(text)
        .is_some_and(|(name, _)| name.ends_with(|c: char| c.is_ascii_digit()) || text[name.len()..].starts_with("  "))
}

pub(super) fn carried_compose(text: &str) -> Option<Carried<'_>> {
    compose(text).map(|(name, line)| Carried::new(name, line))
}

pub(super) fn parse_compose<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let (name, line) = compose(text)?;
    Some(unwrap(Parsed::new("compose", line).text("container", name), memory))
}

/// `2025-01-10T14:32:15.123456789Z stderr F the line`; `P` is a part of a line.
fn cri(text: &str) -> Option<(Stamp, &str, &str, &str)> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat(" ")?;
    let stream = cursor.until_byte(b' ')?;
    let part = cursor.until_byte(b' ')?;
    let known = matches!(stream, "stdout" | "stderr") && (part.starts_with('F') || part.starts_with('P'));
    known.then_some((stamp, stream, part, cursor.rest()))
}

pub(super) fn sniff_cri(text: &str) -> bool {
    cri(text).is_some()
}

pub(super) fn carried_cri(text: &str) -> Option<Carried<'_>> {
    cri(text).map(|(_, stream, part, line)| Carried { is_part: part.starts_with('P'), ..Carried::new(stream, line) })
}

pub(super) fn parse_cri<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let (stamp, stream, _, line) = cri(text)?;
    Some(unwrap(Parsed::new("cri", line).at(stamp).text("stream", stream), memory))
}
