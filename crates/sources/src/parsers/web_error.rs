//! The error logs of nginx and Apache.

use super::{Carried, Memory};
use crate::{cursor::Cursor, level, record::Parsed};
use model::Level;
use std::borrow::Cow;

/// `2025/01/10 14:32:15 [error] 12#34: *56 message, client: …`: where the message begins and what stood before it.
fn nginx(text: &str) -> Option<(Parsed<'_>, Cursor<'_>)> {
    // Its date is the only one with slashes, year first.
    if text.as_bytes().get(4) != Some(&b'/') {
        return None;
    }
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat(" ")?;
    let level = level::named(cursor.bracketed()?)?;
    cursor.eat(" ")?;
    let process = cursor.digits()?;
    cursor.eat("#")?;
    let thread = cursor.digits()?;
    cursor.eat(": ")?;
    let parsed = Parsed::new("nginx_error", "").at(stamp).level(level).with("pid", process).with("tid", thread);
    Some((parsed, cursor))
}

pub(super) fn sniff_nginx(text: &str) -> bool {
    nginx(text).is_some()
}

pub(super) fn parse_nginx<'a>(text: &'a str, _: &mut Memory) -> Option<Parsed<'a>> {
    let (mut parsed, mut cursor) = nginx(text)?;
    if cursor.eat("*").is_some() {
        parsed = parsed.with("connection", cursor.digits()?);
        cursor.eat(" ")?;
    }
    // What the server adds of itself stands at the end, in this order.
    let text = cursor.rest();
    let at = text.find(", client: ").unwrap_or(text.len());
    parsed.message = text[..at].into();
    let mut rest = &text[at..];
    for name in ["client", "server", "request", "subrequest", "upstream", "host", "referrer"] {
        let Some(value) = rest.strip_prefix(", ").and_then(|rest| rest.strip_prefix(name)?.strip_prefix(": ")) else {
            continue;
        };
        let mut cursor = Cursor::new(value);
        let value = match cursor.quoted() {
            Some(value) => value,
            None => cursor.take(|byte| byte != b','),
        };
        parsed = parsed.text(name, value);
        rest = cursor.rest();
    }
    Some(parsed)
}

/// Bytes of the name of a virtual host, and of its port.
const HOST_BYTES_MAX: usize = 260;

/// `www.example.org:443 [Fri …` and `[www.example.org] [Fri …`: the virtual host that `ErrorLogFormat` has before the time, or none;
/// and the rest.
fn of_host(text: &str) -> Option<(&str, &str)> {
    const WEEK: [&str; 7] = ["[Mon ", "[Tue ", "[Wed ", "[Thu ", "[Fri ", "[Sat ", "[Sun "];
    let is_dated = |text: &str| WEEK.iter().any(|day| text.starts_with(day));
    if is_dated(text) {
        return Some(("", text));
    }
    let at = memchr::memmem::find(text.as_bytes().get(..text.len().min(HOST_BYTES_MAX))?, b" [")?;
    let (before, rest) = (&text[..at], &text[at + 1..]);
    let host = before.strip_prefix('[').map_or(Some(before), |before| before.strip_suffix(']'))?;
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    (is_dated(rest) && !host.is_empty() && host.bytes().all(is_host)).then_some((host, rest))
}

/// `[Fri Jan 10 14:32:15.123456 2025] [core:error] `, and the older form without a module.
fn apache(text: &str) -> Option<(Parsed<'_>, Cursor<'_>)> {
    let (host, text) = of_host(text)?;
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let stamp = cursor.stamp()?;
    cursor.eat("] ")?;
    let (module, word) = {
        let inside = cursor.bracketed()?;
        inside.split_once(':').unwrap_or(("", inside))
    };
    let level = if word.starts_with("trace") { Level::Trace } else { level::named(word)? };
    cursor.eat(" ")?;
    let parsed = Parsed::new("apache_error", "").at(stamp).level(level).logger(module).text("vhost", host);
    Some((parsed, cursor))
}

pub(super) fn sniff_apache(text: &str) -> bool {
    apache(text).is_some()
}

/// What a program writes in one go comes as a line each: a traceback of mod_wsgi.
pub(super) fn carried_apache(text: &str) -> Option<Carried<'_>> {
    let parsed = apache_line(text)?;
    let Cow::Borrowed(line) = parsed.message else { return None };
    let said = |name: &str| parsed.field(name).map(|value| format!("{value:?}"));
    Some(Carried::new((said("pid"), said("tid"), said("client")), line))
}

pub(super) fn parse_apache<'a>(text: &'a str, _: &mut Memory) -> Option<Parsed<'a>> {
    apache_line(text)
}

fn apache_line(text: &str) -> Option<Parsed<'_>> {
    let (mut parsed, mut cursor) = apache(text)?;
    while let Some(inside) = Cursor::new(cursor.rest()).bracketed() {
        let Some((name, value)) = inside.split_once(' ') else { break };
        match name {
            "pid" => match value.split_once(":tid ") {
                Some((process, thread)) => parsed = parsed.with("pid", process).with("tid", thread),
                None => parsed = parsed.with("pid", value),
            },
            "client" | "remote" => parsed = parsed.text("client", value),
            _ => break,
        }
        cursor.bracketed()?;
        // Further spaces are those of a line of a traceback.
        let _ = cursor.eat(" ");
    }
    // It stands behind each line of what was said during a request.
    let (message, referrer) = cursor.rest().rsplit_once(", referer: ").unwrap_or((cursor.rest(), ""));
    parsed.message = message.into();
    if !referrer.is_empty() {
        parsed = parsed.text("referrer", referrer);
    }
    let mut code = cursor;
    let word = code.take(|byte| byte.is_ascii_alphanumeric());
    if word.starts_with("AH") && code.peek() == Some(b':') {
        parsed = parsed.text("code", word);
    }
    Some(parsed)
}
