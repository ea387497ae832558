//! Items whose process died, whose outcome nobody knows, or that a person wants to set going again.

use crate::{
    Db, Error, LedgerMatch, Result, Trace,
    activity::Changes,
    claims::give_back,
    intents::{self, Holder, Left},
    items::{Item, item_from, verdict_json},
    jobs::{self, Change, Job, Moved},
    ledger,
    pacing::Pacing,
    replaced,
    sql::{Conn, params, without_nul},
    traces::{self, Numbers},
    workers,
};
use model::{ItemState, JobId, JobState, OnUnknown, Timestamp, Verdict};
use serde_json::json;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Whose items are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Everybody's: the one owner of a data directory begins, so no other process is left.
    Everybodys,
    /// Those of workers whose lease has run out, on the database's clock.
    DeadWorkers,
    /// Those of one job that this worker holds, whose run has ended without a word.
    Run(JobId, i64),
}

/// One job's lost items, settled.
#[derive(Clone, Debug)]
pub struct Rescued {
    pub job: Job,
    /// Now `unknown`, or `queued` again under the policy `repeat`.
    pub items: Vec<Item>,
    /// How many had been claimed and not begun: they are queued again, and their attempt does not count.
    pub not_begun: u64,
}

/// The trace that a settled item leaves.
pub type TraceOf = Box<dyn Fn(&Job, &Item) -> Trace + Send + Sync>;

impl Db {
    /// Settles items in flight whose process is gone. What it had claimed and not declared was not sent, and is queued
    /// again. The others by their job's policy: an intent without an outcome is `unknown`, unless the effect may be
    /// repeated. `verdict` says so on each; `trace` makes what is kept of it.
    pub async fn rescue(&self, lost: Lost, verdict: Verdict, trace: TraceOf, now: Timestamp) -> Result<Vec<Rescued>> {
        let dead = match lost {
            Lost::Everybodys => None,
            Lost::Run(_, worker) => Some(vec![worker]),
            Lost::DeadWorkers => {
                let dead = self.write(move |conn| Box::pin(workers::bury_dead(conn, now))).await?;
                if dead.is_empty() {
                    return Ok(Vec::new());
                }
                Some(dead)
            }
        };
        let shared = Arc::new(Lot { dead, verdict, trace, left: self.left_intents()? });
        let (mut rescued, mut failed) = (Vec::new(), None);
        let sql = "SELECT id FROM jobs WHERE running > 0 AND kind <> 'external' ORDER BY id";
        for row in self.rows(sql, &[]).await? {
            let (id, shared) = (row.id("id")?.into(), Arc::clone(&shared));
            if matches!(lost, Lost::Run(only, _) if only != id) {
                continue;
            }
            // Each job in a transaction of its own: holding one job's account while waiting for another job would
            // be waited for in turn.
            match self.write(move |conn| Box::pin(rescue_job(conn, id, shared, now))).await {
                Ok(settled) => rescued.extend(settled),
                // Somebody holds this job: the others need not wait for it.
                Err(error) if error.is_passing() && self.is_postgres() => failed = Some(error),
                Err(error) => return Err(error),
            }
        }
        match failed {
            Some(error) if rescued.is_empty() => Err(error),
            Some(error) => {
                tracing::warn!(%error, "could not settle what one job has lost; trying again");
                Ok(rescued)
            }
            None => Ok(rescued),
        }
    }

    /// Jobs that were still being enqueued when their process died never began: they fail, and nothing was sent.
    /// `before`: only those that have made no step since.
    pub async fn fail_unprepared(&self, reason: crate::Reason, before: Timestamp, now: Timestamp) -> Result<Vec<Job>> {
        self.write(move |conn| {
            Box::pin(async move {
                // One statement, so that a job which has become ready meanwhile is left alone.
                let sql = "UPDATE jobs SET state = 5, reason = $1, message = $2, version = version + 1,
                               updated_at = $3, finished_at = $3
                           WHERE state = 0 AND updated_at <= $4 RETURNING *";
                let rows = conn.rows(sql, params![reason.to_json(), &reason.detail, now, before]).await?;
                rows.iter().map(jobs::job_from).collect()
            })
        })
        .await
    }

    /// Sets the failed items of a job going again, but for those that were refused before any attempt. Returns the
    /// job and how many they are.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job, another program runs it, or another run of its name is open; [`Error::State`] where it was cancelled.
    pub async fn retry_failed(&self, id: JobId, now: Timestamp) -> Result<(Job, u64)> {
        self.retry(id, None, now).await
    }

    /// The same for those of the failed items that are named, at most a thousand.
    pub async fn retry_these(&self, id: JobId, seqs: Vec<i64>, now: Timestamp) -> Result<(Job, u64)> {
        self.retry(id, Some(seqs), now).await
    }

    async fn retry(&self, id: JobId, seqs: Option<Vec<i64>>, now: Timestamp) -> Result<(Job, u64)> {
        self.write(move |conn| {
            Box::pin(async move {
                let job = jobs::lock(conn, id).await?;
                if !job.kind.runs_here() {
                    return Err(Error::Conflict(format!(
                        "job {id} is run from outside: whoever runs it has to do its failed items again"
                    )));
                }
                let these = seqs.map_or_else(String::new, |seqs| {
                    let seqs: Vec<String> = seqs.iter().take(1000).map(ToString::to_string).collect();
                    format!(" AND seq IN ({})", if seqs.is_empty() { "NULL".to_owned() } else { seqs.join(", ") })
                });
                let failed = format!("job_id = $1 AND verdict IS NOT NULL AND state = 3 AND attempts > 0{these}");
                let ended = format!("SELECT finished_at, count(*) AS n FROM items WHERE {failed} GROUP BY finished_at");
                let sql = format!(
                    "UPDATE items SET state = 0, not_before = 0, finished_at = NULL, verdict = NULL WHERE {failed}"
                );
                let mut changes = Changes::default();
                for row in conn.rows(&ended, params![id]).await? {
                    changes.left(&job, ItemState::Failed, row.opt_time("finished_at")?, row.count("n")?);
                }
                let count = conn.execute(&sql, params![id]).await?;
                if count == 0 {
                    return Ok((job, 0));
                }
                changes.write(conn).await?;
                let moved = Moved::default().from(ItemState::Failed, count).to(ItemState::Queued, count);
                Ok((set_going(conn, job, &moved, now).await?, count))
            })
        })
        .await
    }

    /// A person's word on unknown items: `Succeeded` (it was sent) or `Queued` (it was not, do it again). `traces`
    /// say who settled what. Items that are not unknown any more are left alone.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job, the items would become something else than succeeded or queued, or another run of its name is
    /// open; [`Error::State`] where they would be queued again and the job was cancelled.
    pub async fn settle_unknown(
        &self,
        id: JobId,
        seqs: Vec<i64>,
        as_state: ItemState,
        traces: Vec<Trace>,
        now: Timestamp,
    ) -> Result<(Job, Vec<i64>)> {
        self.write(move |conn| {
            Box::pin(async move {
                let numbers = traces::number(conn, traces.len()).await?;
                let job = jobs::lock(conn, id).await?;
                let dialect = conn.dialect();
                let rows = conn.rows(dialect.items_by_seq, params![id, json!(seqs).to_string()]).await?;
                let (mut unknown, mut changes) = (Vec::new(), Changes::default());
                for row in rows {
                    if row.state("state", ItemState::from_code)? == ItemState::Unknown {
                        unknown.push(row.int("seq")?);
                        changes.left(&job, ItemState::Unknown, row.opt_time("finished_at")?, 1);
                    }
                }
                if unknown.is_empty() {
                    return Ok((job, unknown));
                }
                let list = json!(unknown).to_string();
                let count = unknown.len() as u64;
                let moved = Moved::default().from(ItemState::Unknown, count).to(as_state, count);
                let kept: HashSet<i64> = unknown.iter().copied().collect();
                let traces: Vec<Trace> =
                    traces.into_iter().filter(|trace| trace.seq.is_some_and(|seq| kept.contains(&seq))).collect();
                traces::insert(conn, numbers, &traces).await?;
                changes.came(&job, as_state, now, count);
                changes.write(conn).await?;
                let job = match as_state {
                    ItemState::Succeeded => {
                        conn.execute(dialect.record_succeeded, params![id, &list, now]).await?;
                        ledger::remember(conn, &job, &unknown, as_state, now).await?;
                        jobs::count(conn, id, &moved, None, now).await?
                    }
                    ItemState::Queued => {
                        conn.execute(dialect.requeue_items, params![id, &list]).await?;
                        ledger::forget_unknown(conn, &job, &unknown).await?;
                        set_going(conn, job, &moved, now).await?
                    }
                    other => return Err(Error::Conflict(format!("an unknown item cannot be settled as {other}"))),
                };
                Ok((job, unknown))
            })
        })
        .await
    }
}

/// A failed item with other values, to be tried again.
#[derive(Clone, Debug)]
pub struct Correction {
    pub seq: i64,
    /// As they were when it was made: an item that was tried since is left alone.
    pub attempts: i64,
    pub state: ItemState,
    pub label: String,
    pub ledger_key: Option<String>,
    pub content: String,
    pub payload: String,
    /// Who changed what.
    pub trace: Trace,
}

impl Db {
    /// Puts other values in the place of those of items that failed, or that were sent but for some addresses, and
    /// queues them again; the others, and those that were tried since, are left alone. Returns which were.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job, or another run of its name is open; [`Error::State`] where it was cancelled.
    pub async fn correct_items(
        &self,
        id: JobId,
        corrections: Vec<Correction>,
        now: Timestamp,
    ) -> Result<(Job, Vec<i64>)> {
        self.write(move |conn| {
            Box::pin(async move {
                let numbers = traces::number(conn, corrections.len()).await?;
                let job = jobs::lock(conn, id).await?;
                let made_on: HashMap<i64, (i64, ItemState)> =
                    corrections.iter().map(|one| (one.seq, (one.attempts, one.state))).collect();
                let (mut moved, mut corrected) = (Moved::default(), Vec::new());
                let sql = "SELECT seq, state, attempts, finished_at FROM items
                           WHERE job_id = $1 AND verdict IS NOT NULL AND state IN (2, 3)";
                let mut changes = Changes::default();
                for row in conn.rows(sql, params![id]).await? {
                    let (seq, state) = (row.int("seq")?, row.state("state", ItemState::from_code)?);
                    if made_on.get(&seq) == Some(&(row.int("attempts")?, state)) {
                        moved.item(state, ItemState::Queued);
                        changes.left(&job, state, row.opt_time("finished_at")?, 1);
                        corrected.push(seq);
                    }
                }
                if corrected.is_empty() {
                    return Ok((job, corrected));
                }
                changes.write(conn).await?;
                replaced::keep_rows(conn, id, &corrected).await?;
                let of_these: HashSet<i64> = corrected.iter().copied().collect();
                let kept = || corrections.iter().filter(|one| of_these.contains(&one.seq));
                let rows: Vec<_> = kept()
                    .map(|one| {
                        let texts = [&one.label, &one.payload].map(|text| without_nul(text.clone()));
                        let key = one.ledger_key.clone().map(without_nul);
                        json!([one.seq, texts[0], key, one.content, texts[1]])
                    })
                    .collect();
                conn.execute(conn.dialect().correct_items, params![id, json!(rows).to_string()]).await?;
                let traces: Vec<Trace> = kept().map(|one| one.trace.clone()).collect();
                traces::insert(conn, numbers, &traces).await?;
                Ok((set_going(conn, job, &moved, now).await?, corrected))
            })
        })
        .await
    }
}

/// What is the same for every job of a rescue.
struct Lot {
    dead: Option<Vec<i64>>,
    verdict: Verdict,
    trace: TraceOf,
    left: Left,
}

async fn rescue_job(conn: &mut Conn<'_>, id: JobId, lot: Arc<Lot>, now: Timestamp) -> Result<Option<Rescued>> {
    let Lot { dead, verdict, trace, left } = &*lot;
    let running = conn.row("SELECT running FROM jobs WHERE id = $1", params![id]).await?;
    let most = running.map_or(Ok(0), |row| row.count("running"))? as usize;
    let numbers = traces::number(conn, most).await?;
    let mut job = jobs::lock(conn, id).await?;
    let mut lost = lost_items(conn, id, dead.as_deref()).await?;
    // Any that were claimed since the look at the counter are left to the next round.
    lost.truncate(most);
    if lost.is_empty() {
        return Ok(None);
    }
    let mut not_begun = 0;
    let back = intents::not_begun(conn, left, &lost).await?;
    for (worker, seqs) in &back {
        let seqs: Vec<i64> = seqs.iter().copied().collect();
        let (job_now, count) = give_back(conn, &job, *worker, &seqs, now).await?;
        (job, not_begun) = (job_now, not_begun + count);
    }
    lost.retain(|(item, held)| !back.get(&held.worker).is_some_and(|seqs| seqs.contains(&item.seq)));
    let items: Vec<Item> = lost.into_iter().map(|(item, _)| item).collect();
    match items.is_empty() {
        true => Ok(Some(Rescued { job, items, not_begun })),
        false => {
            let rescued = settle_lost(conn, job, items, numbers, (verdict, trace), now).await?;
            Ok(Some(Rescued { not_begun, ..rescued }))
        }
    }
}

/// Counts, and wakes a job that was over.
async fn set_going(conn: &mut Conn<'_>, job: Job, moved: &Moved, now: Timestamp) -> Result<Job> {
    if job.state == JobState::Cancelled {
        return Err(Error::State {
            what: format!("job {}", job.id),
            found: job.state.to_string(),
            wanted: "set going again; start a new run instead, what was sent is skipped",
        });
    }
    if job.state.is_final() {
        if job.ledger != LedgerMatch::None
            && let Some(open) = jobs::open_named(conn, &job.name, job.id).await?
        {
            return Err(Error::Conflict(format!(
                "another run of `{}` is {}: job {}; let it end or cancel it, then try again",
                open.name, open.state, open.id
            )));
        }
        jobs::write_change(conn, job.id, &Change::to(JobState::Pending), now).await?;
    }
    jobs::count(conn, job.id, moved, None, now).await
}

async fn lost_items(conn: &mut Conn<'_>, job: JobId, dead: Option<&[i64]>) -> Result<Vec<(Item, Holder)>> {
    let of_dead = dead.map_or_else(String::new, |dead| {
        let tokens: Vec<String> = dead.iter().map(ToString::to_string).collect();
        format!(" AND claimed_by IN ({})", tokens.join(", "))
    });
    let sql = format!("SELECT * FROM items WHERE job_id = $1 AND state = 1{of_dead} ORDER BY seq");
    let rows = conn.rows(&sql, params![job]).await?;
    rows.iter().map(|row| Ok((item_from(row)?, Holder::from_row(row)?))).collect()
}

async fn settle_lost(
    conn: &mut Conn<'_>,
    job: Job,
    mut items: Vec<Item>,
    numbers: Numbers,
    (verdict, trace): (&Verdict, &TraceOf),
    now: Timestamp,
) -> Result<Rescued> {
    let cancelled = job.state == JobState::Cancelled;
    let to = match job.on_unknown {
        OnUnknown::Repeat if !cancelled => ItemState::Queued,
        _ => ItemState::Unknown,
    };
    let count = items.len() as u64;
    let finished = to.is_final().then_some(now);
    for item in &mut items {
        (item.state, item.verdict, item.finished_at) = (to, Some(verdict.clone()), finished);
    }
    let row = |item: &Item| {
        let not_before = i64::from(to == ItemState::Queued);
        json!([item.seq, to.code(), not_before, finished.map(Timestamp::as_micros), verdict_json(verdict), item.detail])
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    let sql = conn.dialect().record_others;
    conn.execute(sql, params![job.id, json!(rows).to_string()]).await?;
    if to == ItemState::Unknown {
        let seqs: Vec<i64> = items.iter().map(|item| item.seq).collect();
        ledger::remember(conn, &job, &seqs, to, now).await?;
    }
    let kept: Vec<Trace> = items.iter().map(|item| trace(&job, item)).collect();
    traces::insert(conn, numbers, &kept).await?;
    let mut changes = Changes::default();
    changes.came(&job, to, now, count);
    changes.write(conn).await?;
    let messages: HashSet<i64> = items.iter().map(|item| item.message_no).collect();
    let mut pacing = Pacing::lock(conn, &job, now).await?;
    pacing.record(now, messages.len() as u64);
    pacing.save(conn).await?;
    let moved = Moved::default().from(ItemState::Running, count).to(to, count);
    let job = jobs::count(conn, job.id, &moved, None, now).await?;
    Ok(Rescued { job, items, not_begun: 0 })
}
