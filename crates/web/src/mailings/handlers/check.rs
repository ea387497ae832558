//! Every row looked at before anything leaves: what would be sent, how long it takes, and what is wrong.

use super::{
    address,
    draft::{Draft, Relation},
    message,
    show::{Nth, nth_letter, problem_row, shown as letter_of},
    trial::{self, Trial},
};
use crate::{
    Ctx,
    extract::Query,
    layout::{
        Form, Reader, notice, page,
        parts::{Faults, Notice, Pager},
        see, states,
        view::View,
    },
    mailings::pages::{
        Before, CheckPage, CheckSummary, EarlierShown, Fix, Listing, Preview, ProblemRow, Question, ReceivedShown,
        WaitingShown, WizardStep,
    },
    problem::{Problem, Result},
};
use axum::{extract::State, http::StatusCode, response::Response};
use mail::{
    letter::Letter,
    mailing::{Comparison, Earlier, Plan, ReceivedRow, Undecided, WaitingRow},
    preflight::Report,
    rate::RawLimits,
    spec::{Changed, OnInvalid},
};
use serde::Deserialize;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Account, LedgerMatch};
use tokio::task::spawn_blocking;
use utoipa::IntoParams;

/// Problems on one page.
const SHOWN: usize = 50;
/// Of those who will receive it, at first and when all are asked for.
const WAITING_FIRST: usize = 20;
const WAITING_ALL: usize = 1_000;

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
    let listing = if query.all.is_empty() { Listing::First } else { Listing::All };
    let test_to = v.viewer.as_ref().map(|viewer| viewer.name.clone()).filter(|name| name.contains('@'));
    let mut said = CheckState { row, from, listing, test_to: test_to.unwrap_or_default(), ..CheckState::default() };
    let is_ours = notice::is_ours(&v, &trial::words(&query.said, &query.code, &query.to), &query.seal);
    if let Some(trial) = Trial::read(&query.said, &query.code).filter(|_| is_ours) {
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
    /// `yes`: all who will receive it are listed, as far as a page goes.
    all: String,
    /// What came of a test to oneself: a word, the code of the verdict, and the address it was for.
    said: String,
    code: String,
    to: String,
    /// That this session has made the test.
    seal: String,
}

/// "Leave these rows out."
pub(super) async fn skip(State(ctx): State<Ctx>, mut draft: Draft, form: Form) -> Result<Response> {
    draft.content.form.on_invalid = if form.text("skip").is_empty() { OnInvalid::Stop } else { OnInvalid::Skip };
    draft.save(&ctx).await?;
    Ok(see(&address(&draft, "check")))
}

/// What the page says besides what was found.
#[derive(Default)]
pub(super) struct CheckState {
    pub(super) row: u64,
    pub(super) from: usize,
    pub(super) listing: Listing,
    pub(super) test_to: String,
    pub(super) date: String,
    pub(super) time: String,
    pub(super) faults: Faults,
    pub(super) notice: Option<Notice>,
    pub(super) status: StatusCode,
}

pub(super) async fn answer(ctx: &Ctx, v: &View, draft: &Draft, said: CheckState) -> Result<Response> {
    let CheckState { row, from, listing, test_to, date, time, faults, notice, status } = said;
    let account = account(ctx, draft).await?;
    let Looked { plan, report, comparison, nth } = look(ctx, v, draft, row).await?;
    let before = before(draft, &comparison, listing);
    let leaves = |row: u64| comparison.is_waiting(row.cast_signed(), before.ledger());
    let preview = preview(ctx, v, draft, (row, nth.letter(ctx, &plan)), (report.rows, leaves)).await?;
    let (problems, pager) = problems(v, draft, &report, preview.row, from);
    let found = found(ctx, v, &plan, &report, (&comparison, before.ledger()), &account).await?;
    let steps = draft.steps(WizardStep::Check);
    Ok(page(
        status,
        &CheckPage { v, steps, found, before, problems, pager, preview, test_to, date, time, faults, notice },
    ))
}

/// The message of row `wanted`, or of the next that leaves, with ways to the others that do.
async fn preview(
    ctx: &Ctx,
    v: &View,
    draft: &Draft,
    (wanted, letter): (u64, Option<Result<Letter, String>>),
    (rows, leaves): (u64, impl Fn(u64) -> bool),
) -> Result<Preview> {
    let behind = |from: u64| (from..=rows).find(|row| leaves(*row));
    let before = |row: u64| (1..row.min(rows.saturating_add(1))).rev().find(|row| leaves(*row));
    let row = behind(wanted).or_else(|| before(wanted)).unwrap_or(wanted);
    let letter = match row == wanted {
        true => letter.filter(|_| leaves(row)),
        false => nth_letter(ctx, draft, row, v.language).await?.0,
    };
    Ok(Preview {
        id: draft.id.to_string(),
        on: "check",
        row,
        previous: before(row),
        next: behind(row.saturating_add(1)),
        of: letter_of(letter),
    })
}

pub(super) async fn account(ctx: &Ctx, draft: &Draft) -> Result<Account> {
    let name = &draft.content.form.account;
    let missing = || Problem::conflict(format!("account `{name}` is not there any more")).remedy("choose another");
    ctx.app.db.account_named(name).await?.ok_or_else(missing)
}

/// What a look at every row came to.
pub(super) struct Looked {
    pub(super) plan: Arc<Plan>,
    pub(super) report: Report,
    pub(super) comparison: Comparison,
    pub(super) nth: Nth,
}

/// Every row; row `row` is kept to be shown.
pub(super) async fn look(ctx: &Ctx, v: &View, draft: &Draft, row: u64) -> Result<Looked> {
    let upload = Arc::new(draft.upload(ctx, None, v.language)?);
    let plan = spawn_blocking(move || Plan::new(upload)).await.map_err(|error| Problem::internal(&error))??;
    let plan = Arc::new(plan);
    let nth = Arc::new(Mutex::new(Nth::default()));
    let seen = Arc::clone(&nth);
    let (report, comparison) = ctx
        .mailings()
        .look_at_rows(&plan, move |item| {
            seen.lock().unwrap_or_else(PoisonError::into_inner).see(row, item);
        })
        .await?;
    let nth = std::mem::take(&mut *nth.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Looked { plan, report, comparison, nth })
}

/// What the page says of earlier mailings.
fn before(draft: &Draft, found: &Comparison, listing: Listing) -> Before {
    let asked = draft.content.asked();
    let decided = found.decide(&asked);
    let earlier = |earlier: &Earlier| EarlierShown {
        name: earlier.name.clone(),
        received: earlier.same + earlier.changed,
        changed: earlier.changed,
        sent_at: earlier.sent_at,
    };
    let question = match &decided {
        Err(Undecided::NewOrRest(one) | Undecided::NameUsed(one)) => Some(Question::NewOrRest(earlier(one))),
        Err(Undecided::ChangedRows) => Some(Question::ChangedRows(found.changed)),
        Err(Undecided::NoSuchMailing) | Ok(_) => None,
    };
    let row = |row: &ReceivedRow| ReceivedShown {
        line: row.line,
        label: row.label.clone(),
        same: row.same,
        uncertain: row.uncertain,
        sent_at: row.sent_at,
    };
    let ledger = decided.unwrap_or(LedgerMatch::KeyAndContent);
    let waiting = |row: &WaitingRow| WaitingShown { line: row.line, label: row.label.clone(), changed: row.changed };
    let most = if listing == Listing::All { WAITING_ALL } else { WAITING_FIRST };
    let is_listed = |row: &&ReceivedRow| row.same || ledger == LedgerMatch::Key;
    Before {
        question,
        completes: asked.completes.then_some(asked.name),
        left_out: found.rows.saturating_sub(found.to_send(ledger)),
        listed: found.listed.iter().filter(is_listed).take(SHOWN).map(row).collect(),
        waiting: found.waiting(ledger).take(most).map(waiting).collect(),
        listing,
        rows: found.rows,
        to_send: found.to_send(ledger),
        key: draft.content.form.key.join(", "),
        by_key: ledger == LedgerMatch::Key,
    }
}

/// "It is a new mailing", or the rest of that one.
pub(super) async fn relate(State(ctx): State<Ctx>, mut draft: Draft, form: Form) -> Result<Response> {
    match form.text("relation") {
        "new" => {
            let content = &mut draft.content;
            if ctx.app.db.is_mailing_name_used(content.name()).await? {
                content.form.name = ctx.mailings().unused_after(content.name()).await?;
            }
            (content.relation, content.changed) = (Relation::New, None);
        }
        "completes" => {
            draft.content.form.name = form.text("name").chars().take(crate::extract::NAME_MAX).collect();
            (draft.content.relation, draft.content.changed) = (Relation::Completes, None);
        }
        "unsaid" => (draft.content.relation, draft.content.changed) = (Relation::Unsaid, None),
        _ => {
            draft.content.changed = match form.text("changed") {
                "send" => Some(Changed::Send),
                "skip" => Some(Changed::Skip),
                _ => None,
            };
        }
    }
    draft.save(&ctx).await?;
    Ok(see(&address(&draft, "check")))
}

fn problems(v: &View, draft: &Draft, report: &Report, row: u64, from: usize) -> (Vec<ProblemRow>, Pager) {
    let listed = &report.problems.listed;
    let list = draft.content.list.as_ref().map_or("", |list| list.name.as_str());
    let place = |problem: &mail::problem::Problem| {
        let (step, word) = match problem {
            _ if problem.is_of_attachment => ("files".to_owned(), "problem-add-files"),
            // Rows are corrected in the list itself, which is then brought again.
            _ if &*problem.file == list => ("recipients#list".to_owned(), "problem-replace-list"),
            _ => (format!("message#{}", message::field_of(&problem.file)), "problem-fix"),
        };
        Fix { address: address(draft, &step), word }
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

async fn found(
    ctx: &Ctx,
    v: &View,
    plan: &Plan,
    report: &Report,
    (comparison, ledger): (&Comparison, LedgerMatch),
    account: &Account,
) -> Result<CheckSummary> {
    let sending = comparison.sending(ledger);
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
    Ok(CheckSummary {
        messages: sending.messages,
        recipients: sending.recipients,
        bytes: sending.bytes,
        errors: report.problems.errors,
        warnings: report.problems.warnings,
        bad: report.rows.saturating_sub(report.rows_good),
        on_invalid: plan.mailing.on_invalid,
        leaves: !report.refuses(plan.mailing.on_invalid),
        incomplete: report.incomplete,
        account: account.name.clone(),
        eta: mail::preflight::eta(sending.messages, &limits, used, v.language),
        // One that is over is only cleared by the next message.
        pause: account
            .pause
            .as_ref()
            .filter(|pause| pause.until.is_none_or(|until| until > v.now))
            .map(|pause| states::reason(v, &pause.reason.code, &pause.reason.detail)),
    })
}
