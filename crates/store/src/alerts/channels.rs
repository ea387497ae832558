//! Where alerts are told.

use super::CHANNELS_MAX;
use crate::{
    Db, Result,
    sql::{Row, params},
};
use model::Timestamp;
use uuid::Uuid;

/// Where alerts are told. What it is (Slack, e-mail) and how it is set up is for the crate `alerting`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertChannel {
    pub id: Uuid,
    /// One of a kind.
    pub name: String,
    /// JSON, without any secret.
    pub settings: String,
    /// Sealed by the caller.
    pub secret: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub health: ChannelHealth,
}

/// How it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelHealth {
    pub failing_since: Option<Timestamp>,
    pub last_error: Option<String>,
    pub last_sent_at: Option<Timestamp>,
}

impl Db {
    /// By name.
    pub async fn alert_channels(&self) -> Result<Vec<AlertChannel>> {
        let rows = self.rows("SELECT * FROM alert_channels ORDER BY name", &[]).await?;
        rows.iter().map(channel_from).collect()
    }

    pub async fn alert_channel(&self, id: Uuid) -> Result<Option<AlertChannel>> {
        let row = self.row("SELECT * FROM alert_channels WHERE id = $1", params![id]).await?;
        row.map(|row| channel_from(&row)).transpose()
    }

    /// Makes a channel or changes it; without a secret, the one that is there stays. `false`: another has that name, or there are
    /// [`CHANNELS_MAX`] already.
    pub async fn save_alert_channel(&self, channel: AlertChannel, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO alert_channels (id, name, settings, secret, created_at, updated_at)
                           SELECT $1, $2, $3, $4, $5, $5
                           WHERE (SELECT count(*) FROM alert_channels WHERE id <> $1) < $6
                             AND NOT EXISTS (SELECT 1 FROM alert_channels WHERE name = $2 AND id <> $1)
                           ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = excluded.settings,
                               secret = coalesce(excluded.secret, alert_channels.secret),
                               updated_at = excluded.updated_at";
                let AlertChannel { id, name, settings, secret, .. } = channel;
                let values = params![id, name, settings, secret, now, i64::from(CHANNELS_MAX)];
                Ok(conn.execute(sql, values).await? > 0)
            })
        })
        .await
    }

    /// What waits to be told there is given up. Whether there was one of that id.
    pub async fn delete_alert_channel(&self, id: Uuid, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE alert_deliveries SET state = 3, ended_at = $2, error = 'the channel was deleted'
                           WHERE channel = $1 AND state < 2";
                conn.execute(sql, params![id, now]).await?;
                Ok(conn.execute("DELETE FROM alert_channels WHERE id = $1", params![id]).await? > 0)
            })
        })
        .await
    }
}

fn channel_from(row: &Row) -> Result<AlertChannel> {
    Ok(AlertChannel {
        id: row.id("id")?,
        name: row.text("name")?,
        settings: row.text("settings")?,
        secret: row.opt_bytes("secret")?,
        created_at: row.time("created_at")?,
        health: ChannelHealth {
            failing_since: row.opt_time("failing_since")?,
            last_error: row.opt_text("last_error")?,
            last_sent_at: row.opt_time("last_sent_at")?,
        },
    })
}
