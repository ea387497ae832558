//! What programs hand over by SMTP: the job that a message joins, and the message as it was taken.

use crate::{
    Db, Error, NewItem, NewJob, Result,
    items::enqueue_row,
    jobs::{self, Change, Created, Moved},
    sql::{Conn, Value, params},
};
use model::{ItemState, JobId, JobState, Timestamp};
use serde_json::json;
use uuid::Uuid;

/// Messages that one statement writes: each has six values, and a statement holds tens of thousands at the most.
const ROWS_MAX: usize = 256;

/// Messages that belong together.
#[derive(Clone, Debug)]
pub struct Intake {
    /// What they have in common: messages of the same key join the same job, while it is open.
    pub key: String,
    /// The job that is made where none is open.
    pub job: NewJob,
    /// The id that it has where its own is that of a job which no message may join: one message must not hold up others.
    pub spare: JobId,
    /// Until when more may come: the job is not complete before.
    pub open_until: Timestamp,
    pub messages: Vec<NewSubmission>,
}

/// A message to be kept.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    pub id: Uuid,
    /// What of it a repeated call has, too: the message is taken once.
    pub idempotency_key: Option<String>,
    pub label: String,
    pub payload: String,
    pub size: u64,
    pub content: SubmittedContent,
}

/// Where the bytes of a message are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmittedContent {
    Here(Vec<u8>),
    /// A blob, by its SHA-256.
    Blob(String),
    /// Let go of.
    Gone,
}

/// A message that is on disk, with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub id: Uuid,
    pub job: JobId,
    pub seq: i64,
}

/// What is known of a message beside its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubmittedRow {
    pub at: Submitted,
    pub received_at: Timestamp,
    /// Bytes.
    pub size: u64,
}

impl Db {
    /// Keeps messages, in their order, as items of jobs that are open or made for them: one transaction, on disk when
    /// this returns. A message whose idempotency key was taken before is the one that was taken then.
    pub async fn submit(&self, mut intakes: Vec<Intake>, now: Timestamp) -> Result<Vec<Vec<Submitted>>> {
        self.write(move |conn| {
            Box::pin(async move {
                // Rows are locked by everybody in the same order; the answers are in the order of the questions.
                let mut order: Vec<usize> = (0..intakes.len()).collect();
                order.sort_by(|a, b| intakes[*a].key.cmp(&intakes[*b].key));
                let mut kept = vec![Vec::new(); intakes.len()];
                for place in order {
                    let messages = std::mem::take(&mut intakes[place].messages);
                    kept[place] = take(conn, &intakes[place], messages, now).await?;
                }
                Ok(kept)
            })
        })
        .await
    }

    /// When a message was taken, how long it was, and where it is kept.
    pub async fn submitted_row(&self, id: Uuid) -> Result<Option<SubmittedRow>> {
        let sql = "SELECT id, job_id, seq, received_at, size FROM submitted WHERE id = $1";
        let row = self.row(sql, params![id]).await?;
        let read = |row: crate::sql::Row| {
            let at = Submitted { id, job: row.id("job_id")?.into(), seq: row.int("seq")? };
            Ok(SubmittedRow { at, received_at: row.time("received_at")?, size: row.count("size")? })
        };
        row.map(read).transpose()
    }

    /// Where a message is kept that was taken under this id.
    pub async fn submitted(&self, id: Uuid) -> Result<Option<Submitted>> {
        let row = self.row("SELECT job_id, seq FROM submitted WHERE id = $1", params![id]).await?;
        row.map(|row| Ok(Submitted { id, job: row.id("job_id")?.into(), seq: row.int("seq")? })).transpose()
    }

    /// The bytes of a message.
    pub async fn submitted_content(&self, id: Uuid) -> Result<Option<SubmittedContent>> {
        let row = self.row("SELECT content, sha256 FROM submitted WHERE id = $1", params![id]).await?;
        let content = |row: crate::sql::Row| {
            Ok(match (row.opt_bytes("content")?, row.opt_text("sha256")?) {
                (Some(bytes), _) => SubmittedContent::Here(bytes),
                (None, Some(sha256)) => SubmittedContent::Blob(sha256),
                (None, None) => SubmittedContent::Gone,
            })
        };
        row.map(content).transpose()
    }

    /// Until when a job takes more messages; `None` where it takes none.
    pub async fn open_until(&self, job: JobId, now: Timestamp) -> Result<Option<Timestamp>> {
        let sql = "SELECT max(open_until) AS open_until FROM intakes WHERE job_id = $1 AND open_until > $2";
        let row = self.row(sql, params![job, now]).await?;
        row.map_or(Ok(None), |row| row.opt_time("open_until"))
    }

    /// Lets go of the content of messages taken before `before` that nobody is to send any more: `limit` of them at a
    /// time. Returns how many.
    pub async fn forget_submitted_content(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "SELECT submitted.id, submitted.job_id, submitted.sha256 FROM submitted JOIN items
                         ON items.job_id = submitted.job_id AND items.seq = submitted.seq
                     WHERE received_at < $1 AND items.state IN (2, 5)
                         AND (submitted.content IS NOT NULL OR submitted.sha256 IS NOT NULL)
                     ORDER BY received_at LIMIT $2";
                let rows = conn.rows(sql, params![before, i64::from(limit)]).await?;
                for row in &rows {
                    let sql = "UPDATE submitted SET content = NULL, sha256 = NULL WHERE id = $1";
                    conn.execute(sql, params![row.id("id")?]).await?;
                    let Some(sha256) = row.opt_text("sha256")? else { continue };
                    let sql = "DELETE FROM job_blobs WHERE job_id = $1 AND sha256 = $2 AND NOT EXISTS (
                        SELECT 1 FROM submitted WHERE submitted.job_id = $1 AND submitted.sha256 = $2)";
                    conn.execute(sql, params![row.id("job_id")?, sha256]).await?;
                }
                Ok(rows.len() as u64)
            })
        })
        .await
    }

    /// Lets a message that waits for its next attempt be sent at once; whether it waited.
    pub async fn release_submitted(&self, at: Submitted, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE items SET not_before = 1
                    WHERE job_id = $1 AND seq = $2 AND state = 0 AND not_before > $3";
                Ok(conn.execute(sql, params![at.job, at.seq, now]).await? > 0)
            })
        })
        .await
    }
}

/// Forgets messages whose items are gone.
pub(crate) async fn forget_items(conn: &mut Conn<'_>, job: JobId) -> Result<()> {
    let sql = "DELETE FROM submitted WHERE job_id = $1 AND NOT EXISTS (
        SELECT 1 FROM items WHERE items.job_id = submitted.job_id AND items.seq = submitted.seq)";
    conn.execute(sql, params![job]).await.map(drop)
}

/// Forgets that messages could join the job.
pub(crate) async fn forget_job(conn: &mut Conn<'_>, job: JobId) -> Result<()> {
    conn.execute("DELETE FROM intakes WHERE job_id = $1", params![job]).await.map(drop)
}

async fn take(
    conn: &mut Conn<'_>,
    intake: &Intake,
    messages: Vec<NewSubmission>,
    now: Timestamp,
) -> Result<Vec<Submitted>> {
    // Written even where it is there: that locks it.
    let sql = "INSERT INTO intakes (key, job_id, open_until) VALUES ($1, $2, 0)
               ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING job_id, open_until";
    let row = conn.row(sql, params![&intake.key, intake.job.id]).await?;
    let row = row.ok_or_else(|| Error::corrupt("intakes", "a row that was written is not there"))?;
    let (known, open_until) = (JobId::from(row.id("job_id")?), row.time("open_until")?);
    let mut places = Vec::with_capacity(messages.len());
    for message in &messages {
        places.push(before(conn, message.idempotency_key.as_deref()).await?);
    }
    if places.iter().all(Option::is_some) {
        return Ok(places.into_iter().flatten().collect());
    }
    let job = open_job(conn, intake, known, open_until, now).await?;
    let sql = "SELECT coalesce(max(seq), 0) AS seq FROM items WHERE job_id = $1";
    let mut seq = conn.row(sql, params![job]).await?.map_or(Ok(0), |row| row.int("seq"))?;
    let (mut items, mut rows, mut blobs) = (Vec::new(), Vec::new(), Vec::new());
    let mut given = std::collections::HashMap::new();
    for (message, place) in messages.into_iter().zip(&mut places) {
        let twice = message.idempotency_key.as_ref().and_then(|key| given.get(key)).copied();
        if place.is_some() || twice.is_some() {
            *place = place.or(twice);
            continue;
        }
        seq += 1;
        let at = Submitted { id: message.id, job, seq };
        *place = Some(at);
        if let Some(key) = &message.idempotency_key {
            given.insert(key.clone(), at);
        }
        if let SubmittedContent::Blob(sha256) = &message.content {
            blobs.push(sha256.clone());
        }
        items.push(enqueue_row(item(seq, &message), now));
        rows.push((at, message));
    }
    let count = items.len() as u64;
    let dialect = conn.dialect();
    conn.execute(dialect.enqueue, params![job, serde_json::Value::Array(items).to_string()]).await?;
    if !blobs.is_empty() {
        conn.execute(dialect.keep_uploads, params![job, json!(blobs).to_string()]).await?;
    }
    keep(conn, rows, now).await?;
    crashpoint::reach("submit");
    jobs::count(conn, job, &Moved::default().to(ItemState::Queued, count), None, now).await?;
    let sql = "UPDATE intakes SET job_id = $2, open_until = $3 WHERE key = $1";
    conn.execute(sql, params![&intake.key, job, intake.open_until]).await?;
    Ok(places.into_iter().flatten().collect())
}

/// Where the message of an idempotency key was put, if it was taken before.
async fn before(conn: &mut Conn<'_>, key: Option<&str>) -> Result<Option<Submitted>> {
    let Some(key) = key else { return Ok(None) };
    let row = conn.row("SELECT id, job_id, seq FROM submitted WHERE idempotency_key = $1", params![key]).await?;
    row.map(|row| Ok(Submitted { id: row.id("id")?, job: row.id("job_id")?.into(), seq: row.int("seq")? })).transpose()
}

/// The job that the messages join: the known one while it is open, or where it was asked for by its id and is complete;
/// else a new one.
async fn open_job(
    conn: &mut Conn<'_>,
    intake: &Intake,
    known: JobId,
    open_until: Timestamp,
    now: Timestamp,
) -> Result<JobId> {
    let row = conn.row(conn.dialect().lock_job, params![known]).await?;
    if let Some(job) = row.map(|row| jobs::job_from(&row)).transpose()? {
        let is_open = !job.state.is_final() && job.state != JobState::Preparing;
        let asked_for =
            job.id == intake.job.id && job.task_type == intake.job.task_type && job.account == intake.job.account;
        if is_open && (asked_for || open_until > now) {
            return Ok(known);
        }
        if asked_for && job.state == JobState::Completed {
            return Ok(jobs::write_change(conn, known, &Change::to(JobState::Pending), now).await?.id);
        }
    }
    if let Created::New(job) = jobs::create(conn, &intake.job, now).await? {
        return Ok(job.id);
    }
    let other = NewJob { id: intake.spare, ..intake.job.clone() };
    match jobs::create(conn, &other, now).await? {
        Created::New(job) => Ok(job.id),
        Created::Existing(job) | Created::NameTaken(job) => {
            Err(Error::Conflict(format!("job {} is {}, and no message can join it", job.id, job.state)))
        }
    }
}

fn item(seq: i64, message: &NewSubmission) -> NewItem {
    NewItem {
        seq,
        message_no: seq,
        ledger_key: None,
        content: String::new(),
        label: message.label.clone(),
        payload: message.payload.clone(),
        verdict: None,
    }
}

/// Rows of values, as bytes are no JSON.
async fn keep(conn: &mut Conn<'_>, mut rows: Vec<(Submitted, NewSubmission)>, now: Timestamp) -> Result<()> {
    while !rows.is_empty() {
        let some: Vec<_> = rows.drain(..rows.len().min(ROWS_MAX)).collect();
        let places: Vec<String> = (0..some.len())
            .map(|row| {
                let values: Vec<String> = (1..=8).map(|value| format!("${}", row * 8 + value)).collect();
                format!("({})", values.join(", "))
            })
            .collect();
        let sql = format!(
            "INSERT INTO submitted (id, job_id, seq, idempotency_key, received_at, size, content, sha256) VALUES {}",
            places.join(", ")
        );
        let mut values: Vec<Value> = Vec::with_capacity(some.len() * 8);
        for (at, message) in some {
            let (content, sha256) = match message.content {
                SubmittedContent::Here(bytes) => (Some(bytes), None),
                SubmittedContent::Blob(sha256) => (None, Some(sha256)),
                SubmittedContent::Gone => (None, None),
            };
            values.extend(
                params![at.id, at.job, at.seq, message.idempotency_key, now, message.size, content, sha256]
                    .iter()
                    .cloned(),
            );
        }
        conn.execute(&sql, &values).await?;
    }
    Ok(())
}
