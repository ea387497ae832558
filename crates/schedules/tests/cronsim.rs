//! The same times as cronsim, another reading of Debian's rule, for 10,000 random expressions in 30 zones, half of them
//! around changes of the clock. `random_expressions.py` makes the fixture.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use flate2::read::GzDecoder;
use model::Timestamp;
use schedules::{Expression, Timing, zone};
use std::{io::Read as _, process::Command};

const FIXTURE: &[u8] = include_bytes!("fixtures/cronsim.txt.gz");

/// What differs: a text for each line.
fn differing(lines: &str) -> Vec<String> {
    lines.lines().filter_map(difference).collect()
}

fn difference(line: &str) -> Option<String> {
    let parts: Vec<&str> = line.split('\t').collect();
    let [text, name, times] = parts[..] else { panic!("{line}") };
    let moment = |text: &str| Timestamp::from_micros(text.parse::<i64>().unwrap() * 1_000_000);
    let mut times = times.split(' ').map(moment);
    let after = times.next().unwrap();
    let expected: Vec<_> = times.collect();
    let timing = Timing::new(Expression::parse(text).unwrap(), zone(name).unwrap());
    let found = timing.upcoming(after, expected.len());
    (found != expected).then(|| format!("{text} in {name} after {after}: {found:?}, and cronsim {expected:?}"))
}

#[test]
fn ten_thousand_random_expressions_are_due_as_cronsim_has_them() {
    let mut lines = String::new();
    GzDecoder::new(FIXTURE).read_to_string(&mut lines).unwrap();
    assert_eq!(lines.lines().count(), 10_000);
    let differing = differing(&lines);
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing[..differing.len().min(20)].join("\n"));
}

/// With other seeds, where Python and cronsim are there: `VIGIE_CRONSIM=python3 cargo nextest run -p schedules cronsim`.
#[test]
fn other_random_expressions_are_due_as_cronsim_has_them() {
    let Ok(python) = std::env::var("VIGIE_CRONSIM") else {
        eprintln!("skipped: VIGIE_CRONSIM names no Python that has cronsim");
        return;
    };
    let seed = std::env::var("PROPTEST_RNG_SEED").unwrap_or_else(|_| "11".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/random_expressions.py");
    let output = Command::new(python).args([script, "2000", &seed]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let differing = differing(std::str::from_utf8(&output.stdout).unwrap());
    assert!(differing.is_empty(), "seed {seed}:\n{}", differing.join("\n"));
}
