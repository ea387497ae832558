//! The embedded engine: one file, one writer task that groups commits, a few readers.

use crate::{
    Error, Result,
    intents::Journal,
    sql::{Conn, Dialect, Value},
};
use futures_util::future::BoxFuture;
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// Calls that may wait for the writer before a caller is made to wait itself.
const QUEUE: usize = 256;
/// Calls that share one commit at the most.
const GROUP: usize = 64;

/// A call, type-erased: it runs inside the transaction, or learns why there is none, and hands back what tells its
/// caller how the commit went.
type Call = Box<dyn for<'c> FnOnce(Result<&'c mut Conn<'_>>) -> BoxFuture<'c, Answer> + Send>;

struct Answer {
    failed: bool,
    /// Called after the commit (`Ok`), or with why there was none.
    tell: Box<dyn FnOnce(Result<()>) + Send>,
}

#[derive(Clone)]
pub(crate) struct Sqlite {
    pub(crate) readers: SqlitePool,
    pub(crate) file: PathBuf,
    pub(crate) intents: Journal,
    writer: Option<mpsc::Sender<Call>>,
    /// The file was found damaged.
    pub(crate) damaged: Arc<AtomicBool>,
}

impl Sqlite {
    /// Opens `file` for its owner; the file is created when it is not there.
    pub(crate) async fn open(file: &Path) -> Result<Self> {
        private(file).map_err(|source| Error::Io { context: format!("opening {}", file.display()), source })?;
        let options = options(file).create_if_missing(true);
        let connection = SqliteConnection::connect_with(&options).await?;
        let (calls, queue) = mpsc::channel(QUEUE);
        tokio::spawn(write(connection, queue));
        Ok(Self {
            readers: readers(file, Medium::Writable),
            file: file.to_owned(),
            intents: Journal::beside(file),
            writer: Some(calls),
            damaged: Arc::default(),
        })
    }

    /// Opens `file` for reading beside, or without, an owner.
    pub(crate) fn open_read_only(file: &Path, medium: Medium) -> Self {
        Self {
            readers: readers(file, medium),
            file: file.to_owned(),
            intents: Journal::beside(file),
            writer: None,
            damaged: Arc::default(),
        }
    }

    /// Runs `call` in a transaction that other callers' calls may share; returns once it is on disk.
    pub(crate) async fn write<T, F>(&self, call: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn<'_>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let writer = self.writer.as_ref().ok_or_else(|| {
            Error::Conflict("the data directory was opened for reading only: nothing can be changed through it".into())
        })?;
        let (reply, answer) = oneshot::channel();
        let erased: Call = Box::new(move |conn| {
            Box::pin(async move {
                let result = match conn {
                    Ok(conn) => call(conn).await,
                    Err(error) => Err(error),
                };
                Answer {
                    failed: result.is_err(),
                    tell: Box::new(move |commit| {
                        // A caller that went away does not need the answer.
                        let _ = reply.send(result.and_then(|value| commit.map(|()| value)));
                    }),
                }
            })
        });
        writer.send(erased).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Writes a consistent, compact copy; it has its name once it is whole and on disk.
    pub(crate) async fn copy_into(&self, copy: &Path) -> Result<()> {
        let partial = copy.with_extension("partial");
        let failed = |context: String| move |source| Error::Io { context, source };
        match std::fs::remove_file(&partial) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(format!("removing {}", partial.display()))(error));
            }
            _ => {}
        }
        create_private(&partial).map_err(failed(format!("creating {}", partial.display())))?;
        // Not one of the readers: `query_only` forbids a vacuum, even into another file.
        let options = SqliteConnectOptions::new().filename(&self.file).read_only(true);
        let mut reader = SqliteConnection::connect_with(&options.busy_timeout(Duration::from_secs(10))).await?;
        let target = partial.display().to_string();
        Conn::Sqlite(&mut reader).execute("VACUUM INTO $1", &[Value::from(target)]).await?;
        reader.close().await?;
        let synced = std::fs::File::open(&partial).and_then(|file| file.sync_all());
        synced.map_err(failed(format!("writing {}", partial.display())))?;
        std::fs::rename(&partial, copy).map_err(failed(format!("renaming {}", partial.display())))?;
        // The name itself is on disk once its folder is; not every system lets a folder be synced.
        if let Some(folder) = copy.parent()
            && let Ok(folder) = std::fs::File::open(folder)
        {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    pub(crate) async fn close(&self) {
        if let Some(writer) = &self.writer {
            // The writer ends when the last sender is gone; a barrier makes sure that what was sent is done.
            let (done, wait) = oneshot::channel();
            let barrier: Call = Box::new(move |_| {
                Box::pin(
                    async move { Answer { failed: false, tell: Box::new(move |_| done.send(()).unwrap_or_default()) } },
                )
            });
            if writer.send(barrier).await.is_ok() {
                let _ = wait.await;
            }
        }
        self.readers.close().await;
        if self.writer.is_some() {
            self.fold_in_log().await;
        }
    }

    /// Moves what the write-ahead log holds into the file, so that the file alone is a whole copy once its owner has
    /// ended. What cannot be moved now, because somebody reads, stays in the log and is as safe there.
    async fn fold_in_log(&self) {
        let options = options(&self.file).busy_timeout(Duration::from_millis(200));
        if let Ok(mut last) = SqliteConnection::connect_with(&options).await {
            let _ = Conn::Sqlite(&mut last).execute("PRAGMA wal_checkpoint(TRUNCATE)", &[]).await;
            let _ = last.close().await;
        }
    }
}

/// Only its user reads the database, wherever it lies. SQLite gives the files beside it the mode of the database at
/// the time they are made, so the mode has to be right before anything is opened.
fn private(file: &Path) -> std::io::Result<()> {
    create_private(file)?;
    let beside = |suffix: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    for path in [file.to_owned(), beside("-wal"), beside("-shm")] {
        match std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// What a database lies on, for its readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    Writable,
    /// Nothing can be made beside the file, and so nobody changes it meanwhile.
    ReadOnly,
}

/// Whether SQLite could not read for want of the files that it makes beside the database (CANTOPEN, READONLY).
pub(crate) fn needs_writing(error: &Error) -> bool {
    let Error::Database(sqlx::Error::Database(error)) = error else { return false };
    let code = error.code().and_then(|code| code.parse::<i64>().ok());
    matches!(code.map(|code| code & 0xff), Some(8 | 14))
}

/// A log that was not folded in holds the newest state, and cannot be read without writing.
pub(crate) fn refuse_unread_log(file: &Path) -> Result<()> {
    let context = format!("reading {}", file.display());
    std::fs::File::open(file).map_err(|source| Error::Io { context, source })?;
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    match std::fs::metadata(&log) {
        Ok(found) if found.len() > 0 => Err(Error::Conflict(format!(
            "{} holds the newest state and can be read only where files can be written: run this as the directory's user, or on a copy of the directory",
            PathBuf::from(log).display()
        ))),
        _ => Ok(()),
    }
}

/// Makes an empty file, which SQLite takes for a new database, unless there is one.
fn create_private(file: &Path) -> std::io::Result<()> {
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file).map(drop)
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        // A power cut must not lose an intent.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(200)
}

fn readers(file: &Path, medium: Medium) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(Duration::from_secs(60))
        .connect_lazy_with(
            SqliteConnectOptions::new()
                .filename(file)
                .read_only(true)
                .immutable(medium == Medium::ReadOnly)
                .busy_timeout(Duration::from_secs(10))
                .pragma("cache_size", "-4096")
                .pragma("query_only", "true"),
        )
}

async fn write(mut connection: SqliteConnection, mut queue: mpsc::Receiver<Call>) {
    while let Some(first) = queue.recv().await {
        write_group(&mut connection, first, &mut queue).await;
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the database was not closed cleanly; nothing committed is lost");
    }
}

/// One transaction: `first`, and whatever else already waits. A failed call undoes itself alone.
async fn write_group(connection: &mut SqliteConnection, first: Call, queue: &mut mpsc::Receiver<Call>) {
    let mut waiting: Vec<Box<dyn FnOnce(Result<()>) + Send>> = Vec::new();
    let mut conn = Conn::Sqlite(connection);
    let mut next = Some(first);
    let mut calls = 1;
    let mut transaction = conn.execute("BEGIN IMMEDIATE", &[]).await.map(drop).map_err(Arc::new);
    while let Some(call) = next.take() {
        match &transaction {
            Ok(()) => match run_call(&mut conn, call).await {
                Ok(answer) if answer.failed => (answer.tell)(Ok(())),
                Ok(answer) => waiting.push(answer.tell),
                Err(error) => transaction = Err(Arc::new(error)),
            },
            Err(error) => {
                let answer = call(Err(Error::Shared(Arc::clone(error)))).await;
                (answer.tell)(Ok(()));
            }
        }
        // Those that failed count as well: tried again at once, they would keep the others from their commit.
        if calls < GROUP && transaction.is_ok() {
            next = queue.try_recv().ok();
            calls += 1;
        }
    }
    if transaction.is_ok() {
        transaction = conn.execute("COMMIT", &[]).await.map(drop).map_err(Arc::new);
    }
    if transaction.is_err() {
        // Fails when the engine has already rolled back by itself, as it does on a full disk.
        let _ = conn.execute("ROLLBACK", &[]).await;
    }
    for tell in waiting {
        tell(match &transaction {
            Ok(()) => Ok(()),
            Err(error) => Err(Error::Shared(Arc::clone(error))),
        });
    }
}

/// Runs one call behind a savepoint. `Err`: the transaction as a whole is gone.
async fn run_call(conn: &mut Conn<'_>, call: Call) -> Result<Answer> {
    conn.execute("SAVEPOINT call", &[]).await?;
    let answer = call(Ok(conn)).await;
    if answer.failed {
        let undone = conn.execute("ROLLBACK TO call", &[]).await;
        if let Err(error) = undone {
            (answer.tell)(Ok(()));
            return Err(error);
        }
    }
    conn.execute("RELEASE call", &[]).await?;
    Ok(answer)
}

pub(crate) static DIALECT: Dialect = Dialect {
    enqueue: "
        INSERT INTO items (job_id, seq, message_no, state, ledger_key, label, verdict, detail, payload, content, finished_at)
        SELECT $1, value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, value->>9
        FROM json_each($2)",
    skip_already_sent: "
        UPDATE items SET state = 5, verdict = $4, finished_at = $5
        WHERE job_id = $1 AND state = 0 AND ledger_key IS NOT NULL AND seq BETWEEN $2 AND $3
          AND EXISTS (SELECT 1 FROM ledger WHERE mailing = $6 AND key = items.ledger_key AND state = $7
              AND ($8 = 1 OR content = items.content OR content = '' OR items.content = ''))",
    lock_job: "SELECT * FROM jobs WHERE id = $1",
    // `state = 0` stands here to the letter: SQLite uses a partial index only for its own condition, and without it
    // every claim would read the whole job.
    claim: "
        UPDATE items SET state = 1, attempts = attempts + 1, claimed_by = $2, claimed_at = $3
        WHERE job_id = $1 AND seq IN (
            SELECT seq FROM (
                SELECT * FROM (SELECT seq FROM items WHERE job_id = $1 AND state = 0 AND not_before BETWEEN 1 AND $3
                               ORDER BY not_before, seq LIMIT $4)
                UNION ALL
                SELECT * FROM (SELECT seq FROM items WHERE job_id = $1 AND state = 0 AND not_before = 0
                               ORDER BY not_before, seq LIMIT $4))
            LIMIT $4)
          AND NOT EXISTS (SELECT 1 FROM workers WHERE token = $2 AND ended_at IS NOT NULL)
        RETURNING seq, message_no, attempts, label, effect, payload",
    claim_these: "
        UPDATE items SET state = 1, attempts = attempts + 1, claimed_by = $2, claimed_at = $3
        WHERE job_id = $1 AND state = 0 AND seq IN (SELECT value FROM json_each($4))
          AND NOT EXISTS (SELECT 1 FROM workers WHERE token = $2 AND ended_at IS NOT NULL)
        RETURNING seq, message_no, attempts, label, effect, payload",
    items_by_seq: "
        SELECT seq, state, attempts, claimed_by, finished_at FROM items
        WHERE job_id = $1 AND seq IN (SELECT value FROM json_each($2))",
    record_succeeded: "
        UPDATE items SET state = 2, verdict = NULL, detail = '', finished_at = $3
        WHERE job_id = $1 AND seq IN (SELECT value FROM json_each($2))",
    // An upsert, because it finds each row by its key; `UPDATE … FROM json_each` would scan the job. The insertion
    // never happens: the rows were read in this transaction.
    record_others: "
        INSERT INTO items (job_id, seq, message_no, label, payload, state, not_before, finished_at, verdict, detail)
        SELECT $1, value->>0, 0, '', '', value->>1, value->>2, value->>3, value->>4, value->>5
        FROM json_each($2) WHERE true
        ON CONFLICT (job_id, seq) DO UPDATE SET state = excluded.state, not_before = excluded.not_before,
            finished_at = excluded.finished_at, verdict = excluded.verdict, detail = excluded.detail",
    keep_uploads: "
        INSERT INTO job_blobs (job_id, sha256) SELECT $1, value FROM json_each($2) WHERE true
        ON CONFLICT (job_id, sha256) DO NOTHING",
    used_uploads: "
        SELECT sha256 FROM job_blobs WHERE sha256 IN (SELECT value FROM json_each($1))
        UNION SELECT sha256 FROM attachments WHERE sha256 IN (SELECT value FROM json_each($1))
        UNION SELECT sha256 FROM upload_chunks WHERE sha256 IN (SELECT value FROM json_each($1))
        UNION SELECT sha256 FROM artifacts WHERE sha256 IN (SELECT value FROM json_each($1))",
    known_traces: "SELECT id FROM traces WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    insert_traces: "
        INSERT INTO traces (id, job_id, seq, attempt, outcome, trace_name, file_name, application_name, flow_name,
                            comment, created_by, time_to_process, errors, verdict, created_at)
        SELECT unhex(value->>0), unhex(value->>1), value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
               value->>8, value->>9, value->>10, value->>11, value->>12, value->>13, value->>14
        FROM json_each($1) WHERE true
        ON CONFLICT (id) DO NOTHING",
    insert_ledger: "
        INSERT INTO ledger (mailing, key, content, job_id, seq, sent_at, state)
        SELECT $3, ledger_key, content, job_id, min(seq), $4, $5 FROM items
        WHERE job_id = $1 AND seq IN (SELECT value FROM json_each($2)) AND ledger_key IS NOT NULL
        GROUP BY ledger_key, content, job_id ORDER BY ledger_key, content
        ON CONFLICT (mailing, key, content) DO UPDATE SET state = excluded.state, sent_at = excluded.sent_at,
            job_id = excluded.job_id, seq = excluded.seq
            WHERE ledger.state = 4 AND excluded.state = 2",
    forget_unknown: "
        DELETE FROM ledger WHERE mailing = $3 AND state = 4 AND job_id = $1 AND (key, content) IN (
            SELECT ledger_key, content FROM items WHERE job_id = $1 AND seq IN (SELECT value FROM json_each($2)))",
    already_sent: "
        SELECT items.seq, min(ledger.state) AS state FROM items
        JOIN ledger ON ledger.mailing = $3 AND ledger.key = items.ledger_key
        WHERE items.job_id = $1 AND items.seq IN (SELECT value FROM json_each($2))
          AND ($4 = 1 OR ledger.content = items.content OR ledger.content = '' OR items.content = '')
          AND (ledger.job_id IS NULL OR ledger.job_id <> $1)
        GROUP BY items.seq",
    received: "
        SELECT list.key AS place, ledger.content, ledger.job_id, ledger.seq, ledger.sent_at, ledger.state
        FROM json_each($1) AS list JOIN ledger ON ledger.mailing = $2 AND ledger.key = list.value->>0",
    earlier_mailings: "
        SELECT ledger.mailing, list.key AS place, max(ledger.content = list.value->>1) AS same,
            max(ledger.sent_at) AS sent_at
        FROM json_each($1) AS list JOIN ledger ON ledger.key = list.value->>0 AND ledger.sent_at >= $2
        GROUP BY ledger.mailing, list.key",
    // See `record_others`.
    correct_items: "
        INSERT INTO items (job_id, seq, message_no, state, label, ledger_key, content, payload)
        SELECT $1, value->>0, 0, 0, value->>1, value->>2, value->>3, value->>4 FROM json_each($2) WHERE true
        ON CONFLICT (job_id, seq) DO UPDATE SET state = 0, not_before = 0, finished_at = NULL, verdict = NULL,
            detail = '', effect = NULL, label = excluded.label, ledger_key = excluded.ledger_key,
            content = excluded.content, payload = excluded.payload",
    requeue_items: "
        UPDATE items SET state = 0, not_before = 0, finished_at = NULL, verdict = NULL
        WHERE job_id = $1 AND seq IN (SELECT value FROM json_each($2))",
    release: "
        UPDATE items SET state = 0, attempts = attempts - 1
        WHERE job_id = $1 AND state = 1 AND claimed_by = $3
          AND seq IN (SELECT value FROM json_each($2))
        RETURNING message_no",
    note_effect: "
        UPDATE items SET effect = $3 WHERE job_id = $1 AND state = 1 AND seq IN (SELECT value FROM json_each($2))",
    outcomes_after: "SELECT * FROM traces WHERE no > $1 AND job_id IS NOT NULL AND outcome IS NOT NULL
        AND outcome >= 2 ORDER BY no LIMIT $2",
    lock_account: "SELECT * FROM accounts WHERE id = $1",
    like: " LIKE $1 ESCAPE '\\'",
    json_group: "json_group_array",
    set: "json_each($1) AS list",
    unindexed: "+",
    uuid: "unhex({})",
    // There is one writer.
    for_update: "",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Db, sql::Row};

    /// Callers whose calls fail and who ask again at once do not keep a transaction open.
    #[tokio::test]
    async fn calls_that_fail_do_not_keep_others_from_their_commit() {
        let dir = tempfile::tempdir().unwrap();
        let db = Sqlite::open(&dir.path().join("vigie.db")).await.unwrap();
        let mut failing = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let db = db.clone();
            failing.spawn(async move {
                loop {
                    let refused: Result<()> = db
                        .write(|conn| {
                            Box::pin(async move { conn.execute("SELECT no FROM nowhere", &[]).await.map(drop) })
                        })
                        .await;
                    assert!(refused.is_err());
                }
            });
        }
        let written =
            db.write(|conn| Box::pin(async move { conn.execute("CREATE TABLE t (a INTEGER)", &[]).await.map(drop) }));
        tokio::time::timeout(Duration::from_secs(20), written).await.expect("its commit is reached").unwrap();
        failing.shutdown().await;
        db.close().await;
    }

    /// No statement of the engine's daily round reads a whole table of items or traces.
    #[tokio::test]
    async fn statements_find_their_rows_by_an_index() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
        let statements = [
            DIALECT.skip_already_sent,
            DIALECT.claim,
            DIALECT.claim_these,
            DIALECT.items_by_seq,
            DIALECT.record_succeeded,
            DIALECT.record_others,
            DIALECT.insert_ledger,
            DIALECT.forget_unknown,
            DIALECT.requeue_items,
            DIALECT.already_sent,
            DIALECT.correct_items,
            DIALECT.note_effect,
            DIALECT.outcomes_after,
            crate::workers::IN_FLIGHT_OF_ENDED,
            "SELECT * FROM items WHERE job_id = $1 AND state = 1 AND claimed_by IN (1) ORDER BY seq",
            "SELECT not_before FROM items WHERE job_id = $1 AND state = 0 ORDER BY not_before LIMIT 1",
            "SELECT * FROM items WHERE job_id = $1 AND seq > $2 AND verdict IS NOT NULL ORDER BY seq LIMIT $3",
            "UPDATE items SET state = 5 WHERE job_id = $1 AND state = 0",
            "UPDATE items SET state = 0 WHERE job_id = $1 AND verdict IS NOT NULL AND state = 3 AND attempts > 0",
            "SELECT coalesce(max(seq), 0) + 1, coalesce(max(seq), 0) + 1 FROM items WHERE job_id = $1",
            "SELECT no FROM traces WHERE job_id = $1 LIMIT $2",
            "SELECT * FROM traces WHERE job_id = $1 AND seq = $2 ORDER BY no DESC LIMIT $3",
        ];
        for statement in statements {
            let rows = db.rows(&format!("EXPLAIN QUERY PLAN {statement}"), &[]).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row: &Row| row.text("detail").unwrap()).collect();
            let scans = plan.iter().any(|step| step.starts_with("SCAN items") || step.starts_with("SCAN traces"));
            assert!(!scans, "{statement}\n{plan:#?}");
            if statement.contains("state = 0 AND not_before") {
                assert!(plan.iter().any(|step| step.contains("INDEX items_queued")), "{statement}\n{plan:#?}");
                let whole = |step: &String| step.contains("(job_id=?)") || step.contains("TEMP B-TREE");
                assert!(!plan.iter().any(whole), "{statement}\n{plan:#?}");
            }
        }
    }
}
