//! All jobs, and all mailings among them.

use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::Query,
    jobs::pages::list::{JobsFilter, JobsHeads, JobsPage, ListOf},
    layout::{
        parts::{Choice, Pager, SortLink, Sorted},
        view::View,
    },
    order,
    problem::Result,
    routes::Routes,
};
use crate::{
    layout::{Reader, rows, shown},
    routes::page_about,
};
use axum::{extract::State, response::Response};
use model::{JobKind, JobState};
use serde::Deserialize;
use store::{JobFilter, Scope};
use utoipa::IntoParams;

const ROWS: u32 = 50;
/// Longer texts are no names.
const TYPED_MAX: usize = 200;

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = |summary| page_about(summary).query::<JobsQuery>();
    routes.get("/jobs", Access::Page(Scope::Read), jobs, about("All jobs, to look through")).get(
        "/mailings",
        Access::Page(Scope::Read),
        mailings,
        about("All mailings, to look through"),
    )
}

/// The filters, as the form sends them: what is empty filters nothing.
#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct JobsQuery {
    /// Part of the name, the task id or the person.
    q: String,
    kind: String,
    state: String,
    person: String,
    /// Days.
    since: String,
    until: String,
    /// `oldest`, `name`, `name-back`, `failed`, `failed-back`, or newest first.
    sort: String,
    cursor: String,
}

async fn jobs(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<JobsQuery>) -> Result<Response> {
    list(&ctx, &v, query, ListOf::Jobs).await
}

async fn mailings(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<JobsQuery>) -> Result<Response> {
    list(&ctx, &v, JobsQuery { kind: String::new(), ..query }, ListOf::Mailings).await
}

async fn list(ctx: &Ctx, v: &View, query: JobsQuery, of: ListOf) -> Result<Response> {
    let before = (!query.cursor.is_empty()).then(|| cursor::job(&query.cursor)).transpose()?;
    let text = |text: &String| (!text.is_empty()).then(|| text.chars().take(TYPED_MAX).collect::<String>());
    let filter = JobFilter {
        states: query.state.parse().ok().into_iter().collect(),
        kind: if of == ListOf::Mailings { Some(JobKind::Mail) } else { query.kind.parse().ok() },
        text: text(&query.q),
        created_by: text(&query.person),
        since: rows::day(&query.since, &v.zone),
        until: rows::day_end(&query.until, &v.zone),
        order: order::of_jobs(Some(&query.sort)).unwrap_or_default(),
        before,
        limit: ROWS,
        ..JobFilter::default()
    };
    let page = ctx.app.db.jobs(&filter).await?;
    let pager = Pager {
        first: before.map(|_| query.address(of, "", &query.sort)),
        next: page.next.map(|next| query.address(of, &cursor::of_job(next), &query.sort)),
        shown: page.rows.len() as u64,
        total: None,
        reach: None,
    };
    let heads = query.heads(of);
    let rows = page.rows.into_iter().map(|job| rows::job(ctx, v, job)).collect();
    Ok(shown(&JobsPage { v, of, filter: query.shown(v), rows, pager, heads }))
}

impl JobsQuery {
    fn heads(&self, of: ListOf) -> JobsHeads {
        let head = |first, turned, first_is| {
            SortLink::new(&self.sort, first, turned, first_is, |sort| self.address(of, "", sort))
        };
        JobsHeads {
            name: head("name", "name-back", Sorted::Ascending),
            failed: head("failed", "failed-back", Sorted::Descending),
            created: head("", "oldest", Sorted::Descending),
        }
    }

    fn address(&self, of: ListOf, cursor: &str, sort: &str) -> String {
        let Self { q, kind, state, person, since, until, .. } = self;
        let pairs = [
            ("q", q.as_str()),
            ("kind", kind),
            ("state", state),
            ("person", person),
            ("since", since),
            ("until", until),
            ("sort", sort),
            ("cursor", cursor),
        ];
        rows::address(of.path(), &pairs)
    }

    fn shown(self, v: &View) -> JobsFilter {
        let any = |word| (String::new(), v.t(word));
        // What only measures is looked for by nobody.
        let kinds = JobKind::ALL.into_iter().filter(|kind| *kind != JobKind::Noop);
        let kinds = kinds.map(|kind| (kind.to_string(), v.kind(&kind)));
        let states = JobState::ALL.iter().map(|state| (state.as_str().to_owned(), v.word(state)));
        JobsFilter {
            kinds: Choice::of(std::iter::once(any("any-kind")).chain(kinds), &self.kind),
            states: Choice::of(std::iter::once(any("any-state")).chain(states), &self.state),
            q: self.q,
            person: self.person,
            since: self.since,
            until: self.until,
            sort: self.sort,
        }
    }
}
