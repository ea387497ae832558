//! Any bytes as an envelope: it comes apart into items that lie within it, each read or refused; nothing panics.
#![no_main]

use errors::{Envelope, Report, scrubbing::Scrubbing};
use std::sync::LazyLock;

static SCRUBBING: LazyLock<Scrubbing> = LazyLock::new(Scrubbing::default);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(envelope) = Envelope::parse(bytes) else { return };
    let payloads: usize = envelope.items.iter().map(|item| item.payload.len()).sum();
    assert!(payloads <= bytes.len());
    for item in &envelope.items {
        let _ = Report::read(item, &SCRUBBING);
    }
});
