//! A report of what happened in a span of time, in words: a [`Bulletin`] goes in, and comes out as text, Markdown, or HTML that
//! Outlook and Gmail show as it is meant. A [`Finding`] is what a search of the logs has found, in the same forms. Pure.

mod finding;
mod html;
mod markdown;
mod text;
mod words;

pub use finding::{Finding, FindingLine};
pub use html::html;
pub use markdown::markdown;
pub use text::{letter_text, text};
pub use words::{Say, TEXTS};

use model::{Level, Timestamp};
use std::time::Duration;

/// What happened from `since` on, before `until`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bulletin {
    pub since: Timestamp,
    pub until: Timestamp,
    /// Recipients of mailings.
    pub sent: u64,
    pub errors: u64,
    pub unknown: u64,
    /// In percent; none where nothing was sent.
    pub success_rate: Option<f64>,
    /// Items of other jobs: done, and failed.
    pub others: (u64, u64),
    /// Traces that other programs have posted: all, and errors.
    pub traces: (u64, u64),
    /// The span in equal steps, for the chart.
    pub steps: Vec<Step>,
    /// The newest first.
    pub last_errors: Vec<LastError>,
    pub running: Vec<RunningJob>,
    pub new_issues: Vec<NewIssue>,
    pub slow_endpoints: Vec<SlowEndpoint>,
    /// Log lines by level, the worst first.
    pub log_lines: Vec<(Level, u64)>,
    pub checks: Checks,
    /// Something could not be read, and is missing.
    pub is_partial: bool,
    /// Where one sees more.
    pub link: String,
}

/// What is watched: how it stands now, and how often something went down in that time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    pub up: u64,
    pub late: u64,
    pub down: u64,
    /// Not heard of, because work on them is planned.
    pub maintenance: u64,
    pub outages: u64,
    pub in_trouble: Vec<CheckInTrouble>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInTrouble {
    pub name: String,
    /// Down; else late.
    pub is_down: bool,
    pub since: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub at: Timestamp,
    pub sent: u64,
    pub errors: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    pub at: Timestamp,
    pub what: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningJob {
    pub name: String,
    pub done: u64,
    pub total: u64,
    pub is_paused: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIssue {
    /// `SHOP-12`
    pub name: String,
    pub title: String,
    pub events: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowEndpoint {
    pub name: String,
    pub p95: Duration,
    pub requests: u64,
}

impl Bulletin {
    /// Whether anything went wrong: where a report is wanted only then.
    pub fn has_errors(&self) -> bool {
        self.wrong() > 0 || self.checks.outages > 0 || !self.new_issues.is_empty()
    }

    /// What went wrong, one by one.
    fn wrong(&self) -> u64 {
        self.errors + self.unknown + self.others.1 + self.traces.1
    }

    /// What stands above it: the day, the days, or from when to when.
    pub fn title(&self, say: Say<'_>) -> String {
        match say.days(self.since, self.until) {
            Some((first, last)) if first == last => say.with("title-day", &[("day", say.full_day(self.since).into())]),
            Some((first, last)) => say.with("title", &[("since", first.into()), ("until", last.into())]),
            None => {
                let values = [("since", say.moment(self.since).into()), ("until", say.moment(self.until).into())];
                say.with("title", &values)
            }
        }
    }

    /// The subject of a mail.
    pub fn subject(&self, say: Say<'_>) -> String {
        let sent = [("sent", say.count("messages-sent", self.sent, &[]).into())];
        match (self.wrong(), self.has_errors()) {
            (0, false) => say.count("subject-fine", self.sent, &[]),
            (0, true) if self.new_issues.is_empty() => say.count("subject-outages", self.checks.outages, &sent),
            (0, true) => say.count("subject-issues", self.new_issues.len() as u64, &sent),
            (wrong, _) => say.count("subject-errors", wrong, &sent),
        }
    }
}

/// A figure with its name.
pub(crate) struct Figure {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) is_bad: bool,
}

/// Figures that are not there are left out, but the first three.
pub(crate) fn figures(bulletin: &Bulletin, say: Say<'_>) -> Vec<Figure> {
    let rate = bulletin.success_rate.map_or_else(|| "–".to_owned(), |rate| say.percent(rate));
    let figure = |id: &str, value: String, is_bad| Figure { label: say.t(id), value, is_bad };
    let mut all = vec![
        figure("sent", say.number(bulletin.sent), false),
        figure("errors", say.number(bulletin.errors), bulletin.errors > 0),
        figure("rate", rate, false),
    ];
    if bulletin.unknown > 0 {
        all.push(figure("unknown", say.number(bulletin.unknown), true));
    }
    let of = |(all, wrong): (u64, u64)| {
        let values = [("all", say.number(all).into())];
        say.count("with-errors", wrong, &values)
    };
    if bulletin.others != (0, 0) {
        let (done, failed) = bulletin.others;
        all.push(figure("others", of((done + failed, failed)), failed > 0));
    }
    if bulletin.traces != (0, 0) {
        all.push(figure("traces", of(bulletin.traces), bulletin.traces.1 > 0));
    }
    let Checks { up, late, down, maintenance, outages, .. } = bulletin.checks;
    let watched = up + late + down + maintenance;
    if watched + outages > 0 {
        let values = [("up", say.number(up).into()), ("all", say.number(watched).into())];
        let mut said = say.count("checks-up", outages, &values);
        if maintenance > 0 {
            said = format!("{said}, {}", say.count("checks-maintenance", maintenance, &[]));
        }
        all.push(figure("checks", said, down + outages > 0));
    }
    all
}

/// Lists below the figures, each with its title; those that are empty are left out.
pub(crate) fn lists(bulletin: &Bulletin, say: Say<'_>) -> Vec<(String, Vec<(String, String)>)> {
    let errors = bulletin.last_errors.iter().map(|error| (say.moment(error.at), clean(&error.what))).collect();
    let running = bulletin.running.iter().map(|job| {
        let values = [("done", say.number(job.done).into()), ("total", say.number(job.total).into())];
        let id = if job.is_paused { "job-paused" } else { "job-running" };
        (say.with(id, &values), clean(&job.name))
    });
    let issues = bulletin.new_issues.iter().map(|issue| {
        (issue.name.clone(), format!("{} ({})", clean(&issue.title), say.count("events", issue.events, &[])))
    });
    let slow = bulletin.slow_endpoints.iter().map(|endpoint| {
        let requests = say.count("requests", endpoint.requests, &[]);
        (say.duration(endpoint.p95), format!("{} ({requests})", clean(&endpoint.name)))
    });
    let logs = bulletin
        .log_lines
        .iter()
        .map(|(level, lines)| (say.t(&format!("level-{}", level.as_str())), say.count("lines", *lines, &[])));
    let checks = bulletin.checks.in_trouble.iter().map(|check| {
        let values = [("name", clean(&check.name).into()), ("since", say.moment(check.since).into())];
        (say.t(if check.is_down { "check-down" } else { "check-late" }), say.with("check-since", &values))
    });
    let lists: [(&str, Vec<(String, String)>); 6] = [
        ("last-errors", errors),
        ("checks-in-trouble", checks.collect()),
        ("running", running.collect()),
        ("new-issues", issues.collect()),
        ("slow-endpoints", slow.collect()),
        ("log-lines", logs.collect()),
    ];
    lists.into_iter().filter(|(_, rows)| !rows.is_empty()).map(|(id, rows)| (say.t(id), rows)).collect()
}

/// A text of foreign origin on one line, without what could steer a display, at most so long.
fn clean(text: &str) -> String {
    const CHARS: usize = 300;
    let plain = |c: char| if c.is_whitespace() || model::steers_display(c) { ' ' } else { c };
    let mut shown: String = text.chars().map(plain).take(CHARS).collect();
    if text.chars().count() > CHARS {
        shown.pop();
        shown.push('…');
    }
    shown.trim().to_owned()
}
