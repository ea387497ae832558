//! Records as lines of a page.

use super::address::PageSearch;
use crate::{
    layout::foreign::Foreign,
    logs::{
        api::rows::{FORMAT, repeats, repeats_in_text},
        pages::explore::{FieldRow, Links, ShownLine},
    },
};
use model::{Level, Timestamp};
use telemetry::{
    RecordRef, Value,
    query::{Cursor, Query, language::Narrowed},
};

/// Bytes of a message that are in a list, to be opened; and of one on a page of its own.
pub(super) const LISTED_MAX: usize = 4 << 10;
pub(super) const SHOWN_MAX: usize = 256 << 10;
/// Bytes of a field's value.
const VALUE_MAX: usize = 4 << 10;

/// What is kept of a record on the way from the store to the page.
pub(super) struct LineSource {
    cursor: Cursor,
    level: Option<Level>,
    source: Vec<u8>,
    message: Foreign,
    body: Foreign,
    fields: Vec<(String, Text)>,
}

/// The value of a field.
struct Text {
    shown: Foreign,
    /// As it is asked for, where it can be.
    text: Option<String>,
}

impl LineSource {
    pub(super) fn new(cursor: Cursor, record: RecordRef<'_>, body_max: usize) -> Self {
        Self {
            cursor,
            level: record.level(),
            source: record.source().to_vec(),
            message: message(&repeats(record, cursor.time), record.message()),
            body: Foreign::text(record.message(), body_max),
            fields: record.fields().map(|(name, value)| (name.to_owned(), Text::new(value))).collect(),
        }
    }

    pub(super) fn of_record(cursor: Cursor, record: &telemetry::Record, body_max: usize) -> Self {
        let fields = record.fields.iter();
        let is_read = record.fields.iter().any(|(name, _)| name == FORMAT);
        Self {
            cursor,
            level: record.level,
            source: record.source.clone(),
            message: message(&repeats_in_text(is_read, &record.message, cursor.time, record.level), &record.message),
            body: Foreign::text(&record.message, body_max),
            fields: fields.map(|(name, value)| (name.clone(), Text::new(value.as_value()))).collect(),
        }
    }

    /// As it stands in the page of that search.
    pub(super) fn line(self, search: &PageSearch, query: &Query) -> ShownLine {
        let links = |name: &str, value: Option<&str>| {
            let Narrowed { only, without } = query.narrowed(name, value?)?;
            Some(Links { only: search.address_of(only), without: search.address_of(without) })
        };
        let (job, trace) = (self.id("job"), self.id("trace"));
        let row = |name: &str, value: Foreign, text: Option<&str>| FieldRow {
            name: Foreign::line(name.as_bytes()),
            links: links(name, text),
            value,
        };
        let mut fields = Vec::with_capacity(self.fields.len() + 2);
        if let Some(level) = self.level {
            fields.push(row("level", Foreign::line(level.as_str().as_bytes()), Some(level.as_str())));
        }
        if !self.source.is_empty() {
            fields.push(row("source", Foreign::line(&self.source), std::str::from_utf8(&self.source).ok()));
        }
        for (name, value) in self.fields {
            fields.push(row(&name, value.shown, value.text.as_deref()));
        }
        ShownLine {
            seq: self.cursor.seq,
            at: self.cursor.time,
            level: self.level,
            source: Foreign::line(&self.source),
            text: self.message,
            body: self.body,
            fields,
            context: format!("/explore/record/{}", self.cursor.seq),
            job,
            trace,
        }
    }

    /// The id of a job or a trace of Vigie's own, as it writes them: those of others have no hyphens, or another form.
    fn id(&self, what: &str) -> Option<String> {
        let is_it = |name: &str| name.strip_prefix(what).is_some_and(|rest| matches!(rest, "" | "_id"));
        let (_, value) = self.fields.iter().find(|(name, _)| is_it(name))?;
        let id = value.text.as_ref()?;
        let parsed = uuid::Uuid::try_parse(id).ok()?;
        (parsed.hyphenated().to_string() == *id).then(|| id.clone())
    }

    pub(super) fn source(&self) -> Option<&str> {
        std::str::from_utf8(&self.source).ok().filter(|source| !source.is_empty())
    }

    pub(super) fn at(&self) -> Timestamp {
        self.cursor.time
    }
}

fn message(said: &[std::ops::Range<usize>], text: &[u8]) -> Foreign {
    if said.is_empty() { Foreign::line(text) } else { Foreign::line_beside(text, said) }
}

impl Text {
    fn new(value: Value<'_>) -> Self {
        let of = |text: String| Self { shown: Foreign::text(text.as_bytes(), VALUE_MAX), text: Some(text) };
        match value {
            Value::Str(text) => Self {
                shown: Foreign::text(text, VALUE_MAX),
                text: std::str::from_utf8(text).ok().filter(|text| text.len() <= VALUE_MAX).map(str::to_owned),
            },
            Value::Int(number) => of(number.to_string()),
            Value::Float(number) => of(number.to_string()),
            Value::Bool(truth) => of(truth.to_string()),
        }
    }
}
