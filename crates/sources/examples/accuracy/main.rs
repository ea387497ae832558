//! `cargo run --release -p sources --example accuracy -- FOLDER…`: of the lines whose time and level an independent witness
//! knows, how many are read right. It shares nothing with the parsers ([`witness`]). Each line is held, not each record: one that
//! was taken for the rest of another is wrong where it begins with a time of its own. A time is right when it is that of the
//! line: day and clock, or the count since 1970.
//!
//! The halves tell whether parsers were made for the files at hand: those whose names have an even sum of bytes may be looked at
//! while they are written (`--show`), the others count as a figure alone. Folders that no parser was written for may be named
//! with `--unseen`, and are shown by no option. `files` is the mean over files, in which a long one counts as much as a short one.

mod witness;

use jiff::tz::TimeZone;
use model::Timestamp;
use sources::{Options, Reader, multiline::Limits, timestamps::Reference};
use std::{
    collections::{BTreeMap, VecDeque},
    ops::AddAssign,
    path::{Path, PathBuf},
};
use witness::{Expected, Moment, Witness};

#[derive(Clone, Copy, Default)]
struct Tally {
    lines: u64,
    times: u64,
    right_times: u64,
    levels: u64,
    right_levels: u64,
    /// Files with a time, and the sum of their shares.
    files: u64,
    shares: f64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.lines += other.lines;
        self.times += other.times;
        self.right_times += other.right_times;
        self.levels += other.levels;
        self.right_levels += other.right_levels;
        self.files += other.files;
        self.shares += other.shares;
    }
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
fn main() {
    let (options, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    if folders.is_empty() {
        eprintln!("usage: accuracy [--show] [--unseen] FOLDER…: folders of plain log files");
        std::process::exit(2);
    }
    let (shows, unseen) = (options.iter().any(|option| option == "--show"), options.iter().any(|o| o == "--unseen"));
    let witness = Witness::new();
    let mut tallies: BTreeMap<(String, &str), Tally> = BTreeMap::new();
    for folder in &folders {
        for file in files(Path::new(folder)) {
            let Ok(bytes) = std::fs::read(&file) else { continue };
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let half = match name.bytes().map(u32::from).sum::<u32>() % 2 {
                _ if unseen => "unseen",
                0 => "tuned",
                _ => "held out",
            };
            let corpus = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
            let mut tally = hold(&witness, &bytes, &mut |what| {
                if shows && (half == "tuned" || options.iter().any(|option| option == "--all")) {
                    println!("{name}: {what}");
                }
            });
            if tally.times > 0 {
                (tally.files, tally.shares) = (1, tally.right_times as f64 / tally.times as f64);
            }
            *tallies.entry((corpus, half)).or_default() += tally;
        }
    }
    println!(
        "{:14} {:9} {:>8} {:>8} {:>7} {:>8} {:>7} {:>6} {:>7}",
        "corpus", "half", "lines", "times", "right", "levels", "right", "files", "right"
    );
    let mut all: BTreeMap<&str, Tally> = BTreeMap::new();
    for ((corpus, half), tally) in &tallies {
        print(corpus, half, *tally);
        *all.entry(half).or_default() += *tally;
        *all.entry("").or_default() += *tally;
    }
    for (half, tally) in all.iter().rev() {
        print("all", half, *tally);
    }
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn print(corpus: &str, half: &str, tally: Tally) {
    let share =
        |right: f64, of: u64| if of == 0 { "-".to_owned() } else { format!("{:.1}%", right * 100.0 / of as f64) };
    println!(
        "{corpus:14} {half:9} {:>8} {:>8} {:>7} {:>8} {:>7} {:>6} {:>7}",
        tally.lines,
        tally.times,
        share(tally.right_times as f64, tally.times),
        tally.levels,
        share(tally.right_levels as f64, tally.levels),
        tally.files,
        share(tally.shares, tally.files)
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

/// What is expected of the lines of a file, by their bytes: the same line may come again.
struct Sheet<'a>(BTreeMap<&'a [u8], VecDeque<Expected>>);

impl<'a> Sheet<'a> {
    fn new(
        witness: &Witness,
        lines: &[&'a [u8]],
        told: &mut BTreeMap<&'a [u8], VecDeque<Moment>>,
        is_told: bool,
    ) -> Self {
        let mut sheet: BTreeMap<&[u8], VecDeque<Expected>> = BTreeMap::new();
        let zone = lines.iter().take(20).find_map(|line| witness.zone(&String::from_utf8_lossy(line)));
        for line in lines {
            let mut expected = witness.of(&String::from_utf8_lossy(line));
            let only_a_clock = matches!(expected.times[..], [Moment::Clock(_)]);
            // What is stated leaves zones out that the line has.
            let is_zoned = matches!(expected.times.first(), Some(Moment::Epoch(_)));
            if is_told && !only_a_clock && !is_zoned {
                let own = told.get_mut(line).and_then(VecDeque::pop_front);
                expected.is_told = own.is_some();
                expected.times = own.into_iter().collect();
            }
            if let Some(zone) = &zone {
                expected.times.iter_mut().for_each(|time| *time = time.in_zone(zone));
            }
            sheet.entry(line).or_default().push_back(expected);
        }
        Self(sheet)
    }

    fn take(&mut self, line: &[u8]) -> Option<Expected> {
        self.0.get_mut(line)?.pop_front()
    }
}

/// The formats around lines of others, whose lines are put together though each has its time.
const CARRIERS: [&str; 7] = ["docker", "cri", "compose", "journald", "syslog", "syslog5424", "json"];

/// Reads a file as a source and holds each line of each record against what the witness says of it.
fn hold(witness: &Witness, bytes: &[u8], tell: &mut dyn FnMut(String)) -> Tally {
    let reference = Timestamp::from_micros(1_767_225_600_000_000);
    let mut lines: Vec<&[u8]> = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n').collect();
    // By the bytes of a line: what its comment says of it.
    let mut told: BTreeMap<&[u8], VecDeque<Moment>> = BTreeMap::new();
    let is_told = memchr::memmem::find(bytes, b"failJSON:").is_some();
    if is_told {
        for pair in lines.windows(2) {
            if let Some(moment) = witness.told(&String::from_utf8_lossy(pair[0])) {
                told.entry(pair[1]).or_default().push_back(moment);
            }
        }
        lines.retain(|line| !line.starts_with(b"#"));
    }
    let zone = TimeZone::get(if is_told { "Europe/Zurich" } else { "UTC" }).unwrap_or(TimeZone::UTC);
    let mut sheet = Sheet::new(witness, &lines, &mut told, is_told);
    let reference_of = Reference::Modified(reference);
    let options = Options { zone: zone.clone(), reference: reference_of, limits: Limits::default(), scrubber: None };
    let mut reader = Reader::new(options);
    let mut tally = Tally { lines: lines.len() as u64, ..Tally::default() };
    let mut judge = |record: sources::Record<'_>| {
        let format = record.parsed.inner.map_or(record.parsed.format, |_| record.parsed.format);
        for (number, line) in record.raw.split(|byte| *byte == b'\n').enumerate() {
            let Some(expected) = sheet.take(line) else { continue };
            let shown = String::from_utf8_lossy(line);
            let is_head = number == 0;
            let holds_time = is_head || expected.begins || expected.is_told;
            if holds_time && !expected.times.is_empty() {
                let near = !is_head && CARRIERS.contains(&format);
                let own = is_head || near || expected.is_told;
                let is = |time: &Moment| record.time.is_some_and(|read| time.is(read, &zone, near));
                let is_right = own && expected.times.iter().any(is);
                tally.times += 1;
                tally.right_times += u64::from(is_right);
                if !is_right {
                    tell(format!(
                        "time {:?}, read {:?} as {format}, line {number}: {shown}",
                        expected.times, record.time
                    ));
                }
            }
            if let Some(level) = expected.level.filter(|_| is_head) {
                tally.levels += 1;
                tally.right_levels += u64::from(record.parsed.level == Some(level));
                if record.parsed.level != Some(level) {
                    tell(format!("level {level:?}, read {:?} as {format}: {shown}", record.parsed.level));
                }
            }
        }
    };
    for line in lines {
        reader.push(line, reference, &mut judge);
    }
    reader.finish(&mut judge);
    tally
}
