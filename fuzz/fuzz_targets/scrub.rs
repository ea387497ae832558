//! Any bytes are scrubbed: no panic, text stays text, and what is changed is counted.
#![no_main]

use scrub::{Config, Counts, Rule, Scrubber};
use std::sync::LazyLock;

static SCRUBBER: LazyLock<Scrubber> = LazyLock::new(|| {
    let config = Config { also: vec![Rule::Email], ..Config::default() };
    Scrubber::new(&config).unwrap_or_default()
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut counts = Counts::default();
    let once = SCRUBBER.scrub(bytes, &mut counts);
    assert_eq!(counts.total() == 0, *once == *bytes);
    if std::str::from_utf8(bytes).is_ok() {
        assert!(std::str::from_utf8(&once).is_ok());
    }
});
