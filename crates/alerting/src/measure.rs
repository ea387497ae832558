//! What is measured, as readings of rules.

use crate::{
    Alerts, DiskSpace,
    evaluate::Incidents,
    facts::{ScheduledJob, job_of, job_readings, shortened},
    recent_lines::RecentLines,
};
use alerts::{Example, Observed, Reading, Rule, RuleKind};
use checks::{Check, Facts};
use logs::search::{JobNames, Search, SearchError};
use model::{CheckState, JobId, Timestamp};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{MutexGuard, PoisonError},
    time::Duration,
};
use store::{Db, JobFilter};
use uuid::Uuid;

/// Checks in trouble that are looked at: a rule tells of fewer.
const CHECKS_MAX: u32 = 1_000;
/// Workers that ended, or were lost, so long ago are not told of.
const WORKERS_BACK: Duration = Duration::from_secs(86_400);

/// A worker of Celery says every two seconds that it is alive, and is lost after so long.
pub(crate) const CELERY_SILENT: Duration = Duration::from_secs(60);
/// Rules whose lines are remembered: more than there may be.
const RECENT_MAX: usize = 400;
/// By the rule, what it looks for and how far it looks back.
pub(crate) type RecentOfRules = HashMap<(Uuid, String, u64), RecentLines>;

/// Queues are counted every few seconds, while their broker is reached.
const CELERY_COUNTED: Duration = Duration::from_secs(300);

impl Alerts {
    /// What each rule measures now. A rule whose figures cannot be read has none: nothing is concluded from that.
    pub(crate) async fn measured<'a>(
        &self,
        rules: &[&'a Rule],
        incidents: &Incidents,
        now: Timestamp,
    ) -> Vec<(&'a Rule, Reading)> {
        let mut readings = Vec::new();
        for rule in rules {
            match self.measure(rule, incidents, now).await {
                Ok(found) => {
                    readings.extend(gone(rule, incidents, &found, now).into_iter().map(|one| (*rule, one)));
                    readings.extend(found.into_iter().map(|one| (*rule, one)));
                }
                Err(error) => tracing::debug!(rule = %rule.id, error, "a rule could not be measured"),
            }
        }
        readings
    }

    async fn measure(&self, rule: &Rule, incidents: &Incidents, now: Timestamp) -> Result<Vec<Reading>, String> {
        match &rule.kind {
            RuleKind::NewIssue | RuleKind::Regression => Ok(Vec::new()),
            RuleKind::FailedJob => self.open_jobs(rule, incidents).await,
            RuleKind::WorkerLost => self.workers(now).await,
            RuleKind::CheckDown => self.checks(CheckState::Down, now).await,
            RuleKind::CheckLate => self.checks(CheckState::Late, now).await,
            RuleKind::CeleryWorkerLost => self.celery_workers(now).await,
            RuleKind::CeleryQueue { .. } => self.celery_queues(now).await,
            RuleKind::CeleryFailures { within_s, .. } => self.celery_failures(*within_s, now).await,
            RuleKind::CeleryStuck { within_s } => self.celery_stuck(*within_s, now).await,
            RuleKind::DiskNearlyFull { .. } => self.disk(now).await,
            RuleKind::SuccessRate { at_least, within_s, .. } => self.success_rate(*at_least, *within_s, now).await,
            RuleKind::ErrorRate { within_s, .. } => self.error_rate(*within_s, now).await,
            RuleKind::ResponseTime { within_s, .. } => self.response_time(*within_s, now).await,
            RuleKind::LogPattern { query, within_s, .. } | RuleKind::MissedCheckIn { query, within_s } => {
                self.log_lines(rule.id, query, *within_s, now).await
            }
        }
    }

    /// Jobs in trouble: what was corrected or sent again meanwhile is over.
    async fn open_jobs(&self, rule: &Rule, incidents: &Incidents) -> Result<Vec<Reading>, String> {
        let mut readings = Vec::new();
        for incident in incidents.open_of(rule.id) {
            let Some((id, schedule)) = job_of(incident) else { continue };
            let Some(job) = self.0.db.job(id).await.map_err(|error| error.to_string())? else { continue };
            let over = job_readings(&ScheduledJob { job, schedule }, rule, incidents).into_iter();
            readings.extend(over.filter(|one| one.observed == Observed::Over && one.subject == incident.subject));
        }
        Ok(readings)
    }

    async fn workers(&self, now: Timestamp) -> Result<Vec<Reading>, String> {
        let workers = self.0.db.workers(now - WORKERS_BACK).await.map_err(|error| error.to_string())?;
        let is_shared = self.0.db.is_postgres();
        // Where one process owns the data, whoever asks is it: none is lost.
        let lost = workers.into_iter().filter(|one| is_shared && one.ended_at.is_none() && one.lease_until < now);
        let reading = |worker: store::Worker| Reading {
            subject: worker.token.to_string(),
            at: now,
            observed: Observed::Measured { value: 1.0 },
            example: Example { name: worker.name, path: "/workers".to_owned(), ..Example::default() },
        };
        Ok(lost.map(reading).collect())
    }

    async fn checks(&self, state: CheckState, now: Timestamp) -> Result<Vec<Reading>, String> {
        let found = self.0.db.checks_in_trouble(CHECKS_MAX).await.map_err(|error| error.to_string())?;
        let reading = |kept: store::StoredCheck| {
            let name = serde_json::from_str::<Check>(&kept.spec).map_or_else(|_| kept.slug.clone(), |check| check.name);
            let facts: Facts = serde_json::from_str(&kept.facts).unwrap_or_default();
            let why = facts.why.filter(|_| facts.failures > 0);
            let (reason, text) = why.map_or(("missed", String::new()), |why| (why.code.as_str(), why.detail));
            let path = format!("/checks/{}", kept.slug);
            let (reason, value) = (reason.to_owned(), Some(1.0));
            let example = Example { name, text, reason, path, value, ..Example::default() };
            Reading { subject: kept.id.to_string(), at: now, observed: Observed::Measured { value: 1.0 }, example }
        };
        Ok(found.into_iter().filter(|kept| kept.state == state).map(reading).collect())
    }

    /// Workers of Celery that were alive in the last day, and have gone without a word.
    async fn celery_workers(&self, now: Timestamp) -> Result<Vec<Reading>, String> {
        let workers = self.0.db.celery_workers().await.map_err(|error| error.to_string())?;
        let is_lost = |one: &store::CeleryWorker| {
            let silent = now.since(one.heartbeat_at);
            !one.is_offline && silent > CELERY_SILENT && silent < WORKERS_BACK
        };
        let reading = |one: store::CeleryWorker| {
            let example = Example { name: one.name.clone(), path: "/celery".to_owned(), ..Example::default() };
            measured(&format!("{} {}", one.broker, one.name), now, 1.0, example)
        };
        Ok(workers.into_iter().filter(is_lost).map(reading).collect())
    }

    async fn celery_queues(&self, now: Timestamp) -> Result<Vec<Reading>, String> {
        let queues = self.0.db.celery_queues().await.map_err(|error| error.to_string())?;
        // What was counted long ago says nothing of now.
        let queues = queues.into_iter().filter(|one| now.since(one.measured_at) < CELERY_COUNTED);
        let reading = |one: store::CeleryQueue| {
            let example = Example { name: one.name.clone(), path: "/celery".to_owned(), ..Example::default() };
            measured(&format!("{} {}", one.broker, one.name), now, one.messages as f64, example)
        };
        Ok(queues.map(reading).collect())
    }

    async fn celery_failures(&self, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let since = now - Duration::from_secs(within_s);
        let failures = self.0.db.celery_failures(since).await.map_err(|error| error.to_string())?;
        let reading = |(name, count): (String, u64)| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("state", "FAILURE")
                .append_pair("name", &name)
                .finish();
            let path = format!("/celery/tasks?{query}");
            measured(&name, now, count as f64, Example { name: name.clone(), path, ..Example::default() })
        };
        Ok(failures.into_iter().map(reading).collect())
    }

    async fn celery_stuck(&self, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let before = now - Duration::from_secs(within_s);
        let stuck = self.0.db.celery_stuck(before).await.map_err(|error| error.to_string())?;
        let reading = |task: store::CeleryTask| {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", &task.id).finish();
            let path = format!("/celery/tasks?{query}");
            measured(
                &format!("{} {}", task.broker, task.id),
                now,
                1.0,
                Example { name: task.name, path, ..Example::default() },
            )
        };
        Ok(stuck.into_iter().map(reading).collect())
    }

    async fn disk(&self, now: Timestamp) -> Result<Vec<Reading>, String> {
        let data = self.0.data.clone();
        let found = tokio::task::spawn_blocking(move || DiskSpace::of(&data)).await;
        let free = found.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?.free_percent();
        let name = self.0.data.display().to_string();
        Ok(vec![measured("", now, free, Example { name, path: "/system".to_owned(), ..Example::default() })])
    }

    async fn error_rate(&self, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let within = Duration::from_secs(within_s);
        // One step may lie on the border of two: they are added up.
        let rates = self.0.reports.event_rates(now - within..now, within).await.map_err(|error| error.to_string())?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for rate in rates {
            *counts.entry(rate.project).or_default() += rate.count;
        }
        let names = self.names().await?;
        let reading = |(slug, count): (String, u64)| {
            let (id, name) = names.get(&slug)?;
            let example = Example { name: name.clone(), path: format!("/issues?project={slug}"), ..Example::default() };
            Some(measured(id, now, count as f64, example))
        };
        Ok(counts.into_iter().filter_map(reading).collect())
    }

    async fn response_time(&self, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let within = Duration::from_secs(within_s);
        let rates =
            self.0.reports.transaction_rates(now - within..now, within).await.map_err(|error| error.to_string())?;
        let mut slowest: BTreeMap<(String, String), f64> = BTreeMap::new();
        for rate in rates {
            let worst = slowest.entry((rate.project, rate.endpoint)).or_default();
            *worst = worst.max(rate.p95_us / 1_000.0);
        }
        let reading = |((project, endpoint), value): ((String, String), f64)| {
            let example = Example { name: endpoint.clone(), path: endpoint_path(&project), ..Example::default() };
            measured(&format!("{project} {endpoint}"), now, value, example)
        };
        Ok(slowest.into_iter().map(reading).collect())
    }

    /// Of each project by its slug: its id, as issues have it for a subject, and its name.
    pub(crate) async fn names(&self) -> Result<HashMap<String, (String, String)>, String> {
        let projects = self.0.db.projects().await.map_err(|error| error.to_string())?;
        Ok(projects.into_iter().map(|project| (project.slug, (project.id.to_string(), project.name))).collect())
    }

    async fn log_lines(&self, rule: Uuid, query: &str, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let (within, key) = (Duration::from_secs(within_s), (rule, query.to_owned(), within_s));
        let mut recent = self.recent().remove(&key).unwrap_or_default();
        let counted = self.count_new_lines(query, &mut recent, within, now).await;
        let mut known = self.recent();
        // Of rules that were changed or deleted something is left.
        if known.len() >= RECENT_MAX {
            known.clear();
        }
        known.insert(key, recent);
        drop(known);
        let count = counted?;
        let path = format!("/explore?{}", serialized(query));
        let example = Example { name: shortened(query), path, ..Example::default() };
        Ok(vec![measured("", now, count as f64, example)])
    }

    fn recent(&self) -> MutexGuard<'_, RecentOfRules> {
        self.0.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn count_new_lines(
        &self,
        query: &str,
        recent: &mut RecentLines,
        within: Duration,
        now: Timestamp,
    ) -> Result<u64, String> {
        if !self.0.logs.exists() {
            *recent = RecentLines::default();
            return Ok(0);
        }
        let search = Search { q: query.to_owned(), ..Search::default() };
        let names = NamedJobs(&self.0.db);
        let resolved = search.resolve(now, &self.0.place.zone, &names).await.map_err(|error| error.to_string())?;
        let count = recent.count(&self.0.logs, &resolved, within, now).await.map_err(|error| error.to_string())?;
        count.ok_or_else(|| "counting its lines takes too long".to_owned())
    }

    /// Lines that match, by steps.
    pub(crate) async fn count_lines(
        &self,
        query: &str,
        since: Timestamp,
        until: Option<Timestamp>,
        step: Option<Duration>,
        now: Timestamp,
    ) -> Result<Vec<(Timestamp, u64)>, String> {
        if !self.0.logs.exists() {
            return Ok(Vec::new());
        }
        let (since, until) = (Some(since.to_string()), until.map(|until| until.to_string()));
        let search = Search { q: query.to_owned(), since, until, ..Search::default() };
        let names = NamedJobs(&self.0.db);
        let resolved = search.resolve(now, &self.0.place.zone, &names).await.map_err(|error| error.to_string())?;
        let counts = self.0.logs.counts(&resolved, step).await.map_err(|error| error.to_string())?.value;
        Ok(counts.edges.iter().zip(&counts.counts).map(|(at, count)| (*at, count.total)).collect())
    }

    async fn success_rate(&self, at_least: u64, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let since = now - Duration::from_secs(within_s);
        let activity = self.0.db.activity(since, now, None).await.map_err(|error| error.to_string())?;
        let (mut good, mut all) = (0, 0);
        for (_, one) in activity {
            good += one.recipients.succeeded + one.others.succeeded;
            all += one.recipients.succeeded + one.others.succeeded + one.recipients.failed + one.others.failed;
        }
        if all < at_least {
            return Ok(Vec::new());
        }
        let example = Example { path: "/".to_owned(), ..Example::default() };
        Ok(vec![measured("", now, good as f64 * 100.0 / all as f64, example)])
    }
}

fn endpoint_path(project: &str) -> String {
    format!("/performance?project={project}")
}

fn measured(subject: &str, at: Timestamp, value: f64, example: Example) -> Reading {
    let example = Example { value: Some((value * 10.0).round() / 10.0), ..example };
    Reading { subject: subject.to_owned(), at, observed: Observed::Measured { value }, example }
}

/// Subjects that are no longer there to be measured.
fn gone(rule: &Rule, incidents: &Incidents, found: &[Reading], now: Timestamp) -> Vec<Reading> {
    if rule.kind.quiet_after().is_some() {
        return Vec::new();
    }
    let is_gone = |subject: &str| found.iter().all(|reading| reading.subject != subject);
    let open = incidents.open_of(rule.id).filter(|incident| is_gone(&incident.subject));
    open.map(|one| Reading {
        subject: one.subject.clone(),
        at: now,
        observed: Observed::Over,
        example: one.example.clone(),
    })
    .collect()
}

fn serialized(query: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("q", query).finish()
}

/// Which jobs a search means by a name: the newest that is called so.
struct NamedJobs<'a>(&'a Db);

impl JobNames for NamedJobs<'_> {
    type Error = SearchError;

    async fn jobs_called(&self, name: &str) -> Result<Vec<JobId>, SearchError> {
        let filter = JobFilter { name: Some(name.to_owned()), limit: 1, ..JobFilter::default() };
        // A database that does not answer names no job.
        Ok(self.0.jobs(&filter).await.map(|page| page.rows.into_iter().map(|job| job.id).collect()).unwrap_or_default())
    }
}
