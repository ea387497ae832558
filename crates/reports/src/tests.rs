//! An event on its way: acknowledged, counted, found, and counted once whatever ends the process.

mod beside;

use super::*;
use errors::auth::{ToldIn, public_key};
use jiff::tz::TimeZone;
use model::{ManualClock, Timestamp};
use std::time::Duration;
use store::{DropSide, IssueFilter, IssueStateKind, NewProject, Transition};
use telemetry::query::language::Order;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);
const KEY: [u8; 16] = [0xab; 16];

pub(crate) struct Site {
    folder: tempfile::TempDir,
    clock: ManualClock,
    pub(crate) reports: Reports,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), ManualClock::at(NOW));
        let reports = Self::open(&folder, &clock).await;
        let new = NewProject { name: "Shop".into(), platform: "python".into(), settings: String::new(), key: KEY };
        reports.0.db.create_project(new, NOW).await.unwrap();
        Self { folder, clock, reports }
    }

    async fn open(folder: &tempfile::TempDir, clock: &ManualClock) -> Reports {
        let db = Db::open_sqlite(&folder.path().join("vigie.db"), folder.path()).await.unwrap();
        let shared = Clock::Manual(clock.clone());
        let logs = Logs::new(folder.path(), logs::Config::default(), shared.clone(), TimeZone::UTC).unwrap();
        let blobs = Blobs::new(folder.path(), Rng::seeded(8)).unwrap();
        Reports::new(db, logs, blobs, shared, Rng::seeded(7))
    }

    async fn restart(&mut self) {
        self.reports.0.logs.close().await;
        self.reports.0.db.close().await;
        self.reports = Self::open(&self.folder, &self.clock).await;
    }

    pub(crate) async fn known(&self) -> Arc<KnownProject> {
        let header = format!("Sentry sentry_version=7, sentry_key={}", "ab".repeat(16));
        let key = public_key(ToldIn { header: Some(&header), ..ToldIn::default() }).unwrap();
        self.reports.project_of(&key).await.unwrap().expect("the project is known")
    }

    /// Sends an event whose exception has this value, raised in that function.
    async fn send(&self, function: &str, value: &str) -> Uuid {
        let event = serde_json::json!({
            "exception": {"values": [{"type": "KeyError", "value": value, "stacktrace": {"frames": [
                {"filename": "shop/views.py", "module": "shop.views", "function": function, "lineno": 3, "in_app": true}
            ]}}]},
            "release": "shop@1.2", "environment": "production", "user": {"id": value}, "tags": {"browser": "Firefox"},
            "extra": {"password": "hunter2-hunter2"},
        });
        let received = self.reports.receive(self.known().await, event.to_string().into(), Form::Event).await.unwrap();
        received.event_id.expect("an event has an id")
    }
}

use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_an_issue_and_is_found_by_it() {
    let site = Site::new().await;
    let id = site.send("cart", "a").await;
    site.send("cart", "b").await;
    site.send("pay", "a").await;
    let counted = site.reports.count().await.unwrap();
    let transitions: Vec<_> = counted.iter().map(|one| (one.number, one.transition)).collect();
    assert_eq!(transitions, [(1, Some(Transition::New)), (1, None), (2, Some(Transition::New))]);
    assert!(site.reports.count().await.unwrap().is_empty(), "each counts once");

    let db = &site.reports.0.db;
    let page = db.issues(&IssueFilter { limit: 50, ..IssueFilter::default() }).await.unwrap();
    let cart = page.rows.iter().find(|issue| issue.number == 1).unwrap();
    assert_eq!((cart.events, cart.users, cart.title.as_str()), (2, 2, "KeyError: b"));
    assert_eq!(cart.first_release.as_deref(), Some("shop@1.2"));

    let hashes: Vec<String> = db.issue_hashes(cart.id).await.unwrap().into_iter().map(|hash| hash.hash).collect();
    let range = NOW..NOW + Duration::from_secs(60);
    let found = site.reports.events("shop", &hashes, range.clone(), (Order::Descending, None), 1).await.unwrap();
    assert_eq!(found.events.len(), 1);
    let more = site.reports.events("shop", &hashes, range, (Order::Descending, found.next), 1).await.unwrap();
    assert_eq!((more.events[0].event_id, more.next), (id, None));
    let event = site.reports.event("shop", id).await.unwrap().unwrap();
    assert_eq!(event.event.main_exception().unwrap().value.as_deref(), Some("a"));
    assert!(!format!("{event:?}").contains("hunter2"), "secrets are not kept");
    assert!(site.reports.event("other", id).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_and_not_counted_is_counted_after_a_restart() {
    let mut site = Site::new().await;
    site.send("cart", "a").await;
    site.reports.count().await.unwrap();
    for value in ["b", "c", "d"] {
        site.send("cart", value).await;
    }
    // Sealed by the end of the process, and counted from the segment.
    site.restart().await;
    assert_eq!(site.reports.count().await.unwrap().len(), 3);
    site.restart().await;
    assert!(site.reports.count().await.unwrap().is_empty());
    let page = site.reports.0.db.issues(&IssueFilter { limit: 50, ..IssueFilter::default() }).await.unwrap();
    assert_eq!(page.rows.iter().map(|issue| (issue.events, issue.users)).collect::<Vec<_>>(), [(4, 4)]);
    assert_eq!(page.rows[0].state.kind(), IssueStateKind::New);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_the_quota_is_refused_with_a_time_and_counted() {
    let site = Site::new().await;
    let settings = ProjectSettings { items_per_minute: 2, ..ProjectSettings::default() };
    let project = site.known().await.project.id;
    let change = store::ProjectChange { settings: Some(settings.write()), ..store::ProjectChange::default() };
    site.reports.0.db.change_project(project, change).await.unwrap();
    site.reports.forget_projects();
    site.send("cart", "a").await;
    site.send("cart", "b").await;
    let body = || br#"{"message":"more"}"#.to_vec();
    let refused = site.reports.receive(site.known().await, body(), Form::Event).await.unwrap();
    assert_eq!(refused.refused, Some(DropReason::Quota));
    assert_eq!(refused.limited.get("error"), Some(&Duration::from_secs(60)));
    let dropped = site.reports.dropped(project, NOW).await.unwrap();
    let told: Vec<_> =
        dropped.iter().map(|one| (one.side, one.category.as_str(), one.reason.as_str(), one.count)).collect();
    assert_eq!(told, [(DropSide::Server, "error", "quota", 1)]);
    site.clock.advance(Duration::from_secs(60));
    let taken = site.reports.receive(site.known().await, body(), Form::Event).await.unwrap();
    assert!(taken.refused.is_none() && taken.event_id.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_project_leaves_nothing_and_a_new_one_of_its_name_begins_anew() {
    let mut site = Site::new().await;
    let id = site.send("cart", "a").await;
    site.reports.count().await.unwrap();
    let project = site.known().await.project.id;
    let file = site.reports.0.blobs.keep_read(&mut "of the event".as_bytes()).unwrap();
    let attachment = store::EventAttachment {
        no: 0,
        project,
        event: id,
        name: "log.txt".into(),
        content_type: "text/plain".into(),
        kind: "event.attachment".into(),
        sha256: file.sha256,
        bytes: file.size,
        at: NOW,
    };
    site.reports.0.db.add_attachment(attachment).await.unwrap();
    site.reports.begin_removal(project).await.unwrap();
    let header = format!("Sentry sentry_version=7, sentry_key={}", "ab".repeat(16));
    let key = public_key(ToldIn { header: Some(&header), ..ToldIn::default() }).unwrap();
    assert!(site.reports.project_of(&key).await.unwrap().is_none(), "its keys open nothing at once");
    // Cut off here: the process that comes next goes on.
    site.restart().await;
    site.reports.forget_old().await.unwrap();
    assert_eq!(site.reports.0.db.projects_being_removed().await.unwrap(), []);
    assert!(!file.path.exists(), "its files go with it");
    let new = NewProject { name: "Shop".into(), platform: String::new(), settings: String::new(), key: KEY };
    let (new, _) = site.reports.0.db.create_project(new, NOW).await.unwrap();
    assert_eq!(new.slug, "shop");
    assert!(site.reports.event("shop", id).await.unwrap().is_none(), "events of the old one are not its own");
    let page = site.reports.0.db.issues(&IssueFilter { limit: 50, ..IssueFilter::default() }).await.unwrap();
    assert!(page.rows.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_again_counts_once_whoever_answers() {
    let site = Site::new().await;
    let id = "9ec79c33ec9942ab8353589fcb2e04dc";
    let body = |name: &str| {
        let file = "{\"type\":\"attachment\",\"length\":1,\"filename\":\"a\"}\na\n";
        format!("{{\"event_id\":\"{id}\"}}\n{{\"type\":\"event\"}}\n{{\"message\":\"{name}\"}}\n{file}").into_bytes()
    };
    let send = async |reports: &Reports| {
        let received = reports.receive(site.known().await, body("x"), Form::Envelope).await.unwrap();
        assert_eq!((received.event_id, received.refused), (Some(id.parse().unwrap()), None));
    };
    for _ in 0..3 {
        send(&site.reports).await;
    }
    let Inner { db, logs, blobs, clock, .. } = &*site.reports.0;
    // A process that finds the event in the write-ahead log.
    send(&Reports::new(db.clone(), logs.clone(), blobs.clone(), clock.clone(), Rng::seeded(9))).await;
    assert_eq!(site.reports.count().await.unwrap().len(), 1);
    let project = site.known().await.project.id;
    assert_eq!(db.event_attachments(project, id.parse().unwrap()).await.unwrap().len(), 1, "its file, too");
    let dropped = site.reports.dropped(project, NOW).await.unwrap();
    let told: Vec<_> = dropped.iter().map(|one| (one.category.as_str(), one.reason.as_str(), one.count)).collect();
    assert!(told.contains(&("error", "duplicate", 2)) && told.contains(&("attachment", "duplicate", 2)), "{told:?}");
    // An event and a transaction may have one id; a transaction, too, counts once.
    let known = site.known().await;
    for _ in 0..2 {
        let spans = String::from_utf8(transaction("/cart/", 10, "ok")).unwrap().replacen(
            "{}",
            &format!("{{\"event_id\":\"{id}\"}}"),
            1,
        );
        site.reports.receive(Arc::clone(&known), spans.into_bytes(), Form::Envelope).await.unwrap();
    }
    let range = NOW..NOW + Duration::from_secs(60);
    let found = site.reports.endpoints(Some("shop"), range, Duration::from_millis(100)).await.unwrap();
    assert_eq!(found.rows.iter().map(|row| row.count).collect::<Vec<_>>(), [1]);
}

/// A transaction that took so many ms, a second after the others.
fn transaction(name: &str, millis: u64, status: &str) -> Vec<u8> {
    let start = NOW.as_micros() as f64 / 1e6;
    let body = serde_json::json!({
        "type": "transaction", "transaction": name, "start_timestamp": start, "timestamp": start + millis as f64 / 1e3,
        "contexts": {"trace": {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": format!("{millis:016x}"),
            "op": "http.server", "status": status}},
        "spans": [{"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331",
            "parent_span_id": format!("{millis:016x}"), "op": "db", "description": "SELECT 1",
            "start_timestamp": start, "timestamp": start + 0.001}],
    });
    format!("{{}}\n{{\"type\":\"transaction\"}}\n{body}\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_say_how_long_their_transactions_took() {
    let site = Site::new().await;
    for millis in 1..=100 {
        let (name, status) = if millis % 10 == 0 { ("/pay/", "internal_error") } else { ("/cart/", "ok") };
        let known = site.known().await;
        site.reports.receive(known, transaction(name, millis * 10, status), Form::Envelope).await.unwrap();
    }
    let range = NOW..NOW + Duration::from_secs(60);
    let found = site.reports.endpoints(Some("shop"), range.clone(), Duration::from_millis(100)).await.unwrap();
    assert!(!found.is_partial);
    let [cart, pay] = &found.rows[..] else { panic!("{found:?}") };
    assert_eq!((cart.name.as_str(), cart.op.as_str(), cart.count, cart.failed), ("/cart/", "http.server", 90, 0));
    // 10 to 90 ms satisfied; 110 to 390 ms were tolerated, but those that failed.
    assert_eq!((cart.satisfied, cart.tolerated), (9, 27));
    assert!((cart.apdex() - (9.0 + 13.5) / 90.0).abs() < 1e-9);
    assert_eq!((pay.count, pay.failed, pay.satisfied), (10, 10, 0));
    let near = |found: Duration, millis: f64| (found.as_secs_f64() * 1e3 - millis).abs() < millis * 0.03;
    assert!(near(cart.p50, 500.0) && near(cart.p95, 945.0) && near(cart.slowest, 990.0), "{cart:?}");
    let other = site.reports.endpoints(Some("other"), range, Duration::from_millis(100)).await.unwrap();
    assert!(other.rows.is_empty());
}
