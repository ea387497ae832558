//! Any bytes as a log: every parser by itself, and a reader over all lines. Nothing panics, what is borrowed lies within
//! the text, and every line that says something comes out once, to the byte.
#![no_main]

use jiff::tz::TimeZone;
use model::Timestamp;
use sources::{
    Options, Reader, custom,
    multiline::Limits,
    parsers::{self, FORMATS, Memory},
    timestamps::{Calendar, Reference},
};
use std::borrow::Cow;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut calendar = Calendar::new(TimeZone::UTC, Reference::Arrival);
    for format in FORMATS {
        let mut memory = Memory::default();
        let Some(parsed) = parsers::parse(format, &text, &mut memory) else { continue };
        if let Cow::Borrowed(message) = parsed.message {
            let within = text.as_bytes().as_ptr_range();
            let range = message.as_bytes().as_ptr_range();
            assert!(message.is_empty() || within.start <= range.start && range.end <= within.end, "{}", format.name);
        }
        if let Some(stamp) = parsed.stamp {
            calendar.resolve(stamp);
        }
    }
    let _ = parsers::detect(&text);
    described(&text);
    read_whole(bytes);
});

/// The first line as a pattern of a person's for the others, and the one that is proposed for them.
fn described(text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let [first, others @ ..] = &lines[..] else { return };
    for pattern in custom::propose(others).iter().map(String::as_str).chain([*first]) {
        let Ok(format) = custom::Custom::new("any", pattern) else { continue };
        let trial = format.trial(others.iter().copied());
        assert!(trial.fitting <= trial.lines && trial.timed <= trial.fitting);
    }
}

fn read_whole(bytes: &[u8]) {
    let limits = Limits { lines_max: 5, bytes_max: 200, speakers_max: 3, ..Limits::default() };
    let mut reader = Reader::new(Options { zone: TimeZone::UTC, reference: Reference::Arrival, limits, scrubber: None });
    let now = Timestamp::from_micros(1_736_514_000_000_000);
    let mut given = Vec::new();
    let mut sink = |record: sources::Record<'_>| given.extend(record.raw.split(|b| *b == b'\n').map(<[u8]>::to_vec));
    // A request of the Collector becomes the records that it holds.
    let is_request = |line: &&[u8]| line.starts_with(b"{\"resourceLogs\":");
    let bytes = &bytes.split(|byte| *byte == b'\n').filter(|line| !is_request(line)).collect::<Vec<_>>().join(&b'\n');
    for line in bytes.split(|byte| *byte == b'\n') {
        reader.push(line, now, &mut sink);
    }
    reader.finish(&mut sink);
    // The lines of several processes come in the order of their records; blank ones between records say nothing.
    let mut put: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !is_blank(line)).collect();
    given.retain(|line| !is_blank(line));
    put.sort_unstable();
    given.sort_unstable();
    assert_eq!(given, put);
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"" | b"\r")
}
