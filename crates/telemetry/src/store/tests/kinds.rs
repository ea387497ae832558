//! Records of several kinds in one store: one log, one sequence of numbers, one bound on memory; segments, searches and
//! retention of their own.

use super::*;

fn messages_of(store: &Store, kind: Kind) -> Vec<String> {
    all_of(store, kind).into_values().collect()
}

#[test]
fn kinds_share_one_log_and_are_told_apart() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    let (mut logs_told, mut spans_told) = (store.subscribe(Kind::Log), store.subscribe(Kind::Span));
    assert_eq!(append_to(&store, Kind::Log, 0..3).unwrap().first_seq, 0);
    assert_eq!(append_to(&store, Kind::Span, 10..12).unwrap().first_seq, 3, "numbers are shared");
    assert_eq!(append_to(&store, Kind::Log, 3..5).unwrap().first_seq, 5);
    assert_eq!((logs_told.try_recv().unwrap().first_seq, logs_told.try_recv().unwrap().first_seq), (0, 5));
    assert_eq!(spans_told.try_recv().unwrap().first_seq, 3);
    assert!(logs_told.try_recv().is_err() && spans_told.try_recv().is_err());
    assert_eq!(disk.list("wal").unwrap().len(), 1);
    let check = |store: &Store| {
        assert_eq!(messages_of(store, Kind::Log), messages(0..5));
        assert_eq!(messages_of(store, Kind::Span), messages(10..12));
        assert_eq!(messages_of(store, Kind::Error), messages(0..0));
    };
    check(&store);
    // Read back, sealed, and read back once more.
    drop(store);
    let (store, recovered) = open(&disk.after_power_cut(0.0));
    assert_eq!((recovered.rows, recovered.damages), (7, vec![]));
    check(&store);
    drop(store);
    let (store, _) = open(&disk);
    assert_eq!(seal(&store).unwrap().sealed, 1, "all of them at once");
    check(&store);
    drop(store);
    let (store, recovered) = open(&disk);
    assert_eq!((recovered.rows, recovered.damages), (0, vec![]));
    check(&store);
    let kinds: Vec<(Kind, usize)> = Kind::ALL.map(|kind| (kind, store.snapshot(kind).segments().len())).into();
    assert_eq!(kinds, [(Kind::Log, 1), (Kind::Span, 1), (Kind::Error, 0)]);
    assert_eq!((store.verify().segments, store.verify().damages), (2, vec![]));
}

#[test]
fn a_kind_that_nobody_writes_to_costs_nothing() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    append(&store, 0..3).unwrap();
    seal(&store).unwrap();
    let files: Vec<String> = disk.list("segments").unwrap().into_iter().map(|(name, _)| name).collect();
    assert!(files.len() == 1 && files[0].starts_with("segments/log-"), "{files:?}");
    assert_eq!(store.threads.len(), 2);
    assert!(store.shared.tails.values().all(|tail| tail.get().is_none()), "nobody has listened");
    assert_eq!(store.snapshot(Kind::Span).segments().len() + store.snapshot(Kind::Span).memory().len(), 0);
}

#[test]
fn memory_is_bounded_for_all_kinds_together() {
    let options = Options { memory_bytes_max: 64 << 10, ..Options::default() };
    let (store, _) = open_with(&Simulated::default(), options);
    let mut next = 0;
    while append_to(&store, Kind::Span, next..next + 20).is_ok() {
        next += 20;
    }
    assert!(matches!(append_to(&store, Kind::Log, next..next + 20), Err(Error::Busy { .. })));
    seal(&store).unwrap();
    append_to(&store, Kind::Log, 0..20).unwrap();
    assert_eq!((messages_of(&store, Kind::Span), messages_of(&store, Kind::Log)), (messages(0..next), messages(0..20)));
}

/// A kind that is busy seals what there is of the others: the log holds the records of all.
#[test]
fn many_records_of_one_kind_seal_all() {
    let (store, _) = open_with(&Simulated::default(), Options { seal_rows: 10, ..Options::default() });
    append_to(&store, Kind::Error, 0..1).unwrap();
    append_to(&store, Kind::Log, 0..6).unwrap();
    append_to(&store, Kind::Span, 0..6).unwrap();
    append_to(&store, Kind::Log, 6..12).unwrap();
    store.tend(NOON).unwrap().blocking_recv().unwrap().unwrap();
    let in_memory: [usize; 3] =
        Kind::ALL.map(|kind| store.snapshot(kind).memory().iter().map(|batch| batch.batch.len()).sum());
    assert_eq!(in_memory, [6, 0, 0]);
    assert_eq!(Kind::ALL.map(|kind| all_of(&store, kind).len()), [12, 6, 1]);
}

#[test]
fn each_kind_is_kept_as_long_as_it_is_to_be() {
    let day = 86_400;
    let age = |days: u64| Retention { age_max: Some(Duration::from_secs(days * day)), bytes_max: None };
    let retention = PerKind::from_fn(|kind| if kind == Kind::Span { age(2) } else { age(10) });
    let (store, _) = open_with(&Simulated::default(), Options { retention, ..Options::default() });
    for start in [0, day, 2 * day] {
        for kind in [Kind::Log, Kind::Span] {
            append_to(&store, kind, start..start + 2).unwrap();
        }
        seal(&store).unwrap();
    }
    let tended = store.tend(at(2 * day + 100)).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(tended.forgotten, 1);
    assert_eq!(messages_of(&store, Kind::Span), messages([day, day + 1, 2 * day, 2 * day + 1]));
    assert_eq!(all(&store).len(), 6);
}

#[test]
fn kinds_are_merged_and_deleted_apart() {
    let disk = Simulated::default();
    let (store, _) = open(&disk);
    for round in 0..9 {
        append_to(&store, Kind::Log, round * 2..round * 2 + 2).unwrap();
        append_to(&store, Kind::Span, 100 + round * 2..102 + round * 2).unwrap();
        seal(&store).unwrap();
    }
    // Of each round, the first span: the third of four numbers.
    delete(&store, (0..9).map(|round| round * 4 + 2)).unwrap();
    let check = |store: &Store| {
        assert_eq!(messages_of(store, Kind::Log), messages(0..18));
        assert_eq!(messages_of(store, Kind::Span), messages((0..9).map(|round| 101 + round * 2)));
    };
    check(&store);
    store.seal(at(3 * 86_400)).unwrap().blocking_recv().unwrap().unwrap();
    check(&store);
    let rows = |kind| store.snapshot(kind).segments().iter().map(|segment| segment.rows()).collect::<Vec<_>>();
    assert_eq!((rows(Kind::Log), rows(Kind::Span)), (vec![18], vec![9]));
    drop(store);
    check(&open(&disk).0);
}
