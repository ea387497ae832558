//! What Vigie has been doing, for Prometheus: base units, counters that end in `_total`, moments instead of ages, and no ids or
//! addresses in labels. In the text format of Prometheus, or in OpenMetrics where that is asked for.

mod celery;

use crate::{Ctx, problem::Result};
use alerting::{ChannelSettings, DiskSpace, incident_of};
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::IntoResponse,
};
use jobs::{Counted, DURATION_BOUNDS};
use model::{CheckState, ItemState, JobKind, JobState, Timestamp};
use std::{
    collections::BTreeMap,
    fmt::{Display, Write as _},
    time::Duration,
};
use store::TraceFilter;

/// Schedules, and checks, that have rows of their own: more would be more than is good for whoever keeps them.
const NAMED_MAX: usize = 1_000;
const WORKERS_BACK: Duration = Duration::from_secs(86_400);

/// What is written down so far.
pub(super) struct Metrics {
    text: String,
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Version 0.0.4.
    Prometheus,
    /// Version 1.0.0.
    OpenMetrics,
}

impl Format {
    fn asked(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if accept.contains("application/openmetrics-text") { Self::OpenMetrics } else { Self::Prometheus }
    }

    const fn media(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// Labels with their values, in braces.
fn labels(pairs: &[(&str, &str)]) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

impl Metrics {
    fn new(format: Format) -> Self {
        Self { text: String::new(), format }
    }

    fn family<V: Display>(
        &mut self,
        (name, kind, help): (&str, &str, &str),
        rows: impl IntoIterator<Item = (String, V)>,
    ) {
        // OpenMetrics names the family of a counter without its end.
        let family = match self.format {
            Format::OpenMetrics if kind == "counter" => name.strip_suffix("_total").unwrap_or(name),
            _ => name,
        };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "# HELP {family} {help}\n# TYPE {family} {kind}\n");
        for (labels, value) in rows {
            let _ = writeln!(self.text, "{name}{labels} {value}");
        }
    }

    fn gauge<V: Display>(&mut self, name: &str, help: &str, rows: impl IntoIterator<Item = (String, V)>) {
        self.family((name, "gauge", help), rows);
    }

    fn counter(&mut self, name: &str, help: &str, rows: impl IntoIterator<Item = (String, u64)>) {
        self.family((name, "counter", help), rows);
    }

    /// `rows`: what comes after the name, as `_bucket{le="1"}`.
    pub(crate) fn histogram<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (String, V)>,
    ) {
        self.family((name, "histogram", help), rows);
    }

    fn one<V: Display>(&mut self, name: &str, help: &str, value: V) {
        self.gauge(name, help, [(String::new(), value)]);
    }

    fn finish(mut self) -> String {
        if self.format == Format::OpenMetrics {
            self.text.push_str("# EOF\n");
        }
        self.text
    }
}

pub(super) async fn metrics(State(ctx): State<Ctx>, headers: HeaderMap) -> Result<impl IntoResponse> {
    let format = Format::asked(&headers);
    let mut m = Metrics::new(format);
    m.gauge("vigie_build_info", "The version that runs.", [(labels(&[("version", ctx.app.version)]), 1)]);
    m.one("process_start_time_seconds", "When this process began.", seconds(ctx.counts.since()));
    jobs(&ctx, &mut m).await?;
    counted(&ctx.app.hub.counted(), &mut m);
    attempts(&ctx, &mut m).await?;
    schedules(&ctx, &mut m).await?;
    checks(&ctx, &mut m).await?;
    alerts(&ctx, &mut m).await?;
    workers(&ctx, &mut m).await?;
    celery::metrics(&ctx, &mut m).await?;
    machine(&ctx, &mut m).await;
    web(&ctx, &mut m);
    Ok(([(header::CONTENT_TYPE, format.media())], m.finish()))
}

/// A moment, as Prometheus has it.
fn seconds(at: Timestamp) -> f64 {
    at.as_micros() as f64 / 1e6
}

async fn jobs(ctx: &Ctx, m: &mut Metrics) -> Result<()> {
    let open = ctx.app.db.open_jobs().await?;
    let states = [JobState::Paused, JobState::Pending, JobState::Preparing, JobState::Running];
    let mut by_state: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for kind in JobKind::ALL {
        by_state.extend(states.map(|state| ((kind.as_str(), state.as_str()), 0)));
    }
    let mut items: BTreeMap<&str, u64> = BTreeMap::new();
    let mut oldest: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for job in &open {
        *by_state.entry((job.kind.as_str(), job.state.as_str())).or_default() += 1;
        for state in ItemState::ALL {
            *items.entry(state.as_str()).or_default() += job.counters.get(*state);
        }
        if job.counters.queued > 0 && matches!(job.state, JobState::Pending | JobState::Running) {
            let first = oldest.entry(job.kind.as_str()).or_insert(job.created_at);
            *first = (*first).min(job.created_at);
        }
    }
    let row = |((kind, state), count)| (labels(&[("kind", kind), ("state", state)]), count);
    m.gauge("vigie_jobs", "Jobs that are not over.", by_state.into_iter().map(row));
    let row = |(state, count)| (labels(&[("state", state)]), count);
    m.gauge("vigie_open_job_items", "Items of the jobs that are not over.", items.into_iter().map(row));
    m.gauge(
        "vigie_oldest_queued_timestamp_seconds",
        "When the oldest job was made that has something to do and is not paused.",
        oldest.into_iter().map(|(kind, at)| (labels(&[("kind", kind)]), seconds(at))),
    );
    Ok(())
}

/// What was seen to happen since this process began.
fn counted(counted: &Counted, m: &mut Metrics) {
    let jobs = counted
        .jobs
        .iter()
        .map(|((kind, state), count)| (labels(&[("kind", kind.as_str()), ("state", state.as_str())]), *count));
    m.counter("vigie_jobs_finished_total", "Jobs that ended since the start, by how.", jobs);
    let items = counted
        .items
        .iter()
        .map(|((kind, state), count)| (labels(&[("kind", kind.as_str()), ("outcome", state.as_str())]), *count));
    m.counter("vigie_items_total", "Items that came to their end since the start, by how.", items);
    let mut rows = Vec::new();
    for (kind, took) in &counted.took {
        let mut sum = 0;
        let bounds = DURATION_BOUNDS.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
        for (bound, within) in bounds.zip(took.within) {
            sum += within;
            rows.push((format!("_bucket{}", labels(&[("kind", kind.as_str()), ("le", &bound)])), sum as f64));
        }
        let own = labels(&[("kind", kind.as_str())]);
        rows.push((format!("_sum{own}"), took.sum.as_secs_f64()));
        rows.push((format!("_count{own}"), sum as f64));
    }
    m.family(
        ("vigie_item_duration_seconds", "histogram", "How long attempts took that were made in this process."),
        rows,
    );
}

async fn attempts(ctx: &Ctx, m: &mut Metrics) -> Result<()> {
    let filter = TraceFilter { since: Some(ctx.counts.since), ..TraceFilter::default() };
    let counts = ctx.app.db.count_traces(&filter).await?;
    let rows = [("ok", counts.total - counts.errors), ("error", counts.errors)];
    let rows = rows.map(|(result, count)| (labels(&[("result", result)]), count));
    m.counter("vigie_traces_total", "Traces recorded since the start, by result.", rows);
    Ok(())
}

async fn schedules(ctx: &Ctx, m: &mut Metrics) -> Result<()> {
    let db = &ctx.app.db;
    let all = db.job_schedules().await?;
    let named = || all.iter().take(NAMED_MAX);
    let next = named().filter_map(|one| Some((labels(&[("schedule", &one.name)]), seconds(one.next?.begins))));
    m.gauge("vigie_schedule_next_run_timestamp_seconds", "When the next run begins.", next);
    let successes: BTreeMap<_, _> = db.schedule_successes(NAMED_MAX as u32).await?.into_iter().collect();
    let last = named().filter_map(|one| Some((labels(&[("schedule", &one.name)]), seconds(*successes.get(&one.id)?))));
    m.gauge("vigie_schedule_last_success_timestamp_seconds", "When a run last went well.", last);
    let missed = db.missed_runs_since(ctx.counts.since).await?;
    m.counter(
        "vigie_schedule_missed_total",
        "Runs that were missed, noted since the start.",
        [(String::new(), missed)],
    );
    let works = db.schedules().await?;
    let of_work = |name: &str| labels(&[("work", name)]);
    let ended = works.iter().filter(|work| work.failures == 0);
    let ended = ended.filter_map(|work| Some((of_work(&work.name), seconds(work.ended_at?))));
    m.gauge("vigie_maintenance_last_success_timestamp_seconds", "When maintenance work last went well.", latest(ended));
    let failures = works.iter().map(|work| (of_work(&work.name), work.failures as f64));
    m.gauge("vigie_maintenance_failures", "Failures of maintenance work since it last went well.", latest(failures));
    Ok(())
}

/// One row for each label: several processes may do the same work.
fn latest(rows: impl Iterator<Item = (String, f64)>) -> BTreeMap<String, f64> {
    let mut found: BTreeMap<String, f64> = BTreeMap::new();
    for (labels, value) in rows {
        let kept = found.entry(labels).or_insert(value);
        *kept = kept.max(value);
    }
    found
}

async fn checks(ctx: &Ctx, m: &mut Metrics) -> Result<()> {
    let all = ctx.app.db.checks().await?;
    let watched = || all.iter().filter(|check| !matches!(check.state, CheckState::New | CheckState::Paused));
    let up = watched()
        .take(NAMED_MAX)
        .map(|check| (labels(&[("check", &check.slug)]), u64::from(check.state != CheckState::Down)));
    m.gauge("vigie_check_up", "Whether a check is not down; without those that are paused or new.", up);
    let ends = watched().take(NAMED_MAX).filter_map(|check| {
        let ends = checking::facts_of(check).certificate_ends?;
        Some((labels(&[("check", &check.slug)]), seconds(ends)))
    });
    m.gauge("vigie_certificate_expiry_timestamp_seconds", "When the certificate ends that a check has seen.", ends);
    Ok(())
}

async fn alerts(ctx: &Ctx, m: &mut Metrics) -> Result<()> {
    let db = &ctx.app.db;
    let now = ctx.app.clock.now();
    let mut states: BTreeMap<&str, u64> = [("pending", 0), ("firing", 0), ("acknowledged", 0)].into();
    for incident in db.alert_incidents_since(now).await?.iter().filter(|one| one.is_open) {
        let Some(incident) = incident_of(incident) else { continue };
        let incident = incident.incident;
        let word = if incident.acknowledged.is_some() { "acknowledged" } else { incident.phase.as_str() };
        *states.entry(word).or_default() += 1;
    }
    let rows = states.into_iter().map(|(state, count)| (labels(&[("state", state)]), count));
    m.gauge("vigie_alerts", "Alerts that are not over.", rows);
    let kinds: BTreeMap<_, _> = db
        .alert_channels()
        .await?
        .into_iter()
        .filter_map(|channel| {
            let settings = ChannelSettings::read(&channel.settings)?;
            Some((channel.id, settings.kind.as_str()))
        })
        .collect();
    let mut told: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (channel, state, count) in db.alert_delivery_counts(ctx.counts.since).await? {
        let kind = kinds.get(&channel).copied().unwrap_or("deleted");
        *told.entry((kind, state.as_str())).or_default() += count;
    }
    let is_over = |state: &str| matches!(state, "sent" | "given_up");
    let row = |((channel, outcome), count): ((&str, &str), u64)| {
        (labels(&[("channel", channel), ("outcome", outcome)]), count)
    };
    let (over, waiting): (Vec<_>, Vec<_>) = told.into_iter().partition(|((_, state), _)| is_over(state));
    m.counter(
        "vigie_notifications_total",
        "Messages of alerts made since the start, by how they ended.",
        over.into_iter().map(row),
    );
    let waiting = waiting.into_iter().map(|(_, count)| count).sum::<u64>();
    m.one("vigie_notifications_waiting", "Messages of alerts that wait to be told.", waiting);
    Ok(())
}

async fn workers(ctx: &Ctx, m: &mut Metrics) -> Result<()> {
    let now = ctx.app.clock.now();
    let is_shared = ctx.app.db.is_postgres();
    let (mut alive, mut lost) = (0_u64, 0_u64);
    for worker in ctx.app.db.workers(now - WORKERS_BACK).await?.iter().filter(|worker| worker.ended_at.is_none()) {
        // Where one process owns the data, whoever answers is it.
        if is_shared && worker.lease_until < now { lost += 1 } else { alive += 1 }
    }
    let rows = [("alive", alive), ("lost", lost)].map(|(state, count)| (labels(&[("state", state)]), count));
    m.gauge("vigie_workers", "Processes that run jobs.", rows);
    Ok(())
}

async fn machine(ctx: &Ctx, m: &mut Metrics) {
    let data = ctx.app.data.clone();
    let disk = tokio::task::spawn_blocking(move || DiskSpace::of(&data).ok()).await.ok().flatten();
    if let Some(disk) = disk {
        m.one("vigie_disk_free_bytes", "Free bytes of the disk that the data lies on.", disk.free);
        m.one("vigie_disk_size_bytes", "Bytes of the disk that the data lies on.", disk.total);
    }
    m.one("vigie_log_store_ok", "Whether the log store takes records.", u64::from(ctx.app.logs.trouble().is_none()));
    let lost = ctx.app.job_log.lost();
    m.counter("vigie_run_log_lost_total", "Lines not written.", [(String::new(), lost)]);
    if let Some(bytes) = resident_bytes() {
        m.one("process_resident_memory_bytes", "Memory of this process.", bytes);
    }
}

fn web(ctx: &Ctx, m: &mut Metrics) {
    let (streams, refused) = ctx.live.streams.counts();
    m.one("vigie_event_streams", "Streams of events open now.", streams);
    m.counter("vigie_event_streams_refused_total", "Streams refused, all taken.", [(String::new(), refused)]);
    let away = ctx.requests.refused();
    m.counter("vigie_http_turned_away_total", "Requests refused, too many at once.", [(String::new(), away)]);
    let requests = ctx.counts.requests();
    let row = |((route, status), count): ((String, u16), u64)| {
        (labels(&[("route", &route), ("status", &status.to_string())]), count)
    };
    m.counter("vigie_http_requests_total", "Requests answered.", requests.into_iter().map(row));
}

/// `VmRSS` of /proc/self/status, where there is one.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
