//! Bytes on their way to becoming acknowledged records.
//!
//! Lines are masked, read and gathered into batches; a few batches are on their way to the disk while the next one is
//! filled. What [`IntakeReport`] counts as accepted is synced.

use crate::{
    Error, Logs, Opened, PartFields, RecordMetadata,
    bounds::LINE_BYTES_MAX,
    error::BodyError,
    lines::{Cut, each_line},
    text,
};
use model::Timestamp;
use scrub::Counts;
use sources::{Reader, multiline::Limits, timestamps::Reference};
use std::{borrow::Cow, collections::VecDeque, io::Read, sync::Arc, time::Duration};
use telemetry::{Answer, Appended, Batch, Draft, JsonNames, JsonParts, JsonProblem, Kind, PositionChange, Refused};

/// Lines that could not be taken of which it is said why; further ones are only counted.
pub const PROBLEMS_MAX: usize = 100;
/// Bytes of text in one batch, and as many of fields.
const BATCH_BYTES: usize = 2 << 20;
/// Batches on their way to the disk.
const WAITING_MAX: usize = 3;
/// How long a store that is busy is waited for, before its sender is told.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 2_000 });

/// What became of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntakeReport {
    /// Records that are synced and searchable.
    pub accepted: u64,
    /// Lines that are none.
    pub rejected: u64,
    /// Why, of the first of them.
    pub problems: Vec<Problem>,
    /// Secrets that were masked.
    pub masked: u64,
    /// The first and the last number of what was appended together last.
    pub seqs: Option<(u64, u64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: u64,
    pub what: String,
    pub reason: Reason,
}

/// By which a program knows why a line was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Older than what is kept.
    TooOld,
    TooLong,
    /// Only `what` says it.
    Other,
}

impl Reason {
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::TooOld => Some("too-old"),
            Self::TooLong => Some("too-long"),
            Self::Other => None,
        }
    }
}

/// Takes records until it is finished.
pub struct Intake {
    pub(crate) logs: Logs,
    pub(crate) opened: Arc<Opened>,
    pub(crate) batch: Batch,
    /// Then the batch is not sent before it is complete.
    pub(crate) is_whole: bool,
    /// Goes with the next batch.
    pub(crate) position: Option<PositionChange>,
    waiting: VecDeque<Answer<Appended>>,
    masked: Counts,
    taken: IntakeReport,
    /// Of the line that is being taken.
    line: u64,
    now: Timestamp,
    /// Of objects whose parts have other names than their own.
    objects: Option<Reader>,
}

/// A line whose record is in the batch.
struct Pushed<'l> {
    /// Its secrets are masked.
    clean: Cow<'l, [u8]>,
    parts: JsonParts,
}

impl Intake {
    pub(crate) fn new(logs: Logs, opened: Arc<Opened>) -> Self {
        let now = logs.now();
        Self {
            logs,
            opened,
            batch: Batch::default(),
            is_whole: false,
            position: None,
            waiting: VecDeque::new(),
            masked: Counts::default(),
            taken: IntakeReport::default(),
            line: 0,
            now,
            objects: None,
        }
    }

    /// What is acknowledged by now.
    pub fn taken(&self) -> &IntakeReport {
        &self.taken
    }

    /// Takes one JSON object a line until `from` ends. Where it has nothing for now (`WouldBlock`), what has come is
    /// put on its way.
    ///
    /// # Errors
    /// When the store cannot be written to, or `from` not be read. What [`Self::taken`] counts is kept all the same.
    pub fn json_lines(&mut self, from: &mut dyn Read, names: &JsonNames<'_>) -> Result<(), BodyError> {
        each_line(from, &mut |cut| match cut {
            Cut::Line(line) => self.json_line(line, names),
            Cut::TooLong => self.reject_long_line(),
            Cut::Pause if self.is_whole => Ok(()),
            Cut::Pause => self.flush(),
        })
    }

    /// As [`Self::json_lines`], and what they do not find under its usual names is looked for as [`sources`] does in a file: other
    /// names, other scales of levels, a line of another program in the message. What `fields` names comes first.
    ///
    /// # Errors
    /// When the store cannot be written to, or `from` not be read. What [`Self::taken`] counts is kept all the same.
    pub fn objects(&mut self, from: &mut dyn Read, fields: &PartFields) -> Result<(), BodyError> {
        let zone = self.logs.zone().clone();
        let names = fields.names(&zone);
        each_line(from, &mut |cut| match cut {
            Cut::Line(line) => self.object(&fields.apply(line), &names),
            Cut::TooLong => self.reject_long_line(),
            Cut::Pause => self.flush(),
        })
    }

    fn object(&mut self, line: &[u8], names: &JsonNames<'_>) -> Result<(), Error> {
        let Some(Pushed { clean, parts }) = self.push_line(line, names)? else { return Ok(()) };
        if parts != (JsonParts { time: true, level: true, message: true }) {
            self.read_again(&clean, parts)?;
        }
        self.give_up_old();
        self.flush_if_full()
    }

    fn json_line(&mut self, line: &[u8], names: &JsonNames<'_>) -> Result<(), Error> {
        if self.push_line(line, names)?.is_some() {
            self.give_up_old();
        }
        self.flush_if_full()
    }

    /// Adds what a line holds to the batch; gives it, its secrets masked, and what was found in it. `None` where it is no record.
    fn push_line<'l>(&mut self, line: &'l [u8], names: &JsonNames<'_>) -> Result<Option<Pushed<'l>>, Error> {
        self.line += 1;
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let clean = self.logs.scrubber().scrub(line, &mut self.masked);
        let mut pushed = self.batch.push_json(&clean, names, self.now);
        if matches!(pushed, Err(JsonProblem::Refused(Refused::BatchFull))) {
            self.flush()?;
            pushed = self.batch.push_json(&clean, names, self.now);
        }
        match pushed {
            Ok(parts) => Ok(Some(Pushed { clean, parts })),
            Err(problem) => {
                self.reject(problem.to_string());
                Ok(None)
            }
        }
    }

    /// Puts in the place of the last record what [`sources`] reads in its line, where that is more.
    fn read_again(&mut self, line: &[u8], parts: JsonParts) -> Result<(), Error> {
        // Bytes that are no text are kept as they are.
        if std::str::from_utf8(line).is_err() {
            return Ok(());
        }
        let mut reader = self.objects.take().unwrap_or_else(|| {
            // Its secrets are masked already.
            let options = sources::Options {
                zone: self.logs.zone().clone(),
                reference: Reference::Arrival,
                limits: Limits::default(),
                scrubber: None,
            };
            Reader::new(options)
        });
        let told = RecordMetadata { source_fields: &["source"], ..RecordMetadata::default() };
        let now = self.now;
        let (mut is_replaced, mut failed) = (false, Ok(()));
        let mut sink = |record: sources::Record<'_>| {
            let read = &record.parsed;
            let tells_more = !parts.time && read.stamp.is_some()
                || !parts.level && read.level.is_some()
                || read.inner.is_some()
                || !parts.message && record.text() != line;
            if failed.is_err() || !is_replaced && !tells_more {
                return;
            }
            if !is_replaced {
                self.batch.pop();
                is_replaced = true;
            }
            failed = self.keep_read(|draft| text::write(draft, &record, &told));
        };
        reader.push(line, now, &mut sink);
        reader.finish(&mut sink);
        self.objects = Some(reader);
        failed
    }

    /// Takes a record that `write` makes; what it does not say about itself is now.
    ///
    /// # Errors
    /// When the store cannot be written to, is busy for long, or is closed.
    pub fn record(&mut self, write: impl Fn(&mut Draft<'_>) -> Result<(), Refused>) -> Result<(), Error> {
        self.line += 1;
        self.keep(write)
    }

    /// The same for what belongs to lines that were counted already.
    pub(crate) fn keep(&mut self, write: impl Fn(&mut Draft<'_>) -> Result<(), Refused>) -> Result<(), Error> {
        self.keep_read(write)?;
        self.give_up_old();
        self.flush_if_full()
    }

    fn keep_read(&mut self, write: impl Fn(&mut Draft<'_>) -> Result<(), Refused>) -> Result<(), Error> {
        let mut kept = self.draft(&write);
        if kept == Err(Refused::BatchFull) {
            self.flush()?;
            kept = self.draft(&write);
        }
        if let Err(refused) = kept {
            self.reject(refused.to_string());
        }
        Ok(())
    }

    fn draft(&mut self, write: &impl Fn(&mut Draft<'_>) -> Result<(), Refused>) -> Result<(), Refused> {
        let mut draft = self.batch.draft();
        write(&mut draft)?;
        draft.finish(self.now);
        Ok(())
    }

    /// A record that is older than what is kept would be forgotten at once, and nobody told.
    fn give_up_old(&mut self) {
        let Some(age_max) = self.logs.config().age_max() else { return };
        let time = self.batch.len().checked_sub(1).map(|last| self.batch.get(last).time());
        if time.is_some_and(|time| time + age_max < self.now) {
            self.batch.pop();
            let days = self.logs.config().keep_days;
            let what = format!("older than the {days} days that are kept: raise `keep-days` of [log-store]");
            self.reject_for(Reason::TooOld, what);
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn count_line(&mut self) {
        self.line += 1;
    }

    pub(crate) fn reject_long_line(&mut self) -> Result<(), Error> {
        self.line += 1;
        self.reject_for(Reason::TooLong, format!("longer than {LINE_BYTES_MAX} bytes: send it in parts"));
        Ok(())
    }

    /// Counts secrets that were masked before a record came here.
    pub fn add_masked(&mut self, masked: Counts) {
        self.masked.add(masked);
    }

    /// `text` with its secrets masked and counted.
    pub(crate) fn scrub<'a>(&mut self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.logs.scrubber().scrub(text, &mut self.masked)
    }

    /// Counts something that could not be taken.
    pub fn reject(&mut self, what: String) {
        self.reject_for(Reason::Other, what);
    }

    fn reject_for(&mut self, reason: Reason, what: String) {
        self.taken.rejected += 1;
        if self.taken.problems.len() < PROBLEMS_MAX {
            self.taken.problems.push(Problem { line: self.line, what, reason });
        }
    }

    /// Tells the sender something of what was taken.
    pub(crate) fn remark(&mut self, what: String) {
        tracing::warn!("{what}");
        if self.taken.problems.len() < PROBLEMS_MAX {
            self.taken.problems.push(Problem { line: self.line, what, reason: Reason::Other });
        }
    }

    fn flush_if_full(&mut self) -> Result<(), Error> {
        // A batch of fields alone would outgrow what the store takes at once.
        let is_full = self.batch.text_bytes().max(self.batch.fields_bytes()) >= BATCH_BYTES;
        if is_full && !self.is_whole { self.flush() } else { Ok(()) }
    }

    /// Puts what has come on its way to the disk.
    ///
    /// # Errors
    /// When the store cannot be written to, is busy for long, or is closed.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.now = self.logs.now();
        if self.batch.is_empty() && self.position.is_none() {
            return Ok(());
        }
        while self.waiting.len() >= WAITING_MAX {
            self.await_one()?;
        }
        let mut patience = PATIENCE;
        let answer = loop {
            match self.opened.store.append_from(Kind::Log, &mut self.batch, self.position.as_slice(), self.now) {
                Ok(answer) => break answer,
                Err(telemetry::Error::Busy { retry_after, .. }) if retry_after <= patience => {
                    patience -= retry_after;
                    std::thread::sleep(retry_after);
                }
                Err(error) => return Err(error.into()),
            }
        };
        self.position = None;
        self.waiting.push_back(answer);
        Ok(())
    }

    fn await_one(&mut self) -> Result<(), Error> {
        let Some(answer) = self.waiting.pop_front() else { return Ok(()) };
        let appended = answer.blocking_recv().map_err(|_| Error::Closed)??;
        self.taken.accepted += appended.rows as u64;
        let last = (appended.first_seq + appended.rows as u64).checked_sub(1);
        self.taken.seqs = last.filter(|_| appended.rows > 0).map(|last| (appended.first_seq, last));
        Ok(())
    }

    pub(crate) fn await_all(&mut self) -> Result<(), Error> {
        let mut awaited = Ok(());
        while !self.waiting.is_empty() {
            awaited = awaited.and(self.await_one());
        }
        awaited
    }

    /// Waits until all of it is synced. Where the last of it is refused, what was on its way is counted all the same.
    ///
    /// # Errors
    /// When the store cannot be written to, is busy for long, or is closed.
    pub fn finish(&mut self) -> Result<(), Error> {
        let flushed = self.flush();
        let finished = flushed.and(self.await_all());
        self.taken.masked += self.masked.total();
        self.logs.add_masked(std::mem::take(&mut self.masked));
        finished
    }
}
