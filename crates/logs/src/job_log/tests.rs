//! Lines on their way: followed, paged, killed in between, and while the store is away.

use super::*;
use crate::Config;
use futures_util::StreamExt as _;
use jiff::tz::TimeZone;
use model::{Clock, ManualClock};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value as Json;
use std::{fs, fs::File, path::PathBuf};

const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);

struct Site {
    folder: tempfile::TempDir,
    config: Config,
    clock: ManualClock,
    log: JobLog,
}

fn job(number: u8) -> JobId {
    format!("00000000-0000-7000-8000-0000000000{number:02x}").parse().unwrap()
}

fn line(number: u64) -> JobLine {
    let fields = Map::from_iter([("n".to_owned(), number.into())]);
    JobLine {
        at: NOW, level: Level::Info, event: "item".to_owned(), message: format!("Email {number} envoyé"), fields
    }
}

/// The thread of a log waits for acknowledgements, as a test that is async may not.
fn drained(log: &JobLog) -> Result<(), Error> {
    std::thread::scope(|scope| scope.spawn(|| drain::drain(&log.0)).join().unwrap())
}

fn numbers(page: &LinePage) -> Vec<u64> {
    page.lines.iter().filter_map(|placed| placed.line.fields.get("n")?.as_u64()).collect()
}

impl Site {
    fn new() -> Self {
        Self::with(Config::default())
    }

    fn with(config: Config) -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), ManualClock::at(NOW));
        let log = Self::open(&folder, &config, &clock);
        Self { folder, config, clock, log }
    }

    /// Without its thread: the tests say when lines go to the store.
    fn open(folder: &tempfile::TempDir, config: &Config, clock: &ManualClock) -> JobLog {
        let logs = Logs::new(folder.path(), config.clone(), Clock::Manual(clock.clone()), TimeZone::UTC).unwrap();
        let log = JobLog::new(logs, folder.path());
        log.0.started.call_once(|| {});
        log
    }

    /// As after a kill: what was not written is gone.
    fn restart(&mut self) {
        self.clock.advance(Duration::from_secs(1));
        // Both locks are let go of.
        self.log.0.outbox.seal();
        *crate::lock(&self.log.0.logs.0.opened) = None;
        self.log = Self::open(&self.folder, &self.config, &self.clock);
    }

    fn say(&self, of: u8, numbers: impl Iterator<Item = u64>) {
        let at = self.clock.now();
        self.log.append_blocking(job(of), numbers.map(|number| JobLine { at, ..line(number) }).collect());
    }

    fn drain(&self) {
        drained(&self.log).unwrap();
    }

    async fn page(&self, of: u8, after: LineCursor, limit: usize) -> LinePage {
        self.log.page(job(of), after, limit).await.unwrap()
    }

    async fn all(&self, of: u8) -> Vec<u64> {
        numbers(&self.page(of, LineCursor::default(), PAGE_LINES_MAX).await)
    }

    async fn kept(&self) -> u64 {
        let snapshot = self.log.0.logs.snapshot().await.unwrap();
        let memory: usize = snapshot.memory().iter().map(|batch| batch.batch.len()).sum();
        memory as u64 + snapshot.segments().iter().map(|segment| segment.rows()).sum::<u64>()
    }

    fn outbox(&self) -> Vec<PathBuf> {
        self.log.0.outbox.files().unwrap()
    }
}

#[tokio::test]
async fn what_was_said_is_paged_from_any_place_wherever_it_lies() {
    let mut site = Site::new();
    assert_eq!(site.page(1, LineCursor::default(), 10).await, LinePage::default(), "no log yet is an empty log");
    site.say(1, 1..=5);
    site.say(2, 50..=52);
    site.drain();
    site.say(1, 6..=9);
    for _ in 0..3 {
        let first = site.page(1, LineCursor::default(), 4).await;
        assert_eq!(numbers(&first), [1, 2, 3, 4]);
        let rest = site.page(1, first.next, 100).await;
        assert_eq!(numbers(&rest), [5, 6, 7, 8, 9]);
        assert_eq!(numbers(&site.page(1, rest.lines[2].next, 100).await), [8, 9], "each line has the place behind it");
        assert_eq!(site.page(1, rest.next, 100).await, LinePage { lines: Vec::new(), next: rest.next });
        let last = site.log.tail(job(1), 2).await.unwrap();
        assert_eq!((numbers(&last), last.next), (vec![8, 9], rest.next));
        assert_eq!(site.all(2).await, [50, 51, 52]);
        // In the outbox, in the store, and after a restart.
        site.drain();
        site.restart();
    }
    assert_eq!(site.outbox(), [] as [PathBuf; 0]);
    // Sealed, too.
    site.log.0.logs.close().await;
    assert_eq!(site.all(1).await, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[tokio::test]
async fn a_line_comes_back_as_it_was_said_and_its_secrets_do_not() {
    let site = Site::new();
    let fields = json!({"item": 3, "job": "x", "app": "portal", "event": "inner", "list": [1, "b"], "empty": {},
        "counters": {"failed": 2, "by": {"code": 550}}, "ratio": 0.5, "ok": true, "nothing": null, "password": "hunter2-hunter2"});
    let Json::Object(fields) = fields else { panic!("an object") };
    let said = JobLine { level: Level::Error, message: "refusé [550] {x}".to_owned(), fields, ..line(1) };
    site.log.append_blocking(job(1), vec![said.clone()]);
    let waiting = site.page(1, LineCursor::default(), 10).await;
    site.drain();
    let kept = site.page(1, LineCursor::default(), 10).await;
    assert_eq!(kept, waiting);
    let mut masked = said;
    masked.fields.remove("nothing");
    let secret = masked.fields.insert("password".to_owned(), kept.lines[0].line.fields["password"].clone()).unwrap();
    assert_eq!(kept.lines[0].line, masked);
    assert!(!format!("{kept:?}").contains(secret.as_str().unwrap()), "{kept:?}");
    let found = async |query: &str| {
        let (query, problems) = telemetry::query::parse(query);
        assert!(problems.is_empty(), "{problems:?}");
        let question = telemetry::query::Question::new(&query, NOW, &TimeZone::UTC).unwrap();
        let asked = site.log.0.logs.ask(TIME_MAX, move |snapshot, bounds| {
            telemetry::query::matching_seqs(snapshot, &question, bounds).value.len()
        });
        asked.await.unwrap()
    };
    let query = "item:3 app:portal event:item source:run counters.by.code:550 format:vigie_run job_:x";
    assert_eq!(found(&format!("{query} job:{}", job(1))).await, 1, "it is a search");
}

#[tokio::test]
async fn a_kill_at_any_moment_leaves_each_line_once() {
    let mut site = Site::new();
    site.say(1, 1..=3);
    site.say(2, 1..=2);
    let file = site.outbox().remove(0);
    let copy = fs::read(&file).unwrap();
    site.drain();
    assert!(!file.exists());
    // Killed after the acknowledgement, before the file went.
    fs::write(&file, &copy).unwrap();
    site.restart();
    site.drain();
    assert_eq!((site.all(1).await, site.all(2).await, site.kept().await), (vec![1, 2, 3], vec![1, 2], 5));
    // Killed before: the file is all there is, its last line is torn, and it was taken in part.
    site.say(1, 4..=6);
    site.restart();
    let file = site.outbox().remove(0);
    let mut whole = fs::read(&file).unwrap();
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    fs::write(&file, &whole[..first]).unwrap();
    site.drain();
    whole.extend_from_slice(b"{\"job\":\"");
    fs::write(&file, &whole).unwrap();
    site.restart();
    site.drain();
    assert_eq!((site.all(1).await, site.kept().await), (vec![1, 2, 3, 4, 5, 6], 8));
}

#[tokio::test]
async fn while_another_process_has_the_store_lines_wait_for_it_in_order() {
    let site = Site::new();
    site.say(1, 1..=2);
    site.drain();
    let mut other = Site::open(&site.folder, &site.config, &site.clock);
    site.clock.advance(Duration::from_secs(1));
    let later = |number| vec![JobLine { at: site.clock.now(), ..line(number) }];
    other.append_blocking(job(1), later(3));
    assert!(matches!(drained(&other), Err(Error::InUse { .. })));
    other.append_blocking(job(1), later(4));
    let seen = other.page(job(1), LineCursor::default(), 10).await.unwrap();
    assert_eq!(numbers(&seen), [3, 4], "it cannot ask the store, and says what it knows");
    assert_eq!(site.all(1).await, [1, 2, 3, 4], "who has the store sees all of it");
    // What it closed is taken over; what it still writes to is not.
    site.drain();
    assert_eq!((site.kept().await, site.outbox().len()), (3, 1));
    *crate::lock(&site.log.0.logs.0.opened) = None;
    drained(&other).unwrap();
    assert_eq!(other.lost(), 0);
    assert_eq!(numbers(&other.page(job(1), LineCursor::default(), 10).await.unwrap()), [1, 2, 3, 4]);
    other = site.log.clone();
    assert_eq!(other.0.outbox.files().unwrap(), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn a_full_disk_costs_lines_that_are_counted_and_told() {
    let site = Site::new();
    site.say(1, 1..=1);
    site.log.0.outbox.replace(File::options().write(true).open("/dev/full").unwrap());
    site.say(1, 2..=4);
    assert_eq!(site.log.lost(), 3);
    assert!(!site.log.is_losing().await, "there is room by now");
    site.log.0.outbox.seal();
    site.say(1, 5..=5);
    let page = site.page(1, LineCursor::default(), 10).await;
    assert_eq!(numbers(&page), [1, 5]);
    let told = &page.lines[1].line;
    assert_eq!((told.event.as_str(), &told.fields["lost"]), (LINES_LOST, &json!(3)));
    fs::remove_dir_all(site.log.0.outbox.folder()).unwrap();
    fs::write(site.log.0.outbox.folder(), "no folder").unwrap();
    site.log.0.outbox.seal();
    site.say(1, 6..=6);
    assert!(site.log.is_losing().await);
}

#[tokio::test]
async fn a_log_that_is_too_long_says_how_much_is_missing() {
    let site = Site::new();
    for number in 0..400 {
        site.say(1, number..=number);
    }
    site.say(2, 1..=1);
    site.drain();
    let page = site.page(1, LineCursor::default(), PAGE_LINES_MAX).await;
    let kept = numbers(&page).len() as u64;
    assert!((50..300).contains(&kept) && numbers(&page) == (0..kept).collect::<Vec<_>>(), "{kept}");
    let told: Vec<u64> =
        page.lines[kept as usize..].iter().map(|last| last.line.fields["dropped"].as_u64().unwrap()).collect();
    assert!(told[0] == 1 && told.windows(2).all(|two| two[1] == 2 * two[0]), "{told:?}");
    assert!(2 * told.last().unwrap() > 400 - kept, "{told:?}");
    assert!(page.lines[kept as usize..].iter().all(|last| last.line.event == LOG_FULL));
    assert_eq!(site.all(2).await, [1], "each job has its own bound");
    // One long line loses its fields, then its end.
    site.log.append_blocking(job(3), vec![JobLine { message: "é".repeat(100_000), ..line(1) }]);
    let long = site.page(3, LineCursor::default(), 1).await.lines.remove(0).line;
    assert!(long.message.len() < 16 << 10 && long.message.ends_with('…') && long.fields["truncated"] == true);
}

#[tokio::test]
async fn a_follower_hears_each_line_once_and_a_late_one_catches_up() {
    let site = Site::new();
    site.say(1, 1..=2);
    let mut early = Box::pin(site.log.follow(job(1), LineCursor::default()));
    assert_eq!(numbers(&early.next().await.unwrap().unwrap()), [1, 2]);
    site.say(1, 3..=4);
    site.drain();
    site.say(2, 9..=9);
    site.say(1, 5..=5);
    let mut late = Box::pin(site.log.follow(job(1), LineCursor::default()));
    for follower in [&mut early, &mut late] {
        let mut heard = Vec::new();
        while heard.last() != Some(&5) {
            heard.extend(numbers(&follower.next().await.unwrap().unwrap()));
        }
        assert!(heard == [3, 4, 5] || heard == [1, 2, 3, 4, 5], "{heard:?}");
    }
    // More than are kept for them.
    (6..=3_000).for_each(|number| site.say(2, number..=number));
    let mut heard = Vec::new();
    let mut follower = Box::pin(site.log.follow(job(2), LineCursor::default()));
    while heard.len() < 60 {
        heard.extend(numbers(&follower.next().await.unwrap().unwrap()));
    }
    assert_eq!(heard[..3], [9, 6, 7]);
}

#[tokio::test]
async fn without_a_store_the_newest_lines_are_kept() {
    let mut site = Site::with(Config { own_logs: false, ..Config::default() });
    site.say(1, 1..=3);
    site.restart();
    site.say(1, 4..=4);
    site.log.start();
    assert_eq!(site.all(1).await, [1, 2, 3, 4]);
    assert!(!site.log.0.logs.exists(), "no store is made");
    // The bound is that of all files.
    let outbox = Outbox::new(site.folder.path().join("small"), 12 << 10, Beyond::DropOldest);
    let refusing = Outbox::new(site.folder.path().join("full"), 12 << 10, Beyond::Refuse);
    let mut refused = 0;
    for number in 0..200 {
        let mut line = line(number);
        let bytes = line::encode(job(1), &mut line, &scrub::Scrubber::default(), &mut Counts::default());
        outbox.write(job(1), &[line.clone()], &bytes, NOW).unwrap();
        refused += u64::from(refusing.write(job(1), &[line], &bytes, NOW).is_err());
    }
    let kept = outbox.lines_of(job(1)).unwrap();
    assert_eq!(kept.last().unwrap().fields["n"], 199);
    assert!((30..120).contains(&kept.len()), "{}", kept.len());
    let kept = refusing.lines_of(job(1)).unwrap();
    assert_eq!((kept[0].fields["n"].as_u64(), kept.len() as u64), (Some(0), 200 - refused));
}

/// Whatever comes between, each job has its lines once, in order, page by page.
#[test]
fn lines_are_neither_lost_nor_twice_in_any_order_of_things() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let steps = proptest::collection::vec((0_u8..6, 1_u8..4, 1_u64..6), 1..20);
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() });
    let result = runner.run(&steps, |steps| {
        let mut site = Site::new();
        let (mut said, mut next) = (HashMap::<u8, Vec<u64>>::new(), 1);
        for (what, of, count) in steps {
            match what {
                0..=2 => {
                    site.say(of, next..next + count);
                    said.entry(of).or_default().extend(next..next + count);
                    next += count;
                }
                3 => site.drain(),
                4 => site.restart(),
                _ => {
                    // Killed before a file went that the store has.
                    let copies: Vec<_> =
                        site.outbox().iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
                    site.drain();
                    copies.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
                    site.restart();
                }
            }
        }
        runtime.block_on(async {
            for _ in 0..2 {
                for of in 1..4 {
                    let expected = said.get(&of).cloned().unwrap_or_default();
                    let (mut seen, mut after) = (Vec::new(), LineCursor::default());
                    loop {
                        let page = site.page(of, after, 4).await;
                        if page.lines.is_empty() {
                            break;
                        }
                        seen.extend(numbers(&page));
                        after = page.next;
                    }
                    prop_assert_eq!(&seen, &expected);
                    let tail = numbers(&site.log.tail(job(of), 3).await.unwrap());
                    prop_assert_eq!(&tail[..], &expected[expected.len().saturating_sub(3)..]);
                }
                site.drain();
                prop_assert_eq!(site.kept().await, next - 1);
            }
            Ok(())
        })
    });
    assert!(result.is_ok(), "{result:?}");
}
