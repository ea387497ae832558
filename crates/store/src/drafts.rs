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
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Db {
    /// Keeps a draft, in the place of the one of that id.
    pub async fn save_draft(&self, draft: Draft) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO drafts (id, owner, content, created_at, updated_at) VALUES ($1, $2, $3, $4, $5)
                           ON CONFLICT (id) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at";
                let Draft { id, owner, content, created_at, updated_at } = draft;
                conn.execute(sql, params![id, owner, content, created_at, updated_at]).await.map(drop)
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
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
