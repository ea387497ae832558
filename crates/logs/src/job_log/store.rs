//! Lines of a job as the store has them.

use super::{
    line::{self, SOURCE},
    place::LineCursor,
};
use crate::Error;
use jiff::tz::TimeZone;
use model::{JobId, JobLine, Timestamp};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hasher as _},
    ops::{ControlFlow, Range},
};
use telemetry::{
    RecordRef, Snapshot,
    query::{
        Bounds, Page, Query, Question, ROWS_MAX,
        language::{FieldTest, Filter, Order},
        search,
    },
};

/// Lines of one moment that come together, whatever the limit: who else than Vigie has sent them may have said so.
const ALIKE_MAX: usize = 1_000;
/// Bytes of messages that are read at once.
const BYTES_MAX: usize = 4 << 20;

fn question(job: JobId, range: Option<Range<Timestamp>>) -> Result<Question, Error> {
    let is = |name: &str, text: String| Filter::Field { name: name.into(), test: FieldTest::Equals(text) };
    let filter = Filter::And(vec![is("job_id", job.to_string()), is("source", SOURCE.to_owned())]);
    let query = Query { filter, pipes: Vec::new() };
    let question = Question::new(&query, Timestamp::EPOCH, &TimeZone::UTC)?;
    Ok(match range {
        Some(range) => question.within(range),
        None => question,
    })
}

/// Up to `limit` lines behind `after`, in their order, and those of the moment of the last. What Vigie says has a time of its own.
pub(super) fn behind(
    snapshot: &Snapshot,
    bounds: &Bounds,
    (job, after): (JobId, LineCursor),
    limit: usize,
) -> Result<Vec<JobLine>, Error> {
    let question = question(job, Some(after.moment_behind()..Timestamp::from_micros(i64::MAX)))?;
    Ok(lines(snapshot, bounds, &question, Order::Ascending, limit))
}

/// The last `limit` lines, in their order.
pub(super) fn last(snapshot: &Snapshot, bounds: &Bounds, job: JobId, limit: usize) -> Result<Vec<JobLine>, Error> {
    let mut lines = lines(snapshot, bounds, &question(job, None)?, Order::Descending, limit);
    lines.reverse();
    Ok(lines)
}

fn lines(snapshot: &Snapshot, bounds: &Bounds, question: &Question, order: Order, limit: usize) -> Vec<JobLine> {
    let (mut lines, mut bytes) = (Vec::new(), 0);
    search(snapshot, question, Page { order, after: None, limit: limit + ALIKE_MAX }, bounds, |hit| {
        let is_alike = lines.last().is_some_and(|last: &JobLine| last.at == hit.record.time());
        if (lines.len() >= limit || bytes >= BYTES_MAX) && !is_alike {
            return ControlFlow::Break(());
        }
        bytes += hit.record.message().len();
        lines.push(line::read(hit.record));
        ControlFlow::Continue(())
    });
    lines
}

/// How often the store has each of some lines, by what they are known again.
#[derive(Default)]
pub(super) struct Known(HashMap<(JobId, i64, u64), u32>);

impl Known {
    /// What the store has of the jobs of `lines`, from the time of the first of them on.
    pub(super) fn of(snapshot: &Snapshot, lines: &[(JobId, JobLine)]) -> Result<Self, Error> {
        let mut times: HashMap<JobId, (Timestamp, Timestamp)> = HashMap::new();
        for (job, line) in lines {
            let (first, last) = times.entry(*job).or_insert((line.at, line.at));
            (*first, *last) = ((*first).min(line.at), (*last).max(line.at));
        }
        let mut known = Self::default();
        // What was deleted since was kept all the same.
        let snapshot = snapshot.clone().with_deleted();
        for (job, (first, last)) in times {
            let question = question(job, Some(first..Timestamp::from_micros(last.as_micros().saturating_add(1))))?;
            let mut after = None;
            loop {
                let mut seen = None;
                let page = Page { order: Order::Ascending, after, limit: ROWS_MAX };
                search(&snapshot, &question, page, &Bounds::default(), |hit| {
                    seen = Some(hit.cursor);
                    *known.0.entry(key(job, hit.record)).or_default() += 1;
                    ControlFlow::Continue(())
                });
                if seen.is_none() {
                    break;
                }
                after = seen;
            }
        }
        Ok(known)
    }

    /// Whether the store has the line; it counts as found then.
    pub(super) fn take(&mut self, job: JobId, line: &JobLine) -> bool {
        let key = (job, line.at.as_micros(), hash(line.message.as_bytes()));
        let Some(count) = self.0.get_mut(&key).filter(|count| **count > 0) else { return false };
        *count -= 1;
        true
    }
}

fn key(job: JobId, record: RecordRef<'_>) -> (JobId, i64, u64) {
    (job, record.time().as_micros(), hash(record.message()))
}

/// Of the same bytes the same, as long as the process lives.
fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}
