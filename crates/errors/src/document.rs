//! The JSON of an item, read within bounds and scrubbed: what every kind of item begins with.

use crate::{
    fields::{Fields, FreeBounds, Keep, objects},
    json::{self, NotJson},
    problem::{Place, Problem, Problems},
    scrubbing::{Removed, Scrubbing},
    tree::Json,
};
use serde_json::{Map, Value};

/// Records of one item.
const RECORDS_MAX: usize = 1000;

/// What is read of the attributes of a record.
const ATTRIBUTES_BOUNDS: FreeBounds = FreeBounds { entries: 200, depth: 4, text_chars: 8192 };

/// What was read of an item, with what was set aside and taken out on the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told<T> {
    pub what: T,
    pub problems: Vec<Problem>,
    pub removed: Vec<Removed>,
}

/// Reads one object.
///
/// # Errors
/// When the bytes are no JSON.
pub(crate) fn one<T: Default>(
    what: &'static str,
    bytes: &[u8],
    scrubbing: &Scrubbing,
    read: impl FnOnce(Fields<'_>) -> T,
) -> Result<Told<T>, NotJson> {
    whole(what, bytes, scrubbing, |value, problems| {
        Fields::of(value, Place::Root, problems).map(read).unwrap_or_default()
    })
}

/// Reads the records of `{"items": […]}`, of a list, or of an object that is one itself.
///
/// # Errors
/// When the bytes are no JSON.
pub(crate) fn many<T>(
    what: &'static str,
    bytes: &[u8],
    scrubbing: &Scrubbing,
    read: impl FnMut(Fields<'_>) -> Option<T>,
) -> Result<Told<Vec<T>>, NotJson> {
    whole(what, bytes, scrubbing, |value, problems| {
        let list = match value {
            Json::List(list) => list,
            Json::Object(mut object) => match object.take("items") {
                Some(Json::List(list)) => list,
                _ => vec![Json::Object(object)],
            },
            other => vec![other],
        };
        objects(list, Keep::First(RECORDS_MAX), &Place::Key(&Place::Root, "items"), problems, read)
    })
}

fn whole<T>(
    what: &'static str,
    bytes: &[u8],
    scrubbing: &Scrubbing,
    read: impl FnOnce(Json<'_>, &mut Problems) -> T,
) -> Result<Told<T>, NotJson> {
    let mut problems = Problems::default();
    let (what, removed) = json::read(what, bytes, &mut problems, |mut document, problems| {
        let removed = scrubbing.scrub(&mut document);
        (read(document, problems), removed)
    })?;
    Ok(Told { what, problems: problems.into_list(), removed })
}

/// `{"key": {"value": 1, "type": "integer"}}` as `{"key": 1}`.
pub(crate) fn attributes(fields: &mut Fields<'_>) -> Map<String, Value> {
    let typed = fields.free_map("attributes", ATTRIBUTES_BOUNDS);
    let plain = |value| match value {
        Value::Object(mut map) if map.contains_key("value") => map.swap_remove("value").unwrap_or_default(),
        other => other,
    };
    typed.into_iter().map(|(key, value)| (key, plain(value))).collect()
}

/// An attribute as text, where it is a text, a number or a flag.
pub(crate) fn attribute(attributes: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match attributes.get(*key)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    })
}
