//! Celery's workers, queues and tasks.

use crate::bed::{NOW, later};
use model::Timestamp;
use std::time::Duration;
use store::{CeleryCount, CeleryMicros, CeleryQueue, CeleryState, CeleryTask, CeleryTaskFilter, CeleryWorker, Db};

on_both![
    tasks_are_changed_by_what_is_known_of_them,
    tasks_are_found_by_what_people_know,
    what_is_old_is_forgotten,
    a_family_is_found,
    workers_and_queues_are_kept_as_they_are_last,
    orders_are_taken_once_and_not_late,
    what_fails_often_and_what_runs_long_is_told,
    how_it_was_is_known_for_days,
    what_is_counted_adds_up,
];

pub(crate) fn task(id: &str, name: &str, state: CeleryState, at: Timestamp) -> CeleryTask {
    let mut task = CeleryTask {
        broker: "shop".into(),
        id: id.into(),
        name: name.into(),
        state,
        worker: "w1@h\0".into(),
        args: "('Zoé\0',)".into(),
        root_id: Some("root".into()),
        created_at: at,
        updated_at: at,
        ..CeleryTask::default()
    };
    task.detail.result = Some("é\0".into());
    task.detail.times.0.insert("sent".into(), 0.1);
    task
}

pub(crate) async fn keep(db: &Db, tasks: Vec<CeleryTask>) {
    let ids = tasks.iter().map(|task| task.id.clone()).collect();
    let change = |known: &mut std::collections::BTreeMap<String, CeleryTask>| {
        known.extend(tasks.into_iter().map(|task| (task.id.clone(), task)));
        Vec::new()
    };
    db.change_celery_tasks("shop", ids, NOW, change).await.unwrap();
}

async fn found(db: &Db, filter: CeleryTaskFilter) -> Vec<String> {
    let page = db.celery_tasks(&CeleryTaskFilter { limit: 10, ..filter }).await.unwrap();
    page.rows.into_iter().map(|task| task.id).collect()
}

async fn tasks_are_changed_by_what_is_known_of_them(db: Db) {
    keep(&db, vec![task("a", "shop.bill", CeleryState::Started, NOW)]).await;
    let kept = db
        .change_celery_tasks("shop", vec!["a".into(), "b".into()], NOW, |known| {
            assert_eq!(known.keys().collect::<Vec<_>>(), ["a"]);
            known.get_mut("a").unwrap().state = CeleryState::Success;
            known.insert("b".into(), task("b", "", CeleryState::Pending, later(1)));
            Vec::new()
        })
        .await
        .unwrap();
    assert_eq!(kept, 2);
    let a = db.celery_task("a").await.unwrap().remove(0);
    assert_eq!((a.state, a.created_at, a.args.as_str()), (CeleryState::Success, NOW, "('Zoé\u{fffd}',)"));
    assert_eq!(a.detail.times.0["sent"], 0.1);
    // The same id on another broker is another task.
    let other = |known: &mut std::collections::BTreeMap<String, CeleryTask>| {
        assert!(known.is_empty());
        known.insert("a".into(), task("a", "site.bill", CeleryState::Failure, NOW));
        Vec::new()
    };
    db.change_celery_tasks("site", vec!["a".into()], NOW, other).await.unwrap();
    assert_eq!(db.celery_task("a").await.unwrap().len(), 2);
}

async fn tasks_are_found_by_what_people_know(db: Db) {
    let tasks = vec![
        task("a", "shop.bill", CeleryState::Success, NOW),
        task("b", "shop.mail", CeleryState::Failure, later(1)),
        task("c", "shop.bill", CeleryState::Failure, later(2)),
    ];
    keep(&db, tasks).await;
    let of = CeleryTaskFilter::default;
    assert_eq!(found(&db, of()).await, ["c", "b", "a"]);
    assert_eq!(found(&db, CeleryTaskFilter { oldest_first: true, ..of() }).await, ["a", "b", "c"]);
    assert_eq!(found(&db, CeleryTaskFilter { name: Some("shop.bill".into()), ..of() }).await, ["c", "a"]);
    assert_eq!(found(&db, CeleryTaskFilter { state: Some(CeleryState::Failure), ..of() }).await, ["c", "b"]);
    assert_eq!(found(&db, CeleryTaskFilter { text: Some("ZO".into()), ..of() }).await, ["c", "b", "a"]);
    assert_eq!(found(&db, CeleryTaskFilter { text: Some("mail".into()), ..of() }).await, ["b"]);
    assert_eq!(found(&db, CeleryTaskFilter { since: Some(later(1)), ..of() }).await, ["c", "b"]);
    assert_eq!(found(&db, CeleryTaskFilter { broker: Some("site".into()), ..of() }).await, Vec::<String>::new());
    let first = db.celery_tasks(&CeleryTaskFilter { limit: 2, ..of() }).await.unwrap();
    assert_eq!(found(&db, CeleryTaskFilter { before: first.next, ..of() }).await, ["a"]);
    assert_eq!(db.celery_task_names().await.unwrap(), ["shop.bill", "shop.mail"]);
    let counts = db.count_celery_tasks(later(1)).await.unwrap();
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(CeleryState::Failure.code(), 2)]);
}

async fn what_is_old_is_forgotten(db: Db) {
    keep(&db, (0..5).map(|n| task(&n.to_string(), "t", CeleryState::Success, later(n))).collect()).await;
    assert_eq!(db.purge_celery(later(3), 2).await.unwrap(), 2);
    assert_eq!(db.purge_celery(later(3), 2).await.unwrap(), 1);
    assert_eq!(found(&db, CeleryTaskFilter::default()).await, ["4", "3"]);
}

async fn a_family_is_found(db: Db) {
    let alone = CeleryTask { root_id: None, ..task("x", "t", CeleryState::Success, NOW) };
    keep(&db, vec![task("a", "t", CeleryState::Success, NOW), task("b", "t", CeleryState::Success, NOW), alone]).await;
    assert_eq!(db.celery_family("shop", "root").await.unwrap().len(), 2);
    assert_eq!(db.celery_family("site", "root").await.unwrap().len(), 0);
    let child = CeleryTask { parent_id: Some("a".into()), ..task("c", "t", CeleryState::Success, NOW) };
    keep(&db, vec![child]).await;
    let pairs = db.celery_children(vec!["a".into(), "b".into()]).await.unwrap();
    assert_eq!(pairs, [("a".to_owned(), "c".to_owned())]);
}

/// An order is carried out once, and not when nobody waits for it any more.
async fn orders_are_taken_once_and_not_late(db: Db) {
    let first = db.give_celery_order("shop".into(), "{}".into(), NOW).await.unwrap();
    db.give_celery_order("site".into(), "{}".into(), NOW).await.unwrap();
    let taken = db.take_celery_orders("shop", NOW, later(1)).await.unwrap();
    assert_eq!(taken.iter().map(|order| order.no).collect::<Vec<_>>(), [first]);
    assert!(db.take_celery_orders("shop", NOW, later(1)).await.unwrap().is_empty());
    assert!(db.take_celery_orders("site", later(1), later(2)).await.unwrap().is_empty(), "too late");
    db.end_celery_order(first, "{\"w1\":{}}".into(), later(2)).await.unwrap();
    let ended = db.celery_order(first).await.unwrap().unwrap();
    assert_eq!((ended.ended_at, ended.outcome.as_deref()), (Some(later(2)), Some("{\"w1\":{}}")));
    assert_eq!(db.celery_order(first + 99).await.unwrap(), None);
}

pub(crate) fn worker(name: &str) -> CeleryWorker {
    let (broker, about) = ("shop".into(), r#"{"pid":7}"#.into());
    CeleryWorker { broker, name: name.into(), is_offline: false, heartbeat_at: NOW, created_at: NOW, about }
}

pub(crate) fn queue(name: &str) -> CeleryQueue {
    let (broker, name) = ("shop".into(), name.into());
    CeleryQueue { broker, name, messages: 3, unacked: None, consumers: Some(1), measured_at: NOW }
}

async fn workers_and_queues_are_kept_as_they_are_last(db: Db) {
    db.save_celery_workers(vec![worker("w1"), worker("w2")]).await.unwrap();
    let gone = CeleryWorker { is_offline: true, heartbeat_at: later(9), created_at: later(9), ..worker("w1") };
    db.save_celery_workers(vec![gone.clone()]).await.unwrap();
    assert_eq!(db.celery_workers().await.unwrap(), [CeleryWorker { created_at: NOW, ..gone }, worker("w2")]);
    db.save_celery_queues(vec![queue("celery")]).await.unwrap();
    let full = CeleryQueue { messages: 9, unacked: Some(2), measured_at: later(1), ..queue("celery") };
    db.save_celery_queues(vec![full.clone()]).await.unwrap();
    assert_eq!(db.celery_queues().await.unwrap(), [full]);
    db.purge_celery(later(5), 10).await.unwrap();
    assert_eq!((db.celery_workers().await.unwrap().len(), db.celery_queues().await.unwrap().len()), (1, 0));
}

async fn what_fails_often_and_what_runs_long_is_told(db: Db) {
    keep(
        &db,
        vec![
            task("a", "shop.bill", CeleryState::Failure, later(10)),
            task("b", "shop.bill", CeleryState::Failure, later(20)),
            task("c", "shop.send", CeleryState::Failure, later(20)),
            task("d", "shop.bill", CeleryState::Started, later(10)),
            task("e", "shop.bill", CeleryState::Started, later(50)),
        ],
    )
    .await;
    let failures = db.celery_failures(later(5)).await.unwrap();
    assert_eq!(failures, [("shop.bill".to_owned(), 2), ("shop.send".to_owned(), 1)]);
    let late = CeleryTask { updated_at: later(60), ..task("a", "shop.bill", CeleryState::Failure, later(10)) };
    keep(&db, vec![late]).await;
    assert_eq!(db.celery_failures(later(30)).await.unwrap(), [("shop.bill".to_owned(), 1)], "it failed after long");
    let stuck = db.celery_stuck(later(40)).await.unwrap();
    assert_eq!(stuck.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["d"]);
}

async fn how_it_was_is_known_for_days(db: Db) {
    let full = |messages, seconds| CeleryQueue { messages, measured_at: later(seconds), ..queue("celery\0") };
    let window = Timestamp::from_micros(NOW.as_micros() - NOW.as_micros().rem_euclid(300_000_000));
    for (messages, seconds) in [(3, 0), (9, 1), (4, 2), (1, 300)] {
        db.save_celery_queues(vec![full(messages, seconds)]).await.unwrap();
    }
    let samples = db.celery_queue_samples(window).await.unwrap();
    assert_eq!(samples.iter().map(|one| one.messages).collect::<Vec<_>>(), [9, 1], "the most of each five minutes");
    assert_eq!((samples[0].at, samples[0].name.as_str()), (window, "celery\u{fffd}"));

    let silent = Duration::from_secs(60);
    let ended = CeleryWorker { is_offline: true, ..worker("ended") };
    db.save_celery_workers(vec![worker("w1"), ended]).await.unwrap();
    for seconds in [30, 90, 100, 200] {
        db.note_celery_silences(silent, later(seconds)).await.unwrap();
    }
    let noted = db.celery_silences(NOW).await.unwrap();
    assert_eq!(noted.len(), 1, "one that said that it ends is not silent: {noted:?}");
    assert_eq!((noted[0].name.as_str(), noted[0].began_at, noted[0].noted_at), ("w1", NOW, later(200)));

    let failed = |id: &str, seconds| task(id, "shop.bill", CeleryState::Failure, later(seconds));
    let long = CeleryTask { updated_at: later(90), ..task("d", "shop.bill", CeleryState::Success, later(10)) };
    keep(&db, vec![failed("a", 10), failed("b", 20), failed("c", 70), long]).await;
    let steps = db.celery_failure_steps(NOW, silent).await.unwrap();
    let steps: Vec<_> = steps.iter().map(|step| (step.at, step.failures)).collect();
    assert_eq!(steps, [(NOW, 2), (later(60), 1)]);
    let long = db.celery_long_tasks(NOW, silent).await.unwrap();
    assert_eq!(long.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["d"]);

    db.purge_celery(later(900), 10).await.unwrap();
    let left = (db.celery_queue_samples(NOW).await.unwrap().len(), db.celery_silences(NOW).await.unwrap().len());
    assert_eq!(left, (0, 0));
}

pub(crate) fn counted(what: &str, micros: i64, micros_are: CeleryMicros) -> CeleryCount {
    let [broker, worker, task, what] = ["shop", "w1@h\0", "shop.bill", what].map(str::to_owned);
    CeleryCount { broker, worker, task, what, n: 2, micros, micros_are }
}

async fn what_is_counted_adds_up(db: Db) {
    for (at, micros) in [(NOW, 5), (later(1), 3)] {
        let counts =
            vec![counted("runtime", micros, CeleryMicros::Added), counted("prefetch", micros, CeleryMicros::Replaced)];
        db.change_celery_tasks("shop", Vec::new(), at, move |_| counts).await.unwrap();
    }
    keep(&db, vec![task("a", "shop.bill", CeleryState::Received, NOW)]).await;
    let kept = db.celery_counts().await.unwrap();
    let told: Vec<_> = kept.iter().map(|count| (count.what.as_str(), count.n, count.micros)).collect();
    assert_eq!(told, [("prefetch", 4, 3), ("runtime", 4, 8)]);
    assert_eq!(kept[0].worker, "w1@h\u{fffd}");
    assert_eq!(db.celery_fetched(NOW).await.unwrap().len(), 1);
    assert!(db.celery_fetched(later(1)).await.unwrap().is_empty());
    db.purge_celery(later(2), 10).await.unwrap();
    assert!(db.celery_counts().await.unwrap().is_empty());
}
