//! What makes two objects the same: their JSON without what a server adds by itself, sets in one order, references to
//! `default` objects as the target has them; and the hash of that.

use crate::settings::Sharing;
use ring::digest::{Context, SHA256};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Added or changed by the server itself.
const SERVERS: [&str; 8] =
    ["lastUpdated", "lastUpdatedBy", "created", "createdBy", "href", "access", "user", "favorites"];
const SHARING: [&str; 5] = ["sharing", "publicAccess", "userAccesses", "userGroupAccesses", "externalAccess"];
/// Lists whose order means something; every other list is a set.
const ORDERED: [&str; 6] = ["options", "categories", "categoryOptions", "dataElements", "indicators", "legends"];

/// How objects of one side are read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub sharing: Sharing,
    /// Uids of the source that are others on the target: those of `default` objects, and of a mapping.
    pub uids: HashMap<String, String>,
    /// The same, turned round.
    pub back: HashMap<String, String>,
}

impl Reading {
    pub fn new(sharing: Sharing, uids: HashMap<String, String>) -> Self {
        let back = uids.iter().map(|(here, there)| (there.clone(), here.clone())).collect();
        Self { sharing, uids, back }
    }

    /// As the target names what the source names so.
    pub fn there<'a>(&'a self, uid: &'a str) -> &'a str {
        self.uids.get(uid).map_or(uid, String::as_str)
    }

    /// As the source names what the target names so.
    pub fn here<'a>(&'a self, uid: &'a str) -> &'a str {
        self.back.get(uid).map_or(uid, String::as_str)
    }
}

/// An object as it is sent to the target: without what servers add.
pub fn outgoing(mut object: Map<String, Value>, reading: &Reading) -> Map<String, Value> {
    let keeps = reading.sharing == Sharing::Keep;
    object.retain(|name, value| {
        let name = name.as_str();
        let is_left_out = SERVERS.contains(&name) || value.is_null() || (keeps && SHARING.contains(&name));
        !is_left_out
    });
    if !reading.uids.is_empty() {
        if let Some(Value::String(uid)) = object.get_mut("id")
            && let Some(other) = reading.uids.get(uid.as_str())
        {
            uid.clone_from(other);
        }
        object.values_mut().for_each(|value| rename(value, &reading.uids));
    }
    object
}

/// The object as it is compared, by property.
pub fn properties(object: &Map<String, Value>, reading: &Reading) -> Vec<(String, Value)> {
    let mut object = outgoing(object.clone(), reading);
    object.iter_mut().for_each(|(name, value)| settle(name, value));
    let mut properties: Vec<(String, Value)> = object.into_iter().filter(|(_, value)| !is_nothing(value)).collect();
    properties.sort_by(|(a, _), (b, _)| a.cmp(b));
    properties
}

/// 128 bits in hexadecimal.
pub fn hash(object: &Map<String, Value>, reading: &Reading) -> String {
    let mut context = Context::new(&SHA256);
    for (name, value) in properties(object, reading) {
        context.update(name.as_bytes());
        context.update(value.to_string().as_bytes());
    }
    hex(&context.finish().as_ref()[..16])
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Names of the properties in which two objects differ, and their values: for a person, never to be kept.
pub fn differences<'a>(
    a: &'a [(String, Value)],
    b: &'a [(String, Value)],
) -> Vec<(&'a str, Option<&'a Value>, Option<&'a Value>)> {
    let find =
        |list: &'a [(String, Value)], name: &str| list.iter().find(|(one, _)| one == name).map(|(_, value)| value);
    let mut names: Vec<&str> = a.iter().chain(b).map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let pairs = names.into_iter().map(|name| (name, find(a, name), find(b, name)));
    pairs.filter(|(_, a, b)| a != b).collect()
}

/// Uids of everything that the object refers to, sharing left aside.
pub fn references(object: &Map<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    let own = object.iter().filter(|(name, _)| !SERVERS.contains(&name.as_str()) && !SHARING.contains(&name.as_str()));
    own.for_each(|(_, value)| collect(value, &mut found));
    found.sort_unstable();
    found.dedup();
    found
}

fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
        Value::Object(fields) => {
            into.extend(fields.get("id").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, into));
        }
        _ => {}
    }
}

fn rename(value: &mut Value, uids: &HashMap<String, String>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, uids)),
        Value::Object(fields) => {
            if let Some(Value::String(uid)) = fields.get_mut("id")
                && let Some(other) = uids.get(uid.as_str())
            {
                uid.clone_from(other);
            }
            fields.values_mut().for_each(|value| rename(value, uids));
            // `sharing` names users by key.
            if fields.keys().any(|name| uids.contains_key(name)) {
                let renamed = std::mem::take(fields).into_iter();
                *fields = renamed.map(|(name, value)| (uids.get(&name).cloned().unwrap_or(name), value)).collect();
            }
        }
        _ => {}
    }
}

/// Sorts sets and keys; runs of blanks in `attributeValues` are one, as the server makes them.
fn settle(name: &str, value: &mut Value) {
    match value {
        Value::Array(values) => {
            values.iter_mut().for_each(|value| settle(name, value));
            if !ORDERED.contains(&name) {
                values.sort_by_cached_key(Value::to_string);
            }
        }
        Value::Object(fields) => {
            fields.retain(|inner, value| !SERVERS.contains(&inner.as_str()) && !value.is_null());
            fields.iter_mut().for_each(|(inner, value)| settle(inner, value));
            if name == "attributeValues"
                && let Some(Value::String(text)) = fields.get_mut("value")
            {
                *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            fields.sort_keys();
        }
        _ => {}
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("no object") };
        object
    }

    #[test]
    fn what_servers_add_and_the_order_of_sets_change_nothing() {
        let a = json!({"id": "a", "name": "A", "lastUpdated": "2026", "organisationUnits": [{"id": "x"}, {"id": "y"}],
            "attributeValues": [{"value": "two  words", "attribute": {"id": "t"}}], "translations": [], "code": null});
        let b = json!({"name": "A", "id": "a", "href": "https://b", "organisationUnits": [{"id": "y"}, {"id": "x"}],
            "attributeValues": [{"attribute": {"id": "t"}, "value": "two words"}], "sharing": {"public": "rw------"}});
        let reading = Reading::default();
        assert_eq!(hash(&of(a.clone()), &reading), hash(&of(b), &reading));
        let mut renamed = of(a.clone());
        renamed.insert("name".into(), "B".into());
        assert_ne!(hash(&of(a), &reading), hash(&renamed, &reading));
    }

    #[test]
    fn the_order_of_options_and_copied_sharing_count() {
        let reading = Reading { sharing: Sharing::Copy, ..Reading::default() };
        let set = |first: &str, second: &str| of(json!({"id": "s", "options": [{"id": first}, {"id": second}]}));
        assert_ne!(hash(&set("a", "b"), &reading), hash(&set("b", "a"), &reading));
        let shared = of(json!({"id": "s", "sharing": {"public": "r-------"}}));
        assert_ne!(hash(&shared, &reading), hash(&of(json!({"id": "s"})), &reading));
        assert_eq!(hash(&shared, &Reading::default()), hash(&of(json!({"id": "s"})), &Reading::default()));
    }

    #[test]
    fn references_to_default_objects_are_those_of_the_target() {
        let uids = HashMap::from([("oldDefault".to_owned(), "bjDvmb4bfuf".to_owned())]);
        let source = of(json!({"id": "e", "categoryCombo": {"id": "oldDefault"}}));
        let target = of(json!({"id": "e", "categoryCombo": {"id": "bjDvmb4bfuf"}}));
        let reading = Reading { uids, ..Reading::default() };
        assert_eq!(hash(&source, &reading), hash(&target, &Reading::default()));
        assert_eq!(references(&outgoing(source, &reading)), ["bjDvmb4bfuf"]);
    }
}
