//! What happened, as readings of rules.

use crate::{Alerts, evaluate::Incidents, words::NOT_STARTED};
use alerts::{Example, Incident, Leftover, Observed, Reading, Rule, RuleWord};
use model::{Counters, JobId, JobKind, JobState, Timestamp};
use std::collections::{BTreeMap, HashMap, btree_map::Entry};
use store::{AlertEvent, Job, JobSchedule, ProjectId};
use uuid::Uuid;

/// Characters of an example.
const TEXT_MAX: usize = 300;

impl Alerts {
    pub(crate) async fn happened<'a>(
        &self,
        rules: &[&'a Rule],
        events: &[AlertEvent],
        incidents: &Incidents,
    ) -> store::Result<Vec<(&'a Rule, Reading)>> {
        let of = |word: RuleWord| rules.iter().filter(move |rule| rule.kind.word() == word);
        let mut readings = Vec::new();
        for (word, kind) in [(RuleWord::NewIssue, "new_issue"), (RuleWord::Regression, "regression")] {
            let found = self.issues(events, kind).await?;
            readings.extend(of(word).flat_map(|rule| found.iter().map(|reading| (*rule, reading.clone()))));
        }
        let not_started = self.not_started(events).await?;
        readings.extend(
            of(RuleWord::FailedJob).flat_map(|rule| not_started.iter().map(|reading| (*rule, reading.clone()))),
        );
        let jobs = self.scheduled(self.jobs(events).await?).await?;
        for rule in of(RuleWord::FailedJob) {
            readings.extend(jobs.iter().flat_map(|job| job_readings(job, rule, incidents)).map(|one| (*rule, one)));
        }
        Ok(readings)
    }

    /// Of each project, how many there were, and the last.
    async fn issues(&self, events: &[AlertEvent], kind: &str) -> store::Result<Vec<Reading>> {
        let mut by_project: BTreeMap<ProjectId, (u64, &AlertEvent)> = BTreeMap::new();
        for event in events.iter().filter(|event| event.kind == kind) {
            let project = event.detail["project"].as_i64().unwrap_or_default();
            let (times, last) = by_project.entry(project).or_insert((0, event));
            (*times, *last) = (*times + 1, event);
        }
        if by_project.is_empty() {
            return Ok(Vec::new());
        }
        let projects: HashMap<ProjectId, store::Project> =
            self.0.db.projects().await?.into_iter().map(|project| (project.id, project)).collect();
        let reading = |(id, (times, last)): (ProjectId, (u64, &AlertEvent))| {
            let project = projects.get(&id)?;
            let number = last.detail["number"].as_i64().unwrap_or_default();
            let text = last.detail["title"].as_str().unwrap_or_default();
            Some(Reading {
                subject: id.to_string(),
                at: last.at.min(self.0.clock.now()),
                observed: Observed::Happened { times },
                example: Example {
                    name: project.name.clone(),
                    text: shortened(text),
                    path: format!("/issues/{}-{number}", project.slug.to_uppercase()),
                    ..Example::default()
                },
            })
        };
        Ok(by_project.into_iter().filter_map(reading).collect())
    }

    /// Runs of schedules of which no job could be made.
    async fn not_started(&self, events: &[AlertEvent]) -> store::Result<Vec<Reading>> {
        let mut readings = Vec::new();
        for event in events.iter().filter(|event| event.kind == "schedule") {
            let Ok(id) = event.subject.parse::<Uuid>() else { continue };
            // One that was deleted since is nobody's trouble.
            let Some(schedule) = self.0.db.job_schedule(id).await? else { continue };
            let why = event.detail["why"].as_str().unwrap_or_default();
            readings.push(not_started(&schedule, event.at.min(self.0.clock.now()), why));
        }
        Ok(readings)
    }

    /// Jobs that have stopped or ended, as they stand now.
    async fn jobs(&self, events: &[AlertEvent]) -> store::Result<Vec<Job>> {
        let mut jobs = BTreeMap::new();
        for event in events.iter().filter(|event| event.kind == "job") {
            let Ok(id) = event.subject.parse::<Uuid>() else { continue };
            if let Entry::Vacant(unknown) = jobs.entry(id) {
                unknown.insert(self.0.db.job(JobId(id)).await?);
            }
        }
        Ok(jobs.into_values().flatten().collect())
    }

    /// Each with the schedule that made it.
    pub(crate) async fn scheduled(&self, jobs: Vec<Job>) -> store::Result<Vec<ScheduledJob>> {
        let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
        let schedules = self.0.db.schedules_of_jobs(&ids).await?;
        Ok(jobs.into_iter().map(|job| ScheduledJob { schedule: schedules.get(&job.id).copied(), job }).collect())
    }
}

pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

/// A job, and the schedule that made it, if one did.
pub(crate) struct ScheduledJob {
    pub(crate) job: Job,
    pub(crate) schedule: Option<Uuid>,
}

/// Before the id of the schedule, where an incident is about all of its runs.
const OF_SCHEDULE: &str = "schedule:";

impl ScheduledJob {
    /// What an incident of it is about: the runs of a schedule are one subject, so that what fails every night goes on.
    fn subject(&self) -> String {
        self.schedule.map_or_else(|| self.job.id.to_string(), |id| format!("{OF_SCHEDULE}{id}"))
    }
}

/// A run that was due and is no job: `why` is said in both languages.
pub(crate) fn not_started(schedule: &JobSchedule, at: Timestamp, why: &str) -> Reading {
    let example = Example {
        name: schedule.name.clone(),
        text: why.to_owned(),
        reason: NOT_STARTED.to_owned(),
        path: format!("/schedules/{}", schedule.id),
        ..Example::default()
    };
    let subject = format!("{OF_SCHEDULE}{}", schedule.id);
    Reading { subject, at, observed: Observed::Happened { times: 1 }, example }
}

/// The job that an incident is about, of a schedule the last that was in trouble, and the schedule.
pub(crate) fn job_of(incident: &Incident) -> Option<(JobId, Option<Uuid>)> {
    match incident.subject.strip_prefix(OF_SCHEDULE) {
        Some(schedule) => {
            let job = incident.example.path.strip_prefix(JOB_PATH)?.parse().ok()?;
            Some((JobId(job), Some(schedule.parse().ok()?)))
        }
        None => Some((JobId(incident.subject.parse().ok()?), None)),
    }
}

const JOB_PATH: &str = "/jobs/";

/// How a job stands, as far as alerts go.
enum JobNews {
    Trouble,
    Well,
    /// It waits, or goes on: nothing is known yet.
    None,
}

fn job_news(job: &Job) -> JobNews {
    let is_by_hand =
        job.reason.as_ref().is_some_and(|reason| matches!(reason.code.as_str(), "paused_by" | "scheduled"));
    match job.state {
        JobState::Failed => JobNews::Trouble,
        JobState::Completed if job.counters.failed + job.counters.unknown > 0 => JobNews::Trouble,
        JobState::Completed | JobState::Cancelled => JobNews::Well,
        JobState::Paused if job.resumes_at.is_none() && !is_by_hand => JobNews::Trouble,
        _ => JobNews::None,
    }
}

/// What a job says of itself, and, where it went well, of those of its name or schedule before it.
pub(crate) fn job_readings(found: &ScheduledJob, rule: &Rule, incidents: &Incidents) -> Vec<Reading> {
    let job = &found.job;
    let reading =
        |subject: String, observed| Reading { subject, at: job.updated_at, observed, example: job_example(job) };
    match job_news(job) {
        JobNews::None => Vec::new(),
        JobNews::Trouble => vec![reading(found.subject(), Observed::Happened { times: 1 })],
        JobNews::Well => {
            let over = incidents.open_of(rule.id).filter(|one| ends(found, one));
            over.map(|one| reading(one.subject.clone(), Observed::Over)).collect()
        }
    }
}

/// Whether a job that went well is the end of an incident: its own, or one of its name or schedule that it came after.
fn ends(found: &ScheduledJob, incident: &Incident) -> bool {
    let job = &found.job;
    let last = job_of(incident);
    if last.is_some_and(|(id, _)| id == job.id) {
        return true;
    }
    let is_of_its_schedule = found.schedule.is_some() && incident.subject == found.subject();
    // The runs of a schedule have ids in their order: one that was corrected after a later one failed ends nothing.
    let is_earlier = is_of_its_schedule && last.is_some_and(|(id, _)| job.id.0 < id.0);
    let is_alike = is_of_its_schedule || incident.example.name == job.name;
    job.state == JobState::Completed && is_alike && !is_earlier
}

fn job_example(job: &Job) -> Example {
    let counters = &job.counters;
    let left = counters.failed + counters.unknown;
    let total = counters.succeeded + counters.skipped + counters.queued + counters.running + left;
    let why = job.reason.as_ref().map(|reason| if reason.detail.is_empty() { &reason.code } else { &reason.detail });
    // The last word of a mailing of which some messages failed is that another one was sent.
    let last_word = || if job.state == JobState::Failed { job.message.clone() } else { String::new() };
    let text = why.cloned().unwrap_or_else(last_word);
    let value = (left > 0 && total > 0).then(|| left as f64 * 100.0 / total as f64);
    Example {
        name: job.name.clone(),
        text: shortened(&text),
        path: format!("{JOB_PATH}{}", job.id),
        value,
        left: leftover(job.state, counters, job.kind),
        ..Example::default()
    }
}

/// What a job that is over and did some of its work has left undone.
fn leftover(state: JobState, counters: &Counters, kind: JobKind) -> Option<Leftover> {
    let Counters { succeeded, failed, unknown, .. } = *counters;
    let is_in_part = state == JobState::Completed && succeeded > 0 && failed + unknown > 0;
    is_in_part.then_some(Leftover { is_mailing: kind == JobKind::Mail, failed, unknown })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_did_some_of_its_work_says_what_it_left() {
        let counters = |succeeded, failed| Counters { total: 40, succeeded, failed, unknown: 1, ..Counters::default() };
        let left = |state, counters: Counters| leftover(state, &counters, JobKind::Mail);
        let two = Some(Leftover { is_mailing: true, failed: 2, unknown: 1 });
        assert_eq!(left(JobState::Completed, counters(37, 2)), two);
        assert_eq!(left(JobState::Completed, counters(0, 39)), None, "nothing worked");
        assert_eq!(left(JobState::Failed, counters(37, 2)), None, "the job itself could not go on");
        assert_eq!(left(JobState::Completed, Counters { total: 40, succeeded: 40, ..Counters::default() }), None);
    }
}
