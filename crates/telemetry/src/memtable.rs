//! Acknowledged records that are not yet in a segment: batches in memory, scanned by searches as they are.

use crate::{
    Kind, Options, PerKind,
    batch::{Batch, Numbered},
};
use model::Timestamp;
use std::sync::Arc;

/// Batches up to this size are put together, so that a search does not visit thousands of single records. Large ones are not:
/// to copy them over and over costs more than to visit them.
const GATHERED_ROWS_MAX: usize = 4096;
const GATHERED_BYTES_MAX: usize = 512 << 10;
/// To a batch that nobody reads just now others are added, up to this size: the allocator has such pieces from the kernel, and
/// gives them back when they are sealed, where the pieces that senders have made would lie strewn over its arenas.
const OPEN_BYTES_MAX: usize = 2 << 20;
/// Records that a search takes longer to look at here than in a segment, when they could be in one.
const SEAL_QUIET_ROWS: usize = 2048;

#[derive(Clone, Default)]
pub(crate) struct Memtable {
    batches: Vec<Arc<Numbered>>,
    rows: usize,
    bytes: usize,
    /// When the first record came.
    since: Option<Timestamp>,
    /// When the last one came.
    latest: Timestamp,
}

impl Memtable {
    /// `room` is what it may grow by.
    pub(crate) fn push(&mut self, numbered: Arc<Numbered>, now: Timestamp, room: usize) {
        self.rows += numbered.batch.len();
        self.since.get_or_insert(now);
        self.latest = self.latest.max(now);
        if self.append(&numbered, room) {
            return;
        }
        self.bytes += numbered.batch.memory_bytes();
        self.batches.push(numbered);
        self.gather();
    }

    /// Copies a small batch to the end of the last one, unless somebody reads that: each record is copied once so.
    fn append(&mut self, next: &Numbered, room: usize) -> bool {
        let Some(last) = self.batches.last_mut() else { return false };
        if next.batch.memory_bytes() > GATHERED_BYTES_MAX || last.first_seq + last.batch.len() as u64 != next.first_seq
        {
            return false;
        }
        let Some(Numbered { batch, .. }) = Arc::get_mut(last) else { return false };
        let before = batch.memory_bytes();
        let has_room = batch.text_bytes() + next.batch.memory_bytes() <= OPEN_BYTES_MAX
            && batch.len() + next.batch.len() <= GATHERED_ROWS_MAX
            && batch.grows_by(&next.batch) <= room;
        let is_added = has_room && add_all(batch, &next.batch);
        if !is_added {
            batch.shrink();
        }
        self.bytes += batch.memory_bytes();
        self.bytes -= before;
        is_added
    }

    pub(crate) fn batches(&self) -> &[Arc<Numbered>] {
        &self.batches
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it is to be sealed: its first record has waited long enough, or many records wait and no more come.
    pub(crate) fn is_due(&self, options: &Options, now: Timestamp) -> bool {
        let Some(since) = self.since else { return false };
        let is_quiet = now.since(self.latest) >= options.seal_quiet && self.rows >= SEAL_QUIET_ROWS;
        is_quiet || now.since(since) >= options.seal_age
    }

    #[cfg(test)]
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// Puts the last two batches together while they are small and of like size, as a binary counter carries: a record is
    /// copied a dozen times at most, and few batches remain.
    fn gather(&mut self) {
        while let [.., before, last] = &self.batches[..] {
            let (first, second) = (before.batch.len(), last.batch.len());
            let follows = before.first_seq + first as u64 == last.first_seq;
            let bytes = before.batch.memory_bytes() + last.batch.memory_bytes();
            if !follows || bytes > GATHERED_BYTES_MAX || first > second * 2 || first + second > GATHERED_ROWS_MAX {
                return;
            }
            let Some(together) = joined(before, last) else { return };
            self.bytes += together.batch.memory_bytes();
            self.bytes -= bytes;
            self.batches.truncate(self.batches.len() - 2);
            self.batches.push(Arc::new(together));
        }
    }
}

/// Those of all kinds.
#[derive(Clone, Default)]
pub(crate) struct Memtables(PerKind<Memtable>);

impl Memtables {
    pub(crate) fn push(&mut self, kind: Kind, numbered: Arc<Numbered>, now: Timestamp, room: usize) {
        self.0[kind].push(numbered, now, room);
    }

    pub(crate) fn of(&self, kind: Kind) -> &Memtable {
        &self.0[kind]
    }

    pub(crate) fn rows(&self) -> usize {
        self.0.values().map(Memtable::rows).sum()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.0.values().map(Memtable::bytes).sum()
    }

    /// Whether they are to be sealed: all of them as soon as one is due, for the log holds the records of all.
    pub(crate) fn is_due(&self, options: &Options, now: Timestamp) -> bool {
        self.0.values().any(|memtable| memtable.is_due(options, now))
    }
}

/// All records of a batch, or none.
fn add_all(batch: &mut Batch, more: &Batch) -> bool {
    for (added, record) in more.iter().enumerate() {
        if batch.push_ref(record).is_err() {
            (0..added).for_each(|_| batch.pop());
            return false;
        }
    }
    true
}

fn joined(first: &Numbered, second: &Numbered) -> Option<Numbered> {
    let mut batch = Batch::new();
    for record in first.batch.iter().chain(second.batch.iter()) {
        batch.push_ref(record).ok()?;
    }
    batch.shrink();
    Some(Numbered { first_seq: first.first_seq, batch })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Record;

    #[test]
    fn it_is_due_when_it_is_old_or_large_and_quiet() {
        let options = Options::default();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let filled = |rows: usize, last: i64| {
            let mut memtable = Memtable::default();
            for (first_seq, now) in [(0, at(0)), (rows as u64, at(last))] {
                let mut batch = Batch::new();
                let record = Record { time: now, level: None, source: vec![], message: b"m".to_vec(), fields: vec![] };
                (0..rows).for_each(|_| batch.push(&record).unwrap());
                memtable.push(Arc::new(Numbered { first_seq, batch }), now, usize::MAX);
            }
            memtable
        };
        assert!(!Memtable::default().is_due(&options, at(10_000)), "there is nothing to seal");
        for (rows, last, now, expected) in
            [(10, 1, 599, false), (10, 1, 600, true), (1_500, 1, 5, false), (1_500, 1, 6, true), (1_500, 9, 13, false)]
        {
            assert_eq!(
                filled(rows, last).is_due(&options, at(now)),
                expected,
                "{rows} rows, the last at {last}, at {now}"
            );
        }
    }

    #[test]
    fn single_records_are_gathered_and_keep_their_numbers() {
        let mut memtable = Memtable::default();
        for seq in 0..10_000u64 {
            let mut batch = Batch::new();
            let message = format!("message {seq}").into_bytes();
            let record = Record { time: Timestamp::EPOCH, level: None, source: vec![], message, fields: vec![] };
            batch.push(&record).unwrap();
            memtable.push(
                Arc::new(Numbered { first_seq: seq, batch }),
                Timestamp::from_micros(seq as i64 + 7),
                usize::MAX,
            );
        }
        assert!(memtable.batches().len() < 20, "{}", memtable.batches().len());
        assert_eq!((memtable.rows(), memtable.since()), (10_000, Some(Timestamp::from_micros(7))));
        for numbered in memtable.batches() {
            for (row, record) in numbered.batch.iter().enumerate() {
                assert_eq!(record.message(), format!("message {}", numbered.first_seq + row as u64).as_bytes());
            }
        }
        let bytes: usize = memtable.batches().iter().map(|numbered| numbered.batch.memory_bytes()).sum();
        assert_eq!(bytes, memtable.bytes());
    }

    #[test]
    fn long_records_share_a_batch_unless_somebody_reads_it() {
        let one = |first_seq: u64, bytes: usize| {
            let mut batch = Batch::new();
            let record = Record {
                time: Timestamp::EPOCH,
                level: None,
                source: vec![],
                message: vec![b'a' + first_seq as u8 % 26; bytes],
                fields: vec![],
            };
            batch.push(&record).unwrap();
            Arc::new(Numbered { first_seq, batch })
        };
        let mut memtable = Memtable::default();
        let push = |memtable: &mut Memtable, seq: u64, bytes: usize| {
            memtable.push(one(seq, bytes), Timestamp::EPOCH, usize::MAX);
            let held: usize = memtable.batches().iter().map(|numbered| numbered.batch.memory_bytes()).sum();
            assert_eq!(held, memtable.bytes());
        };
        for seq in 0..50 {
            push(&mut memtable, seq, 30 << 10);
        }
        assert_eq!(memtable.batches().len(), 1);
        let read = memtable.clone();
        push(&mut memtable, 50, 30 << 10);
        assert_eq!((read.batches()[0].batch.len(), memtable.batches().len()), (50, 2), "what is read stays as it is");
        drop(read);
        for seq in 51..200 {
            push(&mut memtable, seq, 30 << 10);
        }
        let rows: Vec<usize> = memtable.batches().iter().map(|numbered| numbered.batch.len()).collect();
        assert_eq!(rows.iter().sum::<usize>(), 200);
        assert!(rows.len() < 6, "{rows:?}");
        push(&mut memtable, 200, 1 << 20);
        assert_eq!(memtable.batches().last().unwrap().batch.len(), 1, "one that is large already is not copied");
        memtable.push(one(201, 9), Timestamp::EPOCH, 8);
        assert_eq!(memtable.batches().last().unwrap().batch.len(), 1, "nothing grows beyond the room there is");
        for numbered in memtable.batches() {
            for (row, record) in numbered.batch.iter().enumerate() {
                assert_eq!(record.message()[0], b'a' + ((numbered.first_seq + row as u64) % 26) as u8);
            }
        }
    }
}
