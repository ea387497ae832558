//! Real files, written, rotated, emptied and packed while they are read and while they are not.

use super::*;
use crate::{Config, Labels, Opened, collect::tests::settled};
use jiff::tz::TimeZone;
use model::{Clock, ManualClock, Timestamp};
use proptest::{prelude::*, test_runner::TestRunner};
use std::{io::Write as _, sync::Arc, time::SystemTime};
use telemetry::query::{Bounds, Page, Question, language::Order, parse, search};

const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);

/// What some programs begin each file with.
const BANNER: &str = "2025-01-10 14:00:00,000 - a.b - INFO - here it begins\n";

/// A folder of logs, and who collects from it.
struct Site {
    data: tempfile::TempDir,
    folder: tempfile::TempDir,
    clock: ManualClock,
    pattern: &'static str,
    /// How often the banner stands at the beginning of a file.
    banner: usize,
    files: Option<FileCollector>,
    logs: Option<Logs>,
    /// Lines written so far.
    lines: u64,
    /// Without its line feed.
    partial: bool,
}

impl Site {
    fn new(pattern: &'static str) -> Self {
        let mut site = Self {
            data: tempfile::tempdir().unwrap(),
            folder: tempfile::tempdir().unwrap(),
            clock: ManualClock::at(NOW),
            pattern,
            banner: 0,
            files: None,
            logs: None,
            lines: 0,
            partial: false,
        };
        site.restart();
        site
    }

    /// As after a crash: nothing is written down that was not before.
    fn restart(&mut self) {
        (self.files, self.logs) = (None, None);
        let clock = Clock::Manual(self.clock.clone());
        let logs = Logs::new(self.data.path(), Config::default(), clock, TimeZone::UTC).unwrap();
        let pattern = self.path(self.pattern).display().to_string();
        self.files = Some(FileCollector::open(logs.clone(), Stop::default(), vec![watched(pattern)], None).unwrap());
        self.logs = Some(logs);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn round(&mut self) -> bool {
        self.clock.advance(Duration::from_millis(300));
        self.files.as_mut().unwrap().round().unwrap()
    }

    /// Until nothing moves and nothing is held any more.
    fn settle(&mut self) {
        settled(8, || self.round());
    }

    fn append(&mut self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::File::options().append(true).create(true).open(path).unwrap().write_all(bytes).unwrap();
        self.stamp();
    }

    /// What was just changed was changed now by the clock of this site, which is behind that of the machine.
    fn stamp(&self) {
        let now = SystemTime::UNIX_EPOCH + Duration::from_micros(self.clock.now().as_micros() as u64);
        for entry in fs::read_dir(self.folder.path()).unwrap().flatten() {
            let found = entry.metadata().unwrap();
            if found.is_file() && found.modified().unwrap() > now {
                fs::File::options().append(true).open(entry.path()).unwrap().set_modified(now).unwrap();
            }
        }
    }

    /// `copytruncate`.
    fn copy_away(&mut self, round_between: bool) {
        self.shift();
        fs::copy(self.path("app.log"), self.path("app.log.1")).unwrap();
        self.stamp();
        if round_between {
            self.round();
        }
        fs::File::options().write(true).open(self.path("app.log")).unwrap().set_len(0).unwrap();
        self.stamp();
    }

    /// Some records have further lines.
    fn write(&mut self, name: &str, count: u8) {
        let mut text = Vec::new();
        if std::mem::take(&mut self.partial) {
            text.extend_from_slice(b" end\n");
        }
        if fs::metadata(self.path(name)).map_or(0, |found| found.len()) == 0 {
            text.extend_from_slice(BANNER.repeat(self.banner).as_bytes());
        }
        for _ in 0..count {
            self.lines += 1;
            match self.lines % 5 {
                0 => writeln!(text, "  at line {}", self.lines).unwrap(),
                _ => writeln!(text, "2025-01-10 14:32:15,123 - a.b - INFO - line {}", self.lines).unwrap(),
            }
        }
        self.append(name, &text);
    }

    fn write_part(&mut self, name: &str) {
        if !std::mem::replace(&mut self.partial, true) {
            self.lines += 1;
            let text = format!("2025-01-10 14:32:16,000 - a.b - INFO - line {}", self.lines);
            self.append(name, text.as_bytes());
        }
    }

    /// `app.log.1` becomes `app.log.2`, and so on.
    fn shift(&self) {
        for number in (1..40).rev() {
            for end in ["", ".gz", ".zst"] {
                let from = self.path(&format!("app.log.{number}{end}"));
                if from.exists() {
                    fs::rename(from, self.path(&format!("app.log.{}{end}", number + 1))).unwrap();
                }
            }
        }
    }

    fn pack(&self, with_zstd: bool) {
        let Some(number) = (1..40).rev().find(|number| self.path(&format!("app.log.{number}")).exists()) else {
            return;
        };
        let from = self.path(&format!("app.log.{number}"));
        let plain = fs::read(&from).unwrap();
        let (end, packed) = match with_zstd {
            true => ("zst", zstd::encode_all(&plain[..], 1).unwrap()),
            false => {
                let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gzip.write_all(&plain).unwrap();
                ("gz", gzip.finish().unwrap())
            }
        };
        fs::write(self.path(&format!("app.log.{number}.{end}")), packed).unwrap();
        fs::remove_file(from).unwrap();
        self.stamp();
    }

    /// Every record's source and message, in the order in which they were kept.
    fn kept(&self) -> Vec<(String, String)> {
        kept(&self.logs.as_ref().unwrap().opened().unwrap(), self.folder.path())
    }

    /// The numbers of the lines, as they were kept.
    fn numbers(&self) -> Vec<u64> {
        numbers(&self.kept())
    }
}

fn kept(opened: &Opened, folder: &Path) -> Vec<(String, String)> {
    found(opened, folder, "")
}

/// Source and message of what a query finds, in the order in which it was kept.
fn found(opened: &Opened, folder: &Path, q: &str) -> Vec<(String, String)> {
    let (query, _) = parse(q);
    let question = Question::new(&query, NOW, &TimeZone::UTC).unwrap();
    let mut found = Vec::new();
    let page = Page { order: Order::Ascending, after: None, limit: 10_000 };
    search(&opened.snapshot(), &question, page, &Bounds::default(), |hit| {
        let [source, message] =
            [hit.record.source(), hit.record.message()].map(|text| String::from_utf8_lossy(text).into_owned());
        let name = source.strip_prefix(&format!("{}/", folder.display())).unwrap_or(&source).to_owned();
        found.push((hit.cursor.seq, name, message));
        std::ops::ControlFlow::Continue(())
    });
    found.sort_by_key(|(seq, ..)| *seq);
    found.into_iter().map(|(_, name, message)| (name, message)).collect()
}

fn numbers(kept: &[(String, String)]) -> Vec<u64> {
    let lines = kept.iter().flat_map(|(_, message)| message.lines());
    let lines = lines.filter(|line| *line != BANNER.trim_end());
    lines.map(|line| line.trim_end_matches(" end").rsplit(' ').next().unwrap().parse().unwrap()).collect()
}

fn watched(pattern: String) -> Watched {
    let labels = Labels::parse(["app=shop", "logger=kept"]).unwrap();
    Watched { pattern, labels }
}

#[test]
fn records_have_the_labels_of_their_pattern_also_from_a_renamed_file() {
    let mut site = Site::new("app.log");
    site.append("app.log", b"2025-01-10 14:00:00 INFO shop.orders app=other one\n");
    site.settle();
    fs::rename(site.path("app.log"), site.path("app.log.1")).unwrap();
    site.append("app.log.1", b"two\n");
    site.append("app.log", b"three\n");
    site.settle();
    let opened = site.logs.as_ref().unwrap().opened().unwrap();
    let count = |q: &str| found(&opened, site.folder.path(), q).len();
    assert_eq!(["app:shop logger:kept", "app:other", "one app:shop", "three app:shop"].map(count), [3, 0, 1, 1]);
}

#[test]
fn a_file_is_followed_and_a_record_of_several_lines_stays_one() {
    let mut site = Site::new("app.log");
    site.write("app.log", 6);
    site.settle();
    let kept = site.kept();
    assert_eq!(numbers(&kept), [1, 2, 3, 4, 5, 6]);
    assert!(kept[3].1.contains("line 4\n  at line 5"), "{kept:?}");
    assert!(kept.iter().all(|(source, _)| source == "app.log"));
    // A line is one when it has ended, be it across a restart.
    site.write_part("app.log");
    site.settle();
    assert_eq!(site.numbers().len(), 6);
    site.restart();
    site.write("app.log", 1);
    site.settle();
    assert_eq!(site.numbers(), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn zeros_that_a_loss_of_power_left_hide_no_record() {
    let mut site = Site::new("app.log");
    site.write("app.log", 2);
    site.append("app.log", &[0; 4_096]);
    site.write("app.log", 1);
    site.settle();
    let kept = site.kept();
    assert_eq!(numbers(&kept), [1, 2, 3]);
    assert_eq!(kept.len(), 3, "{kept:?}");
}

#[test]
fn bytes_of_every_kind_and_long_lines_are_kept() {
    let mut site = Site::new("*");
    let long = vec![b'y'; 600 << 10];
    site.append("bytes.txt", b"\xff\x00\r\n\n\nlast\n");
    site.append("long.log", &[&long[..], b"\nnext\n"].concat());
    site.settle();
    let opened = site.logs.as_ref().unwrap().opened().unwrap();
    let snapshot = opened.snapshot();
    let records: Vec<_> =
        snapshot.memory().iter().flat_map(|batch| batch.batch.iter().map(telemetry::RecordRef::to_record)).collect();
    let of = |name: &str| -> Vec<u8> {
        let own = records.iter().filter(|record| record.source.ends_with(name.as_bytes()));
        own.flat_map(|record| [&record.message[..], b"|"].concat()).collect()
    };
    assert_eq!(of("bytes.txt"), b"\xff\x00\r\n\n|last|");
    let parts = of("long.log");
    assert_eq!(parts.iter().filter(|byte| **byte == b'y').count(), long.len());
    assert!(parts.ends_with(b"|next|"));
}

#[test]
fn rotation_by_name_reads_the_old_file_to_its_end_first() {
    let mut site = Site::new("app.log");
    site.write("app.log", 3);
    site.settle();
    site.write("app.log", 3);
    site.shift();
    fs::rename(site.path("app.log"), site.path("app.log.1")).unwrap();
    site.write("app.log.1", 2);
    site.write("app.log", 3);
    site.settle();
    assert_eq!(site.numbers(), (1..=11).collect::<Vec<_>>());
    assert!(site.kept().iter().all(|(source, _)| source == "app.log"));
}

#[test]
fn rotation_by_copying_reads_the_rest_in_the_copy() {
    for restarted in [false, true] {
        let mut site = Site::new("app.log");
        site.write("app.log", 3);
        site.settle();
        if restarted {
            site.files = None;
        }
        site.write("app.log", 3);
        fs::copy(site.path("app.log"), site.path("app.log.1")).unwrap();
        fs::File::options().write(true).open(site.path("app.log")).unwrap().set_len(0).unwrap();
        site.write("app.log", 20);
        if restarted {
            site.restart();
        }
        site.settle();
        assert_eq!(site.numbers(), (1..=26).collect::<Vec<_>>(), "restarted: {restarted}");
    }
}

#[test]
fn what_was_packed_meanwhile_is_read_from_where_it_stood() {
    for with_zstd in [false, true] {
        let mut site = Site::new("app.log");
        site.write("app.log", 3);
        site.settle();
        site.files = None;
        site.write("app.log", 200);
        fs::rename(site.path("app.log"), site.path("app.log.1")).unwrap();
        site.pack(with_zstd);
        site.write("app.log", 2);
        site.restart();
        site.settle();
        assert_eq!(site.numbers(), (1..=205).collect::<Vec<_>>());
    }
}

#[test]
fn packed_files_are_read_once() {
    let mut site = Site::new("app*");
    site.write("app.log.1", 250);
    site.pack(false);
    site.settle();
    site.restart();
    site.settle();
    assert_eq!(site.numbers(), (1..=250).collect::<Vec<_>>());
    // One that is cut short says so, and is read on when it is whole.
    let whole = zstd::encode_all(&b"torn 251\ntorn 252\ntorn 253\n"[..], 1).unwrap();
    site.append("app.x.zst", &whole[..whole.len() - 5]);
    site.settle();
    site.append("app.x.zst", &whole[whole.len() - 5..]);
    site.settle();
    assert_eq!(site.numbers(), (1..=253).collect::<Vec<_>>());
}

#[test]
fn more_files_than_may_be_open_take_turns() {
    let mut site = Site::new("*.txt");
    for number in 0..FILES_MAX + 50 {
        site.append(&format!("{number}.txt"), format!("first {number}\n").as_bytes());
    }
    for _ in 0..4 {
        site.settle();
        assert!(site.files.as_ref().unwrap().tails.len() <= FILES_MAX);
    }
    assert_eq!(site.kept().len(), FILES_MAX + 50);
    site.append("3.txt", b"second 3\n");
    site.settle();
    assert_eq!(site.kept().len(), FILES_MAX + 51);
}

/// The collector of a site that is closed, opened by a thread.
fn opening(site: &Site, stop: &Stop) -> std::thread::JoinHandle<Result<(), Stopped>> {
    let (logs, stop, pattern) = (site.logs.clone().unwrap(), stop.clone(), site.path("app.log").display().to_string());
    std::thread::spawn(move || FileCollector::open(logs, stop, vec![watched(pattern)], None).map(|_| ()))
}

/// Is told, and waited for until the collector is stopped.
fn is_stalled(site: &Site) {
    let (logs, stop) = (site.logs.as_ref().unwrap(), Stop::default());
    let waiting = opening(site, &stop);
    while logs.trouble() != Some(crate::Trouble::Stalled) {
        std::thread::yield_now();
    }
    stop.ask();
    assert_eq!(waiting.join().unwrap(), Err(Stopped));
    assert_ne!(logs.trouble(), Some(crate::Trouble::Stalled), "nobody waits for it any more");
}

#[test]
fn that_positions_cannot_be_read_is_told_until_they_can() {
    let mut site = Site::new("app.log");
    site.write("app.log", 3);
    site.settle();
    site.files = None;
    let logs = site.logs.clone().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(logs.close());
    let path = logs.0.folder.join("store/catalog/positions.bin");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    is_stalled(&site);
    let (verified, repaired) = logs.verify(true).unwrap();
    assert_eq!((verified.damages.len(), repaired.unwrap().set_aside), (1, vec!["damaged/positions.bin".to_owned()]));
    assert_eq!((opening(&site, &Stop::default()).join().unwrap(), logs.trouble()), (Ok(()), None));
}

#[test]
fn a_store_in_use_is_waited_for_and_nothing_is_lost() {
    let mut site = Site::new("app.log");
    site.write("app.log", 3);
    site.settle();
    let files = site.files.take().unwrap();
    drop(files);
    let held = site.logs.take().unwrap();
    let opened: Arc<Opened> = held.opened().unwrap();
    let clock = Clock::Manual(site.clock.clone());
    let other = Logs::new(site.data.path(), Config::default(), clock, TimeZone::UTC).unwrap();
    let stop = Stop::default();
    let pattern = site.path("app.log").display().to_string();
    let waiting = std::thread::spawn({
        let (other, stop) = (other, stop.clone());
        move || FileCollector::open(other, stop, vec![watched(pattern)], None).map(|_| ())
    });
    stop.ask();
    assert_eq!(waiting.join().unwrap(), Err(Stopped), "a stop ends the waiting");
    drop((opened, held));
    site.write("app.log", 3);
    site.restart();
    site.settle();
    assert_eq!(site.numbers(), [1, 2, 3, 4, 5, 6]);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Write(u8),
    WritePart,
    Rename { late: u8 },
    Copy { round_between: bool },
    Pack { with_zstd: bool },
    Rounds(u8),
    Restart,
    Wait,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1..12_u8).prop_map(Step::Write),
        1 => Just(Step::WritePart),
        2 => (0..3_u8).prop_map(|late| Step::Rename { late }),
        2 => any::<bool>().prop_map(|round_between| Step::Copy { round_between }),
        1 => any::<bool>().prop_map(|with_zstd| Step::Pack { with_zstd }),
        4 => (1..4_u8).prop_map(Step::Rounds),
        2 => Just(Step::Restart),
        1 => Just(Step::Wait),
    ];
    proptest::collection::vec(step, 1..30)
}

/// Every line once, and in order, whatever happens to the file and to whoever reads it.
fn every_line_once(pattern: &'static str, banner: usize, cases: u32) {
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let outcome = runner.run(&steps(), |steps| {
        let mut site = Site { banner, ..Site::new(pattern) };
        for step in steps {
            match step {
                Step::Write(count) => site.write("app.log", count),
                Step::WritePart => site.write_part("app.log"),
                Step::Rename { .. } | Step::Copy { .. } if !site.path("app.log").exists() => {}
                Step::Rename { late } => {
                    // By what was read of it it is found again.
                    site.write("app.log", 1);
                    site.settle();
                    site.write("app.log", 1);
                    site.shift();
                    fs::rename(site.path("app.log"), site.path("app.log.1")).unwrap();
                    if late > 0 {
                        site.write("app.log.1", late);
                    }
                }
                Step::Copy { round_between } => {
                    // By what was read of it it is found again.
                    site.write("app.log", 1);
                    site.settle();
                    site.write("app.log", 1);
                    site.copy_away(round_between);
                }
                Step::Pack { with_zstd } => site.pack(with_zstd),
                Step::Rounds(count) => (0..count).for_each(|_| _ = site.round()),
                Step::Restart => site.restart(),
                Step::Wait => site.clock.advance(Duration::from_secs(40)),
            }
        }
        site.write("app.log", 1);
        site.settle();
        site.clock.advance(Duration::from_secs(40));
        site.settle();
        let numbers = site.numbers();
        prop_assert_eq!(numbers, (1..=site.lines).collect::<Vec<_>>(), "{:?}", site.kept());
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn every_line_is_kept_once_and_in_order() {
    every_line_once("app.log", 0, 25);
}

#[test]
fn every_line_is_kept_once_and_in_order_where_the_pattern_names_old_files_too() {
    every_line_once("app.log*", 0, 25);
}

#[test]
fn every_line_is_kept_once_and_in_order_where_all_files_begin_alike() {
    for pattern in ["app.log", "app.log*"] {
        for banner in [1, 20] {
            every_line_once(pattern, banner, 10);
        }
    }
}

/// Lines that differ, behind beginnings that do not.
fn with_lines(beginning: &str, name: &str) -> String {
    let lines: String = (0..30).map(|n| format!("2025-01-10 14:00:01,000 - INFO - {name} {n}\n")).collect();
    format!("{beginning}{lines}")
}

#[test]
fn a_file_that_only_begins_like_another_is_read_too() {
    for beginning in ["ready\n".to_owned(), BANNER.repeat(20)] {
        for [one, other] in [
            ["worker.log", "worker-2.log"],
            ["api.access.log", "api.error.log"],
            ["app.log", "app-2026-11-23.log"],
            ["app.log", "app.log.1"],
        ] {
            let mut site = Site::new("*.log*");
            site.append(one, beginning.as_bytes());
            site.settle();
            site.append(other, with_lines(&beginning, "other").as_bytes());
            site.settle();
            site.append(one, with_lines("", "one").as_bytes());
            site.settle();
            let kept = |word: &str| site.kept().iter().filter(|(_, message)| message.contains(word)).count();
            assert_eq!([kept(" other "), kept(" one ")], [30, 30], "{other} beside {one}, {} bytes", beginning.len());
        }
    }
}

#[test]
fn a_successor_that_begins_like_what_was_renamed_is_read_whole() {
    for (pattern, beginning) in [
        ("app.log", "ready\n"),
        ("app.log*", "ready\n"),
        ("app.log", &BANNER.repeat(20)),
        ("app.log*", &BANNER.repeat(20)),
    ] {
        for stopped in [false, true] {
            let mut site = Site::new(pattern);
            site.append("app.log", beginning.as_bytes());
            site.settle();
            fs::rename(site.path("app.log"), site.path("app.log.1")).unwrap();
            if stopped {
                site.restart();
            }
            site.append("app.log", with_lines(beginning, "new").as_bytes());
            site.settle();
            let begun = beginning.lines().count() * 2;
            assert_eq!(site.kept().len(), begun + 30, "{pattern}, {} bytes, stopped: {stopped}", beginning.len());
        }
    }
}

#[test]
fn the_same_words_on_another_day_are_kept_again() {
    let mut site = Site::new("backup*.log");
    for day in ["2026-11-21", "2026-11-22", "2026-11-23"] {
        site.append(&format!("backup-{day}.log"), b"backup done\n");
        site.settle();
        // Beside each other they may be copies, for a while.
        site.clock.advance(Duration::from_secs(3 * 365 * 86_400));
        site.settle();
    }
    assert_eq!(site.kept().len(), 3);
    // A copy that is kept beside its original is read once; as it grows, what is new of it.
    let mut site = Site::new("app.log*");
    site.append("app.log", with_lines("", "kept").as_bytes());
    site.settle();
    fs::copy(site.path("app.log"), site.path("app.log.bak")).unwrap();
    site.settle();
    site.clock.advance(Duration::from_secs(3 * 365 * 86_400));
    site.settle();
    assert_eq!(site.kept().len(), 30);
    site.append("app.log", with_lines("", "more").as_bytes());
    site.settle();
    assert_eq!(site.kept().len(), 60);
    fs::remove_file(site.path("app.log")).unwrap();
    site.settle();
    site.restart();
    site.settle();
    assert_eq!(site.kept().len(), 60, "nor when its original is gone");
}

/// To open a pipe is to wait for whoever writes into it, and nobody does.
#[test]
fn a_pipe_beside_a_log_is_left_alone() {
    let mut site = Site::new("app.log");
    site.write("app.log", 20);
    site.settle();
    let pipe = site.path("app.log.1");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::remove_file(site.path("app.log")).unwrap();
    site.settle();
    site.write("app.log", 20);
    site.settle();
    assert_eq!(site.numbers(), (1..=40).collect::<Vec<_>>());
}

/// Files of positions that were written before are read: what is in them is not renamed.
#[test]
fn positions_are_written_under_the_names_they_have_always_had() {
    let written = serde_json::to_value(Position::default()).unwrap();
    let names: Vec<&str> = written.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["path", "source", "device", "inode", "head", "trail", "offset", "done", "state", "seen"]);
}
