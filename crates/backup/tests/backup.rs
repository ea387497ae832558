//! Backups of a directory in use, and what becomes of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use backup::{Error, Kept, MANIFEST, Plan, RestorePlan, SecretKey, back_up, check, find, list, restore};
use model::{Clock, ManualClock, Timestamp};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use store::Db;
use telemetry::{Batch, Kind, Options, Record, Store};

struct Place {
    folder: tempfile::TempDir,
    data: PathBuf,
    db: Db,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir_all(data.join("blobs")).unwrap();
        fs::write(data.join("blobs/abc"), vec![7; 300_000]).unwrap();
        fs::create_dir_all(data.join("logs")).unwrap();
        fs::write(data.join("logs/mailing.log"), "a line\n").unwrap();
        fs::write(data_key(&data), "secret").unwrap();
        fs::write(data.join("vigie.intents-0"), "of the process alone").unwrap();
        let db = Db::open_sqlite(&data.join("vigie.db"), &data.join("snapshots")).await.unwrap();
        Self { folder, data, db }
    }

    fn plan(&self) -> Plan {
        Plan {
            data: self.data.clone(),
            folder: self.folder.path().join("backups"),
            keep: None,
            key_file: data_key(&self.data),
            secret_key: SecretKey::LeftOut,
            version: "1.0.0",
            host: "here".into(),
        }
    }
}

fn data_key(data: &Path) -> PathBuf {
    data.join("my.key")
}

fn clock(seconds: i64) -> Clock {
    Clock::Manual(ManualClock::at(Timestamp::from_micros(1_750_000_000_000_000 + seconds * 1_000_000)))
}

fn restored(kept: Kept, to: &Path) -> backup::Restored {
    let plan = RestorePlan { kept, to: to.to_owned(), secret_key: None, now: clock(9).now() };
    restore(&plan, &mut |_| {}).unwrap()
}

fn rows(store: &Store) -> u64 {
    let snapshot = store.snapshot(Kind::Log);
    let sealed: u64 = snapshot.segments().iter().map(|segment| segment.rows()).sum();
    let waiting: usize = snapshot.memory().iter().map(|batch| batch.batch.len()).sum();
    sealed + waiting as u64
}

fn record(number: u64) -> Record {
    let message = format!("line {number}").into_bytes();
    Record { time: clock(0).now(), level: None, source: b"test".to_vec(), message, fields: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_back_is_what_was_there() {
    let place = Place::new().await;
    let written = back_up(&place.db, &place.plan(), &clock(0), &mut |_| {}).await.unwrap();
    let names: Vec<_> = written.kept.manifest.files.iter().map(|file| file.path.as_str()).collect();
    // Neither the key, nor what belongs to the process that wrote it.
    assert_eq!(names, ["vigie.db", "blobs/abc", "logs/mailing.log"]);
    check(&written.kept, &mut |_| {}).unwrap();
    let to = place.folder.path().join("again");
    assert_eq!(restored(find(&place.plan().folder).unwrap(), &to).beside, None);
    assert_eq!(fs::read(to.join("blobs/abc")).unwrap(), vec![7; 300_000]);
    assert!(Db::open_sqlite_read_only(&to.join("vigie.db")).await.unwrap().verify().await.unwrap().is_empty());
    // A second time, with what is there kept beside it.
    fs::write(to.join("mine"), "kept").unwrap();
    let beside = restored(find(&place.plan().folder).unwrap(), &to).beside.unwrap();
    assert_eq!(fs::read_to_string(beside.join("mine")).unwrap(), "kept");
    assert!(!to.join("mine").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn old_ones_go_once_the_new_one_is_verified_and_others_stay() {
    let place = Place::new().await;
    let (plan, elsewhere) = (Plan { keep: Some(2), ..place.plan() }, Plan { host: "there".into(), ..place.plan() });
    back_up(&place.db, &elsewhere, &clock(0), &mut |_| {}).await.unwrap();
    for second in 1..=4 {
        back_up(&place.db, &plan, &clock(second), &mut |_| {}).await.unwrap();
    }
    let hosts = |kept: &Vec<Kept>| kept.iter().map(|kept| kept.manifest.host.clone()).collect::<Vec<_>>();
    let there = list(&plan.folder).unwrap();
    assert_eq!(hosts(&there), ["there", "here", "here"]);
    assert_eq!(there[2].manifest.taken_at, clock(4).now());
    // One that fails takes none away.
    fs::remove_file(place.data.join("blobs/abc")).unwrap();
    std::os::unix::fs::symlink("/nowhere", place.data.join("blobs/abc")).unwrap();
    let missing = Plan { key_file: "no.key".into(), secret_key: SecretKey::Included, keep: Some(1), ..plan.clone() };
    assert!(matches!(back_up(&place.db, &missing, &clock(5), &mut |_| {}).await, Err(Error::Io { .. })));
    assert_eq!(hosts(&list(&plan.folder).unwrap()), ["there", "here", "here"]);
    let left = fs::read_dir(&plan.folder).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    assert_eq!(left, 3, "nothing half stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_within_a_second_are_two() {
    let place = Place::new().await;
    for _ in 0..3 {
        back_up(&place.db, &place.plan(), &clock(0), &mut |_| {}).await.unwrap();
    }
    assert_eq!(list(&place.plan().folder).unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_one_left_is_no_backup_and_goes() {
    let place = Place::new().await;
    let half = place.plan().folder.join("vigie-2025-01-01T000000Z.partial");
    fs::create_dir_all(half.join("data")).unwrap();
    fs::write(half.join(MANIFEST), "{}").unwrap();
    assert!(list(&place.plan().folder).unwrap().is_empty());
    assert!(matches!(find(&place.plan().folder), Err(Error::NoBackup { .. })));
    back_up(&place.db, &place.plan(), &clock(0), &mut |_| {}).await.unwrap();
    assert!(!half.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_found_before_anything_is_changed() {
    let place = Place::new().await;
    let kept = back_up(&place.db, &place.plan(), &clock(0), &mut |_| {}).await.unwrap().kept;
    let blob = kept.folder.join("data/blobs/abc");
    let mut bytes = fs::read(&blob).unwrap();
    bytes[200_000] ^= 1;
    fs::write(&blob, bytes).unwrap();
    assert!(matches!(check(&kept, &mut |_| {}), Err(Error::Damaged { place }) if place == blob));
    let to = place.folder.path().join("again");
    fs::create_dir(&to).unwrap();
    fs::write(to.join("mine"), "kept").unwrap();
    let plan = RestorePlan { kept: kept.clone(), to: to.clone(), secret_key: None, now: clock(9).now() };
    assert!(matches!(restore(&plan, &mut |_| {}), Err(Error::Damaged { .. })));
    assert_eq!(fs::read_dir(&to).unwrap().count(), 1);
    fs::remove_file(&blob).unwrap();
    assert!(matches!(check(&kept, &mut |_| {}), Err(Error::Damaged { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_never_lies_in_what_it_backs_up() {
    let place = Place::new().await;
    let link = place.folder.path().join("link");
    std::os::unix::fs::symlink(&place.data, &link).unwrap();
    for folder in [place.data.join("backups"), place.data.clone(), link.join("backups")] {
        let plan = Plan { folder, ..place.plan() };
        assert!(matches!(back_up(&place.db, &plan, &clock(0), &mut |_| {}).await, Err(Error::Inside { .. })));
    }
}

/// Every record that was acknowledged before the backup began is in it, however the store is written, sealed and merged
/// meanwhile, and each once.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_store_is_copied_while_it_is_written() {
    let place = Place::new().await;
    let options = Options { seal_rows: 40, ..Options::default() };
    let (store, _) = Store::open(&place.data.join("telemetry"), options, clock(0).now()).unwrap();
    let store = Arc::new(store);
    let (done, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(std::sync::atomic::AtomicU64::new(0)));
    let writer = std::thread::spawn({
        let (store, done, acknowledged) = (Arc::clone(&store), Arc::clone(&done), Arc::clone(&acknowledged));
        move || {
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                let mut batch = Batch::default();
                (number..number + 5).for_each(|number| batch.push(&record(number)).unwrap());
                if let Ok(answer) = store.append(Kind::Log, batch, clock(0).now())
                    && answer.blocking_recv().is_ok_and(|appended| appended.is_ok())
                {
                    number += 5;
                    acknowledged.store(number, Ordering::SeqCst);
                }
                if number % 50 == 0 {
                    let _ = store.seal(clock(0).now()).unwrap().blocking_recv();
                }
            }
        }
    });
    let mut before = 0;
    for round in 0..8 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let least = acknowledged.load(Ordering::SeqCst);
        assert!(least > before || round == 0, "it is written meanwhile");
        before = least;
        let kept = back_up(&place.db, &place.plan(), &clock(round), &mut |_| {}).await.unwrap().kept;
        let copy = kept.folder.join("data/telemetry");
        let (copied, recovered) = Store::open(&copy, Options::default(), clock(0).now()).unwrap();
        assert!(recovered.damages.is_empty(), "{recovered:?}");
        let rows = rows(&copied);
        assert!(rows >= least, "{rows} of at least {least}");
    }
    done.store(true, Ordering::Relaxed);
    writer.join().unwrap();
}
