//! What the store holds, as rows of pages.

use crate::{
    Ctx,
    layout::{
        foreign::plain,
        parts::{AccountRow, JobRow, Life, Pause, TraceOutcome, TraceRow, Use, WorkerRow},
        states,
        view::View,
    },
    problem::Result,
    traces::told::told,
};
use jiff::{civil, tz::TimeZone};
use model::{ItemState, Timestamp};
use std::time::Duration;
use store::{Account, EXAMINED_MAX, Job, Trace, Worker};

pub(crate) fn job(ctx: &Ctx, v: &View, job: Job) -> JobRow {
    let progress = ctx.app.hub.publish(&job);
    JobRow {
        id: job.id.to_string(),
        reason: job.reason.as_ref().map(|reason| states::reason(v, &reason.code, &reason.detail)),
        name: plain(&job.name),
        kind: job.kind,
        state: job.state,
        counters: job.counters,
        person: job.created_by,
        created_at: job.created_at,
        left: progress.eta_seconds.map(Duration::from_secs),
        resumes_at: job.resumes_at,
    }
}

pub(crate) fn trace(v: &View, trace: Trace) -> TraceRow {
    let (name, comment) = told(v, &trace);
    TraceRow {
        at: trace.created_at,
        name,
        application: trace.application_name,
        flow: trace.flow_name,
        file: trace.file_name,
        comment,
        person: trace.created_by,
        took: Duration::try_from_secs_f64(trace.time_to_process).unwrap_or_default(),
        outcome: match trace.outcome {
            Some(ItemState::Unknown) => TraceOutcome::Unconfirmed,
            _ if trace.errors => TraceOutcome::Error,
            _ => TraceOutcome::Fine,
        },
        job: trace.job.map(|job| job.to_string()),
        issues: Vec::new(),
    }
}

/// The words for how far a search looked.
pub(crate) struct ReachWords {
    /// With what it found.
    pub(crate) some: &'static str,
    /// That it found nothing: on the first page, and on those after it.
    pub(crate) none: &'static str,
    pub(crate) none_more: &'static str,
}

/// How far a search looked that its bound has ended.
pub(crate) fn reach(v: &View, said: &ReachWords, until: &str, found: usize, cursor: Option<i64>) -> String {
    let id = match (found, cursor) {
        (0, None) => said.none,
        (0, Some(_)) => said.none_more,
        _ => said.some,
    };
    v.with_all(id, &[("shown", v.number(&EXAMINED_MAX.into())), ("until", until.to_owned())])
}

pub(crate) async fn account(ctx: &Ctx, v: &View, account: &Account) -> Result<AccountRow> {
    let (messages, recipients) = ctx.app.db.used_in_a_day(account.id, v.now).await?;
    let limits = &account.limits;
    let used = |used, limit: Option<u32>| limit.map(|limit| Use { used, limit: limit.into() });
    let mut pace = Vec::new();
    for (limit, id) in
        [(limits.per_second, "pace-second"), (limits.per_minute, "pace-minute"), (limits.per_hour, "pace-hour")]
    {
        pace.extend(limit.map(|limit| v.count(id, &limit.into())));
    }
    if let Some(batch) = &limits.batch {
        let values = [("size", v.number(&batch.size.into())), ("time", v.duration(&batch.pause))];
        pace.push(v.with_all("pace-batch", &values));
    }
    Ok(AccountRow {
        name: account.name.clone(),
        server: server(&account.url),
        messages,
        recipients,
        daily: used(messages, limits.daily),
        daily_recipients: used(recipients, limits.daily_recipients),
        pace,
        pause: account.pause.as_ref().filter(|pause| pause.until.is_none_or(|until| until > v.now)).map(|pause| {
            Pause {
                reason: states::reason(v, &pause.reason.code, &pause.reason.detail),
                reply: pause.reason.detail.clone(),
                until: pause.until,
            }
        }),
    })
}

/// Where an account's URL leads, without a user.
fn server(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(url) if url.scheme() == "gmail" => "Gmail".to_owned(),
        Ok(url) => match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        },
        Err(_) => String::new(),
    }
}

pub(crate) async fn workers(ctx: &Ctx, v: &View, since: Timestamp) -> Result<Vec<WorkerRow>> {
    let running = ctx.app.db.open_jobs().await?;
    let shared = ctx.app.db.is_postgres();
    let mut rows: Vec<WorkerRow> =
        ctx.app.db.workers(since).await?.into_iter().map(|worker| self::worker(v, worker, &running, shared)).collect();
    rows.sort_by_key(|row| (row.life != Life::Alive, std::cmp::Reverse(row.started_at)));
    Ok(rows)
}

fn worker(v: &View, worker: Worker, running: &[Job], shared: bool) -> WorkerRow {
    let status: serde_json::Value = serde_json::from_str(&worker.status).unwrap_or_default();
    let number = |name: &str| status[name].as_u64();
    // Where one process owns the data, its lease is its lock: it lives as long as it has not said farewell, and who
    // asks is it.
    let life = match worker.ended_at {
        Some(_) => Life::Ended,
        None if shared && worker.lease_until < v.now => Life::Lost,
        None => Life::Alive,
    };
    let jobs = match (life, shared) {
        (Life::Alive, false) => {
            let runs = running.iter().filter(|job| job.state == model::JobState::Running);
            runs.map(|job| (job.name.clone(), job.id.to_string())).collect()
        }
        _ => Vec::new(),
    };
    WorkerRow {
        name: worker.name,
        pid: worker.pid,
        life,
        started_at: worker.started_at,
        heartbeat_at: worker.heartbeat_at,
        ended_at: worker.ended_at,
        jobs,
        in_flight: number("in_flight"),
        load: status["load"].as_f64().zip(number("cores")),
        memory: number("memory").zip(number("memory_total")),
    }
}

/// The beginning of a day as forms write it, in the reader's zone; `None` for what is no day.
pub(crate) fn day(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let day: civil::Date = text.parse().ok()?;
    day.to_zoned(zone.clone()).ok().map(|at| at.timestamp().into())
}

/// The end of that day.
pub(crate) fn day_end(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let day: civil::Date = text.parse().ok()?;
    day.tomorrow().ok()?.to_zoned(zone.clone()).ok().map(|at| at.timestamp().into())
}

/// The address of a list with its filters; empty ones are left out.
pub(crate) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    pairs.iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| {
        query.append_pair(name, value);
    });
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
