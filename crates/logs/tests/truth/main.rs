//! Whether the store tells the truth: what it answers from columns, templates and summaries, held against what each record
//! says by itself, for words of the logs themselves. A short run with one seed is part of every test run; `cargo xtask soak`
//! goes on with seeds of its own, and over logs of one's own.

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

mod ask;
mod back;
mod made;
mod plain;
mod queries;
mod stores;

use ask::Case;
use queries::{Dice, filter};
use std::{
    env,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use stores::{Corpus, all, question};
use telemetry::{
    Kind,
    query::{Bounds, matching_seqs},
};

/// How much is asked of each corpus.
#[derive(Clone, Copy)]
enum Until {
    Asked(usize),
    Over(Duration),
}

/// Asks a corpus in every state; tells how often.
fn hold_against_records(corpus: &Corpus, seed: u64, until: Until) -> usize {
    let (states, records) = (corpus.states(), &corpus.records);
    let again = format!("corpus {}, seed {seed}", corpus.name);
    for state in &states {
        let mut count = 0;
        all(&state.store.snapshot(Kind::Log), |_, _| count += 1);
        assert_eq!(count, records.len(), "{again}: {}", state.name);
    }
    let (begun, mut dice, mut asked) = (Instant::now(), Dice(seed), 0);
    let mut found = 0;
    loop {
        let is_over = match until {
            Until::Asked(count) => asked >= count,
            Until::Over(time) => begun.elapsed() > time,
        };
        if is_over {
            break;
        }
        let text = filter(&mut dice, records);
        let Some(case) = Case::new(&mut dice, text, records) else { continue };
        for state in &states {
            if let Some(problem) = case.problem(state, records) {
                panic!("{again}, question {asked}, {}: {}\n{problem}", state.name, case.text);
            }
        }
        asked += 1;
        found += usize::from(case.len() > 0);
    }
    assert!(found * 2 > asked, "{again}: of {asked} questions only {found} find anything");
    for state in &states {
        ask::delete_some(&mut dice, state, records, &again);
    }
    asked
}

#[test]
fn the_store_answers_what_its_records_say() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sources/tests/fixtures");
    for (corpus, asked) in [(Corpus::of_folder(&fixtures), 60), (made::corpus(1), 90)] {
        hold_against_records(&corpus, 1, Until::Asked(asked));
    }
}

/// As it was met: four records were deleted for a word that they do not have.
#[test]
fn deleting_a_word_deletes_no_longer_ones() {
    let total = ["calculateCaloriesWithCache totalCalories=0", "calculateAltitudeWithCache totalAltitude=0"];
    let line = |ms: usize, text: &str| format!("20171224-0:15:53:{ms}|Step_ExtSDM|30002312|{text}");
    let others = (0..8).map(|n| line(300 + n, &format!("onStandStepChanged {}", 3579 + n)));
    let pair = || total.iter().map(|text| line(292, text));
    let text = pair().chain(others).chain(pair()).collect::<Vec<_>>().join("\n");
    let corpus = Corpus::new("steps", &[("steps.log".to_owned(), text.into_bytes())]);
    for state in corpus.states() {
        for (query, expected) in [("total", 0), ("s", 0), ("test", 0), ("calculate", 0), ("totalCalories", 2)] {
            let found = matching_seqs(&state.store.snapshot(Kind::Log), &question(query), &Bounds::default());
            assert_eq!((found.value.len(), found.partial), (expected, Vec::new()), "{}: {query}", state.name);
        }
    }
}

/// Of `VIGIE_SOAK_CORPORA`, a folder with a folder of logs for each corpus, and of what is made, for `VIGIE_SOAK_SECONDS` each.
#[test]
#[ignore = "cargo xtask soak runs it"]
fn soak() {
    let number = |name: &str, usual: u64| env::var(name).ok().map_or(usual, |text| text.parse().unwrap());
    let (seed, seconds) = (number("VIGIE_SOAK_SEED", 1), number("VIGIE_SOAK_SECONDS", 20));
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../sources/tests/fixtures")];
    if let Some(corpora) = env::var_os("VIGIE_SOAK_CORPORA") {
        let entries = std::fs::read_dir(&corpora).unwrap().flatten().map(|entry| entry.path());
        let mut own: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
        own.sort();
        folders.extend(if own.is_empty() { vec![corpora.into()] } else { own });
    }
    let corpora = folders.iter().map(|folder| Corpus::of_folder(folder)).chain([made::corpus(seed)]);
    for corpus in corpora.filter(|corpus| !corpus.records.is_empty()) {
        let asked = hold_against_records(&corpus, seed, Until::Over(Duration::from_secs(seconds)));
        eprintln!(
            "{}: {} records, {asked} questions in 4 states, all answered as the records say",
            corpus.name,
            corpus.records.len()
        );
    }
}
