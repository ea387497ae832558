//! The life of a job: which state may follow which, and what is said when one may not.

use crate::bed::*;
use model::{Authority, Fault, ItemState, JobKind, JobState, Verdict};
use std::time::Duration;
use store::{Advance, Created, Db, JobCounts, JobFilter, NewItem, NewJob, Order, Reason};

on_both![
    the_states_that_a_job_came_into_are_kept,
    jobs_are_counted_and_listed_from_either_end,
    jobs_are_found_by_the_beginning_of_their_id,
    creating_twice_changes_nothing,
    on_whose_word_a_job_acts_stays_as_it_was_made,
    a_job_is_prepared_started_paused_resumed,
    refusals_name_the_job_and_its_state,
    a_missing_job_is_named,
    a_job_counts_the_time_in_which_it_ran,
    where_no_process_was_left_no_time_is_counted,
    a_scheduled_job_waits_from_the_first,
    an_empty_job_is_complete_when_prepared,
    only_a_job_in_preparation_ends_it,
    starting_does_not_end_a_pause_nor_wake_the_dead,
    a_job_with_open_items_cannot_be_completed,
    ending_twice_keeps_the_first_end,
    cancelling_skips_what_is_queued,
    the_last_outcome_of_a_paused_job_clears_its_pause,
    unprepared_jobs_fail,
    jobs_are_listed_newest_first_by_page,
    jobs_are_found_by_filter,
    open_jobs_are_those_not_over,
    an_engine_is_told_what_it_may_begin,
    text_comes_back_as_it_went_in,
];

async fn creating_twice_changes_nothing(db: Db) {
    let first = create(&db, new_job(job_id(1))).await;
    assert_eq!((first.state, first.version, first.created_at), (JobState::Preparing, 1, NOW));
    let again = NewJob { name: "other".into(), ..new_job(job_id(1)) };
    match db.create_job(again, later(5)).await.unwrap() {
        Created::Existing(job) => assert_eq!(job, first),
        Created::New(job) | Created::NameTaken(job) => panic!("made again: {job:?}"),
    }
    assert_eq!(job(&db, job_id(1)).await, first);
    assert_eq!(db.job(job_id(2)).await.unwrap(), None);
}

async fn on_whose_word_a_job_acts_stays_as_it_was_made(db: Db) {
    for (n, authority) in Authority::ALL.iter().copied().enumerate() {
        let new = NewJob { authority, name: authority.to_string(), ..new_job(job_id(n as u128 + 1)) };
        let id = create(&db, new.clone()).await.id;
        // Who comes later with the same id has no more by it.
        db.create_job(NewJob { authority: Authority::Owner, ..new }, NOW).await.unwrap();
        db.enqueue(id, items(2), None, NOW).await.unwrap();
        db.finish_preparing(id, NOW).await.unwrap();
        db.pause_job(id, reason(), None, NOW).await.unwrap();
        db.resume_job(id, NOW).await.unwrap();
        assert_eq!(job(&db, id).await.authority, authority);
    }
}

async fn a_job_is_prepared_started_paused_resumed(db: Db) {
    let id = create(&db, new_job(job_id(1))).await.id;
    db.enqueue(id, items(2), None, NOW).await.unwrap();
    assert_eq!(db.finish_preparing(id, NOW).await.unwrap().state, JobState::Pending);
    let paused = db.pause_job(id, reason(), Some(later(60)), later(1)).await.unwrap();
    assert_eq!((paused.state, paused.resumes_at), (JobState::Paused, Some(later(60))));
    assert_eq!(paused.reason, Some(reason()));
    // It had not begun: it goes back to waiting.
    let resumed = db.resume_job(id, later(2)).await.unwrap();
    assert_eq!((resumed.state, resumed.resumes_at, resumed.reason), (JobState::Pending, None, None));
    let started = db.start_job(id, later(3)).await.unwrap();
    assert_eq!((started.state, started.started_at), (JobState::Running, Some(later(3))));
    assert_eq!(db.start_job(id, later(4)).await.unwrap().started_at, Some(later(3)));
    db.pause_job(id, reason(), None, later(5)).await.unwrap();
    let again = db.pause_job(id, Reason::new("other", ""), Some(later(90)), later(5)).await.unwrap();
    assert_eq!((again.reason.unwrap().code, again.resumes_at), ("other".to_owned(), Some(later(90))));
    let resumed = db.resume_job(id, later(6)).await.unwrap();
    assert_eq!(resumed.state, JobState::Running);
    assert!(resumed.version > started.version && resumed.updated_at == later(6));
    let failed = db.fail_job(id, reason(), later(7)).await.unwrap();
    assert_eq!((failed.state, failed.finished_at), (JobState::Failed, Some(later(7))));
    assert_eq!((failed.message.as_str(), failed.reason), ("because", Some(reason())));
    assert_consistent(&db, id).await;
}

/// Neither a pause nor the days between its end and a retry.
async fn a_job_counts_the_time_in_which_it_ran(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 2, NOW).await.items;
    let (first, second) = (outcome(id, &claimed[0], ItemState::Succeeded), outcome(id, &claimed[1], ItemState::Failed));
    let half = record(&db, id, worker, vec![first], later(4)).await.job;
    assert_eq!((half.active_at(later(6)), half.active_since), (Duration::from_secs(6), Some(NOW)));
    let done = record(&db, id, worker, vec![second], later(10)).await.job;
    assert_eq!((done.active_at(later(99)), done.active_since), (Duration::from_secs(10), None));
    db.retry_failed(id, later(86_400)).await.unwrap();
    let again = claim(&db, id, worker, 9, later(86_401)).await.items;
    db.pause_job(id, reason(), None, later(86_405)).await.unwrap();
    db.pause_job(id, reason(), None, later(86_407)).await.unwrap();
    db.resume_job(id, later(90_000)).await.unwrap();
    let done = record(&db, id, worker, all(id, &again, ItemState::Succeeded), later(90_002)).await.job;
    assert_eq!((done.state, done.active, done.active_since), (JobState::Completed, Duration::from_secs(16), None));
    assert_eq!((done.started_at, done.finished_at), (Some(NOW), Some(later(90_002))));
}

async fn where_no_process_was_left_no_time_is_counted(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let worker = worker(&db).await;
    claim(&db, id, worker, 1, later(5)).await;
    db.end_worker(worker, later(6)).await.unwrap();
    db.bury_workers(later(1_000)).await.unwrap();
    let job = job(&db, id).await;
    assert_eq!((job.active, job.active_since), (Duration::from_secs(5), Some(later(1_000))));
}

async fn refusals_name_the_job_and_its_state(db: Db) {
    let id = create(&db, new_job(job_id(1))).await.id;
    let refused = [
        (db.start_job(id, NOW).await, "started", "preparing"),
        (db.pause_job(id, reason(), None, NOW).await, "paused", "preparing"),
        (db.resume_job(id, NOW).await, "resumed", "preparing"),
        (db.complete_job(id, None, NOW).await, "completed", "preparing"),
    ];
    for (answer, wanted, found) in refused {
        let text = answer.unwrap_err().to_string();
        assert_eq!(text, format!("job {id} is {found}: it cannot be {wanted}"));
    }
    db.cancel_job(id, reason(), NOW).await.unwrap();
    let refused = [
        (db.start_job(id, NOW).await, "started"),
        (db.pause_job(id, reason(), None, NOW).await, "paused"),
        (db.resume_job(id, NOW).await, "resumed"),
        (db.complete_job(id, None, NOW).await, "completed"),
        (db.fail_job(id, reason(), NOW).await, "failed"),
        (db.finish_preparing(id, NOW).await, "made ready"),
    ];
    for (answer, wanted) in refused {
        let text = answer.unwrap_err().to_string();
        assert_eq!(text, format!("job {id} is cancelled: it cannot be {wanted}"));
    }
    // Cancelling twice is no error, and a finished job cannot be cancelled.
    assert_eq!(db.cancel_job(id, Reason::new("x", ""), later(1)).await.unwrap().reason, Some(reason()));
    let done = create(&db, new_job(job_id(2))).await.id;
    db.finish_preparing(done, NOW).await.unwrap();
    let text = db.cancel_job(done, reason(), NOW).await.unwrap_err().to_string();
    assert_eq!(text, format!("job {done} is completed: it cannot be cancelled"));
}

async fn a_missing_job_is_named(db: Db) {
    let id = job_id(404);
    for error in [
        db.start_job(id, NOW).await.unwrap_err(),
        db.cancel_job(id, reason(), NOW).await.unwrap_err(),
        db.enqueue(id, items(1), None, NOW).await.unwrap_err(),
        db.retry_failed(id, NOW).await.unwrap_err(),
    ] {
        assert_eq!(error.to_string(), format!("there is no job {id}: `vigie jobs list` shows those that there are"));
        assert!(!error.is_passing());
    }
}

async fn a_scheduled_job_waits_from_the_first(db: Db) {
    let id = create(&db, new_job(job_id(1))).await.id;
    db.enqueue(id, items(2), None, NOW).await.unwrap();
    let waits = db.schedule_job(id, later(60), NOW).await.unwrap();
    assert_eq!((waits.state, waits.resumes_at), (JobState::Paused, Some(later(60))));
    assert_eq!(waits.reason.unwrap().code, "scheduled");
    assert!(db.schedule_job(id, later(90), NOW).await.is_err(), "only a job in preparation");
    assert_eq!(db.resume_job(id, later(60)).await.unwrap().state, JobState::Pending);
    let empty = create(&db, new_job(job_id(2))).await.id;
    assert_eq!(db.schedule_job(empty, later(60), NOW).await.unwrap().state, JobState::Completed);
}

async fn an_empty_job_is_complete_when_prepared(db: Db) {
    let id = create(&db, new_job(job_id(1))).await.id;
    db.enqueue(id, vec![store::NewItem { verdict: Some(verdict("bad_address")), ..item(1) }], None, NOW).await.unwrap();
    let done = db.finish_preparing(id, later(1)).await.unwrap();
    assert_eq!((done.state, done.finished_at), (JobState::Completed, Some(later(1))));
    assert_eq!(done.counters.failed, 1);
}

async fn only_a_job_in_preparation_ends_it(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    db.pause_job(id, reason(), None, NOW).await.unwrap();
    assert!(db.finish_preparing(id, NOW).await.is_err());
    assert_eq!(job(&db, id).await.state, JobState::Paused);
    // Its enqueueing was given up for lost: whoever was at it comes too late.
    let lost = create(&db, new_job(job_id(2))).await.id;
    db.enqueue(lost, items(2), None, NOW).await.unwrap();
    db.fail_job(lost, reason(), NOW).await.unwrap();
    assert!(db.finish_preparing(lost, NOW).await.is_err());
    assert_eq!(job(&db, lost).await.state, JobState::Failed);
}

async fn starting_does_not_end_a_pause_nor_wake_the_dead(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(1)).await;
    db.pause_job(id, reason(), None, NOW).await.unwrap();
    assert!(db.start_job(id, NOW).await.is_err());
    assert_eq!(job(&db, id).await.state, JobState::Paused);
    let done = create(&db, new_job(job_id(2))).await.id;
    db.finish_preparing(done, NOW).await.unwrap();
    assert!(db.start_job(done, NOW).await.is_err());
    assert_eq!(job(&db, done).await.state, JobState::Completed);
}

async fn a_job_with_open_items_cannot_be_completed(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(3)).await;
    let text = db.complete_job(id, None, NOW).await.unwrap_err().to_string();
    assert_eq!(text, format!("job {id} is running: it cannot be completed"));
    assert_eq!(assert_consistent(&db, id).await.state, JobState::Running);
    // A job without items of its own ends by its handler's word.
    let call = NewJob { kind: JobKind::Http, state: JobState::Pending, ..new_job(job_id(2)) };
    let call = create(&db, call).await.id;
    db.start_job(call, NOW).await.unwrap();
    let done = db.complete_job(call, Some("200 OK".into()), later(1)).await.unwrap();
    assert_eq!((done.state, done.message.as_str(), done.finished_at), (JobState::Completed, "200 OK", Some(later(1))));
}

async fn ending_twice_keeps_the_first_end(db: Db) {
    let done = create(&db, external(job_id(1), 5)).await.id;
    db.complete_job(done, None, later(1)).await.unwrap();
    let again = db.complete_job(done, None, later(9)).await.unwrap();
    assert_eq!(again.finished_at, Some(later(1)));
    let failed = create(&db, external(job_id(2), 5)).await.id;
    db.fail_job(failed, reason(), later(1)).await.unwrap();
    assert_eq!(db.fail_job(failed, reason(), later(9)).await.unwrap().finished_at, Some(later(1)));
}

async fn cancelling_skips_what_is_queued(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(10)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 4, NOW).await;
    let job = db.cancel_job(id, reason(), later(1)).await.unwrap();
    assert_eq!((job.state, job.finished_at), (JobState::Cancelled, Some(later(1))));
    assert_eq!((job.counters.skipped, job.counters.running, job.counters.queued), (6, 4, 0));
    let skipped = db.item(id, 9).await.unwrap().unwrap();
    assert_eq!((skipped.state, skipped.verdict.unwrap().code), (ItemState::Skipped, "cancelled".to_owned()));
    // What was in flight is still recorded; what would be tried again is not any more.
    let mut outcomes = all(id, &claimed.items, ItemState::Succeeded);
    outcomes[3].state = ItemState::Queued;
    let job = record(&db, id, worker, outcomes, later(2)).await.job;
    assert_eq!((job.state, job.counters.succeeded, job.counters.skipped), (JobState::Cancelled, 3, 7));
    assert_consistent(&db, id).await;
    // The rest of an external job will not come either.
    let other = create(&db, external(job_id(2), 40)).await.id;
    let job = db.cancel_job(other, reason(), NOW).await.unwrap();
    assert_eq!((job.counters.total, job.counters.queued, job.counters.skipped), (40, 0, 40));
}

async fn the_last_outcome_of_a_paused_job_clears_its_pause(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(1)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 1, NOW).await;
    db.pause_job(id, reason(), Some(later(60)), NOW).await.unwrap();
    let job = record(&db, id, worker, all(id, &claimed.items, ItemState::Succeeded), later(1)).await.job;
    assert_eq!((job.state, job.finished_at), (JobState::Completed, Some(later(1))));
    assert_eq!((job.reason, job.resumes_at), (None, None));
}

async fn unprepared_jobs_fail(db: Db) {
    let lost = create(&db, new_job(job_id(1))).await.id;
    db.enqueue(lost, items(3), None, NOW).await.unwrap();
    let ready = running(&db, new_job(job_id(2)), items(1)).await;
    db.create_job(new_job(job_id(3)), later(50)).await.unwrap();
    let failed =
        db.fail_unprepared(Reason::new("not_started", "nothing was sent"), later(10), later(60)).await.unwrap();
    assert_eq!(failed.iter().map(|job| job.id).collect::<Vec<_>>(), [lost]);
    assert_eq!((failed[0].state, failed[0].message.as_str()), (JobState::Failed, "nothing was sent"));
    assert_eq!(job(&db, ready).await.state, JobState::Running);
    assert_eq!(job(&db, job_id(3)).await.state, JobState::Preparing);
    let (job, count) = db.retry_failed(lost, NOW).await.unwrap();
    assert_eq!((job.state, count), (JobState::Failed, 0));
}

async fn jobs_are_listed_newest_first_by_page(db: Db) {
    for n in 1..=7 {
        // Two at a time share their moment.
        db.create_job(new_job(job_id(n)), later(n as u64 / 2)).await.unwrap();
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = db.jobs(&JobFilter { before, limit: 2, ..JobFilter::default() }).await.unwrap();
        assert!(page.rows.len() <= 2);
        seen.extend(page.rows.iter().map(|job| job.id));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=7).rev().map(job_id).collect::<Vec<_>>());
}

async fn jobs_are_found_by_the_beginning_of_their_id(db: Db) {
    let ids = [
        "0192f3a1-0000-7000-8000-000000000001",
        "0192f3a1-ffff-7000-8000-000000000002",
        "0192f3a2-0000-7000-8000-000000000003",
    ];
    for (id, later) in ids.iter().zip(0..) {
        let job = new_job(id.parse().unwrap());
        db.create_job(job, NOW + Duration::from_secs(later)).await.unwrap();
    }
    for (start, expected) in [
        ("0192f3a1", vec![1, 0]),
        ("0192F3A1-f", vec![1]),
        ("0192f3a", vec![2, 1, 0]),
        (ids[2], vec![2]),
        ("0192f3a2-0000-7000-8000-000000000003f", vec![]),
        ("1", vec![]),
        ("", vec![]),
        ("spring", vec![]),
        ("%", vec![]),
    ] {
        let found = db.jobs_beginning(start, 10).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(|at: usize| ids[at].parse().unwrap()).collect();
        assert_eq!(found, expected, "{start}");
    }
    assert_eq!(db.jobs_beginning("0", 2).await.unwrap().len(), 2);
}

async fn jobs_are_found_by_filter(db: Db) {
    create(&db, NewJob { name: "50%_off".into(), ..new_job(job_id(1)) }).await;
    create(&db, NewJob { name: "Spring".into(), created_by: "Bob".into(), ..new_job(job_id(2)) }).await;
    create(&db, NewJob { task_id: "Celery-7".into(), task_type: "sync".into(), ..external(job_id(3), 4) }).await;
    db.cancel_job(job_id(2), reason(), NOW).await.unwrap();
    let wrong = Verdict::permanent("bad_address", Fault::Recipient);
    let wrong = items(1).into_iter().map(|item| NewItem { verdict: Some(wrong.clone()), ..item }).collect();
    db.enqueue(job_id(1), wrong, None, NOW).await.unwrap();
    let all = JobFilter { limit: 10, ..JobFilter::default() };
    let text = |text: &str| JobFilter { text: Some(text.into()), ..all.clone() };
    let named = |name: &str| JobFilter { name: Some(name.into()), ..all.clone() };
    let cases = [
        (text("0%_o"), vec![1]),
        (text("0__o"), vec![]),
        (named("Spring"), vec![2]),
        (named("spring"), vec![]),
        (named("50%"), vec![]),
        (text("BOB"), vec![2]),
        (text("celery"), vec![3]),
        (text("\\"), vec![]),
        (text(""), vec![3, 2, 1]),
        (JobFilter { states: vec![JobState::Cancelled, JobState::Running], ..all.clone() }, vec![2]),
        (JobFilter { kind: Some(JobKind::External), ..all.clone() }, vec![3]),
        (JobFilter { task_type: Some("sync".into()), ..all.clone() }, vec![3]),
        (JobFilter { created_by: Some("Bob".into()), ..all.clone() }, vec![2]),
        (JobFilter { trouble: true, ..all.clone() }, vec![1]),
        (JobFilter { since: Some(NOW), until: Some(NOW), ..all.clone() }, vec![]),
        (JobFilter { since: Some(NOW), until: Some(NOW + Duration::from_micros(1)), ..all }, vec![3, 2, 1]),
    ];
    let named = async |text: &str| {
        let found = db.jobs_named_like(text, 2).await.unwrap();
        found.iter().map(|job| job.id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!((named("SPR").await, named("0%_o").await, named("bob").await), (vec![2], vec![1], vec![]));
    for (filter, expected) in cases {
        let found = db.jobs(&filter).await.unwrap().rows;
        let found: Vec<_> = found.iter().map(|job| job.id.0.as_u128()).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}

async fn open_jobs_are_those_not_over(db: Db) {
    let open = running(&db, new_job(job_id(5)), items(1)).await;
    let done = create(&db, NewJob { name: "done".into(), ..new_job(job_id(2)) }).await.id;
    db.finish_preparing(done, NOW).await.unwrap();
    let fresh = create(&db, external(job_id(1), 1)).await.id;
    let found: Vec<_> = db.open_jobs().await.unwrap().iter().map(|job| job.id).collect();
    assert_eq!(found, [fresh, open]);
}

async fn an_engine_is_told_what_it_may_begin(db: Db) {
    let runs = running(&db, new_job(job_id(1)), items(1)).await;
    let pending = create(&db, new_job(job_id(2))).await.id;
    db.enqueue(pending, items(1), None, NOW).await.unwrap();
    db.finish_preparing(pending, NOW).await.unwrap();
    let rests = running(&db, NewJob { name: "rests".into(), ..new_job(job_id(3)) }, items(1)).await;
    db.pause_job(rests, reason(), Some(later(60)), NOW).await.unwrap();
    let held = running(&db, NewJob { name: "held".into(), ..new_job(job_id(4)) }, items(1)).await;
    db.pause_job(held, reason(), None, NOW).await.unwrap();
    create(&db, new_job(job_id(5))).await;
    let cancelled = running(&db, NewJob { name: "gone".into(), ..new_job(job_id(6)) }, items(1)).await;
    db.cancel_job(cancelled, reason(), NOW).await.unwrap();
    let before = db.startable_jobs(later(59)).await.unwrap();
    assert_eq!(before, [(runs, JobKind::Mail), (pending, JobKind::Mail)]);
    let after: Vec<_> = db.startable_jobs(later(60)).await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(after, [runs, pending, rests]);
}

async fn text_comes_back_as_it_went_in(db: Db) {
    let long = "é".repeat(500_000);
    let spec = format!("{{\"template\":\"{long}\"}}");
    let name = "🦉 l'été \"50%\" \\ \u{2028} ' -- $1";
    create(&db, NewJob { name: name.into(), spec: spec.clone(), created_by: "a\0b".into(), ..new_job(job_id(1)) })
        .await;
    let found = job(&db, job_id(1)).await;
    assert_eq!((found.name.as_str(), found.created_by.as_str()), (name, "a\u{fffd}b"));
    assert!(found.spec == spec, "a megabyte of text came back changed");
}

async fn the_states_that_a_job_came_into_are_kept(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 2, NOW).await.items;
    db.pause_job(id, reason(), None, later(5)).await.unwrap();
    db.resume_job(id, later(6)).await.unwrap();
    record(&db, id, worker, all(id, &claimed, ItemState::Succeeded), later(7)).await;
    let steps = db.job_steps(id).await.unwrap();
    let told: Vec<_> = steps.iter().map(|step| (step.state, step.at, step.reason.clone())).collect();
    assert_eq!(told.first().unwrap().0, JobState::Preparing);
    let last: Vec<_> = told[told.len() - 3..].to_vec();
    assert_eq!(
        last,
        [
            (JobState::Paused, later(5), Some(reason())),
            (JobState::Running, later(6), None),
            (JobState::Completed, later(7), None),
        ]
    );
    assert!(db.job_steps(job_id(2)).await.unwrap().is_empty());
}

async fn jobs_are_counted_and_listed_from_either_end(db: Db) {
    for (n, name, failed) in [(1, "a", 1), (2, "a", 0), (3, "c", 0), (4, "b", 2), (5, "b", 2)] {
        let job = NewJob { name: name.into(), ..external(job_id(n), 3) };
        db.create_job(job, later(n as u64)).await.unwrap();
        if failed > 0 {
            db.advance_job(job_id(n), Advance { processed: failed, failed, ..Advance::default() }, NOW).await.unwrap();
        }
    }
    db.pause_job(job_id(1), reason(), None, NOW).await.unwrap();
    db.complete_job(job_id(2), None, later(50)).await.unwrap();
    db.complete_job(job_id(3), None, later(90)).await.unwrap();
    let counts = db.job_counts(later(60)).await.unwrap();
    assert_eq!(counts, JobCounts { active: 2, paused: 1, completed: 1 });
    for (order, expected) in [
        (Order::Oldest, vec![1, 2, 3, 4, 5]),
        (Order::Newest, vec![5, 4, 3, 2, 1]),
        (Order::Name, vec![1, 2, 4, 5, 3]),
        (Order::NameBack, vec![3, 5, 4, 2, 1]),
        (Order::MostFailed, vec![5, 4, 1]),
        (Order::LeastFailed, vec![1, 4, 5]),
    ] {
        let (mut ids, mut before) = (Vec::new(), None);
        loop {
            let page = db.jobs(&JobFilter { order, before, limit: 2, ..JobFilter::default() }).await.unwrap();
            ids.extend(page.rows.iter().map(|job| job.id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(ids, expected.into_iter().map(job_id).collect::<Vec<_>>(), "{order:?}");
    }
}
