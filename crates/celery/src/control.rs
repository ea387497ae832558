//! What may be asked of a cluster: orders to its workers, and the emptying of a queue.
//!
//! Source: celery/app/control.py and celery/worker/control.py of Celery 5.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// One order, as it is kept until it is carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// A task is not begun; one that runs is ended by a signal, where that is said.
    Revoke {
        task: String,
        terminate: Option<Signal>,
    },
    PoolGrow {
        worker: String,
        by: u32,
    },
    PoolShrink {
        worker: String,
        by: u32,
    },
    PoolRestart {
        worker: String,
    },
    Autoscale {
        worker: String,
        min: u32,
        max: u32,
    },
    AddConsumer {
        worker: String,
        queue: String,
    },
    CancelConsumer {
        worker: String,
        queue: String,
    },
    /// `10/m`; `0` for no limit. Of all workers, unless one is named.
    RateLimit {
        task: String,
        rate: String,
        worker: Option<String>,
    },
    TimeLimit {
        task: String,
        soft_s: Option<f64>,
        hard_s: Option<f64>,
        worker: Option<String>,
    },
    Shutdown {
        worker: String,
    },
    /// Empties a queue that holds just so many messages: nothing else is thrown away.
    Purge {
        queue: String,
        messages: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signal {
    #[serde(rename = "SIGTERM")]
    Term,
    #[serde(rename = "SIGKILL")]
    Kill,
    #[serde(rename = "SIGINT")]
    Int,
}

impl Signal {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Term => "SIGTERM",
            Self::Kill => "SIGKILL",
            Self::Int => "SIGINT",
        }
    }
}

/// What a worker is told: the method of its panel, its arguments, and who is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Broadcast {
    pub method: &'static str,
    pub arguments: Map<String, Value>,
    pub destination: Option<Vec<String>>,
}

impl Command {
    /// As workers are told; none where the broker itself is asked.
    pub fn broadcast(&self) -> Option<Broadcast> {
        let (method, arguments, worker) = match self {
            Self::Revoke { task, terminate } => {
                let signal = terminate.map(Signal::as_str);
                let arguments =
                    json!({"task_id": task, "terminate": signal.is_some(), "signal": signal.unwrap_or("SIGTERM")});
                ("revoke", arguments, None)
            }
            Self::PoolGrow { worker, by } => ("pool_grow", json!({"n": by}), Some(worker)),
            Self::PoolShrink { worker, by } => ("pool_shrink", json!({"n": by}), Some(worker)),
            Self::PoolRestart { worker } => ("pool_restart", json!({"reload": false}), Some(worker)),
            Self::Autoscale { worker, min, max } => ("autoscale", json!({"min": min, "max": max}), Some(worker)),
            Self::AddConsumer { worker, queue } => ("add_consumer", json!({"queue": queue}), Some(worker)),
            Self::CancelConsumer { worker, queue } => ("cancel_consumer", json!({"queue": queue}), Some(worker)),
            Self::RateLimit { task, rate, worker } => {
                ("rate_limit", json!({"task_name": task, "rate_limit": rate}), worker.as_ref())
            }
            Self::TimeLimit { task, soft_s, hard_s, worker } => {
                ("time_limit", json!({"task_name": task, "soft": soft_s, "hard": hard_s}), worker.as_ref())
            }
            Self::Shutdown { worker } => ("shutdown", json!({}), Some(worker)),
            Self::Purge { .. } => return None,
        };
        let arguments = arguments.as_object().cloned().unwrap_or_default();
        Some(Broadcast { method, arguments, destination: worker.map(|worker| vec![worker.clone()]) })
    }

    /// Whether a worker answers: one that shuts down does not.
    pub fn is_answered(&self) -> bool {
        !matches!(self, Self::Shutdown { .. })
    }

    pub fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_told_as_workers_understand_them_and_come_back_from_the_store() {
        let worker = || "w1@h".to_owned();
        for (command, method, arguments, is_for_one) in [
            (
                Command::Revoke { task: "t".into(), terminate: None },
                "revoke",
                json!({"task_id": "t", "terminate": false, "signal": "SIGTERM"}),
                false,
            ),
            (
                Command::Revoke { task: "t".into(), terminate: Some(Signal::Kill) },
                "revoke",
                json!({"task_id": "t", "terminate": true, "signal": "SIGKILL"}),
                false,
            ),
            (Command::PoolGrow { worker: worker(), by: 2 }, "pool_grow", json!({"n": 2}), true),
            (Command::Autoscale { worker: worker(), min: 1, max: 9 }, "autoscale", json!({"min": 1, "max": 9}), true),
            (Command::AddConsumer { worker: worker(), queue: "q".into() }, "add_consumer", json!({"queue": "q"}), true),
            (
                Command::RateLimit { task: "shop.bill".into(), rate: "10/m".into(), worker: None },
                "rate_limit",
                json!({"task_name": "shop.bill", "rate_limit": "10/m"}),
                false,
            ),
            (Command::Shutdown { worker: worker() }, "shutdown", json!({}), true),
        ] {
            let told = command.broadcast().unwrap();
            assert_eq!((told.method, Value::Object(told.arguments)), (method, arguments));
            assert_eq!(told.destination, is_for_one.then(|| vec![worker()]));
            assert_eq!(Command::parse(&command.to_json()), Some(command));
        }
        assert_eq!(Command::Purge { queue: "q".into(), messages: 3 }.broadcast(), None);
    }
}
