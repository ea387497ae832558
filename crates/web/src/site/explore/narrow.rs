//! Searches that follow from one another: with a value added or excluded, over another time, on another page.

use crate::site::rows::address;
use model::Level;
use telemetry::query::{
    Query,
    language::{FieldTest, Filter, Pattern, TEXT_MAX},
};

/// Bytes of a value that still makes a condition.
const VALUE_MAX: usize = 1_000;

/// A search, as it stands in the address of its page.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    pub(super) q: String,
    pub(super) since: String,
    pub(super) until: String,
    /// `oldest`, or nothing.
    pub(super) order: String,
}

impl Search {
    /// Path and query of its first page.
    pub(super) fn address(&self) -> String {
        self.page("", "")
    }

    /// The page behind `cursor`, or the one before it.
    pub(super) fn page(&self, cursor: &str, back: &str) -> String {
        self.at("/explore", &[("cursor", cursor), ("back", back)])
    }

    pub(super) fn at(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own =
            [("q", self.q.as_str()), ("since", &self.since), ("until", &self.until), ("order", self.order.as_str())];
        address(path, &[&own, more].concat())
    }

    pub(super) fn over(&self, since: &str, until: &str) -> Self {
        Self { since: since.to_owned(), until: until.to_owned(), ..self.clone() }
    }
}

/// The query with a value of a field only, and without it; none where that cannot be written.
pub(super) fn narrowed(query: &Query, field: &str, value: &str) -> Option<(String, String)> {
    if value.is_empty() || value.len() > VALUE_MAX || value.contains('\u{fffd}') {
        return None;
    }
    let condition = match (field, level(value)) {
        ("level", Some(level)) => Filter::Level { from: level, to: level },
        _ => Filter::Field { name: field.to_owned(), test: FieldTest::Equals(value.to_owned()) },
    };
    let without = Filter::Not(Box::new(condition.clone()));
    let texts = (with(query, condition.clone(), &without), with(query, without, &condition));
    (texts.0.len() <= TEXT_MAX && texts.1.len() <= TEXT_MAX).then_some(texts)
}

/// The level of that name, to the letter.
pub(super) fn level(name: &str) -> Option<Level> {
    name.parse().ok().filter(|level: &Level| level.as_str() == name)
}

/// A word of the query that names a level from warning on, and the query that asks for the level in its place.
pub(super) fn of_level(query: &Query) -> Option<(String, String)> {
    let graver = |part: &Filter| match part {
        Filter::Message(Pattern::Words(word)) => {
            let level = word.parse::<Level>().ok().filter(|level| *level >= Level::Warning)?;
            Some((word.clone(), Filter::Level { from: level, to: level }))
        }
        _ => None,
    };
    let mut parts = match query.filter.clone() {
        Filter::And(parts) => parts,
        other => vec![other],
    };
    let (at, (word, level)) = parts.iter().enumerate().find_map(|(at, part)| Some((at, graver(part)?)))?;
    parts[at] = level;
    Some((word, Query { filter: Filter::all(parts), pipes: query.pipes.clone() }.to_string()))
}

/// The query with one more condition, in the place of its opposite if that is there.
fn with(query: &Query, condition: Filter, opposite: &Filter) -> String {
    let mut parts = match query.filter.clone() {
        Filter::Everything => Vec::new(),
        Filter::And(parts) => parts,
        other => vec![other],
    };
    parts.retain(|part| *part != condition && part != opposite);
    parts.push(condition);
    Query { filter: Filter::all(parts), pipes: query.pipes.clone() }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use telemetry::query::parse;

    fn both(q: &str, field: &str, value: &str) -> (String, String) {
        narrowed(&parse(q).0, field, value).unwrap()
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
        assert_eq!(narrowed(&parse("").0, "user", ""), None);
        assert_eq!(narrowed(&parse("").0, "user", &"x".repeat(2_000)), None);
        assert_eq!(narrowed(&parse(&"a".repeat(8_000)).0, "user", &"x".repeat(900)), None);
    }
}
