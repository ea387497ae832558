//! What has been sent under a mailing's name, so that the next run of that name sends only the rest.

use crate::{
    Db, Result,
    jobs::Job,
    sql::{Conn, params},
};
use model::{ItemState, Timestamp};
use serde_json::json;

impl Db {
    /// Adds keys that were sent before Vigie was asked to. Returns how many were new.
    pub async fn import_ledger(&self, mailing: String, mut keys: Vec<String>, sent_at: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let mut new = 0;
                // In their order: two imports must not wait for each other.
                keys.sort_unstable();
                for key in keys {
                    let sql = "INSERT INTO ledger (mailing, key, sent_at, state) VALUES ($1, $2, $3, 2)
                               ON CONFLICT (mailing, key) DO NOTHING";
                    new += conn.execute(sql, params![&mailing, key, sent_at]).await?;
                }
                Ok(new)
            })
        })
        .await
    }

    pub async fn ledger_size(&self, mailing: &str) -> Result<u64> {
        let row =
            self.row("SELECT count(*) AS n FROM ledger WHERE mailing = $1 AND state = 2", params![mailing]).await?;
        row.map_or(Ok(0), |row| row.count("n"))
    }
}

/// Notes that items of a mailing were sent (`Succeeded`), or perhaps (`Unknown`): a later run of its name leaves both
/// out, the second until somebody has settled it.
pub(crate) async fn remember(
    conn: &mut Conn<'_>,
    job: &Job,
    seqs: &[i64],
    state: ItemState,
    now: Timestamp,
) -> Result<()> {
    if seqs.is_empty() || job.kind != "mail" {
        return Ok(());
    }
    let sql = conn.dialect().insert_ledger;
    let values = params![job.id, json!(seqs).to_string(), &job.name, now, state.code()];
    conn.execute(sql, values).await.map(drop)
}

/// Items that were perhaps sent turned out not to be: a later run of the mailing's name may send them.
pub(crate) async fn forget_unknown(conn: &mut Conn<'_>, job: &Job, seqs: &[i64]) -> Result<()> {
    if seqs.is_empty() || job.kind != "mail" {
        return Ok(());
    }
    let sql = conn.dialect().forget_unknown;
    conn.execute(sql, params![job.id, json!(seqs).to_string(), &job.name]).await.map(drop)
}
