//! What clouds and meshes write of requests and connections: load balancers, buckets, flows, Envoy.

use super::access;
use crate::{
    cursor::{Cursor, number},
    level,
    record::Parsed,
    timestamps,
};
use model::Level;

/// Amazon's load balancers: `https 2018-07-02T22:23:00.186641Z app/name/id client:port target:port 0.0 0.0 0.0 200 200 34 366
/// "GET https://… HTTP/1.1" "agent" …`; the classic ones begin with the time.
pub(super) fn load_balancer(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let kind = match text.as_bytes().first()? {
        b'h' | b'w' | b'g' => cursor.until_byte(b' ')?,
        _ => "",
    };
    if !matches!(kind, "" | "http" | "https" | "h2" | "ws" | "wss" | "grpcs") {
        return None;
    }
    let stamp = cursor.stamp()?;
    cursor.eat(" ")?;
    let message = cursor.rest();
    let (name, client, target) = (cursor.word()?, cursor.word()?, cursor.word()?);
    let (client, port) = client.rsplit_once(':')?;
    number::<u16>(port)?;
    let mut seconds = 0.0;
    for _ in 0..3 {
        seconds += number::<f64>(cursor.word()?)?.max(0.0);
    }
    let (status, target_status) = (cursor.word()?, cursor.word()?);
    let (received, sent) = (cursor.word()?, cursor.word()?);
    let request = cursor.quoted()?;
    cursor.spaces();
    let agent = cursor.quoted().unwrap_or_default();
    let level = number(status).map_or(Level::Info, level::of_status);
    let parsed = Parsed::new("aws_load_balancer", message).at(stamp).level(level).text("load_balancer", name);
    let parsed = access::with_request(parsed.text("client", client).text("target", target), request);
    let parsed = parsed.with("status", status).with("target_status", target_status).with("request_bytes", received);
    Some(parsed.with("bytes", sent).number("duration_s", seconds).text("agent", agent))
}

/// Amazon S3: `owner bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 requester id REST.GET.OBJECT key "GET / HTTP/1.1" 200 …`.
pub(super) fn bucket(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let owner = cursor.word().filter(|owner| owner.len() == 64 || *owner == "-")?;
    let bucket = cursor.word()?;
    cursor.eat("[")?;
    let stamp = cursor.stamp()?;
    cursor.eat("] ")?;
    let message = cursor.rest();
    let (client, requester, id, operation) = (cursor.word()?, cursor.word()?, cursor.word()?, cursor.word()?);
    let key = cursor.word()?;
    let request = match cursor.quoted() {
        Some(request) => request,
        None => cursor.word().filter(|none| *none == "-")?,
    };
    cursor.spaces();
    let (status, error, bytes) = (cursor.word()?, cursor.word()?, cursor.word().unwrap_or_default());
    if !operation.contains('.') {
        return None;
    }
    let level = number(status).map_or(Level::Info, level::of_status);
    let parsed = Parsed::new("aws_s3", message).at(stamp).level(level).text("bucket", bucket).text("client", client);
    let parsed =
        parsed.text("requester", requester).text("request_id", id).text("operation", operation).text("key", key);
    let parsed = access::with_request(parsed, request).with("status", status).text("error", error).with("bytes", bytes);
    Some(parsed.text("owner", owner))
}

/// Flows in Amazon's networks: `2 account interface source destination port port protocol packets bytes start end ACCEPT OK`.
pub(super) fn flow(text: &str) -> Option<Parsed<'_>> {
    const NAMES: [&str; 11] = [
        "account",
        "interface",
        "client",
        "server",
        "client_port",
        "port",
        "protocol",
        "packets",
        "bytes",
        "start",
        "end",
    ];
    let mut cursor = Cursor::new(text);
    cursor.digits().filter(|version| version.len() == 1)?;
    cursor.eat(" ")?;
    let message = cursor.rest();
    let mut parsed = Parsed::new("aws_flow", message).level(Level::Info);
    let mut start = "";
    for name in NAMES {
        let value = cursor.word()?;
        match name {
            "start" => start = value,
            "account" | "interface" => parsed = parsed.text(name, value),
            _ => parsed = parsed.with(name, value),
        }
    }
    let (action, status) = (cursor.word()?, cursor.word()?);
    let known = matches!(action, "ACCEPT" | "REJECT" | "-") && matches!(status, "OK" | "NODATA" | "SKIPDATA");
    let (stamp, _) = timestamps::epoch(start)?;
    (known && cursor.is_done()).then(|| parsed.at(stamp).text("action", action).text("log_status", status))
}

/// Envoy's and Istio's default: `[2026-11-20T10:00:00.123Z] "GET /path HTTP/1.1" 418 - via_upstream - "-" 0 135 4 4 "-" …`.
pub(super) fn envoy(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let stamp = cursor.stamp()?;
    cursor.eat("] ")?;
    let message = cursor.rest();
    let request = cursor.quoted()?;
    cursor.eat(" ")?;
    let status = cursor.word()?;
    let code = number(status).filter(|code| (0..600).contains(code))?;
    let flags =
        cursor.word().filter(|flags| flags.bytes().all(|b| b.is_ascii_uppercase() || b == b'-' || b == b','))?;
    cursor.word()?;
    let parsed = Parsed::new("envoy", message).at(stamp).level(level::of_status(code));
    Some(access::with_request(parsed, request).with("status", status).text("response_flags", flags))
}
