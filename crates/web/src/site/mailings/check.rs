//! Every row looked at before anything leaves: what would be sent, how long it takes, and what is wrong.

use super::{
    address,
    draft::Draft,
    message,
    show::{Nth, problem_row, shown as letter_of},
    trial::{self, Trial},
};
use crate::{
    Ctx,
    extract::Query,
    mailing::Plan,
    pages::{
        mailings::{CheckPage, Found, Preview, ProblemRow, Step},
        parts::{Faults, Notice, Pager},
        states,
        view::View,
    },
    problem::{Problem, Result},
    site::{Form, Reader, page, see},
};
use axum::{extract::State, http::StatusCode, response::Response};
use mail::{preflight::Report, rate::RawLimits, spec::OnInvalid};
use serde::Deserialize;
use std::sync::Arc;
use store::Account;
use tokio::task::spawn_blocking;
use utoipa::IntoParams;

/// Problems on one page.
const SHOWN: usize = 50;

pub(super) async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Query(query): Query<CheckQuery>,
    draft: Draft,
) -> Result<Response> {
    let (faults, _) = message::faults(&v, &draft.content);
    if draft.content.list.is_none() || !faults.is_empty() {
        return Ok(see(&address(&draft, if draft.content.list.is_none() { "recipients" } else { "message" })));
    }
    let (row, from) = (query.row.unwrap_or(1).clamp(1, u64::from(u32::MAX)), query.from.unwrap_or(0));
    let mut said = Said { row, from, ..Said::default() };
    if let Some(trial) = Trial::read(&query.said, &query.code) {
        said.test_to = trial::shortened(&query.to);
        trial.tell(&v, &mut said);
    }
    answer(&ctx, &v, &draft, said).await
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
pub(super) struct CheckQuery {
    /// The recipient whose message is shown, from 1.
    row: Option<u64>,
    /// The first of the problems shown.
    from: Option<usize>,
    /// What came of a test to oneself: a word, the code of the verdict, and the address it was for.
    said: String,
    code: String,
    to: String,
}

/// "Leave these rows out."
pub(super) async fn skip(State(ctx): State<Ctx>, mut draft: Draft, form: Form) -> Result<Response> {
    draft.content.form.on_invalid = if form.text("skip").is_empty() { OnInvalid::Stop } else { OnInvalid::Skip };
    draft.save(&ctx).await?;
    Ok(see(&address(&draft, "check")))
}

/// What the page says besides what was found.
#[derive(Default)]
pub(super) struct Said {
    pub(super) row: u64,
    pub(super) from: usize,
    pub(super) test_to: String,
    pub(super) date: String,
    pub(super) time: String,
    pub(super) faults: Faults,
    pub(super) notice: Option<Notice>,
    pub(super) status: StatusCode,
}

pub(super) async fn answer(ctx: &Ctx, v: &View, draft: &Draft, said: Said) -> Result<Response> {
    let Said { row, from, test_to, date, time, faults, notice, status } = said;
    let account = account(ctx, draft).await?;
    let (plan, report, nth) = look(ctx, v, draft, row).await?;
    let preview = Preview {
        id: draft.id.to_string(),
        on: "check",
        row,
        has_next: nth.has_next,
        of: letter_of(nth.letter(ctx, &plan)),
    };
    let (problems, pager) = problems(v, draft, &report, row, from);
    let found = found(ctx, v, &plan, &report, &account).await?;
    let steps = draft.steps(Step::Check);
    Ok(page(status, &CheckPage { v, steps, found, problems, pager, preview, test_to, date, time, faults, notice }))
}

pub(super) async fn account(ctx: &Ctx, draft: &Draft) -> Result<Account> {
    let name = &draft.content.form.account;
    let missing = || Problem::conflict(format!("account `{name}` is not there any more")).remedy("choose another");
    ctx.app.db.account_named(name).await?.ok_or_else(missing)
}

/// Every row; row `row` is kept to be shown.
pub(super) async fn look(ctx: &Ctx, v: &View, draft: &Draft, row: u64) -> Result<(Arc<Plan>, Report, Nth)> {
    let upload = Arc::new(draft.upload(ctx, None, v.language)?);
    // Dropped with this call: nobody waits for the answer any more.
    let caller = Arc::new(());
    let waiting = Arc::downgrade(&caller);
    let looked = spawn_blocking(move || {
        let plan = Plan::new(upload)?;
        let mut nth = Nth::default();
        let report = plan.rows(|item| {
            nth.see(row, item);
            waiting.strong_count() > 0
        })?;
        Ok::<_, Problem>((Arc::new(plan), report, nth))
    });
    looked.await.map_err(|error| Problem::internal(&error))?
}

fn problems(v: &View, draft: &Draft, report: &Report, row: u64, from: usize) -> (Vec<ProblemRow>, Pager) {
    let listed = &report.problems.listed;
    let list = draft.content.list.as_ref().map_or("", |list| list.name.as_str());
    let place = |problem: &mail::problem::Problem| {
        let step = match problem {
            _ if problem.is_of_attachment => "files",
            _ if &*problem.file == list => "recipients",
            _ => "message",
        };
        address(draft, step)
    };
    let shown: Vec<ProblemRow> = listed
        .iter()
        .skip(from)
        .take(SHOWN)
        .map(|problem| problem_row(v, list, problem, Some(place(problem))))
        .collect();
    let at = |from: usize| format!("{}?row={row}&from={from}#problems", address(draft, "check"));
    let behind = from.saturating_add(SHOWN);
    let pager = Pager {
        first: (from > 0).then(|| at(0)),
        next: (behind < listed.len()).then(|| at(behind)),
        shown: shown.len() as u64,
        total: Some(report.problems.errors + report.problems.warnings),
        reach: None,
    };
    (shown, pager)
}

async fn found(ctx: &Ctx, v: &View, plan: &Plan, report: &Report, account: &Account) -> Result<Found> {
    let (used, _) = ctx.app.db.used_in_a_day(account.id, v.now).await?;
    let limits = &account.limits;
    let limits = RawLimits {
        per_second: limits.per_second,
        per_minute: limits.per_minute,
        per_hour: limits.per_hour,
        daily: limits.daily,
        batch: limits.batch.as_ref().map(|batch| batch.size),
        pause: limits.batch.as_ref().map(|batch| batch.pause),
    };
    Ok(Found {
        messages: report.messages,
        recipients: report.recipients,
        bytes: report.bytes_estimate,
        errors: report.problems.errors,
        warnings: report.problems.warnings,
        bad: report.rows.saturating_sub(report.rows_good),
        on_invalid: plan.mailing.on_invalid,
        leaves: !report.refuses(plan.mailing.on_invalid),
        incomplete: report.incomplete,
        account: account.name.clone(),
        eta: mail::preflight::eta(report.messages, &limits, used, v.language),
        pause: account.pause.as_ref().map(|pause| states::reason(v, &pause.reason.code, &pause.reason.detail)),
    })
}
