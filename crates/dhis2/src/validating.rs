//! Asks the target what it would refuse, and writes nothing: each chunk with everything new that it refers to.

use crate::{
    canon,
    client::{Error, Import, Imported},
    metadata::{Readings, Sides, of_source},
    plan::{Action, Entry},
    planning::Blocked,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// Objects of a chunk, what it refers to left aside.
const CHUNK: usize = 200;

/// # Errors
/// Of either instance.
pub(crate) async fn validate(
    sides: &Sides,
    readings: &Readings,
    entries: &[Entry],
    order: &[Vec<usize>],
) -> Result<Vec<Blocked>, Error> {
    let made = entries.iter().enumerate().filter(|(_, entry)| entry.action == Action::Create);
    let made: HashMap<&str, usize> = made.map(|(at, entry)| (entry.uid.as_str(), at)).collect();
    let written = order.iter().filter(|group| group.iter().all(|at| entries[*at].action != Action::Delete));
    let written: Vec<Vec<usize>> = written.cloned().collect();
    let mut waiting: VecDeque<Vec<Vec<usize>>> = chunks(&written).into();
    let mut blocked: BTreeMap<usize, String> = BTreeMap::new();
    while let Some(chunk) = waiting.pop_front() {
        let objects: Vec<usize> = chunk.iter().flatten().copied().collect();
        let bundle = bundle(sides, readings, entries, &with_what_is_new(entries, &made, &objects)).await?;
        match sides.target.import(&bundle, Import::Validate).await {
            Ok(Imported::Taken) => {}
            Ok(Imported::Rejected(rejection)) => {
                let named = rejection.named.iter();
                let found = named.flat_map(|(uid, code)| {
                    objects.iter().filter(move |at| entries[**at].uid == *uid).map(move |at| (*at, code.clone()))
                });
                let found: Vec<(usize, String)> = found.collect();
                match (found.is_empty() && rejection.named.is_empty(), chunk.len()) {
                    (false, _) => blocked.extend(found),
                    (true, 1) => blocked.extend(objects.first().map(|at| (*at, rejection.code))),
                    (true, _) => halve(&chunk, &mut waiting),
                }
            }
            Err(Error::TooLarge { .. } | Error::Short { .. }) if chunk.len() > 1 => halve(&chunk, &mut waiting),
            Err(error) => return Err(error),
        }
    }
    let told = blocked.into_iter().map(|(at, code)| Blocked {
        kind: entries[at].kind.clone(),
        uid: entries[at].uid.clone(),
        code,
    });
    Ok(told.collect())
}

fn chunks(order: &[Vec<usize>]) -> Vec<Vec<Vec<usize>>> {
    let mut chunks: Vec<Vec<Vec<usize>>> = Vec::new();
    let mut size = CHUNK;
    for group in order {
        if size + group.len() > CHUNK {
            chunks.push(Vec::new());
            size = 0;
        }
        size += group.len();
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(group.clone());
        }
    }
    chunks
}

fn halve(chunk: &[Vec<usize>], waiting: &mut VecDeque<Vec<Vec<usize>>>) {
    let (first, second) = chunk.split_at(chunk.len() / 2);
    waiting.push_front(second.to_vec());
    waiting.push_front(first.to_vec());
}

/// These objects, and all that are made by the plan and that they refer to, at last.
fn with_what_is_new(entries: &[Entry], made: &HashMap<&str, usize>, objects: &[usize]) -> BTreeSet<usize> {
    let mut all: BTreeSet<usize> = objects.iter().copied().collect();
    let mut open: Vec<usize> = objects.to_vec();
    while let Some(at) = open.pop() {
        for uid in &entries[at].references {
            if let Some(to) = made.get(uid.as_str()).filter(|to| all.insert(**to)) {
                open.push(*to);
            }
        }
    }
    all
}

async fn bundle(
    sides: &Sides,
    readings: &Readings,
    entries: &[Entry],
    objects: &BTreeSet<usize>,
) -> Result<Value, Error> {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in objects.iter().map(|at| &entries[*at]) {
        kinds.entry(&entry.kind).or_default().push(entry.uid.clone());
    }
    let mut bundle: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (kind, uids) in kinds {
        let wanted: HashSet<&str> = uids.iter().map(String::as_str).collect();
        let found = of_source(sides, readings, kind, &uids).await?.into_iter();
        let found = found.filter(|(uid, _)| wanted.contains(uid.as_str()));
        let bodies = found.map(|(_, object)| Value::Object(canon::outgoing(object, &readings.source)));
        bundle.entry(kind).or_default().extend(bodies);
    }
    Ok(json!(bundle))
}
