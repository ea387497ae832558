//! `vigie migrate --to`, every way there is.

use crate::{artifacts::source_map, bed::*, issues::*, release_health::crashed, reports::*};
use model::{ItemState, pace::Limits};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use std::time::Duration;
use store::{
    Account, AccountPause, Advance, AuditEvent, CopyReport, Correction, Db, Draft, NewItem, NewJob, NewWebhook,
    Observation, Purpose, Replaced, Role, SavedSearch, Scope, Session, Token, Trace, User,
};
use uuid::Uuid;

/// A little of everything, as unkind as it may be.
#[expect(clippy::too_many_lines, reason = "a row of each table")]
async fn fill(db: &Db) {
    let (id, limits) = (Uuid::from_u128(1), Limits { daily: Some(9), ..Limits::default() });
    let account = Account {
        id: id.into(),
        name: "né\0".into(),
        url: "smtp://x".into(),
        secret: Some(vec![0, 255]),
        limits,
        pause: None,
    };
    db.save_account(account, NOW).await.unwrap();
    let pause = AccountPause { until: None, reason: reason() };
    let hostile = |seq| NewItem {
        label: format!("🦉 {seq} \"'\\\0"),
        ledger_key: (seq % 2 == 0).then(|| format!("k{seq}\t")),
        payload: "x".repeat(seq as usize * 997),
        verdict: (seq % 5 == 0).then(|| verdict("bad\u{1}")),
        ..item(seq)
    };
    let job = NewJob { account: Some(id.into()), spec: "é".repeat(300_000), ..new_job(job_id(1)) };
    let job = running(db, job, (1..=450).map(hostile).collect()).await;
    let dead = worker(db).await;
    let claimed = claim(db, job, dead, 9, NOW).await.items;
    let mut outcomes = all(job, &claimed, ItemState::Succeeded);
    for (n, outcome) in outcomes.iter_mut().enumerate() {
        outcome.trace.time_to_process = 1.0 / (n as f64 + 3.0) * 1e-7;
        outcome.trace.comment = "\u{fffd}\n\t€".into();
    }
    outcomes[1].state = ItemState::Failed;
    let (seq, attempts) = (outcomes[1].seq, outcomes[1].attempt);
    record(db, job, dead, outcomes, NOW).await;
    let failed = db.item(job, seq).await.unwrap().unwrap();
    let correction = Correction {
        seq,
        attempts,
        state: ItemState::Failed,
        label: failed.label,
        ledger_key: Some("\u{7f}".into()),
        content: "é".into(),
        payload: failed.payload,
        trace: new_trace(Some(job), Some(seq)),
    };
    assert_eq!(db.correct_items(job, vec![correction], NOW).await.unwrap().1, [seq]);
    let stands_for = Replaced { seq, earlier_job: job_id(9), earlier_seq: 1 };
    db.replace_items(job, vec![stands_for], NOW).await.unwrap();
    db.pause_account(id.into(), pause, NOW).await.unwrap();
    let outside = create(db, external(job_id(2), 4)).await.id;
    let step =
        Advance { processed: 1, item: Some("a".into()), idempotency_key: Some("k".into()), ..Advance::default() };
    db.advance_job(outside, step, NOW).await.unwrap();
    let token = Token {
        id,
        name: "t".into(),
        hash: [200; 32],
        scope: Scope::Write,
        created_at: NOW,
        expires_at: None,
        used_at: None,
    };
    db.create_token(token).await.unwrap();
    let hook = NewWebhook { id, url: "https://x".into(), secret: Some(vec![1]), mailing: Some("m".into()) };
    db.begin_scheduled("uploads", "h\u{f4}te".into(), later(9), NOW).await.unwrap();
    db.create_webhook(hook, NOW).await.unwrap();
    db.insert_traces(vec![Trace { time_to_process: -0.0, ..new_trace(None, None) }]).await.unwrap();
    db.end_worker(dead, NOW).await.unwrap();
    people(db).await;
    errors(db).await;
    schedules(db).await;
    alerts(db).await;
    crate::submission::taken(db).await;
    crate::dhis2::filled(db).await;
    db.begin_diagnosis(crate::diagnoses::asked(1, Some("paused é 1")), NOW).await.unwrap();
}

async fn schedules(db: &Db) {
    let schedule = crate::job_schedules::new_schedule("Été");
    db.create_job_schedule(schedule.clone(), NOW).await.unwrap();
    db.run_by_hand(schedule.id, later(3)).await.unwrap();
}

/// One that was told, and one channel that could not be.
async fn checks(db: &Db) {
    db.create_check(crate::checks::check(1, "backup")).await.unwrap();
    db.create_maintenance(crate::maintenances::maintenance(1)).await.unwrap();
    db.save_status_page("{}".into(), NOW).await.unwrap();
    db.note_disk(1_234, NOW, NOW).await.unwrap();
    let name = store::CheckName::Id(Uuid::from_u128(1));
    let change = crate::checks::change(model::CheckState::Down, 5, "é\0🦉");
    db.change_check(name, NOW, move |_| Some(change)).await.unwrap().unwrap();
}

async fn alerts(db: &Db) {
    checks(db).await;
    db.save_alert_rule(Uuid::from_u128(1), "é\0".into(), NOW).await.unwrap();
    db.save_alert_channel(crate::alerts::channel(5, "🦉\0"), NOW).await.unwrap();
    let incidents = vec![crate::alerts::incident(7, "\u{7f}", 0)];
    let deliveries = vec![crate::alerts::delivery(1, 5)];
    db.record_alerts(store::AlertRecord { incidents, deliveries, ..Default::default() }, NOW).await.unwrap();
    db.create_alert_silence(crate::alerts::silence()).await.unwrap();
    // What `errors` did is noted, and nobody has looked at it.
    assert!(!db.alert_events(1).await.unwrap().is_empty());
    celery(db).await;
}

async fn celery(db: &Db) {
    crate::celery::keep(db, vec![crate::celery::task("é\0", "🦉", store::CeleryState::Retry, NOW)]).await;
    db.save_celery_workers(vec![crate::celery::worker("\u{7f}")]).await.unwrap();
    db.save_celery_queues(vec![crate::celery::queue("\u{6}\u{16}3")]).await.unwrap();
    db.note_celery_silences(Duration::from_secs(1), crate::bed::later(60)).await.unwrap();
    let broker = store::CeleryBroker { name: "é".into(), standing: "{}".into(), updated_at: NOW };
    db.save_celery_broker(broker).await.unwrap();
    let count = crate::celery::counted("runtime", 7, store::CeleryMicros::Added);
    db.change_celery_tasks("é", Vec::new(), NOW, move |_| vec![count]).await.unwrap();
    db.give_celery_order("é".into(), "🦉".into(), NOW).await.unwrap();
}

/// Of which one went into the other, and was resolved.
async fn errors(db: &Db) {
    let project = shop(db).await;
    let tags = vec![("k\u{7f}".into(), "🦉\0".into())];
    let said = |no, hash: &str| Observation {
        user: Some(i64::MIN),
        release: Some("é".into()),
        tags: tags.clone(),
        ..event(no, project, hash)
    };
    apply(db, vec![said(1, "a"), said(2, "b")]).await;
    let [a, b] = [issue(db, project, 1).await.id, issue(db, project, 2).await.id];
    db.merge_issues(a, vec![b], "é".into(), NOW).await.unwrap();
    let [environment, name, url] = ["é", "", "\u{7f}"].map(str::to_owned);
    let deploy = store::Deploy { no: 0, environment, name, url, at: NOW };
    db.add_deploy(project, "é".into(), deploy).await.unwrap();
    let [id, author, message] = ["é\0", "", "🦉"].map(str::to_owned);
    db.set_commits(project, "é".into(), vec![store::Commit { id, author, message, at: Some(NOW) }], NOW).await.unwrap();
    db.count_sessions(project, vec![crashed("é", NOW)]).await.unwrap();
    db.add_feedback(crate::reports::said(project, None, "🦉\0")).await.unwrap();
    db.add_attachment(attachment(project, 1, 7)).await.unwrap();
    db.count_dropped(vec![(project, lost(store::DropSide::Client, "é", 1))], NOW).await.unwrap();
    let [sha1, sha256] = ["\t", "é"].map(str::to_owned);
    db.keep_chunk(store::UploadChunk { sha1, sha256, bytes: 1 }, NOW).await.unwrap();
    db.keep_artifacts(project, vec![source_map(project, "é", "~/🦉.js.map", Some(1))]).await.unwrap();
}

async fn people(db: &Db) {
    db.keep_key_fingerprint("f\u{7f}".into()).await.unwrap();
    let id = Uuid::from_u128(3);
    let (name, password) = ("é".to_owned(), Some("$argon2id$".to_owned()));
    let user = User { id, name, password, role: Role::Admin, disabled: false, created_at: NOW, seen_at: None };
    db.create_user(user).await.unwrap();
    let about = "\u{7f}".to_owned();
    db.create_session(Session { hash: [3; 32], user: id, about, created_at: NOW, expires_at: later(9) }).await.unwrap();
    db.invite(id, [4; 32], Purpose::Entry, later(9)).await.unwrap();
    let [who, action, subject, detail] = ["é", "user.create", "b", ""].map(str::to_owned);
    db.write_audit(AuditEvent { no: 0, at: NOW, who, action, subject, detail }).await.unwrap();
    let (owner, content) = ("é".to_owned(), "{}".to_owned());
    db.keep_uploads(job_id(1), vec!["ab".repeat(32), "cd".repeat(32)]).await.unwrap();
    let (name, address) = ("\t".to_owned(), "/explore?q=%00".to_owned());
    db.save_search(SavedSearch { id, owner: owner.clone(), name, address, created_at: NOW }).await.unwrap();
    db.create_draft(Draft { id, owner, content, version: 3, created_at: NOW, updated_at: NOW }).await.unwrap();
}

async fn sqlite(dir: &tempfile::TempDir, name: &str) -> Db {
    Db::open_sqlite(&dir.path().join(name), dir.path()).await.unwrap()
}

/// From `a` to `b`, and what was found there on to `c`.
async fn around(a: Db, b: Db, c: Db) {
    fill(&a).await;
    let mut seen = Vec::new();
    let there = a.copy_to(&b, NOW, |step| seen.push(step)).await.unwrap();
    let rows = |report: &CopyReport, name| report.tables.iter().find(|table| table.table == name).unwrap().rows;
    assert_eq!((rows(&there, "items"), rows(&there, "jobs"), rows(&there, "webhooks")), (453, 3, 1));
    assert!(there.tables.iter().all(|table| table.rows > 0), "{there:?}");
    assert!(seen.iter().filter(|step| step.table == "items").count() > 1, "in more than one batch");
    let on = b.copy_to(&c, NOW, drop).await.unwrap();
    assert_eq!(there, on);
    for db in [&b, &c] {
        assert_eq!(job(db, job_id(1)).await, job(&a, job_id(1)).await);
        assert_eq!(db.item(job_id(1), 300).await.unwrap(), a.item(job_id(1), 300).await.unwrap());
        assert_eq!(db.accounts().await.unwrap(), a.accounts().await.unwrap());
        assert_eq!(db.webhooks().await.unwrap(), a.webhooks().await.unwrap());
        // Numbers go on where the source left off.
        let last = a.webhooks().await.unwrap()[0].cursor;
        db.insert_traces(vec![new_trace(None, None)]).await.unwrap();
        let newest = &db.traces(&store::TraceFilter { limit: 1, ..Default::default() }).await.unwrap().rows[0];
        assert!(newest.no > last);
        assert!(worker(db).await > 1);
    }
    let text = a.copy_to(&c, NOW, drop).await.unwrap_err().to_string();
    assert!(text.starts_with("the target is not empty, it holds job_states, accounts, account_usage, jobs"), "{text}");
}

#[tokio::test]
async fn from_sqlite_to_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    around(sqlite(&dir, "a").await, sqlite(&dir, "b").await, sqlite(&dir, "c").await).await;
}

#[tokio::test]
async fn from_sqlite_to_postgresql_and_back() {
    on_postgres(async |postgres: Db| {
        let dir = tempfile::tempdir().unwrap();
        around(sqlite(&dir, "a").await, postgres, sqlite(&dir, "c").await).await;
    })
    .await;
}

#[tokio::test]
async fn from_postgresql_to_sqlite_and_back() {
    let Some(server) = server() else { return };
    let database = Database::create(&server).await;
    let first = Db::open_postgres(&database.url).await.unwrap();
    on_postgres(async move |postgres: Db| {
        let dir = tempfile::tempdir().unwrap();
        around(first.clone(), sqlite(&dir, "b").await, postgres).await;
        first.close().await;
    })
    .await;
    database.remove().await;
}

#[tokio::test]
async fn nothing_is_copied_while_a_worker_lives() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (sqlite(&dir, "a").await, sqlite(&dir, "b").await);
    create(&a, new_job(job_id(1))).await;
    worker(&a).await;
    let text = a.copy_to(&b, later(5), drop).await.unwrap_err().to_string();
    assert_eq!(text, "worker test (pid 1) is at work on the source: stop it, then copy");
    assert!(b.open_jobs().await.unwrap().is_empty());
    // Its lease has run out.
    a.copy_to(&b, later(11), drop).await.unwrap();
    assert_eq!(b.open_jobs().await.unwrap().len(), 1);
}

/// A copy that fails half way leaves a target that a second one can use.
#[tokio::test]
async fn a_failed_copy_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (sqlite(&dir, "a").await, sqlite(&dir, "b").await);
    fill(&a).await;
    let mut beside =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(dir.path().join("b"))).await.unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON tokens BEGIN SELECT raise(ABORT, 'disk on fire'); END";
    sqlx::query(refuse).execute(&mut beside).await.unwrap();
    let text = a.copy_to(&b, NOW, drop).await.unwrap_err().to_string();
    assert!(text.contains("disk on fire"), "{text}");
    assert!(b.accounts().await.unwrap().is_empty() && b.open_jobs().await.unwrap().is_empty());
    // A target that changes what is written is found out.
    sqlx::query("DROP TRIGGER refuse").execute(&mut beside).await.unwrap();
    let bend = "CREATE TRIGGER bend AFTER INSERT ON items WHEN NEW.seq = 200
                BEGIN UPDATE items SET label = 'bent' WHERE job_id = NEW.job_id AND seq = 200; END";
    sqlx::query(bend).execute(&mut beside).await.unwrap();
    let text = a.copy_to(&b, NOW, drop).await.unwrap_err().to_string();
    assert!(text.starts_with("copying items: 453 rows were read") && text.ends_with("nothing was kept"), "{text}");
    sqlx::query("DROP TRIGGER bend").execute(&mut beside).await.unwrap();
    a.copy_to(&b, NOW, drop).await.unwrap();
}

/// A table or column that a migration adds must be copied too: this list is to be changed together with `copy.rs`.
#[tokio::test]
async fn every_table_and_column_is_copied() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (sqlite(&dir, "a").await, sqlite(&dir, "b").await);
    let report = a.copy_to(&b, NOW, drop).await.unwrap();
    let mut conn =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(dir.path().join("a"))).await.unwrap();
    // Intents stay where they were declared.
    let sql = "SELECT m.name, count(*) AS columns FROM sqlite_master m JOIN pragma_table_info(m.name) c
               WHERE c.name NOT IN ('declared', 'declares') AND m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_version'
               GROUP BY m.name ORDER BY m.name";
    let rows = sqlx::query(sql).fetch_all(&mut conn).await.unwrap();
    let stand: Vec<(String, i64)> = rows.iter().map(|row| (row.get("name"), row.get("columns"))).collect();
    let mut copied: Vec<_> = report.tables.iter().map(|table| (table.table.to_owned(), table.columns as i64)).collect();
    copied.sort();
    assert_eq!(copied, stand);
}
