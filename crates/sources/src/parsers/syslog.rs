//! Syslog: RFC 5424, RFC 3164, and what rsyslog writes to files with a full date. What a program wrote into the
//! message is recognised in its turn.

use super::{
    Carried, Memory, mail,
    marks::{self, Divided},
    unwrap,
};
use crate::{
    cursor::{Cursor, number},
    level,
    record::{FIELDS_MAX, Field, Parsed, Value},
    timestamps::{self, Stamp},
};
use model::Level;

/// RFC 5424 §6.2.1.
const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "security", "console", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];

/// Bytes of a name in structured data.
const NAME_BYTES_MAX: usize = 128;

struct Head<'a> {
    priority: Option<u8>,
    /// A level in words behind the host, as F5 writes it.
    level: Option<Level>,
    stamp: Option<Stamp>,
    host: &'a str,
    program: &'a str,
    process: &'a str,
    message: &'a str,
    /// All behind the time.
    behind: &'a str,
}

pub(super) fn sniff(text: &str) -> bool {
    head(text).is_some()
}

pub(super) fn parse<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let head = head(text)?;
    let parsed = Parsed::new("syslog", head.message).at(head.stamp).level(head.level);
    let parsed = dress(parsed, head.priority).logger(head.program).text("host", head.host).with("pid", head.process);
    if let Some(daemon) = head.program.strip_prefix("postfix/") {
        return Some(mail::postfix(parsed, daemon, head.message));
    }
    let mut parsed = unwrap(parsed, memory);
    // What stands where the host should may be no host.
    if head.program.is_empty() || head.host.contains('[') {
        let marked = || marks::find(head.behind, Divided::Otherwise).or_else(|| level::find(head.behind));
        parsed.level = parsed.level.or_else(marked);
    }
    Some(parsed)
}

pub(super) fn carried(text: &str) -> Option<Carried<'_>> {
    let head = head(text)?;
    Some(Carried::new((head.host, head.program, head.process), head.message))
}

pub(super) fn dress(parsed: Parsed<'_>, priority: Option<u8>) -> Parsed<'_> {
    let Some(priority) = priority else { return parsed };
    let facility = FACILITIES.get(usize::from(priority >> 3)).copied().unwrap_or_default();
    parsed.level(level::of_severity(i64::from(priority & 7))).text("facility", facility)
}

/// `<34>`; RFC 5424 §6.2.1 allows up to 191.
pub(super) fn priority(cursor: &mut Cursor<'_>) -> Option<u8> {
    cursor.eat("<")?;
    let value = number(cursor.digits()?)?;
    cursor.eat(">")?;
    (value <= 191).then_some(value)
}

fn head(text: &str) -> Option<Head<'_>> {
    let mut cursor = Cursor::new(text);
    let priority = if cursor.peek() == Some(b'<') { Some(priority(&mut cursor)?) } else { None };
    // `Sun 2026-05-31 22:53:17 UTC` is how the journal writes it in full.
    let is_of_journal = matches!(cursor.rest().as_bytes().get(3..5), Some([b' ', b'0'..=b'9']));
    let dated_in_full = cursor.rest().as_bytes().get(10) == Some(&b'T') || is_of_journal;
    // `Nov-20 05:44:09` is of programs that write no host.
    let is_dashed = cursor.rest().as_bytes().get(3) == Some(&b'-');
    let stamp = cursor.stamp().filter(|_| !is_dashed)?;
    cursor.eat(" ")?;
    let yearless = matches!(stamp, Stamp::Yearless { .. });
    if let Some(head) = yearless.then(|| with_year(text, priority)).flatten() {
        return Some(head);
    }
    let full = dated_in_full && matches!(stamp, Stamp::Instant(_));
    // A dash is no host where no priority says that it is syslog: `2026-11-20T10:00:00.123Z - info: message` of winston.
    let is_dash = priority.is_none() && cursor.rest().starts_with("- ");
    if !yearless && !full || cursor.peek() == Some(b' ') || is_dash {
        return None;
    }
    // Dante tells the moment once more, and no host: `Nov 20 10:00:00 (1795168800.616347) sockd[948]: message`.
    if let Some((stamp, length)) = timestamps::told_again(stamp, cursor.rest()) {
        let behind = cursor.rest()[length..].trim_start();
        cursor = Cursor::new(behind);
        let (program, process) = tag(&mut cursor)?;
        let (stamp, message) = (Some(stamp), cursor.rest());
        return Some(Head { priority, level: None, stamp, host: "", program, process, message, behind });
    }
    let after_time = cursor;
    let behind = cursor.rest();
    let host = cursor.word()?;
    // Many write a level where syslog has its host, or a name in brackets.
    let inner = host.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if host.starts_with(['[', '<']) && !yearless
        || inner.len() < host.len() && (level::named(inner).is_some() || inner.len() == 1)
        || host.bytes().all(|byte| byte.is_ascii_uppercase()) && level::named(host).is_some()
    {
        return None;
    }
    if full && let Some(priority) = of_vmware(host) {
        let (program, process) = tag(&mut cursor)?;
        let (priority, message) = (Some(priority), cursor.rest());
        return Some(Head { priority, level: None, stamp: Some(stamp), host: "", program, process, message, behind });
    }
    // What only looks like them is the program, or its first word.
    let priority = priority.or(worded(&mut cursor));
    let level = of_program(&mut cursor);
    let stamp = Some(stamp);
    // Dovecot's own log has no host: `Nov 20 10:00:00 imap-login: Info: message`.
    if let Some(program) = host.strip_suffix(':').filter(|_| yearless)
        && let Some((level, message)) = cursor.rest().split_once(": ")
        && let Some(level) = level::plainly_named(level)
    {
        let program = program.split_once(['(', '<']).map_or(program, |(program, _)| program);
        return Some(Head { priority, level: Some(level), stamp, host: "", program, process: "", message, behind });
    }
    if let Some((program, process)) = tag(&mut cursor) {
        // A level in capitals is no program: `2026-11-20T10:00:00Z app/web/4f2a ERROR: message`.
        let is_level = process.is_empty() && program.len() > 3 && program.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(level) = is_level.then(|| level::named(program)).flatten() {
            let (level, message) = (Some(level), cursor.rest().trim_start());
            return Some(Head { priority, level, stamp, host, program: "", process, message, behind });
        }
        return Some(Head { priority, level, stamp, host, program, process, message: cursor.rest(), behind });
    }
    // "--- last message repeated 2 times ---", and lines whose program was forgotten.
    if !yearless {
        return None;
    }
    let (host, message) = if host == "---" { ("", after_time.rest()) } else { (host, cursor.rest()) };
    Some(Head { priority, level, stamp, host, program: "", process: "", message, behind })
}

/// `Nov 20 10:00:00 2026 sw1 authmgr[4211]: message`, as Aruba's controllers write it.
fn with_year(text: &str, priority: Option<u8>) -> Option<Head<'_>> {
    let text = if priority.is_some() { text.split_once('>')?.1 } else { text };
    let (stamp, length) = timestamps::with_year_last(text)?;
    let mut cursor = Cursor::new(&text[length..]);
    cursor.gap()?;
    let behind = cursor.rest();
    let host = cursor.word()?;
    let (program, process) = tag(&mut cursor)?;
    Some(Head { priority, level: None, stamp: Some(stamp), host, program, process, message: cursor.rest(), behind })
}

/// `In(166)`, `Er(163)`: two letters of the severity and the priority, where VMware's ESXi writes no host.
fn of_vmware(word: &str) -> Option<u8> {
    const SEVERITIES: [&str; 8] = ["Em", "Al", "Cr", "Er", "Wa", "No", "In", "Db"];
    let (letters, number) = word.strip_suffix(')')?.split_once('(')?;
    let severity = SEVERITIES.iter().position(|name| *name == letters)?;
    let priority: u8 = number.parse().ok().filter(|priority| *priority <= 191)?;
    (usize::from(priority & 7) == severity).then_some(priority)
}

/// `auth.info `, as BusyBox writes facility and severity before the program.
fn in_words(cursor: &mut Cursor<'_>) -> Option<u8> {
    const SEVERITIES: [&str; 8] = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];
    let mut next = *cursor;
    let (facility, severity) = next.word()?.split_once('.')?;
    let facility = FACILITIES.iter().position(|name| *name == facility)?;
    let severity = match severity {
        "panic" => "emerg",
        "error" => "err",
        "warning" => "warn",
        severity => severity,
    };
    let severity = SEVERITIES.iter().position(|name| *name == severity)?;
    *cursor = next;
    u8::try_from(facility << 3 | severity).ok()
}

/// Whether it is a facility's name, as syslog servers write it before a severity.
pub(super) fn is_facility(name: &str) -> bool {
    FACILITIES.iter().any(|facility| facility.eq_ignore_ascii_case(name))
}

/// Facility and severity in words where a program's name follows.
pub(super) fn worded(cursor: &mut Cursor<'_>) -> Option<u8> {
    let mut next = *cursor;
    let priority = in_words(&mut next)?;
    tag(&mut next.clone())?;
    *cursor = next;
    Some(priority)
}

/// `notice mcpd[123]: `: a level before a program's name, of which the name is left.
fn of_program(cursor: &mut Cursor<'_>) -> Option<Level> {
    let mut next = *cursor;
    let level = level::plainly_named(next.word()?)?;
    // `error main: message` is a tag of two words.
    tag(&mut next.clone()).filter(|(_, process)| !process.is_empty())?;
    *cursor = next;
    Some(level)
}

/// `sshd[123]: `, `CRON: `, `postfix/smtp[7]: `; macOS may put another name in parentheses before the colon.
fn tag<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a str, &'a str)> {
    let mut next = *cursor;
    let program = next.take(|byte| byte.is_ascii_alphanumeric() || b"_-./()@+%".contains(&byte));
    if program.is_empty() {
        return None;
    }
    let process = if next.peek() == Some(b'[') { next.bracketed()? } else { "" };
    if next.rest().starts_with(" (") {
        next.until_byte(b')')?;
    }
    next.eat(":")?;
    // A colon within a word ends no tag, as in an IPv6 address.
    if !matches!(next.peek(), None | Some(b' ' | b'\t')) {
        return None;
    }
    next.eat(" ");
    *cursor = next;
    Some((program, process))
}

/// RFC 5424's header; some write it to files without priority and version.
struct Header<'a> {
    priority: Option<u8>,
    stamp: Option<Stamp>,
    host: &'a str,
    app: &'a str,
    process: &'a str,
    id: &'a str,
    rest: Cursor<'a>,
}

pub(super) fn sniff_5424(text: &str) -> bool {
    header(text).is_some()
}

pub(super) fn parse_5424<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let head = header(text)?;
    let mut rest = head.rest;
    let mut data = Vec::new();
    structured_data(&mut rest, &mut data)?;
    rest.spaces();
    let message = rest.rest().trim_start_matches('\u{feff}');
    let mut parsed = dress(Parsed::new("syslog5424", message).at(head.stamp), head.priority)
        .logger(head.app)
        .text("host", head.host)
        .with("pid", head.process)
        .text("msgid", head.id);
    let told = data.iter().find(|field| field.name.ends_with(".level")).and_then(|field| field.value.as_text());
    parsed.level = parsed.level.or_else(|| told.and_then(level::named));
    parsed.fields.append(&mut data);
    Some(unwrap(parsed, memory))
}

pub(super) fn carried_5424(text: &str) -> Option<Carried<'_>> {
    let head = header(text)?;
    let mut rest = head.rest;
    structured_data(&mut rest, &mut Vec::new())?;
    rest.spaces();
    Some(Carried::new((head.host, head.app, head.process), rest.rest().trim_start_matches('\u{feff}')))
}

fn header(text: &str) -> Option<Header<'_>> {
    let mut cursor = Cursor::new(text);
    let priority = if cursor.peek() == Some(b'<') {
        let priority = priority(&mut cursor)?;
        cursor.eat("1 ")?;
        Some(priority)
    } else {
        // Some leave the priority and keep the version.
        cursor.eat("1 ");
        None
    };
    let stamp = match cursor.eat("- ") {
        Some(()) => None,
        None => {
            // RFC 5424 §6.2.3 puts a T between date and time; behind a space there are words that are no header.
            cursor.rest().as_bytes().get(10).filter(|byte| **byte == b'T')?;
            let stamp = cursor.stamp().filter(|stamp| matches!(stamp, Stamp::Instant(_)))?;
            cursor.eat(" ")?;
            Some(stamp)
        }
    };
    let mut part = || {
        let part = cursor.until_byte(b' ')?;
        (!part.is_empty()).then_some(part)
    };
    let (host, app, process, id) = (part()?, part()?, part()?, part()?);
    let bare = priority.is_none();
    // Heroku's drains leave the data out behind an empty identifier.
    let data = matches!(cursor.peek(), Some(b'[' | b'-')) || !bare && id == "-";
    // Without a priority the four words could be any; a process that is a number is the better sign.
    let likely = !bare || process == "-" || process.bytes().all(|byte| byte.is_ascii_digit());
    (data && likely).then_some(Header { priority, stamp, host, app, process, id, rest: cursor })
}

/// `-`, or `[id name="value" …]` any number of times, whose names become `id.name`.
fn structured_data<'a>(cursor: &mut Cursor<'a>, fields: &mut Vec<Field<'a>>) -> Option<()> {
    if cursor.eat("-").is_some() {
        return Some(());
    }
    while cursor.eat("[").is_some() {
        let id = cursor.take(|byte| !b" ]\"=".contains(&byte));
        cursor.spaces();
        while cursor.eat("]").is_none() {
            let name = cursor.until_byte(b'=')?;
            let value = cursor.quoted()?;
            let value = if value.contains('\\') { Value::Text(unescape(value).into()) } else { Value::read(value) };
            // RFC 5424 allows 32 bytes a name.
            if id.len() > NAME_BYTES_MAX || name.len() > NAME_BYTES_MAX || fields.len() >= FIELDS_MAX {
                return None;
            }
            fields.push(Field { name: format!("{id}.{name}").into(), value });
            cursor.spaces();
        }
    }
    Some(())
}

/// RFC 5424 §6.3.3: a backslash protects a quote, a bracket and itself, and is itself before anything else.
fn unescape(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let protects = c == '\\' && matches!(chars.peek(), Some('"' | '\\' | ']'));
        plain.push(if protects { chars.next().unwrap_or(c) } else { c });
    }
    plain
}
