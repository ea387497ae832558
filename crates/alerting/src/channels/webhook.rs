//! A webhook signed by Standard Webhooks 1.0: what a program reads.

use crate::message::Message;
use alerts::Notice;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{Rng, Timestamp};
use ring::hmac;
use serde_json::{Value, json};

/// Bytes of a key.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
const PREFIX: &str = "whsec_";

pub(crate) fn body(notice: &Notice, message: &Message, created_at: Timestamp) -> Value {
    json!({
        "type": format!("alert.{}", notice.kind.as_str()),
        "timestamp": created_at,
        "data": {
            "incident": notice.incident,
            "rule": notice.rule,
            "kind": notice.about.word().as_str(),
            "severity": notice.severity,
            "since": notice.since,
            "at": notice.at,
            "count": notice.count,
            "new": notice.new,
            "name": notice.example.name,
            "example": message.example,
            "value": notice.example.value,
            "others": notice.others_count,
            "title": message.title,
            "text": message.text,
            "notes": message.notes,
            "url": message.link,
        },
    })
}

/// The key that `whsec_…` stands for.
pub(crate) fn key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    KEY_BYTES.contains(&key.len()).then_some(key)
}

/// A new key, as receivers are set up with it.
pub fn new_signing_key(rng: &Rng) -> String {
    format!("{PREFIX}{}", STANDARD.encode(rng.bytes::<32>()))
}

/// `v1,<base64 of the HMAC-SHA256>` of id, time and body.
pub(crate) fn signature(key: &[u8], id: &str, seconds: i64, body: &[u8]) -> String {
    let signed = [format!("{id}.{seconds}.").as_bytes(), body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &signed);
    format!("v1,{}", STANDARD.encode(tag.as_ref()))
}
