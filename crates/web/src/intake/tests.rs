use crate::testing::{Answer, Site, send};
use axum::http::StatusCode;
use serde_json::json;
use std::io::Write as _;
use store::{IssueFilter, NewProject, ProjectChange};

const KEY: &str = "abababababababababababababababab";
const EVENT: &str = "9ec79c33ec9942ab8353589fcb2e04dc";

async fn site() -> Site {
    let site = Site::new().await;
    let new = NewProject { name: "Shop".into(), platform: "python".into(), settings: String::new(), key: [0xab; 16] };
    site.app.db.create_project(new, site.app.clock.now()).await.unwrap();
    site
}

fn envelope() -> String {
    let event = json!({"event_id": EVENT, "platform": "python", "exception": {"values": [
        {"type": "ValueError", "value": "no price", "stacktrace": {"frames": [
            {"filename": "shop/cart.py", "function": "total", "lineno": 7, "in_app": true}]}}]}});
    format!("{{\"event_id\":\"{EVENT}\"}}\n{{\"type\":\"event\"}}\n{event}\n{{\"type\":\"brand_new\"}}\n{{}}\n")
}

/// From outside, without any token.
async fn sent(site: &Site, path: &str, headers: &[(&str, &str)], body: impl Into<axum::body::Body>) -> Answer {
    send(&site.router, "POST", path, headers, body).await
}

fn auth(key: &str) -> String {
    format!("Sentry sentry_version=7, sentry_client=sentry.python/2.0, sentry_key={key}")
}

async fn events(site: &Site) -> u64 {
    site.app.reports.count().await.unwrap();
    let page = site.app.db.issues(&IssueFilter { limit: 10, ..IssueFilter::default() }).await.unwrap();
    page.rows.iter().map(|issue| issue.events).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_say_the_key_and_each_packing_is_taken() {
    let site = site().await;
    let auth = auth(KEY);
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(envelope().as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let dsn =
        envelope().replacen("{\"event_id\"", &format!("{{\"dsn\":\"http://{KEY}@127.0.0.1:8787/1\",\"event_id\""), 1);
    let query = format!("/api/1/envelope/?sentry_key={KEY}&sentry_version=7");
    let answers = [
        sent(&site, "/api/1/envelope/", &[("x-sentry-auth", &auth)], envelope()).await,
        sent(&site, "/api/1/envelope", &[("authorization", &auth)], envelope()).await,
        sent(&site, &query, &[("content-type", "text/plain")], envelope()).await,
        sent(&site, "/api/1/envelope/", &[], dsn).await,
        sent(&site, "/api/1/envelope/", &[("x-sentry-auth", &auth), ("content-encoding", "gzip")], gzip).await,
        sent(
            &site,
            "/api/1/store/",
            &[("x-sentry-auth", &auth)],
            json!({"event_id": EVENT, "message": "x"}).to_string(),
        )
        .await,
    ];
    for answer in &answers {
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "id": EVENT })), "{}", answer.text);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    assert_eq!(events(&site).await, 1, "it was sent again and again");
    let dropped = site.app.reports.dropped(1, site.app.clock.now()).await.unwrap();
    let count = |reason| dropped.iter().filter(|one| one.reason == reason).map(|one| one.count).sum::<u64>();
    assert_eq!((count("not_kept"), count("duplicate")), (5, 5), "unknown items, and what came again: {dropped:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_with_the_reason_and_nothing_is_kept() {
    let site = site().await;
    let (known, other) = (auth(KEY), auth("cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"));
    let known = ("x-sentry-auth", known.as_str());
    for (path, headers, body, status) in [
        ("/api/1/envelope/", vec![], envelope(), 403),
        ("/api/1/envelope/", vec![("x-sentry-auth", other.as_str())], envelope(), 403),
        ("/api/2/envelope/", vec![known], envelope(), 403),
        ("/api/1/envelope/?sentry_key=cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd", vec![known], envelope(), 403),
        ("/api/1/envelope/", vec![known], "no envelope".to_owned(), 400),
        ("/api/1/store/", vec![known], "hello".to_owned(), 400),
        ("/api/1/store/", vec![known], String::new(), 400),
        ("/api/1/envelope/", vec![known, ("content-encoding", "br")], envelope(), 400),
        ("/api/1/envelope/", vec![known, ("content-encoding", "compress")], envelope(), 415),
    ] {
        let answer = sent(&site, path, &headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {headers:?}: {}", answer.text);
        assert_eq!(answer.json()["detail"], answer.header("x-sentry-error"), "{}", answer.text);
    }
    let too_long = vec![b' '; super::BODY_BYTES_MAX + 1];
    let answer = sent(&site, "/api/1/envelope/", &[known], too_long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Whoever does not say the key first is read a little of, and no more.
    let unknown = vec![b' '; super::USUAL_BYTES_MAX + 1];
    let answer = sent(&site, "/api/1/envelope/", &[], unknown).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(events(&site).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_packed_well_may_be_as_large_as_any_other_and_a_refusal_names_the_bound() {
    let site = site().await;
    let known = auth(KEY);
    let packed = |megabytes: usize| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let item = format!(
            "{{\"event_id\":\"{EVENT}\"}}\n{{\"type\":\"attachment\",\"filename\":\"a\",\"length\":{}}}\n",
            megabytes << 20
        );
        encoder.write_all(item.as_bytes()).unwrap();
        encoder.write_all(&vec![b'x'; megabytes << 20]).unwrap();
        encoder.finish().unwrap()
    };
    for (headers, megabytes, status, detail) in [
        (vec![("x-sentry-auth", known.as_str())], 20, 200, ""),
        (vec![("x-sentry-auth", known.as_str())], 25, 413, "the body has more than 24 MiB once it is unpacked"),
        (vec![], 9, 413, "the body has more than 8 MiB once it is unpacked"),
    ] {
        let headers = [headers, vec![("content-encoding", "gzip")]].concat();
        let answer = sent(&site, "/api/1/envelope/", &headers, packed(megabytes)).await;
        assert_eq!(answer.status.as_u16(), status, "{megabytes} MiB: {}", answer.text);
        assert!(answer.text.contains(detail), "{}", answer.text);
    }
}

/// What is answered with 200 was kept, or is counted as dropped.
#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_of_too_many_items_is_refused_whole_and_a_broken_end_is_counted() {
    let site = site().await;
    let address = format!("/api/1/envelope/?sentry_key={KEY}");
    let item = "{\"type\":\"event\"}\n{\"message\":\"x\"}\n";
    let refused = sent(&site, &address, &[], "{}\n".to_owned() + &item.repeat(1001)).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
    assert!(refused.text.contains("at most 1000 items"), "{}", refused.text);
    assert_eq!(events(&site).await, 0);
    let taken = sent(&site, &address, &[], "{}\n".to_owned() + &item.repeat(2) + "{\"type\":\n").await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    assert_eq!(events(&site).await, 2);
    let dropped = site.app.reports.dropped(1, site.app.clock.now()).await.unwrap();
    assert_eq!(dropped.iter().map(|dropped| dropped.count).sum::<u64>(), 1, "{dropped:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_beyond_its_quota_is_told_which_category_and_for_how_long() {
    let site = site().await;
    let settings = reports::ProjectSettings { items_per_minute: 1, ..reports::ProjectSettings::default() };
    let change = ProjectChange { settings: Some(settings.write()), ..ProjectChange::default() };
    site.app.db.change_project(1, change).await.unwrap();
    let auth = auth(KEY);
    let body = || json!({"message": "x"}).to_string();
    assert_eq!(sent(&site, "/api/1/store/", &[("x-sentry-auth", &auth)], body()).await.status, StatusCode::OK);
    let refused = sent(&site, "/api/1/store/", &[("x-sentry-auth", &auth)], body()).await;
    assert_eq!(
        (refused.status, refused.header("retry-after"), refused.header("x-sentry-rate-limits")),
        (StatusCode::TOO_MANY_REQUESTS, "60", "60:error:project:quota")
    );
    assert!(refused.header("access-control-expose-headers").contains("X-Sentry-Rate-Limits"));
}

#[tokio::test]
async fn browsers_may_send_from_any_page() {
    let site = site().await;
    let asked = [("origin", "https://shop.example"), ("access-control-request-method", "POST")];
    let answer = send(&site.router, "OPTIONS", "/api/1/envelope/", &asked, "").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(answer.header("access-control-allow-headers").contains("X-Sentry-Auth"));
}

/// A form as Crashpad sends it: the parts that `with` names, and the dump.
fn crash_form(dump: &[u8], with: &[(&str, &str)]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, text) in with {
        form.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").bytes());
    }
    let of_dump = "form-data; name=\"upload_file_minidump\"; filename=\"a.dmp\"";
    form.extend(format!("--x\r\ncontent-disposition: {of_dump}\r\n\r\n").bytes());
    form.extend(dump);
    form.extend(b"\r\n--x--\r\n");
    form
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_a_native_program_is_an_event_with_its_dump_beside() {
    let site = site().await;
    let path = format!("/api/1/minidump/?sentry_key={KEY}");
    let kind = [("content-type", "multipart/form-data; boundary=x")];
    // Larger than what a form may be by default, and with a line break in it.
    let dump = [b"MDMP\n".to_vec(), vec![7; 3 << 20]].concat();
    let with = [
        ("sentry", r#"{"release": "app@1", "tags": {"os": "linux"}}"#),
        ("sentry[environment]", "prod"),
        ("sentry[tags][channel]", "beta"),
        ("annotation", "the user was saving"),
    ];
    let answer = sent(&site, &path, &kind, crash_form(&dump, &with)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let id: uuid::Uuid = answer.text.parse().unwrap();
    assert_eq!(events(&site).await, 1);
    let kept = site.app.reports.event("shop", id).await.unwrap().unwrap();
    assert_eq!((kept.event.release.as_deref(), kept.event.environment.as_deref()), (Some("app@1"), Some("prod")));
    let told = format!("{:?}", kept.event);
    assert!(told.contains("beta") && told.contains("linux") && told.contains("the user was saving"), "{told}");
    let files = site.app.db.event_attachments(1, id).await.unwrap();
    let named: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.kind.as_str(), file.bytes)).collect();
    assert_eq!(named, [("a.dmp", "event.minidump", dump.len() as u64)]);

    for (body, why) in [
        (crash_form(b"ELF", &[]), "no minidump"),
        (b"--x--\r\n".to_vec(), "no minidump"),
        (b"--x\r\nbroken".to_vec(), "no whole form"),
    ] {
        let refused = sent(&site, &path, &kind, body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.text.contains(why), "{}", refused.text);
    }
    let many: Vec<(&str, &str)> = (0..101).map(|_| ("a", "b")).collect();
    assert_eq!(sent(&site, &path, &kind, crash_form(b"MDMP", &many)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(sent(&site, "/api/1/minidump/", &kind, crash_form(b"MDMP", &[])).await.status, StatusCode::FORBIDDEN);
    assert_eq!(events(&site).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_without_a_client_checks_in_by_an_address() {
    let site = site().await;
    let asked = async |method: &str, path: &str, body: String| send(&site.router, method, path, &[], body).await.status;
    let config =
        json!({"monitor_config": {"schedule": {"type": "crontab", "value": "0 2 * * *"}, "checkin_margin": 5}});
    let made = format!("/api/1/cron/nightly/{KEY}/?status=in_progress");
    assert_eq!(asked("POST", &made, config.to_string()).await, StatusCode::ACCEPTED);
    let state = async || site.get("/api/v1/checks/nightly").await.json();
    assert_eq!((&state().await["state"], &state().await["spec"]["when"]), (&json!("up"), &json!("0 2 * * *")));
    for (path, expected) in [
        (format!("/api/1/cron/nightly/{KEY}/?status=error"), "down"),
        (format!("/api/1/cron/nightly/{KEY}?status=ok&duration=2.5"), "up"),
        (format!("/api/shop/cron/nightly/?status=error&sentry_key={KEY}"), "down"),
    ] {
        assert_eq!(asked("GET", &path, String::new()).await, StatusCode::ACCEPTED, "{path}");
        assert_eq!(state().await["state"], expected, "{path}");
    }
    for (path, status) in [
        (format!("/api/1/cron/nightly/{KEY}/"), StatusCode::BAD_REQUEST),
        (format!("/api/1/cron/nightly/{}/?status=ok", KEY.replace("ab", "cd")), StatusCode::FORBIDDEN),
        (format!("/api/2/cron/nightly/{KEY}/?status=ok"), StatusCode::FORBIDDEN),
    ] {
        assert_eq!(asked("GET", &path, String::new()).await, status, "{path}");
    }
}
