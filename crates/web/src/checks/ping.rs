//! Signs of life, at the addresses that Healthchecks has: by the key of a check, or by the key of all with its name.

use super::keep;
use crate::{
    Ctx,
    auth::Access,
    extract::{Address, Path, Query},
    problem::Result,
    routes::{About, Routes},
};
use ::checks::{Check, Heartbeat, Ping, PingKind, Said, Watch, slug};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use checking::Heard;
use futures_util::StreamExt as _;
use std::time::Duration;
use store::CheckName;
use uuid::Uuid;

/// Bytes of what is said that are kept, and how long it may take to say them.
const BODY_MAX: usize = 100_000;
const BODY_WAIT: Duration = Duration::from_secs(10);

pub(super) fn declare(routes: Routes) -> Routes {
    let about =
        || About::new("Say that a check is well, has started, or failed").gives_text(200, Some("text/plain"), "OK");
    let paths = ["/ping/{key}", "/ping/{key}/{word}", "/ping/{key}/{word}/{kind}"];
    paths.into_iter().fold(routes, |routes, path| {
        routes.get(path, Access::Ping, ping, about().unaudited()).post(path, Access::Ping, ping, about().unaudited())
    })
}

/// What an address says: which check, and what of it.
#[derive(Debug, PartialEq, Eq)]
struct Called {
    name: CheckName,
    kind: PingKind,
}

/// None where it is no such address. `is_key`: whether something is the key of all checks.
fn called(words: &[&str], is_key: impl Fn(&str) -> bool) -> Option<Called> {
    let (name, kind) = match words {
        [key] => (CheckName::Key(key.parse().ok()?), ""),
        [key, word] => match key.parse() {
            Ok(key) => (CheckName::Key(key), *word),
            Err(_) if is_key(key) => (CheckName::Slug((*word).to_owned()), ""),
            Err(_) => return None,
        },
        [key, word, kind] if is_key(key) => (CheckName::Slug((*word).to_owned()), *kind),
        _ => return None,
    };
    Some(Called { name, kind: PingKind::of_path(kind)? }).filter(|_| words.iter().skip(1).all(|word| !word.is_empty()))
}

async fn ping(
    State(ctx): State<Ctx>,
    Path(words): Path<Vec<(String, String)>>,
    Query(parameters): Query<Vec<(String, String)>>,
    Address(address): Address,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    let words: Vec<&str> = words.iter().map(|(_, word)| word.as_str()).collect();
    let not_found = || said(StatusCode::NOT_FOUND, "not found");
    let Some(Called { name, kind }) = called(&words, |key| ctx.app.vault.is_ping_key(key)) else {
        return Ok(not_found());
    };
    let asked = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let run = match asked("rid").map(str::parse::<Uuid>) {
        None => None,
        Some(Ok(run)) => Some(run),
        Some(Err(_)) => return Ok(said(StatusCode::BAD_REQUEST, "invalid uuid format")),
    };
    let Some(body) = read(body).await else { return Ok(said(StatusCode::REQUEST_TIMEOUT, "the body did not arrive")) };
    let now = ctx.app.clock.now();
    let ping = Ping { at: now, kind, run, said: Said::read(&parameters, &body), took: None };
    let source = address.map_or_else(String::new, |address| address.to_string());
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let source = format!("{source} {}", agent.chars().take(100).collect::<String>()).trim().to_owned();
    let heard = Heard { ping, body, source };
    if checking::hear(&ctx.app.db, name.clone(), heard.clone(), now).await?.is_some() {
        return Ok(said(StatusCode::OK, "OK"));
    }
    match name {
        CheckName::Slug(slug) if asked("create") == Some("1") => {
            let Some(check) = first_heard(&slug) else { return Ok(not_found()) };
            keep::create(&ctx, &check, "ping").await?;
            let kept = checking::hear(&ctx.app.db, CheckName::Slug(slug), heard, now).await?;
            Ok(if kept.is_some() { said(StatusCode::CREATED, "Created") } else { not_found() })
        }
        _ => Ok(not_found()),
    }
}

/// What is made of a name that calls and is not known: it is to call every day, as Healthchecks has it.
fn first_heard(name: &str) -> Option<Check> {
    let beat =
        Heartbeat { when: "every 24 h".into(), zone: "UTC".into(), grace_s: 3_600, run_max_s: None, floors: vec![] };
    let check = Check {
        name: name.to_owned(),
        watch: Watch::Heartbeat(beat),
        failures_max: 1,
        is_public: false,
        public_name: None,
    };
    (slug(name).as_deref() == Some(name) && check.check().is_ok()).then_some(check)
}

/// The beginning of what is said, as text; none where it does not come.
async fn read(body: Body) -> Option<String> {
    let mut parts = body.into_data_stream();
    let mut bytes = Vec::new();
    let whole = async {
        while let Some(Ok(part)) = parts.next().await {
            bytes.extend_from_slice(&part[..part.len().min(BODY_MAX - bytes.len())]);
            if bytes.len() >= BODY_MAX {
                break;
            }
        }
    };
    tokio::time::timeout(BODY_WAIT, whole).await.ok()?;
    Some(String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}"))
}

fn said(status: StatusCode, text: &'static str) -> Response {
    let heads = [
        (header::CONTENT_TYPE.as_str(), "text/plain; charset=utf-8"),
        ("ping-body-limit", "100000"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN.as_str(), "*"),
        (header::CACHE_CONTROL.as_str(), "no-store"),
    ];
    (status, heads, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_healthchecks() {
        let key = Uuid::from_u128(7);
        let own = key.to_string();
        let by_key = |kind| Some(Called { name: CheckName::Key(key), kind });
        let by_name = |kind| Some(Called { name: CheckName::Slug("backup".into()), kind });
        for (path, expected) in [
            (own.clone(), by_key(PingKind::Success)),
            (format!("{own}/start"), by_key(PingKind::Start)),
            (format!("{own}/fail"), by_key(PingKind::Fail)),
            (format!("{own}/log"), by_key(PingKind::Log)),
            (format!("{own}/0"), by_key(PingKind::Success)),
            (format!("{own}/3"), by_key(PingKind::Exit(3))),
            (format!("{own}/256"), None),
            (format!("{own}/nonsense"), None),
            (format!("{own}/backup/start"), None),
            ("all/backup".into(), by_name(PingKind::Success)),
            ("all/backup/start".into(), by_name(PingKind::Start)),
            ("all/backup/9".into(), by_name(PingKind::Exit(9))),
            ("other/backup".into(), None),
            ("all".into(), None),
        ] {
            let words: Vec<&str> = path.split('/').collect();
            assert_eq!(called(&words, |key| key == "all"), expected, "{path}");
        }
    }
}
