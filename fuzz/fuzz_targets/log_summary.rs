//! Any bytes as the summary of a segment of the log store: it is read, or told to be damaged.
#![no_main]

libfuzzer_sys::fuzz_target!(|forged: &[u8]| telemetry::forged::summary(forged));
