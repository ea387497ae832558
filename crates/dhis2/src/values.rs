//! Data values: read by data set and organisation unit, compared by key. Only keys and hashes leave this module, and the
//! rows that are sent on.

use crate::{
    canon::{Reading, hex},
    client::{Error, Instance, parameter},
    settings::Policy,
};
use model::Timestamp;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

/// Rows of one read; where there are more, the units below are read one by one.
const READ_MAX: usize = 20_000;
/// Rows of one unit, which cannot be taken apart.
const UNIT_MAX: usize = 200_000;
/// Rows of one write.
pub const WRITE_MAX: usize = 1_000;
/// Before and after every period.
const RANGE: [(&str, &str); 2] = [("startDate", "1900-01-01"), ("endDate", "2200-01-01")];

/// Data element, period, organisation unit, category option combination, attribute option combination.
pub type Key = [String; 5];

/// What is kept equal of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datum {
    value: String,
    comment: String,
    followup: bool,
}

pub type Rows = BTreeMap<Key, Datum>;

/// What one read asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slice {
    pub set: String,
    pub unit: String,
    pub below: Below,
}

/// Whether the units below are read with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Below {
    With,
    Without,
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
        Ok(Self(sets.into_iter().filter(|(_, members)| !members.is_empty()).collect()))
    }

    pub fn uids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(uid, _)| uid.as_str())
    }

    fn has(&self, set: &str, element: &str) -> bool {
        self.0.iter().any(|(uid, members)| uid == set && members.contains(element))
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
    pub fn below(root: &str) -> Self {
        Self { roots: vec![root.to_owned()], ..Self::default() }
    }

    pub fn roots(&self) -> &[String] {
        &self.roots
    }

    /// What a slice is taken apart into; nothing where it cannot be.
    fn parts(&self, slice: &Slice) -> Vec<Slice> {
        let Some(children) = self.children.get(&slice.unit).filter(|_| slice.below == Below::With) else {
            return Vec::new();
        };
        let part = |unit: &String, below| Slice { set: slice.set.clone(), unit: unit.clone(), below };
        let mut parts = vec![part(&slice.unit, Below::Without)];
        parts.extend(children.iter().map(|child| part(child, Below::With)));
        parts
    }
}

/// The rows of a slice.
///
/// # Errors
/// Of the instance; `Ok(None)` where there are more than fit.
pub async fn read(
    instance: &Instance,
    slice: &Slice,
    (sets, reading): (&Sets, &Reading),
    limit: usize,
) -> Result<Option<Rows>, Error> {
    let (children, asked) = (slice.below == Below::With, (limit + 1).to_string());
    let mut query = vec![("dataSet", &*slice.set), ("orgUnit", &*slice.unit)];
    query.extend([("children", if children { "true" } else { "false" }), ("limit", &*asked)]);
    query.extend(RANGE);
    let body = instance.get("dataValueSets", &query).await?;
    let rows = body["dataValues"].as_array().map(Vec::as_slice).unwrap_or_default();
    if rows.len() > limit {
        return Ok(None);
    }
    let mine = rows.iter().filter(|row| sets.has(&slice.set, row["dataElement"].as_str().unwrap_or_default()));
    Ok(Some(mine.filter(|row| row["deleted"].as_bool() != Some(true)).map(|row| datum(row, reading)).collect()))
}

fn datum(row: &Value, reading: &Reading) -> (Key, Datum) {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let option = |name: &str| {
        let uid = text(name);
        reading.uids.get(&uid).cloned().unwrap_or(uid)
    };
    let key = [
        text("dataElement"),
        text("period"),
        text("orgUnit"),
        option("categoryOptionCombo"),
        option("attributeOptionCombo"),
    ];
    (key, Datum { value: text("value"), comment: text("comment"), followup: row["followup"].as_bool() == Some(true) })
}

/// All of one side, slice by slice: each as large as fits into one read.
pub struct Walk<'a> {
    instance: &'a Instance,
    units: &'a Units,
    how: (&'a Sets, &'a Reading),
    waiting: Vec<Slice>,
}

impl<'a> Walk<'a> {
    pub fn of(instance: &'a Instance, units: &'a Units, how: (&'a Sets, &'a Reading)) -> Self {
        let whole = |set: &str, unit: &String| Slice { set: set.to_owned(), unit: unit.clone(), below: Below::With };
        let roots = || units.roots.iter().rev();
        let waiting = how.0.uids().flat_map(|set| roots().map(move |unit| whole(set, unit))).collect();
        Self { instance, units, how, waiting }
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
                None if parts.is_empty() => {
                    let what = format!("dataValueSets of {}", slice.unit);
                    return Err(Error::Short { host: self.instance.host(), what });
                }
                None => {
                    parts.reverse();
                    self.waiting.append(&mut parts);
                }
            }
        }
        Ok(None)
    }
}

/// The rows of a slice that was walked on the other side: as many as there are.
///
/// # Errors
/// As [`read`].
pub async fn read_whole(instance: &Instance, slice: &Slice, how: (&Sets, &Reading)) -> Result<Rows, Error> {
    let rows = read(instance, slice, how, UNIT_MAX).await?;
    rows.ok_or_else(|| Error::Short { host: instance.host(), what: format!("dataValueSets of {}", slice.unit) })
}

/// Keys of the rows that are to be written.
pub fn to_write<'a>(source: &'a Rows, target: &Rows, policy: Policy) -> Vec<&'a Key> {
    let differs = |(key, datum): &(&Key, &Datum)| match target.get(*key) {
        None => true,
        Some(there) => there != *datum && policy == Policy::Source,
    };
    source.iter().filter(differs).map(|(key, _)| key).collect()
}

/// A row as it is sent.
pub fn outgoing(key: &Key, datum: &Datum) -> Value {
    let [element, period, unit, option, attribute] = key;
    let mut row = json!({"dataElement": element, "period": period, "orgUnit": unit, "categoryOptionCombo": option,
        "attributeOptionCombo": attribute, "value": datum.value, "followup": datum.followup});
    if let (false, Value::Object(row)) = (datum.comment.is_empty(), &mut row) {
        row.insert("comment".into(), datum.comment.clone().into());
    }
    row
}

/// 128 bits over rows in their order.
pub fn hash<'a>(rows: impl Iterator<Item = (&'a Key, &'a Datum)>) -> String {
    let mut context = Context::new(&SHA256);
    for (key, datum) in rows {
        for part in key.iter().chain([&datum.value, &datum.comment]) {
            context.update(part.as_bytes());
            context.update(&[0]);
        }
        context.update(&[u8::from(datum.followup)]);
    }
    hex(&context.finish().as_ref()[..16])
}

/// Whether a value may have changed since everything was seen.
///
/// # Errors
/// Of the instance.
pub async fn changed(
    source: &Instance,
    (sets, units): (&Sets, &Units),
    seen: Timestamp,
    zone: &str,
) -> Result<bool, Error> {
    let offset = jiff::tz::TimeZone::get(zone).map_or(0, |zone| seen.in_zone(&zone).offset().seconds());
    // Up to 2.42 the moment is compared with the wall clock as text: widened by what lies between, and an hour more for
    // clocks that change. What comes too often is compared by its own time, which is in UTC.
    let widened = Duration::from_secs(600 + 3_600 + u64::from(offset.unsigned_abs()));
    let since = parameter(seen - widened);
    let mut query: Vec<(&str, &str)> = sets.uids().map(|uid| ("dataSet", uid)).collect();
    query.extend(units.roots().iter().map(|unit| ("orgUnit", unit.as_str())));
    query.extend([("children", "true"), ("includeDeleted", "true"), ("lastUpdated", &*since)]);
    query.extend(RANGE);
    if sets.uids().next().is_none() || units.roots().is_empty() {
        return Ok(false);
    }
    let body = source.get("dataValueSets", &query).await?;
    let rows = body["dataValues"].as_array().into_iter().flatten();
    let at = |row: &Value| {
        let text = row["lastUpdated"].as_str().unwrap_or_default();
        crate::client::moment(text.trim_end_matches("+0000").trim_end_matches('Z'), "UTC")
    };
    let recent = seen - Duration::from_secs(60);
    Ok(rows.into_iter().any(|row| at(row).is_none_or(|at| at >= recent)))
}
