//! The OpenTelemetry Collector's file exporter: a line is a request of OTLP, and holds many records.

use serde_json::{Map, Value};

/// Records of one line; a longer one stays an object.
const RECORDS_MAX: usize = 10_000;

/// The records of a line, each as an object of its own that the JSON dialects read. `None` of any other line.
pub(crate) fn records_within(text: &str) -> Option<Vec<String>> {
    if !text.starts_with("{\"resourceLogs\":") {
        return None;
    }
    let request: Value = serde_json::from_str(text).ok()?;
    let mut records = Vec::new();
    for resource in list(&request, "resourceLogs") {
        for scope in list(resource, "scopeLogs") {
            for record in list(scope, "logRecords") {
                if records.len() == RECORDS_MAX {
                    return None;
                }
                records.push(Value::Object(flat(resource, scope, record)?).to_string());
            }
        }
    }
    (!records.is_empty()).then_some(records)
}

fn list<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn flat(resource: &Value, scope: &Value, record: &Value) -> Option<Map<String, Value>> {
    let mut flat = Map::new();
    let mut told = ["timeUnixNano", "observedTimeUnixNano"].iter().filter_map(|name| count(record.get(*name)?));
    if let Some(nanos) = told.find(|nanos| *nanos > 0) {
        flat.insert("timestamp".to_owned(), nanos.into());
    }
    let number = record.get("severityNumber").and_then(Value::as_i64).unwrap_or(0);
    let level = match number {
        1..=4 => "trace",
        5..=8 => "debug",
        9..=12 => "info",
        13..=16 => "warn",
        17..=20 => "error",
        21..=24 => "fatal",
        _ => record.get("severityText").and_then(Value::as_str).unwrap_or_default(),
    };
    let mut put = |name: &str, value: Value| {
        let is_said = !matches!(&value, Value::Null) && value.as_str() != Some("");
        if is_said && !flat.contains_key(name) {
            flat.insert(name.to_owned(), value);
        }
    };
    put("severityNumber", number.into());
    put("level", level.into());
    put("body", record.get("body").map_or(Value::Null, any));
    put("logger", scope.pointer("/scope/name").cloned().unwrap_or_default());
    put("trace_id", record.get("traceId").cloned().unwrap_or_default());
    put("span_id", record.get("spanId").cloned().unwrap_or_default());
    for of in [record, scope.get("scope").unwrap_or(&Value::Null), resource.get("resource").unwrap_or(&Value::Null)] {
        for pair in list(of, "attributes") {
            put(pair.get("key")?.as_str()?, pair.get("value").map_or(Value::Null, any));
        }
    }
    Some(flat)
}

/// Counts of 64 bits are text in OTLP's JSON.
fn count(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// `{"stringValue": "…"}` and its like.
fn any(value: &Value) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|one| one.iter().next()) else { return Value::Null };
    match kind.as_str() {
        "intValue" => count(inner).map_or_else(|| inner.clone(), Value::from),
        "arrayValue" => list(inner, "values").map(any).collect(),
        "kvlistValue" => {
            let pair = |pair: &Value| Some((pair.get("key")?.as_str()?.to_owned(), any(pair.get("value")?)));
            Value::Object(list(inner, "values").filter_map(pair).collect())
        }
        _ => inner.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_file_exporter_is_as_many_records_as_it_holds() {
        let line = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
            "scopeLogs":[{"scope":{"name":"shop.cart"},"logRecords":[
            {"timeUnixNano":"1795168800123456789","severityNumber":17,"severityText":"ERROR","body":{"stringValue":"refused"},
             "attributes":[{"key":"n","value":{"intValue":"3"}},{"key":"tags","value":{"arrayValue":{"values":[{"stringValue":"a"}]}}}],
             "traceId":"5b8efff798038103d269b633813fc60c","spanId":""},
            {"observedTimeUnixNano":"1795168801000000000","body":{"kvlistValue":{"values":[{"key":"a","value":{"boolValue":true}}]}}}
            ]}]}]}"#;
        let records = records_within(&line.replace("\n            ", "")).unwrap();
        assert_eq!(records.len(), 2);
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(
            read(&records[0]),
            serde_json::json!({"timestamp": 1_795_168_800_123_456_789_i64, "severityNumber": 17, "level": "error",
                "body": "refused", "logger": "shop.cart", "trace_id": "5b8efff798038103d269b633813fc60c", "n": 3,
                "tags": ["a"], "service.name": "shop"})
        );
        assert_eq!(read(&records[1])["body"], serde_json::json!({"a": true}));
        assert_eq!(records_within("{\"resourceLogs\":[]}"), None);
        assert_eq!(records_within("{\"resourceSpans\":[]}"), None);
    }
}
