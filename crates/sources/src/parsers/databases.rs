//! PostgreSQL, MySQL and MariaDB, Redis.

use super::Memory;
use crate::{
    cursor::Cursor,
    level,
    record::{Parsed, Value},
    timestamps,
};
use model::Level;
use std::borrow::Cow;

/// `2025-01-10 14:32:15.123 CET [1234] user@database ERROR:  message`: any `log_line_prefix` that ends before a level
/// with two spaces, with the time first or, within syslog, with `[7-1]`.
pub(super) fn postgres(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp();
    let in_syslog = stamp.is_none() && cursor.peek() == Some(b'[');
    // `[7-1]`: the number of the record within syslog. A time in brackets is somebody else's.
    if stamp.is_none() && !(in_syslog && is_line_number(text)) {
        return None;
    }
    if stamp.is_some() {
        cursor.eat(":");
    }
    cursor.spaces();
    let prefix = cursor.rest();
    let (at, word) = severity(prefix)?;
    // Sidekiq names its process and its thread before the severity.
    if prefix.starts_with("pid=") && prefix[..at].contains(" tid=") {
        return None;
    }
    let message = prefix[at + word.len() + 1..].trim_start_matches(' ');
    let level = pg_level(word)?;
    let mut parsed = Parsed::new("postgres", message).at(stamp).level(level).text("severity", word);
    let between: &[char] = if prefix[..at].ends_with(':') { &[' ', ',', ':'] } else { &[' ', ','] };
    for part in prefix[..at].split(between).filter(|part| !part.is_empty()) {
        parsed = prefix_part(parsed, part, in_syslog);
    }
    if let Some(rest) = message.strip_prefix("duration: ")
        && let Some((millis, _)) = rest.split_once(" ms")
        && let Value::Float(millis) = Value::read(millis)
    {
        parsed = parsed.number("duration_ms", millis);
    }
    Some(parsed)
}

fn is_line_number(text: &str) -> bool {
    let inside = Cursor::new(text).bracketed().unwrap_or_default();
    inside.split_once('-').is_some_and(|(line, part)| {
        [line, part].iter().all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Where in the first part of a line a word in capitals stands before `:  `, and the word.
fn severity(text: &str) -> Option<(usize, &str)> {
    const PREFIX_MAX: usize = 200;
    let head = &text.as_bytes()[..text.len().min(PREFIX_MAX)];
    let end = memchr::memmem::find(head, b":  ").or_else(|| memchr::memmem::find(head, b": "))?;
    let end = if text[..end].ends_with(' ') { end - 1 } else { end };
    // On Amazon RDS the prefix ends with a colon.
    let word_at = text[..end].rfind([' ', ':']).map_or(0, |before| before + 1);
    let word = &text[word_at..end];
    pg_level(word)?;
    // Other programs call their errors so, too; PostgreSQL has two spaces behind it, or who speaks before it.
    let is_of_server = is_english(word) && text[..word_at].contains(['[', '@', '=']);
    if !is_of_server && !text[end..].starts_with(":  ") {
        return None;
    }
    // "INSTRUCTION : " in French has a space before its colon.
    text[end..].starts_with(':').then_some((word_at, word))
}

/// What PostgreSQL writes before the colon: in English, and in the languages it is translated to (`msgid "ERROR"` of its
/// catalogues). `STATEMENT` and its like belong to the error before.
#[rustfmt::skip]
const SEVERITIES: &[(Level, &[&str], &[&str])] = &[
    (Level::Debug, &["DEBUG", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5"], &[]),
    (Level::Info, &["INFO", "NOTICE", "LOG", "DETAIL", "HINT", "QUERY", "CONTEXT", "LOCATION", "STATEMENT"], &[
        "DÉTAIL", "ASTUCE", "REQUÊTE", "CONTEXTE", "EMPLACEMENT", "INSTRUCTION", "HINWEIS", "TIPP", "ANWEISUNG", "ZUSAMMENHANG",
        "DETALLE", "SENTENCIA", "CONTEXTO", "NOTIFICA", "DETTAGLI", "SUGGERIMENTO", "ISTRUZIONE", "CONTESTO", "LOGG", "NOTIS", "DETALJ",
        "TIPS", "SATS", "KONTEXT", "СООБЩЕНИЕ", "ЗАМЕЧАНИЕ", "ПОДРОБНОСТИ", "ПОДСКАЗКА", "ОПЕРАТОР", "КОНТЕКСТ", "ЗАПИСУВАННЯ",
        "ПОВІДОМЛЕННЯ",
    ]),
    (Level::Warning, &["WARNING"], &["ATTENTION", "AVERTISSEMENT", "WARNUNG", "ATTENZIONE", "VARNING", "ПРЕДУПРЕЖДЕНИЕ", "ПОПЕРЕДЖЕННЯ"]),
    (Level::Error, &["ERROR"], &["ERREUR", "FEHLER", "ERRORE", "FEL", "ОШИБКА", "ПОМИЛКА"]),
    (Level::Critical, &["FATAL", "PANIC"], &[
        "PANIQUE", "PANIK", "FATALE", "PANICO", "FATALT", "ВАЖНО", "ПАНИКА", "ФАТАЛЬНО", "ПАНІКА",
    ]),
];

fn pg_level(word: &str) -> Option<Level> {
    let says = |(_, english, others): &&(Level, &[&str], &[&str])| english.contains(&word) || others.contains(&word);
    SEVERITIES.iter().find(says).map(|(level, ..)| *level)
}

fn is_english(word: &str) -> bool {
    SEVERITIES.iter().any(|(_, english, _)| english.contains(&word))
}

fn prefix_part<'a>(parsed: Parsed<'a>, part: &'a str, in_syslog: bool) -> Parsed<'a> {
    if let Some(inside) = part.strip_prefix('[').and_then(|part| part.split_once(']')).map(|(inside, _)| inside) {
        let name = if in_syslog && inside.contains('-') { "line" } else { "pid" };
        let number = if name == "pid" { inside.split('-').next().unwrap_or(inside) } else { inside };
        return if parsed.field(name).is_some() { parsed } else { parsed.with(name, number) };
    }
    match part.split_once('=') {
        Some(("db" | "database", value)) => parsed.text("database", value),
        Some(("user", value)) => parsed.text("user", value),
        Some(("app", value)) => parsed.text("application", value),
        Some(("client" | "host", value)) => parsed.text("client", value),
        Some(_) => parsed,
        None => match part.split_once('@') {
            Some((user, database)) => parsed.text("user", user).text("database", database),
            None => parsed,
        },
    }
}

/// The first columns of PostgreSQL's CSV log; several are left out here as they repeat others.
const CSV: [&str; 23] = [
    "time",
    "user",
    "database",
    "pid",
    "client",
    "session_id",
    "session_line",
    "command",
    "session_start",
    "virtual_transaction",
    "transaction",
    "severity",
    "sql_state",
    "message",
    "detail",
    "hint",
    "internal_query",
    "",
    "context",
    "statement",
    "",
    "location",
    "application",
];

pub(super) fn sniff_csv(text: &str) -> bool {
    let mut cursor = Cursor::new(text);
    cursor.stamp().is_some() && has_session(cursor.rest()).is_some()
}

/// Whether the fourth column is a process and the sixth a session, `67810af1.1f2`: other tables begin with a time too.
fn has_session(mut rest: &str) -> Option<()> {
    const PROCESS: usize = 3;
    const SESSION: usize = 5;
    for column in 1..=SESSION {
        let (value, after) = csv_cell(rest.strip_prefix(',')?)?;
        rest = after;
        let is_right = match column {
            PROCESS => !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()),
            SESSION => value.split_once('.').is_some_and(|(start, process)| {
                let is_hexadecimal = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_hexdigit());
                is_hexadecimal(start) && is_hexadecimal(process)
            }),
            _ => true,
        };
        is_right.then_some(())?;
    }
    Some(())
}

pub(super) fn parse_csv<'a>(text: &'a str, _: &mut Memory) -> Option<Parsed<'a>> {
    let (stamp, length) = timestamps::read(text)?;
    let mut parsed = Parsed::new("postgres_csv", "").at(stamp);
    let mut rest = text[length..].strip_prefix(',')?;
    for name in &CSV[1..] {
        let (value, after) = csv_cell(rest)?;
        match (*name, value) {
            ("message", value) => parsed.message = value,
            ("severity", value) => parsed.level = pg_level(&value),
            ("" | "session_id" | "session_start" | "session_line" | "virtual_transaction", _) => {}
            (_, value) if value.is_empty() || value == "0" => {}
            (name, Cow::Borrowed(value)) => parsed.push(name, value),
            (name, value) => parsed.fields.push(crate::record::Field { name: name.into(), value: Value::Text(value) }),
        }
        rest = match after.strip_prefix(',') {
            Some(rest) => rest,
            // Older servers write fewer columns.
            None => break,
        };
    }
    parsed.level.is_some().then_some(parsed)
}

/// One cell of RFC 4180 at the beginning of `text`, and what follows it.
fn csv_cell(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(inside) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return Some((text[..end].into(), &text[end..]));
    };
    let mut at = 0;
    let mut doubled = false;
    loop {
        at += inside.get(at..)?.find('"')?;
        if inside.as_bytes().get(at + 1) != Some(&b'"') {
            break;
        }
        doubled = true;
        at += 2;
    }
    let cell = if doubled { inside[..at].replace("\"\"", "\"").into() } else { inside[..at].into() };
    Some((cell, &inside[at + 1..]))
}

/// Whether a quote is still open at the end of `text`: the record goes on in the next line.
pub(super) fn csv_is_open(text: &str) -> bool {
    memchr::memchr_iter(b'"', text.as_bytes()).count() % 2 == 1
}

/// `2025-01-10T14:32:15.123456Z 0 [Warning] [MY-010055] [Server] message`, MariaDB's `2025-01-10 14:32:15 0 [Note] …`
/// and the general query log.
pub(super) fn mysql(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.gap()?;
    let thread = match cursor.digits() {
        Some(thread) => {
            cursor.gap()?;
            thread
        }
        // Until 5.7 there was none, and the date had six digits.
        None if text.as_bytes().get(6) == Some(&b' ') => "",
        None => return None,
    };
    if cursor.peek() == Some(b'[') {
        let level = level::named(cursor.bracketed()?)?;
        let mut parsed = Parsed::new("mysql", "").at(stamp).level(level).with("thread", thread);
        cursor.spaces();
        for name in ["code", "subsystem"] {
            if let Some(inside) = Cursor::new(cursor.rest()).bracketed().filter(|inside| !inside.contains(' ')) {
                parsed = parsed.text(name, inside);
                cursor.bracketed()?;
                cursor.spaces();
            }
        }
        parsed.message = cursor.rest().into();
        return Some(parsed);
    }
    const COMMANDS: [&str; 12] = [
        "Query",
        "Connect",
        "Quit",
        "Init DB",
        "Field List",
        "Prepare",
        "Execute",
        "Close stmt",
        "Statistics",
        "Ping",
        "Change user",
        "Reset stmt",
    ];
    let command = COMMANDS.iter().find(|command| cursor.eat(command).is_some())?;
    cursor.gap().or_else(|| cursor.is_done().then_some(()))?;
    Some(
        Parsed::new("mysql", cursor.rest())
            .at(stamp)
            .level(Level::Info)
            .with("thread", thread)
            .text("command", command),
    )
}

/// MySQL's and MariaDB's log of slow statements: `# Time: …`, `# User@Host: …`, `# Query_time: 1.2 …`, then the statement.
pub(super) fn slow_log(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("# Time: ")?;
    cursor.spaces();
    let stamp = cursor.stamp()?;
    cursor.is_done().then(|| Parsed::new("mysql_slow", text).at(stamp).level(Level::Warning))
}

/// `1234:M 10 Jan 2025 14:32:15.123 * Ready to accept connections`; the sign is the level.
pub(super) fn redis(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let process = cursor.digits()?;
    cursor.eat(":")?;
    let role = match cursor.take(|byte| byte.is_ascii_alphabetic() || byte == b'-') {
        "M" => "master",
        "S" => "replica",
        "C" => "child",
        "X" => "sentinel",
        "signal-handler" => "signal-handler",
        _ => return None,
    };
    cursor.eat(" ")?;
    let parsed = Parsed::new("redis", "").with("pid", process).text("role", role);
    if cursor.eat("(").is_some() {
        let (stamp, _) = timestamps::epoch(cursor.until_byte(b')')?)?;
        cursor.spaces();
        return Some(Parsed { message: cursor.rest().into(), ..parsed.at(stamp).level(Level::Info) });
    }
    let stamp = cursor.stamp()?;
    cursor.eat(" ")?;
    let level = match cursor.take(|byte| b".-*#".contains(&byte)) {
        "." => Level::Debug,
        "-" | "*" => Level::Info,
        "#" => Level::Warning,
        _ => return None,
    };
    cursor.eat(" ")?;
    Some(Parsed { message: cursor.rest().into(), ..parsed.at(stamp).level(level) })
}
