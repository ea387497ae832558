//! The items of a job: streamed in while it is being prepared, listed, and settled by hand.

#[cfg(test)]
mod tests;

use crate::traces::told::{SETTLED, SETTLED_NOT_SENT, SETTLED_SENT};
use crate::{
    Ctx,
    auth::{Access, Granted},
    authority::{self, Acting, Writing},
    cursor::{self, page_size},
    extract::{Json, NAME_MAX, Path, Query, optional_text, text},
    jobs::{api::shown, lookup::existing},
    lines::Lines,
    order,
    problem::{Problem, Result, worded},
    routes::{About, Routes},
    traces::api::generic,
};
use ::api::{
    self,
    items::{Added, Item, ItemsPage, Left, NewItem, Settle, SettleAs, Settled},
};
use axum::{Extension, body::Body, extract::State};
use mail::{
    enqueue::{BATCH, enqueue},
    item::MailItem,
};
use model::{Authority, ItemState, JobKind, JobState, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use store::{ItemFilter, Job, Trace};
use utoipa::IntoParams;
use uuid::Uuid;

/// Items settled in one call.
const SETTLE_MAX: usize = 1_000;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/jobs/{id}/items",
            Access::Read,
            list,
            About::new("Items of a job, in their order").query::<ItemsQuery>().gives::<ItemsPage>(200, "A page"),
        )
        .post(
            "/api/v1/jobs/{id}/items",
            Access::Write,
            add,
            About::new("Add items to a job that is being prepared")
                .unaudited()
                .query::<AddQuery>()
                .takes_text(
                    "application/x-ndjson",
                    "One object per line: seq, message_no, ledger_key?, content?, label, payload, verdict?",
                )
                .gives::<Added>(200, "How many"),
        )
        .post(
            "/api/v1/jobs/{id}/ready",
            Access::Write,
            ready,
            About::new("All items are there: run the job").gives::<api::jobs::Job>(200, "The job"),
        )
        .post(
            "/api/v1/jobs/{id}/settle",
            Access::Write,
            settle,
            About::new("Say of unknown items whether they were sent")
                .takes::<Settle>()
                .gives::<Settled>(200, "The job, and which items"),
        )
}

fn shown_item(item: store::Item) -> Item {
    let waits = item.state == ItemState::Queued && item.not_before > Timestamp::EPOCH;
    Item {
        seq: item.seq,
        message_no: item.message_no,
        line: MailItem::parse(&item.payload).ok().map(|row| row.line).filter(|line| *line > 0),
        state: item.state,
        attempts: item.attempts,
        not_before: waits.then_some(item.not_before),
        finished_at: item.finished_at,
        label: item.label,
        verdict: item.verdict,
        detail: item.detail,
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ItemsQuery {
    /// One or more, separated by commas.
    state: Option<String>,
    /// Only those that did not go as they should.
    trouble: Option<bool>,
    /// Part of the label.
    q: Option<String>,
    /// `first` to last, or `last` to first.
    order: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

async fn list(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Query(query): Query<ItemsQuery>,
) -> Result<axum::Json<ItemsPage>> {
    let job = existing(&ctx, id.into()).await?;
    let states = query.state.as_deref().unwrap_or_default().split(',').filter(|state| !state.is_empty());
    let states = states
        .map(|state| state.trim().parse::<ItemState>().map_err(|error| Problem::invalid(format!("state: {error}"))));
    let filter = ItemFilter {
        states: states.collect::<Result<_>>()?,
        trouble: query.trouble.unwrap_or(false),
        text: optional_text("q", query.q, NAME_MAX)?,
        from_end: order::is_turned(query.order.as_deref(), ["first", "last"])?,
        after: query.cursor.as_deref().map(cursor::number).transpose()?.unwrap_or(0),
        limit: page_size(&ctx, query.limit)?,
    };
    let page = ctx.app.db.items(job.id, &filter).await?;
    let rows = page.rows.into_iter().map(shown_item).collect();
    let next = page.next.map(cursor::of_number);
    Ok(axum::Json(ItemsPage { rows, next, searched_until: page.searched_until }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct AddQuery {
    /// The mailing whose ledger says what was sent before: those items are skipped.
    ledger: Option<String>,
}

async fn add(
    State(ctx): State<Ctx>,
    Writing(job): Writing,
    Query(query): Query<AddQuery>,
    Extension(granted): Extension<Granted>,
    body: Body,
) -> Result<axum::Json<Added>> {
    let id = job.id;
    let ledger = optional_text("ledger", query.ledger, NAME_MAX)?;
    let limits = ctx.app.limits;
    let mut lines = Lines::new(body, limits.line_bytes_max, limits.upload_bytes_max);
    let mut adder = Adder {
        ctx: &ctx,
        may_name_files: authority::of(&granted) == Authority::Owner,
        job,
        ledger,
        batch: Vec::new(),
        last: 0,
        added: Added { accepted: 0, skipped: 0 },
    };
    let outcome = adder.all(&mut lines).await;
    ctx.app.hub.refresh(id).await?;
    match outcome {
        Ok(()) => Ok(axum::Json(adder.added)),
        Err(problem) => Err(problem.with("accepted", adder.added.accepted).with("skipped", adder.added.skipped)),
    }
}

struct Adder<'a> {
    ctx: &'a Ctx,
    /// Whether its payloads may name files of this machine.
    may_name_files: bool,
    job: Job,
    ledger: Option<String>,
    batch: Vec<store::NewItem>,
    last: i64,
    added: Added,
}

impl Adder<'_> {
    async fn all(&mut self, lines: &mut Lines) -> Result<()> {
        while let Some(line) = lines.next().await? {
            let item = self.item(&line).map_err(|what| {
                Problem::invalid(format!("line {}: {what}", lines.number))
                    .remedy("the lines before it were added; correct it, and send it with those after it")
            })?;
            self.batch.push(item);
            if self.batch.len() >= BATCH {
                self.store().await?;
            }
        }
        self.store().await
    }

    fn item(&mut self, line: &[u8]) -> Result<store::NewItem, String> {
        let line: NewItem = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        if line.seq <= self.last || line.message_no < 1 {
            return Err(format!(
                "seq {} after {}: seq and message_no count from 1, and seq rises",
                line.seq, self.last
            ));
        }
        self.last = line.seq;
        let payload = match serde_json::from_str::<Value>(line.payload.get()) {
            Ok(Value::String(text)) => text,
            Ok(_) => line.payload.get().to_owned(),
            Err(error) => return Err(format!("payload: {error}")),
        };
        let payload = if self.job.kind == JobKind::Mail { self.row(&payload)? } else { payload };
        Ok(store::NewItem {
            seq: line.seq,
            message_no: line.message_no,
            ledger_key: line.ledger_key,
            content: line.content,
            label: line.label,
            payload,
            verdict: line.verdict,
        })
    }

    /// A payload of a mailing as it is kept: what the run will read is what was looked at here, and nothing else.
    fn row(&self, payload: &str) -> Result<String, String> {
        let row = MailItem::parse(payload).map_err(|error| format!("payload: {error}"))?;
        if !self.may_name_files && !row.attachments.is_empty() {
            return Err("the payload names files of this machine: send them along with POST /api/v1/mailings".into());
        }
        row.check_addresses().map_err(|error| format!("payload: {error}"))?;
        serde_json::to_string(&row).map_err(|error| error.to_string())
    }

    async fn store(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        let Some(first) = batch.first().map(|item| item.seq) else { return Ok(()) };
        self.refuse_repeats(first).await?;
        let app = &self.ctx.app;
        let (accepted, skipped) = enqueue(&app.db, &app.clock, &app.rng, &self.job, batch, self.ledger.clone()).await?;
        self.added.accepted += accepted;
        self.added.skipped += skipped;
        Ok(())
    }

    /// The job must still be in preparation, and its items end before `first`.
    async fn refuse_repeats(&self, first: i64) -> Result<()> {
        let job = existing(self.ctx, self.job.id).await?;
        if job.state != JobState::Preparing {
            let detail = format!("job {} is {}: items are added while it is being prepared", job.id, job.state);
            return Err(Problem::conflict(detail).remedy("make a new job"));
        }
        if self.added.accepted == 0 {
            let filter = ItemFilter { after: first - 1, limit: 1, ..ItemFilter::default() };
            if let Some(there) = self.ctx.app.db.items(job.id, &filter).await?.rows.first() {
                let detail = format!("item {} is there already, {first} cannot come after it", there.seq);
                return Err(Problem::conflict(detail).remedy("go on behind the last item"));
            }
        }
        Ok(())
    }
}

async fn ready(State(ctx): State<Ctx>, Writing(job): Writing) -> Result<axum::Json<api::jobs::Job>> {
    if job.state != JobState::Preparing {
        return Err(Problem::conflict(worded("problem-not-preparing", &[("id", &job.id), ("state", &job.state)])));
    }
    ctx.mailings().replace_earlier_failures(&job).await?;
    let job = ctx.app.db.finish_preparing(job.id, ctx.app.clock.now()).await?;
    ctx.changed(&job).await;
    Ok(axum::Json(shown(job)))
}

async fn settle(
    State(ctx): State<Ctx>,
    Acting(job): Acting,
    Json(settle): Json<Settle>,
) -> Result<axum::Json<Settled>> {
    let by = text("by", settle.by, NAME_MAX)?;
    if by.trim().is_empty() {
        return Err(Problem::invalid("by: is empty").remedy("say who settles it: it is kept"));
    }
    let Settlement { job, settled, left } = settle_items(&ctx, job, settle.seqs, settle.verdict, &by).await?;
    Ok(axum::Json(Settled { job: shown(job), settled, left }))
}

/// What came of somebody's word on items.
pub(crate) struct Settlement {
    pub(crate) job: Job,
    /// Those that were unknown.
    pub(crate) settled: Vec<i64>,
    left: Vec<Left>,
}

/// Somebody's word on unknown items, and a trace of it for each.
pub(crate) async fn settle_items(
    ctx: &Ctx,
    job: Job,
    seqs: Vec<i64>,
    verdict: SettleAs,
    by: &str,
) -> Result<Settlement> {
    if seqs.is_empty() || seqs.len() > SETTLE_MAX {
        return Err(Problem::invalid(format!("seqs: {} items", seqs.len())).remedy(format!("name 1 to {SETTLE_MAX}")));
    }
    let (state, said) = match verdict {
        SettleAs::Sent => (ItemState::Succeeded, SETTLED_SENT),
        SettleAs::NotSent => (ItemState::Queued, SETTLED_NOT_SENT),
    };
    let (mut traces, mut left) = (Vec::new(), Vec::new());
    for seq in &seqs {
        let item = ctx.app.db.item(job.id, *seq).await?;
        let found = item.as_ref().map(|item| item.state);
        if found != Some(ItemState::Unknown) {
            left.push(Left { seq: *seq, state: found });
        }
        if let Some(item) = item.filter(|item| item.state == ItemState::Unknown) {
            traces.push(Trace {
                seq: Some(*seq),
                attempt: item.attempts,
                outcome: Some(state),
                trace_name: SETTLED.into(),
                comment: format!("{}: {by}{said}", item.label),
                created_by: by.to_owned(),
                ..generic(ctx, &job)
            });
        }
    }
    if traces.is_empty() {
        return Ok(Settlement { job, settled: Vec::new(), left });
    }
    let now = ctx.app.clock.now();
    let (job, settled) = ctx.app.db.settle_unknown(job.id, seqs, state, traces, now).await?;
    ctx.changed(&job).await;
    Ok(Settlement { job, settled, left })
}
