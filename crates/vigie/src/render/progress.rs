//! How far it is: a bar on a terminal, a line now and then elsewhere, nothing beside JSON. On standard error.

use super::{count, duration, say};
use crate::words::{self, t};
use api::jobs::{self, Job};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use jiff::tz::TimeZone;
use language::Language;
use mail::verdict_text;
use model::{Counters, Fault, JobKind, JobState, Retry, Standing, Verdict};
use std::{
    fmt::Write,
    time::{Duration, Instant},
};

/// Between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows one run.
#[derive(Debug)]
pub(crate) enum Bar {
    Terminal(ProgressBar),
    Lines { last: Option<Instant>, shown: String },
    Silent,
}

/// How far a job is, and at what pace where that is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Progress {
    pub(crate) status: JobState,
    pub(crate) total: u64,
    pub(crate) processed: u64,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) unknown: u64,
    pub(crate) skipped: u64,
    pub(crate) percent: f64,
    pub(crate) rate: f64,
    pub(crate) eta: Option<Duration>,
    /// Why it stands still, and until when.
    pub(crate) reason: Option<String>,
    pub(crate) resumes_at: Option<model::Timestamp>,
    /// Items that wait to be tried again, while nothing else can be done, and until when.
    pub(crate) waiting: Option<(u64, model::Timestamp)>,
    pub(crate) work: Work,
}

/// What a job does for each item, as far as words differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// It delivers a message.
    Delivers,
    /// Something else, or it is not known.
    Other,
}

/// A job's own numbers: its pace is not among them.
impl From<&Job> for Progress {
    fn from(job: &Job) -> Self {
        Self {
            status: job.state,
            total: job.total,
            processed: job.processed(),
            succeeded: job.succeeded,
            failed: job.failed,
            unknown: job.unknown,
            skipped: job.skipped,
            percent: 0.0,
            rate: 0.0,
            eta: None,
            reason: said(job.reason.as_ref()),
            resumes_at: job.resumes_at,
            waiting: None,
            work: if job.kind == JobKind::Mail.as_str() { Work::Delivers } else { Work::Other },
        }
    }
}

impl From<&jobs::Progress> for Progress {
    fn from(progress: &jobs::Progress) -> Self {
        Self {
            status: progress.status,
            total: progress.total,
            processed: progress.processed,
            succeeded: progress.succeeded,
            failed: progress.failed,
            unknown: progress.unknown,
            skipped: progress.skipped,
            percent: progress.percent,
            rate: progress.rate,
            eta: progress.eta_seconds.map(Duration::from_secs),
            reason: said(progress.reason.as_ref()),
            resumes_at: progress.resumes_at,
            waiting: progress.waiting_until.map(|until| (progress.waiting, until)),
            work: Work::Other,
        }
    }
}

fn said(reason: Option<&jobs::Reason>) -> Option<String> {
    reason.map(reason_text).filter(|said| !said.is_empty())
}

/// Why a job or an account stands still.
pub(crate) fn reason_text(reason: &jobs::Reason) -> String {
    let jobs::Reason { code, detail } = reason;
    if words::language() == Language::English {
        return reason.said().to_owned();
    }
    match code.as_str() {
        "paused_by" => return t!("paused-by", name = detail),
        "cancelled_by" => return t!("cancelled-by", name = detail),
        "by_hand" if !detail.is_empty() => return detail.clone(),
        _ => {}
    }
    let (known, what) = (words::word("reason", code), detail.trim().trim_end_matches('.'));
    if known != *code {
        return known;
    }
    // A code without a text comes back as it is: what was said is then worth more.
    let verdict = Verdict::new(code, Fault::Server, Retry::Never).with_arg("error", what).with_arg("problem", what);
    let text = verdict_text::explain(&verdict, Language::French);
    if text == *code { reason.said().to_owned() } else { text }
}

impl Progress {
    /// The state as people are told it: `completed, 7 not delivered`.
    pub(crate) fn standing(&self) -> String {
        let counters = self.counters();
        let state = words::word("state", self.status);
        match (Standing::of(self.status, &counters), self.work) {
            (Standing::In(state), _) => words::word("state", state),
            (Standing::NothingDone { skipped }, Work::Delivers) => t!("standing-nothing", state; n = skipped),
            (Standing::NothingDone { skipped }, Work::Other) => t!("standing-nothing-done", state; n = skipped),
            (Standing::Undelivered { failed: 0, unknown }, _) => t!("standing-unknown", state; n = unknown),
            (Standing::Undelivered { failed, unknown: 0 }, Work::Delivers) => {
                t!("standing-undelivered", state; n = failed)
            }
            (Standing::Undelivered { failed, unknown: 0 }, Work::Other) => t!("standing-failed", state; n = failed),
            (Standing::Undelivered { failed, unknown }, Work::Delivers) => {
                t!("standing-both", state; failed = failed, unknown = unknown)
            }
            (Standing::Undelivered { failed, unknown }, Work::Other) => {
                t!("standing-failed-both", state; failed = failed, unknown = unknown)
            }
        }
    }

    pub(crate) fn is_final(&self) -> bool {
        self.status.is_final()
    }

    fn counters(&self) -> Counters {
        let Self { succeeded, failed, unknown, skipped, .. } = *self;
        Counters { succeeded, failed, unknown, skipped, ..Counters::default() }
    }

    /// It is over and did what it was for. Where everybody had theirs before, nothing was: whoever asked for it is told.
    pub(crate) fn is_all_sent(&self) -> bool {
        self.status == JobState::Completed
            && Standing::of(JobState::Completed, &self.counters()) == Standing::In(JobState::Completed)
    }

    /// `2 failed, 1 unknown, 41.3/s, 12 s left`
    /// How long it takes to the end at this rate; unknown where nothing moves.
    pub(crate) fn left(&self) -> Option<Duration> {
        let items = self.total.saturating_sub(self.processed) as f64;
        Duration::try_from_secs_f64(items / self.rate).ok()
    }

    /// `2 failed`, `1 unknown`, `3 skipped`, those that there are.
    pub(crate) fn exceptions(&self) -> Vec<String> {
        let Self { failed, unknown, skipped, .. } = *self;
        [
            (failed, t!("n-failed"; n = failed)),
            (unknown, t!("n-unknown"; n = unknown)),
            (skipped, t!("n-skipped"; n = skipped)),
        ]
        .into_iter()
        .filter_map(|(number, text)| (number > 0).then_some(text))
        .collect()
    }

    /// Why it stands still.
    pub(crate) fn why(&self) -> String {
        self.reason.clone().unwrap_or_else(|| t!("no-reason"))
    }

    fn details(&self, zone: &TimeZone) -> String {
        let mut parts = Vec::new();
        parts.extend(self.exceptions());
        match self.status {
            JobState::Paused => parts.push(t!("progress-paused", why = self.why())),
            JobState::Running if self.waiting.is_some() => parts.extend(self.waiting_said(zone)),
            JobState::Running => {
                if self.rate > 0.0 {
                    parts.push(format!("{}/s", words::decimal(self.rate, 1)));
                }
                if let Some(eta) = self.eta {
                    parts.push(t!("time-left", time = duration(eta)));
                }
            }
            _ => {}
        }
        super::plain(&parts.join(", "), 160)
    }

    /// `waiting: 1 message will be retried at 14:32`
    fn waiting_said(&self, zone: &TimeZone) -> Option<String> {
        let (waiting, until) = self.waiting?;
        let at = until.in_zone(zone).strftime("%H:%M").to_string();
        Some(t!("progress-waiting", at; n = waiting))
    }

    fn line(&self, zone: &TimeZone) -> String {
        let details = self.details(zone);
        let separator = if details.is_empty() { "" } else { ", " };
        format!("{}/{} ({:.0} %){separator}{details}", count(self.processed), count(self.total), self.percent)
    }
}

impl Bar {
    /// For a run of messages.
    pub(crate) fn new(silence: Silence) -> Self {
        Self::styled(silence, "{bar:32.green/dim} {percent:>3} %  {done}/{all}  {msg}")
    }

    /// For something whose length is not known: only counted.
    pub(crate) fn counting(silence: Silence) -> Self {
        Self::styled(silence, "{spinner} {msg} {done}")
    }

    fn styled(silence: Silence, template: &str) -> Self {
        if silence == Silence::Yes {
            return Self::Silent;
        }
        if !console::user_attended_stderr() {
            return Self::Lines { last: None, shown: String::new() };
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(20));
        if let Ok(style) = ProgressStyle::with_template(template) {
            // What cannot be written into a line is left out of it.
            let style = style
                .with_key("done", |state: &ProgressState, out: &mut dyn Write| {
                    let _ = out.write_str(&count(state.pos()));
                })
                .with_key("all", |state: &ProgressState, out: &mut dyn Write| {
                    let _ = out.write_str(&count(state.len().unwrap_or_default()));
                });
            bar.set_style(style.progress_chars("━━╌"));
        }
        Self::Terminal(bar)
    }

    /// Times are shown in `zone`.
    pub(crate) fn show(&mut self, progress: &Progress, zone: &TimeZone) {
        match self {
            Self::Terminal(bar) => {
                bar.set_length(progress.total);
                bar.set_position(progress.processed);
                bar.set_message(progress.details(zone));
            }
            Self::Lines { last, shown } => {
                let due = last.is_none_or(|last| last.elapsed() >= LINE_EVERY) || progress.is_final();
                let line = progress.line(zone);
                if due && *shown != line {
                    say(&line);
                    (*last, *shown) = (Some(Instant::now()), line);
                }
            }
            Self::Silent => {}
        }
    }

    pub(crate) fn tick(&mut self, position: u64, what: &str) {
        match self {
            Self::Terminal(bar) => {
                bar.set_message(what.to_owned());
                bar.set_position(position);
            }
            Self::Lines { last, .. } => {
                if last.get_or_insert_with(Instant::now).elapsed() >= LINE_EVERY {
                    say(&format!("{what} {}", count(position)));
                    *last = Some(Instant::now());
                }
            }
            Self::Silent => {}
        }
    }

    /// Leaves the last state on the screen.
    pub(crate) fn end(self) {
        if let Self::Terminal(bar) = self {
            bar.abandon();
            // The bar leaves the cursor behind its last letter.
            say("");
        }
    }

    /// Takes it off the screen.
    pub(crate) fn clear(self) {
        if let Self::Terminal(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// Beside JSON nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    Yes,
    No,
}

impl Silence {
    pub(crate) fn beside(config: &crate::config::Config) -> Self {
        if config.json { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_state(status: JobState) -> Progress {
        Progress {
            status,
            total: 0,
            processed: 0,
            succeeded: 0,
            failed: 0,
            unknown: 0,
            skipped: 0,
            percent: 0.0,
            rate: 0.0,
            eta: None,
            reason: None,
            resumes_at: None,
            waiting: None,
            work: Work::Delivers,
        }
    }

    #[test]
    fn a_line_says_how_it_stands() {
        let progress = Progress {
            total: 5000,
            processed: 1250,
            succeeded: 1247,
            failed: 2,
            unknown: 1,
            percent: 25.0,
            rate: 41.26,
            eta: Some(Duration::from_secs(91)),
            ..in_state(JobState::Running)
        };
        assert_eq!(progress.line(&TimeZone::UTC), "1,250/5,000 (25 %), 2 failed, 1 unknown, 41.3/s, 1 min 31 s left");
        let reason = |detail: &str| jobs::Reason { code: "auth_failed".into(), detail: detail.into() };
        let paused =
            |detail: &str| Progress { total: 10, reason: said(Some(&reason(detail))), ..in_state(JobState::Paused) };
        assert_eq!(paused("535 wrong password").line(&TimeZone::UTC), "0/10 (0 %), paused: 535 wrong password");
        assert_eq!(paused("").line(&TimeZone::UTC), "0/10 (0 %), paused: auth_failed");
        let waiting = Progress {
            total: 20,
            processed: 19,
            percent: 95.0,
            rate: 7.5,
            waiting: Some((1, "2025-01-10T13:32:10Z".parse().unwrap())),
            ..in_state(JobState::Running)
        };
        let paris = TimeZone::get("Europe/Paris").unwrap();
        assert_eq!(waiting.line(&paris), "19/20 (95 %), waiting: 1 message will be retried at 14:32");
        let over = |failed, unknown| Progress { failed, unknown, ..in_state(JobState::Completed) };
        assert_eq!(over(0, 0).standing(), "completed");
        assert_eq!(over(7, 0).standing(), "completed, 7 not delivered");
        assert_eq!(over(7, 1).standing(), "completed, 7 not delivered, 1 unknown");
        let call = |failed, unknown| Progress { work: Work::Other, ..over(failed, unknown) };
        assert_eq!(call(7, 0).standing(), "completed, 7 failed", "a call delivers nothing");
        assert_eq!(call(7, 1).standing(), "completed, 7 failed, 1 unknown");
    }
}
