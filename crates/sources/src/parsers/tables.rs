//! Files whose own header names their columns: W3C extended logs (IIS and others) and Zeek's.

use super::Memory;
use crate::{
    cursor::{Cursor, number},
    level,
    record::{Field, Parsed, Value},
    timestamps::{self, Stamp},
};
use model::Level;
use std::borrow::Cow;

/// Columns that are remembered; further ones have no name.
const COLUMNS_MAX: usize = 128;

/// Bytes of a column's name, a file's path or a date; longer ones are none.
const NAME_BYTES_MAX: usize = 128;

/// What the header of a file has told.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    /// One of the two formats here, or empty before any header.
    format: &'static str,
    columns: Vec<Cow<'static, str>>,
    offset_seconds: Option<i64>,
    /// Of `#Date:`, for lines with a time alone.
    date: Option<String>,
    /// Microsoft Exchange puts commas between its columns.
    commas: bool,
}

/// W3C's names that have a plainer one here, shared with the other access logs.
const PLAIN: [(&str, &str); 16] = [
    ("c-ip", "client"),
    ("s-ip", "server"),
    ("cs-method", "method"),
    ("cs-uri-stem", "path"),
    ("cs-uri", "path"),
    ("cs-uri-query", "query"),
    ("s-port", "port"),
    ("cs-username", "user"),
    ("cs(User-Agent)", "agent"),
    ("cs(Referer)", "referer"),
    ("cs(Referrer)", "referer"),
    ("cs(Host)", "vhost"),
    ("sc-status", "status"),
    ("sc-bytes", "bytes"),
    ("cs-bytes", "request_bytes"),
    ("time-taken", "duration_ms"),
];

pub(super) fn sniff_w3c(text: &str) -> bool {
    const DIRECTIVES: [&str; 10] = [
        "#Fields:",
        "#Version:",
        "#Software:",
        "#Date:",
        "#Start-Date:",
        "#End-Date:",
        "#GMT-Offset:",
        "#Remark:",
        "#Date-Local:",
        "#Log-type:",
    ];
    DIRECTIVES.iter().any(|directive| text.starts_with(directive))
}

pub(super) fn parse_w3c<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    if sniff_w3c(text) {
        let (name, value) = text.split_once(':')?;
        let header = &mut memory.header;
        header.format = "w3c";
        let value = value.trim();
        match name {
            "#Fields" => {
                header.commas = value.contains(',');
                let names = value.split(|c: char| c.is_whitespace() || c == ',').filter(|name| !name.is_empty());
                header.columns = names.take(COLUMNS_MAX).map(column_name).collect();
            }
            "#GMT-Offset" => header.offset_seconds = offset(value),
            "#Date" | "#Start-Date" => {
                header.date = value.split(' ').next().filter(|date| date.len() <= NAME_BYTES_MAX).map(str::to_owned);
            }
            _ => {}
        }
        return Some(Parsed::new("w3c", text));
    }
    let header = &memory.header;
    if header.format != "w3c" || header.columns.is_empty() || text.is_empty() {
        return None;
    }
    if header.commas {
        return exchange(text, header);
    }
    let (mut date, mut time) = ("", "");
    let mut parsed = Parsed::new("w3c", text);
    let mut cursor = Cursor::new(text);
    let mut columns = header.columns.iter();
    while !cursor.is_done() {
        let quoted = if cursor.peek() == Some(b'"') { cursor.quoted() } else { None };
        let value = match quoted {
            Some(value) => value,
            None => cursor.take(|byte| byte != b' ' && byte != b'\t'),
        };
        // Text beyond ASCII is no separator either.
        let value = if value.is_empty() && quoted.is_none() { cursor.word()? } else { value };
        cursor.spaces();
        match columns.next().map(Cow::as_ref) {
            Some("date" | "date-local") => date = value,
            Some("time" | "time-local") => time = value,
            Some(_) => parsed.push(header.columns[header.columns.len() - columns.len() - 1].clone(), value),
            // More values than the header has names for.
            None => parsed.push("extra", value),
        }
    }
    let date = if date.is_empty() { header.date.as_deref().unwrap_or_default() } else { date };
    let stamp = timestamps::read(&format!("{date} {time}")).map(|(stamp, _)| stamp);
    // Times are UTC unless the header or the column says otherwise.
    let local = header.columns.iter().any(|column| column == "time-local");
    let stamp = stamp?;
    let stamp = if local { stamp } else { stamp.with_offset(header.offset_seconds.unwrap_or(0)) };
    parsed.level = parsed.field("status").and_then(Value::as_integer).map(|status| level::of_status(status as u16));
    Some(parsed.at(stamp))
}

/// Microsoft Exchange's message tracking, connectivity and protocol logs.
fn exchange<'a>(text: &'a str, header: &Header) -> Option<Parsed<'a>> {
    let mut parsed = Parsed::new("exchange", text).level(Level::Info);
    let mut rest = text;
    for column in &header.columns {
        let value;
        (value, rest) = comma_separated(rest)?;
        match column.as_ref() {
            "date-time" | "DateTime" => parsed.stamp = Some(timestamps::read(&value)?.0),
            "event-id" if value == "FAIL" => parsed.level = Some(Level::Error),
            "event-id" if value == "DEFER" => parsed.level = Some(Level::Warning),
            _ => {}
        }
        match value {
            _ if matches!(column.as_ref(), "date-time" | "DateTime") => {}
            Cow::Borrowed(value) => parsed.push(column.clone(), value),
            Cow::Owned(value) => parsed.add(column.clone(), Value::Text(value.into())),
        }
        if rest.is_empty() {
            break;
        }
    }
    parsed.stamp.map(|_| parsed)
}

/// One value, maybe in quotes that are doubled within it (RFC 4180), and what follows its comma.
fn comma_separated(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(',').unwrap_or((text, ""));
        return Some((value.into(), rest));
    };
    let mut at = 0;
    loop {
        at += memchr::memchr(b'"', &quoted.as_bytes()[at..])?;
        if quoted.as_bytes().get(at + 1) != Some(&b'"') {
            break;
        }
        at += 2;
    }
    let (value, rest) = (&quoted[..at], &quoted[at + 1..]);
    let value = if value.contains("\"\"") { value.replace("\"\"", "\"").into() } else { value.into() };
    Some((value, rest.strip_prefix(',').unwrap_or(rest)))
}

fn column_name(name: &str) -> Cow<'static, str> {
    if name.len() > NAME_BYTES_MAX {
        return "column".into();
    }
    match PLAIN.iter().find(|(w3c, _)| *w3c == name) {
        Some((_, plain)) => Cow::Borrowed(plain),
        None => Cow::Owned(name.to_owned()),
    }
}

/// `-0800` in seconds.
fn offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("-", digits) => (-1, digits),
        ("+", digits) => (1, digits),
        _ => return None,
    };
    let value: i64 = number(digits).filter(|value| (0..=1800).contains(value))?;
    Some(sign * (value / 100 * 3600 + value % 100 * 60))
}

pub(super) fn sniff_zeek(text: &str) -> bool {
    const DIRECTIVES: [&str; 9] = [
        "#separator ",
        "#set_separator",
        "#empty_field",
        "#unset_field",
        "#path\t",
        "#open\t",
        "#close\t",
        "#fields\t",
        "#types\t",
    ];
    DIRECTIVES.iter().any(|directive| text.starts_with(directive))
}

pub(super) fn parse_zeek<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let header = &mut memory.header;
    if sniff_zeek(text) {
        header.format = "zeek";
        if let Some(names) = text.strip_prefix("#fields\t") {
            header.columns = names.split('\t').take(COLUMNS_MAX).map(column_name).collect();
        } else if let Some(path) = text.strip_prefix("#path\t") {
            header.date = Some(path.to_owned()).filter(|path| path.len() <= NAME_BYTES_MAX);
        }
        return Some(Parsed::new("zeek", text));
    }
    if header.format != "zeek" || header.columns.is_empty() {
        return None;
    }
    let mut parsed = Parsed::new("zeek", text).logger(header.date.clone().unwrap_or_default());
    let mut values = text.split('\t');
    let mut stamp: Option<Stamp> = None;
    for name in &header.columns {
        let value = values.next()?;
        match name.as_ref() {
            "ts" => stamp = timestamps::epoch(value).map(|(stamp, _)| stamp),
            _ if value == "(empty)" => {}
            "uid" | "version" => parsed.fields.push(Field { name: name.clone(), value: Value::Text(value.into()) }),
            _ => parsed.push(name.clone(), value),
        }
    }
    Some(parsed.at(stamp?))
}
