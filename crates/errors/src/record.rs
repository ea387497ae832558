//! What the telemetry store keeps of an event: a message with fields to search by, and the whole event as one text.

use crate::{event::Event, grouping::Grouping};
use model::{Level, Timestamp};
use uuid::Uuid;

/// Characters of a value that is searched by; the body has it whole.
const VALUE_CHARS_MAX: usize = 512;

/// One record of the kind `error`.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRecord {
    pub time: Timestamp,
    pub level: Level,
    /// What people read in a list: the issue's title.
    pub message: String,
    /// Names with texts, in a fixed order: `issue`, `project`, `exception.type`, `tags.browser`…
    pub fields: Vec<(String, String)>,
    /// The event as [`Event::body`] writes it; [`Event::from_body`] reads it again.
    pub body: String,
}

/// What whoever received an event knows besides.
#[derive(Clone, Copy, Debug)]
pub struct Reception<'a> {
    pub project: &'a str,
    /// What the event is known by: the client's id, or one that was made for it.
    pub event_id: Uuid,
    pub received: Timestamp,
}

/// How far a client's clock may be ahead; what is later has the time of its reception.
const AHEAD_MAX: std::time::Duration = std::time::Duration::from_secs(60);

impl EventRecord {
    pub fn new(event: &Event, grouping: &Grouping, reception: Reception<'_>) -> Self {
        let time = event.timestamp.filter(|time| time.since(reception.received) <= AHEAD_MAX);
        Self {
            time: time.unwrap_or(reception.received),
            level: event.level(),
            message: grouping.title.clone(),
            fields: fields(event, grouping, reception),
            body: event.body(),
        }
    }
}

fn fields(event: &Event, grouping: &Grouping, reception: Reception<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::with_capacity(24 + event.tags.len());
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            fields.push((name.to_owned(), value.chars().take(VALUE_CHARS_MAX).collect()));
        }
    };
    let issue = grouping.hashes.first().map(ToString::to_string);
    add("project", Some(reception.project));
    add("issue", issue.as_deref());
    add("event_id", Some(&reception.event_id.simple().to_string()));
    let main = event.main_exception();
    add("exception.type", main.and_then(|exception| exception.kind.as_deref()));
    add("exception.value", main.and_then(|exception| exception.value.as_deref()));
    let handled = main.and_then(|exception| exception.mechanism.as_ref()?.handled);
    add("handled", handled.map(|handled| if handled { "true" } else { "false" }));
    add("culprit", Some(&grouping.culprit).filter(|_| event.transaction.is_none()).map(String::as_str));
    add("transaction", event.transaction.as_deref());
    add("release", event.release.as_deref());
    add("dist", event.dist.as_deref());
    add("environment", event.environment.as_deref());
    add("server_name", event.server_name.as_deref());
    add("platform", event.platform.as_deref());
    add("logger", event.logger.as_deref());
    add("sdk", event.sdk.as_ref().map(|sdk| sdk.name.as_str()));
    let user = event.user.as_ref();
    add("user.id", user.and_then(|user| user.id.as_deref()));
    add("user.email", user.and_then(|user| user.email.as_deref()));
    add("user.username", user.and_then(|user| user.username.as_deref()));
    add("user.ip", user.and_then(|user| user.ip_address.as_deref()));
    let request = event.request.as_ref();
    add("method", request.and_then(|request| request.method.as_deref()));
    add("url", request.and_then(|request| request.url.as_deref()));
    let trace = event.trace();
    add("trace_id", trace.trace_id.as_deref());
    add("span_id", trace.span_id.as_deref());
    for (name, value) in &event.tags {
        add(&format!("tags.{name}"), Some(value));
    }
    fields
}
