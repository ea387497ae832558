//! A run that is over becomes a job with its log, once however often it is reported.

use crate::{
    Ctx,
    auth::{Access, Granted},
    authority,
    extract::{Json, MESSAGE_MAX, NAME_MAX, text},
    jobs::api::shown,
    problem::{Problem, Result},
    routes::{About, Routes},
    traces::api::generic,
};
use ::api::{
    self,
    runs::{OutputLine, RunEnd, RunReport},
};
use ::checks::{Ping, PingKind, Said, slug};
use axum::{Extension, extract::State, http::StatusCode};
use checking::Heard;
use model::{Authority, JobId, JobKind, JobLine, JobState, Level, OnUnknown, Timestamp, pace::Limits};
use serde_json::json;
use store::{Advance, CheckName, Created, Job, LedgerMatch, NewJob, Reason, Trace};

/// Bytes of a report.
pub(super) const REPORT_MAX: usize = 8 << 20;
/// Lines of one report.
const LINES_MAX: usize = 50_000;
/// Lines that are given to the log at once.
const BATCH: usize = 1_000;
/// The end of the output, which the check of that name keeps.
const HEARD_LINES: usize = 100;
const HEARD_CHARS: usize = 20_000;

pub(super) fn declare(routes: Routes) -> Routes {
    routes.post(
        "/api/v1/runs",
        Access::Write,
        report,
        About::new("Report a run of a command that is over: its output, its duration, its end")
            .takes::<RunReport>()
            .gives::<api::jobs::Job>(201, "The job that it is")
            .body_max(REPORT_MAX),
    )
}

async fn report(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Json(report): Json<RunReport>,
) -> Result<(StatusCode, axum::Json<api::jobs::Job>)> {
    let job = keep(&ctx, report, authority::of(&granted)).await?;
    Ok((StatusCode::CREATED, axum::Json(shown(job))))
}

/// Makes the job of a run, unless it is there.
pub(super) async fn keep(ctx: &Ctx, mut report: RunReport, authority: Authority) -> Result<Job> {
    let (began, ended) = (report.started_at, report.finished_at.max(report.started_at));
    let last_words = last_words(&report.lines);
    let job = match ctx.app.db.create_job(new_job(&report, authority)?, began).await? {
        Created::New(job) => {
            let lines = std::mem::take(&mut report.lines);
            for some in log(&report, lines)?.chunks(BATCH) {
                ctx.app.job_log.append(job.id, some.to_vec()).await;
            }
            job
        }
        Created::Existing(job) if job.kind != JobKind::External => {
            return Err(Problem::conflict(format!("job {} is of another kind", job.id)));
        }
        Created::Existing(job) | Created::NameTaken(job) if job.state.is_final() => return Ok(job),
        Created::Existing(job) | Created::NameTaken(job) => job,
    };
    let db = &ctx.app.db;
    if job.state == JobState::Pending {
        db.start_job(job.id, began).await?;
    }
    let took = ended.since(began);
    let is_success = report.ended.is_success();
    let said = told(&report.ended);
    heard(ctx, &report, last_words, ended).await?;
    let trace = Trace {
        // Its arguments stand in the log alone, which masks secrets.
        comment: format!("{}: {said}", report.command.first().map_or("", String::as_str))
            .chars()
            .take(MESSAGE_MAX)
            .collect(),
        time_to_process: took.as_secs_f64(),
        errors: !is_success,
        created_at: ended,
        ..generic(ctx, &job)
    };
    let step = Advance {
        processed: 1,
        failed: u64::from(!is_success),
        message: Some(said.clone()),
        item: Some(report.name),
        trace: Some(trace),
        idempotency_key: Some("run".to_owned()),
        ..Advance::default()
    };
    db.advance_job(job.id, step, ended).await?;
    let job = match is_success {
        true => db.complete_job(job.id, None, ended).await?,
        false => db.fail_job(job.id, Reason::new("reported", said), ended).await?,
    };
    ctx.changed(&job).await;
    Ok(job)
}

/// The last lines of a run, for its check.
fn last_words(lines: &[OutputLine]) -> String {
    let last = lines.iter().rev().take(HEARD_LINES).map(|line| line.text.as_str()).collect::<Vec<_>>();
    last.into_iter().rev().collect::<Vec<_>>().join("\n").chars().take(HEARD_CHARS).collect()
}

/// The check of that name, where there is one, hears of the run.
async fn heard(ctx: &Ctx, report: &RunReport, body: String, ended: Timestamp) -> Result<()> {
    let Some(slug) = slug(&report.name) else { return Ok(()) };
    let kind = match report.ended {
        RunEnd::Exited(0) => PingKind::Success,
        RunEnd::Exited(status) => u8::try_from(status).map_or(PingKind::Fail, PingKind::Exit),
        RunEnd::Killed(_) | RunEnd::NotStarted(_) => PingKind::Fail,
    };
    let (run, took) = (Some(report.id), Some(ended.since(report.started_at)));
    // A clock that is ahead must not put off when it is missed.
    let now = ctx.app.clock.now();
    let ping = Ping { at: ended.min(now), kind, run, said: Said::read(&[], &body), took };
    let heard = Heard { ping, body, source: format!("vigie run {}", report.host) };
    checking::hear(&ctx.app.db, CheckName::Slug(slug), heard, now).await?;
    Ok(())
}

fn new_job(report: &RunReport, authority: Authority) -> Result<NewJob> {
    let name = text("name", report.name.trim().to_owned(), NAME_MAX)?;
    if name.is_empty() || report.lines.len() > LINES_MAX {
        return Err(Problem::invalid("name, lines: cannot be taken")
            .remedy(format!("give a name, and at most {LINES_MAX} lines")));
    }
    Ok(NewJob {
        id: JobId(report.id),
        kind: JobKind::External,
        name,
        on_unknown: OnUnknown::Hold,
        account: None,
        application_name: text("host", report.host.clone(), NAME_MAX)?,
        flow_name: "vigie run".to_owned(),
        created_by: text("user", report.user.clone(), NAME_MAX)?,
        task_type: String::new(),
        task_id: String::new(),
        spec: "{}".to_owned(),
        limits: Limits::default(),
        state: JobState::Pending,
        total: 1,
        ledger: LedgerMatch::None,
        authority,
    })
}

/// How it ended, for people.
fn told(ended: &RunEnd) -> String {
    match ended {
        RunEnd::Exited(status) => format!("exit status {status}"),
        RunEnd::Killed(signal) => format!("killed by signal {signal}"),
        RunEnd::NotStarted(why) => format!("could not be started: {}", why.chars().take(500).collect::<String>()),
    }
}

/// The lines of its log, from what was run to how it ended.
fn log(report: &RunReport, lines: Vec<OutputLine>) -> Result<Vec<JobLine>> {
    let line = |at, level, event: &str, message: String| JobLine {
        at,
        level,
        event: event.to_owned(),
        message,
        fields: serde_json::Map::new(),
    };
    let mut all = vec![line(report.started_at, Level::Info, "started", report.command.join(" "))];
    if report.lines_left_out > 0 {
        let said = format!("{} earlier lines were not kept", report.lines_left_out);
        all.push(line(report.started_at, Level::Warning, "output_dropped", said));
    }
    for OutputLine { at, is_error, text: said } in lines {
        let said = text("text", said, MESSAGE_MAX)?;
        let stream = if is_error { "stderr" } else { "stdout" };
        let mut said = line(at, if is_error { Level::Warning } else { Level::Info }, "output", said);
        said.fields.insert("stream".to_owned(), json!(stream));
        all.push(said);
    }
    let level = if report.ended.is_success() { Level::Info } else { Level::Error };
    all.push(line(report.finished_at, level, "finished", told(&report.ended)));
    Ok(all)
}
