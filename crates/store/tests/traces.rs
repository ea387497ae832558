//! Traces: stored once, listed newest first.

use crate::bed::*;
use model::ItemState;
use std::time::Duration;
use store::{Db, EXAMINED_MAX, Trace, TraceCounts, TraceFilter};

on_both![
    traces_come_back_as_they_went_in,
    a_trace_is_stored_once,
    traces_are_found_by_filter,
    traces_are_paged,
    a_search_stops_and_goes_on,
    a_search_that_reaches_the_end_says_nothing_more,
    names_are_found_by_leaps,
    what_happened_is_counted,
    what_was_mended_is_no_error_that_stands
];

async fn traces_come_back_as_they_went_in(db: Db) {
    let rich = Trace {
        comment: "🦉 \0 \"x\" \\u0000".into(),
        file_name: "x".repeat(1_000_000),
        outcome: Some(ItemState::Failed),
        errors: true,
        verdict: Some(verdict("a").with_reply("550 \0 é")),
        time_to_process: 1.0 / 3.0,
        ..new_trace(Some(job_id(1)), Some(3))
    };
    let bare = Trace { trace_name: "12".into(), time_to_process: 2.0, ..new_trace(None, None) };
    assert_eq!(db.insert_traces(vec![rich.clone(), bare.clone()]).await.unwrap(), 2);
    let found = db.traces(&TraceFilter { limit: 5, ..TraceFilter::default() }).await.unwrap().rows;
    assert!(found[0].no > found[1].no && found[1].no > 0);
    assert_eq!(found[0], Trace { no: found[0].no, ..bare });
    let comment = "🦉 \u{fffd} \"x\" \\u0000".to_owned();
    let expected = Trace { no: found[1].no, comment, ..rich };
    assert!(found[1] == expected, "the rich trace came back changed");
    assert_eq!(db.insert_traces(Vec::new()).await.unwrap(), 0);
}

async fn a_trace_is_stored_once(db: Db) {
    let first = new_trace(None, None);
    let changed = Trace { comment: "changed".into(), ..first.clone() };
    assert_eq!(db.insert_traces(vec![first.clone(), changed.clone()]).await.unwrap(), 1);
    assert_eq!(db.insert_traces(vec![changed, new_trace(None, None)]).await.unwrap(), 1);
    let found = db.traces(&TraceFilter { limit: 5, ..TraceFilter::default() }).await.unwrap().rows;
    assert_eq!((found.len(), found[1].comment.as_str()), (2, "comment"));
}

async fn what_happened_is_counted(db: Db) {
    let trace = |at, errors| Trace { created_at: later(at), errors, ..new_trace(Some(job_id(at.into())), None) };
    let first = trace(0, true);
    db.insert_traces(vec![first.clone(), trace(10, false), trace(400, false)]).await.unwrap();
    db.insert_traces(vec![first, trace(20, false)]).await.unwrap();
    let job = running(&db, new_job(job_id(9)), items(3)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, job, worker, 3, NOW).await.items;
    record(&db, job, worker, all(job, &claimed, ItemState::Succeeded), NOW).await;
    let counted = db.activity(NOW, later(1000), None).await.unwrap();
    let figures = |n: &store::Activity| (n.recipients.succeeded, n.traces.total, n.traces.errors);
    let counted: Vec<_> = counted.iter().map(|(at, n)| (*at, figures(n))).collect();
    // NOW is 200 s past a border of five minutes. What others post is counted by itself, attempts of ours are not.
    assert_eq!(counted, [(NOW - Duration::from_secs(200), (3, 3, 1)), (later(400), (0, 1, 0))]);
    assert_eq!(db.activity(NOW, later(1000), Some("app")).await.unwrap().len(), 2);
    assert!(db.activity(NOW, later(1000), Some("other")).await.unwrap().is_empty());
    assert!(db.activity(later(1000), later(2000), None).await.unwrap().is_empty());
    let by_application = db.activity_by_application(NOW).await.unwrap();
    let [app] = by_application.as_slice() else { panic!("{by_application:?}") };
    assert_eq!((app.application.as_str(), figures(&app.activity), app.last_at), ("app", (3, 4, 1), later(400)));
    assert!(db.activity_by_application(later(1000)).await.unwrap().is_empty());
}

async fn what_was_mended_is_no_error_that_stands(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(4)).await;
    let worker = worker(&db).await;
    let failing = async |state: ItemState, at| {
        let claimed = claim(&db, id, worker, 9, at).await.items;
        let of = |item: &store::ClaimedItem| {
            let mut outcome = outcome(id, item, if item.seq == 1 { ItemState::Succeeded } else { state });
            outcome.trace.errors = outcome.state != ItemState::Succeeded;
            outcome.trace.created_at = at;
            outcome
        };
        record(&db, id, worker, claimed.iter().map(of).collect(), at).await;
    };
    let standing = async || {
        let filter = TraceFilter { limit: 9, ..TraceFilter::default() };
        let found = db.standing_errors(&filter).await.unwrap();
        let mut found: Vec<_> = found.into_iter().map(|trace| (trace.seq, trace.attempt)).collect();
        found.sort_unstable();
        found
    };
    failing(ItemState::Queued, NOW).await;
    assert_eq!(standing().await, [], "they are tried again");
    failing(ItemState::Failed, later(1)).await;
    assert_eq!(standing().await, [(Some(2), 2), (Some(3), 2), (Some(4), 2)], "each once, by the last attempt");
    db.retry_these(id, vec![2, 3], later(2)).await.unwrap();
    failing(ItemState::Succeeded, later(3)).await;
    let posted = Trace { errors: true, outcome: None, created_at: later(4), ..new_trace(None, None) };
    db.insert_traces(vec![posted]).await.unwrap();
    assert_eq!(standing().await, [(None, 1), (Some(4), 2)]);
    let of = |name: &str| TraceFilter { application: Some(name.into()), limit: 9, ..TraceFilter::default() };
    assert_eq!(db.standing_errors(&of("app")).await.unwrap().len(), 2);
    assert_eq!(db.standing_errors(&of("other")).await.unwrap(), []);
}

async fn traces_are_found_by_filter(db: Db) {
    let one = Trace { application_name: "shop".into(), errors: true, ..new_trace(Some(job_id(1)), Some(1)) };
    let two = Trace { flow_name: "Import".into(), comment: "100% DONE".into(), ..new_trace(Some(job_id(1)), Some(2)) };
    let three = Trace { created_by: "bob".into(), created_at: later(60), ..new_trace(None, None) };
    db.insert_traces(vec![one.clone(), two.clone(), three.clone()]).await.unwrap();
    let all = TraceFilter { limit: 9, ..TraceFilter::default() };
    let cases = [
        (all.clone(), vec![three.id, two.id, one.id]),
        (TraceFilter { id: Some(two.id), ..all.clone() }, vec![two.id]),
        (TraceFilter { id: Some(two.id), application: Some("shop".into()), ..all.clone() }, vec![]),
        (TraceFilter { application: Some("shop".into()), ..all.clone() }, vec![one.id]),
        (TraceFilter { flow: Some("Import".into()), ..all.clone() }, vec![two.id]),
        (TraceFilter { text: Some("0% done".into()), ..all.clone() }, vec![two.id]),
        (TraceFilter { text: Some("FILE.CSV".into()), job: Some(job_id(1)), ..all.clone() }, vec![two.id, one.id]),
        (TraceFilter { job: Some(job_id(1)), seq: Some(1), ..all.clone() }, vec![one.id]),
        (TraceFilter { errors: Some(true), ..all.clone() }, vec![one.id]),
        (TraceFilter { errors: Some(false), ..all.clone() }, vec![three.id, two.id]),
        (TraceFilter { created_by: Some("bob".into()), ..all.clone() }, vec![three.id]),
        (TraceFilter { since: Some(later(1)), until: Some(later(61)), ..all.clone() }, vec![three.id]),
        (TraceFilter { until: Some(NOW), ..all }, vec![]),
    ];
    for (filter, expected) in cases {
        let found: Vec<_> = db.traces(&filter).await.unwrap().rows.iter().map(|trace| trace.id).collect();
        assert_eq!(found, expected, "{filter:?}");
        let errors = u64::from(expected.contains(&one.id));
        let counts = TraceCounts { total: expected.len() as u64, errors };
        assert_eq!(db.count_traces(&filter).await.unwrap(), counts, "{filter:?}");
    }
}

async fn traces_are_paged(db: Db) {
    db.insert_traces((0..25).map(|_| new_trace(None, None)).collect()).await.unwrap();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = db.traces(&TraceFilter { before, limit: 10, ..TraceFilter::default() }).await.unwrap();
        seen.extend(page.rows.iter().map(|trace| trace.no));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|a, b| a > b));
}

/// So many, a second apart; every third is of the shop.
async fn many(db: &Db, count: u32) -> Vec<Trace> {
    let traces: Vec<Trace> = (0..count)
        .map(|n| Trace {
            created_at: later(n.into()),
            application_name: if n % 3 == 0 { "shop" } else { "stock" }.into(),
            ..new_trace(None, None)
        })
        .collect();
    db.insert_traces(traces.clone()).await.unwrap();
    traces
}

async fn a_search_stops_and_goes_on(db: Db) {
    let traces = many(&db, EXAMINED_MAX + 5).await;
    let needle = Trace { comment: "the needle".into(), created_at: NOW, ..new_trace(None, None) };
    db.insert_traces(vec![needle.clone()]).await.unwrap();
    for filter in [
        TraceFilter { text: Some("needle".into()), limit: 9, ..TraceFilter::default() },
        TraceFilter { created_by: Some("nobody".into()), limit: 9, ..TraceFilter::default() },
    ] {
        let first = db.traces(&filter).await.unwrap();
        assert_eq!((first.rows.len(), first.searched_until), (0, Some(traces[5].created_at)), "{filter:?}");
        let second = db.traces(&TraceFilter { before: first.next, ..filter.clone() }).await.unwrap();
        let expected = if filter.text.is_some() { vec![needle.id] } else { Vec::new() };
        assert_eq!(second.rows.iter().map(|trace| trace.id).collect::<Vec<_>>(), expected);
        assert_eq!((second.next, second.searched_until), (None, None));
    }
    let last = traces.last().unwrap();
    db.insert_traces(vec![Trace {
        comment: "the hay".into(),
        ..Trace { created_at: last.created_at, ..new_trace(None, None) }
    }])
    .await
    .unwrap();
    let hay = TraceFilter { text: Some("the hay".into()), oldest_first: true, limit: 9, ..TraceFilter::default() };
    let first = db.traces(&hay).await.unwrap();
    assert_eq!((first.rows.len(), first.searched_until), (0, Some(traces[EXAMINED_MAX as usize - 2].created_at)));
    let second = db.traces(&TraceFilter { before: first.next, ..hay }).await.unwrap();
    assert_eq!((second.rows.len(), second.next), (1, None));
    // What the index of another filter leaves out is not looked at.
    let shop =
        TraceFilter { application: Some("shop".into()), text: Some("needle".into()), limit: 9, ..Default::default() };
    let found = db.traces(&shop).await.unwrap();
    assert_eq!((found.rows.len(), found.next, found.searched_until), (0, None, None));
    // A full page ends where it is full.
    let all = TraceFilter { text: Some("file.csv".into()), limit: 9, ..TraceFilter::default() };
    let full = db.traces(&all).await.unwrap();
    assert_eq!((full.rows.len(), full.next, full.searched_until), (9, Some(full.rows[8].no), None));
    // Without anything to hold against each, nothing is bounded but the page.
    let plain = TraceFilter { since: Some(NOW), limit: EXAMINED_MAX + 3, ..TraceFilter::default() };
    let plain = db.traces(&plain).await.unwrap();
    assert_eq!((plain.rows.len() as u32, plain.searched_until), (EXAMINED_MAX + 3, None));
}

async fn a_search_that_reaches_the_end_says_nothing_more(db: Db) {
    many(&db, EXAMINED_MAX).await;
    let filter = TraceFilter { text: Some("needle".into()), limit: 9, ..TraceFilter::default() };
    let found = db.traces(&filter).await.unwrap();
    assert_eq!((found.rows.len(), found.next, found.searched_until), (0, None, None));
}

async fn names_are_found_by_leaps(db: Db) {
    let trace = |application: &str, flow: &str| Trace {
        application_name: application.into(),
        flow_name: flow.into(),
        ..new_trace(None, None)
    };
    let traces =
        vec![trace("b", "x"), trace("a", "x"), trace("b", "x"), trace("b", "y"), trace("", ""), trace("", "z")];
    db.insert_traces(traces).await.unwrap();
    let (applications, flows) = db.trace_names().await.unwrap();
    assert_eq!((applications, flows), (vec!["a".to_owned(), "b".to_owned()], vec!["x".into(), "y".into(), "z".into()]));
}
