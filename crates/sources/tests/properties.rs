//! What holds of any bytes: nothing panics, nothing is lost, what is borrowed lies within what was given.
//!
//! The bytes are the lines of the fixtures, cut, spoiled and shuffled: they come further into the parsers than noise.

use jiff::tz::TimeZone;
use model::Timestamp;
use proptest::prelude::*;
use scrub::Scrubber;
use sources::{
    Options, Reader, Record,
    custom::{self, Custom},
    multiline::Limits,
    parsers::{self, FORMATS, Memory},
    record::Value,
    timestamps::{Reference, Turns},
};
use std::{borrow::Cow, fs, ops::Range, path::Path, sync::Arc, sync::LazyLock, time::Duration};

static LINES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<_> = fs::read_dir(folder).expect("fixtures").flatten().map(|file| file.path()).collect();
    files.sort();
    let bytes = files.iter().map(|file| fs::read(file).expect("a readable file"));
    bytes.flat_map(|bytes| bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>()).collect()
});

/// A line of a fixture, often spoiled: cut, or a piece of it replaced by noise.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let spoil = prop_oneof![
        2 => Just(None),
        3 => (any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[ -~é\u{1b}]{0,3}").prop_map(Some),
    ];
    (any::<prop::sample::Index>(), spoil).prop_map(|(which, spoil)| {
        let mut line = LINES[which.index(LINES.len())].clone();
        if let Some((from, to, noise)) = spoil {
            let (from, to) = (from.index(line.len() + 1), to.index(line.len() + 1));
            line.splice(from.min(to)..from.max(to).min(from.min(to) + 12), noise.bytes());
        }
        line
    })
}

fn reader(scrubber: Option<Arc<Scrubber>>, limits: Limits) -> Reader {
    Reader::new(Options { zone: TimeZone::UTC, reference: Reference::Arrival, limits, scrubber })
}

fn now() -> Timestamp {
    "2025-06-01T00:00:00Z".parse().expect("a moment")
}

fn says_something(line: &[u8]) -> bool {
    !matches!(line, b"" | b"\r")
}

proptest! {
    #[test]
    fn every_line_comes_out_once_to_the_byte(lines in prop::collection::vec(line(), 1..80), lines_max in 1..20_u32) {
        let mut reader = reader(None, Limits { lines_max, speakers_max: 3, ..Limits::default() });
        let mut given: Vec<Vec<u8>> = Vec::new();
        let mut sink = |record: Record<'_>| given.extend(record.raw.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
        for (number, line) in lines.iter().enumerate() {
            reader.push(line, now() + Duration::from_millis(number as u64 * 90), &mut sink);
            if number % 7 == 0 {
                reader.flush(now() + Duration::from_millis(number as u64 * 90), &mut sink);
            }
        }
        reader.finish(&mut sink);
        let mut put: Vec<Vec<u8>> = lines.into_iter().filter(|line| says_something(line)).collect();
        given.retain(|line| says_something(line));
        put.sort();
        given.sort();
        prop_assert_eq!(given, put);
    }

    #[test]
    fn what_is_borrowed_lies_within_the_line(lines in prop::collection::vec(line(), 1..4)) {
        let text = String::from_utf8_lossy(&lines.join(&b'\n')).into_owned();
        for format in FORMATS {
            let Some(parsed) = parsers::parse(format, &text, &mut Memory::default()) else { continue };
            prop_assert!(!parsed.format.is_empty());
            let mut borrowed: Vec<&str> = Vec::new();
            let mut note = |text| if let Cow::Borrowed(text) = text { borrowed.push(text) };
            note(parsed.message);
            for field in parsed.fields {
                if let Value::Text(text) = field.value {
                    note(text);
                }
            }
            let whole = span(&text);
            // Words of the parsers' own, as a facility's name, are short.
            for part in borrowed.into_iter().filter(|part| part.len() > 16) {
                prop_assert!(whole.start <= span(part).start && span(part).end <= whole.end, "{}: {part:?}", format.name);
            }
        }
    }

    #[test]
    fn no_password_comes_through(lines in prop::collection::vec(line(), 1..20), at in any::<prop::sample::Index>()) {
        let mut lines = lines;
        let place = at.index(lines.len());
        lines[place] = b"2025-01-10 14:32:15 [INFO] login password=hunter2hunter2 done".to_vec();
        let mut reader = reader(Some(Arc::new(Scrubber::default())), Limits::default());
        let mut leaks = 0;
        let mut sink = |record: Record<'_>| {
            let drawn = format!("{}{:?}", String::from_utf8_lossy(record.raw), record.parsed);
            leaks += usize::from(drawn.contains("hunter2"));
        };
        for line in &lines {
            reader.push(line, now(), &mut sink);
        }
        reader.finish(&mut sink);
        prop_assert_eq!(leaks, 0);
        prop_assert!(reader.masked().total() >= 1);
    }

    #[test]
    fn patterns_of_people_take_any_line(
        pattern in "(%\\{(time|level|message|skip|word:a|number:b|ip:c|quoted:d|text:e|DATA:f)\\}|[ \\[\\]:<>|é-]){0,9}",
        lines in prop::collection::vec(line(), 1..12),
    ) {
        let texts: Vec<String> = lines.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        let proposed = custom::propose(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        for pattern in proposed.iter().chain([&pattern]) {
            let Ok(custom) = Custom::new("any", pattern) else { continue };
            let trial = custom.trial(texts.iter().map(String::as_str));
            prop_assert!(trial.fitting <= trial.lines && trial.timed <= trial.fitting);
            let formats: Arc<[Custom]> = [custom].into();
            let mut reader = reader(None, Limits::default()).with_formats(formats);
            let mut given = 0;
            let mut sink = |record: Record<'_>| given += record.raw.split(|byte| *byte == b'\n').filter(|l| says_something(l)).count();
            lines.iter().for_each(|line| reader.push(line, now(), &mut sink));
            reader.finish(&mut sink);
            let put = lines.iter().flat_map(|line| line.split(|byte| *byte == b'\n')).filter(|l| says_something(l)).count();
            prop_assert_eq!(given, put);
        }
    }

    #[test]
    fn requests_of_the_collector_are_taken_apart_whatever_they_hold(inside in "[\\[\\]{}:,\"a-z0-9]{0,60}", depth in 0..3_usize) {
        let mut reader = reader(None, Limits::default());
        let inside = ["{}", "[{}]", "{\"scopeLogs\":[{\"logRecords\":[{}]}]}"][depth].replace("{}", &format!("{{{inside}}}"));
        let mut count = 0;
        reader.push(format!("{{\"resourceLogs\":[{inside}]}}").as_bytes(), now(), &mut |_| count += 1);
        reader.finish(&mut |_| count += 1);
        prop_assert!(count >= 1);
    }

    #[test]
    fn noise_is_read_too(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = parsers::detect(&text);
        for format in FORMATS {
            let _ = parsers::parse(format, &text, &mut Memory::default());
        }
    }
}

fn span(text: &str) -> Range<usize> {
    let start = text.as_ptr() as usize;
    start..start + text.len()
}

#[test]
fn a_source_is_settled_and_unsettled_by_its_lines() {
    let mut reader = reader(None, Limits::default());
    let mut formats = Vec::new();
    let mut sink = |record: Record<'_>| formats.push(record.parsed.format);
    let python = b"2025-01-10 14:32:15,123 - app - INFO - words";
    for _ in 0..40 {
        reader.push(python, now(), &mut sink);
    }
    assert_eq!(reader.format(), Some("python"));
    for _ in 0..60 {
        reader.push(b"{\"level\":\"info\",\"msg\":\"words\"}", now(), &mut sink);
    }
    assert_eq!(reader.format(), Some("json"));
    reader.finish(&mut sink);
    assert_eq!((formats.len(), formats[39], formats[40]), (100, "python", "json"));
}

#[test]
fn a_header_read_before_serves_lines_further_on() {
    let mut reader = reader(None, Limits::default());
    reader.learn(b"#Software: x\n#Fields: date time cs-method cs-uri-stem sc-status\n2025-01-10 13:32:15 GET / 200\n");
    let mut drawn = String::new();
    let mut sink = |record: Record<'_>| drawn = format!("{:?} {:?}", record.parsed.format, record.parsed.field("path"));
    reader.push(b"2025-01-10 13:32:16 GET /later 200", now(), &mut sink);
    assert_eq!(drawn, "\"w3c\" Some(Text(\"/later\"))");
}

#[test]
fn a_long_file_without_years_begins_in_the_right_one() {
    let lines = ["Jun  1 00:00:00 web app[1]: a", "<13>Jan  2 00:00:00 web app[1]: b", "Jan  1 00:00:00 web app[1]: c"];
    let limits = Limits::default();
    let reference = Reference::Modified("2025-01-02T00:00:00Z".parse().expect("a moment"));
    let mut reader = Reader::new(Options { zone: TimeZone::UTC, reference, limits, scrubber: None });
    let lines = [lines[0], lines[1], "Dec 30 00:00:00 web app[1]: d", lines[2]];
    let mut turns = Turns::default();
    lines.iter().for_each(|line| reader.look_ahead(line.as_bytes(), &mut turns));
    reader.walk_back(&turns);
    let mut years = Vec::new();
    let mut sink = |record: Record<'_>| years.extend(record.time.map(|time| time.to_string()[..4].to_owned()));
    for line in lines {
        reader.push(line.as_bytes(), now(), &mut sink);
    }
    reader.finish(&mut sink);
    assert_eq!(years, ["2023", "2024", "2024", "2025"]);
}

#[test]
fn fields_without_room_are_counted() {
    let pairs = |between: &str, pair: fn(usize) -> String| (0..300).map(pair).collect::<Vec<_>>().join(between);
    let json = format!("{{{}}}", pairs(",", |n| format!("\"k{n}\":{n}")));
    let w3c = format!("#Fields: date time\n2025-01-10 14:32:15 {}", pairs(" ", |n| n.to_string()));
    for (text, left_out) in [(json, 44), (w3c, 44)] {
        let mut reader = reader(None, Limits::default());
        let mut counted = None;
        let mut sink = |record: Record<'_>| {
            counted = record.parsed.field("fields_left_out").and_then(Value::as_integer);
        };
        for line in text.lines() {
            reader.push(line.as_bytes(), now(), &mut sink);
        }
        reader.finish(&mut sink);
        assert_eq!(counted, Some(left_out), "{text}");
    }
}
