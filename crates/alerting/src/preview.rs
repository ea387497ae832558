//! What a rule would have done in the last days, by what is stored.

use crate::{
    Alerts, DiskSpace,
    evaluate::Incidents,
    facts::{job_readings, not_started, shortened},
    past_checks,
    windows::{self, Windows},
};
use alerts::{Example, Incident, Observed, Reading, Replay, Rule, RuleKind, replay};
use model::Timestamp;
use reports::Rate;
use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    time::Duration,
};
use store::{Issue, IssueFilter, IssueOrder, JobFilter};

/// How far it is looked back.
const BACK: Duration = Duration::from_secs(7 * 86_400);
/// Jobs that are looked at, the newest.
const JOBS_MAX: u32 = 1_000;
/// Issues, too.
const ISSUES_MAX: u32 = 1_000;
/// Checks whose signs of life are looked at, and how many of each: all that are kept.
const CHECKS_MAX: usize = 500;
const PINGS_MAX: u32 = 100;
const DAY: Duration = Duration::from_secs(86_400);

/// Seconds within which lines are counted at the least.
const LINES_WITHIN_MIN_S: u64 = 60;
/// Incidents of which the exact moment is looked for: each asks once more.
const REFINED_MAX: usize = 10;

/// The last days, one by one: of all of them at once there would be too many steps.
fn days(now: Timestamp) -> impl Iterator<Item = Range<Timestamp>> {
    let count = (BACK.as_secs() / DAY.as_secs()) as u32;
    (0..count).rev().map(move |day| now - DAY * (day + 1)..now - DAY * day)
}

impl Windows {
    /// Of the last days.
    fn of(rule: &Rule, within_s: u64, now: Timestamp) -> Self {
        let (within, held_for) = (Duration::from_secs(within_s), Duration::from_secs(rule.for_s));
        Self { from: now - BACK, until: now, within, held_for }
    }
}

impl Alerts {
    /// What the rule would have done in the last seven days.
    ///
    /// # Errors
    /// When what is stored cannot be read, in words for people.
    pub async fn preview(&self, rule: &Rule) -> Result<Replay, String> {
        let now = self.0.clock.now();
        let mut readings = match &rule.kind {
            RuleKind::FailedJob => self.past_jobs(rule, now - BACK).await?,
            RuleKind::SuccessRate { at_least, within_s, .. } => {
                self.past_success(*at_least, *within_s, (now - BACK, now)).await?
            }
            RuleKind::NewIssue => self.past_issues(now - BACK).await?,
            RuleKind::ErrorRate { within_s, .. } => self.past_errors(rule, *within_s, now).await?,
            RuleKind::ResponseTime { within_s, .. } => self.past_times(*within_s, now).await?,
            RuleKind::LogPattern { query, within_s, .. } | RuleKind::MissedCheckIn { query, within_s } => {
                self.past_lines(rule, (query, *within_s), now).await?
            }
            RuleKind::Regression => self.past_regressions(now - BACK).await?,
            RuleKind::CheckDown | RuleKind::CheckLate => self.past_checks(rule, (now - BACK, now)).await?,
            RuleKind::WorkerLost => self.past_workers((now - BACK, now)).await?,
            RuleKind::DiskNearlyFull { .. } => self.past_disk(now - BACK).await?,
            RuleKind::CeleryWorkerLost => self.past_celery_workers(now - BACK, now).await?,
            RuleKind::CeleryQueue { .. } => self.past_celery_queues(now - BACK).await?,
            RuleKind::CeleryFailures { within_s, .. } => self.past_celery_failures(*within_s, now - BACK).await?,
            RuleKind::CeleryStuck { within_s } => self.past_celery_stuck(*within_s, now - BACK, now).await?,
        };
        readings.sort_by_key(|reading| reading.at);
        let mut replay = replay(rule, &readings);
        for incident in replay.incidents.iter_mut().take(REFINED_MAX) {
            if let Some(at) = self.moment(rule, incident, now).await? {
                incident.since = at;
            }
        }
        // What has to last fires that much later.
        let held_for = Duration::from_secs(rule.for_s);
        replay.incidents.iter_mut().for_each(|incident| incident.fired_at = Some(incident.since + held_for));
        Ok(replay)
    }

    /// The moment at which the limit of a rule about counts was broken, where an incident knows it to within a step.
    async fn moment(&self, rule: &Rule, incident: &Incident, now: Timestamp) -> Result<Option<Timestamp>, String> {
        let Some(within_s) = rule.kind.within_s() else { return Ok(None) };
        let within_s = if rule.kind.query().is_some() { within_s.max(LINES_WITHIN_MIN_S) } else { within_s };
        let within = Duration::from_secs(within_s);
        let step = windows::coarse(within);
        let around = windows::around(incident.since, within);
        let fine = windows::fine(within + step);
        let mut counts: Vec<(Timestamp, u64)> = match &rule.kind {
            RuleKind::ErrorRate { .. } => {
                let rates =
                    self.0.reports.event_rates(around.clone(), fine).await.map_err(|error| error.to_string())?;
                let of_subject = rates.into_iter().filter(|rate| rate.project == incident.subject);
                of_subject.map(|rate| (rate.at, rate.count)).collect()
            }
            RuleKind::LogPattern { query, .. } | RuleKind::MissedCheckIn { query, .. } => {
                self.count_lines(query, around.start, Some(around.end), Some(fine), now).await?
            }
            _ => return Ok(None),
        };
        counts.sort_unstable();
        let windows = Windows { from: around.start, until: around.end, within, held_for: Duration::ZERO };
        let since = incident.since - step;
        let broken = windows.sums(&counts, fine).into_iter();
        let first = broken.filter(|(at, _)| *at >= since).find(|(_, n)| rule.kind.is_broken_by(*n as f64));
        Ok(first.map(|(at, _)| at))
    }

    async fn past_issues(&self, since: Timestamp) -> Result<Vec<Reading>, String> {
        let names: BTreeMap<_, _> = self.names().await?.into_values().collect();
        let (order, limit) = (IssueOrder::FirstSeen, ISSUES_MAX);
        let filter = IssueFilter { first_since: Some(since), order, limit, ..IssueFilter::default() };
        let page = self.0.db.issues(&filter).await.map_err(|error| error.to_string())?;
        let reading = |issue: Issue| {
            let subject = issue.project.to_string();
            let name = names.get(&subject).cloned().unwrap_or_default();
            let example = Example { name, text: shortened(&issue.title), ..Example::default() };
            Reading { subject, at: issue.first_seen, observed: Observed::Happened { times: 1 }, example }
        };
        Ok(page.rows.into_iter().map(reading).collect())
    }

    async fn past_regressions(&self, since: Timestamp) -> Result<Vec<Reading>, String> {
        let told = |error: store::Error| error.to_string();
        let names: BTreeMap<_, _> = self.names().await?.into_values().collect();
        let mut readings = Vec::new();
        for (at, id) in self.0.db.issue_regressions(since, ISSUES_MAX).await.map_err(told)? {
            let Some(issue) = self.0.db.issue(id).await.map_err(told)? else { continue };
            let subject = issue.project.to_string();
            let name = names.get(&subject).cloned().unwrap_or_default();
            let example = Example { name, text: shortened(&issue.title), ..Example::default() };
            readings.push(Reading { subject, at, observed: Observed::Happened { times: 1 }, example });
        }
        Ok(readings)
    }

    /// Of what calls, the last signs of life are stored, of which a late one is one that came after it was due.
    async fn past_checks(&self, rule: &Rule, times: (Timestamp, Timestamp)) -> Result<Vec<Reading>, String> {
        let (db, told) = (&self.0.db, |error: store::Error| error.to_string());
        let checks = db.checks().await.map_err(told)?;
        let mut readings = Vec::new();
        if rule.kind == RuleKind::CheckDown {
            let outages = db.check_outages(None, times.0).await.map_err(told)?;
            let of: HashMap<_, _> = checks.iter().map(|kept| (kept.id, kept)).collect();
            for outage in &outages {
                if let Some(kept) = of.get(&outage.check) {
                    readings.extend(past_checks::down(kept, std::slice::from_ref(outage), times.0));
                }
            }
            return Ok(readings);
        }
        for kept in checks.iter().take(CHECKS_MAX) {
            let pings = db.pings_of_check(kept.id, PINGS_MAX).await.map_err(told)?;
            readings.extend(past_checks::late(kept, &pings, times));
        }
        Ok(readings)
    }

    /// One that is declared dead ended after its lease.
    async fn past_workers(&self, (since, now): (Timestamp, Timestamp)) -> Result<Vec<Reading>, String> {
        let workers = self.0.db.workers(since).await.map_err(|error| error.to_string())?;
        let is_shared = self.0.db.is_postgres();
        let is_lost = |one: &store::Worker| is_shared && one.lease_until < one.ended_at.unwrap_or(now);
        let lost = workers.into_iter().filter(|one| is_lost(one) && one.lease_until >= since);
        let readings = lost.flat_map(|worker| {
            let example = Example { name: worker.name, ..Example::default() };
            let reading =
                |at, observed| Reading { subject: worker.token.to_string(), at, observed, example: example.clone() };
            let begun = reading(worker.lease_until, Observed::Measured { value: 1.0 });
            std::iter::once(begun).chain(worker.ended_at.map(|at| reading(at, Observed::Over))).collect::<Vec<_>>()
        });
        Ok(readings.collect())
    }

    /// By what was noted each hour.
    async fn past_disk(&self, since: Timestamp) -> Result<Vec<Reading>, String> {
        let name = self.0.data.display().to_string();
        let samples = self.0.db.disk_samples(since).await.map_err(|error| error.to_string())?;
        Ok(samples.into_iter().map(|(at, free)| past(String::new(), &name, at, f64::from(free) / 100.0)).collect())
    }

    /// Notes how much of the disk is free, for the previews of the days to come.
    pub(crate) async fn note_disk(&self, now: Timestamp) -> Result<(), String> {
        let data = self.0.data.clone();
        let found = tokio::task::spawn_blocking(move || DiskSpace::of(&data)).await;
        let free = found.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?.free_percent();
        let free = (free * 100.0).round().clamp(0.0, 10_000.0) as u32;
        self.0.db.note_disk(free, now, now - BACK - DAY).await.map_err(|error| error.to_string())
    }

    async fn past_errors(&self, rule: &Rule, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let windows = Windows::of(rule, within_s, now);
        let step = windows::coarse(windows.within);
        let mut by_project: BTreeMap<String, Vec<(Timestamp, u64)>> = BTreeMap::new();
        for day in days(now) {
            for rate in self.0.reports.event_rates(day, step).await.map_err(|error| error.to_string())? {
                by_project.entry(rate.project).or_default().push((rate.at, rate.count));
            }
        }
        let mut readings = Vec::new();
        for (project, mut counts) in by_project {
            counts.sort_unstable();
            let sums = windows.sums(&counts, step).into_iter();
            readings.extend(sums.map(|(at, n)| past(project.clone(), &project, at, n as f64)));
        }
        Ok(readings)
    }

    async fn past_times(&self, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let step = Duration::from_secs(within_s);
        let rates = self.0.reports.transaction_rates(now - BACK..now, step).await.map_err(|error| error.to_string())?;
        let reading = |rate: Rate| {
            past(format!("{} {}", rate.project, rate.endpoint), &rate.endpoint, rate.at + step, rate.p95_us / 1_000.0)
        };
        Ok(rates.into_iter().flat_map(|rate| with_end(reading(rate), step)).collect())
    }

    async fn past_lines(
        &self,
        rule: &Rule,
        (query, within_s): (&str, u64),
        now: Timestamp,
    ) -> Result<Vec<Reading>, String> {
        let windows = Windows::of(rule, within_s.max(LINES_WITHIN_MIN_S), now);
        let step = windows::coarse(windows.within);
        let mut counts = Vec::new();
        for day in days(now) {
            counts.extend(self.count_lines(query, day.start, Some(day.end), Some(step), now).await?);
        }
        let sums = windows.sums(&counts, step).into_iter();
        Ok(sums.map(|(at, n)| past(String::new(), query, at, n as f64)).collect())
    }

    async fn past_jobs(&self, rule: &Rule, since: Timestamp) -> Result<Vec<Reading>, String> {
        let filter = JobFilter { since: Some(since), limit: JOBS_MAX, ..JobFilter::default() };
        let jobs = self.0.db.jobs(&filter).await.map_err(|error| error.to_string())?;
        let jobs = self.scheduled(jobs.rows).await.map_err(|error| error.to_string())?;
        let none = Incidents::default();
        let mut readings: Vec<Reading> = jobs.iter().flat_map(|job| job_readings(job, rule, &none)).collect();
        let told = |error: store::Error| error.to_string();
        let schedules = self.0.db.job_schedules().await.map_err(told)?;
        for run in self.0.db.failed_runs_since(since, JOBS_MAX).await.map_err(told)? {
            let schedule = schedules.iter().find(|schedule| schedule.id == run.schedule);
            readings.extend(schedule.map(|schedule| not_started(schedule, run.due, &run.detail)));
        }
        Ok(readings)
    }

    /// By the windows in which outcomes are counted.
    async fn past_success(
        &self,
        at_least: u64,
        within_s: u64,
        (since, now): (Timestamp, Timestamp),
    ) -> Result<Vec<Reading>, String> {
        let activity = self.0.db.activity(since, now, None).await.map_err(|error| error.to_string())?;
        let within = Duration::from_secs(within_s);
        let mut readings = Vec::new();
        for (end, (at, _)) in activity.iter().enumerate() {
            let recent = activity[..=end].iter().rev().take_while(|(before, _)| at.since(*before) < within);
            let (mut good, mut all) = (0, 0);
            for (_, one) in recent {
                good += one.recipients.succeeded + one.others.succeeded;
                all += one.recipients.succeeded + one.others.succeeded + one.recipients.failed + one.others.failed;
            }
            if all >= at_least {
                let observed = Observed::Measured { value: good as f64 * 100.0 / all as f64 };
                readings.push(Reading { subject: String::new(), at: *at, observed, example: Example::default() });
            }
        }
        Ok(readings)
    }
}

/// A figure of the past.
pub(crate) fn past(subject: String, name: &str, at: Timestamp, value: f64) -> Reading {
    let example = Example { name: shortened(name), value: Some(value), ..Example::default() };
    Reading { subject, at, observed: Observed::Measured { value }, example }
}

/// A step that nothing follows is over: of steps with nothing in them there are no figures.
pub(crate) fn with_end(reading: Reading, step: Duration) -> [Reading; 2] {
    let over = Reading { at: reading.at + step, observed: Observed::Over, ..reading.clone() };
    [reading, over]
}
