//! JSON from outside, read within bounds: what is too deep, too long or too much is left out and told.

use crate::{
    problem::{Place, Problems, Why},
    tree::{Json, Object},
};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt};

/// Levels of nesting. Reports have at most a dozen; the rest are variables of frames.
const DEPTH_MAX: usize = 32;

/// Values of one report, whatever they are: each takes up to 100 bytes of memory.
const VALUES_MAX: usize = 250_000;

/// Characters of one text.
const TEXT_CHARS_MAX: usize = 64 * 1024;

/// What stands at the end of a text that was cut, and in the place of what was nested too deeply.
pub(crate) const CUT: &str = "…";

/// Not JSON at all; the place is the parser's.
#[derive(Debug, thiserror::Error)]
#[error("{what} is no JSON: {source}")]
pub struct NotJson {
    pub what: &'static str,
    source: serde_json::Error,
}

impl NotJson {
    pub(crate) fn no_object(what: &'static str) -> Self {
        Self { what, source: serde::de::Error::custom("expected an object") }
    }
}

/// Reads `bytes` whole, and gives the document to `then`. Bytes that are no UTF-8, and halves of surrogate pairs that scripts leave
/// when they cut a text, become U+FFFD.
///
/// # Errors
/// When it is no JSON, with the line and the column.
pub(crate) fn read<T>(
    what: &'static str,
    bytes: &[u8],
    problems: &mut Problems,
    then: impl FnOnce(Json<'_>, &mut Problems) -> T,
) -> Result<T, NotJson> {
    // Nearly all of it is UTF-8, which is found out faster than it is mended.
    let text = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    let repaired;
    let document = match read_text(&text, problems) {
        Err(source) => match without_lone_surrogates(&text) {
            Cow::Owned(text) => {
                repaired = text;
                read_text(&repaired, problems)
            }
            Cow::Borrowed(_) => Err(source),
        },
        Ok(document) => Ok(document),
    };
    document.map(|document| then(document, problems)).map_err(|source| NotJson { what, source })
}

fn read_text<'t>(text: &'t str, problems: &mut Problems) -> serde_json::Result<Json<'t>> {
    let mut budget = Budget { values: VALUES_MAX, problems };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Bounded { place: Place::Root, depth: 0, budget: &mut budget }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// `text` with each `\ud800` that is no part of a pair written as `\ufffd`; borrowed when there is none.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    let escape = |at: usize| {
        let digits = text.get(at..at + 6).filter(|escape| escape.starts_with("\\u"))?;
        u16::from_str_radix(&digits[2..], 16).ok()
    };
    let (mut clean, mut done, mut at) = (String::new(), 0, 0);
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[at..]) {
        let start = at + found;
        at = start + 2;
        let lone = match escape(start) {
            Some(0xd800..=0xdbff) if matches!(escape(start + 6), Some(0xdc00..=0xdfff)) => {
                at = start + 12;
                false
            }
            Some(0xd800..=0xdfff) => true,
            _ => false,
        };
        if lone {
            clean.push_str(&text[done..start]);
            clean.push_str("\\ufffd");
            (done, at) = (start + 6, start + 6);
        }
        if at >= text.len() {
            break;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(&text[done..]);
    Cow::Owned(clean)
}

/// What is left of the bounds.
struct Budget<'a> {
    values: usize,
    problems: &'a mut Problems,
}

/// Reads one value at `place`.
struct Bounded<'a, 'b> {
    place: Place<'a>,
    depth: usize,
    budget: &'a mut Budget<'b>,
}

impl<'de> DeserializeSeed<'de> for Bounded<'_, '_> {
    type Value = Json<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Bounded<'_, '_> {
    fn has_room(&mut self) -> bool {
        self.budget.values = self.budget.values.saturating_sub(1);
        self.budget.values > 0
    }

    fn too_deep(&mut self) -> bool {
        let too_deep = self.depth >= DEPTH_MAX;
        if too_deep {
            self.budget.problems.tell(&self.place, Why::TooDeep);
        }
        too_deep
    }

    fn tell_left_out(&mut self, left_out: usize) {
        if left_out > 0 {
            self.budget.problems.tell_left_out(&self.place, Why::TooMany, left_out);
        }
    }
}

impl<'de> Bounded<'_, '_> {
    fn text(self, mut text: Cow<'de, str>) -> Json<'de> {
        if let Some(left_out) = cut_part(&mut text, TEXT_CHARS_MAX) {
            self.budget.problems.tell_left_out(&self.place, Why::TooLong, left_out);
        }
        Json::Text(text)
    }
}

impl<'de> Visitor<'de> for Bounded<'_, '_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(serde_json::Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(self.text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(self.text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<Json<'de>, A::Error> {
        let too_deep = self.too_deep();
        let (mut list, mut left_out) = (Vec::new(), 0);
        while !too_deep && self.has_room() {
            let place = Place::Index(&self.place, list.len());
            let seed = Bounded { place, depth: self.depth + 1, budget: &mut *self.budget };
            let Some(value) = elements.next_element_seed(seed)? else { return Ok(Json::List(list)) };
            list.push(value);
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {
            left_out += 1;
        }
        if too_deep {
            return Ok(Json::text(CUT));
        }
        self.tell_left_out(left_out);
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Json<'de>, A::Error> {
        let too_deep = self.too_deep();
        let (mut object, mut left_out) = (Object::default(), 0);
        while !too_deep && self.has_room() {
            let Some(key) = entries.next_key_seed(Key)? else { return Ok(Json::Object(object)) };
            let place = Place::Key(&self.place, &key);
            let value = entries.next_value_seed(Bounded { place, depth: self.depth + 1, budget: &mut *self.budget })?;
            object.push(key, value);
        }
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            left_out += 1;
        }
        if too_deep {
            return Ok(Json::text(CUT));
        }
        self.tell_left_out(left_out);
        Ok(Json::Object(object))
    }
}

/// Reads a key, which is a part of the document where nothing in it is escaped.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// Cuts `text` to `chars_max` characters, the mark included, and says how many are missing.
pub(crate) fn cut(text: &mut String, chars_max: usize) -> Option<usize> {
    let (end, missing) = excess(text, chars_max)?;
    text.truncate(end);
    text.push_str(CUT);
    Some(missing)
}

/// The same of a text that may be a part of a document.
pub(crate) fn cut_part(text: &mut Cow<'_, str>, chars_max: usize) -> Option<usize> {
    let (end, missing) = excess(text, chars_max)?;
    *text = Cow::Owned([&text[..end], CUT].concat());
    Some(missing)
}

/// Where a text is to be cut, and how many characters are missing then.
fn excess(text: &str, chars_max: usize) -> Option<(usize, usize)> {
    if text.len() <= chars_max {
        return None;
    }
    let (end, _) = text.char_indices().nth(chars_max.saturating_sub(1))?;
    let missing = text[end..].chars().count();
    (missing > 1).then_some((end, missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_ok(text: impl AsRef<[u8]>) -> (serde_json::Value, Vec<crate::problem::Problem>) {
        let mut problems = Problems::default();
        let value = read("the event", text.as_ref(), &mut problems, |document, _| document.into_value()).unwrap();
        (value, problems.into_list())
    }

    #[test]
    fn what_is_within_bounds_is_read_as_it_is() {
        let text = r#"{"b":[1,-2,3.5,true,null,"é"],"a":{"x":{}}}"#;
        let (value, problems) = read_ok(text);
        assert_eq!((value.to_string().as_str(), problems.len()), (text, 0));
    }

    #[test]
    fn what_is_too_deep_is_left_out_and_told() {
        let text = format!(r#"{{"a":{}1{},"b":2}}"#, "[".repeat(5000), "]".repeat(5000));
        let (value, problems) = read_ok(&text);
        assert_eq!(value["b"], 2);
        assert_eq!((problems.len(), problems[0].why), (1, Why::TooDeep));
        assert!(problems[0].path.starts_with("a[0][0]"), "{}", problems[0].path);
    }

    #[test]
    fn too_many_values_are_left_out_and_counted() {
        let (value, problems) = read_ok(format!(r#"{{"a":[{}1]}}"#, "1,".repeat(300_000)));
        assert!(value["a"].as_array().unwrap().len() <= VALUES_MAX);
        assert_eq!((problems[0].path.as_str(), problems[0].why), ("a", Why::TooMany));
    }

    #[test]
    fn halves_of_pairs_and_bytes_that_are_no_text_are_replaced() {
        assert_eq!(
            read_ok(r#"["a\ud83d", "\ude00b", "\ud83d\ude00", "\\ud83d"]"#).0.to_string(),
            r#"["a�","�b","😀","\\ud83d"]"#
        );
        assert_eq!(read_ok(b"\"\xff\"").0, "\u{fffd}");
    }

    #[test]
    fn no_json_is_refused_with_its_place() {
        let error = read("the event", b"{\"a\":\n!}", &mut Problems::default(), |_, _| ()).unwrap_err();
        assert_eq!(error.to_string(), "the event is no JSON: expected value at line 2 column 1");
    }

    #[test]
    fn a_text_is_cut_within_its_bound_and_stays_when_cut_again() {
        let mut text = "é".repeat(20);
        assert_eq!(cut(&mut text, 8), Some(13));
        assert_eq!(text, format!("{}…", "é".repeat(7)));
        assert_eq!(cut(&mut text, 8), None);
        assert_eq!(cut(&mut "short".to_owned(), 8), None);
    }
}
