//! How many causes are named of a folder of incidents: `lab DIR [even|odd] [-v]`. Each case is a folder `17` or `17-name` that holds `root/`, `question.json`
//! and `truth.json`; with `-v` one line per case, and what was weighed where it is not the truth.

use diagnosis::{Diagnosis, Question, Verdict, judge::CauseId};
use jiff::tz::TimeZone;
use model::{Clock, Timestamp};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::Path, process::ExitCode};

/// Seconds between the moment that is found and that of the truth.
const ONSET_SLACK: f64 = 2.0;
const FINDINGS_SHOWN: usize = 5;

#[derive(Deserialize)]
struct Asked {
    phrase: String,
    day: String,
    zone: String,
}

#[derive(Deserialize)]
struct Truth {
    kind: String,
    cause: Option<String>,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    onset: Option<String>,
    #[serde(default)]
    line: Option<String>,
}

/// What one case comes to.
struct Outcome {
    word: &'static str,
    is_onset: bool,
    is_quoted: bool,
}

fn parsed<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The question as a person asks it on the day: the hour is in the phrase.
fn question(asked: &Asked) -> Question {
    let zone = TimeZone::get(&asked.zone).unwrap_or(TimeZone::UTC);
    Question {
        phrase: format!("{} {}", asked.phrase, asked.day),
        zones: vec![(String::new(), zone)],
        ..Question::default()
    }
}

fn compared(found: &Diagnosis, truth: &Truth) -> Outcome {
    let Verdict::Cause { cause } = found.judgement.verdict else {
        let word = if truth.kind == "decoy" { "ok" } else { "insufficient" };
        return Outcome { word, is_onset: false, is_quoted: false };
    };
    let first = &found.collected.evidence[found.judgement.findings[0].evidence];
    let name = cause.word();
    let is_named = truth.cause.as_ref() == Some(&name) || truth.also.contains(&name);
    let onset = truth.onset.as_ref().and_then(|onset| onset.parse::<Timestamp>().ok());
    let is_onset = onset.is_some_and(|onset| first.seconds_to(onset).abs() <= ONSET_SLACK);
    let is_quoted = truth.line.as_ref().is_some_and(|line| plain(&first.line).contains(&plain(line)));
    let word = match truth.kind.as_str() {
        "decoy" => "false",
        _ if is_named => "ok",
        _ => "other",
    };
    Outcome { word, is_onset, is_quoted }
}

/// Without what is masked, wrapped or escaped: letters and figures only.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn tell(name: &str, truth: &Truth, found: &Diagnosis, outcome: &Outcome) {
    let judgement = &found.judgement;
    let cause = match &judgement.verdict {
        Verdict::Cause { cause } => cause.word(),
        verdict => format!("{verdict:?}"),
    };
    println!("{name}\t{}\t{}\t{cause}", outcome.word, truth.cause.as_deref().unwrap_or("-"));
    if outcome.word == "ok" {
        return;
    }
    println!("\ttruth: {:?} also {:?}", truth.line, truth.also);
    let run = &judgement.run;
    let last = run.evidence.map_or("", |index| found.collected.evidence[index].line.as_str());
    println!("\trun: {:?} {:?}..{:?} {last:?}", run.basis, run.begin, run.end);
    for finding in judgement.findings.iter().take(FINDINGS_SHOWN) {
        let terms: Vec<String> = finding.terms.iter().map(|term| format!("{:?} {}", term.word, term.points)).collect();
        let one = &found.collected.evidence[finding.evidence];
        let cause: CauseId = finding.cause;
        println!("\t{} {} {:?} {terms:?}", cause.word(), finding.points, finding.effect_of);
        println!("\t\t{:?} {:?} {:?}", one.family, one.actor, one.line.chars().take(300).collect::<String>());
    }
}

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn run(lab: &Path, wanted: impl Fn(u32) -> bool, is_told: bool) -> Result<(), String> {
    let entries = fs::read_dir(lab).map_err(|error| format!("{}: {error}", lab.display()))?;
    let mut cases: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    cases.sort();
    let mut totals: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for case in cases {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number = name.split('-').next().and_then(|number| number.parse().ok());
        if !number.is_some_and(&wanted) {
            continue;
        }
        let (asked, truth): (Asked, Truth) = (parsed(&case.join("question.json"))?, parsed(&case.join("truth.json"))?);
        let found = diagnosis::diagnose(&case.join("root"), &question(&asked), None, &Clock::System)
            .map_err(|error| format!("{name}: {error:?}"))?;
        let outcome = compared(&found, &truth);
        let mut count = |word| *totals.entry((truth.kind.clone(), word)).or_default() += 1;
        count("all");
        count(outcome.word);
        if outcome.word == "ok" && truth.kind == "fault" {
            outcome.is_onset.then(|| count("onset"));
            outcome.is_quoted.then(|| count("line"));
        }
        if is_told {
            tell(&name, &truth, &found, &outcome);
        }
    }
    for ((kind, word), count) in totals {
        println!("{kind}\t{word}\t{count}");
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "it is a program")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let Some(lab) = arguments.first() else {
        eprintln!("lab DIR [even|odd] [-v]");
        return ExitCode::FAILURE;
    };
    let wanted = |number: u32| !(has("even") && number % 2 == 1 || has("odd") && number.is_multiple_of(2));
    match run(Path::new(lab), wanted, has("-v")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
