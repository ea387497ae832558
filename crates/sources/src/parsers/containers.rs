//! Lines of other programs as container engines prefix them: `docker compose logs`, `docker logs --timestamps`, and Kubernetes' CRI files.

use super::{Carried, Memory, dated, unwrap};
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

/// A line of another program behind a time that is not its own.
struct Stamped<'a> {
    stamp: Stamp,
    line: &'a str,
    /// Whether GitLab's mark stood between the two.
    is_marked: bool,
}

/// `2025-01-10T14:32:15.123456789Z the line`: seven digits of a second or more, as nobody else writes but who puts a time before the lines
/// of others, such as `kubectl logs --timestamps` and the runners of GitHub. GitLab's write six, and `00O ` behind them; s6-log writes
/// `2025-01-10 14:32:15.123456789  the line`.
fn stamped(text: &str) -> Option<Stamped<'_>> {
    const FRACTION_AT: usize = "2025-01-10T14:32:15.".len();
    let bytes = text.as_bytes();
    if bytes.get(FRACTION_AT - 1) != Some(&b'.') {
        return None;
    }
    let digits = bytes[FRACTION_AT..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let behind = text.get(FRACTION_AT + digits..)?;
    let (line, is_marked) = match (bytes[10], digits) {
        (b'T', 6) => {
            let (mark, line) = behind.strip_prefix("Z ")?.split_at_checked(4)?;
            let [b'0'..=b'9', b'0'..=b'9', b'O' | b'E', b' ' | b'+'] = mark.as_bytes() else { return None };
            (line, true)
        }
        (b'T', 7..=9) => (behind.strip_prefix("Z ")?, false),
        (b' ', 9) => (behind.strip_prefix("  ")?, false),
        _ => return None,
    };
    // Container engines write the stream behind it.
    let streamed = line.strip_prefix("stdout ").or_else(|| line.strip_prefix("stderr "));
    if streamed.is_some_and(|part| part.starts_with(['F', 'P'])) {
        return None;
    }
    let stamp = Cursor::new(text).stamp()?;
    // Two spaces stand before a level that is aligned.
    let is_aligned = line.starts_with(' ') && !line.trim_start().starts_with("at ") && !line.starts_with("  File ");
    (!is_aligned).then_some(Stamped { stamp, line, is_marked })
}

pub(super) fn sniff_stamped(text: &str) -> bool {
    stamped(text).is_some()
}

pub(super) fn carried_stamped(text: &str) -> Option<Carried<'_>> {
    stamped(text).map(|stamped| Carried::new("", stamped.line))
}

pub(super) fn parse_stamped<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let Stamped { stamp, line, is_marked } = stamped(text)?;
    let parsed = unwrap(Parsed::new("stamped", line).at(stamp), memory);
    // Where nothing else is known of the line, a level stands at once behind the time.
    if parsed.inner.is_some() || is_marked { Some(parsed) } else { dated::dated(text) }
}

/// `   2026-11-20T10:00:00.12+0100 [APP/PROC/WEB/0] OUT the line`, as `cf logs` indents all its lines.
fn cloud_foundry(text: &str) -> Option<(Stamp, &str, &str)> {
    let mut cursor = Cursor::new(text.trim_start());
    cursor.rest().as_bytes().get(10).filter(|byte| **byte == b'T')?;
    let stamp = cursor.stamp()?;
    cursor.eat(" [")?;
    let origin = cursor.until("] ")?;
    cursor.eat("OUT ").or_else(|| cursor.eat("ERR "))?;
    Some((stamp, origin, cursor.rest()))
}

pub(super) fn sniff_cloud_foundry(text: &str) -> bool {
    cloud_foundry(text).is_some()
}

pub(super) fn carried_cloud_foundry(text: &str) -> Option<Carried<'_>> {
    cloud_foundry(text).map(|(_, origin, line)| Carried::new(origin, line))
}

pub(super) fn parse_cloud_foundry<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let (stamp, origin, line) = cloud_foundry(text)?;
    Some(unwrap(Parsed::new("cloud_foundry", line).at(stamp).text("origin", origin), memory))
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
