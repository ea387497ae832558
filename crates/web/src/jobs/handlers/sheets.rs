//! The items of a job as sheets for the reader's spreadsheet: all of them, or those who did not receive their message.

use super::{Side, SideQuery, correct, trouble_states};
use crate::{
    Ctx,
    auth::Access,
    layout::view::View,
    problem::Result,
    routes::{Routes, page_about},
    sheet::Dialect,
    traces::api::harmless,
};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use futures_util::{StreamExt as _, stream};
use mail::{item::MailItem, spec::Mailing};
use model::JobKind;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::{Item, ItemFilter, Job, Scope};

/// Items that are read at a time: the sheet is sent as they are read.
const PAGE: u32 = 1_000;
/// Of a job's name, in the name of a file.
const NAME_SHOWN: usize = 80;

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = |summary| page_about(summary).query::<SideQuery>();
    routes.get("/jobs/{id}/items.csv", READS, items, about("The items of a job, for a spreadsheet")).get(
        "/jobs/{id}/undelivered.csv",
        READS,
        undelivered,
        about("Who did not receive it, for a spreadsheet"),
    )
}

const READS: Access = Access::Page(Scope::Read);

async fn items(State(ctx): State<Ctx>, side: Side) -> Result<Response> {
    let Side { v, job, query } = side;
    let filter = ItemFilter { limit: PAGE, ..query.items()? };
    let name = if job.kind == JobKind::Mail { "tab-recipients" } else { "tab-items" };
    Ok(sheet(ctx, v, job, filter, name))
}

async fn undelivered(State(ctx): State<Ctx>, side: Side) -> Result<Response> {
    let Side { v, job, .. } = side;
    let filter = ItemFilter { trouble: true, states: trouble_states(), limit: PAGE, ..ItemFilter::default() };
    let name = if job.kind == JobKind::Mail { "tab-undelivered" } else { "tab-trouble" };
    Ok(sheet(ctx, v, job, filter, name))
}

fn sheet(ctx: Ctx, v: View, job: Job, filter: ItemFilter, name: &str) -> Response {
    let dialect = Dialect::of(v.language);
    let mut head = dialect.mark().to_vec();
    dialect.rows([headings(&v)], &mut head);
    let file = disposition(&v, &job, name);
    let mailing = super::mailing_of(&job);
    let state = (ctx, v, mailing, job, Some(filter));
    let pages = stream::unfold(state, move |(ctx, v, mailing, job, filter)| async move {
        let filter = filter?;
        match ctx.app.db.items(job.id, &filter).await {
            Ok(page) => {
                let mut rows = Vec::new();
                dialect.rows(page.rows.iter().map(|item| cells(&v, mailing.as_ref(), item)), &mut rows);
                let next = page.next.map(|after| ItemFilter { after, ..filter });
                Some((Ok(rows), (ctx, v, mailing, job, next)))
            }
            // The download breaks off, so that nobody takes a part for the whole.
            Err(error) => {
                tracing::warn!(job = %job.id, %error, "a download of items broke off");
                Some((Err(error), (ctx, v, mailing, job, None)))
            }
        }
    });
    let body = Body::from_stream(stream::once(async { Ok(head) }).chain(pages));
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, file)];
    (headers, body).into_response()
}

/// Named by the job and its day, for those who keep several.
fn disposition(v: &View, job: &Job, what: &str) -> String {
    let day = job.created_at.in_zone(&v.zone).strftime("%Y-%m-%d");
    let kept = |c: char| if c.is_alphanumeric() || " .-_()".contains(c) { c } else { '-' };
    let name: String = job.name.chars().take(NAME_SHOWN).map(kept).collect();
    let file = format!("{} {day} {}.csv", name.trim_start_matches('.').trim(), v.t(what));
    let part = utf8_percent_encode(&file, NON_ALPHANUMERIC);
    format!("attachment; filename*=UTF-8''{part}")
}

pub(super) fn headings(v: &View) -> [String; 9] {
    [
        "undelivered-line",
        "sheet-recipient",
        "sheet-about",
        "sheet-file",
        "jobs-state",
        "undelivered-why",
        "sheet-reply",
        "undelivered-tries",
        "traces-when",
    ]
    .map(|id| v.t(id))
}

pub(super) fn cells(v: &View, mailing: Option<&Mailing>, item: &Item) -> [String; 9] {
    let mail = mailing.and_then(|mailing| Some((mailing, serde_json::from_str::<MailItem>(&item.payload).ok()?)));
    let line = mail.as_ref().map_or(item.seq.unsigned_abs(), |(_, mail)| mail.line);
    let about = mail.as_ref().and_then(|(mailing, mail)| mail::correct::about(mailing, mail)).unwrap_or_default();
    let file = mail.as_ref().and_then(|(_, mail)| mail.file_label()).unwrap_or_default();
    let address = if mail.is_some() { correct::shown_address(item) } else { item.label.clone() };
    let (reason, reply) =
        item.verdict.as_ref().map_or_else(Default::default, |verdict| (v.verdict(verdict), v.reply(verdict)));
    let at = item.finished_at.map(|at| Dialect::of(v.language).moment(at, &v.zone));
    [
        line.to_string(),
        harmless(&address),
        harmless(about),
        harmless(file),
        v.word(&item.state),
        harmless(&reason),
        harmless(&reply),
        item.attempts.to_string(),
        at.unwrap_or_default(),
    ]
}
