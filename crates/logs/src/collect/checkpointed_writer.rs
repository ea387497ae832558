//! Writes a collector's records to the store, with the position that they lead to: however long it takes, or until the program
//! stops.

use super::Stop;
use crate::{
    Error, Logs, Opened,
    text::{self, RecordMetadata},
};
use model::Timestamp;
use scrub::Counts;
use sources::{Reader, Record, timestamps::Reference};
use std::{path::Path, sync::Arc, time::Duration};
use telemetry::{Batch, KeyedPosition, Kind, OwnedValue, PositionChange, Refused};

/// Bytes of text from which a batch is sent.
const BATCH_BYTES: usize = 512 << 10;
/// Positions that are sent at once where no records go with them.
const POSITIONS_AT_ONCE: usize = 500;
/// How long a store that cannot be written to is left alone.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The program stops: what was not acknowledged is read again at the next start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

/// Gathers records into batches, and keeps each together with the position that it leads to.
pub(crate) struct CheckpointedWriter {
    logs: Logs,
    stop: Stop,
    batch: Batch,
    /// Whether it was said that the store cannot be written to.
    told: bool,
    refused: u64,
    own: Option<Own>,
}

/// By which path the files are known that Vigie itself writes, and what their records have beside what they say.
struct Own {
    path: Vec<u8>,
    fields: Vec<(String, OwnedValue)>,
}

/// The `source` and the `app` of what Vigie traces.
const VIGIE: &str = "vigie";

impl CheckpointedWriter {
    pub(crate) fn new(logs: Logs, stop: Stop) -> Self {
        Self { logs, stop, batch: Batch::default(), told: false, refused: 0, own: None }
    }

    /// Knows what comes from `path`, or from what it was rotated to, for Vigie's own.
    pub(crate) fn knows_own(mut self, path: &Path) -> Self {
        let fields = vec![("app".to_owned(), OwnedValue::Str(VIGIE.into()))];
        self.own = Some(Own { path: path.as_os_str().as_encoded_bytes().to_vec(), fields });
        self
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.logs.now()
    }

    pub(crate) fn reader(&self, source: &str, reference: Reference) -> Reader {
        let reader = Reader::new(text::options(self.logs.scrubber(), self.logs.zone(), reference));
        reader.with_formats(self.logs.formats_of(source))
    }

    pub(crate) fn batch(&self) -> &Batch {
        &self.batch
    }

    pub(crate) fn is_full(&self) -> bool {
        self.batch.text_bytes() >= BATCH_BYTES
    }

    pub(crate) fn add_masked(&self, masked: Counts) {
        self.logs.add_masked(masked);
    }

    /// Adds a record to the batch.
    pub(crate) fn keep(&mut self, record: &Record<'_>, told: &RecordMetadata<'_>) {
        let now = self.logs.now();
        let own = self.own.as_ref().filter(|own| told.source.starts_with(&own.path));
        let as_own = own.map(|own| RecordMetadata {
            source: VIGIE.as_bytes(),
            fields: &own.fields,
            called: Some(super::asked_for),
            ..told.clone()
        });
        let mut draft = self.batch.draft();
        match text::write(&mut draft, record, as_own.as_ref().unwrap_or(told)) {
            Ok(()) => draft.finish(now),
            Err(refused) => {
                drop(draft);
                self.refuse(refused, told);
            }
        }
    }

    fn refuse(&mut self, refused: Refused, told: &RecordMetadata<'_>) {
        self.refused += 1;
        if self.refused.is_power_of_two() {
            let source = String::from_utf8_lossy(told.source);
            tracing::warn!(%source, %refused, count = self.refused, "a collected record could not be kept");
        }
    }

    /// The store, waited for.
    pub(crate) fn opened(&mut self) -> Result<Arc<Opened>, Stopped> {
        loop {
            match self.logs.opened() {
                Ok(opened) => return Ok(opened),
                Err(error) => self.wait(&error)?,
            }
        }
    }

    /// What the store knows of the sources whose keys begin so. That this cannot be read is told wherever one asks how Vigie is:
    /// nothing of them is collected.
    pub(crate) fn stored<T>(
        &mut self,
        prefix: &str,
        read: impl Fn(Vec<KeyedPosition>) -> Result<T, Error>,
    ) -> Result<T, Stopped> {
        loop {
            let opened = self.opened()?;
            let stored = opened.store.positions_under(prefix).map_err(Error::from).and_then(&read);
            drop(opened);
            if let Some(stored) = self.unless_stalled(Path::new(prefix), stored)? {
                return Ok(stored);
            }
        }
    }

    /// What was read; where it could not be, tells so and waits.
    fn unless_stalled<T>(&mut self, path: &Path, read: Result<T, Error>) -> Result<Option<T>, Stopped> {
        self.logs.stalls(path, read.is_err());
        match read {
            Ok(read) => Ok(Some(read)),
            Err(error) => {
                let waited = self.wait(&error);
                // Whoever stops collecting waits for nothing.
                waited.inspect_err(|_| self.logs.stalls(path, false))?;
                Ok(None)
            }
        }
    }

    /// Sends the batch, waits until it is synced, and with it sources have come to where `positions` say.
    pub(crate) fn commit(&mut self, positions: &[PositionChange]) -> Result<(), Stopped> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            // Nothing goes with them: they need not be kept as one.
            return positions.chunks(POSITIONS_AT_ONCE).try_for_each(|positions| self.send(&batch, positions));
        }
        self.send(&batch, positions)
    }

    /// Sends what there is of a source that cannot be read again.
    pub(crate) fn deliver(&mut self) -> Result<(), Stopped> {
        let batch = std::mem::take(&mut self.batch);
        self.send(&batch, &[])
    }

    /// Sends a batch, and waits until it is synced.
    fn send(&mut self, batch: &Batch, positions: &[PositionChange]) -> Result<(), Stopped> {
        if batch.is_empty() && positions.is_empty() {
            return Ok(());
        }
        self.send_rows(batch, 0..batch.len(), positions)?;
        if self.told {
            self.told = false;
            tracing::info!("collected logs are kept again");
        }
        Ok(())
    }

    /// Of rows that are sent in parts, the positions go with the last.
    fn send_rows(
        &mut self,
        batch: &Batch,
        rows: std::ops::Range<usize>,
        positions: &[PositionChange],
    ) -> Result<(), Stopped> {
        loop {
            let opened = self.opened()?;
            let mut attempt = match rows.len() == batch.len() {
                true => batch.clone(),
                false => part_of(batch, rows.clone()),
            };
            let sent = opened.store.append_from(Kind::Log, &mut attempt, positions, self.logs.now());
            let kept = sent.and_then(|answer| answer.blocking_recv().map_err(|_| telemetry::Error::Closed)?);
            match kept {
                Ok(_) => return Ok(()),
                Err(telemetry::Error::TooLarge { .. }) if rows.len() > 1 => {
                    let middle = rows.start + rows.len() / 2;
                    self.send_rows(batch, rows.start..middle, &[])?;
                    return self.send_rows(batch, middle..rows.end, positions);
                }
                Err(error @ telemetry::Error::TooLarge { .. }) => {
                    if batch.is_empty() {
                        self.wait(&error.into())?;
                        continue;
                    }
                    tracing::error!(%error, "a collected record is larger than the store takes at once, and left out");
                    return self.send(&Batch::default(), positions);
                }
                Err(error) => self.wait(&error.into())?,
            }
        }
    }

    /// Waits for what hinders to pass; says it once.
    fn wait(&mut self, error: &Error) -> Result<(), Stopped> {
        let busy = error.retry_after();
        if busy.is_none() && !self.told {
            self.told = true;
            tracing::warn!(%error, "collected logs wait: they cannot be kept for now");
        }
        match self.stop.wait(busy.unwrap_or(RETRY_AFTER)) {
            true => Err(Stopped),
            false => Ok(()),
        }
    }
}

fn part_of(batch: &Batch, rows: std::ops::Range<usize>) -> Batch {
    let mut part = Batch::default();
    for row in rows {
        // What fitted into the whole fits into a part.
        let _ = part.push_ref(batch.get(row));
    }
    part
}
