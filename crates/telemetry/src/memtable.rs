//! Acknowledged records that are not yet in a segment: batches in memory, scanned by searches as they are.

use crate::batch::{Batch, Numbered};
use model::Timestamp;
use std::sync::Arc;

/// Batches up to this size are put together, so that a search does not visit thousands of single records.
const GATHERED_ROWS_MAX: usize = 4096;

#[derive(Clone, Default)]
pub(crate) struct Memtable {
    batches: Vec<Arc<Numbered>>,
    rows: usize,
    bytes: usize,
    /// When the first record came.
    since: Option<Timestamp>,
}

impl Memtable {
    pub(crate) fn push(&mut self, numbered: Arc<Numbered>, now: Timestamp) {
        self.rows += numbered.batch.len();
        self.bytes += numbered.batch.memory_bytes();
        self.since.get_or_insert(now);
        self.batches.push(numbered);
        self.gather();
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

    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// Puts the last two batches together while they are small and of like size, as a binary counter carries: a record is
    /// copied a dozen times at most, and few batches remain.
    fn gather(&mut self) {
        while let [.., before, last] = &self.batches[..] {
            let (first, second) = (before.batch.len(), last.batch.len());
            let follows = before.first_seq + first as u64 == last.first_seq;
            if !follows || first > second * 2 || first + second > GATHERED_ROWS_MAX {
                return;
            }
            let Some(together) = joined(before, last) else { return };
            self.bytes += together.batch.memory_bytes();
            self.bytes -= before.batch.memory_bytes() + last.batch.memory_bytes();
            self.batches.truncate(self.batches.len() - 2);
            self.batches.push(Arc::new(together));
        }
    }
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
    fn single_records_are_gathered_and_keep_their_numbers() {
        let mut memtable = Memtable::default();
        for seq in 0..10_000u64 {
            let mut batch = Batch::new();
            let message = format!("message {seq}").into_bytes();
            let record = Record { time: Timestamp::EPOCH, level: None, source: vec![], message, fields: vec![] };
            batch.push(&record).unwrap();
            memtable.push(Arc::new(Numbered { first_seq: seq, batch }), Timestamp::from_micros(seq as i64 + 7));
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
}
