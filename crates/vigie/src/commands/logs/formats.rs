//! `vigie logs format`: a pattern for lines that nothing recognises, tried on a file and kept in `vigie.toml`.

use crate::{
    cli::{LogsPatternAddArgs, LogsPatternCommand, LogsPatternTryArgs},
    config::{self, Config},
    failure::{At as _, Exit, Failure, Result},
    render::{self, Align, Table},
    words::{Cause as _, t},
};
use logs::{
    FormatEntry,
    encoding::line_as_utf8,
    formats::{Custom, LineReading, Trial, propose, recognised},
    raw,
};
use model::Clock;
use serde_json::json;
use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

/// Bytes at the beginning of a file on which a pattern is tried.
const TRIED_BYTES: u64 = 10 << 20;
/// Lines from which a pattern is made, and that are shown.
const LINES: usize = 10;
const WIDTH: usize = 80;

pub(super) fn run(config: &Config, command: &LogsPatternCommand) -> Result<Exit> {
    match command {
        LogsPatternCommand::Try(args) => try_on(config, args),
        LogsPatternCommand::Add(args) => add(config, args),
    }
}

/// The beginning of a file, plain or packed.
fn beginning(file: &Path) -> Result<String> {
    let read = || -> io::Result<Vec<u8>> {
        let (from, _) = raw::open(file)?;
        let mut bytes = Vec::new();
        from.take(TRIED_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let mut bytes = read().map_err(|error| Failure::new(super::unreadable(file, &error)))?;
    if bytes.len() as u64 == TRIED_BYTES {
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').unwrap_or(bytes.len()));
    }
    Ok(String::from_utf8_lossy(&line_as_utf8(&bytes)).into_owned())
}

fn first_lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim().is_empty()).take(LINES).collect()
}

fn custom(name: &str, pattern: &str) -> Result<Custom> {
    Custom::new(name, pattern)
        .map_err(|error| Failure::refused(t!("format-wrong", error = error.say())).help(t!("format-wrong-help")))
}

/// The pattern that was asked for, or one that is proposed.
fn pattern(asked: Option<&str>, text: &str) -> Result<String> {
    let proposed = || propose(&first_lines(text));
    asked
        .map(str::to_owned)
        .or_else(proposed)
        .ok_or_else(|| Failure::new(t!("format-none")).help(t!("format-none-help")))
}

fn try_on(config: &Config, args: &LogsPatternTryArgs) -> Result<Exit> {
    let text = beginning(&args.file)?;
    let known = recognised(&text);
    if args.pattern.is_none()
        && let Some(known) = known
        && !config.json
    {
        render::say(&t!("format-known", format = known));
    }
    let pattern = pattern(args.pattern.as_deref(), &text)?;
    let custom = custom("format", &pattern)?;
    let trial = custom.trial(text.lines());
    if config.json {
        let records: Vec<_> = first_lines(&text).iter().map(|line| shown_json(config, &custom, line)).collect();
        render::json(&json!({
            "pattern": pattern, "recognised": known, "lines": trial.lines, "fitting": trial.fitting,
            "timed": trial.timed, "graded": trial.graded, "records": records,
        }))?;
        return Ok(exit(trial));
    }
    render::out(&pattern)?;
    say(trial);
    let left = |name| (name, Align::Left);
    let mut table = Table::new(&[left("line time"), left("level"), left("fields"), left("message")]);
    let pattern = format!("{} %H:%M:%S", render::day_pattern());
    for line in first_lines(&text) {
        let Some(read) = reading(config, &custom, line) else {
            table.row([t!("format-no-fit"), String::new(), String::new(), render::plain(line, WIDTH)]);
            continue;
        };
        let time = read.time.map(|at| at.in_zone(&config.zone.value).strftime(&pattern).to_string());
        let fields: Vec<String> = read.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let level = read.level.map_or(String::new(), |level| level.as_str().to_owned());
        table.row([
            time.unwrap_or_default(),
            level,
            render::plain(&fields.join(" "), WIDTH),
            render::plain(&read.message, WIDTH),
        ]);
    }
    render::out(&table.to_string())?;
    Ok(exit(trial))
}

/// A pattern that fits no line has failed.
fn exit(trial: Trial) -> Exit {
    if trial.fitting == 0 { Exit::Failed } else { Exit::Done }
}

fn say(trial: Trial) {
    let Trial { lines, fitting, timed, graded } = trial;
    render::say(&t!("format-fits"; lines, fitting, timed, graded));
}

fn reading(config: &Config, custom: &Custom, line: &str) -> Option<LineReading> {
    LineReading::of(custom, line, &config.zone.value, Clock::System.now())
}

fn shown_json(config: &Config, custom: &Custom, line: &str) -> serde_json::Value {
    let Some(read) = reading(config, custom, line) else { return json!({"line": line, "fits": false}) };
    let fields: serde_json::Map<_, _> = read.fields.into_iter().map(|(name, value)| (name, value.into())).collect();
    json!({
        "line": line, "fits": true, "time": read.time, "level": read.level.map(|level| level.as_str()),
        "logger": read.logger, "message": read.message, "fields": fields,
    })
}

fn add(config: &Config, args: &LogsPatternAddArgs) -> Result<Exit> {
    let text = beginning(&args.file)?;
    if let Some(known) = recognised(&text) {
        render::say(&t!("format-known", format = known));
    }
    let pattern = pattern(args.pattern.as_deref(), &text)?;
    let trial = custom(&args.name, &pattern)?.trial(text.lines());
    say(trial);
    if trial.fitting == 0 {
        return Err(Failure::refused(t!("format-fits-nothing")).help(t!("format-wrong-help")));
    }
    let file = fs::canonicalize(&args.file).at(args.file.display())?;
    let entry = FormatEntry::of_source(&args.name, &pattern, &file.display().to_string());
    if config.log_store.value.formats.iter().any(|known| known.name == entry.name) {
        return Err(Failure::refused(t!("format-exists", name = entry.name)).help(t!("format-exists-help")));
    }
    let settings = config.settings_file();
    config::keep_format(&settings, &entry)?;
    if config.json {
        render::json(&json!({"file": settings.display().to_string(), "name": entry.name, "pattern": entry.pattern}))?;
    } else {
        render::out(&entry.pattern)?;
        render::say(&t!("format-kept", file = settings.display()));
    }
    Ok(Exit::Done)
}
