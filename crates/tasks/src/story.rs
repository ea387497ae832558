//! The run log of the kinds here: plain words, the same for each.

use jobs::{Attempt, Moment, TraceText};
use model::{ItemState, JobLine, Level, Timestamp};
use serde_json::{Map, Value, json};
use store::{Item, Job};

pub(crate) fn record(at: Timestamp, level: Level, event: &str, message: String, fields: Value) -> JobLine {
    let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
    JobLine { at, level, event: event.to_owned(), message, fields }
}

pub(crate) fn tell(at: Timestamp, moment: &Moment<'_>) -> Vec<JobLine> {
    let one = |level, event, message, fields| vec![record(at, level, event, message, fields)];
    match moment {
        Moment::Started { job, resumed } => {
            let word = if *resumed { "resumed" } else { "started" };
            let message = format!("{} {word}: {} of {} to do", job.name, job.counters.remaining(), job.counters.total);
            one(Level::Info, word, message, json!({"total": job.counters.total}))
        }
        Moment::Attempted { attempt, .. } => vec![attempted(at, attempt)],
        Moment::Progress { job, processed, rate, eta } => {
            let message = format!("{processed} of {} processed, {rate:.1} a second", job.counters.total);
            let eta = eta.map(|eta| eta.as_secs());
            one(Level::Info, "progress", message, json!({"processed": processed, "rate": rate, "eta_seconds": eta}))
        }
        Moment::Refused { item, .. } => {
            let said = item.verdict.as_ref().map_or("", |verdict| verdict.code.as_str());
            let message = format!("{}: refused: {said}", item.label);
            one(Level::Error, "item", message, json!({"seq": item.seq, "outcome": item.state, "code": said}))
        }
        Moment::Lost { items, .. } => {
            let items = items.len();
            let message = format!("the outcome of {items} items was lost with an earlier process");
            one(Level::Warning, "lost", message, json!({"items": items}))
        }
        Moment::Paused { job } => {
            let reason = job.reason.as_ref().map_or("", |reason| reason.code.as_str());
            one(Level::Warning, "paused", format!("paused: {reason}"), json!({"resumes_at": job.resumes_at}))
        }
        Moment::Ended { job, rate } => {
            let counters = job.counters;
            let message = format!(
                "{}: {} succeeded, {} failed, {} unknown, {} skipped",
                job.state, counters.succeeded, counters.failed, counters.unknown, counters.skipped
            );
            let level = if counters.failed + counters.unknown > 0 { Level::Warning } else { Level::Info };
            one(level, "ended", message, json!({"counters": counters, "rate": rate}))
        }
    }
}

fn attempted(at: Timestamp, attempt: &Attempt<'_>) -> JobLine {
    let (outcome, label) = (attempt.outcome, &attempt.attempted.item.label);
    let level = match outcome.state {
        ItemState::Succeeded => Level::Info,
        ItemState::Queued => Level::Warning,
        _ => Level::Error,
    };
    let code = outcome.verdict.as_ref().map(|verdict| verdict.code.as_str());
    let message = match (outcome.state, code) {
        (ItemState::Queued, Some(code)) => format!("{label}: to be tried again: {code}"),
        (state, Some(code)) => format!("{label}: {state}: {code}"),
        (state, None) => format!("{label}: {state}"),
    };
    let fields = json!({"seq": outcome.seq, "attempt": outcome.attempt, "outcome": outcome.state, "code": code,
        "seconds": attempt.attempted.took.as_secs_f64()});
    record(at, level, "item", message, fields)
}

pub(crate) fn trace(job: &Job, comment: String) -> TraceText {
    TraceText { trace_name: job.name.clone(), file_name: String::new(), comment, reference: String::new() }
}

pub(crate) fn lost(name: &str, item: &Item) -> TraceText {
    let comment = format!("{}: the process ended before its outcome was known", item.label);
    TraceText { trace_name: format!("{name} ERROR"), file_name: String::new(), comment, reference: String::new() }
}
