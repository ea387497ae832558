//! Webhooks: where outcomes are reported, and how far each has been told.

use crate::{
    Db, Result,
    sql::{Row, params},
};
use model::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// Wait after the first failure; doubled by each further one.
const FIRST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);
/// What is kept of an error.
const ERROR_CHARS: usize = 1000;

#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    pub id: Uuid,
    pub url: String,
    /// To sign with; sealed by the caller.
    pub secret: Option<Vec<u8>>,
    /// Only the outcomes of the mailing of that name; `None`: of all.
    pub mailing: Option<String>,
    /// The last place in the feed of outcomes that was told.
    pub cursor: i64,
    /// Failures since the last success.
    pub failures: i64,
    /// Not to be called sooner; the epoch when nothing holds it back.
    pub next_at: Timestamp,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
}

/// A webhook as it is made.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    pub id: Uuid,
    pub url: String,
    pub secret: Option<Vec<u8>>,
    pub mailing: Option<String>,
}

impl Db {
    /// Makes a webhook, which is told what happens from now on.
    pub async fn create_webhook(&self, new: NewWebhook, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO webhooks (id, url, secret, mailing, cursor, created_at)
                           SELECT $1, $2, $3, $4, coalesce(max(no), 0), $5 FROM traces";
                let values = params![new.id, &new.url, new.secret.clone(), new.mailing, now];
                conn.execute(sql, values).await.map(drop)
            })
        })
        .await
    }

    /// In the order of their making.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let rows = self.rows("SELECT * FROM webhooks ORDER BY created_at, id", &[]).await?;
        rows.iter().map(webhook_from).collect()
    }

    /// Whether there was one of that id.
    pub async fn delete_webhook(&self, id: Uuid) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move { Ok(conn.execute("DELETE FROM webhooks WHERE id = $1", params![id]).await? > 0) })
        })
        .await
    }

    /// Those that no failure holds back at `now`.
    pub async fn due_webhooks(&self, now: Timestamp) -> Result<Vec<Webhook>> {
        let rows =
            self.rows("SELECT * FROM webhooks WHERE next_at <= $1 ORDER BY created_at, id", params![now]).await?;
        rows.iter().map(webhook_from).collect()
    }

    /// What follows `from` was told up to `to`, which ends the failures. `false`: somebody else told it meanwhile.
    pub async fn advance_webhook(&self, id: Uuid, from: i64, to: i64) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE webhooks SET cursor = $3, failures = 0, next_at = 0, last_error = NULL
                           WHERE id = $1 AND cursor = $2";
                Ok(conn.execute(sql, params![id, from, to]).await? > 0)
            })
        })
        .await
    }

    /// Holds a webhook back after a failure: 10 s, then twice as long each time, 6 h at the most. Returns until when;
    /// `None` when there is no such webhook.
    pub async fn note_webhook_failure(&self, id: Uuid, error: String, now: Timestamp) -> Result<Option<Timestamp>> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE webhooks SET failures = failures + 1, last_error = $2 WHERE id = $1
                           RETURNING failures";
                let kept: String = error.chars().take(ERROR_CHARS).collect();
                let Some(row) = conn.row(sql, params![id, kept]).await? else { return Ok(None) };
                let next = now + wait_after(row.count("failures")?);
                conn.execute("UPDATE webhooks SET next_at = $2 WHERE id = $1", params![id, next]).await?;
                Ok(Some(next))
            })
        })
        .await
    }
}

fn wait_after(failures: u64) -> Duration {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX).min(20);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

fn webhook_from(row: &Row) -> Result<Webhook> {
    Ok(Webhook {
        id: row.id("id")?,
        url: row.text("url")?,
        secret: row.opt_bytes("secret")?,
        mailing: row.opt_text("mailing")?,
        cursor: row.int("cursor")?,
        failures: row.int("failures")?,
        next_at: row.time("next_at")?,
        last_error: row.opt_text("last_error")?,
        created_at: row.time("created_at")?,
    })
}
