//! Queries that cost time they need not: the same one asked again and again, for each row of another one ("N+1"), and those of
//! which one alone is slow.

use super::Span;
use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

/// Queries of a kind below which a repetition is none.
const REPEATED_MIN: usize = 5;
/// A query that takes so long is slow.
const SLOW_MIN: Duration = Duration::from_millis(300);
/// Statements of each kind that are told of one trace.
const TOLD_MAX: usize = 50;

#[derive(Clone, Debug, PartialEq)]
pub struct CostlyStatement {
    pub why: Costly,
    /// Without its values.
    pub statement: String,
    /// The span that asked.
    pub parent_span_id: Option<String>,
    /// How often it was asked: 1 of one that is slow by itself.
    pub count: usize,
    pub duration: Duration,
    /// The first of them.
    pub first_span_id: String,
    /// The line that asks, where the client tells: `shop/views.py:12 (checkout)`.
    pub asked_at: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Costly {
    /// At least five times below one span.
    Repeated,
    /// By itself.
    Slow,
}

impl CostlyStatement {
    fn new(why: Costly, span: &Span, statement: &str) -> Self {
        Self {
            why,
            statement: statement.to_owned(),
            parent_span_id: span.parent_span_id.clone(),
            count: 1,
            duration: span.duration(),
            first_span_id: span.span_id.clone(),
            asked_at: span.asked_at(),
        }
    }

    /// What could be spared: of a repetition all but the average of one, since one query for all would do; else all of it.
    pub fn lost(&self) -> Duration {
        match self.why {
            Costly::Repeated => self.duration.saturating_sub(self.duration.div_f64(self.count as f64)),
            Costly::Slow => self.duration,
        }
    }
}

/// The repeated and the slow statements of a trace, that which loses most time first.
pub fn costly<'a>(spans: impl IntoIterator<Item = &'a Span> + Clone) -> Vec<CostlyStatement> {
    let mut found = repeated(spans.clone());
    found.extend(slow(spans));
    found.sort_by_key(|found| Reverse(found.lost()));
    found
}

/// The statements that `spans`, of one trace, repeat at least five times, those that took longest first.
pub fn repeated<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Vec<CostlyStatement> {
    let mut found: BTreeMap<(Option<&str>, &str), CostlyStatement> = BTreeMap::new();
    for span in spans {
        let Some(statement) = span.statement.as_deref() else { continue };
        found
            .entry((span.parent_span_id.as_deref(), statement))
            .and_modify(|found| {
                found.count += 1;
                found.duration += span.duration();
            })
            .or_insert_with(|| CostlyStatement::new(Costly::Repeated, span, statement));
    }
    let repeated = found.into_values().filter(|found| found.count >= REPEATED_MIN);
    longest(repeated.collect())
}

/// The queries among `spans` that each took long, the slowest first.
pub fn slow<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Vec<CostlyStatement> {
    let query = |span: &'a Span| {
        let statement = span.statement.as_deref().filter(|_| span.duration() >= SLOW_MIN)?;
        Some(CostlyStatement::new(Costly::Slow, span, statement))
    };
    longest(spans.into_iter().filter_map(query).collect())
}

fn longest(mut found: Vec<CostlyStatement>) -> Vec<CostlyStatement> {
    found.sort_by_key(|found| Reverse(found.duration));
    found.truncate(TOLD_MAX);
    found
}
