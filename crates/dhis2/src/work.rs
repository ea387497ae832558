//! What a job of a run holds: its frozen settings, and of each item what it stands for. Uids and hashes, never values.

use crate::{
    plan::{Action, Entry},
    settings::Settings,
    tracker::Program,
    values::{Key, Slice},
};
use serde::{Deserialize, Serialize};
use store::NewItem;
use uuid::Uuid;

/// Objects of one message, cycles counted whole.
const MESSAGE_OBJECTS: usize = crate::client::IDS_MAX;

/// The settings of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// The configuration's number and name, and its run.
    pub sync: i64,
    pub name: String,
    pub run: Uuid,
    pub phase: Phase,
    /// As they were when the run began.
    pub settings: Settings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    Metadata,
    Values,
    Completeness,
    Tracker,
}

/// An item of the metadata: an object, or a cycle that travels together. Of tracker data: what is to be written of an entity
/// and of what it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    pub objects: Vec<Entry>,
    /// Of tracker data: the program on the source, and the entity; of an event without one, itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
}

impl Group {
    /// What leads from one entity to another.
    pub(crate) fn is_relationship(&self) -> bool {
        self.objects.iter().any(|one| one.kind.starts_with("relationships "))
    }

    pub(crate) fn deletes(&self) -> bool {
        self.objects.iter().any(|one| one.action == Action::Delete)
    }
}

/// An item of the values: the keys from one to another of what a slice holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub slice: Slice,
    pub from: Key,
    pub to: Key,
    pub count: usize,
    /// The target had nothing of the slice.
    #[serde(default)]
    pub fresh: bool,
}

/// The items of the metadata, packed into messages.
pub(crate) fn metadata_items(entries: &[Entry], order: &[Vec<usize>]) -> Vec<NewItem> {
    let (mut message, mut packed, mut deletes) = (1, 0, false);
    let mut items = Vec::with_capacity(order.len());
    for (at, group) in order.iter().enumerate() {
        let is_deleted = group.iter().any(|at| entries[*at].action == Action::Delete);
        let is_full = packed > 0 && packed + group.len() > MESSAGE_OBJECTS;
        // One message writes, or deletes.
        if is_full || (is_deleted && !deletes) {
            (message, packed, deletes) = (message + 1, 0, is_deleted);
        }
        packed += group.len();
        let objects: Vec<Entry> = group.iter().map(|at| entries[*at].clone()).collect();
        let more = if objects.len() > 1 { format!(" + {}", objects.len() - 1) } else { String::new() };
        let label = format!("{} {}{more}", objects[0].kind, objects[0].uid);
        items.push(item(at, message, label, &Group { objects, program: None, owner: String::new() }));
    }
    items
}

/// The items of tracker data, packed into messages that write or delete.
pub(crate) fn tracker_items(groups: &[Group]) -> Vec<NewItem> {
    let (mut message, mut packed, mut last) = (1, 0, None);
    let mut items = Vec::with_capacity(groups.len());
    for (at, group) in groups.iter().enumerate() {
        let sort = (group.deletes(), group.is_relationship());
        let is_full = packed + group.objects.len() > MESSAGE_OBJECTS;
        if packed > 0 && (is_full || last != Some(sort)) {
            (message, packed) = (message + 1, 0);
        }
        (packed, last) = (packed + group.objects.len(), Some(sort));
        let more = if group.objects.len() > 1 { format!(" ({})", group.objects.len()) } else { String::new() };
        let label = format!("{} {}{more}", group.objects[0].kind, group.owner);
        items.push(item(at, message, label, group));
    }
    items
}

/// The items of the values, or of the registrations: those of a slice are one message.
pub(crate) fn value_items(parts: &[Part]) -> Vec<NewItem> {
    let mut message = 0;
    let mut last: Option<&Slice> = None;
    let mut items = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        if last != Some(&part.slice) {
            (message, last) = (message + 1, Some(&part.slice));
        }
        let (Slice { set, unit, table, .. }, count) = (&part.slice, part.count);
        let label = format!("{} {set} {unit} {} ({count})", table.names().1, part.from[0]);
        items.push(item(at, message, label, part));
    }
    items
}

fn item(at: usize, message: i64, label: String, payload: &impl Serialize) -> NewItem {
    NewItem {
        seq: i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1),
        message_no: message,
        ledger_key: None,
        content: String::new(),
        label,
        payload: serde_json::to_string(payload).unwrap_or_default(),
        verdict: None,
    }
}
