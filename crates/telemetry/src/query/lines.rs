//! A filter asked of lines that are in no store: text alone, without fields, level or time.

use super::{
    condition::{Condition, TextTest},
    language::{Case, Filter},
};
use crate::Value;
use jiff::tz::TimeZone;
use model::Timestamp;

/// What a filter says of a text. It means what it means for a message in the store.
#[derive(Clone, Debug)]
pub struct LineFilter {
    condition: Condition,
    required: Vec<Required>,
}

/// A text that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// With small letters, where they may be of either case.
    pub text: Vec<u8>,
    pub case: Case,
}

impl LineFilter {
    /// `None` where `filter` asks for more than the text.
    ///
    /// # Errors
    /// Of an expression that does not compile; those that came through [`super::parse`] do.
    pub fn new(filter: &Filter) -> Result<Option<Self>, regex::Error> {
        if !is_of_text(filter) {
            return Ok(None);
        }
        // No part of it depends on the time.
        let condition = Condition::new(filter, Timestamp::from_micros(0), &TimeZone::UTC)?;
        let required = required(&condition);
        Ok(Some(Self { condition, required }))
    }

    /// `scratch` is only there to be used again.
    pub fn holds(&self, line: &[u8], scratch: &mut Vec<u8>) -> bool {
        holds(&self.condition, line, scratch)
    }

    /// Where the filter is one text and nothing else: whether it stands at a place of `text`, which may be many lines.
    /// `None` for all other filters.
    pub fn stands_at(&self, text: &[u8], at: usize) -> Option<bool> {
        match &self.condition {
            Condition::Message(TextTest::Find(finder)) | Condition::Anywhere(TextTest::Find(finder)) => {
                Some(finder.stands_at(text, at))
            }
            _ => None,
        }
    }

    /// Texts of which each line that passes holds one. None where nothing is known.
    pub fn required(&self) -> &[Required] {
        &self.required
    }
}

fn is_of_text(filter: &Filter) -> bool {
    match filter {
        Filter::Everything | Filter::Message(_) | Filter::Anywhere(_) => true,
        Filter::Field { name, .. } => name == "message",
        Filter::Level { .. } | Filter::Time(_) => false,
        Filter::Not(inner) => is_of_text(inner),
        Filter::And(parts) | Filter::Or(parts) => parts.iter().all(is_of_text),
    }
}

fn holds(condition: &Condition, line: &[u8], scratch: &mut Vec<u8>) -> bool {
    match condition {
        Condition::Always => true,
        Condition::Message(test) | Condition::Anywhere(test) => test.holds(line, scratch),
        Condition::Field { test, .. } => test.holds(Value::Str(line)),
        // Such a filter is not made.
        Condition::Level { .. } | Condition::Time(_) => false,
        Condition::Not(inner) => !holds(inner, line, scratch),
        Condition::All(parts) => parts.iter().all(|part| holds(part, line, scratch)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, line, scratch)),
    }
}

fn required(condition: &Condition) -> Vec<Required> {
    let either = |text: &[u8]| Required { text: text.to_vec(), case: Case::Either };
    let as_written = |text: &Vec<u8>| Required { text: text.clone(), case: Case::AsWritten };
    match condition {
        Condition::Message(TextTest::Find(finder)) | Condition::Anywhere(TextTest::Find(finder)) => {
            Some(finder.needle()).filter(|needle| !needle.is_empty()).into_iter().map(either).collect()
        }
        Condition::Message(TextTest::Regex(regex)) | Condition::Anywhere(TextTest::Regex(regex)) => {
            match regex.written.is_empty() {
                true => regex.required.iter().map(|literal| either(literal.needle())).collect(),
                false => regex.written.iter().map(as_written).collect(),
            }
        }
        // The longest is likely to be the rarest.
        Condition::All(parts) => {
            let shortest = |texts: &Vec<Required>| texts.iter().map(|required| required.text.len()).min().unwrap_or(0);
            parts.iter().map(required).max_by_key(shortest).unwrap_or_default()
        }
        Condition::Any(parts) => {
            let each: Vec<_> = parts.iter().map(required).collect();
            if each.iter().any(Vec::is_empty) { Vec::new() } else { each.concat() }
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;

    fn filter(text: &str) -> Option<LineFilter> {
        LineFilter::new(&parse(text).0.filter).unwrap()
    }

    #[test]
    fn lines_are_asked_as_messages_are() {
        let mut scratch = Vec::new();
        for (query, line, expected) in [
            ("timeout", "a TIMEOUT here", true),
            ("timeout", "timeouts", false),
            ("*imeou*", "timeouts", true),
            ("durée -été", "DURÉE", true),
            ("durée -été", "durée d'Été", false),
            ("(a OR b) c", "b c", true),
            ("(a OR b) c", "c", false),
            ("/^GET .* 5\\d\\d$/", "GET /x 502", true),
            ("/get/", "GET", false),
            ("*:word", "one word", true),
            ("", "anything", true),
        ] {
            assert_eq!(filter(query).unwrap().holds(line.as_bytes(), &mut scratch), expected, "{query}: {line}");
        }
        for more in ["level:error", "app:nginx", "a since:1h", "-(a OR status>=500)"] {
            assert!(filter(more).is_none(), "{more}");
        }
    }

    #[test]
    fn one_text_is_found_at_its_place() {
        for (query, text, at, expected) in [
            ("durée", "la DURÉE\nx", 3, Some(true)),
            ("dur", "la DURÉE", 3, Some(false)),
            ("*dur*", "la DURÉE", 3, Some(true)),
            ("durée", "la durée", 4, Some(false)),
            ("b", "a\nb\nc", 2, Some(true)),
            ("b", "ab", 1, Some(false)),
            ("b", "ab", 7, Some(false)),
            ("a b", "a b", 0, None),
            ("-a", "a", 0, None),
        ] {
            assert_eq!(filter(query).unwrap().stands_at(text.as_bytes(), at), expected, "{query} at {at} of {text}");
        }
    }

    #[test]
    fn what_is_required_is_told() {
        let required = |query: &str| {
            let texts = filter(query).unwrap().required;
            let text = |required: &Required| {
                let text = String::from_utf8_lossy(&required.text).into_owned();
                if required.case == Case::AsWritten { format!("{text:?}") } else { text }
            };
            texts.iter().map(text).collect::<Vec<_>>().join("|")
        };
        for (query, texts) in [
            ("Timeout", "timeout"),
            ("a OR Été", "a|été"),
            ("a longer", "longer"),
            ("a OR -b", ""),
            ("-a", ""),
            ("/Took \\d+ ms/ a", "\"Took \""),
            ("a OR /Été/", "a|\"Été\""),
            ("/\\d+/", ""),
            ("", ""),
        ] {
            assert_eq!(required(query), texts, "{query}");
        }
    }
}
