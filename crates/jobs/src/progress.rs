//! How far a job is: what a bar, a poll and a stream show alike.

use model::{JobId, JobState, Timestamp, pace::Limits};
use serde::Serialize;
use std::{collections::VecDeque, time::Duration};
use store::{Job, Reason};

/// A job's progress at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Progress {
    pub job_id: JobId,
    pub status: JobState,
    pub total: u64,
    pub processed: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub unknown: u64,
    pub skipped: u64,
    pub remaining: u64,
    /// 0 to 100, to one decimal.
    pub percent: f64,
    /// Items per second: lately while it runs, on average once it is over, and 0 while it stands still.
    pub rate: f64,
    /// Until everything is processed, pauses between batches and limits included. Only while it runs, and its rate or a
    /// limit says something.
    pub eta_seconds: Option<u64>,
    /// Until the first of the items that are left is tried again, and how many wait so: while nothing else can be done.
    pub waiting_until: Option<Timestamp>,
    pub waiting: u64,
    pub message: String,
    pub reason: Option<Reason>,
    pub resumes_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// Grows with every change: the value behind the ETag.
    pub version: i64,
}

/// What holds a job back besides its own limits.
#[derive(Clone, Debug, Default)]
pub struct Pacing {
    /// Of the account that it sends by.
    pub account: Limits,
    /// Items of one message; 0 and 1 alike.
    pub group: u64,
    /// Nothing that is left may be tried before.
    pub waiting_until: Option<Timestamp>,
}

impl Pacing {
    /// The least time in which the items that are left can be processed.
    fn time_left(&self, job: &Job) -> Duration {
        let messages = job.counters.remaining().div_ceil(self.group.max(1));
        self.account.time_for(messages).max(job.limits.time_for(messages))
    }
}

impl Progress {
    /// `rate`: items per second lately, as a [`RateMeter`] measured it.
    pub fn of(job: &Job, rate: Option<f64>, pacing: &Pacing, now: Timestamp) -> Self {
        let counters = job.counters;
        let rate = match job.state {
            JobState::Running => rate.unwrap_or_else(|| mean_rate(job, now)),
            // Nothing moves while it stands still: an average would only fall.
            state if !state.is_final() => 0.0,
            _ => mean_rate(job, now),
        };
        let is_running = job.state == JobState::Running;
        let waiting_until = pacing.waiting_until.filter(|until| is_running && *until > now && counters.running == 0);
        // A server that put items off may do so again: nobody knows how long the rest takes.
        let eta = (is_running && waiting_until.is_none()).then(|| eta_seconds(job, rate, pacing)).flatten();
        Self {
            job_id: job.id,
            status: job.state,
            total: counters.total,
            processed: counters.processed(),
            succeeded: counters.succeeded,
            failed: counters.failed,
            unknown: counters.unknown,
            skipped: counters.skipped,
            remaining: counters.remaining(),
            percent: shown_percent(job),
            rate: (rate * 100.0).round() / 100.0,
            eta_seconds: eta,
            waiting_until,
            waiting: waiting_until.map_or(0, |_| counters.queued),
            message: job.message.clone(),
            reason: job.reason.clone(),
            resumes_at: job.resumes_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            version: job.version,
        }
    }
}

/// By how fast it went lately, and no sooner than its limits allow: in a pause between batches nothing moves, and right
/// after it everything does.
fn eta_seconds(job: &Job, rate: f64, pacing: &Pacing) -> Option<u64> {
    let measured = (rate > 0.0).then(|| (job.counters.remaining() as f64 / rate).ceil().min(1e9) as u64);
    let allowed = Some(pacing.time_left(job).as_secs()).filter(|seconds| *seconds > 0);
    measured.max(allowed)
}

/// To one decimal, and 100 only when everything is processed; an empty job is at 0 until it is over.
fn shown_percent(job: &Job) -> f64 {
    let counters = job.counters;
    if counters.total == 0 {
        return if job.state.is_final() { 100.0 } else { 0.0 };
    }
    let percent = (counters.percent() * 10.0).round() / 10.0;
    if counters.remaining() > 0 { percent.min(99.9) } else { percent }
}

const RATE_AFTER_SECONDS: f64 = 1.0;

/// Items attempted or reported, by the time in which it ran.
fn mean_rate(job: &Job, now: Timestamp) -> f64 {
    let elapsed = job.active_at(now).as_secs_f64();
    let done = job.counters.processed() - job.counters.skipped;
    // A few items in the first moments of a run say nothing of its rate, and less of when it ends.
    let told = job.finished_at.is_some() || elapsed >= RATE_AFTER_SECONDS;
    if elapsed > 0.0 && told { done as f64 / elapsed } else { 0.0 }
}

/// Measures how fast a count grows, over the last half minute.
#[derive(Debug, Default)]
pub struct RateMeter {
    samples: VecDeque<(Timestamp, u64)>,
}

const WINDOW: Duration = Duration::from_secs(30);
/// Samples closer together than this are merged: the meter stays small at any speed.
const GRAIN: Duration = Duration::from_millis(250);

impl RateMeter {
    pub fn add(&mut self, now: Timestamp, count: u64) {
        if self.samples.back().is_some_and(|(last, _)| now < *last) {
            // The clock was set back: what was measured before cannot be compared with what comes.
            self.samples.clear();
        }
        match self.samples.len() {
            n if n >= 2 && now.since(self.samples[n - 2].0) < GRAIN => {
                self.samples[n - 1] = (now, count);
            }
            _ => self.samples.push_back((now, count)),
        }
        while self.samples.len() > 2 && now.since(self.samples[0].0) > WINDOW {
            self.samples.pop_front();
        }
    }

    /// Per second; `None` before half a second has been seen.
    pub fn rate(&self, now: Timestamp) -> Option<f64> {
        let (since, from) = *self.samples.front()?;
        let (_, to) = *self.samples.back()?;
        let elapsed = now.since(since).as_secs_f64();
        (elapsed >= 0.5).then(|| to.saturating_sub(from) as f64 / elapsed)
    }
}
