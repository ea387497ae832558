//! `vigie logs search --file`: files as they are, without a server and without the store.

use super::{LogQuery, problem_json, rows};
use crate::{
    cli::LogsSearchArgs,
    config::Config,
    failure::{Exit, Failure, Result},
    render,
    words::{Cause as _, t},
};
use console::Style;
use logs::raw::{self, RawHit, RawQuery, RawSummary, Unread};
use model::{Clock, Timestamp};
use serde_json::{Value, json};
use std::{
    io::{self, BufWriter, Write},
    ops::{ControlFlow, Range},
    path::PathBuf,
};
use telemetry::query::Cancel;

/// Bytes that are gathered before they are written, unless a person watches.
const OUT_BYTES: usize = 64 << 10;

pub(super) async fn run(config: &Config, args: LogsSearchArgs) -> Result<Exit> {
    let asked = LogQuery::new(config, &args.query)?;
    // All that follows --file are files, a query too.
    if asked.text.is_empty()
        && let Some(none) = args.file.iter().find(|file| !file.exists())
    {
        let what = super::unreadable(none, &io::ErrorKind::NotFound.into());
        return Err(Failure::refused(what).help(t!("query-before-file")));
    }
    if args.context.is_some() && config.json {
        return Err(Failure::refused(t!("context-json")).help(t!("context-json-help")));
    }
    let query = query(config, &asked);
    if !asked.query.pipes.is_empty() {
        render::say(&t!("raw-steps"));
    }
    let shape = match (config.json, args.text || args.file.len() == 1) {
        (true, _) => Shape::Json,
        (false, true) if args.text => Shape::Text,
        (false, alone) => Shape::Lines { named: !alone },
    };
    let problems = Value::from(asked.problems.iter().map(problem_json).collect::<Vec<_>>());
    let limit = args.limit.or(args.context.map(|_| super::search::AMONG_OTHERS));
    let searching = tokio::task::spawn_blocking(move || match args.context {
        Some(around) => among_others(&args.file, &query, u64::from(around), limit),
        None => look(&args.file, &query, shape, limit, &problems),
    });
    let searched = searching.await.map_err(|_| Failure::new(t!("raw-broke-off")))?;
    let summary = match searched {
        Ok(summary) => summary,
        // Nobody wants the rest.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Done),
        Err(error) => return Err(render::unwritten(&error)),
    };
    for Unread { file, reason, trouble } in &summary.unread {
        // The system's own words, where it still says so.
        let of_system = || std::fs::File::open(file).map_or_else(|error| error.say(), |_| reason.clone());
        let why = trouble.map_or_else(of_system, |trouble| trouble.say());
        render::say(&t!("at-place", place = file.display(), error = why));
    }
    if !config.json {
        told(&summary, limit);
    }
    // As grep and ripgrep end where nothing matches.
    Ok(if summary.unread.is_empty() && summary.matches > 0 { Exit::Done } else { Exit::Failed })
}

fn query(config: &Config, asked: &LogQuery) -> RawQuery {
    let (zone, now) = (&config.zone.value, Clock::System.now());
    let query = RawQuery::parse(&asked.text).0.converting().at(now, zone);
    if asked.since.is_none() && asked.until.is_none() {
        return query;
    }
    let first = asked.since.unwrap_or(Timestamp::from_micros(i64::MIN));
    query.within(first..asked.until.unwrap_or(Timestamp::from_micros(i64::MAX)), now, zone)
}

/// What is beside the lines.
fn told(summary: &RawSummary, limit: Option<u32>) {
    if summary.matches == 0 && summary.unread.is_empty() {
        render::say(&t!("raw-none"));
    }
    if limit.is_some_and(|limit| summary.matches >= u64::from(limit)) {
        render::say(&t!("raw-limit"; n = summary.matches));
    }
    if summary.divided > 0 {
        render::say(&t!("raw-divided"; n = summary.divided, bytes = raw::LINE_BYTES_MAX));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `12:text`, with the file's name before it where there are several.
    Lines {
        named: bool,
    },
    Text,
    Json,
}

fn look(
    files: &[PathBuf],
    query: &RawQuery,
    shape: Shape,
    limit: Option<u32>,
    problems: &Value,
) -> io::Result<RawSummary> {
    let watched = console::user_attended();
    let mut out = BufWriter::with_capacity(OUT_BYTES, io::stdout().lock());
    let (mut left, mut first, mut failed) = (limit, true, None);
    if shape == Shape::Json {
        out.write_all(b"{\"rows\":[")?;
    }
    let summary = raw::search(files, query, &Cancel::default(), &mut |hit| {
        let written = match shape {
            Shape::Json => write_json(&mut out, &hit, std::mem::take(&mut first)),
            Shape::Text => write_text(&mut out, &hit.text, watched),
            Shape::Lines { named } => write_line(&mut out, &hit, named, watched),
        };
        if let Err(error) = written.and_then(|()| if watched { out.flush() } else { Ok(()) }) {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        left = left.map(|left| left - 1);
        if left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if shape == Shape::Json {
        out.write_all(b"],")?;
        let rest = summary_json(&summary, problems).to_string();
        out.write_all(&rest.as_bytes()[1..])?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(summary)
}

/// What matches among the lines around it, as `grep -C` shows them: a colon behind the number of a line that matches, a hyphen behind
/// that of another.
fn among_others(files: &[PathBuf], query: &RawQuery, around: u64, limit: Option<u32>) -> io::Result<RawSummary> {
    let mut found: Vec<(PathBuf, Range<u64>)> = Vec::new();
    let mut left = limit;
    let summary = raw::search(files, query, &Cancel::default(), &mut |hit| {
        let lines = hit.text.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        found.push((hit.file, hit.line..hit.line + lines));
        left = left.map(|left| left - 1);
        if left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let watched = console::user_attended();
    let mut out = BufWriter::with_capacity(OUT_BYTES, io::stdout().lock());
    let mut is_first = true;
    for file in files {
        let hits: Vec<&Range<u64>> = found.iter().filter(|(of, _)| of == file).map(|(_, lines)| lines).collect();
        let Some(last) = hits.iter().map(|lines| lines.end + around).max() else { continue };
        let (mut from, _) = raw::open(file)?;
        let name = (files.len() > 1).then(|| file.display().to_string());
        let (mut number, mut shown, mut failed) = (0, 0, None);
        raw::each_line(&mut *from, &mut |line| {
            number += 1;
            let is_hit = hits.iter().any(|lines| lines.contains(&number));
            let is_near = is_hit
                || hits.iter().any(|lines| (lines.start.saturating_sub(around)..lines.end + around).contains(&number));
            if is_near {
                let is_apart = shown == 0 || shown + 1 != number;
                let parts = if is_apart && !is_first { "--\n" } else { "" };
                is_first = false;
                shown = number;
                let written = out
                    .write_all(parts.as_bytes())
                    .and_then(|()| write_around(&mut out, name.as_deref(), (number, is_hit), line, watched));
                failed = written.err();
            }
            if failed.is_some() || number >= last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
    }
    out.flush()?;
    Ok(summary)
}

fn write_around(
    out: &mut impl Write,
    name: Option<&str>,
    (number, is_hit): (u64, bool),
    line: &[u8],
    watched: bool,
) -> io::Result<()> {
    let (faint, mark) = (Style::new().dim(), if is_hit { ':' } else { '-' });
    if let Some(name) = name {
        let name = if watched { rows::clean(name) } else { name.to_owned() };
        write!(out, "{}{mark}", faint.apply_to(name))?;
    }
    write!(out, "{}{mark}", faint.apply_to(number))?;
    write_text(out, line.strip_suffix(b"\r").unwrap_or(line), watched)
}

fn summary_json(summary: &RawSummary, problems: &Value) -> Value {
    let unread = |unread: &Unread| json!({"file": unread.file.display().to_string(), "reason": unread.reason});
    json!({
        "matches": summary.matches,
        "lines": summary.lines,
        "bytes": summary.bytes,
        "divided": summary.divided,
        "unread": summary.unread.iter().map(unread).collect::<Vec<_>>(),
        "problems": problems,
    })
}

fn write_json(out: &mut impl Write, hit: &RawHit, first: bool) -> io::Result<()> {
    let row = json!({
        "file": hit.file.display().to_string(),
        "line": hit.line,
        "offset": hit.offset,
        "text": String::from_utf8_lossy(&hit.text),
    });
    out.write_all(if first { b"\n" } else { b",\n" })?;
    serde_json::to_writer(out, &row).map_err(io::Error::from)
}

/// On a terminal in its level's colour, and so that it cannot steer it; elsewhere to the byte.
fn write_text(out: &mut impl Write, text: &[u8], watched: bool) -> io::Result<()> {
    if !watched {
        out.write_all(text)?;
        return out.write_all(b"\n");
    }
    let text = String::from_utf8_lossy(text);
    let style = rows::style(sources::level::find(&text));
    for line in text.split('\n') {
        writeln!(out, "{}", style.apply_to(rows::clean(line)))?;
    }
    Ok(())
}

fn write_line(out: &mut impl Write, hit: &RawHit, named: bool, watched: bool) -> io::Result<()> {
    let faint = Style::new().dim();
    if named {
        let name = hit.file.display().to_string();
        write!(out, "{}:", faint.apply_to(if watched { rows::clean(&name) } else { name }))?;
    }
    write!(out, "{}:", faint.apply_to(hit.line))?;
    write_text(out, &hit.text, watched)
}
