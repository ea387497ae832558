//! An event as a record: a message with fields to search by, and the whole event as one text.

use super::{FieldsBuilder, Reception, RecordField};
use crate::{event::Event, grouping::Grouping};
use model::{Level, Timestamp};
use serde_json::Value;
use std::time::Duration;

/// One record of the kind `error`.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRecord<'a> {
    pub time: Timestamp,
    pub level: Level,
    /// What people read in a list: the title.
    pub message: &'a str,
    /// In a fixed order: `project`, `issue`, `exception.type`, `tags.browser`…
    pub fields: Vec<RecordField<'a>>,
    /// The event as [`Event::body`] writes it; [`Event::from_body`] reads it again.
    pub body: String,
}

/// How far a client's clock may be ahead, and how old what it tells may be, which has waited for a network. What is beyond has
/// the time of its reception: Sentry draws the same lines.
const AHEAD_MAX: Duration = Duration::from_secs(60);
const AGE_MAX: Duration = Duration::from_secs(30 * 86_400);

impl<'a> EventRecord<'a> {
    pub fn new(event: &'a Event, grouping: &'a Grouping, reception: Reception<'a>) -> Self {
        let is_plausible = |time: &Timestamp| {
            time.since(reception.received) <= AHEAD_MAX && reception.received.since(*time) <= AGE_MAX
        };
        let time = event.timestamp.filter(is_plausible);
        Self {
            time: time.unwrap_or(reception.received),
            level: event.level(),
            message: &grouping.title,
            fields: fields(event, grouping, reception),
            body: event.body(),
        }
    }
}

fn fields<'a>(event: &'a Event, grouping: &'a Grouping, reception: Reception<'a>) -> Vec<RecordField<'a>> {
    let mut fields = FieldsBuilder::new();
    fields.text("project", Some(reception.project));
    fields.text("issue", grouping.hashes.first().map(ToString::to_string));
    fields.text("event_id", Some(reception.event_id.simple().to_string()));
    add_exception(event, grouping, &mut fields);
    add_names(event, &mut fields);
    add_people(event, &mut fields);
    for name in ["browser", "os", "runtime", "device"] {
        fields.text(name, named(event, name));
    }
    for (name, value) in &event.tags {
        fields.text(format!("tags.{name}"), Some(value.as_str()));
    }
    fields.list
}

fn add_exception<'a>(event: &'a Event, grouping: &'a Grouping, fields: &mut FieldsBuilder<'a>) {
    let main = event.main_exception();
    fields.text("exception.type", main.and_then(|exception| exception.kind.as_deref()));
    fields.text("exception.value", main.and_then(|exception| exception.value.as_deref()));
    fields.flag("handled", main.and_then(|exception| exception.mechanism.as_ref()?.handled));
    fields.text("culprit", Some(grouping.culprit.as_str()).filter(|_| event.transaction.is_none()));
}

fn add_names<'a>(event: &'a Event, fields: &mut FieldsBuilder<'a>) {
    let names = [
        ("transaction", &event.transaction),
        ("release", &event.release),
        ("dist", &event.dist),
        ("environment", &event.environment),
        ("server_name", &event.server_name),
        ("platform", &event.platform),
        ("logger", &event.logger),
    ];
    names.into_iter().for_each(|(name, value)| fields.text(name, value.as_deref()));
    fields.text("sdk", event.sdk.as_ref().map(|sdk| sdk.name.as_str()));
}

fn add_people<'a>(event: &'a Event, fields: &mut FieldsBuilder<'a>) {
    if let Some(user) = &event.user {
        fields.text("user.id", user.id.as_deref());
        fields.text("user.email", user.email.as_deref());
        fields.text("user.username", user.username.as_deref());
        fields.text("user.ip", user.ip_address.as_deref());
    }
    if let Some(request) = &event.request {
        fields.text("method", request.method.as_deref());
        fields.text("url", request.url.as_deref());
    }
    let trace = event.trace();
    fields.text("trace_id", trace.trace_id);
    fields.text("span_id", trace.span_id);
}

/// A context as people say it: `CPython 3.11.7`, `iPhone 14`.
fn named(event: &Event, context: &str) -> Option<String> {
    let context = event.contexts.get(context)?;
    let text = |key: &str| context.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let name = text("name").or_else(|| text("model")).or_else(|| text("family"))?;
    Some(text("version").map_or_else(|| name.to_owned(), |version| format!("{name} {version}")))
}
