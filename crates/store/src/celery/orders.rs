//! Orders to workers: written by whoever gives them, carried out by the process that listens to the broker.

use crate::{
    Db, Error, Result,
    sql::{Row, params},
};
use model::Timestamp;

/// Orders that are carried out at a time.
const TAKEN_MAX: i64 = 20;
/// Characters of what became of one.
const OUTCOME_CHARS: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeleryOrder {
    pub no: i64,
    pub broker: String,
    /// What is to be done: JSON that the crate `celery` reads.
    pub command: String,
    pub created_at: Timestamp,
    pub taken_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// What became of it, as JSON.
    pub outcome: Option<String>,
}

impl Db {
    /// Writes an order down. Returns its number.
    ///
    /// # Errors
    /// [`Error::Closed`] where the database gave no number.
    pub async fn give_celery_order(&self, broker: String, command: String, now: Timestamp) -> Result<i64> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO celery_orders (broker, command, created_at) VALUES ($1, $2, $3) RETURNING no";
                let row = conn.row(sql, params![broker, command, now]).await?;
                row.map_or(Err(Error::Closed), |row| row.int("no"))
            })
        })
        .await
    }

    /// Takes the orders to a broker that were given since `since`, each once: what is older is not what anybody still wants.
    pub async fn take_celery_orders(&self, broker: &str, since: Timestamp, now: Timestamp) -> Result<Vec<CeleryOrder>> {
        let waiting =
            "SELECT 1 AS one FROM celery_orders WHERE broker = $1 AND taken_at IS NULL AND created_at >= $2 LIMIT 1";
        if self.row(waiting, params![broker, since]).await?.is_none() {
            return Ok(Vec::new());
        }
        let broker = broker.to_owned();
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE celery_orders SET taken_at = $3 WHERE no IN
                               (SELECT no FROM celery_orders
                                WHERE broker = $1 AND taken_at IS NULL AND created_at >= $2 ORDER BY no LIMIT $4)
                           RETURNING *";
                let rows = conn.rows(sql, params![broker, since, now, TAKEN_MAX]).await?;
                let mut orders = rows.iter().map(order_from).collect::<Result<Vec<_>>>()?;
                orders.sort_by_key(|order| order.no);
                Ok(orders)
            })
        })
        .await
    }

    /// Writes down what became of an order.
    pub async fn end_celery_order(&self, no: i64, outcome: String, now: Timestamp) -> Result<()> {
        let outcome: String = outcome.chars().take(OUTCOME_CHARS).collect();
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE celery_orders SET ended_at = $2, outcome = $3 WHERE no = $1";
                conn.execute(sql, params![no, now, outcome]).await.map(drop)
            })
        })
        .await
    }

    pub async fn celery_order(&self, no: i64) -> Result<Option<CeleryOrder>> {
        let row = self.row("SELECT * FROM celery_orders WHERE no = $1", params![no]).await?;
        row.as_ref().map(order_from).transpose()
    }
}

fn order_from(row: &Row) -> Result<CeleryOrder> {
    Ok(CeleryOrder {
        no: row.int("no")?,
        broker: row.text("broker")?,
        command: row.text("command")?,
        created_at: row.time("created_at")?,
        taken_at: row.opt_time("taken_at")?,
        ended_at: row.opt_time("ended_at")?,
        outcome: row.opt_text("outcome")?,
    })
}
