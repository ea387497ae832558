//! `vigie jobs …`

use super::{follow, search, settle, when, which};
use crate::{
    app::{self, Connected, Engines},
    cli::{ItemsArgs, JobArg, JobsArgs, JobsCommand, JobsListArgs},
    client::{Client, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table, count, progress::Progress},
    signals::Stop,
};
use model::Clock;
use serde_json::{Value, json};
use std::{fmt::Display, time::Duration};

/// Records of a log that are asked for at once.
const LOG_PAGE: u32 = 1_000;

pub(super) async fn run(config: &Config, args: JobsArgs) -> Result<Exit> {
    match args.command {
        None => list(config, &args.list).await,
        Some(JobsCommand::List(args)) => list(config, &args).await,
        Some(JobsCommand::Show(job)) => show(config, &job).await,
        Some(JobsCommand::Watch { job }) => watch(config, job).await,
        Some(JobsCommand::Pause(job)) => change(config, &job, "pause", json!({})).await,
        Some(JobsCommand::Resume(job)) => change(config, &job, "resume", json!({})).await,
        Some(JobsCommand::Cancel(job)) => change(config, &job, "cancel", json!({})).await,
        Some(JobsCommand::RetryFailed(job)) => settle::retry_failed(config, &job).await,
        Some(JobsCommand::Items(args)) => items(config, &args).await,
        Some(JobsCommand::Settle(args)) => settle::settle(config, &args).await,
        Some(JobsCommand::Log { job, follow }) => {
            log(config, &job, if follow { Tail::Follow } else { Tail::Once }).await
        }
    }
}

async fn list(config: &Config, args: &JobsListArgs) -> Result<Exit> {
    let zone = &config.zone.value;
    let since = args.since.as_deref().map(|text| when::past(text, "since", zone, Clock::System.now())).transpose()?;
    let connected = app::reading(config).await?;
    let path = query([
        ("state", joined(&args.state)),
        ("kind", args.kind.clone()),
        ("q", args.query.clone()),
        ("since", since.map(|at| at.to_string())),
        ("limit", Some(args.limit.to_string())),
    ]);
    let page = connected.client().get(&format!("/api/v1/jobs{path}")).await?;
    if config.json {
        render::json(&page)?;
        return Ok(Exit::Done);
    }
    let waits = nobody_runs(config, &connected);
    let mut table = Table::new(&[
        ("id", Align::Left),
        ("state", Align::Left),
        ("done", Align::Right),
        ("failed", Align::Right),
        ("unknown", Align::Right),
        ("skipped", Align::Right),
        ("created", Align::Left),
        ("name", Align::Left),
    ]);
    for job in rows(&page) {
        let number = |name: &str| count(job[name].as_u64().unwrap_or(0));
        let processed: u64 =
            ["succeeded", "failed", "unknown", "skipped"].iter().filter_map(|name| job[*name].as_u64()).sum();
        table.row([
            text(job, "id").to_owned(),
            if waits && is_open(job) { WAITS.to_owned() } else { Progress::of(job).standing() },
            format!("{}/{}", count(processed), number("total")),
            number("failed"),
            number("unknown"),
            number("skipped"),
            render::moment(&job["created_at"], zone),
            render::plain(text(job, "name"), 60),
        ]);
    }
    if table.is_empty() {
        render::say("no job matches");
    } else {
        render::out(&table.to_string())?;
    }
    more(&page, "jobs", args.limit);
    Ok(Exit::Done)
}

/// The state of a job that would run, where nothing runs jobs.
const WAITS: &str = "waiting for vigie serve";

fn nobody_runs(config: &Config, connected: &Connected) -> bool {
    matches!(connected, Connected::Reading(_)) && config.database.value.is_none()
}

async fn show(config: &Config, job: &JobArg) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let id = which::job_id(client, &job.job).await?;
    let mut job = client.get(&format!("/api/v1/jobs/{id}")).await?;
    if config.json {
        render::json(&job)?;
        return Ok(Exit::Done);
    }
    job["state"] = match nobody_runs(config, &connected) && is_open(&job) {
        true => WAITS.into(),
        false => Progress::of(&job).standing().into(),
    };
    let mut table = Table::new(&[("", Align::Left), ("", Align::Left)]);
    for name in [
        "id",
        "name",
        "kind",
        "state",
        "application_name",
        "flow_name",
        "created_by",
        "task_type",
        "task_id",
        "on_unknown",
        "message",
    ] {
        if !text(&job, name).is_empty() {
            table.row([name.replace('_', " "), render::plain(text(&job, name), 200)]);
        }
    }
    let reason = &job["reason"];
    if !reason.is_null() {
        table.row([
            "reason".into(),
            render::plain(&format!("{} {}", text(reason, "code"), text(reason, "detail")), 300),
        ]);
    }
    for name in ["total", "succeeded", "failed", "unknown", "skipped", "queued", "running"] {
        table.row([name.into(), count(job[name].as_u64().unwrap_or(0))]);
    }
    for name in ["created_at", "started_at", "finished_at", "resumes_at"] {
        if !job[name].is_null() {
            table.row([name.replace('_', " "), render::moment(&job[name], &config.zone.value)]);
        }
    }
    render::out(table.to_string().trim_start())?;
    Ok(Exit::Done)
}

async fn watch(config: &Config, job: Option<String>) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let id = match job {
        Some(job) => which::job_id(client, &job).await?,
        None => {
            let open = client.get("/api/v1/jobs?state=running,paused,pending,preparing&limit=1").await?;
            let newest = rows(&open).first().map(|job| text(job, "id").to_owned());
            newest.ok_or_else(|| {
                Failure::new("no job runs or waits").help("name one: vigie jobs watch JOB; see `vigie jobs`")
            })?
        }
    };
    if !config.json && nobody_runs(config, &connected) && is_open(&client.get(&format!("/api/v1/jobs/{id}")).await?) {
        render::say("nothing runs it now: vigie serve, or the same send again");
    }
    let stop = Stop::listen().map_err(Failure::new)?;
    let ended = follow::run(config, client, &id, &stop).await?;
    if matches!(ended, follow::Ended::Interrupted(_)) {
        return Ok(Exit::Done);
    }
    follow::conclude(config, client, &id, &ended).await
}

/// One job that is about to be changed. Nothing is begun only because a job is paused or settled: no engine.
pub(super) struct Changing {
    connected: Connected,
    pub(super) id: String,
}

impl Changing {
    pub(super) async fn begin(config: &Config, job: &JobArg) -> Result<Self> {
        let connected = app::changing(config, "jobs", Engines::Rest).await?;
        match which::job_id(connected.client(), &job.job).await {
            Ok(id) => Ok(Self { connected, id }),
            Err(failure) => {
                connected.close().await;
                Err(failure)
            }
        }
    }

    pub(super) fn client(&self) -> &Client {
        self.connected.client()
    }

    /// Lets go; whether somebody may run the job.
    pub(super) async fn end(self, config: &Config) -> Runs {
        let somebody = matches!(self.connected, Connected::Theirs(..)) || config.database.value.is_some();
        self.connected.close().await;
        if somebody { Runs::Somewhere } else { Runs::Nowhere }
    }
}

/// Whether a process runs jobs of this directory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    Somewhere,
    Nowhere,
}

async fn change(config: &Config, job: &JobArg, verb: &str, body: Value) -> Result<Exit> {
    let changing = Changing::begin(config, job).await?;
    let changed = changing.client().post(&format!("/api/v1/jobs/{}/{verb}", changing.id), &body).await;
    let runs = changing.end(config).await;
    let changed = changed?;
    if config.json {
        render::json(&changed)?;
        return Ok(Exit::Done);
    }
    told(&changed, runs);
    Ok(Exit::Done)
}

/// How a job stands after a change.
pub(super) fn told(job: &Value, runs: Runs) {
    let progress = render::progress::Progress::of(job);
    render::say(&format!(
        "{}: {}, {} of {} processed",
        render::plain(text(job, "name"), 60),
        progress.status,
        count(progress.succeeded + progress.failed + progress.unknown + progress.skipped),
        count(progress.total)
    ));
    if let Some(account) = job["account_resumed"].as_str() {
        render::say(&format!("the pause of {} is ended too", render::plain(account, 200)));
    }
    if runs == Runs::Nowhere && is_open(job) {
        render::say("nothing runs it now: vigie serve, or the same send again");
    }
}

/// Would run, if anybody ran jobs.
fn is_open(job: &Value) -> bool {
    matches!(text(job, "state"), "pending" | "running") && job["kind"] != "external"
}

async fn items(config: &Config, args: &ItemsArgs) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let id = which::job_id(client, &args.job.job).await?;
    let pairs = [
        ("state", joined(&args.state)),
        ("trouble", args.trouble.then(|| "true".to_owned())),
        ("q", args.query.clone()),
    ];
    let page = search::rows(client, &format!("/api/v1/jobs/{id}/items"), &pairs, args.limit).await?;
    if config.json {
        render::json(&page)?;
        return Ok(Exit::Done);
    }
    if rows(&page).is_empty() {
        render::say("no item matches");
    } else {
        render::out(&follow::items(rows(&page)).to_string())?;
    }
    more(&page, "items", args.limit);
    Ok(Exit::Done)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    Once,
    Follow,
}

async fn log(config: &Config, job: &JobArg, tail: Tail) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let id = which::job_id(client, &job.job).await?;
    let mut after = Value::Null;
    loop {
        // Asked before the page, so that what is logged last is still read.
        let over = tail == Tail::Once || is_over(client, &id).await?;
        let from = after.as_u64().map(|at| at.to_string()).or_else(|| after.as_str().map(str::to_owned));
        let path = query([("after", from.clone()), ("limit", Some(LOG_PAGE.to_string()))]);
        let page = client.get(&format!("/api/v1/jobs/{id}/log{path}")).await?;
        for record in rows(&page) {
            show_record(config, record)?;
        }
        let next = page["next"].clone();
        let is_end = rows(&page).is_empty() || next.is_null() || next == after;
        if !next.is_null() {
            after = next;
        }
        match (is_end, over) {
            (true, true) => return Ok(Exit::Done),
            (true, false) => tokio::time::sleep(Duration::from_millis(300)).await,
            _ => {}
        }
    }
}

async fn is_over(client: &Client, id: &str) -> Result<bool> {
    let progress = client.get(&format!("/api/v1/jobs/{id}/progress")).await?;
    Ok(render::progress::Progress::of(&progress).is_final())
}

fn show_record(config: &Config, record: &Value) -> Result<()> {
    if config.json {
        return render::out(&record.to_string());
    }
    let at = render::moment(&record["at"], &config.zone.value);
    render::out(&format!(
        "{at} [{}] {}",
        text(record, "level").to_uppercase(),
        render::plain(text(record, "message"), 2_000)
    ))
}

pub(super) fn rows(page: &Value) -> &[Value] {
    page["rows"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn joined<T: Display>(values: &[T]) -> Option<String> {
    (!values.is_empty()).then(|| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

fn more(page: &Value, what: &str, limit: u32) {
    if !page["next"].is_null() {
        render::say(&format!("there are more {what} than {limit}: raise --limit, or narrow the choice"));
    }
}
