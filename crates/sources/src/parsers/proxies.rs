//! HAProxy's HTTP and TCP logs, uWSGI's requests, Traefik's access lines, Caddy's console.

use super::{access, logfmt};
use crate::{
    cursor::{Cursor, number},
    level,
    record::Parsed,
    timestamps::{self, Stamp},
};
use model::Level;

/// `1.2.3.4:5678 [10/Jan/2025:14:32:15.123] front back/server 0/0/1/2/3 200 306 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`,
/// as syslog carries it.
pub(super) fn haproxy(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let client = cursor.until(" [")?;
    let (address, port) = client.rsplit_once(':')?;
    if address.contains(' ') || number::<u16>(port).is_none() {
        return None;
    }
    let stamp = cursor.stamp()?;
    cursor.eat("] ")?;
    let message = cursor.rest();
    let frontend = cursor.word()?;
    let (backend, server) = cursor.word()?.split_once('/')?;
    let timers = cursor.word()?;
    if !timers.split('/').all(|timer| number::<i64>(timer.trim_start_matches('+')).is_some()) {
        return None;
    }
    let parsed = Parsed::new("haproxy", message).at(stamp).text("client", address).with("client_port", port);
    let parsed =
        parsed.text("frontend", frontend.trim_end_matches('~')).text("backend", backend).text("server", server);
    let first = cursor.word()?;
    if timers.split('/').count() < 5 {
        // TCP: no status, three timers.
        return Some(parsed.with("bytes", first).text("timers", timers));
    }
    let mut parsed = parsed.level(number(first).map(level::of_status)).with("status", first);
    parsed = parsed.with("bytes", cursor.word()?).text("timers", timers);
    let total = timers.rsplit('/').next().unwrap_or_default();
    parsed = parsed.with("duration_ms", total.trim_start_matches('+'));
    let request = cursor.rest().split_once('"').and_then(|(_, rest)| rest.split('"').next());
    Some(match request {
        Some(request) => access::with_request(parsed, request),
        None => parsed,
    })
}

/// `1795152900.123 PROXY.3128 00000 user 192.0.2.7:50123 203.0.113.9:443 517 4213 0 CONNECT shop.example:443 HTTP/1.1`: 3proxy, as
/// its sample configurations have it. The code of five digits is 0 where all went well.
pub(super) fn three_proxy(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp().or_else(|| counted(&mut cursor))?;
    cursor.gap()?;
    let service = cursor.take(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    cursor.eat(".").filter(|()| !service.is_empty())?;
    let port = cursor.digits()?;
    cursor.gap()?;
    let code = cursor.digits().filter(|code| code.len() == 5)?;
    cursor.gap()?;
    let user = cursor.word()?;
    let mut address = || cursor.word()?.rsplit_once(':').filter(|(_, port)| number::<u16>(port).is_some());
    let ((client, client_port), (server, server_port)) = (address()?, address()?);
    let (sent, received, hops) = (cursor.word()?, cursor.word()?, cursor.word()?);
    [sent, received, hops].iter().all(|count| number::<u64>(count).is_some()).then_some(())?;
    let level = if code == "00000" { Level::Info } else { Level::Warning };
    let parsed = Parsed::new("3proxy", cursor.rest()).at(stamp).level(level).logger(service);
    let parsed = parsed.with("port", port).text("code", code).text("user", user);
    let parsed = parsed.text("client", client).with("client_port", client_port);
    let parsed = parsed.text("server", server).with("server_port", server_port);
    Some(parsed.with("request_bytes", sent).with("bytes", received))
}

/// Seconds since 1970, or `261120100000.123`: a date of which the year has two digits.
fn counted(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let mut next = *cursor;
    let digits = next.digits()?;
    if digits.len() == 12 {
        let fraction = next.take(|byte| byte == b'.' || byte.is_ascii_digit());
        let part = |at: usize| &digits[at..at + 2];
        let (day, clock) = ([0, 2, 4].map(part).join("-"), [6, 8, 10].map(part).join(":"));
        *cursor = next;
        return timestamps::read(&format!("20{day} {clock}{fraction}")).map(|(stamp, _)| stamp);
    }
    let (stamp, length) = timestamps::epoch(cursor.rest()).filter(|_| digits.len() == 10)?;
    cursor.eat(&cursor.rest()[..length])?;
    Some(stamp)
}

/// `[pid: 1|app: 0|req: 3/2] 127.0.0.1 () {38 vars in 696 bytes} [Sun Mar 13 22:49:15 2016] POST /x => generated 47 bytes
/// in 35 msecs (HTTP/1.1 200) …`.
pub(super) fn uwsgi(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[pid: ")?;
    let process = cursor.digits()?;
    cursor.until("] ")?;
    let client = cursor.word()?;
    cursor.eat("(")?;
    let user = cursor.until_byte(b')')?;
    cursor.until("} [")?;
    let stamp = cursor.stamp()?;
    cursor.eat("] ")?;
    let message = cursor.rest();
    let method = cursor.word()?;
    let path = cursor.until(" => generated ")?;
    let bytes = cursor.digits()?;
    cursor.eat(" bytes in ")?;
    let time = number::<f64>(cursor.digits()?)?;
    cursor.spaces();
    let per_milli = match cursor.word()? {
        "msecs" => 1.0,
        "micros" => 1000.0,
        _ => return None,
    };
    cursor.eat("(")?;
    let protocol = cursor.word()?;
    let status = cursor.digits()?;
    let parsed = Parsed::new("uwsgi", message).at(stamp).level(level::of_status(number(status)?)).with("pid", process);
    let parsed = parsed.text("client", client).text("user", user).text("method", method).text("path", path);
    Some(
        parsed
            .text("protocol", protocol)
            .with("status", status)
            .with("bytes", bytes)
            .number("duration_ms", time / per_milli),
    )
}

/// `2025-01-10T14:32:15+01:00 INF Message key=value`: zerolog's console, which Traefik 3 writes, and Caddy's
/// `2025/01/10 13:32:15.123 INFO logger message {"json": …}` with tabs between.
pub(super) fn console(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    if cursor.eat("\t").is_some() {
        let level = cursor.level()?;
        cursor.eat("\t")?;
        let (logger, message) = match cursor.rest().split_once('\t') {
            Some((logger, message)) if !logger.contains(' ') => (logger, message),
            _ => ("", cursor.rest()),
        };
        let (message, context) = match message.split_once("\t{") {
            Some((words, _)) => (words, &message[words.len() + 1..]),
            None => (message, ""),
        };
        let parsed = Parsed::new("zap_console", message).at(stamp).level(level).logger(logger);
        return Some(parsed.text("context", context));
    }
    cursor.eat(" ")?;
    let word = cursor.take(|byte| byte.is_ascii_uppercase());
    if !matches!(word, "TRC" | "DBG" | "INF" | "WRN" | "ERR" | "FTL" | "PNC") {
        return None;
    }
    cursor.eat(" ")?;
    let (message, mut fields) = logfmt::trailing(cursor.rest());
    let mut parsed = Parsed::new("zerolog_console", message).at(stamp).level(level::named(word));
    parsed.fields.append(&mut fields);
    Some(parsed)
}
