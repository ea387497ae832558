//! Python's logging as people set it up: Django, plain formatters, loguru, structlog on a terminal.

use super::logfmt;
use crate::{cursor::Cursor, level, record::Parsed};
use model::Level;

/// `2025-01-10 14:32:15,123 - name - LEVEL - message`.
pub(super) fn dashed(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat(" - ")?;
    let first = cursor.until(" - ")?;
    if let Some(level) = level::named(first.trim()) {
        // Some put the level before the name, or leave the name out.
        let mut next = cursor;
        let logger = next.name().filter(|_| next.eat(" - ").is_some());
        let message = if logger.is_some() { next.rest() } else { cursor.rest() };
        return Some(Parsed::new("python", message).at(stamp).level(level).logger(logger.unwrap_or_default()));
    }
    let level = level::named(cursor.until(" - ")?.trim())?;
    (!first.contains(' ')).then(|| Parsed::new("python", cursor.rest()).at(stamp).level(level).logger(first))
}

/// `LEVEL:logger:message`, as `logging.basicConfig` writes.
pub(super) fn basic(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let level = capitals(&mut cursor)?;
    cursor.eat(":")?;
    let logger = cursor.take(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    cursor.eat(":")?;
    (!logger.is_empty()).then(|| Parsed::new("python_basic", cursor.rest()).level(level).logger(logger))
}

/// `LEVEL 2025-01-10 14:32:15,123 module 12 34 message`: the `verbose` of Django's documentation.
pub(super) fn django(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let level = capitals(&mut cursor)?;
    cursor.gap()?;
    let stamp = cursor.stamp()?;
    cursor.gap()?;
    let mut next = cursor;
    if let (Some(module), Some(process), Some(thread)) = (next.word(), next.word(), next.word())
        && [process, thread].iter().all(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
    {
        let parsed = Parsed::new("django", next.rest()).at(stamp).level(level).logger(module);
        return Some(parsed.with("pid", process).with("tid", thread));
    }
    Some(Parsed::new("django", cursor.rest()).at(stamp).level(level))
}

/// `2025-01-10 14:32:15 [INFO] message`: Vigie's own log files and mailing logs, and many a formatter.
pub(super) fn bracketed(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.gap()?;
    // A process, as gunicorn's users often add.
    let mut process = "";
    let mut inside = cursor.bracketed()?;
    if inside.bytes().all(|byte| byte.is_ascii_digit()) && cursor.gap().is_some() {
        process = inside;
        inside = cursor.bracketed()?;
    }
    let level = level::named(inside.trim())?;
    let padded = inside.ends_with(' ') || inside.bytes().all(|byte| byte.is_ascii_lowercase());
    cursor.gap();
    if padded {
        return Some(structlog(cursor).at(stamp).level(level).with("pid", process));
    }
    let mut next = cursor;
    // `[logger]` or `logger:`, of which the latter has a dot, or it could be the first word.
    let named = match next.bracketed() {
        Some(name) if is_name(name) && next.gap().is_some() => Some(name),
        _ => {
            next = cursor;
            next.name().map(|name| (name, name.strip_suffix(':').unwrap_or_default())).and_then(|(_, name)| {
                (name.contains(['.', '_']) && is_name(name) && next.gap().is_some()).then_some(name)
            })
        }
    };
    let rest = if named.is_some() { next.rest() } else { cursor.rest() };
    let parsed = Parsed::new("bracketed", rest).at(stamp).level(level).logger(named.unwrap_or_default());
    Some(parsed.with("pid", process))
}

/// structlog's ConsoleRenderer: the event, padded, then maybe `[logger]` and pairs.
fn structlog(mut cursor: Cursor<'_>) -> Parsed<'_> {
    cursor.spaces();
    let (event, mut fields) = logfmt::trailing(cursor.rest());
    let (event, logger) = match event.strip_suffix(']').and_then(|event| event.rsplit_once('[')) {
        Some((event, logger)) if is_name(logger) => (event.trim_end(), logger),
        _ => (event, ""),
    };
    let mut parsed = Parsed::new("structlog_console", event).logger(logger);
    parsed.fields.append(&mut fields);
    parsed
}

/// `[AUTO-SYNC] [INFO] 2025-10-10 14:23:01 [change_detector] - message`: a name, the level, the time, the module.
pub(super) fn tagged(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let first = cursor.bracketed()?;
    let (tag, level) = match level::named(first.trim()) {
        Some(level) => ("", level),
        None => {
            cursor.gap()?;
            (first, level::named(cursor.bracketed()?.trim())?)
        }
    };
    cursor.gap()?;
    let stamp = cursor.stamp()?;
    cursor.gap()?;
    let module = cursor.bracketed().unwrap_or_default();
    cursor.spaces();
    if cursor.eat("- ").is_none() {
        cursor.eat(": ");
    }
    Some(Parsed::new("tagged", cursor.rest()).at(stamp).level(level).logger(module).text("tag", tag))
}

/// `2025-01-10 14:32:15.123 | INFO     | module:function:12 - message`.
pub(super) fn loguru(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat(" | ")?;
    let level = level::named(cursor.until("|")?.trim())?;
    cursor.spaces();
    let place = cursor.until(" - ")?;
    let mut parts = place.rsplitn(3, ':');
    let (line, function, module) = (parts.next()?, parts.next()?, parts.next()?);
    let parsed = Parsed::new("loguru", cursor.rest()).at(stamp).level(level).logger(module);
    Some(parsed.text("function", function).with("line", line))
}

/// `MainThread::INFO::2011-12-05 07:04:56,101::vdsm::71::vds::(run) message`.
pub(super) fn doubled(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let thread = cursor.until("::")?;
    let level = cursor.level()?;
    cursor.eat("::")?;
    let stamp = cursor.stamp()?;
    cursor.eat("::")?;
    let module = cursor.until("::")?;
    let line = cursor.until("::")?;
    let logger = cursor.until("::")?;
    let function = if cursor.eat("(").is_some() { cursor.until_byte(b')')? } else { "" };
    cursor.spaces();
    let parsed = Parsed::new("vdsm", cursor.rest()).at(stamp).level(level).logger(logger);
    Some(parsed.text("thread", thread).text("module", module).with("line", line).text("function", function))
}

/// What Django says of requests without a formatter: `Internal Server Error: /path`.
pub(super) fn django_request(text: &str) -> Option<Parsed<'_>> {
    const SAID: [(&str, Level); 8] = [
        ("Internal Server Error: ", Level::Error),
        ("Service Unavailable: ", Level::Error),
        ("Not Found: ", Level::Warning),
        ("Forbidden: ", Level::Warning),
        ("Forbidden (", Level::Warning),
        ("Bad Request: ", Level::Warning),
        ("Method Not Allowed", Level::Warning),
        ("Unauthorized: ", Level::Warning),
    ];
    let (said, level) = SAID.iter().find(|(said, _)| text.starts_with(said))?;
    let path = text[said.len()..].split_whitespace().next().filter(|path| path.starts_with('/')).unwrap_or_default();
    (!path.is_empty() || text.contains("): /"))
        .then(|| Parsed::new("django_request", text).level(*level).logger("django.request").text("path", path))
}

/// A level in capitals: other words at the beginning of a line are words.
fn capitals(cursor: &mut Cursor<'_>) -> Option<Level> {
    cursor.peek().filter(u8::is_ascii_uppercase)?;
    let word = cursor.take(|byte| byte.is_ascii_uppercase());
    level::named(word)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-$:/".contains(&byte))
}
