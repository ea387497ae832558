//! Tracebacks of every language, and the bounds.

use super::*;
use proptest::prelude::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_micros(millis * 1000)
}

/// The lines that belong to the record that `text` begins.
fn taken(text: &str) -> usize {
    let mut lines = text.lines();
    let mut trace = Trace::begun_by(lines.next().unwrap_or_default());
    1 + lines.take_while(|line| trace.takes(line)).count()
}

#[test]
fn tracebacks_end_where_they_end() {
    for (text, lines) in [
        ("Traceback (most recent call last):\n  File \"a\", line 1\n    x\nKeyError: 'x'\nnext", 4),
        (
            "Traceback (most recent call last):\n  File \"a\", line 1\nKeyError\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File\nE: x\nnext",
            9,
        ),
        ("Traceback (most recent call last):\n{\"level\":\"info\"}", 1),
        ("  + Exception Group Traceback (most recent call last):\n  |   File\n  +-+---\n    | ValueError\nnext", 4),
        (
            "java.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\n\t... 3 more\nCaused by: x\n\tat a.B(B.java)\nnext",
            5,
        ),
        ("words\n\tat a.B.c(B.java:1)\nnext", 2),
        ("words\n  indented words\nnext", 1),
        ("TypeError: x is not a function\n    at run (/a.js:1:2)\n    at /b.js:3\nnext", 3),
        ("/a.js:3\n  throw x\n  ^\n\nError: no\n    at /a.js:3:1\n\nNode.js v20.1.0\nnext", 8),
        ("thread 'main' panicked at a.rs:1:2:\nwords\nnote: run with `RUST_BACKTRACE=1`\nnext", 3),
        ("thread 'main' panicked at 'words', a.rs:1:2\nnote: run with\nnext", 2),
        ("panic: no\n\ngoroutine 1 [running]:\nmain.run()\n\t/a.go:1 +0x1\nexit status 2\nnext", 6),
        (
            "PHP Fatal error: Uncaught Exception: x in /a.php:1\nStack trace:\n#0 /a.php(1): f()\n#1 {main}\n  thrown in /a.php\nnext",
            5,
        ),
        ("a.rb:1:in `x': no (RuntimeError)\n\tfrom a.rb:2:in `y'\nnext", 2),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nnext", 3),
        ("ERROR it broke\nTraceback (most recent call last):\n  File\nE: x\nnext", 4),
        ("it went well\nTraceback (most recent call last):", 1),
    ] {
        assert_eq!(taken(text), lines, "{text}");
    }
}

#[test]
fn a_record_is_divided_at_its_bounds_and_says_so() {
    let mut assembler = Assembler::new(Limits { lines_max: 3, ..Limits::default() });
    let begins = || Place::Begins { tag: 7, trace: Trace::Quiet };
    assert_eq!(assembler.push(0, b"first", begins(), at(0)), None);
    let mut given = Vec::new();
    for line in [&b"a"[..], b"b", b"c", b"d", b"e", b"f"] {
        given.extend(assembler.push(0, line, Place::Continues, at(1)));
    }
    given.extend(assembler.push(0, b"second", begins(), at(2)));
    given.extend(assembler.finish());
    let seen: Vec<(&[u8], Division)> = given.iter().map(|block| (&*block.raw, block.part)).collect();
    let expected: [(&[u8], Division); 4] = [
        (b"first\na\nb", Division::First),
        (b"c\nd\ne", Division::Further),
        (b"f", Division::Further),
        (b"second", Division::Whole),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_record_is_complete_when_nothing_more_came_for_a_while() {
    let mut assembler = Assembler::new(Limits::default());
    assembler.push(1, b"one", Place::Begins { tag: 0, trace: Trace::QuietError }, at(0));
    assembler.push(2, b"two", Place::Begins { tag: 0, trace: Trace::QuietError }, at(400));
    assert_eq!(assembler.flush(at(499)), None);
    assert_eq!(assembler.flush(at(500)).map(|block| block.raw), Some(b"one".to_vec()));
    assert_eq!(assembler.flush(at(500)), None);
    assert_eq!(assembler.flush(at(900)).map(|block| block.raw), Some(b"two".to_vec()));
    assert!(assembler.is_empty());
}

#[test]
fn too_many_speakers_end_the_oldest_record() {
    let mut assembler = Assembler::new(Limits { speakers_max: 2, ..Limits::default() });
    let begins = || Place::Begins { tag: 0, trace: Trace::QuietError };
    assert_eq!(assembler.push(1, b"one", begins(), at(0)), None);
    assert_eq!(assembler.push(2, b"two", begins(), at(0)), None);
    assert_eq!(assembler.push(3, b"three", begins(), at(0)).map(|block| block.raw), Some(b"one".to_vec()));
}

proptest! {
    #[test]
    fn every_line_comes_out_once_and_in_order(
        lines in prop::collection::vec((0..3_u64, any::<bool>(), "[a-z]{0,6}"), 0..60), lines_max in 1..5_u32, bytes_max in 1..40_usize
    ) {
        let mut assembler = Assembler::new(Limits { lines_max, bytes_max, speakers_max: 2, ..Limits::default() });
        let mut given: Vec<Vec<String>> = vec![Vec::new(); 3];
        let mut put: Vec<Vec<String>> = vec![Vec::new(); 3];
        let mut take = |block: Block| {
            assert_eq!(block.lines as usize, block.raw.split(|b| *b == b'\n').count());
            for line in String::from_utf8(block.raw).unwrap().split('\n') {
                let (speaker, words) = line.split_once(' ').unwrap();
                given[speaker.parse::<usize>().unwrap()].push(words.to_owned());
            }
        };
        for (speaker, continues, words) in lines {
            put[speaker as usize].push(words.clone());
            let place = if continues { Place::Continues } else { Place::Begins { tag: 0, trace: Trace::Quiet } };
            if let Some(block) = assembler.push(speaker, format!("{speaker} {words}").as_bytes(), place, at(0)) {
                take(block);
            }
        }
        while let Some(block) = assembler.finish() {
            take(block);
        }
        prop_assert_eq!(given, put);
    }
}

#[test]
fn held_lines_are_known_by_their_numbers() {
    let mut assembler = Assembler::new(Limits::default());
    let now = Timestamp::EPOCH;
    let mut push = |speaker, place| {
        assembler.count_line();
        assembler.push(speaker, b"x", place, now);
        assembler.held().iter().map(|range| (range.start, range.end)).collect::<Vec<_>>()
    };
    let begins = || Place::Begins { tag: 0, trace: Trace::default() };
    assert_eq!(push(1, begins()), [(0, 1)]);
    assert_eq!(push(1, Place::Continues), [(0, 2)]);
    assert_eq!(push(2, begins()), [(0, 2), (2, 3)]);
    assert_eq!(push(1, Place::Continues), [(0, 2), (2, 3), (3, 4)]);
    assert_eq!(push(1, begins()), [(2, 3), (4, 5)], "the record before is given");
}
