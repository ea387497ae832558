use crate::testing::{Answer, Person, Site};
use axum::http::StatusCode;
use errors::auth::{ToldIn, public_key};
use reports::Form;
use serde_json::{Value, json};
use std::time::Duration;
use store::Role;
use uuid::Uuid;

/// As a client that wishes harm would send it.
const HOSTILE: &str = "<script>alert(1)</script>\u{202e}\"'";

struct Shop {
    site: Site,
    key: String,
    person: Person,
}

impl Shop {
    async fn new() -> Self {
        let site = Site::new().await;
        let made = site.post("/api/v1/projects", json!({"name": "Shop", "platform": "python-django"})).await.json();
        let key = made["key"]["public_key"].as_str().unwrap().to_owned();
        let person = site.person("ana", Role::Operator).await;
        Self { site, key, person }
    }

    /// Sends an event as a client does, and counts it.
    async fn send(&self, event: Value) -> Uuid {
        let header = format!("Sentry sentry_version=7, sentry_key={}", self.key);
        let key = public_key(ToldIn { header: Some(&header), ..ToldIn::default() }).unwrap();
        let reports = &self.site.app.reports;
        let known = reports.project_of(&key).await.unwrap().expect("the project is known");
        let received = reports.receive(known, event.to_string().into(), Form::Event).await.unwrap();
        reports.count().await.unwrap();
        received.event_id.expect("an event has an id")
    }

    async fn get(&self, path: &str) -> Answer {
        let answer = self.site.look(&self.person, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.site.act(&self.person, path, fields).await
    }

    async fn issue(&self, name: &str) -> Value {
        self.site.get(&format!("/api/v1/issues/{name}")).await.json()["issue"].clone()
    }
}

fn event(function: &str, value: &str) -> Value {
    json!({
        "exception": {"values": [
            {"type": "ConnectionError", "value": "the bank does not answer"},
            {"type": "KeyError", "value": value, "mechanism": {"type": "django", "handled": false}, "stacktrace": {"frames": [
                {"filename": "django/core/handlers/base.py", "function": "get_response", "lineno": 197, "in_app": false},
                {"filename": "shop/views.py", "module": "shop.views", "function": function, "lineno": 12, "in_app": true,
                 "pre_context": ["def cart(request):", "    items = load()"], "context_line": "    return items['total']",
                 "post_context": [""], "vars": {"items": {"a": 1}, "api_key": "sk_live_abcdefgh12345678"}},
            ]}},
        ]},
        "platform": "python", "release": "shop@1.2", "environment": "production", "server_name": "web-1",
        "transaction": "/cart", "user": {"id": "42", "email": "lea@example.org"}, "tags": {"browser": "Firefox"},
        "request": {"url": "https://shop.example/cart?id=7", "method": "POST", "headers": {"Accept": "text/html"}, "data": {"n": 1}},
        "breadcrumbs": {"values": [{"timestamp": 1_736_519_530.0, "category": "query", "message": "SELECT 1", "level": "warning"}]},
        "contexts": {"trace": {"trace_id": "0123456789abcdef0123456789abcdef", "span_id": "0123456789abcdef"},
                     "runtime": {"name": "CPython", "version": "3.12"}},
        "extra": {"cart": [1, 2]}, "modules": {"django": "5.1"},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_listed_and_shown_with_all_it_says() {
    let shop = Shop::new().await;
    let id = shop.send(event("cart", "'total'")).await;
    let list = shop.get("/issues").await.text;
    assert!(list.contains("href=\"/issues/SHOP-1\"") && list.contains("KeyError: &#39;total&#39;"), "{list}");
    assert!(list.contains("1 event in 24 hours"));
    let page = shop.get("/issues/SHOP-1").await.text;
    for shown in [
        "ConnectionError",
        "the bank does not answer",
        "shop/views.py",
        "return items[",
        "1 library frame",
        "unhandled",
        "SELECT 1",
        "Accept",
        "--data-raw",
        "lea@example.org",
        "Firefox",
        "CPython",
        "django",
        "shop@1.2",
        "web-1",
        "trace_id%3A%220123456789abcdef0123456789abcdef%22",
        "sensitive value removed",
        "Exception type",
        &id.simple().to_string(),
    ] {
        assert!(page.contains(shown), "{shown} is missing: {page}");
    }
    assert!(!page.contains("sk_live"), "secrets are not kept");
    assert!(shop.get("/issues/shop-1").await.text.contains("KeyError"), "in any case");
    assert!(shop.get("/projects/shop").await.text.contains("First event received at"));
}

#[tokio::test(flavor = "multi_thread")]
async fn resolved_and_seen_again_is_regressed() {
    let shop = Shop::new().await;
    shop.send(event("cart", "a")).await;
    assert_eq!(shop.issue("SHOP-1").await["state"], "new");
    let resolved = shop.post("/issues/SHOP-1/resolve", &[]).await;
    assert_eq!(resolved.status, StatusCode::SEE_OTHER);
    let page = shop.get(resolved.header("location")).await.text;
    assert!(page.contains("Issue resolved.") && page.contains("ana resolved the issue."), "{page}");
    assert!(!shop.get("/issues").await.text.contains("SHOP-1"), "the list has open ones");
    assert!(shop.get("/issues?state=resolved").await.text.contains("SHOP-1"));
    shop.site.clock.advance(Duration::from_secs(60));
    shop.send(event("cart", "b")).await;
    assert_eq!(shop.issue("SHOP-1").await["state"], "regressed");
    let page = shop.get("/issues/SHOP-1").await.text;
    assert!(page.contains("The issue occurred again and was reopened.") && page.contains("Regressed"), "{page}");
    assert!(shop.get("/issues?state=regressed").await.text.contains("SHOP-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_lead_to_those_around_them() {
    let shop = Shop::new().await;
    let mut ids = Vec::new();
    for value in ["a", "b", "c"] {
        ids.push(shop.send(event("cart", value)).await.simple().to_string());
        shop.site.clock.advance(Duration::from_secs(1));
    }
    let other = shop.send(event("pay", "a")).await;
    let page = shop.get("/issues/SHOP-1").await.text;
    assert!(page.contains(&format!("/issues/SHOP-1/events/{}", ids[1])) && !page.contains("rel=\"next\""), "{page}");
    let page = shop.get(&format!("/issues/SHOP-1/events/{}", ids[1])).await.text;
    assert!(page.contains(&format!("rel=\"prev\" href=\"/issues/SHOP-1/events/{}\"", ids[0])), "{page}");
    assert!(page.contains(&format!("rel=\"next\" href=\"/issues/SHOP-1/events/{}\"", ids[2])));
    let strange = shop.site.get(&format!("/api/v1/issues/SHOP-1/events/{other}")).await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND, "another issue's event");
    let first = shop.site.get("/api/v1/issues/SHOP-1/events?limit=2").await.json();
    let next = first["next"].as_str().unwrap();
    let second = shop.site.get(&format!("/api/v1/issues/SHOP-1/events?limit=2&cursor={next}")).await.json();
    let rows = [first["rows"].as_array().unwrap().as_slice(), second["rows"].as_array().unwrap()].concat();
    let listed: Vec<_> = rows.iter().map(|row| row["event_id"].as_str().unwrap().replace('-', "")).collect();
    assert_eq!((listed, &second["next"]), (ids.iter().rev().cloned().collect(), &Value::Null));
    let newest = shop.site.get("/api/v1/issues/SHOP-1/events/latest").await.json();
    assert_eq!((&newest["event_id"], &newest["grouping"]["basis"]), (&json!(ids[2]), &json!("exceptions")));
}

#[tokio::test(flavor = "multi_thread")]
async fn issues_are_filtered_and_decided_about_together() {
    let shop = Shop::new().await;
    shop.send(event("cart", "a")).await;
    shop.send(json!({"message": "disk almost full", "level": "warning", "environment": "staging"})).await;
    for (query, found) in [
        ("q=almost", "SHOP-2"),
        ("level=warning", "SHOP-2"),
        ("environment=staging", "SHOP-2"),
        ("release=shop%401.2", "SHOP-1"),
        ("tag=browser%3AFirefox&sort=events", "SHOP-1"),
        ("project=shop&environment=production&sort=last_day", "SHOP-1"),
    ] {
        let page = shop.get(&format!("/issues?{query}")).await.text;
        assert_eq!((page.matches("data-row").count(), page.contains(found)), (1, true), "{query}");
    }
    let ids: Vec<i64> = [shop.issue("SHOP-1").await, shop.issue("SHOP-2").await]
        .iter()
        .map(|issue| issue["id"].as_i64().unwrap())
        .collect();
    let chosen: Vec<String> = ids.iter().map(i64::to_string).collect();
    let back = ("back", "/issues?state=all");
    let done = shop.post("/issues", &[("seq", &chosen[0]), ("seq", &chosen[1]), ("do", "ignore"), back]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/issues?state=all"));
    assert_eq!(shop.site.get("/api/v1/issues/counts?project=shop").await.json()["ignored"], 2);
    let change = json!({"ids": ids, "change": {"do": "resolve", "in": "next_release"}});
    let changed = shop.site.post("/api/v1/issues", change).await.json();
    assert_eq!(changed["before"].as_array().unwrap().len(), 2, "{changed}");
    assert_eq!(shop.issue("SHOP-2").await["resolved_in"], "next_release");
    assert_eq!(shop.post("/issues", &[("do", "delete")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let first = shop.site.get("/api/v1/issues?limit=1").await.json();
    let second = shop.site.get(&format!("/api/v1/issues?limit=1&cursor={}", first["next"].as_str().unwrap())).await;
    assert_ne!(first["rows"][0]["short_id"], second.json()["rows"][0]["short_id"]);
    assert_eq!(first["rows"][0]["trend"].as_array().unwrap().len(), 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_assign_comment_ignore_and_reopen() {
    let shop = Shop::new().await;
    shop.send(event("cart", "a")).await;
    shop.post("/issues/SHOP-1/assign", &[("assignee", "ana")]).await;
    assert_eq!(shop.issue("SHOP-1").await["assignee"], "ana");
    assert_eq!(shop.post("/issues/SHOP-1/assign", &[("assignee", "nobody")]).await.status, StatusCode::NOT_FOUND);
    let comment = shop.post("/issues/SHOP-1/comment", &[("text", "<b>since the release</b>")]).await;
    let page = shop.get(comment.header("location")).await.text;
    assert!(page.contains("&lt;b&gt;since the release") && page.contains("Comment added."), "{page}");
    shop.post("/issues/SHOP-1/ignore", &[("until", "events")]).await;
    let issue = shop.issue("SHOP-1").await;
    assert_eq!((&issue["state"], &issue["ignored_until"]), (&json!("ignored"), &json!({"events": 101})));
    assert!(shop.get("/issues/SHOP-1").await.text.contains("until 101 events in total"));
    shop.post("/issues/SHOP-1/reopen", &[]).await;
    assert_eq!(shop.issue("SHOP-1").await["state"], "ongoing");
    let until =
        shop.site.post("/api/v1/issues/SHOP-1/ignore", json!({"until": "2025-02-01T00:00:00Z", "events": 3})).await;
    assert_eq!(until.status, StatusCode::UNPROCESSABLE_ENTITY);
    let resolved = shop.site.post("/api/v1/issues/SHOP-1/resolve", json!({"in": {"release": "shop@1.3"}})).await.json();
    assert_eq!(resolved["resolved_in"], json!({"release": "shop@1.3"}));
    let activity = shop.site.get("/api/v1/issues/SHOP-1/activity").await.json();
    let told: Vec<_> = activity["rows"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(told, ["resolved", "reopened", "ignored", "comment", "assigned"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn today_tells_of_issues_until_somebody_decides() {
    let shop = Shop::new().await;
    assert!(!shop.get("/").await.text.contains("“Shop”"));
    shop.send(event("cart", "a")).await;
    shop.send(event("pay", "a")).await;
    let today = shop.get("/").await.text;
    assert!(today.contains("“Shop” has 2 new issues.") && today.contains("href=\"/issues?project=shop\""), "{today}");
    for name in ["SHOP-1", "SHOP-2"] {
        shop.post(&format!("/issues/{name}/resolve"), &[]).await;
    }
    assert!(!shop.get("/").await.text.contains("“Shop”"));
    shop.site.clock.advance(Duration::from_secs(60));
    shop.send(event("cart", "a")).await;
    let today = shop.get("/").await.text;
    assert!(today.contains("“Shop”: 1 resolved issue has occurred again."), "{today}");
    assert!(today.contains("href=\"/issues?project=shop&#38;state=regressed\""), "{today}");
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_issues_are_found_under_one_name_and_taken_apart() {
    let shop = Shop::new().await;
    shop.send(event("cart", "a")).await;
    shop.send(event("pay", "a")).await;
    let other = shop.issue("SHOP-2").await["id"].clone();
    let merged = shop.site.post("/api/v1/issues/SHOP-1/merge", json!({"ids": [other]})).await.json();
    assert_eq!(merged["events"], 2);
    assert_eq!(shop.issue("SHOP-2").await["short_id"], "SHOP-1");
    let detail = shop.site.get("/api/v1/issues/SHOP-1").await.json();
    let hashes: Vec<&Value> = detail["hashes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["is_merged"] == true)
        .map(|one| &one["hash"])
        .collect();
    let apart = shop.site.post("/api/v1/issues/SHOP-1/unmerge", json!({"hashes": hashes})).await.json();
    assert_eq!(apart["events"], 1, "{apart}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_merge_issues_of_the_list_and_take_groups_out() {
    let shop = Shop::new().await;
    shop.send(event("cart", "a")).await;
    shop.send(event("pay", "a")).await;
    let id = async |name| shop.issue(name).await["id"].to_string();
    let (first, second) = (id("SHOP-1").await, id("SHOP-2").await);
    let alone = shop.post("/issues", &[("seq", &first), ("do", "merge")]).await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    let merged = shop.post("/issues", &[("seq", &second), ("seq", &first), ("do", "merge")]).await;
    assert_eq!(merged.header("location"), "/issues/SHOP-1", "the older one stays");
    let page = shop.get("/issues/SHOP-1").await.text;
    assert!(page.contains("/issues/SHOP-1/split") && page.contains("ana merged issues"), "{page}");
    let detail = shop.site.get("/api/v1/issues/SHOP-1").await.json();
    let hashes = detail["hashes"].as_array().unwrap().iter();
    let came: Vec<_> = hashes.filter(|one| one["is_merged"] == true).map(|one| one["hash"].as_str().unwrap()).collect();
    let fields: Vec<_> = came.iter().map(|hash| ("seq", *hash)).collect();
    let apart = shop.post("/issues/SHOP-1/split", &fields).await;
    assert!(shop.get(apart.header("location")).await.text.contains("Groups split from the issue."));
    assert_eq!(shop.issue("SHOP-2").await["events"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_box_finds_issues_and_projects() {
    let shop = Shop::new().await;
    shop.send(event("cart", "a")).await;
    for q in ["shop-1", "keyerror", "%2Fcart"] {
        let page = shop.get(&format!("/search?q={q}")).await.text;
        assert_eq!(page.matches("href=\"/issues/SHOP-1\"").count(), 1, "{q}: {page}");
    }
    assert!(shop.get("/search?q=SHO").await.text.contains("href=\"/projects/shop\""));
    assert!(!shop.get("/search?q=zzqq").await.text.contains("/issues/SHOP-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_sends_does_no_harm() {
    let shop = Shop::new().await;
    shop.send(json!({
        "exception": {"values": [{"type": HOSTILE, "value": HOSTILE, "module": HOSTILE, "stacktrace": {"frames": [
            {"filename": HOSTILE, "function": HOSTILE, "lineno": 3, "in_app": true, "pre_context": [HOSTILE],
             "context_line": HOSTILE, "post_context": [HOSTILE], "vars": {HOSTILE: HOSTILE}}]}}]},
        "message": HOSTILE, "level": "error", "logger": HOSTILE, "platform": "python", "transaction": HOSTILE,
        "server_name": HOSTILE, "release": HOSTILE, "environment": HOSTILE, "user": {"id": HOSTILE, HOSTILE: HOSTILE},
        "tags": {HOSTILE: HOSTILE}, "extra": {HOSTILE: HOSTILE}, "modules": {HOSTILE: HOSTILE},
        "contexts": {HOSTILE: {HOSTILE: HOSTILE}, "trace": {"trace_id": HOSTILE}}, "fingerprint": [HOSTILE],
        "breadcrumbs": [{"category": HOSTILE, "message": HOSTILE, "data": {HOSTILE: HOSTILE}}],
        "request": {"url": HOSTILE, "method": HOSTILE, "headers": {HOSTILE: HOSTILE}, "cookies": {HOSTILE: HOSTILE}, "data": HOSTILE},
        "sdk": {"name": HOSTILE, "version": HOSTILE},
    })).await;
    for path in ["/issues", "/issues/SHOP-1", "/issues?q=%3Cscript%3E", "/issues?tag=%3Cscript%3E%3A1"] {
        let page = shop.get(path).await.text;
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(!page.contains('\u{202e}'), "{path}: nothing turns the order of what is read");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_another_age_is_filed_when_it_came_and_says_what_its_client_told() {
    let shop = Shop::new().await;
    let id = shop.send(json!({"timestamp": 0, "logger": "shop.clock", "level": "warning"})).await;
    let issue = shop.issue("SHOP-1").await;
    assert_eq!(issue["title"], "shop.clock", "an event that says nothing is known by who said it");
    assert_eq!(issue["first_seen"], json!(shop.site.app.clock.now()));
    let page = shop.get(&format!("/issues/SHOP-1/events/{}", id.simple())).await.text;
    assert!(page.contains("Time reported by the application") && page.contains("1970"), "{page}");
    shop.send(json!({"message": "now", "timestamp": shop.site.app.clock.now()})).await;
    assert!(!shop.get("/issues/SHOP-2").await.text.contains("Time reported by the application"));
}
