//! The figures of a report. Recipients are counted as the first page counts them: the same rows, added up.

use crate::{
    Ctx,
    checks::ChecksPast,
    issues::lookup::short_id,
    jobs::api as jobs,
    layout::foreign::plain,
    logs::api::jobs::resolve,
    problem::{Problem, Result, worded},
    traces::{api as traces, told::told},
    words::Words,
};
use ::api::report::{
    CheckInTrouble, LinesOfLevel, OtherItems, PostedTraces, Report, ReportStep, ReportedChecks, ReportedIssue,
    SlowEndpoint,
};
use ::logs::search::Search;
use bulletin::{Bulletin, Checks, LastError, NewIssue, RunningJob, Step};
use jiff::{ToSpan as _, tz::TimeZone};
use model::{CheckState, JobState, Level, Timestamp};
use std::{cmp::Reverse, ops::Range, time::Duration};
use store::{Activity, IssueFilter, IssueOrder, Trace, TraceFilter};

/// Rows of each list.
const LAST_ERRORS: u32 = 5;
const ISSUES_MAX: u32 = 10;
const ENDPOINTS_MAX: usize = 5;
const CHECKS_MAX: usize = 10;
/// How long a report may look back over.
const DAYS_MAX: u64 = 366;
const DAY: Duration = Duration::from_secs(86_400);
/// Steps of the chart, the shortest of which there are no more than so many is taken: in minutes.
const STEPS: [u64; 9] = [5, 15, 30, 60, 180, 360, 720, 1_440, 10_080];
const STEPS_MAX: u64 = 31;
/// Below which an answer satisfies: of the figures asked for here, none depends on it.
const APDEX: Duration = Duration::from_millis(500);

/// The figures, with what is put into the reader's words only when it is shown.
pub(crate) struct Gathered {
    pub(crate) report: Report,
    last_errors: Vec<Trace>,
}

/// What happened in `span`, whose days are those of `zone`.
pub(crate) async fn gathered(
    ctx: &Ctx,
    span: Range<Timestamp>,
    zone: &TimeZone,
    application: Option<String>,
) -> Result<Gathered> {
    let Range { start: since, end: until } = span.clone();
    if since >= until || until.since(since) > DAY * DAYS_MAX as u32 {
        let values: [(&str, &dyn std::fmt::Display); 1] = [("most", &DAYS_MAX)];
        return Err(Problem::invalid(worded("problem-report-span", &values)));
    }
    let db = &ctx.app.db;
    let windows = db.activity(since, until, application.as_deref()).await?;
    let mut sum = Activity::default();
    windows.iter().for_each(|(_, window)| sum += *window);
    let errors = TraceFilter {
        application,
        since: Some(since),
        until: Some(until),
        limit: LAST_ERRORS,
        ..TraceFilter::default()
    };
    let last_errors = db.standing_errors(&errors).await?;
    let open = db.open_jobs().await?;
    let runs = open.into_iter().filter(|job| matches!(job.state, JobState::Running | JobState::Paused));
    let mut left_out = Vec::new();
    let new_issues = new_issues(ctx, &span).await?;
    let slow_endpoints = or_left_out(slow_endpoints(ctx, &span).await, "endpoints", &mut left_out);
    let log_lines = or_left_out(log_lines(ctx, &span, zone).await, "logs", &mut left_out);
    let report = Report {
        date: since.in_zone(zone).date().to_string(),
        zone: zone.iana_name().unwrap_or("local").to_owned(),
        since,
        until,
        sent: sum.recipients.succeeded,
        errors: sum.recipients.failed,
        unknown: sum.recipients.unknown,
        success_rate: sum.recipients.success_rate(),
        other_items: OtherItems {
            succeeded: sum.others.succeeded,
            failed: sum.others.failed,
            unknown: sum.others.unknown,
        },
        traces: PostedTraces { total: sum.traces.total, errors: sum.traces.errors },
        steps: steps(&span, zone, &windows),
        last_errors: last_errors.iter().cloned().map(traces::shown).collect(),
        running_jobs: runs.map(jobs::shown).collect(),
        new_issues,
        slow_endpoints,
        log_lines,
        checks: checks(ctx, &span).await?,
        left_out,
    };
    Ok(Gathered { report, last_errors })
}

/// A part that cannot be read is missing, and said to be; the others are there.
fn or_left_out<T: Default>(read: Result<(T, bool)>, part: &'static str, left_out: &mut Vec<String>) -> T {
    match read {
        Ok((found, is_whole)) => {
            if !is_whole {
                left_out.push(part.to_owned());
            }
            found
        }
        Err(problem) => {
            tracing::warn!(part, problem = problem.detail(), "a part of a report could not be read");
            left_out.push(part.to_owned());
            T::default()
        }
    }
}

async fn new_issues(ctx: &Ctx, span: &Range<Timestamp>) -> Result<Vec<ReportedIssue>> {
    let filter = IssueFilter {
        first_since: Some(span.start),
        first_until: Some(span.end),
        order: IssueOrder::Events,
        limit: ISSUES_MAX,
        ..IssueFilter::default()
    };
    let issues = ctx.app.db.issues(&filter).await?.rows;
    if issues.is_empty() {
        return Ok(Vec::new());
    }
    let projects = ctx.app.db.projects().await?;
    let of = |issue: store::Issue| {
        let project = projects.iter().find(|project| project.id == issue.project)?;
        let short_id = short_id(&project.slug, issue.number);
        Some(ReportedIssue { short_id, title: issue.title, events: issue.events })
    };
    Ok(issues.into_iter().filter_map(of).collect())
}

async fn slow_endpoints(ctx: &Ctx, span: &Range<Timestamp>) -> Result<(Vec<SlowEndpoint>, bool)> {
    let found = ctx.app.reports.endpoints(None, span.clone(), APDEX).await?;
    let mut rows = found.rows;
    rows.sort_by_key(|endpoint| Reverse(endpoint.p95));
    let shown = rows.into_iter().take(ENDPOINTS_MAX).map(|endpoint| SlowEndpoint {
        project: endpoint.project,
        name: endpoint.name,
        p95_ms: u64::try_from(endpoint.p95.as_millis()).unwrap_or(u64::MAX),
        requests: endpoint.count,
    });
    Ok((shown.collect(), !found.is_partial))
}

async fn log_lines(ctx: &Ctx, span: &Range<Timestamp>, zone: &TimeZone) -> Result<(Vec<LinesOfLevel>, bool)> {
    if !ctx.app.logs.exists() {
        return Ok((Vec::new(), true));
    }
    let (since, until) = (Some(span.start.to_string()), Some(span.end.to_string()));
    let search = resolve(ctx, zone, &Search { q: "*".to_owned(), since, until, zone: None }).await?;
    let answer = ctx.app.logs.counts(&search, None).await?;
    let lines = |level: Level| LinesOfLevel {
        level: level.as_str().to_owned(),
        lines: answer.value.counts.iter().map(|step| step.of(level)).sum(),
    };
    let levels = [Level::Critical, Level::Error, Level::Warning, Level::Info, Level::Debug, Level::Trace];
    let counted = levels.into_iter().map(lines).filter(|one| one.lines > 0).collect();
    Ok((counted, answer.partial.is_empty()))
}

async fn checks(ctx: &Ctx, span: &Range<Timestamp>) -> Result<ReportedChecks> {
    let db = &ctx.app.db;
    let now = ctx.app.clock.now();
    let past = ChecksPast::back_to(ctx, None, span.start, now).await?;
    let (in_work, all): (Vec<_>, Vec<_>) = db
        .checks()
        .await?
        .into_iter()
        .partition(|check| is_in_trouble(check) && past.maintenance_until(check).is_some());
    let count = |state: CheckState| all.iter().filter(|check| check.state == state).count() as u64;
    let mut troubled: Vec<_> = all.iter().filter(|check| is_in_trouble(check)).collect();
    troubled.sort_by_key(|check| (check.state != CheckState::Down, check.since));
    let name = |check: &store::StoredCheck| {
        checking::check_of(check).map_or_else(|| check.slug.clone(), |definition| definition.name)
    };
    let in_trouble = troubled.into_iter().take(CHECKS_MAX).map(|check| CheckInTrouble {
        name: name(check),
        state: check.state.as_str().to_owned(),
        since: check.since,
    });
    let in_trouble = in_trouble.collect();
    let outages = all.iter().chain(&in_work).map(|check| past.times_down(check, span)).sum();
    let (up, late, down) = (count(CheckState::Up), count(CheckState::Late), count(CheckState::Down));
    Ok(ReportedChecks { up, late, down, maintenance: in_work.len() as u64, outages, in_trouble })
}

fn is_in_trouble(check: &store::StoredCheck) -> bool {
    matches!(check.state, CheckState::Late | CheckState::Down)
}

/// How long a step of the chart is.
pub(crate) fn step_of(span: &Range<Timestamp>) -> Duration {
    let length = span.end.since(span.start);
    let fits = |minutes: &&u64| length <= Duration::from_secs(**minutes * 60 * STEPS_MAX);
    Duration::from_secs(60 * STEPS.iter().find(fits).unwrap_or(&STEPS[STEPS.len() - 1]))
}

/// The time in steps: days from one midnight to the next, whatever the clocks do.
fn steps(span: &Range<Timestamp>, zone: &TimeZone, windows: &[(Timestamp, Activity)]) -> Vec<ReportStep> {
    let length = step_of(span);
    let days = (length.as_secs() / DAY.as_secs()) as i64;
    let mut steps = Vec::new();
    let mut at = span.start;
    while at < span.end {
        steps.push(ReportStep { at, sent: 0, errors: 0 });
        let next = match days {
            0 => Some(at + length),
            days => at.in_zone(zone).checked_add(days.days()).ok().map(|next| next.timestamp().into()),
        };
        match next.filter(|next| *next > at) {
            Some(next) => at = next,
            None => break,
        }
    }
    for (window, counts) in windows {
        // The first window may begin a little before the time does.
        let place = steps.partition_point(|step| step.at <= *window).saturating_sub(1);
        if let Some(step) = steps.get_mut(place) {
            step.sent += counts.recipients.succeeded;
            step.errors += counts.recipients.failed;
        }
    }
    steps
}

impl Gathered {
    /// As it is put into a text or a mail. `link`: where one sees more.
    pub(crate) fn bulletin(&self, words: &Words, link: String) -> Bulletin {
        let report = &self.report;
        let running = |job: &::api::jobs::Job| RunningJob {
            name: job.name.clone(),
            done: job.processed(),
            total: job.total,
            is_paused: job.state == JobState::Paused,
        };
        let issue = |issue: &ReportedIssue| NewIssue {
            name: issue.short_id.clone(),
            title: plain(&issue.title),
            events: issue.events,
        };
        let endpoint = |endpoint: &SlowEndpoint| bulletin::SlowEndpoint {
            name: plain(&endpoint.name),
            p95: Duration::from_millis(endpoint.p95_ms),
            requests: endpoint.requests,
        };
        let check = |check: &CheckInTrouble| bulletin::CheckInTrouble {
            name: plain(&check.name),
            is_down: check.state == CheckState::Down.as_str(),
            since: check.since,
        };
        let checks = &report.checks;
        Bulletin {
            since: report.since,
            until: report.until,
            sent: report.sent,
            errors: report.errors,
            unknown: report.unknown,
            success_rate: report.success_rate,
            others: (report.other_items.succeeded, report.other_items.failed),
            traces: (report.traces.total, report.traces.errors),
            steps: report.steps.iter().map(|step| Step { at: step.at, sent: step.sent, errors: step.errors }).collect(),
            last_errors: self.errors_in_words(words),
            running: report.running_jobs.iter().map(running).collect(),
            new_issues: report.new_issues.iter().map(issue).collect(),
            slow_endpoints: report.slow_endpoints.iter().map(endpoint).collect(),
            log_lines: self.lines_by_level(),
            checks: Checks {
                up: checks.up,
                late: checks.late,
                down: checks.down,
                maintenance: checks.maintenance,
                outages: checks.outages,
                in_trouble: checks.in_trouble.iter().map(check).collect(),
            },
            is_partial: !report.left_out.is_empty(),
            link,
        }
    }

    fn lines_by_level(&self) -> Vec<(Level, u64)> {
        let lines = self.report.log_lines.iter();
        lines.filter_map(|one| Some((one.level.parse().ok()?, one.lines))).collect()
    }

    fn errors_in_words(&self, words: &Words) -> Vec<LastError> {
        let said = |trace: &Trace| LastError { at: trace.created_at, what: told(words, trace).1 };
        self.last_errors.iter().map(said).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn steps_are_days_of_the_zone_and_hold_everything() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let span = at("2025-03-29T23:00:00Z")..at("2025-03-30T22:00:00Z");
        let sent = |n: u64| Activity {
            recipients: store::Tally { succeeded: n, failed: 1, unknown: 0 },
            ..Activity::default()
        };
        let windows = [(at("2025-03-29T22:55:00Z"), sent(1)), (at("2025-03-30T21:55:00Z"), sent(2))];
        let found = steps(&span, &paris, &windows);
        assert_eq!(found.len(), 23, "a day without an hour");
        assert_eq!((found[0].sent, found[22].sent), (1, 2));
        let month = at("2025-02-28T23:00:00Z")..at("2025-03-31T22:00:00Z");
        let found = steps(&month, &paris, &windows);
        assert_eq!((found.len(), found[30].at), (31, at("2025-03-30T22:00:00Z")));
        assert_eq!(found.iter().map(|step| step.sent).sum::<u64>(), 3);
        assert_eq!(found.iter().map(|step| step.errors).sum::<u64>(), 2);
        assert!(steps(&(at("2025-01-01T00:00:00Z")..at("2026-01-01T00:00:00Z")), &paris, &[]).len() < 60);
    }
}
