//! Which fields of a sender's objects are the parts of a record, where the sender says so: `?message_field=text`.

use serde_json::{Map, Value};
use std::borrow::Cow;
use telemetry::JsonNames;

/// Names of fields, with dots for those within others; empty where the usual names are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartFields {
    pub time: Option<String>,
    pub level: Option<String>,
    pub message: Option<String>,
    pub source: Option<String>,
}

impl PartFields {
    fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let pairs =
            [("time", &self.time), ("level", &self.level), ("message", &self.message), ("source", &self.source)];
        pairs.into_iter().filter_map(|(part, field)| Some((part, field.as_deref()?)))
    }

    /// The names under which the parts stand once [`Self::apply`] has moved them.
    pub(crate) fn names<'a>(&self, zone: &'a jiff::tz::TimeZone) -> JsonNames<'a> {
        let (usual, exact) = (JsonNames::default(), JsonNames::EXACT);
        JsonNames {
            time: if self.time.is_some() { exact.time } else { usual.time },
            level: if self.level.is_some() { exact.level } else { usual.level },
            message: if self.message.is_some() { exact.message } else { usual.message },
            source: usual.source,
            zone: Some(zone),
        }
    }

    /// The object with each field that is named as the part that it is; what had the part's name stays beside it. Other lines are
    /// given as they are.
    pub(crate) fn apply<'l>(&self, line: &'l [u8]) -> Cow<'l, [u8]> {
        if self.pairs().next().is_none() {
            return line.into();
        }
        let Ok(Value::Object(mut object)) = serde_json::from_slice(line) else { return line.into() };
        for (part, field) in self.pairs().filter(|(part, field)| part != field) {
            let Some(value) = take(&mut object, field) else { continue };
            if let Some(other) = object.insert(part.to_owned(), value) {
                object.insert(format!("{part}_"), other);
            }
        }
        serde_json::to_vec(&object).map_or(line.into(), Cow::Owned)
    }
}

/// The value of `name` itself, or of the object before its dot.
fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    if let Some(value) = object.remove(name) {
        return Some(value);
    }
    name.match_indices('.').find_map(|(at, _)| take(object.get_mut(&name[..at])?.as_object_mut()?, &name[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_the_parts_that_they_are_said_to_be() {
        let fields = PartFields {
            message: Some("text".into()),
            time: Some("meta.at".into()),
            level: Some("a.b.c".into()),
            ..PartFields::default()
        };
        let line = br#"{"text":"words","message":"other","meta":{"at":1,"n":2},"a.b":{"c":"warn"}}"#;
        let applied: Value = serde_json::from_slice(&fields.apply(line)).unwrap();
        assert_eq!(
            applied,
            serde_json::json!({"a.b": {}, "level": "warn", "message": "words", "message_": "other", "meta": {"n": 2}, "time": 1})
        );
        assert_eq!(fields.apply(b"no object").as_ref(), b"no object");
        assert_eq!(PartFields::default().apply(b"{ }").as_ref(), b"{ }");
    }
}
