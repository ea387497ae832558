//! `vigie jobs …`

use super::{follow, search, settle, when, which};
use crate::{
    app::{self, Connected, Engines},
    cli::{ItemsArgs, JobArg, JobsArgs, JobsCommand, JobsListArgs},
    client::{Answer, Client, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{
        self, Align, Table, count,
        progress::{Progress, reason_text},
    },
    signals::Stop,
    words::{self, t},
};
use api::{
    items::ItemsPage,
    jobs::{self, Job, JobNote, JobsPage, LogLine, LogPage, Reason, Resumed},
};
use language::Language;
use model::{Clock, JobId, JobState};
use serde_json::Value;
use std::{fmt::Display, time::Duration};

/// Records of a log that are asked for at once.
const LOG_PAGE: u32 = 1_000;

pub(super) async fn run(config: &Config, args: JobsArgs) -> Result<Exit> {
    match args.command {
        None => list(config, &args.list).await,
        Some(JobsCommand::List(args)) => list(config, &args).await,
        Some(JobsCommand::Show(job)) => show(config, &job).await,
        Some(JobsCommand::Watch { job }) => watch(config, job).await,
        Some(JobsCommand::Pause(job)) => change(config, &job, "pause").await,
        Some(JobsCommand::Resume(job)) => change(config, &job, "resume").await,
        Some(JobsCommand::Cancel(job)) => change(config, &job, "cancel").await,
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
    let page = connected.client().get::<JobsPage>(&format!("/api/v1/jobs{path}")).await?;
    if config.json {
        render::json(&page.json)?;
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
    for job in &page.rows {
        table.row([
            job.id.to_string(),
            if waits && is_open(job) { t!("waits") } else { Progress::from(job).standing() },
            format!("{}/{}", count(job.processed()), count(job.total)),
            count(job.failed),
            count(job.unknown),
            count(job.skipped),
            render::moment(job.created_at, zone),
            render::plain(&job.name, 60),
        ]);
    }
    if table.is_empty() {
        render::say(&t!("jobs-none"));
    } else {
        render::out(&table.to_string())?;
    }
    more(page.next.as_deref(), args.limit);
    Ok(Exit::Done)
}

/// Jobs that would run wait: this process only reads.
fn nobody_runs(config: &Config, connected: &Connected) -> bool {
    matches!(connected, Connected::Reading(_)) && config.database.value.is_none()
}

async fn show(config: &Config, job: &JobArg) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let job = which::job(client, &job.job).await?;
    if config.json {
        render::json(&job.json)?;
        return Ok(Exit::Done);
    }
    let state = match nobody_runs(config, &connected) && is_open(&job) {
        true => t!("waits"),
        false => Progress::from(&*job).standing(),
    };
    render::out(described(&job, &state, config).to_string().trim_start())?;
    Ok(Exit::Done)
}

/// All that is known of it, line by line; what is empty is left out.
fn described(job: &Job, state: &str, config: &Config) -> Table {
    let mut table = Table::new(&[("", Align::Left), ("", Align::Left)]);
    let (id, on_unknown) = (job.id.to_string(), words::word("on-unknown", job.on_unknown));
    // A server of a later version may have others.
    let kind = job.kind.parse().map_or_else(|_| job.kind.clone(), |kind| web::kind_name(words::language(), kind));
    let texts = [
        ("id", id.as_str()),
        ("name", &job.name),
        ("kind", &kind),
        ("state", state),
        ("application name", &job.application_name),
        ("flow name", &job.flow_name),
        ("created by", &job.created_by),
        ("task type", &job.task_type),
        ("task id", &job.task_id),
        ("on unknown", &on_unknown),
        ("message", &job.message),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        table.row([words::word("column", name), render::plain(text, 200)]);
    }
    if let Some(reason @ Reason { code, detail }) = &job.reason {
        let text = match words::language() {
            Language::English => format!("{code} {detail}"),
            Language::French => reason_text(reason),
        };
        table.row([words::word("column", "reason"), render::plain(&text, 300)]);
    }
    let numbers = [
        ("total", job.total),
        ("succeeded", job.succeeded),
        ("failed", job.failed),
        ("unknown", job.unknown),
        ("skipped", job.skipped),
        ("queued", job.queued),
        ("running", job.running),
    ];
    for (name, number) in numbers {
        table.row([words::word("column", name), count(number)]);
    }
    let moments = [
        ("created at", Some(job.created_at)),
        ("started at", job.started_at),
        ("finished at", job.finished_at),
        ("resumes at", job.resumes_at),
    ];
    for (name, at) in moments.into_iter().filter(|(_, at)| at.is_some()) {
        table.row([words::word("column", name), render::moment(at, &config.zone.value)]);
    }
    if let Some(time) = follow::elapsed(job) {
        table.row([words::word("column", "took"), render::duration(time)]);
    }
    table
}

async fn watch(config: &Config, job: Option<String>) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let job = match job {
        Some(job) => which::job(client, &job).await?.into_inner(),
        None => {
            let open = client.get::<JobsPage>("/api/v1/jobs?state=running,paused,pending,preparing&limit=1").await?;
            let newest = open.into_inner().rows.into_iter().next();
            newest.ok_or_else(|| Failure::new(t!("watch-none")).help(t!("watch-none-help")))?
        }
    };
    if nobody_runs(config, &connected) && is_open(&job) {
        if !config.json {
            render::say(&t!("nothing-runs-it"));
        }
        // A person may start it meanwhile and see it go on; a script would wait for ever.
        if config.json || !console::user_attended_stderr() {
            let waits = follow::Ended::Paused(Progress::from(&job));
            return follow::conclude(config, client, job.id, &waits).await;
        }
    }
    let stop = Stop::listen().map_err(Failure::new)?;
    let ended = follow::run(config, client, job.id, &stop).await?;
    if matches!(ended, follow::Ended::Interrupted(_)) {
        return Ok(Exit::Done);
    }
    follow::conclude(config, client, job.id, &ended).await
}

/// One job that is about to be changed. Nothing is begun only because a job is paused or settled: no engine.
pub(super) struct Changing {
    connected: Connected,
    pub(super) id: JobId,
}

impl Changing {
    pub(super) async fn begin(config: &Config, job: &JobArg) -> Result<Self> {
        let connected = app::changing(config, "jobs", Engines::Rest).await?;
        match which::job(connected.client(), &job.job).await {
            Ok(job) => Ok(Self { connected, id: job.id }),
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

async fn change(config: &Config, job: &JobArg, verb: &str) -> Result<Exit> {
    let changing = Changing::begin(config, job).await?;
    // A pause or a cancellation resumes no account, and names none.
    let path = format!("/api/v1/jobs/{}/{verb}", changing.id);
    let changed = changing.client().post::<Resumed>(&path, &JobNote::default()).await;
    let runs = changing.end(config).await;
    let changed = changed?;
    if config.json {
        render::json(&changed.json)?;
        return Ok(Exit::Done);
    }
    told(&changed.job, changed.account_resumed.as_deref(), runs);
    Ok(Exit::Done)
}

/// How a job stands after a change, and which account goes on with it.
pub(super) fn told(job: &Job, account_resumed: Option<&str>, runs: Runs) {
    render::say(&t!(
        "processed",
        name = render::plain(&job.name, 60),
        state = words::word("state", job.state);
        done = job.processed(),
        total = job.total
    ));
    if let Some(account) = account_resumed {
        render::say(&t!("account-pause-ended", account = render::plain(account, 200)));
    }
    if runs == Runs::Nowhere && is_open(job) {
        render::say(&t!("nothing-runs-it"));
    }
}

/// Would run, if anybody ran jobs.
fn is_open(job: &Job) -> bool {
    matches!(job.state, JobState::Pending | JobState::Running) && !job.is_external()
}

async fn items(config: &Config, args: &ItemsArgs) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let id = which::job(client, &args.job.job).await?.id;
    let pairs = [
        ("state", joined(&args.state)),
        ("trouble", args.trouble.then(|| "true".to_owned())),
        ("q", args.query.clone()),
    ];
    let page = search::rows::<ItemsPage>(client, &format!("/api/v1/jobs/{id}/items"), &pairs, args.limit).await?;
    if config.json {
        render::json(&page.json)?;
        return Ok(Exit::Done);
    }
    if page.rows.is_empty() {
        render::say(&t!("items-none"));
    } else {
        render::out(&follow::items(&page.rows).to_string())?;
    }
    more(page.next.as_deref(), args.limit);
    Ok(Exit::Done)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    Once,
    Follow,
}

async fn log(config: &Config, job: &JobArg, tail: Tail) -> Result<Exit> {
    let connected = app::searching_logs(config).await?;
    let client = connected.client();
    let id = which::job(client, &job.job).await?.id;
    let mut after = None;
    loop {
        // Asked before the page, so that what is logged last is still read.
        let over = tail == Tail::Once || is_over(client, id).await?;
        let path = query([("after", after.map(|at: u64| at.to_string())), ("limit", Some(LOG_PAGE.to_string()))]);
        let page = client.get::<LogPage<Value>>(&format!("/api/v1/jobs/{id}/log{path}")).await?.into_inner();
        let is_end = page.rows.is_empty() || after == Some(page.next);
        after = Some(page.next);
        for record in page.rows {
            show_record(config, &Answer::read(record)?)?;
        }
        match (is_end, over) {
            (true, true) => return Ok(Exit::Done),
            (true, false) => tokio::time::sleep(Duration::from_millis(300)).await,
            _ => {}
        }
    }
}

async fn is_over(client: &Client, id: JobId) -> Result<bool> {
    let progress = client.get::<jobs::Progress>(&format!("/api/v1/jobs/{id}/progress")).await?;
    Ok(progress.status.is_final())
}

fn show_record(config: &Config, record: &Answer<LogLine>) -> Result<()> {
    if config.json {
        return render::out(&record.json.to_string());
    }
    let at = render::moment(record.at, &config.zone.value);
    let level = record.level.as_str().to_uppercase();
    render::out(&format!("{at} [{level}] {}", render::plain(&record.message, 2_000)))
}

fn joined<T: Display>(values: &[T]) -> Option<String> {
    (!values.is_empty()).then(|| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

fn more(next: Option<&str>, limit: u32) {
    if next.is_some() {
        render::say(&t!("more-rows"; n = limit));
    }
}
