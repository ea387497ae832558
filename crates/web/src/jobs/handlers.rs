//! One job: how it stands, its sides, and what may be done to it.

pub(crate) mod across;
mod actions;
mod correct;
mod later;
pub(crate) mod list;
mod log_text;
mod reuse;
mod sheets;
#[cfg(test)]
mod tests;

use crate::traces::told::{ending, labelled};
use crate::{
    Ctx,
    auth::Access,
    authority, cursor,
    extract::{Path, Query},
    issues::links,
    jobs::{
        embed,
        lookup::existing,
        pages::show::{
            ItemRow, ItemsPage, JobHead, JobLogPage, JobTracesPage, LaterRun, LogLine, May, OverviewPage, TimelinePage,
            TimelineStep, TroubleRow, UndeliveredPage,
        },
        told::told,
    },
    layout::{
        foreign::plain,
        parts::{Choice, IssueLink, Mood, Notice, Pager, SortLink, Sorted, TraceRow},
        states,
        view::View,
    },
    problem::{Problem, Result},
    routes::Routes,
    sheet::Dialect,
};
use crate::{
    layout::{Reader, notice, rows, shown},
    routes::page_about,
};
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, request::Parts},
    response::Response,
};
use mail::{item::MailItem, spec::Mailing};
use model::{Authority, ItemState, JobKind, JobState};
use serde::Deserialize;
use std::{collections::HashMap, time::Duration};
use store::{Item, ItemFilter, Job, Scope, SearchPage, Trace, TraceFilter};
use utoipa::IntoParams;
use uuid::Uuid;

/// Of those who did not get theirs, on the first side.
const TROUBLE_FIRST: u32 = 10;
const ROWS: u32 = 100;
/// Failed items that are looked at to count those that can be tried again.
const RETRY_EXAMINED: u32 = 1_000;
/// How far a search looked: with what it found, at first, and further on.
const SAID: rows::ReachWords =
    rows::ReachWords { some: "items-reach", none: "items-reach-none", none_more: "items-reach-more" };
const LOG_FIRST: usize = 50;
const LOG_LAST: usize = 500;

pub(crate) fn declare(routes: Routes) -> Routes {
    let page = |summary| page_about(summary).query::<SideQuery>();
    let routes = routes
        .get("/jobs/{id}", READS, overview, page("One job: how it stands"))
        .get("/jobs/{id}/undelivered", READS, undelivered, page("Who did not get theirs, and why"))
        .get("/jobs/{id}/items", READS, items, page("The items of a job"))
        .get("/jobs/{id}/traces", READS, traces, page("The traces of a job"))
        .get("/jobs/{id}/log", READS, log, page("The last lines of a job's log"))
        .get("/jobs/{id}/log.txt", READS, log_text::download, page("The whole log of a job, as a text"))
        .get("/jobs/{id}/timeline", READS, timeline, page("The states that a job came into"));
    sheets::declare(reuse::declare(correct::declare(actions::declare(routes))))
}

const READS: Access = Access::Page(Scope::Read);

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct SideQuery {
    /// Part of the label.
    q: String,
    state: String,
    /// `back`: from the last item to the first; `oldest`: the oldest trace first.
    sort: String,
    cursor: String,
    /// What the last action came to: a word, how many, and how many of those chosen it did not suit.
    said: String,
    n: u64,
    left: u64,
    /// That an action of this session said so.
    seal: String,
}

/// What every side is asked with: whose page it is, the job, and the rest of the address.
struct Side {
    v: View,
    job: Job,
    query: SideQuery,
}

impl FromRequestParts<Ctx> for Side {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self> {
        let Ok(Reader(v)) = Reader::from_request_parts(parts, ctx).await;
        let Path(id) = Path::<Uuid>::from_request_parts(parts, ctx).await?;
        let Query(query) = Query::from_request_parts(parts, ctx).await?;
        let job = existing(ctx, id.into()).await?;
        let part_of = (job.kind == JobKind::Mail).then_some("/mailings");
        Ok(Self { v: View { part_of, ..v }, job, query })
    }
}

/// What stands above each side.
async fn head(ctx: &Ctx, v: &View, job: &Job, query: &SideQuery) -> Result<JobHead> {
    let progress = ctx.app.hub.publish(job);
    let account = match job.account {
        Some(id) => ctx.app.db.account(id).await?.map(|account| account.name),
        None => None,
    };
    let reason = job.reason.as_ref().map(|reason| states::reason(v, &reason.code, &reason.detail));
    let may = may(v, job);
    Ok(JobHead {
        id: job.id.to_string(),
        name: plain(&job.name),
        kind: job.kind,
        state: job.state,
        counters: job.counters,
        rate: progress.rate,
        left: progress.eta_seconds.map(Duration::from_secs),
        // Of a mailing it is the line of the log that was written last, in the mailing's own language; of a sync uids.
        message: match job.kind {
            JobKind::Mail | JobKind::Dhis2 => None,
            _ => {
                let told = ending(v, &job.message).or_else(|| labelled(v, &job.message));
                Some(told.unwrap_or_else(|| job.message.clone()))
            }
        },
        reason: reason.filter(|_| job.state != JobState::Running),
        resumes_at: job.resumes_at,
        person: job.created_by.clone(),
        account,
        created_at: job.created_at,
        active: job.finished_at.map(|_| job.active),
        retryable: if may.retry { retryable(ctx, job).await? } else { Some(0) },
        may,
        diagnosis: if v.administers() { crate::diagnoses::handlers::of_job(ctx, v, job.id).await? } else { None },
        notice: notice(v, job, query),
    })
}

/// Of the failed items, those that were tried: what was left out before stays as wrong as it was.
async fn retryable(ctx: &Ctx, job: &Job) -> Result<Option<u64>> {
    if job.counters.failed == 0 {
        return Ok(Some(0));
    }
    let filter = ItemFilter { states: vec![ItemState::Failed], limit: RETRY_EXAMINED, ..ItemFilter::default() };
    let failed = ctx.app.db.items(job.id, &filter).await?;
    let tried = failed.rows.iter().filter(|item| item.attempts > 0).count() as u64;
    Ok(failed.next.is_none().then_some(tried))
}

fn may(v: &View, job: &Job) -> May {
    if !v.operates() {
        return May::default();
    }
    // What would be refused is not offered.
    let acts = v.administers() || tasks::needs(job.kind) == Authority::Write;
    let ours = acts && job.kind.runs_here();
    May {
        pause: matches!(job.state, JobState::Running | JobState::Pending),
        resume: acts && job.state == JobState::Paused,
        cancel: !job.state.is_final() && job.state != JobState::Preparing,
        retry: ours && job.state != JobState::Cancelled && job.state != JobState::Preparing,
        settle: ours,
        // A signature is asked for on the server alone: the next one would go out without.
        reuse: job.kind == JobKind::Mail
            && job.state.is_final()
            && Mailing::parse(&job.spec).is_ok_and(|m| m.dkim.is_none()),
        correct: job.kind == JobKind::Mail && job.state != JobState::Cancelled && job.state != JobState::Preparing,
    }
}

fn notice(v: &View, job: &Job, query: &SideQuery) -> Option<Notice> {
    let words = [("said", &*query.said), ("n", &*query.n.to_string()), ("left", &*query.left.to_string())];
    if !notice::is_ours(v, &words, &query.seal) {
        return None;
    }
    let is_over = job.counters.remaining() == 0;
    let (done, left) = match query.said.as_str() {
        "retried" if is_over => ("said-retried-over", "said-not-retried"),
        "retried" => ("said-retried", "said-not-retried"),
        "corrected" if is_over => ("said-corrected-over", "said-not-corrected"),
        "corrected" => ("said-corrected", "said-not-corrected"),
        "settled" => ("said-settled", "said-not-settled"),
        "held" => {
            let (reason, until) = job.reason.as_ref().zip(job.resumes_at)?;
            let why = states::reason(v, &reason.code, &reason.detail);
            let text = v.with_all("said-held", &[("why", why), ("time", v.moment(&until))]);
            return (job.state == JobState::Paused).then_some(Notice { mood: Mood::Warn, text });
        }
        "none" => return Some(Notice { mood: Mood::Warn, text: v.t("said-none") }),
        _ => return None,
    };
    let parts = [(done, query.n), (left, query.left)].into_iter().filter(|(_, n)| *n > 0);
    let text = parts.map(|(id, n)| v.count(id, &n)).collect::<Vec<_>>().join(" ");
    let mood = if query.left > 0 { Mood::Warn } else { Mood::Ok };
    (!text.is_empty()).then_some(Notice { mood, text })
}

async fn overview(State(ctx): State<Ctx>, headers: HeaderMap, side: Side) -> Result<Response> {
    let Side { v, job, query } = side;
    let trouble = trouble(&ctx, &job, 0, TROUBLE_FIRST).await?.rows;
    let trouble = trouble.into_iter().map(|item| trouble_row(&v, &job, item)).collect();
    let (log, log_next) = last_lines(&ctx, &v, &job, LOG_FIRST).await?;
    let again = later::runs(&ctx, &job).await?;
    let embed = embed::lines(&ctx.origin(&headers), &job, &ctx.app.vault.job_token(job.id));
    let head = head(&ctx, &v, &job, &query).await?;
    Ok(shown(&OverviewPage { v: &v, head, trouble, again, log, log_next, embed }))
}

async fn undelivered(State(ctx): State<Ctx>, side: Side) -> Result<Response> {
    let Side { v, job, query } = side;
    let page = trouble(&ctx, &job, query.after()?, ROWS).await?;
    let pager = query.pager(&format!("/jobs/{}/undelivered", job.id), page.rows.len(), page.next);
    let rows = page.rows.into_iter().map(|item| trouble_row(&v, &job, item)).collect();
    let head = head(&ctx, &v, &job, &query).await?;
    Ok(shown(&UndeliveredPage { v: &v, head, rows, pager }))
}

async fn trouble(ctx: &Ctx, job: &Job, after: i64, limit: u32) -> Result<SearchPage<Item, i64>> {
    let filter = ItemFilter { trouble: true, states: trouble_states(), after, limit, ..ItemFilter::default() };
    Ok(ctx.app.db.items(job.id, &filter).await?)
}

/// Succeeded: where some addresses of a row were refused.
fn trouble_states() -> Vec<ItemState> {
    vec![ItemState::Succeeded, ItemState::Failed, ItemState::Unknown, ItemState::Skipped]
}

fn mailing_of(job: &Job) -> Option<Mailing> {
    (job.kind == JobKind::Mail).then(|| serde_json::from_str(&job.spec).ok()).flatten()
}

fn trouble_row(v: &View, job: &Job, item: Item) -> TroubleRow {
    let mailing = mailing_of(job);
    let mail = mailing.and_then(|mailing| Some((mailing, serde_json::from_str::<MailItem>(&item.payload).ok()?)));
    let correctable = job.kind == JobKind::Mail && v.operates() && correct::is_correctable(&item);
    let by = if v.administers() { Authority::Admin } else { Authority::Write };
    let withheld = correctable && mail.as_ref().is_some_and(|(_, mail)| !authority::may_redirect(by, job, mail));
    let address = (correctable && !withheld).then(|| correct::shown_address(&item));
    let was = correct::seen(&item);
    let (reason, reply) =
        item.verdict.map_or_else(Default::default, |verdict| (v.verdict(&verdict), v.reply(&verdict)));
    TroubleRow {
        seq: item.seq,
        label: item.label,
        state: item.state,
        reason,
        reply,
        attempts: item.attempts.unsigned_abs(),
        at: item.finished_at,
        line: mail.as_ref().map(|(_, mail)| mail.line).filter(|line| *line > 0),
        about: mail.as_ref().and_then(|(mailing, mail)| mail::correct::about(mailing, mail)).map(str::to_owned),
        file: mail.as_ref().and_then(|(_, mail)| mail.file_label()).map(str::to_owned),
        address,
        withheld,
        was,
        fault: None,
    }
}

async fn items(State(ctx): State<Ctx>, side: Side) -> Result<Response> {
    let Side { v, job, query } = side;
    let filter = ItemFilter { limit: ROWS, ..query.items()? };
    let page = ctx.app.db.items(job.id, &filter).await?;
    let path = format!("/jobs/{}/items", job.id);
    let row_head = SortLink::new(&query.sort, "", "back", Sorted::Ascending, |sort| query.address(&path, sort, ""));
    let mut pager = query.pager(&path, page.rows.len(), page.next);
    let cursor = (filter.after > 0).then_some(filter.after);
    pager.reach =
        page.searched_until.map(|seq| rows::reach(&v, &SAID, &v.number(&seq.unsigned_abs()), page.rows.len(), cursor));
    let mailing = mailing_of(&job);
    let later = later::named(&ctx, &page.rows).await?;
    let mut issues = issues(&ctx, &job, page.rows.iter().any(|item| IN_TROUBLE.contains(&item.state))).await?;
    let row = |item: Item| {
        let issues = issues.remove(&item.seq).unwrap_or_default();
        ItemRow { issues, ..item_row(&v, mailing.as_ref(), &later, item) }
    };
    let rows = page.rows.into_iter().map(row).collect();
    let any = (String::new(), v.t("any-state"));
    let states = ItemState::ALL.iter().map(|state| (state.as_str().to_owned(), v.word(state)));
    let states = Choice::of(std::iter::once(any).chain(states), &query.state);
    let head = head(&ctx, &v, &job, &query).await?;
    let csv = query.address(&format!("/jobs/{}/items.csv", job.id), &query.sort, "");
    Ok(shown(&ItemsPage { v: &v, head, q: query.q, states, sort: query.sort, row_head, rows, pager, csv }))
}

fn item_row(v: &View, mailing: Option<&Mailing>, later: &[LaterRun], item: Item) -> ItemRow {
    let mail = mailing.and_then(|mailing| Some((mailing, serde_json::from_str::<MailItem>(&item.payload).ok()?)));
    let line = mail.as_ref().map(|(_, mail)| mail.line).filter(|line| *line > 0);
    let about = mail.as_ref().and_then(|(mailing, mail)| mail::correct::about(mailing, mail)).map(str::to_owned);
    let file = mail.as_ref().and_then(|(_, mail)| mail.file_label()).map(str::to_owned);
    let submitted = mail.as_ref().and_then(|(_, mail)| mail.submitted.as_ref());
    let message = submitted.filter(|_| v.operates()).map(|submitted| format!("/messages/{}", submitted.id));
    let again = later::of(&item).and_then(|id| later.iter().find(|run| run.job == id)).cloned();
    let verdict = item.verdict.map(|verdict| v.verdict(&verdict)).unwrap_or_default();
    let detail = [verdict, item.detail].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    ItemRow {
        line: line.unwrap_or(item.seq.unsigned_abs()),
        about,
        file,
        message,
        again,
        label: item.label,
        state: item.state,
        attempts: item.attempts.unsigned_abs(),
        detail,
        issues: Vec::new(),
        at: item.finished_at,
    }
}

/// States of items that may have raised an error.
const IN_TROUBLE: [ItemState; 3] = [ItemState::Failed, ItemState::Unknown, ItemState::Queued];

/// The issues that the items of a job have raised, by their numbers, where `any` may have.
async fn issues(ctx: &Ctx, job: &Job, any: bool) -> Result<HashMap<i64, Vec<IssueLink>>> {
    match any && job.kind != JobKind::Mail {
        true => links::of_job(ctx, job.id).await,
        false => Ok(HashMap::new()),
    }
}

async fn traces(State(ctx): State<Ctx>, side: Side) -> Result<Response> {
    let Side { v, job, query } = side;
    let before = (!query.cursor.is_empty()).then(|| cursor::number(&query.cursor)).transpose()?;
    let oldest_first = query.sort == "oldest";
    let filter = TraceFilter { job: Some(job.id), oldest_first, before, limit: ROWS, ..TraceFilter::default() };
    let page = ctx.app.db.traces(&filter).await?;
    let path = format!("/jobs/{}/traces", job.id);
    let when = SortLink::new(&query.sort, "", "oldest", Sorted::Descending, |sort| query.address(&path, sort, ""));
    let pager = query.pager(&path, page.rows.len(), page.next);
    let issues = issues(&ctx, &job, page.rows.iter().any(|trace| trace.errors)).await?;
    let row = |trace: Trace| {
        let raised = trace.seq.filter(|_| trace.errors).and_then(|seq| issues.get(&seq).cloned());
        TraceRow { issues: raised.unwrap_or_default(), ..rows::trace(&v, trace) }
    };
    let rows = page.rows.into_iter().map(row).collect();
    let csv = format!("/api/v1/traces.csv?job={}&dialect={}", job.id, Dialect::of(v.language).as_str());
    let head = head(&ctx, &v, &job, &query).await?;
    Ok(shown(&JobTracesPage { v: &v, head, rows, when, pager, csv }))
}

async fn log(State(ctx): State<Ctx>, side: Side) -> Result<Response> {
    let Side { v, job, query } = side;
    let (log, log_next) = last_lines(&ctx, &v, &job, LOG_LAST).await?;
    let whole = format!("/jobs/{}/log.txt", job.id);
    let head = head(&ctx, &v, &job, &query).await?;
    Ok(shown(&JobLogPage { v: &v, head, log, log_next, whole }))
}

/// The end of a job's log, and where it goes on.
async fn last_lines(ctx: &Ctx, v: &View, job: &Job, lines: usize) -> Result<(Vec<LogLine>, u64)> {
    let page = ctx.app.job_log.tail(job.id, lines).await.map_err(|error| Problem::internal(&error))?;
    let line = |line: model::JobLine| LogLine { at: line.at, level: line.level, message: told(v, &line) };
    Ok((page.lines.into_iter().map(|placed| line(placed.line)).collect(), page.next.0))
}

async fn timeline(State(ctx): State<Ctx>, side: Side) -> Result<Response> {
    let Side { v, job, query } = side;
    let steps = ctx.app.db.job_steps(job.id).await?;
    let rows = steps
        .into_iter()
        .map(|step| TimelineStep {
            at: step.at,
            state: step.state,
            person: String::new(),
            reason: step.reason.map(|reason| states::reason(&v, &reason.code, &reason.detail)).unwrap_or_default(),
        })
        .collect();
    let head = head(&ctx, &v, &job, &query).await?;
    Ok(shown(&TimelinePage { v: &v, head, rows }))
}

impl SideQuery {
    fn after(&self) -> Result<i64> {
        if self.cursor.is_empty() { Ok(0) } else { cursor::number(&self.cursor) }
    }

    /// The items that are asked for; how many is up to who shows them.
    fn items(&self) -> Result<ItemFilter> {
        Ok(ItemFilter {
            states: self.state.parse().ok().into_iter().collect(),
            text: (!self.q.is_empty()).then(|| self.q.chars().take(200).collect()),
            from_end: self.sort == "back",
            after: self.after()?,
            ..ItemFilter::default()
        })
    }

    fn address(&self, path: &str, sort: &str, cursor: &str) -> String {
        rows::address(path, &[("q", &self.q), ("state", &self.state), ("sort", sort), ("cursor", cursor)])
    }

    fn pager(&self, path: &str, shown: usize, next: Option<i64>) -> Pager {
        let address = |cursor: &str| self.address(path, &self.sort, cursor);
        Pager {
            first: (!self.cursor.is_empty()).then(|| address("")),
            next: next.map(|next| address(&cursor::of_number(next))),
            shown: shown as u64,
            total: None,
            reach: None,
        }
    }
}
