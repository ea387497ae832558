//! `cargo run --release -p sources --example accuracy -- FOLDER…`: of the records whose time and level an independent reader
//! knows, how many are read right. It shares nothing with the parsers: per folder and half of its files it holds what they say
//! against regular expressions of its own, or against the times that fail2ban's samples (`testcases/files/logs`) state for
//! each line. A time is right when it is that of the line: day and clock, or the count since 1970; the year where it stands
//! there. The halves tell whether parsers were made for the files at hand: those whose names have an even sum of bytes may be
//! looked at while they are written, the others not.

use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use regex::{Captures, Regex};
use sources::{Options, Reader, multiline::Limits, timestamps::Reference};
use std::{
    collections::BTreeMap,
    ops::AddAssign,
    path::{Path, PathBuf},
};

/// What a line says for whoever reads it with other means.
#[derive(Debug, Default)]
struct Expected {
    /// `11-20 10:00:00` of the clock that wrote it, or seconds since 1970.
    time: Option<Moment>,
    level: Option<Level>,
}

#[derive(Debug, Clone, PartialEq)]
enum Moment {
    Civil(String),
    Epoch(i64),
}

#[derive(Clone, Copy, Default)]
struct Tally {
    times: u64,
    right_times: u64,
    levels: u64,
    right_levels: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.times += other.times;
        self.right_times += other.right_times;
        self.levels += other.levels;
        self.right_levels += other.right_levels;
    }
}

/// Where a time stands: from the shape that says most to the one that says least. Years are left out, and offsets are read
/// only to be passed over: the reader is told that the machine's zone is UTC, so a line with an offset is held in seconds.
struct Witness {
    times: Vec<Regex>,
    levels: Regex,
    told: Regex,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Witness {
    fn new() -> Self {
        let clock = r"(?P<H>\d{1,2}):(?P<M>\d\d):(?P<S>\d\d)";
        let times = [
            format!(
                r"^\D{{0,24}}(?P<Y>\d{{4}})[-/](?P<m>\d\d)[-/](?P<d>\d\d)[T _]+{clock}(?:[.,]\d+)?\s?(?P<z>Z|UTC|[+-]\d\d:?\d\d)?"
            ),
            format!(r"(?P<d>\d\d)/(?P<b>[A-Z][a-z]{{2}})/(?P<Y>\d{{4}}):{clock} (?P<z>[+-]\d{{4}})"),
            format!(r"^\W?(?:[A-Z][a-z]{{2}} )?(?P<b>[A-Z][a-z]{{2}})\s+(?P<d>\d{{1,2}})(?: (?P<Y>\d{{4}}))? {clock}"),
            r"^\W?(?P<e>1[0-9]{9})(?:\.\d+)?\b".to_owned(),
        ];
        Self {
            times: times.iter().map(|time| Regex::new(time).expect("a pattern")).collect(),
            levels: Regex::new(
                r"^.{0,60}?(?:\[|\b)(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)(?:\]|:|\s)",
            )
            .expect("a pattern"),
            told: Regex::new(r#"failJSON:.*"time":\s*"(?:\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)"#)
                .expect("a pattern"),
        }
    }

    fn of(&self, line: &str) -> Expected {
        let time = self.times.iter().find_map(|time| moment(&time.captures(line)?));
        let level = self.levels.captures(line).map(|found| match &found[1] {
            "TRACE" => Level::Trace,
            "DEBUG" => Level::Debug,
            "INFO" | "NOTICE" => Level::Info,
            "WARN" | "WARNING" => Level::Warning,
            "ERROR" => Level::Error,
            _ => Level::Critical,
        });
        Expected { time, level }
    }

    /// What the comment before a line of fail2ban's samples says of it: in the time of Zurich, where their tests run.
    fn told(&self, comment: &str) -> Option<Moment> {
        let found = self.told.captures(comment)?;
        Some(Moment::Civil(format!("{}-{} {}:{}:{}", &found[1], &found[2], &found[3], &found[4], &found[5])))
    }
}

fn moment(found: &Captures<'_>) -> Option<Moment> {
    if let Some(seconds) = found.name("e") {
        return Some(Moment::Epoch(seconds.as_str().parse().ok()?));
    }
    let month = match found.name("b") {
        Some(name) => MONTHS.iter().position(|month| name.as_str().eq_ignore_ascii_case(month))? + 1,
        None => found["m"].parse().ok()?,
    };
    let day: u8 = found["d"].parse().ok()?;
    let hour: u8 = found["H"].parse().ok()?;
    let civil = format!("{month:02}-{day:02} {hour:02}:{}:{}", &found["M"], &found["S"]);
    let (Some(zone), Some(year)) = (found.name("z"), found.name("Y")) else { return Some(Moment::Civil(civil)) };
    let zone = match zone.as_str() {
        "Z" | "UTC" => "+0000".to_owned(),
        zone => zone.replace(':', ""),
    };
    let read = jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S %z", format!("{}-{civil} {zone}", year.as_str())).ok()?;
    Some(Moment::Epoch(read.to_timestamp().ok()?.as_second()))
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let shows = arguments.iter().any(|argument| argument == "--show");
    arguments.retain(|argument| argument != "--show");
    if arguments.is_empty() {
        eprintln!("usage: accuracy [--show] FOLDER…: folders of plain log files");
        std::process::exit(2);
    }
    let witness = Witness::new();
    let mut tallies: BTreeMap<(String, &str), Tally> = BTreeMap::new();
    for folder in &arguments {
        for file in files(Path::new(folder)) {
            let Ok(bytes) = std::fs::read(&file) else { continue };
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let half = if name.bytes().map(u32::from).sum::<u32>() % 2 == 0 { "tuned" } else { "held out" };
            let corpus = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
            let tally = hold(&witness, &bytes, &mut |what| {
                if shows {
                    println!("{name}: {what}");
                }
            });
            *tallies.entry((corpus, half)).or_default() += tally;
        }
    }
    println!("{:20} {:9} {:>8} {:>7} {:>8} {:>7}", "corpus", "half", "times", "right", "levels", "right");
    let mut all = Tally::default();
    for ((corpus, half), tally) in &tallies {
        print(corpus, half, *tally);
        all += *tally;
    }
    print("all", "", all);
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn print(corpus: &str, half: &str, tally: Tally) {
    let share = |right: u64, of: u64| {
        if of == 0 { "-".to_owned() } else { format!("{:.1}%", right as f64 * 100.0 / of as f64) }
    };
    println!(
        "{corpus:20} {half:9} {:>8} {:>7} {:>8} {:>7}",
        tally.times,
        share(tally.right_times, tally.times),
        tally.levels,
        share(tally.right_levels, tally.levels)
    );
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())) {
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// Reads a file as a source and holds each record against what the witness says of its first line.
fn hold(witness: &Witness, bytes: &[u8], tell: &mut dyn FnMut(String)) -> Tally {
    let reference = Timestamp::from_micros(1_767_225_600_000_000);
    let mut lines: Vec<&[u8]> = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n').collect();
    // By the bytes of a line: what its comment says of it.
    let mut told: BTreeMap<&[u8], Moment> = BTreeMap::new();
    let stated = memchr::memmem::find(bytes, b"failJSON:").is_some();
    if stated {
        for pair in lines.windows(2) {
            if let Some(moment) = witness.told(&String::from_utf8_lossy(pair[0])) {
                told.insert(pair[1], moment);
            }
        }
        lines.retain(|line| !line.starts_with(b"#"));
    }
    let name = if stated { "Europe/Zurich" } else { "UTC" };
    let zone = TimeZone::get(name).unwrap_or(TimeZone::UTC);
    let options = Options {
        zone: zone.clone(),
        reference: Reference::Modified(reference),
        limits: Limits::default(),
        scrubber: None,
    };
    let mut reader = Reader::new(options);
    let mut tally = Tally::default();
    let mut judge = |record: sources::Record<'_>| {
        let head = record.raw.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let text = String::from_utf8_lossy(head);
        let seen = witness.of(&text);
        let expected = Expected { time: if stated { told.get(head).cloned() } else { seen.time }, level: seen.level };
        if let Some(time) = &expected.time {
            tally.times += 1;
            let is_right = record.time.is_some_and(|read| *time == said(read, time, &zone));
            tally.right_times += u64::from(is_right);
            if !is_right {
                tell(format!("time {time:?}, read {:?} as {}: {text}", record.time, record.parsed.format));
            }
        }
        if let Some(level) = expected.level {
            tally.levels += 1;
            tally.right_levels += u64::from(record.parsed.level == Some(level));
            if record.parsed.level != Some(level) {
                tell(format!("level {level:?}, read {:?} as {}: {text}", record.parsed.level, record.parsed.format));
            }
        }
    };
    for line in lines {
        reader.push(line, reference, &mut judge);
    }
    reader.finish(&mut judge);
    tally
}

/// A moment in the form in which it is expected.
fn said(read: Timestamp, like: &Moment, zone: &TimeZone) -> Moment {
    match like {
        Moment::Epoch(_) => Moment::Epoch(read.as_micros().div_euclid(1_000_000)),
        Moment::Civil(_) => Moment::Civil(read.in_zone(zone).strftime("%m-%d %H:%M:%S").to_string()),
    }
}
