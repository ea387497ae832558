//! Checks: what is watched, what was heard of it, and when it was down. What a check expects and how it stands is for the crate
//! `checks`; here both are JSON beside a state.

use crate::{
    Db, Result,
    sql::{Conn, Row, params},
};
use model::{CheckState, Timestamp};
use uuid::Uuid;

/// Checks of one installation.
pub const CHECKS_MAX: u32 = 20_000;
/// What is kept of each: the last that were heard, and what the last of those said.
const PINGS_KEPT: i64 = 100;
const BODIES_KEPT: i64 = 20;

/// A check as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheck {
    pub id: Uuid,
    /// Whoever knows it may call.
    pub key: Uuid,
    /// One of a kind.
    pub slug: String,
    /// JSON.
    pub spec: String,
    /// JSON.
    pub facts: String,
    pub state: CheckState,
    pub since: Timestamp,
    pub look_at: Option<Timestamp>,
    /// How many were heard of it.
    pub pings: u64,
    pub created_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// By what a check is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckName {
    Id(Uuid),
    Key(Uuid),
    Slug(String),
}

/// What becomes of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckChange {
    /// None: it stays as it is.
    pub spec: Option<(String, String)>,
    pub facts: String,
    pub state: CheckState,
    pub since: Timestamp,
    pub look_at: Option<Timestamp>,
    /// Why it is down (JSON), for the list of its outages.
    pub why: String,
    pub ping: Option<NewPing>,
}

/// Something that was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPing {
    pub at: Timestamp,
    pub kind: String,
    pub run: Option<Uuid>,
    pub took_ms: Option<u64>,
    /// From which address, or by what.
    pub source: String,
    pub body: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StoredPing {
    pub no: i64,
    pub ping: NewPing,
}

/// A time in which a check was down or paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOutage {
    pub check: Uuid,
    pub state: CheckState,
    pub began_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// JSON.
    pub why: String,
}

impl Db {
    /// By slug.
    pub async fn checks(&self) -> Result<Vec<StoredCheck>> {
        let rows = self.rows("SELECT * FROM checks ORDER BY slug LIMIT $1", params![i64::from(CHECKS_MAX)]).await?;
        rows.iter().map(check_from).collect()
    }

    pub async fn check(&self, name: &CheckName) -> Result<Option<StoredCheck>> {
        let row = match name {
            CheckName::Id(id) => self.row("SELECT * FROM checks WHERE id = $1", params![*id]).await?,
            CheckName::Key(key) => self.row("SELECT * FROM checks WHERE key = $1", params![*key]).await?,
            CheckName::Slug(slug) => self.row("SELECT * FROM checks WHERE slug = $1", params![slug]).await?,
        };
        row.map(|row| check_from(&row)).transpose()
    }

    /// Those that are late or down.
    pub async fn checks_in_trouble(&self, limit: u32) -> Result<Vec<StoredCheck>> {
        let sql = "SELECT * FROM checks WHERE state IN (2, 3) ORDER BY state DESC, id LIMIT $1";
        self.rows(sql, params![i64::from(limit)]).await?.iter().map(check_from).collect()
    }

    /// Those to look at by `now`, the longest due first.
    pub async fn checks_to_look_at(&self, now: Timestamp, limit: u32) -> Result<Vec<StoredCheck>> {
        let sql = "SELECT * FROM checks WHERE look_at IS NOT NULL AND look_at <= $1 ORDER BY look_at LIMIT $2";
        self.rows(sql, params![now, i64::from(limit)]).await?.iter().map(check_from).collect()
    }

    /// Makes a check. `false`: another has that slug, or there are [`CHECKS_MAX`] already.
    pub async fn create_check(&self, check: StoredCheck) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO checks (id, key, slug, spec, facts, state, since, look_at, pings, created_by,
                                               created_at, updated_at)
                           SELECT $1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $10
                           WHERE (SELECT count(*) FROM checks) < $11
                           ON CONFLICT (slug) DO NOTHING";
                let StoredCheck { id, key, slug, spec, facts, state, since, look_at, created_by, created_at, .. } =
                    check;
                let max = i64::from(CHECKS_MAX);
                let values =
                    params![id, key, slug, spec, facts, state as i64, since, look_at, created_by, created_at, max];
                Ok(conn.execute(sql, values).await? > 0)
            })
        })
        .await
    }

    /// Changes a check by what `change` makes of it as it is: nobody else changes it meanwhile. When it goes down or is paused
    /// and when that ends is noted with it. `None`: there is none of that name, or `change` wants nothing.
    pub async fn change_check<C>(&self, name: CheckName, now: Timestamp, change: C) -> Result<Option<StoredCheck>>
    where
        C: FnOnce(&StoredCheck) -> Option<CheckChange> + Send + 'static,
    {
        self.write(move |conn| {
            Box::pin(async move {
                let Some(before) = locked(conn, &name).await? else { return Ok(None) };
                let Some(change) = change(&before) else { return Ok(None) };
                apply(conn, before, change, now).await.map(Some)
            })
        })
        .await
    }

    /// Whether there was one of that id. All that was heard of it goes with it.
    pub async fn delete_check(&self, id: Uuid) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                conn.execute("DELETE FROM check_pings WHERE check_id = $1", params![id]).await?;
                conn.execute("DELETE FROM check_outages WHERE check_id = $1", params![id]).await?;
                Ok(conn.execute("DELETE FROM checks WHERE id = $1", params![id]).await? > 0)
            })
        })
        .await
    }

    /// What was heard of a check, the newest first.
    pub async fn pings_of_check(&self, id: Uuid, limit: u32) -> Result<Vec<StoredPing>> {
        let sql = "SELECT * FROM check_pings WHERE check_id = $1 ORDER BY no DESC LIMIT $2";
        self.rows(sql, params![id, i64::from(limit)]).await?.iter().map(ping_from).collect()
    }

    /// Outages of a check, or of all, that had not ended by `since`, the newest first.
    pub async fn check_outages(&self, id: Option<Uuid>, since: Timestamp) -> Result<Vec<StoredOutage>> {
        let sql = "SELECT * FROM check_outages WHERE ended_at IS NULL OR ended_at > $1 ORDER BY began_at DESC";
        let of_one = "SELECT * FROM check_outages WHERE check_id = $2 AND (ended_at IS NULL OR ended_at > $1)
                      ORDER BY began_at DESC";
        let rows = match id {
            None => self.rows(sql, params![since]).await?,
            Some(id) => self.rows(of_one, params![since, id]).await?,
        };
        rows.iter().map(outage_from).collect()
    }

    /// Forgets outages that ended before then. Returns how many.
    pub async fn forget_check_outages(&self, before: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(
                async move { conn.execute("DELETE FROM check_outages WHERE ended_at < $1", params![before]).await },
            )
        })
        .await
    }
}

async fn locked(conn: &mut Conn<'_>, name: &CheckName) -> Result<Option<StoredCheck>> {
    let lock = conn.dialect().for_update;
    let by = |column: &str| format!("SELECT * FROM checks WHERE {column} = $1 {lock}");
    let row = match name {
        CheckName::Id(id) => conn.row(&by("id"), params![*id]).await?,
        CheckName::Key(key) => conn.row(&by("key"), params![*key]).await?,
        CheckName::Slug(slug) => conn.row(&by("slug"), params![slug]).await?,
    };
    row.map(|row| check_from(&row)).transpose()
}

async fn apply(conn: &mut Conn<'_>, before: StoredCheck, change: CheckChange, now: Timestamp) -> Result<StoredCheck> {
    let CheckChange { spec, facts, state, since, look_at, why, ping } = change;
    if before.state != state {
        note_outage(conn, before.id, state, since.max(before.created_at), why, now).await?;
    }
    let since = if before.state == state { before.since } else { since };
    let pings = before.pings + u64::from(ping.is_some());
    let (slug, spec, updated_at) = match spec {
        Some((slug, spec)) => (slug, spec, now),
        None => (before.slug, before.spec, before.updated_at),
    };
    let sql = "UPDATE checks SET slug = $2, spec = $3, facts = $4, state = $5, since = $6, look_at = $7, pings = $8,
                   updated_at = $9
               WHERE id = $1";
    let values = params![before.id, &slug, &spec, &facts, state as i64, since, look_at, count(pings), updated_at];
    conn.execute(sql, values).await?;
    if let Some(ping) = ping {
        add_ping(conn, before.id, pings, ping).await?;
    }
    Ok(StoredCheck { slug, spec, facts, state, since, look_at, pings, updated_at, ..before })
}

/// What it was is over, and what it is now begins, where either is to be remembered.
async fn note_outage(
    conn: &mut Conn<'_>,
    id: Uuid,
    state: CheckState,
    since: Timestamp,
    why: String,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE check_outages SET ended_at = $2 WHERE check_id = $1 AND ended_at IS NULL";
    conn.execute(sql, params![id, now]).await?;
    if !matches!(state, CheckState::Down | CheckState::Paused) {
        return Ok(());
    }
    let sql = "INSERT INTO check_outages (check_id, began_at, state, ended_at, why) VALUES ($1, $2, $3, NULL, $4)
               ON CONFLICT (check_id, began_at, state) DO UPDATE SET ended_at = NULL, why = excluded.why";
    conn.execute(sql, params![id, since.min(now), state as i64, why]).await.map(drop)
}

async fn add_ping(conn: &mut Conn<'_>, id: Uuid, no: u64, ping: NewPing) -> Result<()> {
    let NewPing { at, kind, run, took_ms, source, body } = ping;
    let (no, took_ms) = (count(no), took_ms.map(count));
    let sql = "INSERT INTO check_pings (check_id, no, at, kind, run, took_ms, source, body)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    conn.execute(sql, params![id, no, at, kind, run, took_ms, source, body]).await?;
    let sql = "DELETE FROM check_pings WHERE check_id = $1 AND no <= $2";
    conn.execute(sql, params![id, no - PINGS_KEPT]).await?;
    let sql = "UPDATE check_pings SET body = '' WHERE check_id = $1 AND no = $2";
    conn.execute(sql, params![id, no - BODIES_KEPT]).await.map(drop)
}

fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn check_from(row: &Row) -> Result<StoredCheck> {
    Ok(StoredCheck {
        id: row.id("id")?,
        key: row.id("key")?,
        slug: row.text("slug")?,
        spec: row.text("spec")?,
        facts: row.text("facts")?,
        state: row.state("state", CheckState::from_code)?,
        since: row.time("since")?,
        look_at: row.opt_time("look_at")?,
        pings: row.count("pings")?,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn ping_from(row: &Row) -> Result<StoredPing> {
    let ping = NewPing {
        at: row.time("at")?,
        kind: row.text("kind")?,
        run: row.opt_id("run")?,
        took_ms: row.opt_int("took_ms")?.and_then(|ms| u64::try_from(ms).ok()),
        source: row.text("source")?,
        body: row.text("body")?,
    };
    Ok(StoredPing { no: row.int("no")?, ping })
}

fn outage_from(row: &Row) -> Result<StoredOutage> {
    Ok(StoredOutage {
        check: row.id("check_id")?,
        state: row.state("state", CheckState::from_code)?,
        began_at: row.time("began_at")?,
        ended_at: row.opt_time("ended_at")?,
        why: row.text("why")?,
    })
}
