//! What has been sent under a mailing's name, so that the next run of that name sends only the rest, and so that a list
//! that was sent before is recognised whatever it is called.

use crate::{
    Db, LedgerMatch, Result,
    jobs::Job,
    replaced,
    sql::{Conn, Row, params},
};
use model::{ItemState, JobId, Timestamp};
use serde_json::json;

/// What makes a row the same as one of another list. An empty `content` stands for any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowIdentity {
    pub key: String,
    pub content: String,
}

/// A row that was sent under a mailing's name before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its place among the rows that were asked about, from 0.
    pub place: usize,
    /// Whether the contents were the same; else an earlier version was sent.
    pub same: bool,
    /// `Succeeded`, or `Unknown` where it is not known.
    pub state: ItemState,
    /// The item that it was, where Vigie sent it.
    pub item: Option<(JobId, i64)>,
    pub sent_at: Timestamp,
}

/// A mailing that has sent some of the rows that were asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierMailing {
    pub mailing: String,
    /// Rows with the same key and the same contents.
    pub same: u64,
    /// Rows with the same key and other contents.
    pub changed: u64,
    /// When the last of them was sent.
    pub sent_at: Timestamp,
}

impl Db {
    /// Adds keys that were sent before Vigie was asked to. Returns how many were new.
    pub async fn import_ledger(&self, mailing: String, mut keys: Vec<String>, sent_at: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let mut new = 0;
                // In their order: two imports must not wait for each other.
                keys.sort_unstable();
                for key in keys {
                    let sql = "INSERT INTO ledger (mailing, key, sent_at, state) VALUES ($1, $2, $3, 2)
                               ON CONFLICT (mailing, key, content) DO NOTHING";
                    new += conn.execute(sql, params![&mailing, key, sent_at]).await?;
                }
                Ok(new)
            })
        })
        .await
    }

    pub async fn ledger_size(&self, mailing: &str) -> Result<u64> {
        let row =
            self.row("SELECT count(*) AS n FROM ledger WHERE mailing = $1 AND state = 2", params![mailing]).await?;
        row.map_or(Ok(0), |row| row.count("n"))
    }

    /// Of these rows, at most a few thousand, those that were sent under `mailing`, or perhaps: one answer for each.
    pub async fn received(&self, mailing: &str, rows: &[RowIdentity]) -> Result<Vec<Received>> {
        let found = self.rows(self.dialect().received, params![identities(rows), mailing]).await?;
        let mut received: Vec<Option<Received>> = vec![None; rows.len()];
        for row in found {
            let Some((place, wanted)) = place_of(&row, rows)? else { continue };
            let content = row.text("content")?;
            let item = row.opt_id("job_id")?.map(JobId::from).zip(row.opt_int("seq")?);
            let one = Received {
                place,
                same: content == wanted.content || content.is_empty() || wanted.content.is_empty(),
                state: row.state("state", ItemState::from_code)?,
                item,
                sent_at: row.time("sent_at")?,
            };
            // The same contents say more than other ones, "sent" more than "perhaps", the last more than the first.
            let weight = |one: &Received| (one.same, one.state == ItemState::Succeeded, one.sent_at);
            let kept = &mut received[place];
            if kept.as_ref().is_none_or(|kept| weight(&one) > weight(kept)) {
                *kept = Some(one);
            }
        }
        Ok(received.into_iter().flatten().collect())
    }

    /// The mailings that have sent some of these rows, at most a few thousand, since `since`, whatever they are called.
    pub async fn earlier_mailings(&self, rows: &[RowIdentity], since: Timestamp) -> Result<Vec<EarlierMailing>> {
        let found = self.rows(self.dialect().earlier_mailings, params![identities(rows), since]).await?;
        let mut earlier: Vec<EarlierMailing> = Vec::new();
        for row in found {
            let (mailing, same, sent_at) = (row.text("mailing")?, row.int("same")? > 0, row.time("sent_at")?);
            let at = earlier.iter().position(|one| one.mailing == mailing).unwrap_or_else(|| {
                earlier.push(EarlierMailing { mailing, same: 0, changed: 0, sent_at });
                earlier.len() - 1
            });
            let one = &mut earlier[at];
            one.same += u64::from(same);
            one.changed += u64::from(!same);
            one.sent_at = one.sent_at.max(sent_at);
        }
        Ok(earlier)
    }

    /// Whether a mailing has gone by that name: one that Vigie has run, or whose ledger was imported.
    pub async fn is_mailing_name_used(&self, name: &str) -> Result<bool> {
        let sql = "SELECT 1 AS one FROM jobs WHERE name = $1 AND ledger > 0
                   UNION ALL SELECT 1 AS one FROM ledger WHERE mailing = $1 LIMIT 1";
        Ok(self.row(sql, params![name]).await?.is_some())
    }
}

fn identities(rows: &[RowIdentity]) -> String {
    let rows: Vec<_> = rows.iter().map(|row| json!([row.key, row.content])).collect();
    serde_json::Value::Array(rows).to_string()
}

fn place_of<'a>(row: &Row, rows: &'a [RowIdentity]) -> Result<Option<(usize, &'a RowIdentity)>> {
    let place = usize::try_from(row.int("place")?).unwrap_or(usize::MAX);
    Ok(rows.get(place).map(|row| (place, row)))
}

/// Notes that items of a mailing were sent (`Succeeded`), or perhaps (`Unknown`): a later run of its name leaves both
/// out, the second until somebody has settled it.
pub(crate) async fn remember(
    conn: &mut Conn<'_>,
    job: &Job,
    seqs: &[i64],
    state: ItemState,
    now: Timestamp,
) -> Result<()> {
    if seqs.is_empty() || job.ledger == LedgerMatch::None {
        return Ok(());
    }
    let sql = conn.dialect().insert_ledger;
    let values = params![job.id, json!(seqs).to_string(), &job.name, now, state.code()];
    conn.execute(sql, values).await?;
    replaced::remember_rows(conn, job, seqs, state, now).await
}

/// Items that were perhaps sent turned out not to be: a later run of the mailing's name may send them.
pub(crate) async fn forget_unknown(conn: &mut Conn<'_>, job: &Job, seqs: &[i64]) -> Result<()> {
    if seqs.is_empty() || job.ledger == LedgerMatch::None {
        return Ok(());
    }
    let sql = conn.dialect().forget_unknown;
    conn.execute(sql, params![job.id, json!(seqs).to_string(), &job.name]).await?;
    replaced::forget_unknown_rows(conn, job, seqs).await
}

/// Of these items, those that another job of the same name has sent (`Succeeded`), or perhaps (`Unknown`).
pub(crate) async fn already_sent(conn: &mut Conn<'_>, job: &Job, seqs: &[i64]) -> Result<Vec<(i64, ItemState)>> {
    if seqs.is_empty() || job.ledger == LedgerMatch::None {
        return Ok(Vec::new());
    }
    let sql = conn.dialect().already_sent;
    let rows = conn.rows(sql, params![job.id, json!(seqs).to_string(), &job.name, job.ledger.code()]).await?;
    rows.iter().map(|row| Ok((row.int("seq")?, row.state("state", ItemState::from_code)?))).collect()
}

/// Why an item is skipped that the ledger knows.
pub(crate) fn skipped_because(state: ItemState) -> String {
    let code = if state == ItemState::Unknown { "maybe_sent" } else { "already_sent" };
    json!({"code": code, "fault": "content", "retry": {"when": "never"}}).to_string()
}
