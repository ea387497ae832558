//! What Vigie itself knows of the job that a diagnosis is about: counted from its items, never guessed.

use crate::{
    Ctx,
    problem::{Problem, Result},
};
use diagnosis::{
    job::{FactKind, JobCount, JobFact, JobStory},
    recipients::Outcome,
};
use model::{ItemState, JobLine};
use serde_json::{Value, json};
use std::time::Duration;
use store::{ItemFilter, Job, TraceFilter};

/// Failed attempts, and lines of the run log, that are looked at: the newest.
const ATTEMPTS_MAX: u32 = 500;
const LINES_MAX: usize = 1_000;
/// Items that are named of each outcome.
const NAMED_MAX: u32 = 10;
/// How long before its end a job is looked at.
const LOOKED_BACK: Duration = Duration::from_secs(6 * 3600);

/// Puts together what was recorded of `job`.
pub(super) async fn story(ctx: &Ctx, job: &Job) -> Result<JobStory> {
    let mut facts = Vec::new();
    for step in ctx.app.db.job_steps(job.id).await? {
        let (code, text) = step.reason.map(|reason| (reason.code, reason.detail)).unwrap_or_default();
        facts.push(JobFact { at: step.at, kind: FactKind::State(step.state), code, text });
    }
    facts.extend(attempts(ctx, job).await?);
    let lines = ctx.app.job_log.tail(job.id, LINES_MAX).await.map_err(|error| Problem::internal(&error))?;
    facts.extend(lines.lines.into_iter().filter_map(|placed| of_line(placed.line)));
    Ok(JobStory {
        id: job.id.to_string(),
        name: job.name.clone(),
        state: job.state,
        is_external: !job.kind.runs_here(),
        begin: job.started_at,
        latest: job.finished_at.unwrap_or(job.updated_at),
        resumes_at: job.resumes_at,
        counts: counts(ctx, job).await?,
        facts,
    })
}

async fn attempts(ctx: &Ctx, job: &Job) -> Result<Vec<JobFact>> {
    let end = job.finished_at.unwrap_or(job.updated_at);
    let since = Some(end - LOOKED_BACK);
    let filter =
        TraceFilter { job: Some(job.id), errors: Some(true), since, limit: ATTEMPTS_MAX, ..TraceFilter::default() };
    let fact = |trace: store::Trace| {
        let (code, reply) = trace.verdict.map(|verdict| (verdict.code, verdict.reply)).unwrap_or_default();
        let text = if reply.is_empty() { trace.comment } else { reply };
        JobFact { at: trace.created_at, kind: FactKind::Attempt, code, text }
    };
    Ok(ctx.app.db.traces(&filter).await?.rows.into_iter().map(fact).collect())
}

/// What became of single items is told by their attempts, and how far a job is by its counters. Of those that went well the
/// time counts: it was at work then.
fn of_line(line: JobLine) -> Option<JobFact> {
    let is_told = line.event == "progress" || line.event == "item" && line.level > model::Level::Info;
    (!is_told).then_some(JobFact { at: line.at, kind: FactKind::Line, code: line.event, text: line.message })
}

async fn counts(ctx: &Ctx, job: &Job) -> Result<Vec<JobCount>> {
    let counters = &job.counters;
    let mut all = vec![JobCount { outcome: Outcome::Sent, count: counters.succeeded, names: Vec::new() }];
    let of_states = [
        (Outcome::Failed, counters.failed, vec![ItemState::Failed]),
        (Outcome::Unknown, counters.unknown, vec![ItemState::Unknown]),
        (Outcome::NotStarted, counters.remaining(), vec![ItemState::Queued]),
        (Outcome::Skipped, counters.skipped, Vec::new()),
    ];
    for (outcome, count, states) in of_states {
        let mut names = Vec::new();
        if count > 0 && !states.is_empty() {
            let filter = ItemFilter { states, limit: NAMED_MAX, ..ItemFilter::default() };
            names = ctx.app.db.items(job.id, &filter).await?.rows.into_iter().map(|item| item.label).collect();
        }
        all.push(JobCount { outcome, count, names });
    }
    Ok(all)
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
