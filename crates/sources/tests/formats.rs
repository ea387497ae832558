//! Each file of `fixtures`, read as a source by itself: one snapshot each.
//!
//! The files are written for these tests, in the shapes of real logs.

use jiff::tz::TimeZone;
use model::Timestamp;
use sources::{Options, Reader, Record, multiline::Division, multiline::Limits, record::Value, timestamps::Reference};
use std::{fmt::Write, fs, path::Path};

fn reader() -> (Reader, Timestamp) {
    let read_at: Timestamp = "2025-06-01T00:00:00Z".parse().expect("a moment");
    let zone = TimeZone::get("Europe/Paris").expect("a zone");
    (
        Reader::new(Options {
            zone,
            reference: Reference::Modified(read_at),
            limits: Limits::default(),
            scrubber: None,
        }),
        read_at,
    )
}

fn read(bytes: &[u8], sink: &mut dyn FnMut(Record<'_>)) {
    let (mut reader, now) = reader();
    for line in bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n') {
        reader.push(line, now, sink);
    }
    reader.finish(sink);
}

fn drawn(record: &Record<'_>) -> String {
    let parsed = &record.parsed;
    let mut text = String::new();
    let time = record.time.map_or("no time".to_owned(), |time| time.to_string());
    let format = if parsed.format.is_empty() { "plain" } else { parsed.format };
    let inner = parsed.inner.map(|inner| format!("/{inner}")).unwrap_or_default();
    let level = parsed.level.map_or("-", |level| level.as_str());
    let _ = writeln!(text, "{time} {level} {format}{inner} [{}]", parsed.logger.as_deref().unwrap_or("-"));
    for line in parsed.message.lines() {
        let _ = writeln!(text, "  | {line}");
    }
    for field in &parsed.fields {
        let _ = match &field.value {
            Value::Text(value) => writeln!(text, "  {} = {value:?}", field.name),
            Value::Integer(value) => writeln!(text, "  {} = {value}", field.name),
            Value::Float(value) => writeln!(text, "  {} = {value:?}", field.name),
            Value::Bool(value) => writeln!(text, "  {} = {value}", field.name),
        };
    }
    text
}

#[test]
fn every_format_is_recognised_and_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ext| ext == "log"));
    files.sort();
    assert!(files.len() > 60, "only {} fixtures found", files.len());
    for file in files {
        let mut text = String::new();
        read(&fs::read(&file).unwrap(), &mut |record| text.push_str(&drawn(&record)));
        insta::assert_snapshot!(file.file_stem().unwrap().to_str().unwrap(), text);
    }
}

/// The OpenTelemetry Collector's file exporter writes a request a line.
#[test]
fn a_mark_of_the_encoding_is_no_part_of_the_first_line() {
    for text in [
        "\u{feff}2026-11-20 10:00:00 ERROR no space",
        "\u{feff}{\"time\":\"2026-11-20T09:00:00Z\",\"level\":\"error\"}",
    ] {
        let mut found = Vec::new();
        read(text.as_bytes(), &mut |record| {
            found.push((record.time.map(|time| time.to_string()), record.parsed.level));
        });
        assert_eq!(found, [(Some("2026-11-20T09:00:00.000000Z".to_owned()), Some(model::Level::Error))], "{text}");
    }
}

/// Each entry names its cursor and its time, and a source is settled after some of them.
#[test]
fn an_export_of_the_journal_has_a_record_an_entry() {
    const ENTRIES: usize = 100;
    let mut text = String::new();
    for entry in 0..ENTRIES {
        let time = 1_795_770_000 + entry;
        writeln!(text, "__CURSOR=s=6b4f;i={entry}\n__REALTIME_TIMESTAMP={time}000000\n_BOOT_ID=4b1f\nPRIORITY=4")
            .expect("a text");
        writeln!(text, "SYSLOG_IDENTIFIER=cron\nMESSAGE=job {entry} done\n").expect("a text");
    }
    let mut found = Vec::new();
    read(text.as_bytes(), &mut |record| found.push(record.parsed.message.clone().into_owned()));
    let wanted: Vec<String> = (0..ENTRIES).map(|entry| format!("job {entry} done")).collect();
    assert_eq!(found, wanted);
}

/// As other writers than Docker itself space the members.
#[test]
fn a_traceback_in_docker_objects_is_one_record() {
    let lines = [
        "ERROR: it failed",
        "Traceback (most recent call last):",
        "  File \"a.py\", line 3, in f",
        "    x()",
        "ValueError: no",
    ];
    for (colon, comma) in [(":", ","), (": ", ", ")] {
        let object = |line: &&str| {
            let line = line.replace('"', "\\\"");
            format!(
                "{{\"log\"{colon}\"{line}\\n\"{comma}\"stream\"{colon}\"stderr\"{comma}\"time\"{colon}\"2026-11-27T13:50:03Z\"}}\n"
            )
        };
        let text: String = lines.iter().map(object).collect();
        let mut found = Vec::new();
        read(text.as_bytes(), &mut |record| found.push((record.lines, record.parsed.level)));
        assert_eq!(found, [(5, Some(model::Level::Error))], "{text}");
    }
}

#[test]
fn a_line_of_many_records_is_read_as_many() {
    let record = |n: u32, severity: u32| {
        format!(
            r#"{{"timeUnixNano":"17951688{n:02}123456789","severityNumber":{severity},"body":{{"stringValue":"order {n}"}},"traceId":"5b8e"}}"#
        )
    };
    let line = format!(
        r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},"scopeLogs":[{{"scope":{{"name":"cart"}},"logRecords":[{},{}]}}]}}]}}"#,
        record(1, 9),
        record(2, 17)
    );
    let mut text = String::new();
    read(line.as_bytes(), &mut |record| text.push_str(&drawn(&record)));
    insta::assert_snapshot!("otel", text);
}

#[test]
fn no_byte_is_lost_whatever_the_format() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let bytes = fs::read(&file).unwrap();
        let mut lines: Vec<Vec<u8>> = Vec::new();
        read(&bytes, &mut |record| {
            assert_eq!(record.lines as usize, record.raw.split(|byte| *byte == b'\n').count());
            assert_eq!(record.part, Division::Whole);
            lines.extend(record.raw.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
        });
        let mut expected: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        // Lines of several processes are put in the order of their records; blank ones between records say nothing.
        lines.retain(|line| !line.is_empty());
        expected.retain(|line| !line.is_empty());
        lines.sort();
        expected.sort();
        assert_eq!(lines, expected, "{}", file.display());
    }
}

/// Runs over a folder of real logs, which are not the project's to keep: `VIGIE_CORPORA=folder`.
#[test]
fn real_logs_are_read_whole() {
    let Some(folder) = std::env::var_os("VIGIE_CORPORA") else {
        eprintln!("skipped: VIGIE_CORPORA names no folder of logs");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let (mut lines, mut told) = (0, 0);
            read(&bytes, &mut |record| {
                lines += u64::from(record.lines);
                told += usize::from(record.time.is_some());
            });
            let blank = bytes.split(|byte| *byte == b'\n').filter(|line| line.is_empty()).count() as u64;
            let all = bytes.split(|byte| *byte == b'\n').count() as u64;
            assert!((all - blank..=all).contains(&lines), "{}: {lines} of {all} lines", path.display());
            eprintln!("{}: {lines} lines, {told} records with a time", path.display());
            files += 1;
        }
    }
    assert!(files > 0, "VIGIE_CORPORA holds no file");
}
