//! Bodies of any bytes, as Loki's, Elasticsearch's and OpenTelemetry's senders would send them: decoded or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logs::receive::{bulk::Action, loki, otlp};
use model::Timestamp;
use telemetry::{Batch, JsonNames};

const BYTES_MAX: usize = 1 << 20;

fuzz_target!(|body: &[u8]| {
    let _ = otlp::decode_protobuf(body);
    let _ = otlp::decode_json(body);
    let _ = otlp::traces::decode_protobuf(body);
    let _ = otlp::traces::decode_json(body);
    let _ = loki::decode_json(body);
    let _ = loki::decode_protobuf(body, BYTES_MAX);
    // As what a block unpacks to, which bytes by chance would hardly reach.
    if let Ok(block) = snap::raw::Encoder::new().compress_vec(body) {
        let _ = loki::decode_protobuf(&block, BYTES_MAX);
    }
    let _ = Action::read(body);
    as_json(body);
});

/// A line of JSON is taken or refused; a text of any bytes comes out of one as it went in.
fn as_json(body: &[u8]) {
    let names = JsonNames::default();
    let _ = Batch::new().push_json(body, &names, Timestamp::EPOCH);
    let is_plain = |byte: &u8| *byte >= b' ' && !matches!(*byte, b'"' | b'\\');
    let text: Vec<u8> = body.iter().copied().filter(is_plain).collect();
    let line = [b"{\"message\":\"", &text[..], b"\"}"].concat();
    let mut batch = Batch::new();
    assert!(batch.push_json(&line, &names, Timestamp::EPOCH).is_ok(), "any bytes are taken");
    assert_eq!(batch.get(0).message(), text);
}
