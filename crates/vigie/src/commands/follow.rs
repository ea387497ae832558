//! A run, watched to its end, and what is said when it is over.

use super::send::{REFUSED, RIGHT_PASSWORD};
use crate::{
    app::Owned,
    client::Client,
    config::Config,
    failure::{Exit, Result},
    render::{
        self, Align, Table, count, counted, duration,
        progress::{Bar, Progress, Silence},
    },
    signals::{Stop, StopReason},
};
use model::{Clock, Timestamp, Verdict};
use serde_json::{Value, json};
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
pub(super) async fn run(config: &Config, client: &Client, job: &str, stop: &Stop) -> Result<Ended> {
    let mut bar = Bar::new(Silence::beside(config));
    let path = format!("/api/v1/jobs/{job}/progress");
    let mut away = false;
    let ended = loop {
        let found = client.get_if_ready(&path).await?;
        let mut wait = LOOK_EVERY;
        if let Some(progress) = found.as_ref().map(Progress::of) {
            bar.show(&progress);
            wait = progress.left().map_or(LOOK_EVERY, |left| left.clamp(LOOK_AT_MOST_EVERY, LOOK_EVERY));
            if progress.is_final() {
                break Ended::Over(progress);
            }
            if progress.status == "paused" && !is_short(&progress, Clock::System.now()) {
                break Ended::Paused(progress);
            }
        } else if !away {
            // The engine holds back by itself and goes on by itself; to give up here would end it.
            render::say("the database cannot be read; the run waits for it");
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
pub(super) async fn conclude(config: &Config, client: &Client, job: &str, ended: &Ended) -> Result<Exit> {
    let value = client.get(&format!("/api/v1/jobs/{job}")).await?;
    let progress = Progress::of(&value);
    let missed = client.get(&format!("/api/v1/jobs/{job}/items?trouble=true&limit={SHOWN}")).await?;
    let somebody_missed = missed["rows"].as_array().is_some_and(|rows| !rows.is_empty());
    // Refused beside others of its row, or perhaps sent by an earlier run: counted as no failure, and not served.
    let exit = match exit_of(&progress, ended) {
        Exit::Done if somebody_missed => Exit::SomeNotSent,
        exit => exit,
    };
    if config.json {
        render::json(&summary(&value, &missed))?;
        return Ok(exit);
    }
    render::say(&closing(&value, &progress, config));
    let rows = missed["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !rows.is_empty() {
        render::out(&items(rows).to_string())?;
    }
    if !missed["next"].is_null() {
        render::say(&format!("all of them: vigie jobs items {} --trouble", short(job)));
    }
    if progress.unknown > 0 {
        render::say(&format!(
            "unknown: it may have arrived; ask, then say so: vigie jobs settle {} --sent ROW, or --not-sent ROW",
            short(job)
        ));
    }
    Ok(exit)
}

fn exit_of(progress: &Progress, ended: &Ended) -> Exit {
    match (progress.status.as_str(), ended) {
        ("failed", _) => Exit::Failed,
        _ if progress.is_all_sent() => Exit::Done,
        ("completed" | "cancelled", _) => Exit::SomeNotSent,
        _ => Exit::Paused,
    }
}

/// One object that says how it ended.
pub(super) fn summary(job: &Value, missed: &Value) -> Value {
    let mut summary = json!({"job_id": job["id"], "status": job["state"]});
    for name in [
        "name",
        "total",
        "succeeded",
        "failed",
        "unknown",
        "skipped",
        "queued",
        "reason",
        "resumes_at",
        "started_at",
        "finished_at",
    ] {
        summary[name] = job[name].clone();
    }
    summary["seconds"] = elapsed(job).map_or(Value::Null, |time| json!((time.as_secs_f64() * 1000.0).round() / 1000.0));
    summary["not_sent"] = missed["rows"].clone();
    summary["more_not_sent"] = json!(!missed["next"].is_null());
    summary
}

fn elapsed(job: &Value) -> Option<Duration> {
    let time = |name: &str| job[name].as_str()?.parse::<Timestamp>().ok();
    Some(time("finished_at").or_else(|| time("updated_at"))?.since(time("started_at")?))
}

fn closing(job: &Value, progress: &Progress, config: &Config) -> String {
    let id = short(job["id"].as_str().unwrap_or_default());
    let mut text = match progress.status.as_str() {
        "completed" if !progress.is_all_sent() => progress.standing(),
        "completed" => "done".to_owned(),
        "cancelled" => "cancelled".to_owned(),
        "failed" => format!("failed: {}", progress.reason.as_deref().unwrap_or("no reason given")),
        "paused" => {
            let until = match progress.resumes_at {
                Some(_) => format!(
                    "goes on at {}, while `vigie serve` runs",
                    render::moment(&job["resumes_at"], &config.zone.value)
                ),
                None if job["reason"]["code"] == REFUSED => RIGHT_PASSWORD.to_owned(),
                None if is_interrupted(job) => {
                    format!(
                        "the same command again goes on, and so does vigie jobs resume {id}; vigie jobs cancel {id} gives up"
                    )
                }
                None => format!("vigie jobs resume {id} goes on, vigie jobs cancel {id} gives up"),
            };
            format!("paused: {} ({until})", progress.reason.as_deref().unwrap_or("no reason given"))
        }
        "running" | "pending" => "not over".to_owned(),
        other => other.to_owned(),
    };
    text += &format!(": {} sent of {}", count(progress.succeeded), count(progress.total));
    for (number, word) in [(progress.failed, "failed"), (progress.unknown, "unknown"), (progress.skipped, "skipped")] {
        if number > 0 {
            text += &format!(", {} {word}", count(number));
        }
    }
    if let Some(time) = elapsed(job).filter(|_| progress.is_final()) {
        let rate = progress.succeeded as f64 / time.as_secs_f64().max(0.001);
        text += &format!(", in {} ({rate:.1}/s)", duration(time));
    }
    render::plain(&format!("{text} (job {id})"), 500)
}

/// A table of items, with why each is as it is.
pub(super) fn items(rows: &[Value]) -> Table {
    let mut table =
        Table::new(&[("row", Align::Right), ("state", Align::Left), ("to", Align::Left), ("why", Align::Left)]);
    for item in rows {
        let text = |name: &str| item[name].as_str().unwrap_or_default();
        table.row([
            item["seq"].as_i64().unwrap_or(0).to_string(),
            text("state").to_owned(),
            render::plain(text("label"), 50),
            render::plain(&why(item), 180),
        ]);
    }
    table
}

fn why(item: &Value) -> String {
    let Ok(verdict) = serde_json::from_value::<Verdict>(item["verdict"].clone()) else { return String::new() };
    let refused = item["detail"].as_str().filter(|detail| !detail.is_empty());
    let refused = refused.map_or(String::new(), |detail| format!("{detail}: "));
    // What was wrong with a row says it all.
    if verdict.code == "invalid_row" {
        return verdict.reply;
    }
    refused + &super::send::explain(&verdict)
}

/// What an earlier process left, and what goes on now.
pub(super) async fn tell_resumed(config: &Config, owned: &Owned) -> Result<()> {
    let Some(ready) = &owned.ready else { return Ok(()) };
    if config.json {
        return Ok(());
    }
    if ready.unknown > 0 {
        render::say(&format!(
            "{} in flight when the last process ended: perhaps sent, kept as unknown (`vigie jobs settle`)",
            counted(ready.unknown, "message")
        ));
    }
    if ready.requeued > 0 {
        render::say(&format!(
            "{} in flight when the last process ended: sent again, as their job allows",
            counted(ready.requeued, "message")
        ));
    }
    for job in &ready.unprepared {
        render::say(&format!("job {job} had not been read to its end: not started, nothing was sent"));
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
        let count = counted(open.len() as u64, "run");
        render::say(&format!("going on with {count} that ended with its process (`vigie jobs`)"));
    }
    if let Some(first) = interrupted.first() {
        let (were, which) = match interrupted.len() {
            1 => ("1 run was".to_owned(), short(first["id"].as_str().unwrap_or_default()).to_owned()),
            many => (format!("{many} runs were"), "JOB".to_owned()),
        };
        let also = if interrupted.len() > 1 { " (`vigie jobs --state paused` lists them)" } else { "" };
        render::say(&format!("{were} interrupted: vigie jobs resume {which} goes on with it{also}"));
    }
    Ok(())
}

/// Runs that wait while this process runs its own only.
pub(super) async fn tell_others(config: &Config, client: &Client, job: &str) -> Result<()> {
    if config.json || config.database.value.is_some() {
        return Ok(());
    }
    let mut others = open(client).await?;
    others.retain(|other| other["id"].as_str() != Some(job));
    let Some(first) = others.first() else { return Ok(()) };
    let (id, name) = (first["id"].as_str().unwrap_or_default(), first["name"].as_str().unwrap_or_default());
    let more = match others.len() {
        1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    render::say(&format!(
        "not over either, and left alone: {} {}{more}; `vigie jobs` lists them, `vigie serve` goes on with those not paused",
        short(id),
        render::plain(name, 60)
    ));
    Ok(())
}

/// Jobs of this program that could go on, and those that were interrupted by hand; the newest first.
async fn open(client: &Client) -> Result<Vec<Value>> {
    let open = client.get("/api/v1/jobs?state=pending,running,paused&limit=100").await?;
    let mut open = open["rows"].as_array().cloned().unwrap_or_default();
    open.retain(|job| job["kind"] != "external" && (job["state"] != "paused" || is_interrupted(job)));
    Ok(open)
}

fn is_interrupted(job: &Value) -> bool {
    job["state"] == "paused" && job["reason"]["code"] == "interrupted"
}

/// As much of an id as people need to type: the moment it was made at, to the millisecond.
pub(super) fn short(id: &str) -> &str {
    id.get(..13).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_say_how_it_ended() {
        let exit = |job: Value| {
            let progress = Progress::of(&job);
            exit_of(&progress, &Ended::Over(progress.clone()))
        };
        assert_eq!(exit(json!({"state": "completed", "total": 2, "succeeded": 2})), Exit::Done);
        assert_eq!(exit(json!({"state": "completed", "total": 2, "succeeded": 1, "skipped": 1})), Exit::Done);
        assert_eq!(exit(json!({"state": "completed", "failed": 1})), Exit::SomeNotSent);
        assert_eq!(exit(json!({"state": "completed", "unknown": 1})), Exit::SomeNotSent);
        assert_eq!(exit(json!({"state": "cancelled"})), Exit::SomeNotSent);
        assert_eq!(exit(json!({"state": "failed"})), Exit::Failed);
        assert_eq!(exit(json!({"state": "paused"})), Exit::Paused);
        assert_eq!(exit(json!({"state": "running"})), Exit::Paused);
    }

    #[test]
    fn a_short_pause_is_waited_for() {
        let now: Timestamp = "2025-01-10T10:00:00Z".parse().unwrap();
        let paused =
            |at: Option<&str>| Progress { resumes_at: at.map(|at| at.parse().unwrap()), ..Progress::default() };
        assert!(is_short(&paused(Some("2025-01-10T10:15:00Z")), now));
        assert!(!is_short(&paused(Some("2025-01-10T13:00:00Z")), now));
        assert!(!is_short(&paused(None), now));
    }
}
