//! Work that comes again, on a clock that moves when it is told.

use crate::stage::{NOW, Stage, on_both, on_postgres};
use jobs::{Again, DoneBy, Place, Schedules, Work};
use model::Clock;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use store::Schedule;
use tokio::sync::watch;

on_both![
    what_is_seldom_is_due_by_the_database,
    what_is_often_begins_with_the_process,
    what_fails_is_noted_and_tried_again,
    a_clock_that_is_set_back_stops_nothing,
];

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn place(stage: &Stage, worker: Option<i64>) -> Place {
    Place {
        db: stage.db.clone(),
        clock: Clock::Manual(stage.clock.clone()),
        name: "host:/data".into(),
        worker: worker.map(|worker| watch::channel(worker).1),
    }
}

/// Work that counts how often it is done; `outcomes` says how, and then that it went well.
fn counted(every: Duration, done_by: DoneBy, outcomes: &'static [Result<(), &str>]) -> (Work, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&count);
    let work = Work::new("sweep", every, done_by, move || {
        let time = counts.fetch_add(1, Ordering::SeqCst);
        async move {
            match outcomes.get(time) {
                Some(Err("defect")) => panic!("as the test says"),
                Some(Err(error)) => Err((*error).to_owned()),
                _ => Ok(Again::AsUsual),
            }
        }
    });
    (work, count)
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn done(count: &AtomicUsize, times: usize) {
    until(&format!("{times} times"), async || count.load(Ordering::SeqCst) == times).await;
}

/// Once it has been noted that it ended.
async fn noted(stage: &Stage) -> Schedule {
    until("the end", async || {
        let kept = stage.db.schedules().await.unwrap();
        kept.first().is_some_and(|kept| kept.ended_at.is_some_and(|end| Some(end) >= kept.started_at))
    })
    .await;
    stage.db.schedules().await.unwrap().remove(0)
}

async fn what_is_seldom_is_due_by_the_database(stage: Stage) {
    let (work, count) = counted(DAY, DoneBy::Everyone, &[]);
    let schedules = Schedules::start(&place(&stage, None), [work.clone()]);
    done(&count, 1).await;
    let kept = noted(&stage).await;
    assert_eq!((kept.name.as_str(), kept.place.as_str(), kept.next_at), ("sweep", "host:/data", NOW + DAY));
    drop(schedules);
    stage.clock.advance(23 * HOUR);
    let _again = Schedules::start(&place(&stage, None), [work]);
    stage.clock.advance(HOUR / 2);
    assert_eq!(count.load(Ordering::SeqCst), 1, "a restart does not repeat it");
    until("the second time", async || {
        stage.clock.advance(HOUR / 2);
        count.load(Ordering::SeqCst) == 2
    })
    .await;
    assert!(noted(&stage).await.started_at.unwrap() >= NOW + DAY);
}

async fn what_is_often_begins_with_the_process(stage: Stage) {
    let (work, count) = counted(Duration::from_secs(1), DoneBy::Everyone, &[]);
    let _schedules = Schedules::start(&place(&stage, None), [work]);
    done(&count, 1).await;
    until("three times", async || {
        stage.clock.advance(Duration::from_secs(1));
        count.load(Ordering::SeqCst) >= 3
    })
    .await;
    assert!(stage.db.schedules().await.unwrap().is_empty(), "nothing is written every second");
}

async fn what_fails_is_noted_and_tried_again(stage: Stage) {
    let (work, count) = counted(HOUR, DoneBy::Everyone, &[Err("no room"), Err("defect")]);
    let _schedules = Schedules::start(&place(&stage, None), [work]);
    done(&count, 1).await;
    let kept = noted(&stage).await;
    assert_eq!((kept.failures, kept.last_error.as_deref()), (1, Some("no room")));
    for times in 2..=3 {
        until("the next time", async || {
            stage.clock.advance(HOUR);
            count.load(Ordering::SeqCst) >= times
        })
        .await;
    }
    until("success", async || stage.db.schedules().await.unwrap()[0].failures == 0).await;
    assert_eq!(stage.db.schedules().await.unwrap()[0].last_error, None);
}

async fn a_clock_that_is_set_back_stops_nothing(stage: Stage) {
    let (work, count) = counted(Duration::from_secs(1), DoneBy::Everyone, &[]);
    let _schedules = Schedules::start(&place(&stage, None), [work]);
    done(&count, 1).await;
    stage.clock.set(NOW - DAY);
    until("the next time", async || {
        stage.clock.advance(Duration::from_secs(1));
        count.load(Ordering::SeqCst) >= 2
    })
    .await;
    assert!(Clock::Manual(stage.clock.clone()).now() < NOW - HOUR);
}

#[tokio::test]
async fn one_does_it_for_all_and_another_when_it_ends() {
    on_postgres(|stage| async move {
        let lease = Duration::from_secs(600);
        // What the stage itself has registered.
        for worker in stage.db.workers(NOW).await.unwrap() {
            stage.db.end_worker(worker.token, NOW).await.unwrap();
        }
        let mut workers = Vec::new();
        for name in ["first", "second"] {
            workers.push(stage.db.register_worker(name.into(), 1, lease, NOW).await.unwrap());
        }
        let second = Duration::from_secs(1);
        let [(one, ones), (other, others)] = [0, 1].map(|_| counted(second, DoneBy::Leader, &[]));
        let _schedules = [
            Schedules::start(&place(&stage, Some(workers[0])), [one]),
            Schedules::start(&place(&stage, Some(workers[1])), [other.clone()]),
            Schedules::start(&place(&stage, None), [other]),
        ];
        until("some times", async || {
            stage.clock.advance(second);
            ones.load(Ordering::SeqCst) >= 5
        })
        .await;
        assert_eq!(others.load(Ordering::SeqCst), 0);
        stage.db.end_worker(workers[0], NOW).await.unwrap();
        until("the other", async || {
            stage.clock.advance(second);
            others.load(Ordering::SeqCst) >= 2
        })
        .await;
    })
    .await;
}
