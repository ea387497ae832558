//! Events of issues, found again in the store.

use crate::{Error, Reports, observe::HASH_FIELDS};
use errors::Event;
use logs::TIME_MAX;
use model::Timestamp;
use std::ops::{ControlFlow, Range};
use telemetry::{
    Kind, RecordRef, Value,
    query::{
        Bounds, Cursor, Page, Query,
        language::{FieldTest, Filter, Order},
        search,
    },
};
use uuid::Uuid;

/// Events of one page at the most.
const EVENTS_MAX: usize = 100;

/// An event as it is kept.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    pub cursor: Cursor,
    pub at: Timestamp,
    pub event_id: Uuid,
    pub title: String,
    pub event: Event,
}

/// Some events that follow each other, newest first.
#[derive(Clone, Debug, Default)]
pub struct EventPage {
    pub events: Vec<StoredEvent>,
    /// Where the next page begins; none where there is none.
    pub next: Option<Cursor>,
}

fn equals(name: &str, value: &str) -> Filter {
    Filter::Field { name: name.into(), test: FieldTest::Equals(value.to_owned()) }
}

impl Reports {
    /// Events of a project with any of these hashes, of that time, in that order.
    ///
    /// # Errors
    /// When the store cannot be opened or asked.
    pub async fn events(
        &self,
        project: &str,
        hashes: &[String],
        range: Range<Timestamp>,
        (order, after): (Order, Option<Cursor>),
        limit: usize,
    ) -> Result<EventPage, Error> {
        let any = hashes.iter().flat_map(|hash| HASH_FIELDS.iter().map(move |name| equals(name, hash)));
        let filter = Filter::And(vec![equals("project", project), Filter::Or(any.collect())]);
        self.found(filter, Some(range), Page { order, after, limit: limit.clamp(1, EVENTS_MAX) }).await
    }

    /// The event of that id.
    ///
    /// # Errors
    /// As [`Self::events`].
    pub async fn event(&self, project: &str, id: Uuid) -> Result<Option<StoredEvent>, Error> {
        let filter = Filter::And(vec![equals("project", project), equals("event_id", &id.simple().to_string())]);
        let page = Page { order: Order::Descending, after: None, limit: 1 };
        Ok(self.found(filter, None, page).await?.events.pop())
    }

    async fn found(&self, filter: Filter, range: Option<Range<Timestamp>>, page: Page) -> Result<EventPage, Error> {
        if !self.0.logs.exists() {
            return Ok(EventPage::default());
        }
        let query = Query { filter, pipes: Vec::new() };
        let question = self.0.logs.question(&query, range)?;
        let asked = self.0.logs.ask_of(Kind::Error, TIME_MAX, move |snapshot, bounds: &Bounds| {
            let mut found = EventPage::default();
            search(snapshot, &question, Page { limit: page.limit + 1, ..page }, bounds, |hit| {
                if found.events.len() == page.limit {
                    found.next = found.events.last().map(|event| event.cursor);
                    return ControlFlow::Break(());
                }
                found.events.extend(read(hit.cursor, hit.record));
                ControlFlow::Continue(())
            });
            found
        });
        Ok(asked.await?)
    }
}

/// None where the record is not an event as it is kept here.
fn read(cursor: Cursor, record: RecordRef<'_>) -> Option<StoredEvent> {
    let text = |name: &str| match record.field(name)? {
        Value::Str(text) => std::str::from_utf8(text).ok(),
        _ => None,
    };
    Some(StoredEvent {
        cursor,
        at: record.time(),
        event_id: text("event_id")?.parse().ok()?,
        title: String::from_utf8_lossy(record.message()).into_owned(),
        event: Event::from_body(text("body")?).ok()?,
    })
}
