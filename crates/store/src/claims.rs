//! The heart of the engine's promise: what was done is recorded and what comes next is claimed in one transaction,
//! and a claim is the durable intent, on disk before its side effect begins.

use crate::{
    Account, AccountPause, Db, Result, Trace,
    activity::Changes,
    items::verdict_json,
    jobs::{self, Job, Moved},
    ledger,
    pacing::Pacing,
    replaced,
    sql::{Conn, Row, params, without_nul},
    traces::{self, Numbers},
    workers,
};
use model::{Fault, ItemState, JobId, JobState, Timestamp, Verdict, pace::Limit};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// What an attempt made of an item.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub seq: i64,
    /// Which attempt: an outcome of an earlier one changes nothing any more.
    pub attempt: i64,
    pub message_no: i64,
    /// `Queued`: to be tried again, not before `not_before`.
    pub state: ItemState,
    pub not_before: Timestamp,
    /// Why; with `Succeeded`, that some addresses were refused all the same.
    pub verdict: Option<Verdict>,
    /// The part that did not succeed, in the words of the kind: the addresses refused, say.
    pub detail: String,
    pub trace: Trace,
}

/// A wish for more items of a job.
#[derive(Clone, Debug)]
pub struct Claim {
    pub job: JobId,
    /// The fencing token of the process that claims.
    pub worker: i64,
    /// At most this many messages.
    pub messages: u64,
    /// Items in one message, at least 1.
    pub group: u64,
}

/// An item that is now in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedItem {
    pub seq: i64,
    pub message_no: i64,
    /// From 1.
    pub attempt: i64,
    pub label: String,
    pub effect: Option<String>,
    pub payload: String,
}

/// The answer to a claim.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub job: Job,
    /// In the order of `seq`.
    pub items: Vec<ClaimedItem>,
    /// Why there are no more of them, when there are none.
    pub held: Option<ClaimRefused>,
}

/// Why nothing may be claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimRefused {
    /// The job is not running, or the worker was declared dead.
    NotRunning,
    /// A limit of the account, until then.
    Limit(Timestamp, Limit),
    /// The account is paused.
    Paused(AccountPause),
    /// A batch is being finished.
    Batch,
    /// The rest is to be tried again, from then on.
    NotBefore(Timestamp),
    /// Nothing is queued.
    Empty,
}

/// What became of the outcomes that were handed in.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub job: Job,
    /// Outcomes that came too late to change anything: kept as traces only.
    pub fenced: u64,
}

impl Db {
    /// Records outcomes, then claims: one transaction, on disk when this returns.
    ///
    /// An outcome counts when its item is still in flight under the same attempt and worker, or has become
    /// `unknown` meanwhile: then it settles it. Any other is kept as a trace alone.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job.
    pub async fn record_and_claim(
        &self,
        job: JobId,
        worker: i64,
        outcomes: Vec<Outcome>,
        claim: Option<Claim>,
        now: Timestamp,
    ) -> Result<(Option<Recorded>, Option<Claimed>)> {
        let recorded: Vec<i64> = outcomes.iter().map(|outcome| outcome.seq).collect();
        let result = self.write(move |conn| {
            Box::pin(async move {
                let numbers = traces::number(conn, outcomes.len()).await?;
                // Locked before the items, by everybody in the same order.
                let locked = jobs::lock(conn, job).await?;
                crashpoint::reach("locked");
                let mut pacing = Pacing::lock(conn, &locked, now).await?;
                let recorded = match outcomes.is_empty() {
                    true => None,
                    false => Some(record(conn, &locked, worker, (outcomes, numbers), &mut pacing, now).await?),
                };
                let current = recorded.as_ref().map_or_else(|| locked.clone(), |recorded| recorded.job.clone());
                let claimed = match claim {
                    Some(claim) => Some(claim_items(conn, current, &claim, &mut pacing, now).await?),
                    None => None,
                };
                pacing.save(conn).await?;
                Ok((recorded, claimed))
            })
        });
        let result = result.await?;
        self.close_intents(job, recorded);
        Ok(result)
    }
}

impl Db {
    /// Gives back items that were claimed and never begun: they are queued again and the attempt does not count.
    /// What their claim has spent of the account's limits stays spent.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job.
    pub async fn release(&self, id: JobId, worker: i64, seqs: Vec<i64>, now: Timestamp) -> Result<Job> {
        self.write(move |conn| {
            Box::pin(async move {
                let job = jobs::lock(conn, id).await?;
                give_back(conn, &job, worker, &seqs, now).await.map(|(job, _)| job)
            })
        })
        .await
    }

    /// What `worker` holds of the job according to the store.
    pub async fn in_flight_of(&self, id: JobId, worker: i64) -> Result<Vec<i64>> {
        let sql = "SELECT seq FROM items WHERE job_id = $1 AND state = 1 AND claimed_by = $2";
        let rows = self.rows(sql, params![id, worker]).await?;
        rows.iter().map(|row| row.int("seq")).collect()
    }
}

/// What [`Db::release`] does, in a transaction that has locked the job. Returns how many items were given back.
pub(crate) async fn give_back(
    conn: &mut Conn<'_>,
    job: &Job,
    worker: i64,
    seqs: &[i64],
    now: Timestamp,
) -> Result<(Job, u64)> {
    let sql = conn.dialect().release;
    let rows = conn.rows(sql, params![job.id, json!(seqs).to_string(), worker]).await?;
    let messages = rows.iter().map(|row| row.int("message_no")).collect::<Result<HashSet<i64>>>()?;
    let count = rows.len() as u64;
    let mut pacing = Pacing::lock(conn, job, now).await?;
    pacing.record(now, messages.len() as u64);
    pacing.save(conn).await?;
    let moved = Moved::default().from(ItemState::Running, count).to(ItemState::Queued, count);
    let job_now = jobs::count(conn, job.id, &moved, None, now).await?;
    match job_now.state {
        JobState::Cancelled => Ok((jobs::skip_queued(conn, job.id, now).await?, count)),
        _ => Ok((job_now, count)),
    }
}

/// An outcome sorted by what it may change.
enum Effect {
    Applies(ItemState),
    Fenced,
}

async fn record(
    conn: &mut Conn<'_>,
    job: &Job,
    worker: i64,
    (mut outcomes, numbers): (Vec<Outcome>, Numbers),
    pacing: &mut Pacing,
    now: Timestamp,
) -> Result<Recorded> {
    let dialect = conn.dialect();
    let mut standing = standing(conn, job.id, &outcomes).await?;
    let mut moved = Moved::default();
    let (mut succeeded, mut others, mut fenced) = (Vec::new(), Vec::new(), 0);
    let (mut unknown, mut not_sent) = (Vec::new(), Vec::new());
    let (mut settled_messages, mut changes) = (HashSet::new(), Changes::default());
    for outcome in &mut outcomes {
        match effect_of(outcome, worker, standing.get(&outcome.seq)) {
            Effect::Fenced => fenced += 1,
            Effect::Applies(from) => {
                // Handed in twice, it counts once.
                let before = standing.remove(&outcome.seq);
                if job.state == JobState::Cancelled && outcome.state == ItemState::Queued {
                    outcome.state = ItemState::Skipped;
                }
                moved.item(from, outcome.state);
                changes.left(job, from, before.and_then(|item| item.finished_at), 1);
                changes.came(job, outcome.state, now, 1);
                match (from, outcome.state) {
                    (_, ItemState::Unknown) => unknown.push(outcome.seq),
                    (ItemState::Unknown, ItemState::Failed | ItemState::Skipped) => not_sent.push(outcome.seq),
                    _ => {}
                }
                if from == ItemState::Running {
                    settled_messages.insert(outcome.message_no);
                }
                // What is failed, unknown or skipped is found by its verdict.
                if outcome.verdict.is_none() && outcome.state.is_final() && outcome.state != ItemState::Succeeded {
                    outcome.verdict = Some(Verdict::permanent("unexplained", Fault::Server));
                }
                match (outcome.state, &outcome.verdict) {
                    (ItemState::Succeeded, None) => succeeded.push(outcome.seq),
                    _ => others.push(other_row(outcome, now)),
                }
            }
        }
    }
    if !succeeded.is_empty() {
        conn.execute(dialect.record_succeeded, params![job.id, json!(succeeded).to_string(), now]).await?;
    }
    if !others.is_empty() {
        conn.execute(dialect.record_others, params![job.id, json!(others).to_string()]).await?;
    }
    let of = |state| outcomes.iter().filter(move |outcome| outcome.state == state).map(|outcome| outcome.seq);
    ledger::remember(conn, job, &of(ItemState::Succeeded).collect::<Vec<_>>(), ItemState::Succeeded, now).await?;
    ledger::remember(conn, job, &unknown, ItemState::Unknown, now).await?;
    ledger::forget_unknown(conn, job, &not_sent).await?;
    let over =
        |outcome: &&Outcome| matches!(outcome.state, ItemState::Succeeded | ItemState::Failed | ItemState::Unknown);
    let over: Vec<i64> = outcomes.iter().filter(over).map(|outcome| outcome.seq).collect();
    replaced::settle(conn, job, &over, &mut changes, now).await?;
    let message = outcomes.last().map(|outcome| outcome.trace.comment.clone());
    let traces: Vec<Trace> = outcomes.into_iter().map(|outcome| outcome.trace).collect();
    traces::insert(conn, numbers, &traces).await?;
    changes.write(conn).await?;
    pacing.record(now, settled_messages.len() as u64);
    let job = jobs::count(conn, job.id, &moved, message.as_deref(), now).await?;
    Ok(Recorded { job, fenced })
}

struct Standing {
    state: ItemState,
    attempt: i64,
    worker: i64,
    finished_at: Option<Timestamp>,
}

async fn standing(conn: &mut Conn<'_>, job: JobId, outcomes: &[Outcome]) -> Result<HashMap<i64, Standing>> {
    let seqs: Vec<i64> = outcomes.iter().map(|outcome| outcome.seq).collect();
    let sql = conn.dialect().items_by_seq;
    let rows = conn.rows(sql, params![job, json!(seqs).to_string()]).await?;
    let mut standing = HashMap::with_capacity(rows.len());
    for row in rows {
        let state = row.state("state", ItemState::from_code)?;
        let (attempt, worker) = (row.int("attempts")?, row.int("claimed_by")?);
        let item = Standing { state, attempt, worker, finished_at: row.opt_time("finished_at")? };
        standing.insert(row.int("seq")?, item);
    }
    Ok(standing)
}

fn effect_of(outcome: &Outcome, worker: i64, standing: Option<&Standing>) -> Effect {
    match standing {
        Some(item) if item.attempt != outcome.attempt || item.worker != worker => Effect::Fenced,
        Some(_) if outcome.state == ItemState::Running => Effect::Fenced,
        Some(item) if item.state == ItemState::Running => Effect::Applies(ItemState::Running),
        // The item was given up for lost, and here is what became of it after all. "Try again" is no such word: that
        // it was not sent is known only to the process that tried, and a person may have settled it meanwhile.
        Some(item) if item.state == ItemState::Unknown && outcome.state.is_final() => Effect::Applies(item.state),
        _ => Effect::Fenced,
    }
}

fn other_row(outcome: &Outcome, now: Timestamp) -> serde_json::Value {
    let waits = outcome.state == ItemState::Queued;
    let not_before = if waits { outcome.not_before.as_micros().max(1) } else { 0 };
    let finished = (!waits).then_some(now.as_micros());
    json!([
        outcome.seq,
        outcome.state.code(),
        not_before,
        finished,
        outcome.verdict.as_ref().map(verdict_json),
        without_nul(outcome.detail.clone())
    ])
}

async fn claim_items(
    conn: &mut Conn<'_>,
    job: Job,
    claim: &Claim,
    pacing: &mut Pacing,
    now: Timestamp,
) -> Result<Claimed> {
    let held = |job, held| Ok(Claimed { job, items: Vec::new(), held: Some(held) });
    let job = match job.state {
        JobState::Running => job,
        JobState::Pending => jobs::start(conn, &job, now).await?,
        _ => return held(job, ClaimRefused::NotRunning),
    };
    if job.counters.queued == 0 {
        return held(job, ClaimRefused::Empty);
    }
    let messages = match pacing.permit(conn, claim, now).await? {
        Ok(allowed) => claim.messages.min(allowed),
        Err(why) => return held(job, why),
    };
    let (job, mut items) = take_unsent(conn, job, claim, messages.max(1), now).await?;
    if items.is_empty() {
        if workers::has_ended(conn, claim.worker).await? {
            return held(job, ClaimRefused::NotRunning);
        }
        let why = next_due(conn, job.id).await?.map_or(ClaimRefused::Empty, ClaimRefused::NotBefore);
        return held(job, why);
    }
    items.sort_unstable_by_key(|item| item.seq);
    let distinct: HashSet<i64> = items.iter().map(|item| item.message_no).collect();
    pacing.spend(conn, now, distinct.len() as u64, items.len() as u64).await?;
    let count = items.len() as u64;
    let moved = Moved::default().from(ItemState::Queued, count).to(ItemState::Running, count);
    let job = jobs::count(conn, job.id, &moved, None, now).await?;
    Ok(Claimed { job, items, held: None })
}

/// Claims what is due. What another job of the name has sent since it was enqueued (it was completed meanwhile, or a
/// ledger was imported) is skipped instead: the ledger is asked here, where it is decided that something leaves.
async fn take_unsent(
    conn: &mut Conn<'_>,
    mut job: Job,
    claim: &Claim,
    messages: u64,
    now: Timestamp,
) -> Result<(Job, Vec<ClaimedItem>)> {
    loop {
        let rows = take(conn, claim, messages, now).await?;
        let mut items = rows.iter().map(claimed_from).collect::<Result<Vec<_>>>()?;
        let seqs: Vec<i64> = items.iter().map(|item| item.seq).collect();
        let sent = ledger::already_sent(conn, &job, &seqs).await?;
        if sent.is_empty() {
            return Ok((job, items));
        }
        job = skip_sent(conn, &job, claim.worker, &sent, now).await?;
        items.retain(|item| sent.iter().all(|(seq, _)| *seq != item.seq));
        // Each round takes some out of the queue: it ends.
        if !items.is_empty() || job.counters.queued == 0 {
            return Ok((job, items));
        }
    }
}

fn claimed_from(row: &Row) -> Result<ClaimedItem> {
    Ok(ClaimedItem {
        seq: row.int("seq")?,
        message_no: row.int("message_no")?,
        attempt: row.int("attempts")?,
        label: row.text("label")?,
        effect: row.opt_text("effect")?,
        payload: row.text("payload")?,
    })
}

async fn skip_sent(
    conn: &mut Conn<'_>,
    job: &Job,
    worker: i64,
    sent: &[(i64, ItemState)],
    now: Timestamp,
) -> Result<Job> {
    let seqs: Vec<i64> = sent.iter().map(|(seq, _)| *seq).collect();
    let (release, record) = (conn.dialect().release, conn.dialect().record_others);
    // No attempt was made.
    conn.rows(release, params![job.id, json!(seqs).to_string(), worker]).await?;
    let row = |(seq, state): &(i64, ItemState)| {
        json!([seq, ItemState::Skipped.code(), 0, now.as_micros(), ledger::skipped_because(*state), ""])
    };
    let rows: Vec<_> = sent.iter().map(row).collect();
    conn.execute(record, params![job.id, json!(rows).to_string()]).await?;
    let count = sent.len() as u64;
    let moved = Moved::default().from(ItemState::Queued, count).to(ItemState::Skipped, count);
    jobs::count(conn, job.id, &moved, None, now).await
}

/// Claims the items of at most `messages` messages: the due ones, then the fresh ones.
async fn take(conn: &mut Conn<'_>, claim: &Claim, messages: u64, now: Timestamp) -> Result<Vec<Row>> {
    let group = claim.group.max(1);
    let limit = i64::try_from(messages.saturating_mul(group)).unwrap_or(i64::MAX);
    if group == 1 {
        return conn.rows(conn.dialect().claim, params![claim.job, claim.worker, now, limit]).await;
    }
    // What is to be tried again may be single items of many messages: so many items need not be so few messages,
    // and the last message must not be cut in two.
    let sql = "
        SELECT seq, message_no FROM (
            SELECT * FROM (SELECT 0 AS fresh, not_before, seq, message_no FROM items
                WHERE job_id = $1 AND state = 0 AND not_before BETWEEN 1 AND $2 ORDER BY not_before, seq LIMIT $3) AS again
            UNION ALL
            SELECT * FROM (SELECT 1 AS fresh, not_before, seq, message_no FROM items
                WHERE job_id = $1 AND state = 0 AND not_before = 0 ORDER BY not_before, seq LIMIT $3) AS fresh) AS due
        ORDER BY fresh, not_before, seq";
    let (mut chosen, mut seqs) = (HashSet::new(), Vec::new());
    for row in conn.rows(sql, params![claim.job, now, limit]).await? {
        let message = row.int("message_no")?;
        if chosen.contains(&message) || (chosen.len() as u64) < messages {
            chosen.insert(message);
            seqs.push(row.int("seq")?);
        }
    }
    let values = params![claim.job, claim.worker, now, json!(seqs).to_string()];
    conn.rows(conn.dialect().claim_these, values).await
}

async fn next_due(conn: &mut Conn<'_>, job: JobId) -> Result<Option<Timestamp>> {
    let sql = "SELECT not_before FROM items WHERE job_id = $1 AND state = 0 ORDER BY not_before LIMIT 1";
    conn.row(sql, params![job]).await?.map(|row| row.time("not_before")).transpose()
}

impl Account {
    /// Whether the account may be claimed for at `now`, as far as its pause goes.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.pause.as_ref().is_none_or(|pause| pause.until.is_some_and(|until| until <= now))
    }
}
