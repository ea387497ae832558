//! PHP: Laravel and whatever else writes with Monolog, and PHP's own error log.

use crate::{cursor::Cursor, level, record::Parsed};
use jiff::tz::TimeZone;
use model::Level;

/// `[2025-01-10 14:32:15] production.ERROR: message {"context":…} []`.
pub(super) fn monolog(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let stamp = cursor.stamp()?;
    cursor.eat("] ")?;
    let (channel, word) = cursor.until(": ").or_else(|| cursor.until(":"))?.rsplit_once('.')?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    let capitals = word.bytes().all(|byte| byte.is_ascii_uppercase());
    let level = level::named(word).filter(|_| capitals && plain(channel))?;
    let parsed = Parsed::new("monolog", cursor.rest()).at(stamp).level(level).logger(channel);
    let context = cursor.rest().find(" {\"").map(|at| cursor.rest()[at + 1..].trim_end_matches(" []"));
    Some(parsed.text("context", context.unwrap_or_default()))
}

/// `  2026-07-21 14:20:36 App\\Jobs\\SendReminder ............ 681.00ms DONE`: what Laravel's queue worker prints of each job. Versions
/// before 9 wrote `[2026-07-21 14:20:36][812] Processed:  App\\Jobs\\SendReminder`.
pub(super) fn worker(text: &str) -> Option<Parsed<'_>> {
    const STATES: [(&str, Level); 3] = [("RUNNING", Level::Info), ("DONE", Level::Info), ("FAIL", Level::Error)];
    let mut cursor = Cursor::new(text.strip_prefix("  ")?);
    let stamp = cursor.stamp()?;
    cursor.eat(" ")?;
    let message = cursor.rest();
    let (name, rest) = message.split_once(" ..")?;
    let (rest, state) = rest.rsplit_once(' ')?;
    let (_, level) = STATES.iter().find(|(word, _)| *word == state)?;
    let took = rest.trim_start_matches(['.', ' ']);
    let parsed = Parsed::new("laravel_worker", message).at(stamp).level(Some(*level)).logger(name);
    Some(parsed.text("state", state).text("duration", took))
}

/// `[10-Jan-2025 14:32:15 Europe/Paris] PHP Fatal error:  message in /x.php on line 3`.
pub(super) fn errors(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let mut stamp = None;
    if cursor.eat("[").is_some() {
        stamp = Some(cursor.stamp()?);
        let zone = cursor.until("] ").filter(|zone| !zone.contains('['))?;
        // What no system knows as a zone is taken for the source's.
        let known = zone.contains('/').then(|| TimeZone::get(zone.trim()).ok()).flatten();
        if let Some(known) = &known {
            stamp = stamp.map(|stamp| stamp.in_zone(known));
        }
        // What a program gives to `error_log` has no kind.
        if known.is_some() && !cursor.rest().starts_with("PHP ") {
            return Some(Parsed::new("php", cursor.rest()).at(stamp).level(level::find(cursor.rest())));
        }
    }
    cursor.eat("PHP ")?;
    const KINDS: [(&str, Level); 9] = [
        ("Fatal error:", Level::Critical),
        ("Parse error:", Level::Critical),
        ("Recoverable fatal error:", Level::Error),
        ("Warning:", Level::Warning),
        ("Notice:", Level::Info),
        ("Deprecated:", Level::Info),
        ("Strict Standards:", Level::Info),
        ("Stack trace:", Level::Error),
        ("Startup:", Level::Error),
    ];
    let message = cursor.rest();
    let (_, level) = KINDS.iter().find(|(kind, _)| message.starts_with(kind))?;
    let parsed = Parsed::new("php", message).at(stamp).level(*level);
    let place = message.rsplit_once(" in ").and_then(|(_, place)| place.rsplit_once(" on line "));
    Some(match place {
        Some((file, line)) => parsed.text("file", file).with("line", line),
        None => parsed,
    })
}
