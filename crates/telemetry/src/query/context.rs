//! One record by its permalink, and the lines around it in the same source.

use super::{
    condition::{Condition, ValueTest},
    language::Order,
    question::{Answer, Bounds, Partial, Question, ScanUnit, Tally, parts},
    search::{Cursor, Hit, Page, search},
};
use crate::{Record, Snapshot};
use jiff::tz::TimeZone;
use std::{ops::ControlFlow, sync::Arc};

/// A record and those around it in its source, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    pub before: Vec<(Cursor, Record)>,
    /// None if there is no such record, or no longer.
    pub record: Option<(Cursor, Record)>,
    pub after: Vec<(Cursor, Record)>,
}

/// The record of a sequence number with up to `before` and `after` records of the same source around it.
pub fn context(snapshot: &Snapshot, seq: u64, before: usize, after: usize, bounds: &Bounds) -> Answer<Context> {
    let mut tally = Tally::default();
    let Some((cursor, record)) = find(snapshot, seq, &mut tally) else {
        return tally.answer(Context::default(), snapshot);
    };
    let source = || Condition::Field {
        name: "source".to_owned(),
        test: if record.source.is_empty() {
            ValueTest::Exists
        } else {
            ValueTest::Equals { text: record.source.clone(), number: None }
        },
    };
    let condition = if record.source.is_empty() { Condition::Not(Box::new(source())) } else { source() };
    let question = Question { condition, pipes: Vec::new(), zone: TimeZone::UTC, counted: Arc::default() };
    let mut around = |order, limit| {
        let (mut rows, mut bytes, mut full) = (Vec::new(), 0, false);
        let page = Page { order, after: Some(cursor), limit };
        let mut found = search(snapshot, &question, page, bounds, |Hit { cursor, record }| {
            bytes += record.message().len();
            full = bytes > bounds.memory_bytes_max / 4;
            if full {
                return ControlFlow::Break(());
            }
            rows.push((cursor, record.to_record()));
            ControlFlow::Continue(())
        });
        if full {
            found.partial.push(Partial::Rows { limit: rows.len() });
        }
        tally.include(found.read, found.partial);
        rows
    };
    let mut older = around(Order::Descending, before);
    let newer = around(Order::Ascending, after);
    older.reverse();
    tally.answer(Context { before: older, record: Some((cursor, record)), after: newer }, snapshot)
}

/// The record of a sequence number, unless it was deleted.
fn find(snapshot: &Snapshot, seq: u64, tally: &mut Tally) -> Option<(Cursor, Record)> {
    if snapshot.hides(seq) {
        return None;
    }
    let record = parts(snapshot).find_map(|part| match part {
        ScanUnit::Memory(numbered) => {
            let row = seq.checked_sub(numbered.first_seq).and_then(|row| usize::try_from(row).ok());
            row.filter(|row| *row < numbered.batch.len()).map(|row| numbered.batch.get(row).to_record())
        }
        ScanUnit::Block { info, .. } if seq < info.seq_range.0 || seq > info.seq_range.1 => None,
        ScanUnit::Block { segment, number, .. } => {
            let found = snapshot.block(segment, number).and_then(|block| {
                let row = block.seqs()?.iter().position(|own| *own == seq);
                row.map(|row| block.records(&[row as u32])).transpose()
            });
            found.inspect_err(|damage| tally.damage(damage)).ok().flatten().map(|batch| batch.get(0).to_record())
        }
    })?;
    Some((Cursor { time: record.time, seq }, record))
}
