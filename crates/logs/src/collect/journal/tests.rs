//! A stand-in for `journalctl`, which gives what lies in a file from behind the cursor that it is told.

use super::*;
use crate::{Config, tests::NOW};
use jiff::tz::TimeZone;
use model::{Clock, ManualClock};
use std::{fs, ops::ControlFlow, os::unix::fs::PermissionsExt as _, path::Path};
use telemetry::query::{Bounds, Page, Question, language::Order, parse, search};

/// Ends when all is given, as no real one with `--follow` does.
const PROGRAM: &str = r#"#!/bin/sh
after=""
for argument in "$@"; do
  case "$argument" in --after-cursor=*) after="${argument#--after-cursor=}" ;; esac
done
cd "$(dirname "$0")"
echo "$@" >> calls
if [ -z "$after" ]; then cat entries; else sed "1,/\"__CURSOR\":\"$after\"/d" entries; fi
"#;

fn entry_of(number: u32, pid: u32, message: &str) -> String {
    let micros = NOW.as_micros() + i64::from(number);
    format!(
        "{{\"__CURSOR\":\"c{number};\",\"__REALTIME_TIMESTAMP\":\"{micros}\",\"PRIORITY\":\"6\",\"_PID\":\"{pid}\",\
         \"SYSLOG_IDENTIFIER\":\"app\",\"_SYSTEMD_UNIT\":\"app.service\",\"MESSAGE\":\"{message}\"}}\n"
    )
}

fn stand_in(folder: &Path) -> String {
    let path = folder.join("journalctl");
    fs::write(&path, PROGRAM).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn logs(folder: &Path) -> Logs {
    Logs::new(folder, Config::default(), Clock::Manual(ManualClock::at(NOW)), TimeZone::UTC).unwrap()
}

fn kept(logs: &Logs) -> Vec<(String, String)> {
    let (query, _) = parse("");
    let question = Question::new(&query, NOW, &TimeZone::UTC).unwrap();
    let mut found = Vec::new();
    let page = Page { order: Order::Ascending, after: None, limit: 1_000 };
    search(&logs.opened().unwrap().snapshot(), &question, page, &Bounds::default(), |hit| {
        found.push(
            [hit.record.source(), hit.record.message()].map(|text| String::from_utf8_lossy(text).into_owned()).into(),
        );
        ControlFlow::Continue(())
    });
    found
}

#[test]
fn the_journal_goes_on_behind_what_was_kept() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let program = stand_in(folder.path());
    let mut text = entry_of(1, 7, "one password=hunter2secret") + &entry_of(2, 7, "two");
    fs::write(folder.path().join("entries"), &text).unwrap();
    for _ in 0..2 {
        let logs = logs(data.path());
        let mut journal = Journal::open(logs.clone(), Stop::default(), &program).unwrap();
        assert!(matches!(journal.follow(), Err(Ended::Broken(_))), "it has ended");
        let expected =
            [("app.service".to_owned(), "one password=***".to_owned()), ("app.service".into(), "two".into())];
        assert_eq!(kept(&logs), expected);
    }
    text += &entry_of(3, 7, "three");
    fs::write(folder.path().join("entries"), &text).unwrap();
    let logs = logs(data.path());
    let mut journal = Journal::open(logs.clone(), Stop::default(), &program).unwrap();
    assert!(matches!(journal.follow(), Err(Ended::Broken(_))));
    assert_eq!(kept(&logs).len(), 3);
    let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
    assert!(calls.lines().next().unwrap().ends_with("--lines=all"), "{calls}");
    assert!(calls.lines().last().unwrap().contains("--after-cursor=c2; --lines=all"), "{calls}");
}

#[test]
fn entries_kept_before_one_that_was_not_complete_are_passed_over() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let program = stand_in(folder.path());
    // The traceback of one process is open while another speaks.
    let lines = [
        entry_of(1, 7, "Traceback (most recent call last):"),
        entry_of(2, 8, "meanwhile"),
        entry_of(3, 8, "and again"),
        entry_of(4, 7, "  File \\\"a.py\\\", line 1"),
        entry_of(5, 7, "ValueError: x"),
    ];
    {
        let mut journal = Journal::open(logs(data.path()), Stop::default(), &program).unwrap();
        for line in &lines[..4] {
            journal.line(line.trim_end().as_bytes());
        }
        assert!(journal.commit().is_ok());
        let place = &journal.place;
        assert_eq!((place.cursor.as_deref(), place.given.len()), (None, 2), "{place:?}");
    }
    fs::write(folder.path().join("entries"), lines.concat()).unwrap();
    let logs = logs(data.path());
    let mut journal = Journal::open(logs.clone(), Stop::default(), &program).unwrap();
    assert!(matches!(journal.follow(), Err(Ended::Broken(_))));
    let mut messages: Vec<_> = kept(&logs).into_iter().map(|(_, message)| message).collect();
    messages.sort();
    let trace = "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: x";
    assert_eq!(messages, [trace, "and again", "meanwhile"]);
    assert_eq!(journal.place, JournalPlace { cursor: Some("c5;".into()), given: Vec::new() });
}

#[test]
fn entries_of_any_length_are_cut_where_they_end() {
    let long = vec![b'x'; ENTRY_BYTES_MAX + 10];
    let text = [b"one\n", &long[..], b"\ntwo\nthree"].concat();
    let mut out = BufReader::with_capacity(100, &text[..]);
    assert_eq!(entry(&mut out).unwrap().unwrap(), b"one");
    assert_eq!(entry(&mut out).unwrap().unwrap(), b"two");
    assert_eq!(entry(&mut out).unwrap(), None, "torn");
}
