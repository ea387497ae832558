//! The client's own word on what belongs together: `["payments", "{{ default }}"]`.

use super::{
    GroupHash,
    part::{Basis, Parts, What, Whose},
    title,
};
use crate::event::{Event, Frame};

pub(super) struct Fingerprint {
    pub(super) basis: Basis,
    pub(super) hashes: Vec<GroupHash>,
    pub(super) parts: Parts,
}

/// None where the client says nothing but `{{ default }}`. `default` are the hashes that stand for it.
pub(super) fn of(event: &Event, default: &[GroupHash]) -> Option<Fingerprint> {
    let said = &event.fingerprint;
    if said.iter().all(|part| is_default(part)) {
        return None;
    }
    let mut parts = Parts::default();
    let values: Vec<Option<String>> =
        said.iter().map(|part| (!is_default(part)).then(|| resolved(part, event))).collect();
    for value in values.iter().map(|value| value.as_deref().unwrap_or("{{ default }}")) {
        parts.count(Whose::Event, What::Fingerprint, value.to_owned());
    }
    let hash = |default: &str| {
        GroupHash::of(values.iter().flat_map(|value| match value {
            Some(value) => ["fingerprint", value.as_str()],
            None => ["default", default],
        }))
    };
    let has_default = values.iter().any(Option::is_none);
    let (basis, hashes) = match has_default {
        true => (Basis::FingerprintAndDefault, default.iter().map(|default| hash(&default.to_string())).collect()),
        false => (Basis::Fingerprint, vec![hash("")]),
    };
    Some(Fingerprint { basis, hashes, parts })
}

/// The name within `{{ name }}`.
fn variable(part: &str) -> Option<&str> {
    Some(part.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim())
}

fn is_default(part: &str) -> bool {
    variable(part) == Some("default")
}

/// A part with what the event says for its variable; as it is, where it is none that is known.
fn resolved(part: &str, event: &Event) -> String {
    let Some(name) = variable(part) else { return part.to_owned() };
    let main = event.main_exception();
    let frame = title::culprit_frame(event);
    let of_frame = |field: fn(&Frame) -> Option<&String>| frame.and_then(field).cloned();
    let value = match name {
        "type" | "error.type" => main.and_then(|exception| exception.kind.clone()),
        "value" | "error.value" => main.and_then(|exception| exception.value.clone()),
        "message" => event.message.as_ref().map(|message| message.text()),
        "transaction" => event.transaction.clone(),
        "level" => Some(event.level().to_string()),
        "logger" => event.logger.clone(),
        "release" => event.release.clone(),
        "function" | "stack.function" => of_frame(|frame| frame.function.as_ref()),
        "module" | "stack.module" => of_frame(|frame| frame.module.as_ref()),
        "package" | "stack.package" => of_frame(|frame| frame.package.as_ref()),
        "abs_path" | "stack.abs_path" => of_frame(|frame| frame.abs_path.as_ref()),
        name => name.strip_prefix("tags.").and_then(|tag| event.tags.get(tag).cloned()),
    };
    value.unwrap_or_else(|| part.to_owned())
}
