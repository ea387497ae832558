//! The logs: a search with its histogram and facets, one record among those around it, and searches that are kept.

mod address;
mod columns;
mod facets;
mod histogram;
pub(crate) mod lines;
mod patterns;
mod record;
mod saved;
mod table;
#[cfg(test)]
mod tests;
mod times;

use crate::{
    Ctx,
    auth::{Access, Granted},
    cursor,
    extract::Query,
    layout::{Reader, foreign::Foreign, parts::Chosen, see, shown, view::View},
    logs::{
        api::{jobs::resolve, rows::Format},
        pages::explore::{
            AskedForm, Begin, ExplorePage, ExploreTab, ExploreTabs, Export, Fault, Fine, LineColumns, Range,
            SearchResult, ShownHint, ShownLine, ShownSuggestions, Turns,
        },
        told::left_out,
    },
    problem::Result,
    routes::{Routes, page_about},
    sheet::Dialect,
};
use address::PageSearch;
use axum::{Extension, extract::State, http::HeaderMap, response::Response};
use lines::{OPENED_MAX, line};
use logs::search::{FoundRows, ResolvedSearch, empty_part};
use model::Timestamp;
use patterns::{is_of_patterns, shown_patterns};
use serde::Deserialize;
use std::time::Duration;
use store::Scope;
use table::shown_table;
use telemetry::query::{
    self, Cursor, Page, Partial,
    language::{Empty, Order, Pipe},
};
use utoipa::IntoParams;

/// Lines of one page.
const LINES: usize = 100;
/// Rows of a table.
const TABLE_ROWS: usize = 1_000;
/// What histogram and facets may take before the page is shown without the rest of them.
const PATIENCE: Duration = Duration::from_secs(5);
/// Clocks of machines are so far apart without anything being wrong.
const FUTURE_SLACK: Duration = Duration::from_secs(60);
/// Values of each field.
const VALUES: usize = 8;
/// The usual lengths of time: as the address has them, and the words for them.
const RANGES: [(&str, &str); 5] =
    [("15m", "range-15m"), ("1h", "range-1h"), ("24h", "range-24h"), ("7d", "range-7d"), ("", "range-all")];

/// What the tab of errors asks, over the last hour; it stays with whoever narrows that.
const ERRORS: &str = "level>=error";

/// What others say: the sources `run` and `vigie` are Vigie's own.
const OTHERS: &str = "-source:run -source:vigie";

const READS: Access = Access::Page(Scope::Read);

pub(crate) fn declare(routes: Routes) -> Routes {
    let routes = routes.get("/explore", READS, explore, page_about("The logs, to search").query::<ExploreQuery>());
    [record::declare, columns::declare, saved::declare].into_iter().fold(routes, |routes, declare| declare(routes))
}

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct ExploreQuery {
    /// In the language of docs/search.md.
    q: String,
    since: String,
    until: String,
    /// From that date and time of the reader's to this one: they become `since` and `until`.
    from: Option<String>,
    to: Option<String>,
    /// `oldest`: those first.
    order: String,
    /// The page behind that place, or the one before it.
    cursor: String,
    back: String,
    /// The columns beside the time and the message, as `level,app:20,source`; those that the browser remembers otherwise.
    columns: String,
    /// Not empty: lines are shown as they arrive.
    live: String,
    /// What came of saving a search, and that this session did it.
    said: String,
    seal: String,
}

impl ExploreQuery {
    fn search(&self) -> PageSearch {
        let order = if self.order == "oldest" { "oldest" } else { "" }.to_owned();
        PageSearch {
            q: self.q.clone(),
            since: self.since.clone(),
            until: self.until.clone(),
            order,
            columns: self.columns.clone(),
        }
    }
}

async fn explore(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    headers: HeaderMap,
    Query(query): Query<ExploreQuery>,
) -> Result<Response> {
    let mut search = query.search();
    if let Some(chosen) = times::chosen(&v, &search, query.from.as_deref(), query.to.as_deref())? {
        return Ok(see(&chosen.address()));
    }
    let mut faults = times::faults(&ctx, &v, &mut search);
    let resolved = resolve(&ctx, &v.zone, &search.search()).await?;
    faults.extend(times::empty(&v, &search, resolved.range.as_ref()));
    faults.extend(resolved.problems.iter().map(|problem| Fault::new(&v, &search.q, problem)));
    let range = resolved.range.as_ref();
    let saved = saved::of(&ctx, &granted).await?;
    let columns = columns::of(&headers, &search.columns);
    let mut page = ExplorePage {
        v: &v,
        asked: form(&v, &search, range),
        tabs: tabs(&search, &resolved.query, &query),
        ranges: ranges(&v, &search),
        faults,
        left_out: Vec::new(),
        histogram: None,
        facets: Vec::new(),
        facets_left_out: Vec::new(),
        columns: columns::form(&v, &columns, &[]),
        begin: None,
        found: SearchResult::Empty(Begin { origin: ctx.origin(&headers) }),
        turns: Turns { turned: search.address(), ..Turns::default() },
        exports: Vec::new(),
        saved,
        notice: saved::notice(&v, &query.said, &query.seal),
        address: search.address(),
    };
    // A store that nobody has made is left unmade.
    if !ctx.app.logs.exists() || query::time_range(&ctx.app.logs.snapshot().await?).is_none() {
        return Ok(shown(&page));
    }
    let soon = resolved.clone().answered_within(PATIENCE);
    let step = range.filter(|range| range.start.as_micros() > i64::MIN).map(|range| {
        query::round_step(range.end.min(v.now.max(range.start)).since(range.start)).max(Duration::from_secs(1))
    });
    let (found, counted, faceted) = tokio::join!(
        found(&ctx, &v, &search, &resolved, &query, &columns),
        ctx.app.logs.counts(&soon, step),
        ctx.app.logs.facets(&soon, VALUES),
    );
    let (found, turns, mut partial) = found?;
    let counted = counted?;
    partial.extend(counted.partial);
    page.left_out = left_out(&v, &partial);
    page.left_out.extend(of_future(&ctx, &v, &soon).await?);
    let histogram = histogram::shown(&v, &search, &resolved.query, counted.value, range);
    page.histogram = Some(histogram).filter(|histogram| histogram.total() > 0);
    let faceted = faceted?;
    page.facets_left_out = left_out(&v, &faceted.partial);
    page.columns = columns::form(&v, &columns, &faceted.value);
    page.facets = facets::shown(&v, &search, &resolved.query, faceted.value);
    page.found = match found {
        SearchResult::NoMatch { .. } => {
            let wider = !search.since.is_empty() || !search.until.is_empty();
            let doubts = suggested(&ctx, &v, &search, &resolved, Empty::Answer).await?;
            SearchResult::NoMatch { wider: wider.then(|| search.over("", "").address()), doubts }
        }
        found => found,
    };
    if !page.asked.is_narrow() && query.cursor.is_empty() && is_alone(&ctx).await? {
        page.begin = Some(Begin { origin: ctx.origin(&headers) });
    }
    page.turns = turns;
    page.exports = exports(&ctx, &v, &search, &page.found);
    Ok(shown(&page))
}

/// How many of the lines are dated later than now: the histogram ends before them.
async fn of_future(ctx: &Ctx, v: &View, search: &ResolvedSearch) -> Result<Option<String>> {
    let last = query::time_range(&ctx.app.logs.snapshot().await?).map(|(_, last)| last);
    let is_after = last.is_some_and(|last| last > search.now + FUTURE_SLACK);
    let Some(later) = search.in_the_future().filter(|_| is_after) else { return Ok(None) };
    let counted = ctx.app.logs.counts(&later, None).await?.value;
    let lines: u64 = counted.counts.iter().map(|counts| counts.total).sum();
    Ok((lines > 0).then(|| v.count("explore-future", &lines)))
}

fn tabs(search: &PageSearch, asked: &query::Query, query: &ExploreQuery) -> ExploreTabs {
    let (patterns, lines) = patterns::addresses(search, asked);
    let at = match asked.pipes.first() {
        Some(Pipe::Patterns) => ExploreTab::Patterns,
        _ if !query.live.is_empty() => ExploreTab::Live,
        _ if search.q.starts_with(ERRORS) => ExploreTab::Errors,
        _ => ExploreTab::Search,
    };
    let errors = PageSearch { q: ERRORS.to_owned(), since: "1h".to_owned(), ..PageSearch::default() }.address();
    let lines = if at == ExploreTab::Errors { PageSearch::default().address() } else { lines };
    ExploreTabs { at, lines, patterns, errors }
}

/// Why nothing was found, perhaps; and the search that may have been meant.
async fn suggested(
    ctx: &Ctx,
    v: &View,
    search: &PageSearch,
    resolved: &ResolvedSearch,
    empty: Empty,
) -> Result<ShownSuggestions> {
    let logs = &ctx.app.logs;
    let suggestions = logs.suggestions(resolved, empty).await?;
    let mut meant = suggestions.query;
    let mut parts: Vec<ShownHint> = suggestions.hints.into_iter().map(|hint| ShownHint::new(v, &hint)).collect();
    if empty == Empty::Answer
        && let Some((word, of_level)) = resolved.query.level_for_word().filter(|_| meant.is_none())
        && logs.first(&resolved.with_query(of_level.clone())?).await?.value > 0
    {
        parts.push(ShownHint::of_level(v, &word));
        meant = Some(of_level);
    }
    let meant = meant.map(|query| query.to_string());
    let meant = meant.map(|q| (Foreign::line(q.as_bytes()), search.address_of(q)));
    Ok(ShownSuggestions { parts, meant })
}

/// Whether there is nothing but what Vigie says of itself.
async fn is_alone(ctx: &Ctx) -> Result<bool> {
    let (logs, others) = (&ctx.app.logs, query::parse(OTHERS).0);
    let found = logs.first(&ResolvedSearch::of_query(others, ctx.app.clock.now(), logs.zone())?).await?;
    Ok(found.value == 0 && found.partial.is_empty())
}

fn form(v: &View, search: &PageSearch, range: Option<&std::ops::Range<Timestamp>>) -> AskedForm {
    let PageSearch { q, since, until, order, columns } = search.clone();
    let usual = until.is_empty() && RANGES.iter().any(|(length, _)| *length == since);
    let range = range.filter(|_| !usual).map(|range| {
        let edges = [(range.start, &since), (range.end, &until)].map(|(at, text)| (!text.is_empty()).then_some(at));
        // A day alone would seem to be in it, where it is its end.
        let fine = v.fine(edges.into_iter().flatten()).max(Fine::Minute);
        let [from, until] = edges.map(|at| at.map_or_else(|| "…".to_owned(), |at| v.stamp_to(&at, &fine)));
        format!("{from} – {until}")
    });
    let (from, to) = (times::field(v, &since), times::field(v, &until));
    AskedForm { q, since, until, order, columns, range, from, to }
}

fn ranges(v: &View, search: &PageSearch) -> Vec<Range> {
    let range = |(length, word): (&str, &str)| Range {
        label: v.t(word),
        address: search.over(length, "").address(),
        chosen: if search.since == length && search.until.is_empty() { Chosen::Yes } else { Chosen::No },
    };
    RANGES.into_iter().map(range).collect()
}

/// The page of lines, or the table; with the ways to the pages around it.
async fn found(
    ctx: &Ctx,
    v: &View,
    search: &PageSearch,
    resolved: &ResolvedSearch,
    query: &ExploreQuery,
    columns: &LineColumns,
) -> Result<(SearchResult, Turns, Vec<Partial>)> {
    let turned = if search.order.is_empty() { "oldest" } else { "" };
    let turned = PageSearch { order: turned.to_owned(), ..search.clone() }.address();
    let logs = &ctx.app.logs;
    if !resolved.query.pipes.is_empty() {
        let mut answer = logs.table(resolved, TABLE_ROWS).await?;
        if is_of_patterns(&resolved.query, &answer.value) && !answer.value.rows.is_empty() {
            let (rows, left_out) = shown_patterns(search, &resolved.query, &answer.value);
            answer.partial.extend((left_out > 0).then_some(Partial::Rows { limit: rows.len() }));
            return Ok((SearchResult::Patterns(rows), Turns { turned, ..Turns::default() }, answer.partial));
        }
        let doubts = match empty_part(&answer.value).filter(|_| !answer.value.rows.is_empty()) {
            Some(empty) => suggested(ctx, v, search, resolved, empty).await?,
            None => ShownSuggestions::NONE,
        };
        let found = if answer.value.rows.is_empty() {
            SearchResult::NO_MATCH
        } else {
            shown_table(v, search, &resolved.query, &answer.value, doubts)
        };
        return Ok((found, Turns { turned, ..Turns::default() }, answer.partial));
    }
    let order = if search.order.is_empty() { Order::Descending } else { Order::Ascending };
    let columns = columns.clone();
    let make = move |hit: query::Hit<'_>| (hit.cursor, line(&columns, hit.cursor, hit.record));
    let at = |text: &str| (!text.is_empty()).then(|| cursor::log(text)).transpose();
    let (after, back) = (at(&query.cursor)?, at(&query.back)?);
    let goes_back = back.is_some();
    // The page before is read the other way round.
    let page = match back {
        Some(_) if order == Order::Descending => Page { order: Order::Ascending, after: back, limit: LINES },
        Some(_) => Page { order: Order::Descending, after: back, limit: LINES },
        None => Page { order, after, limit: LINES },
    };
    let FoundRows { mut rows, next, partial, .. } = logs.rows(resolved, page, Some(OPENED_MAX), make).await?;
    if goes_back {
        rows.reverse();
    }
    let edge = |row: Option<&(Cursor, ShownLine)>| row.map(|(at, _)| cursor::of_log(*at));
    let (is_more_before, is_more_behind) =
        if goes_back { (next.is_some(), true) } else { (after.is_some(), next.is_some()) };
    let turns = Turns {
        first: (after.is_some() || goes_back).then(|| search.address()),
        previous: edge(rows.first()).filter(|_| is_more_before).map(|at| search.page("", &at)),
        next: edge(rows.last()).filter(|_| is_more_behind).map(|at| search.page(&at, "")),
        turned,
    };
    let found = match rows.is_empty() {
        true => SearchResult::NO_MATCH,
        false => SearchResult::Lines(rows.into_iter().map(|(_, line)| line).collect()),
    };
    Ok((found, turns, partial))
}

fn exports(ctx: &Ctx, v: &View, search: &PageSearch, found: &SearchResult) -> Vec<Export> {
    if !matches!(found, SearchResult::Lines(_) | SearchResult::Table(_) | SearchResult::Patterns(_)) {
        return Vec::new();
    }
    let formats = [
        ("export-text", "text", Format::Text),
        ("export-jsonl", "jsonl", Format::Jsonl),
        ("export-csv", "csv", Format::Csv),
    ];
    // What is exported is what the page shows: days and hours are the reader's.
    let zone = v.zone.iana_name().unwrap_or_default();
    let dialect = Dialect::of(v.language).as_str();
    let export = |(word, name, format): (_, &str, Format)| {
        let mut more = vec![("format", name), ("zone", zone)];
        more.extend((format == Format::Csv).then_some(("dialect", dialect)));
        Export {
            word,
            address: search.at("/api/v1/logs/search", &more),
            name: format.file_name(ctx.app.clock.now(), &v.zone),
        }
    };
    formats.map(export).to_vec()
}
