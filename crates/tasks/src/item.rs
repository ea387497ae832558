//! What an item stands for.

use serde_json::{Map, Value};
use store::ClaimedItem;

/// The payload, read.
pub(crate) struct Subject {
    /// One text: the payload's string, its JSON as it is, or the label where the payload is empty.
    pub(crate) text: String,
    /// The payload's fields, when it is an object.
    pub(crate) fields: Map<String, Value>,
}

pub(crate) fn subject(item: &ClaimedItem) -> Subject {
    match serde_json::from_str(&item.payload) {
        Ok(Value::String(text)) => Subject { text, fields: Map::new() },
        Ok(Value::Object(fields)) if fields.is_empty() => Subject { text: item.label.clone(), fields },
        Ok(Value::Object(fields)) => Subject { text: item.payload.clone(), fields },
        Ok(Value::Null) => Subject { text: item.label.clone(), fields: Map::new() },
        _ if item.payload.is_empty() => Subject { text: item.label.clone(), fields: Map::new() },
        _ => Subject { text: item.payload.clone(), fields: Map::new() },
    }
}

/// The end of `text`, at most `bytes` long, cut between characters.
pub(crate) fn tail(text: &str, bytes: usize) -> &str {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

/// The beginning of `text`, at most `bytes` long, cut between characters.
pub(crate) fn head(text: &str, bytes: usize) -> &str {
    let mut to = text.len().min(bytes);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    &text[..to]
}
