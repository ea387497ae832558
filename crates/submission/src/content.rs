//! The header of a message: what is for Vigie alone is read and taken out, and what was forgotten is added.
//!
//! Everything else leaves as it came, byte for byte: signatures (DKIM, S/MIME) stay right.

use jiff::{fmt::rfc2822, tz::TimeZone};
use memchr::memmem;
use model::Timestamp;
use std::fmt::Write as _;
use uuid::Uuid;

/// Bytes of a header.
const HEADER_MAX: usize = 512 << 10;
/// Servers that a message has been through (RFC 5321, 6.3).
const HOPS_MAX: usize = 50;
/// Characters of what a program says about a message.
const TEXT_MAX: usize = 200;
/// In which a message that was here has its mark.
const MARK: &str = "X-Vigie-Id";

/// What a program says about a message in header fields of its own, which are taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// `X-Vigie-Job`: the name of the mailing, or its id.
    pub job: String,
    /// `X-Vigie-Application`
    pub application: String,
    /// `X-Vigie-Flow`
    pub flow: String,
    /// `X-Vigie-User`
    pub user: String,
    /// `X-Vigie-File`
    pub file: String,
    /// `X-Vigie-Trace-Name`
    pub trace_name: String,
    /// `X-Vigie-Idempotency-Key`
    pub idempotency_key: String,
}

/// A message that is ready to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub content: Vec<u8>,
    pub labels: Labels,
    /// As it stands in the header, its words decoded.
    pub subject: String,
    /// Without angle brackets.
    pub message_id: String,
    /// The address of `From`, in lower case; empty where there is none.
    pub author: String,
}

/// Under what a message has come.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    pub id: Uuid,
    pub at: Timestamp,
    /// What this Vigie marks messages with: one that has it comes back in a loop.
    pub mark: &'a str,
    /// The sender of the envelope.
    pub from: &'a str,
}

/// Reads the header and writes it anew.
///
/// # Errors
/// The reply to a message that is not taken.
pub fn prepare(content: &[u8], arrival: Arrival<'_>) -> Result<Prepared, &'static str> {
    let end = match memmem::find(content, b"\r\n\r\n") {
        _ if content.starts_with(b"\r\n") => 0,
        Some(end) => end + 2,
        None => content.len(),
    };
    if end > HEADER_MAX {
        return Err("554 5.6.0 the header of the message is too long");
    }
    let (head, body) = content.split_at(end);
    let mut out = Vec::with_capacity(content.len() + 256);
    let mut found = Found::default();
    let _ = write!(found.added, "{MARK}: {}@{}\r\n", arrival.id.simple(), arrival.mark);
    let mut kept = Vec::with_capacity(head.len());
    for field in fields(head) {
        let Some(colon) = field.iter().position(|byte| *byte == b':') else {
            // What is no field ends the header: what follows is the message itself.
            return Err("554 5.6.0 a line of the header is no field");
        };
        let name = String::from_utf8_lossy(field[..colon].trim_ascii()).to_ascii_lowercase();
        if found.is_kept(&name, &field[colon + 1..], arrival)? {
            kept.extend_from_slice(field);
        }
    }
    if found.message_id.is_empty() {
        let domain = arrival.from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        found.message_id = format!("{}@{domain}", arrival.id.simple());
        let _ = write!(found.added, "Message-ID: <{}>\r\n", found.message_id);
    }
    if !found.has_date {
        let at = jiff::Timestamp::from_microsecond(arrival.at.as_micros()).unwrap_or_default();
        if let Ok(date) = rfc2822::to_string(&at.to_zoned(TimeZone::UTC)) {
            let _ = write!(found.added, "Date: {date}\r\n");
        }
    }
    out.extend_from_slice(found.added.as_bytes());
    out.extend_from_slice(&kept);
    if !body.starts_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(body);
    let Found { labels, subject, message_id, author, .. } = found;
    Ok(Prepared { content: out, labels, subject, message_id, author })
}

#[derive(Default)]
struct Found {
    labels: Labels,
    subject: String,
    message_id: String,
    author: String,
    has_date: bool,
    hops: usize,
    added: String,
}

impl Found {
    /// Reads a field, and says whether it goes on with the message.
    fn is_kept(&mut self, name: &str, value: &[u8], arrival: Arrival<'_>) -> Result<bool, &'static str> {
        let label = match name {
            "x-vigie-job" => &mut self.labels.job,
            "x-vigie-application" => &mut self.labels.application,
            "x-vigie-flow" => &mut self.labels.flow,
            "x-vigie-user" => &mut self.labels.user,
            "x-vigie-file" => &mut self.labels.file,
            "x-vigie-trace-name" => &mut self.labels.trace_name,
            "x-vigie-idempotency-key" => &mut self.labels.idempotency_key,
            _ => return self.is_passed_on(name, value, arrival),
        };
        *label = text(value).chars().take(TEXT_MAX).collect();
        Ok(false)
    }

    fn is_passed_on(&mut self, name: &str, value: &[u8], arrival: Arrival<'_>) -> Result<bool, &'static str> {
        match name {
            "bcc" | "resent-bcc" | "return-path" => return Ok(false),
            "x-vigie-id" if text(value).ends_with(&format!("@{}", arrival.mark)) => {
                return Err("554 5.4.6 this message has been here before: it goes round in a loop");
            }
            "x-vigie-id" => return Ok(false),
            "received" => {
                self.hops += 1;
                if self.hops > HOPS_MAX {
                    return Err("554 5.4.6 too many Received fields: it goes round in a loop");
                }
            }
            "subject" => self.subject = text(value).chars().take(TEXT_MAX).collect(),
            "message-id" => {
                self.message_id = text(value).trim_matches(['<', '>', ' ']).chars().take(TEXT_MAX).collect();
            }
            "date" => self.has_date = true,
            "from" => self.author = address(&text(value)).to_lowercase(),
            _ => {}
        }
        Ok(true)
    }
}

/// The fields of a header, each with its continuation lines.
fn fields(head: &[u8]) -> Vec<&[u8]> {
    let (mut fields, mut begin, mut at) = (Vec::new(), 0, 0);
    while at < head.len() {
        let next = memmem::find(&head[at..], b"\r\n").map_or(head.len(), |end| at + end + 2);
        if !head.get(next).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            fields.push(&head[begin..next]);
            begin = next;
        }
        at = next;
    }
    fields
}

/// A value on one line, its encoded words (RFC 2047) read.
fn text(value: &[u8]) -> String {
    let raw = String::from_utf8_lossy(value);
    let one_line: String = raw.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let one_line = one_line.trim();
    let mut out = String::new();
    let mut rest = one_line;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let (before, word) = rest.split_at(at);
        let Some((decoded, behind)) = encoded_word(word) else {
            out.push_str(&rest[..at + 2]);
            (rest, after_word) = (&rest[at + 2..], false);
            continue;
        };
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&decoded);
        (rest, after_word) = (behind, true);
    }
    out.push_str(rest);
    out.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `=?charset?B?…?=` or `=?charset?Q?…?=` at the beginning, in UTF-8 or Latin-1, and what follows.
fn encoded_word(word: &str) -> Option<(String, &str)> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let mut parts = word.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding) = (parts.next()?, parts.next()?);
    let (data, behind) = parts.next()?.split_once("?=")?;
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(data).ok()?,
        "Q" | "q" => quoted(data),
        _ => return None,
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) if !charset.to_ascii_lowercase().starts_with("iso-8859") => text,
        Ok(text) => text.bytes().map(char::from).collect(),
        Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
    };
    Some((text, behind))
}

fn quoted(data: &str) -> Vec<u8> {
    let (bytes, mut out, mut at) = (data.as_bytes(), Vec::with_capacity(data.len()), 0);
    while at < bytes.len() {
        let hex = || u8::from_str_radix(data.get(at + 1..at + 3)?, 16).ok();
        match bytes[at] {
            b'=' if let Some(byte) = hex() => {
                out.push(byte);
                at += 3;
                continue;
            }
            b'_' => out.push(b' '),
            byte => out.push(byte),
        }
        at += 1;
    }
    out
}

/// The first address of a field of addresses.
fn address(value: &str) -> String {
    let inside = value.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inside, _)| inside);
    inside.unwrap_or_else(|| value.split(',').next().unwrap_or_default()).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn arrival() -> Arrival<'static> {
        Arrival { id: ID, at: Timestamp::from_micros(1_800_000_000_000_000), mark: "here", from: "a@x.fr" }
    }

    fn prepared(content: &str) -> Result<Prepared, &'static str> {
        prepare(content.as_bytes(), arrival())
    }

    #[test]
    fn what_is_for_vigie_is_read_and_nobody_else_sees_it() {
        let message = prepared(
            "Subject: =?utf-8?b?RmFjdHVyZSBkJ8OpdMOp?=\r\n =?utf-8?q?_=C3=A0?= vous\r\nBcc: c@x.fr,\r\n d@x.fr\r\n\
             X-Vigie-Job: Factures\r\nx-vigie-file: a.pdf\r\nReturn-Path: <z@x.fr>\r\nFrom: =?utf-8?q?C=C3=A9?= <Compta@X.fr>\r\n\
             Date: now\r\nMessage-ID: <1@x>\r\nDKIM-Signature: v=1;\r\n\tb=x\r\n\r\nX-Vigie-Job: body\r\n",
        )
        .unwrap();
        let text = String::from_utf8(message.content).unwrap();
        assert_eq!(
            text,
            "X-Vigie-Id: 00000000000000000000000000000007@here\r\nSubject: =?utf-8?b?RmFjdHVyZSBkJ8OpdMOp?=\r\n \
             =?utf-8?q?_=C3=A0?= vous\r\nFrom: =?utf-8?q?C=C3=A9?= <Compta@X.fr>\r\nDate: now\r\nMessage-ID: <1@x>\r\n\
             DKIM-Signature: v=1;\r\n\tb=x\r\n\r\nX-Vigie-Job: body\r\n"
        );
        assert_eq!(message.subject, "Facture d'été à vous");
        assert_eq!((message.message_id.as_str(), message.author.as_str()), ("1@x", "compta@x.fr"));
        assert_eq!((message.labels.job.as_str(), message.labels.file.as_str()), ("Factures", "a.pdf"));
    }

    #[test]
    fn what_was_forgotten_is_added() {
        for content in ["\r\nbody\r\n", "To: b@x.fr\r\n\r\nbody\r\n", "To: b@x.fr\r\n", ""] {
            let message = prepared(content).unwrap();
            let text = String::from_utf8(message.content).unwrap();
            assert!(text.contains("\r\nMessage-ID: <00000000000000000000000000000007@x.fr>\r\n"), "{text}");
            assert!(text.contains("\r\nDate: Fri, 15 Jan 2027 08:00:00 "), "{text}");
            assert_eq!(text.matches("\r\n\r\n").count(), 1, "{text:?}");
            assert_eq!(text.ends_with("\r\n\r\nbody\r\n"), content.contains("body"), "{text:?}");
        }
    }

    #[test]
    fn what_goes_round_or_is_no_message_is_refused() {
        let again = prepared("Subject: x\r\n\r\n").unwrap();
        for (content, expected) in [
            (String::from_utf8(again.content).unwrap(), Some("554 5.4.6")),
            ("X-Vigie-Id: 1@elsewhere\r\n\r\n".into(), None),
            (format!("{}\r\n", "Received: x\r\n".repeat(51)), Some("554 5.4.6")),
            (format!("{}\r\n", "Received: x\r\n".repeat(50)), None),
            ("no field\r\n\r\n".into(), Some("554 5.6.0")),
            (format!("X: {}\r\n\r\n", "a".repeat(600 << 10)), Some("554 5.6.0")),
        ] {
            let found = prepared(&content).err().map(|why| &why[..9]);
            assert_eq!(found, expected, "{content:.60}");
        }
    }

    #[test]
    fn words_are_read_where_they_can_be() {
        for (value, expected) in [
            (" plain ", "plain"),
            ("=?x", "=?x"),
            ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
            ("=?iso-8859-1?q?=E9t=E9?= =?utf-8?b?w6k=?=", "étéé"),
            ("a =?utf-8?q?b?= c", "a b c"),
            ("=?utf-8?q?a=?=", "a="),
        ] {
            assert_eq!(text(value.as_bytes()), expected, "{value}");
        }
    }
}
