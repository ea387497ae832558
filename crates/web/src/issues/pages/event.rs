//! One event, as far as it is shown: everything in it was written by a client.

use crate::{
    issues::{
        lookup::FoundEvent,
        pages::{reasons::ShownGrouping, request::ShownRequest, stack::ShownException},
    },
    layout::{foreign::Foreign, rows, view::View},
    logs::pages::explore::Sign,
    performance::trace::address::address as trace_address,
};
use errors::{
    Event,
    event::{Breadcrumb, User},
    scrubbing::{REMOVED, RemovedBecause},
};
use model::{Level, Timestamp};
use reports::StoredEvent;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};
use store::EventAttachment;
use uuid::Uuid;

const VALUE_BYTES_MAX: usize = 4_096;
const MESSAGE_BYTES_MAX: usize = 8_192;
/// Lines of a log that belong to an event without a trace.
const AROUND: Duration = Duration::from_secs(30);
/// How long a trace may last before the error, and go on after it.
const TRACE_AROUND: Duration = Duration::from_secs(3_600);

#[derive(Clone, Debug)]
pub(crate) struct ShownEvent {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    /// The events around it, by their addresses.
    pub(crate) older: Option<String>,
    pub(crate) newer: Option<String>,
    pub(crate) message: Option<Foreign>,
    pub(crate) exceptions: Vec<ShownException>,
    pub(crate) breadcrumbs: Vec<ShownBreadcrumb>,
    pub(crate) request: Option<ShownRequest>,
    pub(crate) user: Vec<ShownPair>,
    /// Label and value of what the event says of itself.
    pub(crate) facts: Vec<(&'static str, Foreign)>,
    pub(crate) tags: Vec<ShownPair>,
    pub(crate) contexts: Vec<(Foreign, Vec<ShownPair>)>,
    pub(crate) extra: Vec<ShownPair>,
    pub(crate) modules: Vec<ShownPair>,
    pub(crate) removed: Vec<RemovedRow>,
    /// Where something was cut or could not be read.
    pub(crate) problems: Vec<Foreign>,
    pub(crate) grouping: ShownGrouping,
    /// The page of its trace.
    pub(crate) trace: Option<String>,
    pub(crate) attachments: Vec<AttachmentRow>,
    /// The lines of its trace, and of its minute, in the search of logs.
    pub(crate) trace_logs: Option<String>,
    pub(crate) minute_logs: String,
}

/// A file that came with the event.
#[derive(Clone, Debug)]
pub(crate) struct AttachmentRow {
    pub(crate) name: Foreign,
    pub(crate) kind: Foreign,
    pub(crate) bytes: u64,
    /// From where it is downloaded.
    pub(crate) address: String,
}

/// A name with its value.
#[derive(Clone, Debug)]
pub(crate) struct ShownPair {
    pub(crate) name: Foreign,
    /// None where it was taken out as secret.
    pub(crate) value: Option<Foreign>,
}

#[derive(Clone, Debug)]
pub(crate) struct ShownBreadcrumb {
    pub(crate) at: Option<Timestamp>,
    pub(crate) level: Option<Sign>,
    pub(crate) category: Foreign,
    pub(crate) message: Foreign,
    pub(crate) data: Vec<ShownPair>,
}

#[derive(Clone, Debug)]
pub(crate) struct RemovedRow {
    pub(crate) path: Foreign,
    pub(crate) why: &'static str,
}

impl ShownEvent {
    /// `address` is that of its issue.
    pub(crate) fn of(v: &View, address: &str, found: &FoundEvent) -> Self {
        let (stored, event) = (&found.event, &found.event.event);
        let around = |id: Option<Uuid>| id.map(|id| format!("{address}/events/{}", id.simple()));
        let message = event.message.as_ref().map(errors::event::Message::text).filter(|text| !text.is_empty());
        Self {
            id: stored.event_id.simple().to_string(),
            at: stored.at,
            older: around(found.older),
            newer: around(found.newer),
            message: message.map(|text| Foreign::text(text.as_bytes(), MESSAGE_BYTES_MAX)),
            exceptions: super::stack::exceptions(event),
            breadcrumbs: event.breadcrumbs.iter().map(ShownBreadcrumb::of).collect(),
            request: event.request.as_ref().map(ShownRequest::of),
            user: event.user.as_ref().map(user).unwrap_or_default(),
            facts: clock_of_client(v, stored).into_iter().chain(facts(event)).collect(),
            tags: text_pairs(&event.tags),
            contexts: event.contexts.iter().filter_map(context).collect(),
            extra: pairs(&event.extra),
            modules: text_pairs(&event.modules),
            removed: removed(event),
            problems: event.problems.iter().map(|problem| Foreign::line(problem.path.as_bytes())).collect(),
            grouping: ShownGrouping::of(&found.grouping),
            trace: event.trace().trace_id.and_then(|id| trace_address(&id)),
            attachments: found.attachments.iter().map(|file| attachment(address, file)).collect(),
            trace_logs: event.trace().trace_id.map(|id| trace_logs(v, stored.at, &id)),
            minute_logs: logs(v, "", stored.at, AROUND),
        }
    }
}

impl ShownEvent {
    pub(crate) fn removed_count(&self) -> u64 {
        self.removed.len() as u64
    }

    pub(crate) fn problem_count(&self) -> u64 {
        self.problems.len() as u64
    }
}

fn attachment(address: &str, file: &EventAttachment) -> AttachmentRow {
    AttachmentRow {
        name: Foreign::line(file.name.as_bytes()),
        kind: Foreign::line(file.content_type.as_bytes()),
        bytes: file.bytes,
        address: format!("{address}/attachments/{}", file.no),
    }
}

fn trace_logs(v: &View, at: Timestamp, id: &str) -> String {
    // Quotation marks would end the value; an id has none.
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    logs(v, &format!("trace_id:\"{id}\""), at, TRACE_AROUND)
}

fn logs(v: &View, q: &str, at: Timestamp, around: Duration) -> String {
    let (since, until) = (v.machine(&(at - around)), v.machine(&(at + around)));
    rows::address("/explore", &[("q", q), ("since", &since), ("until", &until)])
}

/// When it happened by the clock of its client, where that is too far from ours to file it by.
fn clock_of_client(v: &View, stored: &StoredEvent) -> Option<(&'static str, Foreign)> {
    let told = stored.event.timestamp.filter(|told| *told != stored.at)?;
    Some(("event-client-time", Foreign::line(v.moment(&told).as_bytes())))
}

fn facts(event: &Event) -> Vec<(&'static str, Foreign)> {
    let trace = event.trace();
    let sdk = event.sdk.as_ref().map(|sdk| format!("{} {}", sdk.name, sdk.version.as_deref().unwrap_or_default()));
    let facts = [
        ("event-release", &event.release),
        ("event-environment", &event.environment),
        ("event-transaction", &event.transaction),
        ("event-server", &event.server_name),
        ("event-logger", &event.logger),
        ("event-platform", &event.platform),
        ("event-sdk", &sdk),
        ("event-trace", &trace.trace_id),
    ];
    let told = facts.into_iter().filter_map(|(label, value)| Some((label, value.as_deref()?)));
    told.map(|(label, value)| (label, Foreign::line(value.trim().as_bytes()))).collect()
}

fn user(user: &User) -> Vec<ShownPair> {
    let own = [
        ("id", &user.id),
        ("email", &user.email),
        ("username", &user.username),
        ("name", &user.name),
        ("ip_address", &user.ip_address),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Some(text_pair(name, value.as_deref()?)));
    own.chain(pairs(&user.data)).collect()
}

/// The trace is told elsewhere.
fn context((name, value): (&String, &Value)) -> Option<(Foreign, Vec<ShownPair>)> {
    let rows = match value {
        _ if name == "trace" => return None,
        Value::Object(map) => pairs(map),
        other => vec![pair(name, other)],
    };
    Some((Foreign::line(name.as_bytes()), rows))
}

fn removed(event: &Event) -> Vec<RemovedRow> {
    let row = |removed: &errors::scrubbing::Removed| RemovedRow {
        path: Foreign::line(removed.path.as_bytes()),
        why: match removed.why {
            RemovedBecause::Key => "removed-key",
            RemovedBecause::Credentials => "removed-credentials",
            RemovedBecause::Token => "removed-token",
            RemovedBecause::BankNumber => "removed-bank-number",
            RemovedBecause::Email => "removed-email",
            RemovedBecause::IpAddress => "removed-ip-address",
            RemovedBecause::Pattern => "removed-pattern",
        },
    };
    event.removed.iter().map(row).collect()
}

impl ShownBreadcrumb {
    fn of(crumb: &Breadcrumb) -> Self {
        let category = crumb.category.as_deref().or(crumb.kind.as_deref()).unwrap_or_default();
        Self {
            at: crumb.timestamp,
            level: crumb.level.filter(|level| *level >= Level::Warning).map(Sign),
            category: Foreign::line(category.as_bytes()),
            message: Foreign::text(crumb.message.as_deref().unwrap_or_default().as_bytes(), VALUE_BYTES_MAX),
            data: pairs(&crumb.data),
        }
    }
}

/// Names with their values: texts as they are, others as JSON.
pub(super) fn pairs(map: &Map<String, Value>) -> Vec<ShownPair> {
    map.iter().map(|(name, value)| pair(name, value)).collect()
}

pub(super) fn text_pairs(map: &BTreeMap<String, String>) -> Vec<ShownPair> {
    map.iter().map(|(name, value)| text_pair(name, value)).collect()
}

pub(super) fn pair(name: &str, value: &Value) -> ShownPair {
    match value {
        Value::String(text) => text_pair(name, text),
        other => text_pair(name, &other.to_string()),
    }
}

fn text_pair(name: &str, value: &str) -> ShownPair {
    ShownPair {
        name: Foreign::line(name.as_bytes()),
        value: (value != REMOVED).then(|| Foreign::text(value.as_bytes(), VALUE_BYTES_MAX)),
    }
}
