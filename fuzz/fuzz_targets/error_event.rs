//! Any bytes as an event: what is kept of it is read again as it was, and belongs to the same issue; all of it within the
//! bounds that are promised.
#![no_main]

use errors::{Event, grouping, scrubbing::Scrubbing};
use std::sync::LazyLock;

static SCRUBBING: LazyLock<Scrubbing> = LazyLock::new(Scrubbing::default);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // A fixture of groups is a list of events.
    if let Ok(fixture) = serde_json::from_slice::<serde_json::Value>(bytes)
        && let Some(events) = fixture.get("events").and_then(|events| events.as_array())
    {
        events.iter().for_each(|event| check(event.to_string().as_bytes()));
    }
    check(bytes);
});

fn check(bytes: &[u8]) {
    let Ok(event) = Event::read(bytes, &SCRUBBING) else { return };
    let body = event.body();
    let kept = Event::from_body(&body).expect("what was written is read");
    // Of numbers with more digits the last is not read exactly.
    let is_digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    if body.as_bytes().chunk_by(|a, b| is_digit(a) == is_digit(b)).any(|run| is_digit(&run[0]) && run.len() > 16) {
        return;
    }
    assert_eq!(kept, event);
    let grouping = grouping::group(&event);
    assert!(matches!(grouping.hashes.len(), 1 | 2));
    assert!(grouping.title.chars().count() <= 200);
    assert_eq!(grouping::group(&kept), grouping);
}
