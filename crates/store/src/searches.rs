//! Searches of the logs that people keep under a name.

use crate::{
    Db, Result,
    sql::{Row, params},
};
use model::Timestamp;
use uuid::Uuid;

/// Searches that one person keeps.
pub const SEARCHES_MAX: u32 = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    pub id: Uuid,
    /// The name of the user.
    pub owner: String,
    /// One of a kind among those of the owner.
    pub name: String,
    /// Path and query of the page that shows it.
    pub address: String,
    pub created_at: Timestamp,
}

impl Db {
    /// Keeps a search; one of the same owner and name leads to the new address from then on. `false`: the owner has
    /// [`SEARCHES_MAX`] already, and nothing is written.
    pub async fn save_search(&self, search: SavedSearch) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO searches (id, owner, name, address, created_at)
                           SELECT $1, $2, $3, $4, $5
                           WHERE (SELECT count(*) FROM searches WHERE owner = $2 AND name <> $3) < $6
                           ON CONFLICT (owner, name) DO UPDATE SET address = excluded.address";
                let SavedSearch { id, owner, name, address, created_at } = search;
                let values = params![id, owner, name, address, created_at, i64::from(SEARCHES_MAX)];
                Ok(conn.execute(sql, values).await? > 0)
            })
        })
        .await
    }

    /// Of one owner, by name.
    pub async fn searches_of(&self, owner: &str) -> Result<Vec<SavedSearch>> {
        let sql = "SELECT * FROM searches WHERE owner = $1 ORDER BY name LIMIT $2";
        self.rows(sql, params![owner, i64::from(SEARCHES_MAX)]).await?.iter().map(search_from).collect()
    }

    /// Whether that owner had one of that id.
    pub async fn delete_search(&self, id: Uuid, owner: String) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "DELETE FROM searches WHERE id = $1 AND owner = $2";
                Ok(conn.execute(sql, params![id, owner]).await? > 0)
            })
        })
        .await
    }
}

fn search_from(row: &Row) -> Result<SavedSearch> {
    Ok(SavedSearch {
        id: row.id("id")?,
        owner: row.text("owner")?,
        name: row.text("name")?,
        address: row.text("address")?,
        created_at: row.time("created_at")?,
    })
}
