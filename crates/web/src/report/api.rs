//! A report, for programs: its figures, the same as a text or a document, and sent by e-mail.

use super::{gather, mail};
use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::{Json, NAME_MAX, Query, day_start, moment, optional_text},
    jobs::api as jobs,
    problem::{Problem, Result, worded},
    routes::{About, Routes},
    words::{Words, preferred},
};
use ::api::report::{Report, SendReport, SentReport};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use bulletin::Say;
use jiff::{ToSpan as _, civil::Date};
use model::Timestamp;
use serde::Deserialize;
use std::ops::Range;
use utoipa::IntoParams;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/report",
            Access::Read,
            report,
            About::new("A day, or another time, in numbers").query::<ReportQuery>().gives::<Report>(200, "The report"),
        )
        .post(
            "/api/v1/report/send",
            Access::Write,
            send,
            About::new("Send a report by e-mail, to each address by itself")
                .takes::<SendReport>()
                .gives::<SentReport>(200, "The job that sends it"),
        )
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    /// A day: `2025-01-31`. Today, unless something else is said.
    date: Option<String>,
    /// From then on: a moment (RFC 3339), or a day. In place of `date`.
    since: Option<String>,
    /// Before then. Now, unless said otherwise.
    until: Option<String>,
    application: Option<String>,
    /// `json`, unless said otherwise; `text`, `md` or `html`, in the language that is asked for.
    format: Option<String>,
}

/// The time that is asked for.
fn span(ctx: &Ctx, date: Option<&str>, since: Option<&str>, until: Option<&str>) -> Result<Range<Timestamp>> {
    let (zone, now) = (&ctx.app.zone, ctx.app.clock.now());
    if let Some(since) = since {
        let until = until.map(|until| moment("until", until, zone)).transpose()?.unwrap_or(now);
        return Ok(moment("since", since, zone)?..until);
    }
    let bad = || Problem::invalid("date: is no day").remedy("write 2025-01-31");
    let date: Date = match date {
        Some(date) => date.parse().map_err(|_| bad())?,
        None => now.in_zone(zone).date(),
    };
    let next = date.checked_add(1.day()).map_err(|_| bad())?;
    Ok(day_start(date, zone).ok_or_else(bad)?..day_start(next, zone).ok_or_else(bad)?)
}

async fn report(State(ctx): State<Ctx>, headers: HeaderMap, Query(query): Query<ReportQuery>) -> Result<Response> {
    let span = span(&ctx, query.date.as_deref(), query.since.as_deref(), query.until.as_deref())?;
    let application = optional_text("application", query.application, NAME_MAX)?;
    let zone = ctx.app.zone.clone();
    let found = gather::gathered(&ctx, span, &zone, application).await?;
    let words = Words { language: preferred(&headers), zone };
    let say = Say { language: words.language, zone: &words.zone };
    let written = |media: &'static str, text: String| ([(header::CONTENT_TYPE, media)], text).into_response();
    let as_bulletin = || found.bulletin(&words, ctx.app.alerts.origin().to_owned());
    Ok(match query.format.as_deref() {
        None | Some("json") => axum::Json(found.report).into_response(),
        Some("text") => written("text/plain; charset=utf-8", bulletin::text(&as_bulletin(), say)),
        Some("md") => written("text/markdown; charset=utf-8", bulletin::markdown(&as_bulletin(), say)),
        Some("html") => {
            // Its styles stand in its elements, which no page of ours may have: it is kept as a file.
            let named = [(header::CONTENT_DISPOSITION, "attachment; filename=\"report.html\"")];
            (named, written("text/html; charset=utf-8", bulletin::html(&as_bulletin(), say))).into_response()
        }
        Some(other) => return Err(Problem::invalid(worded("problem-report-format", &[("text", &other)]))),
    })
}

async fn send(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Json(asked): Json<SendReport>,
) -> Result<axum::Json<SentReport>> {
    let span = span(&ctx, None, asked.since.as_deref(), asked.until.as_deref())?;
    let letter = mail::checked(&ctx, &asked.mail).await?;
    let id = model::JobId::new(&ctx.app.clock, &ctx.app.rng);
    let sent = mail::send(&ctx, &letter, span, mail::Making { id, by: granted.name(), task: ("report", "") }).await?;
    Ok(axum::Json(SentReport { job: sent.map(jobs::shown) }))
}
