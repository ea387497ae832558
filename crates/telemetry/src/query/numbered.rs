//! Records by their numbers, whatever they say.

use crate::{Damage, Snapshot};

/// How many records with a number in one of `ranges`, from first to last, there are. Ranges rise, and
/// overlap nowhere.
///
/// # Errors
/// Where a block cannot be read that may hold some.
pub fn count_numbered(snapshot: &Snapshot, ranges: &[(u64, u64)]) -> Result<u64, Damage> {
    // The first that does not end before a number.
    let from = |seq: u64| ranges.get(ranges.partition_point(|(_, last)| *last < seq));
    let is_asked = |seq: u64| from(seq).is_some_and(|(first, _)| *first <= seq);
    let count = |seqs: &mut dyn Iterator<Item = u64>| {
        seqs.filter(|seq| is_asked(*seq) && !snapshot.is_deleted(*seq)).count() as u64
    };
    let may_hold = |(least, most): (u64, u64)| from(least).is_some_and(|(first, _)| *first <= most);
    let mut found = 0;
    for segment in snapshot.segments().iter().filter(|segment| may_hold(segment.seq_range())) {
        for (number, info) in segment.blocks().iter().enumerate().filter(|(_, info)| may_hold(info.seq_range)) {
            let (least, most) = info.seq_range;
            let is_gapless = most - least + 1 == u64::from(info.rows);
            let is_within = from(least).is_some_and(|(first, last)| *first <= least && most <= *last);
            found += match is_gapless && is_within && !snapshot.has_deleted(info.seq_range) {
                true => u64::from(info.rows),
                false => count(&mut snapshot.block(segment, number)?.seqs()?.into_iter()),
            };
        }
    }
    for batch in snapshot.memory() {
        found += count(&mut (batch.first_seq..batch.first_seq + batch.batch.len() as u64));
    }
    Ok(found)
}
