//! How fast an account may send: the arithmetic that the store applies inside its claiming transaction.
//!
//! A limit per second, minute or hour is a token bucket, kept as the *theoretical arrival time* of the generic cell
//! rate algorithm (ITU-T I.371): one number a limit, no timer, nothing lost in a restart. A bucket holds no more
//! than what 50 ms let through, so a fresh bucket does not double the first minute. A rolling 24 h is not a bucket:
//! it is summed from 5-minute counters, each held against the limit until 24 h after its last moment.

use crate::{JobId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Width of the counters behind the rolling limits.
pub const WINDOW: Duration = Duration::from_secs(300);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// A bucket lets through at once what would be sent in this time.
pub const BURST: Duration = Duration::from_millis(50);

/// What an account allows. `None` is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Messages.
    pub per_second: Option<u32>,
    pub per_minute: Option<u32>,
    pub per_hour: Option<u32>,
    /// Messages in any 24 hours.
    pub daily: Option<u32>,
    /// Recipients in any 24 hours.
    pub daily_recipients: Option<u32>,
    pub batch: Option<Batch>,
}

/// Send `size` messages, wait until they are done, then `pause`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub size: u32,
    pub pause: Duration,
}

/// What has been spent. A row's worth of state per account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaceState {
    /// When the state was last read, to notice a clock set back.
    now: Timestamp,
    /// Theoretical arrival times of the limits per second, minute and hour.
    arrivals: [Timestamp; 3],
    /// Messages of the current batch that may still be claimed; `None` before the first.
    batch_left: Option<u32>,
    /// The run whose messages the batch was last made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_run: Option<JobId>,
    /// Messages claimed and not yet recorded.
    in_flight: u32,
    /// The next batch does not begin sooner.
    batch_opens: Timestamp,
}

/// What was sent in one 5-minute window of the last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub window: Timestamp,
    pub messages: u64,
    pub recipients: u64,
}

/// The answer to "may I?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// This many messages at once, at least one.
    Now(u64),
    /// Nothing before that moment, because of that limit.
    At(Timestamp, Limit),
    /// Nothing before what is in flight has been recorded: a batch is being finished.
    WhenRecorded,
}

/// Which limit holds an account back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Second,
    Minute,
    Hour,
    Day,
    Batch,
}

impl Limits {
    pub fn is_daily(&self) -> bool {
        self.daily.is_some() || self.daily_recipients.is_some()
    }

    /// Whether anything at all slows the account down.
    pub fn is_paced(&self) -> bool {
        self.buckets().iter().any(Option::is_some) || self.batch.is_some()
    }

    /// Whether there is nothing to hold anybody to.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// (limit, messages, period) for each bucket.
    fn buckets(&self) -> [Option<(Limit, u32, Duration)>; 3] {
        let bucket = |limit, rate: Option<u32>, secs| rate.map(|n| (limit, n.max(1), Duration::from_secs(secs)));
        [
            bucket(Limit::Second, self.per_second, 1),
            bucket(Limit::Minute, self.per_minute, 60),
            bucket(Limit::Hour, self.per_hour, 3600),
        ]
    }

    /// How long `messages` take from a rested account, the sending itself not counted: under the buckets, with the pauses
    /// between batches, over as many days as the daily limit of messages asks for.
    pub fn time_for(&self, messages: u64) -> Duration {
        let mut longest = Duration::ZERO;
        for (_, rate, period) in self.buckets().into_iter().flatten() {
            longest = longest.max(scale(period, messages, rate));
        }
        if let Some(batch) = self.batch {
            let pauses = messages.saturating_sub(1) / u64::from(batch.size.max(1));
            longest = longest.max(batch.pause.saturating_mul(u32::try_from(pauses).unwrap_or(u32::MAX)));
        }
        if let Some(daily) = self.daily {
            let days = messages.saturating_sub(1) / u64::from(daily.max(1));
            longest = longest.max(DAY.saturating_mul(u32::try_from(days).unwrap_or(u32::MAX)));
        }
        longest
    }
}

impl Permit {
    /// What both allow: the stricter of the two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Now(one), Self::Now(other)) => Self::Now(one.min(other)),
            (Self::Now(_), held) | (held, Self::Now(_)) => held,
            // Whoever waits for a moment asks again then, and learns whether a batch is still being finished.
            (Self::At(one, a), Self::At(other, b)) => {
                if one < other {
                    Self::At(other, b)
                } else {
                    Self::At(one, a)
                }
            }
            (at @ Self::At(..), Self::WhenRecorded) | (Self::WhenRecorded, at) => at,
        }
    }
}

impl PaceState {
    /// The run whose messages the current batch was last made of, where part of the batch is left.
    pub fn batch_of(&self) -> Option<JobId> {
        self.batch_run.filter(|_| self.batch_left.is_some_and(|left| left > 0))
    }

    /// What is left of the batch belongs to `run`: a batch that another has begun and will not go on with is not
    /// finished by this one. A pause that a full batch has earned stands.
    pub fn begin_batch(&mut self, run: JobId) {
        if self.batch_run != Some(run) && self.batch_left.is_some_and(|left| left > 0) {
            self.batch_left = None;
        }
        self.batch_run = Some(run);
    }

    /// The batch is shared by runs that go on at the same time: `run` is the last one that took from it.
    pub fn share_batch(&mut self, run: JobId) {
        self.batch_run = Some(run);
    }

    /// How many messages may be claimed at `now`. `day` holds the windows of the last 24 h (see [`horizon`]) and is
    /// read only when a daily limit is set; `recipients_each` is how many recipients a message has.
    pub fn permit(&mut self, limits: &Limits, now: Timestamp, day: &[Usage], recipients_each: u64) -> Permit {
        self.follow_clock(now);
        let mut units = u64::MAX;
        for (slot, bucket) in limits.buckets().into_iter().enumerate() {
            let Some((limit, rate, period)) = bucket else { continue };
            let arrival = self.arrivals[slot].max(now);
            let interval = interval_micros(rate, period);
            let room = burst_of(rate, period).saturating_sub(1) as f64 * interval - micros_between(arrival, now);
            if room < -0.5 {
                let wait = Duration::from_micros((-room).ceil() as u64);
                return Permit::At(now + wait, limit);
            }
            units = units.min((room.max(0.0) / interval) as u64 + 1);
        }
        if let Some(batch) = limits.batch {
            match self.batch_permit(batch, now) {
                Permit::Now(left) => units = units.min(left),
                held => return held,
            }
        }
        match daily_permit(limits, now, day, recipients_each) {
            Permit::Now(left) => Permit::Now(units.min(left)),
            held => held,
        }
    }

    /// Takes `messages` out of the buckets. Called in the transaction that commits the intent, never undone.
    pub fn spend(&mut self, limits: &Limits, now: Timestamp, messages: u64) {
        self.follow_clock(now);
        for (slot, bucket) in limits.buckets().into_iter().enumerate() {
            let Some((_, rate, period)) = bucket else { continue };
            self.arrivals[slot] = self.arrivals[slot].max(now) + scale(period, messages, rate);
        }
        let count = u32::try_from(messages).unwrap_or(u32::MAX);
        self.in_flight = self.in_flight.saturating_add(count);
        if let Some(batch) = limits.batch {
            let left = self.batch_left.unwrap_or(batch.size.max(1));
            self.batch_left = Some(left.saturating_sub(count));
        }
    }

    /// `messages` that were in flight have an outcome. The pause between batches runs from the last of them.
    pub fn record(&mut self, limits: &Limits, now: Timestamp, messages: u64) {
        self.follow_clock(now);
        self.in_flight = self.in_flight.saturating_sub(u32::try_from(messages).unwrap_or(u32::MAX));
        if let Some(batch) = limits.batch
            && self.batch_left == Some(0)
            && self.in_flight == 0
        {
            self.batch_left = Some(batch.size.max(1));
            self.batch_opens = now + batch.pause;
        }
    }

    fn batch_permit(&mut self, batch: Batch, now: Timestamp) -> Permit {
        match self.batch_left {
            Some(0) if self.in_flight > 0 => Permit::WhenRecorded,
            Some(0) => {
                self.batch_left = Some(batch.size.max(1));
                self.batch_permit(batch, now)
            }
            left if self.batch_opens <= now => {
                Permit::Now(u64::from(left.unwrap_or(batch.size).clamp(1, batch.size.max(1))))
            }
            _ => Permit::At(self.batch_opens, Limit::Batch),
        }
    }

    /// When the clock was set back, every stored moment is moved back with it: nobody waits for an hour that has
    /// been lived twice.
    fn follow_clock(&mut self, now: Timestamp) {
        if now < self.now {
            let back = self.now.since(now);
            self.arrivals = self.arrivals.map(|at| at - back);
            self.batch_opens = self.batch_opens - back;
        }
        self.now = now;
    }
}

/// The start of the window that holds `at`.
pub fn window_of(at: Timestamp) -> Timestamp {
    let width = WINDOW.as_micros() as i64;
    Timestamp::from_micros(at.as_micros().div_euclid(width) * width)
}

/// Windows that begin at or before this no longer count at `now`.
pub fn horizon(now: Timestamp) -> Timestamp {
    now - DAY - WINDOW
}

fn daily_permit(limits: &Limits, now: Timestamp, day: &[Usage], recipients_each: u64) -> Permit {
    let counted = || day.iter().filter(|usage| usage.window > horizon(now));
    let messages_left = limits.daily.map(|limit| left(limit, counted().map(|usage| usage.messages).sum()));
    let recipients_left =
        limits.daily_recipients.map(|limit| left(limit, counted().map(|usage| usage.recipients).sum()));
    let by_recipients = recipients_left.map(|n| n / recipients_each.max(1));
    let units = messages_left.unwrap_or(u64::MAX).min(by_recipients.unwrap_or(u64::MAX));
    if units > 0 {
        return Permit::Now(units);
    }
    let oldest = counted().filter(|usage| usage.messages > 0).map(|usage| usage.window).min().unwrap_or(now);
    Permit::At((oldest + WINDOW + DAY).max(now + Duration::from_secs(1)), Limit::Day)
}

fn left(limit: u32, used: u64) -> u64 {
    u64::from(limit).saturating_sub(used)
}

/// Messages that a bucket lets through at once.
fn burst_of(rate: u32, period: Duration) -> u64 {
    ((f64::from(rate) * BURST.as_secs_f64() / period.as_secs_f64()) as u64).max(1)
}

fn interval_micros(rate: u32, period: Duration) -> f64 {
    period.as_micros() as f64 / f64::from(rate)
}

fn micros_between(later: Timestamp, earlier: Timestamp) -> f64 {
    later.since(earlier).as_micros() as f64
}

fn scale(period: Duration, messages: u64, rate: u32) -> Duration {
    let micros = period.as_micros().saturating_mul(u128::from(messages)) / u128::from(rate.max(1));
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn per_minute(n: u32) -> Limits {
        Limits { per_minute: Some(n), ..Limits::default() }
    }

    /// Sends as fast as the limits let it and returns the moments.
    fn greedy(limits: &Limits, state: &mut PaceState, mut now: Timestamp, count: usize) -> Vec<Timestamp> {
        let mut sent = Vec::new();
        let mut usage: Vec<Usage> = Vec::new();
        while sent.len() < count {
            match state.permit(limits, now, &usage, 1) {
                Permit::Now(units) => {
                    let units = units.min((count - sent.len()) as u64).min(32);
                    state.spend(limits, now, units);
                    state.record(limits, now, units);
                    sent.extend(std::iter::repeat_n(now, units as usize));
                    usage.push(Usage { window: window_of(now), messages: units, recipients: units });
                }
                Permit::At(next, _) => {
                    assert!(next > now, "a wait must move on");
                    now = next;
                }
                Permit::WhenRecorded => panic!("everything is recorded"),
            }
        }
        sent
    }

    #[test]
    fn sixty_a_minute_is_one_a_second_from_the_first_minute_on() {
        let sent = greedy(&per_minute(60), &mut PaceState::default(), START, 121);
        assert_eq!(sent[120].since(START), Duration::from_secs(120));
        assert_eq!(per_minute(60).time_for(500), Duration::from_secs(500));
        let daily = Limits { daily: Some(100), ..per_minute(60) };
        assert_eq!([100, 101, 250].map(|count| daily.time_for(count).as_secs()), [100, 86_400, 2 * 86_400]);
    }

    #[test]
    fn a_batch_pauses_after_its_last_outcome() {
        let limits = Limits { batch: Some(Batch { size: 10, pause: Duration::from_secs(3) }), ..Limits::default() };
        let mut state = PaceState::default();
        assert_eq!(state.permit(&limits, START, &[], 1), Permit::Now(10));
        state.spend(&limits, START, 10);
        assert_eq!(state.permit(&limits, START, &[], 1), Permit::WhenRecorded);
        let done = START + Duration::from_secs(8);
        state.record(&limits, done, 9);
        assert_eq!(state.permit(&limits, done, &[], 1), Permit::WhenRecorded);
        state.record(&limits, done, 1);
        assert_eq!(state.permit(&limits, done, &[], 1), Permit::At(done + Duration::from_secs(3), Limit::Batch));
        assert_eq!(state.permit(&limits, done + Duration::from_secs(3), &[], 1), Permit::Now(10));
    }

    #[test]
    fn a_rolling_day_opens_when_the_oldest_window_has_aged() {
        let limits = Limits { daily: Some(100), ..Limits::default() };
        let mut state = PaceState::default();
        let spent = [Usage { window: window_of(START), messages: 100, recipients: 100 }];
        let Permit::At(opens, Limit::Day) = state.permit(&limits, START, &spent, 1) else { panic!("held back") };
        assert_eq!(opens, window_of(START) + WINDOW + DAY);
        assert_eq!(state.permit(&limits, opens, &spent, 1), Permit::Now(100));
    }

    #[test]
    fn a_clock_set_back_an_hour_delays_nothing() {
        let limits = per_minute(60);
        let mut state = PaceState::default();
        state.spend(&limits, START, 1);
        let earlier = START - Duration::from_secs(3600);
        let Permit::At(next, _) = state.permit(&limits, earlier, &[], 1) else { panic!("one a second") };
        assert_eq!(next.since(earlier), Duration::from_secs(1));
    }

    proptest! {
        /// No window of a period ever holds more than the limit and one burst.
        #[test]
        fn never_more_than_the_limit_and_a_burst(rate in 1_u32..5_000, jump in 0_u64..7_200) {
            let limits = per_minute(rate);
            let mut state = PaceState::default();
            let mut sent = greedy(&limits, &mut state, START, 300);
            let rested = *sent.last().unwrap() + Duration::from_secs(jump);
            sent.extend(greedy(&limits, &mut state, rested, 300));
            let period = Duration::from_secs(60);
            let allowed = u64::from(rate) + burst_of(rate, period);
            for (i, from) in sent.iter().enumerate() {
                let within = sent[i..].iter().take_while(|at| at.since(*from) < period).count() as u64;
                prop_assert!(within <= allowed, "{within} in a minute, {allowed} allowed");
            }
        }

        /// The rolling day is never exceeded, however the sends are spread.
        #[test]
        fn never_more_than_the_day(limit in 1_u32..50, gaps in prop::collection::vec(0_u64..40_000, 1..200)) {
            let limits = Limits { daily: Some(limit), ..Limits::default() };
            let (mut state, mut now) = (PaceState::default(), START);
            let (mut usage, mut sent): (Vec<Usage>, Vec<Timestamp>) = Default::default();
            for gap in gaps {
                now = now + Duration::from_secs(gap);
                if let Permit::Now(_) = state.permit(&limits, now, &usage, 1) {
                    sent.push(now);
                    usage.push(Usage { window: window_of(now), messages: 1, recipients: 1 });
                }
            }
            for (i, from) in sent.iter().enumerate() {
                let within = sent[i..].iter().take_while(|at| at.since(*from) < DAY).count();
                prop_assert!(within <= limit as usize);
            }
        }
    }
}
