use crate::{
    Limits,
    testing::{Answer, Site, send},
};
use axum::{body::Body, http::StatusCode};
use base64::Engine as _;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use std::{io, time::Duration};
use store::Scope;

const LOKI: &str =
    r#"{"streams":[{"stream":{"job":"app"},"values":[["1736519500000000000","one"],["1736519501000000000","two"]]}]}"#;
const OTLP: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1736519500000000000","severityNumber":17,"body":{"stringValue":"three"}}]}]}]}"#;
const BULK: &str =
    "{\"create\":{\"_index\":\"logs\"}}\n{\"@timestamp\":\"2025-01-10T14:00:00Z\",\"message\":\"four\"}\n";
const JSON: (&str, &str) = ("content-type", "application/json");

async fn kept(site: &Site) -> Vec<Value> {
    let found = site.get("/api/v1/logs/search?order=oldest").await.json();
    found["rows"].as_array().unwrap().iter().map(|row| json!([row["source"], row["message"]])).collect()
}

async fn sent(site: &Site, path: &str, headers: &[(&str, &str)], body: impl Into<axum::body::Body>) -> Answer {
    send(&site.inside, "POST", path, headers, body).await
}

#[tokio::test]
async fn each_sender_is_answered_in_its_own_words() {
    let site = Site::new().await;
    let loki = sent(&site, "/loki/api/v1/push", &[JSON], LOKI).await;
    assert_eq!((loki.status, &*loki.text), (StatusCode::NO_CONTENT, ""));
    let otlp = sent(&site, "/v1/logs", &[JSON], OTLP).await;
    assert_eq!((otlp.status, otlp.json()), (StatusCode::OK, json!({})));
    let empty = sent(&site, "/v1/logs", &[], "").await;
    assert_eq!(
        (empty.status, &*empty.text, empty.header("content-type")),
        (StatusCode::OK, "", "application/x-protobuf")
    );
    for path in ["/_bulk", "/logs/_bulk", "/elasticsearch/_bulk", "/elasticsearch/logs/_bulk"] {
        let bulk = sent(&site, path, &[JSON], BULK).await;
        assert_eq!((bulk.status, bulk.header("x-elastic-product")), (StatusCode::OK, "Elasticsearch"), "{}", bulk.text);
        assert_eq!(
            (&bulk.json()["errors"], &bulk.json()["items"][0]["create"]["status"]),
            (&json!(false), &json!(201))
        );
    }
    let put = send(&site.inside, "PUT", "/elasticsearch/_bulk", &[], "{\"delete\":{}}\n").await;
    assert_eq!((put.status, &put.json()["errors"]), (StatusCode::OK, &json!(true)), "as its own client sends it");
    let four = json!(["logs", "four"]);
    let [one, two, three] = [json!(["app", "one"]), json!(["app", "two"]), json!(["shop", "three"])];
    assert_eq!(kept(&site).await, [&four, &four, &four, &four, &one, &three, &two].map(Clone::clone));
    let about = site.get("/elasticsearch/").await;
    assert_eq!(
        (about.header("x-elastic-product"), &about.json()["version"]["number"]),
        ("Elasticsearch", &json!("8.15.0"))
    );
    assert_eq!(site.get("/elasticsearch/_license").await.json()["license"]["status"], "active");
    assert_eq!(site.get("/elasticsearch/_cluster/health").await.status, StatusCode::OK);
}

#[tokio::test]
async fn packed_as_their_senders_pack_them() {
    let site = Site::new().await;
    let plain = [
        vec![0x0a, 30, 0x0a, 9],
        b"{job=\"a\"}".to_vec(),
        vec![0x12, 17, 0x0a, 6, 8, 0xcc, 0xc9, 0x84, 0xbc, 6, 0x12, 7],
        b"snapped".to_vec(),
    ];
    let snapped = snap::raw::Encoder::new().compress_vec(&plain.concat()).unwrap();
    let headers = [("content-type", "application/x-protobuf"), ("content-encoding", "snappy")];
    for headers in [&headers[..1], &headers[..]] {
        let answer = sent(&site, "/loki/api/v1/push", headers, snapped.clone()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
    }
    let zipped = zstd::encode_all(OTLP.as_bytes(), 1).unwrap();
    let answer = sent(&site, "/v1/logs", &[JSON, ("content-encoding", "zstd")], zipped).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(kept(&site).await.len(), 3);
}

#[tokio::test]
async fn what_can_never_be_taken_is_refused_for_good() {
    let site = Site::new().await;
    for (path, body) in
        [("/loki/api/v1/push", "{\"streams\":1}"), ("/v1/logs", "7"), ("/_bulk", "nonsense\n"), ("/_bulk", "")]
    {
        let answer = sent(&site, path, &[JSON], body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.text);
    }
    let error = sent(&site, "/_bulk", &[JSON], "nonsense\n").await;
    assert_eq!((error.header("x-elastic-product"), &error.json()["status"]), ("Elasticsearch", &json!(400)));
    // A small body that unpacks to a large one.
    let bomb = zstd::encode_all(&vec![b' '; super::WHOLE_BYTES_MAX + 1][..], 3).unwrap();
    let answer = sent(&site, "/v1/logs", &[JSON, ("content-encoding", "zstd")], bomb).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.text);
    assert!(kept(&site).await.is_empty());
}

#[tokio::test]
async fn what_can_be_taken_later_is_asked_for_again() {
    let site = Site::new().await;
    // Another process has the store.
    let other =
        logs::Logs::new(&site.app.data, logs::Config::default(), site.app.clock.clone(), jiff::tz::TimeZone::UTC)
            .unwrap();
    let held = tokio::task::spawn_blocking(move || other.intake().map(|_| other)).await.unwrap().unwrap();
    for (path, body) in [("/loki/api/v1/push", LOKI), ("/v1/logs", OTLP), ("/_bulk", BULK)] {
        let answer = sent(&site, path, &[JSON], body).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", answer.text);
        assert_ne!(answer.header("retry-after"), "", "{path}");
    }
    drop(held);
    assert_eq!(sent(&site, "/v1/logs", &[JSON], OTLP).await.status, StatusCode::OK);
}

#[tokio::test]
async fn half_sent_bodies_give_their_places_back() {
    let site = Site::with(Limits { body_silence_max: Duration::from_millis(50), ..Limits::default() }).await;
    let half = || Body::from_stream(stream::iter([Ok::<_, io::Error>(&b"{\"res"[..])]).chain(stream::pending()));
    let (places, paths) = (super::WHOLE_BODIES_MAX, ["/v1/logs", "/loki/api/v1/push"]);
    let held = paths.iter().cycle().take(2 * places).map(|path| sent(&site, path, &[JSON], half()));
    let whole = async {
        // They have taken all of them by now, and have to be waited for.
        tokio::task::yield_now().await;
        sent(&site, "/v1/logs", &[JSON], OTLP).await
    };
    let (given_up, whole) = tokio::join!(futures_util::future::join_all(held), whole);
    assert_eq!(whole.status, StatusCode::OK, "{}", whole.text);
    for answer in given_up {
        assert_eq!((answer.status, &answer.json()["accepted"]), (StatusCode::REQUEST_TIMEOUT, &json!(0)));
        assert!(answer.text.contains("5 bytes of it came in 0."), "{}", answer.text);
    }
    assert_eq!(kept(&site).await, [json!(["shop", "three"])]);
}

#[tokio::test]
async fn a_body_held_whole_may_not_trickle_and_one_of_lines_may() {
    let site = Site::with(Limits { body_silence_max: Duration::from_millis(300), ..Limits::default() }).await;
    fn byte() -> io::Result<Bytes> {
        Ok(Bytes::from_static(b" "))
    }
    let endless = stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Some((byte(), ()))
    });
    let slow = sent(&site, "/v1/logs", &[JSON], Body::from_stream(endless)).await;
    assert_eq!(slow.status, StatusCode::REQUEST_TIMEOUT, "{}", slow.text);
    assert!(slow.text.contains("at least 1024 a second have to"), "{}", slow.text);
    let pieces = Body::from_stream(stream::iter((0..80).map(|_| byte())));
    let lines = sent(&site, "/api/v1/logs", &[], pieces).await;
    assert_eq!(lines.status, StatusCode::OK, "{}", lines.text);
}

#[tokio::test]
async fn a_token_may_be_a_password_but_not_a_browsers() {
    let site = Site::new().await;
    let token = site.token(Scope::Write).await;
    let pair = base64::prelude::BASE64_STANDARD.encode(format!("anybody:{token}"));
    let wrong = base64::prelude::BASE64_STANDARD.encode("anybody:vigie_wrong");
    for (shown, more, status) in [
        (format!("Bearer {token}"), None, StatusCode::OK),
        (format!("Basic {pair}"), None, StatusCode::OK),
        (format!("ApiKey {pair}"), None, StatusCode::OK),
        (format!("Basic {pair}"), Some(("sec-fetch-site", "cross-site")), StatusCode::UNAUTHORIZED),
        (format!("Basic {wrong}"), None, StatusCode::UNAUTHORIZED),
        (format!("Basic {token}"), None, StatusCode::UNAUTHORIZED),
        ("Basic !!!".into(), None, StatusCode::UNAUTHORIZED),
    ] {
        let mut headers = vec![JSON, ("authorization", &shown)];
        headers.extend(more);
        let answer = send(&site.router, "POST", "/v1/logs", &headers, OTLP).await;
        assert_eq!(answer.status, status, "{shown} {more:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_token_that_sends_reads_nothing() {
    let site = Site::new().await;
    let lines = "{\"message\":\"zero\"}\n";
    let all = [("/api/v1/logs", lines), ("/loki/api/v1/push", LOKI), ("/v1/logs", OTLP), ("/_bulk", BULK)];
    for (scope, may_send) in [(Scope::Ingest, true), (Scope::Write, true), (Scope::Read, false)] {
        let shown = format!("Bearer {}", site.token(scope).await);
        let headers = [JSON, ("authorization", &*shown)];
        for (path, body) in all {
            let answer = send(&site.router, "POST", path, &headers, body).await;
            assert_eq!(answer.status.is_success(), may_send, "{scope} {path}: {}", answer.text);
            assert!(may_send || answer.status == StatusCode::FORBIDDEN, "{scope} {path}: {}", answer.status);
        }
    }
    assert_eq!(kept(&site).await.len(), 2 * 5);
    let shown = format!("Bearer {}", site.token(Scope::Ingest).await);
    let headers = [JSON, ("authorization", &*shown)];
    for (method, path) in [
        ("GET", "/api/v1/logs/search"),
        ("GET", "/api/v1/logs/tail"),
        ("GET", "/api/v1/jobs"),
        ("GET", "/api/v1/jobs/7f3b0c52-0000-4000-8000-000000000001/progress"),
        ("POST", "/api/v1/jobs"),
        ("GET", "/api/v1/tokens"),
        ("GET", "/"),
    ] {
        let answer = send(&site.router, method, path, &headers, "{}").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
        assert!(answer.text.contains("ingest"), "{method} {path}: {}", answer.text);
    }
}

const SPANS: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"Shop"}},
    {"key":"service.version","value":{"stringValue":"1.2"}}]},"scopeSpans":[{"spans":[
    {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7","name":"GET /cart","kind":2,
     "startTimeUnixNano":"1736519500000000000","endTimeUnixNano":"1736519500250000000",
     "attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}},{"key":"enduser.id","value":{"stringValue":"7"}}]},
    {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b8","parentSpanId":"00f067aa0ba902b7","name":"find cart",
     "kind":"SPAN_KIND_CLIENT","startTimeUnixNano":"1736519500100000000","endTimeUnixNano":"1736519500120000000",
     "attributes":[{"key":"db.system","value":{"stringValue":"redis"}},{"key":"password","value":{"stringValue":"planted"}}]},
    {"traceId":"","spanId":"","name":"without an id"}]}]}]}"#;

/// Spans of a service stand under its own name until there is a project that is called so.
#[tokio::test(flavor = "multi_thread")]
async fn spans_of_opentelemetry_are_endpoints_and_waterfalls() {
    let site = Site::new().await;
    let token = site.token(Scope::Ingest).await;
    let bearer = format!("Bearer {token}");
    let headers = [JSON, ("authorization", bearer.as_str())];
    let answer = send(&site.router, "POST", "/v1/traces", &headers, SPANS).await;
    assert_eq!((answer.status, &answer.json()["partialSuccess"]["rejectedSpans"]), (StatusCode::OK, &json!("1")));
    assert_eq!(send(&site.router, "POST", "/v1/traces", &[JSON], SPANS).await.status, StatusCode::UNAUTHORIZED);
    let endpoints = "/api/v1/performance/endpoints?since=2025-01-10T00:00:00Z&until=2025-01-11T00:00:00Z&project=shop";
    let listed = site.get(endpoints).await.json();
    let row = &listed["rows"][0];
    assert_eq!(
        (&row["name"], &row["op"], &row["users"]),
        (&json!("GET /cart"), &json!("http.server"), &json!(1)),
        "{listed}"
    );
    let tree = site.get("/api/v1/performance/traces/0af7651916cd43dd8448eb211c80319c").await;
    assert!(!tree.text.contains("planted"), "{}", tree.text);
    let spans = tree.json()["spans"].clone();
    assert_eq!(
        (&spans[1]["depth"], &spans[1]["op"], &spans[1]["duration_ms"]),
        (&json!(1), &json!("db"), &json!(20.0))
    );

    let settings = json!({"items_per_minute": 4}).to_string();
    let new = store::NewProject { name: "Shop".into(), platform: "python".into(), settings, key: [7; 16] };
    site.app.db.create_project(new, site.clock.now()).await.unwrap();
    site.app.reports.forget_projects();
    assert_eq!(send(&site.router, "POST", "/v1/traces", &headers, SPANS).await.status, StatusCode::OK);
    let refused = send(&site.router, "POST", "/v1/traces", &headers, SPANS).await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60"));
    let protobuf = send(&site.router, "POST", "/v1/traces", &[("authorization", bearer.as_str())], "").await;
    assert_eq!((protobuf.status, protobuf.header("content-type")), (StatusCode::OK, "application/x-protobuf"));
}
