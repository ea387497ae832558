//! What was not kept of reports, and why, by the hour: dropped by clients before it left them, or here.

use crate::{
    Db, ProjectId, Result,
    issues::hour_of,
    sql::{Row, params},
};
use model::Timestamp;
use std::{collections::BTreeMap, str::FromStr};

/// Rows that one question answers.
const ROWS_MAX: i64 = 200;

/// Who dropped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropSide {
    /// It never left the program that reports.
    Client,
    /// It came, and was not taken.
    Server,
}

/// Items that were not kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DroppedItems {
    pub side: DropSide,
    /// `error`, `transaction` …
    pub category: String,
    /// Whoever writes it sees to it that there are few.
    pub reason: String,
    pub count: u64,
}

impl DropSide {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

impl FromStr for DropSide {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Client, Self::Server].into_iter().find(|side| side.as_str() == text).ok_or(())
    }
}

impl Db {
    /// Counts what was not kept at `at`.
    pub async fn count_dropped(&self, dropped: Vec<(ProjectId, DroppedItems)>, at: Timestamp) -> Result<()> {
        let mut sums: BTreeMap<(ProjectId, &str, String, String), u64> = BTreeMap::new();
        for (project, one) in dropped {
            *sums.entry((project, one.side.as_str(), one.category, one.reason)).or_default() += one.count;
        }
        let hour = hour_of(at);
        let row = |((project, side, category, reason), count)| (project, hour, side, category, reason, count);
        let set: Vec<(ProjectId, i64, &str, String, String, u64)> = sums.into_iter().map(row).collect();
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO dropped (project, hour, side, category, reason, count)
                           SELECT CAST(list.value->>0 AS BIGINT), CAST(list.value->>1 AS BIGINT), list.value->>2,
                                  list.value->>3, list.value->>4, CAST(list.value->>5 AS BIGINT)
                           FROM {set} WHERE true
                           ON CONFLICT (project, hour, side, category, reason)
                           DO UPDATE SET count = dropped.count + excluded.count";
                conn.execute_set(sql, set).await
            })
        })
        .await
    }

    /// What was not kept of a project since then, what is most first.
    pub async fn dropped(&self, project: ProjectId, since: Timestamp) -> Result<Vec<DroppedItems>> {
        let sql = "SELECT side, category, reason, CAST(sum(count) AS BIGINT) AS items FROM dropped
                   WHERE project = $1 AND hour >= $2 GROUP BY side, category, reason
                   ORDER BY items DESC, side, category, reason LIMIT $3";
        let rows = self.rows(sql, params![project, hour_of(since), ROWS_MAX]).await?;
        rows.iter().map(dropped_from).collect()
    }
}

fn dropped_from(row: &Row) -> Result<DroppedItems> {
    Ok(DroppedItems {
        side: row.parsed("side")?,
        category: row.text("category")?,
        reason: row.text("reason")?,
        count: row.count("items")?,
    })
}
