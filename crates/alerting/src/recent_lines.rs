//! How many lines matched lately, each line counted once: what came since the last time is added to what is known by steps of
//! time, and steps that lie behind are let go.

use logs::{
    Error, Logs,
    search::{LastSeq, NewCounts, ResolvedSearch},
};
use model::Timestamp;
use std::{collections::BTreeMap, ops::Range, time::Duration};

/// Steps that make a whole minute, of which the shortest is taken that divides the time into few enough.
const STEPS_S: [u64; 6] = [1, 2, 5, 10, 30, 60];
const STEPS: u64 = 720;
/// So far ahead of the clock lines are kept by steps; those beyond are one number. A whole number of steps.
const AHEAD: Duration = Duration::from_secs(120);

/// What is known of one rule's lines. Steps are bounded by the time that a rule may look back: a day, by minutes.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentLines {
    /// Each by its beginning; none is empty.
    steps: BTreeMap<Timestamp, u64>,
    /// Of lines that say that they are from behind the last step.
    ahead: u64,
    /// From where to where lines are counted by steps.
    range: Option<Range<Timestamp>>,
    /// Up to which line they are counted.
    last_seq: Option<LastSeq>,
}

/// The length of a step: the rule's time is right to within one.
fn step(within: Duration) -> Duration {
    let least = within.as_secs().div_ceil(STEPS);
    Duration::from_secs(STEPS_S.into_iter().find(|step| *step >= least).unwrap_or(60))
}

fn begin_of_step(at: Timestamp, step: Duration) -> Timestamp {
    let length = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
    Timestamp::from_micros(at.as_micros() - at.as_micros().rem_euclid(length))
}

impl RecentLines {
    /// From where to where new lines are to be counted by steps, to know how many there were within that time.
    fn look_back(&mut self, within: Duration, now: Timestamp) -> Range<Timestamp> {
        let begin = begin_of_step(now - within, step(within));
        // Where the clock was put back, steps were let go that are asked for again. And of what was too far ahead it is not
        // known which of it is behind by now.
        let is_lost = |known: &Range<Timestamp>| begin < known.start || self.ahead > 0 && begin > known.end;
        if self.range.as_ref().is_some_and(is_lost) {
            *self = Self::default();
        }
        let usual = begin_of_step(now, step(within)) + AHEAD;
        let end = match &self.range {
            Some(known) if self.ahead > 0 => known.end,
            Some(known) => known.end.max(usual),
            None => usual,
        };
        self.range = Some(begin..end);
        begin..end
    }

    /// How many there were within that time, for which only those that came since the last time are looked at. `None` where that
    /// takes too long: nothing is to be concluded, and what is known stays.
    ///
    /// # Errors
    /// When the store cannot be asked; what is known stays.
    pub(crate) async fn count(
        &mut self,
        logs: &Logs,
        search: &ResolvedSearch,
        within: Duration,
        now: Timestamp,
    ) -> Result<Option<u64>, Error> {
        let range = self.look_back(within, now);
        let counted = logs.new_counts(search, range, step(within), self.last_seq.as_ref()).await?;
        Ok(counted.map(|counted| self.take(counted)))
    }

    /// How many there were, by what was counted where [`Self::look_back`] said.
    fn take(&mut self, counted: NewCounts) -> u64 {
        if counted.is_all {
            self.steps.clear();
            self.ahead = 0;
        }
        if let Some(range) = &self.range {
            self.steps = self.steps.split_off(&range.start);
        }
        for (start, count) in counted.steps {
            *self.steps.entry(start).or_default() += count;
        }
        self.ahead += counted.ahead;
        self.last_seq = counted.last_seq;
        self.steps.values().sum::<u64>() + self.ahead
    }
}

#[cfg(test)]
mod tests;
