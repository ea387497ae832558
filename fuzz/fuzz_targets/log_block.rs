//! Any bytes as a block of the log store whose checksums are right: it is read, or told to be damaged.
#![no_main]

libfuzzer_sys::fuzz_target!(|forged: &[u8]| telemetry::forged::block(forged));
