//! Text on its way to becoming records: recognised, put together and masked by [`sources`], and written into a batch.

use crate::{
    BodyError, Error, Intake,
    lines::{Cut, each_line},
};
use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use scrub::Scrubber;
use sources::{Reader, Record, multiline::Limits, record, timestamps::Reference};
use std::{io::Read, sync::Arc};
use telemetry::{Draft, Refused, Value};

/// What is known of a record beside its text: by whoever sent it, or by where it was found.
#[derive(Clone, Debug, Default)]
pub struct RecordMetadata<'a> {
    /// The path or the name of the stream,
    pub source: &'a [u8],
    /// unless a field of the record tells it: the first that it has of these.
    pub source_fields: &'a [&'a str],
    /// Counts for more than what the text says.
    pub time: Option<Timestamp>,
    pub level: Option<Level>,
    pub logger: Option<&'a str>,
    /// Beside the fields of the text, and over those of the same name: what several records share,
    pub shared: [&'a [(String, telemetry::OwnedValue)]; 2],
    /// and over these, what is told of this one.
    pub fields: &'a [(String, telemetry::OwnedValue)],
    /// How many more would have been told, but for a bound.
    pub left_out: usize,
    /// What a field of the text is called instead, where that is not its name.
    pub called: Option<fn(&str) -> &str>,
}

/// How a source is read whose records are kept: its secrets masked, its times those of `zone`.
pub(crate) fn options(scrubber: &Arc<Scrubber>, zone: &TimeZone, reference: Reference) -> sources::Options {
    sources::Options { zone: zone.clone(), reference, limits: Limits::default(), scrubber: Some(Arc::clone(scrubber)) }
}

impl Intake {
    /// A reader of one source, as it has to be for what is kept: secrets are masked before anything else is done.
    pub fn reader(&self, reference: Reference) -> Reader {
        self.reader_of("", reference)
    }

    /// The same of a source whose name is known: it may be in a format that people described for it.
    pub fn reader_of(&self, source: &str, reference: Reference) -> Reader {
        let reader = Reader::new(options(self.logs.scrubber(), self.logs.zone(), reference));
        reader.with_formats(self.logs.formats_of(source))
    }

    /// Takes text, of whatever format and in whatever bytes, until `from` ends. Where it has nothing for now
    /// (`WouldBlock`), what is complete is put on its way.
    ///
    /// # Errors
    /// When the store cannot be written to, or `from` not be read.
    pub fn text(
        &mut self,
        from: &mut dyn Read,
        reader: &mut Reader,
        told: &RecordMetadata<'_>,
    ) -> Result<(), BodyError> {
        let before = reader.masked();
        let mut read = each_line(from, &mut |cut| match cut {
            Cut::Line(line) => self.line(reader, line, told),
            Cut::TooLong => self.reject_long_line(),
            Cut::Pause => {
                self.flush()?;
                self.through(told, |now, sink| reader.flush(now, sink))?;
                self.flush()
            }
        });
        let rest = self.through(told, |_, sink| reader.finish(sink)).map_err(BodyError::from);
        if read.is_ok() {
            read = rest;
        }
        self.add_masked(reader.masked().since(before));
        read
    }

    /// Takes one text as a record by itself, whatever stood before it.
    ///
    /// # Errors
    /// When the store cannot be written to, is busy for long, or is closed.
    pub fn alone(&mut self, reader: &mut Reader, text: &[u8], told: &RecordMetadata<'_>) -> Result<(), Error> {
        if matches!(text, b"" | b"\r") {
            // A blank line says nothing, what was sent beside it may.
            self.count_line();
            return self.keep(|draft| write_told(draft, told));
        }
        let before = reader.masked();
        let mut taken = self.line(reader, text, told);
        if taken.is_ok() {
            taken = self.through(told, |_, sink| reader.finish(sink));
        }
        self.add_masked(reader.masked().since(before));
        taken
    }

    fn line(&mut self, reader: &mut Reader, line: &[u8], told: &RecordMetadata<'_>) -> Result<(), Error> {
        self.count_line();
        self.through(told, |now, sink| reader.push(line, now, sink))
    }

    /// Keeps each record that `read` gives.
    fn through(
        &mut self,
        told: &RecordMetadata<'_>,
        read: impl FnOnce(Timestamp, &mut dyn FnMut(Record<'_>)),
    ) -> Result<(), Error> {
        let (mut failed, now) = (None, self.now());
        read(now, &mut |record| {
            if failed.is_none() {
                failed = self.keep(|draft| write(draft, &record, told)).err();
            }
        });
        failed.map_or(Ok(()), Err)
    }
}

/// Writes a record as it is kept: its text to the byte, or the message of an object; when, how grave, by whom, in which
/// format; and what was read in it.
pub(crate) fn write(draft: &mut Draft<'_>, record: &Record<'_>, told: &RecordMetadata<'_>) -> Result<(), Refused> {
    let parsed = &record.parsed;
    if let Some(time) = told.time.or(record.time) {
        draft.time(time);
    }
    draft.level(told.level.or(parsed.level));
    let by_field = |name: &&str| parsed.field(name).and_then(record::Value::as_text).filter(|text| !text.is_empty());
    let named = told.source_fields.iter().find(|name| by_field(name).is_some());
    draft.source(named.and_then(by_field).map_or(told.source, str::as_bytes))?;
    let is_the_source = |name: &str| name == "source" && named == Some(&"source");
    draft.message(record.text())?;
    let mut fields = Fields { draft, count: 0, left_out: told.left_out as i64 };
    if let Some(inner) = parsed.inner {
        fields.put("format", inner.into())?;
        fields.put("carrier", parsed.format.into())?;
    } else if !parsed.format.is_empty() {
        fields.put("format", parsed.format.into())?;
    }
    if let Some(logger) = told.logger.or(parsed.logger.as_deref()) {
        fields.put("logger", logger.into())?;
    }
    for field in parsed.fields.iter().filter(|field| !is_the_source(&field.name)) {
        let value = match &field.value {
            record::Value::Text(text) => Value::Str(text.as_bytes()),
            record::Value::Integer(number) => Value::Int(*number),
            record::Value::Float(number) => Value::Float(*number),
            record::Value::Bool(truth) => Value::Bool(*truth),
        };
        let name = told.called.map_or(&*field.name, |called| called(&field.name));
        // These three are said of every record: what it has of the same name itself stays beside them.
        let name = match name {
            "format" => "format_",
            "carrier" => "carrier_",
            "logger" => "logger_",
            name => name,
        };
        fields.put(name, value)?;
    }
    fields.put_told(told)?;
    fields.finish()
}

/// A record without text.
fn write_told(draft: &mut Draft<'_>, told: &RecordMetadata<'_>) -> Result<(), Refused> {
    if let Some(time) = told.time {
        draft.time(time);
    }
    draft.level(told.level);
    draft.source(told.source)?;
    let mut fields = Fields { draft, count: 0, left_out: told.left_out as i64 };
    if let Some(logger) = told.logger {
        fields.put("logger", logger.into())?;
    }
    fields.put_told(told)?;
    fields.finish()
}

/// Fields of a record of which the text is kept in any case: those beyond the bounds are left out, and counted.
pub(crate) struct Fields<'d, 'b> {
    draft: &'d mut Draft<'b>,
    count: usize,
    left_out: i64,
}

impl<'d, 'b> Fields<'d, 'b> {
    pub(crate) fn new(draft: &'d mut Draft<'b>) -> Self {
        Self { draft, count: 0, left_out: 0 }
    }

    pub(crate) fn put(&mut self, name: &str, value: Value<'_>) -> Result<(), Refused> {
        // One place is kept for the count.
        if self.count + 1 >= telemetry::FIELDS_MAX || name.len() > telemetry::FIELD_NAME_BYTES_MAX {
            self.left_out += 1;
            return Ok(());
        }
        self.count += 1;
        // Searches know these as parts of the record.
        match name {
            "time" => self.draft.field("time_", value),
            "level" => self.draft.field("level_", value),
            "source" => self.draft.field("source_", value),
            "message" => self.draft.field("message_", value),
            name => self.draft.field(name, value),
        }
    }

    fn put_told(&mut self, told: &RecordMetadata<'_>) -> Result<(), Refused> {
        let [first, then] = told.shared;
        for (name, value) in first.iter().chain(then).chain(told.fields) {
            self.put(name, value.as_value())?;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<(), Refused> {
        match self.left_out {
            0 => Ok(()),
            left_out => self.draft.field("fields_left_out", Value::Int(left_out)),
        }
    }
}
