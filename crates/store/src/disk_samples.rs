//! How much of the disk was free, hour by hour.

use crate::{Db, Result, sql::params};
use model::Timestamp;

impl Db {
    /// Notes how much is free, in hundredths of a percent, and forgets what was noted before `kept_since`.
    pub async fn note_disk(&self, free: u32, now: Timestamp, kept_since: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO disk_samples (at, free) VALUES ($1, $2)
                           ON CONFLICT (at) DO UPDATE SET free = excluded.free";
                conn.execute(sql, params![now, i64::from(free)]).await?;
                conn.execute("DELETE FROM disk_samples WHERE at < $1", params![kept_since]).await.map(drop)
            })
        })
        .await
    }

    /// The oldest first.
    pub async fn disk_samples(&self, since: Timestamp) -> Result<Vec<(Timestamp, u32)>> {
        let sql = "SELECT at, free FROM disk_samples WHERE at >= $1 ORDER BY at LIMIT 10000";
        let rows = self.rows(sql, params![since]).await?;
        let sample = |row: &crate::sql::Row| Ok((row.time("at")?, u32::try_from(row.int("free")?).unwrap_or_default()));
        rows.iter().map(sample).collect()
    }
}
