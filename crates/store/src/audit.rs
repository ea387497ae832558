//! Who did what, and when. Written once, never changed.

use crate::{
    Db, Page, Result,
    sql::{Row, params},
};
use model::Timestamp;

/// Something done by somebody who was logged in, or by a program with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Given by the store; grows.
    pub no: i64,
    pub at: Timestamp,
    pub who: String,
    /// `job.pause`, `user.create` …
    pub action: String,
    /// On what: a name, or an id.
    pub subject: String,
    pub detail: String,
}

impl Db {
    pub async fn write_audit(&self, event: AuditEvent) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO audit (at, who, action, subject, detail) VALUES ($1, $2, $3, $4, $5)";
                let AuditEvent { at, who, action, subject, detail, .. } = event;
                conn.execute(sql, params![at, who, action, subject, detail]).await.map(drop)
            })
        })
        .await
    }

    /// Newest first, those before `before`.
    pub async fn audit(&self, before: Option<i64>, limit: u32) -> Result<Page<AuditEvent, i64>> {
        let sql = "SELECT * FROM audit WHERE no < $1 ORDER BY no DESC LIMIT $2";
        let rows = self.rows(sql, params![before.unwrap_or(i64::MAX), i64::from(limit) + 1]).await?;
        let mut rows = rows.iter().map(event_from).collect::<Result<Vec<_>>>()?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|event| event.no);
        Ok(Page { rows, next })
    }
}

fn event_from(row: &Row) -> Result<AuditEvent> {
    Ok(AuditEvent {
        no: row.int("no")?,
        at: row.time("at")?,
        who: row.text("who")?,
        action: row.text("action")?,
        subject: row.text("subject")?,
        detail: row.text("detail")?,
    })
}
