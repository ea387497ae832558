//! What this installation is made of, and where its logs come from: read from its configuration and its state.

use crate::{
    Ctx,
    auth::Access,
    extract::Query,
    health,
    home::attention::{log_trouble, machine_problems},
    layout::{Reader, foreign::plain, parts::Chosen, rows, shown, view::View},
    logs::api::jobs::resolve,
    problem::Result,
    routes::{Routes, page_about},
    system::page::{CollectedRow, PeriodChoice, ReceivedSource, SourceFormat, SourcesPage, SystemFacts, SystemPage},
};
use ::logs::{formats::names_format, search::Search};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use std::{cmp::Reverse, collections::BTreeMap};
use store::Scope;
use telemetry::query::{Cell, parse};
use utoipa::IntoParams;

/// Sources that are shown, and groups of their lines by format from which they are made.
const RECEIVED_MAX: usize = 200;
const GROUPS_MAX: usize = 2_000;
/// How far back lines may reach, and what that is called.
const PERIODS: [(&str, &str); 4] =
    [("24h", "sources-day"), ("7d", "sources-week"), ("30d", "sources-month"), ("all", "sources-all")];

pub(crate) fn declare(routes: Routes) -> Routes {
    let admins = Access::Page(Scope::Admin);
    routes.get("/system", admins, system, page_about("What this installation is made of")).get(
        "/sources",
        admins,
        sources,
        page_about("Where logs come from").query::<SourcesQuery>(),
    )
}

async fn system(State(ctx): State<Ctx>, Reader(v): Reader) -> Result<Response> {
    let found = health::look(&ctx).await;
    let facts = SystemFacts {
        version: ctx.app.version.to_owned(),
        started_at: ctx.counts.since(),
        database: if ctx.app.db.is_postgres() { "PostgreSQL" } else { "SQLite" },
        data: std::path::absolute(&ctx.app.data).unwrap_or_else(|_| ctx.app.data.clone()).display().to_string(),
        disk: found.disk.map(|disk| (disk.free, disk.total)),
        zone: ctx.app.zone.iana_name().unwrap_or("UTC").to_owned(),
        runs_jobs: ctx.app.wake.is_some(),
        users: ctx.app.db.users().await?.len() as u64,
        tokens: ctx.app.db.tokens().await?.len() as u64,
    };
    Ok(shown(&SystemPage { v: &v, problems: machine_problems(&v, &found), facts }))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct SourcesQuery {
    /// How far back lines reach by their own time: `24h`, `7d`, `30d` or `all`.
    since: String,
}

async fn sources(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<SourcesQuery>) -> Result<Response> {
    let trouble = ctx.app.logs.trouble().map(|trouble| v.t(log_trouble(trouble)));
    let stalled = ctx.app.logs.stalled();
    let stalled = stalled.iter().map(|path| v.with("sources-stalled", "path", path.display()));
    let since = PERIODS.iter().find(|(since, _)| *since == query.since).map_or(PERIODS[0].0, |(since, _)| *since);
    let period = |(name, word): &(&str, &'static str)| PeriodChoice {
        word,
        address: rows::address("/sources", &[("since", name)]),
        chosen: if *name == since { Chosen::Yes } else { Chosen::No },
    };
    let (received, is_cut) = received(&ctx, &v, since).await?;
    let problems = trouble.into_iter().chain(stalled).collect();
    let periods = PERIODS.iter().map(period).collect();
    Ok(shown(&SourcesPage { v: &v, problems, collected: collected(&ctx), periods, received, is_cut }))
}

fn collected(ctx: &Ctx) -> Vec<CollectedRow> {
    let Some(config) = ctx.app.logs.collected() else { return Vec::new() };
    let plainly = |kind, what: String| CollectedRow { kind, what, labels: Vec::new() };
    let mut rows = Vec::new();
    for watched in config.files {
        let labels = watched.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        rows.push(CollectedRow { kind: "sources-files", what: watched.pattern, labels });
    }
    rows.extend(config.syslog.iter().map(|address| plainly("sources-syslog", address.to_string())));
    if config.journald {
        rows.push(plainly("sources-journal", String::new()));
    }
    if let Some(traced) = config.traced {
        rows.push(plainly("sources-own", traced.display().to_string()));
    }
    rows
}

/// Records of a source, by how they are read.
#[derive(Default)]
struct SourceCounts {
    lines: u64,
    /// Without a format or a level.
    unread: u64,
    /// The format of most of the others, with their number.
    most: Option<(String, u64)>,
}

/// Where the lines of that time came from, and whether there are more sources.
async fn received(ctx: &Ctx, v: &View, since: &str) -> Result<(Vec<ReceivedSource>, bool)> {
    let logs = &ctx.app.logs;
    if !logs.exists() {
        return Ok((Vec::new(), false));
    }
    let q = "* | stats count() as n, count(level) as graded by source, format | sort n desc".to_owned();
    let since = (since != "all").then(|| since.to_owned());
    let search = Search { q, since: since.clone(), until: None, zone: None };
    let search = resolve(ctx, &v.zone, &search).await?;
    let table = logs.table(&search, GROUPS_MAX).await?.value;
    let mut sources: BTreeMap<String, SourceCounts> = BTreeMap::new();
    for cells in &table.rows {
        let [Cell::Text(source), format, Cell::Int(lines), Cell::Int(graded)] = cells.as_slice() else { continue };
        let format = if let Cell::Text(name) = format { String::from_utf8_lossy(name) } else { "".into() };
        let counts = sources.entry(String::from_utf8_lossy(source).into_owned()).or_default();
        counts.add(&format, lines.unsigned_abs(), graded.unsigned_abs());
    }
    let mut sources: Vec<_> = sources.into_iter().collect();
    sources.sort_by_key(|(_, counts)| Reverse(counts.lines));
    let is_cut = sources.len() > RECEIVED_MAX || table.rows.len() >= GROUPS_MAX;
    sources.truncate(RECEIVED_MAX);
    Ok((sources.into_iter().map(|(name, counts)| counts.row(v, &name, since.as_deref())).collect(), is_cut))
}

impl SourceCounts {
    fn add(&mut self, format: &str, lines: u64, graded: u64) {
        self.lines += lines;
        if !names_format(format) {
            self.unread += lines - graded.min(lines);
        } else if self.most.as_ref().is_none_or(|(_, most)| lines > *most) {
            self.most = Some((format.to_owned(), lines));
        }
    }

    fn row(self, v: &View, source: &str, since: Option<&str>) -> ReceivedSource {
        let q = format!("source:\"{}\"", source.replace('\\', "\\\\").replace('"', "\\\""));
        let mut pairs = vec![("q", &*q)];
        pairs.extend(since.map(|since| ("since", since)));
        let format = match self.most {
            _ if self.unread * 2 > self.lines && parse("").0.narrowed("source", source).is_some() => {
                SourceFormat::Unknown(rows::address("/sources/format", &[("source", source)]))
            }
            Some((format, _)) => SourceFormat::Known(plain(&format)),
            None => SourceFormat::Structured,
        };
        ReceivedSource {
            format,
            address: rows::address("/explore", &pairs),
            lines: v.number(&self.lines),
            name: plain(source),
        }
    }
}
