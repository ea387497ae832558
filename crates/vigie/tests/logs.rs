//! `vigie logs`, as people and scripts meet it: without a server, and beside one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;

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

#[test]
fn files_of_any_format_are_imported_once_and_found() {
    let desk = desk();
    let files = ["django.log", "nginx.log.gz", "app.json", "syslog", "app.logfmt"];
    let answer = desk.run(&[&["logs", "import"], &files[..]].concat());
    done(&answer);
    for words in [
        "django.log: dated, 3 records in 6 lines, 2025-01-10 13:00 to 2025-01-10 13:06 UTC",
        "nginx.log.gz: access, 2 records in 2 lines",
        "app.json: json, 2 records",
        "syslog: syslog, 1 record in 1 line",
        "app.logfmt: logfmt, 1 record",
    ] {
        assert!(answer.out.contains(words), "{words}\n{}", answer.out);
    }
    for (query, found) in [
        ("*dépassé*", 1),
        ("level:error", 3),
        ("format:access status>=500", 1),
        ("duration_ms>5000 app:sync", 1),
        ("ValueError Traceback", 1),
        ("-format:dated", 6),
    ] {
        let answer = desk.run(&["logs", "search", "--json", "--", query]);
        let rows = done(&answer).json()["rows"].as_array().unwrap().len();
        assert_eq!(rows, found, "{query}: {}", answer.out);
    }
    // Under another name, packed, and beside one that is new.
    desk.file("django.log.1.gz", gzip(DJANGO));
    let again = desk.run(&["logs", "import", "django.log.1.gz"]);
    assert!(again.code == 2 && again.said.contains("imported already"), "{}", again.said);
    desk.file("django.log", format!("{DJANGO}2025-01-10 14:07:00,000 INFO django.server bye\n"));
    let grown = desk.run(&["logs", "import", "django.log", "app.json"]);
    assert!(done(&grown).out.contains("1 record in 1 line") && grown.out.contains("imported before"), "{}", grown.out);
    assert!(grown.said.contains("app.json: it was imported already"), "{}", grown.said);
    let by_force = desk.run(&["logs", "import", "app.json", "--again", "--source", "twice", "--json"]);
    let file = &done(&by_force).json()["files"][0];
    assert_eq!((&file["accepted"], &file["formats"]["json"]), (&2.into(), &2.into()), "{file}");
    assert_eq!(desk.run(&["logs", "search", "source:twice", "--json"]).json()["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_exported_comes_back_as_it_was() {
    let desk = desk();
    // Names that senders use for parts of a record, records of one moment, and one without a source.
    desk.file(
        "odd.json",
        r#"{"time":"2025-01-10T13:10:00.123456Z","level":"error","source":"svc","message":"one","msg":"m","timestamp":"2003-01-01T00:00:00Z","ts":1000,"severity":"debug"}
{"time":"2025-01-10T13:10:01Z","source":"svc","message":"first"}
{"time":"2025-01-10T13:10:01Z","source":"svc","message":"second","time_":7,"level":"loud"}
{"time":"2025-01-10T13:10:01Z","message":"third"}
"#,
    );
    let served = desk.serve();
    let lines = fs::read(desk.path().join("odd.json")).unwrap();
    let mut posting = desk.command(&["token", "create", "t", "--scope", "ingest"]).output().unwrap().stdout;
    posting.retain(|byte| !byte.is_ascii_whitespace());
    let address = served.1.lines().find_map(|line| line.strip_prefix("serving http://")?.split(' ').next()).unwrap();
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-H", &format!("Authorization: Bearer {}", String::from_utf8(posting).unwrap())]);
    curl.args(["--data-binary", "@-", &format!("http://{address}/api/v1/logs?exact_names=true")]);
    let mut curl = curl.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    curl.stdin.take().unwrap().write_all(&lines).unwrap();
    let answer = String::from_utf8(curl.wait_with_output().unwrap().stdout).unwrap();
    assert!(answer.contains("\"accepted\":4"), "{answer}");
    let exported = desk.run(&["logs", "export", "--", "-source:vigie"]).out;
    assert!(
        exported.starts_with(r#"{"time":"2025-01-10T13:10:00.123456Z","level":"error","source":"svc","message":"one""#)
    );
    let messages = ["one", "first", "second", "third"].map(|message| format!("\"message\":\"{message}\""));
    assert!(exported.lines().zip(messages).all(|(line, message)| line.contains(&message)), "{exported}");
    let other = Desk::new();
    other.file("export.jsonl", &exported);
    assert!(done(&other.run(&["logs", "import", "export.jsonl"])).out.contains("vigie, 4 records"));
    assert_eq!(other.run(&["logs", "export"]).out, exported);

    // Logs that begin alike are read as logs, and text between records as text.
    let like = "{\"time\":\"2025-01-10 14:00:00\",\"level\":\"INFO\",\"source\":\"auth\",\"message\":\"no zone\"}\n";
    other.file("like.json", like).file("mixed.jsonl", format!("{exported}panic: went wrong\nmain.go:1\n{exported}"));
    assert!(done(&other.run(&["logs", "import", "like.json"])).out.contains("2025-01-10 13:00"));
    let mixed = other.run(&["logs", "import", "mixed.jsonl"]);
    assert!(done(&mixed).out.contains("vigie 8"), "{}", mixed.out);
    assert!(other.run(&["logs", "search", "panic", "--text"]).out.starts_with("panic: went wrong"));
    done(&other.run(&["logs", "import", "export.jsonl", "--again", "--label", "msg=kept", "--label", "timestamp=x"]));
    let labelled = other.run(&["logs", "search", "\"msg\":kept \"timestamp\":x", "--text", "--oldest-first"]);
    assert_eq!(done(&labelled).out, "one\nfirst\nsecond\nthird\n");
}

#[test]
fn a_file_of_which_nothing_was_kept_is_not_imported() {
    let desk = desk();
    desk.file("vigie.toml", "[log-store]\nkeep-days = 30\n");
    let old = desk.run(&["logs", "import", "app.json"]);
    assert_eq!((old.code, old.out.matches("older than the 30 days").count()), (1, 1), "{}", old.out);
    desk.file("vigie.toml", "");
    assert!(done(&desk.run(&["logs", "import", "app.json"])).out.contains("2 records"));
}

#[test]
fn records_get_the_labels_that_are_given() {
    let desk = desk();
    let labels = ["--label", "app=shop", "--label", "env=prod"];
    done(&desk.run(&[&["logs", "import", "nginx.log.gz", "app.json"], &labels[..]].concat()));
    for (query, found) in [("app:shop env:prod", 4), ("app:sync", 0), ("status>=500 app:shop", 1)] {
        let answer = desk.run(&["logs", "search", query, "--json"]);
        assert_eq!(rows(&done(&answer).json()).len(), found, "{query}: {}", answer.out);
    }
    for (label, told) in [("app", "app=shop"), ("level=x", "every record has already"), ("a b=c", "no name of a field")]
    {
        let answer = desk.run(&["logs", "import", "syslog", "--label", label]);
        assert!(answer.code == 2 && answer.said.contains(told), "{label}: {}", answer.said);
    }
}

#[test]
fn text_of_no_known_format_is_found_by_its_having_none() {
    let desk = desk();
    desk.file("words.txt", "just words\nmore words here\n");
    let imported = desk.run(&["logs", "import", "words.txt", "app.json"]);
    assert!(done(&imported).out.contains("words.txt: plain, 2 records"), "{}", imported.out);
    for place in [&[][..], &["--file", "words.txt", "--file", "app.json"]] {
        let answer = desk.run(&[&["logs", "search", "--text"], place, &["--", "-format:*"]].concat());
        let mut lines: Vec<&str> = done(&answer).out.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["just words", "more words here"], "{place:?}");
    }
}

/// So many records, of which some have several lines, and a time that is not their own.
fn many(records: u32) -> String {
    let record = |number: u32| {
        let time =
            format!("2025-01-10 {:02}:{:02}:{:02},000", 10 + number / 36_000, number / 600 % 60, number / 10 % 60);
        match number % 5 {
            0 => format!(
                "{time} ERROR app number={number} failed\nTraceback (most recent call last):\n  File \"a.py\", line {number}, in f\nValueError: {number}\n"
            ),
            _ => format!(
                "{time} INFO app number={number} some words that make it as long as lines usually are, and a little longer\n"
            ),
        }
    };
    (0..records).map(record).collect()
}

#[test]
fn an_import_that_is_killed_goes_on_where_it_was() {
    const RECORDS: u32 = 60_000;
    let text = many(RECORDS);
    for packed in [false, true] {
        let desk = Desk::new();
        let served = desk.serve();
        desk.file(
            "long.log",
            if packed { zstd::encode_all(text.as_bytes(), 1).unwrap() } else { text.clone().into_bytes() },
        );
        let count = |desk: &Desk| {
            let found = desk.run(&["logs", "search", "source:long | stats count() as n", "--json"]).json();
            found["table"][0][0].as_u64().unwrap_or(0)
        };
        let import = || desk.command(&["logs", "import", "long.log", "--source", "long"]);
        let mut kept = 0;
        // Each time a little later, wherever it is then.
        for _ in 0..3 {
            let mut child = import().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let before = kept;
            while child.try_wait().unwrap().is_none() && kept == before {
                kept = count(&desk);
            }
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert!(count(&desk) > 0);
        // Without a server it is the importer that owns the directory.
        drop(served);
        let mut child = import().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::yield_now();
        child.kill().unwrap();
        child.wait().unwrap();
        let rest = Answer::of(import().output().unwrap());
        let is_whole = rest.said.contains("imported already");
        assert!(is_whole || done(&rest).out.contains("were imported before"), "{}{}", rest.out, rest.said);
        assert_eq!(count(&desk), u64::from(RECORDS), "each once");
        let errors =
            desk.run(&["logs", "search", "source:long ValueError Traceback | stats count() as n", "--json"]).json();
        assert_eq!(errors["table"][0][0], RECORDS / 5, "none of them divided");
        let again = Answer::of(import().output().unwrap());
        assert!(again.code == 2 && again.said.contains("imported already"), "{}", again.said);
        assert_eq!(fs::read_dir(desk.path().join("vigie-data/telemetry/importing")).unwrap().count(), 0);
    }
}

#[test]
fn the_end_of_a_file_that_broke_off_is_had_once_it_is_whole() {
    let desk = Desk::new();
    let line = |number| format!("time=2025-01-10T14:00:00Z level=info msg=\"done with one more\" number={number}\n");
    let packed = gzip((0..5_000).map(line).collect::<String>());
    // First less than is read to tell files apart. And what comes of a half line does not come once for each attempt.
    for part in [packed.len() / 8, packed.len() / 2, packed.len() / 2] {
        desk.file("app.log.gz", &packed[..part]);
        let torn = desk.run(&["logs", "import", "app.log.gz", "--source", "torn"]);
        assert!(torn.code == 1 && torn.out.contains("it breaks off there"), "{}{}", torn.out, torn.said);
    }
    desk.file("app.log.gz", &packed);
    let rest = desk.run(&["logs", "import", "app.log.gz", "--source", "torn"]);
    assert!(done(&rest).out.contains("were imported before"), "{}", rest.out);
    let numbers = desk.run(&["logs", "search", "source:torn | fields number | limit 10000", "--json"]).json();
    let mut numbers: Vec<u64> = numbers["table"].as_array().unwrap().iter().filter_map(|row| row[0].as_u64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..5_000).collect::<Vec<_>>());
    let again = desk.run(&["logs", "import", "app.log.gz"]);
    assert!(again.code == 2 && again.said.contains("imported already"), "{}", again.said);
}

#[test]
fn a_line_that_had_no_end_is_taken_once_more_when_it_has() {
    let desk = Desk::new();
    let messages = || {
        let found = desk.run(&["logs", "search", "--oldest-first", "--text"]);
        done(&found).out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let first = "2025-01-10 14:00:00 INFO long enough to be told from others, as the first line of a file should be\n";
    let first = first.repeat(20);
    desk.file("app.log", format!("{first}2025-01-10 14:00:01 INFO beg"));
    done(&desk.run(&["logs", "import", "app.log"]));
    assert_eq!(messages().last().unwrap(), "2025-01-10 14:00:01 INFO beg");
    let again = desk.run(&["logs", "import", "app.log"]);
    assert!(again.code == 2 && again.said.contains("imported already"), "{}", again.said);
    desk.file("app.log", format!("{first}2025-01-10 14:00:01 INFO begun\n2025-01-10 14:00:02 INFO next\n"));
    let rest = desk.run(&["logs", "import", "app.log"]);
    assert!(done(&rest).out.contains("2 records"), "{}", rest.out);
    let last = messages().split_off(20);
    let expected = ["2025-01-10 14:00:01 INFO beg", "2025-01-10 14:00:01 INFO begun", "2025-01-10 14:00:02 INFO next"];
    assert_eq!(last, expected);
    let again = desk.run(&["logs", "import", "app.log"]);
    assert!(again.code == 2, "{}", again.said);
}

#[test]
fn lines_of_many_megabytes_and_names_of_any_bytes_are_taken() {
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::new();
    let odd = std::ffi::OsStr::from_bytes(b"journ\xe9e.log");
    // Of bytes that take six each in JSON.
    let long = format!("{}{}", "x".repeat(10_000), "\x01".repeat(13 << 20));
    fs::write(desk.path().join("long.log"), format!("2025-01-10 14:00:00 INFO before\n{long}\nthe end\n")).unwrap();
    fs::write(desk.path().join(odd), "2025-01-10 14:00:00 INFO of a name\n").unwrap();
    let answer = Answer::of(desk.command(&["logs", "import", "long.log"]).arg(odd).output().unwrap());
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.said);
    let kept = String::from_utf8(kept_as_text(&desk, "before OR end OR \"of a name\"")).unwrap();
    assert!(kept.contains("before") && kept.contains("the end") && kept.contains("of a name"), "{kept}");
    let bytes: usize = kept_as_text(&desk, "source:*long*").len();
    assert!(bytes > 13 << 20, "{bytes}");
    let again = Answer::of(desk.command(&["logs", "import", "long.log"]).arg(odd).output().unwrap());
    assert_eq!(again.code, 2, "{}", again.said);
}

#[test]
fn taking_a_file_again_goes_on_where_that_was_killed() {
    const RECORDS: u64 = 60_000;
    let desk = Desk::new();
    let served = desk.serve();
    desk.file("long.log", many(RECORDS as u32));
    let count = |source: &str| {
        let query = format!("source:{source} | stats count() as n");
        desk.run(&["logs", "search", &query, "--json"]).json()["table"][0][0].as_u64().unwrap_or(0)
    };
    done(&desk.run(&["logs", "import", "long.log", "--source", "once"]));
    let again = || desk.command(&["logs", "import", "long.log", "--again", "--source", "again"]);
    let mut child = again().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while child.try_wait().unwrap().is_none() && count("again") == 0 {}
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = count("again");
    // What was not asked for again is known as ever.
    let plain = desk.run(&["logs", "import", "long.log"]);
    assert!(plain.code == 2 && plain.said.contains("imported already"), "{}", plain.said);
    let rest = Answer::of(again().output().unwrap());
    assert!(kept == RECORDS || done(&rest).out.contains("were imported before"), "{kept}: {}", rest.out);
    assert_eq!((count("once"), count("again")), (RECORDS, RECORDS), "each once");
    drop(served);
    assert_eq!(fs::read_dir(desk.path().join("vigie-data/telemetry/importing")).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_imported_is_said_and_the_rest_is_taken() {
    let desk = desk();
    desk.file("program", [0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0, 1, 0]);
    desk.file("empty.log", "").file("torn.gz", &gzip(NGINX.repeat(2000))[..900]);
    desk.file("secret.log", "2025-01-10 14:00:00 INFO login password=hunter2secret\n");
    let answer = desk.run(&["logs", "import", "program", "gone.log", ".", "empty.log", "torn.gz", "secret.log"]);
    assert_eq!(answer.code, 1, "{}", answer.said);
    for words in ["program: it is no text", "gone.log: no such file: look at its path", ".: it is a folder"] {
        assert!(answer.said.contains(words), "{words}\n{}", answer.said);
    }
    for words in ["empty.log: nothing in it", "it breaks off there", "1 secret masked"] {
        assert!(answer.out.contains(words), "{words}\n{}", answer.out);
    }
    let kept = desk.run(&["logs", "search", "login"]);
    assert!(done(&kept).out.contains("password=") && !kept.out.contains("hunter2"), "{}", kept.out);
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
fn text_of_any_bytes_is_kept_to_the_byte() {
    let desk = Desk::new();
    desk.file("latin.log", LATIN).file("latin.log.gz", gzip(LATIN));
    desk.file("latin.log.zst", zstd::encode_all(LATIN, 1).unwrap());
    for name in ["latin.log", "latin.log.gz", "latin.log.zst"] {
        let answer = desk.run(&["logs", "import", name, "--again", "--source", name]);
        assert!(done(&answer).out.contains("dated, 3 records in 6 lines"), "{}", answer.out);
        let kept = kept_as_text(&desk, &format!("source:{name}"));
        assert_eq!(kept.escape_ascii().to_string(), format!("{}\\n", LATIN.escape_ascii()), "{name}");
    }
    let mut pipe = desk.command(&["logs", "pipe", "--source", "piped", "--tee"]);
    let answer = pipe.stdin(File::open(desk.path().join("latin.log")).unwrap()).output().unwrap();
    assert!(answer.status.success());
    assert_eq!(answer.stdout, LATIN);
    assert_eq!(kept_as_text(&desk, "source:piped").escape_ascii().to_string(), format!("{}\\n", LATIN.escape_ascii()));
    // A line that is too long for one record is kept in parts, control characters and all.
    let long = [&b"\x01\xFF\"\\\"\"\"\"\"\"\"\"\xE9\"\"".repeat(60_000)[..], b"\n"].concat();
    desk.file("long.log", [b"begin\n", &long[..], b"end\n"].concat());
    let answer = desk.run(&["logs", "import", "long.log", "--source", "long"]);
    assert!(!done(&answer).out.contains("not taken"), "{}", answer.out);
    let kept = kept_as_text(&desk, "source:long");
    let joined: Vec<u8> = kept.into_iter().filter(|byte| *byte != b'\n').collect();
    assert_eq!(joined.len(), "beginend".len() + long.len() - 1);
}

#[test]
fn a_file_without_years_that_is_older_than_one_keeps_its_order() {
    let desk = Desk::new();
    let months = ["Mar", "Sep", "Jan", "Jul", "Dec", "Feb", "May"];
    let text: String = months.iter().map(|month| format!("{month} 10 12:00:00 web1 cron[7]: in {month}\n")).collect();
    desk.file("cron.log", &text);
    let modified = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_749_556_800);
    let touch = |name: &str| File::options().write(true).open(desk.path().join(name)).unwrap().set_modified(modified);
    touch("cron.log").unwrap();
    let answer = desk.run(&["logs", "import", "cron.log", "--source", "cron"]);
    assert!(done(&answer).out.contains("2023-03-10 11:00 to 2025-05-10 10:00 UTC"), "{}", answer.out);
    let found = desk.run(&["logs", "search", "source:cron", "--oldest-first", "--json"]).json();
    let months: Vec<_> = rows(&found).iter().map(|row| row["time"].as_str().unwrap()[..7].to_owned()).collect();
    assert_eq!(months, ["2023-03", "2023-09", "2024-01", "2024-07", "2024-12", "2025-02", "2025-05"]);
    // Only what has come since, packed.
    desk.file("cron.log.gz", gzip([text.repeat(20).as_bytes(), b"Jun  9 12:00:00 web1 cron[7]: late\n"].concat()));
    desk.file("cron.log.1.gz", gzip(text.repeat(20).as_bytes()));
    touch("cron.log.gz").unwrap();
    touch("cron.log.1.gz").unwrap();
    let first = desk.run(&["logs", "import", "cron.log.1.gz"]);
    assert!(done(&first).out.contains("1966-03-10 11:00 to 2025-05-10 10:00 UTC"), "{}", first.out);
    let rest = desk.run(&["logs", "import", "cron.log.gz"]);
    assert!(done(&rest).out.contains("1 record in 1 line, 2025-06-09 10:00 to 2025-06-09 10:00 UTC"), "{}", rest.out);
}

#[test]
fn answers_are_shown_as_lines_tables_and_bars() {
    let desk = desk();
    done(&desk.run(&["logs", "import", "django.log", "app.json"]));
    let rows = desk.run(&["logs", "search", "level>=warning", "--oldest-first"]);
    let lines: Vec<_> = done(&rows).out.lines().collect();
    assert!(lines[0].starts_with("2025-01-10 14:05:00.250 ERROR") && lines[0].contains("django.log"), "{}", rows.out);
    assert!(lines[1].starts_with("    Traceback"), "{}", rows.out);
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
        &["logs", "histogram", "staus:502"],
        &["logs", "export", "staus:502", "--format", "csv"],
        &["logs", "export", "staus:502", "-o", "none.jsonl"],
    ] {
        let answer = desk.run(line);
        assert!(done(&answer).said.contains("did you mean `status:502`?"), "{line:?}: {}", answer.said);
    }
    done(&desk.run(&["logs", "import", "app.json"]));
    for line in [&["logs", "search", "*syn*"][..], &["logs", "delete", "*syn*", "--dry-run"]] {
        assert!(done(&desk.run(line)).said.contains("did you mean `*:*syn*`?"), "{line:?}");
    }
    let source = desk.run(&["logs", "delete", "source:app.json", "--dry-run"]);
    assert!(done(&source).said.contains("did you mean `source:*app.json*`?"), "{}", source.said);
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
fn exports_are_whole_and_come_back() {
    let desk = desk();
    done(&desk.run(&["logs", "import", "django.log", "app.json", "syslog"]));
    let written = desk.run(&["logs", "export", "level:error", "-o", "errors.jsonl"]);
    assert!(done(&written).said.contains("errors.jsonl: ") && written.out.is_empty(), "{}", written.said);
    let lines = fs::read_to_string(desk.path().join("errors.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 2);
    assert_eq!(done(&desk.run(&["logs", "export", "level:error"])).out, lines);
    let other = Desk::new();
    other.file("errors.jsonl", &lines);
    done(&other.run(&["logs", "import", "errors.jsonl"]));
    let found = other.run(&["logs", "search", "dépassé level:error", "--json"]);
    assert_eq!(done(&found).json()["rows"].as_array().unwrap().len(), 1, "{}", found.out);
    assert_eq!(done(&other.run(&["logs", "export"])).out, lines, "sources and formats as they were");
    done(&other.run(&["logs", "import", "errors.jsonl", "--again", "--source", "copy", "--label", "app=shop"]));
    assert_eq!(other.run(&["logs", "search", "source:copy app:shop", "--text"]).out.matches("Internal").count(), 1);
    let table = desk.run(&["logs", "export", "* | stats count()"]);
    assert!(table.code == 2 && table.said.contains("--csv"), "{}", table.said);
    let nowhere = desk.run(&["logs", "export", "-o", "gone/errors.jsonl"]);
    assert!(nowhere.code == 1 && nowhere.said.contains("gone"), "{}", nowhere.said);
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
    assert!(done(&none).said.contains("no line matches"), "{}", none.said);
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
    let segments = fs::read_dir(desk.path().join("vigie-data/telemetry/logs/segments")).unwrap();
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
fn a_pipe_passes_on_what_it_keeps() {
    let desk = Desk::new();
    desk.file("in", format!("{DJANGO}no end"));
    let mut command = desk.command(&["logs", "pipe", "--source", "sync", "--tee"]);
    let answer = command.stdin(File::open(desk.path().join("in")).unwrap()).output().unwrap();
    let answer = Answer::of(answer);
    assert_eq!(done(&answer).out, format!("{DJANGO}no end"));
    let found = desk.run(&["logs", "search", "source:sync level:error", "--json"]).json();
    assert!(found["rows"][0]["message"].as_str().unwrap().ends_with("Délai dépassé"), "{found}");
}

#[test]
fn a_pipe_outlives_its_server_and_loses_nothing() {
    let desk = Desk::new();
    let served = desk.serve();
    let mut pipe = desk.command(&["logs", "pipe", "--source", "long"]);
    let mut pipe = pipe.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut into = pipe.stdin.take().unwrap();
    let mut said = BufReader::new(pipe.stderr.take().unwrap());
    let mut write = |numbers: std::ops::Range<u32>| {
        let lines: String = numbers.map(|number| format!("2025-01-10 14:00:00 INFO line {number}\n")).collect();
        into.write_all(lines.as_bytes()).unwrap();
    };
    write(0..500);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while desk.run(&["logs", "search", "source:long | stats count() as n", "--json"]).json()["table"][0][0] != 500 {
        assert!(std::time::Instant::now() < deadline, "the first lines do not arrive");
    }
    drop(served);
    write(500..1_000);
    // Nobody serves any more: it becomes the owner itself.
    write(1_000..1_500);
    drop(into);
    assert!(pipe.wait().unwrap().success());
    let mut heard = String::new();
    said.read_to_string(&mut heard).unwrap();
    assert!(heard.matches("it is tried again").count() <= 1, "{heard}");
    let found = desk.run(&["logs", "search", "source:long", "--text", "--limit", "10000"]);
    let mut lines: Vec<&str> = done(&found).out.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 1_500, "{heard}");
}

#[test]
fn a_pipe_lets_go_of_the_directory_when_a_server_starts() {
    let desk = Desk::new();
    let pipe = |source: &str| {
        let mut pipe = desk.command(&["logs", "pipe", "--source", source]);
        pipe.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let write = |into: &mut dyn std::io::Write, numbers: std::ops::Range<u32>| {
        let lines: String = numbers.map(|number| format!("2025-01-10 14:00:00 INFO line {number}\n")).collect();
        into.write_all(lines.as_bytes()).unwrap();
    };
    let kept = |source: &str, expected: u64| {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        let query = format!("source:{source} | stats count() as n");
        loop {
            let answer = desk.run(&["logs", "search", &query, "--json"]);
            if answer.code == 0 && answer.json()["table"][0][0] == expected {
                break;
            }
            assert!(std::time::Instant::now() < deadline, "{expected} of {source} do not arrive: {}", answer.said);
        }
    };
    let mut owner = pipe("owner");
    write(owner.stdin.as_mut().unwrap(), 0..500);
    kept("owner", 500);
    // Another one, which goes through the first.
    let mut guest = pipe("guest");
    write(guest.stdin.as_mut().unwrap(), 0..500);
    kept("guest", 500);

    let served = desk.serve();
    let waited = format!("held by process {} (`vigie logs pipe`); waiting until it lets go", owner.id());
    assert!(served.1.contains(&waited), "{}", served.1);
    let other = desk.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(other.code == 2 && other.said.contains("(`vigie serve`)"), "{}", other.said);
    for (mut pipe, source) in [(owner, "owner"), (guest, "guest")] {
        let mut into = pipe.stdin.take().unwrap();
        write(&mut into, 500..1_000);
        kept(source, 1_000);
        drop(into);
        let ended = pipe.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
}

#[test]
fn the_doctor_says_that_the_store_of_a_server_takes_nothing() {
    let desk = Desk::new();
    let served = desk.serve();
    let fine = desk.run(&["doctor"]);
    assert!(fine.code == 0 && !fine.out.contains("running"), "{}", fine.out);
    drop(served);
    let wal = desk.path().join("vigie-data/telemetry/logs/wal");
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
