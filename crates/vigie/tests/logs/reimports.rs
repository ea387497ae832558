//! Files of Windows, and files that are imported again because they were read in the wrong time zone.

use super::*;

fn times(desk: &Desk, query: &str) -> Vec<String> {
    let found = desk.run(&["logs", "search", query, "--oldest-first", "--json"]).json();
    rows(&found).iter().map(|row| row["time"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_windows_writes_is_decoded() {
    let desk = Desk::new();
    let text = "2025-01-10 14:00:00 ERROR délai dépassé 😀\r\n2025-01-10 14:01:00 INFO fini\r\n";
    let utf_16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    desk.file("le.log", [&b"\xFF\xFE"[..], &utf_16(u16::to_le_bytes)].concat());
    desk.file("be.log", [&b"\xFE\xFF"[..], &utf_16(u16::to_be_bytes)].concat());
    desk.file("bare.log.gz", gzip(utf_16(u16::to_le_bytes)));
    for (name, encoding) in [("le.log", "UTF-16LE"), ("be.log", "UTF-16BE"), ("bare.log.gz", "UTF-16LE")] {
        let answer = desk.run(&["logs", "import", name, "--source", name, "--again"]);
        assert!(done(&answer).out.contains("2 records in 2 lines"), "{}", answer.out);
        assert!(answer.out.contains(&format!("; read as {encoding}")), "{}", answer.out);
        let kept = kept_as_text(&desk, &format!("source:{name} dépassé"));
        assert!(String::from_utf8(kept).unwrap().contains("délai dépassé 😀"));
        let again = desk.run(&["logs", "import", name]);
        assert!(again.code == 2 && again.said.contains("imported already"), "{}", again.said);
        let raw = desk.run(&["logs", "search", "dépassé", "--file", name]);
        assert!(done(&raw).out.contains("délai dépassé"), "{}", raw.out);
    }
    desk.file(
        "latin.log",
        b"2025-01-10 14:00:00 ERROR d\xE9lai d\xE9pass\xE9 \x80\n2025-01-10 14:01:00 INFO \xC3\xA9t\xC3\xA9\n",
    );
    let latin = desk.run(&["logs", "import", "latin.log"]);
    assert!(done(&latin).out.contains("; 1 line not in UTF-8, read as Windows-1252"), "{}", latin.out);
    let french = desk.run(&["logs", "search", "source:*latin* dépassé", "--text"]);
    assert!(done(&french).out.contains("délai dépassé €"), "{}", french.out);
}

#[test]
fn files_in_windows_1252_are_searched_as_they_are_imported() {
    let desk = Desk::new();
    let lines = b"Horodatage;Gravit\xe9;Soci\xe9t\xe9;Message\r\n27/11/2026 08:00:00;ERREUR;\xc9t\xe9;d\xe9marr\xe9\r\n27/11/2026 08:00:01;INFO;A;fin\r\n";
    desk.file("w.csv", lines);
    done(&desk.run(&["logs", "import", "w.csv"]));
    for query in ["d\u{e9}marr\u{e9}", "level>=error"] {
        let stored = desk.run(&["logs", "search", query, "--text"]);
        let raw = desk.run(&["logs", "search", query, "--file", "w.csv", "--text"]);
        assert_eq!((done(&stored).out.lines().count(), done(&raw).out.lines().count()), (1, 1), "{query}: {}", raw.out);
    }
}

#[test]
fn the_head_of_a_windows_csv_is_no_line_of_now() {
    let desk = Desk::new();
    desk.file(
        "events.csv",
        "\u{feff}\"Niveau\",\"Date et heure\",\"Source\",\"ID de l’événement\",\"Catégorie de la tâche\"\r\n\
         \"Erreur\",\"10/01/2025 14:00:00\",\"Service Control Manager\",\"7031\",\"Aucun\",\"Arrêté, deux fois.\"\r\n",
    );
    done(&desk.run(&["logs", "import", "events.csv"]));
    assert_eq!(times(&desk, "*"), ["2025-01-10T13:00:00.000000Z", "2025-01-10T13:00:00.000000Z"]);
    assert_eq!(times(&desk, "level:error event_id:7031").len(), 1);
}

#[test]
fn the_rest_of_a_traceback_has_the_time_of_its_beginning() {
    let desk = Desk::new();
    let begun = format!(
        "2025-01-10 14:00:00,000 INFO app {}\n2025-01-10 14:00:01,000 ERROR app failed\nTraceback (most recent call last):\n",
        "x".repeat(1_100)
    );
    desk.file("grows.log", &begun);
    done(&desk.run(&["logs", "import", "grows.log"]));
    desk.file(
        "grows.log",
        format!("{begun}  File \"a.py\", line 3, in f\nValueError: boom\n2025-01-10 14:00:02,000 INFO app on\n"),
    );
    done(&desk.run(&["logs", "import", "grows.log"]));
    assert!(times(&desk, "*").iter().all(|time| time.starts_with("2025-01-10T13:00:0")), "{:?}", times(&desk, "*"));
    assert_eq!(times(&desk, "boom"), ["2025-01-10T13:00:01.000000Z"]);
    // Nothing is known of when a line came where no line of its file says.
    desk.file("plain.log", format!("{}\n", "no time ".repeat(200)));
    done(&desk.run(&["logs", "import", "plain.log"]));
    let first = times(&desk, "source:*plain.log");
    desk.file("plain.log", format!("{}\nnone either\n", "no time ".repeat(200)));
    let later = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_800_000_000);
    File::options().write(true).open(desk.path().join("plain.log")).unwrap().set_modified(later).unwrap();
    done(&desk.run(&["logs", "import", "plain.log"]));
    assert_ne!(times(&desk, "source:*plain.log either"), first);
}

#[test]
fn what_was_deleted_since_is_told_where_the_file_is_imported_again() {
    let desk = Desk::new();
    let line = |number: u32| {
        format!("2025-01-10 14:{:02}:{:02},000 INFO app order {number} is done\n", number / 60, number % 60)
    };
    desk.file("excerpt.log", (0..50).map(line).collect::<String>());
    done(&desk.run(&["logs", "import", "excerpt.log"]));
    desk.file("whole.log", (0..80).map(line).collect::<String>());
    let rest = desk.run(&["logs", "import", "whole.log"]);
    assert!(done(&rest).out.contains("30 records") && !rest.out.contains("no longer stored"), "{}", rest.out);
    let all = desk.run(&["logs", "import", "whole.log"]);
    assert!(all.code == 2 && !all.said.contains("no longer stored"), "{}", all.said);
    done(&desk.run(&["logs", "delete", "source:*excerpt.log", "--yes"]));
    let known = desk.run(&["logs", "import", "whole.log", "--json"]);
    assert_eq!(known.json()["files"][0]["missing"], 50);
    let known = desk.run(&["logs", "import", "whole.log"]);
    assert!(known.code == 2 && known.said.contains("50 records of this file are no longer stored"), "{}", known.said);
    desk.file("whole.log", (0..90).map(line).collect::<String>());
    let grown = desk.run(&["logs", "import", "whole.log"]);
    assert!(done(&grown).out.contains("50 records of this file are no longer stored"), "{}", grown.out);
    done(&desk.run(&["logs", "import", "whole.log", "--again", "--yes"]));
    assert_eq!(times(&desk, "*").len(), 90);
    desk.file("copy.log", (0..90).map(line).collect::<String>());
    let copy = desk.run(&["logs", "import", "copy.log"]);
    assert!(copy.code == 2 && copy.said.contains("whole.log: nothing of it was taken"), "{}", copy.said);
}

#[test]
fn a_wrong_zone_is_mended_by_importing_the_file_again() {
    let desk = Desk::new();
    let line = |minute: u32| format!("2025-01-10 14:{minute:02}:00,000 INFO django.server bye\n");
    desk.file("local.log", (0..3).map(line).collect::<String>());
    let first = desk.run(&["logs", "import", "local.log", "--tz", "UTC"]);
    assert!(done(&first).out.contains("were read in UTC: if that is wrong, --again --tz ZONE"), "{}", first.out);
    desk.file("local.log", (0..5).map(line).collect::<String>());
    done(&desk.run(&["logs", "import", "local.log"]));
    assert_eq!(times(&desk, "bye").len(), 5);
    assert_eq!(times(&desk, "bye")[4], "2025-01-10T14:04:00.000000Z", "what it has grown by is of the same zone");
    let again = ["logs", "import", "local.log", "--again", "--tz", "America/New_York"];
    let asked = desk.run(&again);
    assert!(asked.code == 2 && asked.said.contains("left 5 records") && asked.said.contains("--yes"), "{}", asked.said);
    assert_eq!(times(&desk, "bye")[0], "2025-01-10T14:00:00.000000Z", "nothing was done");
    let mended = desk.run(&[&again[..], &["--yes"]].concat());
    assert!(done(&mended).out.contains("; replaced 5 records of its earlier import"), "{}", mended.out);
    assert_eq!(times(&desk, "bye")[0], "2025-01-10T19:00:00.000000Z");
    assert_eq!(times(&desk, "bye").len(), 5, "each once");
    // Stopped between the deletion and the import.
    done(&desk.run(&["logs", "delete", "bye", "--yes"]));
    let resumed = desk.run(&["logs", "import", "local.log", "--again", "--tz", "Europe/Paris"]);
    assert!(!done(&resumed).out.contains("replaced"), "{}", resumed.out);
    assert_eq!(times(&desk, "bye")[0], "2025-01-10T13:00:00.000000Z");
    // What others put under the same source is not deleted.
    desk.file(
        "other.log",
        "2025-01-10 14:02:30,000 INFO django.server other, and long enough to be told apart from it\n",
    );
    let source = desk.path().canonicalize().unwrap().join("local.log");
    let source = source.to_str().unwrap();
    done(&desk.run(&["logs", "import", "other.log", "--source", source]));
    let others = desk.run(&["logs", "import", "local.log", "--again", "--tz", "UTC", "--yes"]);
    assert!(
        others.code == 1 && others.said.contains("under the same source, with lines of the same"),
        "{}",
        others.said
    );
    assert_eq!(times(&desk, "*").len(), 6);
    // Nor what came by another way.
    desk.file(
        "piped.log",
        "2025-01-10T14:05:00Z INFO app of a file that is piped as well, and long enough to be told apart\n",
    );
    done(&desk.run(&["logs", "import", "piped.log", "--tz", "UTC"]));
    let piped = desk.path().canonicalize().unwrap().join("piped.log");
    let mut pipe = desk.command(&["logs", "pipe", "--source", piped.to_str().unwrap()]);
    let pipe = pipe.stdin(File::open(desk.path().join("piped.log")).unwrap()).output().unwrap();
    assert!(pipe.status.success());
    let others = desk.run(&["logs", "import", "piped.log", "--again", "--tz", "UTC", "--yes"]);
    assert!(others.code == 1 && others.said.contains("others have the same source"), "{}{}", others.out, others.said);
    let beside = desk.run(&["logs", "import", "local.log", "--again", "--tz", "UTC", "--source", "beside"]);
    assert!(!done(&beside).out.contains("replaced"), "{}", beside.out);
    assert_eq!(times(&desk, "*").len(), 13);
}

#[test]
fn replacing_goes_on_where_it_was_killed() {
    const RECORDS: usize = 60_000;
    let desk = Desk::new();
    let _served = desk.serve();
    let line = |number: usize| {
        format!(
            "2025-01-10 {:02}:{:02}:{:02},000 INFO app number={number} some more words to make it long\n",
            number / 3_600,
            number / 60 % 60,
            number % 60
        )
    };
    desk.file("long.log", (0..RECORDS).map(line).collect::<String>());
    let count = |query: &str| {
        let query = format!("{query} | stats count() as n");
        desk.run(&["logs", "search", &query, "--json"]).json()["table"][0][0].as_u64().unwrap_or(0) as usize
    };
    done(&desk.run(&["logs", "import", "long.log", "--tz", "UTC"]));
    let again = || desk.command(&["logs", "import", "long.log", "--again", "--tz", "Asia/Tokyo", "--yes"]);
    // Of the first eight hours in Tokyo it was still the day before in Paris.
    let of_tokyo = "time<2025-01-10";
    let mut child = again().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while child.try_wait().unwrap().is_none() && count(of_tokyo) == 0 {}
    child.kill().unwrap();
    child.wait().unwrap();
    let plain = desk.run(&["logs", "import", "long.log"]);
    let told = format!("{}{}", plain.out, plain.said);
    assert!(plain.code == 1 && told.contains("--again --tz Asia/Tokyo long.log"), "{told}");
    let rest = Answer::of(again().output().unwrap());
    assert!(rest.code == 0, "{}{}", rest.out, rest.said);
    assert_eq!((count("source:*long*"), count(of_tokyo)), (RECORDS, 8 * 3_600), "each once, and all of them anew");
    let plain = desk.run(&["logs", "import", "long.log"]);
    assert!(format!("{}{}", plain.out, plain.said).contains("already"), "{}{}", plain.out, plain.said);
}
