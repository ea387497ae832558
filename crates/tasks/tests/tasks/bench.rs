//! One attempt at a time, without an engine.

use jobs::{Attempted, Ended, Handler, Intent, MemoryLog, RunLog};
use model::{Clock, Counters, ItemState, JobId, JobKind, JobLine, JobState, OnUnknown, Timestamp};
use serde_json::Value;
use std::time::Duration;
use store::{ClaimedItem, Job};

pub(crate) struct Bench {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) run_log: RunLog,
    told: MemoryLog,
    pub(crate) job: Job,
}

impl Bench {
    pub(crate) fn new(kind: JobKind, spec: &Value) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let told = MemoryLog::default();
        Self { run_log: told.run_log(), told, job: job(kind, spec), dir }
    }

    pub(crate) async fn attempt(&self, handler: &dyn Handler, payload: &str) -> Attempted {
        let run = handler.open(&self.job).await.unwrap_or_else(|stop| panic!("{stop:?}"));
        let mut slot = run.slot();
        let mut attempted = slot.attempt(vec![item(payload)], &Intent::free()).await;
        slot.close().await;
        assert_eq!(attempted.len(), 1);
        attempted.remove(0)
    }

    pub(crate) fn records(&self) -> Vec<JobLine> {
        self.told.lines(self.job.id)
    }

    pub(crate) fn output(&self, stream: &str) -> Vec<String> {
        let records = self.records();
        records.into_iter().filter(|r| r.fields.get("stream") == Some(&stream.into())).map(|r| r.message).collect()
    }
}

pub(crate) fn item(payload: &str) -> ClaimedItem {
    let (label, payload) = ("the item".to_owned(), payload.to_owned());
    ClaimedItem { seq: 7, message_no: 7, attempt: 2, label, effect: None, payload }
}

fn job(kind: JobKind, spec: &Value) -> Job {
    Job {
        id: JobId(uuid::Uuid::from_u128(0x42)),
        kind,
        name: "nightly".into(),
        state: JobState::Running,
        on_unknown: OnUnknown::Hold,
        account: None,
        application_name: String::new(),
        flow_name: String::new(),
        created_by: String::new(),
        task_type: String::new(),
        task_id: String::new(),
        spec: spec.to_string(),
        ledger: store::LedgerMatch::None,
        linked: false,
        limits: model::pace::Limits::default(),
        authority: model::Authority::Admin,
        counters: Counters::default(),
        message: String::new(),
        reason: None,
        resumes_at: None,
        version: 1,
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        started_at: None,
        finished_at: None,
        active: Duration::ZERO,
        active_since: None,
    }
}

/// `(state, code)`: `succeeded`, `failed`, `again` or `unknown`.
pub(crate) fn told(attempted: &Attempted) -> (&'static str, String) {
    match &attempted.ended {
        Ended::Succeeded | Ended::SucceededInPart { .. } => (ItemState::Succeeded.as_str(), String::new()),
        Ended::Failed(verdict) if verdict.retry != model::Retry::Never => ("again", verdict.code.clone()),
        Ended::Failed(verdict) => (ItemState::Failed.as_str(), verdict.code.clone()),
        Ended::Unknown(verdict) => (ItemState::Unknown.as_str(), verdict.code.clone()),
        Ended::Skipped(verdict) => (ItemState::Skipped.as_str(), verdict.code.clone()),
    }
}

pub(crate) fn clock() -> Clock {
    Clock::System
}

/// Waits for what another process does.
pub(crate) async fn eventually(mut is: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if is() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it does not come");
}
