//! `vigie logs`, as people and scripts meet it: without a server, and beside one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../desk/mod.rs"]
mod desk;
mod growing;
mod imports;
mod pipes;
mod reimports;
mod scheduled;

use desk::{Answer, Desk};
use std::{
    fs::{self, File, Permissions},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    process::{Command, Stdio},
};

const DJANGO: &str = "\
2025-01-10 14:00:00,123 INFO django.server listening on 8000
2025-01-10 14:05:00,250 ERROR django.request Internal Server Error: /factures
Traceback (most recent call last):
  File \"views.py\", line 3, in get
ValueError: Délai dépassé
2025-01-10 14:06:00,000 WARNING django.request timeout ahead
";

const NGINX: &str = "\
10.0.0.1 - - [10/Jan/2025:13:00:00 +0000] \"GET / HTTP/1.1\" 200 612 \"-\" \"curl/8\"
10.0.0.2 - - [10/Jan/2025:13:01:00 +0000] \"GET /api HTTP/1.1\" 502 0 \"-\" \"curl/8\"
";

const JSON: &str = r#"{"time":"2025-01-10T13:10:00Z","level":"error","msg":"no answer","app":"sync","duration_ms":5001}
{"time":"2025-01-10T13:11:00Z","level":"info","msg":"done","app":"sync","duration_ms":12}
"#;

const SYSLOG: &str = "Jan 10 14:00:00 web1 sshd[812]: Failed password for root from 10.0.0.9 port 22 ssh2\n";

const LOGFMT: &str = "ts=2025-01-10T13:20:00Z level=warn msg=\"slow query\" took=1.5s\n";

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut child = Command::new("gzip").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_ref()).unwrap();
    child.wait_with_output().unwrap().stdout
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("django.log", DJANGO).file("nginx.log.gz", gzip(NGINX)).file("app.json", JSON);
    desk.file("syslog", SYSLOG).file("app.logfmt", LOGFMT);
    desk
}

/// Done without a word that anything is wrong.
#[track_caller]
fn done(answer: &Answer) -> &Answer {
    assert_eq!(answer.code, 0, "{}\n{}", answer.said, answer.out);
    answer
}

/// Nothing of it is UTF-8 as a whole.
const LATIN: &[u8] = b"2025-01-10 14:00:00,123 ERROR app d\xE9lai d\xE9pass\xE9\t \xFF\xFE\n\
    Traceback (most recent call last):\n  File \"a.py\", line 3, in f\nValueError: \xE9t\xE9 \xC3\xA9 \"quoted\" \\x\n\
    2025-01-10 14:01:00,000 INFO app \xF0\x9F\x98\x80 done\x01\r\n\
    2025-01-10 14:02:00,000 INFO app no end \x80";

fn rows(found: &serde_json::Value) -> &[serde_json::Value] {
    found["rows"].as_array().unwrap()
}

/// The messages, as they were before `logs import` or `logs pipe`.
fn kept_as_text(desk: &Desk, query: &str) -> Vec<u8> {
    let answer = desk.command(&["logs", "search", query, "--text", "--oldest-first"]).output().unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    answer.stdout
}

#[test]
fn answers_are_shown_as_lines_tables_and_bars() {
    let desk = desk();
    done(&desk.run(&["logs", "import", "django.log", "app.json"]));
    let rows = desk.run(&["logs", "search", "level>=warning", "--oldest-first"]);
    let lines: Vec<_> = done(&rows).out.lines().collect();
    assert!(lines[0].starts_with("2025-01-10 14:05:00.250 ERROR") && lines[0].contains("django.log"), "{}", rows.out);
    assert!(lines[1].starts_with("    Traceback"), "{}", rows.out);
    let among = desk.run(&["logs", "search", "Internal", "-C", "1"]);
    let marked: Vec<_> = done(&among).out.lines().map(|line| &line[..2]).collect();
    assert_eq!(marked, ["  ", "> ", "  ", "  ", "  ", "  "], "{}", among.out);
    assert!(among.out.contains("listening on 8000") && among.out.contains("timeout ahead"), "{}", among.out);
    let among = desk.run(&["logs", "search", "Internal", "--context", "1", "--json"]).json();
    assert!(among["rows"][0]["after"][0]["message"].as_str().unwrap().ends_with("timeout ahead"), "{among}");
    for refused in [&["-C", "1", "* | limit 3"][..], &["-C", "1", "--limit", "201"]] {
        let refused = desk.run(&[&["logs", "search"], refused].concat());
        assert!(refused.code == 2 && refused.said.contains("--context"), "{}", refused.said);
    }
    let table = desk.run(&["logs", "search", "* | stats count() as n, max(duration_ms) by level | sort n desc, level"]);
    let expected =
        "level    n  max(duration_ms)\nerror    2              5001\ninfo     2                12\nwarning  1\n";
    assert_eq!(done(&table).out, expected);
    let json = desk.run(&["logs", "search", "* | stats count() as n", "--json"]).json();
    assert_eq!((&json["columns"], &json["table"]), (&serde_json::json!(["n"]), &serde_json::json!([[5]])));
    let csv = desk.run(&["logs", "search", "app:sync", "--csv"]);
    assert!(done(&csv).out.starts_with("time,level,source,message,fields\r\n"), "{}", csv.out);
    let text = desk.run(&["logs", "search", "app:sync", "--text", "--oldest-first"]);
    assert_eq!(done(&text).out, "no answer\ndone\n");
    let bars = desk.run(&["logs", "histogram", "level:error", "--step", "5m"]);
    assert!(done(&bars).out.contains("2025-01-10 14:05 █"), "{}", bars.out);
    assert!(desk.run(&["logs", "histogram", "--json"]).json()["steps"].is_array());
    let few = desk.run(&["logs", "search", "--limit", "2"]);
    assert!(few.out.lines().count() == 2 && few.said.contains("more than 2"), "{}{}", few.out, few.said);
    let since =
        desk.run(&["logs", "search", "--since", "2025-01-10T14:05:30", "--until", "2025-01-10T14:08", "--json"]);
    assert_eq!(done(&since).json()["rows"].as_array().unwrap().len(), 1);
    let wrong = desk.run(&["logs", "search", "app:sync duration_ms>=much"]);
    assert!(
        wrong.said.contains("app:sync duration_ms>=much\n                      ^^^^ `much` is not a number"),
        "{}",
        wrong.said
    );
    let when = desk.run(&["logs", "search", "--since", "soon"]);
    assert!(when.code == 2 && when.said.contains("--since"), "{}", when.said);
}

#[test]
fn what_finds_nothing_says_what_may_have_been_meant() {
    let desk = desk();
    done(&desk.run(&["logs", "import", "nginx.log.gz"]));
    for line in [
        &["logs", "search", "staus:502"][..],
        &["logs", "search", "staus:502", "--text"],
        &["logs", "search", "staus:502 | stats count()"],
        &["logs", "search", "staus:502 | stats count() by path"],
        &["logs", "search", "staus:502 | fields time, staus"],
        &["logs", "histogram", "staus:502"],
        &["logs", "export", "staus:502", "--format", "csv"],
        &["logs", "export", "staus:502", "-o", "none.jsonl"],
    ] {
        let answer = desk.run(line);
        assert!(answer.said.contains("did you mean `status:502`?"), "{line:?}: {}", answer.said);
        // A table and a file were asked for, and made; of lines there are none.
        let expected = i32::from(line == ["logs", "search", "staus:502"]);
        assert_eq!(answer.code, expected, "{line:?}");
    }
    done(&desk.run(&["logs", "import", "app.json"]));
    for line in [&["logs", "search", "*syn*"][..], &["logs", "delete", "*syn*", "--dry-run"]] {
        assert!(desk.run(line).said.contains("did you mean `*:*syn*`?"), "{line:?}");
    }
    let source = desk.run(&["logs", "delete", "source:app.json", "--dry-run"]);
    assert!(done(&source).said.contains("did you mean `source:*app.json*`?"), "{}", source.said);
    for of_column in ["* | stats count() by staus", "* | stats max(staus) as n", "* | fields time, staus"] {
        let answer = desk.run(&["logs", "search", of_column]);
        let said = "no record has the field `staus`; did you mean `status`?";
        assert!(!done(&answer).out.is_empty() && answer.said.contains(said), "{of_column}: {}", answer.said);
    }
    assert_eq!(desk.run(&["logs", "search", "app:sync | stats count() by path"]).said, "");
    let strict = desk.run(&["logs", "search", "* | stat count()", "--strict"]);
    assert!(strict.code == 2 && strict.said.contains("^") && strict.out.is_empty(), "{} {}", strict.said, strict.out);
    assert_eq!(desk.run(&["logs", "search", "* | stats count()", "--strict"]).code, 0);
    let answer = desk.run(&["logs", "search", "status:5xx"]);
    assert!(answer.said.contains("did you mean `status>=500 status<600`?"), "{}", answer.said);
    for query in ["status:(502 OR 504)", "status:(>=500 <600)", "status:502"] {
        let answer = desk.run(&["logs", "search", query, "--text"]);
        assert!(done(&answer).out.contains("10.0.0.2") && answer.said.is_empty(), "{query}: {}", answer.said);
    }
}

#[test]
fn files_are_searched_without_a_store_and_leave_none() {
    let desk = desk();
    let one = desk.run(&["logs", "search", "timeout", "--file", "django.log"]);
    assert_eq!(done(&one).out, "6:2025-01-10 14:06:00,000 WARNING django.request timeout ahead\n");
    let several = desk.run(&["logs", "search", "502 OR *délai*", "--file", "django.log", "nginx.log.gz"]);
    let starts: Vec<_> = done(&several).out.lines().map(|line| line.split(':').take(2).collect::<Vec<_>>()).collect();
    assert_eq!(starts, [["django.log", "5"], ["nginx.log.gz", "2"]]);
    // In the zone of the machine, which is Paris here.
    let graded =
        desk.run(&["logs", "search", "level:error since:2025-01-10T14:01", "--file", "django.log", "--json"]).json();
    let text = graded["rows"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("2025-01-10 14:05") && text.ends_with("Délai dépassé"), "{graded}");
    assert_eq!((&graded["rows"][0]["line"], &graded["matches"]), (&2.into(), &1.into()));
    let bounded = desk.run(&["logs", "search", "--until", "2025-01-10T14:02", "--file", "django.log", "--text"]);
    assert_eq!(done(&bounded).out.lines().count(), 1);
    let first = desk.run(&["logs", "search", "*", "--limit", "2", "--file", "django.log"]);
    assert!(first.out.lines().count() == 2 && first.said.contains("stopped after 2 hits"), "{}", first.said);
    let steps = desk.run(&["logs", "search", "timeout | stats count()", "--file", "django.log"]);
    assert!(steps.said.contains("play no part") && steps.out.lines().count() == 1, "{}", steps.said);
    let none = desk.run(&["logs", "search", "nowhere", "--file", "django.log"]);
    assert!(none.code == 1 && none.said.contains("no line matches"), "{}", none.said);
    desk.file("n.log", "1\n2\nneedle\n4\n5\n6\n7\n8\nneedle\n10\n");
    let among = desk.run(&["logs", "search", "needle", "-C", "1", "--file", "n.log"]);
    assert_eq!(done(&among).out, "2-2\n3:needle\n4-4\n--\n8-8\n9:needle\n10-10\n");
    assert!(!desk.path().join("vigie-data").exists());
}

#[test]
fn a_query_behind_the_files_is_told_where_it_stands() {
    let answer = desk().run(&["logs", "search", "--file", "app.json", "level:error"]);
    assert_eq!((answer.code, answer.out.as_str()), (2, ""), "nothing is printed that nobody has asked for");
    assert!(answer.said.contains("level:error: no such file"), "{}", answer.said);
    assert!(answer.said.contains("a query stands before --file"), "{}", answer.said);
}

#[test]
fn what_cannot_be_mended_is_not_said_to_be_kept() {
    let desk = desk();
    let served = desk.serve();
    for file in ["app.json", "app.logfmt", "syslog"] {
        done(&desk.run(&["logs", "import", file]));
    }
    // It is killed.
    drop(served);
    let wal = fs::read_dir(desk.path().join("vigie-data/telemetry/store/wal")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&wal).unwrap();
    bytes[24..32].fill(0);
    fs::write(&wal, bytes).unwrap();
    let repaired = desk.run(&["doctor", "--repair"]);
    assert!(repaired.out.contains("nothing of the rest can be mended: "), "{}", repaired.out);
    assert!(repaired.out.contains("between two frames") && !repaired.out.contains("kept 0"), "{}", repaired.out);
    assert_eq!(rows(&desk.run(&["logs", "search", "slow OR password", "--json"]).json()).len(), 2);
}

#[test]
fn a_store_in_use_is_not_said_to_be_repaired() {
    let desk = desk();
    let _served = desk.serve();
    let answer = desk.run(&["doctor", "--repair"]);
    assert_eq!(answer.code, 1, "{}", answer.out);
    assert!(answer.out.contains("nothing was repaired") && answer.out.contains("stop it"), "{}", answer.out);
}

#[test]
fn the_doctor_tells_what_a_server_could_not_read() {
    let desk = desk();
    done(&desk.run(&["logs", "import", "app.json"]));
    let segments = fs::read_dir(desk.path().join("vigie-data/telemetry/store/segments")).unwrap();
    for segment in segments {
        let file = File::options().write(true).open(segment.unwrap().path()).unwrap();
        file.set_len(file.metadata().unwrap().len() - 9).unwrap();
    }
    let served = desk.serve();
    let answer = desk.run(&["doctor"]);
    assert_eq!(answer.code, 1, "{}", answer.out);
    assert!(answer.out.contains("met damage") && answer.out.contains("--repair"), "{}", answer.out);
    // The address under which it is reached is the one that it serves, whatever the configuration says.
    let link = desk.run(&["user", "create", "ana", "--role", "viewer"]);
    let address = served.1.lines().find_map(|line| line.strip_prefix("serving http://")?.split(' ').next()).unwrap();
    assert!(done(&link).out.contains(&format!("http://{address}/")), "{} {address}", link.out);
}

#[test]
fn files_that_cannot_be_read_are_said_beside_what_is_found() {
    let desk = desk();
    desk.file("odd.log", b"\x00\x01\xFFneedle\x1b[2J\n\xFEneedle").file("empty.log", "");
    let answer =
        desk.command(&["logs", "search", "needle", "--file", "odd.log", "empty.log", "gone.log", "."]).output();
    let answer = answer.unwrap();
    assert_eq!(answer.status.code(), Some(1));
    assert_eq!(answer.stdout, b"odd.log:1:\x00\x01\xFFneedle\x1b[2J\nodd.log:2:\xFEneedle\n");
    let said = String::from_utf8_lossy(&answer.stderr);
    assert!(said.contains("gone.log: No such file") && said.contains(".: it is a folder"), "{said}");
    let json = desk.run(&["logs", "search", "needle", "--json", "--file", "odd.log", "gone.log"]).json();
    assert_eq!((json["rows"].as_array().unwrap().len(), &json["unread"][0]["file"]), (2, &"gone.log".into()));

    fs::set_permissions(desk.path().join("syslog"), Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(desk.path(), Permissions::from_mode(0o755)).unwrap();
    let program = desk.path().join("vigie");
    fs::copy(env!("CARGO_BIN_EXE_vigie"), &program).unwrap();
    let mut command = Command::new(program);
    command.args(["logs", "search", "root", "--file", "syslog"]).current_dir(desk.path());
    // Whoever runs the tests may be somebody whom no mode stops.
    if made_by_root(desk.path()) {
        command.uid(65_534).gid(65_534);
    }
    let closed = Answer::of(command.output().unwrap());
    assert!(closed.code == 1 && closed.said.contains("denied"), "{}", closed.said);
}

fn made_by_root(made: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(made).unwrap().uid() == 0
}

#[test]
fn whoever_has_read_enough_hears_no_complaint() {
    let desk = Desk::new();
    desk.file("long.log", "2025-01-10 14:00:00 INFO again and again\n".repeat(30_000));
    done(&desk.run(&["logs", "import", "long.log"]));
    for line in [
        &["logs", "search", "again", "--file", "long.log"][..],
        &["logs", "search", "again", "--limit", "5000"],
        &["logs", "search", "again", "--text"],
        &["logs", "export"],
    ] {
        let mut child = desk.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        drop(out);
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert!(status.success() && said.is_empty() && first.contains("again"), "{line:?}: {status}: {said}");
    }
}

#[test]
fn the_doctor_says_that_the_store_of_a_server_takes_nothing() {
    let desk = Desk::new();
    let served = desk.serve();
    let fine = desk.run(&["doctor"]);
    assert!(fine.code == 0 && !fine.out.contains("running"), "{}", fine.out);
    drop(served);
    let wal = desk.path().join("vigie-data/telemetry/store/wal");
    let _ = fs::remove_dir_all(&wal);
    fs::create_dir_all(wal.parent().unwrap()).unwrap();
    fs::write(&wal, "no folder").unwrap();
    let _served = desk.serve();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let said = loop {
        let answer = desk.run(&["doctor"]);
        if answer.out.contains("fail  running: ") {
            break answer;
        }
        assert!(std::time::Instant::now() < deadline, "it finds nothing: {}", answer.out);
    };
    assert_eq!(said.code, 1);
    let told = "fail  running: the log store cannot be read or written\n      help: see Vigie's log";
    assert!(said.out.contains(told), "{}", said.out);
}

#[test]
fn beside_a_server_everything_goes_through_it() {
    let desk = desk();
    let served = desk.serve();
    let mut tail = desk.command(&["logs", "tail", "level>=error", "--json", "-n", "1"]);
    done(&desk.run(&["logs", "import", "app.json"]));
    let mut tail = tail.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut heard = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<serde_json::Value>(&heard.next().unwrap().unwrap()).unwrap();
    assert_eq!(next()["message"], "no answer");
    done(&desk.run(&["logs", "import", "django.log"]));
    assert!(next()["message"].as_str().unwrap().contains("Internal Server Error"));
    let mut pipe = desk.command(&["logs", "pipe"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut into = pipe.stdin.take().unwrap();
    into.write_all(b"2025-01-10 14:30:00 ERROR from a program\n").unwrap();
    // Before the program ends.
    assert!(next()["message"].as_str().unwrap().ends_with("from a program"));
    drop(into);
    assert!(pipe.wait().unwrap().success());
    let found = desk.run(&["logs", "search", "level:error", "--json"]);
    assert_eq!(done(&found).json()["rows"].as_array().unwrap().len(), 3);
    assert!(desk.run(&["logs", "files", "--json"]).json()["files"].as_array().is_some_and(|files| !files.is_empty()));
    assert!(done(&desk.run(&["logs", "files"])).out.contains("ago"));

    // The server goes, and comes back.
    drop(served);
    let _served = desk.serve();
    done(&desk.run(&["logs", "import", "syslog", "nginx.log.gz"]));
    desk.file("late.log", "2025-01-10 15:00:00 ERROR after the pause\n");
    done(&desk.run(&["logs", "import", "late.log"]));
    let mut messages = String::new();
    while !messages.contains("after the pause") {
        messages.push_str(next()["message"].as_str().unwrap());
    }
    tail.kill().unwrap();
    tail.wait().unwrap();
}

/// The server's zone is Paris; this command's is another.
#[test]
fn days_and_hours_are_those_of_the_command_not_of_the_server() {
    let desk = desk();
    let _served = desk.serve();
    done(&desk.run(&["logs", "import", "app.json"]));
    let run = |line: &[&str]| Answer::of(desk.command(line).env("TZ", "Asia/Tokyo").output().unwrap());
    let found = run(&["logs", "search", "level:error"]);
    assert!(done(&found).out.contains("2025-01-10 22:10:00"), "{}", found.out);
    // The time that was shown finds what it was shown of.
    for line in [
        &["logs", "search", "time:2025-01-10T22:10", "--text"][..],
        &["logs", "search", "answer", "--since", "2025-01-10T22:10", "--until", "2025-01-10T22:11", "--text"],
        &["logs", "export", "time:2025-01-10T22:10", "--format", "text"],
    ] {
        let found = run(line);
        assert!(done(&found).out.contains("no answer"), "{line:?}: {} {}", found.out, found.said);
    }
    let bars = run(&["logs", "histogram", "time:2025-01-10", "--step", "1d"]);
    assert!(done(&bars).out.contains("2025-01-10 00:00"), "{}", bars.out);
    // The night in which clocks are set is an hour shorter, and the days after begin at midnight still.
    desk.file("spring.log", "2025-03-28T12:00:00Z INFO a\n2025-04-01T12:00:00Z INFO b\n");
    done(&desk.run(&["logs", "import", "spring.log"]));
    let bars = desk.run(&["logs", "histogram", "source:*spring.log", "--step", "1d"]);
    assert!(done(&bars).out.starts_with("2025-03-28 00:00 █"), "{}", bars.out);
    assert!(bars.out.contains("2025-04-01 00:00 █") && bars.out.contains("2025-03-31 00:00 "), "{}", bars.out);
    let days = run(&["logs", "search", "* | stats count() by bucket(1d)", "--json"]);
    assert_eq!(done(&days).json()["table"][0][0], "2025-01-09T15:00:00.000000Z");
    assert!(done(&run(&["logs", "search", "--since", "520w", "--text"])).out.contains("no answer"));
}

#[test]
fn records_are_deleted_once_somebody_is_sure() {
    let desk = desk();
    done(&desk.run(&["logs", "import", "app.json", "django.log"]));
    // Beside what the server says of itself.
    let ours = "source:(*app.json OR *django.log)";
    let left = || rows(&desk.run(&["logs", "search", ours, "--json"]).json()).len();
    let looked = desk.run(&["logs", "delete", "app:sync", "--dry-run"]);
    assert!(done(&looked).out.contains("no answer") && looked.said.contains("2 records match"), "{}", looked.said);
    let unsure = desk.run(&["logs", "delete", "app:sync"]);
    assert!(unsure.code == 2 && unsure.said.contains("add --yes"), "{}", unsure.said);
    for (query, told) in
        [("", "would mean every record"), ("app:()", "between the brackets"), ("level:loud", "is not a level")]
    {
        let refused = desk.run(&["logs", "delete", query, "--yes"]);
        assert!(refused.code != 0 && refused.said.contains(told), "{query}: {}", refused.said);
    }
    assert_eq!(left(), 5);
    let _served = desk.serve();
    let gone = desk.run(&["logs", "delete", "app:sync", "--yes"]);
    assert!(done(&gone).said.contains("2 records deleted"), "{}", gone.said);
    assert_eq!(left(), 3);
    assert!(done(&desk.run(&["logs", "delete", "ap:sync", "--yes"])).said.contains("no record matches"));
    let told = desk.run(&["logs", "delete", ours, "--yes", "--json", "--since", "520w"]).json();
    assert_eq!((&told["matching"], &told["deleted"]), (&3.into(), &3.into()));
}

#[test]
fn where_nothing_is_it_says_what_to_do() {
    let desk = Desk::new();
    for line in [
        &["logs", "search", "x"][..],
        &["logs", "histogram"],
        &["logs", "export"],
        &["logs", "tail"],
        &["logs", "files"],
    ] {
        let answer = desk.run(line);
        assert!(
            answer.code == 1 && answer.said.contains("nothing here yet") && answer.said.contains("help: "),
            "{line:?}: {}",
            answer.said
        );
    }
    desk.file("a.log", "2025-01-10 15:00:00 ERROR x\n");
    done(&desk.run(&["logs", "import", "a.log"]));
    let tail = desk.run(&["logs", "tail"]);
    assert!(tail.code == 1 && tail.said.contains("no server runs here"), "{}", tail.said);
}

#[test]
fn help_shows_what_logs_can() {
    insta::assert_snapshot!("help_logs", Desk::new().run(&["logs", "--help"]).out);
    insta::assert_snapshot!("help_logs_search", Desk::new().run(&["logs", "search", "--help"]).out);
}
