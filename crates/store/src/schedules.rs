//! Work that comes again: when it is due, and how it went last. Who does it is said by [`Db::leads`].

use crate::{
    Db, Result,
    sql::{Row, params},
};
use model::Timestamp;

/// What is kept of an error.
const ERROR_CHARS: usize = 1000;

/// One kind of work that comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub name: String,
    /// Empty where one process does it for all; else which one does it for itself.
    pub place: String,
    /// Not to be begun sooner.
    pub next_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Since the last success.
    pub failures: i64,
    pub last_error: Option<String>,
}

impl Db {
    /// By name, then place.
    pub async fn schedules(&self) -> Result<Vec<Schedule>> {
        let rows = self.rows("SELECT * FROM schedules ORDER BY name, place", &[]).await?;
        rows.iter().map(schedule_from).collect()
    }

    /// Begins work that is due at `now`, or was never done. It is due again at `again`, should this process not live to
    /// say otherwise by [`Db::end_scheduled`]. Returns `None` where it began here, or else when it is due.
    pub async fn begin_scheduled(
        &self,
        name: &'static str,
        place: String,
        again: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO schedules (name, place, next_at, started_at) VALUES ($1, $2, $3, $4)
                           ON CONFLICT (name, place)
                           DO UPDATE SET next_at = excluded.next_at, started_at = excluded.started_at
                           WHERE schedules.next_at <= $4 RETURNING next_at";
                if conn.row(sql, params![name, &place, again, now]).await?.is_some() {
                    return Ok(None);
                }
                let sql = "SELECT next_at FROM schedules WHERE name = $1 AND place = $2";
                conn.row(sql, params![name, &place]).await?.map_or(Ok(Some(again)), |row| row.time("next_at").map(Some))
            })
        })
        .await
    }

    /// Says how the work went that began last, and when it is due again.
    pub async fn end_scheduled(
        &self,
        name: &'static str,
        place: String,
        outcome: std::result::Result<(), String>,
        again: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let error: Option<String> = outcome.err().map(|error| error.chars().take(ERROR_CHARS).collect());
                let sql = "UPDATE schedules SET next_at = $3, ended_at = $4, last_error = $5,
                               failures = CASE WHEN $6 = 1 THEN failures + 1 ELSE 0 END
                           WHERE name = $1 AND place = $2";
                let has_failed = i64::from(error.is_some());
                conn.execute(sql, params![name, &place, again, now, error, has_failed]).await.map(drop)
            })
        })
        .await
    }

    /// Whether this worker does what one does for all: the one that has lived longest does. On SQLite that is whoever owns
    /// the directory.
    pub async fn leads(&self, worker: i64) -> Result<bool> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT min(token) AS first FROM workers WHERE ended_at IS NULL",
            Self::Postgres(_) => {
                "SELECT min(token) AS first FROM workers
                 WHERE ended_at IS NULL
                   AND lease_until > CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
            }
        };
        Ok(self.row(sql, &[]).await?.map_or(Ok(None), |row| row.opt_int("first"))? == Some(worker))
    }
}

fn schedule_from(row: &Row) -> Result<Schedule> {
    Ok(Schedule {
        name: row.text("name")?,
        place: row.text("place")?,
        next_at: row.time("next_at")?,
        started_at: row.opt_time("started_at")?,
        ended_at: row.opt_time("ended_at")?,
        failures: row.int("failures")?,
        last_error: row.opt_text("last_error")?,
    })
}
