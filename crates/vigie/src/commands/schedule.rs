//! `vigie schedule …`

mod file;

use crate::{
    app::{self, Engines},
    cli::{ScheduleAddArgs, ScheduleArgs, ScheduleCommand},
    client::{Answer, Client, escaped, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::{self, t},
};
use api::report::ReportMail;
use api::schedules::{NewSchedule, Schedule, SchedulePreview, ScheduleRun, ScheduleRuns, SchedulesPage};
use language::Language;
use model::Timestamp;
use serde_json::{Value, json};
use std::path::Path;

/// Runs that `show` lists.
const RUNS_SHOWN: u32 = 10;

pub(super) async fn run(config: &Config, args: ScheduleArgs) -> Result<Exit> {
    match args.command.unwrap_or(ScheduleCommand::List) {
        ScheduleCommand::Add(args) => add(config, *args).await,
        ScheduleCommand::List => list(config).await,
        ScheduleCommand::Show { schedule } => show(config, &schedule).await,
        ScheduleCommand::Next { when, zone } => next(config, &when, zone).await,
        ScheduleCommand::Pause { schedule } => change(config, &schedule, Step::Pause).await,
        ScheduleCommand::Resume { schedule } => change(config, &schedule, Step::Resume).await,
        ScheduleCommand::Run { schedule } => start(config, &schedule).await,
        ScheduleCommand::Remove { schedule } => remove(config, &schedule).await,
        ScheduleCommand::Export => file::export(config).await,
        ScheduleCommand::Import { file } => file::import(config, &file).await,
    }
}

fn path(schedule: &str) -> String {
    format!("/api/v1/schedules/{}", escaped(schedule))
}

/// Keeps a schedule; `replace`: in the place of one of its name.
pub(super) async fn keep(client: &Client, new: &NewSchedule, replace: bool) -> Result<Answer<Schedule>> {
    match replace {
        true => client.put(&path(&new.name), new).await,
        false => client.post("/api/v1/schedules", new).await,
    }
}

async fn add(config: &Config, args: ScheduleAddArgs) -> Result<Exit> {
    let (kind, spec) = what(&args)?;
    let replace = args.replace;
    let new = NewSchedule {
        name: args.name,
        kind: kind.to_owned(),
        when: args.when,
        zone: args.zone,
        days_off: args.day_off,
        jitter_seconds: args.jitter.map_or(0, |jitter| jitter.as_secs()),
        missed: args.missed,
        overlap: args.overlap,
        spec,
    };
    let connected = app::changing(config, "schedule", Engines::Rest).await?;
    let kept = keep(connected.client(), &new, replace).await;
    let is_alone = matches!(connected, app::Connected::Ours(_)) && config.database.value.is_none();
    connected.close().await;
    let kept = kept?;
    if config.json {
        render::json(&kept.json)?;
        return Ok(Exit::Done);
    }
    render::say(&t!("schedule-kept", name = kept.name, said = kept.said));
    render::say(&t!("schedule-next", at = render::moment(kept.next_at, &config.zone.value)));
    if is_alone {
        render::say(&t!("schedule-nobody"));
    }
    Ok(Exit::Done)
}

/// The kind, and what is done.
fn what(args: &ScheduleAddArgs) -> Result<(&'static str, Value)> {
    if let Some(file) = &args.mailing {
        let file = absolute(file)?;
        return Ok(("mail", json!({"file": file, "account": args.account})));
    }
    let language = if words::language() == Language::French { "fr" } else { "en" };
    if let Some(query) = &args.log_query {
        return Ok(("log_query", log_query(args, query, language)));
    }
    if !args.report.is_empty() {
        let mail = ReportMail {
            to: args.report.clone(),
            account: args.account.clone().unwrap_or_default(),
            from: args.from.clone().unwrap_or_default(),
            language: language.to_owned(),
            only_errors: args.only_errors,
            ..ReportMail::default()
        };
        return Ok(("report", json!(mail)));
    }
    Ok(match &args.url {
        Some(url) => ("http", json!({"url": url, "method": args.method})),
        None => ("command", json!({"command": args.command, "cwd": absolute(Path::new("."))?})),
    })
}

/// What is not said is left to the server.
fn log_query(args: &ScheduleAddArgs, query: &str, language: &str) -> Value {
    let all = [
        ("query", json!(query)),
        ("application", json!(args.application)),
        ("within_seconds", json!(args.within.map(|within| within.as_secs()))),
        ("lines", json!(args.lines)),
        ("to", json!(args.to)),
        ("account", json!(args.account)),
        ("from", json!(args.from)),
        ("language", json!(language)),
        ("above", json!(args.above)),
        ("below", json!(args.below)),
    ];
    all.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn absolute(path: &Path) -> Result<std::path::PathBuf> {
    std::fs::canonicalize(path).map_err(|error| Failure::refused(t!("at-place", place = path.display(), error)))
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let schedules = connected.client().get::<SchedulesPage>("/api/v1/schedules").await?;
    if config.json {
        render::json(&schedules.json)?;
        return Ok(Exit::Done);
    }
    let columns = ["name", "kind", "when", "last run", "next run"].map(|name| (name, Align::Left));
    let mut table = Table::new(&columns);
    for schedule in schedules.into_inner().rows {
        let next = coming(&schedule, config);
        table.row([
            render::plain(&schedule.name, 40),
            kind_of(&schedule),
            render::plain(&schedule.said, 60),
            schedule.last_run.as_ref().map(|run| became(run, config)).unwrap_or_default(),
            next,
        ]);
    }
    match table.is_empty() {
        true => render::say(&t!("schedules-none")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

/// A server of a later version may have others.
fn kind_of(schedule: &Schedule) -> String {
    let kind = &schedule.kind;
    kind.parse().map_or_else(|_| kind.clone(), |kind| web::kind_name(words::language(), kind))
}

/// When it runs next, or why it does not.
fn coming(schedule: &Schedule, config: &Config) -> String {
    match schedule.next_at {
        Some(at) => render::moment(at, &config.zone.value),
        None => words::word("schedule-state", &schedule.state),
    }
}

fn became(run: &ScheduleRun, config: &Config) -> String {
    let state = match &run.job_state {
        Some(state) => words::word("state", state),
        None => words::word("run-state", &run.state),
    };
    format!("{} {state}", render::moment(run.due_at, &config.zone.value))
}

async fn show(config: &Config, schedule: &str) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let found = client.get::<Schedule>(&path(schedule)).await?;
    if config.json {
        render::json(&found.json)?;
        return Ok(Exit::Done);
    }
    let runs = client.get::<ScheduleRuns>(&format!("{}/runs?limit={RUNS_SHOWN}", path(schedule))).await?;
    let found = found.into_inner();
    let mut table = Table::new(&[("", Align::Left), ("", Align::Left)]);
    let (kind, next) = (kind_of(&found), coming(&found, config));
    let days_off = found.days_off.join(", ");
    let rows = [
        ("name", found.name.as_str()),
        ("kind", &kind),
        ("when", &found.said),
        ("expression", &found.when),
        ("zone", &found.zone),
        ("days off", &days_off),
        ("missed", found.missed.as_str()),
        ("overlap", found.overlap.as_str()),
        ("created by", &found.created_by),
        ("next run", &next),
    ];
    for (name, text) in rows.into_iter().filter(|(_, text)| !text.is_empty()) {
        table.row([words::word("column", name), render::plain(text, 200)]);
    }
    render::out(table.to_string().trim_start())?;
    if !runs.rows.is_empty() {
        render::out(&format!("\n{}", runs_table(&runs.rows, config)))?;
    }
    Ok(Exit::Done)
}

fn runs_table(runs: &[ScheduleRun], config: &Config) -> Table {
    let mut table = Table::new(&["run", "job", "detail"].map(|name| (name, Align::Left)));
    for run in runs {
        let job = run.job.map(|job| job.to_string()).unwrap_or_default();
        table.row([became(run, config), job, render::plain(&run.detail, 200)]);
    }
    table
}

async fn next(config: &Config, when: &str, zone: Option<String>) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let pairs = match client.find::<Schedule>(&path(when)).await? {
        Some(schedule) => [
            ("when", Some(schedule.when.clone())),
            ("zone", Some(schedule.zone.clone())),
            ("days_off", Some(schedule.days_off.join(","))),
        ],
        None => [("when", Some(when.to_owned())), ("zone", zone), ("days_off", None)],
    };
    let preview = client.get::<SchedulePreview>(&format!("/api/v1/schedules/preview{}", query(pairs))).await?;
    if config.json {
        render::json(&preview.json)?;
        return Ok(Exit::Done);
    }
    render::say(&preview.said);
    let zone = jiff::tz::TimeZone::get(&preview.zone).unwrap_or_else(|_| config.zone.value.clone());
    let shown =
        |at: &Timestamp| at.in_zone(&zone).strftime(&format!("{} %H:%M:%S %:z", render::day_pattern())).to_string();
    render::out(&preview.next.iter().map(shown).collect::<Vec<_>>().join("\n"))?;
    Ok(Exit::Done)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Pause,
    Resume,
}

async fn change(config: &Config, schedule: &str, step: Step) -> Result<Exit> {
    let connected = app::changing(config, "schedule", Engines::Rest).await?;
    let word = if step == Step::Pause { "pause" } else { "resume" };
    let changed = connected.client().post_empty::<Schedule>(&format!("{}/{word}", path(schedule))).await;
    connected.close().await;
    let changed = changed?;
    match (config.json, step) {
        (true, _) => render::json(&changed.json)?,
        (false, Step::Pause) => render::say(&t!("schedule-paused", name = changed.name)),
        (false, Step::Resume) => {
            render::say(&t!("schedule-next", at = render::moment(changed.next_at, &config.zone.value)));
        }
    }
    Ok(Exit::Done)
}

async fn start(config: &Config, schedule: &str) -> Result<Exit> {
    let connected = app::changing(config, "schedule", Engines::Rest).await?;
    let started = connected.client().post_empty::<ScheduleRun>(&format!("{}/run", path(schedule))).await;
    let is_alone = matches!(connected, app::Connected::Ours(_)) && config.database.value.is_none();
    connected.close().await;
    let started = started?;
    match (config.json, is_alone) {
        (true, _) => render::json(&started.json)?,
        (false, true) => render::say(&t!("schedule-nobody")),
        (false, false) => render::say(&t!("schedule-started", name = schedule)),
    }
    Ok(Exit::Done)
}

async fn remove(config: &Config, schedule: &str) -> Result<Exit> {
    let connected = app::changing(config, "schedule", Engines::Rest).await?;
    let removed = connected.client().delete::<Value>(&path(schedule)).await;
    connected.close().await;
    let removed = removed?;
    match config.json {
        true => render::json(&removed.json)?,
        false => render::say(&t!("schedule-removed", name = schedule)),
    }
    Ok(Exit::Done)
}
