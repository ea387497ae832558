//! From bytes to acknowledged records, on a real disk.

use crate::{Config, Error, Intake, LINE_BYTES_MAX, Logs, PartFields, RecordMetadata};
use jiff::tz::TimeZone;
use model::{Clock, ManualClock, Timestamp};
use sources::timestamps::Reference;
use std::{
    collections::VecDeque,
    io::{self, Read},
    ops::ControlFlow,
    sync::Arc,
};
use telemetry::{
    JsonNames,
    query::{Bounds, Page, Question, language::Order, parse, search},
};

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);

pub(crate) fn logs(folder: &tempfile::TempDir) -> Logs {
    let clock = Clock::Manual(ManualClock::at(NOW));
    Logs::new(folder.path(), Config::default(), clock, TimeZone::UTC).unwrap()
}

fn messages(intake: &Intake, query: &str) -> Vec<String> {
    let (query, problems) = parse(query);
    assert!(problems.is_empty(), "{problems:?}");
    let question = Question::new(&query, NOW, &TimeZone::UTC).unwrap();
    let mut found = Vec::new();
    let page = Page { order: Order::Ascending, after: None, limit: 100 };
    search(&intake.opened.snapshot(), &question, page, &Bounds::default(), |hit| {
        found.push(String::from_utf8_lossy(hit.record.message()).into_owned());
        ControlFlow::Continue(())
    });
    found
}

/// Gives pieces one by one, with a pause (`None`) between some.
struct Pieces(VecDeque<Option<Vec<u8>>>);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.pop_front() {
            None => Ok(0),
            Some(None) => Err(io::ErrorKind::WouldBlock.into()),
            Some(Some(mut piece)) => {
                let now = piece.len().min(buffer.len());
                buffer[..now].copy_from_slice(&piece[..now]);
                if now < piece.len() {
                    self.0.push_front(Some(piece.split_off(now)));
                }
                Ok(now)
            }
        }
    }
}

#[test]
fn lines_become_records_wherever_the_network_cuts_them() {
    let text = b"{\"message\":\"one\"}\n\n{\"message\":\"two\",\"n\":2}\r\nnot json\n{\"message\":\"three\"}";
    for cut in 1..text.len() {
        let folder = tempfile::tempdir().unwrap();
        let mut intake = logs(&folder).intake().unwrap();
        let pieces = [Some(text[..cut].to_vec()), None, Some(text[cut..].to_vec())];
        intake.json_lines(&mut Pieces(pieces.into()), &JsonNames::default()).unwrap();
        intake.finish().unwrap();
        assert_eq!(messages(&intake, ""), ["one", "two", "three"], "cut at {cut}");
        let taken = intake.taken();
        assert_eq!((taken.accepted, taken.rejected, taken.problems[0].line), (3, 1, 4), "cut at {cut}");
        assert!(taken.problems[0].what.starts_with("not a JSON object"), "{:?}", taken.problems);
    }
}

#[test]
fn what_has_come_is_searchable_while_the_sender_pauses() {
    let folder = tempfile::tempdir().unwrap();
    let mut intake = logs(&folder).intake().unwrap();
    let opened = std::sync::Arc::clone(&intake.opened);
    let mut feed = opened.store.subscribe(telemetry::Kind::Log);
    let (give, take) = std::sync::mpsc::channel::<Option<Vec<u8>>>();
    struct Waiting(std::sync::mpsc::Receiver<Option<Vec<u8>>>);
    impl Read for Waiting {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.recv() {
                Err(_) => Ok(0),
                Ok(None) => Err(io::ErrorKind::WouldBlock.into()),
                Ok(Some(piece)) => {
                    buffer[..piece.len()].copy_from_slice(&piece);
                    Ok(piece.len())
                }
            }
        }
    }
    let taker = std::thread::spawn(move || {
        intake.json_lines(&mut Waiting(take), &JsonNames::default()).unwrap();
        intake.finish().unwrap();
        intake
    });
    give.send(Some(b"{\"message\":\"early\"}\n".to_vec())).unwrap();
    give.send(None).unwrap();
    assert_eq!(feed.blocking_recv().unwrap().batch.len(), 1);
    give.send(Some(b"{\"message\":\"late\"}\n".to_vec())).unwrap();
    drop(give);
    assert_eq!(messages(&taker.join().unwrap(), ""), ["early", "late"]);
}

#[test]
fn secrets_never_reach_the_disk_and_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let logs = logs(&folder);
    let mut intake = logs.intake().unwrap();
    let line = b"{\"message\":\"login\",\"password\":\"hunter2secret\",\"url\":\"https://ana:tok4567@host/\"}\n";
    intake.json_lines(&mut &line[..], &JsonNames::default()).unwrap();
    intake.finish().unwrap();
    assert_eq!((intake.taken().masked, logs.masked().total()), (2, 2));
    assert_eq!(messages(&intake, "password:\"***\""), ["login"]);
    drop(intake);
    drop(logs);
    let mut kept = Vec::new();
    read_all(folder.path(), &mut kept);
    assert!(kept.windows(5).any(|bytes| bytes == b"login"), "nothing was read back");
    for secret in ["hunter2secret", "tok4567"] {
        assert!(!kept.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret} was kept");
    }
}

fn read_all(folder: &std::path::Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => read_all(&path, into),
            false => into.extend(std::fs::read(path).unwrap()),
        }
    }
}

#[test]
fn a_line_beyond_its_bound_is_left_out_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut intake = logs(&folder).intake().unwrap();
    let mut text = b"{\"message\":\"before\"}\n".to_vec();
    text.extend(vec![b'x'; LINE_BYTES_MAX + 600_000]);
    text.extend(b"\n{\"message\":\"after\"}\n");
    intake.json_lines(&mut &text[..], &JsonNames::default()).unwrap();
    intake.finish().unwrap();
    assert_eq!(messages(&intake, ""), ["before", "after"]);
    let problem = &intake.taken().problems[0];
    assert_eq!((problem.line, problem.what.contains("4194304 bytes")), (2, true), "{problem:?}");
}

#[test]
fn what_is_too_old_to_be_kept_is_refused_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { keep_days: 30, ..Config::default() };
    let clock = Clock::Manual(ManualClock::at(NOW));
    let mut intake = Logs::new(folder.path(), config, clock, TimeZone::UTC).unwrap().intake().unwrap();
    let text = b"{\"time\":\"2024-12-11T15:00:00Z\",\"message\":\"young\",\"a\":1}\n\
        {\"time\":\"2024-12-11T14:00:00Z\",\"message\":\"old\",\"b\":2}\n{\"message\":\"now\",\"c\":3}\n";
    intake.json_lines(&mut &text[..], &JsonNames::default()).unwrap();
    intake.finish().unwrap();
    assert_eq!(messages(&intake, ""), ["young", "now"]);
    assert_eq!(messages(&intake, "c:3"), ["now"]);
    assert_eq!(messages(&intake, "b:2"), Vec::<String>::new());
    let taken = intake.taken();
    assert_eq!((taken.accepted, taken.rejected, taken.problems[0].line), (2, 1, 2));
    assert!(taken.problems[0].what.contains("30 days"), "{:?}", taken.problems);
}

#[test]
fn one_process_has_the_store_and_the_next_is_told_which() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (logs(&folder), logs(&folder));
    let mut intake = first.intake().unwrap();
    intake.json_lines(&mut &b"{\"message\":\"kept\"}\n"[..], &JsonNames::default()).unwrap();
    intake.finish().unwrap();
    match second.intake() {
        Err(Error::InUse { pid }) => assert_eq!(pid, std::process::id().to_string()),
        other => panic!("{:?}", other.map(|_| "opened")),
    }
    drop(intake);
    drop(first);
    assert_eq!(messages(&second.intake().unwrap(), "kept"), ["kept"]);
}

/// Each record as `time level source | message {fields}`.
pub(crate) fn drawn(intake: &Intake) -> Vec<String> {
    let (query, _) = parse("");
    let question = Question::new(&query, NOW, &TimeZone::UTC).unwrap();
    let mut found = Vec::new();
    let page = Page { order: Order::Ascending, after: None, limit: 100 };
    search(&intake.opened.snapshot(), &question, page, &Bounds::default(), |hit| {
        let record = hit.record.to_record();
        let level = record.level.map_or("-", |level| level.as_str());
        let fields: Vec<String> =
            record.fields.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
        let [source, message] = [&record.source, &record.message].map(|bytes| bytes.escape_ascii().to_string());
        found.push(format!("{} {level} {source} | {message} {{{}}}", record.time, fields.join(" ")));
        ControlFlow::Continue(())
    });
    found
}

pub(crate) fn plain(value: &telemetry::OwnedValue) -> String {
    match value {
        telemetry::OwnedValue::Str(text) => text.escape_ascii().to_string(),
        telemetry::OwnedValue::Int(number) => number.to_string(),
        telemetry::OwnedValue::Float(number) => number.to_string(),
        telemetry::OwnedValue::Bool(truth) => truth.to_string(),
    }
}

#[test]
fn text_is_kept_to_the_byte_and_objects_by_their_message() {
    let texts: [(&str, &[u8]); 6] = [
        (
            "/var/log/app.log",
            b"2025-01-10 14:32:15,123 - app.mail - ERROR - refused\nTraceback (most recent call last):\n  File \"a.py\", line 1\nValueError: x\n\
              2025-01-10 14:32:16,000 - app.mail - INFO - sent password=hunter2secret to a\xe9b\n",
        ),
        ("pino", b"{\"level\":50,\"time\":1736519535000,\"pid\":7,\"hostname\":\"h\",\"msg\":\"no answer\",\"ms\":12}\n"),
        (
            "docker",
            b"{\"log\":\"2025-01-10 14:32:17,000 - app - WARNING - low\\n\",\"stream\":\"stderr\",\"time\":\"2025-01-10T14:32:17.5Z\"}\n",
        ),
        ("shipped", b"{\"@timestamp\":\"2025-01-10T14:32:18Z\",\"ecs\":{\"version\":\"8\"},\"source\":\"a\",\"message\":\"10.0.0.1 - - [10/Jan/2025:14:32:18 +0000] \\\"GET /a HTTP/1.1\\\" 503 7\"}\n"),
        ("bytes", b"\xff\x00 ERROR: odd\r\n\n"),
        ("last", b"no line feed"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut intake = logs(&folder).intake().unwrap();
    for (source, text) in texts {
        let mut reader = intake.reader(Reference::Arrival);
        let told = RecordMetadata { source: source.as_bytes(), ..RecordMetadata::default() };
        intake.text(&mut &text[..], &mut reader, &told).unwrap();
    }
    intake.finish().unwrap();
    insta::assert_snapshot!("kept", drawn(&intake).join("\n"));
    assert_eq!((intake.taken().accepted, intake.taken().masked), (7, 1));
}

#[test]
fn what_holds_a_line_back_is_given_at_a_pause() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(NOW);
    let logs = Logs::new(folder.path(), Config::default(), Clock::Manual(clock.clone()), TimeZone::UTC).unwrap();
    struct Slow(u8, ManualClock, Arc<crate::Opened>);
    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => {
                    buffer[..6].copy_from_slice(b"alone\n");
                    Ok(6)
                }
                2 => Err(io::ErrorKind::WouldBlock.into()),
                3 => {
                    self.1.advance(std::time::Duration::from_secs(1));
                    Err(io::ErrorKind::WouldBlock.into())
                }
                _ => {
                    // On its way: it is seen without the stream's end.
                    while self.2.snapshot().memory().is_empty() {
                        std::thread::yield_now();
                    }
                    Ok(0)
                }
            }
        }
    }
    let mut intake = logs.intake().unwrap();
    let mut reader = intake.reader(Reference::Arrival);
    let mut slow = Slow(0, clock, Arc::clone(&intake.opened));
    intake.text(&mut slow, &mut reader, &RecordMetadata::default()).unwrap();
    intake.finish().unwrap();
    assert_eq!(messages(&intake, ""), ["alone"]);
}

#[test]
fn fields_beyond_the_bound_are_counted_and_the_text_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut intake = logs(&folder).intake().unwrap();
    let fields: Vec<_> = (0..600).map(|n| (format!("f{n}"), telemetry::OwnedValue::Int(n))).collect();
    let told = RecordMetadata { fields: &fields, ..RecordMetadata::default() };
    let mut reader = intake.reader(Reference::Arrival);
    intake.text(&mut &b"kept\n"[..], &mut reader, &told).unwrap();
    intake.finish().unwrap();
    assert_eq!((messages(&intake, "").len(), intake.taken().rejected), (1, 0));
    assert!(drawn(&intake)[0].contains("fields_left_out=89"), "{}", drawn(&intake)[0]);
}

/// Whoever can open the lock can hold it, and nothing would be taken in.
#[test]
fn nobody_else_can_hold_the_lock() {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt as _,
    };
    let folder = tempfile::tempdir().unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (store, lock) = (folder.path().join("telemetry"), folder.path().join("telemetry/lock"));
    // As an older version made them.
    fs::create_dir(&store).unwrap();
    fs::write(&lock, "").unwrap();
    fs::set_permissions(&store, Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&lock, Permissions::from_mode(0o644)).unwrap();
    let logs = logs(&folder);
    logs.intake().unwrap();
    assert_eq!((mode(&store), mode(&lock)), (0o700, 0o600));
    for entry in fs::read_dir(store.join("store")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn what_is_sent_is_read_as_what_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let logs = logs(&folder);
    let mut intake = logs.intake().unwrap();
    let lines = concat!(
        r#"{"date":1736500000.5,"log":"of Fluent Bit"}"#,
        "\n",
        r#"{"_time":"2025-01-10T10:00:00Z","_msg":"of VictoriaLogs","level":"error"}"#,
        "\n",
        r#"{"Timestamp":"2025-01-10T10:00:01Z","LogLevel":"Warning","Message":"of .NET","source":"web1"}"#,
        "\n",
        r#"{"time":"2025-01-10T10:00:02Z","level":50,"msg":"of pino"}"#,
        "\n",
        r#"{"message":"2025/01/10 10:00:03 [error] 12#34: *56 open() failed, client: 203.0.113.7"}"#,
        "\n",
        r#"{"time":"2025-01-10T10:00:04Z","level":"info","message":"as it is asked for","n":1}"#,
        "\n",
        r#"{"message":"nothing else"}"#,
    );
    intake.objects(&mut lines.as_bytes(), &PartFields::default()).unwrap();
    intake.finish().unwrap();
    let taken = intake.taken();
    assert_eq!((taken.accepted, taken.rejected), (7, 0), "{:?}", taken.problems);
    let found = |query: &str| messages(&intake, query).len();
    assert_eq!(found("level:error"), 3);
    assert_eq!(found("level:warning source:web1 \"of .NET\""), 1);
    assert_eq!(found("format:nginx_error carrier:json client:203.0.113.7"), 1);
    assert_eq!(found("n:1"), 1);
    assert_eq!(found("\"of Fluent Bit\""), 1);
    let mapped = PartFields { message: Some("text".into()), level: Some("how.bad".into()), ..PartFields::default() };
    let line = br#"{"time":"2025-01-10T10:00:05Z","text":"said","message":"kept beside","how":{"bad":"crit"}}"#;
    intake.objects(&mut &line[..], &mapped).unwrap();
    intake.finish().unwrap();
    assert_eq!(messages(&intake, "level:critical"), ["said"]);
}
