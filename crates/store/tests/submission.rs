//! Messages that programs hand over: each in one job, once, and a job that waits for more.

use crate::bed::*;
use model::{JobState, Timestamp};
use std::time::Duration;
use store::{Db, Intake, NewJob, NewSubmission, Submitted, SubmittedContent};
use uuid::Uuid;

on_both![
    messages_join_the_job_that_is_open_and_it_ends_when_none_has_come,
    a_message_of_a_key_is_taken_once,
    a_job_that_is_asked_for_by_its_id_goes_on,
    what_is_old_and_sent_is_let_go_of,
    a_blob_is_let_go_of_with_the_last_message_that_names_it,
    a_message_that_waits_is_released,
];

fn intake(key: &str, job: u128, now: Timestamp, messages: Vec<NewSubmission>) -> Intake {
    let spare = job_id(job + 1_000);
    let job = NewJob { state: JobState::Pending, ledger: store::LedgerMatch::None, ..new_job(job_id(job)) };
    Intake { key: key.into(), job, spare, open_until: now + Duration::from_secs(60), messages }
}

fn message(id: u128, key: Option<&str>) -> NewSubmission {
    NewSubmission {
        id: Uuid::from_u128(id),
        idempotency_key: key.map(str::to_owned),
        label: format!("client{id}@exemple.fr"),
        payload: "{}".into(),
        size: 3,
        content: SubmittedContent::Here(vec![id as u8, 0, 255]),
    }
}

/// A message that is kept here, and one that is a blob.
pub(crate) async fn taken(db: &Db) {
    let blob = NewSubmission { content: SubmittedContent::Blob("ef".repeat(32)), ..message(901, Some("é\u{1f}k")) };
    submit(db, intake("é\u{1f}", 900, NOW, vec![message(900, None), blob]), NOW).await;
}

async fn submit(db: &Db, intake: Intake, now: Timestamp) -> Vec<Submitted> {
    db.submit(vec![intake], now).await.unwrap().remove(0)
}

async fn messages_join_the_job_that_is_open_and_it_ends_when_none_has_come(db: Db) {
    let first = submit(&db, intake("a", 1, NOW, vec![message(1, None), message(2, None)]), NOW).await;
    let kept: Vec<_> = first.iter().map(|kept| (kept.job, kept.seq)).collect();
    assert_eq!(kept, [(job_id(1), 1), (job_id(1), 2)]);
    let two = vec![intake("b", 2, NOW, vec![message(3, None)]), intake("a", 3, NOW, vec![message(4, None)])];
    let kept = db.submit(two, NOW).await.unwrap();
    assert_eq!((kept[0][0].job, kept[1][0].job, kept[1][0].seq), (job_id(2), job_id(1), 3));
    assert_eq!(db.submitted_content(Uuid::from_u128(4)).await.unwrap(), Some(SubmittedContent::Here(vec![4, 0, 255])));
    assert_eq!(db.submitted(Uuid::from_u128(4)).await.unwrap(), Some(kept[1][0]));

    let worker = worker(&db).await;
    let claimed = claim(&db, job_id(1), worker, 10, later(1)).await;
    assert_eq!(claimed.items.len(), 3);
    let outcomes = claimed.items.iter().map(|item| outcome(job_id(1), item, model::ItemState::Succeeded)).collect();
    let (recorded, _) = db.record_and_claim(job_id(1), worker, outcomes, None, later(2)).await.unwrap();
    assert_eq!(recorded.unwrap().job.state, JobState::Running, "more may come");
    assert_eq!(db.open_until(job_id(1), later(2)).await.unwrap(), Some(later(60)));
    assert_eq!(db.open_until(job_id(1), later(60)).await.unwrap(), None);
    db.complete_job(job_id(1), None, later(61)).await.unwrap();
    let next = submit(&db, intake("a", 4, later(61), vec![message(5, None)]), later(61)).await;
    assert_eq!((next[0].job, next[0].seq), (job_id(4), 1));
    assert!(db.verify().await.unwrap().is_empty(), "the counters are right");
}

async fn a_message_of_a_key_is_taken_once(db: Db) {
    let messages = vec![message(1, Some("k")), message(2, Some("k")), message(3, Some("l"))];
    let first = submit(&db, intake("a", 1, NOW, messages), NOW).await;
    assert_eq!(first.iter().map(|kept| (kept.id.as_u128(), kept.seq)).collect::<Vec<_>>(), [(1, 1), (1, 1), (3, 2)]);
    let again = submit(&db, intake("b", 2, NOW, vec![message(4, Some("k"))]), NOW).await;
    assert_eq!((again[0], db.job(job_id(2)).await.unwrap()), (first[0], None));
    assert_eq!(db.job(job_id(1)).await.unwrap().unwrap().counters.total, 2);
}

async fn a_job_that_is_asked_for_by_its_id_goes_on(db: Db) {
    submit(&db, intake("a", 1, NOW, vec![message(1, None)]), NOW).await;
    let worker = worker(&db).await;
    let items = claim(&db, job_id(1), worker, 10, NOW).await.items;
    let outcomes = items.iter().map(|item| outcome(job_id(1), item, model::ItemState::Succeeded)).collect();
    db.record_and_claim(job_id(1), worker, outcomes, None, later(100)).await.unwrap();
    assert_eq!(db.job(job_id(1)).await.unwrap().unwrap().state, JobState::Completed);
    let more = submit(&db, intake("a", 1, later(200), vec![message(2, None)]), later(200)).await;
    assert_eq!((more[0].job, more[0].seq), (job_id(1), 2));
    assert_eq!(db.job(job_id(1)).await.unwrap().unwrap().state, JobState::Pending);
    db.cancel_job(job_id(1), store::Reason::new("requested", ""), later(201)).await.unwrap();
    let other = submit(&db, intake("a", 1, later(202), vec![message(3, None)]), later(202)).await;
    assert_eq!(other[0].job, job_id(1_001), "what was cancelled takes nothing");
    let more = submit(&db, intake("a", 1, later(203), vec![message(4, None)]), later(203)).await;
    assert_eq!((more[0].job, more[0].seq), (job_id(1_001), 2));
    // A mailing of somebody else's is nothing that messages join.
    db.create_job(NewJob { task_type: String::new(), ..new_job(job_id(2)) }, NOW).await.unwrap();
    let apart = submit(&db, intake("b", 2, NOW, vec![message(5, None)]), NOW).await;
    assert_eq!(apart[0].job, job_id(1_002));
}

async fn what_is_old_and_sent_is_let_go_of(db: Db) {
    submit(&db, intake("a", 1, NOW, vec![message(1, None), message(2, None)]), NOW).await;
    let worker = worker(&db).await;
    let items = claim(&db, job_id(1), worker, 1, NOW).await.items;
    let outcomes = vec![outcome(job_id(1), &items[0], model::ItemState::Succeeded)];
    db.record_and_claim(job_id(1), worker, outcomes, None, later(1)).await.unwrap();
    assert_eq!(db.forget_submitted_content(NOW, 10).await.unwrap(), 0, "too young");
    assert_eq!(db.forget_submitted_content(later(1), 10).await.unwrap(), 1);
    let content = async |id| db.submitted_content(Uuid::from_u128(id)).await.unwrap();
    assert_eq!(content(1).await, Some(SubmittedContent::Gone));
    assert!(matches!(content(2).await, Some(SubmittedContent::Here(_))), "it is still to be sent");
    db.cancel_job(job_id(1), store::Reason::new("requested", ""), later(2)).await.unwrap();
    while db.purge(later(100), 1).await.unwrap().more {}
    assert_eq!((content(1).await, content(2).await), (None, None));
}

async fn a_blob_is_let_go_of_with_the_last_message_that_names_it(db: Db) {
    let sha256 = "ab".repeat(32);
    let blob = |id| NewSubmission { content: SubmittedContent::Blob(sha256.clone()), ..message(id, None) };
    submit(&db, intake("a", 1, NOW, vec![blob(1), blob(2)]), NOW).await;
    let worker = worker(&db).await;
    let in_use = async || !db.uploads_in_use(std::slice::from_ref(&sha256)).await.unwrap().is_empty();
    for seq in 0..2 {
        assert!(in_use().await, "{seq} of 2 are let go of");
        let items = claim(&db, job_id(1), worker, 1, later(seq)).await.items;
        let outcomes = vec![outcome(job_id(1), &items[0], model::ItemState::Succeeded)];
        db.record_and_claim(job_id(1), worker, outcomes, None, later(seq)).await.unwrap();
        assert_eq!(db.forget_submitted_content(later(1), 10).await.unwrap(), 1);
    }
    assert!(!in_use().await);
    let row = db.submitted_row(Uuid::from_u128(2)).await.unwrap().unwrap();
    assert_eq!((row.at.job, row.at.seq, row.received_at, row.size), (job_id(1), 2, NOW, 3));
}

async fn a_message_that_waits_is_released(db: Db) {
    let at = submit(&db, intake("a", 1, NOW, vec![message(1, None)]), NOW).await[0];
    assert!(!db.release_submitted(at, NOW).await.unwrap(), "it is due");
    let worker = worker(&db).await;
    let items = claim(&db, job_id(1), worker, 1, NOW).await.items;
    let again = store::Outcome { not_before: later(600), ..outcome(job_id(1), &items[0], model::ItemState::Queued) };
    db.record_and_claim(job_id(1), worker, vec![again], None, later(1)).await.unwrap();
    assert!(claim(&db, job_id(1), worker, 1, later(2)).await.items.is_empty());
    assert!(db.release_submitted(at, later(2)).await.unwrap());
    assert_eq!(claim(&db, job_id(1), worker, 1, later(2)).await.items.len(), 1);
}
