//! What all runners of one engine share: the store, the clock, and the telling of what happens.

use crate::{
    Attempted, Hub, Moment, RetryPolicy, Run, TraceText,
    retry::{Settled, settle},
    run_log::RunLog,
};
use model::{AccountId, Clock, Fault, ItemState, JobLine, JobState, Rng, Timestamp, TraceId, Verdict};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use store::{Db, Job, Outcome, Trace};
use tokio::sync::watch;

/// Called with every record of a run's log, after it was appended.
pub type Tell = Arc<dyn Fn(&Job, &[JobLine]) + Send + Sync>;

/// What every runner of an engine shares.
pub(crate) struct Shared {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) hub: Hub,
    pub(crate) run_log: RunLog,
    pub(crate) tell: Option<Tell>,
    pub(crate) policy: RetryPolicy,
    /// How often in a row each account's server was given a rest.
    pub(crate) rests: Mutex<HashMap<AccountId, u32>>,
    /// Turns true when the engine stops and has waited long enough for attempts that have not declared anything.
    pub(crate) cut: watch::Sender<bool>,
}

impl Shared {
    /// Appends the lines of `moment` to the run's log and passes them on.
    pub(crate) async fn log(&self, run: &dyn Run, job: &Job, moment: &Moment<'_>) {
        let records = run.log(self.clock.now(), moment);
        self.keep(job, records).await;
    }

    pub(crate) async fn keep(&self, job: &Job, records: Vec<JobLine>) {
        if records.is_empty() {
            return;
        }
        if let Some(tell) = &self.tell {
            tell(job, &records);
        }
        self.run_log.append(job.id, records).await;
    }

    /// Tells that `job` has completed, unless asking for its unknown items sets it going again.
    pub(crate) async fn tell_completed(&self, run: &dyn Run, job: Job) -> Job {
        let job = self.verify_unknown(run, job).await;
        if job.state == JobState::Completed {
            self.tell_ended(run, &job).await;
        }
        job
    }

    pub(crate) async fn tell_ended(&self, run: &dyn Run, job: &Job) {
        let rate = mean_rate(job, self.clock.now());
        self.log(run, job, &Moment::Ended { job, rate }).await;
        self.hub.publish(job);
    }

    /// What an attempt makes of its item, and how it is written down.
    pub(crate) fn outcome_of(&self, job: &Job, attempted: &Attempted, now: Timestamp) -> (Outcome, Settled) {
        let jitter = self.rng.below(1 << 20) as f64 / f64::from(1 << 20);
        let settled = settle(&attempted.ended, attempted.item.attempt, &self.policy, now, jitter);
        let trace = Trace {
            seq: Some(attempted.item.seq),
            attempt: attempted.item.attempt,
            outcome: Some(settled.state),
            time_to_process: attempted.took.as_secs_f64(),
            errors: settled.state != ItemState::Succeeded,
            verdict: settled.verdict.clone().or_else(|| accepted(&attempted.trace.reference)),
            ..self.trace(job, attempted.trace.clone())
        };
        let outcome = Outcome {
            seq: attempted.item.seq,
            attempt: attempted.item.attempt,
            message_no: attempted.item.message_no,
            state: settled.state,
            not_before: settled.not_before,
            verdict: settled.verdict.clone(),
            detail: settled.detail.clone(),
            trace,
        };
        (outcome, settled)
    }

    pub(crate) fn trace(&self, job: &Job, text: TraceText) -> Trace {
        Trace {
            no: 0,
            id: TraceId::new(&self.clock, &self.rng),
            job: Some(job.id),
            seq: None,
            attempt: 0,
            outcome: None,
            trace_name: text.trace_name,
            file_name: text.file_name,
            application_name: job.application_name.clone(),
            flow_name: job.flow_name.clone(),
            comment: text.comment,
            created_by: job.created_by.clone(),
            time_to_process: 0.0,
            errors: false,
            verdict: None,
            created_at: self.clock.now(),
        }
    }
}

/// Items per second of the time in which the job ran, over all of its processes.
pub(crate) fn mean_rate(job: &Job, now: Timestamp) -> f64 {
    let elapsed = job.active_at(now).as_secs_f64();
    let done = job.counters.processed().saturating_sub(job.counters.skipped);
    if elapsed > 0.0 { done as f64 / elapsed } else { 0.0 }
}

/// The verdict on an item whose process ended between intent and outcome.
pub(crate) fn lost_verdict() -> Verdict {
    Verdict::permanent("outcome_lost", Fault::Server)
}

/// The word of the other side that a success leaves in its trace.
fn accepted(reference: &str) -> Option<Verdict> {
    let said = || Verdict::permanent("accepted", Fault::Server).with_reply(reference);
    (!reference.is_empty()).then(said)
}
