//! Bodies of any bytes, as Loki's, Elasticsearch's and OpenTelemetry's senders would send them: decoded or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logs::receive::{bulk::Action, loki, otlp};

const BYTES_MAX: usize = 1 << 20;

fuzz_target!(|body: &[u8]| {
    let _ = otlp::decode_protobuf(body);
    let _ = otlp::decode_json(body);
    let _ = loki::decode_json(body);
    let _ = loki::decode_protobuf(body, BYTES_MAX);
    // As what a block unpacks to, which bytes by chance would hardly reach.
    if let Ok(block) = snap::raw::Encoder::new().compress_vec(body) {
        let _ = loki::decode_protobuf(&block, BYTES_MAX);
    }
    let _ = Action::read(body);
});
