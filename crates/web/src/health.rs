//! Whether Vigie lives, whether it can work, and what it has been doing.

mod metrics;
mod monitoring;
mod parts;
#[cfg(test)]
mod recipes;

use crate::{
    App, Ctx,
    auth::Access,
    extract::Query,
    routes::{About, Routes},
    words::{Words, preferred},
};
use alerting::DiskSpace;
use api::health::{Health, MonitoringHealth, Readiness, ReadyPart};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use checking::IsWell;
use jobs::{Again, DoneBy, Work};
use language::Language;
use model::Timestamp;
use parts::PartState;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use utoipa::IntoParams;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/healthz", Access::Health, alive, About::new("Whether the process lives").gives::<Health>(200, "It does"))
        .get(
            "/readyz",
            Access::Health,
            ready,
            About::new("Whether it can work, how each part stands, and what is wrong if not")
                .query::<ReadyQuery>()
                .gives::<Readiness>(200, "It can")
                .gives::<Readiness>(503, "It cannot"),
        )
        .get(
            "/health/monitoring",
            Access::Health,
            monitoring::monitoring,
            About::new("Whether errors, transactions and logs are taken and kept")
                .gives::<MonitoringHealth>(200, "They are")
                .gives::<MonitoringHealth>(503, "They are not"),
        )
        .get(
            "/metrics",
            Access::Read,
            metrics::metrics,
            About::new("What it has been doing, for Prometheus").gives_text(200, Some("text/plain"), "The metrics"),
        )
}

/// How often Vigie looks at itself when nobody asks.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);

/// Looks at every part each hour, and says in the log what is wrong.
pub fn checking_itself(app: App) -> Work {
    let ctx = Ctx::new(app);
    Work::new("health", LOOK_EVERY, DoneBy::Everyone, move || {
        let ctx = ctx.clone();
        async move {
            let wrong = problems(&ctx, PartState::Fail).await;
            problems(&ctx, PartState::Warn).await.iter().for_each(|what| tracing::warn!("health: {what}"));
            if wrong.is_empty() { Ok(Again::AsUsual) } else { Err(wrong.join("; ")) }
        }
    })
}

/// Whether every part works, for whoever is told so each minute.
pub fn is_well(app: App) -> IsWell {
    let ctx = Ctx::new(app);
    Arc::new(move || {
        let ctx = ctx.clone();
        Box::pin(async move { problems(&ctx, PartState::Fail).await.is_empty() })
    })
}

async fn problems(ctx: &Ctx, state: PartState) -> Vec<String> {
    let words = Words { language: Language::English, zone: ctx.app.zone.clone() };
    let parts = parts::looked_at(ctx, &words).await;
    parts.into_iter().filter(|part| part.state == state).map(|part| part.detail).collect()
}

async fn alive(State(ctx): State<Ctx>) -> Json<Health> {
    Json(Health { status: "ok".to_owned(), version: ctx.app.version.to_owned() })
}

/// What a look at the machine has found.
pub(crate) struct Findings {
    pub(crate) is_damaged: bool,
    /// Lines of run logs that could not be written, while that goes on.
    pub(crate) lost_lines: Option<u64>,
    /// Bytes of the disk that the data lies on, where they can be asked for.
    pub(crate) disk: Option<DiskSpace>,
    pub(crate) logs: Option<logs::Trouble>,
}

/// Of which less than a tenth may be left, before a person is told; on large disks, this much.
const NEARLY_FULL: u64 = 2 << 30;

pub(crate) fn is_nearly_full(disk: DiskSpace) -> bool {
    disk.free < FREE_MIN || disk.free < (disk.total / 10).min(NEARLY_FULL)
}

/// Looks at the database, the disk and the stores, asking none of them for anything.
pub(crate) async fn look(ctx: &Ctx) -> Findings {
    let is_losing = ctx.app.job_log.is_losing().await;
    let data = ctx.app.data.clone();
    let disk = tokio::task::spawn_blocking(move || DiskSpace::of(&data).ok()).await;
    Findings {
        is_damaged: ctx.app.db.is_damaged(),
        lost_lines: is_losing.then(|| ctx.app.job_log.lost()),
        disk: disk.ok().flatten(),
        logs: ctx.app.logs.trouble(),
    }
}

async fn ready(State(ctx): State<Ctx>, headers: HeaderMap, Query(query): Query<ReadyQuery>) -> Response {
    let v = Words { language: preferred(&headers), zone: ctx.app.zone.clone() };
    // Anybody may ask any number of times: each waits for the one before.
    let _turn = ctx.readiness.acquire().await;
    let parts = parts::looked_at(&ctx, &v).await;
    let failed = || parts.iter().filter(|part| part.state == PartState::Fail);
    let problems: Vec<String> = failed().map(|part| part.detail.clone()).collect();
    let role = if ctx.app.wake.is_some() { "owner" } else { "reader" }.to_owned();
    let ready = problems.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if query.format.as_deref() == Some("text") || wants_text(&headers) {
        let text = parts::text(&v, ready, &parts);
        return (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
    }
    let parts = parts.into_iter().map(ReadyPart::from).collect();
    (status, Json(Readiness { ready, role, problems, parts })).into_response()
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct ReadyQuery {
    /// `text`: a line for each part. JSON unless said otherwise, or `Accept: text/plain`.
    format: Option<String>,
}

fn wants_text(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.starts_with("text/plain")
}

/// Bytes below which what is sent may not be recorded any more.
const FREE_MIN: u64 = 32 << 20;

fn lacks_room(v: &Words, free: u64) -> Option<String> {
    (free < FREE_MIN).then(|| v.with("ready-disk", "left", (free >> 20).to_string()))
}

fn log_trouble(trouble: logs::Trouble) -> &'static str {
    match trouble {
        logs::Trouble::Full => "ready-logs-full",
        logs::Trouble::Broken => "ready-logs-broken",
        logs::Trouble::Stalled => "ready-logs-stalled",
        logs::Trouble::Damaged => "ready-logs-damaged",
    }
}

/// What is counted since the start.
pub(crate) struct Counts {
    since: Timestamp,
    requests: Mutex<BTreeMap<(String, u16), u64>>,
    /// Requests answered with 503.
    pub(crate) busy: Rarely,
    /// Headers of a proxy's login that came from elsewhere.
    pub(crate) foreign_logins: Rarely,
}

/// What happens often and is told once a minute.
#[derive(Default)]
pub(crate) struct Rarely(Mutex<(Option<Instant>, u64)>);

impl Rarely {
    const EVERY: Duration = Duration::from_secs(60);

    /// How many were not told since the last that was, where this one is to be told.
    pub(crate) fn is_to_be_told(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (told, untold) = &mut *state;
        if told.is_some_and(|told| now.saturating_duration_since(told) < Self::EVERY) {
            *untold += 1;
            return None;
        }
        *told = Some(now);
        Some(std::mem::take(untold))
    }
}

impl Counts {
    pub(crate) fn new(since: Timestamp) -> Self {
        Self { since, requests: Mutex::default(), busy: Rarely::default(), foreign_logins: Rarely::default() }
    }

    /// Since when this process runs.
    pub(crate) fn since(&self) -> Timestamp {
        self.since
    }

    /// Of each route and status.
    fn requests(&self) -> BTreeMap<(String, u16), u64> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `route` as it was declared, so that there are only so many.
    pub(crate) fn request(&self, route: &str, status: StatusCode) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.to_owned(), status.as_u16())).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Answer, Site, send};
    use std::{fs, io::Seek as _};

    async fn readiness(site: &Site) -> Answer {
        send(&site.router, "GET", "/readyz", &[], "").await
    }

    #[test]
    fn room_is_looked_for_where_the_data_lies() {
        let v = Words { language: Language::English, zone: jiff::tz::TimeZone::UTC };
        assert_eq!(lacks_room(&v, FREE_MIN), None);
        let said = lacks_room(&v, 5 << 20).unwrap();
        assert!(said.contains("has 5 MB left"), "{said}");
        // A link to another disk tells of that one.
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("data");
        std::os::unix::fs::symlink("/proc", &link).unwrap();
        assert_eq!(DiskSpace::of(&link).unwrap(), DiskSpace { free: 0, total: 0 }, "/proc has no blocks");
    }

    #[test]
    fn a_disk_is_nearly_full_below_a_tenth_or_two_gigabytes() {
        let disk = |free, total| is_nearly_full(DiskSpace { free, total });
        assert!(disk(9 << 30, 100 << 30) == disk(3 << 30, 100 << 30) && !disk(3 << 30, 100 << 30));
        assert!(disk(1 << 30, 100 << 30) && disk(900 << 20, 10 << 30) && !disk(1_100 << 20, 10 << 30));
    }

    #[tokio::test]
    async fn a_disk_that_has_room_again_is_told_without_another_line() {
        let site = Site::new().await;
        let (log, id) = (&site.app.job_log, model::JobId(uuid::Uuid::from_u128(1)));
        let folder = site.app.data.join("outbox");
        fs::write(&folder, "no folder").unwrap();
        let record = || model::JobLine {
            at: Timestamp::EPOCH,
            level: model::Level::Info,
            event: "x".into(),
            message: "x".into(),
            fields: serde_json::Map::new(),
        };
        log.append(id, vec![record(), record()]).await;
        let answer = readiness(&site).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text.contains("cannot be saved, 2 so far"), "{}", answer.text);
        fs::remove_file(&folder).unwrap();
        assert_eq!(readiness(&site).await.status, StatusCode::OK);
        assert_eq!((log.lost(), fs::read_dir(&folder).unwrap().count()), (2, 0));
    }

    /// What is met is told here and below tables, and forgotten once it was repaired.
    #[tokio::test]
    async fn damaged_segments_are_told() {
        let site = Site::new().await;
        let line = |n: u32| format!("{{\"message\":\"line\",\"n\":{}}}\n", n * 7919 % 1009);
        site.post_text("/api/v1/logs", (0..3_000).map(line).collect::<String>()).await;
        let logs = &site.app.logs;
        logs.close().await;
        let table = "/api/v1/logs/search?q=line%20%7C%20stats%20count()%20by%20n&format=";
        assert!(!site.get(&format!("{table}csv")).await.text.contains('#'));
        assert!(!logs.look_for_damage(u64::MAX).await.unwrap());
        assert_eq!(readiness(&site).await.status, StatusCode::OK);
        logs.close().await;
        let segments = fs::read_dir(site.app.data.join("telemetry/store/segments")).unwrap();
        let segment = segments.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some()).unwrap();
        let mut bytes = fs::read(&segment).unwrap();
        let half = bytes.len() / 2;
        bytes[64..half].fill(0xff);
        fs::write(&segment, bytes).unwrap();
        for (format, begins) in
            [("csv", "\r\n\"# lines are missing"), ("text", "\n# lines"), ("jsonl", "\n{\"left_out\"")]
        {
            let told = site.get(&format!("{table}{format}")).await.text;
            assert!(format!("\r\n{told}").contains(begins), "{format}: {told}");
        }
        let answer = readiness(&site).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text.contains("parts of the log store are damaged"), "{}", answer.text);
        let repairing = logs.clone();
        let repaired = tokio::task::spawn_blocking(move || repairing.verify(true)).await.unwrap().unwrap();
        assert!(repaired.1.is_some());
        assert_eq!(readiness(&site).await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_damaged_database_is_told() {
        let site = Site::new().await;
        for n in 0..50 {
            site.preparing(model::JobId(uuid::Uuid::from_u128(n)), &"x".repeat(2_000)).await;
        }
        assert!(!site.app.db.look_for_damage(u64::MAX).await.unwrap());
        assert_eq!(readiness(&site).await.status, StatusCode::OK);
        let copy = site.app.data.join("copy.db");
        site.app.db.backup_to(&copy).await.unwrap();
        let bytes = fs::read(&copy).unwrap();
        let at = bytes.windows(500).rposition(|part| part == [b'x'; 500]).unwrap() / 4096 * 4096;
        let mut file = fs::File::options().write(true).open(&copy).unwrap();
        file.seek(std::io::SeekFrom::Start(at as u64)).unwrap();
        std::io::Write::write_all(&mut file, &[0xff; 4096]).unwrap();
        let mut app = site.app.clone();
        app.db = store::Db::open_sqlite_read_only(&copy).await.unwrap();
        let router = crate::router(app.clone());
        assert!(!app.db.look_for_damage(1).await.unwrap(), "it is longer than may be looked at");
        assert!(app.db.look_for_damage(u64::MAX).await.unwrap());
        let answer = send(&router, "GET", "/readyz", &[], "").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text.contains("the database is damaged"), "{}", answer.text);
    }

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
        let wal = site.app.data.join("telemetry/store/wal");
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
