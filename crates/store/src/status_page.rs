//! What everybody may see of checks: whether, and where. What it says is for whoever shows it; here it is JSON.

use crate::{Db, Result, sql::params};
use model::Timestamp;

impl Db {
    /// JSON; none where nobody has set it up.
    pub async fn status_page(&self) -> Result<Option<String>> {
        let row = self.row("SELECT settings FROM status_page WHERE no = 1", &[]).await?;
        row.map(|row| row.text("settings")).transpose()
    }

    pub async fn save_status_page(&self, settings: String, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO status_page (no, settings, updated_at) VALUES (1, $1, $2)
                           ON CONFLICT (no) DO UPDATE SET settings = excluded.settings,
                                                          updated_at = excluded.updated_at";
                conn.execute(sql, params![settings, now]).await.map(drop)
            })
        })
        .await
    }
}
