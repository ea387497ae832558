//! Events of issues, found again in the store.

use crate::{Error, Reports, observe::HASH_FIELDS, records::text};
use errors::Event;
use logs::TIME_MAX;
use model::Timestamp;
use std::ops::{ControlFlow, Range};
use telemetry::{
    Kind, RecordRef,
    query::{
        Bounds, Cursor, Page, Query,
        language::{FieldTest, Filter, Order},
        search,
    },
};
use uuid::Uuid;

/// Events of one page at the most.
const EVENTS_MAX: usize = 100;

/// Fields by which events tell the job that raised them.
const JOB_FIELDS: [&str; 4] = ["tags.job", "tags.job_id", "tags.vigie.job", "tags.VIGIE_JOB_ID"];

/// An event as it is kept.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    pub cursor: Cursor,
    /// The slug of its project.
    pub project: String,
    pub at: Timestamp,
    pub event_id: Uuid,
    pub title: String,
    /// The hashes by which it is counted, the most telling first.
    pub hashes: Vec<String>,
    pub event: Event,
}

/// Some events that follow each other, newest first.
#[derive(Clone, Debug, Default)]
pub struct EventPage {
    pub events: Vec<StoredEvent>,
    /// Where the next page begins; none where there is none.
    pub next: Option<Cursor>,
}

pub(crate) fn equals(name: &str, value: &str) -> Filter {
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

    /// Events of all projects of which a field is just this, newest first.
    ///
    /// # Errors
    /// As [`Self::events`].
    pub async fn events_with(&self, field: &str, value: &str, limit: usize) -> Result<EventPage, Error> {
        let page = Page { order: Order::Descending, after: None, limit: limit.clamp(1, EVENTS_MAX) };
        self.found(equals(field, value), None, page).await
    }

    /// Events that a run of a job has raised, newest first: by the tags that name it, or by a trace of its id.
    ///
    /// # Errors
    /// As [`Self::events`].
    pub async fn events_of_job(&self, job: Uuid, limit: usize) -> Result<EventPage, Error> {
        let (id, trace) = (job.hyphenated().to_string(), job.simple().to_string());
        let mut any: Vec<Filter> = JOB_FIELDS.iter().map(|name| equals(name, &id)).collect();
        any.push(equals("trace_id", &trace));
        let page = Page { order: Order::Descending, after: None, limit: limit.clamp(1, EVENTS_MAX) };
        self.found(Filter::Or(any), None, page).await
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
    Some(StoredEvent {
        cursor,
        project: text(record, "project")?.to_owned(),
        at: record.time(),
        event_id: text(record, "event_id")?.parse().ok()?,
        title: String::from_utf8_lossy(record.message()).into_owned(),
        hashes: HASH_FIELDS.iter().filter_map(|name| Some(text(record, name)?.to_owned())).collect(),
        event: Event::from_body(text(record, "body")?).ok()?,
    })
}
