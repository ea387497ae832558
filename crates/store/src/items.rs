//! Items: one row per recipient, or per whatever a job does many of.

use crate::{
    Db, Error, Result, SearchPage,
    activity::Changes,
    filter::{Where, like_pattern},
    jobs::{self, Moved},
    ledger,
    reach::last_within_reach,
    sql::{Row, Value, params, without_nul},
};
use model::{ItemState, JobId, JobState, Timestamp, Verdict};
use serde_json::json;

/// An item as it is enqueued.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// Its place in the job, from 1.
    pub seq: i64,
    /// Items with the same number travel in one message.
    pub message_no: i64,
    /// What makes it the same one as in an earlier run.
    pub ledger_key: Option<String>,
    /// A digest of what it says, by which a row of the same key with other contents is told apart; empty where that
    /// does not matter.
    pub content: String,
    /// For people: the addresses, say.
    pub label: String,
    /// The frozen values, for the handler.
    pub payload: String,
    /// Set when it is already known that it cannot be done: it is enqueued as failed.
    pub verdict: Option<Verdict>,
}

/// An item as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub job: JobId,
    pub seq: i64,
    pub message_no: i64,
    pub state: ItemState,
    pub attempts: i64,
    /// When it may be tried again; the epoch when it is fresh.
    pub not_before: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub label: String,
    /// Why it failed, waits, is unknown or was skipped; with `succeeded`: what was refused all the same.
    pub verdict: Option<Verdict>,
    /// Addresses refused while others of the row were accepted.
    pub detail: String,
    pub effect: Option<String>,
    pub payload: String,
}

#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    pub states: Vec<ItemState>,
    /// Only those that did not go as they should: failed, unknown, skipped, waiting for another try, or succeeded
    /// with some address refused.
    pub trouble: bool,
    /// Part of the label.
    pub text: Option<String>,
    /// From the last one to the first.
    pub from_end: bool,
    /// The last `seq` seen; 0 on the first page.
    pub after: i64,
    pub limit: u32,
}

impl Db {
    /// Adds items to a job that is being prepared. `already_sent_as`: the mailing name whose ledger says what was
    /// sent before; those items are skipped. Returns how many were.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job, or one of the items is there already.
    pub async fn enqueue(
        &self,
        job: JobId,
        items: Vec<NewItem>,
        already_sent_as: Option<String>,
        now: Timestamp,
    ) -> Result<u64> {
        let seqs = || items.iter().map(|item| item.seq);
        let (Some(first), Some(last)) = (seqs().min(), seqs().max()) else { return Ok(0) };
        let failed = items.iter().filter(|item| item.verdict.is_some()).count() as u64;
        let queued = items.len() as u64 - failed;
        let rows: Vec<_> = items.into_iter().map(|item| enqueue_row(item, now)).collect();
        let rows = serde_json::Value::Array(rows).to_string();
        self.write(move |conn| {
            Box::pin(async move {
                // Locked, so that nobody cancels or fails the job meanwhile.
                let standing = jobs::lock(conn, job).await?;
                if standing.state != JobState::Preparing {
                    return Err(standing.refuse("given more items"));
                }
                // Under the lock: who adds the same items at the same time is told so, and not of a broken constraint.
                let sql = "SELECT min(seq) AS seq FROM items WHERE job_id = $1 AND seq BETWEEN $2 AND $3";
                let there = conn.row(sql, params![job, first, last]).await?;
                if let Some(seq) = there.map(|row| row.opt_int("seq")).transpose()?.flatten() {
                    return Err(Error::Conflict(format!("item {seq} of job {job} is there already")));
                }
                let dialect = conn.dialect();
                conn.execute(dialect.enqueue, params![job, rows]).await?;
                crashpoint::reach("enqueue");
                let mut skipped = 0;
                if let Some(mailing) = already_sent_as {
                    for state in [ItemState::Succeeded, ItemState::Unknown] {
                        let (verdict, by) = (ledger::skipped_because(state), standing.ledger.code());
                        let values = params![job, first, last, verdict, now, mailing.as_str(), state.code(), by];
                        skipped += conn.execute(dialect.skip_already_sent, values).await?;
                    }
                }
                let moved = Moved::default()
                    .to(ItemState::Queued, queued)
                    .from(ItemState::Queued, skipped)
                    .to(ItemState::Failed, failed)
                    .to(ItemState::Skipped, skipped);
                let mut changes = Changes::default();
                changes.came(&standing, ItemState::Failed, now, failed);
                changes.write(conn).await?;
                jobs::count(conn, job, &moved, None, now).await?;
                Ok(skipped)
            })
        })
        .await
    }

    pub async fn item(&self, job: JobId, seq: i64) -> Result<Option<Item>> {
        let row = self.row("SELECT * FROM items WHERE job_id = $1 AND seq = $2", params![job, seq]).await?;
        row.map(|row| item_from(&row)).transpose()
    }

    /// Items of a job in their order, or from the end; the cursor is the last `seq` seen. Where a text is looked for, one page looks at
    /// [`EXAMINED_MAX`](crate::EXAMINED_MAX) of them.
    pub async fn items(&self, job: JobId, filter: &ItemFilter) -> Result<SearchPage<Item, i64>> {
        let mut filters = walk(job, filter);
        let text = filter.text.as_deref().filter(|text| !text.is_empty());
        let last = if text.is_some() { self.last_item_within_reach(&filters, order(filter)).await? } else { None };
        if let Some(seq) = last {
            filters.and(if filter.from_end { "seq >= ?" } else { "seq <= ?" }, seq);
        }
        hold(&mut filters, filter);
        if let Some(text) = text {
            let like = self.dialect().like.replace("$1", "?");
            filters.and(&format!("label{like}"), like_pattern(text));
        }
        let (sql, params) = list_statement(filters, order(filter), filter.limit);
        let rows = self.rows(&sql, &params).await?;
        let mut items = rows.iter().map(item_from).collect::<Result<Vec<_>>>()?;
        let more = items.len() > filter.limit as usize;
        items.truncate(filter.limit as usize);
        let next = items.last().filter(|_| more).map(|item| item.seq);
        let last = last.filter(|_| next.is_none());
        Ok(SearchPage { rows: items, next: next.or(last), searched_until: last })
    }

    async fn last_item_within_reach(&self, walk: &Where, order: &str) -> Result<Option<i64>> {
        let sql = last_within_reach("seq", "items", walk, order);
        match self.rows(&sql, &walk.params).await?.as_slice() {
            [last, _] => Ok(Some(last.int("seq")?)),
            _ => Ok(None),
        }
    }

    /// Notes what identifies the side effect of an item in flight (a Gmail draft, say), before it takes place.
    pub async fn note_effect(&self, job: JobId, seqs: Vec<i64>, effect: String) -> Result<()> {
        let list = serde_json::to_string(&seqs).unwrap_or_default();
        self.write(move |conn| {
            Box::pin(async move {
                let sql = conn.dialect().note_effect;
                conn.execute(sql, params![job, list, effect]).await.map(drop)
            })
        })
        .await
    }
}

/// What an index chooses.
fn walk(job: JobId, filter: &ItemFilter) -> Where {
    let mut filters = Where::default();
    filters.and("job_id = ?", job);
    match filter.from_end {
        true if filter.after == 0 => {}
        true => filters.and("seq < ?", filter.after),
        false => filters.and("seq > ?", filter.after),
    }
    if filter.states == [ItemState::Running] {
        // To the letter: those in flight are few among many, and SQLite knows their index by this condition only.
        filters.and_plain("state = 1");
    }
    let settled_badly =
        |state: &ItemState| matches!(state, ItemState::Failed | ItemState::Unknown | ItemState::Skipped);
    if filter.trouble || (!filter.states.is_empty() && filter.states.iter().all(settled_badly)) {
        filters.and_plain("verdict IS NOT NULL");
    }
    filters
}

/// What is held against each that the index gives.
fn hold(filters: &mut Where, filter: &ItemFilter) {
    if !filter.states.is_empty() && filter.states != [ItemState::Running] {
        let codes: Vec<String> = filter.states.iter().map(|state| state.code().to_string()).collect();
        filters.and_plain(&format!("state IN ({})", codes.join(", ")));
    }
    if filter.trouble {
        // What an earlier run had sent already is no trouble, nor what a later one has taken over.
        filters.and("verdict NOT LIKE ?", "{\"code\":\"already_sent\"%");
        filters.and("verdict NOT LIKE ?", "{\"code\":\"sent_again\"%");
    }
}

fn order(filter: &ItemFilter) -> &'static str {
    if filter.from_end { "seq DESC" } else { "seq" }
}

fn list_statement(mut filters: Where, order: &str, limit: u32) -> (String, Vec<Value>) {
    filters.params.push(Value::from(i64::from(limit) + 1));
    let n = filters.params.len();
    let sql = format!("SELECT * FROM items{} ORDER BY {order} LIMIT ${n}", filters.sql);
    (sql, filters.params)
}

pub(crate) fn enqueue_row(item: NewItem, now: Timestamp) -> serde_json::Value {
    let state = if item.verdict.is_some() { ItemState::Failed } else { ItemState::Queued };
    let finished = item.verdict.is_some().then_some(now.as_micros());
    let verdict = item.verdict.as_ref().map(verdict_json);
    let (key, label) = (item.ledger_key.map(without_nul), without_nul(item.label));
    let payload = without_nul(item.payload);
    json!([item.seq, item.message_no, state.code(), key, label, verdict, "", payload, item.content, finished])
}

pub(crate) fn verdict_json(verdict: &Verdict) -> String {
    serde_json::to_string(verdict).unwrap_or_default()
}

pub(crate) fn item_from(row: &Row) -> Result<Item> {
    let verdict = row.opt_text("verdict")?;
    Ok(Item {
        job: row.id("job_id")?.into(),
        seq: row.int("seq")?,
        message_no: row.int("message_no")?,
        state: row.state("state", ItemState::from_code)?,
        attempts: row.int("attempts")?,
        not_before: row.time("not_before")?,
        finished_at: row.opt_time("finished_at")?,
        label: row.text("label")?,
        verdict: verdict.and_then(|json| serde_json::from_str(&json).ok()),
        detail: row.text("detail")?,
        effect: row.opt_text("effect")?,
        payload: row.text("payload")?,
    })
}
