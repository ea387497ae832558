use crate::testing::{Answer, Site, send};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::{io::Write as _, time::Duration};
use tower::ServiceExt as _;

const LINES: &str = concat!(
    r#"{"time":"2025-01-10T14:00:00Z","level":"info","source":"app","message":"started","port":8000}"#,
    "\n",
    r#"{"time":"2025-01-10T14:05:00Z","level":"error","source":"app","message":"no answer from smtp","duration_ms":5001,"app":"billing"}"#,
    "\n",
    r#"{"time":"2025-01-10T14:06:00Z","level":"error","source":"worker","message":"=cmd(), \"gone\"","duration_ms":12,"app":"sync"}"#,
    "\n",
);

async fn filled() -> Site {
    let site = Site::new().await;
    let taken = site.post_text("/api/v1/logs", LINES).await;
    assert_eq!((taken.status, &taken.json()["accepted"]), (StatusCode::OK, &json!(3)));
    site
}

fn messages(answer: &Answer) -> Vec<String> {
    let rows = answer.json()["rows"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row["message"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn lines_are_counted_and_each_that_is_none_is_told_why() {
    let site = Site::new().await;
    let body = "{\"message\":\"one\"}\nnot json\n{\"message\":\"pw\",\"password\":\"hunter2secret\"}\n[1]\n";
    let answer = send(&site.inside, "POST", "/api/v1/logs", &[("content-type", "text/plain")], body).await;
    assert_eq!(answer.status, StatusCode::OK);
    insta::assert_json_snapshot!("counted", answer.json());
    let none = site.post_text("/api/v1/logs", "nothing of this\nis a record\n").await;
    assert_eq!((none.status, &none.json()["rejected"]), (StatusCode::BAD_REQUEST, &json!(2)));
    let empty = site.post_text("/api/v1/logs", "").await;
    assert_eq!((empty.status, &empty.json()["accepted"]), (StatusCode::OK, &json!(0)));
}

#[tokio::test]
async fn packed_bodies_are_unpacked() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(LINES.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(LINES.as_bytes(), 1).unwrap();
    for (encoding, body) in [("gzip", gzip.clone()), ("zstd", zstd), ("identity", LINES.into())] {
        let site = Site::new().await;
        let taken = send(&site.inside, "POST", "/api/v1/logs", &[("content-encoding", encoding)], body).await;
        assert_eq!(taken.json()["accepted"], 3, "{encoding}: {}", taken.text);
    }
    // One that is packed and does not say so, in pieces or not, is told what is missing.
    for (name, body) in [("gzip", gzip.clone()), ("zstd", zstd::encode_all(LINES.as_bytes(), 1).unwrap())] {
        let site = Site::new().await;
        for route in ["/api/v1/logs", "/loki/api/v1/push", "/_bulk", "/v1/logs"] {
            let told = send(&site.inside, "POST", route, &[("content-type", "application/json")], body.clone()).await;
            assert_eq!(told.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{name} {route}: {}", told.text);
            assert!(told.text.contains("Content-Encoding") && told.text.contains(name), "{route}: {}", told.text);
        }
        let pieces = body.iter().map(|byte| Ok::<_, std::io::Error>(Bytes::copy_from_slice(&[*byte])));
        let pieces = Body::from_stream(futures_util::stream::iter(pieces.collect::<Vec<_>>()));
        let request = Request::post("/api/v1/logs").header(header::HOST, "127.0.0.1:8787").body(pieces).unwrap();
        let told = site.inside.clone().oneshot(request).await.unwrap();
        assert_eq!(told.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{name}");
    }
    let other = Site::new().await;
    let begins_alike = send(&other.inside, "POST", "/api/v1/logs", &[], "(\n{\"message\":\"x\"}\n").await;
    assert_eq!(begins_alike.json()["accepted"], 1, "{}", begins_alike.text);
    let site = Site::new().await;
    let unknown = send(&site.inside, "POST", "/api/v1/logs", &[("content-encoding", "br")], LINES).await;
    assert_eq!(unknown.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(unknown.text.contains("gzip or zstd"), "{}", unknown.text);
    // What came before the fault is kept, and counted.
    let torn = gzip[..gzip.len() - 12].to_vec();
    let torn = send(&site.inside, "POST", "/api/v1/logs", &[("content-encoding", "gzip")], torn).await;
    assert_eq!(torn.status, StatusCode::BAD_REQUEST);
    let kept = messages(&site.get("/api/v1/logs/search").await).len();
    assert_eq!(torn.json()["accepted"], kept, "{}", torn.text);
}

#[tokio::test]
async fn a_page_leads_to_the_next_and_says_what_was_not_understood() {
    let site = filled().await;
    let first = site.get("/api/v1/logs/search?limit=2&order=oldest").await;
    assert_eq!(messages(&first), ["started", "no answer from smtp"]);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let second = site.get(&format!("/api/v1/logs/search?limit=2&order=oldest&cursor={next}")).await;
    assert_eq!(messages(&second), ["=cmd(), \"gone\""]);
    assert_eq!(second.json()["next"], Value::Null);
    let odd = site.get("/api/v1/logs/search?q=smtp+status%3E%3Dmany").await.json();
    assert_eq!(odd["problems"][0]["from"], 13, "{odd}");
    for (bad, status) in [
        ("cursor=xx", StatusCode::BAD_REQUEST),
        ("since=some-day", StatusCode::UNPROCESSABLE_ENTITY),
        ("zone=Mars/North", StatusCode::UNPROCESSABLE_ENTITY),
        ("surprise=1", StatusCode::BAD_REQUEST),
    ] {
        let answer = site.get(&format!("/api/v1/logs/search?{bad}")).await;
        assert_eq!(answer.status, status, "{bad}: {}", answer.text);
    }
}

#[tokio::test]
async fn questions_are_answered() {
    let site = filled().await;
    // The clock of the test stands at 14:32:15.
    for (query, expected) in [
        ("level>=error", vec!["=cmd(), \"gone\"", "no answer from smtp"]),
        ("duration_ms>1000", vec!["no answer from smtp"]),
        ("&since=27m", vec!["=cmd(), \"gone\""]),
        ("&until=2025-01-10T14:05:00Z", vec!["started"]),
        ("&since=2025-01-11", vec![]),
    ] {
        let found = site.get(&format!("/api/v1/logs/search?q={}", query.replace('>', "%3E"))).await;
        assert_eq!(messages(&found), expected, "{query}");
    }
    // Days and hours without a zone are those of the zone that is given.
    for (zone, expected) in [("Asia/Tokyo", vec!["=cmd(), \"gone\""]), ("UTC", vec![])] {
        for query in ["q=since:2025-01-10T23:06", "q=&since=2025-01-10T23:06"] {
            let found = site.get(&format!("/api/v1/logs/search?{query}&zone={zone}")).await;
            assert_eq!(messages(&found), expected, "{query} {zone}");
        }
        let days = format!("/api/v1/logs/search?q=*+%7C+stats+count()+by+bucket(1d)&zone={zone}");
        let day = site.get(&days).await.json()["table"][0][0].clone();
        assert_eq!(day, if zone == "UTC" { "2025-01-10T00:00:00.000000Z" } else { "2025-01-09T15:00:00.000000Z" });
    }
    let table = "/api/v1/logs/search?q=level:error+%7C+stats+count()+as+n,+avg(duration_ms)+by+app+%7C+sort+n+desc";
    let mut answer = site.get(table).await.json();
    answer["read"] = Value::Null;
    insta::assert_json_snapshot!("table", answer);
    let mut histogram =
        site.get("/api/v1/logs/histogram?q=level:error&step_ms=60000&since=2025-01-10T14:04:00Z").await.json();
    histogram["read"] = Value::Null;
    insta::assert_json_snapshot!("histogram", histogram);
    let facets = site.get("/api/v1/logs/facets?q=level:error").await.json();
    insta::assert_json_snapshot!("facets", facets["fields"]);
    let seq = site.get("/api/v1/logs/search?q=smtp").await.json()["rows"][0]["seq"].clone();
    let around = site.get(&format!("/api/v1/logs/context?seq={seq}")).await.json();
    assert_eq!((&around["before"][0]["message"], &around["after"]), (&json!("started"), &json!([])));
    let gone = site.get("/api/v1/logs/context?seq=99").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "{}", gone.text);
}

#[tokio::test]
async fn exports_come_back_as_they_went_and_start_no_formula() {
    let site = filled().await;
    let csv = site.get("/api/v1/logs/search?format=csv&order=oldest").await;
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    insta::assert_snapshot!("csv", csv.text);
    let french = site.get("/api/v1/logs/search?format=csv&order=oldest&dialect=excel-fr").await;
    insta::assert_snapshot!("csv-excel-fr", french.text);
    let table = site.get("/api/v1/logs/search?format=csv&dialect=excel-fr&q=%7C+stats+count(),+avg(ms)").await;
    insta::assert_snapshot!("csv-table-excel-fr", table.text);
    for (query, name) in [
        ("format=csv", "logs-2025-01-10.csv"),
        ("format=jsonl", "logs-2025-01-10.jsonl"),
        ("format=text&q=%7C+stats+count()", "logs-2025-01-10.txt"),
    ] {
        let file = site.get(&format!("/api/v1/logs/search?{query}")).await;
        assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"{name}\""), "{query}");
    }
    assert_eq!(site.get("/api/v1/logs/search").await.header("content-disposition"), "", "a page of rows is no file");
    let text = site.get("/api/v1/logs/search?format=text&order=oldest&limit=2").await;
    assert_eq!(text.text, "started\nno answer from smtp\n");
    let lines = site.get("/api/v1/logs/search?format=jsonl").await;
    let other = Site::new().await;
    assert_eq!(other.post_text("/api/v1/logs", lines.text.clone()).await.json()["accepted"], 3);
    let again = other.get("/api/v1/logs/search?format=jsonl").await;
    assert_eq!(again.text, lines.text);
}

/// What the next event of a tail holds.
#[tokio::test]
async fn what_matches_is_deleted_and_what_is_unclear_deletes_nothing() {
    let site = filled().await;
    let delete = async |query: &str| {
        let answer = send(&site.inside, "DELETE", &format!("/api/v1/logs?{query}"), &[], "").await;
        let mut json = answer.json();
        json.as_object_mut().unwrap().remove("now");
        (answer.status.as_u16(), json)
    };
    for (query, told) in [
        ("", "every record"),
        ("q=+", "every record"),
        ("q=&since=1h", "every record"),
        ("q=app:()", "nothing stands between"),
        ("q=-(())", "nothing stands between"),
        ("q=level:loud", "is not a level"),
        ("q=level:error+%7C+limit+1", "steps behind"),
        ("q=*&since=some-day", "not a valid date"),
    ] {
        let (status, answer) = delete(query).await;
        assert!(status == 422 && answer["detail"].as_str().unwrap().contains(told), "{query}: {answer}");
    }
    assert_eq!(delete("q=level:error&dry_run=true").await, (200, json!({"matching": 2, "deleted": 0})));
    let (status, more) = delete("q=level:error&at_most=1").await;
    assert_eq!((status, &more["matching"]), (409, &json!(2)), "{more}");
    assert_eq!(messages(&site.get("/api/v1/logs/search").await).len(), 3);
    // The clock of the test stands at 14:32:15: counted from later on, other records are meant.
    let counted = delete("q=since:27m&dry_run=true").await;
    assert_eq!(counted.1["matching"], 1);
    assert_eq!(delete("q=since:27m&dry_run=true&now=2025-01-10T14:31:00Z").await.1["matching"], 2);
    assert_eq!(delete("q=level:error+-gone&at_most=1").await, (200, json!({"matching": 1, "deleted": 1})));
    assert_eq!(delete("q=level:error+-gone").await, (200, json!({"matching": 0, "deleted": 0})));
    assert_eq!(messages(&site.get("/api/v1/logs/search").await), ["=cmd(), \"gone\"", "started"]);
    assert_eq!(delete("q=*&until=2025-01-10T14:06:00Z").await, (200, json!({"matching": 1, "deleted": 1})));
    assert_eq!(delete("q=*").await, (200, json!({"matching": 1, "deleted": 1})));
    assert_eq!(messages(&site.get("/api/v1/logs/search").await), Vec::<String>::new());
    let events = site.app.db.audit(None, 10).await.unwrap().rows;
    let told: Vec<&str> = events.iter().map(|event| event.detail.as_str()).collect();
    assert_eq!(told, ["*: 1", "* until 2025-01-10T14:06:00Z: 1", "level:error -gone: 1"]);
}

async fn next_event(events: &mut axum::body::BodyDataStream) -> Value {
    let event = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    serde_json::from_str(event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap()
}

async fn tail_of(site: &Site, q: &str) -> axum::body::BodyDataStream {
    let request = Request::get(format!("/api/v1/logs/tail?q={q}")).header(header::HOST, "127.0.0.1:8787");
    let response = site.inside.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body().into_data_stream()
}

#[tokio::test]
async fn whoever_listens_hears_what_arrives_and_matches() {
    let site = Site::new().await;
    let mut events = tail_of(&site, "level:error").await;
    site.post_text("/api/v1/logs", LINES).await;
    let rows = next_event(&mut events).await;
    let heard: Vec<_> = rows["rows"].as_array().unwrap().iter().map(|row| row["message"].as_str().unwrap()).collect();
    assert_eq!((heard, &rows["missed"]), (vec!["no answer from smtp", "=cmd(), \"gone\""], &json!(0)));
}

#[tokio::test]
async fn of_a_burst_the_newest_are_told_and_the_others_counted() {
    let site = Site::new().await;
    let mut events = tail_of(&site, "").await;
    let burst: String = (0..700).map(|n| format!("{{\"message\":\"line {n}\"}}\n")).collect();
    site.post_text("/api/v1/logs", burst).await;
    let (mut told, mut missed, mut last) = (0, 0, Value::Null);
    while last != "line 699" {
        let rows = next_event(&mut events).await;
        let heard = rows["rows"].as_array().unwrap();
        assert!(heard.len() <= 500, "an event is bounded");
        (told, missed) = (told + heard.len() as u64, missed + rows["missed"].as_u64().unwrap());
        last = heard.last().unwrap()["message"].clone();
        assert!(told + missed < 700 || last == "line 699", "the newest is left out: {last}");
    }
    assert_eq!(told + missed, 700);
}

#[tokio::test]
async fn an_event_is_bounded_in_bytes_and_says_what_it_leaves_out() {
    let site = Site::new().await;
    let mut events = tail_of(&site, "").await;
    // Written, each of these bytes takes six.
    let wide = "\\u0001".repeat(50 << 10);
    let mut lines: String = (0..40).map(|n| format!("{{\"message\":\"{n} {wide}\"}}\n")).collect();
    let long = "x".repeat(3 << 20);
    lines.push_str(&format!(
        "{{\"message\":\"fields\",\"note\":\"{long}\"}}\n{{\"message\":\"{long}\",\"last\":true}}\n"
    ));
    let taken = site.post_text("/api/v1/logs", lines).await.json();
    assert_eq!((&taken["accepted"], &taken["rejected"]), (&json!(42), &json!(0)));
    let (mut told, mut missed, mut last) = (0, 0, Value::Null);
    while last["fields"]["last"] != true {
        let rows = next_event(&mut events).await;
        assert!(rows.to_string().len() < (1 << 20) + 100, "{} bytes", rows.to_string().len());
        let heard = rows["rows"].as_array().unwrap();
        (told, missed) = (told + heard.len() as u64, missed + rows["missed"].as_u64().unwrap());
        last = heard.last().cloned().unwrap_or_default();
    }
    assert_eq!(told + missed, 42);
    assert!(missed > 0 && told > 1, "{told} told, {missed} missed");
    assert_eq!(last["message_bytes"], 3 << 20);
    assert_eq!(last["message"].as_str().unwrap().len(), 128 << 10);
}

#[tokio::test]
async fn tails_have_so_many_places_and_give_them_back() {
    let site = Site::with(crate::Limits { tails_max: 1, ..crate::Limits::default() }).await;
    let first = tail_of(&site, "").await;
    let refused = site.get("/api/v1/logs/tail").await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "5"));
    drop(first);
    drop(tail_of(&site, "").await);
}

#[tokio::test]
async fn a_sender_that_pauses_has_its_records_kept_meanwhile() {
    let site = Site::new().await;
    let mut heard = site.app.logs.subscribe().await.unwrap();
    let (give, pieces) = tokio::sync::mpsc::channel::<std::io::Result<Bytes>>(4);
    let body = Body::from_stream(tokio_stream::wrappers::ReceiverStream::new(pieces));
    let router = site.inside.clone();
    let sending = tokio::spawn(async move { send(&router, "POST", "/api/v1/logs", &[], body).await });
    give.send(Ok(Bytes::from_static(b"{\"message\":\"early\"}\n{\"mess"))).await.unwrap();
    assert_eq!(heard.recv().await.unwrap().batch.len(), 1);
    give.send(Ok(Bytes::from_static(b"age\":\"late\"}"))).await.unwrap();
    drop(give);
    assert_eq!(sending.await.unwrap().json()["accepted"], 2);
}

#[tokio::test]
async fn a_sender_that_falls_silent_is_given_up_and_what_was_complete_is_kept() {
    let limits = crate::Limits { body_silence_max: Duration::from_millis(50), ..crate::Limits::default() };
    let site = Site::with(limits).await;
    let half = || {
        let half = Bytes::from_static(b"{\"message\":\"whole\"}\n{\"mess");
        Body::from_stream(
            futures_util::stream::iter([Ok::<_, std::io::Error>(half)]).chain(futures_util::stream::pending()),
        )
    };
    let held =
        futures_util::future::join_all((0..logs::BODIES_AT_ONCE_MAX).map(|_| site.post_text("/api/v1/logs", half())));
    for answer in held.await {
        assert_eq!((answer.status, &answer.json()["accepted"]), (StatusCode::REQUEST_TIMEOUT, &json!(1)));
        assert!(answer.text.contains("nothing more of it came for 50ms"), "{}", answer.text);
    }
    for headers in [&[][..], &[("content-encoding", "gzip")], &[("content-encoding", "zstd")]] {
        let silent = Body::from_stream(futures_util::stream::pending::<std::io::Result<Bytes>>());
        let answer = send(&site.inside, "POST", "/_bulk", headers, silent).await;
        assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT, "{headers:?}: {}", answer.text);
    }
    let next = site.post_text("/api/v1/logs", LINES).await;
    assert_eq!((next.status, &next.json()["accepted"]), (StatusCode::OK, &json!(3)), "all places are free again");
}

#[tokio::test]
async fn a_page_of_long_records_ends_before_its_limit_and_goes_on() {
    let site = Site::new().await;
    let long = "x".repeat(1 << 20);
    let lines: String = (0..40).map(|n| format!("{{\"message\":\"{n} {long}\",\"n\":{n}}}\n")).collect();
    assert_eq!(site.post_text("/api/v1/logs", lines).await.json()["accepted"], 40);
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = site.get(&format!("/api/v1/logs/search?limit=1000&order=oldest{cursor}")).await;
        assert!(page.text.len() < 20 << 20, "{} bytes", page.text.len());
        let page = page.json();
        seen.extend(page["rows"].as_array().unwrap().iter().map(|row| row["fields"]["n"].as_u64().unwrap()));
        pages += 1;
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((seen, pages), ((0..40).collect::<Vec<_>>(), 3));
}

#[tokio::test]
async fn bars_stand_where_the_matches_are() {
    let site = Site::new().await;
    let at = |n: u32| format!("2024-11-20T10:{:02}:{:02}Z", n / 60, n % 60);
    let mut lines = String::from("{\"time\":\"2001-01-01T00:00:00Z\",\"message\":\"old\"}\n");
    lines.extend((0..600).map(|n| format!("{{\"time\":\"{}\",\"message\":\"new\"}}\n", at(n))));
    site.post_text("/api/v1/logs", lines).await;
    let all = site.get("/api/v1/logs/histogram?q=*").await.json();
    assert!(all["step_ms"].as_u64().unwrap() > 86_400_000 * 30, "{all}");
    let new = site.get("/api/v1/logs/histogram?q=new").await.json();
    assert_eq!((&new["step_ms"], new["steps"].as_array().unwrap().len()), (&json!(10_000), 60), "{new}");
    let total: u64 = new["steps"].as_array().unwrap().iter().map(|step| step["total"].as_u64().unwrap()).sum();
    assert_eq!(total, 600);
    let asked = site.get("/api/v1/logs/histogram?q=new&since=2024-11-20T00:00:00Z&until=2024-11-21T00:00:00Z").await;
    assert_eq!(asked.json()["start"], "2024-11-20T00:00:00.000000Z", "what was asked for is shown");
}

/// So much that a reader who stops is waited for.
async fn much(site: &Site) {
    let long = "x".repeat(1 << 18);
    let lines: String = (0..40).map(|n| format!("{{\"message\":\"{n} {long}\"}}\n")).collect();
    assert_eq!(site.post_text("/api/v1/logs", lines).await.json()["accepted"], 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_nobody_reads_gives_its_place_back_and_does_not_look_whole() {
    let site = Site::new().await;
    much(&site).await;
    let begin = async || {
        let request = Request::get("/api/v1/logs/search?format=jsonl").header("host", "127.0.0.1").body(Body::empty());
        site.inside.clone().oneshot(request.unwrap()).await.unwrap()
    };
    let mut unread = Vec::new();
    for _ in 0..logs::EXPORTED_AT_ONCE_MAX {
        unread.push(begin().await);
    }
    let refused = site.get("/api/v1/logs/search?format=jsonl").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{}", refused.text);
    assert_eq!(site.get("/api/v1/logs/search?limit=1").await.status, StatusCode::OK, "searches go on");
    // They are given up one after the other, as their readers are not waited for any longer.
    let mut tries = 0;
    let whole = loop {
        let response = begin().await;
        if response.status() == StatusCode::OK {
            break to_bytes(response.into_body(), usize::MAX).await.unwrap();
        }
        tries += 1;
        assert!(tries < 500, "no place is given back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(whole.iter().filter(|byte| **byte == b'\n').count(), 40);
    for response in unread {
        assert!(to_bytes(response.into_body(), usize::MAX).await.is_err(), "a part that looks whole");
    }
}
