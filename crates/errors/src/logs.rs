//! Log lines that clients send beside their errors.

use crate::{
    document::{self, Told, attributes},
    json::NotJson,
    scrubbing::Scrubbing,
};
use model::{Level, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

const BODY_CHARS_MAX: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogItem {
    pub time: Timestamp,
    pub level: Level,
    pub body: String,
    /// 32 hex digits.
    pub trace_id: Option<String>,
    /// 16 hex digits.
    pub span_id: Option<String>,
    pub attributes: Map<String, Value>,
}

/// Reads an item of the kind `log`: at most 1000 lines. A line without time or text is none.
///
/// # Errors
/// When the bytes are no JSON.
pub fn read(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Told<Vec<LogItem>>, NotJson> {
    document::many("the logs", bytes, scrubbing, |mut fields| {
        Some(LogItem {
            time: fields.time("timestamp")?,
            level: fields.level("level").unwrap_or(Level::Info),
            body: fields.text("body", BODY_CHARS_MAX)?,
            trace_id: fields.hex("trace_id"),
            span_id: fields.hex("span_id"),
            attributes: attributes(&mut fields),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_scrubbed() {
        let text = r#"{"items":[
            {"timestamp":1795515962.5,"level":"warn","body":"login password=planted","trace_id":"de9c7f9bc508471a86357ebea9b94118",
             "attributes":{"n":{"value":1,"type":"integer"},"token":{"value":"planted","type":"string"},"s":"plain"}},
            {"level":"info","body":"no time"},
            {"timestamp":1,"level":"fatal","body":"x"}]}"#;
        let told = read(text.as_bytes(), &Scrubbing::default()).unwrap();
        assert_eq!(told.what.len(), 2);
        let line = &told.what[0];
        assert_eq!((line.level, line.body.as_str()), (Level::Warning, "login password=[removed]"));
        assert_eq!(line.time.to_string(), "2026-11-24T10:26:02.500000Z");
        assert_eq!(Value::Object(line.attributes.clone()).to_string(), r#"{"n":1,"token":"[removed]","s":"plain"}"#);
        assert_eq!(told.what[1].level, Level::Critical);
        assert_eq!(told.removed.len(), 2, "{:?}", told.removed);
    }
}
