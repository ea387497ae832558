//! How often the right cause is named, and a false one, over every fault and set-up. The trees are simulated.

use crate::{
    decoys::DECOYS,
    faults::{FAULTS, Fault},
    held_out,
    lab::{Lab, SETUPS, Setup},
};
use diagnosis::{Diagnosis, Question, Verdict};

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
    without: usize,
    without_undecided: usize,
    without_false: usize,
    misses: Vec<String>,
}

fn measure(faults: &[Fault], lab: fn(Setup) -> Lab, setups: fn(usize) -> &'static [Setup]) -> Figures {
    let mut figures = Figures::default();
    for (number, fault) in faults.iter().enumerate() {
        for setup in setups(number).iter().copied() {
            let built = || {
                let mut lab = lab(setup);
                (fault.inject)(&mut lab);
                lab
            };
            count(&mut figures, fault, setup, &built().tree().ask(&asked(), None));
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

fn count(figures: &mut Figures, fault: &Fault, setup: Setup, found: &Diagnosis) {
    figures.all += 1;
    let causes: Vec<_> = found.judgement.findings.iter().map(|finding| finding.cause).collect();
    figures.third += usize::from(causes.iter().take(3).any(|cause| *cause == fault.cause));
    if found.judgement.verdict == (Verdict::Cause { cause: fault.cause }) {
        figures.first += 1;
        let line = &found.collected.evidence[found.judgement.findings[0].evidence].line;
        figures.quoted += usize::from(line.contains(fault.line));
    } else {
        let points: Vec<_> = found.judgement.findings.iter().map(|finding| (finding.cause, finding.points)).collect();
        figures.misses.push(format!("{:?} {setup:?}: {:?} {points:?}", fault.cause, found.judgement.verdict));
    }
}

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all as f64
}

/// The set-up that a fault is tried in, another for each; `cargo xtask bench diagnosis` tries all of them.
fn one(number: usize) -> &'static [Setup] {
    &SETUPS[number % SETUPS.len()..][..1]
}

fn all(_: usize) -> &'static [Setup] {
    &SETUPS
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
    for (name, figures) in
        [("tried on", measure(FAULTS, Lab::new, all)), ("kept apart", measure(held_out::FAULTS, held_out::lab, all))]
    {
        tell(name, &figures);
        hold(&figures);
    }
    let (all, false_causes) = falsely_named(all);
    println!("figure: decoys\ta cause is named\t{:.1}\t{all}", 100.0 * share(false_causes.len(), all));
    // Of none in n windows, 3 / n are to be feared at 95 %.
    println!("figure: decoys\tat most, at 95 %\t{:.1}\t{all}", 300.0 / all as f64);
    assert!(false_causes.is_empty(), "{false_causes:#?}");
}

/// Rows for `cargo xtask bench diagnosis`.
#[expect(clippy::print_stdout, reason = "read by the bench")]
fn tell(texts: &str, figures: &Figures) {
    let rows = [
        ("the cause is named", figures.first, figures.all),
        ("the cause is among the first three", figures.third, figures.all),
        ("the deciding line is quoted", figures.quoted, figures.first),
        ("its source is missing: not enough evidence", figures.without_undecided, figures.without),
        ("its source is missing: another cause is named", figures.without_false, figures.without),
    ];
    for (what, part, all) in rows {
        println!("figure: {texts}\t{what}\t{:.1}\t{all}", 100.0 * share(part, all));
    }
}

fn hold(figures: &Figures) {
    assert!(share(figures.first, figures.all) >= 0.9, "{figures:#?}");
    assert!(share(figures.third, figures.all) >= 0.98, "{figures:#?}");
    assert!(share(figures.quoted, figures.first) >= 0.9, "{figures:#?}");
    assert!(share(figures.without_false, figures.without) <= 0.02, "{figures:#?}");
    assert!(share(figures.without_undecided, figures.without) >= 0.9, "{figures:#?}");
}

/// Windows without a cause, and what was named in them all the same.
fn falsely_named(setups: fn(usize) -> &'static [Setup]) -> (usize, Vec<String>) {
    let (mut all, mut false_causes) = (0, Vec::new());
    for (number, decoy) in DECOYS.iter().enumerate() {
        for setup in setups(number).iter().copied() {
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
