//! Mailings that somebody is preparing. Their content is the page's own, as JSON.

use crate::{
    Db, Result,
    sql::{Row, params},
};
use model::Timestamp;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub id: Uuid,
    /// The name of the user.
    pub owner: String,
    pub content: String,
    /// Counts the changes, from 1.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Db {
    /// Keeps a draft that there was not.
    pub async fn create_draft(&self, draft: Draft) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO drafts (id, owner, content, version, created_at, updated_at)
                           VALUES ($1, $2, $3, $4, $5, $6)";
                let Draft { id, owner, content, version, created_at, updated_at } = draft;
                conn.execute(sql, params![id, owner, content, version, created_at, updated_at]).await.map(drop)
            })
        })
        .await
    }

    /// Puts `content` in the place of what stood in version `seen`, which makes the version after it. `false`: the
    /// draft was changed since, or is gone, and nothing is written.
    pub async fn update_draft(&self, id: Uuid, seen: i64, content: String, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE drafts SET content = $3, version = version + 1, updated_at = $4
                           WHERE id = $1 AND version = $2";
                Ok(conn.execute(sql, params![id, seen, content, now]).await? > 0)
            })
        })
        .await
    }

    pub async fn draft(&self, id: Uuid) -> Result<Option<Draft>> {
        self.row("SELECT * FROM drafts WHERE id = $1", params![id]).await?.map(|row| draft_from(&row)).transpose()
    }

    /// Of one owner, the one that was last worked on first.
    pub async fn drafts_of(&self, owner: &str, limit: u32) -> Result<Vec<Draft>> {
        let sql = "SELECT * FROM drafts WHERE owner = $1 ORDER BY updated_at DESC LIMIT $2";
        self.rows(sql, params![owner, i64::from(limit)]).await?.iter().map(draft_from).collect()
    }

    /// Whether a schedule sends it.
    pub async fn is_draft_scheduled(&self, id: Uuid) -> Result<bool> {
        let sql = "SELECT 1 AS found FROM job_schedules WHERE kind = 'mail' AND spec LIKE $1 LIMIT 1";
        Ok(self.row(sql, params![format!("%\"{id}\"%")]).await?.is_some())
    }

    /// Whether there was one.
    pub async fn delete_draft(&self, id: Uuid) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move { Ok(conn.execute("DELETE FROM drafts WHERE id = $1", params![id]).await? > 0) })
        })
        .await
    }
}

fn draft_from(row: &Row) -> Result<Draft> {
    Ok(Draft {
        id: row.id("id")?,
        owner: row.text("owner")?,
        content: row.text("content")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
