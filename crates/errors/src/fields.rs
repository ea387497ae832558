//! A JSON object whose fields are taken one by one: what is not as expected is set aside and told.

use crate::{
    json,
    problem::{Place, Problems, Why},
};
use model::{Level, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

/// An object at its place.
pub(crate) struct Fields<'a> {
    map: Map<String, Value>,
    place: Place<'a>,
    problems: &'a mut Problems,
}

/// Which elements of a list that is too long stay.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keep {
    First(usize),
    Last(usize),
    /// Half of them from either end.
    Ends(usize),
}

/// Bounds of what a client chooses itself: variables, contexts, further data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FreeBounds {
    pub entries: usize,
    pub depth: usize,
    pub text_chars: usize,
}

impl<'a> Fields<'a> {
    /// None, and told, when `value` is no object.
    pub(crate) fn of(value: Value, place: Place<'a>, problems: &'a mut Problems) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self { map, place, problems }),
            _ => {
                problems.tell(&place, Why::NotObject);
                None
            }
        }
    }

    /// The field as it is; none where it is null or missing.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.map.swap_remove(key).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|value| !value.is_null())
    }

    pub(crate) fn peek(&self, key: &str) -> Option<&Value> {
        self.map.get(key)
    }

    fn tell(&mut self, key: &str, why: Why) {
        self.problems.tell(&Place::Key(&self.place, key), why);
    }

    /// A text of at most `chars_max` characters; numbers and flags are written as text. Empty is missing.
    pub(crate) fn text(&mut self, key: &str, chars_max: usize) -> Option<String> {
        let value = self.take(key)?;
        let place = Place::Key(&self.place, key);
        text_of(value, chars_max, &place, self.problems).filter(|text| !text.is_empty())
    }

    pub(crate) fn texts(&mut self, key: &str, keep: Keep, chars_max: usize) -> Vec<String> {
        let place = Place::Key(&self.place, key);
        let list = match self.map.swap_remove(key) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(list)) => kept(list, keep, &place, self.problems),
            Some(one @ (Value::String(_) | Value::Number(_))) => vec![one],
            Some(_) => {
                self.problems.tell(&place, Why::NotList);
                return Vec::new();
            }
        };
        let text = |(index, value)| {
            let element = Place::Index(&place, index);
            if matches!(value, Value::Null) {
                return Some(String::new());
            }
            text_of(value, chars_max, &element, self.problems)
        };
        list.into_iter().enumerate().filter_map(text).collect()
    }

    /// A whole number; also one written as text or as `12.0`.
    pub(crate) fn integer(&mut self, key: &str) -> Option<u64> {
        let value = self.take(key)?;
        let read = match &value {
            Value::Number(number) => number
                .as_u64()
                .or_else(|| number.as_f64().filter(|n| *n >= 0.0 && *n < 1e15 && n.fract() == 0.0).map(|n| n as u64)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        self.told_unless(read, key, Why::NotNumber)
    }

    pub(crate) fn number(&mut self, key: &str) -> Option<f64> {
        let value = self.take(key)?;
        let read = number_of(&value);
        self.told_unless(read, key, Why::NotNumber)
    }

    pub(crate) fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.take(key)?;
        let read = match &value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            Value::Number(number) if number.as_u64() == Some(1) => Some(true),
            Value::Number(number) if number.as_u64() == Some(0) => Some(false),
            _ => None,
        };
        self.told_unless(read, key, Why::NotFlag)
    }

    /// RFC 3339, with or without its zone, or seconds since 1970.
    pub(crate) fn time(&mut self, key: &str) -> Option<Timestamp> {
        let value = self.take(key)?;
        self.told_unless(time_of(&value), key, Why::NotTime)
    }

    /// Dashed or not.
    pub(crate) fn id(&mut self, key: &str) -> Option<Uuid> {
        let value = self.take(key)?;
        self.told_unless(value.as_str().and_then(|text| text.parse().ok()), key, Why::NotId)
    }

    /// An id of a trace or a span: an even number of hex digits, at most 32, in lower case.
    pub(crate) fn hex(&mut self, key: &str) -> Option<String> {
        let value = self.take(key)?;
        let fits = |digits: &str| matches!(digits.len(), 16 | 32) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let hex = |text: String| {
            // As nearly all clients write it.
            if fits(&text) && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Some(text);
            }
            Some(text.replace('-', "").to_ascii_lowercase()).filter(|digits| fits(digits))
        };
        let text = if let Value::String(text) = value { Some(text) } else { None };
        self.told_unless(text.and_then(hex), key, Why::NotId)
    }

    pub(crate) fn level(&mut self, key: &str) -> Option<Level> {
        let value = self.take(key)?;
        let read = match value.as_str() {
            // Of old clients, and of a JavaScript one.
            Some("log") => Some(Level::Info),
            Some("exception") => Some(Level::Error),
            Some(name) => name.parse().ok(),
            None => None,
        };
        self.told_unless(read, key, Why::NotLevel)
    }

    fn told_unless<T>(&mut self, read: Option<T>, key: &str, why: Why) -> Option<T> {
        if read.is_none() {
            self.tell(key, why);
        }
        read
    }

    pub(crate) fn object<T>(&mut self, key: &str, read: impl FnOnce(Fields<'_>) -> Option<T>) -> Option<T> {
        let value = self.take(key)?;
        read(Fields::of(value, Place::Key(&self.place, key), self.problems)?)
    }

    /// A list of objects as clients write them: a list, one object, or `{"values": […]}`.
    pub(crate) fn list<T>(&mut self, key: &str, keep: Keep, read: impl FnMut(Fields<'_>) -> Option<T>) -> Vec<T> {
        let place = Place::Key(&self.place, key);
        let list = match self.map.swap_remove(key) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(Value::Object(mut map)) => match map.swap_remove("values") {
                Some(Value::Array(list)) => {
                    return objects(list, keep, &Place::Key(&place, "values"), self.problems, read);
                }
                Some(Value::Null) => return Vec::new(),
                Some(_) => {
                    self.problems.tell(&place, Why::NotList);
                    return Vec::new();
                }
                None if map.is_empty() => return Vec::new(),
                None => vec![Value::Object(map)],
            },
            Some(_) => {
                self.problems.tell(&place, Why::NotList);
                return Vec::new();
            }
        };
        objects(list, keep, &place, self.problems, read)
    }

    /// What the client chose itself, within `bounds`.
    pub(crate) fn free_map(&mut self, key: &str, bounds: FreeBounds) -> Map<String, Value> {
        let Some(value) = self.take(key) else { return Map::new() };
        let place = Place::Key(&self.place, key);
        let map = match value {
            Value::Object(map) => map,
            Value::Array(pairs) if pairs.is_empty() => return Map::new(),
            _ => {
                self.problems.tell(&place, Why::NotObject);
                return Map::new();
            }
        };
        free_map(map, bounds, &place, self.problems)
    }

    pub(crate) fn free(&mut self, key: &str, bounds: FreeBounds) -> Option<Value> {
        let mut value = self.take(key)?;
        bound(&mut value, bounds, &Place::Key(&self.place, key), self.problems);
        Some(value)
    }

    /// Names with texts: a map, or a list of pairs.
    pub(crate) fn text_map(&mut self, key: &str, entries_max: usize, chars_max: usize) -> Vec<(String, String)> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let place = Place::Key(&self.place, key);
        let pairs: Vec<(String, Value)> = match value {
            Value::Object(map) => map.into_iter().collect(),
            Value::Array(list) => list.into_iter().filter_map(pair).collect(),
            _ => {
                self.problems.tell(&place, Why::NotObject);
                return Vec::new();
            }
        };
        let pairs = kept(pairs, Keep::First(entries_max), &place, self.problems);
        let text = |(name, value): (String, Value)| {
            let entry = Place::Key(&place, &name);
            let text = match value {
                Value::Null => return None,
                Value::Array(list) => joined(list),
                value => text_of(value, chars_max, &entry, self.problems)?,
            };
            Some((name, text))
        };
        pairs.into_iter().filter_map(text).collect()
    }

    /// Tells of every field that was not taken and is not in `ignored`.
    pub(crate) fn tell_unknown(self, ignored: &[&str]) {
        for (key, _) in self.map.iter().filter(|(key, value)| !ignored.contains(&key.as_str()) && !value.is_null()) {
            self.problems.tell(&Place::Key(&self.place, key), Why::UnknownField);
        }
    }

    /// Takes all that is left, within `bounds`.
    pub(crate) fn rest(self, bounds: FreeBounds) -> Map<String, Value> {
        free_map(self.map, bounds, &self.place, self.problems)
    }
}

/// The objects of `list`, those that are none told.
pub(crate) fn objects<T>(
    list: Vec<Value>,
    keep: Keep,
    place: &Place<'_>,
    problems: &mut Problems,
    mut read: impl FnMut(Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let list = kept(list, keep, place, problems);
    let read_at = |(index, value): (usize, Value)| {
        (!value.is_null()).then_some(())?;
        read(Fields::of(value, Place::Index(place, index), problems)?)
    };
    list.into_iter().enumerate().filter_map(read_at).collect()
}

fn kept<T>(mut list: Vec<T>, keep: Keep, place: &Place<'_>, problems: &mut Problems) -> Vec<T> {
    let (Keep::First(max) | Keep::Last(max) | Keep::Ends(max)) = keep;
    let excess = list.len().saturating_sub(max);
    if excess == 0 {
        return list;
    }
    problems.tell_left_out(place, Why::TooMany, excess);
    let from = match keep {
        Keep::First(_) => max,
        Keep::Last(_) => 0,
        Keep::Ends(_) => max / 2,
    };
    list.drain(from..from + excess);
    list
}

fn pair(value: Value) -> Option<(String, Value)> {
    match value {
        Value::Array(pair) => {
            let mut pair = pair.into_iter();
            match (pair.next()?, pair.next()?) {
                (Value::String(name), value) => Some((name, value)),
                _ => None,
            }
        }
        Value::Object(mut map) => match (map.swap_remove("key"), map.swap_remove("value")) {
            (Some(Value::String(name)), Some(value)) => Some((name, value)),
            _ => None,
        },
        _ => None,
    }
}

fn joined(list: Vec<Value>) -> String {
    let texts = list.into_iter().map(|value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    });
    texts.collect::<Vec<_>>().join(", ")
}

fn text_of(value: Value, chars_max: usize, place: &Place<'_>, problems: &mut Problems) -> Option<String> {
    let mut text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => {
            problems.tell(place, Why::NotText);
            return None;
        }
    };
    if let Some(left_out) = json::cut(&mut text, chars_max) {
        problems.tell_left_out(place, Why::TooLong, left_out);
    }
    Some(text)
}

pub(crate) fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

pub(crate) fn time_of(value: &Value) -> Option<Timestamp> {
    // The years 1970 to 9999.
    const SECONDS_MAX: f64 = 253_402_300_800.0;
    if let Some(seconds) = number_of(value) {
        return (0.0..SECONDS_MAX).contains(&seconds).then(|| Timestamp::from_micros((seconds * 1e6).round() as i64));
    }
    let text = value.as_str()?.trim();
    // Old clients leave the zone out and mean UTC.
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

fn free_map(
    mut map: Map<String, Value>,
    bounds: FreeBounds,
    place: &Place<'_>,
    problems: &mut Problems,
) -> Map<String, Value> {
    bound_map(&mut map, bounds, place, problems);
    map
}

fn bound_map(map: &mut Map<String, Value>, bounds: FreeBounds, place: &Place<'_>, problems: &mut Problems) {
    let excess = map.len().saturating_sub(bounds.entries);
    if excess > 0 {
        problems.tell_left_out(place, Why::TooMany, excess);
        *map = std::mem::take(map).into_iter().take(bounds.entries).collect();
    }
    map.iter_mut().for_each(|(key, value)| bound(value, bounds, &Place::Key(place, key), problems));
}

/// Cuts what is beyond `bounds`, in its place.
fn bound(value: &mut Value, bounds: FreeBounds, place: &Place<'_>, problems: &mut Problems) {
    let inner = FreeBounds { depth: bounds.depth.saturating_sub(1), ..bounds };
    match value {
        Value::String(text) => {
            if let Some(left_out) = json::cut(text, bounds.text_chars) {
                problems.tell_left_out(place, Why::TooLong, left_out);
            }
        }
        Value::Array(_) | Value::Object(_) if bounds.depth == 0 => {
            problems.tell(place, Why::TooDeep);
            *value = Value::from(json::CUT);
        }
        Value::Array(list) => {
            if list.len() > bounds.entries {
                problems.tell_left_out(place, Why::TooMany, list.len() - bounds.entries);
                list.truncate(bounds.entries);
            }
            list.iter_mut().enumerate().for_each(|(at, value)| bound(value, inner, &Place::Index(place, at), problems));
        }
        Value::Object(map) => bound_map(map, inner, place, problems),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
