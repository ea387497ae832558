//! What holds of anything that comes: nothing panics, what is kept is read again as it was, no planted secret stays, and
//! what says nothing about a bug does not move an event to another issue.

use errors::{
    Envelope, Event, Report,
    event::in_app,
    grouping::{self, parameterised},
    scrubbing::Scrubbing,
    source_map::SourceMap,
    transaction::normalised,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::{fs, path::Path, sync::LazyLock};

static SCRUBBING: LazyLock<Scrubbing> = LazyLock::new(Scrubbing::default);

/// The envelopes of real clients.
static REAL: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real");
    let mut files: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().map(|file| file.path()).collect();
    files.sort();
    files.iter().map(|path| fs::read(path).expect("a readable file")).collect()
});

/// The events among them.
static EVENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let payloads = REAL.iter().filter_map(|bytes| bytes.split(|byte| *byte == b'\n').nth(2));
    let values = payloads.filter_map(|payload| serde_json::from_slice::<Value>(payload).ok());
    values.filter(|value| value.get("exception").is_some() || value.get("logentry").is_some()).collect()
});

fn spoiled(mut bytes: Vec<u8>, from: usize, to: usize, noise: &[u8]) -> Vec<u8> {
    let (from, to) = (from % (bytes.len() + 1), to % (bytes.len() + 1));
    let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 20));
    bytes.splice(from..to, noise.iter().copied());
    bytes
}

/// Any value, of the names and the shapes that events have.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Of numbers with more digits the last is not read exactly.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        "[ -~é😀\n]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((field(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn field() -> impl Strategy<Value = String> {
    const FIELDS: &[&str] = &[
        "exception",
        "values",
        "type",
        "value",
        "stacktrace",
        "frames",
        "function",
        "module",
        "filename",
        "abs_path",
        "lineno",
        "colno",
        "context_line",
        "pre_context",
        "vars",
        "in_app",
        "mechanism",
        "threads",
        "crashed",
        "breadcrumbs",
        "message",
        "logentry",
        "formatted",
        "params",
        "request",
        "headers",
        "cookies",
        "query_string",
        "url",
        "data",
        "user",
        "tags",
        "extra",
        "contexts",
        "trace",
        "fingerprint",
        "level",
        "timestamp",
        "platform",
        "debug_meta",
        "images",
        "debug_id",
        "csp",
        "modules",
        "sdk",
        "name",
        "event_id",
        "password",
        "items",
        "attributes",
        "minified",
        "unmapped",
    ];
    prop_oneof![9 => prop::sample::select(FIELDS).prop_map(str::to_owned), 1 => "[a-z_.é]{0,8}"]
}

fn check(event: &Event) {
    let kept = Event::from_body(&event.body()).expect("what was written is read");
    assert_eq!(&kept, event);
    let grouping = grouping::group(event);
    assert!(matches!(grouping.hashes.len(), 1 | 2), "{grouping:?}");
    assert_eq!(grouping::group(&kept), grouping);
}

proptest! {
    #[test]
    fn spoiled_envelopes_are_read_as_far_as_they_go(which: prop::sample::Index, from: usize, to: usize, noise in prop::collection::vec(any::<u8>(), 0..6)) {
        let bytes = spoiled(which.get(&REAL).clone(), from, to, &noise);
        if let Ok(envelope) = Envelope::parse(&bytes) {
            for item in &envelope.items {
                if let Ok(Report::Event(event)) = Report::read(item, &SCRUBBING) {
                    check(&event);
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Envelope::parse(&bytes);
        let _ = Event::read(&bytes, &SCRUBBING);
        let _ = SourceMap::parse(&bytes);
        let _ = Envelope::parse(&[b"{}\n{\"type\":\"event\"}\n", &bytes[..]].concat());
    }

    #[test]
    fn events_of_any_shape_are_kept_as_they_were_read(entries in prop::collection::vec((field(), any_value()), 0..12)) {
        let value = Value::Object(entries.into_iter().collect());
        check(&Event::read(value.to_string().as_bytes(), &SCRUBBING).expect("it is JSON"));
    }

    #[test]
    fn items_of_any_shape_are_read(kind in prop::sample::select(&["transaction", "span", "log", "session", "sessions", "check_in", "feedback", "user_report", "client_report", "trace_metric", "raw_security"][..]), value in any_value()) {
        let bytes = format!("{{}}\n{{\"type\":\"{kind}\"}}\n{value}\n");
        let envelope = Envelope::parse(bytes.as_bytes()).expect("an envelope");
        prop_assert_eq!(envelope.items.len(), 1);
        prop_assert!(Report::read(&envelope.items[0], &SCRUBBING).is_ok());
    }

    #[test]
    fn no_planted_secret_stays(which: prop::sample::Index, key in secret_key(), place in 0..12_usize, secret in "[a-z]{3}[A-Z0-9]{14}[a-z]{3}") {
        let mut event = which.get(&EVENTS).clone();
        plant(&mut event, place, &key, &secret);
        prop_assert!(event.to_string().contains(&secret), "planted");
        let event = Event::read(event.to_string().as_bytes(), &SCRUBBING).expect("it is JSON");
        prop_assert!(!event.body().contains(&secret), "{key} at {place}: {}", event.body());
        prop_assert!(!event.removed.is_empty());
        check(&event);
    }

    #[test]
    fn where_a_program_lies_is_not_its_bug(which: prop::sample::Index, prefix in "(/[a-z0-9]{1,9}){0,4}/", line in 1..5000_u64) {
        let event = Event::read(which.get(&EVENTS).to_string().as_bytes(), &SCRUBBING).expect("it is JSON");
        let before = grouping::group(&event);
        let mut moved = event;
        for frame in moved.stack_traces_mut().flat_map(|stack| &mut stack.frames) {
            let is_file = |path: &&mut String| path.contains('/') && !path.starts_with("node:");
            for path in [&mut frame.abs_path, &mut frame.filename].into_iter().flatten().filter(is_file) {
                *path = format!("{prefix}{}", path.trim_start_matches('/'));
            }
            frame.lineno = Some(line);
        }
        in_app::mark(&mut moved);
        prop_assert_eq!(grouping::group(&moved).hashes, before.hashes);
    }

    #[test]
    fn parameterised_texts_and_statements_stay_as_they_are(text in "([a-z]{1,6}|[0-9]{1,6}|[ .:/@=_'\"-]|0x[0-9a-f]{4}|\\(\\?, 1\\)){0,20}") {
        let once = parameterised(&text);
        prop_assert_eq!(parameterised(&once).lines().count(), once.lines().count());
        let statement = normalised(&text);
        prop_assert!(statement.len() <= text.len() + 4);
    }

    #[test]
    fn spoiled_source_maps_are_read_or_refused(mappings in "[A-Za-z0-9+/,;]{0,60}", line in 0..4_u32, column in 0..90_u32) {
        let map = json!({"version": 3, "sources": ["a.js"], "sourcesContent": ["x\ny"], "names": ["n"], "mappings": mappings});
        if let Ok(map) = SourceMap::parse(map.to_string().as_bytes()) {
            let _ = map.original(line, column);
        }
    }
}

fn secret_key() -> impl Strategy<Value = String> {
    prop::sample::select(
        &[
            "password",
            "DB_PASSWORD",
            "apiKey",
            "X-Api-Key",
            "Authorization",
            "access_token",
            "client-secret",
            "sessionid",
            "csrfToken",
            "mot_de_passe",
            "Set-Cookie",
            "private_key",
        ][..],
    )
    .prop_map(str::to_owned)
}

/// Puts `secret` where programs leave theirs.
fn plant(event: &mut Value, place: usize, key: &str, secret: &str) {
    let one = |value: Value| Value::Object(Map::from_iter([(key.to_owned(), value)]));
    let frame = json!({"function": "f", "module": "m", "context_line": format!("{key} = \"{secret}\""), "pre_context": [format!("x('{key}', '{secret}')")],
        "vars": {"settings": one(format!("'{secret}'").into()), "text": format!("{{'{key}': '{secret}'}}")}});
    let address = format!("https://a.example/x?{key}={secret}");
    let value = format!("https://anne:{secret}@a.example/");
    match place {
        0 => event["extra"] = one(secret.into()),
        1 => event["extra"] = json!({"deep": [{"er": one(json!([secret, {"x": secret}]))}]}),
        2 => event["request"] = json!({"headers": [[key, secret]]}),
        3 => event["request"] = json!({"query_string": format!("a=1&{key}={secret}&b=2")}),
        4 => event["request"] = json!({"data": one(secret.into()).to_string()}),
        5 => event["request"] = json!({"cookies": {"theme": secret}}),
        6 => event["contexts"] = json!({"state": one(secret.into())}),
        7 => event["tags"] = json!([[key, secret]]),
        8 => event["breadcrumbs"] = json!([{"message": address, "data": one(secret.into())}]),
        9 => event["exception"] = json!([{"type": "E", "value": format!("refused: {key}={secret}")}]),
        10 => event["exception"] = json!([{"type": "E", "value": value, "stacktrace": {"frames": [frame]}}]),
        _ => event["user"] = one(secret.into()),
    }
}
