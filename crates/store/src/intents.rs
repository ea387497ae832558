//! Intents: what is written down right before a message may leave, so that after a crash what could have been sent is
//! told from what had only been claimed.
//!
//! A worker says with [`Db::declare_intents`] that it declares them: from then on an item that it has claimed and not
//! declared was certainly not sent. On SQLite they are kept in a journal beside the database, because a transaction for
//! each message would cost more than the message; on PostgreSQL in the item's row, where those who rescue it see them.

mod journal;

use crate::{
    Db, Error, Result,
    items::Item,
    sql::{Conn, Row, params},
};
use journal::Message;
pub(crate) use journal::{Journal, Left};
use model::JobId;
use serde_json::json;
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

/// One message that is about to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    pub job: JobId,
    /// The fencing token of the process that sends it.
    pub worker: i64,
    /// Its items: `seq` and attempt.
    pub items: Vec<(i64, i64)>,
}

impl Intent {
    fn message(&self) -> Message {
        Message { job: self.job.0, items: self.items.clone() }
    }
}

/// The file of the journal beside the SQLite database `file` that is damaged, if one is. It is written all the time: a process
/// that owns the database must not be running.
///
/// # Errors
/// [`Error::Io`] where one cannot be read.
pub fn damaged_intents(file: &Path) -> Result<Option<PathBuf>> {
    Journal::beside(file).damaged()
}

impl Db {
    /// From now on what `worker` claims is not in flight before it is declared. Everything that an earlier process has
    /// left must be settled by then: on SQLite it is forgotten.
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be made or read.
    pub async fn declare_intents(&self, worker: i64) -> Result<()> {
        if let Self::Sqlite(db) = self {
            db.0.intents.restart(worker).await?;
        }
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE workers SET declares = 1 WHERE token = $1";
                conn.execute(sql, params![worker]).await.map(drop)
            })
        })
        .await
    }

    /// Writes the intent down; it is on disk when this returns. `false`: the items are not this worker's any more, and
    /// must not be sent by it.
    ///
    /// # Errors
    /// [`Error::Io`] where it could not be written: then it was not declared.
    pub async fn declare(&self, intent: Intent) -> Result<bool> {
        match self {
            Self::Sqlite(db) => db.0.intents.declare(intent.message()).await.map(|()| true),
            Self::Postgres(_) => {
                let seqs: Vec<i64> = intent.items.iter().map(|(seq, _)| *seq).collect();
                let values = params![intent.job, json!(seqs).to_string(), intent.worker];
                Ok(self.rows(DECLARE, values).await?.len() == seqs.len())
            }
        }
    }

    /// Whether an attempt's end is kept apart from its record, by [`Db::ended`]. Where it is not, it must be recorded
    /// before the same connection declares its next message.
    pub fn keeps_ends(&self) -> bool {
        !self.is_postgres()
    }

    /// Keeps how a declared message ended until that is recorded: `told` is given back by [`Db::ended_before`].
    pub fn ended(&self, intent: &Intent, told: String) {
        if let Self::Sqlite(db) = self {
            db.0.intents.ended(intent.message(), told);
        }
    }

    /// What had ended in the process before this one, in this order, and may not be recorded. With the worker.
    pub fn ended_before(&self) -> Result<Vec<(JobId, i64, String)>> {
        let Self::Sqlite(db) = self else { return Ok(Vec::new()) };
        let left = db.0.intents.left()?;
        let worker = left.worker.unwrap_or_default();
        Ok(left.ended.into_iter().map(|(job, told)| (job.into(), worker, told)).collect())
    }

    /// The items with these `seq` are recorded: nothing about them needs to be kept.
    pub(crate) fn close_intents(&self, job: JobId, seqs: Vec<i64>) {
        if let Self::Sqlite(db) = self
            && !seqs.is_empty()
        {
            db.0.intents.closed(job.0, seqs);
        }
    }

    /// What the process before this one has declared; nothing on PostgreSQL, whose rows say it themselves.
    pub(crate) fn left_intents(&self) -> Result<Left> {
        match self {
            Self::Sqlite(db) => db.0.intents.left(),
            Self::Postgres(_) => Ok(Left::default()),
        }
    }
}

/// As the rows are rewritten by nobody else meanwhile: one that was given back, or taken by another, has moved, and is
/// left alone. A worker that was given up for dead must not begin anything.
const DECLARE: &str = "
    UPDATE items SET declared = attempts
    WHERE ctid = ANY(ARRAY(
        SELECT found.ctid FROM jsonb_array_elements_text($2::text::jsonb) AS list (v), LATERAL (
            SELECT ctid FROM items WHERE job_id = $1 AND seq = v::bigint AND state = 1 AND claimed_by = $3 LIMIT 1) AS found))
      AND NOT EXISTS (SELECT 1 FROM workers WHERE token = $3 AND ended_at IS NOT NULL)
    RETURNING seq";

/// Of items in flight, those that were claimed and certainly not sent, by the worker that holds them.
pub(crate) async fn not_begun(
    conn: &mut Conn<'_>,
    left: &Left,
    held: &[(Item, Holder)],
) -> Result<HashMap<i64, HashSet<i64>>> {
    let sql = "SELECT token FROM workers WHERE declares = 1";
    let rows = match conn {
        Conn::Sqlite(_) => Vec::new(),
        Conn::Postgres(_) => conn.rows(sql, &[]).await?,
    };
    let declaring = rows.iter().map(|row| row.int("token")).collect::<Result<HashSet<i64>>>()?;
    let mut found: HashMap<i64, HashSet<i64>> = HashMap::new();
    for (item, held) in held {
        let begun = match conn {
            Conn::Sqlite(_) => {
                left.worker != Some(held.worker) || left.declared.get(&(item.job.0, item.seq)) == Some(&item.attempts)
            }
            Conn::Postgres(_) => !declaring.contains(&held.worker) || held.declared == item.attempts,
        };
        if !begun {
            found.entry(held.worker).or_default().insert(item.seq);
        }
    }
    Ok(found)
}

/// By whom an item in flight is held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    pub(crate) worker: i64,
    declared: i64,
}

impl Holder {
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self { worker: row.int("claimed_by")?, declared: row.int("declared")? })
    }
}
