//! What has been sent under a mailing's name, so that the next run of that name sends only the rest.

use crate::{Db, Result, sql::params};
use model::Timestamp;

impl Db {
    /// Adds keys that were sent before Vigie was asked to. Returns how many were new.
    pub async fn import_ledger(&self, mailing: String, mut keys: Vec<String>, sent_at: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let mut new = 0;
                // In their order: two imports must not wait for each other.
                keys.sort_unstable();
                for key in keys {
                    let sql = "INSERT INTO ledger (mailing, key, sent_at) VALUES ($1, $2, $3)
                               ON CONFLICT (mailing, key) DO NOTHING";
                    new += conn.execute(sql, params![&mailing, key, sent_at]).await?;
                }
                Ok(new)
            })
        })
        .await
    }

    pub async fn ledger_size(&self, mailing: &str) -> Result<u64> {
        let row = self.row("SELECT count(*) AS n FROM ledger WHERE mailing = $1", params![mailing]).await?;
        row.map_or(Ok(0), |row| row.count("n"))
    }
}
