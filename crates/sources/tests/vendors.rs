//! Lines of some fifty programs as their documentation shows them, with the time and level that a person has written beside each before
//! any parser was looked at (`vendors/stated.tsv`).

use jiff::tz::TimeZone;
use model::Timestamp;
use sources::{
    Options, Reader, Record,
    multiline::Limits,
    timestamps::{Reference, Turns},
};
use std::fmt::Write as _;

/// What is stated of a line.
struct Stated<'a> {
    time: &'a str,
    level: &'a str,
    line: &'a str,
}

/// A record as it was read: its bytes, time, level and format.
type Parsed = (Vec<u8>, Option<Timestamp>, Option<model::Level>, &'static str);

/// Of one program, by its name.
fn files(text: &str) -> Vec<(&str, Vec<Stated<'_>>)> {
    let mut files: Vec<(&str, Vec<Stated<'_>>)> = Vec::new();
    for text in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = text.strip_prefix("== ") {
            files.push((name, Vec::new()));
            continue;
        }
        let [time, level, line] = text.splitn(3, '\t').collect::<Vec<_>>()[..] else {
            panic!("nothing is stated: {text}")
        };
        files.last_mut().expect("a program").1.push(Stated { time, level, line });
    }
    files
}

/// Whether the moment is the one stated, to its own precision; a clock alone is of any day.
fn is_stated(stated: &str, time: Option<Timestamp>) -> bool {
    const MICROSECONDS: usize = "2026-11-20T10:15:30.123456".len();
    let stated = stated.get(..MICROSECONDS).unwrap_or(stated);
    let Some(time) = time.map(|time| time.to_string()) else { return false };
    time.starts_with(stated.trim_end_matches('0'))
        || time.split_once('T').is_some_and(|(_, clock)| clock.starts_with(stated))
}

/// Lines with a time and those of them that are right, the same of levels, and what is wrong.
fn held(text: &str) -> ([u32; 4], String) {
    let (mut counts, mut wrong) = ([0; 4], String::new());
    let read_at: Timestamp = "2026-11-24T00:00:00Z".parse().expect("a moment");
    for (name, stated) in files(text) {
        let (zone, reference) = (TimeZone::UTC, Reference::Modified(read_at));
        let mut reader = Reader::new(Options { zone, reference, limits: Limits::default(), scrubber: None });
        let mut records: Vec<Parsed> = Vec::new();
        let mut take = |record: Record<'_>| {
            records.push((record.raw.to_vec(), record.time, record.parsed.level, record.parsed.format));
        };
        // As an import does, to know how often the year turns.
        let mut turns = Turns::default();
        stated.iter().for_each(|Stated { line, .. }| reader.look_ahead(line.as_bytes(), &mut turns));
        reader.walk_back(&turns);
        for Stated { line, .. } in &stated {
            reader.push(line.as_bytes(), read_at, &mut take);
        }
        reader.finish(&mut take);
        for Stated { time, level, line } in stated.iter().filter(|stated| stated.time != "+") {
            let found =
                records.iter().find(|(raw, ..)| raw.split(|byte| *byte == b'\n').next() == Some(line.as_bytes()));
            let (read, grave, format) =
                found.map_or((None, None, "the rest of another"), |(_, time, level, format)| (*time, *level, *format));
            // Where a record has no time of its own, none is held against it.
            let is_time_right = (*time != "?").then(|| is_stated(time, read));
            counts[0] += u32::from(is_time_right.is_some());
            counts[1] += u32::from(is_time_right == Some(true));
            let is_right = match *level {
                "?" => None,
                "-" => Some(grave.is_none()),
                // What others call a notice is an information here.
                "warn" => Some(grave == Some(model::Level::Warning)),
                "notice" => Some(grave == Some(model::Level::Info)),
                level => Some(grave.is_some_and(|grave| grave.as_str() == level)),
            };
            counts[2] += u32::from(is_right.is_some());
            counts[3] += u32::from(is_right == Some(true));
            if is_time_right == Some(false) || is_right == Some(false) {
                let _ = writeln!(wrong, "{name}: {time} {level}, read {read:?} {grave:?} as {format:?}: {line}");
            }
        }
    }
    (counts, wrong)
}

#[test]
fn times_and_levels_are_those_that_are_stated() {
    let ([times, right_times, levels, right_levels], wrong) = held(include_str!("vendors/stated.tsv"));
    assert!(times > 130 && levels > 100, "{times} times and {levels} levels are stated");
    let share = |right: u32, of: u32| f64::from(right) * 100.0 / f64::from(of);
    let (times, levels) = (share(right_times, times), share(right_levels, levels));
    assert!(times >= 97.0 && levels >= 97.0, "times {times:.1} %, levels {levels:.1} %:\n{wrong}");
}

/// Of sets that are kept elsewhere: `STATED` is a folder of files in the form of `stated.tsv`, one a program. What is wrong is shown only
/// where `STATED_SHOW` is set, so that a set can be counted and stay unseen.
#[test]
#[ignore = "counts a folder that is named in STATED"]
fn a_folder_is_counted() {
    let folder = std::env::var_os("STATED").expect("STATED names a folder");
    let mut all = [0; 4];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|end| end == "tsv") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect("text");
            let (counts, wrong) = held(&format!("== {name}\n{text}"));
            if std::env::var_os("STATED_SHOW").is_some() {
                print!("{wrong}");
            }
            all.iter_mut().zip(counts).for_each(|(all, count)| *all += count);
        }
    }
    let share = |right: u32, of: u32| f64::from(right) * 100.0 / f64::from(of.max(1));
    let [times, right_times, levels, right_levels] = all;
    println!("times {right_times} of {times}, {:.1} %", share(right_times, times));
    println!("levels {right_levels} of {levels}, {:.1} %", share(right_levels, levels));
}
