//! What a rule would have done in the last days, by what is stored.

use crate::{
    Alerts,
    evaluate::Incidents,
    facts::{job_readings, shortened},
};
use alerts::{Example, Observed, Reading, Replay, Rule, RuleKind, replay};
use model::Timestamp;
use reports::Rate;
use std::{collections::BTreeMap, time::Duration};
use store::{Issue, IssueFilter, IssueOrder, JobFilter};

/// How far it is looked back.
const BACK: Duration = Duration::from_secs(7 * 86_400);
/// Jobs that are looked at, the newest.
const JOBS_MAX: u32 = 1_000;
/// Issues, too.
const ISSUES_MAX: u32 = 1_000;

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
            RuleKind::ErrorRate { within_s, .. } => self.past_errors(*within_s, now).await?,
            RuleKind::ResponseTime { within_s, .. } => self.past_times(*within_s, now).await?,
            RuleKind::LogPattern { query, within_s, .. } | RuleKind::MissedCheckIn { query, within_s } => {
                self.past_lines(query, *within_s, now).await?
            }
            // Of the others nothing is kept.
            _ => Vec::new(),
        };
        readings.sort_by_key(|reading| reading.at);
        Ok(replay(rule, &readings))
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

    async fn past_errors(&self, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let step = Duration::from_secs(within_s);
        let rates = self.0.reports.event_rates(now - BACK..now, step).await.map_err(|error| error.to_string())?;
        let reading = |rate: Rate| past(rate.project.clone(), &rate.project, rate.at + step, rate.count as f64);
        Ok(rates.into_iter().flat_map(|rate| with_end(reading(rate), step)).collect())
    }

    async fn past_times(&self, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let step = Duration::from_secs(within_s);
        let rates = self.0.reports.transaction_rates(now - BACK..now, step).await.map_err(|error| error.to_string())?;
        let reading = |rate: Rate| {
            past(format!("{} {}", rate.project, rate.endpoint), &rate.endpoint, rate.at + step, rate.p95_us / 1_000.0)
        };
        Ok(rates.into_iter().flat_map(|rate| with_end(reading(rate), step)).collect())
    }

    async fn past_lines(&self, query: &str, within_s: u64, now: Timestamp) -> Result<Vec<Reading>, String> {
        let step = Duration::from_secs(within_s.max(60));
        let counts = self.count_lines(query, BACK, Some(step), now).await?;
        let reading = |(at, count): (Timestamp, u64)| past(String::new(), query, at + step, count as f64);
        Ok(counts.into_iter().map(reading).collect())
    }

    async fn past_jobs(&self, rule: &Rule, since: Timestamp) -> Result<Vec<Reading>, String> {
        let filter = JobFilter { since: Some(since), limit: JOBS_MAX, ..JobFilter::default() };
        let jobs = self.0.db.jobs(&filter).await.map_err(|error| error.to_string())?;
        let none = Incidents::default();
        Ok(jobs.rows.iter().flat_map(|job| job_readings(job, rule, &none)).collect())
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
fn past(subject: String, name: &str, at: Timestamp, value: f64) -> Reading {
    let example = Example { name: shortened(name), value: Some(value), ..Example::default() };
    Reading { subject, at, observed: Observed::Measured { value }, example }
}

/// A step that nothing follows is over: of steps with nothing in them there are no figures.
fn with_end(reading: Reading, step: Duration) -> [Reading; 2] {
    let over = Reading { at: reading.at + step, observed: Observed::Over, ..reading.clone() };
    [reading, over]
}
