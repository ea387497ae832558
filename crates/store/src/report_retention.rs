//! What is too old to be kept beside issues goes: counts of sessions and drops, feedback, attachments, parts of uploads.

use crate::{
    Db, Result,
    issues::hour_of,
    sql::{Conn, params},
};
use model::Timestamp;

/// What happened before these times is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportsKeptSince {
    /// Counts of sessions, and of what was dropped.
    pub counts: Timestamp,
    pub feedback: Timestamp,
    pub attachments: Timestamp,
    /// Parts of uploads that were never put together.
    pub chunks: Timestamp,
}

impl Db {
    /// Deletes about `limit` rows of what is older; the blobs of files go with the next sweep. Returns how many there were:
    /// fewer than `limit` were all.
    pub async fn purge_reports(&self, since: ReportsKeptSince, limit: u32) -> Result<u64> {
        self.write(move |conn| Box::pin(purge(conn, since, u64::from(limit.max(1))))).await
    }
}

async fn purge(conn: &mut Conn<'_>, since: ReportsKeptSince, limit: u64) -> Result<u64> {
    let hours = hour_of(since.counts);
    let tables = [
        ("release_health", "project, hour, release, environment", "hour", hours),
        ("dropped", "project, hour, side, category, reason", "hour", hours),
        ("feedback", "no", "at", since.feedback.as_micros()),
        ("attachments", "no", "at", since.attachments.as_micros()),
        ("upload_chunks", "sha1", "at", since.chunks.as_micros()),
    ];
    let mut rows = 0;
    for (table, key, column, before) in tables {
        let sql = format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {column} < $1 ORDER BY {column} LIMIT $2)"
        );
        rows += conn.execute(&sql, params![before, limit.saturating_sub(rows)]).await?;
    }
    Ok(rows)
}
