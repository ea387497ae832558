//! A run, watched to its end, and what is said when it is over.

use super::send::{REFUSED, right_password};
use crate::{
    app::Owned,
    client::Client,
    config::Config,
    failure::{Exit, Result},
    render::{
        self, Align, Table, duration,
        progress::{Bar, Progress, Silence},
    },
    signals::{Stop, StopReason},
    words::{self, t},
};
use api::{
    items::{Item, ItemsPage},
    jobs::{self, Job, JobsPage, Reason},
};
use model::{Clock, JobId, JobState, Timestamp};
use serde::Serialize;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(150);
/// When the end is near.
const LOOK_AT_MOST_EVERY: Duration = Duration::from_millis(10);
/// A pause that ends by itself sooner than this is waited for.
const PAUSE_WAITED_FOR: Duration = Duration::from_secs(16 * 60);
/// Those who did not get theirs that are shown at the end.
const SHOWN: u64 = 20;

/// Why watching ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ended {
    Over(Progress),
    /// A person has to resume it, or it waits for long.
    Paused(Progress),
    /// Ctrl-C or SIGTERM.
    Interrupted(StopReason),
}

/// Shows the progress of `job` until it ends, is paused for long, or Ctrl-C.
pub(super) async fn run(config: &Config, client: &Client, job: JobId, stop: &Stop) -> Result<Ended> {
    let mut bar = Bar::new(Silence::beside(config));
    let path = format!("/api/v1/jobs/{job}/progress");
    let mut away = false;
    let ended = loop {
        let found = client.get_if_ready::<jobs::Progress>(&path).await?;
        let mut wait = LOOK_EVERY;
        if let Some(progress) = found.as_deref().map(Progress::from) {
            bar.show(&progress, &config.zone.value);
            wait = progress.left().map_or(LOOK_EVERY, |left| left.clamp(LOOK_AT_MOST_EVERY, LOOK_EVERY));
            if progress.is_final() {
                break Ended::Over(progress);
            }
            if progress.status == JobState::Paused && !is_short(&progress, Clock::System.now()) {
                break Ended::Paused(progress);
            }
        } else if !away {
            // The engine holds back by itself and goes on by itself; to give up here would end it.
            render::say(&t!("database-away"));
        }
        away = found.is_none();
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            by = stop.asked() => break Ended::Interrupted(by),
        }
    };
    bar.end();
    Ok(ended)
}

fn is_short(progress: &Progress, now: Timestamp) -> bool {
    progress.resumes_at.is_some_and(|at| at.since(now) < PAUSE_WAITED_FOR)
}

/// The closing summary, those who did not get theirs, and the exit code.
pub(super) async fn conclude(config: &Config, client: &Client, id: JobId, ended: &Ended) -> Result<Exit> {
    let job = client.get::<Job>(&format!("/api/v1/jobs/{id}")).await?;
    let progress = Progress::from(&*job);
    let missed = client.get::<ItemsPage>(&format!("/api/v1/jobs/{id}/items?trouble=true&limit={SHOWN}")).await?;
    // Refused beside others of its row, or perhaps sent by an earlier run: counted as no failure, and not served.
    let exit = match exit_of(&progress, ended) {
        Exit::Done if !missed.rows.is_empty() => Exit::SomeNotSent,
        exit => exit,
    };
    if config.json {
        render::json(&summary(&job, &missed))?;
        return Ok(exit);
    }
    render::say(&closing(&job, &progress, config));
    if !missed.rows.is_empty() {
        render::out(&items(&missed.rows).to_string())?;
    }
    if missed.next.is_some() {
        render::say(&t!("all-missed", job = short(id)));
    }
    if progress.unknown > 0 {
        render::say(&t!("unknown-help", job = short(id)));
    }
    Ok(exit)
}

fn exit_of(progress: &Progress, ended: &Ended) -> Exit {
    match (progress.status, ended) {
        (JobState::Failed, _) => Exit::Failed,
        _ if progress.is_all_sent() => Exit::Done,
        (JobState::Completed | JobState::Cancelled, _) => Exit::SomeNotSent,
        _ => Exit::Paused,
    }
}

/// One object that says how it ended.
#[derive(Serialize)]
pub(super) struct Summary<'a> {
    job_id: JobId,
    status: JobState,
    name: &'a str,
    total: u64,
    succeeded: u64,
    failed: u64,
    unknown: u64,
    skipped: u64,
    queued: u64,
    reason: &'a Option<Reason>,
    resumes_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    /// To the millisecond.
    seconds: Option<f64>,
    not_sent: &'a [Item],
    more_not_sent: bool,
}

pub(super) fn summary<'a>(job: &'a Job, missed: &'a ItemsPage) -> Summary<'a> {
    Summary {
        job_id: job.id,
        status: job.state,
        name: &job.name,
        total: job.total,
        succeeded: job.succeeded,
        failed: job.failed,
        unknown: job.unknown,
        skipped: job.skipped,
        queued: job.queued,
        reason: &job.reason,
        resumes_at: job.resumes_at,
        started_at: job.started_at,
        finished_at: job.finished_at,
        seconds: elapsed(job).map(|time| (time.as_secs_f64() * 1000.0).round() / 1000.0),
        not_sent: &missed.rows,
        more_not_sent: missed.next.is_some(),
    }
}

/// Without pauses, and without the time between its end and a retry.
pub(super) fn elapsed(job: &Job) -> Option<Duration> {
    job.started_at.and_then(|_| Duration::try_from_secs_f64(job.active_seconds).ok())
}

fn closing(job: &Job, progress: &Progress, config: &Config) -> String {
    let id = short(job.id);
    let mut text = match progress.status {
        JobState::Completed if !progress.is_all_sent() => progress.standing(),
        JobState::Completed => t!("ended-done"),
        JobState::Cancelled => words::word("state", JobState::Cancelled),
        JobState::Failed => t!("ended-failed", why = progress.why()),
        JobState::Paused => {
            let until = match progress.resumes_at {
                Some(_) => t!("goes-on-at", at = render::moment(job.resumes_at, &config.zone.value)),
                None if is_reason(job, REFUSED) => right_password(),
                None if is_interrupted(job) => {
                    t!("interrupted-help", id)
                }
                None => t!("paused-help", id),
            };
            t!("ended-paused", why = progress.why(), until)
        }
        JobState::Running | JobState::Pending => t!("ended-not"),
        state @ JobState::Preparing => words::word("state", state),
    };
    text += &t!("sent-of"; sent = progress.succeeded, total = progress.total);
    for exception in progress.exceptions() {
        text += &format!(", {exception}");
    }
    if let Some(time) = elapsed(job).filter(|_| progress.is_final()) {
        let rate = progress.succeeded as f64 / time.as_secs_f64().max(0.001);
        text += &t!("took", time = duration(time), rate = words::decimal(rate, 1));
    }
    render::plain(&format!("{text} {}", t!("of-job", id)), 500)
}

/// A table of items, with why each is as it is.
pub(super) fn items(rows: &[Item]) -> Table {
    let mut table = Table::new(&[
        ("row", Align::Right),
        ("line", Align::Right),
        ("state", Align::Left),
        ("to", Align::Left),
        ("why", Align::Left),
    ]);
    for item in rows {
        table.row([
            item.seq.to_string(),
            item.line.map(|line| line.to_string()).unwrap_or_default(),
            words::word("item", item.state),
            render::plain(&item.label, 50),
            render::plain(&why(item), 180),
        ]);
    }
    table
}

fn why(item: &Item) -> String {
    let Some(verdict) = &item.verdict else { return String::new() };
    let refused = if item.detail.is_empty() { String::new() } else { t!("of-recipient", address = item.detail) };
    // What was wrong with a row says it all.
    if verdict.code == "invalid_row" {
        return mail::enqueue::said_of(verdict, words::language()).to_owned();
    }
    refused + &super::send::explain(verdict)
}

/// What an earlier process left, and what goes on now.
pub(super) async fn tell_resumed(config: &Config, owned: &Owned) -> Result<()> {
    let Some(ready) = &owned.ready else { return Ok(()) };
    if config.json {
        return Ok(());
    }
    if ready.unknown > 0 {
        render::say(&t!("resumed-unknown"; n = ready.unknown));
    }
    if ready.requeued > 0 {
        render::say(&t!("resumed-again"; n = ready.requeued));
    }
    for job in &ready.unprepared {
        render::say(&t!("unprepared", job));
    }
    Ok(())
}

/// What a process that runs every open job goes on with, and what waits for a person all the same.
pub(super) async fn tell_going_on(config: &Config, client: &Client) -> Result<()> {
    if config.json {
        return Ok(());
    }
    let (open, interrupted): (Vec<_>, Vec<_>) = open(client).await?.into_iter().partition(|job| !is_interrupted(job));
    if !open.is_empty() {
        render::say(&t!("going-on"; n = open.len()));
    }
    if let Some(first) = interrupted.first() {
        render::say(&match interrupted.len() {
            1 => t!("one-interrupted", id = short(first.id)),
            many => t!("several-interrupted"; n = many),
        });
    }
    Ok(())
}

/// Runs that wait while this process runs its own only.
pub(super) async fn tell_others(config: &Config, client: &Client, job: JobId) -> Result<()> {
    if config.json || config.database.value.is_some() {
        return Ok(());
    }
    let mut others = open(client).await?;
    others.retain(|other| other.id != job);
    let Some(first) = others.first() else { return Ok(()) };
    let more = match others.len() {
        1 => String::new(),
        many => t!("and-more"; n = many - 1),
    };
    render::say(&t!("left-alone", id = short(first.id), name = render::plain(&first.name, 60), more));
    Ok(())
}

/// Jobs of this program that could go on, and those that were interrupted by hand; the newest first.
async fn open(client: &Client) -> Result<Vec<Job>> {
    let open = client.get::<JobsPage>("/api/v1/jobs?state=pending,running,paused&limit=100").await?;
    let mut open = open.into_inner().rows;
    open.retain(|job| !job.is_external() && (job.state != JobState::Paused || is_interrupted(job)));
    Ok(open)
}

fn is_interrupted(job: &Job) -> bool {
    job.state == JobState::Paused && is_reason(job, "interrupted")
}

fn is_reason(job: &Job, code: &str) -> bool {
    job.reason.as_ref().is_some_and(|reason| reason.code == code)
}

/// As much of an id as people need to type: the moment it was made at, to the millisecond.
pub(super) fn short(id: JobId) -> String {
    id.to_string().chars().take(13).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn progress(status: JobState) -> Progress {
        let found = json!({
            "job_id": "7f3b0c52-0000-4000-8000-000000000001", "status": status, "total": 2, "processed": 0, "succeeded": 0,
            "failed": 0, "unknown": 0, "skipped": 0, "remaining": 0, "percent": 0.0, "rate": 0.0, "message": "",
            "version": 1
        });
        Progress::from(&serde_json::from_value::<jobs::Progress>(found).unwrap())
    }

    #[test]
    fn exit_codes_say_how_it_ended() {
        let exit = |state: &str, [succeeded, failed, unknown, skipped]: [u64; 4]| {
            let state = state.parse().unwrap();
            let progress = Progress { succeeded, failed, unknown, skipped, ..progress(state) };
            exit_of(&progress, &Ended::Over(progress.clone()))
        };
        assert_eq!(exit("completed", [2, 0, 0, 0]), Exit::Done);
        assert_eq!(exit("completed", [1, 0, 0, 1]), Exit::Done);
        assert_eq!(exit("completed", [0, 1, 0, 0]), Exit::SomeNotSent);
        assert_eq!(exit("completed", [0, 0, 1, 0]), Exit::SomeNotSent);
        assert_eq!(exit("cancelled", [0; 4]), Exit::SomeNotSent);
        assert_eq!(exit("failed", [0; 4]), Exit::Failed);
        assert_eq!(exit("paused", [0; 4]), Exit::Paused);
        assert_eq!(exit("running", [0; 4]), Exit::Paused);
    }

    #[test]
    fn a_short_pause_is_waited_for() {
        let now: Timestamp = "2025-01-10T10:00:00Z".parse().unwrap();
        let paused =
            |at: Option<&str>| Progress { resumes_at: at.map(|at| at.parse().unwrap()), ..progress(JobState::Paused) };
        assert!(is_short(&paused(Some("2025-01-10T10:15:00Z")), now));
        assert!(!is_short(&paused(Some("2025-01-10T13:00:00Z")), now));
        assert!(!is_short(&paused(None), now));
    }
}
