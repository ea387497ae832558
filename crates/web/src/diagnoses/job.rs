//! What Vigie itself knows of the job that a diagnosis is about: counted from its items, never guessed.

use crate::{layout::states, words::Words};
use diagnosis::report::{Block, Section};
use jiff::tz::TimeZone;
use language::Language;
use model::JobKind;
use serde_json::{Value, json};
use store::Job;

pub(super) fn section(job: &Job, language: Language, zone: &TimeZone) -> Section {
    let words = Words { language, zone: zone.clone() };
    let counters = &job.counters;
    let served = if job.kind == JobKind::Mail { "tally-sent" } else { "tally-succeeded" };
    let counts = [
        (served, counters.succeeded),
        ("tally-failed", counters.failed),
        ("tally-unknown", counters.unknown),
        ("tally-skipped", counters.skipped),
        ("tally-remaining", counters.remaining()),
    ];
    let rows = counts.into_iter().filter(|(_, count)| *count > 0);
    let rows = rows.map(|(id, count)| vec![words.t(id), words.number(&count)]).collect();
    let heading = vec![words.t("diagnosis-outcome"), words.t("diagnosis-count")];
    let state = words.t(&format!("state-{}", job.state.as_str())).to_lowercase();
    let about = [("name", job.name.clone()), ("state", state)];
    let mut blocks = vec![Block::Text(words.with_all("diagnosis-job-state", &about))];
    if let Some(reason) = &job.reason {
        blocks.push(Block::Text(states::reason(&words, &reason.code, &reason.detail)));
    }
    blocks.push(Block::Table { heading, rows });
    blocks.push(Block::Text(words.t(advice(job))));
    Section { heading: words.t("diagnosis-job"), blocks }
}

/// Whether it may go on: an item whose outcome is not known is never sent again by itself.
fn advice(job: &Job) -> &'static str {
    match (job.counters.unknown, job.counters.remaining()) {
        (0, 0) => "diagnosis-job-nobody-left",
        (0, _) => "diagnosis-job-resume",
        _ => "diagnosis-job-unknown",
    }
}

/// The same for programs.
pub(super) fn told(job: &Job) -> Value {
    let counters = &job.counters;
    json!({
        "id": job.id.to_string(),
        "name": job.name,
        "state": job.state.as_str(),
        "reason": job.reason.as_ref().map(|reason| reason.code.clone()),
        "basis": "items",
        "sent": counters.succeeded,
        "failed": counters.failed,
        "unknown": counters.unknown,
        "skipped": counters.skipped,
        "not_started": counters.remaining(),
    })
}
