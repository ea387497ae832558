//! What the buttons of a job's page do.

use crate::{
    Ctx,
    auth::{Access, Granted},
    authority::Acting,
    extract::Path,
    jobs::{api::changed, items::settle_items, lookup::existing},
    layout::{Form, Reader, notice, see, view::View},
    problem::{Problem, Result, worded},
    routes::{Routes, form_about},
};
use api::items::SettleAs;
use axum::{Extension, extract::State, response::Response};
use model::JobState;
use store::{Reason, Scope};
use uuid::Uuid;

/// Rows that one form names at the most: those of its page.
const CHOSEN_MAX: usize = 1_000;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .post("/jobs/{id}/pause", ACTS, pause, form_about("Pause a job"))
        .post("/jobs/{id}/resume", ACTS, resume, form_about("Resume a job"))
        .post("/jobs/{id}/cancel", ACTS, cancel, form_about("Cancel a job"))
        .post("/jobs/{id}/retry", ACTS, retry, form_about("Try what failed again, or those rows of it that are named"))
        .post("/jobs/{id}/settle", ACTS, settle, form_about("Say of unknown rows whether they were sent"))
}

const ACTS: Access = Access::Page(Scope::Write);

fn seqs(form: &Form) -> Vec<i64> {
    form.all("seq").filter_map(|seq| seq.parse().ok()).take(CHOSEN_MAX).collect()
}

async fn pause(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let job = existing(&ctx, id.into()).await?;
    let reason = Reason::new("paused_by", granted.name());
    let was = job.state;
    let job = ctx.app.db.pause_job(job.id, reason, None, ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, granted.name()).await;
    ctx.changed(&job).await;
    Ok(see(&format!("/jobs/{id}")))
}

/// A job that an engine would pause again at once stays paused, and its page says why and until when.
async fn resume(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(id): Path<Uuid>,
    Acting(job): Acting,
) -> Result<Response> {
    let now = ctx.app.clock.now();
    if job.state == JobState::Paused
        && let Some((reason, until)) = ctx.app.db.pause_ahead(job.id, now).await?
    {
        let job = ctx.app.db.pause_job(job.id, reason, Some(until), now).await?;
        ctx.changed(&job).await;
        let path = format!("/jobs/{id}");
        // As the page reads them back.
        let words = [("said", "held"), ("n", "0"), ("left", "0")];
        return Ok(see(&format!("{path}?{}", notice::query(&v, &path, &words))));
    }
    let (job, account) = ctx.app.db.resume_by_hand(job.id, now).await?;
    ctx.changed(&job).await;
    if let (Some(wake), Some(_)) = (&ctx.app.wake, account) {
        // Others may have waited for the account.
        wake(None);
    }
    Ok(see(&format!("/jobs/{id}")))
}

async fn cancel(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let job = existing(&ctx, id.into()).await?;
    let reason = Reason::new("cancelled_by", granted.name());
    let was = job.state;
    let job = ctx.app.db.cancel_job(job.id, reason, ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, granted.name()).await;
    ctx.changed(&job).await;
    Ok(see(&format!("/jobs/{id}")))
}

/// Without any row chosen on a page that offers to choose, nothing is done: a click beside the boxes must not set a
/// thousand letters going. The button above, for all of them, sends `all`.
async fn retry(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(id): Path<Uuid>,
    Acting(job): Acting,
    form: Form,
) -> Result<Response> {
    if !job.kind.runs_here() {
        return Err(Problem::conflict(worded("problem-job-elsewhere", &[("id", &job.id)]))
            .remedy(worded("problem-job-elsewhere-help", &[])));
    }
    let (now, chosen) = (ctx.app.clock.now(), seqs(&form));
    let (wanted, (job, retried)) = match form.text("all") {
        "" => (chosen.len() as u64, ctx.app.db.retry_these(job.id, chosen, now).await?),
        _ => (job.counters.failed, ctx.app.db.retry_failed(job.id, now).await?),
    };
    ctx.changed(&job).await;
    Ok(said(&v, id, "retried", retried, wanted))
}

async fn settle(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(id): Path<Uuid>,
    Acting(job): Acting,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let verdict = match form.text("as") {
        "sent" => SettleAs::Sent,
        "not_sent" => SettleAs::NotSent,
        _ => return Err(Problem::invalid("as: is neither `sent` nor `not_sent`")),
    };
    let chosen = seqs(&form);
    if chosen.is_empty() {
        return Ok(said(&v, id, "none", 0, 0));
    }
    let wanted = chosen.len() as u64;
    let word = settle_items(&ctx, job, chosen, verdict, granted.name()).await?;
    Ok(said(&v, id, "settled", word.settled.len() as u64, wanted))
}

/// To the page that says what was done, and of how many of those `wanted` it could not be.
pub(super) fn said(v: &View, id: Uuid, word: &str, number: u64, wanted: u64) -> Response {
    let left = wanted.saturating_sub(number);
    let word = if number == 0 && left == 0 { "none" } else { word };
    let path = format!("/jobs/{id}/undelivered");
    let words = [("said", word), ("n", &*number.to_string()), ("left", &*left.to_string())];
    see(&format!("{path}?{}", notice::query(v, &path, &words)))
}
