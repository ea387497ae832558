//! Both sides are read, and compared: what a plan, a run and a reconciliation begin with.

use crate::{
    canon::hex,
    client::{Error, IDS_MAX},
    metadata::{Readings, Sides, summaries},
    plan::{self, Action, Direction, Entry, Summary},
    settings::{self, Delete, Settings},
    tracker::ComparedTracker,
    values::WRITE_MAX,
};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use store::Db;
use uuid::Uuid;

/// Deletions of a type that are confirmed one by one.
const CONFIRMED_MAX: usize = 2_000;

/// What a run would write, frozen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    pub id: Uuid,
    /// By type: how many of each action.
    pub counts: BTreeMap<String, BTreeMap<Action, u64>>,
    /// Everything that is not equal.
    pub entries: Vec<Entry>,
    /// Rows of each data set.
    pub values: Vec<ValuePlan>,
    /// Types of which more is deleted than runs delete by themselves, with how many.
    pub held: BTreeMap<String, u64>,
    /// Whether the target was asked what it would refuse.
    pub validated: bool,
    /// What it would refuse.
    pub blocked: Vec<Blocked>,
    /// Pieces of tracker data that could not be asked about: they refer to what the target does not have yet.
    pub unasked: u64,
    /// Nearly what a run would take.
    pub requests: u64,
    pub seconds: u64,
}

/// An object that the target would refuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    pub kind: String,
    pub uid: String,
    /// Of DHIS2, as `E5003`.
    pub code: String,
}

/// Values, or registrations, of one data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValuePlan {
    /// As `dataValues BfMAe6Itzgt`.
    pub kind: String,
    pub source: Side,
    pub target: Side,
    pub write: u64,
    pub delete: u64,
    pub conflict: u64,
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
    pub held: BTreeMap<String, u64>,
}

/// Whether more is deleted than runs delete by themselves: a person has seen the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Kept,
    Seen,
}

/// What a comparison is about.
pub(crate) struct Ask<'a> {
    pub(crate) sides: &'a Sides,
    pub(crate) readings: &'a Readings,
    pub(crate) settings: &'a Settings,
    pub(crate) db: &'a Db,
    pub(crate) direction: Direction,
    pub(crate) bound: Bound,
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

/// Compares these types.
pub(crate) async fn compare(ask: &Ask<'_>, kinds: &[&str]) -> Result<Compared, PlanError> {
    let mut compared = Compared { entries: Vec::new(), types: Vec::new(), held: BTreeMap::new() };
    let Ask { sides, readings, settings, .. } = ask;
    for kind in kinds {
        let source = summaries(&sides.source, kind, &readings.source);
        let target = summaries(&sides.target, kind, &readings.target);
        let (source, target) = tokio::try_join!(source, target)?;
        let ledger = ask.db.synced(&settings.pair(), kind).await?;
        if source.is_empty() && !ledger.is_empty() && ask.bound == Bound::Kept {
            // What an account may no longer see looks like this, too: nothing is concluded from it before a person has seen
            // what would come of it, each object of which the source itself says that it is gone.
            return Err(Error::Emptied { host: sides.source.host(), what: (*kind).to_owned() }.into());
        }
        compared.types.push(TypeReport { kind: (*kind).to_owned(), source: side(&source), target: side(&target) });
        let mut entries = plan::compare(kind, &source, &target, &ledger, (settings.conflict, ask.direction));
        if let Some(held) = confirm(ask, kind, &ledger, &mut entries).await? {
            compared.held.insert((*kind).to_owned(), held);
        }
        compared.entries.extend(entries);
    }
    Ok(compared)
}

/// Nothing is deleted that the source does not say is gone; and nothing of a type, where more than a part of it would be
/// and no person has seen that. How many there are then.
pub(crate) async fn confirm(
    ask: &Ask<'_>,
    path: &str,
    ledger: &HashMap<String, String>,
    entries: &mut [Entry],
) -> Result<Option<u64>, Error> {
    let deleted = || entries.iter().filter(|entry| entry.action == Action::Delete).count();
    let (count, settings) = (deleted(), ask.settings);
    let part = (ledger.len() as u64).saturating_mul(settings.max_delete_percent) / 100;
    let most = if settings.max_delete_percent == 0 { 0 } else { part.max(1) };
    let is_held = count as u64 > most;
    let stays = settings.delete == Delete::Off || count > CONFIRMED_MAX || (is_held && ask.bound == Bound::Kept);
    for entry in entries.iter_mut().filter(|entry| entry.action == Action::Delete) {
        let uid = ask.readings.source.here(&entry.uid);
        if stays || !ask.sides.source.is_gone(path, uid).await? {
            entry.action = Action::Extra;
        }
    }
    Ok((is_held && settings.delete == Delete::On).then_some(count as u64))
}

pub(crate) fn side(summaries: &[Summary]) -> Side {
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
        Plan { id, counts: plan::counts(&self.entries), entries, held: self.held.clone(), ..Plan::default() }
    }
}

impl Plan {
    /// Tracker data is compared after metadata.
    pub(crate) fn take_in(&mut self, tracker: ComparedTracker) {
        self.entries.extend(tracker.entries);
        self.counts.extend(tracker.counts);
        self.held.extend(tracker.held);
    }

    /// Whether another plan writes the same over the same.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.entries == other.entries && self.values == other.values
    }

    /// Requests of a run that writes it, beside reading both sides.
    pub(crate) fn requests(&self) -> u64 {
        let objects = self.entries.iter().filter(|entry| entry.action.writes()).count();
        let mut kinds: Vec<&str> = self.entries.iter().map(|entry| entry.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        // Read on the source, written, read again.
        let objects = 3 * objects.div_ceil(IDS_MAX) + 2 * kinds.len() * usize::from(objects > 0);
        let rows = self.values.iter().map(|set| set.write + set.delete).map(|rows| match rows {
            0 => 0,
            rows => rows.div_ceil(WRITE_MAX as u64) + 3,
        });
        objects as u64 + rows.sum::<u64>()
    }

    /// What is counted of an action, in all types.
    pub fn count(&self, action: Action) -> u64 {
        self.counts.values().filter_map(|counts| counts.get(&action)).sum()
    }
}

/// Whether the metadata that values need is copied, too, so that it is looked at first.
pub(crate) fn has_values(settings: &Settings) -> bool {
    settings.values == settings::Values::Yes
}
