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
    kept: Option<IntentState>,
}

struct IntentState {
    shared: Arc<Shared>,
    intent: store::Intent,
    /// Answered when what the same slot did before is recorded.
    before: Mutex<Option<oneshot::Receiver<()>>>,
}

const OPEN: u8 = 0;
const DECLARED: u8 = 1;
const WITHDRAWN: u8 = 2;
const NOT_KEPT: u8 = 3;

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
        let kept = IntentState { shared: Arc::clone(shared), intent, before: Mutex::new(before) };
        Self { state: AtomicU8::new(OPEN), kept: Some(kept) }
    }

    /// Writes down that the message may leave; it is on disk when this returns. To be awaited before the first byte that
    /// could have an effect, and as late as that. Asked again, it answers at once.
    ///
    /// # Errors
    /// The message must not leave: the verdict is that of an attempt that sent nothing. The engine gives the items back
    /// as if nobody had tried, whatever the attempt says of them.
    pub async fn declare(&self) -> Result<(), Verdict> {
        match self.state.compare_exchange(OPEN, DECLARED, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {}
            Err(DECLARED) => return Ok(()),
            Err(_) => return Err(not_kept("it was given up before")),
        }
        let Some(kept) = &self.kept else { return Ok(()) };
        // One message of a slot may have an unknown outcome, not two.
        let before = kept.before.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            let _ = before.await;
        }
        let why = match kept.shared.db.declare(kept.intent.clone()).await {
            Ok(true) => return Ok(()),
            Ok(false) => "another process has taken it over".to_owned(),
            Err(error) => error.to_string(),
        };
        self.state.store(NOT_KEPT, Ordering::Release);
        tracing::warn!(job = %kept.intent.job, why, "an intent could not be written down: its message waits");
        Err(not_kept(&why))
    }

    /// Whether it could not be written down, so that nothing has left.
    pub(crate) fn is_not_kept(&self) -> bool {
        self.state.load(Ordering::Acquire) == NOT_KEPT
    }

    /// Whether nothing has left and nothing may any more.
    pub(crate) fn withdraw(&self) -> bool {
        let state = self.state.compare_exchange(OPEN, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        state != Err(DECLARED)
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

fn not_kept(why: &str) -> Verdict {
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
