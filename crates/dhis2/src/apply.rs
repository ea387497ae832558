//! Writes groups of objects: in chunks that shrink where they are too much, thinned by what a report names, bisected
//! where it names nothing, and read again afterwards.

use crate::{
    canon,
    client::{Error, Import, Imported, Rejection},
    metadata::{Readings, Sides, of_source, summary},
    plan::{Action, Entry},
    tracker::{self, At},
    verdicts,
    work::Group,
};
use jobs::Ended;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Times that what was accepted and not kept is written.
const PASSES: usize = 3;

type Objects = HashMap<String, Map<String, Value>>;

/// One attempt at the groups of a message.
pub(crate) struct Apply<'a> {
    pub(crate) sides: &'a Sides,
    pub(crate) readings: &'a Readings,
    pub(crate) groups: &'a [Group],
    /// What was not made: whatever refers to it cannot be written either.
    pub(crate) failed: &'a mut HashMap<String, String>,
    /// Groups of one write, from one to the next.
    pub(crate) limit: &'a mut usize,
}

/// How each group ended.
pub(crate) struct Done {
    pub(crate) ended: Vec<Ended>,
}

impl Apply<'_> {
    /// The objects of the source as they are now, by uid.
    ///
    /// # Errors
    /// Of the source.
    pub(crate) async fn read(&self) -> Result<Objects, Error> {
        let written: Vec<&Group> = self.groups.iter().filter(|group| !group.deletes()).collect();
        if is_tracker(&written) {
            return tracker::bodies(self.sides, self.readings, At::Source, &written).await;
        }
        let mut found = Objects::new();
        for (kind, uids) in by_kind(written.into_iter()) {
            found.extend(of_source(self.sides, self.readings, kind, &uids).await?);
        }
        Ok(found)
    }

    /// Writes what is still as it was planned.
    pub(crate) async fn write(self, objects: &Objects) -> Done {
        let mut ended: Vec<Option<Ended>> = self.groups.iter().map(|group| self.moved(group, objects)).collect();
        let bodies: Vec<Vec<(&str, Value)>> = self.groups.iter().map(|group| self.bodies(group, objects)).collect();
        for pass in 0..PASSES {
            let open: Vec<usize> = (0..ended.len()).filter(|at| ended[*at].is_none()).collect();
            if open.is_empty() {
                break;
            }
            Chunks { apply: &self, bodies: &bodies, ended: &mut ended, failed: HashMap::new() }.send(open).await;
            let open: Vec<usize> = (0..ended.len()).filter(|at| ended[*at].is_none()).collect();
            match self.kept(&open).await {
                Ok(kept) => {
                    for (at, lost) in open.into_iter().zip(kept) {
                        ended[at] = match lost {
                            None => Some(Ended::Succeeded),
                            Some((uid, property)) if pass + 1 == PASSES => Some(verdicts::not_kept(&uid, &property)),
                            Some(_) => None,
                        };
                    }
                }
                // It was written; nobody can say now whether it was kept.
                Err(error) => open.into_iter().for_each(|at| {
                    ended[at] = Some(verdicts::held(&lost_by(&error)));
                }),
            }
        }
        let ended: Vec<Ended> = ended.into_iter().map(|one| one.unwrap_or(Ended::Succeeded)).collect();
        for (group, ended) in self.groups.iter().zip(&ended) {
            let culprit = match ended {
                Ended::Failed(verdict) | Ended::Skipped(verdict) => verdict.args.get("uid"),
                _ => None,
            };
            if let Some(culprit) = culprit {
                let made = group.objects.iter().filter(|one| one.target.is_empty());
                self.failed.extend(made.map(|one| (one.uid.clone(), culprit.clone())));
            }
        }
        Done { ended }
    }

    fn moved(&self, group: &Group, objects: &Objects) -> Option<Ended> {
        let same = |uid: &str, hash: &str| {
            let hash_of = |object: &Map<String, Value>| match group.program {
                Some(_) => tracker::hash(object),
                None => canon::hash(object, &self.readings.source),
            };
            objects.get(uid).is_some_and(|object| hash_of(object) == hash)
        };
        let moved = group.objects.iter().find(|one| one.action != Action::Delete && !same(&one.uid, &one.source));
        moved.map(|one| verdicts::moved(&one.uid))
    }

    fn bodies<'g>(&self, group: &'g Group, objects: &Objects) -> Vec<(&'g str, Value)> {
        if group.program.is_some() {
            let sent = |one: &Entry| match one.action {
                Action::Delete => tracker::deletion(group, one),
                _ => objects.get(&one.uid).map(|body| Value::Object(body.clone())),
            };
            let bodies = group.objects.iter().filter_map(|one| Some((tracker::list_of(&one.kind)?.0, sent(one)?)));
            return bodies.collect();
        }
        let sent = |uid: &str| objects.get(uid).map(|one| canon::outgoing(one.clone(), &self.readings.source).into());
        let body = |uid: &str| if group.deletes() { Some(json!({"id": uid})) } else { sent(uid) };
        group.objects.iter().filter_map(|one| Some((one.kind.as_str(), body(&one.uid)?))).collect()
    }

    /// Of each of these groups, the first object that is not on the target as it was sent, and in what it differs.
    pub(crate) async fn kept(&self, groups: &[usize]) -> Result<Vec<Option<(String, String)>>, Error> {
        kept(self.sides, self.readings, &groups.iter().map(|at| &self.groups[*at]).collect::<Vec<_>>()).await
    }
}

/// As [`Apply::kept`].
pub(crate) async fn kept(
    sides: &Sides,
    readings: &Readings,
    groups: &[&Group],
) -> Result<Vec<Option<(String, String)>>, Error> {
    if is_tracker(groups) {
        return tracker::kept(sides, readings, groups).await;
    }
    let mut there: HashMap<String, String> = HashMap::new();
    let mut bodies = Objects::new();
    for (kind, uids) in by_kind(groups.iter().copied()) {
        for object in sides.target.objects(kind, &uids).await? {
            let found = summary(&object, &readings.target);
            there.insert(found.uid.clone(), found.hash);
            bodies.insert(found.uid, object);
        }
    }
    let is_as_sent = |one: &Entry| match one.action {
        Action::Delete => !there.contains_key(&one.uid),
        _ => there.get(&one.uid) == Some(&one.source),
    };
    let lost = |group: &&Group| {
        let lost = group.objects.iter().find(|one| !is_as_sent(one))?;
        let is_there = bodies.contains_key(&lost.uid);
        let property = if is_there && !group.deletes() { "" } else { "id" };
        Some((lost.uid.clone(), property.to_owned()))
    };
    let mut found: Vec<Option<(String, String)>> = groups.iter().map(lost).collect();
    for (uid, property) in found.iter_mut().flatten().filter(|(_, property)| property.is_empty()) {
        let kind = groups.iter().flat_map(|group| &group.objects).find(|one| one.uid == *uid).map(|one| &one.kind);
        let Some(kind) = kind else { continue };
        let source = of_source(sides, readings, kind, std::slice::from_ref(uid)).await?;
        if let (Some((_, source)), Some(target)) = (source.first(), bodies.get(uid)) {
            let (a, b) = (canon::properties(source, &readings.source), canon::properties(target, &readings.target));
            *property = canon::differences(&a, &b).first().map(|(name, _, _)| (*name).to_owned()).unwrap_or_default();
        }
    }
    Ok(found)
}

/// A job has groups of one sort.
fn is_tracker(groups: &[&Group]) -> bool {
    groups.first().is_some_and(|group| group.program.is_some())
}

/// What could not be read after it was written is unknown, whatever stood in the way.
fn lost_by(error: &Error) -> Error {
    match error {
        Error::Unauthorized { .. } | Error::Forbidden { .. } | Error::Busy { .. } => error.clone(),
        _ => Error::Lost { host: String::new() },
    }
}

fn by_kind<'g>(groups: impl Iterator<Item = &'g Group>) -> BTreeMap<&'g str, Vec<String>> {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in groups.flat_map(|group| &group.objects) {
        kinds.entry(&one.kind).or_default().push(one.uid.clone());
    }
    kinds
}

/// Chunks on their way.
struct Chunks<'a, 'b> {
    apply: &'a Apply<'b>,
    bodies: &'a [Vec<(&'a str, Value)>],
    ended: &'a mut [Option<Ended>],
    /// Found out in this attempt.
    failed: HashMap<String, String>,
}

impl Chunks<'_, '_> {
    /// Until nothing is left that can be sent. What was taken has no end yet: it is to be read again.
    async fn send(mut self, open: Vec<usize>) {
        let size = (*self.apply.limit).max(1);
        let mut waiting: VecDeque<Vec<usize>> = open.chunks(size).map(<[usize]>::to_vec).collect();
        let mut lost = 0;
        while let Some(mut chunk) = waiting.pop_front() {
            self.skip_dependants(&mut chunk);
            if chunk.is_empty() {
                continue;
            }
            let deletes = chunk.iter().any(|at| self.apply.groups[*at].deletes());
            let how = if deletes { Import::Delete } else { Import::Write };
            let (target, bundle) = (&self.apply.sides.target, self.bundle(&chunk));
            let answered = match self.apply.groups[chunk[0]].program {
                Some(_) => target.import_tracked(&bundle, how).await,
                None => target.import(&bundle, how).await,
            };
            match answered {
                Ok(Imported::Taken) => {}
                Ok(Imported::Rejected(rejection)) => self.thin(chunk, &rejection, &mut waiting),
                Err(Error::TooLarge { .. }) if chunk.len() > 1 => halve(&chunk, &mut waiting),
                // It may have been written: what is there as it was sent is done.
                Err(Error::Lost { .. }) if lost < 8 => {
                    lost += 1;
                    match self.apply.kept(&chunk).await {
                        Ok(kept) => {
                            let missing = chunk.into_iter().zip(kept).filter(|(_, lost)| lost.is_some());
                            let missing: Vec<usize> = missing.map(|(at, _)| at).collect();
                            if !missing.is_empty() {
                                halve(&missing, &mut waiting);
                            }
                        }
                        Err(_) => self.end(&chunk, &Error::Lost { host: String::new() }),
                    }
                }
                Err(error) => {
                    self.end(&chunk, &error);
                    let stops = !matches!(error, Error::TooLarge { .. } | Error::Refused { .. });
                    if stops {
                        waiting.drain(..).for_each(|chunk| self.end(&chunk, &error));
                    }
                }
            }
        }
    }

    fn end(&mut self, chunk: &[usize], error: &Error) {
        chunk.iter().for_each(|at| self.ended[*at] = Some(verdicts::held(error)));
    }

    fn bundle(&self, chunk: &[usize]) -> Value {
        let mut bundle: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for (kind, body) in chunk.iter().flat_map(|at| &self.bodies[*at]) {
            bundle.entry(kind).or_default().push(body);
        }
        json!(bundle)
    }

    /// What refers to what was not made is not sent.
    fn skip_dependants(&mut self, chunk: &mut Vec<usize>) {
        loop {
            let before = chunk.len();
            chunk.retain(|at| {
                let group = &self.apply.groups[*at];
                if group.deletes() {
                    return true;
                }
                let own = |uid: &String| group.objects.iter().any(|one| one.uid == *uid);
                let references = group.objects.iter().flat_map(|one| &one.references).filter(|uid| !own(uid));
                let known = |uid: &String| self.failed.get(uid).or_else(|| self.apply.failed.get(uid)).cloned();
                let Some(culprit) = references.into_iter().find_map(known) else { return true };
                self.ended[*at] = Some(verdicts::depends_on(&culprit));
                let made = group.objects.iter().filter(|one| one.target.is_empty());
                self.failed.extend(made.map(|one| (one.uid.clone(), culprit.clone())));
                false
            });
            if chunk.len() == before {
                return;
            }
        }
    }

    fn thin(&mut self, chunk: Vec<usize>, rejection: &Rejection, waiting: &mut VecDeque<Vec<usize>>) {
        let named = |at: &usize| {
            let mut objects = self.apply.groups[*at].objects.iter();
            objects
                .find_map(|one| rejection.named.get_key_value(&one.uid))
                .map(|(uid, code)| (uid.clone(), code.clone()))
        };
        let found: Vec<(usize, (String, String))> = chunk.iter().filter_map(|at| Some((*at, named(at)?))).collect();
        if found.is_empty() && chunk.len() > 1 {
            return halve(&chunk, waiting);
        }
        let alone = found.is_empty();
        let mut rest = chunk;
        let found = if alone {
            let uid = self.apply.groups[rest[0]].objects[0].uid.clone();
            vec![(rest[0], (uid, rejection.code.clone()))]
        } else {
            found
        };
        for (at, (uid, code)) in found {
            self.ended[at] = Some(verdicts::rejected(&uid, &code));
            let made = self.apply.groups[at].objects.iter().filter(|one| one.target.is_empty());
            self.failed.extend(made.map(|one| (one.uid.clone(), uid.clone())));
            rest.retain(|one| *one != at);
        }
        // In their order: what is left comes before what was to follow.
        waiting.push_front(rest);
    }
}

fn halve(chunk: &[usize], waiting: &mut VecDeque<Vec<usize>>) {
    let (first, second) = chunk.split_at(chunk.len() / 2);
    waiting.push_front(second.to_vec());
    waiting.push_front(first.to_vec());
}
