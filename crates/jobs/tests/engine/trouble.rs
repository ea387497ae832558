//! A store that does not take anything for a while.

use crate::{
    script::Act,
    stage::{Database, Stage, counters, on_postgres, on_sqlite, psql},
};
use model::OnUnknown;
use std::{process::Command, time::Duration};

impl Stage {
    /// From here on every change of a job or an item fails, or nobody can connect.
    async fn break_store(&self) {
        match &self.database {
            Database::Sqlite(file) => {
                sqlite(
                    file,
                    "create trigger broken before update on items begin select raise(abort, 'disk on fire'); end;
                     create trigger broke before update on jobs begin select raise(abort, 'disk on fire'); end;",
                )
                .await;
            }
            Database::Postgres { server, name, .. } => {
                psql(server, &format!("alter database {name} allow_connections false")).await;
                psql(
                    server,
                    &format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"),
                )
                .await;
            }
        }
    }

    async fn mend_store(&self) {
        match &self.database {
            Database::Sqlite(file) => sqlite(file, "drop trigger broken; drop trigger broke;").await,
            Database::Postgres { server, name, .. } => {
                psql(server, &format!("alter database {name} allow_connections true")).await;
            }
        }
    }
}

/// Waits on another thread: the engine under test runs on this one, and may have a transaction open that this waits for.
async fn sqlite(file: &std::path::Path, sql: &'static str) {
    let mut command = Command::new("sqlite3");
    command.arg("-cmd").arg(".timeout 5000").arg(file).arg(sql);
    let done = tokio::task::spawn_blocking(move || command.output()).await.expect("nothing in it panics");
    let done = done.expect("the program sqlite3 is installed");
    assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Moves the clock while the store is out of order: waits between tries are on it.
async fn time_passes(stage: &Stage) {
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        stage.clock.advance(Duration::from_secs(1));
    }
}

/// The clock goes on until the job is over.
async fn finishes(stage: &Stage, id: model::JobId) {
    for _ in 0..200 {
        if stage.db.job(id).await.is_ok_and(|job| job.unwrap().state.is_final()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
        stage.clock.advance(Duration::from_secs(1));
    }
    panic!("it does not end: {:?}", stage.db.job(id).await);
}

/// The attempt had its end, and the process ended before a transaction took it.
#[tokio::test]
async fn an_end_that_was_not_recorded_is_recorded_by_the_next_process() {
    on_sqlite(|stage| async move {
        stage.script.slots(1, 1);
        stage.script.plan(1, [Act::Block]);
        let id = stage.enqueue(2, OnUnknown::Hold, None).await;
        stage.start().await;
        stage.until(id, |job| job.counters.running == 1).await;
        stage.quiet(id).await;
        stage.break_store().await;
        stage.script.open();
        time_passes(&stage).await;
        assert_eq!(stage.script.effects().get(&1), Some(&1));
        stage.crash().await;
        stage.mend_store().await;
        let ready = stage.start().await;
        assert_eq!((ready.unknown, ready.not_begun, ready.recorded), (0, 0, 1));
        finishes(&stage, id).await;
        assert_eq!(stage.assert_consistent(id).await, counters(2, 0, 0, 0));
        assert_eq!(stage.script.effects().values().copied().collect::<Vec<_>>(), [1, 1]);
    })
    .await;
}

async fn outcomes_are_kept(stage: Stage) {
    stage.script.slots(3, 1);
    for seq in [4, 5, 6] {
        stage.script.plan(seq, [Act::Block]);
    }
    let id = stage.enqueue(20, OnUnknown::Hold, None).await;
    stage.start().await;
    stage.until(id, |job| job.counters.succeeded == 3 && job.counters.running == 3).await;
    stage.break_store().await;
    stage.script.open();
    time_passes(&stage).await;
    assert_eq!(stage.script.calls().len(), 6, "nothing new is begun");
    stage.mend_store().await;
    finishes(&stage, id).await;
    assert_eq!(stage.assert_consistent(id).await, counters(20, 0, 0, 0));
    assert!(stage.script.effects().values().all(|times| *times == 1));
    let moments = stage.script.moments();
    for seq in 1..=20 {
        let told = moments.iter().filter(|told| **told == format!("{seq} succeeded")).count();
        assert_eq!(told, 1, "item {seq} in {moments:?}");
    }
}

/// Nothing waits to be recorded: only a claim fails.
async fn claims_are_tried_again(stage: Stage) {
    let id = stage.enqueue(5, OnUnknown::Hold, None).await;
    stage.start().await;
    stage.done(id).await;
    let id = {
        stage.stop(Duration::from_secs(5)).await;
        let id = stage.enqueue(5, OnUnknown::Hold, None).await;
        stage.start().await;
        stage.until(id, |job| job.state.is_final()).await;
        id
    };
    assert_eq!(stage.assert_consistent(id).await, counters(5, 0, 0, 0));
    let account = stage.account(model::pace::Limits { per_minute: Some(60), ..Default::default() }).await;
    let id = stage.enqueue(5, OnUnknown::Hold, Some(account)).await;
    stage.until(id, |job| job.counters.succeeded == 1).await;
    stage.quiet(id).await;
    stage.break_store().await;
    time_passes(&stage).await;
    stage.mend_store().await;
    finishes(&stage, id).await;
    assert_eq!(stage.assert_consistent(id).await, counters(5, 0, 0, 0));
}

mod sqlite_out_of_order {
    use super::*;

    #[tokio::test]
    async fn keeps_outcomes() {
        on_sqlite(outcomes_are_kept).await;
    }

    #[tokio::test]
    async fn claims_again() {
        on_sqlite(claims_are_tried_again).await;
    }
}

mod postgres_out_of_reach {
    use super::*;

    #[tokio::test]
    async fn keeps_outcomes() {
        on_postgres(outcomes_are_kept).await;
    }

    #[tokio::test]
    async fn claims_again() {
        on_postgres(claims_are_tried_again).await;
    }
}
