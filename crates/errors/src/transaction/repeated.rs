//! The same query, asked again and again: for each row of another one ("N+1").

use super::Span;
use crate::document::attribute;
use std::{collections::BTreeMap, time::Duration};

/// Queries of a kind below which a repetition is none.
const REPEATED_MIN: usize = 5;

/// A statement that was asked many times below one span.
#[derive(Clone, Debug, PartialEq)]
pub struct RepeatedStatement {
    pub statement: String,
    /// The span that asked.
    pub parent_span_id: Option<String>,
    pub count: usize,
    pub duration: Duration,
    /// The first of them.
    pub first_span_id: String,
    /// The line that asks, where the client tells: `shop/views.py:12 (checkout)`.
    pub asked_at: Option<String>,
}

/// The statements that `spans`, of one trace, repeat at least five times, those that took longest first.
pub fn repeated(spans: &[Span]) -> Vec<RepeatedStatement> {
    let mut found: BTreeMap<(Option<&str>, &str), RepeatedStatement> = BTreeMap::new();
    for span in spans {
        let Some(statement) = span.statement.as_deref() else { continue };
        let entry = found.entry((span.parent_span_id.as_deref(), statement)).or_insert_with(|| RepeatedStatement {
            statement: statement.to_owned(),
            parent_span_id: span.parent_span_id.clone(),
            count: 0,
            duration: Duration::ZERO,
            first_span_id: span.span_id.clone(),
            asked_at: asked_at(span),
        });
        entry.count += 1;
        entry.duration += span.duration();
    }
    let mut repeated: Vec<_> = found.into_values().filter(|found| found.count >= REPEATED_MIN).collect();
    repeated.sort_by_key(|found| std::cmp::Reverse(found.duration));
    repeated
}

fn asked_at(span: &Span) -> Option<String> {
    let said = |keys: &[&str]| attribute(&span.data, keys);
    let mut place = said(&["code.file.path", "code.filepath"])?;
    if let Some(line) = said(&["code.line.number", "code.lineno"]) {
        place = format!("{place}:{line}");
    }
    match said(&["code.function.name", "code.function"]) {
        Some(function) => Some(format!("{place} ({function})")),
        None => Some(place),
    }
}
