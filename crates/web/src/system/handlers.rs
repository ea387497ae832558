//! What this installation is made of, and where its logs come from: read from its configuration and its state.

use crate::{
    Ctx,
    auth::Access,
    health,
    home::attention::{log_trouble, machine_problems},
    layout::{Reader, foreign::plain, rows, shown, view::View},
    logs::api::jobs::resolve,
    problem::Result,
    routes::{Routes, page_about},
    system::page::{CollectedRow, ReceivedSource, SourcesPage, SystemFacts, SystemPage},
};
use ::logs::search::Search;
use axum::{extract::State, response::Response};
use store::Scope;
use telemetry::query::Cell;

/// Sources of which lines came in.
const RECEIVED_MAX: usize = 50;

pub(crate) fn declare(routes: Routes) -> Routes {
    let admins = Access::Page(Scope::Admin);
    routes.get("/system", admins, system, page_about("What this installation is made of")).get(
        "/sources",
        admins,
        sources,
        page_about("Where logs come from"),
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

async fn sources(State(ctx): State<Ctx>, Reader(v): Reader) -> Result<Response> {
    let trouble = ctx.app.logs.trouble().map(|trouble| v.t(log_trouble(trouble)));
    let stalled = ctx.app.logs.stalled();
    let stalled = stalled.iter().map(|path| v.with("sources-stalled", "path", path.display()));
    let received = received(&ctx, &v).await?;
    let problems = trouble.into_iter().chain(stalled).collect();
    Ok(shown(&SourcesPage { v: &v, problems, collected: collected(&ctx), received }))
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

/// Where the lines of the last day came from.
async fn received(ctx: &Ctx, v: &View) -> Result<Vec<ReceivedSource>> {
    let logs = &ctx.app.logs;
    if !logs.exists() {
        return Ok(Vec::new());
    }
    let q = "* | stats count() as n by source | sort n desc".to_owned();
    let search = Search { q, since: Some("24h".to_owned()), until: None, zone: None };
    let search = resolve(ctx, &v.zone, &search).await?;
    let table = logs.table(&search, RECEIVED_MAX).await?.value;
    let row = |cells: &Vec<Cell>| match cells.as_slice() {
        [Cell::Text(source), Cell::Int(lines)] => {
            let source = String::from_utf8_lossy(source);
            let q = format!("source:\"{}\"", source.replace('\\', "\\\\").replace('"', "\\\""));
            Some(ReceivedSource {
                address: rows::address("/explore", &[("q", &q), ("since", "24h")]),
                lines: v.number(&lines.unsigned_abs()),
                name: plain(&source),
            })
        }
        _ => None,
    };
    Ok(table.rows.iter().filter_map(row).collect())
}
