//! Spans of OpenTelemetry, taken in: those of a service go to the project of its name, or stand under the service's own.

use crate::{Error, KnownProject, Reports, records};
use errors::{
    scrubbing::Scrubbing,
    transaction::{OpenTelemetrySpan, SpanKind, SpanStatus, spans_of_program},
};
use logs::receive::{
    Fields,
    otlp::traces::{OtlpKind, OtlpSpan, OtlpStatus, ProgramSpans},
};
use model::Timestamp;
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};
use telemetry::{Batch, Kind, OwnedValue};

/// What a program is called that does not say its name (as the SDKs have it).
const UNNAMED: &str = "unknown_service";
/// What is counted against the quota of a project.
const CATEGORY: &str = "span";
/// Bytes of a batch from which it is appended.
const BATCH_BYTES: usize = 4 << 20;

/// What became of the spans of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpansReceived {
    /// Synced and searchable.
    pub accepted: u64,
    /// Without ids or times, too long, or beyond the quota of their project.
    pub rejected: u64,
    /// For how long no more is taken of a project whose quota is used up.
    pub limited: Option<Duration>,
}

impl Reports {
    /// Takes the spans of programs. What is accepted is synced when this returns.
    ///
    /// # Errors
    /// When the database cannot be asked, or the store cannot be written to: then nothing more of the request is kept.
    pub async fn receive_spans(&self, programs: Vec<ProgramSpans>) -> Result<SpansReceived, Error> {
        let mut received = SpansReceived::default();
        for program in programs {
            self.receive_program(program, &mut received).await?;
        }
        Ok(received)
    }

    async fn receive_program(&self, program: ProgramSpans, received: &mut SpansReceived) -> Result<(), Error> {
        let service = service_of(&program.resource);
        let known = self.project_of_service(&service).await?;
        let count = u32::try_from(program.spans.len()).unwrap_or(u32::MAX);
        if let Some(known) = &known
            && let Err(wait) = self.0.projects.take(known, CATEGORY, count, self.0.clock.now())
        {
            received.rejected += u64::from(count);
            received.limited = received.limited.max(Some(wait));
            let dropped = (known.project.id, crate::DropReason::Quota);
            self.0.projects.count_dropped(dropped.0, CATEGORY, dropped.1, count.into());
            return Ok(());
        }
        let gather = move || batches(program, &service, known.as_ref());
        let (batches, refused) = tokio::task::spawn_blocking(gather).await.map_err(|_| Error::Stopped)?;
        received.rejected += refused;
        for batch in batches {
            let spans = batch.len() as u64;
            self.0.logs.append(Kind::Span, batch).await?;
            received.accepted += spans;
        }
        Ok(())
    }
}

fn service_of(resource: &Fields) -> String {
    let name = resource.iter().find(|(name, _)| name == "service.name").map(|(_, value)| value);
    match name {
        Some(OwnedValue::Str(text)) if !text.is_empty() => String::from_utf8_lossy(text).into_owned(),
        _ => UNNAMED.to_owned(),
    }
}

/// The records of a program's spans, and how many spans cannot be kept.
fn batches(program: ProgramSpans, service: &str, known: Option<&Arc<KnownProject>>) -> (Vec<Batch>, u64) {
    let default = Scrubbing::default();
    let scrubbing = known.map_or(&default, |known| &known.scrubbing);
    let slug = known.map_or_else(|| store::slug(service), |known| known.project.slug.clone());
    let sent = program.spans.len();
    let told = program.spans.into_iter().filter(is_whole).map(told).collect();
    let (mut batches, mut batch, mut kept) = (Vec::new(), Batch::default(), 0);
    for span in spans_of_program(&map(program.resource), told, scrubbing) {
        kept += usize::from(records::add_span(&mut batch, &span, &slug).is_ok());
        if batch.text_bytes() >= BATCH_BYTES || batch.fields_bytes() >= BATCH_BYTES {
            batches.push(std::mem::take(&mut batch));
        }
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    (batches, (sent - kept) as u64)
}

/// Whether it has what a span is known by.
fn is_whole(span: &OtlpSpan) -> bool {
    span.trace_id.len() == 32 && span.span_id.len() == 16 && span.start > Timestamp::EPOCH
}

fn told(span: OtlpSpan) -> OpenTelemetrySpan {
    OpenTelemetrySpan {
        trace_id: span.trace_id,
        span_id: span.span_id,
        parent_span_id: Some(span.parent_span_id).filter(|id| id.len() == 16),
        kind: match span.kind {
            OtlpKind::Internal => SpanKind::Internal,
            OtlpKind::Server => SpanKind::Server,
            OtlpKind::Client => SpanKind::Client,
            OtlpKind::Producer => SpanKind::Producer,
            OtlpKind::Consumer => SpanKind::Consumer,
        },
        name: span.name,
        start: span.start,
        end: span.end,
        status: match span.status {
            OtlpStatus::Unset => SpanStatus::Unset,
            OtlpStatus::Ok => SpanStatus::Ok,
            OtlpStatus::Error => SpanStatus::Error,
        },
        status_message: Some(span.status_message).filter(|message| !message.is_empty()),
        attributes: map(span.attributes),
    }
}

fn map(fields: Fields) -> Map<String, Value> {
    let json = |value| match value {
        OwnedValue::Str(text) => Value::from(String::from_utf8_lossy(&text).into_owned()),
        OwnedValue::Int(number) => number.into(),
        OwnedValue::Float(number) => number.into(),
        OwnedValue::Bool(truth) => truth.into(),
    };
    fields.into_iter().map(|(name, value)| (name, json(value))).collect()
}
