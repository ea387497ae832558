//! Lines of a job as the store has them.

use super::{
    line::{self, SOURCE},
    place::{LineCursor, Places},
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

/// Bytes of messages that are read at once.
const BYTES_MAX: usize = 4 << 20;
/// Lines of one moment that are told apart. Only older versions have written any.
const ALIKE_MAX: usize = 1_000;

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

/// Lines in their order, from at or before the first one behind `after`, until `limit` of them are behind it.
pub(super) fn behind(
    snapshot: &Snapshot,
    bounds: &Bounds,
    (job, after): (JobId, LineCursor),
    limit: usize,
) -> Result<Vec<JobLine>, Error> {
    let from = beginning(snapshot, bounds, job, after)?;
    let question = question(job, Some(from..Timestamp::from_micros(i64::MAX)))?;
    let (mut lines, mut places, mut count, mut bytes) = (Vec::new(), Places::default(), 0, 0);
    let (mut place, mut wanted) = (None, limit + 1);
    loop {
        let mut last = None;
        let page = Page { order: Order::Ascending, after: place, limit: wanted.min(ROWS_MAX) };
        search(snapshot, &question, page, bounds, |hit| {
            last = Some(hit.cursor);
            bytes += hit.record.message().len();
            count += usize::from(places.next(hit.cursor.time) > after);
            lines.push(line::read(hit.record));
            if count < limit && bytes < BYTES_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        if last.is_none() || count >= limit || bytes >= BYTES_MAX {
            return Ok(lines);
        }
        (place, wanted) = (last, ROWS_MAX);
    }
}

/// From when on lines have to be read so that those behind `after` are known: usually it is the moment of one line.
fn beginning(snapshot: &Snapshot, bounds: &Bounds, job: JobId, after: LineCursor) -> Result<Timestamp, Error> {
    let moment = after.moment();
    if after == LineCursor::default() {
        return Ok(Timestamp::from_micros(i64::MIN));
    }
    let before = Timestamp::from_micros(i64::MIN)..Timestamp::from_micros(moment.as_micros().saturating_add(1));
    let question = question(job, Some(before))?;
    let times = |limit: usize| {
        let mut times = Vec::new();
        let page = Page { order: Order::Descending, after: None, limit };
        search(snapshot, &question, page, bounds, |hit| {
            times.push(hit.cursor.time);
            ControlFlow::Continue(())
        });
        times
    };
    Ok(match times(2)[..] {
        [] => moment,
        [last] if last == moment => moment,
        [last, earlier] if last == moment && earlier < moment => moment,
        // Among lines of one moment.
        _ => times(ALIKE_MAX).last().copied().unwrap_or(moment),
    })
}

/// The last `limit` lines, in their order; more, where some are of one moment.
pub(super) fn last(snapshot: &Snapshot, bounds: &Bounds, job: JobId, limit: usize) -> Result<Vec<JobLine>, Error> {
    let question = question(job, None)?;
    let read = |limit: usize| {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        let page = Page { order: Order::Descending, after: None, limit };
        search(snapshot, &question, page, bounds, |hit| {
            bytes += hit.record.message().len();
            lines.push(line::read(hit.record));
            if bytes < BYTES_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        lines.reverse();
        lines
    };
    let lines = read(limit.max(2));
    let is_alike = lines.windows(2).any(|two| two[0].at == two[1].at);
    Ok(if is_alike { read(limit + ALIKE_MAX) } else { lines })
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
