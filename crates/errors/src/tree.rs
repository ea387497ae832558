//! A JSON document while it is read. Texts are parts of what was received wherever nothing in them is escaped, and objects are lists:
//! they have few keys, each is looked up once or twice, and nearly all of it is thrown away.

use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// Any value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Json<'a> {
    #[default]
    Null,
    Flag(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Object<'a>),
}

/// Keys with values, in the order of the document. Of a key that comes twice the last counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl From<Value> for Json<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Flag(flag),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(list) => Self::List(list.into_iter().map(Self::from).collect()),
            Value::Object(map) => Self::Object(Object::from(map)),
        }
    }
}

impl From<Map<String, Value>> for Object<'_> {
    fn from(map: Map<String, Value>) -> Self {
        Self(map.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl<'a> Json<'a> {
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub(crate) fn is_null(&self) -> bool {
        *self == Self::Null
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// To be kept.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Flag(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::String(text.into_owned()),
            Self::List(list) => Value::Array(list.into_iter().map(Json::into_value).collect()),
            Self::Object(object) => Value::Object(object.into_map()),
        }
    }
}

impl<'a> Object<'a> {
    fn position(&self, key: &str) -> Option<usize> {
        self.0.iter().rposition(|(name, _)| name == key)
    }

    pub(crate) fn push(&mut self, key: Cow<'a, str>, value: Json<'a>) {
        self.0.push((key, value));
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Json<'a>> {
        self.position(key).map(|at| &self.0[at].1)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Json<'a>> {
        self.position(key).map(|at| &mut self.0[at].1)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Takes a value out; the order of the others changes.
    pub(crate) fn take(&mut self, key: &str) -> Option<Json<'a>> {
        self.position(key).map(|at| self.0.swap_remove(at).1)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn truncate(&mut self, entries: usize) {
        self.0.truncate(entries);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Json<'a>)> {
        self.0.iter_mut().map(|(key, value)| (&**key, value))
    }

    pub(crate) fn into_entries(self) -> Vec<(Cow<'a, str>, Json<'a>)> {
        self.0
    }

    /// To be kept.
    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.0.into_iter().map(|(key, value)| (key.into_owned(), value.into_value())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_key_that_comes_twice_the_last_counts() {
        let mut object = Object::default();
        for (key, text) in [("a", "1"), ("b", "2"), ("a", "3")] {
            object.push(key.into(), Json::text(text));
        }
        assert_eq!((object.get("a"), object.len()), (Some(&Json::text("3")), 3));
        assert_eq!(Value::Object(object.clone().into_map()).to_string(), r#"{"a":"3","b":"2"}"#);
        assert_eq!(
            (object.take("a"), object.take("a"), object.take("a")),
            (Some(Json::text("3")), Some(Json::text("1")), None)
        );
    }
}
