//! The feed of outcomes: each once, in the order in which they were stored, for those who keep their own books.

use crate::{
    Ctx,
    auth::Access,
    cursor::page_size,
    extract::{NAME_MAX, Query, optional_text},
    problem::Result,
    routes::{About, Routes},
};
use api::outcomes::{Outcome, Outcomes};
use axum::extract::State;
use mail::{item::MailItem, spec::Mailing};
use model::{JobId, JobKind};
use serde::Deserialize;
use std::collections::{HashMap, hash_map::Entry};
use store::{Job, Trace};
use utoipa::IntoParams;

/// Pages of the whole feed looked through for one page of one mailing.
const PAGES_MAX: usize = 10;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/outcomes",
        Access::Read,
        list,
        About::new("What became of items, each outcome once, in order")
            .query::<OutcomesQuery>()
            .gives::<Outcomes>(200, "A page"),
    )
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct OutcomesQuery {
    /// The `next` of the page before, or 0.
    after: Option<i64>,
    limit: Option<u32>,
    /// Only those of the mailing of that name.
    mailing: Option<String>,
}

async fn list(State(ctx): State<Ctx>, Query(query): Query<OutcomesQuery>) -> Result<axum::Json<Outcomes>> {
    let limit = page_size(&ctx, query.limit)?;
    let mailing = optional_text("mailing", query.mailing, NAME_MAX)?;
    Ok(axum::Json(after(&ctx, query.after.unwrap_or(0), limit, mailing.as_deref()).await?))
}

/// The outcomes behind `from`, at most `limit`, of the mailing of that name or of all.
pub(crate) async fn after(ctx: &Ctx, from: i64, limit: u32, mailing: Option<&str>) -> Result<Outcomes> {
    let mut runs: HashMap<JobId, Option<RunOf>> = HashMap::new();
    let mut page = Outcomes { outcomes: Vec::new(), next: from };
    for _ in 0..PAGES_MAX {
        let traces = ctx.app.db.outcomes_after(page.next, limit).await?.rows;
        let is_last = traces.len() < limit as usize;
        for trace in traces {
            let run = run_of(ctx, &mut runs, trace.job).await?;
            page.next = trace.no;
            if mailing.is_none_or(|name| run.is_some_and(|run| run.job.name == name)) {
                page.outcomes.push(outcome(ctx, trace, run).await?);
            }
            if page.outcomes.len() == limit as usize {
                return Ok(page);
            }
        }
        if is_last {
            break;
        }
    }
    Ok(page)
}

struct RunOf {
    job: Job,
    mailing: Option<Mailing>,
}

async fn run_of<'a>(
    ctx: &Ctx,
    runs: &'a mut HashMap<JobId, Option<RunOf>>,
    id: Option<JobId>,
) -> Result<Option<&'a RunOf>> {
    let Some(id) = id else { return Ok(None) };
    let run = match runs.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(ctx.app.db.job(id).await?.map(|job| {
            let mailing = (job.kind == JobKind::Mail).then(|| serde_json::from_str(&job.spec).ok()).flatten();
            RunOf { job, mailing }
        })),
    };
    Ok(run.as_ref())
}

async fn outcome(ctx: &Ctx, trace: Trace, run: Option<&RunOf>) -> Result<Outcome> {
    let item = match (trace.job, trace.seq) {
        (Some(job), Some(seq)) => ctx.app.db.item(job, seq).await?,
        _ => None,
    };
    let row = item.as_ref().and_then(|item| serde_json::from_str::<MailItem>(&item.payload).ok());
    let key = match (run.and_then(|run| run.mailing.as_ref()), row) {
        (Some(mailing), Some(row)) if !mailing.key.is_empty() => {
            mailing.key.iter().map(|index| row.values.get(*index).cloned().unwrap_or_default()).collect()
        }
        (_, Some(row)) => row.values,
        _ => Vec::new(),
    };
    Ok(Outcome {
        no: trace.no,
        id: trace.id,
        job: trace.job,
        mailing: run.map(|run| run.job.name.clone()).unwrap_or_default(),
        seq: trace.seq,
        key,
        label: item.map(|item| item.label).unwrap_or_default(),
        outcome: trace.outcome,
        attempt: trace.attempt,
        file_name: trace.file_name,
        comment: trace.comment,
        verdict: trace.verdict,
        at: trace.created_at,
    })
}
