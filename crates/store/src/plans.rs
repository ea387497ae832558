//! How SQLite goes about what pages ask: the statements are taken down as the code sends them.

use crate::{
    AuditFilter, Db, HourSteps, IssueCursor, IssueFilter, IssueOrder, IssueStateKind, ItemFilter, JobFilter, Order,
    TraceFilter, sql::Row,
};
use model::{ItemState, JobState, Timestamp};
use std::cell::RefCell;
use uuid::Uuid;

tokio::task_local! {
    static SENT: RefCell<Vec<String>>;
}

/// Takes a statement down, where somebody wants to know.
pub(crate) fn note(sql: &str) {
    let _ = SENT.try_with(|sent| sent.borrow_mut().push(sql.to_owned()));
}

async fn database() -> (Db, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
    (db, dir)
}

/// The statements that `call` reads with, each with its plan.
async fn plans<T>(db: &Db, call: impl Future<Output = crate::Result<T>>) -> Vec<(String, Vec<String>)> {
    let sent = SENT.scope(RefCell::default(), async {
        call.await.map(drop).unwrap();
        SENT.with(RefCell::take)
    });
    let mut plans = Vec::new();
    for sql in sent.await {
        let rows = db.rows(&format!("EXPLAIN QUERY PLAN {sql}"), &[]).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row: &Row| row.text("detail").unwrap()).collect();
        plans.push((sql, plan));
    }
    assert!(!plans.is_empty());
    plans
}

/// Nothing walks a table that grows without an index, nor sorts a list that may be a million rows long.
async fn assert_walks_indexes<T>(db: &Db, call: impl Future<Output = crate::Result<T>>) {
    for (sql, plan) in plans(db, call).await {
        let scans = |step: &String| {
            let grows = [
                "jobs",
                "items",
                "traces",
                "audit",
                "issues",
                "issue_hours",
                "issue_tags",
                "issue_hashes",
                "issue_activity",
                "releases",
            ];
            grows.iter().any(|table| step.starts_with(&format!("SCAN {table}"))) && !step.contains("INDEX")
        };
        assert!(!plan.iter().any(scans), "{sql}\n{plan:#?}");
        let is_long = sql.contains("FROM traces") || sql.contains("FROM items");
        let sorts = |step: &String| step.starts_with("USE TEMP B-TREE FOR ORDER BY");
        assert!(!is_long || !plan.iter().any(sorts), "{sql}\n{plan:#?}");
    }
}

#[tokio::test]
async fn jobs_are_listed_by_an_index() {
    let (db, _dir) = database().await;
    let some = || Some("x".to_owned());
    let at = Timestamp::EPOCH;
    let all = JobFilter { limit: 50, ..JobFilter::default() };
    let filters = [
        all.clone(),
        JobFilter { states: vec![JobState::Completed], ..all.clone() },
        JobFilter { states: vec![JobState::Running, JobState::Paused, JobState::Pending], ..all.clone() },
        JobFilter { kind: Some(model::JobKind::Mail), ..all.clone() },
        JobFilter { text: some(), ..all.clone() },
        JobFilter { task_type: some(), ..all.clone() },
        JobFilter { created_by: some(), ..all.clone() },
        JobFilter { trouble: true, since: Some(at), ..all.clone() },
        JobFilter { since: Some(at), until: Some(at), ..all.clone() },
        JobFilter { before: Some((at, Uuid::nil().into())), states: vec![JobState::Failed], ..all },
    ];
    for filter in filters {
        let orders =
            [Order::Newest, Order::Oldest, Order::Name, Order::NameBack, Order::MostFailed, Order::LeastFailed];
        for order in orders {
            assert_walks_indexes(&db, db.jobs(&JobFilter { order, ..filter.clone() })).await;
        }
    }
    assert_walks_indexes(&db, db.jobs_named_like("x", 5)).await;
    assert_walks_indexes(&db, db.job_counts(at)).await;
    assert_walks_indexes(&db, db.open_jobs()).await;
    assert_walks_indexes(&db, db.startable_jobs(at)).await;
    assert_walks_indexes(&db, db.is_mailing_name_used("x")).await;
    assert_walks_indexes(&db, db.job_steps(Uuid::nil().into())).await;
}

#[tokio::test]
async fn items_are_listed_by_an_index() {
    let (db, _dir) = database().await;
    let all = ItemFilter { limit: 50, ..ItemFilter::default() };
    let mut filters = vec![
        all.clone(),
        ItemFilter { trouble: true, ..all.clone() },
        ItemFilter { trouble: true, states: vec![ItemState::Failed, ItemState::Unknown], after: 7, ..all.clone() },
        ItemFilter { text: Some("x".into()), ..all.clone() },
        ItemFilter { text: Some("x".into()), states: vec![ItemState::Failed], ..all.clone() },
    ];
    filters.extend(ItemState::ALL.iter().map(|state| ItemFilter { states: vec![*state], ..all.clone() }));
    for filter in filters {
        for from_end in [false, true] {
            assert_walks_indexes(&db, db.items(Uuid::nil().into(), &ItemFilter { from_end, ..filter.clone() })).await;
        }
    }
}

/// Each filter that a page offers has an index that gives its rows in their order.
#[tokio::test]
async fn traces_are_listed_by_the_index_of_their_filter() {
    let (db, _dir) = database().await;
    let some = || Some("x".to_owned());
    let (at, job) = (Some(Timestamp::EPOCH), Some(Uuid::nil().into()));
    let all = TraceFilter { limit: 50, ..TraceFilter::default() };
    let cases = [
        (all.clone(), "SCAN traces USING INDEX traces_by_time"),
        (TraceFilter { text: some(), ..all.clone() }, "SCAN traces USING INDEX traces_by_time"),
        (TraceFilter { since: at, ..all.clone() }, "SEARCH traces USING INDEX traces_by_time (created_at>?"),
        (TraceFilter { until: at, ..all.clone() }, "SEARCH traces USING INDEX traces_by_time (created_at<?"),
        (TraceFilter { errors: Some(true), ..all.clone() }, "USING INDEX traces_with_errors"),
        (TraceFilter { errors: Some(true), since: at, ..all.clone() }, "USING INDEX traces_with_errors (created_at>?"),
        (TraceFilter { errors: Some(true), application: some(), ..all.clone() }, "USING INDEX traces_with_errors"),
        (TraceFilter { errors: Some(true), flow: some(), text: some(), ..all.clone() }, "INDEX traces_with_errors"),
        (TraceFilter { application: some(), ..all.clone() }, "traces_of_application (application_name=?)"),
        (
            TraceFilter { application: some(), since: at, until: at, ..all.clone() },
            "traces_of_application (application_name=? AND created_at>? AND created_at<?)",
        ),
        (
            TraceFilter { application: some(), flow: some(), ..all.clone() },
            "traces_by_application (application_name=? AND flow_name=?)",
        ),
        (TraceFilter { flow: some(), ..all.clone() }, "traces_of_flow (flow_name=?)"),
        (TraceFilter { job, ..all.clone() }, "traces_of_job (job_id=?)"),
        (TraceFilter { job, text: some(), ..all.clone() }, "traces_of_job (job_id=?)"),
        (TraceFilter { job, application: some(), ..all.clone() }, "traces_of_job (job_id=?)"),
        (TraceFilter { created_by: some(), ..all }, "INDEX traces_by_time"),
    ];
    let either_way = |(filter, index): (TraceFilter, &'static str)| {
        [false, true].map(|oldest_first| (TraceFilter { oldest_first, ..filter.clone() }, index))
    };
    for (filter, index) in cases.into_iter().flat_map(either_way) {
        let found = plans(&db, db.traces(&filter)).await;
        // A search asks first how far it may look: by the same index.
        for (sql, plan) in &found {
            let uses = |step: &String| step.replace("COVERING ", "").contains(index);
            assert!(plan.iter().any(uses), "{index}: {sql} {plan:#?}");
        }
        assert_walks_indexes(&db, db.traces(&filter)).await;
    }
}

/// A page that goes on is found by the index, too; it needs a trace to go on from.
#[tokio::test]
async fn pages_of_traces_go_on_by_an_index() {
    let (db, _dir) = database().await;
    db.write(|conn| {
        Box::pin(async move {
            let sql = "INSERT INTO traces (id, trace_name, file_name, application_name, flow_name, comment, created_by,
                                           time_to_process, errors, created_at)
                       SELECT randomblob(16), '', '', '', '', '', '', 0.0, 0, 7";
            conn.execute(sql, &[]).await.map(drop)
        })
    })
    .await
    .unwrap();
    let all = TraceFilter { limit: 50, before: Some(1), ..TraceFilter::default() };
    let some = || Some("x".to_owned());
    for filter in [
        all.clone(),
        TraceFilter { errors: Some(true), ..all.clone() },
        TraceFilter { application: some(), ..all.clone() },
        TraceFilter { job: Some(Uuid::nil().into()), ..all },
    ] {
        let found = plans(&db, db.traces(&filter)).await;
        assert!(found[1].1[0].contains("created_at<?"), "{found:#?}");
        assert_walks_indexes(&db, db.traces(&filter)).await;
    }
}

#[tokio::test]
async fn the_other_lists_of_pages_walk_indexes() {
    let (db, _dir) = database().await;
    let at = Timestamp::EPOCH;
    let leaps = plans(&db, db.trace_names()).await;
    let whole = ["(application_name=? AND flow_name>?)", "(application_name>?)"];
    assert!(leaps.iter().zip(whole).all(|((_, plan), whole)| plan[0].contains(whole)), "{leaps:#?}");
    assert_walks_indexes(&db, db.trace_names()).await;
    assert_walks_indexes(&db, db.activity(at, at, None)).await;
    assert_walks_indexes(&db, db.activity(at, at, Some("x"))).await;
    assert_walks_indexes(&db, db.activity_by_application(at)).await;
    assert_walks_indexes(&db, db.audit(None, 50)).await;
    let narrow = AuditFilter { who: Some("x".into()), about: vec!["x".into()], limit: 50, ..AuditFilter::default() };
    assert_walks_indexes(&db, db.search_audit(&narrow)).await;
    assert_walks_indexes(&db, db.drafts_of("x", 50)).await;
    assert_walks_indexes(&db, db.users()).await;
    assert_walks_indexes(&db, db.sessions_of(Uuid::nil(), at)).await;
    assert_walks_indexes(&db, db.session([0; 32], at)).await;
    assert_walks_indexes(&db, db.workers(at)).await;
    assert_walks_indexes(&db, db.missed_runs_since(at)).await;
    assert_walks_indexes(&db, db.alert_delivery_counts(at)).await;
    assert_walks_indexes(&db, db.accounts()).await;
    assert_walks_indexes(&db, db.tokens()).await;
}

/// Conditions and cursors of each order; those that choose few issues look them up instead.
#[tokio::test]
async fn issues_are_listed_by_an_index() {
    let (db, _dir) = database().await;
    let some = || Some("x".to_owned());
    let at = Timestamp::EPOCH;
    let all = IssueFilter { limit: 50, ..IssueFilter::default() };
    let filters = [
        all.clone(),
        IssueFilter { project: Some(1), states: IssueStateKind::OPEN.to_vec(), ..all.clone() },
        IssueFilter { levels: vec![model::Level::Error], after: Some(IssueCursor { key: 7, id: 7 }), ..all.clone() },
        IssueFilter { text: some(), first_since: Some(at), last_until: Some(at), ..all.clone() },
    ];
    let orders = [IssueOrder::LastSeen, IssueOrder::FirstSeen, IssueOrder::Events, IssueOrder::Users];
    for (filter, order) in filters.into_iter().flat_map(|filter| orders.map(|order| (filter.clone(), order))) {
        let found = plans(&db, db.issues(&IssueFilter { order, ..filter })).await;
        for (sql, plan) in found {
            assert!(
                plan.iter().any(|step| step.contains("issues USING INDEX issues_by_")
                    || step.contains("issues USING COVERING INDEX issues_by_")),
                "{sql} {plan:#?}"
            );
            assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{sql} {plan:#?}");
        }
    }
    let narrow = IssueFilter { assignee: some(), tags: vec![("k".into(), "v".into())], ..all.clone() };
    assert_walks_indexes(&db, db.issues(&narrow)).await;
    let day = IssueFilter { order: IssueOrder::LastDay(at), project: Some(1), ..all };
    let (_, plan) = &plans(&db, db.issues(&day)).await[0];
    for index in ["issues_by_last_seen (last_seen>?", "issue_hours USING PRIMARY KEY (issue=? AND hour>?"] {
        assert!(plan.iter().any(|step| step.contains(index)), "{index}: {plan:#?}");
    }
    let steps = HourSteps { since: at, hours: 24, count: 14 };
    assert_walks_indexes(&db, db.issue_trends(&[1, 2], steps, Some("x"))).await;
    assert_walks_indexes(&db, db.issue_tags(1, 10)).await;
    assert_walks_indexes(&db, db.issue_hashes(1)).await;
    assert_walks_indexes(&db, db.issue_activity(1, None, 10)).await;
    assert_walks_indexes(&db, db.issue_of_number(1, 1)).await;
    assert_walks_indexes(&db, db.count_issues(Some(1))).await;
    assert_walks_indexes(&db, db.count_issues(None)).await;
    assert_walks_indexes(&db, db.releases(1, None, 10)).await;
}
