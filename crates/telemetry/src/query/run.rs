//! Parts of a snapshot, looked at by several threads.

use super::{
    columns::{BlockScan, MatchingRows},
    pruner::Pruner,
    question::{Bounds, Question, ScanUnit, Tally, parts as parts_of},
};
use crate::{Damage, Numbered, RecordRef, Snapshot};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// What matched in one part.
pub(super) enum Matched<'a, 'b> {
    Block(&'a mut BlockScan<'b>, MatchingRows),
    /// Positions in the batch, rising.
    Memory(&'a Numbered, Vec<usize>),
}

impl Matched<'_, '_> {
    /// How many records.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Block(_, rows) => rows.len() as u64,
            Self::Memory(_, rows) => rows.len() as u64,
        }
    }
}

/// Finds what matches in a part, without what was deleted, and hands it to `then`. None where it cannot be read, and where
/// the search was cancelled before it was known.
pub(super) fn matching<T>(
    part: ScanUnit<'_>,
    snapshot: &Snapshot,
    question: &Question,
    bounds: &Bounds,
    tally: &mut Tally,
    then: impl FnOnce(Matched<'_, '_>) -> Result<T, Damage>,
) -> Option<T> {
    let found = match part {
        ScanUnit::Block { segment, number, .. } => snapshot.block(segment, number).and_then(|block| {
            let before = block.bytes_read();
            let mut scan = BlockScan::new(&block, &bounds.cancel);
            let found = scan.matching(&question.condition).and_then(|mut rows| {
                if !rows.is_empty() && snapshot.hides_any_of(block.seq_range()) {
                    let seqs = scan.seqs()?;
                    rows.subtract(&MatchingRows::from_fn(seqs.len(), |row| snapshot.hides(seqs[row])));
                }
                // What was found until then is not all of it.
                if bounds.cancel.is_cancelled() { Ok(None) } else { then(Matched::Block(&mut scan, rows)).map(Some) }
            });
            tally.block(&block, before, &scan);
            found
        }),
        ScanUnit::Memory(numbered) => {
            let left_out = snapshot.first_seq().saturating_sub(numbered.first_seq);
            let left_out = usize::try_from(left_out).unwrap_or(usize::MAX).min(numbered.batch.len());
            tally.read.memory_rows += (numbered.batch.len() - left_out) as u64;
            let mut scratch = Vec::new();
            let passes = |(row, record): (usize, RecordRef<'_>)| {
                let deleted = snapshot.is_deleted(numbered.first_seq + row as u64);
                (!deleted && question.condition.holds(record, &mut scratch)).then_some(row)
            };
            let rows =
                (left_out..numbered.batch.len()).map(|row| (row, numbered.batch.get(row))).filter_map(passes).collect();
            then(Matched::Memory(numbered, rows)).map(Some)
        }
    };
    if bounds.cancel.is_cancelled() {
        tally.add(Tally::cancelled());
    }
    found.inspect_err(|damage| tally.damage(damage)).ok().flatten()
}

/// The parts that may hold what is asked for, and the tally of those that cannot.
pub(super) fn parts_to_read<'a>(
    snapshot: &'a Snapshot,
    question: &'a Question,
    bounds: &Bounds,
) -> (Vec<ScanUnit<'a>>, Tally) {
    let (in_time, mut tally) = parts_in_time(snapshot, question);
    let mut pruner = Pruner::new(snapshot, &question.condition);
    let mut parts = Vec::with_capacity(in_time.len());
    for (part, ..) in in_time {
        if bounds.cancel.is_cancelled() {
            tally.add(Tally::cancelled());
            break;
        }
        if pruner.may_match(part) {
            parts.push(part);
        } else {
            tally.read.blocks_pruned += 1;
        }
    }
    (parts, tally)
}

/// The parts that may hold something in the question's time, and the tally of those that cannot.
pub(super) fn parts_in_time<'a>(snapshot: &'a Snapshot, question: &Question) -> (Vec<(ScanUnit<'a>, i64, i64)>, Tally) {
    let range = question.condition.time_range();
    let (mut parts, mut tally) = (Vec::new(), Tally::default());
    for part in parts_of(snapshot) {
        match part.time_range() {
            Some((first, last)) if first < range.end && last >= range.start => parts.push((part, first, last)),
            _ => tally.read.blocks_pruned += u64::from(part.is_block()),
        }
    }
    (parts, tally)
}

/// Lets each thread fold parts into a state of its own, whichever part comes next; returns the states.
pub(super) fn fold<'a, S: Send>(
    parts: &[ScanUnit<'a>],
    bounds: &Bounds,
    new: impl Fn() -> S + Sync,
    add: impl Fn(&mut S, ScanUnit<'a>, &mut Tally) + Sync,
) -> (Vec<S>, Tally) {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut state, mut tally) = (new(), Tally::default());
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            if bounds.cancel.is_cancelled() {
                tally.add(Tally::cancelled());
                break;
            }
            add(&mut state, *part, &mut tally);
        }
        (state, tally)
    };
    let others = bounds.threads.min(parts.len()).saturating_sub(1);
    let mut states = Vec::with_capacity(others + 1);
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..others).map(|_| scope.spawn(work)).collect();
        let own = work();
        let ended = threads.into_iter().map(|thread| {
            // A panic there is one here.
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        for (state, more) in std::iter::once(own).chain(ended) {
            states.push(state);
            tally.add(more);
        }
    });
    (states, tally)
}
