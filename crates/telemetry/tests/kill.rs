//! A process that appends is killed again and again: every record that it saw acknowledged is there, once.
//! Twenty times, or as often as `VIGIE_KILLS` says.

use model::Timestamp;
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use telemetry::{Kind, Options, Store};

/// Cargo puts examples beside the folder of test binaries.
fn victim() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    let profile = test.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
    profile.join("examples").join(format!("victim{}", std::env::consts::EXE_SUFFIX))
}

/// Runs the victim until it ends by itself at a named point. What it said last.
fn run_until(folder: &Path, first: u64, point: &str, pass: u64) -> u64 {
    let output = Command::new(victim())
        .arg(folder)
        .arg(first.to_string())
        .env("VIGIE_CRASH_AT", format!("{point}:{pass}"))
        .output()
        .expect("the victim starts: `cargo test` builds examples");
    assert!(output.status.code().is_none(), "it ends at {point} as by a signal, not with {}", output.status);
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines().last().and_then(|line| line.parse().ok()).unwrap_or(first)
}

/// Runs the victim until it has said that `lines` more appends are acknowledged, then kills it. What it said last.
fn run_and_kill(folder: &Path, first: u64, lines: usize) -> u64 {
    let mut child = Command::new(victim())
        .arg(folder)
        .arg(first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the victim starts: `cargo test` builds examples");
    let mut said = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    let mut acknowledged = first;
    let mut note = |line: std::io::Result<String>| {
        // The last line may be cut by the kill.
        acknowledged = line.ok().and_then(|line| line.parse().ok()).unwrap_or(acknowledged).max(acknowledged);
    };
    said.by_ref().take(lines).for_each(&mut note);
    child.kill().expect("the victim is there");
    said.for_each(note);
    child.wait().expect("the victim is dead");
    acknowledged
}

fn messages(folder: &Path) -> BTreeSet<u64> {
    let (store, recovered) = Store::open(folder, Options::default(), Timestamp::EPOCH).expect("it opens");
    let torn_at_most = recovered.damages.len();
    assert!(torn_at_most <= 1, "only the last frame may be torn: {:?}", recovered.damages);
    let mut found = BTreeSet::new();
    let mut add = |message: &[u8]| {
        let number = std::str::from_utf8(message).ok().and_then(|text| text.strip_prefix("message ")?.parse().ok());
        let number = number.expect("messages come back as they were");
        assert!(found.insert(number), "message {number} is there twice");
    };
    for snapshot in Kind::ALL.map(|kind| store.snapshot(kind)) {
        for numbered in snapshot.memory() {
            numbered.batch.iter().for_each(|record| add(record.message()));
        }
        for segment in snapshot.segments() {
            for number in 0..segment.blocks().len() {
                let block = snapshot.block(segment, number).expect("a block is whole");
                let rows: Vec<u32> = (0..block.rows() as u32).collect();
                block.records(&rows).expect("a block is whole").iter().for_each(|record| add(record.message()));
            }
        }
    }
    found
}

#[test]
fn kills_lose_and_double_nothing() {
    let kills = std::env::var("VIGIE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut acknowledged: BTreeSet<u64> = BTreeSet::new();
    let mut next = 0;
    for round in 0..kills {
        let end = run_and_kill(folder.path(), next, round % 13 + 1);
        acknowledged.extend(next..end);
        // Far enough that a record in flight at the kill cannot be taken for one of the next round.
        next = end + 1000;
        if round % 10 == 9 {
            let found = messages(folder.path());
            let lost: Vec<&u64> = acknowledged.difference(&found).collect();
            assert!(lost.is_empty(), "after kill {round}: {lost:?}");
        }
    }
}

#[test]
fn ended_at_each_point_nothing_is_lost_or_doubled() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: this program has no named points");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut acknowledged: BTreeSet<u64> = BTreeSet::new();
    let mut next = 0;
    for (point, pass) in crashpoint::OF_LOGS.iter().flat_map(|point| [1, 2, 5].map(|pass| (point, pass))) {
        let end = run_until(folder.path(), next, point, pass);
        acknowledged.extend(next..end);
        next = end + 1000;
        let found = messages(folder.path());
        let lost: Vec<&u64> = acknowledged.difference(&found).collect();
        assert!(lost.is_empty(), "{point}:{pass}: {lost:?}");
    }
}
