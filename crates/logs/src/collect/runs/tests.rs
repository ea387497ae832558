//! Run logs as the engine leaves them: written on, torn, emptied, by the thousand; and who reads them killed at any time.

use super::*;
use crate::{Config, Opened, collect::tests::settled};
use jiff::tz::TimeZone;
use model::{Clock, Level, ManualClock, Rng};
use proptest::{prelude::*, test_runner::TestRunner};
use std::{io::Write as _, ops::ControlFlow, sync::Arc};
use telemetry::{
    Record,
    query::{Bounds, Page, Question, language::Order, parse, search},
};

const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);

struct Site {
    data: tempfile::TempDir,
    folder: tempfile::TempDir,
    clock: ManualClock,
    config: Config,
    runs: Option<Runs>,
    logs: Option<Logs>,
    lines: u64,
}

fn job(number: u64) -> JobId {
    // As version 7 has them: the older, the smaller.
    format!("{number:08x}-0000-7000-8000-000000000000").parse().unwrap()
}

impl Site {
    fn new() -> Self {
        let mut site = Self {
            data: tempfile::tempdir().unwrap(),
            folder: tempfile::tempdir().unwrap(),
            clock: ManualClock::at(NOW),
            config: Config::default(),
            runs: None,
            logs: None,
            lines: 0,
        };
        site.restart();
        site
    }

    /// As after a crash: nothing is written down that was not before.
    fn restart(&mut self) {
        (self.runs, self.logs) = (None, None);
        let clock = Clock::Manual(self.clock.clone());
        let logs = Logs::new(self.data.path(), self.config.clone(), clock, TimeZone::UTC).unwrap();
        self.runs = Some(Runs::open(logs.clone(), Stop::default(), self.folder.path().to_owned()).unwrap());
        self.logs = Some(logs);
    }

    fn path(&self, job: JobId) -> PathBuf {
        self.folder.path().join(format!("{job}.jsonl"))
    }

    fn append(&self, job: JobId, bytes: &[u8]) {
        fs::File::options().append(true).create(true).open(self.path(job)).unwrap().write_all(bytes).unwrap();
    }

    fn write(&mut self, job: JobId, count: u64) {
        let lines: String = (0..count).map(|n| line(self.lines + n + 1)).collect();
        self.append(job, lines.as_bytes());
        self.lines += count;
    }

    fn round(&mut self) -> bool {
        self.clock.advance(Duration::from_secs(1));
        self.runs.as_mut().unwrap().round().unwrap()
    }

    /// Until nothing moves any more, and the folder was listed again.
    fn settle(&mut self) {
        settled(64, || self.round());
    }

    fn opened(&self) -> Arc<Opened> {
        self.logs.as_ref().unwrap().opened().unwrap()
    }

    fn kept(&self, text: &str) -> Vec<Record> {
        kept(&self.opened(), text)
    }

    /// The numbers of the lines, in the order in which they were kept.
    fn numbers(&self) -> Vec<u64> {
        self.kept("").iter().map(|record| number(&record.message)).collect()
    }
}

fn line(number: u64) -> String {
    format!(
        "{{\"at\":\"2025-01-10T13:32:15.000000Z\",\"level\":\"info\",\"event\":\"item\",\"message\":\"line {number}\",\"fields\":{{\"item\":{number}}}}}\n"
    )
}

fn number(message: &[u8]) -> u64 {
    std::str::from_utf8(message).unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

fn kept(opened: &Opened, text: &str) -> Vec<Record> {
    let (query, problems) = parse(text);
    assert!(problems.is_empty(), "{problems:?}");
    let question = Question::new(&query, NOW, &TimeZone::UTC).unwrap();
    let mut found = Vec::new();
    let page = Page { order: Order::Ascending, after: None, limit: 100_000 };
    search(&opened.store.snapshot(), &question, page, &Bounds::default(), |hit| {
        found.push((hit.cursor.seq, hit.record.to_record()));
        ControlFlow::Continue(())
    });
    found.sort_by_key(|(seq, _)| *seq);
    found.into_iter().map(|(_, record)| record).collect()
}

#[test]
fn a_line_is_kept_with_its_job_its_event_and_its_fields() {
    let mut site = Site::new();
    let clock = Clock::Manual(site.clock.clone());
    let job = JobId::new(&clock, &Rng::system());
    site.append(job, b"{\"at\":\"2025-01-10T13:32:17.250000Z\",\"level\":\"warning\",\"event\":\"item\",\"message\":\"refused\",\"fields\":{\"item\":3,\"recipient\":\"a@b.fr\",\"job\":\"x\",\"app\":\"portal\",\"flow\":\"out\"}}\n{\"at\":\"2025-01-10T13:32:18.000000Z\",\"level\":\"info\",\"event\":\"ended\",\"message\":\"done\"}\ntorn {\"at\n");
    site.append(job, b"{\"at\":\"2025-01-10T13:32:19.000000Z\",\"lev");
    site.settle();
    let id = job.to_string();
    let records = site.kept(&format!("job:{id}"));
    assert_eq!(records.len(), 3, "{records:?} {:?}", site.kept(""));
    let text = |record: &Record, name: &str| {
        let field = record.fields.iter().find(|(own, _)| own == name);
        field.map(|(_, value)| format!("{:?}", value.as_value()))
    };
    let first = &records[0];
    assert_eq!((first.time.to_string().as_str(), first.level), ("2025-01-10T13:32:17.250000Z", Some(Level::Warning)));
    assert_eq!((&first.source[..], &first.message[..]), (&b"run"[..], &b"refused"[..]));
    let mut names: Vec<&str> = first.fields.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    assert_eq!(names, ["app", "event", "flow", "format", "item_id", "job_", "job_id", "recipient"]);
    assert_eq!(site.kept("item:3 recipient:a@b.fr app:portal flow:out event:item source:run").len(), 1);
    assert_eq!(site.kept("app:vigie event:ended").len(), 1, "whose app it is where the line does not say");
    assert_eq!(records[2].message, b"torn {\"at", "what is no record is kept as it is");
    assert_eq!(text(&records[2], "job_id"), text(first, "job_id"));
    // A line is one when it has ended.
    site.append(job, b"el\":\"info\",\"event\":\"late\",\"message\":\"whole\"}\n");
    site.settle();
    assert_eq!(site.kept(&format!("job:{id} event:late")).len(), 1);
    assert_eq!(site.kept("").len(), 4);
}

#[test]
fn what_is_no_run_log_is_left_alone() {
    let mut site = Site::new();
    fs::write(site.folder.path().join("notes.jsonl"), line(1)).unwrap();
    fs::write(site.folder.path().join(format!("{}.jsonl.gz", job(1))), line(1)).unwrap();
    fs::write(site.folder.path().join(format!("{}.jsonl", job(2).to_string().replace('-', ""))), line(1)).unwrap();
    fs::create_dir(site.path(job(3))).unwrap();
    site.settle();
    assert_eq!(site.numbers(), [] as [u64; 0]);
    assert!(!site.opened().store.snapshot().memory().iter().any(|batch| !batch.batch.is_empty()));
}

#[test]
fn lines_that_were_taken_away_again_are_not_waited_for() {
    let mut site = Site::new();
    site.write(job(1), 3);
    site.settle();
    let length = fs::metadata(site.path(job(1))).unwrap().len();
    fs::File::options().write(true).open(site.path(job(1))).unwrap().set_len(length - line(3).len() as u64).unwrap();
    site.settle();
    site.write(job(1), 2);
    site.settle();
    assert_eq!(site.numbers(), [1, 2, 3, 4, 5]);
    // The marker that ends a full log is written over in its place.
    let mut file = fs::File::options().write(true).open(site.path(job(1))).unwrap();
    file.write_all(line(9).as_bytes()).unwrap();
    site.settle();
    assert_eq!(site.numbers(), [1, 2, 3, 4, 5]);
}

#[test]
fn thousands_of_old_ones_are_read_once_and_those_that_grow_again_are_found() {
    let mut site = Site::new();
    const JOBS: u64 = 1_500;
    (0..JOBS).for_each(|n| site.write(job(n), 1));
    for _ in 0..6 {
        site.round();
    }
    site.restart();
    site.settle();
    let mut numbers = site.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=JOBS).collect::<Vec<_>>());
    let runs = site.runs.as_ref().unwrap();
    assert!(runs.active.len() <= 2 * ACTIVE_MAX, "{}", runs.active.len());
    let hot = fs::metadata(site.data.path().join("telemetry/run-positions.json")).unwrap().len();
    assert!(hot < 64 << 10, "what is written with each batch stays small: {hot}");
    site.restart();
    site.settle();
    assert_eq!(site.numbers().len() as u64, JOBS, "nothing is read again");
    // An old one goes on.
    site.write(job(3), 1);
    for _ in 0..=IDLE_ROUNDS {
        site.round();
    }
    assert_eq!(site.numbers().len() as u64, JOBS + 1);
    // And one that is new is found at once.
    site.write(job(JOBS + 7), 1);
    for _ in 0..3 {
        site.round();
    }
    site.settle();
    assert_eq!(site.numbers().len() as u64, JOBS + 2);
}

#[test]
fn of_too_many_the_oldest_are_left_out_for_good() {
    let mut site = Site::new();
    site.runs.as_mut().unwrap().known_max = 40;
    (1..=50).for_each(|n| site.write(job(n), 1));
    site.settle();
    let newest: Vec<u64> = (15..=50).collect();
    assert_eq!(site.numbers(), newest);
    for n in 20..=50 {
        fs::remove_file(site.path(job(n))).unwrap();
    }
    site.write(job(3), 1);
    site.restart();
    site.write(job(60), 1);
    site.settle();
    assert_eq!(site.numbers(), [newest, vec![52]].concat(), "that there is room again brings none of them back");
    assert!(site.runs.as_ref().unwrap().idle.len() <= 40);
}

#[test]
fn lines_older_than_what_is_kept_are_left_out() {
    let mut site = Site::new();
    site.config.keep_days = 1;
    site.restart();
    site.write(job(1), 2);
    site.append(job(1), line(3).replace("2025-01-10", "2025-01-08").as_bytes());
    site.settle();
    assert_eq!(site.numbers(), [1, 2]);
}

#[test]
fn a_line_longer_than_the_buffer_and_a_long_file_are_read_to_their_end() {
    let mut site = Site::new();
    site.append(job(1), &vec![b'y'; READ_BYTES + 10]);
    site.append(job(1), b"\n");
    site.write(job(1), 5_000);
    site.settle();
    let records = site.kept("");
    let (parts, lines) = records.split_at(2);
    assert_eq!(parts.iter().map(|record| record.message.len()).sum::<usize>(), READ_BYTES + 10);
    assert_eq!(lines.iter().map(|record| number(&record.message)).collect::<Vec<_>>(), (1..=5_000).collect::<Vec<_>>());
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Write { job: u64, count: u64 },
    Begin(u64),
    Tear(u64),
    Rounds(u8),
    Wait,
    Restart,
}

#[test]
fn every_line_is_kept_once_wherever_the_process_ends() {
    let step = prop_oneof![
        4 => (0..400_u64, 1..9_u64).prop_map(|(job, count)| Step::Write { job, count }),
        2 => (1..300_u64).prop_map(Step::Begin),
        1 => (0..400_u64).prop_map(Step::Tear),
        4 => (1..4_u8).prop_map(Step::Rounds),
        1 => Just(Step::Wait),
        2 => Just(Step::Restart),
    ];
    let steps = proptest::collection::vec(step, 1..25);
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() });
    let outcome = runner.run(&steps, |steps| {
        let mut site = Site::new();
        for step in steps {
            match step {
                Step::Write { job: number, count } => site.write(job(number), count),
                Step::Begin(count) => (0..count).for_each(|n| site.write(job(n), 1)),
                Step::Tear(number) => {
                    // The engine ends a torn line before it goes on: a record of its own, of which the number counts.
                    site.lines += 1;
                    let torn = format!("torn {}", site.lines);
                    site.append(job(number), torn.as_bytes());
                    site.round();
                    site.append(job(number), b"\n");
                }
                Step::Rounds(count) => (0..count).for_each(|_| _ = site.round()),
                Step::Wait => site.clock.advance(ACTIVE_FOR * 2),
                Step::Restart => site.restart(),
            }
        }
        site.settle();
        let mut numbers = site.numbers();
        numbers.sort_unstable();
        prop_assert_eq!(numbers, (1..=site.lines).collect::<Vec<_>>());
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_link_in_the_place_of_a_run_log_leads_nowhere() {
    let mut site = Site::new();
    let secret = site.data.path().join("secret.log");
    fs::write(&secret, line(1)).unwrap();
    std::os::unix::fs::symlink(&secret, site.path(job(1))).unwrap();
    site.write(job(2), 3);
    site.settle();
    assert_eq!(site.numbers(), [1, 2, 3], "those of the second job alone");
    assert!(site.kept(&format!("job:{}", job(1))).is_empty());
}
