//! The run and the slots around a kind whose items are attempted one by one.

use crate::story;
use futures_util::future::BoxFuture;
use jobs::{Attempted, Intent, Moment, Run, Shape, Slot, TraceText};
use model::{JobLine, Timestamp};
use std::sync::Arc;
use store::{ClaimedItem, Item, Job};

/// What a kind does for itself. One value serves all slots of a run.
pub(crate) trait Task: Send + Sync + 'static {
    fn job(&self) -> &Job;
    fn shape(&self) -> Shape;
    /// The lines that the run log keeps of a moment.
    fn tell(&self, at: Timestamp, moment: &Moment<'_>) -> Vec<JobLine> {
        story::tell(at, moment)
    }
    /// Attempts one item to its end.
    fn attempt(&self, item: ClaimedItem) -> impl Future<Output = Attempted> + Send;
}

/// The run of a task.
pub(crate) fn run(task: impl Task) -> Box<dyn Run> {
    Box::new(TaskRun(Arc::new(task)))
}

struct TaskRun<T>(Arc<T>);
struct TaskSlot<T>(Arc<T>);

impl<T: Task> Run for TaskRun<T> {
    fn shape(&self) -> Shape {
        self.0.shape()
    }

    fn slot(&self) -> Box<dyn Slot> {
        Box::new(TaskSlot(Arc::clone(&self.0)))
    }

    fn log(&self, at: Timestamp, moment: &Moment<'_>) -> Vec<JobLine> {
        self.0.tell(at, moment)
    }

    fn lost(&self, item: &Item) -> TraceText {
        story::lost(&self.0.job().name, item)
    }
}

impl<T: Task> Slot for TaskSlot<T> {
    fn attempt<'a>(&'a mut self, message: Vec<ClaimedItem>, _: &'a Intent) -> BoxFuture<'a, Vec<Attempted>> {
        Box::pin(async move {
            let mut attempted = Vec::with_capacity(message.len());
            for item in message {
                attempted.push(self.0.attempt(item).await);
            }
            attempted
        })
    }
}
