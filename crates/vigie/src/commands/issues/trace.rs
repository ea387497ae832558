//! Where an event was raised, as lines: its errors with the calls that led to them, those of the application alone where there are
//! any.

use crate::{render, words::t};
use serde_json::Value;

/// Errors of one event, each the cause of the next, that are shown.
const ERRORS_MAX: usize = 5;
/// Calls of one error that are shown: the last, which are nearest to it.
const CALLS_MAX: usize = 10;
/// Letters of a line of source code, or of what an error says.
const TEXT_MAX: usize = 200;

/// Of an event as it is kept; none where it is no error.
pub(super) fn lines(event: &Value) -> Vec<String> {
    let errors = event["exception"].as_array().map_or(&[][..], Vec::as_slice);
    let skipped = errors.len().saturating_sub(ERRORS_MAX);
    errors[skipped..].iter().flat_map(of_error).collect()
}

fn of_error(error: &Value) -> Vec<String> {
    let text = |value: &Value| render::plain(value.as_str().unwrap_or_default(), TEXT_MAX);
    let (kind, said) = (text(&error["type"]), text(&error["value"]));
    let head = if said.is_empty() { kind } else { t!("issue-error", kind, said) };
    let mut lines = vec![String::new(), head];
    let all = error["stacktrace"]["frames"].as_array().map_or(&[][..], Vec::as_slice);
    let mut frames: Vec<&Value> = all.iter().filter(|frame| frame["in_app"].as_bool() == Some(true)).collect();
    if frames.is_empty() {
        frames = all.iter().collect();
    }
    let left_out = frames.len().saturating_sub(CALLS_MAX);
    if left_out > 0 {
        lines.push(format!("  {}", t!("issue-calls-left-out"; n = left_out)));
    }
    for frame in &frames[left_out..] {
        let line = frame["lineno"].as_u64().map_or(String::new(), |line| format!(":{line}"));
        let file = format!("{}{line}", text(&frame["filename"]));
        lines.push(format!("  {}", t!("issue-call", file, function = text(&frame["function"]))));
        let source = text(&frame["context_line"]);
        if !source.trim().is_empty() {
            lines.push(format!("      {}", source.trim()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn calls_of_the_application_lead_to_the_error() {
        let frame = |file: &str, line: u32, is_own: bool| json!({"filename": file, "lineno": line, "function": "send", "context_line": "  server.login(user)", "in_app": is_own});
        let event = json!({"exception": [{
            "type": "SMTPAuthenticationError",
            "value": "(535, b'5.7.8')\u{1b}[31m",
            "stacktrace": {"frames": [frame("app/views.py", 31, true), frame("smtplib.py", 749, false)]},
        }]});
        let found = lines(&event);
        assert!(found[1].contains("SMTPAuthenticationError") && !found[1].contains('\u{1b}'), "{found:?}");
        assert_eq!(found[2..].len(), 2, "{found:?}");
        assert!(found[2].contains("app/views.py:31") && found[3] == "      server.login(user)", "{found:?}");
        let many: Vec<Value> = (0..30).map(|line| frame("lib.py", line, false)).collect();
        let found = lines(&json!({"exception": [{"type": "E", "stacktrace": {"frames": many}}]}));
        assert_eq!(found.len(), 2 + 1 + 2 * CALLS_MAX);
        assert!(found[2].contains("20") && found[3].contains("lib.py:20"), "{found:?}");
        assert!(lines(&json!({"message": "no error"})).is_empty());
        assert!(lines(&json!({"exception": "nonsense"})).is_empty());
    }
}
