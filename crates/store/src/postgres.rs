//! The engine for many machines: rows are locked as they are claimed, and news travels by NOTIFY.

use crate::{
    Result,
    sql::{Conn, Dialect},
};
use futures_util::future::BoxFuture;
use sqlx::{
    AssertSqlSafe, Executor as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{str::FromStr, time::Duration};

#[derive(Clone)]
pub(crate) struct Postgres {
    pub(crate) pool: PgPool,
}

/// What the server is asked to put up with. A process may be stopped, or its machine be gone, in the middle of a
/// transaction that holds a job's row: all others wait for that row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// With who says nothing in a transaction. Shorter than a lease: nobody's items are settled meanwhile.
    pub(crate) idle: Duration,
    /// For a lock; longer than `idle`, so that whoever waits for a silent process outlasts it.
    pub(crate) lock: Duration,
    /// For a statement, those of searches over everything included.
    pub(crate) statement: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let (idle, lock, statement) = (Duration::from_secs(8), Duration::from_secs(12), Duration::from_secs(300));
        Self { idle, lock, statement }
    }
}

impl Patience {
    /// Keepalives find a machine that is gone without a word within half a minute.
    fn to_sql(self) -> String {
        let Self { idle, lock, statement } = self;
        format!(
            "SET idle_in_transaction_session_timeout = {}; SET lock_timeout = {}; SET statement_timeout = {};
             SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3",
            idle.as_millis(),
            lock.as_millis(),
            statement.as_millis()
        )
    }
}

/// For a transaction that takes as long as it takes, and waits for something besides the server: a copy, a migration.
pub(crate) const UNHURRIED: &str = "
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0";

impl Postgres {
    /// Connects to `url`, as `postgres://user@host/database`.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        Self::open_with(url, Patience::default()).await
    }

    pub(crate) async fn open_with(url: &str, patience: Patience) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name("vigie").statement_cache_capacity(200);
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(10))
            .idle_timeout(Duration::from_secs(300))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    connection.execute(sqlx::raw_sql(AssertSqlSafe(patience.to_sql()))).await?;
                    // Not every platform's server has it.
                    let bound = "SET tcp_user_timeout = 25000";
                    let _ = connection.execute(sqlx::raw_sql(bound)).await;
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }

    /// Runs `call` in a transaction of its own.
    pub(crate) async fn write<T, F>(&self, call: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut Conn<'_>) -> BoxFuture<'c, Result<T>> + Send,
    {
        let mut transaction = self.pool.begin().await?;
        let value = call(&mut Conn::Postgres(&mut transaction)).await?;
        transaction.commit().await?;
        Ok(value)
    }
}

// Rows are named by where they lie (`ctid`), found one by one by their key. Named by `job_id` and a list of `seq`, a job
// that the statistics do not know yet looks like a single row to the planner, which then reads all of it for every
// batch. Where a row lies does not change meanwhile: whoever writes a job's items has locked the job.
pub(crate) static DIALECT: Dialect = Dialect {
    enqueue: "
        INSERT INTO items (job_id, seq, message_no, state, ledger_key, label, verdict, detail, payload, content, finished_at)
        SELECT $1, (v->>0)::bigint, (v->>1)::bigint, (v->>2)::bigint, v->>3, v->>4, v->>5, v->>6, v->>7, v->>8, (v->>9)::bigint
        FROM jsonb_array_elements($2::text::jsonb) AS v",
    skip_already_sent: "
        UPDATE items SET state = 5, verdict = $4, finished_at = $5
        WHERE job_id = $1 AND state = 0 AND ledger_key IS NOT NULL AND seq BETWEEN $2 AND $3
          AND EXISTS (SELECT 1 FROM ledger WHERE mailing = $6 AND key = items.ledger_key AND state = $7
              AND ($8 = 1 OR content = items.content OR content = '' OR items.content = ''))",
    lock_job: "SELECT * FROM jobs WHERE id = $1 FOR UPDATE",
    // An array, so that the locking choice is made once, whatever the plan: more rows than the limit would be taken by a
    // plan that chose again for each row.
    claim: "
        UPDATE items SET state = 1, attempts = attempts + 1, claimed_by = $2, claimed_at = $3
        WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM (
                SELECT * FROM (SELECT ctid FROM items WHERE job_id = $1 AND state = 0 AND not_before BETWEEN 1 AND $3
                               ORDER BY not_before, seq LIMIT $4 FOR UPDATE SKIP LOCKED) AS again
                UNION ALL
                SELECT * FROM (SELECT ctid FROM items WHERE job_id = $1 AND state = 0 AND not_before BETWEEN 0 AND 0
                               ORDER BY not_before, seq LIMIT $4 FOR UPDATE SKIP LOCKED) AS fresh) AS due
            LIMIT $4))
          AND NOT EXISTS (SELECT 1 FROM workers WHERE token = $2 AND ended_at IS NOT NULL)
        RETURNING seq, message_no, attempts, label, effect, payload",
    claim_these: "
        UPDATE items SET state = 1, attempts = attempts + 1, claimed_by = $2, claimed_at = $3
        WHERE ctid = ANY(ARRAY(
            SELECT found.ctid FROM jsonb_array_elements_text($4::text::jsonb) AS list (v), LATERAL (
                SELECT ctid FROM items WHERE job_id = $1 AND seq = v::bigint AND state = 0 LIMIT 1) AS found))
          AND NOT EXISTS (SELECT 1 FROM workers WHERE token = $2 AND ended_at IS NOT NULL)
        RETURNING seq, message_no, attempts, label, effect, payload",
    items_by_seq: "
        SELECT found.* FROM jsonb_array_elements_text($2::text::jsonb) AS list (v), LATERAL (
            SELECT seq, state, attempts, claimed_by, finished_at FROM items WHERE job_id = $1 AND seq = v::bigint LIMIT 1) AS found",
    record_succeeded: "
        UPDATE items SET state = 2, verdict = NULL, detail = '', finished_at = $3
        WHERE ctid = ANY(ARRAY(
            SELECT found.ctid FROM jsonb_array_elements_text($2::text::jsonb) AS list (v), LATERAL (
                SELECT ctid FROM items WHERE job_id = $1 AND seq = v::bigint LIMIT 1) AS found))",
    record_others: "
        UPDATE items SET state = (v->>1)::bigint, not_before = (v->>2)::bigint, finished_at = (v->>3)::bigint,
                         verdict = v->>4, detail = v->>5
        FROM (SELECT found.ctid AS place, v FROM jsonb_array_elements($2::text::jsonb) AS list (v), LATERAL (
                  SELECT ctid FROM items WHERE job_id = $1 AND seq = (v->>0)::bigint LIMIT 1) AS found) AS outcome
        WHERE items.ctid = outcome.place",
    keep_uploads: "
        INSERT INTO job_blobs (job_id, sha256) SELECT $1, v FROM jsonb_array_elements_text($2::text::jsonb) AS list (v)
        ON CONFLICT (job_id, sha256) DO NOTHING",
    used_uploads: "
        WITH asked AS (SELECT v FROM jsonb_array_elements_text($1::text::jsonb) AS list (v))
        SELECT sha256 FROM job_blobs WHERE sha256 IN (SELECT v FROM asked)
        UNION SELECT sha256 FROM attachments WHERE sha256 IN (SELECT v FROM asked)
        UNION SELECT sha256 FROM upload_chunks WHERE sha256 IN (SELECT v FROM asked)
        UNION SELECT sha256 FROM artifacts WHERE sha256 IN (SELECT v FROM asked)",
    known_traces: "
        SELECT id FROM traces
        WHERE id IN (SELECT v::uuid FROM jsonb_array_elements_text($1::text::jsonb) AS list (v))",
    insert_traces: "
        INSERT INTO traces (no, id, job_id, seq, attempt, outcome, trace_name, file_name, application_name, flow_name,
                            comment, created_by, time_to_process, errors, verdict, created_at)
        SELECT $2 + place - 1, (v->>0)::uuid, (v->>1)::uuid, (v->>2)::bigint, (v->>3)::bigint, (v->>4)::bigint, v->>5, v->>6, v->>7,
               v->>8, v->>9, v->>10, (v->>11)::double precision, (v->>12)::bigint, v->>13, (v->>14)::bigint
        FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS list (v, place)
        ON CONFLICT (id) DO NOTHING",
    // In the order of the keys: two runs of one mailing must not wait for each other.
    insert_ledger: "
        INSERT INTO ledger (mailing, key, content, job_id, seq, sent_at, state)
        SELECT $3::text, ledger_key, content, job_id, min(seq), $4::bigint, $5::bigint FROM items
        WHERE ctid = ANY(ARRAY(
            SELECT found.ctid FROM jsonb_array_elements_text($2::text::jsonb) AS list (v), LATERAL (
                SELECT ctid FROM items WHERE job_id = $1 AND seq = v::bigint LIMIT 1) AS found))
          AND ledger_key IS NOT NULL
        GROUP BY ledger_key, content, job_id ORDER BY ledger_key, content
        ON CONFLICT (mailing, key, content) DO UPDATE SET state = excluded.state, sent_at = excluded.sent_at,
            job_id = excluded.job_id, seq = excluded.seq
            WHERE ledger.state = 4 AND excluded.state = 2",
    forget_unknown: "
        DELETE FROM ledger WHERE mailing = $3 AND state = 4 AND job_id = $1 AND (key, content) IN (
            SELECT ledger_key, content FROM items WHERE ctid = ANY(ARRAY(
            SELECT found.ctid FROM jsonb_array_elements_text($2::text::jsonb) AS list (v), LATERAL (
                SELECT ctid FROM items WHERE job_id = $1 AND seq = v::bigint LIMIT 1) AS found)))",
    already_sent: "
        SELECT items.seq, min(ledger.state) AS state
        FROM jsonb_array_elements_text($2::text::jsonb) AS list (v), LATERAL (
            SELECT seq, ledger_key, content FROM items WHERE job_id = $1 AND seq = v::bigint LIMIT 1) AS items
        JOIN ledger ON ledger.mailing = $3 AND ledger.key = items.ledger_key
        WHERE ($4 = 1 OR ledger.content = items.content OR ledger.content = '' OR items.content = '')
          AND (ledger.job_id IS NULL OR ledger.job_id <> $1)
        GROUP BY items.seq",
    received: "
        SELECT list.place - 1 AS place, ledger.content, ledger.job_id, ledger.seq, ledger.sent_at, ledger.state
        FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS list (v, place)
        JOIN ledger ON ledger.mailing = $2 AND ledger.key = v->>0",
    earlier_mailings: "
        SELECT ledger.mailing, list.place - 1 AS place,
            max(CASE WHEN ledger.content = v->>1 THEN 1::bigint ELSE 0::bigint END) AS same,
            max(ledger.sent_at) AS sent_at
        FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS list (v, place)
        JOIN ledger ON ledger.key = v->>0 AND ledger.sent_at >= $2
        GROUP BY ledger.mailing, list.place",
    correct_items: "
        UPDATE items SET state = 0, not_before = 0, finished_at = NULL, verdict = NULL, detail = '', effect = NULL,
            label = v->>1, ledger_key = v->>2, content = v->>3, payload = v->>4
        FROM (SELECT found.ctid AS place, v FROM jsonb_array_elements($2::text::jsonb) AS list (v), LATERAL (
                  SELECT ctid FROM items WHERE job_id = $1 AND seq = (v->>0)::bigint LIMIT 1) AS found) AS corrected
        WHERE items.ctid = corrected.place",
    requeue_items: "
        UPDATE items SET state = 0, not_before = 0, finished_at = NULL, verdict = NULL
        WHERE ctid = ANY(ARRAY(
            SELECT found.ctid FROM jsonb_array_elements_text($2::text::jsonb) AS list (v), LATERAL (
                SELECT ctid FROM items WHERE job_id = $1 AND seq = v::bigint LIMIT 1) AS found))",
    release: "
        UPDATE items SET state = 0, attempts = attempts - 1
        WHERE ctid = ANY(ARRAY(
            SELECT found.ctid FROM jsonb_array_elements_text($2::text::jsonb) AS list (v), LATERAL (
                SELECT ctid FROM items WHERE job_id = $1 AND seq = v::bigint AND state = 1 AND claimed_by = $3 LIMIT 1) AS found))
        RETURNING message_no",
    note_effect: "
        UPDATE items SET effect = $3
        WHERE ctid = ANY(ARRAY(
            SELECT found.ctid FROM jsonb_array_elements_text($2::text::jsonb) AS list (v), LATERAL (
                SELECT ctid FROM items WHERE job_id = $1 AND seq = v::bigint AND state = 1 LIMIT 1) AS found))",
    // Places are handed out before they are committed: stop before the oldest transaction that is still open.
    outcomes_after: "SELECT * FROM traces WHERE no > $1 AND job_id IS NOT NULL AND outcome IS NOT NULL
        AND outcome >= 2 AND written_in < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY no LIMIT $2",
    lock_account: "SELECT * FROM accounts WHERE id = $1 FOR UPDATE",
    like: " ILIKE $1 ESCAPE '\\'",
    json_group: "json_agg",
    set: "jsonb_array_elements($1::text::jsonb) AS list (value)",
    // Its statistics say when to walk; a column with a sign would not be held against the index.
    unindexed: "",
    uuid: "({})::uuid",
    for_update: " FOR UPDATE",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Db, Error, PostgresDb, sql::params};
    use std::{process::Command, sync::Arc, time::Instant};

    fn psql(url: &str, sql: &str) {
        let done = Command::new("psql").args(["-qX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]).output();
        let done = done.expect("psql, of PostgreSQL's client programs, is installed");
        assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
    }

    async fn open(url: &str, patience: Patience) -> Db {
        let postgres = Postgres::open_with(url, patience).await.unwrap();
        Db::Postgres(PostgresDb { postgres, announced: Arc::default() })
    }

    const LOCK: &str = "SELECT id FROM jobs WHERE id = $1 FOR UPDATE";

    /// A process that was stopped in a transaction lets the others go on, and learns of it when it is continued.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_holds_a_job_and_says_nothing_is_not_waited_for() {
        let Some(server) = std::env::var("VIGIE_TEST_POSTGRES").ok().filter(|url| !url.is_empty()) else { return };
        let name = format!("patience_{}", std::process::id());
        psql(&server, &format!("create database {name} template template0"));
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        Db::open_postgres(&url).await.unwrap().close().await;
        let id = uuid::Uuid::from_u128(1);
        let row = "insert into jobs (id, kind, name, state, on_unknown, application_name, flow_name, created_by,
                                     task_type, task_id, spec, created_at, updated_at)
                   values ('00000000-0000-0000-0000-000000000001', 'noop', 'n', 2, 0, '', '', '', '', '', '{}', 0, 0)";
        psql(&url, row);
        let patience = |idle, lock| Patience {
            idle: Duration::from_millis(idle),
            lock: Duration::from_millis(lock),
            ..Patience::default()
        };
        let stopped = open(&url, patience(700, 5_000)).await;
        let (held, holds) = tokio::sync::oneshot::channel();
        let (go_on, continued) = tokio::sync::oneshot::channel::<()>();
        let silent = tokio::spawn(async move {
            stopped
                .write(move |conn| {
                    Box::pin(async move {
                        conn.row(LOCK, params![id]).await?;
                        held.send(()).unwrap();
                        continued.await.unwrap();
                        conn.execute("UPDATE jobs SET name = 'stopped' WHERE id = $1", params![id]).await
                    })
                })
                .await
        });
        holds.await.unwrap();
        // One that has less patience is told that it may try again.
        let hasty = open(&url, patience(700, 50)).await;
        let error = hasty.write(move |conn| Box::pin(async move { conn.row(LOCK, params![id]).await.map(drop) })).await;
        let error: Error = error.unwrap_err();
        assert!(error.is_passing(), "{error}");
        let other = open(&url, Patience::default()).await;
        let begun = Instant::now();
        let sql = "UPDATE jobs SET name = 'other' WHERE id = $1";
        other.write(move |conn| Box::pin(async move { conn.execute(sql, params![id]).await })).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        go_on.send(()).unwrap();
        let error = silent.await.unwrap().unwrap_err();
        assert!(error.is_passing(), "it may try again: {error}");
        let row = other.row("SELECT name FROM jobs WHERE id = $1", params![id]).await.unwrap().unwrap();
        assert_eq!(row.text("name").unwrap(), "other");
        for db in [hasty, other] {
            db.close().await;
        }
        psql(&server, &format!("drop database {name} with (force)"));
    }
}
