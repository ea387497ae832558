//! Files that are lost, at whatever moment: what was acknowledged is there once, and what is not there any more is told.

use super::*;
use crate::disk::LogFiles as _;

/// What becomes of the catalogue.
#[derive(Clone, Copy, Debug)]
enum Loss {
    None,
    Gone,
    Damaged,
}

const CATALOG: &str = "catalog/current.json";

fn lose(disk: &Simulated, loss: Loss) {
    let is_there = disk.list("catalog").unwrap().iter().any(|(name, _)| name == CATALOG);
    match loss {
        Loss::Gone if is_there => disk.delete(CATALOG).unwrap(),
        Loss::Damaged if is_there => disk.change(CATALOG, |bytes| bytes[3] ^= 1),
        _ => {}
    }
}

const DAYS: u64 = 4;
const DAY: u64 = 86_400;

/// The messages of a batch that has one record of each of some days, and of no other batch.
fn strewn(number: u64) -> Vec<u64> {
    (0..DAYS).map(|day| day * DAY + number).collect()
}

fn append_strewn(store: &Store, kind: Kind, number: u64) -> bool {
    let mut batch = Batch::new();
    for message in strewn(number) {
        batch.push_ref(super::batch(message..message + 1).get(0)).unwrap();
    }
    let Ok(answer) = store.append(kind, batch, NOON) else { return false };
    answer.blocking_recv().is_ok_and(|appended| appended.is_ok())
}

/// Seals records of several days, thrice; the messages of each kind that were acknowledged.
fn live_for_days(store: &Store) -> PerKind<Vec<u64>> {
    let mut acknowledged: PerKind<Vec<u64>> = PerKind::default();
    for round in 0..3 {
        for (number, kind) in [(0, Kind::Log), (1, Kind::Span), (2, Kind::Log)] {
            let number = round * 10 + number;
            if append_strewn(store, kind, number) {
                acknowledged[kind].extend(strewn(number));
            }
        }
        let _ = seal(store);
    }
    acknowledged
}

/// Each acknowledged record is there; [`all_of`] sees to it that none is there twice.
fn check(store: &Store, acknowledged: &PerKind<Vec<u64>>, when: &str) {
    for (kind, numbers) in acknowledged.iter() {
        let mut found: Vec<String> = all_of(store, kind).into_values().collect();
        found.sort();
        for message in messages(numbers.iter().copied()) {
            assert!(found.binary_search(&message).is_ok(), "{kind:?} {message} is lost, {when}");
        }
        found.dedup();
        assert_eq!(found.len(), all_of(store, kind).len(), "{kind:?}, {when}");
    }
}

#[test]
fn a_catalogue_lost_in_the_midst_of_sealing_loses_nothing() {
    let whole = Simulated::default();
    live_for_days(&open(&whole).0);
    let operations = whole.operations();
    assert!(operations > 40, "{operations}");
    for stop in 0..operations {
        for (kept, last) in [(0.0, LastOperation::Undone), (1.0, LastOperation::Undone), (0.0, LastOperation::Done)] {
            let disk = Simulated::default();
            disk.stop_after(stop, last);
            let begun = Store::open_on(Disk::of(Arc::new(disk.clone())), Options::default(), NOON);
            let acknowledged = begun.map(|(store, _)| live_for_days(&store)).unwrap_or_default();
            for loss in [Loss::None, Loss::Gone, Loss::Damaged] {
                let when = format!("stopped at {stop} ({last:?}), the catalogue {loss:?}");
                let back = disk.after_power_cut(kept);
                lose(&back, loss);
                let (store, recovered) = open(&back);
                check(&store, &acknowledged, &format!("{when}: {recovered:?}"));
                // It goes on, and what was made good stays so.
                append(&store, 90_000_000..90_000_001).unwrap();
                seal(&store).unwrap();
                check(&store, &acknowledged, &when);
                let count = all(&store).len();
                drop(store);
                for again in [Loss::None, loss] {
                    lose(&back, again);
                    let (store, _) = open(&back);
                    check(&store, &acknowledged, &when);
                    assert_eq!(all(&store).len(), count, "{when}");
                }
            }
        }
    }
}

/// What a crash has left is made good in several steps, and may be cut off at each.
#[test]
fn a_second_crash_while_a_lost_catalogue_is_made_anew_loses_nothing() {
    let whole = Simulated::default();
    live_for_days(&open(&whole).0);
    for stop in 0..whole.operations() {
        let disk = Simulated::default();
        disk.stop_after(stop, LastOperation::Undone);
        let begun = Store::open_on(Disk::of(Arc::new(disk.clone())), Options::default(), NOON);
        let acknowledged = begun.map(|(store, _)| live_for_days(&store)).unwrap_or_default();
        for second in 0..12 {
            let back = disk.after_power_cut(0.0);
            lose(&back, Loss::Gone);
            back.stop_after(second, LastOperation::Undone);
            if let Ok((store, _)) = Store::open_on(Disk::of(Arc::new(back.clone())), Options::default(), NOON) {
                let _ = seal(&store);
            }
            for loss in [Loss::None, Loss::Gone] {
                let again = back.after_power_cut(0.0);
                lose(&again, loss);
                let (store, _) = open(&again);
                check(&store, &acknowledged, &format!("stopped at {stop}, then at {second}, then {loss:?}"));
            }
        }
    }
}

/// A disk that fills up in the midst of sealing leaves segments of some days: the next attempt writes all of them.
#[test]
fn a_catalogue_lost_after_a_sealing_that_failed_doubles_nothing() {
    let (mut failed, mut acknowledged) = (0, PerKind::<Vec<u64>>::default());
    acknowledged[Kind::Log] = strewn(0).into_iter().chain(strewn(1)).collect();
    for room in (0..6_000).step_by(100) {
        let disk = Simulated::default();
        let (store, _) = open(&disk);
        assert!(append_strewn(&store, Kind::Log, 0) && append_strewn(&store, Kind::Log, 1));
        disk.fill_up_to(Some(room));
        failed += usize::from(seal(&store).is_err());
        disk.fill_up_to(None);
        seal(&store).unwrap();
        drop(store);
        lose(&disk, Loss::Gone);
        let (store, _) = open(&disk);
        check(&store, &acknowledged, &format!("with room for {room}"));
    }
    assert!(failed > 5, "{failed}");
}

#[test]
fn deleted_records_stay_deleted_without_a_catalogue() {
    let whole = Simulated::default();
    live(&open(&whole).0);
    for stop in 0..whole.operations() {
        let disk = Simulated::default();
        disk.stop_after(stop, LastOperation::Undone);
        let begun = Store::open_on(Disk::of(Arc::new(disk.clone())), Options::default(), NOON);
        let (acknowledged, gone) = begun.map(|(store, _)| live(&store)).unwrap_or_default();
        let back = disk.after_power_cut(0.0);
        lose(&back, Loss::Gone);
        let found: Vec<String> = all(&open(&back).0).into_values().collect();
        for number in acknowledged.iter().filter(|number| !DELETED.contains(number)) {
            assert!(found.contains(&format!("message {number}")), "{number} lost, stopped at {stop}");
        }
        for number in gone {
            assert!(!found.contains(&format!("message {number}")), "{number} is back, stopped at {stop}");
        }
    }
}

/// A segment that was replaced lies there as long as a search reads it, whatever has replaced its successor since.
#[test]
fn what_was_replaced_twice_does_not_come_back_without_a_catalogue() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    let add = |numbers: std::ops::Range<u64>| {
        append(&store, numbers).unwrap();
        seal(&store).unwrap();
    };
    (0..7).for_each(|round| add(round * 10..round * 10 + 10));
    let before = store.snapshot(Kind::Log);
    add(70..80);
    store.seal(at(3 * DAY)).unwrap().blocking_recv().unwrap().unwrap();
    add(80..90);
    store.seal(at(3 * DAY)).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(store.snapshot(Kind::Log).segments().len(), 1);
    assert_eq!(disk.list("segments").unwrap().len(), 8, "seven of them are read, and void");
    let crashed = disk.after_power_cut(0.0);
    drop((before, store));
    lose(&crashed, Loss::Gone);
    assert_eq!(all(&open(&crashed).0).into_values().collect::<Vec<_>>(), messages(0..90));
}

#[test]
fn a_list_of_the_deleted_that_is_gone_is_told_until_it_is_repaired() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    append(&store, 0..10).unwrap();
    delete(&store, [3]).unwrap();
    drop(store);
    disk.delete("catalog/deleted.bin").unwrap();
    for _ in 0..2 {
        let (store, recovered) = open(&disk);
        assert_eq!(recovered.damages.len(), 1, "{:?}", recovered.damages);
        assert_eq!(recovered.damages[0].place, "catalog/deleted.bin");
        assert_eq!(store.snapshot(Kind::Log).undeleted(), Some(&recovered.damages[0]));
        assert_eq!(store.verify().damages, recovered.damages);
    }
    let (store, _) = open(&disk);
    store.repair().unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(store.verify().damages, []);
    drop(store);
    assert_eq!(open(&disk).1.damages, []);
}

#[test]
fn a_log_file_that_is_gone_is_told_until_it_is_repaired() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    append(&store, 0..10).unwrap();
    seal(&store).unwrap();
    append(&store, 10..20).unwrap();
    drop(store);
    let logs = disk.list("wal").unwrap();
    assert_eq!(logs.len(), 1);
    disk.delete(&logs[0].0).unwrap();
    for _ in 0..2 {
        let (store, recovered) = open(&disk);
        assert_eq!(recovered.damages.len(), 1, "{:?}", recovered.damages);
        assert_eq!(recovered.damages[0].place, logs[0].0);
        for kind in Kind::ALL {
            assert_eq!(store.snapshot(kind).unread(), recovered.damages, "of which kind they were nobody knows");
        }
        assert_eq!(store.verify().damages, recovered.damages);
        assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages(0..10));
    }
    let (store, _) = open(&disk);
    store.repair().unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(store.verify().damages, []);
    drop(store);
    assert_eq!(open(&disk).1.damages, []);
}

/// The first file of the write-ahead log.
fn first_log(disk: &Simulated) -> String {
    disk.list_logs("wal").unwrap().remove(0)
}

/// Changes a bit of the last frame of a log file.
fn tear_end(disk: &Simulated, log: &str) {
    disk.change(log, |bytes| {
        let last = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        bytes[last] ^= 0x10;
    });
}

/// Two batches of two records, in one file of the log.
fn written_twice() -> Simulated {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    append(&store, 0..2).unwrap();
    append(&store, 2..4).unwrap();
    drop(store);
    disk.after_power_cut(0.0)
}

#[test]
fn a_torn_end_is_a_loss_only_where_later_records_show_that_it_was_acknowledged() {
    // Whole, then gone on in a second file: then the end of the first is damaged.
    let disk = written_twice();
    let first = first_log(&disk);
    let (store, recovered) = open(&disk);
    assert_eq!(recovered.damages, []);
    append(&store, 4..6).unwrap();
    drop(store);
    let disk = disk.after_power_cut(0.0);
    tear_end(&disk, &first);
    let (store, recovered) = open(&disk);
    assert_eq!(recovered.damages.len(), 1);
    assert_eq!(store.snapshot(Kind::Log).unread(), recovered.damages, "searches tell");
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages([0, 1, 4, 5]));
    // Sealed, and the log gone: it is told until it is repaired, and the bytes are kept.
    seal(&store).unwrap();
    drop(store);
    let (store, recovered) = open(&disk);
    assert!(disk.list_logs("wal").unwrap().iter().all(|log| *log != first));
    assert_eq!((recovered.damages.len(), store.snapshot(Kind::Log).unread().len()), (1, 1), "{recovered:?}");
    assert_eq!(disk.list("damaged/wal").unwrap().len(), 1);
    // And while another file has the number of that one.
    append(&store, 6..8).unwrap();
    drop(store);
    assert_eq!(first_log(&disk), first);
    let (store, recovered) = open(&disk);
    assert_eq!((recovered.damages.len(), store.snapshot(Kind::Log).unread().len()), (1, 1), "{recovered:?}");
    let repaired = store.repair().unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(repaired.set_aside, Vec::<String>::new(), "nothing can be made of it");
    assert_eq!(disk.list("damaged/wal-told").unwrap().len(), 1);
    drop(store);
    let (store, recovered) = open(&disk);
    assert_eq!((recovered.damages, store.snapshot(Kind::Log).unread().len()), (vec![], 0));

    // Torn by the crash itself: nobody was told that it was kept.
    let disk = written_twice();
    tear_end(&disk, &first_log(&disk));
    let (store, recovered) = open(&disk);
    assert_eq!(recovered.damages.len(), 1);
    append(&store, 4..6).unwrap();
    drop(store);
    let (store, _) = open(&disk.after_power_cut(0.0));
    assert_eq!(store.snapshot(Kind::Log).unread().len(), 0);
    assert_eq!(all(&store).into_values().collect::<Vec<_>>(), messages([0, 1, 4, 5]));
}
