//! What tasks did, counted for metrics: events, running times by class, and how long the last one waited in its worker.
//!
//! Source: `PrometheusMetrics.observe_task` of flower/events.py (Flower 2.2), whose names and classes these are.

use crate::event::{Event, TaskEvent, TaskEventKind, What};
use std::collections::BTreeMap;
use store::{CeleryCount, CeleryMicros, CeleryTask};

/// What the rows are called that count no events.
pub const RUNTIME: &str = "runtime";
pub const PREFETCH: &str = "prefetch";
const CLASS: &str = "le:";

/// The upper bounds of the classes of running times, in seconds, as Prometheus' own libraries have them.
pub const CLASSES: [(f64, &str); 15] = [
    (0.005, "0.005"),
    (0.01, "0.01"),
    (0.025, "0.025"),
    (0.05, "0.05"),
    (0.075, "0.075"),
    (0.1, "0.1"),
    (0.25, "0.25"),
    (0.5, "0.5"),
    (0.75, "0.75"),
    (1.0, "1.0"),
    (2.5, "2.5"),
    (5.0, "5.0"),
    (7.5, "7.5"),
    (10.0, "10.0"),
    (f64::INFINITY, "+Inf"),
];

/// The class that a row counts: its place in [`CLASSES`].
pub fn class(what: &str) -> Option<usize> {
    let bound = what.strip_prefix(CLASS)?;
    CLASSES.iter().position(|(_, text)| *text == bound)
}

/// What a batch of events adds; `tasks` are as they stand after it.
pub fn count(broker: &str, tasks: &BTreeMap<String, CeleryTask>, events: &[Event]) -> Vec<CeleryCount> {
    let mut counts: BTreeMap<(String, String, String), CeleryCount> = BTreeMap::new();
    let mut add = |worker: &str, task: &str, what: &str, micros: i64, micros_are: CeleryMicros| {
        let key = (worker.to_owned(), task.to_owned(), what.to_owned());
        let count = counts.entry(key).or_insert_with_key(|(worker, task, what)| CeleryCount {
            broker: broker.to_owned(),
            worker: worker.clone(),
            task: task.clone(),
            what: what.clone(),
            n: 0,
            micros: 0,
            micros_are,
        });
        count.n += 1;
        match micros_are {
            CeleryMicros::Added => count.micros = count.micros.saturating_add(micros),
            CeleryMicros::Replaced => count.micros = micros,
        }
    };
    for event in events {
        let What::Task(told) = &event.what else { continue };
        let known = tasks.get(&told.id);
        let name = told.name.as_deref().or(known.map(|task| task.name.as_str())).unwrap_or_default();
        let worker = sender(&event.hostname);
        add(&worker, name, told.kind.as_str(), 0, CeleryMicros::Added);
        if let Some(seconds) = told.runtime.filter(|seconds| *seconds > 0.0) {
            let micros = (seconds * 1e6) as i64;
            let (_, class) = CLASSES.iter().find(|(bound, _)| seconds <= *bound).unwrap_or(&CLASSES[14]);
            add(&worker, name, RUNTIME, micros, CeleryMicros::Added);
            add(&worker, name, &format!("{CLASS}{class}"), 0, CeleryMicros::Added);
        }
        if let Some(micros) = known.and_then(|task| waited(task, told)) {
            add(&worker, name, PREFETCH, micros, CeleryMicros::Replaced);
        }
    }
    counts.into_values().collect()
}

/// How long a task waits in its worker, where an event tells it: what is begun has waited, what has ended waits no more. What
/// has its own time to begin at does not count.
fn waited(task: &CeleryTask, told: &TaskEvent) -> Option<i64> {
    let time = |kind: &str| task.detail.times.0.get(kind).copied();
    let (received, started) = (time("received")?, time("started")?);
    match told.kind {
        _ if task.detail.eta.is_some() => None,
        TaskEventKind::Started => Some(((started - received).max(0.0) * 1e6) as i64),
        TaskEventKind::Succeeded | TaskEventKind::Failed => Some(0),
        _ => None,
    }
}

/// `celery@shop-1`; `gen@shop-1` for `gen6492@shop-1`: a process that only sends is one of many, and each would be a row.
fn sender(hostname: &str) -> String {
    let own = hostname.strip_prefix("gen").and_then(|rest| rest.split_once('@'));
    match own {
        Some((pid, host)) if !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()) => format!("gen@{host}"),
        _ => hostname.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::decode_envelope, task};
    use model::Timestamp;

    #[test]
    fn what_a_real_cluster_did_is_counted() {
        let lines = include_str!("../tests/fixtures/redis.jsonl").lines();
        let events: Vec<Event> = lines.flat_map(|line| decode_envelope(line.as_bytes()).unwrap()).collect();
        let mut tasks = BTreeMap::new();
        task::fold("shop", &mut tasks, &events, Timestamp::from_micros(0));
        let counts = count("shop", &tasks, &events);
        let of = |worker: &str, task: &str, what: &str| {
            let is = |count: &&CeleryCount| (&*count.worker, &*count.task, &*count.what) == (worker, task, what);
            counts.iter().find(is).map(|count| (count.n, count.micros))
        };
        assert_eq!(of("w1@shop-1", "shop.fail", "task-failed"), Some((1, 0)));
        assert_eq!(of("w1@shop-1", "shop.flaky", "task-retried"), Some((1, 0)));
        assert!(of("gen@shop-1", "shop.add", "task-sent").is_some_and(|(n, _)| n >= 4));
        let (n, micros) = of("w1@shop-1", "shop.add", RUNTIME).unwrap();
        let classes = counts.iter().filter(|count| count.task == "shop.add" && class(&count.what).is_some());
        assert_eq!((classes.map(|count| count.n).sum::<u64>(), micros > 0), (n, true));
        assert_eq!(of("w1@shop-1", "shop.fail", PREFETCH).map(|(_, micros)| micros), Some(0), "it waits no more");
        assert!(counts.iter().all(|count| !count.worker.starts_with("gen6")));
    }
}
