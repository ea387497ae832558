use super::*;
use crate::{
    Batch, Kind, Options, Record, Store,
    disk::{Disk, Simulated},
    query::{Bounds, Question, answer, language::parse},
};
use jiff::tz::TimeZone;
use std::sync::Arc;

fn seen<'a>(time: i64, level: Level, message: &'a str) -> Seen<'a> {
    Seen { time, seq: Some(time as u64), level: Some(level), message: message.as_bytes() }
}

#[test]
fn records_are_counted_by_pattern_and_level_with_their_trend_and_newest() {
    let mut patterns = Patterns::new(1 << 20);
    for (time, level, message) in [
        (5, Level::Info, "order 1 paid"),
        (239, Level::Info, "order 3 paid"),
        (15, Level::Info, "order 2 paid"),
        (120, Level::Error, "order 4 paid"),
    ] {
        patterns.add(&seen(time, level, message));
    }
    let table = patterns.into_table();
    assert_eq!(table.columns, PATTERN_COLUMNS);
    let [paid, failed] = &table.rows[..] else { panic!("{table:?}") };
    // Steps of eight microseconds.
    let mut trend = vec![0; 30];
    (trend[0], trend[1], trend[29]) = (1, 1, 1);
    let text = |text: &str| Cell::Text(text.into());
    let at = |micros| Cell::Time(Timestamp::from_micros(micros));
    assert_eq!(
        paid[..],
        [
            Cell::Int(3),
            Cell::Counts(trend),
            text("info"),
            text("order <*> paid"),
            at(5),
            at(239),
            text("order 3 paid"),
            Cell::Int(239)
        ]
    );
    assert_eq!(failed[2], text("error"));
}

#[test]
fn beyond_the_bounds_records_are_counted_as_left_out() {
    // Words that are all different, so that nothing can be joined.
    let word = |n: usize| -> String { format!("{n:04}").bytes().map(|digit| (digit - b'0' + b'k') as char).collect() };
    let mut patterns = Patterns::new(1 << 26);
    for n in 0..PATTERNS_MAX + 500 {
        let message = format!("{0}{0} {0}", word(n));
        patterns.add(&seen(0, Level::Info, &message));
    }
    assert_eq!((patterns.known.len(), patterns.left_out), (PATTERNS_MAX, 500));
    let mut small = Patterns::new(20_000);
    (0..100).for_each(|n| small.add(&seen(0, Level::Info, &format!("{0} {0}", word(n)))));
    assert!(small.left_out > 80 && small.bytes <= 20_000, "{}", small.left_out);
}

#[test]
fn names_that_are_joined_on_the_way_make_room() {
    let word = |n: usize| -> String { format!("{n:05}").bytes().map(|digit| (digit - b'0' + b'k') as char).collect() };
    let mut patterns = Patterns::new(1 << 26);
    for n in 0..PATTERNS_MAX * 3 {
        patterns.add(&seen(0, Level::Info, &format!("user {} came", word(n))));
    }
    assert_eq!(patterns.left_out, 0);
    let table = patterns.into_table();
    assert_eq!(table.rows.len(), 1);
    assert_eq!(table.rows[0][0], Cell::Int(PATTERNS_MAX as i64 * 3));
}

#[test]
fn the_answer_is_the_same_wherever_records_are_kept_and_however_many_look() {
    let disk = Disk::of(Arc::new(Simulated::default()));
    let (store, _) = Store::open_on(disk, Options::default(), NOW).unwrap();
    let seal = || store.seal(NOW).unwrap().blocking_recv().unwrap().unwrap();
    for first in (0..1_200_i64).step_by(200) {
        let mut batch = Batch::new();
        (first..first + 200).for_each(|number| batch.push(&record(number)).unwrap());
        store.append(Kind::Log, batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
        if first == 400 {
            seal();
        }
    }
    let question = Question::new(&parse("* | patterns").0, NOW, &TimeZone::UTC).unwrap();
    let ask = |threads| {
        let bounds = Bounds { threads, ..Bounds::default() };
        let found = answer(&store.snapshot(Kind::Log), &question, 100, &bounds);
        assert_eq!(found.partial, []);
        found.value
    };
    let mixed = ask(1);
    assert_eq!(mixed, ask(3));
    seal();
    assert_eq!(mixed, ask(2));
    let text = |cell: &Cell| {
        if let Cell::Text(text) = cell { String::from_utf8_lossy(text).into_owned() } else { String::new() }
    };
    let told: Vec<String> =
        mixed.rows.iter().map(|row| format!("{:?} {} {}", row[0], text(&row[2]), text(&row[3]))).collect();
    insta::assert_snapshot!(told.join("\n"));
}

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

/// A third each: who came, a traceback, and always the same.
fn record(number: i64) -> Record {
    let names = ["ana", "bob", "eve", "joe", "kim", "lea", "max", "zoe", "ida"];
    let message = match number % 3 {
        0 => format!("user {} came from 10.0.0.{}", names[(number / 3 % 9) as usize], number % 250),
        1 => format!("took {number} ms\nTraceback (most recent call last):\n  File \"a\"\nKeyError: {number}"),
        _ => "ready".to_owned(),
    };
    Record {
        time: Timestamp::from_micros(number * 1_000),
        level: Some(if number % 7 == 0 { Level::Error } else { Level::Info }),
        source: Vec::new(),
        message: message.into_bytes(),
        fields: Vec::new(),
    }
}
