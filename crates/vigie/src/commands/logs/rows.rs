//! Records as people see them: a line each, the words in the middle, what else is known behind them.

use crate::render;
use api::logs::LogRecord;
use console::Style;
use jiff::tz::TimeZone;
use model::Level;
use serde_json::Value;
use std::fmt::Write as _;

/// How grave it is, as a colour. Elsewhere than on a terminal it has none.
pub(super) fn style(level: Option<Level>) -> Style {
    match level {
        Some(Level::Critical) => Style::new().red().bold(),
        Some(Level::Error) => Style::new().red(),
        Some(Level::Warning) => Style::new().yellow(),
        Some(Level::Debug | Level::Trace) => Style::new().dim(),
        Some(Level::Info) | None => Style::new(),
    }
}

/// A record of the API: `2025-01-10 14:05:00.000 ERROR    app  no answer  duration_ms=5001`, further lines of its message
/// below.
pub(super) fn line(record: &LogRecord, zone: &TimeZone) -> String {
    let LogRecord { time, level, source, message, fields, .. } = record;
    let at = time.in_zone(zone).strftime(&format!("{} %H:%M:%S%.3f", render::day_pattern())).to_string();
    let faint = Style::new().dim();
    let word = level.map_or(String::new(), |level| level.as_str().to_uppercase());
    let mut shown = format!("{} {:<8}", faint.apply_to(at), style(*level).apply_to(word));
    if !source.is_empty() {
        let _ = write!(shown, " {} ", faint.apply_to(render::plain(source, 60)));
    }
    let mut lines = message.trim_end().split('\n');
    let first = lines.next().unwrap_or_default();
    let _ = write!(shown, " {}", style(*level).apply_to(clean(first)));
    for (name, value) in fields {
        if name == "format" {
            continue;
        }
        let value = match value {
            Value::String(text) if text.contains([' ', '"', '\n']) || text.is_empty() => value.to_string(),
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let _ = write!(shown, "  {}{}", faint.apply_to(format!("{}=", render::plain(name, 100))), clean(&value));
    }
    for line in lines {
        let _ = write!(shown, "\n    {}", style(*level).apply_to(clean(line)));
    }
    shown
}

/// Of foreign origin, without what could steer a terminal.
pub(super) fn clean(text: &str) -> String {
    let text = text.trim_end_matches('\r');
    if text.contains(model::steers_display) { render::plain(text, usize::MAX) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(record: Value) -> LogRecord {
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn a_record_is_a_line_and_steers_no_terminal() {
        let record = json!({
            "seq": 7, "time": "2025-01-10T14:05:00.25Z", "level": "error", "source": "app\u{1b}[2J", "message":
            "no answer\u{7}\r\n  at \u{202e}there\n",
            "fields": {"format": "python", "duration_ms": 5001, "user": "Jean Dupont", "empty": "", "ok": true}
        });
        insta::assert_snapshot!(line(&read(record), &TimeZone::UTC), @r#"
        2025-01-10 14:05:00.250 ERROR    app [2J  no answer   duration_ms=5001  user="Jean Dupont"  empty=""  ok=true
              at  there
        "#);
        let bare = json!({"seq": 8, "time": "2025-01-10T14:05:00Z", "level": null, "source": "", "message": "words", "fields": {}});
        assert_eq!(line(&read(bare), &TimeZone::UTC), "2025-01-10 14:05:00.000          words");
    }
}
