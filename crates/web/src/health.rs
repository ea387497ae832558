//! Whether Vigie lives, whether it can work, and what it has been doing.

use crate::{
    Ctx,
    auth::Access,
    problem::Result,
    routes::{About, Routes},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use model::Timestamp;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use store::TraceFilter;
use utoipa::ToSchema;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/healthz", Access::Open, alive, About::new("Whether the process lives").gives::<Health>(200, "It does"))
        .get(
            "/readyz",
            Access::Open,
            ready,
            About::new("Whether it can work, and what is wrong if not")
                .gives::<Readiness>(200, "It can")
                .gives::<Readiness>(503, "It cannot"),
        )
        .get(
            "/metrics",
            Access::Read,
            metrics,
            About::new("What it has been doing, for Prometheus").gives_text(200, Some("text/plain"), "The metrics"),
        )
}

#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String)]
    version: &'static str,
}

async fn alive(State(ctx): State<Ctx>) -> Json<Health> {
    Json(Health { status: "ok", version: ctx.app.version })
}

#[derive(Serialize, ToSchema)]
struct Readiness {
    ready: bool,
    /// `owner`: an engine runs here; `reader`: this process only reads.
    #[schema(value_type = String)]
    role: &'static str,
    problems: Vec<String>,
}

async fn ready(State(ctx): State<Ctx>) -> impl IntoResponse {
    let mut problems = Vec::new();
    if let Err(error) = ctx.app.db.tokens().await {
        // Anybody may ask, so the words of the database stay in the log.
        tracing::warn!(%error, "not ready");
        problems.push("the database does not answer: see Vigie's log".to_owned());
    }
    let lost = ctx.app.run_log.lost();
    if lost > 0 {
        problems.push(format!("{lost} lines of run logs could not be written: is the disk full?"));
    }
    problems.extend(ctx.app.logs.trouble().map(|trouble| trouble.to_string()));
    let role = if ctx.app.wake.is_some() { "owner" } else { "reader" };
    let ready = problems.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, role, problems }))
}

/// What is counted since the start.
pub(crate) struct Counts {
    since: Timestamp,
    turned_away: AtomicU64,
    requests: Mutex<BTreeMap<(String, u16), u64>>,
}

impl Counts {
    pub(crate) fn new(since: Timestamp) -> Self {
        Self { since, turned_away: AtomicU64::new(0), requests: Mutex::default() }
    }

    /// `route` as it was declared, so that there are only so many.
    pub(crate) fn request(&self, route: &str, status: StatusCode) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.to_owned(), status.as_u16())).or_default() += 1;
    }

    pub(crate) fn turned_away(&self) {
        self.turned_away.fetch_add(1, Ordering::Relaxed);
    }
}

async fn metrics(State(ctx): State<Ctx>) -> Result<impl IntoResponse> {
    let mut text = String::new();
    jobs(&ctx, &mut text).await?;
    attempts(&ctx, &mut text).await?;
    let (streams, refused) = ctx.live.streams();
    family(&mut text, "vigie_event_streams", "gauge", "Streams of events open now.", [("", streams as u64)]);
    family(&mut text, "vigie_event_streams_refused_total", "counter", "Streams refused, all taken.", [("", refused)]);
    let away = ctx.counts.turned_away.load(Ordering::Relaxed);
    family(&mut text, "vigie_http_turned_away_total", "counter", "Requests refused, too many at once.", [("", away)]);
    family(&mut text, "vigie_run_log_lost_total", "counter", "Lines not written.", [("", ctx.app.run_log.lost())]);
    if let Some(bytes) = resident_bytes() {
        family(&mut text, "process_resident_memory_bytes", "gauge", "Memory of this process.", [("", bytes)]);
    }
    let requests = ctx.counts.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let rows =
        requests.iter().map(|((route, status), count)| (format!("{{route=\"{route}\",status=\"{status}\"}}"), *count));
    family(&mut text, "vigie_http_requests_total", "counter", "Requests answered.", rows);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}

async fn jobs(ctx: &Ctx, text: &mut String) -> Result<()> {
    let open = ctx.app.db.open_jobs().await?;
    let mut states: BTreeMap<&str, u64> =
        ["paused", "pending", "preparing", "running"].into_iter().map(|state| (state, 0)).collect();
    let mut items: BTreeMap<&str, u64> = BTreeMap::new();
    for job in &open {
        *states.entry(job.state.as_str()).or_default() += 1;
        for state in model::ItemState::ALL {
            *items.entry(state.as_str()).or_default() += job.counters.get(*state);
        }
    }
    let labelled = |(state, count): (&str, u64)| (format!("{{state=\"{state}\"}}"), count);
    family(text, "vigie_open_jobs", "gauge", "Jobs that are not over.", states.into_iter().map(labelled));
    family(
        text,
        "vigie_open_job_items",
        "gauge",
        "Items of the jobs that are not over.",
        items.into_iter().map(labelled),
    );
    Ok(())
}

async fn attempts(ctx: &Ctx, text: &mut String) -> Result<()> {
    let filter = TraceFilter { since: Some(ctx.counts.since), ..TraceFilter::default() };
    let counts = ctx.app.db.count_traces(&filter).await?;
    let rows = [
        ("{result=\"ok\"}".to_owned(), counts.total - counts.errors),
        ("{result=\"error\"}".to_owned(), counts.errors),
    ];
    family(text, "vigie_traces_total", "counter", "Traces recorded since the start, by result.", rows);
    Ok(())
}

fn family<L: AsRef<str>>(
    text: &mut String,
    name: &str,
    kind: &str,
    help: &str,
    rows: impl IntoIterator<Item = (L, u64)>,
) {
    // Writing to a String cannot fail.
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    for (labels, value) in rows {
        let _ = writeln!(text, "{name}{} {value}", labels.as_ref());
    }
}

/// `VmRSS` of /proc/self/status, where there is one.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Site, send};
    use axum::http::StatusCode;
    use std::fs;

    #[tokio::test]
    async fn a_log_store_that_takes_nothing_is_told() {
        let site = Site::new().await;
        let ready = async || send(&site.router, "GET", "/readyz", &[], "").await;
        let logs = &site.app.logs;
        logs.snapshot().await.unwrap();
        logs.close().await;
        logs.tend().await.unwrap();
        assert_eq!(ready().await.status, StatusCode::OK);
        logs.close().await;
        let wal = site.app.data.join("telemetry/logs/wal");
        let _ = fs::remove_dir_all(&wal);
        fs::write(&wal, "no folder").unwrap();
        logs.tend().await.unwrap_err();
        let answer = ready().await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        let told = answer.json()["problems"][0].as_str().unwrap().to_owned();
        assert!(told.starts_with("the log store cannot be read or written: "), "{told}");
        fs::remove_file(&wal).unwrap();
        logs.tend().await.unwrap();
        assert_eq!(ready().await.status, StatusCode::OK);
    }
}
