//! Events as kombu carries them: an envelope of JSON whose body is JSON in base64, one event or a list of them.
//!
//! Source: celery/events/event.py and kombu/transport/virtual/base.py of Celery and kombu 5.

use crate::text::{self, kept};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

/// Bytes of one message, and events in it. Workers send twenty events at a time, of a few kilobytes each.
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
const EVENTS_MAX: usize = 10_000;

/// What happened, and where. Moments are seconds since 1970, by the clock of that machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `celery@shop-1`, or `gen6492@shop-1` for who only sends.
    pub hostname: String,
    pub pid: i64,
    /// Of Lamport: it rises with each event of a process.
    pub clock: i64,
    pub timestamp: f64,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Worker(WorkerEvent, Sign),
    Task(Box<TaskEvent>),
    /// Of a kind that is none of Celery's own: programs may send theirs.
    Other(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerEvent {
    Online,
    Heartbeat,
    Offline,
}

/// What a worker says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sign {
    /// Seconds between two heartbeats.
    pub freq: Option<f64>,
    pub active: Option<u64>,
    pub processed: Option<u64>,
    /// Of the machine, over 1, 5 and 15 minutes.
    pub load: Vec<f64>,
    /// `py-celery 5.7.0 (Linux)`
    pub software: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TaskEvent {
    pub id: String,
    pub kind: TaskEventKind,
    pub name: Option<String>,
    pub args: Option<String>,
    pub kwargs: Option<String>,
    pub root_id: Option<String>,
    pub parent_id: Option<String>,
    pub retries: Option<u64>,
    pub eta: Option<String>,
    pub expires: Option<String>,
    pub queue: Option<String>,
    pub exchange: Option<String>,
    pub routing_key: Option<String>,
    pub result: Option<String>,
    pub runtime: Option<f64>,
    pub exception: Option<String>,
    pub traceback: Option<String>,
    /// Of a task that was revoked.
    pub signal: Option<String>,
    pub has_expired: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskEventKind {
    Sent,
    Received,
    Started,
    Succeeded,
    Failed,
    Retried,
    Revoked,
    Rejected,
}

impl TaskEventKind {
    /// As Celery calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "task-sent",
            Self::Received => "task-received",
            Self::Started => "task-started",
            Self::Succeeded => "task-succeeded",
            Self::Failed => "task-failed",
            Self::Retried => "task-retried",
            Self::Revoked => "task-revoked",
            Self::Rejected => "task-rejected",
        }
    }
}

/// Why a message is none of Celery's events.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("a message of {0} bytes is too long")]
    TooLong(usize),
    #[error("a message is not JSON")]
    NotJson,
    #[error("a message is written as {0}: set event_serializer = \"json\" in the program")]
    Serializer(String),
    #[error("the body of a message is not base64")]
    NotBase64,
    #[error("a message holds no event")]
    NoEvent,
}

/// The events of a message of Redis: kombu's envelope.
///
/// # Errors
/// What of it cannot be read. Of a list, what is no event is left out.
pub fn decode_envelope(message: &[u8]) -> Result<Vec<Event>, Problem> {
    decode_body(&open_envelope(message)?)
}

/// The body of an envelope.
pub(crate) fn open_envelope(message: &[u8]) -> Result<Vec<u8>, Problem> {
    if message.len() > MESSAGE_BYTES_MAX {
        return Err(Problem::TooLong(message.len()));
    }
    let envelope: Value = serde_json::from_slice(message).map_err(|_| Problem::NotJson)?;
    check_content_type(envelope["content-type"].as_str())?;
    let body = envelope["body"].as_str().ok_or(Problem::NoEvent)?;
    match envelope["properties"]["body_encoding"].as_str() {
        Some("base64") => STANDARD.decode(body).map_err(|_| Problem::NotBase64),
        _ => Ok(body.as_bytes().to_vec()),
    }
}

/// # Errors
/// Where it is not JSON: what else there is can hold programs (pickle), or is no text.
pub fn check_content_type(content_type: Option<&str>) -> Result<(), Problem> {
    match content_type {
        None | Some("application/json") => Ok(()),
        Some(other) => Err(Problem::Serializer(text::name(other))),
    }
}

/// The events of a body: one, or a list.
///
/// # Errors
/// Where there is none in it.
pub fn decode_body(body: &[u8]) -> Result<Vec<Event>, Problem> {
    if body.len() > MESSAGE_BYTES_MAX {
        return Err(Problem::TooLong(body.len()));
    }
    let value: Value = serde_json::from_slice(body).map_err(|_| Problem::NotJson)?;
    let events: Vec<Event> = match &value {
        Value::Array(list) => list.iter().take(EVENTS_MAX).filter_map(event).collect(),
        one => event(one).into_iter().collect(),
    };
    if events.is_empty() { Err(Problem::NoEvent) } else { Ok(events) }
}

fn event(value: &Value) -> Option<Event> {
    let fields = value.as_object()?;
    let kind = fields.get("type")?.as_str()?;
    let hostname = text::name(fields.get("hostname")?.as_str()?);
    let what = match kind {
        "worker-online" => What::Worker(WorkerEvent::Online, sign(fields)),
        "worker-heartbeat" => What::Worker(WorkerEvent::Heartbeat, sign(fields)),
        "worker-offline" => What::Worker(WorkerEvent::Offline, sign(fields)),
        _ => match task_kind(kind) {
            Some(kind) => What::Task(Box::new(task(kind, fields)?)),
            None => What::Other(text::name(kind)),
        },
    };
    let number = |key| fields.get(key).and_then(Value::as_i64).unwrap_or_default();
    let timestamp = fields.get("timestamp").and_then(Value::as_f64).unwrap_or_default();
    Some(Event { hostname, pid: number("pid"), clock: number("clock"), timestamp, what })
}

fn task_kind(kind: &str) -> Option<TaskEventKind> {
    Some(match kind.strip_prefix("task-")? {
        "sent" => TaskEventKind::Sent,
        "received" => TaskEventKind::Received,
        "started" => TaskEventKind::Started,
        "succeeded" => TaskEventKind::Succeeded,
        "failed" => TaskEventKind::Failed,
        "retried" => TaskEventKind::Retried,
        "revoked" => TaskEventKind::Revoked,
        "rejected" => TaskEventKind::Rejected,
        _ => return None,
    })
}

fn sign(fields: &Map<String, Value>) -> Sign {
    let word = |key| fields.get(key).and_then(Value::as_str);
    let software = word("sw_ident").map(|ident| {
        let (version, system) = (word("sw_ver").unwrap_or_default(), word("sw_sys").unwrap_or_default());
        text::name(&format!("{ident} {version} ({system})"))
    });
    let load = fields.get("loadavg").and_then(Value::as_array);
    Sign {
        freq: fields.get("freq").and_then(Value::as_f64).filter(|freq| *freq > 0.0),
        active: fields.get("active").and_then(Value::as_u64),
        processed: fields.get("processed").and_then(Value::as_u64),
        load: load.map_or_else(Vec::new, |load| load.iter().take(3).filter_map(Value::as_f64).collect()),
        software,
    }
}

fn task(kind: TaskEventKind, fields: &Map<String, Value>) -> Option<TaskEvent> {
    let word = |key| fields.get(key).and_then(Value::as_str).filter(|word| !word.is_empty()).map(text::name);
    let long = |key, chars| shown(fields.get(key)?).map(|text| kept(&text, chars));
    let flag = |key| fields.get(key).and_then(Value::as_bool).unwrap_or_default();
    let signal = fields.get("signum").filter(|_| flag("terminated")).and_then(shown);
    let traceback = long("traceback", text::TRACEBACK_CHARS);
    let exception = long("exception", text::EXCEPTION_CHARS);
    let exception = exception.map(|exception| named(exception, traceback.as_deref()));
    Some(TaskEvent {
        id: word("uuid")?,
        kind,
        name: word("name"),
        args: long("args", text::ARGS_CHARS),
        kwargs: long("kwargs", text::ARGS_CHARS),
        root_id: word("root_id"),
        parent_id: word("parent_id"),
        retries: fields.get("retries").and_then(Value::as_u64),
        eta: word("eta"),
        expires: word("expires"),
        queue: word("queue"),
        // The default exchange has no name: it is told as Celery tells it.
        exchange: fields.get("exchange").and_then(Value::as_str).map(text::name),
        routing_key: word("routing_key"),
        result: long("result", text::ARGS_CHARS),
        runtime: fields.get("runtime").and_then(Value::as_f64),
        exception,
        traceback,
        signal: signal.map(|signal| text::name(&signal)),
        has_expired: flag("expired"),
    })
}

/// An error by its name. Celery tells of a task that was ended at its time limit only that there is a traceback: its last line
/// says which error it was, `billiard.exceptions.TimeLimitExceeded: TimeLimitExceeded(2,)`.
fn named(exception: String, traceback: Option<&str>) -> String {
    if exception != "ExceptionWithTraceback()" {
        return exception;
    }
    let last = traceback.and_then(|text| text.lines().rfind(|line| !line.trim().is_empty()));
    match last.and_then(|line| line.split_once(": ")) {
        Some((_, error)) => kept(&error.replace(",)", ")"), text::EXCEPTION_CHARS),
        None => exception,
    }
}

/// A text as it is; anything else as JSON; none where there is nothing.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(body: &str) -> String {
        let body = STANDARD.encode(body);
        format!(r#"{{"body":"{body}","content-type":"application/json","properties":{{"body_encoding":"base64"}}}}"#)
    }

    #[test]
    fn what_a_real_cluster_published_is_read() {
        let lines = include_str!("../tests/fixtures/redis.jsonl").lines();
        let events: Vec<Event> = lines.flat_map(|line| decode_envelope(line.as_bytes()).unwrap()).collect();
        let of = |kind| {
            let is = |event: &&Event| matches!(&event.what, What::Task(task) if task.kind == kind);
            events.iter().filter(is).count()
        };
        assert!(events.len() > 60, "{}", events.len());
        assert_eq!((of(TaskEventKind::Retried), of(TaskEventKind::Revoked), of(TaskEventKind::Failed)), (1, 3, 3));
        assert!(matches!(&events[0].what, What::Worker(WorkerEvent::Online, sign) if sign.freq == Some(2.0)
            && sign.software.as_deref() == Some("py-celery 5.7.0 (Linux)") && sign.load.len() == 3));
        assert!(!format!("{events:?}").contains("hunter2"), "a secret is kept");
        assert!(events.iter().all(|event| !matches!(event.what, What::Other(_))));
    }

    #[test]
    fn what_is_no_event_says_why() {
        let pickled = r#"{"body":"gAJ9","content-type":"application/x-python-serialize","properties":{}}"#;
        let cases = [
            ("not json".to_owned(), Problem::NotJson),
            (pickled.to_owned(), Problem::Serializer("application/x-python-serialize".into())),
            (r#"{"body":"*","properties":{"body_encoding":"base64"}}"#.to_owned(), Problem::NotBase64),
            (envelope("[]"), Problem::NoEvent),
            (envelope("7"), Problem::NoEvent),
            (envelope(r#"{"type":"task-sent","hostname":"h"}"#), Problem::NoEvent),
            ("{}".to_owned(), Problem::NoEvent),
        ];
        for (message, problem) in cases {
            assert_eq!(decode_envelope(message.as_bytes()), Err(problem), "{message}");
        }
    }

    #[test]
    fn of_a_list_what_is_an_event_is_kept_and_foreign_values_are_harmless() {
        let list = r#"[7, {"type":"task-started","hostname":"h","uuid":"a","clock":"x","runtime":"slow","args":[1]},
            {"type":"task-progress","hostname":"h","uuid":"a"}, {"type":"worker-heartbeat","hostname":"w","freq":-1}]"#;
        let events = decode_body(list.as_bytes()).unwrap();
        assert_eq!(events.len(), 3);
        let What::Task(task) = &events[0].what else { panic!("{events:?}") };
        assert_eq!((task.id.as_str(), task.runtime, task.args.as_deref()), ("a", None, Some("[1]")));
        assert_eq!(events[1].what, What::Other("task-progress".into()));
        assert!(matches!(&events[2].what, What::Worker(WorkerEvent::Heartbeat, sign) if sign.freq.is_none()));
    }
}
