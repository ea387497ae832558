use crate::testing::{Answer, Site, send};
use axum::http::StatusCode;
use serde_json::{Value, json};

const ID: &str = "7f3b0c52-0000-4000-8000-000000000001";

fn path(rest: &str) -> String {
    format!("/api/v1/jobs/{ID}{rest}")
}

async fn made() -> Site {
    let site = Site::new().await;
    let body = json!({"id": ID, "name": "Factures de janvier", "total": 10, "user": "1", "task_type": "email_sending",
                      "task_id": "abc-123"});
    let answer = site.post("/api/v1/jobs", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    site
}

fn numbers(answer: &Answer) -> (u64, u64, u64) {
    let job = answer.json();
    let number = |name: &str| job[name].as_u64().unwrap();
    (number("queued"), number("succeeded"), number("failed"))
}

#[tokio::test]
async fn somebody_elses_job_from_before_it_exists_to_its_end() {
    let site = Site::new().await;
    let before = site.get(&path("/progress")).await;
    assert_eq!(before.status, StatusCode::OK);
    insta::assert_json_snapshot!("progress_before", before.json());

    let body = json!({"id": ID, "name": "Factures de janvier", "total": 10, "user": "1", "task_type": "email_sending",
                      "task_id": "abc-123"});
    let created = site.post("/api/v1/jobs", body.clone()).await;
    assert_eq!(created.status, StatusCode::CREATED);
    insta::assert_json_snapshot!("created", created.json());
    let again = site.post("/api/v1/jobs", body).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, created.json()));

    assert_eq!(site.post_text(&path("/start"), "").await.json()["state"], "running");
    let step = json!({"processed": 3, "failed": 1, "message": "Email 3/10", "item": "a@x.fr",
                      "trace": {"comment": "Erreur email", "errors": true}});
    assert_eq!(numbers(&site.post(&path("/advance"), step).await), (7, 2, 1));
    let done = site.post_text(&path("/complete"), "").await;
    assert_eq!(done.json()["state"], "completed");
    insta::assert_json_snapshot!("progress_after", site.get(&path("/progress")).await.json());
    insta::assert_json_snapshot!("shown", site.get(&path("")).await.json());
    let late = site.post(&path("/advance"), json!({"processed": 1})).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(site.post_text(&path("/start"), "").await.status, StatusCode::CONFLICT);
}

/// What the seeds' own task does: it names its user by a number, and says how far it is.
#[tokio::test]
async fn somebody_elses_job_has_a_run_log_of_its_own() {
    let site = Site::new().await;
    let body = json!({"id": ID, "name": "Envoi des factures", "total": 3, "user": 1, "task_type": "email_sending",
                      "task_id": 42});
    let created = site.post("/api/v1/jobs", body).await.json();
    assert_eq!((&created["created_by"], &created["task_id"]), (&json!("1"), &json!("42")), "{created}");
    for step in [
        json!({"processed": 1, "message": "Email 1/3 envoyé : FACTURE.pdf", "idempotency_key": "a"}),
        json!({"processed": 1, "message": "Email 1/3 envoyé : FACTURE.pdf", "idempotency_key": "a"}),
        json!({"processed": 1, "failed": 1, "message": "Erreur email FACTURE2.pdf: Invalid\nemail"}),
        json!({"processed": 1, "item": "c@x.fr", "trace": {"created_by": 7}}),
    ] {
        assert_eq!(site.post(&path("/advance"), step).await.status, StatusCode::OK);
    }
    site.post(&path("/complete"), json!({"message": "48 succès"})).await;
    assert_eq!(site.post_text(&path("/complete"), "").await.json()["state"], "completed");
    let log = site.get(&path("/log")).await.json();
    let records: Vec<_> = log["records"].as_array().or(log["rows"].as_array()).into_iter().flatten().collect();
    insta::assert_json_snapshot!("external_log", records, {"[].at" => "[at]", "[].next" => "[next]"});
    let traces = site.get("/api/v1/traces").await.json();
    assert_eq!(traces["rows"][0]["created_by"], "7");
}

#[tokio::test]
async fn a_step_repeated_with_its_key_counts_once() {
    let site = made().await;
    let step = json!({"processed": 1, "idempotency_key": "k1"});
    assert_eq!(numbers(&site.post(&path("/advance"), step.clone()).await), (9, 1, 0));
    assert_eq!(numbers(&site.post(&path("/advance"), step).await), (9, 1, 0));
    let headers = [("content-type", "application/json"), ("idempotency-key", "k2")];
    for _ in 0..2 {
        let answer = send(&site.inside, "POST", &path("/advance"), &headers, "{\"processed\":2}").await;
        assert_eq!(numbers(&answer), (7, 3, 0));
    }
}

#[tokio::test]
async fn a_job_that_fails_says_why() {
    let site = made().await;
    let answer = site.post(&path("/fail"), json!({"message": "Quota exceeded"})).await;
    assert_eq!(answer.json()["reason"], json!({"code": "reported", "detail": "Quota exceeded"}));
    assert_eq!(site.get(&format!("/core/sse-progress/{ID}")).await.json()["status"], "failed");
}

#[tokio::test]
async fn jobs_that_run_here_are_not_moved_on_from_outside() {
    let site = Site::new().await;
    let answer = site.post("/api/v1/jobs", json!({"id": ID, "name": "n", "kind": "noop", "prepare": true})).await;
    assert_eq!((answer.status, &answer.json()["state"]), (StatusCode::CREATED, &json!("preparing")));
    for (action, body) in [("/start", ""), ("/advance", "{\"processed\":1}"), ("/complete", ""), ("/fail", "")] {
        let headers = [("content-type", "application/json")];
        let answer = send(&site.inside, "POST", &path(action), &headers, body).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{action}");
    }
    assert_eq!(site.post_text(&path("/cancel"), "").await.json()["state"], "cancelled");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_plain_words() {
    let site = made().await;
    let mut said = Vec::new();
    let cases: [(&str, Value); 8] = [
        ("/advance", json!({"processed": 1, "failed": 2})),
        ("/advance", json!({"processed": u64::MAX})),
        ("/advance", json!({"processed": -1})),
        ("/advance", json!({"done": 1})),
        ("/settle", json!({"seqs": [], "as": "sent", "by": "x"})),
        ("/ready", json!({})),
        ("", json!({"name": ""})),
        ("", json!({"name": "n", "kind": "mail"})),
    ];
    for (action, body) in cases {
        let path = if action.is_empty() { "/api/v1/jobs".to_owned() } else { path(action) };
        let answer = site.post(&path, body.clone()).await;
        assert!(answer.status.is_client_error());
        assert_eq!(answer.header("content-type"), "application/problem+json");
        said.push(format!("{action} {body}\n  {}", answer.text));
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test]
async fn a_refusal_is_said_in_french_to_those_who_ask_for_it() {
    let site = Site::new().await;
    let ask = |language| {
        let headers = [("accept-language", language)];
        let router = site.inside.clone();
        async move { send(&router, "GET", "/api/v1/jobs/zzz", &headers, "").await }
    };
    let (english, french) = (ask("en").await, ask("fr-FR,fr;q=0.9,en;q=0.5").await);
    assert_eq!((english.status, english.header("content-language")), (french.status, ""));
    assert_eq!(english.json()["detail"], "no job has an ID that begins with `zzz`, or this name");
    assert_eq!(french.header("content-language"), "fr");
    assert_eq!(french.header("content-type"), "application/problem+json");
    let detail = "aucune tâche n’a un identifiant qui commence par «\u{a0}zzz\u{a0}», ni ce nom";
    assert_eq!(french.json()["detail"], detail);
}

#[tokio::test]
async fn an_unknown_account_is_refused_with_the_names_of_those_that_there_are() {
    let site = Site::with_account().await;
    let body = json!({"name": "N", "kind": "noop", "prepare": true, "account": "absent"}).to_string();
    let headers = [("accept-language", "fr"), ("content-type", "application/json")];
    let refused = send(&site.inside, "POST", "/api/v1/jobs", &headers, body).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    let refused = refused.json();
    assert_eq!(refused["detail"], "account\u{a0}: le compte «\u{a0}absent\u{a0}» n’existe pas");
    let remedy = refused["remedy"].as_str().unwrap();
    assert!(remedy.starts_with("indiquez l’un de ceux-ci\u{a0}: compta\u{202f};"), "{remedy}");
}

#[tokio::test]
async fn lists_by_page_and_by_what_callers_kept() {
    let site = made().await;
    for number in 0..5 {
        site.clock.advance(std::time::Duration::from_secs(1));
        let user = if number == 4 { "2" } else { "1" };
        site.post("/api/v1/jobs", json!({"name": format!("n{number}"), "user": user})).await;
    }
    let first = site.get("/api/v1/jobs?limit=4").await.json();
    let next = first["next"].as_str().unwrap();
    let second = site.get(&format!("/api/v1/jobs?limit=4&cursor={next}")).await.json();
    let names = |page: &Value| -> Vec<String> {
        page["rows"].as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!([names(&first), names(&second)].concat(), ["n4", "n3", "n2", "n1", "n0", "Factures de janvier"]);
    assert_eq!(second["next"], Value::Null);
    for (query, expected) in [
        ("user=2", vec!["n4"]),
        ("task_id=abc-123", vec!["Factures de janvier"]),
        ("task_id=abc", vec![]),
        ("task_type=email_sending&state=pending,running", vec!["Factures de janvier"]),
        ("q=FACTURES", vec!["Factures de janvier"]),
        ("state=completed", vec![]),
        ("since=2025-01-11", vec![]),
        ("kind=mail", vec![]),
    ] {
        assert_eq!(names(&site.get(&format!("/api/v1/jobs?{query}")).await.json()), expected, "{query}");
    }
    for wrong in ["state=done", "cursor=x", "limit=0", "since=yesterday", "unknown=1"] {
        let answer = site.get(&format!("/api/v1/jobs?{wrong}")).await;
        assert!(answer.status.is_client_error(), "{wrong}: {}", answer.text);
    }
}

/// By its id, the beginning of its id, its name, or `last`: the command line sends what was written.
#[tokio::test]
async fn a_job_is_found_by_what_it_is_called() {
    let site = Site::new().await;
    let second = ID.replace("7f3b0c52", "7f3b0c53");
    for (id, name) in [(ID, "Factures"), (second.as_str(), "Relances/2")] {
        site.clock.advance(std::time::Duration::from_secs(1));
        site.post("/api/v1/jobs", json!({"id": id, "name": name, "total": 1})).await;
    }
    let found = async |called: &str| site.get(&format!("/api/v1/jobs/{called}")).await;
    for (called, expected) in [
        (ID, ID),
        ("7f3b0c52", ID),
        ("7F3B0C53-0", &second),
        ("Factures", ID),
        ("Relances%2F2", &second),
        ("last", &second),
    ] {
        assert_eq!(found(called).await.json()["id"], expected, "{called}");
    }
    let (none, several) = (found("factures").await, found("7f3b0c5").await);
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    insta::assert_json_snapshot!("called_none", none.json());
    assert_eq!(several.status, StatusCode::CONFLICT);
    insta::assert_json_snapshot!("called_several", several.json());

    // Runs of one mailing follow each other: the newest is meant, unless several are open.
    let third = ID.replace("7f3b0c52", "7f3b0c54");
    site.clock.advance(std::time::Duration::from_secs(1));
    site.post("/api/v1/jobs", json!({"id": third, "name": "Factures", "total": 1})).await;
    assert_eq!(found("Factures").await.status, StatusCode::CONFLICT);
    site.post_text(&format!("/api/v1/jobs/{third}/cancel"), "").await;
    assert_eq!(found("Factures").await.json()["id"], third.as_str());
}
