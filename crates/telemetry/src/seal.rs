//! From acknowledged batches to segments: sorted, cut by UTC day, encoded.

use crate::{
    batch::Numbered,
    day,
    segment::{Chosen, SegmentWriter},
};
use model::Timestamp;
use std::sync::Arc;

/// Days that are told apart in one sealing. Records whose times are strewn over more become one segment: files are bounded even
/// when times are nonsense.
const DAYS_MAX: usize = 366;

/// The day of each part, in days since 1970, and the segment's file.
pub(crate) fn encode_days(batches: &[Arc<Numbered>]) -> Vec<(i64, Vec<u8>)> {
    let batches: Vec<&Numbered> = batches.iter().map(AsRef::as_ref).collect();
    let sorted = sorted(&batches, |_| true);
    let day = |chosen: &Chosen| day::day_of(time(&batches, *chosen));
    let strewn = sorted.chunk_by(|a, b| day(a) == day(b)).nth(DAYS_MAX).is_some();
    let days = sorted.chunk_by(|a, b| strewn || day(a) == day(b));
    days.map(|chosen| {
        let mut segment = SegmentWriter::new();
        segment.encode(&batches, chosen);
        (day(&chosen[0]), segment.finish(&[]))
    })
    .collect()
}

/// The records whose sequence number `keep` wants, by time, then by sequence number.
pub(crate) fn sorted(batches: &[&Numbered], keep: impl Fn(u64) -> bool) -> Vec<Chosen> {
    let mut keyed: Vec<(Timestamp, u64, Chosen)> = Vec::new();
    for (number, numbered) in (0u32..).zip(batches) {
        for row in 0..numbered.batch.len() as u32 {
            let (chosen, seq) = (Chosen { batch: number, row }, numbered.first_seq + u64::from(row));
            if keep(seq) {
                keyed.push((time(batches, chosen), seq, chosen));
            }
        }
    }
    keyed.sort_unstable_by_key(|(time, seq, _)| (*time, *seq));
    keyed.into_iter().map(|(_, _, chosen)| chosen).collect()
}

fn time(batches: &[&Numbered], chosen: Chosen) -> Timestamp {
    batches[chosen.batch as usize].batch.get(chosen.row as usize).time()
}
