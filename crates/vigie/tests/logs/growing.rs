//! Files that are imported while they grow: the same records as if they were imported at once, wherever they were cut.

use super::*;
use std::collections::BTreeMap;

/// Logs of different shapes, by what they are; `file` tells each from others of the same.
fn texts(file: usize) -> [(&'static str, String); 9] {
    let repeated = |line: &dyn Fn(usize) -> String| (0..30).map(line).collect::<String>();
    [
        ("plain", repeated(&|n| format!("2025-01-10 14:00:{n:02} INFO order {n} of été {file} is done\n"))),
        (
            "traced",
            repeated(&|n| match n % 2 {
                0 => format!("2025-01-10 14:01:{n:02},000 INFO app: goes on {file}\n"),
                _ => format!(
                    "2025-01-10 14:01:{n:02},000 ERROR app: it failed {file}\nTraceback (most recent call last):\n  File \
                     \"a.py\", line {n}, in f\n    g()\nValueError: bad {n}\n"
                ),
            }),
        ),
        (
            "syslog",
            repeated(&|n| {
                let program = ["cron", "sshd", "shop"][n % 3];
                format!("Jan 10 14:02:{n:02} host{file} {program}[{}]: line {n} said\n", n % 3 + 7)
            }),
        ),
        (
            "objects",
            repeated(&|n| {
                format!(
                    "{{\"time\":\"2025-01-10T14:03:{n:02}Z\",\"level\":\"warn\",\"msg\":\"object {n} of {file}\"}}\n"
                )
            }),
        ),
        (
            "exported",
            repeated(&|n| {
                let time = format!("2025-01-10T14:04:{n:02}.000000Z");
                format!("{{\"time\":\"{time}\",\"source\":\"exported.{file}\",\"message\":\"record {n}\"}}\n")
            }),
        ),
        (
            "rows",
            "Date;Heure;Niveau;Message\n".to_owned()
                + &repeated(&|n| format!("10/01/2025;14:05:{n:02};INFO;ligne {n} de {file}\n")),
        ),
        ("secrets", repeated(&|n| format!("2025-01-10 14:06:{n:02} INFO {file} password=hunter{n}secret {n}\n"))),
        ("windows", repeated(&|n| format!("2025-01-10 14:07:{n:02} INFO line {n} of {file}\r\n"))),
        ("same", repeated(&|_| format!("2025-01-10 14:08:00 INFO the same again {file}\n"))),
    ]
}

/// Level and message of the records of each source, in their order; those that kept a source of their own count as of `exported`.
fn records(desk: &Desk) -> BTreeMap<String, Vec<String>> {
    let mut records: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in done(&desk.run(&["logs", "export"])).out.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let source = record["source"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        records.entry(source).or_default().push(format!("{} {}", record["level"], record["message"]));
    }
    records.values_mut().for_each(|records| records.sort_unstable());
    records
}

#[test]
fn a_file_that_grows_is_as_if_it_were_imported_at_once() {
    const FILES: usize = 6;
    let dice = model::Rng::seeded(20);
    let (whole, desk) = (Desk::new(), Desk::new());
    let mut files = Vec::new();
    for number in 0..FILES {
        for (name, text) in texts(number) {
            let mut cuts = [(); 3].map(|()| 1 + dice.below(text.len() as u64 - 1) as usize);
            cuts.sort_unstable();
            files.push((format!("{name}.{number}"), text.into_bytes(), cuts));
        }
    }
    let mut command = vec!["logs", "import"];
    command.extend(files.iter().map(|(file, ..)| file.as_str()));
    for step in 0..4 {
        for (file, text, cuts) in &files {
            desk.file(file, &text[..cuts.get(step).copied().unwrap_or(text.len())]);
        }
        let answer = desk.run(&command);
        assert!(answer.code != 1, "{}{}", answer.out, answer.said);
    }
    for (file, text, _) in &files {
        whole.file(file, text);
    }
    done(&whole.run(&command));
    let (expected, found) = (records(&whole), records(&desk));
    for (file, _, cuts) in &files {
        assert_eq!(found.get(file), expected.get(file), "{file}, cut at {cuts:?}");
    }
    assert_eq!(found.len(), expected.len());
    // Nothing is missing of any.
    command.push("--json");
    for file in desk.run(&command).json()["files"].as_array().unwrap() {
        assert_eq!(file["missing"], 0, "{file}");
    }
}

#[test]
fn what_grows_under_a_source_of_others_takes_nothing_of_theirs() {
    let desk = Desk::new();
    let head: String = (0..50).map(|n| format!("2025-01-10 14:00:{n:02} INFO app: line {n}\n")).collect();
    let failed = format!(
        "{head}2025-01-10 14:01:00 ERROR app: failed\nTraceback (most recent call last):\n  File \"a.py\", line 3, in f\n    g()\nValueError: bad"
    );
    desk.file("a.log", &failed).file("b.log", "ValueError: bad\n2025-01-10 14:00:30 INFO worker: started\n");
    done(&desk.run(&["logs", "import", "a.log", "b.log", "--source", "app"]));
    desk.file("a.log", format!("{failed} input\n2025-01-10 14:02:00 INFO app: next\n"));
    let grown = desk.run(&["logs", "import", "a.log", "--source", "app"]);
    assert!(done(&grown).out.contains("the incomplete record at its end was replaced"), "{}", grown.out);
    let errors = desk.run(&["logs", "search", "ValueError", "--text", "--oldest-first"]);
    assert!(done(&errors).out.contains("ValueError: bad input\n"), "{}", errors.out);
    assert_eq!(errors.out.matches("ValueError: bad").count(), 2, "one of each file: {}", errors.out);
    // Renamed by rotation while it was half written.
    desk.file("r.log", format!("{head}2025-01-10 14:03:00 INFO app: hal"));
    done(&desk.run(&["logs", "import", "r.log"]));
    desk.file("r.log.1", format!("{head}2025-01-10 14:03:00 INFO app: half\n"));
    fs::remove_file(desk.path().join("r.log")).unwrap();
    done(&desk.run(&["logs", "import", "r.log.1"]));
    let half = desk.run(&["logs", "search", "hal*", "--text"]);
    assert_eq!(done(&half).out, "2025-01-10 14:03:00 INFO app: half\n");
}

#[test]
fn a_half_record_stays_where_its_file_is_broken_by_now() {
    let desk = Desk::new();
    let text = "2025-01-10 14:00:00 INFO app: line\n".repeat(40) + "2025-01-10 14:01:00 ERROR app: uniq half";
    desk.file("a.log", &text);
    done(&desk.run(&["logs", "import", "a.log", "--source", "s"]));
    let mut packed = gzip(format!("{text} and more\n"));
    let crc = packed.len() - 6;
    packed[crc] ^= 1;
    desk.file("a.log.gz", &packed);
    assert_eq!(desk.run(&["logs", "import", "a.log.gz", "--source", "s"]).code, 1);
    assert_eq!(
        done(&desk.run(&["logs", "search", "uniq", "--text"])).out,
        "2025-01-10 14:01:00 ERROR app: uniq half\n"
    );
}
