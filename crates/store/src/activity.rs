//! Attempts by five minutes, added up in the transaction that keeps their traces: a dashboard reads a few hundred rows
//! where it would read a million traces.

use crate::{
    Db, Result, Trace,
    sql::{Conn, params},
};
use model::Timestamp;
use std::collections::BTreeMap;

/// Microseconds of a window; every time zone's midnight lies on the border of two.
const WINDOW: i64 = 300_000_000;
/// Jobs that run at the same time count in different rows, mostly.
const SHARDS: u128 = 16;

/// What happened in a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Attempts that went well.
    pub sent: u64,
    pub errors: u64,
}

impl Db {
    /// What happened from `since` on, before `until`, by five minutes. Windows without anything are not told.
    pub async fn activity(&self, since: Timestamp, until: Timestamp) -> Result<Vec<(Timestamp, Activity)>> {
        let sql = "SELECT window_start, CAST(sum(sent) AS BIGINT) AS sent, CAST(sum(errors) AS BIGINT) AS errors
                   FROM activity WHERE window_start >= $1 AND window_start < $2
                   GROUP BY window_start ORDER BY window_start";
        let since = since.as_micros() - since.as_micros().rem_euclid(WINDOW);
        let rows = self.rows(sql, params![since, until]).await?;
        rows.iter()
            .map(|row| {
                let activity = Activity { sent: row.count("sent")?, errors: row.count("errors")? };
                Ok((row.time("window_start")?, activity))
            })
            .collect()
    }
}

/// Counts traces that are new. The rows are taken in one order, so that no two transactions wait for each other.
pub(crate) async fn count(conn: &mut Conn<'_>, traces: &[&Trace]) -> Result<()> {
    let mut windows: BTreeMap<(i64, i64), Activity> = BTreeMap::new();
    for trace in traces {
        let at = trace.created_at.as_micros();
        let shard = trace.job.map_or(0, |job| i64::try_from(job.0.as_u128() % SHARDS).unwrap_or(0));
        let window = windows.entry((at - at.rem_euclid(WINDOW), shard)).or_default();
        match trace.errors {
            true => window.errors += 1,
            false => window.sent += 1,
        }
    }
    for ((start, shard), activity) in windows {
        let sql = "INSERT INTO activity (window_start, shard, sent, errors) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (window_start, shard) DO UPDATE
                   SET sent = activity.sent + excluded.sent, errors = activity.errors + excluded.errors";
        conn.execute(sql, params![start, shard, activity.sent, activity.errors]).await?;
    }
    Ok(())
}
