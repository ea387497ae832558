//! Pairs of DHIS2 instances that are kept equal: what is configured, its runs and plans, and which objects were equal
//! when. Uids, hashes and codes; never a value.

use crate::{
    Db, Result,
    sql::{Row, params},
};
use model::{JobId, Timestamp};
use std::collections::HashMap;
use uuid::Uuid;

/// Configurations that there may be.
pub const SYNCS_MAX: i64 = 100;
/// Plans that are kept of a configuration.
const PLANS_KEPT: i64 = 10;
/// Rows of one statement.
const AT_ONCE: usize = 500;

/// A configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sync {
    pub number: i64,
    pub name: String,
    /// As the crate `dhis2` has it: JSON.
    pub settings: String,
    /// Sealed by the caller.
    pub source_secret: Option<Vec<u8>>,
    pub target_secret: Option<Vec<u8>>,
    /// What has to survive a restart: JSON.
    pub state: String,
    /// Since when it runs by itself.
    pub started_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One run of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncRun {
    pub id: Uuid,
    pub sync: i64,
    pub phase: String,
    /// What is known so far: JSON.
    pub data: String,
    pub job: Option<JobId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncPlan {
    pub id: Uuid,
    pub sync: i64,
    /// JSON: counts, and each object that is not equal.
    pub content: String,
    pub created_at: Timestamp,
}

/// How an object stands in the ledger of two instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncedObject {
    pub kind: String,
    pub uid: String,
    pub hash: String,
    /// Why it could not be written; `None` where both sides were equal.
    pub problem: Option<String>,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncLedgerRow {
    pub object: SyncedObject,
    pub noted_at: Timestamp,
}

/// Which lines of the ledger are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncLedgerAsk {
    pub only: SyncedOnly,
    /// A type; empty for all.
    pub kind: String,
    /// How a uid begins, in letters and digits.
    pub uid: String,
    /// The last line of the page before: whether it was of what could not be written, its type and its uid.
    pub after: Option<(SyncedOnly, String, String)>,
    pub limit: u32,
}

impl Db {
    /// Makes the configuration of that name, or changes it; secrets that are not given stay. `None`: there are
    /// [`SYNCS_MAX`].
    pub async fn save_sync(
        &self,
        (name, settings): (String, String),
        (source, target): (Option<Vec<u8>>, Option<Vec<u8>>),
        now: Timestamp,
    ) -> Result<Option<Sync>> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO dhis2_syncs (number, name, settings, source_secret, target_secret, state, created_at, updated_at)
                           SELECT (SELECT coalesce(max(number), 0) + 1 FROM dhis2_syncs), $1, $2, $3, $4, '{}', $5, $5
                           WHERE (SELECT count(*) FROM dhis2_syncs WHERE name <> $1) < $6
                           ON CONFLICT (name) DO UPDATE SET settings = excluded.settings,
                               source_secret = coalesce(excluded.source_secret, dhis2_syncs.source_secret),
                               target_secret = coalesce(excluded.target_secret, dhis2_syncs.target_secret),
                               updated_at = excluded.updated_at
                           RETURNING *";
                let row = conn.row(sql, params![name, settings, source, target, now, SYNCS_MAX]).await?;
                row.map(|row| sync_from(&row)).transpose()
            })
        })
        .await
    }

    pub async fn syncs(&self) -> Result<Vec<Sync>> {
        self.rows("SELECT * FROM dhis2_syncs ORDER BY number", &[]).await?.iter().map(sync_from).collect()
    }

    /// `None` for `started_at`: it no longer runs by itself.
    pub async fn start_sync(&self, number: i64, started_at: Option<Timestamp>) -> Result<()> {
        let sql = "UPDATE dhis2_syncs SET started_at = $2 WHERE number = $1";
        self.write(move |conn| Box::pin(async move { conn.execute(sql, params![number, started_at]).await.map(drop) }))
            .await
    }

    pub async fn save_sync_state(&self, number: i64, state: String) -> Result<()> {
        let sql = "UPDATE dhis2_syncs SET state = $2 WHERE number = $1";
        self.write(move |conn| Box::pin(async move { conn.execute(sql, params![number, state]).await.map(drop) })).await
    }

    /// `false`: one of the configuration is not over yet, and none was made.
    pub async fn create_sync_run(&self, run: SyncRun) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO dhis2_runs (id, sync, phase, data, job_id, created_at, updated_at)
                           SELECT $1, $2, $3, $4, $5, $6, $6
                           WHERE NOT EXISTS (SELECT 1 FROM dhis2_runs WHERE sync = $2 AND finished_at IS NULL)
                           ON CONFLICT DO NOTHING";
                let values = params![run.id, run.sync, run.phase, run.data, run.job, run.created_at];
                Ok(conn.execute(sql, values).await? > 0)
            })
        })
        .await
    }

    pub async fn save_sync_run(&self, run: SyncRun) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE dhis2_runs SET phase = $2, data = $3, job_id = $4, updated_at = $5, finished_at = $6
                           WHERE id = $1 AND finished_at IS NULL";
                let values = params![run.id, run.phase, run.data, run.job, run.updated_at, run.finished_at];
                conn.execute(sql, values).await.map(drop)
            })
        })
        .await
    }

    pub async fn open_sync_runs(&self) -> Result<Vec<SyncRun>> {
        let sql = "SELECT * FROM dhis2_runs WHERE finished_at IS NULL ORDER BY created_at";
        self.rows(sql, &[]).await?.iter().map(run_from).collect()
    }

    /// The newest first.
    pub async fn sync_runs(&self, sync: i64, limit: u32) -> Result<Vec<SyncRun>> {
        let sql = "SELECT * FROM dhis2_runs WHERE sync = $1 ORDER BY created_at DESC, id LIMIT $2";
        self.rows(sql, params![sync, i64::from(limit)]).await?.iter().map(run_from).collect()
    }

    pub async fn sync_run(&self, id: Uuid) -> Result<Option<SyncRun>> {
        self.row("SELECT * FROM dhis2_runs WHERE id = $1", params![id]).await?.map(|row| run_from(&row)).transpose()
    }

    /// Keeps a plan, and lets go of older ones.
    pub async fn save_sync_plan(&self, plan: SyncPlan) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO dhis2_plans (id, sync, content, created_at) VALUES ($1, $2, $3, $4)";
                conn.execute(sql, params![plan.id, plan.sync, plan.content, plan.created_at]).await?;
                let sql = "DELETE FROM dhis2_plans WHERE sync = $1 AND id NOT IN
                           (SELECT id FROM dhis2_plans WHERE sync = $1 ORDER BY created_at DESC, id LIMIT $2)";
                conn.execute(sql, params![plan.sync, PLANS_KEPT]).await.map(drop)
            })
        })
        .await
    }

    pub async fn sync_plan(&self, id: Uuid) -> Result<Option<SyncPlan>> {
        let row = self.row("SELECT * FROM dhis2_plans WHERE id = $1", params![id]).await?;
        row.map(|row| plan_from(&row)).transpose()
    }

    /// How these objects stand from now on. The hash of one that could not be written stays what it was.
    pub async fn note_synced(&self, pair: String, rows: Vec<SyncedObject>, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                for some in rows.chunks(AT_ONCE) {
                    let sql = "INSERT INTO dhis2_ledger (pair, kind, uid, hash, problem, noted_at) VALUES ";
                    let places = (0..some.len()).map(|at| {
                        let at = 2 + 4 * at;
                        format!("($1, ${}, ${}, ${}, ${}, $2)", at + 1, at + 2, at + 3, at + 4)
                    });
                    let kept = " ON CONFLICT (pair, kind, uid) DO UPDATE SET noted_at = excluded.noted_at, problem = excluded.problem,
                        hash = CASE WHEN excluded.problem IS NULL THEN excluded.hash ELSE dhis2_ledger.hash END";
                    let sql = format!("{sql}{}{kept}", places.collect::<Vec<_>>().join(", "));
                    let mut values = params![&pair, now].to_vec();
                    for row in some {
                        let hash = if row.problem.is_none() { row.hash.as_str() } else { "" };
                        values.extend_from_slice(params![&row.kind, &row.uid, hash, row.problem.clone()]);
                    }
                    conn.execute(&sql, &values).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// The hash of each object of a type when both sides were last equal.
    pub async fn synced(&self, pair: &str, kind: &str) -> Result<HashMap<String, String>> {
        let sql = "SELECT uid, hash FROM dhis2_ledger WHERE pair = $1 AND kind = $2 AND hash <> ''";
        let rows = self.rows(sql, params![pair, kind]).await?;
        rows.iter().map(|row| Ok((row.text("uid")?, row.text("hash")?))).collect()
    }

    /// What could not be written first, then by type and uid.
    pub async fn sync_ledger(&self, pair: &str, ask: &SyncLedgerAsk) -> Result<Vec<SyncLedgerRow>> {
        let sql = "SELECT kind, uid, hash, problem, noted_at FROM
                   (SELECT *, CASE WHEN problem IS NULL THEN 1 ELSE 0 END AS rank FROM dhis2_ledger WHERE pair = $1) AS ranked
                   WHERE (rank, kind, uid) > ($2, $3, $4) AND ($5 = 0 OR rank = 0) AND ($6 = '' OR kind = $6)
                   AND ($7 = '' OR uid LIKE $7) ORDER BY rank, kind, uid LIMIT $8";
        let (rank, kind, uid) = match &ask.after {
            None => (-1, "", ""),
            Some((SyncedOnly::Failed, kind, uid)) => (0, kind.as_str(), uid.as_str()),
            Some((SyncedOnly::All, kind, uid)) => (1, kind.as_str(), uid.as_str()),
        };
        let failed = i64::from(ask.only == SyncedOnly::Failed);
        let begins: String = ask.uid.chars().filter(char::is_ascii_alphanumeric).collect();
        let begins = if begins.is_empty() { begins } else { format!("{begins}%") };
        let values = params![pair, i64::from(rank), kind, uid, failed, &ask.kind, begins, i64::from(ask.limit)];
        self.rows(sql, values).await?.iter().map(ledger_from).collect()
    }

    /// How many objects there are in the ledger, and how many of them could not be written.
    pub async fn count_sync_ledger(&self, pair: &str) -> Result<(u64, u64)> {
        let sql = "SELECT count(*) AS total, count(problem) AS failed FROM dhis2_ledger WHERE pair = $1";
        let row = self.row(sql, params![pair]).await?;
        let count = |name| row.as_ref().map_or(Ok(0), |row| row.int(name)).map(i64::unsigned_abs);
        Ok((count("total")?, count("failed")?))
    }

    /// These objects are on neither side any more.
    pub async fn forget_synced(&self, pair: String, rows: Vec<(String, String)>) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                for (kind, uid) in rows {
                    let sql = "DELETE FROM dhis2_ledger WHERE pair = $1 AND kind = $2 AND uid = $3";
                    conn.execute(sql, params![&pair, kind, uid]).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// What the values of a data set were when both sides were last equal, by unit.
    pub async fn synced_values(&self, pair: &str, set: &str) -> Result<Vec<(String, Vec<u8>)>> {
        let sql = "SELECT unit, hashes FROM dhis2_values WHERE pair = $1 AND data_set = $2";
        let rows = self.rows(sql, params![pair, set]).await?;
        rows.iter().map(|row| Ok((row.text("unit")?, row.bytes("hashes")?))).collect()
    }

    /// What they are from now on, by unit; of a unit without any, nothing is kept.
    pub async fn note_synced_values(&self, (pair, set): (String, String), units: Vec<(String, Vec<u8>)>) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                for (unit, hashes) in units {
                    let sql = match hashes.is_empty() {
                        true => "DELETE FROM dhis2_values WHERE pair = $1 AND data_set = $2 AND unit = $3",
                        false => {
                            "INSERT INTO dhis2_values (pair, data_set, unit, hashes) VALUES ($1, $2, $3, $4)
                                  ON CONFLICT (pair, data_set, unit) DO UPDATE SET hashes = excluded.hashes"
                        }
                    };
                    match hashes.is_empty() {
                        true => conn.execute(sql, params![&pair, &set, unit]).await?,
                        false => conn.execute(sql, params![&pair, &set, unit, hashes]).await?,
                    };
                }
                Ok(())
            })
        })
        .await
    }

    /// The plans that are kept of a configuration, the newest first.
    pub async fn sync_plans(&self, sync: i64) -> Result<Vec<SyncPlan>> {
        let sql = "SELECT * FROM dhis2_plans WHERE sync = $1 ORDER BY created_at DESC, id";
        self.rows(sql, params![sync]).await?.iter().map(plan_from).collect()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyncedOnly {
    #[default]
    All,
    Failed,
}

fn ledger_from(row: &Row) -> Result<SyncLedgerRow> {
    let (kind, uid, hash) = (row.text("kind")?, row.text("uid")?, row.text("hash")?);
    let object = SyncedObject { kind, uid, hash, problem: row.opt_text("problem")? };
    Ok(SyncLedgerRow { object, noted_at: row.time("noted_at")? })
}

fn sync_from(row: &Row) -> Result<Sync> {
    Ok(Sync {
        number: row.int("number")?,
        name: row.text("name")?,
        settings: row.text("settings")?,
        source_secret: row.opt_bytes("source_secret")?,
        target_secret: row.opt_bytes("target_secret")?,
        state: row.text("state")?,
        started_at: row.opt_time("started_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn run_from(row: &Row) -> Result<SyncRun> {
    Ok(SyncRun {
        id: row.id("id")?,
        sync: row.int("sync")?,
        phase: row.text("phase")?,
        data: row.text("data")?,
        job: row.opt_id("job_id")?.map(JobId::from),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        finished_at: row.opt_time("finished_at")?,
    })
}

fn plan_from(row: &Row) -> Result<SyncPlan> {
    Ok(SyncPlan {
        id: row.id("id")?,
        sync: row.int("sync")?,
        content: row.text("content")?,
        created_at: row.time("created_at")?,
    })
}
