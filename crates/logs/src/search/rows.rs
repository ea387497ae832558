//! Records that match, page by page or all of them; the table that a query's steps make; one record among others.

use super::ResolvedSearch;
use crate::{Error, Logs, TIME_MAX};
use std::ops::ControlFlow;
use telemetry::{
    Kind, RecordRef, Snapshot, Value,
    query::{self, Answer, Bounds, Context, Cursor, Hit, Page, Partial, Question, ROWS_MAX, Read, Table},
};

/// Records of one export.
pub const EXPORTED_MAX: usize = 10_000_000;
/// Bytes of text in one page: with long records it ends before its limit, and the next one goes on.
const PAGE_BYTES_MAX: usize = 16 << 20;
/// Records before and after one, at the most.
const AROUND_MAX: usize = 500;

/// A page of what was made of each record.
#[derive(Debug)]
pub struct FoundRows<T> {
    pub rows: Vec<T>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    pub partial: Vec<Partial>,
    pub read: Read,
}

impl Logs {
    /// One page of records, each made into what is kept of it, with so many bytes of its message.
    ///
    /// # Errors
    /// When the store cannot be opened, or as many questions as may be are being answered.
    pub async fn rows<T: Send + 'static>(
        &self,
        search: &ResolvedSearch,
        page: Page,
        message_max: Option<usize>,
        mut make: impl FnMut(Hit<'_>) -> T + Send + 'static,
    ) -> Result<FoundRows<T>, Error> {
        let question = search.question.clone();
        let found = self.ask_of(search.kind, search.time_max, move |snapshot, bounds| {
            let (mut rows, mut bytes, mut last, mut has_more) = (Vec::new(), 0, None, false);
            // One more tells whether there is a next page.
            let answer = query::search(snapshot, &question, Page { limit: page.limit + 1, ..page }, bounds, |hit| {
                if rows.len() < page.limit && (bytes < PAGE_BYTES_MAX || rows.is_empty()) {
                    bytes += bytes_of(hit.record, message_max);
                    last = Some(hit.cursor);
                    rows.push(make(hit));
                    ControlFlow::Continue(())
                } else {
                    has_more = true;
                    ControlFlow::Break(())
                }
            });
            FoundRows { rows, next: last.filter(|_| has_more), partial: answer.partial, read: answer.read }
        });
        let found = found.await?;
        self.note(&found.partial);
        Ok(found)
    }

    /// The table that the query's steps make, of at most `rows_max` rows.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn table(&self, search: &ResolvedSearch, rows_max: usize) -> Result<Answer<Table>, Error> {
        let question = search.question.clone();
        let answer = self
            .ask_of(search.kind, search.time_max, move |snapshot, bounds| {
                query::answer(snapshot, &question, rows_max, bounds)
            })
            .await?;
        self.note(&answer.partial);
        Ok(answer)
    }

    /// A record with those of its kind around it in its source, as many as may be.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn around(&self, seq: u64, before: usize, after: usize) -> Result<Answer<Context>, Error> {
        let (before, after) = (before.min(AROUND_MAX), after.min(AROUND_MAX));
        let mut lines = None;
        // Numbers are of all kinds together: most are of lines.
        for kind in Kind::ALL {
            let question =
                move |snapshot: &Snapshot, bounds: &Bounds| query::context(snapshot, seq, before, after, bounds);
            let answer = self.ask_of(kind, TIME_MAX, question).await?;
            if answer.value.record.is_some() {
                return Ok(answer);
            }
            lines.get_or_insert(answer);
        }
        lines.ok_or(Error::Closed)
    }
}

/// Bytes of text that a row holds, its message cut.
fn bytes_of(record: RecordRef<'_>, message_max: Option<usize>) -> usize {
    let text = |value| if let Value::Str(text) = value { text.len() } else { 0 };
    let fields: usize = record.fields().map(|(_, value)| text(value)).sum();
    record.message().len().min(message_max.unwrap_or(usize::MAX)) + fields
}

/// Hands `each` what matches, page after page, up to `page.limit` and [`EXPORTED_MAX`] records. `Break` where `each` ended
/// it; otherwise why it may not be all.
pub fn export(
    snapshot: &Snapshot,
    question: &Question,
    mut page: Page,
    bounds: &Bounds,
    mut each: impl FnMut(Hit<'_>) -> ControlFlow<()>,
) -> ControlFlow<(), Vec<Partial>> {
    let (mut left, mut partial) = (page.limit.min(EXPORTED_MAX), Vec::new());
    while left > 0 {
        page.limit = left.min(ROWS_MAX);
        let mut ended = ControlFlow::Continue(());
        let answer = query::search(snapshot, question, page, bounds, |hit| {
            page.after = Some(hit.cursor);
            ended = each(hit);
            ended
        });
        ended?;
        left -= answer.value;
        let is_over = answer.partial.contains(&Partial::Cancelled);
        // What is damaged is left out; what lies behind it is not.
        let is_first = partial.is_empty();
        partial.extend(answer.partial.into_iter().filter(|why| is_first || *why == Partial::Cancelled));
        if answer.value < page.limit || is_over {
            break;
        }
    }
    ControlFlow::Continue(partial)
}
