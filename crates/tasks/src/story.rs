//! The run log of the kinds here: plain words, the same for each. The fields say the same, so that pages can put it into
//! their reader's language.

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
            let fields = json!({"name": job.name, "remaining": job.counters.remaining(), "total": job.counters.total});
            one(Level::Info, word, message, fields)
        }
        Moment::Attempted { attempt, .. } => vec![attempted(at, attempt)],
        Moment::Progress { job, processed, rate, eta } => {
            let message = format!("{processed} of {} processed, {rate:.1} a second", job.counters.total);
            let eta = eta.map(|eta| eta.as_secs());
            let fields = json!({"processed": processed, "total": job.counters.total, "rate": rate, "eta_seconds": eta});
            one(Level::Info, "progress", message, fields)
        }
        Moment::Refused { item, .. } => {
            let said = item.verdict.as_ref().map_or("", |verdict| verdict.code.as_str());
            let message = format!("{}: refused: {said}", item.label);
            let fields = json!({"seq": item.seq, "label": item.label, "outcome": item.state, "code": said,
                "verdict": item.verdict});
            one(Level::Error, "item", message, fields)
        }
        Moment::Lost { items, .. } => {
            let items = items.len();
            let message = format!("the outcome of {items} items was lost with an earlier process");
            one(Level::Warning, "lost", message, json!({"items": items}))
        }
        Moment::Paused { job } => {
            let reason = job.reason.as_ref().map_or("", |reason| reason.code.as_str());
            let detail = job.reason.as_ref().map_or("", |reason| reason.detail.as_str());
            let fields = json!({"code": reason, "detail": detail, "resumes_at": job.resumes_at});
            one(Level::Warning, "paused", format!("paused: {reason}"), fields)
        }
        Moment::Ended { job, rate } => {
            let counters = job.counters;
            let message = format!(
                "{}: {} succeeded, {} failed, {} unknown, {} skipped",
                job.state, counters.succeeded, counters.failed, counters.unknown, counters.skipped
            );
            let level = if counters.failed + counters.unknown > 0 { Level::Warning } else { Level::Info };
            one(level, "ended", message, json!({"state": job.state, "counters": counters, "rate": rate}))
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
    let fields = json!({"seq": outcome.seq, "label": label, "attempt": outcome.attempt, "outcome": outcome.state,
        "code": code, "verdict": outcome.verdict, "seconds": attempt.attempted.took.as_secs_f64()});
    record(at, level, "item", message, fields)
}

pub(crate) fn trace(job: &Job, comment: String) -> TraceText {
    TraceText { trace_name: job.name.clone(), file_name: String::new(), comment, reference: String::new() }
}

pub(crate) fn lost(name: &str, item: &Item) -> TraceText {
    let comment = format!("{}: the process ended before its outcome was known", item.label);
    TraceText { trace_name: format!("{name} ERROR"), file_name: String::new(), comment, reference: String::new() }
}
