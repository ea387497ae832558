//! Several processes that count their logs into the same issues at the same time.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use store::{IgnoreUntil, IssueChange, Transition};

on_both![processes_agree_on_issues_and_numbers];

const LOGS: i64 = 4;
const ROUNDS: i64 = 12;

/// Each counts the same hashes in another order, over two projects, while somebody decides about them.
async fn processes_agree_on_issues_and_numbers(db: Db) {
    let first = shop(&db).await;
    let new = NewProject { name: "Other".into(), platform: String::new(), settings: "{}".into(), key: [5; 16] };
    let second = db.create_project(new, NOW).await.unwrap().0.id;
    let logs = (0..LOGS).map(|log| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut told = Vec::new();
            for round in 0..ROUNDS {
                let one = |n: i64| {
                    let project = if (n + log) % 2 == 0 { first } else { second };
                    let hash = (round * 3 + n * (log + 1)) % 30;
                    Observation {
                        user: Some(n),
                        release: Some(format!("{round}")),
                        ..event(round * 8 + n + 1, project, &format!("h{hash}"))
                    }
                };
                let observations: Vec<_> = (0..8).map(one).collect();
                let batch = EventBatch { log: format!("log {log}"), observations, through: round * 8 + 8 };
                told.extend(db.apply_events(batch).await.unwrap());
            }
            told
        })
    });
    let deciding = db.clone();
    let decisions = tokio::spawn(async move {
        for round in 0..ROUNDS {
            let change = IssueChange::Ignore(IgnoreUntil::Events(round as u64));
            deciding.change_issues((1..9).collect(), change, "ana".into(), later(round as u64)).await.unwrap();
        }
    });
    let mut told = Vec::new();
    for log in logs.collect::<Vec<_>>() {
        told.extend(log.await.unwrap());
    }
    decisions.await.unwrap();
    assert_eq!(told.len() as i64, LOGS * ROUNDS * 8);
    let mut counted: BTreeMap<(ProjectId, i64), u64> = BTreeMap::new();
    for one in &told {
        *counted.entry((one.project, one.number)).or_default() += 1;
    }
    let new: Vec<_> = told.iter().filter(|one| one.transition == Some(Transition::New)).collect();
    assert_eq!(new.len(), counted.len(), "each is new once");
    for project in [first, second] {
        let numbers: BTreeSet<i64> = counted.keys().filter(|(of, _)| *of == project).map(|(_, n)| *n).collect();
        assert_eq!(numbers, (1..=numbers.len() as i64).collect(), "no number is left out");
    }
    for ((project, number), events) in counted {
        let found = issue(&db, project, number).await;
        let hashes: u64 = db.issue_hashes(found.id).await.unwrap().iter().map(|hash| hash.events).sum();
        assert_eq!((found.events, hashes), (events, events));
    }
}
