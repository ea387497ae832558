//! Tracker data: tracked entities with their enrollments, events and relationships, and events of programs without
//! registration. Each of these pieces has a uid of its own, and is compared, known and deleted by itself; what a tracked
//! entity holds is written together.
//!
//! Read program by program: what a server shows of an entity is what belongs to the program that is asked about.

use crate::{
    canon::{self, Reading},
    client::{Error, Instance, ServerClock, moment, parameter},
    comparing::{Absent, Noting},
    metadata::{Readings, Sides, overlap, shift},
    plan::{self, Action, Entry, Summary},
    planning::{self, Ask, Bound, PlanError, Side, TypeReport},
    work::Group,
};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::SyncedObject;

/// The word for all of it among types.
pub(crate) const TRACKER: &str = "tracker";
/// Entities or events of one page.
const PAGE: usize = 200;
/// Those that are read by name at once: with what they hold.
const NAMED_MAX: usize = 50;
/// Lists of a bundle, in the order in which they are written, and what names an entry of each.
const LISTS: [(&str, &str); 4] = [
    ("trackedEntities", "trackedEntity"),
    ("enrollments", "enrollment"),
    ("events", "event"),
    ("relationships", "relationship"),
];
/// What is kept equal of each; what a server adds by itself is left out.
const ENTITY: [&str; 6] =
    ["trackedEntity", "trackedEntityType", "orgUnit", "inactive", "potentialDuplicate", "geometry"];
const ENROLLMENT: [&str; 8] =
    ["enrollment", "program", "orgUnit", "status", "enrolledAt", "occurredAt", "followUp", "geometry"];
const EVENT: [&str; 9] = [
    "event",
    "program",
    "programStage",
    "orgUnit",
    "status",
    "occurredAt",
    "scheduledAt",
    "attributeOptionCombo",
    "geometry",
];
/// Properties that hold uids of metadata.
const REFERRING: [&str; 8] = [
    "orgUnit",
    "program",
    "programStage",
    "trackedEntityType",
    "relationshipType",
    "attribute",
    "dataElement",
    "attributeOptionCombo",
];

/// A program, and whether people are registered in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Program {
    pub uid: String,
    pub registers: bool,
}

/// One piece as it is compared and sent.
struct Piece {
    list: &'static str,
    uid: String,
    body: Map<String, Value>,
    references: Vec<String>,
}

/// Which side is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Source,
    Target,
}

pub(crate) type Bodies = HashMap<String, Map<String, Value>>;

/// The list of a type of the ledger, `events IpHINAT79UW`; `None` for metadata.
pub(crate) fn list_of(kind: &str) -> Option<(&'static str, &'static str)> {
    let (list, _) = kind.split_once(' ')?;
    LISTS.iter().find(|(one, _)| *one == list).copied()
}

/// # Errors
/// Of the instance.
pub(crate) async fn programs(instance: &Instance) -> Result<Vec<Program>, Error> {
    let mut found = Vec::new();
    let see = |program: Map<String, Value>| {
        let text = |name: &str| program.get(name).and_then(Value::as_str).unwrap_or_default();
        found.push(Program { uid: text("id").to_owned(), registers: text("programType") != "WITHOUT_REGISTRATION" });
    };
    instance.each("programs", "id,programType", see).await?;
    found.sort();
    Ok(found)
}

/// How a version calls what is asked about.
#[derive(Clone, Copy)]
struct Names {
    old: bool,
    list: &'static str,
}

impl Names {
    fn of(clock: &ServerClock, program: &Program) -> Self {
        Self { old: clock.minor <= 40, list: if program.registers { "trackedEntities" } else { "events" } }
    }

    fn mode(self) -> &'static str {
        if self.old { "ouMode" } else { "orgUnitMode" }
    }

    fn unit(self) -> &'static str {
        if self.old || self.list == "events" { "orgUnit" } else { "orgUnits" }
    }

    /// Those that are read by name.
    fn named(self, uids: &[&str]) -> (&'static str, String) {
        let one = if self.list == "events" { "event" } else { "trackedEntity" };
        if self.old { (one, uids.join(";")) } else { (self.list, uids.join(",")) }
    }

    fn rows(self, body: &mut Value) -> Option<Vec<Value>> {
        let key = if self.old { "instances" } else { self.list };
        match body[key].take() {
            Value::Array(rows) => Some(rows),
            _ => None,
        }
    }

    fn total(self, body: &Value) -> Option<u64> {
        body["pager"]["total"].as_u64().or_else(|| body["total"].as_u64())
    }
}

fn fields(program: &Program) -> String {
    let event = format!("{},dataValues[dataElement,value,providedElsewhere],notes[note,value]", EVENT.join(","));
    if !program.registers {
        return event;
    }
    let values = "attributes[attribute,value]";
    let enrollment = format!("{},{values},notes[note,value],events[{event}]", ENROLLMENT.join(","));
    let relationship = "relationships[relationship,relationshipType,from,to]";
    format!("{},{values},enrollments[{enrollment}],{relationship}", ENTITY.join(","))
}

fn path(list: &str) -> String {
    format!("tracker/{list}")
}

fn short(instance: &Instance, list: &str) -> Error {
    Error::Short { host: instance.host(), what: path(list) }
}

/// Everything of a program below a unit, a page at a time.
async fn each(
    instance: &Instance,
    names: Names,
    program: (&Program, &str),
    root: &str,
    mut see: impl FnMut(Value),
) -> Result<(), Error> {
    let fields = fields(program.0);
    let id = if names.list == "events" { "event" } else { "trackedEntity" };
    let (size, order) = (PAGE.to_string(), format!("{id}:asc"));
    let mut seen = HashSet::new();
    for page in 1.. {
        let page = page.to_string();
        let query = [
            ("program", program.1),
            (names.unit(), root),
            (names.mode(), "DESCENDANTS"),
            ("fields", &fields),
            ("order", &order),
            ("page", &page),
            ("pageSize", &size),
            ("totalPages", "true"),
        ];
        let mut body = instance.get(&path(names.list), &query).await?;
        let total = names.total(&body).ok_or_else(|| short(instance, names.list))?;
        let rows = names.rows(&mut body).ok_or_else(|| short(instance, names.list))?;
        let came = rows.len();
        for row in rows {
            if row[id].as_str().is_some_and(|uid| seen.insert(uid.to_owned())) {
                see(row);
            }
        }
        if seen.len() as u64 == total {
            return Ok(());
        }
        if came < PAGE {
            break;
        }
    }
    Err(short(instance, names.list))
}

/// Takes an entity or an event apart. Uids of metadata are those of the target.
fn pieces(row: Value, program: &Program, reading: &Reading) -> Vec<Piece> {
    let Value::Object(mut row) = row else { return Vec::new() };
    if !program.registers {
        // Of its enrollment, which each server makes by itself, nothing is kept.
        return vec![piece(2, &mut row, &EVENT, &[("dataValues", true), ("notes", true)], reading)];
    }
    let entity = text(&row, "trackedEntity");
    let mut found = Vec::new();
    for mut enrollment in objects(row.remove("enrollments")) {
        let events = objects(enrollment.remove("events"));
        let own = text(&enrollment, "enrollment");
        let mut one = piece(1, &mut enrollment, &ENROLLMENT, &[("attributes", true), ("notes", true)], reading);
        one.body.insert("trackedEntity".into(), entity.clone().into());
        one.references = vec![entity.clone()];
        found.push(one);
        for mut event in events {
            let mut one = piece(2, &mut event, &EVENT, &[("dataValues", true), ("notes", true)], reading);
            one.body.insert("enrollment".into(), own.clone().into());
            one.references = vec![own.clone(), entity.clone()];
            found.push(one);
        }
    }
    for mut relationship in objects(row.remove("relationships")) {
        let ends: Vec<String> = ["from", "to"].iter().filter_map(|end| end_of(relationship.get(*end)?)).collect();
        // It is shown at both ends, and belongs to the one from which it leads.
        if ends.first() == Some(&entity) {
            let named = ["relationship", "relationshipType"];
            let mut one = piece(3, &mut relationship, &named, &[("from", false), ("to", false)], reading);
            one.references = ends;
            found.push(one);
        }
    }
    found.push(piece(0, &mut row, &ENTITY, &[("attributes", true)], reading));
    found
}

fn text(row: &Map<String, Value>, name: &str) -> String {
    row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn objects(value: Option<Value>) -> Vec<Map<String, Value>> {
    let Some(Value::Array(rows)) = value else { return Vec::new() };
    rows.into_iter().filter_map(|row| if let Value::Object(row) = row { Some(row) } else { None }).collect()
}

/// The entity at an end of a relationship.
fn end_of(end: &Value) -> Option<String> {
    let entity = &end["trackedEntity"];
    entity["trackedEntity"].as_str().or_else(|| entity.as_str()).map(str::to_owned)
}

/// The properties that are named, and parts of it: lists, or ends of a relationship.
fn piece(
    list: usize,
    row: &mut Map<String, Value>,
    named: &[&str],
    parts: &[(&str, bool)],
    reading: &Reading,
) -> Piece {
    let (list, id) = LISTS[list];
    let mut body = Map::new();
    for name in named {
        body.extend(row.remove(*name).map(|value| ((*name).to_owned(), value)));
    }
    for (name, is_list) in parts {
        let value = match (row.remove(*name), is_list) {
            (Some(value), false) => {
                end_of(&value).map(|uid| serde_json::json!({"trackedEntity": {"trackedEntity": uid}}))
            }
            (Some(Value::Array(rows)), true) if !rows.is_empty() => Some(Value::Array(rows)),
            _ => None,
        };
        body.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    body.values_mut().for_each(clean);
    // False is what it is where nothing is said.
    body.retain(|_, value| !value.is_null() && *value != Value::Bool(false));
    rename(&mut body, reading);
    Piece { list, uid: text(&body, id), body, references: Vec::new() }
}

/// What is nothing in lists of values.
fn clean(value: &mut Value) {
    match value {
        Value::Array(rows) => rows.iter_mut().for_each(clean),
        Value::Object(fields) => fields.retain(|_, value| !value.is_null() && *value != Value::Bool(false)),
        _ => {}
    }
}

fn rename(body: &mut Map<String, Value>, reading: &Reading) {
    if reading.uids.is_empty() {
        return;
    }
    for (name, value) in body.iter_mut() {
        if let Value::String(uid) = value
            && REFERRING.contains(&name.as_str())
            && let Some(other) = reading.uids.get(uid.as_str())
        {
            uid.clone_from(other);
        }
        if let Value::Array(rows) = value {
            rows.iter_mut().filter_map(Value::as_object_mut).for_each(|row| rename(row, reading));
        }
    }
}

/// Whether it names metadata that is absent.
pub(crate) fn refers_to(body: &Map<String, Value>, absent: &Absent) -> bool {
    body.iter().any(|(name, value)| match value {
        Value::String(uid) => REFERRING.contains(&name.as_str()) && absent.0.contains(uid),
        Value::Array(rows) => rows.iter().filter_map(Value::as_object).any(|row| refers_to(row, absent)),
        _ => false,
    })
}

pub(crate) fn hash(body: &Map<String, Value>) -> String {
    canon::hash(body, &Reading::default())
}

/// One program on both sides.
struct Read {
    /// By list.
    summaries: [Vec<Summary>; 4],
    /// The entity that holds each piece; of an event alone, itself.
    owners: HashMap<String, String>,
}

async fn read(
    instance: &Instance,
    clock: &ServerClock,
    (program, as_named): (&Program, &str),
    roots: &[String],
    reading: &Reading,
) -> Result<Read, Error> {
    let mut read = Read { summaries: Default::default(), owners: HashMap::new() };
    for root in roots {
        let see = |row: Value| {
            let id = if program.registers { "trackedEntity" } else { "event" };
            let owner = row[id].as_str().unwrap_or_default().to_owned();
            for piece in pieces(row, program, reading) {
                let at = LISTS.iter().position(|(list, _)| *list == piece.list).unwrap_or(0);
                let hash = hash(&piece.body);
                read.owners.insert(piece.uid.clone(), owner.clone());
                read.summaries[at].push(Summary { uid: piece.uid, hash, references: piece.references });
            }
        };
        each(instance, Names::of(clock, program), (program, as_named), root, see).await?;
    }
    Ok(read)
}

/// What all tracker data comes to.
#[derive(Default)]
pub(crate) struct ComparedTracker {
    /// What is to be written, in order.
    pub(crate) groups: Vec<Group>,
    /// Everything that is not equal.
    pub(crate) entries: Vec<Entry>,
    pub(crate) counts: BTreeMap<String, BTreeMap<Action, u64>>,
    pub(crate) types: Vec<TypeReport>,
    pub(crate) held: BTreeMap<String, u64>,
    pub(crate) programs: Vec<Program>,
    /// Where a next look begins.
    pub(crate) roots: Vec<String>,
}

/// Compares programs, all of them where none is named.
pub(crate) async fn compare(
    ask: &Ask<'_>,
    only: Option<&[String]>,
    absent: &Absent,
    (noting, now): (Noting, Timestamp),
) -> Result<ComparedTracker, PlanError> {
    let Ask { sides, readings, settings, .. } = ask;
    let (here, there) = (sides.source.clock().await?, sides.target.clock().await?);
    let mut compared = ComparedTracker { programs: programs(&sides.source).await?, ..ComparedTracker::default() };
    let roots = match &settings.org_unit {
        Some(unit) => vec![unit.clone()],
        None => crate::values::Units::of(&sides.source, None).await?.roots().to_vec(),
    };
    let roots_there: Vec<String> = roots.iter().map(|unit| readings.source.there(unit).to_owned()).collect();
    let mut known = HashSet::new();
    for program in compared.programs.clone() {
        if only.is_some_and(|only| !only.contains(&program.uid)) {
            continue;
        }
        let other = readings.source.there(&program.uid).to_owned();
        let source = read(&sides.source, &here, (&program, &program.uid), &roots, &readings.source).await?;
        let is_absent = absent.0.contains(&other) || roots_there.iter().any(|unit| absent.0.contains(unit));
        let target = match is_absent {
            true => Read { summaries: Default::default(), owners: HashMap::new() },
            false => read(&sides.target, &there, (&program, &other), &roots_there, &readings.target).await?,
        };
        one(ask, &program, (source, target), &mut known, (noting, now), &mut compared).await?;
    }
    compared.roots = roots;
    // What entities hold first, then what leads from one to another; at last what is deleted, relationships first.
    compared.groups.sort_by_key(|group| match (group.deletes(), group.is_relationship()) {
        (false, false) => 0,
        (false, true) => 1,
        (true, true) => 2,
        (true, false) => 3,
    });
    Ok(compared)
}

async fn one(
    ask: &Ask<'_>,
    program: &Program,
    (source, target): (Read, Read),
    known: &mut HashSet<String>,
    (noting, now): (Noting, Timestamp),
    compared: &mut ComparedTracker,
) -> Result<(), PlanError> {
    let pair = ask.settings.pair();
    let mut written: BTreeMap<(String, bool, bool), Vec<Entry>> = BTreeMap::new();
    let sides = source.summaries.into_iter().zip(target.summaries);
    for ((list, _), (mut here, there)) in LISTS.into_iter().zip(sides) {
        if !program.registers && list != "events" {
            continue;
        }
        if list == "relationships" {
            // It leads from an entity that may be in several programs: it is compared in the first.
            here.retain(|one| known.insert(one.uid.clone()));
        }
        let kind = format!("{list} {}", program.uid);
        let ledger = ask.db.synced(&pair, &kind).await?;
        if here.is_empty() && !ledger.is_empty() && ask.bound == Bound::Kept {
            return Err(Error::Emptied { host: ask.sides.source.host(), what: kind }.into());
        }
        let side = |all: &[Summary]| -> Side { planning::side(all) };
        compared.types.push(TypeReport { kind: kind.clone(), source: side(&here), target: side(&there) });
        let how = (ask.settings.conflict, ask.direction);
        let mut entries = plan::compare(&kind, &here, &there, &ledger, how);
        if let Some(held) = planning::confirm(ask, &path(list), &ledger, &mut entries).await? {
            compared.held.insert(kind.clone(), held);
        }
        compared.counts.extend(plan::counts(&entries));
        if noting == Noting::Yes {
            let equal = entries.iter().filter(|entry| entry.action == Action::Equal);
            let rows = equal.map(|one| SyncedObject {
                kind: one.kind.clone(),
                uid: one.uid.clone(),
                hash: one.source.clone(),
                problem: None,
            });
            ask.db.note_synced(pair.clone(), rows.collect(), now).await?;
        }
        entries.retain(|entry| entry.action != Action::Equal);
        for entry in entries.iter().filter(|entry| entry.action.writes()) {
            let owner = source.owners.get(&entry.uid).or_else(|| target.owners.get(&entry.uid));
            let owner = owner.cloned().unwrap_or_default();
            let place = (owner, list == "relationships", entry.action == Action::Delete);
            written.entry(place).or_default().push(entry.clone());
        }
        compared.entries.extend(entries);
    }
    let groups =
        written.into_iter().map(|((owner, ..), objects)| Group { objects, program: Some(program.clone()), owner });
    compared.groups.extend(groups);
    Ok(())
}

/// What is sent of a piece that is to be deleted; `None` for what goes with what holds it.
pub(crate) fn deletion(group: &Group, entry: &Entry) -> Option<Value> {
    let (_, id) = list_of(&entry.kind)?;
    let goes = |uid: &String| group.objects.iter().any(|one| one.uid == *uid && one.uid != entry.uid);
    // An end of a relationship may be deleted by itself.
    let with_another = !group.is_relationship() && entry.references.iter().any(goes);
    (!with_another).then(|| serde_json::json!({id: entry.uid}))
}

/// The pieces of these groups as one side has them now, by uid.
pub(crate) async fn bodies(sides: &Sides, readings: &Readings, at: At, groups: &[&Group]) -> Result<Bodies, Error> {
    let (instance, reading) = match at {
        At::Source => (&sides.source, &readings.source),
        At::Target => (&sides.target, &readings.target),
    };
    let clock = instance.clock().await?;
    let mut asked: BTreeMap<&Program, BTreeSet<&str>> = BTreeMap::new();
    for group in groups {
        if let Some(program) = &group.program {
            asked.entry(program).or_default().insert(&group.owner);
        }
    }
    let mut found = Bodies::new();
    for (program, owners) in asked {
        let names = Names::of(&clock, program);
        let uid = if at == At::Source { program.uid.as_str() } else { readings.source.there(&program.uid) };
        let (owners, fields): (Vec<&str>, String) = (owners.into_iter().collect(), fields(program));
        for some in owners.chunks(NAMED_MAX) {
            let (size, (key, list)) = (NAMED_MAX.to_string(), names.named(some));
            let query = [
                ("program", uid),
                (key, &*list),
                (names.mode(), "ACCESSIBLE"),
                ("fields", &fields),
                ("page", "1"),
                ("pageSize", &size),
            ];
            let mut body = instance.get(&path(names.list), &query).await?;
            let rows = names.rows(&mut body).ok_or_else(|| short(instance, names.list))?;
            for row in rows {
                found.extend(pieces(row, program, reading).into_iter().map(|one| (one.uid, one.body)));
            }
        }
    }
    Ok(found)
}

/// Of each group, the first piece that is not on the target as it was sent, and in what it differs.
///
/// # Errors
/// Of the target.
pub(crate) async fn kept(
    sides: &Sides,
    readings: &Readings,
    groups: &[&Group],
) -> Result<Vec<Option<(String, String)>>, Error> {
    let there = bodies(sides, readings, At::Target, groups).await?;
    let is_as_sent = |one: &Entry| match one.action {
        Action::Delete => !there.contains_key(&one.uid),
        _ => there.get(&one.uid).is_some_and(|body| hash(body) == one.source),
    };
    let lost = |group: &&Group| group.objects.iter().find(|one| !is_as_sent(one)).cloned();
    let lost: Vec<Option<Entry>> = groups.iter().map(lost).collect();
    let differing: Vec<&Group> =
        groups.iter().zip(&lost).filter(|(_, lost)| lost.is_some()).map(|(group, _)| *group).collect();
    let here = match differing.is_empty() {
        true => Bodies::new(),
        false => bodies(sides, readings, At::Source, &differing).await?,
    };
    let property = |uid: &str| {
        let reading = Reading::default();
        let (Some(source), Some(target)) = (here.get(uid), there.get(uid)) else { return "id".to_owned() };
        let (a, b) = (canon::properties(source, &reading), canon::properties(target, &reading));
        canon::differences(&a, &b).first().map(|(name, _, _)| (*name).to_owned()).unwrap_or_default()
    };
    Ok(lost.into_iter().map(|lost| lost.map(|one| (one.uid.clone(), property(&one.uid)))).collect())
}

/// The programs of which something may have changed since it was seen: one request for each list that a program has.
///
/// # Errors
/// Of the instance.
pub(crate) async fn changed(
    source: &Instance,
    clock: &ServerClock,
    programs: &[Program],
    roots: &[String],
    seen: Timestamp,
) -> Result<Vec<String>, Error> {
    let since = parameter(seen - overlap(clock, seen));
    let mut found = Vec::new();
    for program in programs {
        if is_changed(source, clock, program, roots, (seen, &since)).await? {
            found.push(program.uid.clone());
        }
    }
    Ok(found)
}

async fn is_changed(
    source: &Instance,
    clock: &ServerClock,
    program: &Program,
    roots: &[String],
    (seen, since): (Timestamp, &str),
) -> Result<bool, Error> {
    let lists: &[&'static str] =
        if program.registers { &["trackedEntities", "enrollments", "events"] } else { &["events"] };
    for list in lists.iter().copied() {
        let names = Names { old: clock.minor <= 40, list };
        for root in roots {
            let query = [
                ("program", program.uid.as_str()),
                (names.unit(), root),
                (names.mode(), "DESCENDANTS"),
                ("fields", "updatedAt"),
                ("updatedAfter", since),
                ("includeDeleted", "true"),
                ("order", "updatedAt:desc"),
                ("page", "1"),
                ("pageSize", "1"),
            ];
            let mut body = match source.get(&path(list), &query).await {
                // The program is not there any more: a run finds out.
                Err(Error::Refused { status: 400 | 404 | 409, .. }) => return Ok(true),
                answered => answered?,
            };
            let rows = names.rows(&mut body).ok_or_else(|| short(source, list))?;
            let at = |row: &Value| moment(row["updatedAt"].as_str().unwrap_or_default(), &clock.zone);
            let recent = seen - std::time::Duration::from_secs(60);
            if rows.iter().any(|row| at(row).is_none_or(|at| at + shift(clock, seen) >= recent)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
