//! Enqueueing, what was sent before, and the lists of items.

use crate::bed::*;
use model::{ItemState, JobState};
use store::{Db, EXAMINED_MAX, Item, ItemFilter, NewItem, SearchPage};

on_both![
    items_come_back_as_they_went_in,
    what_was_sent_before_is_skipped,
    what_cannot_be_sent_is_failed_from_the_start,
    the_same_items_at_once_are_there_once,
    only_a_job_in_preparation_takes_items,
    items_are_listed_by_page_and_filter,
    a_search_of_items_stops_and_goes_on,
    trouble_is_what_did_not_go_as_it_should,
    the_effect_is_noted_on_items_in_flight,
    a_ledger_is_imported_once,
];

async fn items_come_back_as_they_went_in(db: Db) {
    let id = create(&db, new_job(job_id(1))).await.id;
    let payload = "🦉 \"quoted\" \\u0000 \u{2028}\n".repeat(40_000);
    let hostile = NewItem {
        label: "a\0b 🦉 12".into(),
        payload: format!("{payload}\0"),
        ledger_key: Some("k\0".into()),
        message_no: 7,
        ..item(1)
    };
    let numbers = NewItem { label: "123".into(), payload: "1e3".into(), ..item(2) };
    db.enqueue(id, vec![hostile, numbers], None, NOW).await.unwrap();
    let found = db.item(id, 1).await.unwrap().unwrap();
    assert_eq!((found.label.as_str(), found.message_no), ("a\u{fffd}b 🦉 12", 7));
    assert!(found.payload == format!("{payload}\u{fffd}"), "a megabyte of text came back changed");
    assert_eq!((found.state, found.attempts, found.finished_at, found.verdict), (ItemState::Queued, 0, None, None));
    let found = db.item(id, 2).await.unwrap().unwrap();
    assert_eq!((found.label.as_str(), found.payload.as_str()), ("123", "1e3"));
    assert_eq!(db.item(id, 3).await.unwrap(), None);
    assert_eq!(db.enqueue(id, Vec::new(), None, NOW).await.unwrap(), 0);
    assert_consistent(&db, id).await;
}

async fn what_was_sent_before_is_skipped(db: Db) {
    let keys = ["key1", "key3", "key9"].map(str::to_owned).to_vec();
    assert_eq!(db.import_ledger("newsletter".into(), keys, NOW).await.unwrap(), 3);
    let id = create(&db, new_job(job_id(1))).await.id;
    // In no order, as a caller may bring them, and without a key.
    let mut rows: Vec<_> = items(4).into_iter().rev().collect();
    rows.push(NewItem { ledger_key: None, ..item(5) });
    assert_eq!(db.enqueue(id, rows, Some("newsletter".into()), NOW).await.unwrap(), 2);
    let skipped = db.item(id, 3).await.unwrap().unwrap();
    assert_eq!((skipped.state, skipped.finished_at), (ItemState::Skipped, Some(NOW)));
    assert_eq!(skipped.verdict.unwrap().code, "already_sent");
    let job = assert_consistent(&db, id).await;
    assert_eq!((job.counters.queued, job.counters.skipped, job.counters.total), (3, 2, 5));
    // Under another name nothing was sent.
    let other = create(&db, new_job(job_id(2))).await.id;
    assert_eq!(db.enqueue(other, items(4), Some("other".into()), NOW).await.unwrap(), 0);
    let again = db.enqueue(other, vec![item(4), item(5)], None, NOW).await.unwrap_err();
    assert_eq!(again.to_string(), format!("item 4 of job {other} is there already"));
    assert_eq!(assert_consistent(&db, other).await.counters.queued, 4);
}

async fn what_cannot_be_sent_is_failed_from_the_start(db: Db) {
    let id = create(&db, new_job(job_id(1))).await.id;
    let bad = NewItem { verdict: Some(verdict("bad_address").with_arg("at", "1\0")), ..item(2) };
    db.enqueue(id, vec![item(1), bad], None, NOW).await.unwrap();
    let found = db.item(id, 2).await.unwrap().unwrap();
    assert_eq!((found.state, found.attempts), (ItemState::Failed, 0));
    assert_eq!(found.verdict, Some(verdict("bad_address").with_arg("at", "1\0")));
    assert_eq!(assert_consistent(&db, id).await.counters.failed, 1);
}

async fn the_same_items_at_once_are_there_once(db: Db) {
    let id = create(&db, new_job(job_id(1))).await.id;
    let together: Vec<_> = (0..6)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db.enqueue(id, items(100), None, NOW).await })
        })
        .collect();
    let mut added = 0;
    for one in together {
        match one.await.unwrap() {
            Ok(_) => added += 1,
            // Whoever shares a commit is told as the one whose fault it is.
            Err(error) => assert_eq!(error.to_string(), format!("item 1 of job {id} is there already")),
        }
    }
    assert_eq!((added, assert_consistent(&db, id).await.counters.queued), (1, 100));
}

async fn only_a_job_in_preparation_takes_items(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(1)).await;
    let text = db.enqueue(id, vec![item(2)], None, NOW).await.unwrap_err().to_string();
    assert_eq!(text, format!("job {id} is running: it cannot be given more items"));
    let cancelled = create(&db, new_job(job_id(2))).await.id;
    db.cancel_job(cancelled, reason(), NOW).await.unwrap();
    assert!(db.enqueue(cancelled, vec![item(2)], None, NOW).await.is_err());
    assert_eq!(assert_consistent(&db, cancelled).await.counters.total, 0);
    assert_eq!(assert_consistent(&db, id).await.counters.total, 1);
}

async fn items_are_listed_by_page_and_filter(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(10)).await;
    running(&db, new_job(job_id(2)), items(3)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 3, NOW).await;
    record(&db, id, worker, all(id, &claimed.items, ItemState::Succeeded), NOW).await;
    let (mut seen, mut after) = (Vec::new(), 0);
    loop {
        let page = db.items(id, &ItemFilter { after, limit: 4, ..ItemFilter::default() }).await.unwrap();
        seen.extend(page.rows.iter().map(|item| item.seq));
        let Some(next) = page.next else { break };
        after = next;
    }
    assert_eq!(seen, (1..=10).collect::<Vec<_>>());
    let all = ItemFilter { limit: 20, ..ItemFilter::default() };
    let cases = [
        (ItemFilter { states: vec![ItemState::Succeeded], ..all.clone() }, vec![1, 2, 3]),
        (ItemFilter { states: vec![ItemState::Succeeded, ItemState::Failed], ..all.clone() }, vec![1, 2, 3]),
        (ItemFilter { text: Some("USER1".into()), ..all.clone() }, vec![1, 10]),
        (ItemFilter { text: Some("user_".into()), ..all.clone() }, vec![]),
        (ItemFilter { trouble: true, ..all }, vec![]),
    ];
    for (filter, expected) in cases {
        let seqs = async |filter: &ItemFilter| -> Vec<i64> {
            db.items(id, filter).await.unwrap().rows.iter().map(|item| item.seq).collect()
        };
        assert_eq!(seqs(&filter).await, expected, "{filter:?}");
        let back: Vec<i64> = expected.iter().rev().copied().collect();
        assert_eq!(seqs(&ItemFilter { from_end: true, ..filter.clone() }).await, back, "{filter:?}");
    }
    let back = |after| ItemFilter { from_end: true, after, limit: 4, ..ItemFilter::default() };
    let first = db.items(id, &back(0)).await.unwrap();
    let second = db.items(id, &back(first.next.unwrap())).await.unwrap();
    let seqs = |found: &SearchPage<Item, i64>| found.rows.iter().map(|item| item.seq).collect::<Vec<_>>();
    assert_eq!((seqs(&first), seqs(&second)), (vec![10, 9, 8, 7], vec![6, 5, 4, 3]));
}

async fn a_search_of_items_stops_and_goes_on(db: Db) {
    let count = i64::from(EXAMINED_MAX) + 5;
    let id = running(&db, new_job(job_id(1)), items(count)).await;
    let last = format!("user{count}@");
    let filter = ItemFilter { text: Some(last), limit: 9, ..ItemFilter::default() };
    let first = db.items(id, &filter).await.unwrap();
    let bound = Some(i64::from(EXAMINED_MAX));
    assert_eq!((first.rows.len(), first.next, first.searched_until), (0, bound, bound));
    let second = db.items(id, &ItemFilter { after: first.next.unwrap(), ..filter.clone() }).await.unwrap();
    assert_eq!((second.rows[0].seq, second.next, second.searched_until), (count, None, None));
    let back = ItemFilter { text: Some("user1@".into()), from_end: true, ..filter.clone() };
    let first = db.items(id, &back).await.unwrap();
    assert_eq!((first.rows.len(), first.next, first.searched_until), (0, Some(6), Some(6)));
    let second = db.items(id, &ItemFilter { after: 6, ..back }).await.unwrap();
    assert_eq!((second.rows[0].seq, second.next), (1, None));
    // An index has none that failed: there is nothing to look at.
    let failed = db.items(id, &ItemFilter { states: vec![ItemState::Failed], ..filter }).await.unwrap();
    assert_eq!((failed.rows.len(), failed.next, failed.searched_until), (0, None, None));
}

async fn trouble_is_what_did_not_go_as_it_should(db: Db) {
    db.import_ledger("newsletter".into(), vec!["key6".into()], NOW).await.unwrap();
    let id = create(&db, new_job(job_id(1))).await.id;
    db.enqueue(id, items(6), Some("newsletter".into()), NOW).await.unwrap();
    db.finish_preparing(id, NOW).await.unwrap();
    db.start_job(id, NOW).await.unwrap();
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 5, NOW).await.items;
    let mut outcomes: Vec<_> = [ItemState::Succeeded, ItemState::Failed, ItemState::Unknown, ItemState::Queued]
        .iter()
        .zip(&claimed)
        .map(|(state, item)| outcome(id, item, *state))
        .collect();
    let mut partly = outcome(id, &claimed[4], ItemState::Succeeded);
    (partly.verdict, partly.detail) = (Some(verdict("partly_refused")), "x@y\0".into());
    outcomes.push(partly);
    // A failure that its handler did not explain is trouble all the same.
    outcomes[1].verdict = None;
    record(&db, id, worker, outcomes, NOW).await;
    let filter = ItemFilter { trouble: true, limit: 9, ..ItemFilter::default() };
    let found = db.items(id, &filter).await.unwrap().rows;
    assert_eq!(found.iter().map(|item| item.seq).collect::<Vec<_>>(), [2, 3, 4, 5]);
    assert_eq!((found[3].state, found[3].detail.as_str()), (ItemState::Succeeded, "x@y\u{fffd}"));
    let filter = ItemFilter { states: vec![ItemState::Failed], limit: 9, ..ItemFilter::default() };
    assert_eq!(db.items(id, &filter).await.unwrap().rows.len(), 1);
    let filter = ItemFilter { states: vec![ItemState::Skipped], limit: 9, ..ItemFilter::default() };
    assert_eq!(db.items(id, &filter).await.unwrap().rows[0].seq, 6);
    assert_eq!(db.retry_failed(id, NOW).await.unwrap().1, 1);
    assert_eq!(assert_consistent(&db, id).await.state, JobState::Running);
}

async fn the_effect_is_noted_on_items_in_flight(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(3)).await;
    let worker = worker(&db).await;
    claim(&db, id, worker, 2, NOW).await;
    db.note_effect(id, vec![2, 3], "draft-9".into()).await.unwrap();
    assert_eq!(db.item(id, 2).await.unwrap().unwrap().effect.as_deref(), Some("draft-9"));
    assert_eq!(db.item(id, 3).await.unwrap().unwrap().effect, None);
}

async fn a_ledger_is_imported_once(db: Db) {
    let keys = |range: std::ops::Range<i32>| range.map(|n| format!("k{n}\0")).collect::<Vec<_>>();
    assert_eq!(db.import_ledger("a".into(), keys(0..50), NOW).await.unwrap(), 50);
    assert_eq!(db.import_ledger("a".into(), keys(40..60), NOW).await.unwrap(), 10);
    assert_eq!(db.import_ledger("b".into(), keys(0..5), NOW).await.unwrap(), 5);
    assert_eq!(db.import_ledger("b".into(), Vec::new(), NOW).await.unwrap(), 0);
    assert_eq!((db.ledger_size("a").await.unwrap(), db.ledger_size("c").await.unwrap()), (60, 0));
}
