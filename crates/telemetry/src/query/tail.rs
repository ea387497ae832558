//! Records as they arrive: a question asked of each newly acknowledged batch.

use super::{
    question::Question,
    search::{Cursor, Hit},
};
use crate::Numbered;
use std::ops::ControlFlow;

/// Calls `each` with the records of a batch that match, in the order of their sequence numbers. Returns how many did.
/// Pipes play no part.
pub fn tail(question: &Question, numbered: &Numbered, mut each: impl FnMut(Hit<'_>) -> ControlFlow<()>) -> usize {
    let mut scratch = Vec::new();
    let mut matched = 0;
    for (row, record) in numbered.batch.iter().enumerate() {
        if !question.condition.holds(record, &mut scratch) {
            continue;
        }
        matched += 1;
        let cursor = Cursor { time: record.time(), seq: numbered.first_seq + row as u64 };
        if each(Hit { cursor, record }).is_break() {
            break;
        }
    }
    matched
}
