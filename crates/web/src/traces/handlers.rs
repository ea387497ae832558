//! Traces of every job and program.

use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::Query,
    layout::parts::{Pager, SortLink, Sorted},
    problem::Result,
    routes::Routes,
    sheet::Dialect,
    traces::page::{TracesFilter, TracesPage},
};
use crate::{
    layout::{Reader, rows, shown},
    routes::page_about,
};
use axum::{extract::State, response::Response};
use model::TraceId;
use serde::Deserialize;
use store::{Scope, TraceFilter};
use utoipa::IntoParams;

const ROWS: u32 = 100;
/// How far a search looked: with what it found, at first, and further back.
const SAID: rows::ReachWords =
    rows::ReachWords { some: "traces-reach", none: "traces-reach-none", none_more: "traces-reach-more" };

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get("/traces", Access::Page(Scope::Read), list, page_about("Traces, to look through").query::<TracesQuery>())
}

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct TracesQuery {
    /// The one with this id alone: where a line of the logs leads to.
    id: String,
    /// Part of the comment, the file's or the trace's name.
    q: String,
    application: String,
    flow: String,
    /// `1`: only errors.
    errors: String,
    since: String,
    until: String,
    /// `oldest`, or newest first.
    sort: String,
    cursor: String,
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<TracesQuery>) -> Result<Response> {
    let before = (!query.cursor.is_empty()).then(|| cursor::number(&query.cursor)).transpose()?;
    let text = |text: &String| (!text.is_empty()).then(|| text.chars().take(200).collect::<String>());
    let errors = !query.errors.is_empty();
    let filter = TraceFilter {
        // What is no id is nobody's.
        id: text(&query.id).map(|id| id.parse().unwrap_or(TraceId(uuid::Uuid::nil()))),
        application: text(&query.application),
        flow: text(&query.flow),
        text: text(&query.q),
        errors: errors.then_some(true),
        since: rows::day(&query.since, &v.zone),
        until: rows::day_end(&query.until, &v.zone),
        oldest_first: query.sort == "oldest",
        before,
        limit: ROWS,
        ..TraceFilter::default()
    };
    let page = ctx.app.db.traces(&filter).await?;
    let (applications, flows) = ctx.app.db.trace_names().await?;
    let pager = Pager {
        first: before.map(|_| query.address("", &query.sort)),
        next: page.next.map(|next| query.address(&cursor::of_number(next), &query.sort)),
        shown: page.rows.len() as u64,
        total: None,
        reach: page.searched_until.map(|at| rows::reach(&v, &SAID, &v.moment(&at), page.rows.len(), before)),
    };
    let when = SortLink::new(&query.sort, "", "oldest", Sorted::Descending, |sort| query.address("", sort));
    let csv = query.csv(&filter, Dialect::of(v.language));
    let rows = page.rows.into_iter().map(|trace| rows::trace(&v, trace)).collect();
    let TracesQuery { id, q, application, flow, since, until, sort, .. } = query;
    let filter = TracesFilter { id, q, application, flow, errors, since, until, sort };
    Ok(shown(&TracesPage { v: &v, filter, applications, flows, rows, when, pager, errors: None, csv }))
}

impl TracesQuery {
    fn address(&self, cursor: &str, sort: &str) -> String {
        let Self { id, q, application, flow, errors, since, until, .. } = self;
        let pairs = [
            ("id", id.as_str()),
            ("q", q.as_str()),
            ("application", application),
            ("flow", flow),
            ("errors", errors),
            ("since", since),
            ("until", until),
            ("sort", sort),
            ("cursor", cursor),
        ];
        rows::address("/traces", &pairs)
    }

    /// The sheet of the same traces: the API's own words for the filters, and moments in place of days.
    fn csv(&self, filter: &TraceFilter, dialect: Dialect) -> String {
        let moment = |at: Option<model::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let (since, until) = (moment(filter.since), moment(filter.until));
        let errors = if self.errors.is_empty() { "" } else { "true" };
        let pairs = [
            ("id", self.id.as_str()),
            ("q", &self.q),
            ("application", &self.application),
            ("flow", &self.flow),
            ("errors", errors),
            ("since", &since),
            ("until", &until),
            ("dialect", dialect.as_str()),
        ];
        rows::address("/api/v1/traces.csv", &pairs)
    }
}
