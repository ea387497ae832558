//! The intent of one message: written down right before it may leave, or withdrawn while it has not.

use crate::{Attempted, Ended, TraceText, shared::Shared};
use model::{Fault, JobId, Retry, Timestamp, Verdict};
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};
use store::ClaimedItem;
use tokio::sync::oneshot;

/// How long what could not be written down waits for its next attempt.
const AGAIN: Duration = Duration::from_secs(5);

/// What an attempt declares before the message can have any effect.
pub struct Intent {
    state: AtomicU8,
    /// `None`: nobody needs to know.
    kept: Option<Kept>,
}

struct Kept {
    shared: Arc<Shared>,
    intent: store::Intent,
    /// Answered when what the same slot did before is recorded.
    before: Mutex<Option<oneshot::Receiver<()>>>,
}

const OPEN: u8 = 0;
const DECLARED: u8 = 1;
const WITHDRAWN: u8 = 2;

impl Intent {
    /// That of an attempt that leaves nothing behind if its process ends: a test message, say.
    pub fn free() -> Self {
        Self { state: AtomicU8::new(OPEN), kept: None }
    }

    pub(crate) fn of(
        shared: &Arc<Shared>,
        job: JobId,
        worker: i64,
        message: &[ClaimedItem],
        before: Option<oneshot::Receiver<()>>,
    ) -> Self {
        let items = message.iter().map(|item| (item.seq, item.attempt)).collect();
        let intent = store::Intent { job, worker, items };
        let kept = Kept { shared: Arc::clone(shared), intent, before: Mutex::new(before) };
        Self { state: AtomicU8::new(OPEN), kept: Some(kept) }
    }

    /// Writes down that the message may leave; it is on disk when this returns. To be awaited before the first byte that
    /// could have an effect, and as late as that. Asked again, it answers at once.
    ///
    /// # Errors
    /// The message must not leave: the verdict is that of an attempt that sent nothing.
    pub async fn declare(&self) -> Result<(), Verdict> {
        match self.state.compare_exchange(OPEN, DECLARED, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {}
            Err(DECLARED) => return Ok(()),
            Err(_) => return Err(not_written("the program stops")),
        }
        let Some(kept) = &self.kept else { return Ok(()) };
        // One message of a slot may have an unknown outcome, not two.
        let before = kept.before.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            let _ = before.await;
        }
        match kept.shared.db.declare(kept.intent.clone()).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(not_written("another process has taken it over")),
            Err(error) => Err(not_written(&error.to_string())),
        }
    }

    /// Whether nothing has left and nothing may any more.
    pub(crate) fn withdraw(&self) -> bool {
        let state = self.state.compare_exchange(OPEN, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        !matches!(state, Err(DECLARED))
    }

    /// Keeps how it ended, so that a crash before the record leaves nothing unknown.
    pub(crate) fn ended(&self, attempted: &[Attempted]) {
        let Some(kept) = &self.kept else { return };
        if self.state.load(Ordering::Acquire) != DECLARED || !kept.shared.db.keeps_ends() {
            return;
        }
        let ends: Vec<End> = attempted.iter().map(End::of).collect();
        if let Ok(told) = serde_json::to_string(&ends) {
            kept.shared.db.ended(&kept.intent, told);
        }
    }
}

fn not_written(why: &str) -> Verdict {
    Verdict::new("database", Fault::Server, Retry::After { wait: AGAIN }).with_reply(why)
}

/// An end as it is kept until it is recorded.
#[derive(Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) seq: i64,
    pub(crate) attempt: i64,
    ended: Ended,
    trace: TraceText,
    started_at: Timestamp,
    took: Duration,
}

impl End {
    fn of(attempted: &Attempted) -> Self {
        let Attempted { item, ended, trace, started_at, took } = attempted.clone();
        Self { seq: item.seq, attempt: item.attempt, ended, trace, started_at, took }
    }

    pub(crate) fn into_attempted(self, item: ClaimedItem) -> Attempted {
        let Self { ended, trace, started_at, took, .. } = self;
        Attempted { item, ended, trace, started_at, took }
    }
}
