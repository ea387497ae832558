//! Data values, and registrations that a data set is complete: read by data set and organisation unit, compared by key.
//! Only keys and hashes leave this module, and the rows that are sent on.

mod changed;
pub mod judge;

pub use changed::{ChangedValues, changed};

use crate::{
    canon::{Reading, hex},
    client::{Error, Instance, Table},
};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
};

/// Rows of one read; where there are more, the units below are read one by one.
const READ_MAX: usize = 30_000;
/// Rows of one unit, which cannot be taken apart.
const UNIT_MAX: usize = 200_000;
/// Rows of one write.
pub const WRITE_MAX: usize = 1_000;
/// Units of one read, where they are named: an address of 8 KiB has room for them.
const NAMED_MAX: usize = 200;
/// Units of a part of the tree that is read by naming them, where it is too much at once.
const SMALL_TREE: usize = 4_000;
/// Before and after every period.
const RANGE: [(&str, &str); 2] = [("startDate", "1900-01-01"), ("endDate", "2200-01-01")];

/// Data element (or data set), period, organisation unit, category option combination, attribute option combination.
pub type Key = [String; 5];

/// What is kept equal of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datum {
    /// The value; of a registration, whether it is complete.
    pub(crate) value: String,
    /// The comment; of a registration, its day.
    pub(crate) comment: String,
    pub(crate) followup: bool,
    /// It was there, and was deleted: only of a source whose deletions are carried over.
    pub(crate) deleted: bool,
}

pub type Rows = BTreeMap<Key, Datum>;

/// What one read asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slice {
    pub set: String,
    pub unit: String,
    pub below: Below,
    /// More units, read without those below them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    #[serde(default)]
    pub table: Table,
    /// Only what has been entered since: a parameter for the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// Whether the units below are read with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Below {
    With,
    Without,
}

/// Whether rows that were deleted are read, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    Read,
    Left,
}

/// Which data elements are read with which set: one that is in several is read once.
#[derive(Clone, Debug, Default)]
pub struct Sets(Vec<(String, HashSet<String>)>);

/// The tree of units.
#[derive(Clone, Debug, Default)]
pub struct Units {
    children: HashMap<String, Vec<String>>,
    roots: Vec<String>,
}

impl Sets {
    /// # Errors
    /// Of the instance.
    pub async fn of(instance: &Instance) -> Result<Self, Error> {
        let mut sets = Vec::new();
        let fields = "id,dataSetElements[dataElement[id]]";
        instance
            .each("dataSets", fields, |set| {
                let members = set.get("dataSetElements").and_then(Value::as_array).into_iter().flatten();
                let members = members.filter_map(|one| one["dataElement"]["id"].as_str()).map(str::to_owned).collect();
                sets.push((set["id"].as_str().unwrap_or_default().to_owned(), members));
            })
            .await?;
        sets.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut taken = HashSet::new();
        for (_, members) in &mut sets {
            let members: &mut HashSet<String> = members;
            members.retain(|member| taken.insert(member.clone()));
        }
        Ok(Self(sets))
    }

    /// Sets of which nothing else is known.
    pub fn named(uids: &[String]) -> Self {
        Self(uids.iter().map(|uid| (uid.clone(), HashSet::new())).collect())
    }

    pub fn uids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(uid, _)| uid.as_str())
    }

    /// Those from which values are read.
    fn with_values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, members)| !members.is_empty()).map(|(uid, _)| uid.as_str())
    }

    /// Those from which values of these elements are read.
    pub fn of_elements(&self, elements: &HashSet<String>) -> Vec<&str> {
        let has = |(_, members): &&(String, HashSet<String>)| !members.is_disjoint(elements);
        self.0.iter().filter(has).map(|(uid, _)| uid.as_str()).collect()
    }

    fn members(&self, set: &str) -> Option<&HashSet<String>> {
        self.0.iter().find(|(uid, _)| uid == set).map(|(_, members)| members)
    }

    fn has(&self, set: &str, element: &str) -> bool {
        self.members(set).is_some_and(|members| members.contains(element))
    }

    /// As the other side names them.
    pub fn renamed(&self, reading: &Reading) -> Self {
        let members = |all: &HashSet<String>| all.iter().map(|uid| reading.there(uid).to_owned()).collect();
        Self(self.0.iter().map(|(uid, all)| (reading.there(uid).to_owned(), members(all))).collect())
    }
}

impl Units {
    /// # Errors
    /// Of the instance.
    pub async fn of(instance: &Instance, root: Option<&str>) -> Result<Self, Error> {
        let mut units = Self::default();
        instance
            .each("organisationUnits", "id,parent[id]", |unit| {
                let uid = unit["id"].as_str().unwrap_or_default().to_owned();
                match unit.get("parent").and_then(|parent| parent["id"].as_str()) {
                    Some(parent) => units.children.entry(parent.to_owned()).or_default().push(uid),
                    None => units.roots.push(uid),
                }
            })
            .await?;
        if let Some(root) = root {
            units.roots = vec![root.to_owned()];
        }
        Ok(units)
    }

    /// Nothing is known but where one begins.
    pub fn below(roots: Vec<String>) -> Self {
        Self { roots, ..Self::default() }
    }

    pub fn roots(&self) -> &[String] {
        &self.roots
    }

    /// Every unit that a slice is about.
    pub(crate) fn of_slice<'a>(&'a self, slice: &'a Slice) -> HashSet<&'a str> {
        let mut found = HashSet::new();
        let mut open: Vec<&str> = std::iter::once(&slice.unit).chain(&slice.others).map(String::as_str).collect();
        while let Some(unit) = open.pop() {
            if found.insert(unit) && slice.below == Below::With {
                open.extend(self.children.get(unit).into_iter().flatten().map(String::as_str));
            }
        }
        found
    }

    /// What a slice is taken apart into; nothing where it cannot be.
    fn parts(&self, slice: &Slice) -> Vec<Slice> {
        if !slice.others.is_empty() {
            let all: Vec<String> = std::iter::once(&slice.unit).chain(&slice.others).cloned().collect();
            let (first, second) = all.split_at(all.len() / 2);
            return [first, second].into_iter().filter_map(|some| slice.only(some)).collect();
        }
        if slice.below == Below::With {
            let mut all: Vec<String> = self.of_slice(slice).into_iter().map(str::to_owned).collect();
            if (2..=SMALL_TREE).contains(&all.len()) {
                all.sort_unstable();
                return all.chunks(NAMED_MAX).filter_map(|some| slice.only(some)).collect();
            }
        }
        let Some(children) = self.children.get(&slice.unit).filter(|_| slice.below == Below::With) else {
            return Vec::new();
        };
        let part = |unit: &String, below| Slice { unit: unit.clone(), below, ..slice.clone() };
        let mut parts = vec![part(&slice.unit, Below::Without)];
        parts.extend(children.iter().map(|child| part(child, Below::With)));
        parts
    }
}

impl Slice {
    /// Of the same set, these units alone.
    fn only(&self, units: &[String]) -> Option<Self> {
        let (unit, others) = units.split_first()?;
        Some(Self { unit: unit.clone(), others: others.to_vec(), below: Below::Without, ..self.clone() })
    }

    /// As the other side names it; there all of it is read, whenever it was entered.
    pub fn renamed(&self, reading: &Reading) -> Self {
        let there = |uid: &String| reading.there(uid).to_owned();
        let others = self.others.iter().map(there).collect();
        Self { set: there(&self.set), unit: there(&self.unit), others, since: None, ..self.clone() }
    }
}

/// How rows are read from one side.
#[derive(Clone, Copy)]
pub struct How<'a> {
    pub sets: &'a Sets,
    pub reading: &'a Reading,
    pub deleted: Deleted,
}

/// The rows of a slice.
///
/// # Errors
/// Of the instance; `Ok(None)` where there are more than fit.
pub async fn read(instance: &Instance, slice: &Slice, how: How<'_>, limit: usize) -> Result<Option<Rows>, Error> {
    let (children, asked) = (slice.below == Below::With, (limit + 1).to_string());
    let mut query = vec![("dataSet", &*slice.set), ("orgUnit", &*slice.unit)];
    query.extend(slice.others.iter().map(|unit| ("orgUnit", unit.as_str())));
    query.extend([("children", if children { "true" } else { "false" }), ("limit", &*asked)]);
    query.extend(RANGE);
    query.extend(slice.since.as_deref().map(|since| ("lastUpdated", since)));
    if how.deleted == Deleted::Read && slice.table == Table::Values {
        query.push(("includeDeleted", "true"));
    }
    let body = instance.get_body(slice.table.names().0, &query).await?;
    let answered: Answered<'_> = body.read()?;
    let rows = match slice.table {
        Table::Values => answered.data_values,
        Table::Completeness => answered.complete_data_set_registrations,
    };
    if rows.len() > limit {
        return Ok(None);
    }
    let members = how.sets.members(&slice.set);
    let is_mine = |row: &Row<'_>| match slice.table {
        Table::Values => members.is_some_and(|members| members.contains(&*row.data_element)),
        Table::Completeness => row.data_set == slice.set,
    };
    let is_read = |row: &Row<'_>| how.deleted == Deleted::Read || row.deleted != Some(true);
    let mine = rows.into_iter().filter(|row| is_mine(row) && is_read(row));
    Ok(Some(mine.map(|row| datum(row, slice.table, how.reading)).collect()))
}

/// What a read answers.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answered<'a> {
    #[serde(borrow)]
    data_values: Vec<Row<'a>>,
    #[serde(borrow)]
    complete_data_set_registrations: Vec<Row<'a>>,
}

/// A value, or a registration: where nothing in it is escaped, a part of the answer.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row<'a> {
    #[serde(borrow)]
    data_element: Cow<'a, str>,
    #[serde(borrow)]
    data_set: Cow<'a, str>,
    #[serde(borrow)]
    period: Cow<'a, str>,
    #[serde(borrow)]
    org_unit: Cow<'a, str>,
    #[serde(borrow)]
    organisation_unit: Cow<'a, str>,
    #[serde(borrow)]
    category_option_combo: Cow<'a, str>,
    #[serde(borrow)]
    attribute_option_combo: Cow<'a, str>,
    value: Option<String>,
    comment: Option<String>,
    followup: Option<bool>,
    deleted: Option<bool>,
    completed: Option<bool>,
    date: Option<String>,
}

fn datum(row: Row<'_>, table: Table, reading: &Reading) -> (Key, Datum) {
    let there = |uid: Cow<'_, str>| reading.uids.get(&*uid).cloned().unwrap_or_else(|| uid.into_owned());
    match table {
        Table::Values => {
            let key = [
                there(row.data_element),
                row.period.into_owned(),
                there(row.org_unit),
                there(row.category_option_combo),
                there(row.attribute_option_combo),
            ];
            let (value, comment) = (row.value.unwrap_or_default(), row.comment.unwrap_or_default());
            let (followup, deleted) = (row.followup == Some(true), row.deleted == Some(true));
            (key, Datum { value, comment, followup, deleted })
        }
        Table::Completeness => {
            let units = there(row.organisation_unit);
            let key =
                [there(row.data_set), row.period.into_owned(), units, String::new(), there(row.attribute_option_combo)];
            // Servers before 2.34 said nothing of it: what was registered was complete.
            let value = if row.completed == Some(false) { "false" } else { "true" }.to_owned();
            let comment = row.date.unwrap_or_default().get(..10).unwrap_or_default().to_owned();
            (key, Datum { value, comment, followup: false, deleted: false })
        }
    }
}

/// Sets of one question whether there is anything: an address of 8 KiB has room for them.
const PROBED_MAX: usize = 300;
/// A question is worth these; fewer are read at once, without it.
const PROBED_MIN: usize = 8;

/// Those of these sets in which there is nothing at all, as far as few questions about many of them tell: each answer names a
/// set in which there is something, and the next question is about the others.
///
/// # Errors
/// Of the instance.
pub async fn without_rows(
    instance: &Instance,
    asked: &[&str],
    roots: &[String],
    (table, how): (Table, How<'_>),
) -> Result<HashSet<String>, Error> {
    let mut found = HashSet::new();
    for some in asked.chunks(PROBED_MAX).filter(|some| some.len() >= PROBED_MIN && !roots.is_empty()) {
        let mut rest = some.to_vec();
        for _ in 0..=some.len() / PROBED_MIN {
            let mut query: Vec<(&str, &str)> = rest.iter().map(|set| ("dataSet", *set)).collect();
            query.extend(roots.iter().map(|unit| ("orgUnit", unit.as_str())));
            query.extend([("children", "true"), ("limit", "1")]);
            query.extend(RANGE);
            if how.deleted == Deleted::Read && table == Table::Values {
                query.push(("includeDeleted", "true"));
            }
            let body = match instance.get_body(table.names().0, &query).await {
                // One that is not there: each is asked about by itself.
                Err(Error::Refused { .. }) => break,
                answered => answered?,
            };
            let answered: Answered<'_> = body.read()?;
            let rows: Vec<Row<'_>> =
                answered.data_values.into_iter().chain(answered.complete_data_set_registrations).collect();
            if rows.is_empty() {
                found.extend(rest.iter().map(|set| (*set).to_owned()));
                break;
            }
            let before = rest.len();
            let has = |set: &str, row: &Row<'_>| match table {
                Table::Values => how.sets.has(set, &row.data_element),
                Table::Completeness => row.data_set == set,
            };
            rest.retain(|set| !rows.iter().any(|row| has(set, row)));
            // Of an element that is read with a set that was not asked about: nothing can be told of the others.
            if rest.is_empty() || rest.len() == before {
                break;
            }
        }
    }
    Ok(found)
}

/// All of one side, slice by slice: each as large as fits into one read.
pub struct Walk<'a> {
    instance: &'a Instance,
    units: &'a Units,
    how: How<'a>,
    waiting: Vec<Slice>,
}

impl<'a> Walk<'a> {
    pub fn of(instance: &'a Instance, units: &'a Units, (how, table): (How<'a>, Table)) -> Self {
        let whole = |set: &str, unit: &String| Slice {
            set: set.to_owned(),
            unit: unit.clone(),
            below: Below::With,
            others: Vec::new(),
            table,
            since: None,
        };
        let sets: Vec<&str> = match table {
            Table::Values => how.sets.with_values().collect(),
            Table::Completeness => how.sets.uids().collect(),
        };
        let roots = || units.roots.iter().rev();
        let waiting = sets.into_iter().flat_map(|set| roots().map(move |unit| whole(set, unit))).collect();
        Self { instance, units, how, waiting }
    }

    /// Without these sets.
    pub fn leave(&mut self, sets: &HashSet<String>) {
        self.waiting.retain(|slice| !sets.contains(&slice.set));
    }

    /// Values of these sets in these units, without those below.
    pub fn of_units(
        instance: &'a Instance,
        units: &'a Units,
        how: How<'a>,
        (sets, named): (&[&str], &[String]),
        since: Option<&str>,
    ) -> Self {
        let some = |set: &str, units: &[String]| {
            let slice = Slice {
                set: set.to_owned(),
                unit: String::new(),
                below: Below::Without,
                others: Vec::new(),
                table: Table::Values,
                since: since.map(str::to_owned),
            };
            slice.only(units)
        };
        let waiting = sets.iter().flat_map(|set| named.chunks(NAMED_MAX).filter_map(move |units| some(set, units)));
        Self { instance, units, how, waiting: waiting.collect() }
    }

    /// The next slice with its rows.
    ///
    /// # Errors
    /// Of the instance; [`Error::Short`] where one unit alone has more rows than fit.
    pub async fn next(&mut self) -> Result<Option<(Slice, Rows)>, Error> {
        while let Some(slice) = self.waiting.pop() {
            let mut parts = self.units.parts(&slice);
            let limit = if parts.is_empty() { UNIT_MAX } else { READ_MAX };
            match read(self.instance, &slice, self.how, limit).await? {
                Some(rows) => return Ok(Some((slice, rows))),
                None if parts.is_empty() => return Err(too_many(self.instance, &slice)),
                None => {
                    parts.reverse();
                    self.waiting.append(&mut parts);
                }
            }
        }
        Ok(None)
    }
}

fn too_many(instance: &Instance, slice: &Slice) -> Error {
    Error::Short { host: instance.host(), what: format!("{} of {}", slice.table.names().0, slice.unit) }
}

/// The rows of a slice that was walked on the other side: as many as there are.
///
/// # Errors
/// As [`read`].
pub async fn read_whole(instance: &Instance, slice: &Slice, how: How<'_>) -> Result<Rows, Error> {
    read(instance, slice, how, UNIT_MAX).await?.ok_or_else(|| too_many(instance, slice))
}

/// A row as it is sent.
pub fn outgoing(key: &Key, datum: &Datum, table: Table) -> Value {
    let [element, period, unit, option, attribute] = key;
    if table == Table::Completeness {
        return json!({"dataSet": element, "period": period, "organisationUnit": unit,
            "attributeOptionCombo": attribute, "date": datum.comment, "completed": datum.value == "true"});
    }
    let mut row = json!({"dataElement": element, "period": period, "orgUnit": unit, "categoryOptionCombo": option,
        "attributeOptionCombo": attribute, "value": datum.value, "followup": datum.followup});
    if let (false, Value::Object(row)) = (datum.comment.is_empty(), &mut row) {
        row.insert("comment".into(), datum.comment.clone().into());
    }
    if let (true, Value::Object(row)) = (datum.deleted, &mut row) {
        row.insert("deleted".into(), true.into());
    }
    row
}

/// 128 bits over rows in their order, those that were deleted left aside.
pub fn hash<'a>(rows: impl Iterator<Item = (&'a Key, &'a Datum)>) -> String {
    let mut context = Context::new(&SHA256);
    for (key, datum) in rows.filter(|(_, datum)| !datum.deleted) {
        for part in key.iter().chain([&datum.value, &datum.comment]) {
            context.update(part.as_bytes());
            context.update(&[0]);
        }
        context.update(&[u8::from(datum.followup)]);
    }
    hex(&context.finish().as_ref()[..16])
}
