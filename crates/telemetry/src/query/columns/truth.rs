//! Errors of truth that were met, each as it was met: a word found within other words, a number told otherwise.

use super::tests::{found, question, snapshot};
use crate::{
    OwnedValue, Record,
    query::{Bounds, Cell, Page, answer, language::Order},
};
use model::Timestamp;

/// One message a second.
fn records(messages: &[&str]) -> Vec<Record> {
    let record = |(second, message): (i64, &&str)| Record {
        time: Timestamp::from_micros(1_000_000_000 + second * 1_000_000),
        level: None,
        source: Vec::new(),
        message: message.as_bytes().to_vec(),
        fields: vec![("line".to_owned(), OwnedValue::Int(second))],
    };
    (0..).zip(messages).map(record).collect()
}

const ALL: Page = Page { order: Order::Ascending, after: None, limit: 1_000 };

#[test]
fn a_word_is_not_found_within_other_words() {
    let total = [
        "20171224-0:15:53:292|Step_ExtSDM|30002312|calculateCaloriesWithCache totalCalories=0",
        "20171224-0:15:53:292|Step_ExtSDM|30002312|calculateAltitudeWithCache totalAltitude=0",
    ];
    let others: Vec<String> = (0..8)
        .map(|n| format!("20171224-0:15:53:{}|Step_LSC|30002312|onStandStepChanged {}", 293 + n, 3579 + n))
        .collect();
    let mut messages: Vec<&str> = total.to_vec();
    messages.extend(others.iter().map(String::as_str));
    messages.extend(total);
    let records = records(&messages);
    let sealed = snapshot(&records, &[records.len()], &[]);
    for word in ["total", "s", "test", "calculate", "Calories", "WithCache"] {
        assert_eq!(found(&sealed, word, ALL), [], "{word}");
    }
    assert_eq!(found(&sealed, "totalCalories", ALL).len(), 2);
}

/// Of messages that are sealed, how many each text is found in, beside how many it is in.
fn assert_found(messages: &[String], texts: &[&str]) {
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    let records = records(&messages);
    let (sealed, memory) = (snapshot(&records, &[records.len()], &[]), snapshot(&records, &[], &[]));
    for text in texts {
        assert_eq!(found(&sealed, text, ALL), found(&memory, text, ALL), "{text}");
    }
}

#[test]
fn a_word_goes_on_behind_an_empty_value() {
    let words = ["c1b", "cb", "cb", "c2b"];
    let messages: Vec<String> = (0..24).map(|n| format!("take the {} to town {n}", words[n % words.len()])).collect();
    assert_found(&messages, &["c", "b", "cb", "c*", "*b", "c2b", "\"the c\"", "\"b to\""]);
}

#[test]
fn capitals_that_share_a_byte_are_found() {
    let words = ["Étape", "Âge", "Été", "Élan", "Âme", "Être"];
    let messages: Vec<String> = (0..24).map(|n| format!("la {} est là {n}", words[n % words.len()])).collect();
    assert_found(&messages, &["étape", "âge", "Étape", "*étap*", "*tape", "tape", "été", "*âm*", "é*", "*â*"]);
}

#[test]
fn a_long_phrase_is_found_that_begins_in_fixed_text() {
    let start = "a".repeat(140);
    let messages: Vec<String> = (0..9).map(|n| format!("see {start} {n} times")).collect();
    let phrase = format!("\"{start} 7 times\"");
    assert_found(&messages, &[&phrase]);
}

#[test]
fn numbers_stay_as_they_are_written() {
    let line = |number: i64| match number {
        0..3 => (r#"{"ua":"A","n":0,"d":0.0}"#, "A", OwnedValue::Float(0.0)),
        _ => (r#"{"ua":"B","d":0,"n":0}"#, "B", OwnedValue::Int(0)),
    };
    let record = |number| {
        let (line, agent, d) = line(number);
        let text = |name: &str, text: &str| (name.to_owned(), OwnedValue::Str(text.into()));
        let fields = vec![text("ua", agent), ("n".to_owned(), OwnedValue::Int(0)), ("d".to_owned(), d)];
        let time = Timestamp::from_micros(number);
        Record { time, level: None, source: Vec::new(), message: line.into(), fields }
    };
    let records: Vec<Record> = (0..8).map(record).collect();
    let messages: Vec<_> = found(&snapshot(&records, &[8], &[]), "*", ALL)
        .into_iter()
        .map(|(_, record)| String::from_utf8(record.message).unwrap())
        .collect();
    assert_eq!(messages, (0..8).map(|number| line(number).0).collect::<Vec<_>>());
}

#[test]
fn the_greatest_number_does_not_depend_on_the_order_of_records() {
    let with = |second: i64, x: OwnedValue| Record {
        time: Timestamp::from_micros(1_000_000_000 + second * 1_000_000),
        level: None,
        source: Vec::new(),
        message: Vec::new(),
        fields: vec![("x".to_owned(), x)],
    };
    let numbers = [OwnedValue::Int(365), OwnedValue::Float(365.0), OwnedValue::Float(-0.0), OwnedValue::Float(0.0)];
    for first in 0..numbers.len() {
        let rotated = (0..numbers.len()).map(|place| numbers[(first + place) % numbers.len()].clone());
        let records: Vec<Record> = (0..).zip(rotated).map(|(second, x)| with(second, x)).collect();
        for sealed in [&[][..], &[4], &[1, 2, 3, 4]] {
            let question = question("* | stats max(x), min(x)");
            let table = answer(&snapshot(&records, sealed, &[]), &question, 10, &Bounds::default()).value;
            assert_eq!(table.rows, [[Cell::Int(365), Cell::Float(0.0)]], "{records:?}");
        }
    }
}

#[test]
fn a_field_is_counted_where_it_is_found() {
    let values = [
        Some(OwnedValue::Str(Vec::new())),
        Some(OwnedValue::Str(b"a".to_vec())),
        None,
        Some(OwnedValue::Int(0)),
        Some(OwnedValue::Float(f64::NAN)),
        Some(OwnedValue::Bool(false)),
    ];
    let of = |kinds: &[usize], second: usize| {
        let value = values[kinds[second % kinds.len()]].clone();
        Record {
            time: Timestamp::from_micros(1_000_000_000 + second as i64 * 1_000_000),
            level: None,
            source: [&b""[..], b"web1"][second % 2].to_vec(),
            message: [&b""[..], b"some text", b""][second % 3].to_vec(),
            fields: value.into_iter().map(|value| ("x".to_owned(), value)).collect(),
        }
    };
    for (kinds, expected) in [(&[0, 1, 2, 3, 4, 5][..], 24), (&[0], 0), (&[0, 1], 18), (&[0, 3, 0], 12), (&[2], 0)] {
        let records: Vec<Record> = (0..36).map(|second| of(kinds, second)).collect();
        for sealed in [&[][..], &[36], &[9, 20]] {
            let snapshot = snapshot(&records, sealed, &[]);
            let count = |text: &str| answer(&snapshot, &question(text), 10, &Bounds::default()).value.rows;
            for field in ["x", "message", "source", "level", "time", "none"] {
                let there = count(&format!("{field}:* | stats count()"));
                assert_eq!(count(&format!("* | stats count({field})")), there, "{field} {kinds:?} {sealed:?}");
                assert_eq!(count(&format!("* | fields {field} | stats count({field})")), there, "{field} {kinds:?}");
            }
            assert_eq!(
                count("* | stats count(x), count(message), count(source)")[0],
                [Cell::Int(expected), Cell::Int(12), Cell::Int(18)]
            );
        }
    }
}
