use super::*;
use crate::{scrubbing::Scrubbing, transaction};

#[test]
fn a_span_is_searched_by_what_it_says() {
    let text = r#"{"type":"transaction","transaction":"/orders/{id}","start_timestamp":1,"timestamp":1.25,"release":"shop@1","tags":{"a":"b"},
        "contexts":{"trace":{"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","op":"http.server","status":"internal_error",
        "data":{"http.response.status_code":500,"thread.name":"x"}}},"measurements":{"lcp":{"value":1200.5,"unit":"millisecond"}},
        "spans":[{"span_id":"b7ad6b7169203332","op":"db","description":"SELECT a FROM b WHERE c = 1","start_timestamp":1,"timestamp":1.1}]}"#;
    let told = transaction::read(text.as_bytes(), &Scrubbing::default()).unwrap();
    let drawn: Vec<_> = told.what.spans.iter().map(|span| SpanRecord::new(span, "7")).collect();
    insta::assert_debug_snapshot!(drawn);
}
