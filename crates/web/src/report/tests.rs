//! A report over the API, on its page and by mail.

use crate::{
    schedules::timetable,
    testing::{Site, send},
};
use axum::http::StatusCode;
use jobs::{Place, Schedules};
use mail::item::MailItem;
use model::JobKind;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::{ItemFilter, Role, RunState, ScheduleRun};
use tokio::sync::watch;

impl Site {
    /// A trace that another program posts: an error.
    async fn an_error(&self) {
        let posted = json!([{"trace_name": "x", "application_name": "autre", "errors": true, "comment": "{{ 7*7 }}"}]);
        assert_eq!(self.post("/api/v1/traces", posted).await.status, StatusCode::CREATED);
    }

    /// A lot that a report is about.
    async fn busy() -> Self {
        let site = Self::with_account().await;
        site.an_error().await;
        site.post_text(
            "/api/v1/logs",
            "{\"message\":\"a\",\"level\":\"error\"}\n{\"message\":\"b\",\"level\":\"info\"}\n",
        )
        .await;
        let new = store::NewProject {
            name: "Shop".into(),
            platform: "python".into(),
            settings: String::new(),
            key: [0xab; 16],
        };
        site.app.db.create_project(new, site.clock.now()).await.unwrap();
        let path = format!("/api/1/store/?sentry_key={}", "ab".repeat(16));
        let event = json!({"message": "Basket <lost>"}).to_string();
        assert_eq!(send(&site.router, "POST", &path, &[], event).await.status, StatusCode::OK);
        site.app.reports.count().await.unwrap();
        let check = json!({"name": "Backup", "kind": "heartbeat", "when": "every 24 h", "grace_s": 3600});
        let made = site.post("/api/v1/checks", check).await;
        assert!(made.status.is_success(), "{}", made.text);
        site.clock.advance(Duration::from_secs(1));
        site
    }

    async fn looked_after(&self) -> Schedules {
        let now = self.app.clock.now();
        let worker = self.app.db.register_worker("one".into(), 1, Duration::from_secs(864_000), now).await;
        let place = Place {
            db: self.app.db.clone(),
            clock: self.app.clock.clone(),
            name: "here".to_owned(),
            worker: Some(watch::channel(worker.unwrap()).1),
        };
        Schedules::start(&place, [timetable(self.app.clone())])
    }

    /// The next run of a schedule, once it is not waiting any more.
    async fn next_run(&self, name: &str) -> ScheduleRun {
        let begun = Instant::now();
        // The run that was the next until now may not have been followed by another yet.
        let (schedule, next) = loop {
            let schedule = self.app.db.job_schedule_named(name).await.unwrap().unwrap();
            let next = schedule.next.unwrap();
            let runs = self.app.db.runs_of_schedule(schedule.id, None, 1).await.unwrap();
            if runs.iter().all(|run| run.due != next.due || run.state == RunState::Waiting) {
                break (schedule, next);
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "no run after the last of {name}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        self.clock.advance(next.begins.since(self.app.clock.now()));
        loop {
            let runs = self.app.db.runs_of_schedule(schedule.id, None, 1).await.unwrap();
            if let Some(run) = runs.into_iter().find(|run| run.due == next.due && run.state != RunState::Waiting) {
                return run;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "no run of {name}");
            self.clock.advance(Duration::from_millis(50));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The subject and the text of the letter that a run sends, of which there is one for each address.
    async fn letter(&self, run: &ScheduleRun) -> (String, String) {
        let job = self.app.db.job(run.job.unwrap()).await.unwrap().unwrap();
        assert_eq!((job.kind, job.counters.total), (JobKind::Report, 2), "{job:?}");
        let items = self.app.db.items(job.id, &ItemFilter { limit: 10, ..ItemFilter::default() }).await.unwrap();
        let row = MailItem::parse(&items.rows[0].payload).unwrap();
        (row.values[0].clone(), row.values[1].clone())
    }
}

fn scheduled(name: &str, more: &Value) -> Value {
    let mut spec = json!({"to": ["a@exemple.fr", "b@exemple.fr"], "from": "vigie@exemple.fr", "language": "fr"});
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"name": name, "kind": "report", "when": "every 30 min", "spec": spec})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_says_the_same_everywhere() {
    let site = Site::busy().await;
    let report = site.get("/api/v1/report").await.json();
    assert_eq!(report["traces"], json!({"total": 1, "errors": 1}));
    assert_eq!(report["new_issues"], json!([{"short_id": "SHOP-1", "title": "Basket <lost>", "events": 1}]));
    assert_eq!(report["log_lines"], json!([{"level": "error", "lines": 1}, {"level": "info", "lines": 1}]));
    assert_eq!(report["left_out"], json!([]));
    let steps = report["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 24);
    let since = report["since"].as_str().unwrap();
    let text = site.get("/api/v1/report?format=text").await.text;
    let french = send(&site.inside, "GET", "/api/v1/report?format=md", &[("accept-language", "fr")], "").await.text;
    let html = site.get(&format!("/api/v1/report?since={since}&format=html")).await;
    assert!(html.header("content-disposition").starts_with("attachment"), "its styles are inline");
    assert!(text.contains("SHOP-1  Basket <lost> (1 event)") && text.contains("1, of which 1 error"), "{text}");
    assert!(french.contains("Nouveaux problèmes") && french.contains("Basket \\<lost\\>"), "{french}");
    assert!(html.text.contains("Basket &lt;lost&gt;"), "{}", html.text);
    let reader = site.person("zoe", Role::Viewer).await;
    let page = site.look(&reader, "/report").await.text;
    for said in ["SHOP-1", "Basket &#60;lost&#62;", "level%3Aerror", "{{ 7*7 }}"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("action=\"/report/send\""), "who only reads sends nothing");
    for query in ["since=2025-01-02&until=2025-01-01", "since=2020-01-01", "date=x", "format=pdf", "since=x"] {
        let refused = site.get(&format!("/api/v1/report?{query}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_on_a_schedule_covers_what_came_since_the_one_before() {
    let site = Site::busy().await;
    let _looked_after = site.looked_after().await;
    assert_eq!(site.post("/api/v1/schedules", scheduled("All", &json!({}))).await.status, StatusCode::CREATED);
    let first = site.next_run("All").await;
    let (subject, text) = site.letter(&first).await;
    assert_eq!(subject, "Vigie\u{a0}: 1 erreur, aucun message envoyé");
    assert!(text.contains("SHOP-1") && text.contains("{{ 7*7 }}"), "{text}");
    // Nobody sends here, and a job that is not over would hold up the next.
    let job = first.job.unwrap();
    assert_eq!(site.post(&format!("/api/v1/jobs/{job}/cancel"), json!({})).await.status, StatusCode::OK);
    let second = site.next_run("All").await;
    assert!(second.due > first.due, "{first:?} {second:?}");
    let (subject, text) = site.letter(&second).await;
    assert!(subject.contains("aucune erreur") && !text.contains("SHOP-1"), "{first:?} {second:?} {subject} {text}");
    let again = site.post("/api/v1/schedules/All/run", json!({})).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    let report = site.get("/api/v1/report").await.json();
    assert_eq!(report["other_items"]["succeeded"], 0, "what a report sends is not counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_may_be_for_errors_alone() {
    let site = Site::with_account().await;
    let _looked_after = site.looked_after().await;
    let made = site.post("/api/v1/schedules", scheduled("Errors", &json!({"only_errors": true}))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let run = site.next_run("Errors").await;
    assert_eq!((run.state, run.job), (RunState::Skipped, None));
    let admin = site.person("ana", Role::Admin).await;
    let page = site.look(&admin, &format!("/schedules/{}", run.schedule)).await.text;
    assert!(page.contains("Nothing to send") && page.contains("only if there were errors"), "{page}");
    site.an_error().await;
    let run = site.next_run("Errors").await;
    assert_eq!(run.state, RunState::Started, "{}", run.detail);
    assert!(site.letter(&run).await.0.contains("1 erreur"));
    assert_eq!(site.next_run("Errors").await.state, RunState::Skipped, "it was told");
}

#[tokio::test]
async fn a_report_is_sent_from_its_page_or_says_what_is_missing() {
    let site = Site::with_account().await;
    let operator = site.person("olga", Role::Operator).await;
    let refused = site.act(&operator, "/report/send", &[("to", "a@exemple.fr, b")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("b is not an e-mail address"), "{}", refused.text);
    let refused = site.act(&operator, "/report/send", &[("to", "a@exemple.fr")]).await;
    assert!(refused.text.contains("does not say its address"), "{}", refused.text);
    assert!(refused.text.contains("id=\"fault-from\"") && !refused.text.contains("id=\"fault-to\""), "at its field");
    let sent = site.act(&operator, "/report/send", &[("to", "a@exemple.fr"), ("from", "v@exemple.fr")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let job = site.look(&operator, sent.header("location")).await.text;
    assert!(job.contains("Report for "), "{job}");
    let items = site.get(&format!("/api/v1{}/items", sent.header("location"))).await.text;
    assert!(items.contains("a@exemple.fr"), "{items}");
    for (spec, said) in [
        (json!({"to": []}), "no address"),
        (json!({"account": "none"}), "none"),
        (json!({"language": "de"}), "neither en nor fr"),
        (json!({"period": "year"}), "spec"),
    ] {
        let refused = site.post("/api/v1/schedules", scheduled("X", &spec)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
    }
    let refused = site.post("/api/v1/jobs", json!({"name": "x", "kind": "report", "prepare": true})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
}
