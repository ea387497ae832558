//! Who did not receive their message, across mailings.

use super::{sheets, trouble_row};
use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::Query,
    jobs::pages::across::{AcrossFilter, AcrossPage, AcrossRow},
    layout::{
        Reader,
        foreign::plain,
        parts::{Choice, Pager},
        rows, shown,
        view::View,
    },
    problem::Result,
    routes::{Routes, page_about},
    sheet::Dialect,
};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use futures_util::{StreamExt as _, stream};
use mail::spec::Mailing;
use model::{Fault, ItemState, JobId, JobKind, Timestamp};
use serde::Deserialize;
use std::time::Duration;
use store::{Item, ItemFilter, Job, JobFilter, Scope};
use utoipa::IntoParams;

const ROWS: usize = 100;
const SHEET_ROWS: usize = 1_000;
/// Mailings, and items of them, that one page looks at.
const MAILINGS_MAX: u32 = 50;
const ITEMS_MAX: usize = 5_000;
const TYPED_MAX: usize = 200;
const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = |summary| page_about(summary).query::<AcrossQuery>();
    let reads = Access::Page(Scope::Read);
    routes.get("/mailings/undelivered", reads, list, about("Who did not receive their message, across mailings")).get(
        "/mailings/undelivered.csv",
        reads,
        sheet,
        about("The same, for a spreadsheet"),
    )
}

/// The filters, as the form sends them: what is empty filters nothing.
#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct AcrossQuery {
    /// Part of the mailing's name.
    mailing: String,
    /// `unknown`, or whose the failure is: `recipient`, `content`, `server`.
    reason: String,
    /// Mailings of so many days: `7`, `30`, `90` or `all`.
    days: String,
    cursor: String,
}

const DAYS: [&str; 4] = ["7", "30", "90", "all"];
const DAYS_USUAL: &str = "30";
const REASONS: [(&str, &str); 5] = [
    ("", "missing-any"),
    ("recipient", "missing-recipient"),
    ("content", "missing-content"),
    ("server", "missing-server"),
    ("unknown", "missing-unknown"),
];

/// A page of them, and where it goes on: as far as the bounds allow, there may be none on it and more behind.
struct Found {
    rows: Vec<(Job, Item)>,
    next: Option<String>,
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<AcrossQuery>) -> Result<Response> {
    let found = find(&ctx, v.now, &query, ROWS).await?;
    let pager = Pager {
        first: (!query.cursor.is_empty()).then(|| query.address("/mailings/undelivered", "")),
        next: found.next.as_deref().map(|next| query.address("/mailings/undelivered", next)),
        shown: found.rows.len() as u64,
        ..Pager::default()
    };
    let rows = found.rows.into_iter().map(|(job, item)| row(&v, &job, item)).collect();
    let csv = query.address("/mailings/undelivered.csv", "");
    Ok(shown(&AcrossPage { v: &v, filter: query.shown(&v), rows, pager, csv }))
}

fn row(v: &View, job: &Job, item: Item) -> AcrossRow {
    let here = cursor::of_number(item.seq - 1);
    AcrossRow {
        mailing: plain(&job.name),
        address: rows::address(&format!("/jobs/{}/undelivered", job.id), &[("cursor", &here)]),
        job: job.id.to_string(),
        trouble: trouble_row(v, job, item),
    }
}

async fn sheet(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<AcrossQuery>) -> Response {
    let dialect = Dialect::of(v.language);
    let mut head = dialect.mark().to_vec();
    let headings = std::iter::once(v.t("missing-mailing")).chain(sheets::headings(&v)).collect::<Vec<_>>();
    dialect.rows([headings], &mut head);
    let pages = stream::unfold((ctx, v, Some(query)), move |(ctx, v, query)| async move {
        let query = query?;
        match find(&ctx, v.now, &query, SHEET_ROWS).await {
            Ok(found) => {
                let mut bytes = Vec::new();
                dialect.rows(found.rows.iter().map(|(job, item)| cells(&v, job, item)), &mut bytes);
                let next = found.next.map(|cursor| AcrossQuery { cursor, ..query });
                Some((Ok(bytes), (ctx, v, next)))
            }
            // The download breaks off, so that nobody takes a part for the whole.
            Err(problem) => {
                tracing::warn!(problem = problem.detail(), "a download of the undelivered broke off");
                Some((Err(std::io::Error::other("the download broke off")), (ctx, v, None)))
            }
        }
    });
    let body = Body::from_stream(stream::once(async { Ok(head) }).chain(pages));
    let file = "attachment; filename=\"undelivered.csv\"";
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, file)], body).into_response()
}

fn cells(v: &View, job: &Job, item: &Item) -> Vec<String> {
    let mailing = serde_json::from_str::<Mailing>(&job.spec).ok();
    let name = crate::traces::api::harmless(&job.name);
    std::iter::once(name).chain(sheets::cells(v, mailing.as_ref(), item)).collect()
}

/// The mailings in trouble one after the other, the newest first, each with its items in their order.
async fn find(ctx: &Ctx, now: Timestamp, query: &AcrossQuery, rows_max: usize) -> Result<Found> {
    let from = Place::read(&query.cursor)?;
    let filter = JobFilter {
        kind: Some(JobKind::Mail),
        trouble: true,
        text: (!query.mailing.is_empty()).then(|| query.mailing.chars().take(TYPED_MAX).collect()),
        since: query.days().parse::<u32>().ok().map(|days| now - DAY * days),
        before: from.before,
        limit: MAILINGS_MAX,
        ..JobFilter::default()
    };
    let page = ctx.app.db.jobs(&filter).await?;
    let (mut rows, mut examined, mut before) = (Vec::new(), 0, from.before);
    for job in page.rows {
        let mut after = if from.job == Some(job.id) { from.after } else { 0 };
        loop {
            let asked = ItemFilter {
                states: vec![ItemState::Failed, ItemState::Unknown],
                after,
                limit: (rows_max - rows.len()).min(ITEMS_MAX - examined) as u32,
                ..ItemFilter::default()
            };
            let items = ctx.app.db.items(job.id, &asked).await?;
            examined += items.rows.len();
            after = items.rows.last().map_or(after, |item| item.seq);
            rows.extend(items.rows.into_iter().filter(|item| query.holds(item)).map(|item| (job.clone(), item)));
            let is_over = items.next.is_none();
            if rows.len() >= rows_max || examined >= ITEMS_MAX {
                let next = Place { before, job: Some(job.id), after };
                return Ok(Found { rows, next: Some(next.written()) });
            }
            if is_over {
                break;
            }
        }
        before = Some((job.created_at, job.id));
    }
    let next = page.next.map(|next| Place { before: Some(next), job: None, after: 0 }.written());
    Ok(Found { rows, next })
}

/// Where a page begins: behind that mailing, and in the one after it behind that item.
struct Place {
    before: Option<(Timestamp, JobId)>,
    job: Option<JobId>,
    after: i64,
}

impl Place {
    fn written(&self) -> String {
        let part = |part: Option<String>| part.unwrap_or_default();
        let job = part(self.job.map(|job| job.to_string()));
        format!("{}.{job}.{}", part(self.before.map(cursor::of_job)), cursor::of_number(self.after))
    }

    fn read(text: &str) -> Result<Self> {
        let mut parts = text.split('.').map(|part| (!part.is_empty()).then_some(part));
        let before = parts.next().flatten().map(cursor::job).transpose()?;
        let job = parts.next().flatten().and_then(|id| id.parse().ok());
        let after = parts.next().flatten().map(cursor::number).transpose()?;
        Ok(Self { before, job, after: after.unwrap_or(0) })
    }
}

impl AcrossQuery {
    fn days(&self) -> &str {
        DAYS.into_iter().find(|days| *days == self.days).unwrap_or(DAYS_USUAL)
    }

    fn holds(&self, item: &Item) -> bool {
        let fault = item.verdict.as_ref().map(|verdict| verdict.fault);
        match self.reason.as_str() {
            "unknown" => item.state == ItemState::Unknown,
            "recipient" => item.state == ItemState::Failed && fault == Some(Fault::Recipient),
            "content" => item.state == ItemState::Failed && fault == Some(Fault::Content),
            "server" => item.state == ItemState::Failed && !matches!(fault, Some(Fault::Recipient | Fault::Content)),
            _ => true,
        }
    }

    fn address(&self, path: &str, cursor: &str) -> String {
        let pairs = [("mailing", &*self.mailing), ("reason", &self.reason), ("days", &self.days), ("cursor", cursor)];
        rows::address(path, &pairs)
    }

    fn shown(self, v: &View) -> AcrossFilter {
        let is_narrow = !self.mailing.is_empty() || !self.reason.is_empty() || !self.days.is_empty();
        let days = |days: &str| match days.parse::<u64>() {
            Ok(n) => v.count("missing-days", &n),
            Err(_) => v.t("missing-days-all"),
        };
        AcrossFilter {
            reasons: Choice::of(REASONS.map(|(reason, word)| (reason.to_owned(), v.t(word))), &self.reason),
            days: Choice::of(DAYS.map(|n| (n.to_owned(), days(n))), self.days()),
            mailing: self.mailing,
            is_narrow,
        }
    }
}
