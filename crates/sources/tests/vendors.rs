//! Lines of some fifty programs as their documentation shows them, with the time and level that a person has written beside each before
//! any parser was looked at (`vendors/stated.tsv`).

use jiff::tz::TimeZone;
use model::Timestamp;
use sources::{Options, Reader, Record, multiline::Limits, timestamps::Reference};
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
fn files() -> Vec<(&'static str, Vec<Stated<'static>>)> {
    let mut files: Vec<(&str, Vec<Stated<'_>>)> = Vec::new();
    for text in include_str!("vendors/stated.tsv").lines().filter(|line| !line.starts_with('#')) {
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
    let Some(time) = time.map(|time| time.to_string()) else { return false };
    time.starts_with(stated.trim_end_matches('0'))
        || time.split_once('T').is_some_and(|(_, clock)| clock.starts_with(stated))
}

/// Lines with a time and those of them that are right, the same of levels, and what is wrong.
fn held() -> ([u32; 4], String) {
    let (mut counts, mut wrong) = ([0; 4], String::new());
    let read_at: Timestamp = "2026-11-24T00:00:00Z".parse().expect("a moment");
    for (name, stated) in files() {
        let (zone, reference) = (TimeZone::UTC, Reference::Modified(read_at));
        let mut reader = Reader::new(Options { zone, reference, limits: Limits::default(), scrubber: None });
        let mut records: Vec<Parsed> = Vec::new();
        let mut take = |record: Record<'_>| {
            records.push((record.raw.to_vec(), record.time, record.parsed.level, record.parsed.format));
        };
        for Stated { line, .. } in &stated {
            reader.push(line.as_bytes(), read_at, &mut take);
        }
        reader.finish(&mut take);
        for Stated { time, level, line } in stated.iter().filter(|stated| stated.time != "+") {
            let found =
                records.iter().find(|(raw, ..)| raw.split(|byte| *byte == b'\n').next() == Some(line.as_bytes()));
            let (read, grave, format) =
                found.map_or((None, None, "the rest of another"), |(_, time, level, format)| (*time, *level, *format));
            counts[0] += 1;
            counts[1] += u32::from(is_stated(time, read));
            let is_right = match *level {
                "?" => None,
                "-" => Some(grave.is_none()),
                level => Some(grave.is_some_and(|grave| grave.as_str() == level)),
            };
            counts[2] += u32::from(is_right.is_some());
            counts[3] += u32::from(is_right == Some(true));
            if !is_stated(time, read) || is_right == Some(false) {
                let _ = writeln!(wrong, "{name}: {time} {level}, read {read:?} {grave:?} as {format:?}: {line}");
            }
        }
    }
    (counts, wrong)
}

#[test]
fn times_and_levels_are_those_that_are_stated() {
    let ([times, right_times, levels, right_levels], wrong) = held();
    assert!(times > 130 && levels > 100, "{times} times and {levels} levels are stated");
    let share = |right: u32, of: u32| f64::from(right) * 100.0 / f64::from(of);
    let (times, levels) = (share(right_times, times), share(right_levels, levels));
    assert!(times >= 97.0 && levels >= 97.0, "times {times:.1} %, levels {levels:.1} %:\n{wrong}");
}
