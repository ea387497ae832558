//! `noop`: succeeds at once, or after a while.

use crate::{SLOTS_MAX, read, story, unreadable};
use futures_util::future::BoxFuture;
use jobs::{Attempted, Declares, Ended, Handler, Intent, Moment, Run, Shape, Slot, Stop, TraceText};
use model::{Clock, JobKind, JobLine, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{ClaimedItem, Item, Job};

/// The settings of a `noop` job; `{}` is enough.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoopSpec {
    /// How long each item takes.
    pub sleep_ms: u64,
    pub slots: usize,
}

impl Default for NoopSpec {
    fn default() -> Self {
        Self { sleep_ms: 0, slots: 8 }
    }
}

/// Runs jobs of kind `noop`: what the engine costs by itself.
pub struct NoopHandler {
    clock: Clock,
}

impl NoopHandler {
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

impl Handler for NoopHandler {
    fn kind(&self) -> JobKind {
        JobKind::Noop
    }

    fn open<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>> {
        Box::pin(async move {
            let spec = read::<NoopSpec>(JobKind::Noop, &job.spec).map_err(unreadable)?;
            Ok(Box::new(NoopRun { spec, name: job.name.clone(), clock: self.clock.clone() }) as Box<dyn Run>)
        })
    }
}

struct NoopRun {
    spec: NoopSpec,
    name: String,
    clock: Clock,
}

impl Run for NoopRun {
    fn shape(&self) -> Shape {
        Shape { slots: self.spec.slots.clamp(1, SLOTS_MAX), group: 1, ahead: 64, declares: Declares::Nothing }
    }

    fn slot(&self) -> Box<dyn Slot> {
        Box::new(NoopSlot { sleep: Duration::from_millis(self.spec.sleep_ms), clock: self.clock.clone() })
    }

    fn log(&self, at: Timestamp, moment: &Moment<'_>) -> Vec<JobLine> {
        // A line for each of a million items that did nothing tells nobody anything.
        if matches!(moment, Moment::Attempted { .. }) { Vec::new() } else { story::tell(at, moment) }
    }

    fn lost(&self, item: &Item) -> TraceText {
        story::lost(&self.name, item)
    }
}

struct NoopSlot {
    sleep: Duration,
    clock: Clock,
}

impl Slot for NoopSlot {
    fn attempt<'a>(&'a mut self, message: Vec<ClaimedItem>, _: &'a Intent) -> BoxFuture<'a, Vec<Attempted>> {
        Box::pin(async move {
            let started_at = self.clock.now();
            if !self.sleep.is_zero() {
                jobs::sleep_until(&self.clock, started_at + self.sleep).await;
            }
            let took = self.clock.now().since(started_at);
            let ended = || Ended::Succeeded;
            let attempted = |item| Attempted { item, ended: ended(), trace: TraceText::default(), started_at, took };
            message.into_iter().map(attempted).collect()
        })
    }
}
