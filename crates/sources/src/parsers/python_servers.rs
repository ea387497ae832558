//! The servers that Python applications run in: gunicorn, uvicorn, Django's own, Celery's workers.

use super::access;
use crate::{
    cursor::{Cursor, number},
    level,
    record::Parsed,
};

/// `[2025-01-10 14:32:15 +0100] [1234] [INFO] Booting worker with pid: 1235`.
pub(super) fn gunicorn(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let stamp = cursor.stamp()?;
    cursor.eat("] [")?;
    let process = cursor.digits()?;
    cursor.eat("] [")?;
    let level = cursor.level()?;
    cursor.eat("] ")?;
    Some(Parsed::new("gunicorn", cursor.rest()).at(stamp).level(level).with("pid", process))
}

/// `INFO:     127.0.0.1:51234 - "GET / HTTP/1.1" 200 OK`, and the server's own words.
pub(super) fn uvicorn(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let level = level::named(cursor.take(|byte| byte.is_ascii_uppercase()))?;
    cursor.eat(": ")?;
    // Padded to the width of CRITICAL; a single space is anybody's.
    if text.len() - cursor.rest().len() + cursor.rest().bytes().take_while(|byte| *byte == b' ').count() != 10 {
        return None;
    }
    cursor.spaces();
    let parsed = Parsed::new("uvicorn", cursor.rest()).level(level).logger("uvicorn");
    Some(request(parsed.clone(), cursor).unwrap_or(parsed))
}

fn request<'a>(parsed: Parsed<'a>, mut cursor: Cursor<'a>) -> Option<Parsed<'a>> {
    let client = cursor.until(" - ")?;
    let request = cursor.quoted()?;
    cursor.eat(" ")?;
    let status = cursor.digits()?;
    let grave = level::of_status(number(status)?);
    let parsed = access::with_request(parsed.text("client", client), request).with("status", status);
    Some(parsed.logger("uvicorn.access").level(grave))
}

/// `[10/Jan/2025 14:32:15] "GET / HTTP/1.1" 200 1234`, as `manage.py runserver` writes.
pub(super) fn runserver(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let stamp = cursor.stamp()?;
    cursor.eat("] ")?;
    let message = cursor.rest();
    let request = cursor.quoted()?;
    cursor.eat(" ")?;
    let status = cursor.digits()?;
    let level = level::of_status(number(status)?);
    cursor.spaces();
    let parsed = Parsed::new("runserver", message).at(stamp).level(level).logger("django.server");
    Some(access::with_request(parsed, request).with("status", status).with("bytes", cursor.rest()))
}

/// `[2025-01-10 14:32:15,123: INFO/ForkPoolWorker-1] Task app.send[id] succeeded in 0.8s: None`.
pub(super) fn celery(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let stamp = cursor.stamp()?;
    cursor.eat(": ")?;
    let level = cursor.level()?;
    cursor.eat("/")?;
    let process = cursor.until("] ")?;
    let parsed = Parsed::new("celery", cursor.rest()).at(stamp).level(level).text("process", process);
    Some(task(parsed.clone(), cursor).unwrap_or(parsed))
}

/// What a worker says of a task: `Task name[id] received`, `name[id]: its own words` and how it ended.
fn task<'a>(mut parsed: Parsed<'a>, mut cursor: Cursor<'a>) -> Option<Parsed<'a>> {
    let of_worker = cursor.eat("Task ").is_some();
    let name = cursor.name()?;
    let id = cursor.bracketed().filter(|id| id.len() >= 8 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'))?;
    if !of_worker {
        cursor.eat(": ")?;
        parsed.message = cursor.rest().into();
        return Some(parsed.logger(name).text("task", name).text("task_id", id));
    }
    let said = cursor.rest().trim_start();
    let state = match said.split([' ', ':']).next()? {
        "received" => "received",
        "succeeded" => "succeeded",
        "raised" => "failed",
        "retry" => "retried",
        "revoked" => "revoked",
        _ => "",
    };
    parsed = parsed.text("task", name).text("task_id", id).text("state", state);
    let seconds = said.split_once(" in ").and_then(|(_, rest)| rest.split_once('s')).map(|(seconds, _)| seconds);
    match seconds.and_then(number::<f64>).filter(|_| state == "succeeded") {
        Some(seconds) => Some(parsed.number("runtime", seconds)),
        None => Some(parsed),
    }
}
