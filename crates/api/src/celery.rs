//! Celery clusters: brokers, workers, queues, tasks.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// A broker that Vigie listens to, or has listened to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryBroker {
    pub name: String,
    /// Without the password.
    pub url: String,
    /// `connecting`, `connected` or `away`.
    pub reach: String,
    #[schema(value_type = String)]
    pub since: Timestamp,
    pub error: Option<String>,
    #[schema(value_type = Option<String>)]
    pub last_event_at: Option<Timestamp>,
    /// Events since Vigie began, messages that were none, and messages for which there was no room.
    pub events: u64,
    pub unread: u64,
    pub dropped: u64,
    /// Why the last message that was no event could not be read.
    pub problem: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryBrokers {
    pub rows: Vec<CeleryBroker>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryWorker {
    pub broker: String,
    pub name: String,
    /// `online`, `offline` (it has said so) or `lost`.
    pub state: String,
    #[schema(value_type = String)]
    pub heartbeat_at: Timestamp,
    #[schema(value_type = String)]
    pub first_seen: Timestamp,
    pub pid: i64,
    /// `prefork`, and how many tasks it runs at the same time; `null` until it has answered.
    pub pool: Option<String>,
    pub concurrency: Option<u64>,
    pub active: Option<u64>,
    pub processed: Option<u64>,
    /// Of its machine, over 1, 5 and 15 minutes.
    pub load: Vec<f64>,
    pub software: Option<String>,
    pub queues: Vec<String>,
    /// What it answers to Celery's `stats`.
    #[schema(value_type = Object)]
    pub stats: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryWorkers {
    pub rows: Vec<CeleryWorker>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryQueue {
    pub broker: String,
    pub name: String,
    /// Messages that wait.
    pub messages: u64,
    /// Messages that workers have fetched and not finished.
    pub unacked: Option<u64>,
    pub consumers: Option<u64>,
    #[schema(value_type = String)]
    pub measured_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryQueues {
    pub rows: Vec<CeleryQueue>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryTask {
    pub broker: String,
    pub id: String,
    pub name: String,
    /// As Celery writes it: `SUCCESS`.
    pub state: String,
    pub worker: String,
    pub queue: String,
    pub args: String,
    pub kwargs: String,
    pub root_id: Option<String>,
    pub parent_id: Option<String>,
    #[schema(value_type = String)]
    pub first_seen: Timestamp,
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
    pub retries: u64,
    /// Seconds.
    pub runtime: Option<f64>,
    pub result: Option<String>,
    pub exception: Option<String>,
    pub traceback: Option<String>,
    pub eta: Option<String>,
    pub expires: Option<String>,
    pub client: Option<String>,
    pub signal: Option<String>,
    /// When it came into each state (`sent`, `received`, `started` …), in seconds since 1970, by the clock of its machine.
    pub times: BTreeMap<String, f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryTasks {
    pub rows: Vec<CeleryTask>,
    pub next: Option<String>,
    /// How far back a search looked, where a bound ended it.
    #[schema(value_type = Option<String>)]
    pub searched_until: Option<Timestamp>,
}

/// A task, and those that come from the same one, itself among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryTaskDetail {
    pub task: CeleryTask,
    pub family: Vec<CeleryTask>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct CeleryTasksQuery {
    pub broker: Option<String>,
    /// `shop.tasks.bill`
    pub name: Option<String>,
    /// `SUCCESS`, `FAILURE` …
    pub state: Option<String>,
    pub worker: Option<String>,
    /// Part of the name, the id or the arguments.
    pub q: Option<String>,
    #[param(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    #[param(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct CeleryTaskQuery {
    /// Where tasks of several brokers have the same id.
    pub broker: Option<String>,
}

/// An order to workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCeleryOrder {
    /// Needed where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
    /// `{"command": "revoke", "task": "…", "terminate": "SIGTERM"}`; `pool_grow` and `pool_shrink` with `worker` and `by`,
    /// `pool_restart`, `autoscale` with `min` and `max`, `add_consumer` and `cancel_consumer` with `queue`, `rate_limit` with
    /// `task` and `rate`, `time_limit` with `task`, `soft_s` and `hard_s`.
    #[schema(value_type = Object)]
    pub order: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CeleryShutdown {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CeleryPurge {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
    /// How many messages it holds: it is emptied only where it holds just so many.
    pub messages: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CeleryOrderDone {
    pub no: i64,
    pub broker: String,
    /// What each worker has answered; `purged` or `holds` with a number of messages, of a queue; `error` where it failed.
    #[schema(value_type = Object)]
    pub answers: serde_json::Value,
}
