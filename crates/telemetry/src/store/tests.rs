//! The store's promise: what was acknowledged is there, once, whatever the disk does.

mod kinds;
mod lost;
mod positions;

use super::*;
use crate::{
    OwnedValue, Record, Retention,
    catalog::Catalog,
    disk::{LastOperation, ObjectStore as _, Simulated},
};
use std::collections::BTreeMap;

const NOON: Timestamp = Timestamp::from_micros(1_794_916_800_000_000);

fn at(seconds: u64) -> Timestamp {
    NOON + Duration::from_secs(seconds)
}

fn batch(messages: std::ops::Range<u64>) -> Batch {
    let mut batch = Batch::new();
    for number in messages {
        let fields = vec![("n".to_owned(), OwnedValue::Int(number as i64))];
        let message = format!("message {number}").into_bytes();
        batch.push(&Record { time: at(number), level: None, source: b"test".to_vec(), message, fields }).unwrap();
    }
    batch
}

fn open(disk: &Simulated) -> (Store, Recovered) {
    open_with(disk, Options::default())
}

fn open_with(disk: &Simulated, options: Options) -> (Store, Recovered) {
    Store::open_on(Disk::of(Arc::new(disk.clone())), options, NOON).unwrap()
}

fn append(store: &Store, messages: std::ops::Range<u64>) -> Result<Appended, Error> {
    append_to(store, Kind::Log, messages)
}

fn append_to(store: &Store, kind: Kind, messages: std::ops::Range<u64>) -> Result<Appended, Error> {
    store.append(kind, batch(messages), NOON)?.blocking_recv().map_err(|_| Error::Closed)?
}

fn seal(store: &Store) -> Result<Tended, Error> {
    store.seal(NOON)?.blocking_recv().map_err(|_| Error::Closed)?
}

fn delete(store: &Store, seqs: impl IntoIterator<Item = u64>) -> Result<(), Error> {
    store.delete(seqs.into_iter().collect())?.blocking_recv().map_err(|_| Error::Closed)?
}

/// Every log record that is there, by its number; panics when one is there twice.
fn all(store: &Store) -> BTreeMap<u64, String> {
    all_of(store, Kind::Log)
}

fn all_of(store: &Store, kind: Kind) -> BTreeMap<u64, String> {
    let snapshot = store.snapshot(kind);
    let mut found = BTreeMap::new();
    let mut add = |seq: u64, batch: &Batch, row: usize| {
        let message = String::from_utf8(batch.get(row).message().to_vec()).unwrap();
        if !snapshot.is_deleted(seq) {
            assert_eq!(found.insert(seq, message), None, "record {seq} is there twice");
        }
    };
    for numbered in snapshot.memory() {
        (0..numbered.batch.len()).for_each(|row| add(numbered.first_seq + row as u64, &numbered.batch, row));
    }
    for segment in snapshot.segments() {
        for number in 0..segment.blocks().len() {
            let Ok(block) = snapshot.block(segment, number) else { continue };
            let Ok(batch) = block.records(&(0..block.rows() as u32).collect::<Vec<_>>()) else { continue };
            let seqs = block.seqs().unwrap();
            (0..batch.len()).for_each(|row| add(seqs[row], &batch, row));
        }
    }
    found
}

/// Of log records; the others are kept for ever.
fn logs(retention: Retention) -> PerKind<Retention> {
    PerKind::from_fn(|kind| if kind == Kind::Log { retention } else { Retention::default() })
}

fn messages(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("message {number}")).collect()
}

#[test]
fn what_is_acknowledged_is_found_sealed_and_found_again() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    let mut tail = store.subscribe(Kind::Log);
    assert_eq!(append(&store, 0..3).unwrap(), Appended { first_seq: 0, rows: 3 });
    assert_eq!(tail.try_recv().unwrap().batch.len(), 3);
    assert_eq!(append(&store, 3..5).unwrap(), Appended { first_seq: 3, rows: 2 });
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..5));
    assert_eq!(seal(&store).unwrap().sealed, 1);
    assert_eq!((store.snapshot(Kind::Log).memory().len(), store.memory_bytes()), (0, 0));
    append(&store, 5..6).unwrap();
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..6));
    drop(store);
    let (store, recovered) = open(&disk);
    assert_eq!((recovered.rows, recovered.damages), (1, vec![]));
    assert_eq!(append(&store, 6..7).unwrap().first_seq, 6);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..7));
}

/// Records that are deleted in a [`live`].
const DELETED: [u64; 2] = [4, 19];

/// A life with everything in it; what was acknowledged in it, and what was deleted.
fn live(store: &Store) -> (Vec<u64>, Vec<u64>) {
    let (mut acknowledged, mut gone) = (Vec::new(), Vec::new());
    for round in 0..10u64 {
        if append(store, round * 3..round * 3 + 3).is_ok() {
            acknowledged.extend(round * 3..round * 3 + 3);
        }
        let _ = seal(store);
        if round == 6 && delete(store, DELETED).is_ok() {
            gone.extend(DELETED);
        }
    }
    (acknowledged, gone)
}

#[test]
fn a_store_that_is_sealed_and_closed_leaves_no_empty_log() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    append(&store, 0..5).unwrap();
    assert_eq!(disk.list("wal").unwrap().len(), 1);
    seal(&store).unwrap();
    drop(store);
    assert_eq!(disk.list("wal").unwrap(), []);
    let (store, recovered) = open(&disk);
    assert_eq!((recovered.rows, recovered.damages.len()), (0, 0));
    append(&store, 5..7).unwrap();
    assert_eq!(all(&store).keys().copied().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
    drop(store);
    assert_eq!(disk.list("wal").unwrap().len(), 1, "what is not sealed stays");
    assert_eq!(open(&disk).1.rows, 2);
}

#[test]
fn a_crash_at_any_operation_loses_and_doubles_nothing() {
    let whole = Simulated::default();
    live(&open(&whole).0);
    let operations = whole.operations();
    assert!(operations > 50, "{operations}");
    for stop in 0..operations {
        for (kept, last) in [
            (0.0, LastOperation::Undone),
            (0.5, LastOperation::Undone),
            (1.0, LastOperation::Undone),
            (0.0, LastOperation::Done),
        ] {
            let disk = Simulated::default();
            disk.stop_after(stop, last);
            let begun = Store::open_on(Disk::of(Arc::new(disk.clone())), Options::default(), NOON);
            let (acknowledged, gone) = begun.map(|(store, _)| live(&store)).unwrap_or_default();
            let back = disk.after_power_cut(kept);
            let (store, recovered) = open(&back);
            let found: Vec<String> = all(&store).into_values().collect();
            // Of a delete that failed nobody knows whether it was done.
            for number in acknowledged.iter().filter(|number| !DELETED.contains(number)) {
                assert!(
                    found.contains(&format!("message {number}")),
                    "{number} lost, stopped at {stop}: {recovered:?}"
                );
            }
            for number in &gone {
                assert!(!found.contains(&format!("message {number}")), "{number} is back, stopped at {stop}");
            }
            let mut once = found.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), found.len(), "stopped at {stop}");
            append(&store, 100..101).unwrap();
            seal(&store).unwrap();
            assert_eq!(all(&store).len(), found.len() + 1, "stopped at {stop}");
        }
    }
}

#[test]
fn a_full_disk_refuses_and_keeps_what_there_is() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    append(&store, 0..3).unwrap();
    disk.fill_up_to(Some(10));
    for _ in 0..3 {
        assert!(matches!(append(&store, 3..6), Err(Error::Full)));
        assert!(matches!(store.unwritable(), Some(Error::Full)));
    }
    assert!(matches!(seal(&store), Ok(_) | Err(Error::Full)));
    assert!(matches!(store.unwritable(), Some(Error::Full)), "it is still full");
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..3));
    disk.fill_up_to(None);
    seal(&store).unwrap();
    assert!(store.unwritable().is_none(), "known before anybody sends");
    append(&store, 6..7).unwrap();
    seal(&store).unwrap();
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages([0, 1, 2, 6]));
    drop(store);
    let (store, _) = open(&disk.after_power_cut(0.0));
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages([0, 1, 2, 6]));
}

#[test]
fn a_full_memory_refuses_until_it_is_sealed() {
    let disk = Simulated::default();
    let options = Options { memory_bytes_max: 64 << 10, ..Options::default() };
    let (store, _) = open_with(&disk, options);
    let mut next = 0;
    let error = loop {
        match append(&store, next..next + 20) {
            Ok(_) => next += 20,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    assert!(store.memory_bytes() <= 64 << 10);
    assert!(matches!(append(&store, 0..2000), Err(Error::TooLarge { .. })));
    seal(&store).unwrap();
    append(&store, next..next + 20).unwrap();
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..next + 20));
}

#[test]
fn small_segments_are_merged() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    for round in 0..20 {
        append(&store, round * 10..round * 10 + 10).unwrap();
        seal(&store).unwrap();
    }
    assert!(store.snapshot(Kind::Log).segments().len() < 8, "{}", store.snapshot(Kind::Log).segments().len());
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..200));
    drop(store);
    let (store, _) = open(&disk);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..200));
}

/// A day that is over is asked for years: few segments are less to ask.
#[test]
fn a_day_that_is_over_becomes_one_segment() {
    let (store, _) = open(&Simulated::default());
    for round in 0..3 {
        append(&store, round * 10..round * 10 + 10).unwrap();
        store.seal(at(100)).unwrap().blocking_recv().unwrap().unwrap();
    }
    assert_eq!(store.snapshot(Kind::Log).segments().len(), 3, "it goes on");
    let tend = |seconds| store.tend(at(seconds)).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(tend(12 * 3600).merged, 0, "and late records may come");
    assert_eq!(tend(13 * 3600).merged, 3);
    assert_eq!(store.snapshot(Kind::Log).segments().len(), 1);
    assert_eq!(tend(14 * 3600).merged, 0);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..30));
}

/// A little each day for a year is not to be 365 files.
#[test]
fn small_days_that_are_over_share_a_segment() {
    let day = 86_400;
    let disk = Simulated::default();
    let retention = Retention { age_max: Some(Duration::from_secs(20 * day)), bytes_max: None };
    let (store, _) = open_with(&disk, Options { retention: logs(retention), ..Options::default() });
    let tend = |seconds| store.tend(at(seconds)).unwrap().blocking_recv().unwrap().unwrap();
    let starts: Vec<u64> = (0..12).map(|n| n * day).collect();
    for start in &starts {
        append(&store, *start..start + 2).unwrap();
        store.seal(at(start + 100)).unwrap().blocking_recv().unwrap().unwrap();
    }
    assert_eq!(store.snapshot(Kind::Log).segments().len(), 2, "what is over, and the day that goes on");
    tend(13 * day);
    assert_eq!(store.snapshot(Kind::Log).segments().len(), 1);
    let shown = |from: usize| messages(starts[from..].iter().flat_map(|start| [*start, start + 1]));
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), shown(0));

    // Days that are too old leave it one by one, and are not looked for twice.
    assert_eq!(tend(20 * day), Tended::default(), "the first day is not over for twenty days");
    assert_eq!((tend(22 * day).merged, all(&store).into_values().collect::<Vec<_>>()), (1, shown(2)));
    assert_eq!(tend(22 * day), Tended::default());
    assert!(!store.snapshot(Kind::Log).has_deleted((0, 100)), "what is gone need not be remembered");
    assert_eq!(store.snapshot(Kind::Log).segments().iter().map(|segment| segment.rows()).sum::<u64>(), 20);
    drop(store);
    let (store, _) = open_with(&disk, Options { retention: logs(retention), ..Options::default() });
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), shown(2));
    let tended = store.tend(at(40 * day)).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!((tended.forgotten, all(&store).len()), (1, 0));
}

#[test]
fn deleted_records_stay_deleted_and_then_leave_the_disk() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    append(&store, 0..10).unwrap();
    seal(&store).unwrap();
    append(&store, 10..12).unwrap();
    delete(&store, [3, 11]).unwrap();
    let expected: Vec<u64> = (0..11).filter(|number| *number != 3).collect();
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(expected.clone()));
    drop(store);
    let (store, _) = open(&disk);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(expected.clone()));
    seal(&store).unwrap();
    seal(&store).unwrap();
    let rows: u64 = store.snapshot(Kind::Log).segments().iter().map(|segment| segment.rows()).sum();
    assert_eq!(rows, 10);
    assert!(!store.snapshot(Kind::Log).has_deleted((0, 100)), "what is gone need not be remembered");
    delete(&store, expected.iter().copied()).unwrap();
    seal(&store).unwrap();
    assert_eq!((store.snapshot(Kind::Log).segments().len(), all(&store).len()), (0, 0));
    drop(store);
    assert_eq!(append(&open(&disk).0, 0..1).unwrap().first_seq, 12, "numbers are never given twice");
}

#[test]
fn retention_removes_the_oldest() {
    let disk = Simulated::default();
    let day = 86_400;
    let retention = Retention { age_max: Some(Duration::from_secs(2 * day)), bytes_max: None };
    let (store, _) = open_with(&disk, Options { retention: logs(retention), ..Options::default() });
    for start in [0, day, 2 * day] {
        append(&store, start..start + 2).unwrap();
        seal(&store).unwrap();
    }
    let tended = store.tend(at(2 * day + 100)).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(tended.forgotten, 1);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages([day, day + 1, 2 * day, 2 * day + 1]));
    drop(store);
    let retention = Retention { age_max: None, bytes_max: Some(1) };
    let (store, _) = open_with(&disk, Options { retention: logs(retention), ..Options::default() });
    assert_eq!(seal(&store).unwrap().forgotten, 2);
    assert_eq!(all(&store).len(), 0);
}

#[test]
fn records_are_sealed_by_day_size_and_age() {
    let disk = Simulated::default();
    let (store, _) = open_with(&disk, Options { seal_rows: 10, ..Options::default() });
    let day = 86_400;
    append(&store, day - 2..day + 2).unwrap();
    append(&store, 2 * day..2 * day + 8).unwrap();
    let tend = |now| store.tend(now).unwrap().blocking_recv().unwrap().unwrap();
    tend(NOON);
    assert_eq!(store.snapshot(Kind::Log).segments().len(), 1, "noon to noon: one day change lies at half past");
    assert_eq!(store.snapshot(Kind::Log).memory().len(), 1);
    tend(NOON + Duration::from_secs(601));
    assert_eq!(store.snapshot(Kind::Log).memory().len(), 0);
    assert_eq!(all(&store).len(), 12);
}

#[test]
fn times_strewn_over_ages_do_not_become_a_file_each() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    let mut strewn = Batch::new();
    let times = (0..400).map(|n| n * crate::day::DAY_MICROS).chain([i64::MIN, i64::MAX]);
    for (number, micros) in times.enumerate() {
        let mut draft = strewn.draft();
        draft.message(format!("message {number}").as_bytes()).unwrap();
        draft.finish(Timestamp::from_micros(micros));
    }
    store.append(Kind::Log, strewn, NOON).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(seal(&store).unwrap().sealed, 1);
    assert_eq!(store.snapshot(Kind::Log).segments().len(), 1);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..402));
}

#[test]
fn damage_is_told_and_the_rest_is_served() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    for round in 0..3 {
        append(&store, round * 10..round * 10 + 10).unwrap();
        seal(&store).unwrap();
    }
    let names: Vec<String> =
        store.snapshot(Kind::Log).segments().iter().map(|segment| segment.name().to_owned()).collect();
    drop(store);
    let flipped = disk.after_power_cut(0.0);
    flipped.change(&names[1], |bytes| {
        let last = bytes.len() - 20;
        bytes[last] ^= 1;
    });
    let (store, recovered) = open(&flipped);
    assert_eq!(recovered.damages.len(), 1);
    assert_eq!(recovered.damages[0].place, names[1]);
    assert_eq!(store.verify().damages, recovered.damages, "nor does it look whole later on");
    assert_eq!(store.snapshot(Kind::Log).unread(), recovered.damages);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages((0..10).chain(20..30)));
    drop(store);

    let flipped = disk.after_power_cut(0.0);
    flipped.change("catalog/current.json", |bytes| bytes[3] ^= 1);
    let (store, recovered) = open(&flipped);
    assert_eq!(recovered.damages.len(), 1);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..30));
    assert_eq!(append(&store, 30..31).unwrap().first_seq, 30);
}

#[test]
fn a_repair_keeps_what_is_whole_and_sets_the_rest_aside() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    // Two days: each a block of its own segment.
    for start in [0, 86_400, 2 * 86_400, 3 * 86_400] {
        append(&store, start..start + 10).unwrap();
        seal(&store).unwrap();
    }
    assert_eq!((store.verify().blocks, store.verify().damages), (4, vec![]));
    let names: Vec<String> =
        store.snapshot(Kind::Log).segments().iter().map(|segment| segment.name().to_owned()).collect();
    let middle = store.snapshot(Kind::Log).segments()[1].blocks()[0].start as usize + 40;
    disk.change(&names[1], |bytes| bytes[middle] ^= 1);
    disk.change(&names[2], |bytes| bytes.truncate(5));
    // In the footer, and the very end is gone as well.
    disk.change(&names[3], |bytes| bytes.truncate(bytes.len() - 3));
    drop(store);
    let (store, recovered) = open(&disk);
    assert_eq!(recovered.damages.len(), 2, "the footer of the one is whole");
    assert_eq!(store.verify().damages.len(), 3);
    let repaired = store.repair().unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!((repaired.set_aside.len(), repaired.rows_kept), (3, 10));
    assert_eq!((repaired.rows_lost, repaired.footers_lost), (10, 2));
    assert_eq!(store.verify().damages, []);
    let kept = || messages((0..10).chain(3 * 86_400..3 * 86_400 + 10));
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), kept());
    drop(store);
    let (store, recovered) = open(&disk);
    assert_eq!(recovered.damages, []);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), kept());
    assert_eq!(disk.list("damaged").unwrap().len(), 3);
}

#[test]
fn a_snapshot_reads_what_was_merged_or_forgotten_since() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    let add = |start: u64| {
        append(&store, start * 10..start * 10 + 10).unwrap();
        seal(&store).unwrap();
    };
    (0..7).for_each(add);
    let before = store.snapshot(Kind::Log);
    assert_eq!(before.segments().len(), 7);
    add(7);
    assert_eq!(store.snapshot(Kind::Log).segments().len(), 1);
    let read = |snapshot: &Snapshot| -> usize {
        let blocks = snapshot.segments().iter().map(|segment| snapshot.block(segment, 0).unwrap());
        blocks.map(|block| block.records(&(0..10).collect::<Vec<_>>()).unwrap().len()).sum()
    };
    assert_eq!(read(&before), 70);
    assert_eq!(disk.list("segments").unwrap().len(), 8);
    drop(before);
    assert_eq!(disk.list("segments").unwrap().len(), 1, "their files go with who reads them last");
    assert_eq!(all(&store).len(), 80);
}

#[test]
fn a_damaged_segment_outlives_its_catalogue() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    for start in [0, 86_400] {
        append(&store, start..start + 10).unwrap();
        seal(&store).unwrap();
    }
    let names: Vec<String> =
        store.snapshot(Kind::Log).segments().iter().map(|segment| segment.name().to_owned()).collect();
    drop(store);
    disk.change(&names[1], |bytes| bytes.truncate(bytes.len() - 20));
    disk.change("catalog/current.json", |bytes| bytes[3] ^= 1);
    // It is told each time, and left where it is.
    for damages in [2, 1] {
        let (store, recovered) = open(&disk);
        assert_eq!(recovered.damages.len(), damages, "{:?}", recovered.damages);
        assert_eq!(store.verify().damages.len(), 1);
        assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..10));
    }
    let (store, _) = open(&disk);
    assert_eq!(append(&store, 5..6).unwrap().first_seq, 20, "no number is given twice");
    let repaired = store.repair().unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!((repaired.rows_kept, repaired.footers_lost), (10, 1));
    assert_eq!(all(&store).len(), 21);
    assert_eq!(store.verify().damages, []);
}

#[test]
fn a_newer_catalogue_is_refused_by_name() {
    let disk = Simulated::default();
    let newer = Catalog { version: 99, ..Catalog::default() };
    newer.save(&disk).unwrap();
    let refused = Store::open_on(Disk::of(Arc::new(disk)), Options::default(), NOON).map(|_| ()).unwrap_err();
    assert!(matches!(refused, Error::OtherVersion { found: 99, known: 2 }), "{refused}");
}

#[test]
fn no_record_gets_a_number_that_was_deleted() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    append(&store, 0..10).unwrap();
    seal(&store).unwrap();
    // As a crash leaves it: the segment of number 50 is gone, and that it was deleted is still written.
    delete(&store, [3, 50]).unwrap();
    drop(store);
    disk.change("catalog/current.json", |bytes| bytes[3] ^= 1);
    let (store, _) = open(&disk);
    assert_eq!(append(&store, 60..62).unwrap().first_seq, 51);
    let shown: Vec<u64> = (0..10).filter(|number| *number != 3).chain(60..62).collect();
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(shown.clone()));
    drop(store);
    let (store, _) = open(&disk);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(shown));
    assert_eq!(append(&store, 62..63).unwrap().first_seq, 53);
}

#[test]
fn a_damaged_list_of_the_deleted_is_told_until_it_is_repaired() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    append(&store, 0..10).unwrap();
    delete(&store, [3]).unwrap();
    drop(store);
    disk.change("catalog/deleted.bin", |bytes| bytes[0] ^= 1);
    for _ in 0..2 {
        let (store, recovered) = open(&disk);
        assert_eq!(recovered.damages[0].place, "catalog/deleted.bin");
        assert_eq!(store.verify().damages, recovered.damages);
        let snapshot = store.snapshot(Kind::Log);
        assert_eq!((snapshot.unread().len(), snapshot.undeleted()), (0, Some(&recovered.damages[0])));
        assert_eq!(all(&store).len(), 10, "what was deleted comes back, and nothing else is touched");
    }
    let (store, _) = open(&disk);
    let repaired = store.repair().unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!((repaired.set_aside, repaired.rows_lost), (vec!["damaged/deleted.bin".to_owned()], 0));
    assert_eq!(store.snapshot(Kind::Log).undeleted(), None);
    assert_eq!(store.verify().damages, []);
    delete(&store, [4]).unwrap();
    drop(store);
    let (store, recovered) = open(&disk);
    assert_eq!((recovered.damages, all(&store).len()), (vec![], 9));
}

#[test]
fn a_damaged_segment_does_not_keep_others_from_being_merged() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    for start in [0, 10, 20] {
        append(&store, start..start + 10).unwrap();
        seal(&store).unwrap();
    }
    let names: Vec<String> =
        store.snapshot(Kind::Log).segments().iter().map(|segment| segment.name().to_owned()).collect();
    drop(store);
    disk.change(&names[1], |bytes| bytes[60] ^= 1);
    let (store, recovered) = open(&disk);
    assert_eq!(recovered.damages, []);
    let tended = store.tend(at(3 * 86_400)).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!((tended.merged, store.snapshot(Kind::Log).segments().len()), (2, 2));
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages((0..10).chain(20..30)));
    assert_eq!(store.verify().damages.len(), 1);
}

#[test]
fn segments_of_several_days_stay_small() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    let mut state = 7_u64;
    let mut noise = || {
        // The generator of Steele and others (SplitMix64).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
    };
    for round in 1..=4 {
        for day in 0..12 {
            let mut batch = Batch::new();
            let message: String = (0..2_500).map(|_| format!("{:016x}", noise())).collect();
            let (source, fields) = (b"test".to_vec(), Vec::new());
            let record = Record { time: at(day * 86_400), level: None, source, message: message.into_bytes(), fields };
            batch.push(&record).unwrap();
            store.append(Kind::Log, batch, NOON).unwrap().blocking_recv().unwrap().unwrap();
        }
        store.seal(at(20 * 86_400)).unwrap().blocking_recv().unwrap().unwrap();
        let snapshot = store.snapshot(Kind::Log);
        let shared = snapshot.segments().iter().filter(|segment| segment.days().0 != segment.days().1);
        let bytes: Vec<u64> = shared.map(|segment| segment.bytes()).collect();
        assert!(!bytes.is_empty() && bytes.iter().all(|bytes| *bytes <= 256 << 10), "round {round}: {bytes:?}");
    }
    assert_eq!(all(&store).len(), 48);
}
