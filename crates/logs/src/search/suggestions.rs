//! Why a search may have found nothing, and what may have been meant.

use super::{ResolvedSearch, kind::OfKind};
use crate::{Error, Logs};
use std::{ops::ControlFlow, time::Duration};
use telemetry::query::{
    self, Answer, Cell, Page, Query, Table,
    language::{self, Empty, Hint, Order},
};

/// Fields of which the names are compared: where there are more, nobody could say that one is missing.
const NAMES_MAX: usize = 5_000;
/// What looking for them may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// What looking for one record may take, before there is taken to be none.
const FIRST_PATIENCE: Duration = Duration::from_millis(500);

/// What is doubtful about a query, and the query that may have been meant.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    pub hints: Vec<Hint>,
    /// With all that may have been meant.
    pub query: Option<Query>,
}

/// What of a table there is nothing in.
pub fn empty_part(table: &Table) -> Option<Empty> {
    let is_none = |cell: &Cell| matches!(cell, Cell::Absent | Cell::Int(0));
    let is_blank = |at: usize| table.rows.iter().all(|row| row.get(at).is_none_or(is_none));
    match (0..table.columns.len()).filter(|at| is_blank(*at)).count() {
        0 => None,
        blank if blank == table.columns.len() => Some(Empty::Answer),
        _ => Some(Empty::Column),
    }
}

impl Logs {
    /// What may have been meant by a search that found nothing, or nothing for a column.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn suggestions(&self, search: &ResolvedSearch, empty: Empty) -> Result<Suggestions, Error> {
        let mut found = Suggestions::default();
        let of_kind = OfKind::of(&search.query);
        if language::names_fields(&of_kind.query) {
            let known = self
                .ask_of(search.kind, PATIENCE, |snapshot, bounds| query::field_names(snapshot, NAMES_MAX, bounds))
                .await?;
            let Some(known) = known else { return Ok(found) };
            let (hints, query) = language::hints(&of_kind.query, empty, &known);
            found = Suggestions { hints, query: query.map(|query| of_kind.say(query)) };
        }
        if empty == Empty::Answer
            && found.hints.is_empty()
            && let Some((hint, wide)) = language::anywhere(&of_kind.query)
            && let wide = of_kind.say(wide)
            && self.first(&search.with_query(wide.clone())?).await?.value > 0
        {
            found = Suggestions { hints: vec![hint], query: Some(wide) };
        }
        Ok(found)
    }

    /// How many of one record match, as far as half a second tells.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn first(&self, search: &ResolvedSearch) -> Result<Answer<usize>, Error> {
        let page = Page { order: Order::Descending, after: None, limit: 1 };
        let question = search.question.clone();
        self.ask_of(search.kind, FIRST_PATIENCE, move |snapshot, bounds| {
            query::search(snapshot, &question, page, bounds, |_| ControlFlow::Break(()))
        })
        .await
    }
}
