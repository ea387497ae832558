//! Whatever a server answers, `mail::gmail::classify` gives a verdict: it never panics, and never blames a recipient or
//! a letter for a reply that it could not read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mail::gmail::classify;
use model::{Fault, Timestamp};

fuzz_target!(|input: (u16, Option<String>, Vec<u8>)| {
    let (status, retry_after, body) = input;
    let now = Timestamp::from_micros(1_736_514_000_000_000);
    let verdict = classify::classify(status, retry_after.as_deref(), &body, now);
    let legible = serde_json::from_slice::<serde_json::Value>(&body).is_ok();
    assert!(legible || status == 413 || !matches!(verdict.fault, Fault::Recipient | Fault::Content));
    let token = classify::classify_token(status, retry_after.as_deref(), &body, now);
    assert!(!matches!(token.fault, Fault::Recipient | Fault::Content));
});
