//! What kind of records a search is about: `kind:span`, `kind:error`; lines of logs where nothing is said.

use telemetry::{
    Kind,
    query::{
        Query,
        language::{FieldTest, Filter},
    },
};

/// By which a search says its kind: a condition that holds for the query as a whole.
const NAME: &str = "kind";

/// A query, and the kind of records that it is about.
#[derive(Clone, Debug)]
pub(super) struct OfKind {
    pub(super) kind: Kind,
    /// Without the condition that says so.
    pub(super) query: Query,
    said: Option<Filter>,
}

impl OfKind {
    pub(super) fn of(query: &Query) -> Self {
        let mut parts = match &query.filter {
            Filter::And(parts) => parts.clone(),
            other => vec![other.clone()],
        };
        let Some((place, kind)) = parts.iter().enumerate().find_map(|(place, part)| Some((place, kind_of(part)?)))
        else {
            return Self { kind: Kind::Log, query: query.clone(), said: None };
        };
        let said = Some(parts.remove(place));
        Self { kind, query: Query { filter: Filter::all(parts), pipes: query.pipes.clone() }, said }
    }

    /// Another query about records of the same kind, with the condition that says so.
    pub(super) fn say(&self, query: Query) -> Query {
        let Some(said) = self.said.clone() else { return query };
        let parts = match query.filter {
            Filter::And(parts) => std::iter::once(said).chain(parts).collect(),
            Filter::Everything => vec![said],
            other => vec![said, other],
        };
        Query { filter: Filter::all(parts), pipes: query.pipes }
    }
}

fn kind_of(filter: &Filter) -> Option<Kind> {
    match filter {
        Filter::Field { name, test: FieldTest::Equals(said) } if name == NAME => {
            Kind::ALL.into_iter().find(|kind| kind.as_str() == said)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use telemetry::query::parse;

    #[test]
    fn a_condition_on_the_whole_says_the_kind() {
        for (text, kind, rest) in [
            ("timeout", Kind::Log, "timeout"),
            ("kind:span", Kind::Span, "*"),
            ("kind:error shop", Kind::Error, "shop"),
            ("a kind:span (b OR c) | stats count()", Kind::Span, "a (b OR c) | stats count()"),
            ("kind:log a", Kind::Log, "a"),
            ("kind:nightly", Kind::Log, "kind:nightly"),
            ("-kind:span", Kind::Log, "-kind:span"),
            ("kind:span OR a", Kind::Log, "kind:span OR a"),
            ("kind:span kind:error", Kind::Span, "kind:error"),
        ] {
            let of_kind = OfKind::of(&parse(text).0);
            assert_eq!((of_kind.kind, of_kind.query.to_string().as_str()), (kind, rest), "{text}");
        }
        let said = OfKind::of(&parse("a kind:span").0).say(parse("b OR c | limit 1").0);
        assert_eq!(said.to_string(), "kind:span (b OR c) | limit 1");
        assert_eq!(OfKind::of(&parse("a").0).say(parse("b").0).to_string(), "b");
    }
}
