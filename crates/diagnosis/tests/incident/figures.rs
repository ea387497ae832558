//! How often the right cause is named, and a false one, over every fault and set-up. The trees are simulated.
//!
//! Rules were tried on the set-ups of [`TRIED`]; those of [`KEPT_APART`] only measure.

use crate::{
    decoys::DECOYS,
    faults::{FAULTS, Fault},
    held_out,
    lab::{Lab, Setup},
};
use diagnosis::{Diagnosis, Question, Verdict, judge::CauseId};
use std::{collections::BTreeMap, ops::Range};

const TRIED: Range<u64> = 1..6;
const KEPT_APART: Range<u64> = 1_001..1_006;
/// A moment is right to this, in microseconds.
const ONSET_WITHIN: i64 = 2_000_000;

fn asked() -> Question {
    Question { phrase: "the mailing stopped at 22:20".into(), ..Question::default() }
}

/// What became of a set of faults.
#[derive(Debug, Default)]
struct Figures {
    all: usize,
    first: usize,
    third: usize,
    quoted: usize,
    onset: usize,
    named_falsely: usize,
    without: usize,
    without_undecided: usize,
    without_false: usize,
    /// Faults of which a part of the deciding line is known, and how often it is picked without thinking.
    worded: usize,
    last_error: usize,
    most_errors: usize,
    /// Of each cause, how often it was named of how many.
    causes: BTreeMap<CauseId, (usize, usize)>,
    misses: Vec<String>,
}

fn measure(faults: &[Fault], lab: fn(Setup) -> Lab, seeds: fn(usize) -> Range<u64>) -> Figures {
    let mut figures = Figures::default();
    for (number, fault) in faults.iter().enumerate() {
        for setup in seeds(number).map(Setup::seeded) {
            let built = || {
                let mut lab = lab(setup);
                (fault.inject)(&mut lab);
                lab
            };
            count(&mut figures, fault, &built(), &built().tree().ask(&asked(), None));
            let without = built().without(fault.decided_in).tree().ask(&asked(), None);
            figures.without += 1;
            match without.judgement.verdict {
                Verdict::Cause { cause } if cause != fault.cause => {
                    figures.without_false += 1;
                    figures.misses.push(format!("{:?} without its source, {setup:?}: {cause:?}", fault.cause));
                }
                Verdict::Cause { .. } => {}
                Verdict::Insufficient { .. } => figures.without_undecided += 1,
                other => figures.misses.push(format!("{:?} without its source, {setup:?}: {other:?}", fault.cause)),
            }
        }
    }
    figures
}

fn count(figures: &mut Figures, fault: &Fault, lab: &Lab, found: &Diagnosis) {
    figures.all += 1;
    let causes: Vec<_> = found.judgement.findings.iter().map(|finding| finding.cause).collect();
    figures.third += usize::from(causes.iter().take(3).any(|cause| *cause == fault.cause));
    let is_first = found.judgement.verdict == (Verdict::Cause { cause: fault.cause });
    let of_cause = figures.causes.entry(fault.cause).or_default();
    *of_cause = (of_cause.0 + usize::from(is_first), of_cause.1 + 1);
    if !fault.line.is_empty() {
        let picks = lab.naive_picks().map(|line| line.contains(fault.line));
        figures.worded += 1;
        figures.last_error += usize::from(picks[0]);
        figures.most_errors += usize::from(picks[1]);
    }
    if is_first {
        figures.first += 1;
        let one = &found.collected.evidence[found.judgement.findings[0].evidence];
        let is_quoted = one.line.contains(fault.line);
        figures.quoted += usize::from(is_quoted);
        if !is_quoted {
            figures.misses.push(format!("{:?} {:?}: {} is quoted", fault.cause, lab.setup, one.line));
        }
        let written = lab.written_at(&one.line);
        let is_right = written.is_some_and(|at| (at - one.at.as_micros()).abs() <= ONSET_WITHIN);
        figures.onset += usize::from(is_right);
        if !is_right {
            figures.misses.push(format!("{:?} {:?}: {:?} is not {written:?}", fault.cause, lab.setup, one));
        }
    } else {
        figures.named_falsely += usize::from(matches!(found.judgement.verdict, Verdict::Cause { .. }));
        let points: Vec<_> = found.judgement.findings.iter().map(|finding| (finding.cause, finding.points)).collect();
        figures.misses.push(format!("{:?} {:?}: {:?} {points:?}", fault.cause, lab.setup, found.judgement.verdict));
    }
}

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all as f64
}

/// The most that a share may be, at 95 %, after `part` of `all` (Clopper and Pearson, 1934; the upper bound of one side).
fn at_most(part: usize, all: usize) -> f64 {
    let reaches = |share: f64| {
        let mut term = (1.0 - share).powi(i32::try_from(all).unwrap());
        let mut sum = term;
        for k in 0..part {
            term *= (all - k) as f64 / (k + 1) as f64 * share / (1.0 - share);
            sum += term;
        }
        sum > 0.05
    };
    let (mut low, mut high) = (share(part, all), 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if reaches(middle) { low = middle } else { high = middle }
    }
    high
}

#[test]
fn the_bound_is_the_known_one() {
    // None of n: 1 - 0.05^(1/n), nearly 3 / n.
    assert!((at_most(0, 150) - (1.0 - 0.05_f64.powf(1.0 / 150.0))).abs() < 1e-9);
    assert!((at_most(3, 150) - 0.0508).abs() < 0.001, "{}", at_most(3, 150));
}

/// The set-up that a fault is tried in, another for each; `cargo xtask bench diagnosis` tries all of them.
fn one(number: usize) -> Range<u64> {
    let seed = TRIED.start + number as u64 % (TRIED.end - TRIED.start);
    seed..seed + 1
}

fn tried(_: usize) -> Range<u64> {
    TRIED
}

fn kept_apart(_: usize) -> Range<u64> {
    KEPT_APART
}

#[test]
fn faults_are_named_and_nothing_is_named_falsely() {
    hold(&measure(FAULTS, Lab::new, one));
}

#[test]
fn faults_in_words_that_were_kept_apart_are_named_too() {
    hold(&measure(held_out::FAULTS, held_out::lab, one));
}

#[test]
fn decoys_are_no_causes() {
    let (_, false_causes) = falsely_named(one);
    assert!(false_causes.is_empty(), "{false_causes:#?}");
}

#[test]
#[ignore = "every set-up takes a minute: cargo xtask bench diagnosis"]
fn every_setup() {
    // The harness has begun this line.
    println!();
    let sets = [
        ("tried on", measure(FAULTS, Lab::new, tried)),
        ("other set-ups", measure(FAULTS, Lab::new, kept_apart)),
        ("other words and set-ups", measure(held_out::FAULTS, held_out::lab, kept_apart)),
    ];
    for (name, figures) in &sets {
        tell(name, figures);
    }
    for (name, seeds) in [("decoys, tried on", tried as fn(usize) -> Range<u64>), ("decoys, other set-ups", kept_apart)]
    {
        let (all, false_causes) = falsely_named(seeds);
        row(name, "a cause is named", share(false_causes.len(), all), all);
        row(name, "at most, at 95 %", at_most(false_causes.len(), all), all);
        false_causes.iter().for_each(|cause| eprintln!("{cause}"));
    }
    for (name, figures) in &sets {
        figures.misses.iter().for_each(|miss| eprintln!("{name}: {miss}"));
    }
    sets.iter().for_each(|(_, figures)| hold(figures));
}

#[expect(clippy::print_stdout, reason = "read by the bench")]
fn row(texts: &str, what: &str, share: f64, all: usize) {
    println!("figure: {texts}\t{what}\t{:.1}\t{all}", 100.0 * share);
}

/// Rows for `cargo xtask bench diagnosis`.
fn tell(texts: &str, figures: &Figures) {
    let rows = [
        ("the cause is named", figures.first, figures.all),
        ("the cause is among the first three", figures.third, figures.all),
        ("another cause is named", figures.named_falsely, figures.all),
        ("the deciding line is quoted", figures.quoted, figures.first),
        ("its moment is right, to 2 s", figures.onset, figures.first),
        ("its source is missing: not enough evidence", figures.without_undecided, figures.without),
        ("its source is missing: another cause is named", figures.without_false, figures.without),
        ("beside it: the last line with an error decides", figures.last_error, figures.worded),
        ("beside it: the last of the log with most errors decides", figures.most_errors, figures.worded),
    ];
    for (what, part, all) in rows {
        row(texts, what, share(part, all), all);
    }
    let shares = figures.causes.values().map(|(named, all)| share(*named, *all));
    let (sum, least) = shares.fold((0.0, f64::INFINITY), |(sum, least), share| (sum + share, least.min(share)));
    row(texts, "the cause is named, mean over causes", sum / figures.causes.len() as f64, figures.causes.len());
    row(texts, "the cause is named, the least of them", least, figures.causes.len());
}

fn hold(figures: &Figures) {
    assert!(share(figures.first, figures.all) >= 0.9, "{figures:#?}");
    assert!(share(figures.third, figures.all) >= 0.98, "{figures:#?}");
    assert!(share(figures.quoted, figures.first) >= 0.9, "{figures:#?}");
    assert!(share(figures.onset, figures.first) >= 0.95, "{figures:#?}");
    assert!(share(figures.without_false, figures.without) <= 0.02, "{figures:#?}");
    assert!(share(figures.without_undecided, figures.without) >= 0.9, "{figures:#?}");
}

/// Windows without a cause, and what was named in them all the same.
fn falsely_named(seeds: fn(usize) -> Range<u64>) -> (usize, Vec<String>) {
    let (mut all, mut false_causes) = (0, Vec::new());
    for (number, decoy) in DECOYS.iter().enumerate() {
        for setup in seeds(number).map(Setup::seeded) {
            all += 1;
            let mut lab = Lab::new(setup);
            decoy(&mut lab);
            let found = lab.tree().ask(&asked(), None);
            if let Verdict::Cause { cause } = found.judgement.verdict {
                let points: Vec<_> =
                    found.judgement.findings.iter().map(|finding| (finding.cause, finding.points)).collect();
                false_causes.push(format!("decoy {number} {setup:?}: {cause:?} {points:?}"));
            }
        }
    }
    (all, false_causes)
}
