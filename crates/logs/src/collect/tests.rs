//! A store that takes nothing for a while: its disk is full, or its memory. Collectors wait, nothing is lost, nothing comes
//! twice, and no position is ahead of what is kept.

use super::*;
use crate::{Config as StoreConfig, Error};
use jiff::tz::TimeZone;
use model::Clock;
use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    net::TcpStream,
    ops::Range,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Instant,
};
use telemetry::{
    Options,
    disk::{Disk, Folder, Log, LogFiles, ObjectStore},
    query::{Bounds, Page, Question, language::Order, parse, search},
};

/// Goes round until nothing moved for so many rounds.
pub(super) fn settled(quiet_max: usize, mut round: impl FnMut() -> bool) {
    let (begun, mut quiet) = (Instant::now(), 0);
    while begun.elapsed() < PATIENCE {
        quiet = if round() { 0 } else { quiet + 1 };
        if quiet > quiet_max {
            return;
        }
        // What moves may be the store's own threads.
        thread::yield_now();
    }
    panic!("it never comes to rest");
}

const PATIENCE: Duration = Duration::from_secs(60);

/// A disk that is full, or is not.
#[derive(Clone)]
struct Filling {
    folder: Arc<Folder>,
    full: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
}

impl Filling {
    fn room(&self) -> io::Result<()> {
        if self.full.load(Ordering::SeqCst) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl ObjectStore for Filling {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.room()?;
        self.folder.put(name, bytes)
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        self.folder.get(name, range)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        self.folder.list(folder)
    }

    fn delete(&self, name: &str) -> io::Result<()> {
        self.folder.delete(name)
    }
}

impl LogFiles for Filling {
    fn create_log(&self, name: &str) -> io::Result<Box<dyn Log>> {
        self.room()?;
        Ok(Box::new(FillingLog { disk: self.clone(), log: self.folder.create_log(name)? }))
    }

    fn read_log(&self, name: &str) -> io::Result<Vec<u8>> {
        self.folder.read_log(name)
    }

    fn list_logs(&self, folder: &str) -> io::Result<Vec<String>> {
        self.folder.list_logs(folder)
    }

    fn delete_log(&self, name: &str) -> io::Result<()> {
        self.folder.delete_log(name)
    }
}

struct FillingLog {
    disk: Filling,
    log: Box<dyn Log>,
}

impl Log for FillingLog {
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.room()?;
        self.log.write_at(at, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.log.sync()
    }
}

/// A store on such a disk, and a folder of logs.
struct Site {
    data: tempfile::TempDir,
    folder: tempfile::TempDir,
    disk: Filling,
    options: Options,
    logs: Logs,
}

impl Site {
    fn new(options: Options) -> Self {
        let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = data.path().join("telemetry/logs-on-trial");
        fs::create_dir_all(&store).unwrap();
        let disk =
            Filling { folder: Arc::new(Folder::new(store).unwrap()), full: Arc::default(), refused: Arc::default() };
        let logs = opened(&data, &disk, &options);
        Self { data, folder, disk, options, logs }
    }

    /// As another process would find it.
    fn restart(&mut self) {
        // The store that is open ends first.
        self.logs = Logs::new(self.folder.path(), StoreConfig::default(), Clock::System, TimeZone::UTC).unwrap();
        self.logs = opened(&self.data, &self.disk, &self.options);
    }

    fn fill(&self, full: bool) {
        self.disk.refused.store(0, Ordering::SeqCst);
        self.disk.full.store(full, Ordering::SeqCst);
    }

    /// So many attempts that came to nothing.
    fn wait_for_refusals(&self, count: usize) {
        until("attempts to write", || self.disk.refused.load(Ordering::SeqCst) >= count);
    }

    fn write(&self, numbers: Range<usize>, padding: usize) {
        let mut text = String::new();
        for number in numbers {
            writeln!(text, "2025-01-10 14:32:15,123 INFO {} {number}", "x".repeat(padding)).unwrap();
        }
        let path = self.folder.path().join("app.log");
        fs::File::options().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn collect(&self) -> Running {
        let (logs, stop) = (self.logs.clone(), Stop::default());
        let pattern = self.folder.path().join("app.log").display().to_string();
        let asked = stop.clone();
        let thread = thread::spawn(move || {
            if let Ok(mut files) =
                FileCollector::open(logs, asked, vec![Watched { pattern, ..Watched::default() }], None)
            {
                files.run();
            }
        });
        Running { stop, thread: Some(thread) }
    }

    /// The numbers of what is kept, in its order.
    fn kept(&self) -> Vec<usize> {
        let (query, _) = parse("");
        let opened = self.logs.opened().unwrap();
        let question = Question::new(&query, self.logs.now(), &TimeZone::UTC).unwrap();
        let page = Page { order: Order::Ascending, after: None, limit: 10_000 };
        let mut found = Vec::new();
        search(&opened.snapshot(), &question, page, &Bounds::default(), |hit| {
            let message = String::from_utf8_lossy(hit.record.message()).into_owned();
            found.push((hit.cursor.seq, message.rsplit(' ').next().unwrap().parse().unwrap()));
            std::ops::ControlFlow::Continue(())
        });
        found.sort_unstable();
        found.into_iter().map(|(_, number)| number).collect()
    }

    fn wait_for(&self, count: usize) {
        until("the records", || self.kept().len() >= count);
    }

    /// Lines that are done with by where the file stands, whatever becomes of a batch on its way.
    fn lines_done(&self) -> usize {
        let stored = self.logs.opened().unwrap().store.positions_under("files/").unwrap();
        let Some((_, position)) = stored.first() else { return 0 };
        let position: serde_json::Value = serde_json::from_slice(position).unwrap();
        // Lines of a record that may go on are read, and not done with.
        let offset = position["held"][0][0].as_u64().or(position["offset"].as_u64()).unwrap_or(0) as usize;
        let file = fs::read(self.folder.path().join("app.log")).unwrap();
        file[..offset].iter().filter(|byte| **byte == b'\n').count()
    }
}

fn opened(data: &tempfile::TempDir, disk: &Filling, options: &Options) -> Logs {
    let logs = Logs::new(data.path(), StoreConfig::default(), Clock::System, TimeZone::UTC).unwrap();
    logs.open_on(Disk::of(Arc::new(disk.clone())), options.clone());
    logs
}

struct Running {
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn stop(mut self) {
        self.stop.ask();
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.ask();
    }
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_full_disk_makes_files_wait_and_moves_no_position() {
    let mut site = Site::new(Options::default());
    site.write(0..500, 10);
    site.fill(true);
    let running = site.collect();
    site.wait_for_refusals(2);
    assert_eq!((site.kept(), site.lines_done()), (Vec::new(), 0));
    // It ends while it waits, and begins anew while it is still full.
    running.stop();
    site.restart();
    assert_eq!(site.lines_done(), 0);
    let running = site.collect();
    site.wait_for_refusals(2);
    site.fill(false);
    site.wait_for(500);
    // Full again in the midst of it: what was kept stays, what comes waits.
    site.fill(true);
    site.write(500..1_000, 10);
    site.wait_for_refusals(2);
    assert_eq!(site.kept(), (0..500).collect::<Vec<_>>());
    assert!(site.lines_done() <= 500, "{}", site.lines_done());
    site.fill(false);
    site.wait_for(1_000);
    running.stop();
    assert_eq!(site.kept(), (0..1_000).collect::<Vec<_>>());
    assert_eq!(site.lines_done(), 1_000);
    site.restart();
    let running = site.collect();
    site.write(1_000..1_010, 10);
    site.wait_for(1_010);
    running.stop();
    assert_eq!(site.kept(), (0..1_010).collect::<Vec<_>>());
}

#[test]
fn a_full_disk_is_known_until_there_is_room() {
    let site = Site::new(Options::default());
    fs::create_dir_all(site.data.path().join("telemetry/store")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(site.logs.trouble(), None);
    site.fill(true);
    let mut intake = site.logs.intake().unwrap();
    intake.record(|draft| draft.message(b"one")).unwrap();
    assert!(matches!(intake.finish(), Err(Error::Store(telemetry::Error::Full))));
    drop(intake);
    assert_eq!(site.logs.trouble(), Some(crate::Trouble::Full));
    let _ = runtime.block_on(site.logs.tend());
    let trouble = site.logs.trouble().unwrap().to_string();
    assert!(trouble.contains("is full") && trouble.contains("keep-megabytes"), "{trouble}");
    site.fill(false);
    // Nobody sends: a server that is not ready may be sent nothing.
    runtime.block_on(site.logs.tend()).unwrap();
    assert_eq!(site.logs.trouble(), None);
}

#[test]
fn a_full_memory_makes_files_wait_and_moves_no_position() {
    let memory_bytes_max = 6 << 20;
    let site = Site::new(Options { memory_bytes_max, seal_bytes: usize::MAX, ..Options::default() });
    site.write(0..9_000, 1_500);
    let running = site.collect();
    let mut rounds = 0;
    while site.kept().len() < 9_000 {
        let store = &site.logs.opened().unwrap().store;
        until("a store that is full, or has all", || {
            store.memory_bytes() + (2 << 20) > memory_bytes_max || site.kept().len() == 9_000
        });
        let (done, kept) = (site.lines_done(), site.kept());
        assert!(done <= kept.len(), "{done} lines are said to be done, and {} kept", kept.len());
        assert_eq!(kept, (0..kept.len()).collect::<Vec<_>>());
        // As whoever tends the store would.
        store.seal(site.logs.now()).unwrap().blocking_recv().unwrap().unwrap();
        rounds += 1;
    }
    running.stop();
    assert!(rounds >= 3, "it never was full");
    assert_eq!(site.kept(), (0..9_000).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_makes_senders_of_syslog_wait() {
    let site = Site::new(Options::default());
    site.fill(true);
    let (syslog, address) = Syslog::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (logs, stop) = (site.logs.clone(), Stop::default());
    let asked = stop.clone();
    let running = Running { stop, thread: Some(thread::spawn(move || syslog.run(logs, &asked))) };
    let sender = thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        for number in 0..3_000 {
            writeln!(stream, "<165>1 2025-01-10T14:32:11.5Z db1 postgres 9 - - starting {number}").unwrap();
        }
    });
    tokio::task::spawn_blocking(move || {
        site.wait_for_refusals(2);
        assert_eq!(site.kept(), Vec::<usize>::new());
        site.fill(false);
        site.wait_for(3_000);
        sender.join().unwrap();
        running.stop();
        assert_eq!(site.kept(), (0..3_000).collect::<Vec<_>>());
    })
    .await
    .unwrap();
}

/// Who sends again what is not counted, sends nothing twice.
#[test]
fn what_a_busy_store_had_taken_is_counted() {
    let site = Site::new(Options { memory_bytes_max: 24 << 20, seal_bytes: usize::MAX, ..Options::default() });
    let mut intake = site.logs.intake().unwrap();
    let padding = "x".repeat(4 << 10);
    let ended = (0..50_000).try_for_each(|n| intake.record(|draft| draft.message(format!("{padding} {n}").as_bytes())));
    assert!(matches!(ended, Err(Error::Store(telemetry::Error::Busy { .. }))), "{ended:?}");
    let finished = intake.finish();
    let accepted = intake.taken().accepted;
    assert!(accepted > 0 && finished.is_err(), "{accepted} {finished:?}");
    assert_eq!(accepted, site.kept().len() as u64);
}

#[test]
fn senders_are_so_many_and_no_more() {
    let site = Site::new(Options::default());
    let places: Vec<_> = (0..crate::BODIES_AT_ONCE_MAX).map(|_| site.logs.receive().unwrap()).collect();
    assert!(matches!(site.logs.receive(), Err(Error::Received)));
    drop(places);
    assert!(site.logs.receive().is_ok());
}
