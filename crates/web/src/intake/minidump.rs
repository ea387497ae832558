//! Crash reports of native programs: a form with a minidump, made into the envelope that it would be. The dump itself is kept
//! as a file beside the event; frames are not read from it.

use super::Refusal;
use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, multipart::Field},
    http::{HeaderMap, header},
};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use uuid::Uuid;

/// The field that Crashpad and Breakpad send the dump in.
const DUMP: &str = "upload_file_minidump";
/// The first bytes of a minidump (`MINIDUMP_HEADER.Signature`, Windows SDK).
const SIGNATURE: &[u8] = b"MDMP";
const PARTS_MAX: usize = 100;
/// Bytes of what is told beside files.
const TEXT_BYTES_MAX: usize = 256 << 10;
/// How deep `sentry[contexts][app][name]` may go.
const DEPTH_MAX: usize = 5;

/// The envelope of a form: an event that says that the program has crashed, then the files.
pub(super) async fn envelope(headers: &HeaderMap, body: Vec<u8>, event_id: Uuid) -> Result<Vec<u8>, Refusal> {
    let mut request = Request::new(Body::from(body));
    if let Some(kind) = headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
    }
    // Its length was held against a bound before.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Refusal::NotAForm)?;
    let mut crash = Crash::default();
    for _ in 0..PARTS_MAX {
        match parts.next_field().await {
            Ok(Some(part)) => crash.take(part).await?,
            Ok(None) => return crash.envelope(event_id),
            Err(_) => return Err(Refusal::NotAForm),
        }
    }
    Err(Refusal::NotAForm)
}

#[derive(Default)]
struct Crash {
    event: Map<String, Value>,
    extra: Map<String, Value>,
    text_bytes: usize,
    /// Header and bytes of each.
    files: Vec<(Value, Vec<u8>)>,
    has_dump: bool,
}

impl Crash {
    async fn take(&mut self, part: Field<'_>) -> Result<(), Refusal> {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let content_type = part.content_type().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|_| Refusal::NotAForm)?;
        if name == DUMP {
            if !bytes.starts_with(SIGNATURE) {
                return Err(Refusal::NoMinidump);
            }
            self.has_dump = true;
            self.file(file_name.as_deref().unwrap_or("minidump.dmp"), None, "event.minidump", &bytes);
        } else if let Some(file_name) = file_name {
            self.file(&file_name, content_type.as_deref(), "event.attachment", &bytes);
        } else {
            self.text_bytes += name.len() + bytes.len();
            if self.text_bytes > TEXT_BYTES_MAX {
                return Err(Refusal::TooLarge(TEXT_BYTES_MAX));
            }
            self.text(&name, &String::from_utf8_lossy(&bytes));
        }
        Ok(())
    }

    fn file(&mut self, name: &str, content_type: Option<&str>, kind: &str, bytes: &[u8]) {
        let content_type = content_type.unwrap_or("application/octet-stream");
        let header = json!({"type": "attachment", "length": bytes.len(), "filename": name,
                            "content_type": content_type, "attachment_type": kind});
        self.files.push((header, bytes.to_vec()));
    }

    /// `sentry` is a part of an event as JSON, `sentry[tags][os]` one value of it; whatever else a client says is told beside.
    fn text(&mut self, name: &str, text: &str) {
        let keys = name.strip_prefix("sentry").map(|rest| rest.split(['[', ']']).filter(|key| !key.is_empty()));
        match keys.map(Iterator::collect::<Vec<_>>) {
            Some(keys) if keys.is_empty() => match serde_json::from_str(text) {
                Ok(Value::Object(told)) => self.event.extend(told),
                _ => drop(self.extra.insert(name.to_owned(), text.into())),
            },
            Some(keys) if name.starts_with("sentry[") && keys.len() <= DEPTH_MAX => {
                put(&mut self.event, &keys, text);
            }
            _ => drop(self.extra.insert(name.to_owned(), text.into())),
        }
    }

    fn envelope(mut self, event_id: Uuid) -> Result<Vec<u8>, Refusal> {
        if !self.has_dump {
            return Err(Refusal::NoMinidump);
        }
        let crashed = json!({"values": [{"type": "Minidump", "value": "The program crashed",
            "mechanism": {"type": "minidump", "handled": false, "synthetic": true}}]});
        let id = event_id.simple().to_string();
        for (key, usual) in [("platform", json!("native")), ("level", json!("fatal")), ("exception", crashed)] {
            self.event.entry(key).or_insert(usual);
        }
        self.event.insert("event_id".into(), id.as_str().into());
        if !self.extra.is_empty() {
            let extra = self.event.entry("extra").or_insert_with(|| json!({}));
            if let Value::Object(extra) = extra {
                extra.extend(self.extra);
            }
        }
        let event = Value::Object(self.event).to_string();
        let mut head = format!("{{\"event_id\":\"{id}\"}}\n");
        let _ = writeln!(head, "{{\"type\":\"event\",\"length\":{}}}\n{event}", event.len());
        let mut envelope = head.into_bytes();
        for (header, bytes) in self.files {
            envelope.extend_from_slice(header.to_string().as_bytes());
            envelope.push(b'\n');
            envelope.extend_from_slice(&bytes);
            envelope.push(b'\n');
        }
        Ok(envelope)
    }
}

/// Puts `text` where `keys` lead; what is in the way stays.
fn put(into: &mut Map<String, Value>, keys: &[&str], text: &str) {
    match keys {
        [] => {}
        [key] => drop(into.entry((*key).to_owned()).or_insert_with(|| text.into())),
        [key, rest @ ..] => {
            if let Value::Object(inner) = into.entry((*key).to_owned()).or_insert_with(|| json!({})) {
                put(inner, rest, text);
            }
        }
    }
}
