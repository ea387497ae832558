//! A JSON object whose fields are taken one by one: what is not as expected is set aside and told.

use crate::{
    json,
    problem::{Place, Problems, Why},
    tree::{Json, Object},
};
use model::{Level, Timestamp};
use serde_json::{Map, Value};
use std::borrow::Cow;
use uuid::Uuid;

/// An object at its place.
pub(crate) struct Fields<'a> {
    object: Object<'a>,
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
    pub(crate) fn of(value: Json<'a>, place: Place<'a>, problems: &'a mut Problems) -> Option<Self> {
        match value {
            Json::Object(object) => Some(Self { object, place, problems }),
            _ => {
                problems.tell(&place, Why::NotObject);
                None
            }
        }
    }

    /// The field as it is; none where it is null or missing.
    pub(crate) fn take(&mut self, key: &str) -> Option<Json<'a>> {
        self.object.take(key).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.object.get(key).is_some_and(|value| !value.is_null())
    }

    pub(crate) fn peek(&self, key: &str) -> Option<&Json<'a>> {
        self.object.get(key)
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
        let list = match self.object.take(key) {
            None | Some(Json::Null) => return Vec::new(),
            Some(Json::List(list)) => kept(list, keep, &place, self.problems),
            Some(one @ (Json::Text(_) | Json::Number(_))) => vec![one],
            Some(_) => {
                self.problems.tell(&place, Why::NotList);
                return Vec::new();
            }
        };
        let text = |(index, value)| {
            let element = Place::Index(&place, index);
            if matches!(value, Json::Null) {
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
            Json::Number(number) => number
                .as_u64()
                .or_else(|| number.as_f64().filter(|n| *n >= 0.0 && *n < 1e15 && n.fract() == 0.0).map(|n| n as u64)),
            Json::Text(text) => text.trim().parse().ok(),
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
            Json::Flag(flag) => Some(*flag),
            Json::Text(text) if text == "true" => Some(true),
            Json::Text(text) if text == "false" => Some(false),
            Json::Number(number) if number.as_u64() == Some(1) => Some(true),
            Json::Number(number) if number.as_u64() == Some(0) => Some(false),
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
        self.told_unless(value.as_text().and_then(|text| text.parse().ok()), key, Why::NotId)
    }

    /// An id of a trace or a span: an even number of hex digits, at most 32, in lower case.
    pub(crate) fn hex(&mut self, key: &str) -> Option<String> {
        let value = self.take(key)?;
        let fits = |digits: &str| matches!(digits.len(), 16 | 32) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let hex = |text: &str| {
            // As nearly all clients write it.
            if fits(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Some(text.to_owned());
            }
            Some(text.replace('-', "").to_ascii_lowercase()).filter(|digits| fits(digits))
        };
        self.told_unless(value.as_text().and_then(hex), key, Why::NotId)
    }

    pub(crate) fn level(&mut self, key: &str) -> Option<Level> {
        let value = self.take(key)?;
        let read = match value.as_text() {
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
        let list = match self.object.take(key) {
            None | Some(Json::Null) => return Vec::new(),
            Some(Json::List(list)) => list,
            Some(Json::Object(mut object)) => match object.take("values") {
                Some(Json::List(list)) => {
                    return objects(list, keep, &Place::Key(&place, "values"), self.problems, read);
                }
                Some(Json::Null) => return Vec::new(),
                Some(_) => {
                    self.problems.tell(&place, Why::NotList);
                    return Vec::new();
                }
                None if object.is_empty() => return Vec::new(),
                None => vec![Json::Object(object)],
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
        let object = match value {
            Json::Object(object) => object,
            Json::List(pairs) if pairs.is_empty() => return Map::new(),
            _ => {
                self.problems.tell(&place, Why::NotObject);
                return Map::new();
            }
        };
        free_map(object, bounds, &place, self.problems)
    }

    pub(crate) fn free(&mut self, key: &str, bounds: FreeBounds) -> Option<Value> {
        self.bounded(key, bounds).map(Json::into_value)
    }

    /// What the client chose itself, of which only a part is kept.
    pub(crate) fn bounded(&mut self, key: &str, bounds: FreeBounds) -> Option<Json<'a>> {
        let mut value = self.take(key)?;
        bound(&mut value, bounds, &Place::Key(&self.place, key), self.problems);
        Some(value)
    }

    /// Names with texts: a map, or a list of pairs.
    pub(crate) fn text_map(&mut self, key: &str, entries_max: usize, chars_max: usize) -> Vec<(String, String)> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let place = Place::Key(&self.place, key);
        let pairs: Vec<(Cow<'_, str>, Json<'_>)> = match value {
            Json::Object(object) => object.into_entries(),
            Json::List(list) => list.into_iter().filter_map(pair).collect(),
            _ => {
                self.problems.tell(&place, Why::NotObject);
                return Vec::new();
            }
        };
        let pairs = kept(pairs, Keep::First(entries_max), &place, self.problems);
        let text = |(name, value): (Cow<'_, str>, Json<'_>)| {
            let entry = Place::Key(&place, &name);
            let text = match value {
                Json::Null => return None,
                Json::List(list) => joined(list),
                value => text_of(value, chars_max, &entry, self.problems)?,
            };
            Some((name.into_owned(), text))
        };
        pairs.into_iter().filter_map(text).collect()
    }

    /// Tells of every field that was not taken and is not in `ignored`.
    pub(crate) fn tell_unknown(self, ignored: &[&str]) {
        for (key, _) in self.object.iter().filter(|(key, value)| !ignored.contains(key) && !value.is_null()) {
            self.problems.tell(&Place::Key(&self.place, key), Why::UnknownField);
        }
    }

    /// Takes all that is left, within `bounds`.
    pub(crate) fn rest(self, bounds: FreeBounds) -> Map<String, Value> {
        free_map(self.object, bounds, &self.place, self.problems)
    }
}

/// The objects of `list`, those that are none told.
pub(crate) fn objects<T>(
    list: Vec<Json<'_>>,
    keep: Keep,
    place: &Place<'_>,
    problems: &mut Problems,
    mut read: impl FnMut(Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let list = kept(list, keep, place, problems);
    let read_at = |(index, value): (usize, Json<'_>)| {
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

fn pair(value: Json<'_>) -> Option<(Cow<'_, str>, Json<'_>)> {
    match value {
        Json::List(pair) => {
            let mut pair = pair.into_iter();
            match (pair.next()?, pair.next()?) {
                (Json::Text(name), value) => Some((name, value)),
                _ => None,
            }
        }
        Json::Object(mut object) => match (object.take("key"), object.take("value")) {
            (Some(Json::Text(name)), Some(value)) => Some((name, value)),
            _ => None,
        },
        _ => None,
    }
}

fn joined(list: Vec<Json<'_>>) -> String {
    let texts = list.into_iter().map(|value| match value {
        Json::Text(text) => text.into_owned(),
        other => other.into_value().to_string(),
    });
    texts.collect::<Vec<_>>().join(", ")
}

fn text_of(value: Json<'_>, chars_max: usize, place: &Place<'_>, problems: &mut Problems) -> Option<String> {
    let mut text = match value {
        Json::Text(text) => text.into_owned(),
        Json::Number(number) => number.to_string(),
        Json::Flag(flag) => flag.to_string(),
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

pub(crate) fn number_of(value: &Json<'_>) -> Option<f64> {
    match value {
        Json::Number(number) => number.as_f64(),
        Json::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

pub(crate) fn time_of(value: &Json<'_>) -> Option<Timestamp> {
    // The years 1970 to 9999.
    const SECONDS_MAX: f64 = 253_402_300_800.0;
    if let Some(seconds) = number_of(value) {
        return (0.0..SECONDS_MAX).contains(&seconds).then(|| Timestamp::from_micros((seconds * 1e6).round() as i64));
    }
    let text = value.as_text()?.trim();
    // Old clients leave the zone out and mean UTC.
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

fn free_map(
    mut object: Object<'_>,
    bounds: FreeBounds,
    place: &Place<'_>,
    problems: &mut Problems,
) -> Map<String, Value> {
    bound_object(&mut object, bounds, place, problems);
    object.into_map()
}

fn bound_object(object: &mut Object<'_>, bounds: FreeBounds, place: &Place<'_>, problems: &mut Problems) {
    let excess = object.len().saturating_sub(bounds.entries);
    if excess > 0 {
        problems.tell_left_out(place, Why::TooMany, excess);
        object.truncate(bounds.entries);
    }
    object.iter_mut().for_each(|(key, value)| bound(value, bounds, &Place::Key(place, key), problems));
}

/// Cuts what is beyond `bounds`, in its place.
fn bound(value: &mut Json<'_>, bounds: FreeBounds, place: &Place<'_>, problems: &mut Problems) {
    let inner = FreeBounds { depth: bounds.depth.saturating_sub(1), ..bounds };
    match value {
        Json::Text(text) => {
            if let Some(left_out) = json::cut_part(text, bounds.text_chars) {
                problems.tell_left_out(place, Why::TooLong, left_out);
            }
        }
        Json::List(_) | Json::Object(_) if bounds.depth == 0 => {
            problems.tell(place, Why::TooDeep);
            *value = Json::text(json::CUT);
        }
        Json::List(list) => {
            if list.len() > bounds.entries {
                problems.tell_left_out(place, Why::TooMany, list.len() - bounds.entries);
                list.truncate(bounds.entries);
            }
            list.iter_mut().enumerate().for_each(|(at, value)| bound(value, inner, &Place::Index(place, at), problems));
        }
        Json::Object(object) => bound_object(object, inner, place, problems),
        Json::Null | Json::Flag(_) | Json::Number(_) => {}
    }
}
