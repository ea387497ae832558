//! Which fields there are.

use super::question::{Bounds, Part, parts};
use crate::Snapshot;
use std::collections::BTreeSet;

/// The names of the fields of all records, `names_max` of them at the most. None where there are more, or where not all of
/// the store could be looked at.
///
/// Of blocks only their heads are read. A field of records that were deleted may be among them.
pub fn field_names(snapshot: &Snapshot, names_max: usize, bounds: &Bounds) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut add = |name: &str| {
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
        names.len() <= names_max
    };
    for part in parts(snapshot) {
        if bounds.cancel.is_cancelled() {
            return None;
        }
        let is_within = match part {
            Part::Block { segment, number, .. } => {
                let block = snapshot.block(segment, number).ok()?;
                block.fields().all(|field| add(&field.name))
            }
            Part::Memory(numbered) => numbered.batch.iter().all(|record| record.fields().all(|(name, _)| add(name))),
        };
        if !is_within {
            return None;
        }
    }
    snapshot.unread().is_empty().then_some(names)
}
