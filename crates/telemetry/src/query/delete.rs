//! Which records a query would delete. Deleting itself is the store's.

use super::{
    question::{Answer, Bounds, Question},
    run::{Matched, fold, matching, parts_to_read},
};
use crate::Snapshot;
use roaring::RoaringTreemap;

/// The sequence numbers of all records that match. Pipes play no part. An answer that is partial must not be deleted by
/// without telling so.
///
/// What blocks answer is not relied on alone: each record that they find is put together and asked itself, and one that does
/// not match is let go and told of in the log.
pub fn matching_seqs(snapshot: &Snapshot, question: &Question, bounds: &Bounds) -> Answer<RoaringTreemap> {
    let (parts, mut tally) = parts_to_read(snapshot, question, bounds);
    let (states, more) = fold(&parts, bounds, RoaringTreemap::new, |found, part, tally| {
        matching(part, snapshot, question, bounds, tally, |matched| {
            match matched {
                Matched::Block(_, rows) if rows.is_empty() => {}
                Matched::Block(scan, rows) => {
                    let (seqs, holding) = (scan.seqs()?, scan.holding(&question.condition, &rows)?);
                    let mistaken = rows.len() - holding.len();
                    if mistaken > 0 && !bounds.cancel.is_cancelled() {
                        tracing::error!(
                            records = mistaken,
                            "records were found that do not match: they are not deleted"
                        );
                    }
                    found.extend(holding.iter().map(|row| seqs[row as usize]));
                }
                Matched::Memory(numbered, rows) => {
                    found.extend(rows.into_iter().map(|row| numbered.first_seq + row as u64));
                }
            }
            Ok(())
        });
    });
    tally.add(more);
    let found = states.into_iter().fold(RoaringTreemap::new(), |all, more| all | more);
    tally.answer(found, snapshot)
}
