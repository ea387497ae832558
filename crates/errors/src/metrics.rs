//! Measured values that clients send: counters, gauges and distributions.

use crate::{
    document::{self, Told, attributes},
    event::NAME_CHARS_MAX,
    json::NotJson,
    scrubbing::Scrubbing,
};
use model::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricItem {
    pub time: Timestamp,
    pub name: String,
    pub kind: MetricKind,
    pub value: f64,
    pub unit: Option<String>,
    /// 32 hex digits.
    pub trace_id: Option<String>,
    /// 16 hex digits.
    pub span_id: Option<String>,
    pub attributes: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    Counter,
    Gauge,
    Distribution,
}

/// Reads an item of the kind `trace_metric`: at most 1000 values. One without time, name, kind or number is none.
///
/// # Errors
/// When the bytes are no JSON.
pub fn read(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Told<Vec<MetricItem>>, NotJson> {
    document::many("the metrics", bytes, scrubbing, |mut fields| {
        Some(MetricItem {
            time: fields.time("timestamp")?,
            name: fields.text("name", NAME_CHARS_MAX)?,
            kind: match fields.text("type", NAME_CHARS_MAX)?.as_str() {
                "counter" => MetricKind::Counter,
                "gauge" => MetricKind::Gauge,
                "distribution" => MetricKind::Distribution,
                _ => return None,
            },
            value: fields.number("value")?,
            unit: fields.text("unit", NAME_CHARS_MAX),
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
    fn values_are_read_and_those_of_no_kind_are_left_out() {
        let text = r#"{"items":[{"timestamp":1,"name":"orders","type":"counter","value":2,"attributes":{"a":{"value":"b","type":"string"}}},
            {"timestamp":1,"name":"x","type":"unheard_of","value":2},{"timestamp":1,"name":"y","type":"gauge","value":"no"}]}"#;
        let told = read(text.as_bytes(), &Scrubbing::default()).unwrap();
        assert_eq!(told.what.len(), 1);
        assert_eq!((told.what[0].kind, told.what[0].value), (MetricKind::Counter, 2.0));
        assert_eq!(told.problems.len(), 1);
    }
}
