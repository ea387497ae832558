//! Record by record: lines taken through `sources`, so that levels, fields and times can be asked for.

use super::{
    RawSummary,
    lines::{Buffer, Hit, KnownPlace, Pieces, Place, Reading, without_return},
    query::RecordQuery,
};
use memchr::memchr_iter;
use model::Timestamp;
use sources::{Options, Reader, Record, multiline::Limits, record::Value as Read, timestamps::Reference};
use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    ops::ControlFlow,
};
use telemetry::{
    Batch, Draft, Numbered, Refused, Value,
    query::{Cancel, Question, tail},
};

/// Bytes of records that are asked at a time.
const BATCH_BYTES: usize = 256 << 10;
/// Lines whose record may still be open. Beyond, a record is placed at the line that was read last.
const PENDING_MAX: usize = 100_000;

/// `asked` comes with when the file was last written, which tells the years of lines that leave them out.
pub(super) fn search(
    from: &mut dyn io::Read,
    buffer: &mut Buffer,
    (asked, modified): (&RecordQuery, Timestamp),
    cancel: &Cancel,
    summary: &mut RawSummary,
    hit: &mut Hit<'_>,
) -> io::Result<ControlFlow<()>> {
    // Its expressions were read when the query was parsed: what is left is their size.
    let question = asked.question().map_err(|error| io::Error::other(format!("the query cannot be run: {error}")))?;
    let reference = Reference::Modified(modified);
    let zone = asked.zone.clone();
    let mut reader = Reader::new(Options { zone, reference, limits: Limits::default(), scrubber: None });
    let mut records = Records::new(question, modified);
    let mut pieces = Pieces::new(from, buffer);
    let mut reading = Reading::default();
    let ended = loop {
        let piece = match pieces.next_unless(cancel) {
            ControlFlow::Continue(piece) => piece,
            ControlFlow::Break(ended) => break ended,
        };
        let Place { mut line, offset } = reading.place;
        let mut start = 0;
        let ends = memchr_iter(b'\n', piece.bytes);
        for end in ends.chain((!piece.bytes.ends_with(b"\n")).then_some(piece.bytes.len())) {
            let text = &piece.bytes[start..end];
            records.came(Place { line, offset: offset + start as u64 }, text);
            reader.push(text, modified, &mut |record| records.take(&record));
            line += 1;
            start = end + 1;
        }
        let told = KnownPlace { place: reading.place, bytes: 0 };
        reading.passed(&piece, told, summary);
        if records.batch.text_bytes() >= BATCH_BYTES {
            let flow = records.ask(hit);
            if flow.is_break() {
                break Ok(flow);
            }
        }
    };
    let ended = match ended {
        Ok(ControlFlow::Break(())) => ended,
        ended => {
            reader.finish(&mut |record| records.take(&record));
            let flow = records.ask(hit);
            ended.map(|_| flow)
        }
    };
    summary.matches += records.matches;
    ended
}

struct Records {
    question: Question,
    batch: Batch,
    /// Of the records in the batch.
    places: Vec<Place>,
    /// Lines that no record was made of yet, with a hash of each.
    pending: VecDeque<(Place, u64)>,
    last: Place,
    /// Of the last record that had one: what others are taken to have.
    time: Timestamp,
    matches: u64,
}

impl Records {
    fn new(question: Question, time: Timestamp) -> Self {
        let last = Place { line: 1, offset: 0 };
        let (batch, places, pending) = (Batch::default(), Vec::new(), VecDeque::new());
        Self { question, batch, places, pending, last, time, matches: 0 }
    }

    /// Remembers where a line was.
    fn came(&mut self, place: Place, line: &[u8]) {
        if self.pending.len() >= PENDING_MAX {
            self.pending.pop_front();
        }
        self.pending.push_back((place, hash(line)));
        self.last = place;
    }

    fn take(&mut self, record: &Record<'_>) {
        let place = self.place_of(record.raw);
        self.time = record.time.unwrap_or(self.time);
        let mut draft = self.batch.draft();
        if write(record, &mut draft).is_ok() {
            draft.finish(self.time);
            self.places.push(place);
        }
    }

    /// Where its first line was. Records of several speakers lie within each other, and blank lines are in none: each of its
    /// lines is looked for among those that came.
    fn place_of(&mut self, raw: &[u8]) -> Place {
        let (mut first, mut from, mut start) = (None, 0, 0);
        for end in memchr_iter(b'\n', raw).chain([raw.len()]) {
            let wanted = hash(&raw[start..end]);
            start = end + 1;
            if let Some(at) = self.pending.range(from..).position(|(_, line)| *line == wanted) {
                let found = self.pending.remove(from + at);
                first = first.or(found.map(|(place, _)| place));
                from += at;
            }
        }
        let blank = hash(b"");
        while self.pending.front().is_some_and(|(_, line)| *line == blank) {
            self.pending.pop_front();
        }
        first.unwrap_or(self.last)
    }

    fn ask(&mut self, hit: &mut Hit<'_>) -> ControlFlow<()> {
        let asked = Numbered { first_seq: 0, batch: std::mem::take(&mut self.batch) };
        let places = std::mem::take(&mut self.places);
        let mut flow = ControlFlow::Continue(());
        let matched = tail(&self.question, &asked, |found| {
            let Place { line, offset } = places[found.cursor.seq as usize];
            flow = hit(line, offset, without_ends(found.record.message()));
            flow
        });
        self.matches += matched as u64;
        flow
    }
}

/// Words are looked for in all that a record's lines say.
fn write(record: &Record<'_>, draft: &mut Draft<'_>) -> Result<(), Refused> {
    let parsed = &record.parsed;
    draft.level(parsed.level);
    draft.message(record.raw)?;
    let (format, carrier) = match parsed.inner {
        Some(inner) => (inner, parsed.format),
        None => (parsed.format, ""),
    };
    let own = [("format", Some(format)), ("carrier", Some(carrier)), ("logger", parsed.logger.as_deref())];
    for (name, value) in own {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            draft.field(name, Value::from(value))?;
        }
    }
    for field in &parsed.fields {
        let value = match &field.value {
            Read::Text(text) => Value::from(&**text),
            Read::Integer(number) => Value::Int(*number),
            Read::Float(number) => Value::Float(*number),
            Read::Bool(truth) => Value::Bool(*truth),
        };
        match draft.field(&field.name, value) {
            // Nobody asks for such a name.
            Ok(()) | Err(Refused::LongName) => {}
            Err(refused) => return Err(refused),
        }
    }
    Ok(())
}

/// Blank lines behind a record are shown by nobody.
fn without_ends(mut raw: &[u8]) -> &[u8] {
    while let [rest @ .., b'\r' | b'\n'] = raw {
        raw = rest;
    }
    raw
}

fn hash(line: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    without_return(line).hash(&mut hasher);
    hasher.finish()
}
