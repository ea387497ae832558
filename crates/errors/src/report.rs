//! What an item of an envelope says.

use crate::{
    NotJson, Told,
    check_ins::{self, CheckIn},
    client_reports::{self, DroppedByClient},
    envelope::{Item, ItemKind},
    event::Event,
    feedback::{self, Feedback},
    logs::{self, LogItem},
    metrics::{self, MetricItem},
    scrubbing::Scrubbing,
    security,
    sessions::{self, Sessions},
    transaction::{self, Span, Transaction},
};

/// An item, read.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    Event(Box<Event>),
    /// What browsers report by themselves.
    SecurityEvents(Vec<Event>),
    Transaction(Told<Transaction>),
    Spans(Told<Vec<Span>>),
    Logs(Told<Vec<LogItem>>),
    Metrics(Told<Vec<MetricItem>>),
    Sessions(Told<Sessions>),
    CheckIn(Told<Option<CheckIn>>),
    Feedback(Told<Option<Feedback>>),
    ClientReport(Told<Vec<DroppedByClient>>),
    /// A file, as it came: the item has its name.
    Attachment,
    /// Of a kind that is not kept: it is counted.
    NotKept,
}

impl Report {
    /// Reads an item that is not too long ([`Item::is_too_long`]), its secrets taken out.
    ///
    /// # Errors
    /// When its payload is no JSON.
    pub fn read(item: &Item<'_>, scrubbing: &Scrubbing) -> Result<Self, NotJson> {
        let bytes = item.payload;
        Ok(match item.kind {
            ItemKind::Event => Self::Event(Box::new(Event::read(bytes, scrubbing)?)),
            ItemKind::RawSecurity => Self::SecurityEvents(security::read(bytes, scrubbing)?),
            ItemKind::Transaction => Self::Transaction(transaction::read(bytes, scrubbing)?),
            ItemKind::Span => Self::Spans(transaction::read_spans(bytes, scrubbing)?),
            ItemKind::Log => Self::Logs(logs::read(bytes, scrubbing)?),
            ItemKind::TraceMetric => Self::Metrics(metrics::read(bytes, scrubbing)?),
            ItemKind::Session | ItemKind::Sessions => Self::Sessions(sessions::read(bytes, scrubbing)?),
            ItemKind::CheckIn => Self::CheckIn(check_ins::read(bytes, scrubbing)?),
            ItemKind::Feedback | ItemKind::UserReport => Self::Feedback(feedback::read(bytes, scrubbing)?),
            ItemKind::ClientReport => Self::ClientReport(client_reports::read(bytes, scrubbing)?),
            ItemKind::Attachment => Self::Attachment,
            ItemKind::Replay | ItemKind::Profile | ItemKind::Unknown(_) => Self::NotKept,
        })
    }
}
