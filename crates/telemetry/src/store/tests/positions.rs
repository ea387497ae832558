//! A batch and where its source stands then are kept both or neither, wherever the process ends.

use super::*;

fn position(store: &Store, key: &str) -> Option<u64> {
    let position = store.position(key).unwrap()?;
    Some(String::from_utf8(position.to_vec()).unwrap().parse().unwrap())
}

fn moved(key: &str, to: Option<u64>) -> PositionChange {
    PositionChange { key: key.to_owned(), position: to.map(|to| to.to_string().into_bytes()) }
}

/// Appends messages of a source, which has then come to their end.
fn collect(store: &Store, kind: Kind, key: &str, numbers: std::ops::Range<u64>) -> Result<Appended, Error> {
    let change = moved(key, Some(numbers.end));
    store.append_from(kind, &mut batch(numbers), &[change], NOON)?.blocking_recv().map_err(|_| Error::Closed)?
}

fn move_alone(store: &Store, changes: &[PositionChange]) -> Result<Appended, Error> {
    let answer = store.append_from(Kind::Log, &mut Batch::new(), changes, NOON)?;
    answer.blocking_recv().map_err(|_| Error::Closed)?
}

/// Three sources, one of which never gives a record, and one that is forgotten at the end.
fn live_collecting(store: &Store) {
    for round in 0..6u64 {
        let _ = collect(store, Kind::Log, "files/1", round * 3..round * 3 + 3);
        let _ = collect(store, Kind::Span, "journal", 1_000 + round..1_001 + round);
        let _ = move_alone(store, &[moved("idle", Some(round))]);
        if round % 2 == 1 {
            let _ = seal(store);
        }
    }
    let _ = move_alone(store, &[moved("idle", None)]);
}

#[test]
fn a_batch_and_its_position_are_kept_together_wherever_the_process_ends() {
    let whole = Simulated::default();
    live_collecting(&open(&whole).0);
    let operations = whole.operations();
    for stop in 0..operations {
        for (kept, last) in [(0.0, LastOperation::Undone), (1.0, LastOperation::Undone), (0.0, LastOperation::Done)] {
            let disk = Simulated::default();
            disk.stop_after(stop, last);
            if let Ok((store, _)) = Store::open_on(Disk::of(Arc::new(disk.clone())), Options::default(), NOON) {
                live_collecting(&store);
            }
            for is_catalog_lost in [false, true] {
                let back = disk.after_power_cut(kept);
                if is_catalog_lost {
                    back.delete("catalog/current.json").unwrap();
                }
                let when = format!("stopped at {stop} ({last:?}), the catalogue lost: {is_catalog_lost}");
                // Read back, sealed, and read back once more.
                for _ in 0..2 {
                    let (store, _) = open(&back);
                    let logs: Vec<String> = all(&store).into_values().collect();
                    assert_eq!(logs, messages(0..position(&store, "files/1").unwrap_or(0)), "{when}");
                    let spans: Vec<String> = all_of(&store, Kind::Span).into_values().collect();
                    assert_eq!(spans, messages(1_000..position(&store, "journal").unwrap_or(1_000)), "{when}");
                    seal(&store).unwrap();
                }
            }
        }
    }
    let (store, _) = open(&whole);
    assert_eq!((position(&store, "files/1"), position(&store, "idle")), (Some(18), None));
}

#[test]
fn positions_alone_are_kept_and_forgotten() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    move_alone(&store, &[moved("files/1", Some(1)), moved("files/2", Some(2)), moved("import/a", Some(3))]).unwrap();
    assert_eq!((store.memory_bytes(), store.snapshot(Kind::Log).memory().len()), (0, 0));
    drop(store);
    let (store, _) = open(&disk);
    let under = |store: &Store| -> Vec<String> {
        store.positions_under("files/").unwrap().into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(under(&store), ["files/1", "files/2"]);
    move_alone(&store, &[moved("files/1", None)]).unwrap();
    seal(&store).unwrap();
    drop(store);
    assert_eq!(disk.list("wal").unwrap(), [], "nothing is left in the log");
    let (store, _) = open(&disk);
    assert_eq!((under(&store), position(&store, "import/a")), (vec!["files/2".to_owned()], Some(3)));
    assert!(disk.list("catalog").unwrap().iter().any(|(name, _)| name == "catalog/positions.bin"));
}

#[test]
fn positions_beyond_the_bounds_are_refused_with_their_batch() {
    let (store, _) = open(&Simulated::default());
    let many: Vec<PositionChange> = (0..crate::POSITIONS_MAX).map(|n| moved(&format!("x/{n}"), Some(0))).collect();
    move_alone(&store, &many).unwrap();
    assert!(matches!(collect(&store, Kind::Log, "one more", 0..3), Err(Error::Positions(_))));
    assert_eq!((all(&store).len(), store.memory_bytes(), position(&store, "one more")), (0, 0, None));
    collect(&store, Kind::Log, "x/7", 0..3).unwrap();
    assert_eq!((all(&store).len(), position(&store, "x/7")), (3, Some(3)));
    move_alone(&store, &[moved("x/8", None)]).unwrap();
    collect(&store, Kind::Log, "one more", 3..6).unwrap();
    let long = PositionChange { key: "k".repeat(crate::POSITION_KEY_BYTES_MAX + 1), position: None };
    assert!(matches!(move_alone(&store, &[long]), Err(Error::Positions(_))));
}

#[test]
fn lost_positions_are_told_until_the_store_is_repaired() {
    for is_gone in [false, true] {
        let disk = Simulated::default();
        let (store, _) = open(&disk);
        collect(&store, Kind::Log, "files/1", 0..3).unwrap();
        seal(&store).unwrap();
        drop(store);
        match is_gone {
            true => disk.delete("catalog/positions.bin").unwrap(),
            false => disk.change("catalog/positions.bin", |bytes| bytes[5] ^= 1),
        }
        // What comes meanwhile does not make up for it, sealed or not.
        for round in 0..3 {
            let (store, recovered) = open(&disk);
            assert_eq!(recovered.damages.len(), 1, "{:?}", recovered.damages);
            assert_eq!(store.verify().damages, recovered.damages);
            assert!(matches!(store.position("files/1"), Err(Error::Damaged(_))));
            assert!(matches!(store.positions_under(""), Err(Error::Damaged(_))));
            collect(&store, Kind::Log, "journal", 10 + round..11 + round).unwrap();
            assert_eq!(position(&store, "journal"), Some(11 + round));
            if round == 1 {
                seal(&store).unwrap();
            }
        }
        let (store, _) = open(&disk);
        let repaired = store.repair().unwrap().blocking_recv().unwrap().unwrap();
        assert!(repaired.set_aside.is_empty(), "that was done before it was written anew");
        assert_eq!(disk.list("damaged").unwrap().len(), usize::from(!is_gone));
        assert_eq!((position(&store, "files/1"), position(&store, "journal")), (None, Some(13)));
        assert_eq!(store.verify().damages, []);
        drop(store);
        let (store, recovered) = open(&disk);
        assert_eq!((recovered.damages, position(&store, "journal")), (vec![], Some(13)));
    }
}

#[test]
fn a_damaged_file_of_positions_is_set_aside() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    collect(&store, Kind::Log, "files/1", 0..3).unwrap();
    seal(&store).unwrap();
    drop(store);
    disk.change("catalog/positions.bin", |bytes| bytes.truncate(3));
    let (store, _) = open(&disk);
    let repaired = store.repair().unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(repaired.set_aside, ["damaged/positions.bin"]);
    assert_eq!((position(&store, "files/1"), all(&store).len()), (None, 3));
    drop(store);
    assert_eq!(open(&disk).1.damages, []);
}
