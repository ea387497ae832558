//! What is to be done so that the target is as the source, and in which order: pure.

use crate::settings::Policy;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// An object as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub uid: String,
    pub hash: String,
    pub references: Vec<String>,
}

/// One object that is on either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub kind: String,
    pub uid: String,
    pub action: Action,
    /// Hashes; empty where there is no such object.
    pub source: String,
    pub target: String,
    /// Of the source; of what is deleted, of the target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Update,
    Equal,
    /// It differs, and stays: the policy prefers the target, or only the target has changed since our last write.
    Kept,
    /// Changed on both sides, or without anybody knowing on which; a person decides.
    Conflict,
    /// Only the target has it, and it stays.
    Extra,
    /// Only the target has it, both had it once, and the source says that it is gone.
    Delete,
}

impl Action {
    pub fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }
}

/// In which directions changes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The target has no changes of its own that count.
    One,
    /// Another configuration carries those of the target back.
    Both,
}

/// Compares one type. `ledger`: the hash of each object when both sides were last equal.
pub fn compare(
    kind: &str,
    source: &[Summary],
    target: &[Summary],
    ledger: &HashMap<String, String>,
    (policy, direction): (Policy, Direction),
) -> Vec<Entry> {
    let there: HashMap<&str, &Summary> = target.iter().map(|one| (one.uid.as_str(), one)).collect();
    let here: std::collections::HashSet<&str> = source.iter().map(|one| one.uid.as_str()).collect();
    let entry = |uid: &str, action, from: Option<&Summary>, to: Option<&Summary>| Entry {
        kind: kind.to_owned(),
        uid: uid.to_owned(),
        action,
        source: from.map(|one| one.hash.clone()).unwrap_or_default(),
        target: to.map(|one| one.hash.clone()).unwrap_or_default(),
        references: from.map(|one| one.references.clone()).unwrap_or_default(),
    };
    let sources = source.iter().map(|one| {
        let other = there.get(one.uid.as_str()).copied();
        let known = ledger.get(&one.uid).map(String::as_str);
        entry(
            &one.uid,
            action(&one.hash, other.map(|one| one.hash.as_str()), known, policy, direction),
            Some(one),
            other,
        )
    });
    let extras = target.iter().filter(|one| !here.contains(one.uid.as_str()));
    let extras = extras.map(|one| {
        let references = one.references.clone();
        Entry { references, ..entry(&one.uid, gone(one, ledger, policy, direction), None, Some(one)) }
    });
    sources.chain(extras).collect()
}

/// What only the target has: to be deleted where both sides had it, and nobody has changed it since.
fn gone(target: &Summary, ledger: &HashMap<String, String>, policy: Policy, direction: Direction) -> Action {
    let Some(last) = ledger.get(&target.uid) else { return Action::Extra };
    match (*last == target.hash, policy) {
        (true, _) => Action::Delete,
        // The other direction makes it again.
        (false, _) if direction == Direction::Both => Action::Extra,
        (false, Policy::Source) => Action::Delete,
        (false, Policy::Target) => Action::Extra,
        (false, Policy::Stop) => Action::Conflict,
    }
}

fn action(source: &str, target: Option<&str>, ledger: Option<&str>, policy: Policy, direction: Direction) -> Action {
    let Some(target) = target else {
        // It was equal once, and the other side has deleted it: it is not made again there.
        let deleted_there = direction == Direction::Both && ledger == Some(source);
        return if deleted_there { Action::Kept } else { Action::Create };
    };
    if source == target {
        return Action::Equal;
    }
    match (ledger, direction, policy) {
        (Some(last), _, _) if last == target => Action::Update,
        (Some(last), Direction::Both, _) if last == source => Action::Kept,
        (_, _, Policy::Source) => Action::Update,
        (_, _, Policy::Target) => Action::Kept,
        (_, _, Policy::Stop) => Action::Conflict,
    }
}

/// How many of each action, by type.
pub fn counts(entries: &[Entry]) -> BTreeMap<String, BTreeMap<Action, u64>> {
    let mut counts: BTreeMap<String, BTreeMap<Action, u64>> = BTreeMap::new();
    for entry in entries {
        *counts.entry(entry.kind.clone()).or_default().entry(entry.action).or_default() += 1;
    }
    counts
}

/// What is written, in an order in which references lead to what is there already; objects that refer to one another
/// are together. Indexes into `entries`.
pub fn order(entries: &[Entry]) -> Vec<Vec<usize>> {
    let place: HashMap<&str, usize> = entries
        .iter()
        .enumerate()
        .filter(|(_, one)| one.action.writes())
        .map(|(at, one)| (one.uid.as_str(), at))
        .collect();
    let is_deleted = |at: usize| entries[at].action == Action::Delete;
    let edges = |at: usize| {
        let to = entries[at].references.iter().filter_map(|uid| place.get(uid.as_str()).copied());
        to.filter(move |to| is_deleted(*to) == is_deleted(at))
    };
    let mut walk = Tarjan { index: vec![None; entries.len()], low: vec![0; entries.len()], ..Tarjan::default() };
    for (at, entry) in entries.iter().enumerate() {
        if entry.action.writes() && walk.index[at].is_none() {
            walk.visit(at, &edges);
        }
    }
    // What is deleted comes last, and what refers to something before that.
    let deletes = |group: &Vec<usize>| group.iter().all(|at| entries[*at].action == Action::Delete);
    let (deleted, mut order): (Vec<_>, Vec<_>) = walk.found.into_iter().partition(deletes);
    order.extend(deleted.into_iter().rev());
    order
}

/// Strongly connected components, those that others lead to first (Tarjan 1972), without recursion.
#[derive(Default)]
struct Tarjan {
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    count: usize,
    stack: Vec<usize>,
    on_stack: std::collections::HashSet<usize>,
    found: Vec<Vec<usize>>,
}

impl Tarjan {
    fn visit<I: Iterator<Item = usize>>(&mut self, root: usize, edges: &impl Fn(usize) -> I) {
        let mut calls = vec![(root, self.enter(root, edges))];
        while let Some((at, next)) = calls.last_mut() {
            let at = *at;
            if let Some(to) = next.pop() {
                match self.index[to] {
                    None => calls.push((to, self.enter(to, edges))),
                    Some(index) if self.on_stack.contains(&to) => self.low[at] = self.low[at].min(index),
                    Some(_) => {}
                }
                continue;
            }
            calls.pop();
            if let Some((caller, _)) = calls.last() {
                self.low[*caller] = self.low[*caller].min(self.low[at]);
            }
            if self.index[at] == Some(self.low[at]) {
                self.close(at);
            }
        }
    }

    fn enter<I: Iterator<Item = usize>>(&mut self, at: usize, edges: &impl Fn(usize) -> I) -> Vec<usize> {
        self.index[at] = Some(self.count);
        self.low[at] = self.count;
        self.count += 1;
        self.stack.push(at);
        self.on_stack.insert(at);
        edges(at).filter(|to| *to != at).collect()
    }

    fn close(&mut self, root: usize) {
        let mut component = Vec::new();
        while let Some(at) = self.stack.pop() {
            self.on_stack.remove(&at);
            component.push(at);
            if at == root {
                break;
            }
        }
        component.sort_unstable();
        self.found.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(uid: &str, hash: &str) -> Summary {
        Summary { uid: uid.to_owned(), hash: hash.to_owned(), references: Vec::new() }
    }

    #[test]
    fn who_changed_since_our_last_write_decides() {
        use {Action::*, Direction::*, Policy::*};
        let cases = [
            // source, target, ledger, policy, direction
            ("1", None, None, Source, One, Create),
            ("1", Some("1"), None, Source, One, Equal),
            ("2", Some("1"), None, Source, One, Update),
            ("2", Some("1"), None, Target, One, Kept),
            ("2", Some("1"), None, Stop, One, Conflict),
            ("2", Some("1"), Some("1"), Stop, One, Update),
            ("2", Some("1"), Some("1"), Target, Both, Update),
            ("1", Some("2"), Some("1"), Source, One, Update),
            ("1", Some("2"), Some("1"), Source, Both, Kept),
            ("3", Some("2"), Some("1"), Stop, Both, Conflict),
            ("3", Some("2"), Some("1"), Source, Both, Update),
            ("1", None, Some("1"), Source, Both, Kept),
            ("2", None, Some("1"), Source, Both, Create),
            ("1", None, Some("1"), Source, One, Create),
        ];
        for (source, target, ledger, policy, direction, expected) in cases {
            let target: Vec<_> = target.into_iter().map(|hash| summary("a", hash)).collect();
            let ledger = ledger.into_iter().map(|hash| ("a".to_owned(), hash.to_owned())).collect();
            let entries = compare("options", &[summary("a", source)], &target, &ledger, (policy, direction));
            assert_eq!(entries[0].action, expected, "{source} {target:?} {ledger:?} {policy:?} {direction:?}");
        }
        let gone = |last: &str, policy, direction| {
            let ledger = HashMap::from([("b".to_owned(), last.to_owned())]);
            compare("options", &[], &[summary("b", "1")], &ledger, (policy, direction))[0].action
        };
        assert_eq!(gone("1", Stop, One), Delete);
        assert_eq!((gone("2", Source, One), gone("2", Target, One), gone("2", Stop, One)), (Delete, Extra, Conflict));
        assert_eq!((gone("1", Source, Both), gone("2", Source, Both)), (Delete, Extra));
        let extra = compare("options", &[], &[summary("b", "1")], &HashMap::new(), (Source, One));
        assert_eq!(extra[0].action, Extra);
    }

    #[test]
    fn what_is_referred_to_comes_first_and_cycles_travel_together() {
        let entry = |uid: &str, references: &[&str]| Entry {
            kind: "x".into(),
            uid: uid.into(),
            action: Action::Create,
            source: "1".into(),
            target: String::new(),
            references: references.iter().map(|uid| (*uid).to_owned()).collect(),
        };
        let entries = [
            entry("child", &["parent", "elsewhere"]),
            entry("set", &["one", "two"]),
            entry("parent", &["root"]),
            entry("one", &["set"]),
            entry("two", &["set"]),
            entry("root", &[]),
            entry("user", &["set", "child"]),
        ];
        let order = order(&entries);
        let at = |index: usize| order.iter().position(|group| group.contains(&index)).unwrap();
        assert_eq!(order.len(), 5);
        assert_eq!(order[at(1)], [1, 3, 4]);
        assert!(at(5) < at(2) && at(2) < at(0) && at(0) < at(6) && at(1) < at(6));
    }

    #[test]
    fn what_is_deleted_comes_last_and_children_before_their_parents() {
        let entry = |uid: &str, action, references: &[&str]| Entry {
            kind: "x".into(),
            uid: uid.into(),
            action,
            source: String::new(),
            target: "1".into(),
            references: references.iter().map(|uid| (*uid).to_owned()).collect(),
        };
        let entries = [
            entry("parent", Action::Delete, &["new"]),
            entry("child", Action::Delete, &["parent"]),
            entry("extra", Action::Extra, &["parent"]),
            entry("new", Action::Create, &["parent"]),
        ];
        assert_eq!(order(&entries), [vec![3], vec![1], vec![0]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let entries: Vec<Entry> = (0..100_000)
            .map(|n| Entry {
                kind: "x".into(),
                uid: n.to_string(),
                action: Action::Create,
                source: "1".into(),
                target: String::new(),
                references: vec![(n + 1).to_string()],
            })
            .collect();
        let order = order(&entries);
        assert_eq!((order.len(), &order[0]), (100_000, &vec![99_999]));
    }
}
