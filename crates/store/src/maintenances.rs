//! Planned work: when nothing is told of what it is about. What one says is for the crate `checks`; here it is JSON.

use crate::{
    Db, Result,
    sql::{Row, params},
};
use model::Timestamp;
use uuid::Uuid;

/// Maintenances of one installation that are not over.
pub const MAINTENANCES_MAX: u32 = 200;

/// A maintenance as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMaintenance {
    pub id: Uuid,
    /// JSON.
    pub spec: String,
    /// When it is over for good; none of one that comes again.
    pub ends_at: Option<Timestamp>,
    pub created_by: String,
    pub created_at: Timestamp,
}

impl Db {
    /// Those that were not over at `since`, the oldest first.
    pub async fn maintenances(&self, since: Timestamp) -> Result<Vec<StoredMaintenance>> {
        let sql = "SELECT * FROM maintenances WHERE ends_at IS NULL OR ends_at > $1
                   ORDER BY created_at DESC, id LIMIT 1000";
        let rows = self.rows(sql, params![since]).await?;
        rows.iter().rev().map(maintenance_from).collect()
    }

    pub async fn maintenance(&self, id: Uuid) -> Result<Option<StoredMaintenance>> {
        let row = self.row("SELECT * FROM maintenances WHERE id = $1", params![id]).await?;
        row.map(|row| maintenance_from(&row)).transpose()
    }

    /// `false`: there are [`MAINTENANCES_MAX`] already that are not over.
    pub async fn create_maintenance(&self, new: StoredMaintenance) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO maintenances (id, spec, ends_at, created_by, created_at)
                           SELECT $1, $2, $3, $4, $5
                           WHERE (SELECT count(*) FROM maintenances WHERE ends_at IS NULL OR ends_at > $5) < $6";
                let StoredMaintenance { id, spec, ends_at, created_by, created_at } = new;
                let values = params![id, spec, ends_at, created_by, created_at, i64::from(MAINTENANCES_MAX)];
                Ok(conn.execute(sql, values).await? > 0)
            })
        })
        .await
    }

    /// Ends one: it is that from now on. Whether there was one of that id that was not over.
    pub async fn end_maintenance(&self, id: Uuid, spec: String, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE maintenances SET spec = $2, ends_at = $3
                           WHERE id = $1 AND (ends_at IS NULL OR ends_at > $3)";
                Ok(conn.execute(sql, params![id, spec, now]).await? > 0)
            })
        })
        .await
    }

    /// Whether there was one of that id.
    pub async fn delete_maintenance(&self, id: Uuid) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move { Ok(conn.execute("DELETE FROM maintenances WHERE id = $1", params![id]).await? > 0) })
        })
        .await
    }

    /// Forgets those that were over before then. Returns how many.
    pub async fn forget_maintenances(&self, before: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move { conn.execute("DELETE FROM maintenances WHERE ends_at < $1", params![before]).await })
        })
        .await
    }
}

fn maintenance_from(row: &Row) -> Result<StoredMaintenance> {
    Ok(StoredMaintenance {
        id: row.id("id")?,
        spec: row.text("spec")?,
        ends_at: row.opt_time("ends_at")?,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
    })
}
