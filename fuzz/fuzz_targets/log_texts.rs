//! Any bytes as texts split into templates, and as a batch of the write-ahead log.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (u8, &[u8])| {
    let (count, bytes) = input;
    telemetry::forged::nested(usize::from(count), bytes);
    telemetry::forged::payload(bytes);
    telemetry::forged::positions(bytes);
});
