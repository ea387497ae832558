//! Accounts: where mail leaves from, what that allows, and how much of it is left.

use crate::{
    Db, Reason, Result,
    sql::{Conn, Row, params},
};
use model::{
    AccountId, Timestamp,
    pace::{self, Limits, PaceState, Usage},
};

#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    /// Without any secret.
    pub url: String,
    /// Sealed by the caller; the store never sees the plain text.
    pub secret: Option<Vec<u8>>,
    pub limits: Limits,
    pub pause: Option<AccountPause>,
}

/// Nothing is claimed for the account meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPause {
    /// `None`: until a person resumes.
    pub until: Option<Timestamp>,
    pub reason: Reason,
}

/// What becomes of the limits of an account that is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limiting {
    Replace,
    Keep,
}

/// The reason of a job that waits for a limit of 24 hours.
pub const DAILY_LIMIT: &str = "daily_limit";
/// A pause without an end, as it is kept.
const FOR_EVER: i64 = i64::MAX;

impl Db {
    /// Makes the account of that name, or changes its URL, limits and (when one is given) its secret. What has been
    /// spent is kept. A new secret ends a pause without an end, as one for want of a good secret is; a pause until some
    /// time, as for a spent quota, stands. Jobs that wait for a daily limit are due at once where limits change: their next
    /// claim is held against the new ones.
    pub async fn save_account(&self, account: Account, now: Timestamp) -> Result<Account> {
        self.write_account(account, Limiting::Replace, now).await
    }

    /// The same by somebody who sends and does not administer it: an account that is there keeps its limits, and
    /// those of `account` are for a new one only.
    pub async fn use_account(&self, account: Account, now: Timestamp) -> Result<Account> {
        self.write_account(account, Limiting::Keep, now).await
    }

    async fn write_account(&self, account: Account, limiting: Limiting, now: Timestamp) -> Result<Account> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "
                    INSERT INTO accounts (id, name, url, secret, limits, pace, created_at, updated_at)
                    VALUES ($1, $2, $3, $4, $5, '{}', $6, $6)
                    ON CONFLICT (name) DO UPDATE SET url = excluded.url,
                        limits = CASE WHEN $8 = 1 THEN accounts.limits ELSE excluded.limits END,
                        secret = coalesce(excluded.secret, accounts.secret), updated_at = excluded.updated_at,
                        paused_until = CASE WHEN excluded.secret IS NULL OR accounts.paused_until < $7
                                            THEN accounts.paused_until END,
                        pause = CASE WHEN excluded.secret IS NULL OR accounts.paused_until < $7 THEN accounts.pause END
                    RETURNING *";
                let limits = serde_json::to_string(&account.limits).unwrap_or_default();
                let keep = i64::from(limiting == Limiting::Keep);
                let (name, url, secret) = (&account.name, &account.url, account.secret.clone());
                if limiting == Limiting::Replace {
                    release_waiting(conn, name, &account.limits, now).await?;
                }
                let values = params![account.id, name, url, secret, limits, now, FOR_EVER, keep];
                let row = conn.row(sql, values).await?;
                row.map_or(Ok(account), |row| account_from(&row))
            })
        })
        .await
    }

    pub async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        let row = self.row("SELECT * FROM accounts WHERE id = $1", params![id]).await?;
        row.map(|row| account_from(&row)).transpose()
    }

    pub async fn account_named(&self, name: &str) -> Result<Option<Account>> {
        let row = self.row("SELECT * FROM accounts WHERE name = $1", params![name]).await?;
        row.map(|row| account_from(&row)).transpose()
    }

    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows = self.rows("SELECT * FROM accounts ORDER BY name", &[]).await?;
        rows.iter().map(account_from).collect()
    }

    /// Pauses everything that uses the account, or keeps the longer of two pauses.
    pub async fn pause_account(&self, id: AccountId, pause: AccountPause, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let until = pause.until.map_or(FOR_EVER, Timestamp::as_micros);
                let sql = "UPDATE accounts SET paused_until = $2, pause = $3, updated_at = $4
                           WHERE id = $1 AND (paused_until IS NULL OR paused_until < $2)";
                conn.execute(sql, params![id, until, pause.reason.to_json(), now]).await.map(drop)
            })
        })
        .await
    }

    pub async fn resume_account(&self, id: AccountId, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE accounts SET paused_until = NULL, pause = NULL, updated_at = $2 WHERE id = $1";
                conn.execute(sql, params![id, now]).await.map(drop)
            })
        })
        .await
    }

    /// (messages, recipients) of the last 24 hours, as they count against the rolling limits.
    pub async fn used_in_a_day(&self, id: AccountId, now: Timestamp) -> Result<(u64, u64)> {
        let sql = "SELECT CAST(coalesce(sum(messages), 0) AS BIGINT) AS messages,
                          CAST(coalesce(sum(recipients), 0) AS BIGINT) AS recipients
                   FROM account_usage WHERE account_id = $1 AND window_start > $2";
        let row = self.row(sql, params![id, pace::horizon(now)]).await?;
        row.map_or(Ok((0, 0)), |row| Ok((row.count("messages")?, row.count("recipients")?)))
    }
}

/// An account as a claim sees it, locked until the end of the transaction.
pub(crate) struct Paced {
    pub(crate) id: AccountId,
    pub(crate) limits: Limits,
    pub(crate) pace: PaceState,
    pub(crate) pause: Option<AccountPause>,
    pub(crate) day: Vec<Usage>,
}

/// `daily`: the last day is read although no limit of the account asks for it.
pub(crate) async fn lock(conn: &mut Conn<'_>, id: AccountId, daily: bool, now: Timestamp) -> Result<Option<Paced>> {
    let sql = conn.dialect().lock_account;
    let Some(row) = conn.row(sql, params![id]).await? else { return Ok(None) };
    let limits: Limits = row.json("limits")?;
    let day = if daily || limits.is_daily() { windows(conn, id, now).await? } else { Vec::new() };
    Ok(Some(Paced { id, limits, pace: row.json("pace")?, pause: pause_from(&row)?, day }))
}

/// Where the limits of the account change, the jobs that wait for a daily one are due. Before the account is written:
/// everybody locks jobs first.
async fn release_waiting(conn: &mut Conn<'_>, name: &str, limits: &Limits, now: Timestamp) -> Result<()> {
    let Some(row) = conn.row("SELECT id, limits FROM accounts WHERE name = $1", params![name]).await? else {
        return Ok(());
    };
    if row.json::<Limits>("limits")? == *limits {
        return Ok(());
    }
    let waiting = format!("{{\"code\":\"{DAILY_LIMIT}\"%");
    let sql = "UPDATE jobs SET resumes_at = $2, version = version + 1, updated_at = $2
               WHERE state = 3 AND account_id = $1 AND resumes_at > $2 AND reason LIKE $3";
    conn.execute(sql, params![AccountId::from(row.id("id")?), now, waiting]).await.map(drop)
}

/// Ends a pause that only a person ends; returns the account, when it had one.
pub(crate) async fn end_lasting_pause(conn: &mut Conn<'_>, id: AccountId, now: Timestamp) -> Result<Option<Account>> {
    let sql = "UPDATE accounts SET paused_until = NULL, pause = NULL, updated_at = $2
               WHERE id = $1 AND paused_until = $3 RETURNING *";
    let row = conn.row(sql, params![id, now, FOR_EVER]).await?;
    row.map(|row| account_from(&row)).transpose()
}

async fn windows(conn: &mut Conn<'_>, id: AccountId, now: Timestamp) -> Result<Vec<Usage>> {
    let sql =
        "SELECT window_start, messages, recipients FROM account_usage WHERE account_id = $1 AND window_start > $2";
    let rows = conn.rows(sql, params![id, pace::horizon(now)]).await?;
    let usage = |row: &Row| {
        let (messages, recipients) = (row.count("messages")?, row.count("recipients")?);
        Ok(Usage { window: row.time("window_start")?, messages, recipients })
    };
    rows.iter().map(usage).collect()
}

pub(crate) async fn save_pace(conn: &mut Conn<'_>, paced: &Paced) -> Result<()> {
    let state = serde_json::to_string(&paced.pace).unwrap_or_default();
    conn.execute("UPDATE accounts SET pace = $2 WHERE id = $1", params![paced.id, state]).await.map(drop)
}

pub(crate) async fn add_usage(
    conn: &mut Conn<'_>,
    id: AccountId,
    now: Timestamp,
    messages: u64,
    recipients: u64,
) -> Result<()> {
    let sql = "INSERT INTO account_usage (account_id, window_start, messages, recipients) VALUES ($1, $2, $3, $4)
               ON CONFLICT (account_id, window_start) DO UPDATE SET
                   messages = account_usage.messages + excluded.messages,
                   recipients = account_usage.recipients + excluded.recipients";
    conn.execute(sql, params![id, pace::window_of(now), messages, recipients]).await.map(drop)
}

fn pause_from(row: &Row) -> Result<Option<AccountPause>> {
    let Some(until) = row.opt_int("paused_until")? else { return Ok(None) };
    let reason = row.opt_text("pause")?.and_then(|json| serde_json::from_str(&json).ok());
    Ok(Some(AccountPause {
        until: (until != FOR_EVER).then(|| Timestamp::from_micros(until)),
        reason: reason.unwrap_or_else(|| Reason::new("paused", "")),
    }))
}

fn account_from(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.id("id")?.into(),
        name: row.text("name")?,
        url: row.text("url")?,
        secret: row.opt_bytes("secret")?,
        limits: row.json("limits")?,
        pause: pause_from(row)?,
    })
}
