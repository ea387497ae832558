//! Files into the store, and out of it again.

use super::*;

/// Imports that are not over, as the store knows them; nobody else may have it open.
fn open_imports(desk: &Desk) -> usize {
    let data = desk.path().join("vigie-data");
    let logs = logs::Logs::new(&data, logs::Config::default(), model::Clock::System, jiff::tz::TimeZone::UTC).unwrap();
    logs.imports().unwrap().len()
}

#[test]
fn files_of_any_format_are_imported_once_and_found() {
    let desk = desk();
    let files = ["django.log", "nginx.log.gz", "app.json", "syslog", "app.logfmt"];
    let answer = desk.run(&[&["logs", "import"], &files[..]].concat());
    done(&answer);
    for words in [
        "django.log: dated, 3 records in 6 lines, 2025-01-10 14:00 to 2025-01-10 14:06 Europe/Paris",
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
fn lines_without_a_zone_are_read_in_the_one_that_is_named() {
    let desk = desk();
    desk.file("local.log", "2025-01-10 14:07:00,000 INFO django.server bye\n");
    desk.file("zoned.log", "2025-01-10T14:07:00Z INFO bye\n");
    let answer = desk.run(&["logs", "import", "local.log", "zoned.log", "--tz", "America/New_York"]);
    let (local, zoned) = done(&answer).out.split_once('\n').unwrap();
    assert!(local.contains("2025-01-10 14:07 to 2025-01-10 14:07 America/New_York"), "{local}");
    assert!(local.contains("; lines without a time zone were read in America/New_York"), "{local}");
    assert!(!zoned.contains("without a time zone"), "{zoned}");
    let again =
        desk.run(&["logs", "import", "local.log", "--again", "--yes", "--tz", "America/New_York", "--lang", "fr"]);
    assert!(done(&again).out.contains("sans fuseau horaire ont été lues selon America/New_York"), "{}", again.out);
    let unknown = desk.run(&["logs", "import", "local.log", "--tz", "Nowhere"]);
    assert!(unknown.code == 2 && unknown.said.contains("as in Europe/Paris"), "{}", unknown.said);
}

#[test]
fn a_file_of_nearly_nothing_but_blank_lines_is_read_to_its_end() {
    let desk = desk();
    let line = |second: u32| format!("2025-01-10 14:07:0{second},000 INFO django.server line {second}\n");
    // More than one piece has room for.
    let blank = "\n".repeat(600_000);
    desk.file("blank.log", format!("{}{blank}{}{blank}", line(1), line(2)));
    let answer = desk.run(&["logs", "import", "blank.log"]);
    assert!(done(&answer).out.contains("dated 2"), "{}", answer.out);
    assert_eq!(desk.run(&["logs", "search", "format:dated", "--json"]).json()["rows"].as_array().unwrap().len(), 2);
    let again = desk.run(&["logs", "import", "blank.log"]);
    assert!(again.said.contains("imported already"), "{}", again.said);
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
    assert!(done(&other.run(&["logs", "import", "like.json"])).out.contains("2025-01-10 14:00"));
    let mixed = other.run(&["logs", "import", "mixed.jsonl"]);
    assert!(done(&mixed).out.contains("vigie 8"), "{}", mixed.out);
    assert!(other.run(&["logs", "search", "panic", "--text"]).out.starts_with("panic: went wrong"));
    let twice = other.run(&["logs", "import", "export.jsonl", "--again"]);
    assert!(twice.code == 1 && twice.said.contains("would store them twice"), "{}", twice.said);
    let labels = ["--label", "msg=kept", "--label", "timestamp=x"];
    done(&other.run(&[&["logs", "import", "export.jsonl", "--again", "--yes"][..], &labels].concat()));
    let labelled = other.run(&["logs", "search", "\"msg\":kept \"timestamp\":x", "--text", "--oldest-first"]);
    assert_eq!(done(&labelled).out, "one\nfirst\nsecond\nthird\n");
}

#[test]
fn a_file_of_which_nothing_was_kept_is_not_imported() {
    let desk = desk();
    desk.file("vigie.toml", "[log-store]\nkeep-days = 30\n");
    let old = desk.run(&["logs", "import", "app.json"]);
    assert_eq!((old.code, old.out.matches("older than what is kept").count()), (1, 1), "{}", old.out);
    desk.file("vigie.toml", "");
    assert!(done(&desk.run(&["logs", "import", "app.json"])).out.contains("2 records"));
}

#[test]
fn an_import_of_which_not_all_is_kept_has_failed() {
    let desk = Desk::new();
    let now = model::Clock::System.now();
    desk.file("vigie.toml", "[log-store]\nkeep-days = 30\nkeep-megabytes = 1\n");
    desk.file("old.log", format!("2021-01-10T14:00:00Z INFO too old to keep\n{now} INFO new enough to keep\n"));
    let old = desk.run(&["logs", "import", "old.log"]);
    assert_eq!(old.code, 1, "{}", old.out);
    let told =
        "1 not taken: older than what is kept: raise `keep-days` of [log-store]: once that is changed, --again imports";
    assert!(old.out.contains(told), "{}", old.out);
    // What cannot be packed, of an hour before.
    let noise = model::Rng::seeded(7);
    let hour = now - std::time::Duration::from_secs(3_600);
    let word = || format!("{:032x}", u128::from_le_bytes(noise.bytes()));
    let lines: String =
        (0..20_000).map(|_| format!("{hour} INFO {}{}{}{}\n", word(), word(), word(), word())).collect();
    desk.file("long.log", lines);
    let long = desk.run(&["logs", "import", "long.log", "--json"]);
    let removed = long.json()["files"][0]["removed"].as_u64().unwrap();
    let count = desk.run(&["logs", "search", "source:*long.log | stats count() as n", "--json"]);
    let stored = count.json()["table"][0][0].as_u64().unwrap_or(0);
    assert_eq!((long.code, removed + stored), (1, 20_000), "{}", long.said);
    assert!(removed > 0, "{removed}");
    let known = desk.run(&["logs", "import", "long.log"]);
    assert!(known.code == 2 && known.said.contains("no longer stored"), "{}", known.said);
    let again = desk.run(&["logs", "import", "long.log", "--again", "--yes"]);
    assert!(again.code == 1 && again.said.contains("the log store holds 1 MB and drops the oldest"), "{}", again.said);
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
        assert_eq!(open_imports(&desk), 0);
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
fn nothing_is_taken_of_an_archive_that_is_damaged_within() {
    let desk = Desk::new();
    let line = |number| format!("2025-01-10 14:00:00 INFO line {number} {}\n", number * 7919 % 10_007);
    let packed = gzip((0..3_000).map(line).collect::<String>());
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 2].copy_from_slice(&[0x5A, 0xA5]);
    desk.file("app.log.gz", &damaged);
    let refused = desk.run(&["logs", "import", "app.log.gz", "--source", "z"]);
    let told = format!("{}{}", refused.out, refused.said);
    assert!(refused.code == 1 && told.contains("damaged compressed file"), "{told}");
    desk.file("app.log.gz", &packed);
    done(&desk.run(&["logs", "import", "app.log.gz", "--source", "z"]));
    let count = desk.run(&["logs", "search", "source:z | stats count() as n", "--json"]).json();
    assert_eq!(count["table"][0][0], 3_000);
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
    assert!(rest.out.contains("the incomplete record at its end was replaced"), "{}", rest.out);
    let last = messages().split_off(20);
    assert_eq!(last, ["2025-01-10 14:00:01 INFO begun", "2025-01-10 14:00:02 INFO next"]);
    let again = desk.run(&["logs", "import", "app.log"]);
    assert!(again.code == 2 && !again.said.contains("no longer stored"), "{}", again.said);
    // Of two that are alike, the one at the end is meant.
    let same = "2025-01-10 14:00:01 INFO same";
    desk.file("two.log", format!("{first}{same}\n{same}"));
    done(&desk.run(&["logs", "import", "two.log"]));
    desk.file("two.log", format!("{first}{same}\n{same} or not\n"));
    done(&desk.run(&["logs", "import", "two.log"]));
    let found = desk.run(&["logs", "search", "source:*two.log \"info same\"", "--text", "--oldest-first"]);
    assert_eq!(done(&found).out, format!("{same}\n{same} or not\n"));
}

#[test]
fn an_object_of_nearly_the_longest_line_is_kept_in_parts() {
    let desk = Desk::new();
    let quotes = "x\\\"".repeat(1_300_000);
    let line = format!("{{\"a\":\"{quotes}\",\"told\":\"the end\"}}\n");
    assert!(line.len() < 4 << 20);
    desk.file("long.json", format!("{{\"time\":\"2025-01-10T14:00:00Z\",\"msg\":\"before\"}}\n{line}"));
    let answer = desk.run(&["logs", "import", "long.json"]);
    assert!(done(&answer).out.contains("2 records") && !answer.out.contains("not taken"), "{}", answer.out);
    assert!(kept_as_text(&desk, "*").len() > line.len());
    assert!(done(&desk.run(&["logs", "search", "\"the end\"", "--text"])).out.contains("the end"));
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
    assert_eq!(open_imports(&desk), 0);
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

/// The same lines.
fn decoded() -> String {
    "2025-01-10 14:00:00,123 ERROR app délai dépassé\t ÿþ\n\
     Traceback (most recent call last):\n  File \"a.py\", line 3, in f\nValueError: été é \"quoted\" \\x\n\
     2025-01-10 14:01:00,000 INFO app 😀 done\u{1}\r\n\
     2025-01-10 14:02:00,000 INFO app no end €"
        .to_owned()
}

#[test]
fn text_is_kept_to_the_byte_and_what_is_no_utf_8_of_a_file_as_windows_1252() {
    let desk = Desk::new();
    desk.file("latin.log", LATIN).file("latin.log.gz", gzip(LATIN));
    desk.file("latin.log.zst", zstd::encode_all(LATIN, 1).unwrap());
    for name in ["latin.log", "latin.log.gz", "latin.log.zst"] {
        let answer = desk.run(&["logs", "import", name, "--again", "--source", name]);
        assert!(done(&answer).out.contains("dated, 3 records in 6 lines"), "{}", answer.out);
        let kept = kept_as_text(&desk, &format!("source:{name}"));
        assert_eq!(String::from_utf8(kept).unwrap(), format!("{}\n", decoded()), "{name}");
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
    assert!(done(&answer).out.contains("2023-03-10 12:00 to 2025-05-10 12:00 Europe/Paris"), "{}", answer.out);
    let found = desk.run(&["logs", "search", "source:cron", "--oldest-first", "--json"]).json();
    let months: Vec<_> = rows(&found).iter().map(|row| row["time"].as_str().unwrap()[..7].to_owned()).collect();
    assert_eq!(months, ["2023-03", "2023-09", "2024-01", "2024-07", "2024-12", "2025-02", "2025-05"]);
    // Only what has come since, packed.
    desk.file("cron.log.gz", gzip([text.repeat(20).as_bytes(), b"Jun  9 12:00:00 web1 cron[7]: late\n"].concat()));
    desk.file("cron.log.1.gz", gzip(text.repeat(20).as_bytes()));
    touch("cron.log.gz").unwrap();
    touch("cron.log.1.gz").unwrap();
    let first = desk.run(&["logs", "import", "cron.log.1.gz"]);
    assert!(done(&first).out.contains("1966-03-10 12:00 to 2025-05-10 12:00 Europe/Paris"), "{}", first.out);
    let rest = desk.run(&["logs", "import", "cron.log.gz"]);
    assert!(
        done(&rest).out.contains("1 record in 1 line, 2025-06-09 12:00 to 2025-06-09 12:00 Europe/Paris"),
        "{}",
        rest.out
    );
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
