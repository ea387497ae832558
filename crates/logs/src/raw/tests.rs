use super::*;
use proptest::prelude::*;
use std::{fmt::Write as _, fs, io::Write as _};
use tempfile::TempDir;

const LOG: &str = "\
2025-01-10 14:00:00 INFO  started on port 8000
2025-01-10 14:05:00 ERROR no answer: Timeout after 5001 ms
Traceback (most recent call last):
  File \"app.py\", line 3, in call
ValueError: Délai dépassé

2025-01-10 14:06:00 WARNING timeouts ahead
";

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// Numbers of the lines that match.
fn matching(query: &str, files: &[PathBuf]) -> Vec<u64> {
    let mut lines = Vec::new();
    let query = RawQuery::parse(query).0;
    let summary = search(files, &query, &Cancel::default(), &mut |hit| {
        lines.push(hit.line);
        ControlFlow::Continue(())
    });
    assert_eq!((summary.matches, &summary.unread), (lines.len() as u64, &Vec::new()));
    lines
}

#[test]
fn lines_match_as_records_of_the_store_do() {
    let files = Files::new();
    let file = [files.with("app.log", LOG.as_bytes())];
    for (query, lines) in [
        ("timeout", vec![2]),
        ("TIMEOUT*", vec![2, 7]),
        ("*délai*", vec![5]),
        ("\"no answer\"", vec![2]),
        ("/after \\d{4} ms$/", vec![2]),
        ("/^Val.*É$/i", vec![5]),
        ("error OR warning", vec![2, 7]),
        ("-error -14:00:00", vec![3, 4, 5, 6, 7]),
        ("(timeout OR ahead) -error", vec![7]),
        ("", vec![1, 2, 3, 4, 5, 6, 7]),
        ("nowhere", vec![]),
        ("\"8000\\n2025\"", vec![]),
    ] {
        assert_eq!(matching(query, &file), lines, "{query}");
    }
}

#[test]
fn levels_fields_and_times_are_those_of_records() {
    let files = Files::new();
    let json = r#"{"time":"2025-01-10T15:00:00Z","level":"error","msg":"late","status":503,"user":"Zoé"}"#;
    let file = [files.with("app.log", LOG.as_bytes()), files.with("app.json", json.as_bytes())];
    for (query, lines) in [
        ("level>=warning", vec![2, 7, 1]),
        ("level:error", vec![2, 1]),
        ("level:error délai", vec![2]),
        ("status>=500", vec![1]),
        ("user:Zoé", vec![1]),
        ("time>=2025-01-10T14:06", vec![7, 1]),
        ("time:2025-01-10T14:05 OR status:503", vec![2, 1]),
        ("-level:*", vec![]),
    ] {
        assert_eq!(matching(query, &file), lines, "{query}");
    }
    let query = RawQuery::parse("level>=error").0;
    let mut hits = Vec::new();
    search(&file, &query, &Cancel::default(), &mut |hit| {
        hits.push(hit);
        ControlFlow::Continue(())
    });
    assert_eq!(hits[0].offset, LOG.find("2025-01-10 14:05").unwrap() as u64);
    assert!(String::from_utf8_lossy(&hits[0].text).ends_with("ValueError: Délai dépassé"), "{:?}", hits[0]);
}

#[test]
fn a_range_of_time_is_that_of_the_lines_own_times_in_their_zone() {
    let files = Files::new();
    let file = [files.with("app.log", LOG.as_bytes())];
    let moment = |text: &str| text.parse::<model::Timestamp>().unwrap();
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    let range = moment("2025-01-10T13:04:00Z")..moment("2025-01-10T13:06:00Z");
    let query = RawQuery::parse("").0.within(range, moment("2025-01-11T00:00:00Z"), &zone);
    assert_eq!(count(&file, &query, &Cancel::default()).matches, 1);
    let since = |now: &str| RawQuery::parse("since:1h").0.at(moment(now), &zone);
    assert_eq!(count(&file, &since("2025-01-10T14:05:30Z"), &Cancel::default()).matches, 1);
    assert_eq!(count(&file, &since("2025-01-10T13:30:00Z"), &Cancel::default()).matches, 3);
}

#[test]
fn packed_files_are_told_by_their_bytes() {
    let files = Files::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(LOG.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(LOG.as_bytes(), 1).unwrap();
    let twice = [gzip.clone(), gzip.clone()].concat();
    assert_eq!(matching("timeout", &[files.with("a.gz", &gzip), files.with("b", &zstd)]), [2, 2]);
    assert_eq!(matching("timeout", &[files.with("c.1", &twice)]), [2, 9]);
    let bzip2 = [&b"BZh9\x31\x41\x59\x26\x53\x59"[..], &[7; 100]].concat();
    let foreign = count(&[files.with("d.bz2", &bzip2)], &RawQuery::literal("x"), &Cancel::default());
    assert!(foreign.unread[0].reason.contains("unpack it with bunzip2"), "{foreign:?}");
    let mut tar = vec![0; 1_024];
    tar[257..262].copy_from_slice(b"ustar");
    let packed_tar = zstd::encode_all(&tar[..], 1).unwrap();
    for (name, bytes) in [("e.tar", &tar), ("f.tar.zst", &packed_tar)] {
        let archive = count(&[files.with(name, bytes)], &RawQuery::literal("x"), &Cancel::default());
        assert!(archive.unread[0].reason.contains("unpack it with tar -xf"), "{archive:?}");
    }
    let torn = [files.with("torn.gz", &gzip[..gzip.len() - 10]), files.with("whole.gz", &gzip)];
    let summary = count(&torn, &RawQuery::literal("TIMEOUT"), &Cancel::default());
    assert_eq!(summary.unread.len(), 1, "{summary:?}");
    assert!(summary.matches >= 2, "{summary:?}");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_searched() {
    let files = Files::new();
    let folder = files.0.path().to_owned();
    let all = [folder.join("gone.log"), folder, files.with("empty.log", b""), files.with("app.log", LOG.as_bytes())];
    let summary = count(&all, &RawQuery::literal("timeout"), &Cancel::default());
    assert_eq!((summary.matches, summary.lines, summary.bytes), (2, 7, LOG.len() as u64));
    let reasons: Vec<_> = summary.unread.iter().map(|unread| unread.reason.as_str()).collect();
    assert!(reasons[0].contains("No such file") && reasons[1].contains("folder"), "{reasons:?}");
}

#[test]
fn bytes_that_are_no_text_are_searched_too() {
    let files = Files::new();
    let file = files.with("odd.log", b"\0\0\0\xFF\xFEone\r\n\x80two\xC3\nend \xC3\xA9");
    let mut hits = Vec::new();
    search(&[file], &RawQuery::parse("one OR two OR É").0, &Cancel::default(), &mut |hit| {
        hits.push((hit.line, hit.offset, hit.text));
        ControlFlow::Continue(())
    });
    let expected: [(u64, u64, &[u8]); 3] =
        [(1, 0, b"\0\0\0\xFF\xFEone"), (2, 10, b"\x80two\xC3"), (3, 16, b"end \xC3\xA9")];
    assert_eq!(hits, expected.map(|(line, offset, text)| (line, offset, text.to_vec())));
}

#[test]
fn a_line_that_is_too_long_is_looked_at_in_parts() {
    let files = Files::new();
    let mut long = vec![b'x'; 2 * LINE_BYTES_MAX + 10];
    long.extend_from_slice(b" needle\nand a needle\n");
    let file = [files.with("long.log", &long)];
    for query in ["needle", "needle -level:debug"] {
        assert_eq!(matching(query, &file), [1, 2], "{query}");
        let summary = count(&file, &RawQuery::parse(query).0, &Cancel::default());
        assert_eq!((summary.lines, summary.divided), (2, 1), "{query}");
    }
}

#[test]
fn a_search_ends_when_nobody_waits_for_more() {
    let files = Files::new();
    let mut text = String::new();
    for number in 0..50_000 {
        writeln!(text, "line {number}").unwrap();
    }
    let file = [files.with("a.log", text.as_bytes()), files.with("b.log", text.as_bytes())];
    for query in ["line", "line -level:error"] {
        let (query, mut left) = (RawQuery::parse(query).0, 3);
        let summary = search(&file, &query, &Cancel::default(), &mut |_| {
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((summary.matches, summary.cancelled), (3, false));
        let cancel = Cancel::default();
        let summary = search(&file, &query, &cancel, &mut |_| {
            cancel.cancel();
            ControlFlow::Continue(())
        });
        assert!(summary.cancelled && summary.bytes < text.len() as u64, "{summary:?}");
    }
}

#[test]
fn what_is_wrong_with_a_query_is_told_and_the_rest_is_looked_for() {
    let (query, problems) = RawQuery::parse("timeout status>=many | stats count()");
    assert_eq!((problems.len(), query.pipes().len()), (1, 1));
    let files = Files::new();
    let file = [files.with("app.log", LOG.as_bytes())];
    assert_eq!(count(&file, &query, &Cancel::default()).matches, 0);
    assert_eq!(count(&file, &RawQuery::literal("no answer: T"), &Cancel::default()).matches, 1);
    assert_eq!(count(&file, &RawQuery::literal(""), &Cancel::default()).lines, 7);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What the fast way finds is what each line by itself says.
    #[test]
    fn buffers_hide_nothing(
        words in prop::collection::vec("[abÀé]{1,3}", 1..4),
        lines in prop::collection::vec("[abAÀàé ]{0,12}\r?", 0..30),
        shape in 0..4_u8,
    ) {
        let query = match shape {
            0 => words.join(" "),
            1 => words.join(" OR "),
            2 => words.iter().map(|word| format!("*{word}*")).collect::<Vec<_>>().join(" OR "),
            _ => format!("/{}/i", words.join(".*")),
        };
        let files = Files::new();
        let file = [files.with("some.log", lines.join("\n").as_bytes())];
        let found = matching(&query, &file);
        let filter = telemetry::query::LineFilter::new(&telemetry::query::parse(&query).0.filter).unwrap().unwrap();
        let text = lines.join("\n");
        let all: Vec<&str> = if text.is_empty() { Vec::new() } else { text.strip_suffix('\n').unwrap_or(&text).split('\n').collect() };
        let holds = |line: &str| filter.holds(line.strip_suffix('\r').unwrap_or(line).as_bytes(), &mut Vec::new());
        let expected: Vec<u64> = all.iter().zip(1..).filter(|(line, _)| holds(line)).map(|(_, number)| number).collect();
        prop_assert_eq!(found, expected);
    }
}
