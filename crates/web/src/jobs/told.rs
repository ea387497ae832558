//! Lines of a run log in their reader's language.

use crate::{
    layout::states::{Shown as _, reason},
    words::Words,
};
use model::{ItemState, JobLine, JobState, Timestamp, Verdict};
use serde_json::Value;

/// What the line says. Its own message where nothing tells how to say it otherwise: what a program reported, and lines of
/// older versions.
pub(crate) fn told(words: &Words, line: &JobLine) -> String {
    of_task(words, line)
        .or_else(|| mail::handler::retold(line, words.language).map(|text| words.spaced(text)))
        .unwrap_or_else(|| line.message.clone())
}

/// A line of a command, a call, a report: of every kind but mailings.
fn of_task(words: &Words, line: &JobLine) -> Option<String> {
    let text = |name: &str| line.fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| line.fields.get(name).and_then(Value::as_u64);
    match line.event.as_str() {
        event @ ("started" | "resumed") => {
            let (name, left, total) = (text("name")?, number("remaining")?, number("total")?);
            let id = if event == "started" { "line-started" } else { "line-resumed" };
            let values = [("name", name), ("left", words.number(&left)), ("total", words.number(&total))];
            Some(words.with_all(id, &values))
        }
        "progress" => {
            let (done, total, rate) = (number("processed")?, number("total")?, line.fields.get("rate")?.as_f64()?);
            let values = [("done", words.number(&done)), ("total", words.number(&total)), ("rate", words.rate(&rate))];
            Some(words.with_all("line-progress", &values))
        }
        "item" => {
            let (label, state) = (text("label")?, line.fields.get("outcome")?);
            let state: ItemState = serde_json::from_value(state.clone()).ok()?;
            let verdict = line.fields.get("verdict").and_then(|verdict| serde_json::from_value(verdict.clone()).ok());
            let why = verdict.map(|verdict: Verdict| words.verdict(&verdict));
            let state = state.said(words).to_lowercase();
            Some(match why {
                Some(why) => words.with_all("line-item-why", &[("name", label), ("state", state), ("why", why)]),
                None => words.with_all("told-of", &[("who", label), ("what", state)]),
            })
        }
        "lost" if !line.fields.contains_key("fate") => Some(words.count("line-lost", &number("items")?)),
        "paused" => {
            let code = text("code")?;
            let reason = reason(words, &code, &text("detail").unwrap_or_default());
            Some(if code == "paused_by" { reason } else { words.with("line-paused", "why", reason) })
        }
        "ended" => {
            let state: JobState = serde_json::from_value(line.fields.get("state")?.clone()).ok()?;
            let counters = line.fields.get("counters")?;
            let count = |name: &str| counters.get(name).and_then(Value::as_u64).unwrap_or_default();
            let values = ["succeeded", "failed", "unknown", "skipped"].map(|name| (name, words.number(&count(name))));
            let values = [&values[..], &[("state", state.said(words))]].concat();
            Some(words.with_all("line-ended", &values))
        }
        "query_found" => query_found(words, line),
        "query_line" => {
            let at: Timestamp = serde_json::from_value(line.fields.get("at")?.clone()).ok()?;
            Some(format!("{}, {} {}", words.day(&at), words.time(&at), text("text")?))
        }
        "query_sent" => Some(words.count("line-query-sent", &number("addresses")?)),
        "query_quiet" => Some(words.t("line-query-quiet")),
        _ => None,
    }
}

/// What a search that comes again has found, and how many of the lines follow.
fn query_found(words: &Words, line: &JobLine) -> Option<String> {
    let number = |name: &str| line.fields.get(name).and_then(Value::as_u64);
    let moment = |name: &str| {
        let at: Timestamp = serde_json::from_value(line.fields.get(name)?.clone()).ok()?;
        Some(words.moment(&at))
    };
    let (count, shown) = (number("count")?, number("shown")?);
    let times = [moment("since")?, moment("until")?];
    let mut said = words.count_with("line-query-found", &count, &[("since", &times[0]), ("until", &times[1])]);
    if line.fields.get("partial") == Some(&Value::Bool(true)) {
        said = format!("{said} {}", words.t("line-query-partial"));
    }
    if shown > 0 && shown < count {
        said = format!("{said} {}", words.count("line-query-newest", &shown));
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use language::Language;
    use mail::run_log::{Event, Item, Outcome};
    use model::{Clock, Fault, Level};
    use serde_json::json;

    fn line(event: &str, fields: Value) -> JobLine {
        let Value::Object(fields) = fields else { panic!("fields are an object") };
        let message = "the words it was kept in".to_owned();
        JobLine { at: Clock::System.now(), level: Level::Info, event: event.to_owned(), message, fields }
    }

    #[test]
    fn lines_are_told_in_the_readers_language() {
        let item = |outcome| Item {
            n: 3,
            total: 60,
            outcome,
            file: Some("f.pdf".to_owned()),
            recipients: vec!["a@x.fr".to_owned()],
            fields: Default::default(),
            duration_ms: 800,
        };
        let mail = |event: Event, verdict: Option<Verdict>| {
            let (code, mut fields) = event.to_fields();
            fields.extend(verdict.map(|verdict| ("verdict".to_owned(), json!(verdict))));
            line(&code, Value::Object(fields))
        };
        let refused = Verdict::permanent("mailbox_full", Fault::Recipient).with_reply("552 5.2.2 full");
        let unreachable = Verdict::permanent("no_connection", Fault::Server).with_reply("connection refused");
        let at = |seconds: i64| Timestamp::from_micros(1_763_942_400_000_000 + seconds * 1_000_000);
        let lines = [
            mail(Event::Item(item(Outcome::Sent { reference: "18d2".to_owned(), refused: vec![] })), None),
            mail(Event::Item(item(Outcome::Failed { error: "552 5.2.2 (pleine)".to_owned() })), Some(refused)),
            // As versions before wrote it.
            mail(Event::Item(item(Outcome::Failed { error: "552 5.2.2 (pleine)".to_owned() })), None),
            line("started", json!({"name": "backup", "remaining": 1, "total": 1})),
            line("resumed", json!({"name": "backup", "remaining": 1200, "total": 2400})),
            line("progress", json!({"processed": 5, "total": 10, "rate": 0.5})),
            line("item", json!({"label": "backup", "outcome": "succeeded"})),
            line("item", json!({"label": "billing", "outcome": "queued", "verdict": unreachable})),
            line("lost", json!({"items": 2})),
            line("paused", json!({"code": "paused_by", "detail": "marie"})),
            line("ended", json!({"state": "completed", "counters": {"succeeded": 9, "failed": 1}})),
            line(
                "query_found",
                json!({"count": 1234, "shown": 20, "since": at(0), "until": at(3_600), "partial": true}),
            ),
            line("query_found", json!({"count": 0, "shown": 0, "since": at(0), "until": at(3_600), "partial": false})),
            line("query_line", json!({"at": at(59), "text": "timeout after 30 s"})),
            line("query_sent", json!({"addresses": 2})),
            line("query_quiet", json!({"count": 3})),
            line("note", json!({"label": "of a program"})),
        ];
        let text: Vec<String> = [Language::English, Language::French]
            .into_iter()
            .flat_map(|language| {
                let words = Words { language, zone: TimeZone::UTC };
                lines.iter().map(move |line| told(&words, line)).collect::<Vec<_>>()
            })
            .collect();
        insta::assert_snapshot!(text.join("\n").replace(['\u{a0}', '\u{202f}'], " "));
    }
}
