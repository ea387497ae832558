//! What `journalctl` writes with `-o export`, a field a line and an empty line behind each entry, and with `-o verbose`.
//! <https://systemd.io/JOURNAL_EXPORT_FORMATS/>

use super::Memory;
use crate::{
    cursor::Cursor,
    level,
    record::{FIELDS_MAX, Field, Parsed, Value},
    timestamps,
};

/// What is of no use to a reader.
const LEFT_OUT: &[&str] =
    &["__CURSOR", "__SEQNUM", "__SEQNUM_ID", "_SOURCE_REALTIME_TIMESTAMP", "__MONOTONIC_TIMESTAMP"];

/// Whether an entry begins: a cursor, or a time where none is written.
pub(super) fn sniff(text: &str) -> bool {
    text.starts_with("__CURSOR=s=") || text.starts_with("__REALTIME_TIMESTAMP=")
}

/// The first line of an entry of `journalctl -o verbose`; a field a line follows, indented.
pub(super) fn verbose(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat(" [s=")?;
    text.ends_with(']').then(|| Parsed::new(VERBOSE, text).at(stamp))
}

/// What [`verbose`] is called.
pub(super) const VERBOSE: &str = "journal_verbose";

/// Takes the fields of an entry from the lines behind its first.
pub(super) fn take_fields(parsed: &mut Parsed<'_>) {
    let text = std::mem::take(&mut parsed.message).into_owned();
    for line in text.lines().skip(1) {
        let Some((name, value)) = line.trim_start().split_once('=') else { continue };
        match name {
            "MESSAGE" => parsed.message = value.to_owned().into(),
            "PRIORITY" => parsed.level = value.parse().ok().and_then(level::of_severity),
            "SYSLOG_IDENTIFIER" => parsed.logger = Some(value.to_owned().into()),
            name if LEFT_OUT.contains(&name) || parsed.fields.len() >= FIELDS_MAX => {}
            name => {
                let value = Value::Text(value.to_owned().into());
                parsed.fields.push(Field { name: name.to_owned().into(), value });
            }
        }
    }
}

/// Whether an entry goes on behind `text`: until an empty line.
pub(super) fn is_open(text: &str) -> bool {
    !text.ends_with('\n')
}

pub(super) fn parse<'a>(text: &'a str, _: &mut Memory) -> Option<Parsed<'a>> {
    if !sniff(text) {
        return None;
    }
    let mut parsed = Parsed::new("journald", "");
    for line in text.lines() {
        // A value of several lines is written as bytes behind its length: what can be read of it is.
        let Some((name, value)) = line.split_once('=') else { continue };
        match name {
            "MESSAGE" => parsed.message = value.into(),
            "PRIORITY" => parsed.level = value.parse().ok().and_then(level::of_severity),
            "__REALTIME_TIMESTAMP" => parsed.stamp = value.parse().ok().and_then(timestamps::from_epoch),
            "SYSLOG_IDENTIFIER" => parsed = parsed.logger(value),
            name if LEFT_OUT.contains(&name) || parsed.fields.len() >= FIELDS_MAX => {}
            name => parsed.push(name, value),
        }
    }
    Some(parsed)
}
