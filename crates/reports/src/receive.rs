//! Envelopes, taken in: what they hold is on disk and searchable before the client hears so.

use crate::{DropReason, Error, KnownProject, Reports, records};
use errors::{Envelope, Event, Report, envelope::Item, grouping, logs::LogItem, record::Reception};
use model::Timestamp;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use telemetry::{Batch, Kind, Refused};
use uuid::Uuid;

/// Bytes of an envelope that takes less than a millisecond to read: it is read on the thread that received it.
const READ_AT_ONCE_BYTES_MAX: usize = 64 << 10;

/// What became of an envelope.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// What its event is known by; none where it has neither an event nor an id.
    pub event_id: Option<Uuid>,
    /// Categories of which no more is taken for so long.
    pub limited: BTreeMap<&'static str, Duration>,
    /// Why nothing of it was taken: it is beyond a quota, or longer than it may be.
    pub refused: Option<DropReason>,
}

/// What is appended of an envelope.
#[derive(Default)]
struct Gathered {
    events: Batch,
    spans: Batch,
    logs: Vec<LogItem>,
}

/// How an envelope reaches us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Envelope,
    /// One event by itself, as old clients send it.
    Event,
    /// What a browser reports by itself, of a policy that was broken.
    Security,
}

impl Reports {
    /// Takes an envelope of a project's client.
    ///
    /// # Errors
    /// [`Error::Envelope`] when nothing of it can be read; otherwise where the store cannot be written to: then
    /// nothing was acknowledged, though what came before in the envelope may be kept.
    pub async fn receive(&self, known: Arc<KnownProject>, body: Vec<u8>, form: Form) -> Result<Received, Error> {
        // A usual one is read sooner than another thread is woken.
        let (received, gathered) = if body.len() <= READ_AT_ONCE_BYTES_MAX {
            self.gather(&known, &body, form)?
        } else {
            let (reports, of) = (self.clone(), Arc::clone(&known));
            let gather = move || reports.gather(&of, &body, form);
            tokio::task::spawn_blocking(gather).await.map_err(|_| Error::Stopped)??
        };
        self.keep(&known, gathered).await?;
        Ok(received)
    }

    async fn keep(&self, known: &KnownProject, gathered: Gathered) -> Result<(), Error> {
        let logs = &self.0.logs;
        if !gathered.logs.is_empty() {
            let (logs, project) = (logs.clone(), known.project.slug.clone());
            let kept = move || keep_logs(&logs, &project, &gathered.logs);
            tokio::task::spawn_blocking(kept).await.map_err(|_| Error::Stopped)??;
        }
        if !gathered.spans.is_empty() {
            logs.append(Kind::Span, gathered.spans).await?;
        }
        if !gathered.events.is_empty() {
            logs.append(Kind::Error, gathered.events).await?;
            self.wake();
        }
        Ok(())
    }

    fn gather(&self, known: &KnownProject, body: &[u8], form: Form) -> Result<(Received, Gathered), Error> {
        let envelope = match form {
            Form::Envelope => Envelope::parse(body)?,
            Form::Event => Envelope::of_event(body),
            Form::Security => Envelope::of_security_report(body),
        };
        if envelope.items.is_empty()
            && let Some(malformed) = envelope.malformed
        {
            return Err(malformed.into());
        }
        let now = self.0.clock.now();
        let mut received = Received { event_id: envelope.event_id, ..Received::default() };
        let (mut gathered, mut taken, mut too_large) = (Gathered::default(), 0, 0);
        for item in &envelope.items {
            match self.take(known, item, &mut received, now) {
                Ok(report) => {
                    taken += 1;
                    self.gather_report(known, item, report, (&mut received, &mut gathered), now);
                }
                Err(why) => {
                    too_large += usize::from(why == DropReason::TooLarge);
                    self.0.projects.count_dropped(known.project.id, item.kind.category(), why, 1);
                }
            }
        }
        received.refused = match taken {
            0 if !received.limited.is_empty() => Some(DropReason::Quota),
            0 if too_large > 0 => Some(DropReason::TooLarge),
            _ => None,
        };
        Ok((received, gathered))
    }

    /// Reads an item, if there is room for it.
    fn take(
        &self,
        known: &KnownProject,
        item: &Item<'_>,
        received: &mut Received,
        now: Timestamp,
    ) -> Result<Report, DropReason> {
        if item.is_too_long() {
            return Err(DropReason::TooLarge);
        }
        let count = item.item_count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        if let Err(wait) = self.0.projects.take(known, item.kind.category(), count, now) {
            received.limited.insert(item.kind.category(), wait);
            return Err(DropReason::Quota);
        }
        Report::read(item, &known.scrubbing).map_err(|_| DropReason::Malformed)
    }

    fn gather_report(
        &self,
        known: &KnownProject,
        item: &Item<'_>,
        report: Report,
        (received, gathered): (&mut Received, &mut Gathered),
        now: Timestamp,
    ) {
        let project = &known.project.slug;
        let refused = |kept: Result<(), Refused>| {
            if kept.is_err() {
                self.0.projects.count_dropped(known.project.id, item.kind.category(), DropReason::TooLarge, 1);
            }
        };
        let mut keep_event = |event: &Event| {
            // The id of the envelope is the one that the client waits for.
            let id = received.event_id.or(event.event_id).unwrap_or_else(|| Uuid::from_bytes(self.0.rng.bytes()));
            received.event_id = Some(id);
            let reception = Reception { project, event_id: id, received: now };
            refused(records::add_event(&mut gathered.events, event, &grouping::group(event), reception));
        };
        match report {
            Report::Event(event) => keep_event(&event),
            Report::SecurityEvents(events) => events.iter().for_each(keep_event),
            Report::Transaction(told) => {
                received.event_id = received.event_id.or(told.what.event_id);
                told.what.spans.iter().for_each(|span| refused(records::add_span(&mut gathered.spans, span, project)));
            }
            Report::Spans(told) => {
                told.what.iter().for_each(|span| refused(records::add_span(&mut gathered.spans, span, project)));
            }
            Report::Logs(told) => gathered.logs.extend(told.what),
            // Read, so that what is wrong with them is known; kept with what asks for them.
            Report::Metrics(_)
            | Report::Sessions(_)
            | Report::CheckIn(_)
            | Report::Feedback(_)
            | Report::Attachment
            | Report::NotKept => {
                self.0.projects.count_dropped(known.project.id, item.kind.category(), DropReason::NotKept, 1);
            }
            Report::ClientReport(_) => {}
        }
    }
}

fn keep_logs(logs: &logs::Logs, project: &str, lines: &[LogItem]) -> Result<(), logs::Error> {
    let mut intake = logs.intake()?;
    for line in lines {
        intake.record(|draft| {
            draft.time(line.time);
            draft.level(Some(line.level));
            draft.source(project.as_bytes())?;
            draft.message(line.body.as_bytes())?;
            draft.field("project", project.into())?;
            for (name, value) in [("trace_id", &line.trace_id), ("span_id", &line.span_id)] {
                if let Some(value) = value {
                    draft.field(name, value.as_str().into())?;
                }
            }
            for (name, value) in &line.attributes {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                draft.field(name, text.as_str().into())?;
            }
            Ok(())
        })?;
    }
    intake.finish()
}
