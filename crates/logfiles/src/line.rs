//! One line, as text, as JSON, or as it came.

use crate::config::Format;
use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use scrub::scrub;
use serde_json::{Map, Value, json};
use std::{borrow::Cow, fmt::Write};

/// Bytes of one line; the rest is cut and counted.
const LINE_BYTES_MAX: usize = 16 << 10;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) at: Timestamp,
    pub(crate) level: Level,
    pub(crate) logger: &'a str,
    pub(crate) message: &'a str,
    pub(crate) fields: &'a [(&'static str, Value)],
}

/// Whether a text file shows when, how grave and by whom, or the message alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dress {
    Full,
    Bare,
}

impl Line<'_> {
    /// The finished line: masked, cut, on one line, its end included.
    pub(crate) fn finish(&self, format: Format, dress: Dress, zone: &TimeZone) -> String {
        let line = match (format, dress) {
            (Format::Json, _) => self.json(),
            (Format::Text, Dress::Full) => self.text(zone),
            (Format::Text, Dress::Bare) => one_line(self.message).into_owned(),
        };
        let mut line = match scrub(&line) {
            Cow::Borrowed(_) => line,
            Cow::Owned(masked) => masked,
        };
        if format == Format::Text && line.len() > LINE_BYTES_MAX {
            let end = line.floor_char_boundary(LINE_BYTES_MAX);
            let cut = line.len() - end;
            line.truncate(end);
            // Writing to a String cannot fail.
            let _ = write!(line, "… ({cut} bytes cut)");
        }
        line.push('\n');
        line
    }

    fn text(&self, zone: &TimeZone) -> String {
        let mut line = String::with_capacity(128);
        let when = self.at.in_zone(zone);
        let level = self.level.as_str().to_ascii_uppercase();
        let logger = self.logger.replace("::", ".");
        let _ = write!(line, "{} [{level}] {logger}: ", when.strftime("%Y-%m-%d %H:%M:%S"));
        line.push_str(&one_line(self.message));
        for (name, value) in self.fields {
            let _ = match value {
                Value::String(text) if is_plain(text) => write!(line, " {name}={text}"),
                other => write!(line, " {name}={other}"),
            };
        }
        line
    }

    fn json(&self) -> String {
        let object = |message: &str, fields: &[(&'static str, Value)]| {
            let mut object = Map::new();
            object.insert("at".to_owned(), json!(self.at));
            object.insert("level".to_owned(), json!(self.level));
            object.insert("logger".to_owned(), json!(self.logger.replace("::", ".")));
            object.insert("message".to_owned(), json!(message));
            for (name, value) in fields {
                // A field of its own does not replace what every record has.
                let name = if object.contains_key(*name) { format!("field.{name}") } else { (*name).to_owned() };
                object.insert(name, value.clone());
            }
            Value::Object(object).to_string()
        };
        let line = object(self.message, self.fields);
        if line.len() <= LINE_BYTES_MAX {
            return line;
        }
        // Cut before it is encoded, so that it stays JSON: a character takes at most six bytes as `\u001f`.
        let end = self.message.floor_char_boundary((LINE_BYTES_MAX - 1024) / 6);
        object(&self.message[..end], &[("truncated", json!(true))])
    }
}

/// A value that needs no quotes.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '"' | '=' | '\\'))
}

/// Control characters escaped, so that nobody's text begins a line of its own.
fn one_line(text: &str) -> Cow<'_, str> {
    let steers = |c: char| model::steers_display(c) && c != '\t';
    if !text.contains(steers) {
        return text.into();
    }
    let mut line = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if steers(c) { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line.into()
}
