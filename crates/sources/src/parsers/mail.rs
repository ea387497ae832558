//! Mail servers: what became of each message, as fields. Postfix within syslog, Exim in its own log.

use crate::{
    cursor::Cursor,
    record::{Parsed, Value},
};
use model::Level;

/// Adds to `parsed` what one of Postfix's daemons says in `message`.
pub(super) fn postfix<'a>(mut parsed: Parsed<'a>, daemon: &'a str, message: &'a str) -> Parsed<'a> {
    parsed.inner = Some("postfix");
    parsed = parsed.text("daemon", daemon);
    if parsed.level.is_none_or(|level| level == Level::Info) {
        parsed.level = Some(spoken_level(message));
    }
    let mut cursor = Cursor::new(message);
    if let Some((queue_id, rest)) = queue_id(&mut cursor) {
        parsed = parsed.text("queue_id", queue_id);
        parsed = pairs(parsed, rest);
    }
    if parsed.field("status").is_some_and(|status| matches!(status.as_text(), Some("bounced" | "undeliverable"))) {
        // One recipient's fault, mostly: the server did what it should.
        parsed.level = Some(Level::Warning);
    } else if parsed.field("status").is_some_and(|status| status.as_text() == Some("deferred")) {
        parsed.level = Some(Level::Warning);
    }
    peer(parsed, message)
}

/// `2026-09-22 09:58:48 [812] 16pDNI-00000005llz-XLCS => a@b.fr R=dnslookup T=remote_smtp …`: a line of Exim's main log, of a
/// message. Its ids had 16 letters before 4.97, and have 23 since. Fields are called as Postfix's are.
pub(super) fn exim(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat(" ")?;
    let mut next = cursor;
    let pid = next.bracketed().filter(|pid| !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()));
    if pid.is_some() {
        next.eat(" ")?;
        cursor = next;
    }
    let message = cursor.rest();
    let id = cursor.take(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let lengths = || id.split('-').map(str::len);
    if !lengths().eq([6, 6, 2]) && !lengths().eq([6, 11, 4]) {
        return None;
    }
    cursor.eat(" ")?;
    let (flag, rest) = cursor.rest().split_once(' ').unwrap_or((cursor.rest(), ""));
    let (status, level) = match flag {
        "=>" | "->" | ">>" => ("sent", Level::Info),
        "<=" => ("received", Level::Info),
        "==" => ("deferred", Level::Warning),
        "**" => ("bounced", Level::Error),
        _ => ("", Level::Info),
    };
    let parsed = Parsed::new("exim", message).at(stamp).level(Some(level)).text("queue_id", id).text("status", status);
    let parsed = parsed.text("pid", pid.unwrap_or_default());
    let first = rest.split(' ').next().unwrap_or_default();
    Some(match status {
        "" => parsed,
        "received" => parsed.text("from", first),
        _ => {
            parsed.text("to", rest.split_once(" <").and_then(|(_, to)| to.split_once('>')).map_or(first, |(to, _)| to))
        }
    })
}

fn spoken_level(message: &str) -> Level {
    match message.split(':').next() {
        Some("warning") => Level::Warning,
        Some("error") => Level::Error,
        Some("fatal" | "panic") => Level::Critical,
        _ => Level::Info,
    }
}

/// `4F2A91C0D3:` or a long one, `3WsMSz6jzTz1V:`, or `NOQUEUE:`; the rest behind it.
fn queue_id<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a str, &'a str)> {
    let id = cursor.take(|byte| byte.is_ascii_alphanumeric());
    cursor.eat(": ")?;
    let long = id.len() >= 6 && id.bytes().any(|byte| byte.is_ascii_digit());
    (long || id == "NOQUEUE").then(|| (id, cursor.rest()))
}

/// `to=<…>, relay=…, delay=0.5, …, status=sent (250 ok)`.
fn pairs<'a>(mut parsed: Parsed<'a>, text: &'a str) -> Parsed<'a> {
    let mut rest = text;
    while let Some((name, value)) = rest.split_once('=') {
        if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_') {
            break;
        }
        // What a server replied stands in parentheses behind the status, commas and all.
        if name == "status" {
            let (status, detail) = value.split_once(" (").unwrap_or((value, ""));
            return parsed.text("status", status).text("detail", detail.strip_suffix(')').unwrap_or(detail));
        }
        let (value, next) = value.split_once(", ").unwrap_or((value, ""));
        let bare = value.strip_prefix('<').and_then(|value| value.strip_suffix('>')).unwrap_or(value);
        // An empty sender is that of a bounce, and worth finding.
        if name == "from" && bare.is_empty() {
            parsed.add(name, Value::Text("".into()));
        } else if matches!(name, "dsn" | "delays" | "to" | "from" | "message-id") {
            parsed.add(name, Value::Text(bare.into()));
        } else {
            parsed.push(name, bare.split_once(' ').map_or(bare, |(value, _)| value));
        }
        rest = next;
    }
    parsed
}

/// `connect from host[1.2.3.4]`, `lost connection after DATA from …`.
fn peer<'a>(parsed: Parsed<'a>, message: &'a str) -> Parsed<'a> {
    let Some((_, rest)) = message.split_once(" from ") else { return parsed };
    let Some((host, rest)) = rest.split_once('[') else { return parsed };
    let Some((address, _)) = rest.split_once(']') else { return parsed };
    if host.contains([' ', '<', '=']) {
        return parsed;
    }
    parsed.text("client_host", host).text("client", address)
}
