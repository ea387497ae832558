//! The pages of Celery with what they might show.

use super::page::{
    BrokerRow, CeleryWorkerRow, ClusterPage, QueuePage, QueueRow, TaskPage, TaskRow, TasksFilter, TasksPage, WorkerPage,
};
use crate::layout::{
    foreign::Foreign,
    gallery::{
        Drawn,
        examples::{at, before},
    },
    parts::{Choice, Pager, SortLink},
    states::Shown as _,
    view::View,
};
use ::celery::{Reach, worker::Life};
use askama::Template as _;
use std::time::Duration;
use store::CeleryState;

fn line(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

fn broker(v: &View, name: &str, reach: Reach) -> BrokerRow {
    let is_away = reach == Reach::Away;
    BrokerRow {
        name: name.to_owned(),
        url: line("redis://127.0.0.1/0"),
        reach,
        since: before(v, 7_200),
        error: is_away.then(|| line("Connection refused (os error 111)")),
        last_event_at: Some(before(v, if is_away { 7_200 } else { 1 })),
        events: 182_310,
        unread: u64::from(is_away) * 3,
        problem: is_away.then(|| line("a message is not JSON")),
        dropped: u64::from(is_away) * 12,
    }
}

fn worker(v: &View, name: &str, life: Life, beat: u64) -> CeleryWorkerRow {
    let is_online = life == Life::Online;
    CeleryWorkerRow {
        broker: "boutique".to_owned(),
        name: line(name),
        address: "/celery/workers/x".to_owned(),
        life,
        heartbeat_at: before(v, beat),
        pool: is_online.then(|| line("prefork")),
        concurrency: is_online.then_some(4),
        active: Some(u64::from(is_online) * 3),
        processed: Some(18_204),
        load: Some(0.42),
        software: Some(line("py-celery 5.7.0 (Linux)")),
        queues: vec![line("celery"), line("factures")],
    }
}

fn queue(v: &View, name: &str, messages: u64, consumers: u64) -> QueueRow {
    QueueRow {
        broker: "boutique".to_owned(),
        address: format!("/celery/queues/{name}"),
        name: line(name),
        messages,
        unacked: Some(consumers * 3),
        consumers: Some(consumers),
        measured_at: before(v, 4),
    }
}

fn task(v: &View, name: &str, state: CeleryState, depth: usize) -> TaskRow {
    TaskRow {
        address: format!("/celery/tasks/{name}-{depth}"),
        name: line(name),
        state,
        args: line("(4711,) {'periode': '2026-11', 'token': '***'}"),
        worker: line(if state == CeleryState::Pending { "" } else { "celery@boutique-1" }),
        at: before(v, 300),
        runtime: (state == CeleryState::Success).then_some(Duration::from_millis(2_340)),
        depth,
    }
}

pub(crate) fn celery(v: &View) -> Vec<Drawn> {
    let cluster = at(v, "/celery");
    let v = &cluster;
    let page = |brokers, workers, queues, counts| ClusterPage { v, brokers, workers, queues, counts };
    let counts = CeleryState::ALL.iter().zip([3, 8, 4, 1_842, 17, 2, 1, 0]);
    let counts = counts.map(|(state, n)| (*state, n, format!("/celery/tasks?state={}", state.as_str()))).collect();
    let workers = vec![
        worker(v, "celery@boutique-1", Life::Online, 1),
        worker(v, "celery@boutique-2", Life::Lost, 900),
        worker(v, "celery@boutique-3", Life::Offline, 90_000),
    ];
    let queues = vec![queue(v, "celery", 0, 2), queue(v, "factures", 118, 1), queue(v, "ancienne", 12, 0)];
    let both = vec![broker(v, "boutique", Reach::Connected), broker(v, "relances", Reach::Away)];
    let new = vec![broker(v, "boutique", Reach::Connecting)];
    let mut pages = vec![
        ("celery", page(both, workers, queues, counts).render().unwrap()),
        ("celery-new", page(new, vec![], vec![], vec![]).render().unwrap()),
        ("celery-none", page(vec![], vec![], vec![], vec![]).render().unwrap()),
    ];
    pages.extend(tasks(&at(v, "/celery/tasks")));
    pages.extend(steered(&at(v, "/celery/workers/x")));
    pages
}

fn steered(v: &View) -> Vec<Drawn> {
    let of_worker = WorkerPage {
        v,
        row: worker(v, "celery@boutique-1", Life::Online, 1),
        label: "celery@boutique-1".to_owned(),
        path: "/celery/workers/x".to_owned(),
        tasks: "/celery/tasks?worker=x".to_owned(),
        facts: vec![("celery-pid", line("4711")), ("celery-prefetch", line("16"))],
        kinds: vec![(line("boutique.taches.<b>facturer"), 1_842, "/celery/tasks?name=x".to_owned())],
        notice: None,
    };
    let queue = |messages| QueuePage {
        v,
        label: "factures".to_owned(),
        name: line("factures"),
        path: "/celery/queues/factures".to_owned(),
        broker: "boutique".to_owned(),
        messages,
        measured_at: before(v, 4),
        notice: None,
    };
    vec![
        ("celery-worker", of_worker.render().unwrap()),
        ("celery-queue", queue(118).render().unwrap()),
        ("celery-queue-empty", queue(0).render().unwrap()),
    ]
}

fn tasks(v: &View) -> Vec<Drawn> {
    let list = |rows: Vec<TaskRow>, q: &str| {
        let states = CeleryState::ALL.iter().map(|state| (state.as_str().to_owned(), v.t(state.word())));
        TasksPage {
            v,
            filter: TasksFilter { q: q.to_owned(), ..TasksFilter::default() },
            states: Choice::of([(String::new(), v.t("any-state"))].into_iter().chain(states), ""),
            names: vec!["boutique.taches.facturer".to_owned()],
            workers: vec!["celery@boutique-1".to_owned()],
            pager: Pager { shown: rows.len() as u64, ..Pager::default() },
            rows,
            when: SortLink::default(),
        }
        .render()
        .unwrap()
    };
    let rows = CeleryState::ALL.iter().map(|state| task(v, "boutique.taches.facturer", *state, 0)).collect();
    let family = vec![
        task(v, "boutique.taches.cloturer", CeleryState::Success, 0),
        task(v, "boutique.taches.facturer", CeleryState::Failure, 1),
        task(v, "boutique.taches.envoyer", CeleryState::Success, 1),
    ];
    let one = TaskPage {
        v,
        row: family[1].clone(),
        label: "boutique.taches.facturer".to_owned(),
        path: "/celery/tasks/01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11".to_owned(),
        broker: "boutique".to_owned(),
        is_open: true,
        notice: None,
        id: line("01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11"),
        facts: vec![
            ("celery-worker", line("celery@boutique-1")),
            ("celery-args", line("(4711,)")),
            ("celery-retries", line("2")),
        ],
        moments: vec![("celery-at-received", before(v, 300)), ("celery-at-failed", before(v, 298))],
        result: None,
        exception: Some(line("ValueError('<b>no stock</b>')")),
        traceback: Some(Foreign::text(b"Traceback (most recent call last):\n  File \"taches.py\", line 8", 1_000)),
        family,
        issues: Vec::new(),
        lines: None,
    };
    vec![
        ("celery-tasks", list(rows, "")),
        ("celery-tasks-none", list(vec![], "")),
        ("celery-tasks-no-match", list(vec![], "avril")),
        ("celery-task", one.render().unwrap()),
    ]
}
