//! A report, for people: the time is chosen, the same can be had as a file, and sent.

use super::{
    gather::{self, Gathered, step_of},
    mail,
    page::{LevelRow, ReportPage, ReportSendForm, ReportedError},
};
use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::Query,
    home::chart::{Slot, Throughput},
    layout::{
        Form, Reader, page,
        parts::{Choice, Faults},
        rows, see, shown,
        view::View,
    },
    problem::Result,
    routes::{Routes, form_about, page_about},
};
use ::api::report::ReportMail;
use axum::{Extension, extract::State, http::StatusCode, response::Response};
use bulletin::Say;
use jiff::ToSpan as _;
use language::Language;
use model::Timestamp;
use serde::Deserialize;
use std::{ops::Range, time::Duration};
use store::Scope;
use utoipa::IntoParams;

const READS: Access = Access::Page(Scope::Read);
const ACTS: Access = Access::Page(Scope::Write);
/// Periods that are chosen by name; `span` is any other.
pub(crate) const PERIODS: [&str; 6] = ["today", "yesterday", "24h", "7d", "30d", "span"];
/// Bytes of the addresses.
const FIELD_MAX: usize = 16 << 10;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/report", READS, show, page_about("A day, or another time, in numbers").query::<ReportPageQuery>())
        .post("/report/send", ACTS, send, form_about("Send a report by e-mail"))
}

#[derive(Clone, Debug, Deserialize, Default, IntoParams)]
#[serde(default)]
struct ReportPageQuery {
    /// `today`, `yesterday`, `24h`, `7d` or `30d`; `span` from `since` to `until`.
    period: String,
    /// A day, or a moment in RFC 3339.
    since: String,
    /// The last day, or a moment before which it ends.
    until: String,
}

/// What was chosen, as a name and as a time.
struct Chosen {
    period: &'static str,
    span: Range<Timestamp>,
}

fn chosen(v: &View, query: &ReportPageQuery) -> Chosen {
    let asked = PERIODS.into_iter().find(|period| *period == query.period);
    let period = asked.unwrap_or(if query.since.is_empty() { "today" } else { "span" });
    let midnight = |days: i64| -> Timestamp {
        let start = v.now.in_zone(&v.zone).start_of_day().and_then(|start| start.checked_sub(days.days()));
        start.map_or(v.now, |at| at.timestamp().into())
    };
    let today = midnight(0)..midnight(-1);
    let span = match period {
        "yesterday" => midnight(1)..midnight(0),
        "24h" => v.now - Duration::from_secs(86_400)..v.now,
        "7d" => midnight(6)..midnight(-1),
        "30d" => midnight(29)..midnight(-1),
        "span" => typed(v, &query.since, &query.until).unwrap_or(today),
        _ => today,
    };
    Chosen { period, span }
}

/// From a day to the last day, or from a moment to a moment.
fn typed(v: &View, since: &str, until: &str) -> Option<Range<Timestamp>> {
    let since = since.parse().ok().or_else(|| rows::day(since, &v.zone))?;
    let until = until.parse().ok().or_else(|| rows::day_end(until, &v.zone)).unwrap_or(v.now);
    (since < until).then_some(since..until)
}

async fn show(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<ReportPageQuery>) -> Result<Response> {
    let chosen = chosen(&v, &query);
    let form = send_form(&ctx, &v, ReportSendForm::default(), "").await?;
    Ok(shown(&drawn(&ctx, &v, &chosen, (form, Faults::default())).await?))
}

async fn drawn<'a>(
    ctx: &Ctx,
    v: &'a View,
    Chosen { period, span }: &Chosen,
    (send, faults): (ReportSendForm, Faults),
) -> Result<ReportPage<'a>> {
    let found = gather::gathered(ctx, span.clone(), &v.zone, None).await?;
    let bulletin = found.bulletin(&v.words, String::new());
    let title = bulletin.title(Say { language: v.language, zone: &v.zone });
    let (since, until) = (span.start.to_string(), span.end.to_string());
    let forms = [("report-as-html", "html"), ("report-as-md", "md"), ("report-as-json", "json")];
    let downloads = forms.map(|(word, format)| {
        let pairs = [("since", since.as_str()), ("until", &until), ("format", format)];
        (word, rows::address("/api/v1/report", &pairs))
    });
    let periods = PERIODS.iter().map(|name| ((*name).to_owned(), v.t(&format!("report-period-{name}"))));
    let day = |at: Timestamp| at.in_zone(&v.zone).date().to_string();
    Ok(ReportPage {
        v,
        title,
        periods: Choice::of(periods, period),
        since: day(span.start),
        until: day(span.end - Duration::from_micros(1)),
        chart: chart(&found, span),
        errors: errors(&found, bulletin.last_errors),
        lines: lines(&found, (&since, &until)),
        downloads: downloads.to_vec(),
        report: found.report,
        send,
        faults,
    })
}

fn chart(found: &Gathered, span: &Range<Timestamp>) -> Throughput {
    let slots = found.report.steps.iter().map(|step| Slot { at: step.at, sent: step.sent, errors: step.errors });
    Throughput::of(slots.collect(), step_of(span))
}

/// With the job in which each failed.
fn errors(found: &Gathered, told: Vec<bulletin::LastError>) -> Vec<ReportedError> {
    let traces = found.report.last_errors.iter();
    let row = |(trace, told): (&::api::traces::Trace, bulletin::LastError)| ReportedError {
        at: told.at,
        what: crate::layout::foreign::plain(&told.what),
        job: trace.job.map(|job| job.to_string()),
    };
    traces.zip(told).map(row).collect()
}

fn lines(found: &Gathered, (since, until): (&str, &str)) -> Vec<LevelRow> {
    let row = |one: &::api::report::LinesOfLevel| {
        let word = match one.level.as_str() {
            "critical" => "level-critical",
            "error" => "level-error",
            "warning" => "level-warning",
            "info" => "level-info",
            "debug" => "level-debug",
            _ => "level-trace",
        };
        let q = format!("level:{}", one.level);
        let address = rows::address("/explore", &[("q", &q), ("since", since), ("until", until)]);
        LevelRow { word, lines: one.lines, address }
    };
    found.report.log_lines.iter().map(row).collect()
}

async fn send_form(ctx: &Ctx, v: &View, form: ReportSendForm, account: &str) -> Result<ReportSendForm> {
    if !v.operates() {
        return Ok(form);
    }
    let accounts = ctx.app.db.accounts().await?.into_iter().map(|account| (account.name.clone(), account.name));
    Ok(ReportSendForm { accounts: Choice::of(accounts, account), ..form })
}

async fn send(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let text = |name: &str| form.text(name).chars().take(FIELD_MAX).collect::<String>();
    let query = ReportPageQuery { period: text("period"), since: text("since"), until: text("until") };
    let chosen = chosen(&v, &query);
    let (to, from, account) = (text("to"), text("from"), text("account"));
    let asked = ReportMail {
        to: to.split([',', ';', '\n']).map(str::to_owned).collect(),
        account: account.clone(),
        from: from.clone(),
        language: v.code().to_owned(),
        ..ReportMail::default()
    };
    let letter = match mail::checked(&ctx, &asked).await {
        Ok(letter) => letter,
        Err(problem) if problem.status_code() == StatusCode::UNPROCESSABLE_ENTITY => {
            let (english, french) = problem.both();
            let mut faults = Faults::default();
            let field = problem.field().unwrap_or("to");
            faults.add(field, v.spaced(if v.language == Language::French { french } else { english }));
            let typed = ReportSendForm { to, from, ..ReportSendForm::default() };
            let typed = send_form(&ctx, &v, typed, &account).await?;
            let drawn = drawn(&ctx, &v, &chosen, (typed, faults)).await?;
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &drawn));
        }
        Err(problem) => return Err(problem),
    };
    let id = model::JobId::new(&ctx.app.clock, &ctx.app.rng);
    let making = mail::Making { id, by: granted.name(), task: ("report", "") };
    mail::send(&ctx, &letter, chosen.span, making).await?;
    Ok(see(&format!("/jobs/{id}")))
}
