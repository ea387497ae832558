//! The main road on SQLite and on PostgreSQL.
use model::*;
use std::time::Duration;
use store::*;

fn trace(id: u128, job: JobId, seq: i64, state: ItemState) -> Trace {
    Trace {
        no: 0,
        id: uuid::Uuid::from_u128(id).into(),
        job: Some(job),
        seq: Some(seq),
        attempt: 1,
        outcome: Some(state),
        trace_name: "t".into(),
        file_name: String::new(),
        application_name: "a".into(),
        flow_name: "f".into(),
        comment: "c\0d".into(),
        created_by: String::new(),
        time_to_process: 0.5,
        errors: false,
        verdict: None,
        created_at: Timestamp::from_micros(5),
    }
}

async fn road(db: Db) {
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let id: JobId = uuid::Uuid::from_u128(77).into();
    let new = NewJob {
        id,
        kind: "mail".into(),
        name: "n".into(),
        on_unknown: OnUnknown::Hold,
        account: None,
        application_name: "a".into(),
        flow_name: "f".into(),
        created_by: String::new(),
        task_type: String::new(),
        task_id: String::new(),
        spec: "{}".into(),
        state: JobState::Preparing,
        total: 0,
    };
    assert!(matches!(db.create_job(new, now).await.unwrap(), Created::New(_)));
    let items = (1..=1000)
        .map(|seq| NewItem {
            seq,
            message_no: seq,
            ledger_key: Some(format!("k{seq}")),
            label: format!("a{seq}@b"),
            payload: "{}".into(),
            verdict: None,
        })
        .collect();
    db.enqueue(id, items, Some("n".into()), now).await.unwrap();
    db.finish_preparing(id, now).await.unwrap();
    db.start_job(id, now).await.unwrap();
    let worker = db.register_worker("w".into(), 1, Duration::from_secs(10), now).await.unwrap();
    let claim = Claim { job: id, worker, messages: 600, group: 1 };
    let (_, claimed) = db.record_and_claim(id, worker, vec![], Some(claim.clone()), now).await.unwrap();
    let claimed = claimed.unwrap();
    assert_eq!(claimed.items.len(), 600);
    let outcomes = claimed
        .items
        .iter()
        .map(|i| {
            let state = match i.seq % 4 {
                0 => ItemState::Failed,
                1 => ItemState::Queued,
                _ => ItemState::Succeeded,
            };
            Outcome {
                seq: i.seq,
                attempt: i.attempt,
                message_no: i.message_no,
                state,
                not_before: now,
                verdict: (state != ItemState::Succeeded).then(|| Verdict::permanent("x", Fault::Recipient)),
                detail: String::new(),
                trace: trace(i.seq as u128, id, i.seq, state),
            }
        })
        .collect();
    let (recorded, claimed) = db.record_and_claim(id, worker, outcomes, Some(claim), now).await.unwrap();
    let (recorded, claimed) = (recorded.unwrap(), claimed.unwrap());
    assert_eq!(recorded.fenced, 0);
    assert_eq!(claimed.items.len(), 550);
    assert_eq!(
        claimed.job.counters,
        Counters { total: 1000, queued: 0, running: 550, succeeded: 300, failed: 150, unknown: 0, skipped: 0 }
    );
    let rescued = db
        .rescue(
            Lost::Everybodys,
            Verdict::permanent("lost", Fault::Server),
            Box::new(move |job, item| trace(5000 + item.seq as u128, job.id, item.seq, item.state)),
            now,
        )
        .await
        .unwrap();
    assert_eq!(rescued[0].job.counters.unknown, 550);
    assert_eq!(rescued[0].job.state, JobState::Completed);
    let page = db
        .traces(&TraceFilter { text: Some("C".into()), job: Some(id), limit: 10, ..Default::default() })
        .await
        .unwrap();
    assert_eq!(page.rows.len(), 10);
    assert_eq!(page.rows[0].comment, "c\u{fffd}d");
    let outcomes = db.outcomes_after(0, 2000).await.unwrap();
    assert_eq!(outcomes.rows.len(), 300 + 150 + 550);
    let (job, n) = db.retry_failed(id, now).await.unwrap();
    assert_eq!((n, job.state), (150, JobState::Pending));
    assert_eq!(
        db.jobs(&JobFilter { text: Some("N".into()), limit: 5, ..Default::default() }).await.unwrap().rows.len(),
        1
    );
    db.close().await;
}

#[tokio::test]
async fn sqlite() {
    let dir = tempfile::tempdir().unwrap();
    road(Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap()).await;
}

#[tokio::test]
async fn postgres() {
    let Ok(url) = std::env::var("VIGIE_TEST_POSTGRES") else { return };
    road(Db::open_postgres(&url).await.unwrap()).await;
}
