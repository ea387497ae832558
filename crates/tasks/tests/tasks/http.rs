//! Calls to a server that behaves, and to one that does not.

use crate::bench::{Bench, clock, told};
use jobs::Ended;
use model::JobKind;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tasks::HttpHandler;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// What the server does with a request.
#[derive(Clone)]
enum Does {
    Answer(String),
    /// Reads the request, then closes.
    HangUp,
    /// Reads the request, then says nothing.
    Silence,
}

struct Server {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

async fn server(does: Does) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/path", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (does, kept) = (does.clone(), Arc::clone(&kept));
            tokio::spawn(async move {
                let request = request(&mut socket).await;
                kept.lock().unwrap().push(request);
                match does {
                    Does::Answer(answer) => {
                        let _ = socket.write_all(answer.as_bytes()).await;
                        let _ = socket.shutdown().await;
                    }
                    Does::HangUp => {}
                    Does::Silence => std::future::pending().await,
                }
            });
        }
    });
    Server { url, seen }
}

async fn request(socket: &mut tokio::net::TcpStream) -> String {
    let mut text = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = socket.read(&mut chunk).await.unwrap_or(0);
        text.extend_from_slice(&chunk[..count]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = so_far.split_once("\r\n\r\n") else {
            if count == 0 {
                return so_far;
            }
            continue;
        };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if count == 0 || body.len() >= length.unwrap_or(0) {
            return so_far;
        }
    }
}

fn answer(status: &str, more: &str, body: &str) -> Does {
    Does::Answer(format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{more}\r\n{body}", body.len()))
}

async fn call(mut spec: Value, url: &str, payload: &str) -> (Bench, jobs::Attempted) {
    spec["url"] = url.into();
    let bench = Bench::new(JobKind::Http, &spec);
    let handler = HttpHandler::new(clock(), bench.run_log.clone()).unwrap();
    let attempted = bench.attempt(&handler, payload).await;
    (bench, attempted)
}

#[tokio::test]
async fn a_call_is_what_the_spec_and_the_item_say() {
    let server = server(answer("200 OK", "", "fine\nthanks")).await;
    let spec = json!({"method": "post", "headers": {"x-one": "1"}, "body": {"a": [1]}});
    let (bench, attempted) = call(spec, &server.url, r#"{"headers": {"x-two": "2"}}"#).await;
    assert_eq!(told(&attempted).0, "succeeded");
    assert_eq!(attempted.trace.comment, "the item: POST 200");
    let seen = server.seen.lock().unwrap()[0].to_ascii_lowercase();
    assert!(seen.starts_with("post /path http/1.1\r\n") && seen.ends_with("{\"a\":[1]}"), "{seen}");
    for header in ["x-one: 1", "x-two: 2", "content-type: application/json"] {
        assert!(seen.contains(header), "{header} in {seen}");
    }
    let record = bench.records().pop().unwrap();
    assert_eq!((record.event.as_str(), record.message.as_str()), ("response", "200 fine"));
    assert_eq!(record.fields["body"], "fine\nthanks");
}

#[tokio::test]
async fn statuses_decide() {
    let cases = [
        ("204 No Content", json!({}), ("succeeded", "")),
        ("404 Not Found", json!({}), ("failed", "http_status")),
        ("404 Not Found", json!({"expect": [404]}), ("succeeded", "")),
        ("302 Found", json!({}), ("failed", "http_status")),
        ("500 Oh", json!({"method": "POST"}), ("again", "http_status")),
        ("429 Slow", json!({}), ("again", "http_status")),
    ];
    for (status, spec, (state, code)) in cases {
        let server = server(answer(status, "retry-after: 90\r\nlocation: /there\r\n", "")).await;
        let (_, attempted) = call(spec, &server.url, "{}").await;
        assert_eq!(told(&attempted), (state, code.to_owned()), "{status}");
        assert_eq!(server.seen.lock().unwrap().len(), 1, "one call for one attempt");
        if let ("again", Ended::Failed(verdict)) = (state, attempted.ended) {
            assert_eq!(verdict.retry, model::Retry::After { wait: std::time::Duration::from_secs(90) });
        }
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_unless_it_may_be_repeated() {
    for (does, name) in [
        (Does::HangUp, "hangs up"),
        (Does::Silence, "is silent"),
        (Does::Answer("nonsense\r\n\r\n".into()), "talks nonsense"),
    ] {
        for (method, state) in
            [("POST", "unknown"), ("PATCH", "unknown"), ("GET", "again"), ("PUT", "again"), ("DELETE", "again")]
        {
            let server = server(does.clone()).await;
            let spec = json!({"method": method, "body": "x", "timeout_seconds": 0.5});
            let (_, attempted) = call(spec, &server.url, "{}").await;
            assert_eq!(told(&attempted), (state, "no_answer".to_owned()), "{method} to one that {name}");
            assert_eq!(server.seen.lock().unwrap().len(), 1, "{method} to one that {name}");
        }
    }
}

#[tokio::test]
async fn nobody_there_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/?key=secret", listener.local_addr().unwrap());
    drop(listener);
    let (_, attempted) = call(json!({"method": "POST"}), &url, "{}").await;
    assert_eq!(told(&attempted), ("again", "no_connection".to_owned()));
    assert!(!format!("{attempted:?}").contains("secret"), "{attempted:?}");
}

#[tokio::test]
async fn a_long_body_is_cut_and_a_broken_one_does_not_matter() {
    let server = server(answer("200 OK", "", &"x".repeat(100_000))).await;
    let (bench, attempted) = call(json!({"response_bytes_max": 1000}), &server.url, "{}").await;
    assert_eq!(told(&attempted).0, "succeeded");
    let record = bench.records().pop().unwrap();
    assert_eq!((record.fields["body"].as_str().unwrap().len(), &record.fields["cut"]), (1000, &json!(true)));
    let broken = self::server(Does::Answer("HTTP/1.1 201 Made\r\ncontent-length: 50\r\n\r\nhalf".into())).await;
    let (_, attempted) = call(json!({"method": "POST"}), &broken.url, "{}").await;
    assert_eq!(told(&attempted).0, "succeeded", "the status came: {attempted:?}");
}

#[tokio::test]
async fn an_item_that_is_no_call_fails() {
    for payload in [r#"{"url": "gopher://x"}"#, r#"{"url": 5}"#, r#"{"headers": "x"}"#, r#"{"method": ""}"#] {
        let (_, attempted) = call(json!({}), "http://127.0.0.1:1/", payload).await;
        assert_eq!(told(&attempted), ("failed", "bad_request".to_owned()), "{payload}");
    }
}
