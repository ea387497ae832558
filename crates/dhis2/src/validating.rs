//! Asks the target what it would refuse, and writes nothing: each chunk with everything new that it refers to.

use crate::{
    canon,
    client::{Error, Import, Imported},
    comparing::Absent,
    metadata::{Readings, Sides, of_source},
    plan::{Action, Entry},
    planning::Blocked,
    tracker::{self, At, Bodies},
    work::Group,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// Objects of a chunk, what it refers to left aside.
const CHUNK: usize = 200;

/// Metadata of a plan.
///
/// # Errors
/// Of either instance.
pub(crate) async fn validate(
    sides: &Sides,
    readings: &Readings,
    entries: &[Entry],
    order: &[Vec<usize>],
) -> Result<Vec<Blocked>, Error> {
    let written = order.iter().filter(|group| group.iter().all(|at| entries[*at].action != Action::Delete));
    let written: Vec<Vec<usize>> = written.cloned().collect();
    let entries: Vec<&Entry> = entries.iter().collect();
    let mut asked = Asked { sides, readings, made: made(&entries), entries, tracked: None };
    asked.in_chunks(&written).await
}

/// Tracker data of a plan, and how many pieces of it could not be asked about: they refer to metadata that is not on the
/// target yet.
///
/// # Errors
/// Of either instance.
pub(crate) async fn validate_tracked(
    sides: &Sides,
    readings: &Readings,
    groups: &[Group],
    absent: &Absent,
) -> Result<(Vec<Blocked>, u64), Error> {
    let groups: Vec<&Group> = groups.iter().filter(|group| !group.deletes()).collect();
    let entries: Vec<&Entry> = groups.iter().flat_map(|group| &group.objects).collect();
    let owners = groups.iter().enumerate().flat_map(|(at, group)| group.objects.iter().map(move |_| at));
    let owners: Vec<usize> = owners.collect();
    let mut order = vec![Vec::new(); groups.len()];
    owners.iter().enumerate().for_each(|(at, owner)| order[*owner].push(at));
    let tracked = Tracked { groups, owners, absent, early: BTreeSet::new() };
    let mut asked = Asked { sides, readings, made: made(&entries), entries, tracked: Some(tracked) };
    let blocked = asked.in_chunks(&order).await?;
    let early = asked.tracked.into_iter().flat_map(|tracked| {
        let Tracked { early, groups, .. } = tracked;
        early.into_iter().map(move |at| groups[at].objects.len())
    });
    Ok((blocked, u64::try_from(early.sum::<usize>()).unwrap_or(u64::MAX)))
}

/// What is asked about.
struct Asked<'a> {
    sides: &'a Sides,
    readings: &'a Readings,
    entries: Vec<&'a Entry>,
    /// Where each entry that is made stands.
    made: HashMap<&'a str, usize>,
    tracked: Option<Tracked<'a>>,
}

/// Of tracker data.
struct Tracked<'a> {
    groups: Vec<&'a Group>,
    /// The group of each entry.
    owners: Vec<usize>,
    absent: &'a Absent,
    /// Groups that refer to what is absent.
    early: BTreeSet<usize>,
}

impl Asked<'_> {
    /// Asks about groups of entries; a chunk whose refusal names nothing of it is halved until it does.
    async fn in_chunks(&mut self, order: &[Vec<usize>]) -> Result<Vec<Blocked>, Error> {
        let mut waiting: VecDeque<Vec<Vec<usize>>> = chunks(order).into();
        let mut blocked: BTreeMap<usize, String> = BTreeMap::new();
        while let Some(chunk) = waiting.pop_front() {
            let objects: Vec<usize> = chunk.iter().flatten().copied().collect();
            match self.ask(&objects).await {
                Ok(Imported::Taken) => {}
                Ok(Imported::Rejected(rejection)) => {
                    let named = |at: &usize| Some((*at, rejection.named.get(&self.entries[*at].uid)?.clone()));
                    let found: Vec<(usize, String)> = objects.iter().filter_map(named).collect();
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
            kind: self.entries[at].kind.clone(),
            uid: self.entries[at].uid.clone(),
            code,
        });
        Ok(told.collect())
    }

    async fn ask(&mut self, objects: &[usize]) -> Result<Imported, Error> {
        let all = with_what_is_new(&self.entries, &self.made, objects);
        let Some(tracked) = &mut self.tracked else {
            let bundle = bundle(self.sides, self.readings, &self.entries, &all).await?;
            return self.sides.target.import(&bundle, Import::Validate).await;
        };
        let some: BTreeSet<usize> = all.iter().map(|at| tracked.owners[*at]).collect();
        let read: Vec<&Group> = some.iter().map(|at| tracked.groups[*at]).collect();
        let mut bodies = tracker::bodies(self.sides, self.readings, At::Source, &read).await?;
        tracked.note_early(&self.made, &some, &bodies);
        let mut bundle: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for entry in some.difference(&tracked.early).flat_map(|at| &tracked.groups[*at].objects) {
            if let (Some((list, _)), Some(body)) = (tracker::list_of(&entry.kind), bodies.remove(&entry.uid)) {
                bundle.entry(list).or_default().push(Value::Object(body));
            }
        }
        match bundle.is_empty() {
            true => Ok(Imported::Taken),
            false => self.sides.target.import_tracked(&json!(bundle), Import::Validate).await,
        }
    }
}

impl Tracked<'_> {
    /// Which of these groups refer to what is absent, or to such a group.
    fn note_early(&mut self, made: &HashMap<&str, usize>, some: &BTreeSet<usize>, bodies: &Bodies) {
        let names_absent = |one: &Entry| bodies.get(&one.uid).is_some_and(|body| tracker::refers_to(body, self.absent));
        let found = some.iter().filter(|at| self.groups[**at].objects.iter().any(names_absent));
        let mut found: Vec<usize> = found.copied().collect();
        while !found.is_empty() {
            self.early.extend(found);
            let is_early =
                |uid: &String| made.get(uid.as_str()).is_some_and(|at| self.early.contains(&self.owners[*at]));
            let leads = |at: &usize| self.groups[*at].objects.iter().flat_map(|one| &one.references).any(is_early);
            found = some.difference(&self.early).copied().filter(leads).collect();
        }
    }
}

/// Where each entry that is made stands.
fn made<'e>(entries: &[&'e Entry]) -> HashMap<&'e str, usize> {
    let made = entries.iter().enumerate().filter(|(_, entry)| entry.action == Action::Create);
    made.map(|(at, entry)| (entry.uid.as_str(), at)).collect()
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
fn with_what_is_new(entries: &[&Entry], made: &HashMap<&str, usize>, objects: &[usize]) -> BTreeSet<usize> {
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
    entries: &[&Entry],
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
