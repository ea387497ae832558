use crate::testing::{Site, send};
use axum::http::StatusCode;
use serde_json::json;
use std::fs;
use store::Role;

const GUNICORN: &str = "\
[2025-01-09 22:05:00 +0000] [842] [INFO] Booting worker with pid: 915
[2025-01-09 22:08:31 +0000] [842] [CRITICAL] WORKER TIMEOUT (pid:915)
[2025-01-09 22:08:32 +0000] [842] [ERROR] Worker (pid:915) was sent SIGKILL! Perhaps out of memory?
[2025-01-09 22:08:32 +0000] [951] [INFO] Booting worker with pid: 951
";
const ACCESS: &str = "\
10.0.0.7 - - [09/Jan/2025:22:06:01 +0000] \"GET /clients HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"
10.0.0.7 - - [09/Jan/2025:22:08:32 +0000] \"POST /clients/send HTTP/1.1\" 502 157 \"-\" \"Mozilla/5.0\"
";
const ERRORS: &str = "\
2025/01/09 22:08:32 [error] 33#33: *9 upstream prematurely closed connection while reading response header from upstream, \
client: 10.0.0.7, server: x.fr, request: \"POST /clients/send HTTP/1.1\", upstream: \"http://unix:/run/g.sock:/clients/send\"
";

/// The machine's logs, of the evening before the site's clock.
fn machine(site: &Site) {
    let root = &site.app.machine;
    fs::create_dir_all(root.join("var/log/nginx")).unwrap();
    fs::create_dir_all(root.join("var/log/gunicorn")).unwrap();
    fs::write(root.join("var/log/gunicorn/error.log"), GUNICORN).unwrap();
    fs::write(root.join("var/log/nginx/access.log"), ACCESS).unwrap();
    fs::write(root.join("var/log/nginx/error.log"), ERRORS).unwrap();
}

async fn finished(site: &Site, path: &str) -> serde_json::Value {
    for _ in 0..300 {
        let found = site.get(path).await.json();
        if found["state"] != "running" {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{path} is not finished");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_and_gets_the_report_in_every_form() {
    let site = Site::new().await;
    machine(&site);
    let begun = site.post("/api/v1/diagnoses", json!({"phrase": "the mailing stopped at 22:08"})).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text);
    let path = format!("/api/v1/diagnoses/{}", begun.json()["id"].as_str().unwrap());
    let found = finished(&site, &path).await;
    assert_eq!((&found["verdict"], &found["cause"]), (&json!("cause"), &json!("worker_timeout")), "{found}");
    let deciding = found["report"]["deciding_line"].as_str().unwrap();
    assert!(deciding.contains("WORKER TIMEOUT (pid:915)"), "{deciding}");
    let markdown = site.get(&format!("{path}.md?lang=fr")).await;
    assert!(markdown.text.contains("## Réponse") && markdown.text.contains("WORKER TIMEOUT"), "{}", markdown.text);
    let html = site.get(&format!("{path}.html?lang=en")).await;
    assert!(html.text.starts_with("<!doctype html>") && html.text.contains("lang=\"en\""), "{}", html.text);
    assert!(html.header("content-disposition").starts_with("attachment"), "it is no page of ours");
    assert_eq!(site.get(&format!("{path}.json")).await.json()["verdict"]["cause"], "worker_timeout");
    for missing in [format!("{path}.csv"), format!("{path}.exe"), "/api/v1/diagnoses/none".to_owned()] {
        assert_eq!(site.get(&missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
    let list = site.get("/api/v1/diagnoses").await.json();
    assert_eq!(list["rows"][0]["cause"], "worker_timeout");
    assert_eq!(list["rows"][0]["report"], json!(null), "a list is short");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diagnosis_is_told_as_it_is_made() {
    let site = Site::new().await;
    machine(&site);
    let begun = site.post("/api/v1/diagnoses", json!({"phrase": "the mailing stopped at 22:08"})).await.json();
    let path = format!("/api/v1/diagnoses/{}", begun["id"].as_str().unwrap());
    let told = site.get(&format!("{path}/events")).await.text;
    assert_eq!(told.matches("event: source").count(), 3, "{told}");
    assert!(told.contains("\"name\":\"/var/log/nginx/error.log\"") && told.contains("\"of\":3"), "{told}");
    assert!(told.trim_end().ends_with("event: end\ndata: {}"), "{told}");
    // Whoever is told of the end finds the answer.
    assert_eq!(site.get(&path).await.json()["state"], "done");
    assert_eq!(
        site.get("/api/v1/diagnoses/00000000-0000-0000-0000-000000000000/events").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_answered_says_why() {
    let site = Site::new().await;
    machine(&site);
    let refused = site.post("/api/v1/diagnoses", json!({"phrase": "it stopped"})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("22:20"), "{}", refused.text);
    let list = json!({"phrase": "at 22:08", "recipients": "name\nAnna\n"});
    assert_eq!(site.post("/api/v1/diagnoses", list).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let begun = site.post("/api/v1/diagnoses", json!({"phrase": "at 22:08", "logs": ["/nowhere/*.log"]})).await.json();
    let found = finished(&site, &format!("/api/v1/diagnoses/{}", begun["id"].as_str().unwrap())).await;
    assert_eq!((&found["state"], &found["error"]), (&json!("failed"), &json!("no_file /nowhere/*.log")));
    let person = site.person("ana", Role::Admin).await;
    let page = site.look(&person, &format!("/diagnoses/{}", begun["id"].as_str().unwrap())).await.text;
    assert!(page.contains("No log file matches /nowhere/*.log"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_two_read_at_a_time() {
    let site = Site::new().await;
    machine(&site);
    let ctx = crate::Ctx::new(site.app.clone());
    let _both = ctx.diagnosing.clone().try_acquire_many_owned(super::AT_ONCE_MAX as u32).unwrap();
    let asked = ::api::diagnoses::NewDiagnosis { phrase: "at 22:08".into(), ..Default::default() };
    let refused = super::run::begin(&ctx, asked, super::run::AskedBy::Person("ana")).await;
    assert!(matches!(refused, Err(super::run::Refused::Other(_))), "{refused:?}");
    assert!(site.app.db.diagnoses().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_ask_and_read() {
    let site = Site::new().await;
    machine(&site);
    let begun = site.post("/api/v1/diagnoses", json!({"phrase": "at 22:08"})).await.json();
    let id = begun["id"].as_str().unwrap();
    for role in [Role::Viewer, Role::Operator] {
        let person = site.person(role.as_str(), role).await;
        for path in ["/diagnoses".to_owned(), format!("/diagnoses/{id}"), format!("/api/v1/diagnoses/{id}.json")] {
            assert_eq!(site.look(&person, &path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let token = site.token(store::Scope::Write).await;
    let headers = [("authorization", &*format!("Bearer {token}")), ("content-type", "application/json")];
    let sent = send(&site.router, "POST", "/api/v1/diagnoses", &headers, "{\"phrase\":\"at 22:08\"}").await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_asks_with_a_list_and_reads_the_answer() {
    let site = Site::new().await;
    machine(&site);
    let person = site.person("ana", Role::Admin).await;
    let field =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = "--x\r\nContent-Disposition: form-data; name=\"recipients\"; filename=\"l.csv\"\r\n\r\nemail\r\nanna@x.fr\r\n\r\n--x--\r\n";
    let headers = [("cookie", person.cookie.as_str()), ("content-type", "multipart/form-data; boundary=x")];
    let send_form = |phrase: &str| {
        let body = field("csrf", &person.csrf) + &field("phrase", phrase) + file;
        send(&site.router, "POST", "/diagnoses", &headers, body)
    };
    let again = send_form("it <b>stopped</b>").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.text.contains("No time is given") && again.text.contains("value=\"it &#60;b&#62;stopped"),
        "{}",
        again.text
    );
    let begun = send_form("stopped <b>at</b> 22:08").await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let path = begun.header("location").to_owned();
    finished(&site, &format!("/api/v1{path}")).await;
    let page = site.look(&person, &path).await.text;
    assert!(page.contains("WORKER TIMEOUT (pid:915)") && page.contains("anna@x.fr"), "{page}");
    assert!(
        !page.contains("<b>at</b>") && page.contains(&format!("href=\"/diagnoses?again={}", &path[11..])),
        "{page}"
    );
    let list = site.look(&person, &format!("/diagnoses?again={}", &path[11..])).await.text;
    assert!(list.contains("value=\"stopped &#60;b&#62;at&#60;/b&#62; 22:08\""), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_told_by_its_own_items() {
    let site = Site::new().await;
    machine(&site);
    let id = uuid::Uuid::from_u128(77);
    site.preparing_as(id.into(), "Invoices", "{}").await;
    let person = site.person("ana", Role::Admin).await;
    let form = site.look(&person, &format!("/diagnoses?job={id}")).await.text;
    assert!(form.contains("“Invoices” stopped") && form.contains("value=\"2025-01-10 14:32:15\""), "{form}");
    let begun = site.post("/api/v1/diagnoses", json!({"job": id})).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text);
    let path = format!("/api/v1/diagnoses/{}", begun.json()["id"].as_str().unwrap());
    let found = finished(&site, &path).await;
    assert_eq!(
        (&found["report"]["job"]["name"], &found["report"]["job"]["basis"]),
        (&json!("Invoices"), &json!("items"))
    );
    let text = site.get(&format!("{path}.md?lang=en")).await.text;
    assert!(text.contains("“Invoices”") && text.contains("it has not stopped"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_stops_unasked_is_looked_into_once() {
    let site = Site::new().await;
    machine(&site);
    let (db, id) = (&site.app.db, model::JobId(uuid::Uuid::from_u128(78)));
    site.preparing(id, "Invoices").await;
    let reply = "535 5.7.8 no";
    db.fail_job(id, store::Reason::new("auth_failed", reply), site.app.clock.now()).await.unwrap();
    let by_hand = model::JobId(uuid::Uuid::from_u128(79));
    site.preparing(by_hand, "Letters").await;
    db.fail_job(by_hand, store::Reason::new("by_hand", "ana"), site.app.clock.now()).await.unwrap();
    let ctx = crate::Ctx::new(site.app.clone());
    super::automatic::look(&ctx).await.unwrap();
    assert!(db.diagnoses().await.unwrap().is_empty(), "others may still log the same moment");
    site.clock.advance(std::time::Duration::from_secs(20));
    super::automatic::look(&ctx).await.unwrap();
    super::automatic::look(&ctx).await.unwrap();
    let kept = db.diagnoses().await.unwrap();
    assert_eq!(kept.iter().map(|kept| kept.job).collect::<Vec<_>>(), [Some(id)], "{kept:?}");
    let found = finished(&site, &format!("/api/v1/diagnoses/{}", kept[0].id)).await;
    assert_eq!((&found["cause"], &found["asked_by"]), (&json!("smtp_auth"), &json!("Vigie")), "{found}");
    let person = site.person("ana", Role::Admin).await;
    let page = site.look(&person, &format!("/jobs/{id}")).await.text;
    assert!(page.contains(&format!("href=\"/diagnoses/{}\"", kept[0].id)) && page.contains("login refused"), "{page}");
    let page = site.look(&person, &format!("/diagnoses/{}", kept[0].id)).await.text;
    assert!(page.contains(reply) && page.contains("Automatic"), "{page}");
}
