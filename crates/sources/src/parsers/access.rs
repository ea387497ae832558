//! Access logs in the common and combined formats of Apache and nginx, with a virtual host before and anything behind:
//! gunicorn, Werkzeug and many others write them too.

use super::Memory;
use crate::{
    cursor::{Cursor, number},
    level,
    record::Parsed,
    timestamps::Stamp,
};

struct Head<'a> {
    /// Two to five words: maybe a virtual host, then client, identity and user.
    words: [&'a str; 5],
    count: usize,
    stamp: Option<Stamp>,
    /// From the request on.
    rest: Cursor<'a>,
}

pub(super) fn sniff(text: &str) -> bool {
    head(text).is_some()
}

pub(super) fn parse<'a>(text: &'a str, _: &mut Memory) -> Option<Parsed<'a>> {
    let head = head(text)?;
    let message = head.rest.rest();
    let mut cursor = head.rest;
    let request = cursor.quoted()?;
    cursor.eat(" ")?;
    // A client that went away before there was an answer: `- -`.
    let (status, level) = if cursor.eat("- ").is_some() {
        ("", None)
    } else {
        let status = cursor.digits()?;
        (status, Some(level::of_status(number(status).filter(|code| (100..1000).contains(code))?)))
    };
    cursor.spaces();
    let bytes = cursor.word().unwrap_or_default();
    let mut parsed = Parsed::new("access", message).at(head.stamp).level(level);
    parsed.fields.reserve(12);
    parsed = match head.words[..head.count] {
        [client, user] => parsed.text("client", client).text("user", user),
        [client, ident, user] => parsed.text("client", client).text("ident", ident).text("user", user),
        [host, client, ident, user] => {
            parsed.text("vhost", host).text("client", client).text("ident", ident).text("user", user)
        }
        [host, client, .., user] => parsed.text("vhost", host).text("client", client).text("user", user),
        _ => parsed,
    };
    parsed = with_request(parsed, request).with("status", status).with("bytes", bytes);
    let mut quotes = 0;
    while cursor.peek() == Some(b'"') {
        // A line that was cut within its last text ends no quote.
        let Some(text) = cursor.quoted() else { break };
        parsed = parsed.text(["referer", "agent", "forwarded_for"].get(quotes).unwrap_or(&"extra"), text);
        quotes += 1;
        cursor.spaces();
    }
    Some(parsed.with("extra", cursor.rest()))
}

/// `GET /path HTTP/1.1`; what is no request is kept whole.
pub(super) fn with_request<'a>(parsed: Parsed<'a>, request: &'a str) -> Parsed<'a> {
    match request.split_once(' ') {
        Some((method, rest)) if method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') => {
            let (path, protocol) = rest.rsplit_once(' ').unwrap_or((rest, ""));
            parsed.text("method", method).text("path", path).text("protocol", protocol)
        }
        _ => parsed.text("request", request),
    }
}

/// `words [time] "` — the time may be missing, where a header before it told it.
fn head(text: &str) -> Option<Head<'_>> {
    let mut cursor = Cursor::new(text);
    let mut words = [""; 5];
    let mut count = 0;
    while let Some(first) = cursor.peek()
        && first != b'['
        && first != b'"'
    {
        *words.get_mut(count)? = cursor.until_byte(b' ')?;
        count += 1;
        cursor.spaces();
    }
    if count < 2 {
        return None;
    }
    let mut stamp = None;
    if cursor.eat("[").is_some() {
        stamp = Some(cursor.stamp()?);
        // A zone that was left out leaves its space.
        cursor.spaces();
        cursor.eat("]")?;
        cursor.gap()?;
    } else if count != 3 || words[1] != "-" {
        return None;
    }
    if cursor.peek() != Some(b'"') && count > 2 && count < words.len() {
        // Some write the virtual host behind the time.
        words.copy_within(0..count, 1);
        words[0] = cursor.until_byte(b' ')?;
        count += 1;
    }
    (cursor.peek() == Some(b'"')).then_some(Head { words, count, stamp, rest: cursor })
}
