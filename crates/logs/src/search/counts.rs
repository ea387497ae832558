//! Numbers about what matches: over time and by level, and the values that fields have most often.

use super::ResolvedSearch;
use crate::{Error, Logs};
use std::time::Duration;
use telemetry::query::{self, Answer, Facet, Histogram};

impl Logs {
    /// Counts over the time that is asked for, or that there are records of, in steps of that length or a round one.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn counts(&self, search: &ResolvedSearch, step: Option<Duration>) -> Result<Answer<Histogram>, Error> {
        let (question, range, now) = (search.question.clone(), search.range.clone(), search.now);
        self.ask_of(search.kind, search.time_max, move |snapshot, bounds| {
            query::timeline(snapshot, &question, range.as_ref(), step, now, bounds)
        })
        .await
    }

    /// The `top` most frequent values of each field.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn facets(&self, search: &ResolvedSearch, top: usize) -> Result<Answer<Vec<Facet>>, Error> {
        let question = search.question.clone();
        let answer = self
            .ask_of(search.kind, search.time_max, move |snapshot, bounds| {
                query::facets(snapshot, &question, top, bounds)
            })
            .await?;
        self.note(&answer.partial);
        Ok(answer)
    }
}
