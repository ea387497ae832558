//! Which segments are merged, and how: full blocks are copied as they are, small ones and those with deleted records are put
//! together anew, into blocks that compress better.

use crate::{
    Damage,
    batch::{Batch, Numbered},
    day, seal,
    segment::{ROWS_MAX, Segment, SegmentWriter},
};
use model::Timestamp;
use roaring::RoaringTreemap;
use std::{collections::BTreeMap, sync::Arc};

/// Segments of a day and of like size are merged when there are so many of them,
const FAN_IN: usize = 8;
/// or so many of a day that is over: few records come any more, and the fewer segments, the less there is to ask.
const FAN_IN_OVER: usize = 2;
/// After the end of a day, for records that are late.
const OVER_AFTER_MICROS: i64 = 3_600_000_000;
/// A segment with fewer bytes, of a day that is over, is not worth a file of its own,
const SMALL_BYTES: u64 = 64 << 10;
/// and is merged with those of other days, into one of at most so many bytes: what is read of it for one day is little.
const DAYS_BYTES_MAX: u64 = 4 * SMALL_BYTES;
/// A block with fewer rows and less text is worth encoding anew.
const FULL_ROWS: u32 = ROWS_MAX as u32 / 2;
const FULL_TEXT_BYTES: usize = TEXT_BYTES_MAX / 2;
/// Text that is decoded and encoded at once, at most.
const TEXT_BYTES_MAX: usize = 8 << 20;

/// The next segments to merge, if any: those with deleted records and those of days that are over when it is quiet (`now` is
/// given), and many of one day and of like size.
pub(crate) fn choose(
    segments: &[Arc<Segment>],
    deleted: &RoaringTreemap,
    bytes_max: u64,
    now: Option<Timestamp>,
) -> Option<Vec<Arc<Segment>>> {
    if now.is_some()
        && let Some(segment) = segments.iter().find(|segment| holds_deleted(segment, deleted))
    {
        return Some(vec![Arc::clone(segment)]);
    }
    let is_over = |day: i64| {
        let end = day.saturating_add(1).saturating_mul(day::DAY_MICROS);
        now.is_some_and(|now| end.saturating_add(OVER_AFTER_MICROS) <= now.as_micros())
    };
    // By first day, whether there are others, and size.
    let mut groups: BTreeMap<(i64, bool, u32), Vec<Arc<Segment>>> = BTreeMap::new();
    let mut small = Vec::new();
    for segment in segments {
        let (first, last) = segment.days();
        if segment.bytes() < SMALL_BYTES && is_over(last) {
            small.push(Arc::clone(segment));
            continue;
        }
        // Sizes within a factor of eight are alike.
        let tier = (segment.bytes() >> 10).checked_ilog2().unwrap_or(0) / 3;
        groups.entry((first, first != last, tier)).or_default().push(Arc::clone(segment));
    }
    let of_days_max = bytes_max.min(DAYS_BYTES_MAX);
    let of_a_day = groups.into_iter().find_map(|((day, has_others, _), mut group)| {
        group.sort_by_key(|segment| segment.seq_range());
        let enough = if is_over(day) { FAN_IN_OVER } else { FAN_IN };
        first_of(group, if has_others { of_days_max } else { bytes_max }, enough)
    });
    of_a_day.or_else(|| {
        small.sort_by_key(|segment| (segment.time_range(), segment.seq_range()));
        first_of(small, of_days_max, FAN_IN_OVER)
    })
}

/// The first segments, as many as make a file of at most that size, when they are enough.
fn first_of(mut segments: Vec<Arc<Segment>>, bytes_max: u64, enough: usize) -> Option<Vec<Arc<Segment>>> {
    let mut bytes = 0;
    segments.retain(|segment| {
        bytes += segment.bytes();
        bytes <= bytes_max
    });
    (segments.len() >= enough).then_some(segments)
}

fn has_deleted((first, last): (u64, u64), deleted: &RoaringTreemap) -> bool {
    deleted.range_cardinality(first..=last) > 0
}

/// Whether one of the segment's records was deleted: its range of numbers may span others.
fn holds_deleted(segment: &Segment, deleted: &RoaringTreemap) -> bool {
    let touched = |block: &usize| has_deleted(segment.blocks()[*block].seq_range, deleted);
    (0..segment.blocks().len()).filter(touched).any(|block| {
        let seqs = segment.open_block(block).and_then(|block| block.seqs());
        seqs.is_ok_and(|seqs| seqs.iter().any(|seq| deleted.contains(*seq)))
    })
}

/// The numbers of a segment's records of earlier days.
pub(crate) fn seqs_before_day(segment: &Segment, day: i64) -> Result<Vec<u64>, Damage> {
    let mut old = Vec::new();
    for (number, info) in segment.blocks().iter().enumerate() {
        if day::day_of(info.time_range.0) >= day {
            continue;
        }
        let block = segment.open_block(number)?;
        let (times, seqs) = (block.times()?, block.seqs()?);
        let before = |micros: i64| day::day_of(Timestamp::from_micros(micros)) < day;
        old.extend(times.iter().zip(seqs).filter(|(micros, _)| before(**micros)).map(|(_, seq)| seq));
    }
    Ok(old)
}

/// A merged segment.
pub(crate) struct Merged {
    /// `None` when every record was deleted.
    pub(crate) bytes: Option<Vec<u8>>,
    /// Deleted records that are in none of the new blocks.
    pub(crate) dropped: RoaringTreemap,
}

/// Merges segments into one that says which it `replaces`. A damaged block ends it: the segments stay as they are until they are
/// repaired.
pub(crate) fn merge(
    segments: &[Arc<Segment>],
    deleted: &RoaringTreemap,
    replaces: &[String],
) -> Result<Merged, Damage> {
    let mut writer = SegmentWriter::new();
    let mut dropped = RoaringTreemap::new();
    let mut small = Small::default();
    for segment in segments {
        for (number, info) in segment.blocks().iter().enumerate() {
            let clean = !has_deleted(info.seq_range, deleted);
            // All but the last of a segment are as large as they may be: of few rows they have much text.
            let is_last = number + 1 == segment.blocks().len();
            if clean && (info.rows >= FULL_ROWS || !is_last) {
                writer.add(&segment.raw_block(number)?, info);
                continue;
            }
            let decoded = Decoded::read(segment, number)?;
            if clean && decoded.records.text_bytes() >= FULL_TEXT_BYTES {
                writer.add(&segment.raw_block(number)?, info);
                continue;
            }
            small.add(segment, &decoded)?;
            if small.rows >= ROWS_MAX || small.text >= TEXT_BYTES_MAX {
                small.flush(deleted, &mut dropped, &mut writer);
            }
        }
    }
    small.flush(deleted, &mut dropped, &mut writer);
    let bytes = (!writer.is_empty()).then(|| writer.finish(replaces));
    Ok(Merged { bytes, dropped })
}

/// A block's records.
struct Decoded {
    seqs: Vec<u64>,
    records: Batch,
}

impl Decoded {
    fn read(segment: &Segment, number: usize) -> Result<Self, Damage> {
        let block = segment.open_block(number)?;
        let seqs = block.seqs()?;
        let rows: Vec<u32> = (0..seqs.len() as u32).collect();
        Ok(Self { records: block.records(&rows)?, seqs })
    }
}

/// Records that were decoded to be encoded anew.
#[derive(Default)]
struct Small {
    batches: Vec<Numbered>,
    rows: usize,
    text: usize,
}

impl Small {
    /// A block's records in the order of their numbers, as many batches as there are gaps between them.
    fn add(&mut self, segment: &Segment, Decoded { seqs, records }: &Decoded) -> Result<(), Damage> {
        let mut order: Vec<u32> = (0..seqs.len() as u32).collect();
        order.sort_unstable_by_key(|&row| seqs[row as usize]);
        for run in order.chunk_by(|&a, &b| seqs[a as usize] + 1 == seqs[b as usize]) {
            let mut part = Batch::new();
            for &row in run {
                let kept = part.push_ref(records.get(row as usize));
                kept.map_err(|refused| Damage::new(segment.name(), refused.to_string()))?;
            }
            self.text += part.text_bytes();
            self.rows += run.len();
            self.batches.push(Numbered { first_seq: seqs[run[0] as usize], batch: part });
        }
        Ok(())
    }

    fn flush(&mut self, deleted: &RoaringTreemap, dropped: &mut RoaringTreemap, writer: &mut SegmentWriter) {
        let batches: Vec<&Numbered> = self.batches.iter().collect();
        for numbered in &batches {
            let end = numbered.first_seq + numbered.batch.len() as u64;
            dropped.extend((numbered.first_seq..end).filter(|seq| deleted.contains(*seq)));
        }
        let sorted = seal::sorted(&batches, |seq| !deleted.contains(seq));
        writer.encode(&batches, &sorted);
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Kind, Options, Store,
        disk::{Disk, Simulated},
    };

    #[test]
    fn blocks_that_are_full_of_text_are_copied_as_they_are() {
        let now = Timestamp::EPOCH;
        let (store, _) = Store::open_on(Disk::of(Arc::new(Simulated::default())), Options::default(), now).unwrap();
        let add = |records: u64, bytes: usize| {
            let mut batch = Batch::new();
            for _ in 0..records {
                let mut draft = batch.draft();
                draft.message(&vec![b'-'; bytes]).unwrap();
                draft.finish(now);
            }
            store.append(Kind::Log, batch, now).unwrap().blocking_recv().unwrap().unwrap();
            store.seal(now).unwrap().blocking_recv().unwrap().unwrap();
        };
        let blocks = || {
            let snapshot = store.snapshot(Kind::Log);
            let [segment] = snapshot.segments() else { panic!("{} segments", snapshot.segments().len()) };
            let block = |number: usize| (segment.blocks()[number].rows, segment.raw_block(number).unwrap());
            (0..segment.blocks().len()).map(block).collect::<Vec<_>>()
        };
        add(90, 100 << 10);
        let before = blocks();
        assert_eq!(before.iter().map(|(rows, _)| *rows).collect::<Vec<_>>(), [48, 42], "text is cut evenly");
        for _ in 1..FAN_IN {
            add(1, 10);
        }
        let after = blocks();
        assert_eq!(after[..2], before);
        assert_eq!(after[2..].iter().map(|(rows, _)| *rows).collect::<Vec<_>>(), [FAN_IN as u32 - 1]);
    }
}
