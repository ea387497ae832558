//! What is to be said, by channel and in order. A delivery is written with the change that it tells of; that it is begun is on disk
//! before the message leaves, so that one whose end nobody saw is told as perhaps told already.

use crate::{
    Db, Result,
    sql::{Conn, Row, params},
};
use model::Timestamp;
use uuid::Uuid;

/// What is kept of an error.
const ERROR_CHARS: usize = 500;
/// Deliveries of an incident that are shown.
const SHOWN_MAX: i64 = 200;

/// A message to one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertDelivery {
    /// Of its place: a channel is told in the order of these.
    pub no: i64,
    /// The same over all attempts.
    pub id: Uuid,
    pub channel: Uuid,
    pub incident: Option<Uuid>,
    /// JSON.
    pub notice: String,
    pub state: DeliveryState,
    pub attempts: u64,
    /// Attempts of which nobody knows whether the message arrived.
    pub doubtful: u64,
    pub created_at: Timestamp,
    pub next_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    Waiting,
    /// An attempt has begun, and its end is not known.
    Begun,
    Sent,
    GivenUp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: Uuid,
    pub channel: Uuid,
    pub incident: Option<Uuid>,
    pub notice: String,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryEnd {
    Sent,
    /// Not told: to be tried again then.
    Later {
        at: Timestamp,
        error: String,
        is_doubtful: bool,
    },
    /// Not told, and not tried any more.
    GivenUp {
        error: String,
    },
}

impl DeliveryState {
    const ALL: [Self; 4] = [Self::Waiting, Self::Begun, Self::Sent, Self::GivenUp];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Begun => "begun",
            Self::Sent => "sent",
            Self::GivenUp => "given_up",
        }
    }

    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as i64 == code)
    }
}

impl Db {
    /// The first message that waits for each channel, where it is due at `now`.
    pub async fn due_alert_deliveries(&self, now: Timestamp) -> Result<Vec<AlertDelivery>> {
        let sql = "SELECT alert_deliveries.* FROM alert_deliveries
                   JOIN (SELECT min(no) AS first FROM alert_deliveries WHERE state < 2 GROUP BY channel) AS firsts
                       ON no = first
                   WHERE next_at <= $1 ORDER BY no";
        self.rows(sql, params![now]).await?.iter().map(delivery_from).collect()
    }

    /// What waits to be told, over all channels.
    pub async fn waiting_alert_deliveries(&self) -> Result<u64> {
        let row = self.row("SELECT count(*) AS n FROM alert_deliveries WHERE state < 2", &[]).await?;
        row.map_or(Ok(0), |row| row.count("n"))
    }

    /// How many messages made from `since` on stand how, by channel.
    pub async fn alert_delivery_counts(&self, since: Timestamp) -> Result<Vec<(Uuid, DeliveryState, u64)>> {
        let sql = "SELECT channel, state, count(*) AS n FROM alert_deliveries WHERE created_at >= $1
                   GROUP BY channel, state ORDER BY channel, state";
        let count =
            |row: &Row| Ok((row.id("channel")?, row.state("state", DeliveryState::from_code)?, row.count("n")?));
        self.rows(sql, params![since]).await?.iter().map(count).collect()
    }

    /// What was said of an incident, in order.
    pub async fn alert_deliveries_of(&self, incident: Uuid) -> Result<Vec<AlertDelivery>> {
        let sql = "SELECT * FROM alert_deliveries WHERE incident = $1 ORDER BY no LIMIT $2";
        self.rows(sql, params![incident, SHOWN_MAX]).await?.iter().map(delivery_from).collect()
    }

    /// An attempt begins. `held` is until when nobody else begins one. One that had begun before, and whose end is not known, may
    /// have arrived. Returns it as it is then; `None` where somebody else was faster.
    pub async fn begin_alert_delivery(
        &self,
        delivery: AlertDelivery,
        held: Timestamp,
    ) -> Result<Option<AlertDelivery>> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE alert_deliveries SET doubtful = doubtful + state, state = 1, attempts = attempts + 1,
                               next_at = $3
                           WHERE no = $1 AND attempts = $2 AND state < 2 RETURNING *";
                let row = conn.row(sql, params![delivery.no, delivery.attempts, held]).await?;
                row.map(|row| delivery_from(&row)).transpose()
            })
        })
        .await
    }

    /// An attempt has ended. What is given up goes to `fallback`, where there is one.
    pub async fn end_alert_delivery(
        &self,
        delivery: AlertDelivery,
        end: DeliveryEnd,
        fallback: Option<NewDelivery>,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| Box::pin(end_delivery(conn, delivery, end, fallback, now))).await
    }

    /// Forgets what was said, and incidents that ended, before then. Returns how many rows.
    pub async fn forget_alerts(&self, before: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "DELETE FROM alert_deliveries WHERE created_at < $1 AND state > 1";
                let said = conn.execute(sql, params![before]).await?;
                let sql = "DELETE FROM alert_incidents WHERE ended_at < $1 AND is_open = 0";
                let found = conn.execute(sql, params![before]).await?;
                let silences = conn.execute("DELETE FROM alert_silences WHERE ends_at < $1", params![before]).await?;
                Ok(said + found + silences)
            })
        })
        .await
    }
}

async fn end_delivery(
    conn: &mut Conn<'_>,
    delivery: AlertDelivery,
    end: DeliveryEnd,
    fallback: Option<NewDelivery>,
    now: Timestamp,
) -> Result<()> {
    let kept = |error: &str| Some(error.chars().take(ERROR_CHARS).collect::<String>());
    let (state, next, ended, error, doubt) = match &end {
        DeliveryEnd::Sent => (DeliveryState::Sent, now, Some(now), None, 0),
        DeliveryEnd::Later { at, error, is_doubtful } => {
            (DeliveryState::Waiting, *at, None, kept(error), i64::from(*is_doubtful))
        }
        DeliveryEnd::GivenUp { error } => (DeliveryState::GivenUp, now, Some(now), kept(error), 0),
    };
    let sql = "UPDATE alert_deliveries SET state = $3, next_at = $4, ended_at = $5, error = coalesce($6, error),
                   doubtful = doubtful + $7
               WHERE no = $1 AND attempts = $2 AND state = 1";
    let values = params![delivery.no, delivery.attempts, state as i64, next, ended, error.clone(), doubt];
    if conn.execute(sql, values).await? == 0 {
        return Ok(());
    }
    match end {
        DeliveryEnd::Sent => {
            let sql =
                "UPDATE alert_channels SET failing_since = NULL, last_error = NULL, last_sent_at = $2 WHERE id = $1";
            conn.execute(sql, params![delivery.channel, now]).await?;
        }
        DeliveryEnd::Later { .. } | DeliveryEnd::GivenUp { .. } => {
            let sql =
                "UPDATE alert_channels SET failing_since = coalesce(failing_since, $2), last_error = $3 WHERE id = $1";
            conn.execute(sql, params![delivery.channel, now, error]).await?;
        }
    }
    insert(conn, fallback.as_slice(), now).await
}

pub(super) async fn insert(conn: &mut Conn<'_>, new: &[NewDelivery], now: Timestamp) -> Result<()> {
    for NewDelivery { id, channel, incident, notice } in new {
        let sql = "INSERT INTO alert_deliveries (id, channel, incident, notice, state, created_at, next_at)
                   VALUES ($1, $2, $3, $4, 0, $5, $5)";
        conn.execute(sql, params![*id, *channel, *incident, notice, now]).await?;
    }
    Ok(())
}

fn delivery_from(row: &Row) -> Result<AlertDelivery> {
    Ok(AlertDelivery {
        no: row.int("no")?,
        id: row.id("id")?,
        channel: row.id("channel")?,
        incident: row.opt_id("incident")?,
        notice: row.text("notice")?,
        state: row.state("state", DeliveryState::from_code)?,
        attempts: row.count("attempts")?,
        doubtful: row.count("doubtful")?,
        created_at: row.time("created_at")?,
        next_at: row.time("next_at")?,
        ended_at: row.opt_time("ended_at")?,
        error: row.opt_text("error")?,
    })
}
