//! A histogram over the part of time that has matches, in steps that people think in.

use super::{
    histogram::{Histogram, histogram},
    question::{Answer, Bounds, Partial, Question, time_range},
};
use crate::Snapshot;
use model::Timestamp;
use std::{ops::Range, time::Duration};

/// Steps of a timeline unless said otherwise, about.
const STEPS: u32 = 60;
/// Looks at where the matches are: each makes what is shown at least twice as fine, mostly some sixty times.
const NARROWED_MAX: usize = 4;
/// Lengths of steps that people think in, in seconds.
const ROUND_STEPS: [u64; 17] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

/// A step that people think in, of which about 60 make that time.
pub fn round_step(time: Duration) -> Duration {
    let seconds = time.as_secs() / u64::from(STEPS);
    let round = ROUND_STEPS.into_iter().find(|round| *round >= seconds);
    Duration::from_secs(round.unwrap_or_else(|| seconds.div_ceil(86_400) * 86_400))
}

/// Counts matches over the time that is asked for, or that there are records of, up to `now`: one that is dated in the future makes
/// no hours of nothing before it. Then only over the part of it that has matches, if that is less than half. A store without records
/// has the hour before `now`.
pub fn timeline(
    snapshot: &Snapshot,
    question: &Question,
    asked: Option<&Range<Timestamp>>,
    step: Option<Duration>,
    now: Timestamp,
    bounds: &Bounds,
) -> Answer<Histogram> {
    let mut range = shown(snapshot, asked, now);
    let step = |range: &Range<Timestamp>| step.unwrap_or_else(|| round_step(range.end.since(range.start)));
    let count = |range: &Range<Timestamp>| histogram(snapshot, question.clone(), range.clone(), step(range), bounds);
    let mut found = count(&range);
    for _ in 0..NARROWED_MAX {
        // What was cancelled does not know where the last match is.
        let is_known = !found.partial.contains(&Partial::Cancelled);
        let Some(within) = extent(&found.value, &range, asked).filter(|_| is_known) else { break };
        // Counting anew makes sense only where steps become shorter.
        match step(&within) == found.value.step {
            true => found.value = found.value.within(&within),
            false => found = count(&within),
        }
        range = within;
    }
    found
}

/// The time that is asked for, its open ends where the records begin and end, or now; never empty.
fn shown(snapshot: &Snapshot, asked: Option<&Range<Timestamp>>, now: Timestamp) -> Range<Timestamp> {
    let (first, last) = time_range(snapshot).unwrap_or((now - Duration::from_secs(3_600), now));
    let just_after = last + Duration::from_micros(1);
    // Where all are dated later, the clock is not right, or not theirs.
    let present = if first <= now { just_after.min(now + Duration::from_micros(1)) } else { just_after };
    let range = match asked {
        None => first..present,
        Some(asked) if asked.end.as_micros() == i64::MAX => {
            asked.start.max(first.min(asked.end))..present.max(asked.start)
        }
        Some(asked) => asked.start.max(first.min(asked.end))..asked.end.min(just_after.max(asked.start)),
    };
    range.start..range.end.max(range.start + Duration::from_micros(1))
}

/// The steps that matches lie in, where they are less than half of all; never past an end that was asked for.
fn extent(found: &Histogram, range: &Range<Timestamp>, asked: Option<&Range<Timestamp>>) -> Option<Range<Timestamp>> {
    let first = found.counts.iter().position(|counts| counts.total > 0)?;
    let last = found.counts.iter().rposition(|counts| counts.total > 0)?;
    let is_open = |end: Option<Timestamp>, bound: Timestamp| end.is_none_or(|end| end != bound);
    let start = match is_open(asked.map(|asked| asked.start), range.start) {
        true => found.edges[first].max(range.start),
        false => range.start,
    };
    let end = match is_open(asked.map(|asked| asked.end), range.end) {
        true => found.edges[last + 1].min(range.end),
        false => range.end,
    };
    (end.since(start) * 2 < range.end.since(range.start)).then_some(start..end)
}
