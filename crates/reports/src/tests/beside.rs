//! What comes beside events, and events of minified code: kept before the answer.

use super::*;
use crate::uploads::{Assembly, UploadedBundle};
use errors::event::Unmapped;
use serde_json::json;
use std::io::{Cursor, Write as _};

const ID: &str = "b7ad6b71-6920-4333-9b7a-d6b716920333";
const EVENT: &str = "9ec79c33ec9942ab8353589fcb2e04dc";

async fn receive(site: &Site, envelope: String) {
    let received = site.reports.receive(site.known().await, envelope.into(), Form::Envelope).await.unwrap();
    assert_eq!(received.refused, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_counted_by_release() {
    let site = Site::new().await;
    let session = |sid: &str, rest: &str| {
        let started = NOW.to_string();
        format!(
            "{{}}\n{{\"type\":\"session\"}}\n{{\"sid\":\"{sid}\",\"did\":\"u-{sid}\",\"started\":\"{started}\",{rest},\"attrs\":{{\"release\":\"shop@1\",\"environment\":\"production\"}}}}\n"
        )
    };
    receive(&site, session("a", r#""init":true,"status":"ok","errors":0"#)).await;
    receive(&site, session("a", r#""init":false,"status":"crashed","errors":1"#)).await;
    receive(&site, session("b", r#""init":true,"status":"exited","errors":1"#)).await;
    let project = site.known().await.project.id;
    let report = site.reports.0.db.release_health(project, Some("production"), NOW..NOW).await.unwrap();
    let health = &report.by_release["shop@1"];
    assert_eq!((health.started, health.crashed, health.errored, health.users, health.crashed_users), (2, 1, 1, 2, 1));
    assert_eq!((health.crash_free_sessions(), health.crash_free_users()), (Some(50.0), Some(50.0)));
    assert!(site.reports.0.db.release_of(project, "shop@1").await.unwrap().is_some(), "its release is known");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_a_blob_of_its_event_and_feedback_finds_its_issue() {
    let site = Site::new().await;
    let about =
        json!({"event_id": EVENT, "comments": "It is <b>empty</b>", "name": "Anne", "email": "anne@example.org"});
    // What is said may come before the event that it is about.
    receive(&site, format!("{{\"event_id\":\"{EVENT}\"}}\n{{\"type\":\"user_report\"}}\n{about}\n")).await;
    assert_eq!(site.reports.place_feedback().await.unwrap(), 0);
    let event = json!({"message": "the cart is empty", "timestamp": NOW});
    receive(
        &site,
        format!(
            "{{\"event_id\":\"{EVENT}\"}}\n{{\"type\":\"event\"}}\n{event}\n{{\"type\":\"attachment\",\"length\":7,\"filename\":\"../a.txt\",\"content_type\":\"text/html\"}}\na\nfile\n\n"
        ),
    )
    .await;
    let (db, project) = (&site.reports.0.db, site.known().await.project.id);
    let files = db.event_attachments(project, EVENT.parse().unwrap()).await.unwrap();
    assert_eq!((files.len(), files[0].name.as_str(), files[0].bytes), (1, "../a.txt", 7));
    let path = site.reports.0.blobs.path(&files[0].sha256).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), b"a\nfile\n");
    site.reports.count().await.unwrap();
    assert_eq!(site.reports.place_feedback().await.unwrap(), 1);
    let issue = db.issue_of_number(project, 1).await.unwrap().unwrap();
    assert_eq!(db.issue_feedback(issue.id, 9).await.unwrap()[0].message, "It is <b>empty</b>");
    assert_eq!(site.reports.place_feedback().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_dropped_stands_beside_what_was_dropped_here() {
    let site = Site::new().await;
    let report = json!({"discarded_events": [
        {"reason": "sample_rate", "category": "transaction", "quantity": 40}, {"reason": "<script>", "category": "error", "quantity": 2}]});
    receive(&site, format!("{{}}\n{{\"type\":\"client_report\"}}\n{report}\n{{\"type\":\"replay_event\"}}\n{{}}\n{{\"type\":\"attachment\"}}\nx\n")).await;
    let project = site.known().await.project.id;
    let told = site.reports.dropped(project, NOW).await.unwrap();
    let told: Vec<_> =
        told.iter().map(|one| format!("{} {} {} {}", one.side.as_str(), one.category, one.reason, one.count)).collect();
    let expected = [
        "client transaction sample_rate 40",
        "client error other 2",
        "server attachment malformed 1",
        "server replay not_kept 1",
    ];
    assert_eq!(told, expected, "a file without an event belongs to nothing");
    assert_eq!(site.reports.dropped(project, NOW).await.unwrap().len(), 4, "and is counted once");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_lines_whose_values_are_numbers() {
    let site = Site::new().await;
    let metrics = json!({"items": [{"timestamp": NOW.as_micros() as f64 / 1e6, "name": "orders", "type": "counter", "value": 2.5, "unit": "euro",
        "attributes": {"shop": {"value": "paris", "type": "string"}}}]});
    receive(&site, format!("{{}}\n{{\"type\":\"trace_metric\",\"item_count\":1}}\n{metrics}\n")).await;
    let snapshot = site.reports.0.logs.snapshot_of(telemetry::Kind::Log).await.unwrap();
    let record = snapshot.memory().iter().flat_map(|numbered| numbered.batch.iter()).next().unwrap();
    assert_eq!(String::from_utf8_lossy(record.message()), "orders 2.5 euro");
    assert!(matches!(record.field("value"), Some(telemetry::Value::Float(value)) if value == 2.5));
    assert!(matches!(record.field("metric"), Some(telemetry::Value::Str(b"orders"))));
}

/// An event of a browser at line 1, column 21 of a minified file, with the id of its build or without.
async fn minified(site: &Site, id: &str, debug_id: Option<&str>) -> errors::event::Frame {
    let file = "https://shop.example/static/app.js";
    let images = debug_id.map(|id| json!({"type": "sourcemap", "code_file": file, "debug_id": id}));
    let event = json!({"platform": "javascript", "release": "shop@1", "exception": {"values": [
        {"type": "TypeError", "value": "n is null", "stacktrace": {"frames": [
            {"filename": file, "abs_path": file, "function": "t", "lineno": 1, "colno": 21, "in_app": true}]}}]},
        "debug_meta": {"images": images.into_iter().collect::<Vec<_>>()}});
    receive(site, format!("{{\"event_id\":\"{id}\"}}\n{{\"type\":\"event\"}}\n{event}\n")).await;
    let found = site.reports.event("shop", id.parse().unwrap()).await.unwrap().unwrap();
    found.event.exceptions[0].stack_trace.as_ref().unwrap().frames[0].clone()
}

/// A map by hand: the body of a function begins at column 14 of the minified line, and at line 2, column 3 of the source.
async fn upload(site: &Site, debug_id: &str, map: &str) {
    let manifest = json!({"files": {"m": {"type": "source_map", "url": "~/static/app.js.map", "headers": {"debug-id": debug_id}}}});
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("m", map), ("manifest.json", &manifest.to_string())] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let sha1 = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let sha1: String = sha1.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    site.reports.keep_chunk(&sha1, bytes.into(), NOW).await.unwrap().unwrap();
    let projects = vec![site.known().await.project.id];
    let bundle = UploadedBundle { chunks: vec![sha1.clone()], checksum: sha1, projects, release: None, dist: None };
    assert_eq!(site.reports.assemble(bundle).await.unwrap(), Assembly::Done(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn minified_code_is_shown_as_it_was_written_or_says_why_not() {
    let site = Site::new().await;
    let map = json!({"version": 3, "sources": ["../src/cart.ts"], "names": [], "mappings": "AAAA,cACE",
        "sourcesContent": ["function total(cart) {\n  return cart.lines.length;\n}\n"]})
    .to_string();
    let event = |n: u32| format!("{n:032x}");
    assert_eq!(minified(&site, &event(1), None).await.unmapped, Some(Unmapped::NoDebugId));
    assert_eq!(minified(&site, &event(2), Some(ID)).await.unmapped, Some(Unmapped::NoMap));
    let other = "00000000-6920-4333-9b7a-d6b716920333";
    upload(&site, other, "no map").await;
    assert_eq!(minified(&site, &event(3), Some(ID)).await.unmapped, Some(Unmapped::OtherDebugId));
    assert_eq!(minified(&site, &event(4), Some(other)).await.unmapped, Some(Unmapped::Unusable));
    upload(&site, ID, &map).await;
    let frame = minified(&site, &event(5), Some(ID)).await;
    assert_eq!((frame.filename.as_deref(), frame.lineno, frame.unmapped), (Some("../src/cart.ts"), Some(2), None));
    assert_eq!(frame.context_line.as_deref(), Some("  return cart.lines.length;"));
    assert_eq!(frame.minified.unwrap().lineno, Some(1));
    let issues = site.reports.count().await.unwrap();
    assert_ne!(issues[0].number, issues[4].number, "it is grouped by its source");
}
