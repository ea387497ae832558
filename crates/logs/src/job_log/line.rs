//! A line as it stands in a file of the outbox, and as it is kept in the store.

use crate::text::Fields;
use model::{JobId, JobLine, Level};
use scrub::{Counts, Scrubber};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use telemetry::{Draft, RecordRef, Refused, Value};

/// What a line is kept as: the `source` of its record, its field `format`, and its field `app` where it has none.
pub(super) const SOURCE: &str = "run";
const FORMAT: &str = "vigie_run";
const APP: &str = "vigie";

/// Bytes of a line in the outbox: a longer one loses its fields, then the end of its message.
pub(super) const BYTES_MAX: usize = 64 << 10;
/// Objects within objects that are fields of their own, as everywhere in the store; what lies deeper is text.
const DEPTH_MAX: usize = 4;
/// Names that a record has besides those of the line.
const TAKEN: [&str; 9] = ["job", "job_id", "event", "format", "logger", "time", "level", "source", "message"];
/// Called otherwise in the store, where searches take `item:` for short.
const ASKED_FOR: [&str; 3] = ["item", "trace", "request"];

/// `line` with its secrets masked, as JSON and a line feed.
pub(super) fn encode(job: JobId, line: &mut JobLine, scrubber: &Scrubber, counts: &mut Counts) -> Vec<u8> {
    // The store has no such value, and a line is the same wherever it lies.
    line.fields.retain(|_, value| !value.is_null());
    let mut bytes = written(job, line);
    if bytes.len() >= BYTES_MAX {
        shorten(line);
        bytes = written(job, line);
    }
    // As a whole: the name of a field may be what tells a secret.
    if let std::borrow::Cow::Owned(clean) = scrubber.scrub(&bytes, counts) {
        match decode(&clean) {
            Some((_, masked)) => *line = masked,
            None => {
                let message = scrubber.scrub(line.message.as_bytes(), counts);
                line.message = String::from_utf8_lossy(&message).into_owned();
                line.fields.clear();
            }
        }
        bytes = written(job, line);
    }
    bytes.push(b'\n');
    bytes
}

fn written(job: JobId, line: &JobLine) -> Vec<u8> {
    let mut bytes = format!("{{\"job\":\"{job}\",").into_bytes();
    let head = bytes.len() - 1;
    // Strings and numbers into memory: this cannot fail. Its own brace gives way to ours.
    let _ = serde_json::to_writer(&mut bytes, line);
    bytes.remove(head + 1);
    bytes
}

fn shorten(line: &mut JobLine) {
    let cut = |text: &str, bytes_max: usize| {
        let end = text.floor_char_boundary(bytes_max);
        if end < text.len() { format!("{} …", &text[..end]) } else { text.to_owned() }
    };
    line.event = cut(&line.event, 32);
    // Each character takes at most six bytes as `\u001f`.
    line.message = cut(&line.message, (BYTES_MAX - 512) / 6);
    line.fields = Map::from_iter([("truncated".to_owned(), json!(true))]);
}

/// What a line of a file says, without its line feed.
pub(super) fn decode(bytes: &[u8]) -> Option<(JobId, JobLine)> {
    #[derive(Deserialize)]
    struct Job {
        job: JobId,
    }
    let line: JobLine = serde_json::from_slice(bytes).ok()?;
    let Job { job } = serde_json::from_slice(bytes).ok()?;
    Some((job, line))
}

/// Writes the line as a record of the store.
pub(super) fn write(draft: &mut Draft<'_>, job: JobId, line: &JobLine) -> Result<(), Refused> {
    draft.time(line.at);
    draft.level(Some(line.level));
    draft.source(SOURCE.as_bytes())?;
    draft.message(line.message.as_bytes())?;
    let mut fields = Fields::new(draft);
    fields.put("format", FORMAT.into())?;
    fields.put("event", line.event.as_str().into())?;
    for (name, value) in &line.fields {
        let own = match name.as_str() {
            name if TAKEN.contains(&name) => format!("{name}_"),
            name if ASKED_FOR.contains(&name) => format!("{name}_id"),
            name => name.to_owned(),
        };
        put(&mut fields, &own, value, 0)?;
    }
    fields.put("job_id", job.to_string().as_str().into())?;
    if !line.fields.contains_key("app") {
        fields.put("app", APP.into())?;
    }
    fields.finish()
}

fn put(fields: &mut Fields<'_, '_>, name: &str, value: &Json, depth: usize) -> Result<(), Refused> {
    match value {
        Json::Null => Ok(()),
        Json::Bool(truth) => fields.put(name, Value::Bool(*truth)),
        Json::String(text) => fields.put(name, text.as_str().into()),
        Json::Number(number) => match number.as_i64() {
            Some(number) => fields.put(name, Value::Int(number)),
            None => fields.put(name, Value::Float(number.as_f64().unwrap_or_default())),
        },
        Json::Object(inner) if depth < DEPTH_MAX && !inner.is_empty() => {
            inner.iter().try_for_each(|(own, value)| put(fields, &format!("{name}.{own}"), value, depth + 1))
        }
        Json::Array(_) | Json::Object(_) => fields.put(name, value.to_string().as_str().into()),
    }
}

/// The line of a record, as it was written.
pub(super) fn read(kept: RecordRef<'_>) -> JobLine {
    let mut event = String::new();
    let mut fields = Map::new();
    for (name, value) in kept.fields() {
        let value: Json = match value {
            Value::Str(text) => of_text(&String::from_utf8_lossy(text)),
            Value::Int(number) => number.into(),
            Value::Float(number) => number.into(),
            Value::Bool(truth) => truth.into(),
        };
        match name {
            "event" => event = value.as_str().unwrap_or_default().to_owned(),
            "job_id" | "format" => {}
            "app" if value == APP => {}
            name => {
                let taken = name.strip_suffix('_').filter(|name| TAKEN.contains(name));
                let asked = name.strip_suffix("_id").filter(|name| ASKED_FOR.contains(name));
                insert(&mut fields, taken.or(asked).unwrap_or(name), value);
            }
        }
    }
    let message = String::from_utf8_lossy(kept.message()).into_owned();
    JobLine { at: kept.time(), level: kept.level().unwrap_or(Level::Info), event, message, fields }
}

/// Lists, and what lay too deep, are text in the store.
fn of_text(text: &str) -> Json {
    let structured = || serde_json::from_str(text).ok().filter(|value: &Json| value.is_array() || value.is_object());
    text.starts_with(['[', '{']).then(structured).flatten().unwrap_or_else(|| text.into())
}

/// Puts `a.b` into the object `a`, unless something else is called so.
fn insert(fields: &mut Map<String, Json>, name: &str, value: Json) {
    if let Some((outer, inner)) = name.split_once('.')
        && let Json::Object(object) = fields.entry(outer).or_insert_with(|| Json::Object(Map::new()))
    {
        insert(object, inner, value);
        return;
    }
    fields.insert(name.to_owned(), value);
}
