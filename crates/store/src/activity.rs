//! What became of items, by five minutes: kept in the transaction that changes their states, so that a dashboard reads a
//! few hundred rows where it would read a million items.
//!
//! An item stands in at most one window, that of its `finished_at`, under the state that it has now: one that failed, is
//! tried again and succeeds has left the one window and stands in the other. The sums are those of the items, always.

use crate::{
    Db, Job, Result, Trace, TraceCounts,
    sql::{Conn, Row, params},
};
use model::{ItemState, Timestamp};
use std::{collections::BTreeMap, ops::AddAssign};

/// Microseconds of a window; every time zone's midnight lies on the border of two.
const WINDOW: i64 = 300_000_000;
/// Jobs that run at the same time count in different rows, mostly.
const SHARDS: u128 = 16;

/// What is counted: recipients of mailings, items of other kinds of job, traces that other programs have posted.
const RECIPIENTS: i64 = 0;
const OTHER_ITEMS: i64 = 1;
const TRACES: i64 = 2;

/// What happened in a span of time, by what it has come to since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Of mailings.
    pub recipients: Tally,
    /// Of jobs of any other kind.
    pub others: Tally,
    /// Posted by other programs: one by one, whatever they are about.
    pub traces: TraceCounts,
}

/// Items by their state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub succeeded: u64,
    pub failed: u64,
    pub unknown: u64,
}

impl Tally {
    /// Of those that succeeded or failed, in percent to one decimal, and 100 only where none failed; `None` where
    /// there are none. Those of which it is not known are in neither.
    pub fn success_rate(&self) -> Option<f64> {
        let ended = self.succeeded + self.failed;
        let rate = (self.succeeded as f64 * 1000.0 / ended as f64).round() / 10.0;
        (ended > 0).then(|| if self.failed > 0 { rate.min(99.9) } else { rate })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.unknown += other.unknown;
    }
}

impl AddAssign for Activity {
    fn add_assign(&mut self, other: Self) {
        self.recipients += other.recipients;
        self.others += other.others;
        self.traces.total += other.traces.total;
        self.traces.errors += other.traces.errors;
    }
}

impl Db {
    /// What happened from `since` on, before `until`, by five minutes, the first first; of one application alone, where
    /// it is named. Windows in which nothing happened are not told.
    pub async fn activity(
        &self,
        since: Timestamp,
        until: Timestamp,
        application: Option<&str>,
    ) -> Result<Vec<(Timestamp, Activity)>> {
        let of_one = if application.is_some() { " AND application = $3" } else { " AND $3 = ''" };
        let sql = format!(
            "SELECT window_start, what, CAST(sum(succeeded) AS BIGINT) AS succeeded,
                    CAST(sum(failed) AS BIGINT) AS failed, CAST(sum(unknown) AS BIGINT) AS unknown
             FROM activity WHERE window_start >= $1 AND window_start < $2{of_one}
             GROUP BY window_start, what ORDER BY window_start, what"
        );
        let since = since.as_micros() - since.as_micros().rem_euclid(WINDOW);
        let mut windows: Vec<(Timestamp, Activity)> = Vec::new();
        for row in self.rows(&sql, params![since, until, application.unwrap_or_default()]).await? {
            let (at, found) = (row.time("window_start")?, activity_from(&row)?);
            if found == Activity::default() {
                continue;
            }
            match windows.last_mut().filter(|(last, _)| *last == at) {
                Some((_, window)) => *window += found,
                None => windows.push((at, found)),
            }
        }
        Ok(windows)
    }
}

/// What an application did in a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationActivity {
    /// As jobs and traces name it; may be empty.
    pub application: String,
    pub activity: Activity,
    /// The five minutes in which it was last heard of: their beginning.
    pub last_at: Timestamp,
}

impl Db {
    /// What each application did from `since` on, the one that was last heard of first.
    pub async fn activity_by_application(&self, since: Timestamp) -> Result<Vec<ApplicationActivity>> {
        let sql = "SELECT application, what, CAST(sum(succeeded) AS BIGINT) AS succeeded,
                          CAST(sum(failed) AS BIGINT) AS failed, CAST(sum(unknown) AS BIGINT) AS unknown,
                          max(window_start) AS last_at
                   FROM activity WHERE window_start >= $1 AND (succeeded > 0 OR failed > 0 OR unknown > 0)
                   GROUP BY application, what ORDER BY application, what";
        let since = since.as_micros() - since.as_micros().rem_euclid(WINDOW);
        let mut found: Vec<ApplicationActivity> = Vec::new();
        for row in self.rows(sql, params![since]).await? {
            let (application, last_at) = (row.text("application")?, row.time("last_at")?);
            let activity = activity_from(&row)?;
            match found.last_mut().filter(|last| last.application == application) {
                Some(last) => {
                    last.activity += activity;
                    last.last_at = last.last_at.max(last_at);
                }
                None => found.push(ApplicationActivity { application, activity, last_at }),
            }
        }
        found.sort_by_key(|one| std::cmp::Reverse(one.last_at));
        Ok(found)
    }
}

fn activity_from(row: &Row) -> Result<Activity> {
    let tally =
        Tally { succeeded: row.count("succeeded")?, failed: row.count("failed")?, unknown: row.count("unknown")? };
    let mut activity = Activity::default();
    match row.int("what")? {
        RECIPIENTS => activity.recipients = tally,
        TRACES => activity.traces = TraceCounts { total: tally.succeeded + tally.failed, errors: tally.failed },
        _ => activity.others = tally,
    }
    Ok(activity)
}

/// Window, shard, what is counted, application.
type Place = (i64, i64, i64, String);

/// By how much the counts change in a transaction.
#[derive(Debug, Default)]
pub(crate) struct Changes(BTreeMap<Place, [i64; 3]>);

impl Changes {
    /// Items of the job have come into a state.
    pub(crate) fn came(&mut self, job: &Job, state: ItemState, at: Timestamp, count: u64) {
        self.add(job, state, at, count as i64);
    }

    /// Items have left a state that they had been in since `at`.
    pub(crate) fn left(&mut self, job: &Job, state: ItemState, at: Option<Timestamp>, count: u64) {
        if let Some(at) = at {
            self.add(job, state, at, -(count as i64));
        }
    }

    fn add(&mut self, job: &Job, state: ItemState, at: Timestamp, count: i64) {
        let Some(column) = column_of(state).filter(|_| count != 0 && job.kind.is_counted()) else { return };
        let what = if job.kind.has_recipients() { RECIPIENTS } else { OTHER_ITEMS };
        let shard = i64::try_from(job.id.0.as_u128() % SHARDS).unwrap_or(0);
        self.0.entry((window_of(at), shard, what, job.application_name.clone())).or_default()[column] += count;
    }

    /// One that another program has posted.
    pub(crate) fn trace(&mut self, trace: &Trace) {
        let place = (window_of(trace.created_at), 0, TRACES, trace.application_name.clone());
        let state = if trace.errors { ItemState::Failed } else { ItemState::Succeeded };
        if let Some(column) = column_of(state) {
            self.0.entry(place).or_default()[column] += 1;
        }
    }

    /// The rows are taken in one order, so that no two transactions wait for each other. Once in a transaction.
    pub(crate) async fn write(self, conn: &mut Conn<'_>) -> Result<()> {
        for ((start, shard, what, application), [succeeded, failed, unknown]) in self.0 {
            let sql = "INSERT INTO activity (window_start, shard, what, application, succeeded, failed, unknown)
                       VALUES ($1, $2, $3, $4, $5, $6, $7)
                       ON CONFLICT (window_start, shard, what, application) DO UPDATE
                       SET succeeded = activity.succeeded + excluded.succeeded,
                           failed = activity.failed + excluded.failed, unknown = activity.unknown + excluded.unknown";
            conn.execute(sql, params![start, shard, what, application, succeeded, failed, unknown]).await?;
        }
        Ok(())
    }
}

/// Counts traces that other programs have posted and that are new.
pub(crate) async fn count_traces(conn: &mut Conn<'_>, traces: &[&Trace]) -> Result<()> {
    let mut changes = Changes::default();
    traces.iter().for_each(|trace| changes.trace(trace));
    changes.write(conn).await
}

fn window_of(at: Timestamp) -> i64 {
    at.as_micros() - at.as_micros().rem_euclid(WINDOW)
}

/// What is neither sent nor known not to have been, is not counted: queued, in flight, left out.
fn column_of(state: ItemState) -> Option<usize> {
    match state {
        ItemState::Succeeded => Some(0),
        ItemState::Failed => Some(1),
        ItemState::Unknown => Some(2),
        ItemState::Queued | ItemState::Running | ItemState::Skipped => None,
    }
}
