//! `vigie logs`

mod around;
mod delete;
mod export;
mod files;
mod formats;
mod histogram;
mod import;
mod insist;
mod ledger;
mod lines;
mod pipe;
mod raw;
mod rows;
mod search;
mod tail;

use super::when;
use crate::{
    cli::{LogsCommand, LogsLabelArgs, LogsQueryArgs},
    config::Config,
    failure::{Exit, Failure, Result},
    render,
    words::{self, Cause as _, t},
};
use api::logs::Hint;
use jiff::tz::TimeZone;
use logs::Labels;
use model::{Clock, Timestamp};
use serde_json::{Value, json};
use std::{collections::BTreeSet, io, path::Path};
use telemetry::query::{Problem, Query, parse};

pub(super) async fn run(config: &Config, command: LogsCommand) -> Result<Exit> {
    match command {
        LogsCommand::Search(args) if args.file.is_empty() => search::run(config, &args).await,
        LogsCommand::Search(args) => raw::run(config, args).await,
        LogsCommand::Tail(args) => tail::run(config, &args).await,
        LogsCommand::Histogram(args) => histogram::run(config, &args).await,
        LogsCommand::Import(args) => import::run(config, args).await,
        LogsCommand::Export(args) => export::run(config, &args).await,
        LogsCommand::Pipe(args) => pipe::run(config, args).await,
        LogsCommand::Delete(args) => delete::run(config, &args).await,
        LogsCommand::Files => files::run(config),
        LogsCommand::Format(command) => formats::run(config, &command),
    }
}

/// Sources of files that somebody imported.
pub(super) fn imported_sources(config: &Config) -> BTreeSet<String> {
    ledger::Ledger::read(&config.data.value).map(|ledger| ledger.sources()).unwrap_or_default()
}

/// A query, and the times that options bound it by.
struct LogQuery {
    text: String,
    query: Query,
    problems: Vec<Problem>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    zone: TimeZone,
}

impl LogQuery {
    /// What was not understood of the query is said at once, except beside JSON, which holds it.
    fn new(config: &Config, args: &LogsQueryArgs) -> Result<Self> {
        let (zone, now) = (&config.zone.value, Clock::System.now());
        let since = args.since.as_deref().map(|text| when::past(text, "since", zone, now)).transpose()?;
        let until = args.until.as_deref().map(|text| when::past_end(text, "until", zone, now)).transpose()?;
        if since.zip(until).is_some_and(|(since, until)| until <= since) {
            return Err(Failure::refused(t!("no-time-between")).help(t!("no-time-between-help")));
        }
        let text = args.text();
        let (query, problems) = parse(&text);
        if !config.json || args.strict {
            say_problems(&text, &problems);
        }
        if args.strict && !problems.is_empty() {
            return Err(Failure::refused(t!("query-in-part")).help(t!("query-in-part-help")));
        }
        Ok(Self { text, query, problems, since, until, zone: zone.clone() })
    }

    /// One that nobody typed.
    fn of(config: &Config, text: String, since: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        let (query, problems) = parse(&text);
        Self { text, query, problems, since, until, zone: config.zone.value.clone() }
    }

    /// As the API takes them.
    fn pairs(&self) -> [(&'static str, Option<String>); 4] {
        let moment = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let (since, until) = (moment(self.since), moment(self.until));
        [("q", Some(self.text.clone())), ("since", since), ("until", until), zone_pair(&self.zone)]
    }
}

/// Days and hours are those of this command's zone, not of the server's: they are shown in it too.
fn zone_pair(zone: &TimeZone) -> (&'static str, Option<String>) {
    ("zone", zone.iana_name().map(str::to_owned))
}

/// What all records that are taken get.
fn labels(args: &LogsLabelArgs) -> Result<Labels> {
    let labels = Labels::parse(args.label.iter().map(String::as_str));
    labels.map_err(|error| Failure::refused(t!("label-wrong", error = error.say())))
}

/// Each with the query and a caret under the place.
fn say_problems(text: &str, problems: &[Problem]) {
    for problem in problems {
        render::say(&problem.render_as(text, &web::query_problem(words::language(), problem)));
    }
}

fn problem_json(problem: &Problem) -> Value {
    json!({"from": problem.at.start, "to": problem.at.end, "problem": problem.to_string()})
}

/// Asks the API why nothing was found, where that is so.
fn hints() -> (&'static str, Option<String>) {
    ("hints", Some("true".to_owned()))
}

/// Why nothing was found, perhaps.
fn say_hints(hints: &[Hint]) {
    for Hint { hint, .. } in hints {
        render::say(&t!("hint", hint = render::plain(hint, 400)));
    }
}

/// What an answer says that it does not hold.
fn say_left_out(left_out: &[String]) {
    for what in left_out {
        render::say(&t!("left-out", what));
    }
}

/// Why a file cannot be read, and what helps.
fn reason(file: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if file == Path::new("-") => {
            t!("no-file-stdin")
        }
        io::ErrorKind::NotFound => t!("no-file"),
        io::ErrorKind::PermissionDenied => {
            t!("file-forbidden")
        }
        _ => error.say(),
    }
}

/// The same, with its name.
fn unreadable(file: &Path, error: &io::Error) -> String {
    t!("at-place", place = render::plain(&file.display().to_string(), 200), error = reason(file, error))
}
