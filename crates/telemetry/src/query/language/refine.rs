//! Queries that follow from one another: with the value of a field added or excluded, or a word read as a level.

use super::{FieldTest, Filter, Pattern, Query, TEXT_MAX};
use model::Level;

/// Bytes of a value that still makes a condition.
const VALUE_MAX: usize = 1_000;

/// The texts of two queries about the value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowed {
    /// Asks for records with the value.
    pub only: String,
    /// Asks for records without it.
    pub without: String,
}

impl Query {
    /// The query with a value of a field only, and without it; `None` where that cannot be written.
    pub fn narrowed(&self, field: &str, value: &str) -> Option<Narrowed> {
        if value.is_empty() || value.len() > VALUE_MAX || value.contains('\u{fffd}') {
            return None;
        }
        let condition = match (field, level_named(value)) {
            ("level", Some(level)) => Filter::Level { from: level, to: level },
            _ => Filter::Field { name: field.to_owned(), test: FieldTest::Equals(value.to_owned()) },
        };
        self.narrowed_by(&condition)
    }

    /// The query with records of that condition only, and without them; `None` where that would be too long.
    pub fn narrowed_by(&self, condition: &Filter) -> Option<Narrowed> {
        let opposite = match condition {
            Filter::Not(inner) => (**inner).clone(),
            other => Filter::Not(Box::new(other.clone())),
        };
        let only = self.with(condition.clone(), &opposite);
        let without = self.with(opposite, condition);
        (only.len() <= TEXT_MAX && without.len() <= TEXT_MAX).then_some(Narrowed { only, without })
    }

    /// The query with records of a pattern and a level only, and without them. The records that it asks for are lines: its
    /// steps are left behind. `None` where a pattern has no words, or would be too long.
    pub fn narrowed_to_pattern(&self, pattern: &str, level: Option<Level>) -> Option<Narrowed> {
        let mut parts: Vec<Filter> = pattern.split("<*>").filter_map(words_of).take(PATTERN_WORDS_MAX).collect();
        if parts.is_empty() || pattern.contains('\u{fffd}') {
            return None;
        }
        parts.extend(level.map(|level| Filter::Level { from: level, to: level }));
        let mut narrowed = self.narrowed_by(&Filter::all(parts.clone()))?;
        let mut all = match self.filter.clone() {
            Filter::Everything => Vec::new(),
            Filter::And(parts) => parts,
            other => vec![other],
        };
        all.extend(parts.into_iter().filter(|part| !self.has(part)));
        narrowed.only = Self { filter: Filter::all(all), pipes: Vec::new() }.to_string();
        Some(narrowed)
    }

    /// Whether that is one of its conditions.
    fn has(&self, condition: &Filter) -> bool {
        self.filter == *condition || matches!(&self.filter, Filter::And(parts) if parts.contains(condition))
    }

    /// A word of the query that names a level from warning on, and the query that asks for the level in its place.
    pub fn level_for_word(&self) -> Option<(String, Self)> {
        let graver = |part: &Filter| match part {
            Filter::Message(Pattern::Words(word)) => {
                let level = word.parse::<Level>().ok().filter(|level| *level >= Level::Warning)?;
                Some((word.clone(), Filter::Level { from: level, to: level }))
            }
            _ => None,
        };
        let mut parts = match self.filter.clone() {
            Filter::And(parts) => parts,
            other => vec![other],
        };
        let (at, (word, level)) = parts.iter().enumerate().find_map(|(at, part)| Some((at, graver(part)?)))?;
        parts[at] = level;
        Some((word, Self { filter: Filter::all(parts), pipes: self.pipes.clone() }))
    }

    /// The text of the query with one more condition, in the place of its opposite if that is there.
    fn with(&self, condition: Filter, opposite: &Filter) -> String {
        let mut parts = match self.filter.clone() {
            Filter::Everything => Vec::new(),
            Filter::And(parts) => parts,
            other => vec![other],
        };
        parts.retain(|part| *part != condition && part != opposite);
        parts.push(condition);
        Self { filter: Filter::all(parts), pipes: self.pipes.clone() }.to_string()
    }
}

/// Texts between the variables of a pattern that make conditions.
const PATTERN_WORDS_MAX: usize = 12;

/// The text between two variables of a pattern; `None` where there is no word in it.
fn words_of(text: &str) -> Option<Filter> {
    let text = text.trim();
    text.contains(char::is_alphanumeric).then(|| {
        // A `_` beside a variable is the edge of no word.
        let is_torn = text.starts_with('_') || text.ends_with('_');
        Filter::Message(if is_torn { Pattern::Substring(text.to_owned()) } else { Pattern::Words(text.to_owned()) })
    })
}

/// The level of that name, to the letter.
pub fn level_named(name: &str) -> Option<Level> {
    name.parse().ok().filter(|level: &Level| level.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;

    fn both(q: &str, field: &str, value: &str) -> (String, String) {
        let narrowed = parse(q).0.narrowed(field, value).unwrap();
        (narrowed.only, narrowed.without)
    }

    #[test]
    fn a_value_is_added_or_excluded() {
        for (q, field, value, only, without) in [
            ("", "app", "nginx", "app:nginx", "-app:nginx"),
            ("timeout", "app", "nginx", "timeout app:nginx", "timeout -app:nginx"),
            ("a OR b", "app", "x", "(a OR b) app:x", "(a OR b) -app:x"),
            ("app:x", "app", "x", "app:x", "-app:x"),
            ("a -app:x", "app", "x", "a app:x", "a -app:x"),
            ("", "level", "error", "level:error", "-level:error"),
            ("", "level", "odd", "\"level\":odd", "-\"level\":odd"),
            ("", "status", "500", "status:500", "-status:500"),
            (
                "e | stats count() by app",
                "app",
                "x",
                "e app:x | stats count() by app",
                "e -app:x | stats count() by app",
            ),
            ("", "order number", "a b\"c", "\"order number\":\"a b\\\"c\"", "-\"order number\":\"a b\\\"c\""),
            ("", "source", "/var/log/a*b", "source:\"/var/log/a*b\"", "-source:\"/var/log/a*b\""),
        ] {
            assert_eq!(both(q, field, value), (only.to_owned(), without.to_owned()), "{q}");
        }
    }

    #[test]
    fn a_pattern_is_asked_for_by_its_words() {
        for (q, pattern, level, only, without) in [
            (
                "* | patterns",
                "order <*> paid, <*> EUR",
                Some(Level::Info),
                "order paid, EUR level:info",
                "-(order paid, EUR level:info) | patterns",
            ),
            (
                "app:x | patterns",
                "user_<*> [ok]",
                None,
                "app:x *user_* \"[ok]\"",
                "app:x -(*user_* \"[ok]\") | patterns",
            ),
            (
                "level:error | patterns",
                "lost",
                Some(Level::Error),
                "level:error lost",
                "level:error -(lost level:error) | patterns",
            ),
        ] {
            let narrowed = parse(q).0.narrowed_to_pattern(pattern, level).unwrap();
            assert_eq!((narrowed.only.as_str(), narrowed.without.as_str()), (only, without), "{pattern}");
            assert_eq!(parse(only).1, [], "{only}");
        }
        assert_eq!(parse("").0.narrowed_to_pattern("<*> - <*>", None), None);
    }

    #[test]
    fn a_condition_replaces_its_opposite() {
        let errors = Filter::Level { from: Level::Error, to: Level::Critical };
        let narrowed = |q: &str, condition| parse(q).0.narrowed_by(&condition).unwrap();
        let (only, without) = ("relay level>=error".to_owned(), "relay -level>=error".to_owned());
        assert_eq!(
            narrowed("relay -level>=error", errors.clone()),
            Narrowed { only: only.clone(), without: without.clone() }
        );
        let others = Filter::Not(Box::new(errors));
        assert_eq!(narrowed("relay level>=error", others), Narrowed { only: without, without: only });
    }

    #[test]
    fn what_is_added_means_that_value_and_nothing_else() {
        for value in
            ["a\nb", "\u{202e}x", "\u{1b}[31m", "x) OR (y", "| stats count()", "*", "*x*", "/x/", "-x", "AND", "\\"]
        {
            let (only, without) = both("timeout", "user", value);
            let (query, problems) = parse(&only);
            assert_eq!(problems, [], "{only}");
            let condition = Filter::Field { name: "user".into(), test: FieldTest::Equals(value.into()) };
            let words = parse("timeout").0.filter;
            assert_eq!(query.filter, Filter::And(vec![words.clone(), condition.clone()]), "{only}");
            assert_eq!(
                parse(&without).0.filter,
                Filter::And(vec![words, Filter::Not(Box::new(condition))]),
                "{without}"
            );
        }
        assert_eq!(parse("").0.narrowed("user", ""), None);
        assert_eq!(parse("").0.narrowed("user", &"x".repeat(2_000)), None);
        assert_eq!(parse(&"a".repeat(8_000)).0.narrowed("user", &"x".repeat(900)), None);
    }
}
