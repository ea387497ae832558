//! What an event makes of a worker, and whether a worker lives.

use crate::event::{Event, Sign, What, WorkerEvent};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};
use store::CeleryWorker;

/// Workers of one broker: more than that are not kept.
pub const WORKERS_MAX: usize = 1_000;
/// Beyond twice the interval of heartbeats: events wait until they are written.
const PATIENCE: Duration = Duration::from_secs(12);
/// Where a worker does not say how often it gives a sign of life (Celery's own assumption).
const FREQ_USUAL: f64 = 60.0;
/// Bytes of what a worker answers that are kept.
const STATS_BYTES_MAX: usize = 32 * 1024;

/// What a worker says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    pub pid: i64,
    pub freq: Option<f64>,
    pub active: Option<u64>,
    pub processed: Option<u64>,
    pub load: Vec<f64>,
    pub software: Option<String>,
    /// Of its last event, by its own clock.
    pub timestamp: f64,
    /// What it answers to `stats`, and the queues it takes tasks from.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub stats: Value,
    pub queues: Vec<String>,
    /// What it answers to `active_queues`, `registered`, `conf`: as it came.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub inspects: Map<String, Value>,
}

/// How a worker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Online,
    /// It has said that it ends.
    Offline,
    /// It gives no sign of life, and has not said that it ends.
    Lost,
}

impl Life {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Offline => "offline",
            Self::Lost => "lost",
        }
    }
}

impl About {
    pub fn of(worker: &CeleryWorker) -> Self {
        serde_json::from_str(&worker.about).unwrap_or_default()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Its pool, as `prefork`, and how many tasks it runs at the same time.
    pub fn pool(&self) -> Option<(String, Option<u64>)> {
        let implementation = self.stats["pool"]["implementation"].as_str()?;
        // `celery.concurrency.prefork:TaskPool`
        let module = implementation.split(':').next().unwrap_or(implementation);
        let name = module.rsplit('.').next().unwrap_or(module).to_owned();
        Some((name, self.stats["pool"]["max-concurrency"].as_u64()))
    }

    /// Notes what a worker answers to a question, without secrets.
    pub fn note_answer(&mut self, method: &str, answer: &Value) {
        match method {
            "stats" => self.note_stats(answer),
            _ => {
                if method == "active_queues" {
                    self.note_queues(answer);
                }
                let text = answer.to_string();
                let clean = scrub::scrub(&text);
                if let Ok(clean) = serde_json::from_str(&clean)
                    && text.len() <= STATS_BYTES_MAX
                {
                    self.inspects.insert(method.to_owned(), clean);
                }
            }
        }
    }

    /// Notes what a worker answers to `stats`; an answer that is too long leaves what was known.
    pub fn note_stats(&mut self, stats: &Value) {
        if stats.is_object() && stats.to_string().len() <= STATS_BYTES_MAX {
            self.stats = stats.clone();
            // Addresses of other brokers, with their passwords.
            if let Some(broker) = self.stats.get_mut("broker").and_then(Value::as_object_mut) {
                broker.remove("alternates");
            }
        }
    }

    /// Notes what a worker answers to `active_queues`.
    pub fn note_queues(&mut self, queues: &Value) {
        if let Some(queues) = queues.as_array() {
            let names = queues.iter().filter_map(|queue| queue["name"].as_str());
            self.queues = names.take(100).map(crate::text::name).collect();
        }
    }
}

/// Whether a worker lives at `now`.
pub fn life(worker: &CeleryWorker, about: &About, now: Timestamp) -> Life {
    let freq = about.freq.unwrap_or(FREQ_USUAL).clamp(0.1, 86_400.0);
    match worker.is_offline {
        true => Life::Offline,
        false if now.since(worker.heartbeat_at) <= Duration::from_secs_f64(2.0 * freq) + PATIENCE => Life::Online,
        false => Life::Lost,
    }
}

/// The workers of a broker, and which of them are to be written.
#[derive(Debug, Default)]
pub struct Workers {
    known: BTreeMap<String, (CeleryWorker, About)>,
    changed: BTreeMap<String, Change>,
    /// Workers that had no room.
    pub dropped: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// Another sign of life, and nothing else.
    Sign,
    News,
}

impl Workers {
    pub fn of(kept: impl IntoIterator<Item = CeleryWorker>) -> Self {
        let known = kept.into_iter().map(|worker| (worker.name.clone(), (worker.clone(), About::of(&worker))));
        Self { known: known.collect(), ..Self::default() }
    }

    /// Folds an event in. Returns the worker's name where it has just come.
    pub fn apply(&mut self, broker: &str, event: &Event, now: Timestamp) -> Option<String> {
        let (kind, sign) = match &event.what {
            What::Worker(kind, sign) => (*kind, Some(sign)),
            // Whoever only sends tasks is no worker.
            What::Task(task) if task.kind != crate::event::TaskEventKind::Sent => (WorkerEvent::Heartbeat, None),
            _ => return None,
        };
        if sign.is_none() && !self.known.contains_key(&event.hostname) {
            return None;
        }
        if !self.known.contains_key(&event.hostname) && self.known.len() >= WORKERS_MAX {
            self.dropped += 1;
            return None;
        }
        let is_new = !self.known.contains_key(&event.hostname);
        let (worker, about) = self.known.entry(event.hostname.clone()).or_insert_with(|| {
            let (broker, name) = (broker.to_owned(), event.hostname.clone());
            let about = String::new();
            (
                CeleryWorker { broker, name, is_offline: false, heartbeat_at: now, created_at: now, about },
                About::default(),
            )
        });
        let was = (worker.is_offline, about.active, about.processed);
        worker.heartbeat_at = now;
        if let Some(sign) = sign {
            // What a task tells of a worker that has said that it ends came late.
            worker.is_offline = kind == WorkerEvent::Offline;
            note(about, event, sign);
        }
        let is_news = is_new || was != (worker.is_offline, about.active, about.processed);
        let change = if is_news { Change::News } else { Change::Sign };
        let slot = self.changed.entry(event.hostname.clone()).or_insert(change);
        *slot = (*slot).max(change);
        (is_new || kind == WorkerEvent::Online).then(|| event.hostname.clone())
    }

    /// Notes what a worker has answered.
    pub fn note(&mut self, name: &str, note: impl FnOnce(&mut About)) {
        if let Some((_, about)) = self.known.get_mut(name) {
            note(about);
            self.changed.insert(name.to_owned(), Change::News);
        }
    }

    pub fn has_news(&self) -> bool {
        self.changed.values().any(|change| *change == Change::News)
    }

    /// Those that changed since they were taken before.
    pub fn take_changed(&mut self) -> Vec<CeleryWorker> {
        let changed = std::mem::take(&mut self.changed);
        let found = changed.keys().filter_map(|name| self.known.get(name));
        found.map(|(worker, about)| CeleryWorker { about: about.to_json(), ..worker.clone() }).collect()
    }

    pub fn queues(&self) -> impl Iterator<Item = &str> {
        self.known.values().flat_map(|(_, about)| about.queues.iter().map(String::as_str))
    }

    /// How many take tasks from a queue, at `now`.
    pub fn consumers(&self, queue: &str, now: Timestamp) -> u64 {
        let takes = |(worker, about): &&(CeleryWorker, About)| {
            life(worker, about, now) == Life::Online && about.queues.iter().any(|name| name == queue)
        };
        self.known.values().filter(takes).count() as u64
    }
}

fn note(about: &mut About, event: &Event, sign: &Sign) {
    about.pid = event.pid;
    about.timestamp = event.timestamp;
    about.freq = sign.freq.or(about.freq);
    about.active = sign.active.or(about.active);
    about.processed = sign.processed.or(about.processed);
    if !sign.load.is_empty() {
        about.load.clone_from(&sign.load);
    }
    if sign.software.is_some() {
        about.software.clone_from(&sign.software);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::decode_body;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn event(kind: &str, active: u64) -> Event {
        let json = format!(r#"{{"type":"{kind}","hostname":"w@h","pid":7,"uuid":"t","freq":2.0,"active":{active}}}"#);
        decode_body(json.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn a_worker_comes_lives_and_goes() {
        let mut workers = Workers::default();
        assert_eq!(workers.apply("shop", &event("task-received", 0), NOW), None, "a task makes no worker");
        assert_eq!(workers.apply("shop", &event("worker-online", 0), NOW), Some("w@h".into()));
        let kept = workers.take_changed();
        assert_eq!(life(&kept[0], &About::of(&kept[0]), NOW), Life::Online);
        assert_eq!(life(&kept[0], &About::of(&kept[0]), NOW + Duration::from_secs(16)), Life::Online);
        assert_eq!(life(&kept[0], &About::of(&kept[0]), NOW + Duration::from_secs(17)), Life::Lost);
        workers.apply("shop", &event("worker-heartbeat", 0), NOW);
        assert!(!workers.has_news(), "a further sign of life can wait");
        workers.apply("shop", &event("worker-heartbeat", 3), NOW);
        assert!(workers.has_news());
        workers.apply("shop", &event("worker-offline", 0), NOW);
        workers.apply("shop", &event("task-succeeded", 0), NOW);
        let kept = workers.take_changed();
        assert_eq!(life(&kept[0], &About::of(&kept[0]), NOW), Life::Offline, "a late word of a task wakes nobody");
        assert!(workers.take_changed().is_empty());
    }

    #[test]
    fn what_a_worker_answers_is_kept_within_bounds() {
        let mut about = About::default();
        let stats = serde_json::json!({"pool": {"implementation": "celery.concurrency.prefork:TaskPool", "max-concurrency": 2},
            "broker": {"port": 5672, "alternates": ["amqp://shop:s3cret@mq2//"]}});
        about.note_stats(&stats);
        about.note_stats(&Value::from("x".repeat(STATS_BYTES_MAX)));
        assert_eq!(about.pool(), Some(("prefork".into(), Some(2))));
        assert_eq!(about.stats["broker"], serde_json::json!({"port": 5672}));
        about.note_queues(&serde_json::json!([{"name": "celery"}, {"name": 7}]));
        assert_eq!(about.queues, ["celery"]);
    }
}
