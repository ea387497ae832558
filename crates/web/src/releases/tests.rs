use crate::testing::{Answer, Person, Site, send};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::io::{Cursor, Write as _};
use store::{NewProject, Role, Scope, SessionTally};

async fn site() -> Site {
    let site = Site::new().await;
    for (name, key) in [("Shop", 0xab), ("Site", 0xcd)] {
        let new = NewProject { name: name.into(), platform: "node".into(), settings: String::new(), key: [key; 16] };
        site.app.db.create_project(new, site.app.clock.now()).await.unwrap();
    }
    site
}

/// As sentry-cli asks, with a token that may announce releases and nothing else.
struct Client<'a> {
    site: &'a Site,
    auth: String,
}

impl Client<'_> {
    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("authorization", self.auth.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(&self.site.router, method, path, &headers, body).await
    }
}

async fn client(site: &Site) -> Client<'_> {
    Client { site, auth: format!("Bearer {}", site.token(Scope::Releases).await) }
}

async fn reader(site: &Site) -> Person {
    site.person("marie", Role::Viewer).await
}

const OF_SHOP: &str = "/api/0/projects/any-name/shop/releases/";
const HERE: &str = "/api/0/organizations/any-name/releases/shop@1%2F2/";

#[tokio::test]
async fn a_release_is_announced_dated_and_deployed() {
    let site = site().await;
    let cli = client(&site).await;
    assert_eq!(cli.ask("GET", "/api/0/", Value::Null).await.status, StatusCode::OK);
    let made = cli.ask("POST", OF_SHOP, json!({"version": "shop@1/2", "projects": ["shop"]})).await;
    assert_eq!(
        (made.status, made.json()["version"].as_str()),
        (StatusCode::CREATED, Some("shop@1/2")),
        "{}",
        made.text
    );
    let empty = cli.ask("GET", &format!("{HERE}previous-with-commits/"), Value::Null).await;
    assert_eq!(empty.json(), json!({}));
    let commits = json!({"commits": [{"id": "988e32a2e6a574461b2cc6a7a4bde30de44e2988", "message": "Count <b>baskets</b>\n\nMore.",
        "author_name": "ana", "timestamp": "2025-01-10T13:37:09Z", "patch_set": []}]});
    assert_eq!(cli.ask("PUT", HERE, commits).await.status, StatusCode::OK);
    let dated = cli
        .ask("PUT", &format!("{OF_SHOP}shop@1%2F2/"), json!({"dateReleased": "2025-01-10T14:00:00.123456789Z"}))
        .await;
    assert_eq!(dated.json()["dateReleased"].as_str(), Some("2025-01-10T14:00:00.123456Z"), "{}", dated.text);
    let deploy =
        json!({"environment": "production", "name": "blue", "url": null, "dateFinished": "2025-01-10T14:30:00Z"});
    assert_eq!(cli.ask("POST", &format!("{HERE}deploys/"), deploy).await.status, StatusCode::CREATED);
    let deploys = cli.ask("GET", &format!("{HERE}deploys/"), Value::Null).await.json();
    assert_eq!((&deploys[0]["environment"], &deploys[0]["name"]), (&json!("production"), &json!("blue")));
    cli.ask("POST", OF_SHOP, json!({"version": "shop@2"})).await;
    let before =
        cli.ask("GET", "/api/0/organizations/x/releases/shop@2/previous-with-commits/", Value::Null).await.json();
    assert_eq!(before["lastCommit"]["id"].as_str(), Some("988e32a2e6a574461b2cc6a7a4bde30de44e2988"));
    let listed = cli.ask("GET", OF_SHOP, Value::Null).await.json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));

    let shown = site.get("/api/v1/projects/shop/releases/shop%401%2F2").await.json();
    assert_eq!(
        (&shown["deploys"][0]["name"], &shown["commits"][0]["author"]),
        (&json!("blue"), &json!("ana")),
        "{shown}"
    );
    let page = site.look(&reader(&site).await, "/projects/shop/releases/shop%401%2F2").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("Count &lt;b&gt;baskets&lt;/b&gt;") && page.text.contains("988e32a2e6<"),
        "{}",
        page.text
    );
    assert!(page.text.contains("blue") && !page.text.contains("More."), "the first line alone");
}

#[tokio::test]
async fn what_is_not_there_or_makes_no_sense_is_told() {
    let site = site().await;
    let cli = client(&site).await;
    for (method, path, body, status) in [
        ("GET", "/api/0/organizations/x/releases/none/", Value::Null, 404),
        ("POST", "/api/0/organizations/x/releases/none/deploys/", json!({"environment": "production"}), 404),
        ("POST", "/api/0/projects/x/none/releases/", json!({"version": "1"}), 404),
        ("POST", OF_SHOP, json!({"version": " "}), 422),
        ("POST", OF_SHOP, json!({"version": "x".repeat(201)}), 422),
        ("POST", "/api/0/organizations/x/releases/", json!({"version": "1"}), 422),
        (
            "POST",
            "/api/0/organizations/x/artifactbundle/assemble/",
            json!({"checksum": "", "chunks": [], "projects": []}),
            422,
        ),
        ("GET", "/api/v1/projects/shop/releases", Value::Null, 403),
        ("GET", "/api/v1/issues", Value::Null, 403),
    ] {
        let answer = cli.ask(method, path, body).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text);
        assert!(answer.json()["detail"].is_string(), "sentry-cli reads the detail: {}", answer.text);
    }
    let both = cli
        .ask("POST", "/api/0/organizations/x/releases/", json!({"version": "3", "projects": ["shop", "site"]}))
        .await;
    assert_eq!(both.status, StatusCode::CREATED);
    assert_eq!(site.app.db.releases_of_version("3").await.unwrap().len(), 2);
}

/// A form with one file.
fn form(field: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
    [head.as_bytes(), bytes, b"\r\n--x--\r\n"].concat()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_map_is_uploaded_in_parts() {
    let site = site().await;
    let cli = client(&site).await;
    let manifest = json!({"files": {"m": {"type": "source_map", "url": "~/app.js.map", "headers": {}}}}).to_string();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("m", "{\"version\":3}"), ("manifest.json", &manifest)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    let bundle = zip.finish().unwrap().into_inner();
    let sha1 = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &bundle);
    let sha1: String = sha1.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let assemble = || {
        let asked = json!({"checksum": sha1, "chunks": [sha1], "projects": ["shop"], "version": "shop@1"});
        cli.ask("POST", "/api/0/organizations/x/artifactbundle/assemble/", asked)
    };
    let missing = assemble().await.json();
    assert_eq!((&missing["state"], &missing["missingChunks"][0]), (&json!("not_found"), &json!(sha1)));
    let path = "/api/0/organizations/x/chunk-upload/";
    let options = cli.ask("GET", path, Value::Null).await.json();
    assert!(options["url"].as_str().unwrap().ends_with(path) && options["hashAlgorithm"] == "sha1", "{options}");
    let upload = async |name: &str, bytes: &[u8]| {
        let headers = [("authorization", cli.auth.as_str()), ("content-type", "multipart/form-data; boundary=x")];
        send(&site.router, "POST", path, &headers, form("file_gzip", name, bytes)).await.status
    };
    assert_eq!(upload(&"0".repeat(40), &packed(&bundle)).await, StatusCode::BAD_REQUEST, "another SHA-1");
    assert_eq!(upload(&sha1, b"no gzip").await, StatusCode::BAD_REQUEST);
    assert_eq!(upload(&sha1, &packed(&vec![0; 9 << 20])).await, StatusCode::PAYLOAD_TOO_LARGE, "a bomb");
    assert_eq!(upload(&sha1, &packed(&bundle)).await, StatusCode::OK);
    assert_eq!(assemble().await.json(), json!({"state": "ok", "missingChunks": [], "detail": null}));
    let shop = site.app.db.project_of_slug("shop").await.unwrap().unwrap();
    assert_eq!(site.app.db.count_artifacts(shop.id, "shop@1").await.unwrap(), (1, 13));
}

/// Numbers that lie evenly, as digests do.
fn digests(count: u64) -> Vec<u64> {
    (1..=count).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
}

#[tokio::test]
async fn releases_say_how_their_sessions_went() {
    let site = site().await;
    let (shop, now) = (site.app.db.project_of_slug("shop").await.unwrap().unwrap(), site.app.clock.now());
    let tally = |release: &str, started, crashed| SessionTally {
        release: release.into(),
        environment: "production".into(),
        at: now,
        started,
        crashed,
        users: digests(started),
        crashed_users: digests(crashed),
        ..SessionTally::default()
    };
    site.app.db.count_sessions(shop.id, vec![tally("shop@1", 30_001, 1), tally("shop@2", 9_999, 3_000)]).await.unwrap();
    let listed = site.get("/api/v1/projects/shop/releases?limit=1").await.json();
    assert_eq!(listed["rows"].as_array().map(Vec::len), Some(1));
    let next = listed["next"].as_str().unwrap();
    let listed = site.get(&format!("/api/v1/projects/shop/releases?cursor={next}")).await.json();
    let health = &listed["rows"][0]["health"];
    assert_eq!(
        (&health["sessions"], &health["crashed"], &listed["next"]),
        (&json!(30_001), &json!(1), &Value::Null),
        "{listed}"
    );
    assert!(health["crash_free_sessions"].as_f64().unwrap() > 99.99);

    let person = reader(&site).await;
    let page = site.look(&person, "/releases?project=shop&period=24h").await;
    assert!(
        page.text.contains(">99.99%<") && page.text.contains(">75%<") && page.text.contains(">69.99%<"),
        "{}",
        page.text
    );
    let elsewhere = site.look(&person, "/releases?project=shop&environment=staging").await;
    assert!(!elsewhere.text.contains("99.99%"), "{}", elsewhere.text);
    assert!(site.look(&person, "/releases?project=site").await.text.contains("No releases yet"));
}

#[tokio::test]
async fn programs_announce_releases_and_deploys() {
    let site = site().await;
    let made = site.post("/api/v1/projects/shop/releases", json!({"version": "shop@1"})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let deployed = site.post("/api/v1/projects/shop/releases/shop@1/deploys", json!({"environment": "staging"})).await;
    assert_eq!(deployed.status, StatusCode::CREATED, "{}", deployed.text);
    let refused = site.post("/api/v1/projects/shop/releases/shop@1/deploys", json!({"environment": ""})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shown = site.get("/api/v1/projects/shop/releases/shop@1").await.json();
    assert_eq!(shown["deploys"].as_array().map(Vec::len), Some(1));
    assert_eq!(site.get("/api/v1/projects/shop/releases/none").await.status, StatusCode::NOT_FOUND);
}
