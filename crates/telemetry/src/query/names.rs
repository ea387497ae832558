//! Which fields there are.

use super::question::Bounds;
use crate::Snapshot;
use std::collections::BTreeSet;

/// The names of the fields of all records, `names_max` of them at the most. None where there are more, or where not all of
/// the store could be looked at.
///
/// Of segments their summaries are read, or the heads of their blocks. A field of records that were deleted may be among them.
pub fn field_names(snapshot: &Snapshot, names_max: usize, bounds: &Bounds) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut add = |name: &str| {
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
        names.len() <= names_max
    };
    for segment in snapshot.segments() {
        if let Ok(Some(summary)) = snapshot.summary(segment) {
            summary.field_names().all(&mut add).then_some(())?;
            continue;
        }
        for number in 0..segment.blocks().len() {
            let block = snapshot.block(segment, number).ok().filter(|_| !bounds.cancel.is_cancelled())?;
            block.fields().all(|field| add(&field.name)).then_some(())?;
        }
    }
    for numbered in snapshot.memory() {
        let is_within = numbered.batch.iter().all(|record| record.fields().all(|(name, _)| add(name)));
        (is_within && !bounds.cancel.is_cancelled()).then_some(())?;
    }
    snapshot.unread().is_empty().then_some(names)
}
