//! Alerts: rules, channels, what was found, and what is to be said. What a rule or an incident means is for the crate `alerts`;
//! here they are JSON.

mod channels;
mod deliveries;
mod incidents;

use crate::{
    Db, Result,
    sql::{Row, params},
};
pub use channels::{AlertChannel, ChannelHealth};
pub use deliveries::{AlertDelivery, DeliveryEnd, DeliveryState, NewDelivery};
pub(crate) use incidents::note;
pub use incidents::{AlertEvent, AlertRecord, IncidentCursor, StoredIncident};
use model::Timestamp;
use uuid::Uuid;

/// Rules and channels of one installation: all of them are looked at every second.
pub const RULES_MAX: u32 = 200;
pub const CHANNELS_MAX: u32 = 50;

/// A rule as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRule {
    pub id: Uuid,
    /// JSON.
    pub spec: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A silence as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertSilence {
    pub id: Uuid,
    pub rule: Option<Uuid>,
    pub subject: Option<String>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub reason: String,
    pub created_by: String,
    pub created_at: Timestamp,
}

impl Db {
    /// In the order of their making.
    pub async fn alert_rules(&self) -> Result<Vec<AlertRule>> {
        let rows = self.rows("SELECT * FROM alert_rules ORDER BY created_at, id", &[]).await?;
        rows.iter().map(rule_from).collect()
    }

    /// Makes the rules that are not there yet; those that are stay as they are.
    pub async fn add_alert_rules(&self, rules: Vec<(Uuid, String)>, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO alert_rules (id, spec, created_at, updated_at) VALUES ($1, $2, $3, $3)
                           ON CONFLICT (id) DO NOTHING";
                for (id, spec) in rules {
                    conn.execute(sql, params![id, spec, now]).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Makes a rule or changes it. `false`: there are [`RULES_MAX`] already.
    pub async fn save_alert_rule(&self, id: Uuid, spec: String, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO alert_rules (id, spec, created_at, updated_at)
                           SELECT $1, $2, $3, $3 WHERE (SELECT count(*) FROM alert_rules WHERE id <> $1) < $4
                           ON CONFLICT (id) DO UPDATE SET spec = excluded.spec, updated_at = excluded.updated_at";
                Ok(conn.execute(sql, params![id, spec, now, i64::from(RULES_MAX)]).await? > 0)
            })
        })
        .await
    }

    /// Whether there was one of that id. What it has found stays.
    pub async fn delete_alert_rule(&self, id: Uuid) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move { Ok(conn.execute("DELETE FROM alert_rules WHERE id = $1", params![id]).await? > 0) })
        })
        .await
    }

    /// Those that are not over at `now`, the one that ends first first.
    pub async fn alert_silences(&self, now: Timestamp) -> Result<Vec<AlertSilence>> {
        let sql = "SELECT * FROM alert_silences WHERE ends_at > $1 ORDER BY ends_at, id LIMIT 500";
        self.rows(sql, params![now]).await?.iter().map(silence_from).collect()
    }

    pub async fn create_alert_silence(&self, silence: AlertSilence) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO alert_silences
                               (id, rule, subject, starts_at, ends_at, reason, created_by, created_at)
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
                let AlertSilence { id, rule, subject, starts_at, ends_at, reason, created_by, created_at } = silence;
                let values = params![id, rule, subject, starts_at, ends_at, reason, created_by, created_at];
                conn.execute(sql, values).await.map(drop)
            })
        })
        .await
    }

    /// Ends a silence now. Whether there was one of that id that was not over.
    pub async fn end_alert_silence(&self, id: Uuid, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE alert_silences SET ends_at = $2 WHERE id = $1 AND ends_at > $2";
                Ok(conn.execute(sql, params![id, now]).await? > 0)
            })
        })
        .await
    }
}

fn rule_from(row: &Row) -> Result<AlertRule> {
    Ok(AlertRule {
        id: row.id("id")?,
        spec: row.text("spec")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn silence_from(row: &Row) -> Result<AlertSilence> {
    Ok(AlertSilence {
        id: row.id("id")?,
        rule: row.opt_id("rule")?,
        subject: row.opt_text("subject")?,
        starts_at: row.time("starts_at")?,
        ends_at: row.time("ends_at")?,
        reason: row.text("reason")?,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
    })
}
