//! `vigie migrate --to`: the whole state from one database into another, either way, losing nothing.
//!
//! The source is read in one snapshot and written in one transaction of the target, row by row in bounded batches:
//! an interrupted copy leaves the target as empty as it was. Both sides are hashed over the same encoding of their
//! rows, and the copy is committed only when every table agrees.

use crate::{
    Db, Error, Result,
    postgres::UNHURRIED,
    sql::{Conn, Row, Value, params},
    workers,
};
use futures_util::StreamExt;
use model::Timestamp;
use ring::digest;
use tokio::sync::mpsc;

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyProgress {
    pub table: &'static str,
    pub rows: u64,
}

/// What was copied, and found equal on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyReport {
    pub tables: Vec<CopiedTable>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    pub table: &'static str,
    pub columns: usize,
    pub rows: u64,
    /// The sum, modulo 2^256, of the SHA-256 of each row: the same in whatever order the rows are read.
    pub hash: [u8; 32],
}

impl Db {
    /// Copies every table into `target`, which must be empty, while nobody works on either. Nothing is committed
    /// before the counts and hashes of all tables agree. Memory stays flat, whatever the size.
    ///
    /// # Errors
    /// [`Error::Conflict`] where a worker is at work on the source, the target is not empty, or what was written differs from
    /// what was read. Nothing is kept then.
    pub async fn copy_to(
        &self,
        target: &Self,
        now: Timestamp,
        on_progress: impl FnMut(CopyProgress),
    ) -> Result<CopyReport> {
        self.copy_at(target, Source::AtRest(now), on_progress).await
    }

    /// The same while others work on the source: what they had in flight at that moment is in the copy, too, and nobody's there.
    /// For backups.
    pub(crate) async fn copy_at_work(&self, target: &Self) -> Result<CopyReport> {
        self.copy_at(target, Source::AtWork, |_| ()).await
    }

    async fn copy_at(
        &self,
        target: &Self,
        at: Source,
        mut on_progress: impl FnMut(CopyProgress),
    ) -> Result<CopyReport> {
        let (progress, mut news) = mpsc::channel(16);
        let source = self.clone();
        let copy = target.write(move |conn| {
            Box::pin(async move {
                if let Conn::Postgres(_) = conn {
                    conn.script(UNHURRIED).await?;
                }
                source.copy_into(conn, at, progress).await
            })
        });
        tokio::pin!(copy);
        loop {
            tokio::select! {
                biased;
                Some(step) = news.recv() => on_progress(step),
                report = &mut copy => return report,
            }
        }
    }

    async fn copy_into(
        &self,
        target: &mut Conn<'_>,
        at: Source,
        progress: mpsc::Sender<CopyProgress>,
    ) -> Result<CopyReport> {
        match self {
            Self::Sqlite(db) => {
                let mut reader = db.0.readers.acquire().await?;
                let mut snapshot = sqlx::Connection::begin(&mut *reader).await?;
                copy(&mut Conn::Sqlite(&mut snapshot), target, at, progress).await
            }
            Self::Postgres(db) => {
                let mut snapshot =
                    db.postgres.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                let mut conn = Conn::Postgres(&mut snapshot);
                conn.script(UNHURRIED).await?;
                copy(&mut conn, target, at, progress).await
            }
        }
    }
}

/// Whether others may be at work on what is copied.
#[derive(Clone, Copy)]
enum Source {
    AtRest(Timestamp),
    AtWork,
}

#[derive(Clone, Copy)]
enum Kind {
    Int,
    Float,
    Text,
    Id,
    Bytes,
}
use Kind::{Bytes, Float, Id, Int, Text};

struct Table {
    name: &'static str,
    key: &'static str,
    /// The column that numbers the rows, if one does.
    counter: Option<&'static str>,
    columns: &'static [(&'static str, Kind)],
}

const fn table(name: &'static str, key: &'static str, columns: &'static [(&'static str, Kind)]) -> Table {
    Table { name, key, counter: None, columns }
}

/// `traces.written_in` is not copied: it belongs to the server that the row is written on. Neither are intents
/// (`items.declared`, `workers.declares`), which a journal beside the database may hold: without them whatever is in
/// flight is taken for begun.
#[rustfmt::skip]
const TABLES: &[Table] = &[
    // Before the jobs: a job that has none of these gets one when it is written.
    Table { counter: Some("no"), ..table("job_states", "no",
        &[("no", Int), ("job_id", Id), ("state", Int), ("at", Int), ("reason", Text)]) },
    table("accounts", "id", &[("id", Id), ("name", Text), ("url", Text), ("secret", Bytes), ("limits", Text),
        ("pace", Text), ("paused_until", Int), ("pause", Text), ("created_at", Int), ("updated_at", Int)]),
    table("account_usage", "account_id, window_start",
        &[("account_id", Id), ("window_start", Int), ("messages", Int), ("recipients", Int)]),
    table("jobs", "id", &[("id", Id), ("kind", Text), ("name", Text), ("state", Int), ("on_unknown", Int),
        ("account_id", Id), ("application_name", Text), ("flow_name", Text), ("created_by", Text), ("task_type", Text),
        ("task_id", Text), ("spec", Text), ("total", Int), ("queued", Int), ("running", Int), ("succeeded", Int),
        ("failed", Int), ("unknown", Int), ("skipped", Int), ("message", Text), ("reason", Text), ("resumes_at", Int),
        ("version", Int), ("created_at", Int), ("updated_at", Int), ("started_at", Int), ("finished_at", Int),
        ("ledger", Int), ("limits", Text), ("pace", Text), ("authority", Int), ("linked", Int), ("active_us", Int),
        ("active_since", Int)]),
    table("items", "job_id, seq", &[("job_id", Id), ("seq", Int), ("message_no", Int), ("state", Int),
        ("attempts", Int), ("not_before", Int), ("claimed_by", Int), ("claimed_at", Int), ("finished_at", Int),
        ("ledger_key", Text), ("label", Text), ("verdict", Text), ("detail", Text), ("effect", Text),
        ("payload", Text), ("content", Text)]),
    table("replaced_items", "job_id, seq, earlier_job, earlier_seq",
        &[("job_id", Id), ("seq", Int), ("earlier_job", Id), ("earlier_seq", Int)]),
    table("corrected_rows", "job_id, seq, key, content",
        &[("job_id", Id), ("seq", Int), ("key", Text), ("content", Text)]),
    table("secret_key", "one", &[("one", Int), ("fingerprint", Text)]),
    table("job_blobs", "job_id, sha256", &[("job_id", Id), ("sha256", Text)]),
    Table { counter: Some("no"), ..table("traces", "no", &[("no", Int), ("id", Id), ("job_id", Id), ("seq", Int),
        ("attempt", Int), ("outcome", Int), ("trace_name", Text), ("file_name", Text), ("application_name", Text),
        ("flow_name", Text), ("comment", Text), ("created_by", Text), ("time_to_process", Float), ("errors", Int),
        ("verdict", Text), ("created_at", Int)]) },
    table("ledger", "mailing, key, content", &[("mailing", Text), ("key", Text), ("content", Text), ("job_id", Id),
        ("seq", Int), ("sent_at", Int), ("state", Int)]),
    table("idempotency", "job_id, key", &[("job_id", Id), ("key", Text), ("created_at", Int)]),
    table("tokens", "id", &[("id", Id), ("name", Text), ("hash", Bytes), ("scope", Text), ("created_at", Int),
        ("expires_at", Int), ("used_at", Int)]),
    Table { counter: Some("token"), ..table("workers", "token", &[("token", Int), ("name", Text), ("pid", Int),
        ("started_at", Int), ("heartbeat_at", Int), ("lease_until", Int), ("ended_at", Int), ("status", Text)]) },
    table("webhooks", "id", &[("id", Id), ("url", Text), ("secret", Bytes), ("mailing", Text), ("cursor", Int),
        ("failures", Int), ("next_at", Int), ("last_error", Text), ("created_at", Int)]),
    table("users", "id", &[("id", Id), ("name", Text), ("password", Text), ("role", Text), ("disabled", Int),
        ("created_at", Int), ("seen_at", Int)]),
    table("sessions", "hash",
        &[("hash", Bytes), ("user_id", Id), ("about", Text), ("created_at", Int), ("expires_at", Int)]),
    table("invitations", "hash", &[("hash", Bytes), ("user_id", Id), ("purpose", Text), ("expires_at", Int)]),
    Table { counter: Some("no"), ..table("audit", "no", &[("no", Int), ("at", Int), ("who", Text), ("action", Text),
        ("subject", Text), ("detail", Text)]) },
    table("drafts", "id",
        &[("id", Id), ("owner", Text), ("content", Text), ("version", Int), ("created_at", Int), ("updated_at", Int)]),
    table("diagnoses", "id", &[("id", Id), ("asked_by", Text), ("question", Text), ("job", Id), ("created_at", Int),
        ("finished_at", Int), ("verdict", Text), ("cause", Text), ("report", Text), ("english", Text), ("french", Text),
        ("not_sent", Bytes), ("error", Text), ("incident", Text)]),
    table("schedules", "name, place", &[("name", Text), ("place", Text), ("next_at", Int), ("started_at", Int),
        ("ended_at", Int), ("failures", Int), ("last_error", Text)]),
    table("job_schedules", "id", &[("id", Id), ("name", Text), ("kind", Text), ("expression", Text), ("zone", Text),
        ("days_off", Text), ("jitter", Int), ("missed", Text), ("overlap", Text), ("spec", Text), ("authority", Int),
        ("created_by", Text), ("created_at", Int), ("updated_at", Int), ("version", Int), ("paused_at", Int),
        ("next_due", Int), ("next_at", Int)]),
    table("schedule_runs", "schedule_id, due_at", &[("schedule_id", Id), ("due_at", Int), ("state", Int), ("by_hand", Int),
        ("job_id", Id), ("times", Int), ("detail", Text), ("noted_at", Int)]),
    table("intakes", "key", &[("key", Text), ("job_id", Id), ("open_until", Int)]),
    table("submitted", "id", &[("id", Id), ("job_id", Id), ("seq", Int), ("idempotency_key", Text), ("received_at", Int),
        ("size", Int), ("content", Bytes), ("sha256", Text)]),
    table("searches", "id",
        &[("id", Id), ("owner", Text), ("name", Text), ("address", Text), ("created_at", Int)]),
    table("activity", "window_start, shard, what, application", &[("window_start", Int), ("shard", Int), ("what", Int),
        ("application", Text), ("succeeded", Int), ("failed", Int), ("unknown", Int)]),
    Table { counter: Some("id"), ..table("projects", "id", &[("id", Int), ("slug", Text), ("name", Text), ("platform", Text),
        ("settings", Text), ("issues_made", Int), ("created_at", Int), ("first_event_at", Int), ("removed_at", Int)]) },
    table("project_keys", "public_key",
        &[("public_key", Text), ("project", Int), ("created_at", Int), ("disabled_at", Int)]),
    table("projections", "log", &[("log", Text), ("applied", Int)]),
    Table { counter: Some("id"), ..table("issues", "id", &[("id", Int), ("project", Int), ("number", Int), ("kind", Text),
        ("title", Text), ("culprit", Text), ("level", Int), ("platform", Text), ("state", Int), ("state_rule", Text),
        ("state_at", Int), ("assignee", Text), ("first_seen", Int), ("last_seen", Int), ("events", Int), ("users", Int),
        ("first_release", Text), ("last_release", Text), ("last_event", Id), ("last_event_no", Int)]) },
    table("issue_hashes", "project, hash", &[("project", Int), ("hash", Text), ("issue", Int), ("born_in", Int),
        ("events", Int), ("first_seen", Int), ("last_seen", Int)]),
    table("issue_hours", "issue, hour, environment",
        &[("issue", Int), ("hour", Int), ("environment", Text), ("events", Int)]),
    table("issue_users", "issue, digest", &[("issue", Int), ("digest", Int), ("came_with", Int)]),
    table("issue_tag_keys", "issue, key",
        &[("issue", Int), ("key", Text), ("distinct_values", Int), ("events", Int)]),
    table("issue_tags", "issue, key, value", &[("issue", Int), ("key", Text), ("value", Text), ("events", Int)]),
    Table { counter: Some("no"), ..table("issue_activity", "no",
        &[("no", Int), ("issue", Int), ("at", Int), ("who", Text), ("what", Text), ("detail", Text)]) },
    table("merged_issues", "id", &[("id", Int), ("project", Int), ("number", Int), ("merged_into", Int),
        ("issue", Text), ("merged_at", Int)]),
    Table { counter: Some("id"), ..table("releases", "id", &[("id", Int), ("project", Int), ("version", Text),
        ("first_seen", Int), ("last_seen", Int), ("events", Int), ("new_issues", Int), ("date_released", Int)]) },
    table("alert_rules", "id", &[("id", Id), ("spec", Text), ("created_at", Int), ("updated_at", Int)]),
    table("alert_channels", "id", &[("id", Id), ("name", Text), ("settings", Text), ("secret", Bytes),
        ("created_at", Int), ("updated_at", Int), ("failing_since", Int), ("last_error", Text), ("last_sent_at", Int)]),
    table("alert_incidents", "id", &[("id", Id), ("rule", Id), ("subject", Text), ("is_open", Int), ("opened_at", Int),
        ("ended_at", Int), ("version", Int), ("state", Text)]),
    table("alert_silences", "id", &[("id", Id), ("rule", Id), ("subject", Text), ("starts_at", Int), ("ends_at", Int),
        ("reason", Text), ("created_by", Text), ("created_at", Int)]),
    Table { counter: Some("no"), ..table("alert_deliveries", "no", &[("no", Int), ("id", Id), ("channel", Id),
        ("incident", Id), ("notice", Text), ("state", Int), ("attempts", Int), ("doubtful", Int), ("created_at", Int),
        ("next_at", Int), ("ended_at", Int), ("error", Text)]) },
    Table { counter: Some("no"), ..table("alert_events", "no",
        &[("no", Int), ("at", Int), ("kind", Text), ("subject", Text), ("detail", Text)]) },
    table("checks", "id", &[("id", Id), ("key", Id), ("slug", Text), ("spec", Text), ("facts", Text), ("state", Int),
        ("since", Int), ("look_at", Int), ("pings", Int), ("created_by", Text), ("created_at", Int), ("updated_at", Int)]),
    table("check_pings", "check_id, no", &[("check_id", Id), ("no", Int), ("at", Int), ("kind", Text), ("run", Id),
        ("took_ms", Int), ("source", Text), ("body", Text)]),
    table("check_outages", "check_id, began_at, state", &[("check_id", Id), ("began_at", Int), ("state", Int),
        ("ended_at", Int), ("why", Text)]),
    table("disk_samples", "at", &[("at", Int), ("free", Int)]),
    table("status_page", "no", &[("no", Int), ("settings", Text), ("updated_at", Int)]),
    table("maintenances", "id", &[("id", Id), ("spec", Text), ("ends_at", Int), ("created_by", Text),
        ("created_at", Int)]),
    table("dhis2_syncs", "number", &[("number", Int), ("name", Text), ("settings", Text), ("source_secret", Bytes),
        ("target_secret", Bytes), ("state", Text), ("started_at", Int), ("created_at", Int), ("updated_at", Int)]),
    table("dhis2_runs", "id", &[("id", Id), ("sync", Int), ("phase", Text), ("data", Text), ("job_id", Id),
        ("created_at", Int), ("updated_at", Int), ("finished_at", Int)]),
    table("dhis2_plans", "id", &[("id", Id), ("sync", Int), ("content", Text), ("created_at", Int)]),
    table("dhis2_ledger", "pair, kind, uid", &[("pair", Text), ("kind", Text), ("uid", Text), ("hash", Text),
        ("problem", Text), ("noted_at", Int)]),
    table("dhis2_values", "pair, data_set, unit", &[("pair", Text), ("data_set", Text), ("unit", Text), ("hashes", Bytes)]),
    Table { counter: Some("no"), ..table("deploys", "no",
        &[("no", Int), ("release", Int), ("environment", Text), ("name", Text), ("url", Text), ("at", Int)]) },
    table("release_commits", "release, place",
        &[("release", Int), ("place", Int), ("id", Text), ("author", Text), ("message", Text), ("at", Int)]),
    table("release_health", "project, hour, release, environment", &[("project", Int), ("release", Text),
        ("environment", Text), ("hour", Int), ("started", Int), ("errored", Int), ("crashed", Int), ("abnormal", Int),
        ("errored_ids", Bytes), ("users", Bytes), ("crashed_users", Bytes)]),
    Table { counter: Some("no"), ..table("feedback", "no", &[("no", Int), ("project", Int), ("event", Id), ("hash", Text),
        ("name", Text), ("email", Text), ("message", Text), ("url", Text), ("release", Text), ("environment", Text),
        ("at", Int)]) },
    Table { counter: Some("no"), ..table("attachments", "no", &[("no", Int), ("project", Int), ("event", Id),
        ("name", Text), ("content_type", Text), ("kind", Text), ("sha256", Text), ("bytes", Int), ("at", Int)]) },
    table("dropped", "project, hour, side, category, reason", &[("project", Int), ("hour", Int), ("side", Text),
        ("category", Text), ("reason", Text), ("count", Int)]),
    table("upload_chunks", "sha1", &[("sha1", Text), ("sha256", Text), ("bytes", Int), ("at", Int)]),
    Table { counter: Some("no"), ..table("artifacts", "no", &[("no", Int), ("project", Int), ("release", Text),
        ("dist", Text), ("name", Text), ("kind", Text), ("debug_id", Text), ("source_map", Text), ("sha256", Text),
        ("bytes", Int), ("at", Int)]) },
    table("celery_brokers", "name", &[("name", Text), ("standing", Text), ("updated_at", Int)]),
    table("celery_workers", "broker, name", &[("broker", Text), ("name", Text), ("is_offline", Int),
        ("heartbeat_at", Int), ("created_at", Int), ("about", Text)]),
    table("celery_queues", "broker, name", &[("broker", Text), ("name", Text), ("messages", Int), ("unacked", Int),
        ("consumers", Int), ("measured_at", Int)]),
    table("celery_queue_samples", "broker, name, at", &[("broker", Text), ("name", Text), ("at", Int),
        ("messages", Int)]),
    table("celery_silences", "broker, name, began_at", &[("broker", Text), ("name", Text), ("began_at", Int),
        ("noted_at", Int)]),
    Table { counter: Some("no"), ..table("celery_tasks", "no", &[("no", Int), ("broker", Text), ("id", Text),
        ("name", Text), ("state", Int), ("worker", Text), ("queue", Text), ("args", Text), ("kwargs", Text),
        ("root_id", Text), ("parent_id", Text), ("created_at", Int), ("updated_at", Int), ("detail", Text)]) },
    Table { counter: Some("no"), ..table("celery_orders", "no", &[("no", Int), ("broker", Text), ("command", Text),
        ("created_at", Int), ("taken_at", Int), ("ended_at", Int), ("outcome", Text)]) },
    table("celery_counts", "broker, worker, task, what", &[("broker", Text), ("worker", Text), ("task", Text),
        ("what", Text), ("n", Int), ("micros", Int), ("updated_at", Int)]),
];

/// Rows, and bytes, that are held in memory at a time.
const BATCH_ROWS: usize = 200;
const BATCH_BYTES: usize = 1 << 20;

async fn copy(
    source: &mut Conn<'_>,
    target: &mut Conn<'_>,
    at: Source,
    progress: mpsc::Sender<CopyProgress>,
) -> Result<CopyReport> {
    if let Source::AtRest(now) = at {
        refuse_living(source, now).await?;
    }
    if let Conn::Postgres(_) = target {
        for table in TABLES {
            target.execute(&format!("LOCK TABLE {} IN EXCLUSIVE MODE", table.name), &[]).await?;
        }
    }
    refuse_full(target).await?;
    let mut tables = Vec::new();
    for table in TABLES {
        let (rows, sum) = copy_table(table, source, target, &progress).await?;
        continue_counter(table, source, target).await?;
        let found = hash_table(table, target).await?;
        if found != (rows, sum) {
            return Err(Error::Conflict(format!(
                "copying {}: {rows} rows were read, and {} written rows do not agree with them; nothing was kept",
                table.name, found.0
            )));
        }
        tables.push(CopiedTable { table: table.name, columns: table.columns.len(), rows, hash: sum.bytes() });
    }
    Ok(CopyReport { tables })
}

async fn refuse_living(source: &mut Conn<'_>, now: Timestamp) -> Result<()> {
    let now = workers::time(source, now).await?;
    let sql = "SELECT name, pid FROM workers WHERE ended_at IS NULL AND lease_until > $1 ORDER BY token LIMIT 1";
    match source.row(sql, params![now]).await? {
        None => Ok(()),
        Some(row) => Err(Error::Conflict(format!(
            "worker {} (pid {}) is at work on the source: stop it, then copy",
            row.text("name")?,
            row.int("pid")?
        ))),
    }
}

async fn refuse_full(target: &mut Conn<'_>) -> Result<()> {
    let mut full = Vec::new();
    for table in TABLES {
        if target.row(&format!("SELECT 1 AS one FROM {} LIMIT 1", table.name), &[]).await?.is_some() {
            full.push(table.name);
        }
    }
    match full.is_empty() {
        true => Ok(()),
        false => Err(Error::Conflict(format!(
            "the target is not empty, it holds {}: copy into a new database",
            full.join(", ")
        ))),
    }
}

async fn copy_table(
    table: &'static Table,
    source: &mut Conn<'_>,
    target: &mut Conn<'_>,
    progress: &mpsc::Sender<CopyProgress>,
) -> Result<(u64, Sum)> {
    let (mut count, mut sum) = (0, Sum::default());
    let (mut values, mut rows, mut bytes) = (Vec::new(), 0, 0);
    let mut stream = source.stream(table.select());
    while let Some(row) = stream.next().await {
        let row = table.values(&row?)?;
        let encoded = encode(&row);
        sum.add(&encoded);
        bytes += encoded.len();
        values.extend(row);
        rows += 1;
        if rows == BATCH_ROWS || bytes >= BATCH_BYTES {
            target.execute(&table.insert(rows), &values).await?;
            count += rows as u64;
            (rows, bytes) = (0, 0);
            values.clear();
            // Nobody has to listen.
            let _ = progress.send(CopyProgress { table: table.name, rows: count }).await;
        }
    }
    if rows > 0 {
        target.execute(&table.insert(rows), &values).await?;
        count += rows as u64;
    }
    let _ = progress.send(CopyProgress { table: table.name, rows: count }).await;
    Ok((count, sum))
}

async fn hash_table(table: &Table, conn: &mut Conn<'_>) -> Result<(u64, Sum)> {
    let (mut count, mut sum) = (0, Sum::default());
    let mut stream = conn.stream(table.select());
    while let Some(row) = stream.next().await {
        sum.add(&encode(&table.values(&row?)?));
        count += 1;
    }
    Ok((count, sum))
}

/// Numbers go on where the source left off, even when its last rows were deleted: a fencing token or a place in the
/// feed is never given twice.
async fn continue_counter(table: &Table, source: &mut Conn<'_>, target: &mut Conn<'_>) -> Result<()> {
    let Some(column) = table.counter else { return Ok(()) };
    let sequence = format!("{}_{column}_seq", table.name);
    let last = match source {
        Conn::Sqlite(_) => {
            source.row("SELECT seq AS last FROM sqlite_sequence WHERE name = $1", params![table.name]).await?
        }
        Conn::Postgres(_) => {
            let sql = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM {sequence}");
            source.row(&sql, &[]).await?
        }
    };
    let last = last.map_or(Ok(0), |row| row.int("last"))?;
    if last == 0 {
        return Ok(());
    }
    match target {
        Conn::Sqlite(_) => {
            target.execute("DELETE FROM sqlite_sequence WHERE name = $1", params![table.name]).await?;
            let sql = "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)";
            target.execute(sql, params![table.name, last]).await.map(drop)
        }
        Conn::Postgres(_) => {
            target.row(&format!("SELECT setval('{sequence}', $1) AS last"), params![last]).await.map(drop)
        }
    }
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    fn select(&self) -> String {
        format!("SELECT {} FROM {} ORDER BY {}", self.names(), self.name, self.key)
    }

    fn insert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |n: usize| {
            let places: Vec<_> = (1..=width).map(|column| format!("${}", n * width + column)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<_> = (0..rows).map(row).collect();
        format!("INSERT INTO {} ({}) VALUES {}", self.name, self.names(), rows.join(", "))
    }

    fn values(&self, row: &Row) -> Result<Vec<Value>> {
        let value = |(name, kind): &(&'static str, Kind)| {
            Ok(match kind {
                Int => Value::Int(row.opt_int(name)?),
                Float => Value::Float(row.float(name)?),
                Text => Value::Text(row.opt_text(name)?),
                Id => Value::Id(row.opt_id(name)?),
                Bytes => Value::Bytes(row.opt_bytes(name)?),
            })
        };
        self.columns.iter().map(value).collect()
    }
}

/// A row as it is hashed: each value behind a byte that says whether it is there, and its length where it has one.
fn encode(row: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(row.len() * 16);
    let mut put = |value: Option<&[u8]>| match value {
        None => out.push(0),
        Some(bytes) => {
            out.push(1);
            out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            out.extend_from_slice(bytes);
        }
    };
    for value in row {
        match value {
            Value::Int(v) => put(v.map(i64::to_le_bytes).as_ref().map(<[u8; 8]>::as_slice)),
            Value::Float(v) => put(Some(v.to_bits().to_le_bytes().as_slice())),
            Value::Text(v) => put(v.as_ref().map(String::as_bytes)),
            Value::Id(v) => put(v.as_ref().map(|id| id.as_bytes().as_slice())),
            Value::Bytes(v) => put(v.as_deref()),
        }
    }
    out
}

/// A sum of hashes modulo 2^256, least significant word first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum([u64; 4]);

impl Sum {
    fn add(&mut self, row: &[u8]) {
        let hash = digest::digest(&digest::SHA256, row);
        let mut carry = false;
        for (word, bytes) in self.0.iter_mut().zip(hash.as_ref().chunks_exact(8)) {
            let mut le = [0; 8];
            le.copy_from_slice(bytes);
            let (sum, over) = word.overflowing_add(u64::from_le_bytes(le));
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            (*word, carry) = (sum, over || over_again);
        }
    }

    fn bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (to, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            to.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }
}
