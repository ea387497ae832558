//! Both sides of the values, slice by slice: what is to be written, and the proof.

use crate::{
    canon::hex,
    client::Table,
    plan::Direction,
    planning::{Ask, PlanError, Side, TypeReport, ValuePlan},
    settings::Delete,
    values::{
        self, Deleted, How, Key, Rows, Sets, Slice, Units, WRITE_MAX, Walk,
        judge::{Deed, Judge, Known},
    },
    work::Part,
};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::Db;

/// Which values a run compares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    All,
    Nothing,
    /// Values of these elements in these units.
    Changed {
        elements: Vec<String>,
        units: Vec<String>,
        /// Only what has been entered since is read of the source.
        #[serde(default)]
        since: Option<String>,
    },
}

/// What the values of both sides come to.
pub(crate) struct ComparedValues {
    /// What is to be written, by slice.
    pub(crate) parts: Vec<Part>,
    pub(crate) sets: Vec<ValuePlan>,
    /// Where a next look begins.
    pub(crate) uids: Vec<String>,
    pub(crate) roots: Vec<String>,
}

/// Sets and units that the target is only given by the run: it cannot be asked about them.
#[derive(Default)]
pub(crate) struct Absent(pub(crate) HashSet<String>);

/// Whether what is equal is noted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noting {
    Yes,
    No,
}

pub(crate) fn judge(ask: &Ask<'_>, table: Table) -> Judge {
    // Registrations have no history: in two directions they are judged as in one.
    let direction = if table == Table::Values { ask.direction } else { Direction::One };
    Judge { policy: ask.settings.conflict, direction }
}

fn deleted(ask: &Ask<'_>) -> Deleted {
    if ask.settings.delete == Delete::On { Deleted::Read } else { Deleted::Left }
}

struct Counted {
    sides: [(u64, Context); 2],
    write: u64,
    delete: u64,
    conflict: u64,
}

impl Counted {
    fn new() -> Self {
        let side = || (0, Context::new(&SHA256));
        Self { sides: [side(), side()], write: 0, delete: 0, conflict: 0 }
    }

    /// Counts a slice. Keys of the rows that are to be written, in their order.
    fn see<'a>(
        &mut self,
        (here, there): (&Rows, &Rows),
        judged: impl Iterator<Item = (&'a Key, Deed)>,
    ) -> Vec<&'a Key> {
        for ((count, context), rows) in self.sides.iter_mut().zip([here, there]) {
            *count += rows.values().filter(|row| !row.deleted).count() as u64;
            context.update(values::hash(rows.iter()).as_bytes());
        }
        let mut keys = Vec::new();
        for (key, deed) in judged {
            match deed {
                Deed::Write => self.write += 1,
                Deed::Delete => self.delete += 1,
                Deed::Conflict => self.conflict += 1,
                Deed::Equal | Deed::Keep => {}
            }
            if matches!(deed, Deed::Write | Deed::Delete) {
                keys.push(key);
            }
        }
        keys.sort_unstable();
        keys
    }

    fn plan(self, kind: String) -> ValuePlan {
        let side = |(count, context): (u64, Context)| Side { count, hash: hex(&context.finish().as_ref()[..16]) };
        let [source, target] = self.sides.map(side);
        ValuePlan { kind, source, target, write: self.write, delete: self.delete, conflict: self.conflict }
    }
}

impl ValuePlan {
    pub(crate) fn report(&self) -> TypeReport {
        TypeReport { kind: self.kind.clone(), source: self.source.clone(), target: self.target.clone() }
    }
}

pub(crate) async fn compare_values(
    ask: &Ask<'_>,
    (table, scope): (Table, &Scope),
    absent: &Absent,
    noting: Noting,
) -> Result<ComparedValues, PlanError> {
    let sets = Sets::of(&ask.sides.source).await?;
    let units = Units::of(&ask.sides.source, ask.settings.org_unit.as_deref()).await?;
    let theirs = sets.renamed(&ask.readings.source);
    let source = How { sets: &sets, reading: &ask.readings.source, deleted: deleted(ask) };
    let target = How { sets: &theirs, reading: &ask.readings.target, deleted: Deleted::Left };
    let mut walk = match scope {
        Scope::Changed { elements, units: named, since } if table == Table::Values => {
            let chosen = sets.of_elements(&elements.iter().cloned().collect());
            // In two directions, what has not changed there and is gone here is judged, too.
            let since = since.as_deref().filter(|_| ask.direction == Direction::One);
            Walk::of_units(&ask.sides.source, &units, source, (&chosen, named), since)
        }
        _ => Walk::of(&ask.sides.source, &units, (source, table)),
    };
    let judge = judge(ask, table);
    let mut empty = HashSet::new();
    let mut parts = Vec::new();
    let mut counted: BTreeMap<String, Counted> = BTreeMap::new();
    let mut ledger = Ledger::new(ask, table, noting);
    if *scope == Scope::All {
        let (none, left) = without_rows(ask, (table, &units), (source, target), (absent, &ledger)).await?;
        let (one, other) = (Rows::new(), Rows::new());
        for set in &left {
            counted.entry(set.clone()).or_insert_with(Counted::new).see((&one, &other), std::iter::empty());
        }
        walk.leave(&left);
        empty = none;
    }
    while let Some((slice, here)) = walk.next().await? {
        let other = slice.renamed(&ask.readings.source);
        let is_absent = absent.0.contains(&other.set) || absent.0.contains(&other.unit);
        let there = match is_absent || empty.contains(&other.set) {
            true => Rows::new(),
            false => values::read_whole(&ask.sides.target, &other, target).await?,
        };
        ledger.open(&other.set).await?;
        let both = counted.entry(slice.set.clone()).or_insert_with(Counted::new);
        let keys = both.see((&here, &there), judge.judge(&here, &there, &ledger.known));
        let part = |keys: &[&Key]| Part {
            slice: slice.clone(),
            from: keys[0].clone(),
            to: keys[keys.len() - 1].clone(),
            count: keys.len(),
            fresh: there.is_empty(),
        };
        parts.extend(keys.chunks(WRITE_MAX).map(part));
        ledger.note(&slice, Some(&units), (&here, &there)).await?;
    }
    let word = table.names().1;
    let plans = counted.into_iter().map(|(set, counted)| counted.plan(format!("{word} {set}")));
    let uids = sets.uids().map(str::to_owned).collect();
    Ok(ComparedValues { parts, sets: plans.collect(), uids, roots: units.roots().to_vec() })
}

/// Sets in which the target has nothing, by its names, and sets in which neither side has: nobody is asked about these one by
/// one.
async fn without_rows(
    ask: &Ask<'_>,
    (table, units): (Table, &Units),
    (source, target): (How<'_>, How<'_>),
    (absent, ledger): (&Absent, &Ledger<'_>),
) -> Result<(HashSet<String>, HashSet<String>), PlanError> {
    let reading = &ask.readings.source;
    let asked: Vec<&str> = target.sets.uids().filter(|set| !absent.0.contains(*set)).collect();
    let roots: Vec<String> = units.roots().iter().map(|unit| reading.there(unit).to_owned()).collect();
    let empty = match roots.iter().any(|unit| absent.0.contains(unit)) {
        true => HashSet::new(),
        false => values::without_rows(&ask.sides.target, &asked, &roots, (table, target)).await?,
    };
    let is_empty = |set: &&str| {
        let other = reading.there(set);
        empty.contains(other) || absent.0.contains(other)
    };
    let asked: Vec<&str> = source.sets.uids().filter(is_empty).collect();
    let mut left = values::without_rows(&ask.sides.source, &asked, units.roots(), (table, source)).await?;
    for set in left.clone() {
        // What was on both sides is on neither: that is to be noted.
        if ledger.knows(reading.there(&set)).await? {
            left.remove(&set);
        }
    }
    Ok((empty, left))
}

/// What rows were when both sides were last equal: kept where changes travel both ways.
pub(crate) struct Ledger<'a> {
    db: &'a Db,
    pair: String,
    noting: Noting,
    is_kept: bool,
    set: String,
    units: HashMap<String, Known>,
    /// Of the set that is open.
    pub(crate) known: Known,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(ask: &Ask<'a>, table: Table, noting: Noting) -> Self {
        let is_kept = ask.direction == Direction::Both && table == Table::Values;
        let (set, units, known) = (String::new(), HashMap::new(), Known::default());
        Self { db: ask.db, pair: ask.settings.pair(), noting, is_kept, set, units, known }
    }

    pub(crate) async fn open(&mut self, set: &str) -> Result<(), store::Error> {
        if !self.is_kept || self.set == set {
            return Ok(());
        }
        set.clone_into(&mut self.set);
        self.known = Known::default();
        self.units = HashMap::new();
        for (unit, bytes) in self.db.synced_values(&self.pair, set).await? {
            let known = Known::read(&bytes);
            self.known.extend(known.clone());
            self.units.insert(unit, known);
        }
        Ok(())
    }

    /// Whether anything is known of a set.
    async fn knows(&self, set: &str) -> Result<bool, store::Error> {
        Ok(self.is_kept && !self.db.synced_values(&self.pair, set).await?.is_empty())
    }

    /// What is equal on both sides of a slice is known to be; what is on neither is forgotten, in all units of the slice
    /// where the tree is known.
    pub(crate) async fn note(
        &mut self,
        slice: &Slice,
        tree: Option<&Units>,
        (source, target): (&Rows, &Rows),
    ) -> Result<(), store::Error> {
        if !self.is_kept || self.noting == Noting::No {
            return Ok(());
        }
        let keys: BTreeSet<&Key> = source.keys().chain(target.keys()).collect();
        let mut now: BTreeMap<&str, Known> = BTreeMap::new();
        let covered = tree.map(|tree| tree.of_slice(slice)).unwrap_or_default();
        let stale = self.units.keys().filter(|unit| covered.contains(unit.as_str()));
        now.extend(stale.map(|unit| (unit.as_str(), Known::default())));
        for key in keys {
            let live = |rows: &'_ Rows| rows.get(key).filter(|row| !row.deleted).cloned();
            let (here, there) = (live(source), live(target));
            let known = now.entry(key[2].as_str()).or_default();
            match here == there {
                true => known.note(key, here.as_ref()),
                false => known.keep(key, &self.known),
            }
        }
        let changed = now.into_iter().filter(|(unit, known)| match self.units.get(*unit) {
            Some(before) => before != known,
            None => !known.is_empty(),
        });
        let rows: Vec<(String, Vec<u8>)> = changed.map(|(unit, known)| (unit.to_owned(), known.bytes())).collect();
        if rows.is_empty() {
            return Ok(());
        }
        self.db.note_synced_values((self.pair.clone(), self.set.clone()), rows).await
    }
}
