//! Requests: lines of access logs, and requests that other lines name.

use super::{Told, number_of, text_of};
use crate::evidence::{Actor, HttpRequest, Sign};
use sources::record::Parsed;

/// Bytes of a path that are kept.
const PATH_BYTES_MAX: usize = 300;

/// A line of an access log: a request that ended, with what became of it.
pub(super) fn access(parsed: &Parsed<'_>, actor: &Actor) -> Option<Told> {
    let status = number_of(parsed, &["status", "http_status", "code"]).map(|code| code as u16)?;
    let path = text_of(parsed, &["path", "uri", "request_uri", "request.uri", "RequestPath"]).unwrap_or_default();
    let method = text_of(parsed, &["method", "request_method", "request.method", "RequestMethod"]).unwrap_or_default();
    let request = HttpRequest {
        method,
        path: shortened(&path),
        status: Some(status),
        seconds: seconds(parsed),
        client: text_of(parsed, &["client", "remote_addr", "remote_ip"]),
    };
    if let Some(sign) = haproxys_end(&parsed.message) {
        return Some(Told { sign, actor: actor.clone(), request: Some(request), delivery: None });
    }
    let is_telling = status >= 499 || matches!(status, 408 | 413 | 429) || request.method == "POST";
    let sign = match status {
        499 => Sign::ClientGone,
        413 => Sign::BodyTooLarge,
        _ => Sign::Request,
    };
    is_telling.then(|| Told { sign, actor: actor.clone(), request: Some(request), delivery: None })
}

/// What the state says in which HAProxy's session ended, `sH--`: frontend, server, timers, status, bytes and two cookies stand
/// before it. First who ended it, then in which phase.
fn haproxys_end(message: &str) -> Option<Sign> {
    let mut words = message.split(' ');
    let (timers, state) = (words.nth(2)?, words.nth(4)?);
    if state.len() != 4 || timers.split('/').count() < 5 {
        return None;
    }
    Some(match &state[..2] {
        "CD" | "CH" | "CR" | "CQ" | "cD" | "cR" => Sign::ClientGone,
        "sH" | "sD" => Sign::UpstreamTimeout,
        "sC" => Sign::UpstreamConnectTimeout,
        // No server took it from the queue.
        "sQ" => Sign::PoolExhausted,
        "SC" => Sign::UpstreamRefused,
        "SH" | "SD" => Sign::UpstreamClosed,
        _ => return None,
    })
}

/// How long a request took, where the format of the log has it.
fn seconds(parsed: &Parsed<'_>) -> Option<f64> {
    if let Some(seconds) = number_of(parsed, &["request_time", "duration", "rt", "time_taken", "latency"]) {
        return Some(seconds);
    }
    if let Some(millis) = number_of(parsed, &["duration_ms"]) {
        return Some(millis / 1e3);
    }
    let extra = parsed.fields.iter().filter(|field| field.name == "extra").find_map(|field| match &field.value {
        sources::record::Value::Text(text) => named_seconds(text).or_else(|| first_decimal(text)),
        sources::record::Value::Float(number) => Some(*number),
        _ => None,
    });
    extra.filter(|seconds| (0.0..86_400.0).contains(seconds))
}

/// `rt=120.004 uct="0.000"`, `request_time=3.2`.
fn named_seconds(text: &str) -> Option<f64> {
    ["request_time=", "rt=", "time=", "duration="].iter().find_map(|name| {
        let rest = text.split_once(name)?.1.trim_start_matches('"');
        rest[..rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len())].parse().ok()
    })
}

/// The first number with three decimals, as nginx writes its times.
fn first_decimal(text: &str) -> Option<f64> {
    let is_time = |word: &&str| word.split_once('.').is_some_and(|(_, rest)| rest.len() == 3);
    text.split([' ', '"', ',']).filter(is_time).find_map(|word| word.parse().ok())
}

/// A request that the first line of a text names by its method and path: `… during GET /photos/2026.zip`.
fn in_words(message: &str) -> Option<HttpRequest> {
    const MARKS: [&str; 3] = ["GET /", "POST /", "HEAD /"];
    let first = message.lines().next().unwrap_or_default();
    let (mark, rest) = MARKS.iter().find_map(|mark| Some((*mark, first.split_once(mark)?.1)))?;
    let path = rest.split([' ', '"', '\'', ')', ']', ',']).next().unwrap_or_default();
    let method = mark.trim_end_matches(" /").to_owned();
    Some(HttpRequest { method, path: shortened(&format!("/{path}")), ..HttpRequest::default() })
}

/// The request that a line of another log speaks of.
pub(super) fn named_in(parsed: &Parsed<'_>) -> Option<HttpRequest> {
    let client = text_of(parsed, &["client"]);
    if let Some(path) = text_of(parsed, &["request.uri"]) {
        let method = text_of(parsed, &["request.method"]).unwrap_or_default();
        return Some(HttpRequest { method, path: shortened(&path), client, ..HttpRequest::default() });
    }
    if let Some(request) = text_of(parsed, &["request"]) {
        let mut words = request.split(' ');
        let (method, path) = (words.next()?.to_owned(), shortened(words.next()?));
        return Some(HttpRequest { method, path, client, ..HttpRequest::default() });
    }
    // gunicorn, Django, and mod_proxy.
    const MARKS: [&str; 5] = [
        " on request ",
        "Error handling request ",
        "Internal Server Error: ",
        "Service Unavailable: ",
        " returned by ",
    ];
    let marked = MARKS.iter().find_map(|mark| parsed.message.split_once(mark)).map(|(_, rest)| rest);
    let Some(path) = marked else { return in_words(&parsed.message) };
    let path = path.split_whitespace().next().filter(|path| path.starts_with('/'))?;
    Some(HttpRequest { path: shortened(path), ..HttpRequest::default() })
}

/// Django's word for an answer of 500.
pub(super) fn is_server_error(parsed: &Parsed<'_>) -> bool {
    parsed.message.starts_with("Internal Server Error: /") || parsed.message.contains(" Internal Server Error: /")
}

fn shortened(path: &str) -> String {
    let mut end = path.len().min(PATH_BYTES_MAX);
    while !path.is_char_boundary(end) {
        end -= 1;
    }
    path[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_haproxys_session_says_who_ended_it() {
        let line = |state: &str| {
            format!("https~ app/web1 0/0/1/-1/41200 -1 0 - - {state} 12/12/0/0/0 0/0 \"POST /send HTTP/1.1\"")
        };
        let cases = [
            ("CH--", Some(Sign::ClientGone)),
            ("sH--", Some(Sign::UpstreamTimeout)),
            ("sQ--", Some(Sign::PoolExhausted)),
            ("SC--", Some(Sign::UpstreamRefused)),
            ("SH--", Some(Sign::UpstreamClosed)),
            ("----", None),
        ];
        for (state, expected) in cases {
            assert_eq!(haproxys_end(&line(state)), expected, "{state}");
        }
        assert_eq!(haproxys_end("GET /a b c d e f CH-- g"), None, "no timers, no line of HAProxy");
    }
}
