//! What searches find in hostile texts, held against an oracle that looks at each record alone and shares no code with them.

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use std::{collections::BTreeMap, ops::ControlFlow, time::Duration};
use telemetry::{
    Batch, Kind, Options, OwnedValue, Record, Snapshot, Store,
    query::{Bounds, Cell, Page, Question, Table, answer, histogram, language::Order, matching_seqs, parse, search},
};

const START: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
const ROWS: u64 = 3_000;
/// Bytes of the longest message.
const LONG: usize = 1 << 20;

/// Numbers that look random and are always the same.
fn noise(row: u64, salt: u64) -> u64 {
    let mixed = (row.wrapping_mul(31) + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32
}

/// Digits at the borders of fixed text, accents in either case, line ends of either kind, bytes that are no text, nothing at
/// all; one message is long.
fn message(row: u64) -> Vec<u8> {
    let (n, m) = (noise(row, 1) % 120, noise(row, 2) % 30);
    let id = noise(row, 3) << 32 | noise(row, 4);
    let word = ["users", "dataSets", "Éléments", "œuvre", "v1"][noise(row, 5) as usize % 5];
    let text = match noise(row, 6) % 11 {
        0 => format!("[SYNC] Vérification de {word}: {n} éléments modifiés depuis 2026-11-19 23:{m:02}:11"),
        1 => format!("1 {n} 11 {m} 1é{n}é1 _{m}_ 2026-11-1{}", n % 10),
        2 => format!("GET /a1/{n}/b HTTP/1.1\" 20{} {m}.{:02} {word}1", n % 10, n % 100),
        3 => format!("{id:016x}: to=<{word}.{n}@x1.fr>, relay=mx1{}1[10.1.{m}.11]:25", n % 4),
        4 => format!("ÉCHEC{n} échec {m}É É{n} x{m}é\r\n"),
        5 => format!("Traceback\r\n  File \"{word}.py\", line {n}\r\nError: 1{m}"),
        6 => format!("Traceback\n  File \"a1.py\", line {n}\n  File \"b.py\", line {m}\nKeyError: '{word}_{n}'"),
        7 => String::new(),
        8 => format!("{}{n}{}", "lorem1 ".repeat(m as usize), " 1ipsum".repeat(n as usize % 7)),
        9 => format!("{n}"),
        _ => {
            return [&b"caf\xC3"[..], n.to_string().as_bytes(), b"\xA9 \xFF1\xC3\x89", word.as_bytes(), b"\x80"]
                .concat();
        }
    };
    text.into_bytes()
}

fn record(row: u64) -> Record {
    let (status, level) = (200 + noise(row, 7) % 4 * 100, noise(row, 8) as usize % 7);
    let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical];
    let mut fields = vec![("app".to_owned(), OwnedValue::Str(["web", "Mail", "été"][row as usize % 3].into()))];
    if !row.is_multiple_of(4) {
        fields.push(("status".to_owned(), OwnedValue::Int(status as i64)));
    }
    if row.is_multiple_of(5) {
        fields.push(("took".to_owned(), OwnedValue::Float(noise(row, 9) as f64 % 1_000.0 / 8.0)));
    }
    let message = if row == ROWS / 2 { long_message() } else { message(row) };
    let time = START + Duration::from_millis(row / 2 * 700);
    Record { time, level: levels.get(level).copied(), source: Vec::new(), message, fields }
}

fn long_message() -> Vec<u8> {
    let mut long = b"1 long 42 ".repeat(LONG / 10 + 1);
    long.truncate(LONG);
    long
}

/// Two thirds of the records in segments, the rest in memory.
fn store(folder: &std::path::Path) -> (Store, Vec<Record>) {
    let (store, _) = Store::open(folder, Options::default(), START).unwrap();
    let records: Vec<Record> = (0..ROWS).map(record).collect();
    for (index, chunk) in records.chunks(ROWS as usize / 6).enumerate() {
        let mut batch = Batch::new();
        chunk.iter().for_each(|record| batch.push(record).unwrap());
        store.append(Kind::Log, batch, START).unwrap().blocking_recv().unwrap().unwrap();
        if index == 1 || index == 3 {
            store.seal(START).unwrap().blocking_recv().unwrap().unwrap();
        }
    }
    (store, records)
}

fn question(text: &str) -> Question {
    let (query, problems) = parse(text);
    assert_eq!(problems, [], "{text}");
    Question::new(&query, START, &TimeZone::UTC).unwrap()
}

/// The positions of the records that are found.
fn found(snapshot: &Snapshot, text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let page = Page { order: Order::Ascending, after: None, limit: ROWS as usize };
    let told = search(snapshot, &question(text), page, &Bounds::default(), |hit| {
        found.push(hit.cursor.seq);
        ControlFlow::Continue(())
    });
    assert_eq!(told.partial, [], "{text}");
    let deleted = matching_seqs(snapshot, &question(text), &Bounds::default()).value;
    assert_eq!(deleted.iter().collect::<Vec<_>>(), sorted(found.clone()), "{text}");
    let first = snapshot.segments().iter().map(|segment| segment.seq_range().0).min().unwrap();
    sorted(found.into_iter().map(|seq| seq - first).collect()).into_iter().map(|row| row as usize).collect()
}

fn sorted(mut numbers: Vec<u64>) -> Vec<u64> {
    numbers.sort_unstable();
    numbers
}

fn expected(records: &[Record], holds: impl Fn(&Record) -> bool) -> Vec<usize> {
    (0..records.len()).filter(|row| holds(&records[*row])).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Letters, or bytes that are none, with their capitals made small.
fn letters(text: &[u8]) -> Vec<Result<char, u8>> {
    let mut letters = Vec::new();
    for chunk in text.utf8_chunks() {
        let small = |c: char| {
            if matches!(c, 'A'..='Z' | 'À'..='Þ' | 'Œ' | 'Ÿ') { c.to_lowercase().next() } else { Some(c) }
        };
        letters.extend(chunk.valid().chars().filter_map(small).map(Ok));
        letters.extend(chunk.invalid().iter().map(|byte| Err(*byte)));
    }
    letters
}

/// Whether `needle` stands in `text`, on a `start` and at an `end` of words if so asked.
fn stands(text: &[Result<char, u8>], needle: &[Result<char, u8>], start: bool, end: bool) -> bool {
    let in_word = |letter: Option<&Result<char, u8>>| letter.is_some_and(|letter| letter.is_ok_and(is_word));
    let (start, end) = (start && in_word(needle.first()), end && in_word(needle.last()));
    text.windows(needle.len()).enumerate().any(|(at, window)| {
        window == needle
            && !(start && in_word(at.checked_sub(1).and_then(|before| text.get(before))))
            && !(end && in_word(text.get(at + needle.len())))
    })
}

#[test]
fn texts_are_found_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let (store, records) = store(folder.path());
    let snapshot = store.snapshot(Kind::Log);
    let texts: Vec<_> = records.iter().map(|record| letters(&record.message)).collect();
    let needles = [
        "1",
        "11",
        "2",
        "é",
        "É1",
        "1é",
        "échec",
        "ÉCHEC1",
        "v1",
        "a1",
        "19",
        "2026-11-1",
        "2026-11-19",
        "1.1",
        "0.5",
        "x1",
        "10.1",
        "œuvre",
        "ŒUVRE",
        "éléments",
        "9 éléments",
        "de v1: 1",
        "e1",
        "f",
        "lorem1",
        "1 1",
        "ipsum",
        "traceback",
        "line 1",
        "error",
        "long 42",
        "42 1 long",
        "absent",
        "café",
        "_1_",
        "1_",
        "users_1",
        "to",
        "http/1.1",
        "/b",
        "mx1",
        "1]",
        "b",
        "00",
    ];
    for needle in needles {
        let letters = letters(needle.as_bytes());
        for (query, start, end) in [(format!("\"{needle}\""), true, true), (format!("*\"{needle}\"*"), false, false)] {
            let expected: Vec<usize> =
                (0..texts.len()).filter(|row| stands(&texts[*row], &letters, start, end)).collect();
            assert_eq!(found(&snapshot, &query), expected, "{query}");
        }
        if needle.chars().all(is_word) {
            for (query, start, end) in [(format!("{needle}*"), true, false), (format!("*{needle}"), false, true)] {
                let expected: Vec<usize> =
                    (0..texts.len()).filter(|row| stands(&texts[*row], &letters, start, end)).collect();
                assert_eq!(found(&snapshot, &query), expected, "{query}");
            }
        }
    }
}

#[test]
fn expressions_match_what_they_match() {
    let folder = tempfile::tempdir().unwrap();
    let (store, records) = store(folder.path());
    let snapshot = store.snapshot(Kind::Log);
    for source in [
        r"\d{3}",
        r"\b1\b",
        r"^\d+$",
        r"^$",
        r"\r\n$",
        r"(users|dataSets)_\d",
        r"[0-9a-f]{16}",
        r"[éÉ]\d",
        r"é1|É1",
        r"\.py., line 1\d\D",
        r"1$",
        r"^1 ",
        r"(?i)ÉCHEC\d",
        r"(?-u:\xFF)1",
        r"(?-u:[\x80-\xFF])\d",
        r"[^\x00-\x7F]{2}",
        r"1(ipsum|é)",
        r"23:0[0-4]:1",
        r"\d\.\d\d [a-z]",
        r"(lorem1 ){5}",
        r".{100}",
        r"x\d+é",
        r"(?s)File.*File.*Key",
        r"\d{1,2}[^0-9]{1,3}\d{2}\b",
    ] {
        let regex = regex::bytes::Regex::new(source).unwrap();
        let query = format!("/{source}/");
        assert_eq!(found(&snapshot, &query), expected(&records, |record| regex.is_match(&record.message)), "{query}");
    }
}

type Holds<'a> = &'a dyn Fn(&Record) -> bool;

fn field<'a>(record: &'a Record, name: &str) -> Option<&'a OwnedValue> {
    record.fields.iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

fn status(record: &Record) -> Option<i64> {
    field(record, "status").and_then(|value| if let OwnedValue::Int(status) = value { Some(*status) } else { None })
}

fn took(record: &Record) -> Option<f64> {
    field(record, "took").and_then(|value| if let OwnedValue::Float(took) = value { Some(*took) } else { None })
}

fn table(snapshot: &Snapshot, text: &str) -> Table {
    let told = answer(snapshot, &question(text), 10_000, &Bounds::default());
    assert_eq!(told.partial, [], "{text}");
    told.value
}

#[test]
fn numbers_and_groups_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let (store, records) = store(folder.path());
    let snapshot = store.snapshot(Kind::Log);
    let is_grave = |record: &Record| record.level >= Some(Level::Warning);
    let conditions: [(&str, Holds<'_>); 8] = [
        ("status>=400", &|record| status(record).is_some_and(|status| status >= 400)),
        ("-status:400", &|record| status(record) != Some(400)),
        ("status:*", &|record| status(record).is_some()),
        ("took<12.5", &|record| took(record).is_some_and(|took| took < 12.5)),
        ("level>=warning", &is_grave),
        ("-level:*", &|record| record.level.is_none()),
        ("app:été level>=warning", &|record| {
            field(record, "app") == Some(&OwnedValue::Str("été".into())) && is_grave(record)
        }),
        ("app:Mail status>200", &|record| {
            field(record, "app") == Some(&OwnedValue::Str("Mail".into()))
                && status(record).is_some_and(|status| status > 200)
        }),
    ];
    for (query, holds) in conditions {
        assert_eq!(found(&snapshot, query), expected(&records, holds), "{query}");
    }
    let mut groups: BTreeMap<Option<i64>, (i64, f64)> = BTreeMap::new();
    for record in records.iter().filter(|record| is_grave(record)) {
        let group = groups.entry(status(record)).or_default();
        *group = (group.0 + 1, group.1 + took(record).unwrap_or(0.0));
    }
    let told = table(&snapshot, "level>=warning | stats count(), sum(took) by status");
    let told: BTreeMap<Option<i64>, (i64, f64)> = told
        .rows
        .iter()
        .map(|row| match &row[..] {
            [key, Cell::Int(count), Cell::Float(sum)] => {
                (if let Cell::Int(key) = key { Some(*key) } else { None }, (*count, *sum))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    // Eighths add up without loss.
    assert_eq!(told, groups);

    let range = START..START + Duration::from_secs(2_000);
    let told =
        histogram(&snapshot, question("level>=warning"), range, Duration::from_secs(60), &Bounds::default()).value;
    let mut counts = vec![0; told.counts.len()];
    for record in records.iter().filter(|record| is_grave(record)) {
        counts[((record.time.as_micros() - told.edges[0].as_micros()) / 60_000_000) as usize] += 1;
    }
    assert_eq!(told.counts.iter().map(|step| step.total).collect::<Vec<u64>>(), counts);
}
