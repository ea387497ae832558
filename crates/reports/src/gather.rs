//! What an envelope holds, gathered into what is appended, counted and written: purely, but for the quotas of its project.

use crate::{
    DropReason, Error, Form, KnownProject, Received, Reports,
    attachments::ReceivedFile,
    dropped,
    recent::{Claimed, Named, RecentId},
    records, sessions,
};
use errors::{
    Envelope, Event, Report,
    envelope::{Item, MalformedEnvelope},
    feedback::Feedback,
    grouping,
    logs::LogItem,
    record::Reception,
    source_map::{self, WantedMap},
};
use model::Timestamp;
use std::collections::BTreeSet;
use store::{DroppedItems, SessionTally, UserFeedback};
use telemetry::{Batch, Refused};
use uuid::Uuid;

/// Files that come with one envelope.
const FILES_MAX: usize = 20;

/// What is kept of an envelope.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) events: Batch,
    pub(crate) spans: Batch,
    pub(crate) logs: Vec<LogItem>,
    pub(crate) minified: Vec<MinifiedEvent>,
    pub(crate) beside: Beside,
    /// What clients call the events and transactions among it.
    pub(crate) claimed: Vec<Claimed>,
    /// Of what was left out because it was sent before.
    pub(crate) sent_before: Vec<RecentId>,
}

/// An event that waits for source maps before it is grouped.
pub(crate) struct MinifiedEvent {
    pub(crate) id: Uuid,
    pub(crate) event: Event,
    pub(crate) wanted: BTreeSet<WantedMap>,
    pub(crate) received: Timestamp,
}

/// What is no record.
#[derive(Default)]
pub(crate) struct Beside {
    pub(crate) sessions: Vec<SessionTally>,
    /// Their project is not told.
    pub(crate) feedback: Vec<UserFeedback>,
    pub(crate) files: Vec<ReceivedFile>,
    /// By the client, before it left.
    pub(crate) dropped: Vec<DroppedItems>,
}

/// An envelope of a project, being gathered.
struct Gathering<'a> {
    reports: &'a Reports,
    known: &'a KnownProject,
    now: Timestamp,
    /// The id that the envelope says.
    told_id: Option<Uuid>,
    received: Received,
    gathered: Gathered,
}

impl Reports {
    /// Reads an envelope. Blocks for as long as that takes.
    ///
    /// # Errors
    /// When nothing of it can be read.
    pub(crate) fn gather(&self, known: &KnownProject, body: &[u8], form: Form) -> Result<(Received, Gathered), Error> {
        let envelope = match form {
            Form::Envelope => Envelope::parse(body)?,
            Form::Event => Envelope::of_event(body),
            Form::Security => Envelope::of_security_report(body),
        };
        if let Some(malformed) = &envelope.malformed {
            // More than is taken of one envelope is refused before anything of it counts: whoever sent it can divide it.
            if envelope.items.is_empty() || matches!(malformed, MalformedEnvelope::TooMany { .. }) {
                return Err(malformed.clone().into());
            }
            // What is behind the last item that could be read is none that is known.
            self.0.projects.count_dropped(known.project.id, "default", DropReason::Malformed, 1);
        }
        let told_id = envelope.event_id;
        let received = Received { event_id: told_id, ..Received::default() };
        let (now, gathered) = (self.0.clock.now(), Gathered::default());
        let mut gathering = Gathering { reports: self, known, now, told_id, received, gathered };
        let outcomes: Vec<_> = envelope.items.iter().map(|item| gathering.take(item)).collect();
        let Gathering { mut received, gathered, .. } = gathering;
        let is_any_too_large = outcomes.contains(&Err(DropReason::TooLarge));
        let is_there = |outcome: &Result<(), DropReason>| matches!(outcome, Ok(()) | Err(DropReason::Duplicate));
        received.refused = match outcomes.iter().any(is_there) {
            false if !received.limited.is_empty() => Some(DropReason::Quota),
            false if is_any_too_large => Some(DropReason::TooLarge),
            _ => None,
        };
        Ok((received, gathered))
    }
}

impl Gathering<'_> {
    /// Takes an item, if there is room for it and it can be read.
    fn take(&mut self, item: &Item<'_>) -> Result<(), DropReason> {
        match self.read(item) {
            Ok(report) => self.add(item, report),
            Err(why) => {
                self.drop_one(item, why);
                return Err(why);
            }
        }
        Ok(())
    }

    fn read(&mut self, item: &Item<'_>) -> Result<Report, DropReason> {
        if item.is_too_long() {
            return Err(DropReason::TooLarge);
        }
        let category = item.kind.category();
        let count = item.item_count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        if let Err(wait) = self.reports.0.projects.take(self.known, category, count, self.now) {
            self.received.limited.insert(category, wait);
            return Err(DropReason::Quota);
        }
        let report = Report::read(item, &self.known.scrubbing).map_err(|_| DropReason::Malformed)?;
        if self.is_sent_before(&report) { Err(DropReason::Duplicate) } else { Ok(report) }
    }

    /// Whether it was taken before, or is being taken: under the id that its client gives it, for else nothing tells.
    fn is_sent_before(&mut self, report: &Report) -> bool {
        let (named, own_id) = match report {
            Report::Event(event) => (Named::Event, event.event_id),
            Report::Transaction(told) => (Named::Transaction, told.what.event_id),
            // A file is of the event that it comes with.
            Report::Attachment => return !self.gathered.sent_before.is_empty(),
            _ => return false,
        };
        let Some(told) = self.told_id.or(own_id) else { return false };
        let id = RecentId::new(&self.known.project.slug, named, told);
        let Gathered { claimed, sent_before, .. } = &mut self.gathered;
        // Several events of one envelope have its id.
        if claimed.iter().any(|own| own.id() == id) {
            return false;
        }
        match self.reports.0.recent.claim(id) {
            Some(own) => {
                claimed.push(own);
                false
            }
            None => {
                sent_before.push(id);
                self.received.event_id = Some(told);
                true
            }
        }
    }

    fn drop_one(&self, item: &Item<'_>, why: DropReason) {
        self.reports.0.projects.count_dropped(self.known.project.id, item.kind.category(), why, 1);
    }

    fn add(&mut self, item: &Item<'_>, report: Report) {
        let beside = &mut self.gathered.beside;
        match report {
            Report::Event(event) => self.add_event(item, *event),
            Report::SecurityEvents(events) => events.into_iter().for_each(|event| self.add_event(item, event)),
            Report::Transaction(told) => {
                self.received.event_id = self.received.event_id.or(told.what.event_id);
                self.add_spans(item, &told.what.spans);
            }
            Report::Spans(told) => self.add_spans(item, &told.what),
            Report::Logs(told) => self.gathered.logs.extend(told.what),
            Report::Metrics(told) => self.gathered.logs.extend(told.what.into_iter().map(records::line_of_metric)),
            Report::Sessions(told) => beside.sessions.extend(sessions::tallies(&told.what, self.now)),
            Report::Feedback(told) => match told.what {
                Some(said) => beside.feedback.push(feedback(said, self.now)),
                None => self.drop_one(item, DropReason::Malformed),
            },
            Report::Attachment => self.add_file(item),
            Report::ClientReport(told) => beside.dropped.extend(dropped::by_client(told.what)),
            Report::CheckIn(told) => match told.what {
                Some(check_in) => self.received.check_ins.push(check_in),
                None => self.drop_one(item, DropReason::Malformed),
            },
            Report::NotKept => self.drop_one(item, DropReason::NotKept),
        }
    }

    fn add_event(&mut self, item: &Item<'_>, event: Event) {
        // The id of the envelope is the one that the client waits for.
        let id = self.received.event_id.or(event.event_id);
        let id = id.unwrap_or_else(|| Uuid::from_bytes(self.reports.0.rng.bytes()));
        self.received.event_id = Some(id);
        let wanted = source_map::wanted(&event);
        if !wanted.is_empty() {
            self.gathered.minified.push(MinifiedEvent { id, event, wanted, received: self.now });
            return;
        }
        let reception = Reception { project: &self.known.project.slug, event_id: id, received: self.now };
        if records::add_event(&mut self.gathered.events, &event, &grouping::group(&event), reception).is_err() {
            self.drop_one(item, DropReason::TooLarge);
        }
    }

    fn add_spans(&mut self, item: &Item<'_>, spans: &[errors::transaction::Span]) {
        for span in spans {
            let added: Result<(), Refused> =
                records::add_span(&mut self.gathered.spans, span, &self.known.project.slug);
            if added.is_err() {
                self.drop_one(item, DropReason::TooLarge);
            }
        }
    }

    /// A file belongs to the event of its envelope.
    fn add_file(&mut self, item: &Item<'_>) {
        let files = &mut self.gathered.beside.files;
        match self.received.event_id {
            Some(event) if files.len() < FILES_MAX => files.push(ReceivedFile::of(event, item)),
            Some(_) => self.drop_one(item, DropReason::TooLarge),
            None => self.drop_one(item, DropReason::Malformed),
        }
    }
}

fn feedback(said: Feedback, now: Timestamp) -> UserFeedback {
    UserFeedback {
        event: said.about,
        name: said.name.unwrap_or_default(),
        email: said.contact_email.unwrap_or_default(),
        message: said.message,
        url: said.url.unwrap_or_default(),
        release: said.release.unwrap_or_default(),
        environment: said.environment.unwrap_or_default(),
        at: said.time.filter(|time| *time <= now).unwrap_or(now),
        ..UserFeedback::default()
    }
}
