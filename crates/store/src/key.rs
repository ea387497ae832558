//! Which `secret.key` the database was set up with: not the key, but what only its holder can make of it. Processes that
//! share a database must share the key, or one of them would find every sealed secret unreadable.

use crate::{Db, Result, sql::params};

impl Db {
    /// The fingerprint of the key that seals this database's secrets; `None` where none was kept yet.
    pub async fn key_fingerprint(&self) -> Result<Option<String>> {
        let row = self.row("SELECT fingerprint FROM secret_key", &[]).await?;
        row.map(|row| row.text("fingerprint")).transpose()
    }

    /// Keeps it, unless another process was first. Returns the one that is kept.
    pub async fn keep_key_fingerprint(&self, fingerprint: String) -> Result<String> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO secret_key (one, fingerprint) VALUES (1, $1) ON CONFLICT (one) DO NOTHING";
                conn.execute(sql, params![&fingerprint]).await?;
                let row = conn.row("SELECT fingerprint FROM secret_key", &[]).await?;
                row.map_or(Ok(fingerprint), |row| row.text("fingerprint"))
            })
        })
        .await
    }

    /// From now on another key seals the secrets: those that were sealed before have to be entered again.
    pub async fn replace_key_fingerprint(&self, fingerprint: String) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO secret_key (one, fingerprint) VALUES (1, $1)
                           ON CONFLICT (one) DO UPDATE SET fingerprint = excluded.fingerprint";
                conn.execute(sql, params![&fingerprint]).await.map(drop)
            })
        })
        .await
    }
}
