//! Celery's workers, tasks and queues as metrics: under Flower's names, where it has them.

use super::{Metrics, labels};
use crate::{Ctx, problem::Result};
use ::celery::{
    counts::{self, CLASSES, PREFETCH, RUNTIME},
    worker::{About, Life, life},
};
use model::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::CeleryCount;

/// A task that a worker fetched longer ago waits no more: the worker was killed with it.
const FETCHED_WITHIN: Duration = Duration::from_secs(86_400);

/// Nothing where no broker was ever listened to.
pub(super) async fn metrics(ctx: &Ctx, m: &mut Metrics) -> Result<()> {
    let (workers, queues) = (ctx.app.db.celery_workers().await?, ctx.app.db.celery_queues().await?);
    if workers.is_empty() && queues.is_empty() {
        return Ok(());
    }
    let now = ctx.app.clock.now();
    let (mut online, mut active, mut alive) = (Vec::new(), Vec::new(), BTreeSet::new());
    for worker in &workers {
        let about = About::of(worker);
        let labels = labels(&[("worker", &worker.name)]);
        let is_online = life(worker, &about, now) == Life::Online;
        if is_online {
            alive.insert((worker.broker.as_str(), worker.name.as_str()));
        }
        online.push((labels.clone(), u64::from(is_online)));
        active.extend(about.active.map(|count| (labels, count)));
    }
    m.gauge("flower_worker_online", "Whether a worker is online.", online);
    m.gauge("flower_worker_number_of_currently_executing_tasks", "Tasks that a worker runs now.", active);
    fetched(ctx, &alive, now, m).await?;
    counted(&ctx.app.db.celery_counts().await?, m);
    let of_queue = |queue: &store::CeleryQueue| {
        (labels(&[("broker", queue.broker.as_str()), ("queue", queue.name.as_str())]), queue.messages)
    };
    m.gauge("vigie_celery_queue_messages", "Messages that wait for a worker.", queues.iter().map(of_queue));
    Ok(())
}

/// What workers that are online have fetched and not begun, without what has its own time to begin at.
async fn fetched(ctx: &Ctx, alive: &BTreeSet<(&str, &str)>, now: Timestamp, m: &mut Metrics) -> Result<()> {
    let mut by_name: BTreeMap<(String, String), u64> = BTreeMap::new();
    for task in ctx.app.db.celery_fetched(now - FETCHED_WITHIN).await? {
        if task.detail.eta.is_none() && alive.contains(&(task.broker.as_str(), task.worker.as_str())) {
            *by_name.entry((task.worker, task.name)).or_default() += 1;
        }
    }
    let rows = by_name.iter().map(|((worker, task), n)| (labels(&[("worker", worker), ("task", task)]), *n));
    m.gauge("flower_worker_prefetched_tasks", "Tasks that a worker has fetched and not begun.", rows);
    Ok(())
}

/// Of a worker and a name of tasks; of several brokers that have both, the sum.
#[derive(Default)]
struct Ran {
    n: u64,
    micros: i64,
    classes: [u64; CLASSES.len()],
}

fn counted(counts: &[CeleryCount], m: &mut Metrics) {
    let mut events: BTreeMap<[&str; 3], u64> = BTreeMap::new();
    let mut ran: BTreeMap<[&str; 2], Ran> = BTreeMap::new();
    let mut waited: BTreeMap<[&str; 2], i64> = BTreeMap::new();
    for count in counts {
        let (worker, task, what) = (count.worker.as_str(), count.task.as_str(), count.what.as_str());
        match what {
            RUNTIME => {
                let ran = ran.entry([worker, task]).or_default();
                (ran.n, ran.micros) = (ran.n + count.n, ran.micros + count.micros);
            }
            PREFETCH => {
                waited.insert([worker, task], count.micros);
            }
            _ => match counts::class(what) {
                Some(place) => ran.entry([worker, task]).or_default().classes[place] += count.n,
                None => *events.entry([worker, what, task]).or_default() += count.n,
            },
        }
    }
    let of_event = |(key, n): ([&str; 3], u64)| {
        let [worker, kind, task] = key;
        (labels(&[("worker", worker), ("type", kind), ("task", task)]), n)
    };
    m.counter("flower_events_total", "Events of tasks.", events.into_iter().map(of_event));
    let classes = ran.iter().flat_map(|(key, ran)| classes(*key, ran));
    m.histogram("flower_task_runtime_seconds", "How long tasks ran.", classes);
    let of_wait = |(key, micros): ([&str; 2], i64)| {
        let [worker, task] = key;
        (labels(&[("worker", worker), ("task", task)]), micros as f64 / 1e6)
    };
    let help = "How long the task that was begun last waited in its worker; 0 once it has ended.";
    m.gauge("flower_task_prefetch_time_seconds", help, waited.into_iter().map(of_wait));
}

/// Each class holds those below it, as Prometheus counts.
fn classes([worker, task]: [&str; 2], ran: &Ran) -> Vec<(String, f64)> {
    let mut below = 0;
    let mut rows: Vec<(String, f64)> = Vec::new();
    for ((_, bound), n) in CLASSES.iter().zip(ran.classes) {
        below += n;
        rows.push((format!("_bucket{}", labels(&[("worker", worker), ("task", task), ("le", bound)])), below as f64));
    }
    let own = labels(&[("worker", worker), ("task", task)]);
    rows.push((format!("_count{own}"), ran.n as f64));
    rows.push((format!("_sum{own}"), ran.micros as f64 / 1e6));
    rows
}
