//! Both sides are read, and compared: what a plan, a run and a reconciliation begin with.

use crate::{
    canon::hex,
    client::Error,
    metadata::{Readings, Sides, summaries},
    plan::{self, Action, Direction, Entry, Summary},
    settings::{self, Settings},
    values::{self, Sets, Units, WRITE_MAX, Walk},
    work::Part,
};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Db;
use uuid::Uuid;

/// What a run would write, frozen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    pub id: Uuid,
    /// By type: how many of each action.
    pub counts: BTreeMap<String, BTreeMap<Action, u64>>,
    /// Everything that is not equal.
    pub entries: Vec<Entry>,
}

/// Both sides of one type, or of the values of one data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeReport {
    pub kind: String,
    pub source: Side,
    pub target: Side,
}

/// How many there are on one side, and the hash of all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    pub count: u64,
    pub hash: String,
}

/// All metadata of both sides.
pub struct Compared {
    pub entries: Vec<Entry>,
    pub types: Vec<TypeReport>,
}

pub(crate) enum PlanError {
    Instance(Error),
    Store(store::Error),
}

impl From<Error> for PlanError {
    fn from(error: Error) -> Self {
        Self::Instance(error)
    }
}

impl From<store::Error> for PlanError {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Instance(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

/// Compares all types of the settings.
pub(crate) async fn compare(
    sides: &Sides,
    readings: &Readings,
    settings: &Settings,
    (db, direction): (&Db, Direction),
) -> Result<Compared, PlanError> {
    let mut compared = Compared { entries: Vec::new(), types: Vec::new() };
    for kind in settings.types() {
        let source = summaries(&sides.source, kind, &readings.source).await?;
        let target = summaries(&sides.target, kind, &readings.target).await?;
        let ledger = db.synced(&settings.pair(), kind).await?;
        if source.is_empty() && !ledger.is_empty() {
            // What an account may no longer see looks like this, too: nothing is concluded from it.
            return Err(Error::Emptied { host: sides.source.host(), what: kind.to_owned() }.into());
        }
        compared.types.push(TypeReport { kind: kind.to_owned(), source: side(&source), target: side(&target) });
        compared.entries.extend(plan::compare(kind, &source, &target, &ledger, (settings.conflict, direction)));
    }
    Ok(compared)
}

fn side(summaries: &[Summary]) -> Side {
    let mut all: Vec<(&str, &str)> = summaries.iter().map(|one| (one.uid.as_str(), one.hash.as_str())).collect();
    all.sort_unstable();
    let mut context = Context::new(&SHA256);
    all.iter().for_each(|(uid, hash)| {
        context.update(uid.as_bytes());
        context.update(hash.as_bytes());
    });
    Side { count: summaries.len() as u64, hash: hex(&context.finish().as_ref()[..16]) }
}

impl Compared {
    pub fn plan(&self, id: Uuid) -> Plan {
        let entries = self.entries.iter().filter(|entry| entry.action != Action::Equal).cloned().collect();
        Plan { id, counts: plan::counts(&self.entries), entries }
    }
}

impl Plan {
    /// Whether another plan writes the same over the same.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

/// What the values of both sides come to.
pub(crate) struct ComparedValues {
    /// What is to be written, by slice.
    pub(crate) parts: Vec<Part>,
    pub(crate) sets: Vec<TypeReport>,
}

pub(crate) async fn compare_values(
    sides: &Sides,
    readings: &Readings,
    settings: &Settings,
) -> Result<ComparedValues, Error> {
    let sets = Sets::of(&sides.source).await?;
    let units = Units::of(&sides.source, settings.org_unit.as_deref()).await?;
    let mut walk = Walk::of(&sides.source, &units, (&sets, &readings.source));
    let mut compared = ComparedValues { parts: Vec::new(), sets: Vec::new() };
    let mut hashes: BTreeMap<String, [(u64, Context); 2]> = BTreeMap::new();
    while let Some((slice, source)) = walk.next().await? {
        let target = values::read_whole(&sides.target, &slice, (&sets, &readings.target)).await?;
        let fresh = || [(0, Context::new(&SHA256)), (0, Context::new(&SHA256))];
        let both = hashes.entry(slice.set.clone()).or_insert_with(fresh);
        for ((count, context), rows) in both.iter_mut().zip([&source, &target]) {
            *count += rows.len() as u64;
            context.update(values::hash(rows.iter()).as_bytes());
        }
        let keys = values::to_write(&source, &target, settings.conflict);
        let part = |keys: &[&values::Key]| Part {
            slice: slice.clone(),
            from: keys[0].clone(),
            to: keys[keys.len() - 1].clone(),
            count: keys.len(),
        };
        compared.parts.extend(keys.chunks(WRITE_MAX).map(part));
    }
    compared.sets = hashes
        .into_iter()
        .map(|(set, [source, target])| {
            let side = |(count, context): (u64, Context)| Side { count, hash: hex(&context.finish().as_ref()[..16]) };
            TypeReport { kind: format!("dataValues {set}"), source: side(source), target: side(target) }
        })
        .collect();
    Ok(compared)
}

/// Whether the metadata that values need is copied, too, so that it is looked at first.
pub(crate) fn has_values(settings: &Settings) -> bool {
    settings.values == settings::Values::Yes
}
