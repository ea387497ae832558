//! What processes have left that are gone, and nobody took up: settled every five minutes. Items in flight are not waited for so long:
//! every engine looks for those at each sign of life.

use crate::{
    Hub,
    schedule::{Again, DoneBy, Work},
};
use model::Clock;
use std::time::Duration;
use store::{Db, Reason};

const EVERY: Duration = Duration::from_secs(300);
/// A job whose enqueueing has made no step for so long is given up, where its process cannot be known to be dead.
pub(crate) const PREPARING_MAX: Duration = Duration::from_secs(600);

/// Why a job never began that was not enqueued to its end.
pub(crate) fn cut_off() -> Reason {
    Reason::new("not_started", "enqueueing was cut off: not started, nothing was sent")
}

/// Fails jobs whose enqueueing was cut off, and ends the rows of workers that are gone without a word.
pub fn dead_work(db: Db, clock: Clock, hub: Hub) -> Work {
    Work::new("dead_work", EVERY, DoneBy::Leader, move || {
        let (db, clock, hub) = (db.clone(), clock.clone(), hub.clone());
        async move {
            let now = clock.now();
            let failed = db.fail_unprepared(cut_off(), now - PREPARING_MAX, now).await;
            for job in failed.map_err(|error| error.to_string())? {
                tracing::warn!(job = %job.id, name = job.name, "its enqueueing was cut off: nothing was sent");
                hub.publish(&job);
            }
            Ok(Again::AsUsual)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Authority, JobId, JobKind, JobState, ManualClock, OnUnknown, Timestamp, pace::Limits};
    use store::{LedgerMatch, NewJob};

    #[tokio::test]
    async fn a_job_that_nobody_fills_any_more_fails() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
        let manual = ManualClock::at(Timestamp::from_micros(1_767_000_000_000_000));
        let clock = Clock::Manual(manual.clone());
        let id = JobId(uuid::Uuid::from_u128(1));
        let new = NewJob {
            id,
            kind: JobKind::Noop,
            name: "x".into(),
            on_unknown: OnUnknown::Hold,
            account: None,
            application_name: String::new(),
            flow_name: String::new(),
            created_by: String::new(),
            task_type: String::new(),
            task_id: String::new(),
            spec: "{}".into(),
            limits: Limits::default(),
            state: JobState::Preparing,
            total: 0,
            ledger: LedgerMatch::None,
            authority: Authority::Write,
        };
        db.create_job(new, clock.now()).await.unwrap();
        let work = dead_work(db.clone(), clock.clone(), Hub::new(db.clone(), clock));
        let state = async || db.job(id).await.unwrap().unwrap().state;
        (work.run)().await.unwrap();
        assert_eq!(state().await, JobState::Preparing, "somebody may be filling it");
        manual.advance(PREPARING_MAX);
        (work.run)().await.unwrap();
        assert_eq!(state().await, JobState::Failed);
    }
}
