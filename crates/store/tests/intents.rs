//! What was only claimed is told from what may have been sent.

use crate::bed::*;
use model::{ItemState, JobId, JobState, OnUnknown};
use std::{
    fs::OpenOptions,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    time::Duration,
};
use store::{Db, Intent, Lost, NewJob, damaged_intents};

on_both![
    what_was_claimed_and_not_declared_is_queued_again,
    a_second_attempt_is_declared_anew,
    a_repeatable_item_that_had_not_begun_costs_no_attempt,
    a_cancelled_job_skips_what_had_not_begun,
    who_declares_nothing_has_begun_what_it_claimed,
    who_was_given_up_for_dead_begins_nothing,
];

async fn declaring(db: &Db) -> i64 {
    let worker = db.register_worker("test".into(), 1, Duration::ZERO, NOW).await.unwrap();
    db.declare_intents(worker).await.unwrap();
    worker
}

fn intent(job: JobId, worker: i64, items: &[(i64, i64)]) -> Intent {
    Intent { job, worker, items: items.to_vec() }
}

/// What is unknown, and how many were queued again.
async fn rescue(db: &Db) -> (Vec<i64>, u64) {
    let rescued = db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), later(1)).await.unwrap();
    let unknown = rescued.iter().flat_map(|rescued| rescued.items.iter().map(|item| item.seq)).collect();
    (unknown, rescued.iter().map(|rescued| rescued.not_begun).sum())
}

async fn what_was_claimed_and_not_declared_is_queued_again(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(9)).await;
    let worker = declaring(&db).await;
    let claimed = claim(&db, id, worker, 6, NOW).await.items;
    for seq in 1..=3 {
        assert!(db.declare(intent(id, worker, &[(seq, 1)])).await.unwrap());
    }
    record(&db, id, worker, all(id, &claimed[..1], ItemState::Succeeded), NOW).await;
    assert_eq!(rescue(&db).await, (vec![2, 3], 3));
    let item = db.item(id, 4).await.unwrap().unwrap();
    assert_eq!((item.state, item.attempts, item.verdict), (ItemState::Queued, 0, None));
    let job = assert_consistent(&db, id).await;
    assert_eq!((job.counters.queued, job.counters.unknown, job.counters.succeeded), (6, 2, 1));
    assert_eq!(rescue(&db).await, (vec![], 0));
}

async fn a_second_attempt_is_declared_anew(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let worker = declaring(&db).await;
    let claimed = claim(&db, id, worker, 2, NOW).await.items;
    assert!(db.declare(intent(id, worker, &[(1, 1), (2, 1)])).await.unwrap());
    record(&db, id, worker, all(id, &claimed, ItemState::Queued), NOW).await;
    let again = claim(&db, id, worker, 2, later(1)).await.items;
    assert_eq!(again.iter().map(|item| item.attempt).collect::<Vec<_>>(), [2, 2]);
    assert!(db.declare(intent(id, worker, &[(2, 2)])).await.unwrap());
    assert_eq!(rescue(&db).await, (vec![2], 1));
    assert_eq!(db.item(id, 1).await.unwrap().unwrap().attempts, 1, "the first attempt was one");
    assert_consistent(&db, id).await;
}

async fn a_repeatable_item_that_had_not_begun_costs_no_attempt(db: Db) {
    let id = running(&db, NewJob { on_unknown: OnUnknown::Repeat, ..new_job(job_id(1)) }, items(2)).await;
    let worker = declaring(&db).await;
    claim(&db, id, worker, 2, NOW).await;
    assert!(db.declare(intent(id, worker, &[(1, 1)])).await.unwrap());
    assert_eq!(rescue(&db).await, (vec![1], 1));
    let again = claim(&db, id, worker, 2, later(1)).await.items;
    assert_eq!(again.iter().map(|item| (item.seq, item.attempt)).collect::<Vec<_>>(), [(1, 2), (2, 1)]);
}

async fn a_cancelled_job_skips_what_had_not_begun(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(3)).await;
    let worker = declaring(&db).await;
    claim(&db, id, worker, 3, NOW).await;
    assert!(db.declare(intent(id, worker, &[(1, 1)])).await.unwrap());
    db.cancel_job(id, reason(), NOW).await.unwrap();
    assert_eq!(rescue(&db).await, (vec![1], 2));
    let job = assert_consistent(&db, id).await;
    assert_eq!((job.state, job.counters.unknown, job.counters.skipped), (JobState::Cancelled, 1, 2));
}

async fn who_declares_nothing_has_begun_what_it_claimed(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(4)).await;
    let old = worker(&db).await;
    claim(&db, id, old, 2, NOW).await;
    let new = declaring(&db).await;
    claim(&db, id, new, 2, NOW).await;
    assert_eq!(rescue(&db).await, (vec![1, 2], 2));
}

/// It had been stopped for longer than its lease, and goes on where it was: another may have sent it by now.
async fn who_was_given_up_for_dead_begins_nothing(db: Db) {
    if !db.is_postgres() {
        return; // One process owns the directory.
    }
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let stopped = declaring(&db).await;
    claim(&db, id, stopped, 2, NOW).await;
    assert!(db.declare(intent(id, stopped, &[(1, 1)])).await.unwrap());
    let rescued = db.rescue(Lost::DeadWorkers, verdict("lost"), lost_trace(), later(1)).await.unwrap();
    assert_eq!((rescued[0].items.len(), rescued[0].not_begun), (1, 1));
    assert!(!db.declare(intent(id, stopped, &[(2, 1)])).await.unwrap());
    let other = db.register_worker("other".into(), 2, Duration::from_secs(3600), NOW).await.unwrap();
    db.declare_intents(other).await.unwrap();
    claim(&db, id, other, 1, later(1)).await;
    assert!(!db.declare(intent(id, stopped, &[(2, 1)])).await.unwrap());
    assert!(db.declare(intent(id, other, &[(2, 1)])).await.unwrap());
    assert_eq!(state_of(&db, id, 1).await, ItemState::Unknown);
}

async fn open(folder: &Path) -> Db {
    Db::open_sqlite(&folder.join("vigie.db"), folder).await.unwrap()
}

/// A process declares so much that its journal goes from one file to the other many times, and another reads it.
#[tokio::test]
async fn a_long_journal_forgets_nothing_that_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path()).await;
    let id = running(&db, new_job(job_id(1)), items(1500)).await;
    let worker = declaring(&db).await;
    let mut claimed = claim(&db, id, worker, 1200, NOW).await.items;
    let told = "x".repeat(5_000);
    let mut open_still = Vec::new();
    for (place, item) in claimed.drain(..).enumerate() {
        let this = intent(id, worker, &[(item.seq, 1)]);
        assert!(db.declare(this.clone()).await.unwrap());
        db.ended(&this, format!("{} {told}", item.seq));
        match place % 100 {
            0 => open_still.push(item.seq),
            _ => drop(record(&db, id, worker, all(id, &[item], ItemState::Succeeded), NOW).await),
        }
    }
    let last = intent(id, worker, &[(open_still[0], 1)]);
    assert!(db.declare(last).await.unwrap(), "what came before it is on disk");
    drop(db);
    let db = open(dir.path()).await;
    let ended = db.ended_before().unwrap();
    let seqs: Vec<i64> = ended.iter().map(|(_, _, told)| told.split(' ').next().unwrap().parse().unwrap()).collect();
    assert!(open_still[1..].iter().all(|seq| seqs.contains(seq)), "{open_still:?} in {seqs:?}");
    assert!(ended.iter().all(|(job, by, _)| (*job, *by) == (id, worker)));
    assert_eq!(rescue(&db).await, (open_still, 0));
    let size = |n: u32| std::fs::metadata(dir.path().join(format!("vigie.intents-{n}"))).unwrap().len();
    assert!(size(0) < 3 << 20 && size(1) < 3 << 20, "it does not grow: {} {}", size(0), size(1));
}

/// What cannot be read says nothing: then whatever was claimed may have been sent.
#[tokio::test]
async fn without_its_journal_everything_claimed_may_have_been_sent() {
    for damage in ["gone", "zeros", "another worker's", "a bit of an earlier frame", "a bit of a header", "cut"] {
        let dir = tempfile::tempdir().unwrap();
        let db = open(dir.path()).await;
        let id = running(&db, new_job(job_id(1)), items(4)).await;
        let worker = declaring(&db).await;
        claim(&db, id, worker, 3, NOW).await;
        assert!(db.declare(intent(id, worker, &[(1, 1)])).await.unwrap());
        assert!(db.declare(intent(id, worker, &[(2, 1)])).await.unwrap());
        if damage == "another worker's" {
            declaring(&db).await;
        }
        drop(db);
        for n in 0..2 {
            let path = dir.path().join(format!("vigie.intents-{n}"));
            match damage {
                "gone" => std::fs::remove_file(path).unwrap(),
                "zeros" => OpenOptions::new().write(true).open(path).unwrap().write_all_at(&[0; 24], 8).unwrap(),
                "a bit of an earlier frame" => flip(&path, 60),
                "a bit of a header" => flip(&path, 33),
                "cut" => OpenOptions::new().write(true).open(path).unwrap().set_len(40).unwrap(),
                _ => {}
            }
        }
        let is_damaged = || damaged_intents(&dir.path().join("vigie.db")).unwrap().is_some();
        assert_eq!(is_damaged(), !matches!(damage, "gone" | "another worker's"), "{damage}");
        let db = open(dir.path()).await;
        assert_eq!(rescue(&db).await, (vec![1, 2, 3], 0), "{damage}");
        declaring(&db).await;
        assert!(!is_damaged(), "{damage}: once that is settled, it begins anew");
    }
}

/// Changes one bit of the file, where it is as long.
fn flip(path: &Path, place: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1;
    }
    std::fs::write(path, bytes).unwrap();
}

/// The newer of the files of the journal in `folder`.
fn newest(folder: &Path) -> PathBuf {
    let number = |path: &PathBuf| std::fs::read(path).ok().and_then(|bytes| bytes.get(8..16).map(<[u8]>::to_vec));
    (0..2).map(|n| folder.join(format!("vigie.intents-{n}"))).max_by_key(number).unwrap()
}

/// The files of a folder, in another.
fn copied(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

/// What was written last stands there twice: whatever becomes of one copy, it is known what was declared; and where neither
/// is whole, as after a power cut in the middle of a write, that was never acknowledged, and all before it counts.
#[tokio::test]
async fn a_write_that_a_power_cut_tore_takes_nothing_else_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path()).await;
    let id = running(&db, new_job(job_id(1)), items(5)).await;
    let worker = declaring(&db).await;
    claim(&db, id, worker, 5, NOW).await;
    assert!(db.declare(intent(id, worker, &[(1, 1)])).await.unwrap());
    let end = |journal: &[u8]| journal.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let before = std::fs::read(newest(dir.path())).unwrap();
    db.ended(&intent(id, worker, &[(1, 1)]), "sent".to_owned());
    assert!(db.declare(intent(id, worker, &[(2, 1)])).await.unwrap());
    drop(db);
    let journal = newest(dir.path());
    let after = std::fs::read(&journal).unwrap();
    let first = (0..after.len()).find(|at| before[*at] != after[*at]).unwrap();
    let (last, middle) = (end(&after), first + (end(&after) - first) / 2);
    let left = |bytes: Vec<u8>| {
        let copy = copied(dir.path());
        std::fs::write(copy.path().join(journal.file_name().unwrap()), bytes).unwrap();
        async move {
            let db = open(copy.path()).await;
            let ended = db.ended_before().unwrap().len();
            (ended, rescue(&db).await)
        }
    };
    for at in first..last {
        let mut bytes = after.clone();
        bytes[at] ^= 1;
        assert_eq!(left(bytes).await, (1, (vec![1, 2], 3)), "one copy is whole: {at} of {first}..{last}");
    }
    for torn in [first..last, first + 20..last, first..last - 20, middle - 5..last, first + 1..last - 1] {
        let mut bytes = after.clone();
        bytes[torn.clone()].copy_from_slice(&before[torn.clone()]);
        let (_, unconfirmed) = left(bytes).await;
        assert!(
            unconfirmed == (vec![1], 4) || unconfirmed == (vec![1, 2], 3),
            "{unconfirmed:?} where {torn:?} is as before"
        );
    }
}

/// Without its end nobody knows what else stood in the journal: all that was claimed may have been sent.
#[tokio::test]
async fn a_journal_that_was_cut_off_says_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path()).await;
    let id = running(&db, new_job(job_id(1)), items(4)).await;
    let worker = declaring(&db).await;
    claim(&db, id, worker, 4, NOW).await;
    for seq in 1..=3 {
        assert!(db.declare(intent(id, worker, &[(seq, 1)])).await.unwrap());
    }
    drop(db);
    let longer = newest(dir.path());
    let bytes = std::fs::read(&longer).unwrap();
    // The last number of the copy is a one of eight bytes, and zeros follow.
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 8;
    for cut in (40..=end).chain([bytes.len() - 1, bytes.len()]) {
        std::fs::write(&longer, &bytes[..cut]).unwrap();
        let copy = copied(dir.path());
        let db = open(copy.path()).await;
        let expected = if cut >= end { (vec![1, 2, 3], 1) } else { (vec![1, 2, 3, 4], 0) };
        assert_eq!(rescue(&db).await, expected, "cut at {cut} of {}", bytes.len());
    }
}
