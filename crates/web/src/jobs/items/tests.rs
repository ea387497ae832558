//! What somebody with a `write` token may try in order to read files of the server, or to run something on it.

use crate::testing::{Answer, Person, Site, send};
use axum::http::StatusCode;
use model::{Authority, JobId};
use serde_json::{Value, json};
use store::{ItemFilter, Role, Scope};

/// The settings of a mailing as `vigie send` keeps them.
fn spec() -> Value {
    let settings = "name = \"n\"\nfrom = \"a@x.fr\"\nto = \"{{ email }}\"\nsubject = \"s\"\ntext = \"{{ email }} t\"";
    let file = mail::spec::MailingFile::parse(settings, "mailing.toml").unwrap();
    let mailing = file.mailing(std::path::Path::new("/nonexistent"), &["email".to_owned()]).unwrap();
    serde_json::to_value(mailing).unwrap()
}

fn mailing(spec: &Value) -> Value {
    json!({"name": "n", "kind": "mail", "prepare": true, "account": "compta", "spec": spec})
}

/// The ways in: a token, and the session of an operator.
async fn ways(site: &Site) -> [Vec<(&'static str, String)>; 2] {
    let Person { cookie, csrf } = site.person("oper", Role::Operator).await;
    let token = format!("Bearer {}", site.token(Scope::Write).await);
    [vec![("authorization", token)], vec![("cookie", cookie), ("x-csrf-token", csrf)]]
}

async fn post(site: &Site, way: &[(&'static str, String)], path: &str, body: impl ToString) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(way.iter().map(|(name, value)| (*name, value.as_str())));
    send(&site.router, "POST", path, &headers, body.to_string()).await
}

async fn made(site: &Site, way: &[(&'static str, String)], spec: &Value) -> JobId {
    let made = post(site, way, "/api/v1/jobs", mailing(spec)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["id"].as_str().unwrap().parse().unwrap()
}

async fn payloads(site: &Site, job: JobId) -> Vec<String> {
    let filter = ItemFilter { limit: 100, ..ItemFilter::default() };
    site.app.db.items(job, &filter).await.unwrap().rows.into_iter().map(|item| item.payload).collect()
}

fn line(seq: usize, payload: &str) -> String {
    format!("{{\"seq\":{seq},\"message_no\":{seq},\"label\":\"a@x.fr\",\"payload\":{payload}}}\n")
}

fn quoted(payload: &str) -> String {
    Value::from(payload).to_string()
}

/// However a file of the server is written into a payload.
#[tokio::test]
async fn a_row_from_the_network_names_no_file_of_this_machine() {
    let site = Site::with_account().await;
    let key = site.app.data.join("secret.key");
    std::fs::write(&key, "key").unwrap();
    for way in &ways(&site).await {
        let job = made(&site, way, &spec()).await;
        let path = format!("/api/v1/jobs/{job}/items");
        let mut said = Vec::new();
        for file in [key.display().to_string(), "/nonexistent/secret.key".to_owned()] {
            let file = format!(
                "{{\"path\":{},\"name\":\"a\",\"mime\":\"a/b\",\"size\":3,\"mtime\":\"2025-01-10T14:32:15Z\",\"sha256\":null}}",
                quoted(&file)
            );
            let to = "\"to\":[{\"address\":\"a@x.fr\"}]";
            let row = |more: &str| format!("{{\"line\":2,\"values\":[\"a\"],{to},{more}\"attachments\":[{file}]}}");
            let deep = format!("\"x\":{}{},", "[".repeat(200), "]".repeat(200));
            let array = format!("[2,[\"a\"],[{{\"address\":\"a@x.fr\"}}],[],[],[{file}]]");
            let twice = format!("{{\"line\":2,\"values\":[\"a\"],{to},\"attachments\":[],\"attachments\":[{file}]}}");
            for payload in [
                row(""),
                row("\"x\":1e999,"),
                row(&deep),
                row("\"x\":\"\\ud800\","),
                format!(" {}", row("")),
                array.clone(),
                twice,
                row("").replace("attachments", "\\u0061ttachments"),
                row("").replace(
                    &format!("[{file}]"),
                    &format!("[[{}]]", "\"/etc/passwd\",\"a\",\"a/b\",3,\"2025-01-10T14:32:15Z\",null"),
                ),
                quoted(&row("")),
                quoted(&row("\"x\":1e999,")),
                quoted(&array),
                quoted(&row(&deep)),
                quoted(&quoted(&row(""))),
            ] {
                let refused = post(&site, way, &path, line(1, &payload)).await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{payload}: {}", refused.text);
                let detail = refused.json()["detail"].as_str().unwrap().to_owned();
                assert!(detail.starts_with("line 1: "), "{detail}");
                assert!(!refused.text.contains("secret.key"), "{}", refused.text);
                said.push(detail);
            }
        }
        // Nobody learns by it what there is on the server.
        let (there, absent) = said.split_at(said.len() / 2);
        let places = |said: &[String]| {
            said.iter().map(|line| line.split(" at line").next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(places(there), places(absent));
        assert_eq!(payloads(&site, job).await, [""; 0]);
        site.app.db.cancel_job(job, store::Reason::new("by_hand", ""), site.app.clock.now()).await.unwrap();
    }
}

/// What the run will read is what was looked at, and nothing that was sent beside it.
#[tokio::test]
async fn what_is_kept_of_a_row_is_what_was_understood_of_it() {
    let site = Site::with_account().await;
    for way in &ways(&site).await {
        let job = made(&site, way, &spec()).await;
        let row = r#"{"x":[1e3],"attachments":[],"line":2,"values":["a"],"to":[{"address":"a@x.fr","y":1}],"z":{}}"#;
        let lines = line(1, row) + &line(2, &quoted(row)) + &line(3, "{\"line\":2}");
        let some = post(&site, way, &format!("/api/v1/jobs/{job}/items"), lines).await;
        assert_eq!((some.status, &some.json()["accepted"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(0)));
        assert!(some.text.contains("line 3: payload: missing field `values`"), "{}", some.text);
        let taken = post(&site, way, &format!("/api/v1/jobs/{job}/items"), line(1, row)).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
        let kept = r#"{"line":2,"values":["a"],"to":[{"address":"a@x.fr"}]}"#;
        let found: Vec<Value> =
            payloads(&site, job).await.iter().map(|kept| serde_json::from_str(kept).unwrap()).collect();
        let mut expected: Value = serde_json::from_str(kept).unwrap();
        if let Some(name) = found[0]["to"][0].get("name") {
            expected["to"][0]["name"] = name.clone();
        }
        assert_eq!(found, [expected]);
        assert_eq!(site.app.db.job(job).await.unwrap().unwrap().authority, Authority::Write);
        site.app.db.cancel_job(job, store::Reason::new("by_hand", ""), site.app.clock.now()).await.unwrap();
    }
}

/// A key file of the server, in settings written in whatever way.
#[tokio::test]
async fn settings_from_the_network_name_no_key_of_this_machine() {
    let site = Site::with_account().await;
    let admin = [vec![("authorization", format!("Bearer {}", site.token(Scope::Admin).await))]];
    for way in ways(&site).await.iter().chain(&admin) {
        let mut said = Vec::new();
        for key in ["/etc/passwd", "/nonexistent/dkim.pem"] {
            let dkim = json!({"domain": "exemple.fr", "selector": "s", "key": key});
            let mut signed = spec();
            signed["dkim"] = dkim.clone();
            let fields = signed.as_object().unwrap();
            // In the order in which the fields are declared.
            let order = [
                "name",
                "application_name",
                "flow_name",
                "created_by",
                "from",
                "reply_to",
                "templates",
                "columns",
                "group",
                "key",
                "on_invalid",
                "on_unknown",
                "on_no_file",
                "language",
                "trace",
                "log",
                "conditions",
                "dkim",
            ];
            let listed: Vec<Value> = order
                .iter()
                .map(|name| {
                    fields.get(*name).cloned().unwrap_or(if matches!(*name, "key" | "conditions") {
                        json!([])
                    } else {
                        Value::Null
                    })
                })
                .collect();
            let as_list = json!(["exemple.fr", "s", key]);
            let mut inner = spec();
            inner["dkim"] = as_list;
            for spec in [signed.clone(), json!(listed), inner, Value::from(signed.to_string())] {
                let refused = post(&site, way, "/api/v1/jobs", mailing(&spec)).await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{spec}: {}", refused.text);
                assert!(!refused.text.contains(key), "{}", refused.text);
                said.push(refused.text);
            }
        }
        assert_eq!(said[..4], said[4..]);
        assert!(said[0].contains("dkim names a key file") && said[1].contains("no object"), "{said:?}");
    }
    assert_eq!(site.get("/api/v1/jobs").await.json()["rows"], json!([]));
}

/// A header of its own behind an address, or no address at all.
#[tokio::test]
async fn addresses_that_come_as_json_are_looked_at() {
    let site = Site::with_account().await;
    for way in &ways(&site).await {
        let bad =
            ["me@example.orgX-Evil: 4", "me@example.org\r\nX-Evil: 4", "<me@example.org>", "me", "", "a@b.fr, c@d.fr"];
        for (field, address) in ["from", "reply_to"].into_iter().flat_map(|field| bad.map(|address| (field, address))) {
            let mut spec = spec();
            spec[field] = json!({"address": address});
            let refused = post(&site, way, "/api/v1/jobs", mailing(&spec)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {address:?}: {}", refused.text);
            let detail = refused.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.starts_with(&format!("spec: {field}: ")), "{detail}");
        }
        let mut named = spec();
        named["reply_to"] = json!({"name": "Me\r\nX-Evil: 4", "address": "me@example.org"});
        let refused = post(&site, way, "/api/v1/jobs", mailing(&named)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        let mut good = spec();
        good["reply_to"] = json!({"name": "Compta", "address": "compta@exemple.fr"});
        let job = made(&site, way, &good).await;
        for address in bad {
            let row = json!({"line": 2, "values": ["a"], "to": [{"address": address}]});
            let refused = post(&site, way, &format!("/api/v1/jobs/{job}/items"), line(1, &row.to_string())).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{address:?}: {}", refused.text);
        }
        site.app.db.cancel_job(job, store::Reason::new("by_hand", ""), site.app.clock.now()).await.unwrap();
    }
}

/// Whoever made a job of that id first decides nothing for those who make another.
#[tokio::test]
async fn an_id_is_had_again_by_the_same_job_alone() {
    let site = Site::with_account().await;
    let id = "0194c5a0-0000-7000-8000-0000000000aa";
    let with = async |scope| vec![("authorization", format!("Bearer {}", site.token(scope).await))];
    let (writes, administers) = (with(Scope::Write).await, with(Scope::Admin).await);
    let external = json!({"id": id, "name": "n", "total": 3});
    assert_eq!(post(&site, &writes, "/api/v1/jobs", &external).await.status, StatusCode::CREATED);
    assert_eq!(post(&site, &writes, "/api/v1/jobs", &external).await.status, StatusCode::OK);
    let command = json!({"id": id, "name": "n", "kind": "command", "prepare": true, "spec": {"command": ["true"]}});
    let renamed = json!({"id": id, "name": "other", "total": 3});
    for (way, body) in [(&administers, &command), (&administers, &external), (&writes, &renamed)] {
        let taken = post(&site, way, "/api/v1/jobs", body).await;
        assert_eq!(taken.status, StatusCode::CONFLICT, "{body}: {}", taken.text);
        let detail = taken.json()["detail"].as_str().unwrap().to_owned();
        assert_eq!(detail, format!("job {id} is there: of kind `external`, named `n`, made on the word of `write`"));
    }
}

/// Six at once: one adds them, and the others are told so.
#[tokio::test]
async fn the_same_items_at_once_are_a_conflict() {
    let site = Site::with_account().await;
    let [token, _] = &ways(&site).await;
    let lines: String = (1..=50).map(|n| line(n, r#"{"line":2,"values":["a"],"to":[{"address":"a@x.fr"}]}"#)).collect();
    for _ in 0..5 {
        let job = made(&site, token, &spec()).await;
        let path = format!("/api/v1/jobs/{job}/items");
        let answers = futures_util::future::join_all((0..6).map(|_| post(&site, token, &path, &lines))).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409], "{}", answers[5].text);
        assert_eq!(payloads(&site, job).await.len(), 50);
        site.app.db.cancel_job(job, store::Reason::new("by_hand", ""), site.app.clock.now()).await.unwrap();
    }
}

/// Whoever is on the machine itself may name its files, and the job says so.
#[tokio::test]
async fn the_machine_itself_names_its_files() {
    let site = Site::with_account().await;
    let made = site.post("/api/v1/jobs", mailing(&spec())).await;
    let job: JobId = made.json()["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(site.app.db.job(job).await.unwrap().unwrap().authority, Authority::Owner);
    let row = json!({"line": 2, "values": ["a"], "to": [{"address": "a@x.fr"}], "attachments": [{"path": "/srv/a.pdf",
        "name": "a.pdf", "mime": "application/pdf", "size": 3, "mtime": "2025-01-10T14:32:15Z", "sha256": null}]});
    let path = format!("/api/v1/jobs/{job}/items");
    // Nobody else adds to it, nor says that it is whole: it is served the machine's files.
    for way in &ways(&site).await {
        let plain = row.as_object().unwrap().clone().into_iter().filter(|(name, _)| name != "attachments");
        for (path, body) in [
            (path.clone(), line(1, &Value::Object(plain.collect()).to_string())),
            (path.replace("items", "ready"), String::new()),
        ] {
            let refused = post(&site, way, &path, body).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
        }
    }
    let taken = site.post_text(&path, line(1, &row.to_string())).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    assert!(payloads(&site, job).await[0].contains("/srv/a.pdf"));
}

/// An administrator prepares a command; whoever may send mailings can neither add to it nor set it going.
#[tokio::test]
async fn a_token_to_send_mailings_is_no_shell() {
    let site = Site::new().await;
    let bearer = [("authorization", format!("Bearer {}", site.token(Scope::Admin).await))];
    let specs = [
        ("command", json!({"command": ["true"]})),
        ("http", json!({"url": "http://127.0.0.1:9/", "headers": {"x-key": "hidden"}})),
    ];
    let ways = ways(&site).await;
    for (kind, spec) in specs {
        let job = json!({"name": kind, "kind": kind, "prepare": true, "spec": spec});
        let made = post(&site, &bearer, "/api/v1/jobs", job).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let own = line(1, r#"{"command": ["id"], "url": "http://127.0.0.1:9/own"}"#);
        for way in &ways {
            for (action, body) in [
                ("items", own.clone()),
                ("ready", String::new()),
                ("resume", String::new()),
                ("retry-failed", String::new()),
                ("settle", json!({"seqs": [1], "as": "not_sent", "by": "x"}).to_string()),
            ] {
                let refused = post(&site, way, &format!("/api/v1/jobs/{id}/{action}"), body).await;
                assert_eq!(refused.status, StatusCode::FORBIDDEN, "{action}: {}", refused.text);
                assert!(refused.text.contains("needs the scope `admin`"), "{}", refused.text);
            }
        }
        let job = site.app.db.job(id.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!((job.state, job.counters.total, job.authority), (model::JobState::Preparing, 0, Authority::Admin));
        let added = post(&site, &bearer, &format!("/api/v1/jobs/{id}/items"), own).await;
        assert_eq!(added.status, StatusCode::OK, "{}", added.text);
    }
    let line = json!({"name": "n", "kind": "command", "prepare": true, "spec": {"command": "rm -rf x"}});
    let refused = post(&site, &bearer, "/api/v1/jobs", line).await;
    assert!(refused.text.contains("`command` is one text") && refused.text.contains("shell"), "{}", refused.text);
    let unknown = post(&site, &bearer, "/api/v1/jobs", json!({"name": "n", "kind": "shell", "prepare": true})).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unknown.text);
}
