//! What holds for every route: who may use it, that it is described, and that no nonsense breaks it.

mod reached;
mod strangers;

use crate::{
    Limits,
    auth::scope_of,
    declared,
    routes::Verb,
    serve,
    testing::{Answer, Site, send},
};
use axum::{Router, body::Body, http::StatusCode};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use std::time::Duration;
use store::{Role, Scope};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
    sync::oneshot,
};

const ID: &str = "7f3b0c52-0000-4000-8000-000000000001";

fn filled(path: &str) -> String {
    let path = path
        .replace("{draft}", ID)
        .replace("{event}", ID)
        .replace("{row}", "1")
        .replace("{seq}", "1")
        .replace("{index}", "a");
    path.replace("{id}", ID).replace("{name}", "a").replace("{mailing}", "a").replace("{code}", "a")
}

pub(crate) fn method(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "GET",
        Verb::Post => "POST",
        Verb::Put => "PUT",
        Verb::Delete => "DELETE",
    }
}

/// Who may use what: every route that is declared, by everybody there is. A new route stands in here by itself.
#[tokio::test]
async fn every_route_asks_for_what_it_was_declared_with() {
    let site = Site::new().await;
    /// A name, what it may do, and the headers that show it.
    type Caller = (String, Option<Scope>, Vec<(&'static str, String)>);
    let mut everybody: Vec<Caller> = vec![("nobody".into(), None, Vec::new())];
    for scope in Scope::ALL {
        let token = format!("Bearer {}", site.token(scope).await);
        everybody.push((format!("token {scope}"), Some(scope), vec![("authorization", token)]));
    }
    for role in Role::ALL {
        let person = site.person(role.as_str(), role).await;
        let headers = vec![("cookie", person.cookie), ("x-csrf-token", person.csrf)];
        everybody.push((role.as_str().into(), Some(scope_of(role)), headers));
    }
    let (mut open, mut checked) = (Vec::new(), 0);
    for route in declared(site.app.clone()) {
        let path = filled(route.path);
        let Some(needed) = route.access.scope() else {
            open.push(format!("{} {}", method(route.verb), route.path));
            continue;
        };
        let changes = route.verb != Verb::Get;
        assert!(!changes || needed != Scope::Progress, "{}: a change by anybody", route.path);
        // What ends sessions, or has no end, would be in the way of those behind it.
        if matches!(
            route.path,
            "/logout" | "/me/sessions/end" | "/api/v1/jobs/{id}/events" | "/api/v1/logs/tail" | "/events"
        ) {
            continue;
        }
        for (who, has, headers) in &everybody {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let status = send(&site.router, method(route.verb), &path, &headers, Body::empty()).await.status;
            let expected = match has {
                None => Some(StatusCode::UNAUTHORIZED),
                Some(has) if !has.allows(needed) => Some(StatusCode::FORBIDDEN),
                _ => None,
            };
            let what = format!("{} {} by {who}: {status}", method(route.verb), route.path);
            match expected {
                Some(expected) => assert_eq!(status, expected, "{what}"),
                None => {
                    assert!(status != StatusCode::UNAUTHORIZED && status != StatusCode::FORBIDDEN, "{what}");
                    assert!(!status.is_server_error(), "{what}");
                }
            }
            checked += 1;
        }
        let wrong = [("authorization", "Bearer vigie_wrong")];
        let status = send(&site.router, method(route.verb), &path, &wrong, Body::empty()).await.status;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{}", route.path);
        if changes {
            let admin = &everybody.last().unwrap().2[0].1;
            let status =
                send(&site.router, method(route.verb), &path, &[("cookie", admin)], Body::empty()).await.status;
            assert_eq!(status, StatusCode::FORBIDDEN, "{}: without its form token", route.path);
        }
    }
    assert!(checked > 400, "{checked}");
    insta::assert_snapshot!("open_routes", open.join("\n"));
}

#[tokio::test]
async fn who_sends_logs_or_announces_releases_is_let_in_nowhere_else() {
    let app = Site::new().await.app;
    let open_to = |scope: Scope| {
        let is_open = |needed: Option<Scope>| needed.is_some_and(|needed| scope.allows(needed));
        let routes = declared(app.clone()).into_iter().filter(|route| is_open(route.access.scope()));
        routes.map(|route| format!("{} {}", method(route.verb), route.path)).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!("ingest_routes", open_to(Scope::Ingest));
    insta::assert_snapshot!("release_routes", open_to(Scope::Releases));
}

#[tokio::test]
async fn every_route_is_described() {
    let site = Site::new().await;
    let document = site.get("/api/openapi.json").await.json();
    let listing = site.get("/api").await.text;
    for route in declared(site.app.clone()) {
        let operation = &document["paths"][route.path][method(route.verb).to_lowercase()];
        assert!(operation["summary"].is_string(), "{}", route.path);
        assert!(operation["responses"].as_object().is_some_and(|all| all.len() >= 2), "{}", route.path);
        assert!(listing.contains(route.path), "{}", route.path);
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is referred to and not described");
    }
    insta::assert_json_snapshot!("advance", document["paths"]["/api/v1/jobs/{id}/advance"]["post"]);
}

#[tokio::test]
async fn a_jobs_own_token_follows_that_job_from_any_site() {
    let site = Site::new().await;
    let created = site.post("/api/v1/jobs", json!({"id": ID, "name": "n"})).await.json();
    let token = created["token"].as_str().unwrap();
    let get = async |path: String| send(&site.router, "GET", &path, &[("origin", "https://a.example")], "").await;
    for path in ["/api/v1/jobs/{id}/progress", "/core/sse-progress/{id}/", "/core/sse-progress/{id}"] {
        let answer = get(format!("{}?token={token}", filled(path))).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::OK, "*"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    let other = format!("/api/v1/jobs/{}/progress?token={token}", ID.replace('7', "8"));
    assert_eq!(get(other).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(get(format!("/api/v1/jobs/{ID}?token={token}")).await.status, StatusCode::UNAUTHORIZED);
    let asked = send(&site.router, "OPTIONS", &format!("/api/v1/jobs/{ID}/progress"), &[], "").await;
    assert_eq!(asked.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_same_version_is_sent_once() {
    let site = Site::new().await;
    site.post("/api/v1/jobs", json!({"id": ID, "name": "n", "total": 3})).await;
    let path = format!("/api/v1/jobs/{ID}/progress");
    let first = site.get(&path).await;
    assert_eq!((first.header("etag"), first.header("cache-control")), ("\"1\"", "no-cache"));
    let again = async |tag: &str| send(&site.inside, "GET", &path, &[("if-none-match", tag)], "").await;
    for tag in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
        let answer = again(tag).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{tag}");
    }
    site.post(&format!("/api/v1/jobs/{ID}/advance"), json!({"processed": 1})).await;
    let changed = again("\"1\"").await;
    assert_eq!((changed.status, changed.json()["processed"].as_u64()), (StatusCode::OK, Some(1)));
}

#[tokio::test]
async fn the_older_name_keeps_its_words() {
    let site = Site::new().await;
    let path = format!("/core/sse-progress/{ID}/");
    insta::assert_json_snapshot!("legacy_before", site.get(&path).await.json());
    site.post("/api/v1/jobs", json!({"id": ID, "name": "n", "total": 4})).await;
    site.post(&format!("/api/v1/jobs/{ID}/advance"), json!({"processed": 3, "failed": 1, "message": "Email 3/4"}))
        .await;
    insta::assert_json_snapshot!("legacy_running", site.get(&path).await.json());
}

#[tokio::test]
async fn a_process_that_only_reads_says_so() {
    let mut app = Site::new().await.app.clone();
    app.wake = None;
    let router = crate::trusted(crate::router(app));
    let answer = send(&router, "POST", "/api/v1/jobs", &[], "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.json()["remedy"].as_str().unwrap().contains("vigie serve"));
}

#[tokio::test]
async fn the_same_road_on_postgres() {
    let Ok(url) = std::env::var("VIGIE_TEST_POSTGRES") else { return };
    let db = store::Db::open_postgres(&url).await.unwrap();
    let site = Site::on(db, tempfile::tempdir().unwrap(), Limits::default());
    let id = model::JobId::new(&model::Clock::System, &model::Rng::system());
    let path = |rest: &str| format!("/api/v1/jobs/{id}{rest}");
    assert_eq!(site.get(&path("/progress")).await.json()["status"], "pending");
    let new = json!({"id": id, "name": "n\0ul", "total": 5, "user": "u\0"});
    assert_eq!(site.post("/api/v1/jobs", new).await.status, StatusCode::CREATED);
    let step = json!({"processed": 2, "failed": 1, "message": "\0", "item": "a\0", "trace": {"comment": "\0"}});
    assert_eq!(site.post(&path("/advance"), step).await.status, StatusCode::OK);
    assert_eq!(site.get(&path("/progress")).await.json()["processed"], 2);
    for list in
        ["/api/v1/jobs?q=%00", "/api/v1/traces?q=%00&count=true", "/api/v1/outcomes", "/api/v1/report", "/metrics"]
    {
        assert_eq!(site.get(list).await.status, StatusCode::OK, "{list}");
    }
    assert_eq!(site.get(&path("/items?trouble=true")).await.json()["rows"].as_array().map(Vec::len), Some(1));
}

#[test]
fn nonsense_is_never_our_fault() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let site = runtime.block_on(Site::new());
    runtime.block_on(site.post("/api/v1/jobs", json!({"id": ID, "name": "n", "kind": "noop", "prepare": true})));
    // Streams have no end to wait for.
    let is_stream =
        |path: &str| path.ends_with("/events") || path.ends_with("/tail") || path.starts_with("/logs/follow");
    let routes: Vec<_> = declared(site.app.clone()).into_iter().filter(|route| !is_stream(route.path)).collect();
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "[\\[{\"]{0,4}[a-z0-9\":,\\\\\\[\\]{}. -]{0,60}[\\]}\"]{0,4}".prop_map(String::into_bytes),
        Just(b"{\"name\":\"\\u0000\",\"seqs\":[9223372036854775807],\"as\":\"sent\",\"by\":\"x\"}".to_vec()),
        Just(b"{\"processed\":18446744073709551615,\"failed\":0}".to_vec()),
        Just(b"{\"seq\":9223372036854775807,\"message_no\":1,\"label\":\"\\u0000\",\"payload\":{}}\n".to_vec()),
    ];
    let media = prop_oneof![Just("application/json"), Just("text/plain"), Just("multipart/form-data; boundary=x")];
    let query = prop_oneof![
        Just(String::new()),
        "(cursor|since|limit|q|after|state|date|tail)=[%a-z0-9-]{0,20}",
        Just("q=%00&limit=4294967295".to_owned()),
    ];
    let strategy = (0..routes.len(), body, media, query);
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() });
    let outcome = runner.run(&strategy, |(route, body, media, query)| {
        let route = &routes[route];
        let path = format!("{}?{query}", filled(route.path));
        let answer = runtime.block_on(send(&site.inside, method(route.verb), &path, &[("content-type", media)], body));
        prop_assert!(!answer.status.is_server_error(), "{} {path}: {} {}", route.path, answer.status, answer.text);
        Ok(())
    });
    outcome.unwrap();
}

/// A client that reads a stream of events line by line.
struct Client {
    lines: Lines<BufReader<OwnedReadHalf>>,
    _writer: tokio::net::tcp::OwnedWriteHalf,
}

impl Client {
    async fn open(server: &Server, path: &str, headers: &str) -> Self {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n");
        writer.write_all(request.as_bytes()).await.unwrap();
        Self { lines: BufReader::new(reader).lines(), _writer: writer }
    }

    /// The next line that begins with `prefix`, without it.
    async fn next(&mut self, prefix: &str) -> String {
        let found = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the stream goes on");
                if let Some(rest) = line.strip_prefix(prefix) {
                    return rest.to_owned();
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), found).await.expect("an event comes")
    }
}

struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn run(router: Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(serve(listener, router, limits, async move {
            let _ = stopped.await;
        }));
        Self { address, stop, task }
    }
}

fn read(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_job_is_followed_from_before_it_exists_to_its_end() {
    let site = Site::new().await;
    let server = Server::run(site.inside.clone(), site.app.limits).await;
    let mut client = Client::open(&server, &format!("/api/v1/jobs/{ID}/events"), "").await;
    assert_eq!(client.next("HTTP/1.1 ").await, "200 OK");
    let first = client.next("data: ").await;
    assert_eq!((&read(&first)["status"], &read(&first)["version"]), (&json!("pending"), &json!(0)));
    site.post("/api/v1/jobs", json!({"id": ID, "name": "n", "total": 100})).await;
    assert_eq!(read(&client.next("data: ").await)["total"], 100);
    for _ in 0..100 {
        site.post(&format!("/api/v1/jobs/{ID}/advance"), json!({"processed": 1})).await;
    }
    site.post(&format!("/api/v1/jobs/{ID}/complete"), json!({})).await;
    let (mut seen, mut version) = (0, 1);
    loop {
        let kind = client.next("event: ").await;
        if kind == "end" {
            break;
        }
        if kind == "log" {
            continue;
        }
        let progress = read(&client.next("data: ").await);
        assert!(progress["version"].as_i64().unwrap() > version, "each version once, in order");
        version = progress["version"].as_i64().unwrap();
        seen = progress["processed"].as_u64().unwrap();
    }
    assert_eq!(seen, 100, "the last word is never lost");
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_too_long_is_answered_at_once_and_says_so() {
    let site = Site::new().await;
    let answer = site.get(&format!("/api/v1/issues?text={}", "%20".repeat(8 << 10))).await;
    assert_eq!(answer.status, axum::http::StatusCode::OK, "{}", answer.text);
    let server = Server::run(site.inside.clone(), site.app.limits).await;
    for length in [33_000, 40_000, 60_000] {
        let address = format!("/api/1/envelope/?sentry_key={}", "a".repeat(length));
        // On a connection that stays open.
        let mut client = Client::open(&server, &address, "").await;
        assert_eq!(client.next("HTTP/1.1 ").await, "414 URI Too Long", "{length}");
        let said = site.get(&address).await.text;
        assert!(said.contains("longer than 32 KiB") && said.contains("in the body"), "{said}");
    }
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
}

/// What engines, clients and people change is told, and told once.
#[tokio::test]
async fn pages_hear_of_changes() {
    let site = Site::new().await;
    let server = Server::run(site.inside.clone(), site.app.limits).await;
    let mut client = Client::open(&server, "/events", "").await;
    assert_eq!(client.next("HTTP/1.1 ").await, "200 OK");
    site.post("/api/v1/jobs", json!({"id": ID, "name": "n", "total": 5})).await;
    client.next("event: changed").await;
    let begun = tokio::time::Instant::now();
    for _ in 0..5 {
        site.post(&format!("/api/v1/jobs/{ID}/advance"), json!({"processed": 1})).await;
    }
    client.next("event: changed").await;
    assert!(begun.elapsed() > Duration::from_millis(500), "many changes are one event");
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
}

/// Lines of the log may come after the last change, and are waited for; that change must not wait with them.
#[tokio::test]
async fn the_last_change_does_not_wait_for_the_last_lines() {
    let site = Site::new().await;
    let server = Server::run(site.inside.clone(), site.app.limits).await;
    let mut gap = Duration::ZERO;
    // A client that is kept from running sees both at once: it gets more than one chance.
    for attempt in 1..=5 {
        let id = format!("{}{attempt}", &ID[..ID.len() - 1]);
        site.post("/api/v1/jobs", json!({"id": id, "name": "n", "total": 1})).await;
        let mut client = Client::open(&server, &format!("/api/v1/jobs/{id}/events"), "").await;
        client.next("data: ").await;
        site.post(&format!("/api/v1/jobs/{id}/complete"), json!({})).await;
        while read(&client.next("data: ").await)["status"] != "completed" {}
        let told = tokio::time::Instant::now();
        client.next("event: end").await;
        gap = gap.max(told.elapsed());
        if gap > Duration::from_millis(150) {
            break;
        }
    }
    assert!(gap > Duration::from_millis(150), "the last change came {gap:?} before the end");
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
}

#[tokio::test]
async fn who_comes_back_goes_on_where_they_were() {
    let site = Site::new().await;
    let server = Server::run(site.inside.clone(), site.app.limits).await;
    site.post("/api/v1/jobs", json!({"id": ID, "name": "n", "total": 5})).await;
    let path = format!("/api/v1/jobs/{ID}/events");
    let mut client = Client::open(&server, &path, "Last-Event-ID: 1\r\n").await;
    client.next("HTTP/1.1 200").await;
    site.post(&format!("/api/v1/jobs/{ID}/advance"), json!({"processed": 1})).await;
    // Lines of its run log come between: their ids say the version that was told last.
    let mut id = client.next("id: ").await;
    while id.starts_with("1.") && id != "1.0" {
        id = client.next("id: ").await;
    }
    assert!(id.starts_with("2."), "version 1 is not told again: {id}");
    drop(client);
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
}

#[tokio::test]
async fn streams_are_counted_and_given_back() {
    let limits = Limits { streams_max: 1, ..Limits::default() };
    let site = Site::with(limits).await;
    let server = Server::run(site.inside.clone(), limits).await;
    let path = format!("/api/v1/jobs/{ID}/events");
    let mut first = Client::open(&server, &path, "").await;
    first.next("data: ").await;
    let refused: Answer = site.get(&path).await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
    let metrics = site.get("/metrics").await.text;
    assert!(metrics.contains("vigie_event_streams 1\n") && metrics.contains("vigie_event_streams_refused_total 1\n"));
    drop(first);
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
    assert!(site.get("/metrics").await.text.contains("vigie_event_streams 0\n"));
}
