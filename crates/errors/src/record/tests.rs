use super::*;
use crate::{Event, grouping, scrubbing::Scrubbing, transaction};
use std::time::Duration;

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

#[test]
fn an_event_is_filed_at_its_time_unless_a_clock_is_wrong() {
    let received = Timestamp::from_micros(1_736_519_535_000_000);
    let (minute, day) = (Duration::from_secs(60), Duration::from_secs(86_400));
    for (told, is_believed) in [
        (received, true),
        (received + minute, true),
        (received + minute * 5, false),
        (received - day * 30, true),
        (received - day * 31, false),
        (Timestamp::EPOCH, false),
    ] {
        let event = Event { timestamp: Some(told), ..Event::default() };
        let grouping = grouping::group(&event);
        let record =
            EventRecord::new(&event, &grouping, Reception { project: "shop", event_id: Uuid::nil(), received });
        assert_eq!(record.time, if is_believed { told } else { received }, "{told:?}");
        assert_eq!(Event::from_body(&record.body).unwrap().timestamp, Some(told), "what it told is kept");
    }
}
