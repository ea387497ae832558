//! How a job stands, for people: its state, and what a plain "completed" would hide.

use crate::{Counters, JobState};

/// The one place where it is decided what a job's badge says, on every page, in lists and on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its state says it all.
    In(JobState),
    /// It is over, and not everybody has theirs.
    Undelivered { failed: u64, unknown: u64 },
    /// It is over, and did nothing: so many had theirs before, or were left out.
    NothingDone { skipped: u64 },
}

impl Standing {
    pub fn of(state: JobState, counters: &Counters) -> Self {
        let Counters { succeeded, failed, unknown, skipped, .. } = *counters;
        match state {
            JobState::Completed if failed + unknown > 0 => Self::Undelivered { failed, unknown },
            JobState::Completed if succeeded == 0 && skipped > 0 => Self::NothingDone { skipped },
            state => Self::In(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_not_hidden_behind_completed() {
        let counters = |failed, unknown| Counters {
            total: 9,
            succeeded: 9 - failed - unknown,
            failed,
            unknown,
            ..Counters::default()
        };
        for (state, failed, unknown, standing) in [
            (JobState::Completed, 0, 0, Standing::In(JobState::Completed)),
            (JobState::Completed, 7, 0, Standing::Undelivered { failed: 7, unknown: 0 }),
            (JobState::Completed, 0, 2, Standing::Undelivered { failed: 0, unknown: 2 }),
            (JobState::Running, 7, 2, Standing::In(JobState::Running)),
            (JobState::Cancelled, 7, 2, Standing::In(JobState::Cancelled)),
        ] {
            assert_eq!(Standing::of(state, &counters(failed, unknown)), standing);
        }
    }

    #[test]
    fn nothing_done_is_no_success() {
        let standing = |succeeded, skipped| {
            let counters = Counters { total: 9, succeeded, skipped, ..Counters::default() };
            Standing::of(JobState::Completed, &counters)
        };
        assert_eq!(standing(0, 9), Standing::NothingDone { skipped: 9 });
        assert_eq!(standing(1, 8), Standing::In(JobState::Completed));
        assert_eq!(standing(0, 0), Standing::In(JobState::Completed), "an empty job has nothing to do");
    }
}
