//! What a job of a run holds: its frozen settings, and of each item what it stands for. Uids and hashes, never values.

use crate::{
    plan::{Action, Entry},
    settings::Settings,
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
}

/// An item of the metadata: an object, or a cycle that travels together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    pub objects: Vec<Entry>,
}

impl Group {
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
        let more = if objects.len() > 1 { format!(" and {} more", objects.len() - 1) } else { String::new() };
        let label = format!("{} {}{more}", objects[0].kind, objects[0].uid);
        items.push(item(at, message, label, &Group { objects }));
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
        let label = format!("{} {set} {unit}: {count} from {}", table.names().1, part.from[0]);
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
