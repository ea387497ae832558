//! What has happened to jobs since this process began, as far as it was told: for whoever collects metrics. What only grows
//! here goes back when the process begins anew, as counters do.

use model::{Counters, ItemState, JobId, JobKind, JobState};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
    time::Duration,
};
use store::Job;

/// Upper bounds of how long an attempt took, in seconds; what took longer is above all of them.
pub const DURATION_BOUNDS: [f64; 10] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0];

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// Jobs that ended.
    pub jobs: BTreeMap<(JobKind, JobState), u64>,
    /// Items that came to their end.
    pub items: BTreeMap<(JobKind, ItemState), u64>,
    /// Attempts that were made in this process.
    pub took: BTreeMap<JobKind, Durations>,
}

/// How long attempts took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Durations {
    /// Those within each of [`DURATION_BOUNDS`] and above the one before; then those above all.
    pub within: [u64; DURATION_BOUNDS.len() + 1],
    pub sum: Duration,
}

/// Counts. What is open is remembered by its counters, which may go down where items are tried again: then nothing is
/// counted, and again once they have ended anew.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    open: HashMap<JobId, Counters>,
    counted: Counted,
}

impl Tally {
    /// A job stands so. What had happened before it was first seen is not counted.
    pub(crate) fn see(&self, job: &Job) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { open, counted } = &mut *kept;
        let is_over = job.state.is_final();
        let Some(before) = open.get(&job.id).copied() else {
            if !is_over {
                open.insert(job.id, job.counters);
            }
            return;
        };
        for state in [ItemState::Succeeded, ItemState::Failed, ItemState::Unknown, ItemState::Skipped] {
            let more = job.counters.get(state).saturating_sub(before.get(state));
            if more > 0 {
                *counted.items.entry((job.kind, state)).or_default() += more;
            }
        }
        if is_over {
            open.remove(&job.id);
            *counted.jobs.entry((job.kind, job.state)).or_default() += 1;
        } else {
            open.insert(job.id, job.counters);
        }
    }

    /// An attempt took so long.
    pub(crate) fn attempted(&self, kind: JobKind, took: Duration) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let durations = kept.counted.took.entry(kind).or_default();
        let seconds = took.as_secs_f64();
        let place = DURATION_BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(DURATION_BOUNDS.len());
        durations.within[place] += 1;
        durations.sum += took;
    }

    pub(crate) fn counted(&self) -> Counted {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counted.clone()
    }
}
