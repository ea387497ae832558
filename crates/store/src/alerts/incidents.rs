//! What rules have found. What happened, what it makes of incidents, and what is to be said of them are one transaction: nothing is
//! lost between them, and nothing is said twice.

use super::{NewDelivery, deliveries};
use crate::{
    Db, Page, Result,
    sql::{Conn, Row, Value, params},
};
use model::Timestamp;
use serde_json::json;
use uuid::Uuid;

/// An incident as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredIncident {
    pub id: Uuid,
    pub rule: Uuid,
    pub subject: String,
    pub is_open: bool,
    pub opened_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Counts its changes, from 1; of one that is to be written, as it was read, 0 where it is new.
    pub version: i64,
    /// JSON.
    pub state: String,
}

/// Something that happened, and that no rule has looked at yet.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertEvent {
    pub no: i64,
    pub at: Timestamp,
    /// `job`, `schedule` (a run that could not be started), `new_issue`, `regression`
    pub kind: String,
    /// The id of the job, the schedule or the issue.
    pub subject: String,
    pub detail: serde_json::Value,
}

/// What was made of events, in one piece.
#[derive(Clone, Debug, Default)]
pub struct AlertRecord {
    /// Numbers of events that were looked at.
    pub events: Vec<i64>,
    pub incidents: Vec<StoredIncident>,
    pub deliveries: Vec<NewDelivery>,
}

/// Where a page of incidents ended.
pub type IncidentCursor = (Timestamp, Uuid);

impl Db {
    /// What happened and nobody has looked at, the oldest first.
    pub async fn alert_events(&self, limit: u32) -> Result<Vec<AlertEvent>> {
        let rows = self.rows("SELECT * FROM alert_events ORDER BY no LIMIT $1", params![i64::from(limit)]).await?;
        rows.iter().map(event_from).collect()
    }

    /// Those that are open, and those that ended after `since`, the oldest first.
    pub async fn alert_incidents_since(&self, since: Timestamp) -> Result<Vec<StoredIncident>> {
        let sql = "SELECT * FROM alert_incidents WHERE is_open = 1
                   UNION ALL SELECT * FROM alert_incidents WHERE is_open = 0 AND ended_at > $1
                   ORDER BY opened_at, id";
        self.rows(sql, params![since]).await?.iter().map(incident_from).collect()
    }

    pub async fn alert_incident(&self, id: Uuid) -> Result<Option<StoredIncident>> {
        let row = self.row("SELECT * FROM alert_incidents WHERE id = $1", params![id]).await?;
        row.map(|row| incident_from(&row)).transpose()
    }

    /// All that there were, the newest first; `before` is where the page before this one ended.
    pub async fn alert_history(
        &self,
        before: Option<IncidentCursor>,
        limit: u32,
    ) -> Result<Page<StoredIncident, IncidentCursor>> {
        let (at, id) = before.unwrap_or((Timestamp::from_micros(i64::MAX), Uuid::max()));
        let sql = "SELECT * FROM alert_incidents WHERE opened_at < $1 OR (opened_at = $1 AND id < $2)
                   ORDER BY opened_at DESC, id DESC LIMIT $3";
        let rows = self.rows(sql, params![at, id, i64::from(limit) + 1]).await?;
        let mut rows = rows.iter().map(incident_from).collect::<Result<Vec<_>>>()?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| has_more).map(|row| (row.opened_at, row.id));
        Ok(Page { rows, next })
    }

    /// Writes what was made of events: all of it, or none where an incident has changed since it was read, or another was opened
    /// for its rule and subject. Returns whether it was written.
    pub async fn record_alerts(&self, record: AlertRecord, now: Timestamp) -> Result<bool> {
        self.write(move |conn| Box::pin(write(conn, record, now))).await
    }
}

async fn write(conn: &mut Conn<'_>, record: AlertRecord, now: Timestamp) -> Result<bool> {
    let AlertRecord { events, incidents, deliveries } = record;
    // One evaluator at a time: what is read below stays as it is until it is written.
    if let Conn::Postgres(_) = conn {
        conn.execute("LOCK TABLE alert_incidents IN SHARE ROW EXCLUSIVE MODE", &[]).await?;
    }
    if !are_as_read(conn, &events, &incidents).await? {
        return Ok(false);
    }
    for incident in &incidents {
        save(conn, incident).await?;
    }
    deliveries::insert(conn, &deliveries, now).await?;
    let sql = "DELETE FROM alert_events WHERE no IN (SELECT CAST(list.value->>0 AS BIGINT) FROM {set})";
    conn.execute_set(sql, nos(&events)).await?;
    Ok(true)
}

fn nos(events: &[i64]) -> Vec<[i64; 1]> {
    events.iter().map(|no| [*no]).collect()
}

async fn are_as_read(conn: &mut Conn<'_>, events: &[i64], incidents: &[StoredIncident]) -> Result<bool> {
    let sql = "SELECT alert_events.no FROM {set} JOIN alert_events ON alert_events.no = CAST(list.value->>0 AS BIGINT)";
    if conn.select_set(sql, nos(events)).await?.len() != events.len() {
        return Ok(false);
    }
    for incident in incidents {
        let sql = "SELECT version FROM alert_incidents WHERE id = $1";
        let found = conn.row(sql, params![incident.id]).await?.map_or(Ok(0), |row| row.int("version"))?;
        let sql = "SELECT id FROM alert_incidents WHERE rule = $1 AND subject = $2 AND is_open = 1 AND id <> $3";
        let values = params![incident.rule, &incident.subject, incident.id];
        let is_alone = !incident.is_open || conn.row(sql, values).await?.is_none();
        if found != incident.version || !is_alone {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn save(conn: &mut Conn<'_>, incident: &StoredIncident) -> Result<()> {
    let sql = "INSERT INTO alert_incidents (id, rule, subject, is_open, opened_at, ended_at, version, state)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, ended_at = excluded.ended_at,
                   version = excluded.version, state = excluded.state";
    let StoredIncident { id, rule, subject, is_open, opened_at, ended_at, version, state } = incident;
    let values: &[Value] = params![*id, *rule, subject, i64::from(*is_open), *opened_at, *ended_at, version + 1, state];
    conn.execute(sql, values).await.map(drop)
}

/// Says that something happened that rules may look at, in the transaction in which it does.
pub(crate) async fn note(
    conn: &mut Conn<'_>,
    kind: &'static str,
    happened: Vec<(Timestamp, String, serde_json::Value)>,
) -> Result<()> {
    let row = |(at, subject, detail): (Timestamp, String, serde_json::Value)| {
        json!([at.as_micros(), kind, subject, detail.to_string()])
    };
    let rows: Vec<_> = happened.into_iter().map(row).collect();
    let sql = "INSERT INTO alert_events (at, kind, subject, detail)
               SELECT CAST(list.value->>0 AS BIGINT), list.value->>1, list.value->>2, list.value->>3 FROM {set}";
    conn.execute_set(sql, rows).await
}

fn incident_from(row: &Row) -> Result<StoredIncident> {
    Ok(StoredIncident {
        id: row.id("id")?,
        rule: row.id("rule")?,
        subject: row.text("subject")?,
        is_open: row.flag("is_open")?,
        opened_at: row.time("opened_at")?,
        ended_at: row.opt_time("ended_at")?,
        version: row.int("version")?,
        state: row.text("state")?,
    })
}

fn event_from(row: &Row) -> Result<AlertEvent> {
    Ok(AlertEvent {
        no: row.int("no")?,
        at: row.time("at")?,
        kind: row.text("kind")?,
        subject: row.text("subject")?,
        detail: row.json("detail")?,
    })
}
