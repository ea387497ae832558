//! What was sent before, by key and by content; one open mailing of a name; and rows that are corrected.

use crate::bed::*;
use model::{ItemState, JobState};
use store::{Correction, Created, Db, LedgerMatch, NewItem, NewJob, Replaced, RowIdentity, Trace};

on_both![
    a_row_with_other_contents_is_another_row,
    contents_may_be_left_out_of_account,
    two_contents_under_one_key_are_two_rows,
    earlier_mailings_are_found_whatever_their_name,
    one_open_mailing_has_a_name,
    of_many_at_once_one_has_the_name,
    a_second_run_holds_the_name_against_a_retry,
    what_was_sent_since_is_skipped_when_it_is_claimed,
    a_corrected_row_is_sent_again_and_the_counts_follow,
    only_what_failed_is_corrected,
    a_person_counts_once_whichever_run_reached_them,
    what_a_row_said_before_it_was_corrected_is_received_too,
];

async fn item_of(db: &Db, id: model::JobId, seq: i64) -> store::Item {
    db.item(id, seq).await.unwrap().expect("the item is there")
}

fn seqs(items: &[store::ClaimedItem]) -> Vec<i64> {
    items.iter().map(|item| item.seq).collect()
}

fn row(seq: i64, content: &str) -> NewItem {
    NewItem { content: content.into(), ..item(seq) }
}

fn identity(seq: i64, content: &str) -> RowIdentity {
    RowIdentity { key: format!("key{seq}"), content: content.into() }
}

fn called(n: u128, name: &str) -> NewJob {
    NewJob { name: name.into(), ..new_job(job_id(n)) }
}

/// A job whose items are all sent.
async fn sent(db: &Db, job: NewJob, items: Vec<NewItem>) -> store::Job {
    let count = items.len() as u64;
    let id = running(db, job, items).await;
    let worker = worker(db).await;
    let claimed = claim(db, id, worker, count, NOW).await.items;
    record(db, id, worker, all(id, &claimed, ItemState::Succeeded), NOW).await.job
}

async fn a_row_with_other_contents_is_another_row(db: Db) {
    sent(&db, new_job(job_id(1)), vec![row(1, "nov"), row(2, "nov")]).await;
    let december = create(&db, called(2, "newsletter")).await.id;
    let rows = vec![row(1, "dec"), row(2, "nov"), row(3, "dec")];
    assert_eq!(db.enqueue(december, rows, Some("newsletter".into()), NOW).await.unwrap(), 1);
    let states: Vec<_> =
        [item_of(&db, december, 1).await, item_of(&db, december, 2).await].map(|item| item.state).into();
    assert_eq!(states, [ItemState::Queued, ItemState::Skipped]);
    let asked = [identity(1, "dec"), identity(2, "nov"), identity(3, "dec"), identity(2, "")];
    let received = db.received("newsletter", &asked).await.unwrap();
    let told: Vec<_> = received.iter().map(|one| (one.place, one.same, one.item)).collect();
    assert_eq!(
        told,
        [(0, false, Some((job_id(1), 1))), (1, true, Some((job_id(1), 2))), (3, true, Some((job_id(1), 2)))]
    );
    assert_eq!(db.received("another", &asked).await.unwrap(), []);
}

async fn contents_may_be_left_out_of_account(db: Db) {
    sent(&db, new_job(job_id(1)), vec![row(1, "nov")]).await;
    let by_key = NewJob { ledger: LedgerMatch::Key, ..called(2, "newsletter") };
    let id = create(&db, by_key).await.id;
    assert_eq!(db.enqueue(id, vec![row(1, "dec")], Some("newsletter".into()), NOW).await.unwrap(), 1);
    // What was imported knows no contents, and holds for any.
    db.import_ledger("old".into(), vec!["key1".into()], NOW).await.unwrap();
    let old = create(&db, called(3, "old")).await.id;
    assert_eq!(db.enqueue(old, vec![row(1, "dec")], Some("old".into()), NOW).await.unwrap(), 1);
}

async fn two_contents_under_one_key_are_two_rows(db: Db) {
    let twin = |seq, content: &str| NewItem { ledger_key: Some("a@x.fr".into()), ..row(seq, content) };
    let id = running(&db, new_job(job_id(1)), vec![twin(1, "F1"), twin(2, "F2")]).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 2, NOW).await.items;
    assert_eq!(claimed.len(), 2);
    let mut outcomes = all(id, &claimed, ItemState::Succeeded);
    outcomes[1].state = ItemState::Failed;
    record(&db, id, worker, outcomes, NOW).await;
    let again = create(&db, called(2, "newsletter")).await.id;
    let skipped = db.enqueue(again, vec![twin(1, "F1"), twin(2, "F2")], Some("newsletter".into()), NOW).await.unwrap();
    assert_eq!(
        (skipped, item_of(&db, again, 2).await.state),
        (1, ItemState::Queued),
        "the second invoice was not sent"
    );
}

async fn earlier_mailings_are_found_whatever_their_name(db: Db) {
    sent(&db, called(1, "clients novembre"), vec![row(1, "nov"), row(2, "nov"), row(3, "nov")]).await;
    sent(&db, called(2, "relance"), vec![row(2, "r")]).await;
    let mut found =
        db.earlier_mailings(&[identity(1, "nov"), identity(2, "r"), identity(9, "nov")], NOW).await.unwrap();
    found.sort_by(|a, b| a.mailing.cmp(&b.mailing));
    let told: Vec<_> = found.iter().map(|one| (one.mailing.as_str(), one.same, one.changed)).collect();
    assert_eq!(told, [("clients novembre", 1, 1), ("relance", 1, 0)]);
    assert_eq!(db.earlier_mailings(&[identity(1, "nov")], later(1)).await.unwrap(), [], "since then");
    assert!(db.is_mailing_name_used("relance").await.unwrap() && !db.is_mailing_name_used("clients").await.unwrap());
}

async fn one_open_mailing_has_a_name(db: Db) {
    let first = create(&db, called(1, "lettre")).await;
    match db.create_job(called(2, "lettre"), NOW).await.unwrap() {
        Created::NameTaken(job) => assert_eq!(job, first),
        other => panic!("{other:?}"),
    }
    assert_eq!(db.job(job_id(2)).await.unwrap(), None);
    // The same id asked for again is the same job, and jobs without a ledger may be called as they like.
    assert!(matches!(db.create_job(called(1, "lettre"), NOW).await.unwrap(), Created::Existing(_)));
    let other = NewJob { name: "lettre".into(), ..external(job_id(3), 1) };
    create(&db, other).await;
    db.cancel_job(first.id, reason(), NOW).await.ok();
    db.fail_job(first.id, reason(), NOW).await.ok();
    create(&db, called(4, "lettre")).await;
}

async fn of_many_at_once_one_has_the_name(db: Db) {
    for round in 0..10u128 {
        let name = format!("lettre {round}");
        let tries = (0..6).map(|n| {
            let (db, job) = (db.clone(), called(100 + round * 10 + n, &name));
            tokio::spawn(async move { db.create_job(job, NOW).await.unwrap() })
        });
        let mut made = 0;
        for one in tries.collect::<Vec<_>>() {
            made += u64::from(matches!(one.await.unwrap(), Created::New(_)));
        }
        assert_eq!(made, 1);
    }
}

async fn a_second_run_holds_the_name_against_a_retry(db: Db) {
    let id = running(&db, called(1, "lettre"), items(1)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 1, NOW).await.items;
    record(&db, id, worker, all(id, &claimed, ItemState::Failed), NOW).await;
    create(&db, called(2, "lettre")).await;
    let refused = db.retry_failed(id, NOW).await.unwrap_err().to_string();
    assert!(refused.starts_with("another run of `lettre` is preparing: job 0"), "{refused}");
    db.fail_job(job_id(2), reason(), NOW).await.unwrap();
    assert_eq!(db.retry_failed(id, NOW).await.unwrap().1, 1);
}

async fn what_was_sent_since_is_skipped_when_it_is_claimed(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(5)).await;
    db.import_ledger("newsletter".into(), vec!["key1".into(), "key2".into(), "key4".into()], NOW).await.unwrap();
    let worker = worker(&db).await;
    // The first two are passed over at once: a claim for two messages gives the next ones.
    let first = claim(&db, id, worker, 2, NOW).await;
    assert_eq!(seqs(&first.items), [3]);
    record(&db, id, worker, all(id, &first.items, ItemState::Succeeded), NOW).await;
    let last = claim(&db, id, worker, 2, NOW).await;
    assert_eq!(seqs(&last.items), [5]);
    let done = record(&db, id, worker, all(id, &last.items, ItemState::Succeeded), NOW).await.job;
    assert_eq!((done.state, done.counters.succeeded, done.counters.skipped), (JobState::Completed, 2, 3));
    let skipped = item_of(&db, id, 4).await;
    assert_eq!((skipped.attempts, skipped.verdict.unwrap().code.as_str()), (0, "already_sent"));
    assert_consistent(&db, id).await;
}

fn corrected(seq: i64, address: &str) -> Correction {
    Correction {
        seq,
        attempts: 1,
        state: ItemState::Failed,
        label: address.into(),
        ledger_key: Some(address.into()),
        content: "new".into(),
        payload: format!("{{\"to\":\"{address}\"}}"),
        trace: Trace { seq: Some(seq), ..new_trace(Some(job_id(1)), Some(seq)) },
    }
}

async fn a_corrected_row_is_sent_again_and_the_counts_follow(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(3)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 3, NOW).await.items;
    let mut outcomes = all(id, &claimed, ItemState::Succeeded);
    outcomes[1].state = ItemState::Failed;
    let before = record(&db, id, worker, outcomes, NOW).await.job;
    assert_eq!((before.state, before.counters.failed), (JobState::Completed, 1));
    let (job, done) = db.correct_items(id, vec![corrected(2, "b@x.fr"), corrected(3, "c@x.fr")], NOW).await.unwrap();
    assert_eq!((done, job.state, job.counters.queued, job.counters.failed), (vec![2], JobState::Pending, 1, 0));
    let item = item_of(&db, id, 2).await;
    assert_eq!((item.label.as_str(), item.payload.as_str(), item.verdict), ("b@x.fr", "{\"to\":\"b@x.fr\"}", None));
    assert_eq!(item_of(&db, id, 3).await.label, "user3@example.org", "it was sent: nothing of it changes");
    let stale = db.correct_items(id, vec![corrected(2, "other@x.fr")], NOW).await.unwrap().1;
    assert!(stale.is_empty(), "it waits to be sent");
    let again = claim(&db, id, worker, 3, NOW).await.items;
    let after = record(&db, id, worker, all(id, &again, ItemState::Succeeded), NOW).await.job;
    assert_eq!((after.state, after.counters.succeeded, after.counters.failed), (JobState::Completed, 3, 0));
    let received =
        db.received("newsletter", &[RowIdentity { key: "b@x.fr".into(), content: "new".into() }]).await.unwrap();
    assert_eq!(received.len(), 1, "under its new address");
    let late = Correction { state: ItemState::Succeeded, ..corrected(2, "other@x.fr") };
    let stale = db.correct_items(id, vec![corrected(2, "other@x.fr"), late], NOW).await.unwrap().1;
    assert!(stale.is_empty(), "what was made on an earlier attempt is left alone");
    assert_consistent(&db, id).await;
}

async fn only_what_failed_is_corrected(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let (job, done) = db.correct_items(id, vec![corrected(1, "b@x.fr"), corrected(9, "c@x.fr")], NOW).await.unwrap();
    assert_eq!((done.len(), job.counters.queued), (0, 2));
    let cancelled = db.cancel_job(id, reason(), NOW).await.unwrap();
    assert_eq!(cancelled.state, JobState::Cancelled);
    assert!(db.correct_items(id, vec![corrected(1, "b@x.fr")], NOW).await.unwrap().1.is_empty());
}

async fn day(db: &Db) -> store::Tally {
    let mut all = store::Activity::default();
    for (_, window) in db.activity(later(0), later(86_400), None).await.unwrap() {
        all += window;
    }
    all.recipients
}

/// Two failed of three; a later run of the mailing sends both again, one of them in vain.
async fn a_person_counts_once_whichever_run_reached_them(db: Db) {
    let first = running(&db, new_job(job_id(1)), items(3)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, first, worker, 3, NOW).await.items;
    let mut outcomes = all(first, &claimed, ItemState::Failed);
    (outcomes[0].state, outcomes[0].verdict) = (ItemState::Succeeded, None);
    let before = record(&db, first, worker, outcomes, NOW).await.job;
    let run = create(&db, called(2, "newsletter")).await;
    db.enqueue(run.id, items(3), Some("newsletter".into()), NOW).await.unwrap();
    assert_eq!(db.earlier_runs_with_failures(&run).await.unwrap(), [before]);
    let stands_for = |seq| Replaced { seq, earlier_job: first, earlier_seq: seq };
    db.replace_items(run.id, vec![stands_for(2), stands_for(3), stands_for(9)], NOW).await.unwrap();
    db.finish_preparing(run.id, NOW).await.unwrap();
    assert_eq!(day(&db).await, store::Tally { succeeded: 1, failed: 2, unknown: 0 }, "nothing was sent again yet");

    let again = claim(&db, run.id, worker, 9, later(600)).await.items;
    assert_eq!(seqs(&again), [2, 3]);
    let mut outcomes = all(run.id, &again, ItemState::Succeeded);
    outcomes[1].state = ItemState::Failed;
    record(&db, run.id, worker, outcomes, later(600)).await;
    assert_eq!(day(&db).await, store::Tally { succeeded: 2, failed: 1, unknown: 0 });
    let earlier = job(&db, first).await;
    assert_eq!((earlier.state, earlier.counters.failed, earlier.counters.skipped), (JobState::Completed, 0, 2));
    assert_eq!(item_of(&db, first, 2).await.verdict.unwrap().code, "sent_again");
    let trouble = store::ItemFilter { trouble: true, limit: 9, ..Default::default() };
    assert!(db.items(first, &trouble).await.unwrap().rows.is_empty(), "it is no longer among what is not delivered");
    assert_consistent(&db, first).await;
    assert_consistent(&db, run.id).await;
}

async fn what_a_row_said_before_it_was_corrected_is_received_too(db: Db) {
    let id = running(&db, new_job(job_id(1)), vec![row(1, "nov"), row(2, "nov")]).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 2, NOW).await.items;
    let mut outcomes = all(id, &claimed, ItemState::Succeeded);
    outcomes[1].state = ItemState::Failed;
    record(&db, id, worker, outcomes, NOW).await;
    db.correct_items(id, vec![corrected(2, "b@x.fr")], NOW).await.unwrap();
    assert!(db.received("newsletter", &[identity(2, "nov")]).await.unwrap().is_empty(), "it is not sent yet");
    let again = claim(&db, id, worker, 2, NOW).await.items;
    record(&db, id, worker, all(id, &again, ItemState::Unknown), NOW).await;
    let state = |found: &[store::Received]| found.iter().map(|one| one.state).collect::<Vec<_>>();
    let asked = [identity(2, "nov"), RowIdentity { key: "b@x.fr".into(), content: "new".into() }];
    assert_eq!(state(&db.received("newsletter", &asked).await.unwrap()), [ItemState::Unknown; 2]);
    let now_sent = vec![Trace { seq: Some(2), ..new_trace(Some(id), Some(2)) }];
    db.settle_unknown(id, vec![2], ItemState::Succeeded, now_sent, NOW).await.unwrap();
    assert_eq!(state(&db.received("newsletter", &asked).await.unwrap()), [ItemState::Succeeded; 2]);
    // The list of before is brought again: nobody is sent to twice.
    let older = create(&db, called(2, "newsletter")).await;
    let skipped = db.enqueue(older.id, vec![row(1, "nov"), row(2, "nov")], Some("newsletter".into()), NOW).await;
    assert_eq!(skipped.unwrap(), 2);
}
