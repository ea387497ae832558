//! Several processes on one PostgreSQL.

use crate::{
    script::Act,
    stage::{Database, Stage, counters, on_postgres, psql},
};
use model::OnUnknown;
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

#[tokio::test]
async fn two_share_a_job_without_overlap() {
    on_postgres(|one| async move {
        let two = one.other().await;
        one.script.slots(2, 1);
        two.script.slots(2, 1);
        // Both have begun before either goes on.
        one.script.plan(1, [Act::Block]);
        let id = one.enqueue(200, OnUnknown::Hold, None).await;
        one.script.always(Act::Block);
        one.start().await;
        one.until(id, |job| job.counters.running == 2).await;
        two.start().await;
        one.until(id, |job| job.counters.succeeded > 20).await;
        one.script.open();
        for _ in 0..100 {
            one.clock.advance(Duration::from_millis(500));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let job = one.done(id).await;
        assert_eq!(job.counters, counters(200, 0, 0, 0));
        let first: HashSet<i64> = one.script.calls().iter().map(|call| call.seq).collect();
        let second: HashSet<i64> = two.script.calls().iter().map(|call| call.seq).collect();
        assert!(first.len() >= 2 && second.len() > 20, "{} and {}", first.len(), second.len());
        assert_eq!(first.intersection(&second).count(), 0);
        assert_eq!(one.script.calls().len() + two.script.calls().len(), 200);
        one.stop(Duration::from_secs(5)).await;
        two.stop(Duration::from_secs(5)).await;
        let ends = [one.script.moments(), two.script.moments()].concat();
        assert_eq!(ends.iter().filter(|told| *told == "completed").count(), 1, "told by one of them");
    })
    .await;
}

#[tokio::test]
async fn what_a_dead_process_held_is_settled_within_its_lease() {
    on_postgres(|mut one: Stage| async move {
        one.lease = Duration::from_millis(1000);
        let two = one.other().await;
        one.script.slots(2, 1);
        one.script.always(Act::Block);
        let id = one.enqueue(10, OnUnknown::Hold, None).await;
        one.start().await;
        one.until(id, |job| job.counters.running == 2).await;
        one.quiet(id).await;
        one.crash().await;
        let died = Instant::now();
        two.start().await;
        while two.job(id).await.counters.unknown < 2 {
            assert!(died.elapsed() < Duration::from_millis(2_500), "not settled after {:?}", died.elapsed());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for _ in 0..20 {
            two.clock.advance(Duration::from_millis(500));
            two.quiet(id).await;
        }
        assert_eq!(two.done(id).await.counters, counters(8, 0, 2, 0));
        two.stop(Duration::from_secs(5)).await;
    })
    .await;
}

#[tokio::test]
async fn a_late_outcome_settles_the_unknown() {
    on_postgres(|mut one: Stage| async move {
        let slow = one.lease;
        one.lease = Duration::from_millis(500);
        let two = one.other().await;
        one.lease = slow;
        one.script.always(Act::Block);
        let id = one.enqueue(1, OnUnknown::Hold, None).await;
        one.start().await;
        one.until(id, |job| job.counters.running == 1).await;
        two.start().await;
        let Database::Postgres { url, .. } = &one.database else { return };
        psql(url, "update workers set lease_until = 0 where token = (select claimed_by from items)").await;
        two.until(id, |job| job.counters.unknown == 1).await;
        one.clock.advance(Duration::from_secs(1));
        one.script.open();
        let job = two.until(id, |job| job.counters.unknown == 0).await;
        assert_eq!(job.counters, counters(1, 0, 0, 0));
        one.stop(Duration::from_secs(5)).await;
        two.stop(Duration::from_secs(5)).await;
        let ends = [one.script.moments(), two.script.moments()].concat();
        assert_eq!(ends.iter().filter(|told| *told == "completed").count(), 1, "{ends:?}");
    })
    .await;
}
