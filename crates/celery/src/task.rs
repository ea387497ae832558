//! What an event makes of a task.
//!
//! Events come late and in the wrong order, from machines whose clocks differ. A worker's events are in the order of its
//! Lamport clock; those of different processes in that of their time. An event that is older than the one from which the
//! state is fills in what is missing and changes nothing else. What a client says never outdoes what a worker says. So a
//! task that is run a second time stands where its second run stands, whereas Celery's own `State` keeps the better result.

use crate::event::{Event, TaskEvent, TaskEventKind, What};
use model::Timestamp;
use std::{cmp::Ordering, collections::BTreeMap};
use store::{CeleryState, CeleryTask, LastEvent};

/// Folds events into the tasks they tell of, in their order of arrival; those that are not there yet are made.
pub fn fold(broker: &str, tasks: &mut BTreeMap<String, CeleryTask>, events: &[Event], now: Timestamp) {
    for event in events {
        if let What::Task(told) = &event.what {
            let task = tasks.entry(told.id.clone()).or_insert_with(|| CeleryTask {
                broker: broker.to_owned(),
                id: told.id.clone(),
                created_at: now,
                ..CeleryTask::default()
            });
            apply(task, event, told);
            task.updated_at = now;
        }
    }
}

/// The ids of the tasks that events tell of.
pub fn ids(events: &[Event]) -> Vec<String> {
    let ids = events.iter().filter_map(|event| match &event.what {
        What::Task(task) => Some(task.id.clone()),
        _ => None,
    });
    let mut ids: Vec<String> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn apply(task: &mut CeleryTask, event: &Event, told: &TaskEvent) {
    let state = state_of(told.kind);
    let is_newer = match (&task.detail.last, told.kind) {
        (_, TaskEventKind::Sent) => false,
        (None, _) => true,
        (Some(last), _) => order(last, event) != Ordering::Greater,
    };
    note_time(task, told.kind, event.timestamp, is_newer);
    fill_in(task, event, told, is_newer);
    if is_newer {
        task.state = state;
        task.worker.clone_from(&event.hostname);
        task.detail.last = Some(LastEvent {
            hostname: event.hostname.clone(),
            pid: event.pid,
            clock: event.clock,
            timestamp: event.timestamp,
        });
    }
}

/// How the event that the state is from stands to another one.
fn order(last: &LastEvent, event: &Event) -> Ordering {
    if (last.hostname.as_str(), last.pid) == (event.hostname.as_str(), event.pid) {
        last.clock.cmp(&event.clock)
    } else {
        last.timestamp.total_cmp(&event.timestamp)
    }
}

fn state_of(kind: TaskEventKind) -> CeleryState {
    match kind {
        TaskEventKind::Sent => CeleryState::Pending,
        TaskEventKind::Received => CeleryState::Received,
        TaskEventKind::Started => CeleryState::Started,
        TaskEventKind::Succeeded => CeleryState::Success,
        TaskEventKind::Failed => CeleryState::Failure,
        TaskEventKind::Retried => CeleryState::Retry,
        TaskEventKind::Revoked => CeleryState::Revoked,
        TaskEventKind::Rejected => CeleryState::Rejected,
    }
}

/// The word under which the time of an event is kept, as Flower names it.
fn word(kind: TaskEventKind) -> &'static str {
    match kind {
        TaskEventKind::Sent => "sent",
        TaskEventKind::Received => "received",
        TaskEventKind::Started => "started",
        TaskEventKind::Succeeded => "succeeded",
        TaskEventKind::Failed => "failed",
        TaskEventKind::Retried => "retried",
        TaskEventKind::Revoked => "revoked",
        TaskEventKind::Rejected => "rejected",
    }
}

fn note_time(task: &mut CeleryTask, kind: TaskEventKind, at: f64, is_newer: bool) {
    let time = task.detail.times.0.entry(word(kind).to_owned()).or_insert(at);
    if is_newer || kind == TaskEventKind::Sent && at > *time {
        *time = at;
    }
}

fn fill_in(task: &mut CeleryTask, event: &Event, told: &TaskEvent, is_newer: bool) {
    let text = |place: &mut String, told: &Option<String>| {
        if let Some(told) = told.as_ref().filter(|_| is_newer || place.is_empty()) {
            place.clone_from(told);
        }
    };
    text(&mut task.name, &told.name);
    text(&mut task.queue, &told.queue);
    text(&mut task.args, &told.args);
    text(&mut task.kwargs, &told.kwargs);
    let detail = &mut task.detail;
    let some = |place: &mut Option<String>, told: &Option<String>| {
        if told.is_some() && (is_newer || place.is_none()) {
            place.clone_from(told);
        }
    };
    some(&mut task.root_id, &told.root_id);
    // A task that is tried again is its own parent.
    some(&mut task.parent_id, &told.parent_id.clone().filter(|parent| *parent != task.id));
    some(&mut detail.eta, &told.eta);
    some(&mut detail.expires, &told.expires);
    some(&mut detail.exchange, &told.exchange);
    some(&mut detail.routing_key, &told.routing_key);
    some(&mut detail.result, &told.result);
    some(&mut detail.exception, &told.exception);
    some(&mut detail.traceback, &told.traceback);
    some(&mut detail.signal, &told.signal);
    if told.runtime.is_some() && (is_newer || detail.runtime.is_none()) {
        detail.runtime = told.runtime;
    }
    detail.retries = detail.retries.max(told.retries.unwrap_or_default());
    detail.has_expired |= told.has_expired;
    // The first who sent it: a worker sends it again to try it again.
    if told.kind == TaskEventKind::Sent && detail.client.is_none() {
        detail.client = Some(event.hostname.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{decode_body, decode_envelope};

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn real() -> Vec<Event> {
        let lines = include_str!("../tests/fixtures/redis.jsonl").lines();
        lines.flat_map(|line| decode_envelope(line.as_bytes()).unwrap()).collect()
    }

    fn folded(events: &[Event]) -> BTreeMap<String, CeleryTask> {
        let mut tasks = BTreeMap::new();
        fold("shop", &mut tasks, events, NOW);
        tasks
    }

    /// Events written as `kind@clock`, or `kind@clock/pid`, of one task.
    fn story(words: &str) -> CeleryTask {
        let event = |word: &str| {
            let (kind, at) = word.split_once('@').unwrap();
            let (clock, pid) = at.split_once('/').unwrap_or((at, "1"));
            let host = if kind == "sent" { "gen@h" } else { "w@h" };
            let json = format!(
                r#"{{"type":"task-{kind}","uuid":"t","hostname":"{host}","pid":{pid},"clock":{clock},"timestamp":{clock}}}"#
            );
            decode_body(json.as_bytes()).unwrap().remove(0)
        };
        let events: Vec<Event> = words.split(' ').map(event).collect();
        folded(&events).remove("t").unwrap()
    }

    #[test]
    fn a_task_stands_where_its_last_event_left_it() {
        for (told, state) in [
            ("sent@1", CeleryState::Pending),
            ("sent@1 received@2 started@3 succeeded@4", CeleryState::Success),
            ("succeeded@4 started@3 received@2 sent@1", CeleryState::Success),
            // Tried again: it is received anew before it is told that it is tried again.
            ("received@2 started@3 received@5 retried@6", CeleryState::Retry),
            ("received@2 started@3 received@5 retried@6 started@7 succeeded@8", CeleryState::Success),
            // A second run after the first, of which the broker did not know that it was over.
            ("received@2 started@3 succeeded@4 received@5 started@6 failed@7", CeleryState::Failure),
            // The worker began anew, and so did its clock: then it is the time that counts.
            ("received@7 started@8 received@9/2 started@10/2", CeleryState::Started),
            ("sent@9 received@2 started@3", CeleryState::Started),
            ("received@2 sent@9", CeleryState::Received),
            ("received@2 revoked@3", CeleryState::Revoked),
            ("failed@4 failed@5", CeleryState::Failure),
        ] {
            assert_eq!(story(told).state, state, "{told}");
        }
    }

    #[test]
    fn the_tasks_of_a_real_cluster_stand_as_they_did() {
        let tasks = folded(&real());
        let by = |name: &str| {
            let mut states: Vec<_> =
                tasks.values().filter(|task| task.name == name).map(|task| task.state.as_str()).collect();
            states.sort_unstable();
            states.join(" ")
        };
        assert_eq!(by("shop.fail"), "FAILURE");
        assert_eq!(by("shop.flaky"), "SUCCESS");
        assert_eq!(by("shop.limited"), "FAILURE");
        assert_eq!(by("shop.total"), "SUCCESS");
        assert_eq!(by("shop.slow"), "REVOKED REVOKED");
        assert_eq!(by("shop.add"), "PENDING REVOKED SUCCESS SUCCESS SUCCESS SUCCESS SUCCESS");
        let flaky = tasks.values().find(|task| task.name == "shop.flaky").unwrap();
        assert_eq!((flaky.detail.retries, flaky.parent_id.as_deref()), (1, None));
        assert_eq!(flaky.detail.exception.as_deref(), Some("RuntimeError('again')"));
        let limited = tasks.values().find(|task| task.name == "shop.limited").unwrap();
        assert_eq!(limited.detail.exception.as_deref(), Some("TimeLimitExceeded(1)"));
        assert_eq!(limited.detail.exchange.as_deref(), Some(""));
        let total = tasks.values().find(|task| task.name == "shop.total").unwrap();
        assert!(total.parent_id.is_some() && total.root_id.is_some() && total.worker == "w1@shop-1");
        let ended = tasks.values().find(|task| task.detail.signal.is_some()).unwrap();
        assert_eq!((ended.name.as_str(), ended.detail.signal.as_deref()), ("shop.slow", Some("15")));
    }

    /// In whatever order events come, and however often, the end is the same.
    #[test]
    fn order_and_repetition_change_nothing() {
        let mut events = real();
        let expected = folded(&events);
        let mut turned = events.clone();
        turned.reverse();
        let mut by_halves = events.split_off(events.len() / 2);
        by_halves.extend(events);
        for events in [[turned.clone(), turned].concat(), by_halves] {
            for (id, task) in folded(&events) {
                let known = &expected[&id];
                let said = |task: &CeleryTask| {
                    let CeleryTask { state, worker, name, args, root_id, parent_id, .. } = task.clone();
                    (state, worker, name, args, root_id, parent_id, task.detail.result.clone(), task.detail.retries)
                };
                assert_eq!(said(&task), said(known), "{id}");
            }
        }
    }
}
