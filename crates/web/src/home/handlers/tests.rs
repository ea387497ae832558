//! Recipients are counted, not attempts: on the first page, in the report and on a job alike.

use crate::testing::Site;
use axum::http::StatusCode;
use model::{Fault, ItemState, JobId, JobKind, Verdict};
use serde_json::json;
use std::time::Duration;
use store::{Claim, ClaimedItem, NewItem, Outcome, Reason, Role, Trace};
use uuid::Uuid;

const JOB: JobId = JobId(Uuid::from_u128(7));
const ITEMS: i64 = 20;

impl Site {
    async fn mailing(&self) {
        let (db, now) = (&self.app.db, self.app.clock.now());
        let item = |seq| NewItem {
            content: String::new(),
            seq,
            message_no: seq,
            ledger_key: None,
            label: format!("user{seq}@exemple.fr"),
            payload: "{}".into(),
            verdict: None,
        };
        self.preparing(JOB, "Factures").await;
        db.enqueue(JOB, (1..=ITEMS).map(item).collect(), None, now).await.unwrap();
        db.finish_preparing(JOB, now).await.unwrap();
    }

    async fn failed_run(&self, n: u128, name: &str) {
        let (db, now, id) = (&self.app.db, self.app.clock.now(), JobId(Uuid::from_u128(n)));
        self.preparing_of(JobKind::Command, id, name, "{}").await;
        db.fail_job(id, Reason::new("exit_status", "1"), now).await.unwrap();
    }

    /// Each waiting item is attempted, the first seven with this outcome, the others with success.
    async fn attempt(&self, worker: i64, state: ItemState) {
        let (db, now) = (&self.app.db, self.app.clock.now());
        let claim = Claim { job: JOB, worker, messages: 99, group: 1 };
        let claimed = db.record_and_claim(JOB, worker, Vec::new(), Some(claim), now).await.unwrap().1.unwrap();
        let of = |item: &ClaimedItem| if item.seq <= 7 { state } else { ItemState::Succeeded };
        let outcomes = claimed.items.iter().map(|item| self.outcome(item, of(item))).collect();
        db.record_and_claim(JOB, worker, outcomes, None, now).await.unwrap();
    }

    fn outcome(&self, item: &ClaimedItem, state: ItemState) -> Outcome {
        let verdict =
            (state != ItemState::Succeeded).then(|| Verdict::permanent("unknown_recipient", Fault::Recipient));
        let trace = Trace {
            no: 0,
            id: Uuid::from_bytes(self.app.rng.bytes()).into(),
            job: Some(JOB),
            seq: Some(item.seq),
            attempt: item.attempt,
            outcome: Some(state),
            trace_name: "send".into(),
            file_name: String::new(),
            application_name: String::new(),
            flow_name: String::new(),
            comment: format!("{}: x", item.label),
            created_by: "ana".into(),
            time_to_process: 0.1,
            errors: state != ItemState::Succeeded,
            verdict: verdict.clone(),
            created_at: self.app.clock.now(),
        };
        let (seq, attempt, message_no) = (item.seq, item.attempt, item.message_no);
        let (not_before, detail) = (trace.created_at, String::new());
        Outcome { seq, attempt, message_no, state, not_before, verdict, detail, trace }
    }
}

#[tokio::test]
async fn people_are_counted_once_everywhere() {
    let site = Site::new().await;
    site.mailing().await;
    let reader = site.person("zoe", Role::Viewer).await;
    let now = site.app.clock.now();
    let worker = site.app.db.register_worker("w".into(), 1, Duration::from_secs(60), now).await.unwrap();
    let report = async || {
        let report = site.get("/api/v1/report").await.json();
        let errors = report["last_errors"].as_array().unwrap().len();
        json!([report["sent"], report["errors"], report["success_rate"], errors])
    };
    site.attempt(worker, ItemState::Queued).await;
    assert_eq!(report().await, json!([13, 0, 100.0, 0]), "the seven are tried again");
    assert!(site.look(&reader, "/").await.text.contains("0 not delivered"));

    site.attempt(worker, ItemState::Failed).await;
    assert_eq!(report().await, json!([13, 7, 65.0, 5]));
    let home = site.look(&reader, "/").await.text;
    assert!(home.contains("7 not delivered") && home.contains("65") && home.contains("user7@exemple.fr"), "{home}");
    for page in ["/jobs", "/jobs/00000000-0000-0000-0000-000000000007"] {
        let page = site.look(&reader, page).await.text;
        assert!(page.contains("badge doubt") && page.contains("Completed, 7 not delivered"), "{page}");
    }

    let tabs = site.look(&reader, "/jobs/00000000-0000-0000-0000-000000000007").await.text;
    assert!(tabs.contains("To review<span class=\"pill bad\" data-show=\"undelivered\">7</span>"), "{tabs}");

    site.app.db.retry_failed(JOB, now).await.unwrap();
    site.attempt(worker, ItemState::Succeeded).await;
    assert_eq!(report().await, json!([20, 0, 100.0, 0]), "in the end all were served");
    let home = site.look(&reader, "/").await.text;
    assert!(!home.contains("user7@exemple.fr") && !home.contains("7 not delivered"), "{home}");

    let posted = json!([{"trace_name": "x", "application_name": "autre", "errors": true}, {"trace_name": "y", "application_name": "autre"}]);
    assert_eq!(site.post("/api/v1/traces", posted).await.status, StatusCode::CREATED);
    assert_eq!(report().await, json!([20, 0, 100.0, 1]), "what others post is nobody of ours");
    let all = site.get("/api/v1/report").await.json();
    assert_eq!(all["traces"], json!({"total": 2, "errors": 1}));
    let other = site.get("/api/v1/report?application=autre").await.json();
    assert_eq!(json!([other["sent"], other["traces"]["total"]]), json!([0, 2]));
    let home = site.look(&reader, "/").await.text;
    assert!(home.contains("Traces from other programs: 2 (errors: 1)"), "{home}");
}

/// However often something else has failed since.
#[tokio::test]
async fn mailings_that_need_somebody_are_told_of_first() {
    let site = Site::new().await;
    let now = site.app.clock.now();
    site.mailing().await;
    let worker = site.app.db.register_worker("w".into(), 1, Duration::from_secs(60), now).await.unwrap();
    site.attempt(worker, ItemState::Failed).await;
    for n in 0..30 {
        site.failed_run(300 + n, "Export").await;
    }
    for n in 0..12 {
        site.failed_run(100 + n, &format!("Copy {n}")).await;
    }
    let reader = site.person("zoe", Role::Viewer).await;
    let home = site.look(&reader, "/").await.text;
    let place = |text: &str| home.find(text).unwrap_or_else(|| panic!("{text}: {home}"));
    let runs = place("“Export”: 30 runs failed.");
    assert!(place("“Factures”: 7 messages were not delivered.") < runs, "{home}");
    place("4 more jobs did not go as planned.");

    for n in 0..100 {
        site.failed_run(1_000 + n, "Export").await;
    }
    let home = site.look(&reader, "/").await.text;
    assert!(home.contains("“Export”: at least 100 runs failed.") && home.contains("“Factures”: 7 messages"), "{home}");
}
