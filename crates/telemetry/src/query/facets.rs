//! The values that matching records have most often, field by field.

use super::{
    cell::Cell,
    question::{Answer, Bounds, Question},
    run::{Matched, fold, matching, parts_to_read},
};
use crate::{RecordRef, Snapshot, Value};
use std::collections::{BTreeMap, HashMap};

/// Different values of a field; one that has more is told without values.
pub const VALUES_MAX: usize = 1_000;
/// Fields that are counted.
pub const FIELDS_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq)]
pub struct Facet {
    pub field: String,
    /// Matching records that have it.
    pub records: u64,
    /// Those that most records have come first; equal ones in the order of values. None where there are too many for a facet.
    pub values: Option<Vec<(Cell, u64)>>,
}

/// The `top` values of each field, `level` and `source` included. Texts that a block does not keep as a dictionary are
/// as good as unique and not counted, nor are numbers with a fraction.
pub fn facets(snapshot: &Snapshot, question: &Question, top: usize, bounds: &Bounds) -> Answer<Vec<Facet>> {
    let (parts, mut tally) = parts_to_read(snapshot, question, bounds);
    let (states, more) = fold(&parts, bounds, Fields::default, |fields, part, tally| {
        matching(part, snapshot, question, bounds, tally, |matched| match matched {
            Matched::Block(scan, rows) => scan.count_values(&rows, fields),
            Matched::Memory(numbered, rows) => {
                rows.into_iter().for_each(|row| fields.add_record(numbered.batch.get(row)));
                Ok(())
            }
        });
    });
    tally.add(more);
    let mut all = Fields::default();
    states.into_iter().for_each(|state| all.merge(state));
    tally.answer(all.into_facets(top), snapshot)
}

/// Counts of values by field.
#[derive(Default)]
pub(super) struct Fields(BTreeMap<String, Tops>);

#[derive(Default)]
struct Tops {
    records: u64,
    counts: HashMap<Cell, u64, foldhash::fast::FixedState>,
    too_many: bool,
}

impl Fields {
    pub(super) fn add(&mut self, field: &str, cell: Cell, records: u64) {
        let Some(tops) = self.field(field) else { return };
        tops.records += records;
        if !tops.too_many {
            *tops.counts.entry(cell).or_insert(0) += records;
            tops.bound();
        }
    }

    /// Counts records whose values are too many.
    pub(super) fn add_many(&mut self, field: &str, records: u64) {
        if let Some(tops) = self.field(field) {
            tops.records += records;
            tops.forget();
        }
    }

    pub(super) fn has_too_many(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(|tops| tops.too_many)
    }

    fn add_record(&mut self, record: RecordRef<'_>) {
        for name in ["level", "source"] {
            let cell = Cell::of(record, name);
            if !cell.is_absent() {
                self.add(name, cell, 1);
            }
        }
        for (name, value) in record.fields() {
            match value {
                Value::Float(_) => self.add_many(name, 1),
                value => self.add(name, value.into(), 1),
            }
        }
    }

    fn field(&mut self, name: &str) -> Option<&mut Tops> {
        if !self.0.contains_key(name) {
            if self.0.len() >= FIELDS_MAX {
                return None;
            }
            self.0.insert(name.to_owned(), Tops::default());
        }
        self.0.get_mut(name)
    }

    fn merge(&mut self, other: Self) {
        for (name, more) in other.0 {
            let Some(tops) = self.field(&name) else { continue };
            tops.records += more.records;
            if more.too_many {
                tops.forget();
            }
            if !tops.too_many {
                more.counts.into_iter().for_each(|(cell, count)| *tops.counts.entry(cell).or_insert(0) += count);
                tops.bound();
            }
        }
    }

    fn into_facets(self, top: usize) -> Vec<Facet> {
        let facet = |(field, tops): (String, Tops)| {
            let values = (!tops.too_many).then(|| {
                let mut values: Vec<_> = tops.counts.into_iter().collect();
                values.sort_unstable_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.compare(b)));
                values.truncate(top);
                values
            });
            Facet { field, records: tops.records, values }
        };
        self.0.into_iter().map(facet).collect()
    }
}

impl Tops {
    fn bound(&mut self) {
        if self.counts.len() > VALUES_MAX {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.too_many = true;
        self.counts = HashMap::default();
    }
}
