//! The logs: a search with its histogram and facets, one record among those around it, and searches that are kept.

mod address;
mod lines;
mod saved;
#[cfg(test)]
mod tests;
mod times;

use crate::{
    Ctx,
    auth::{Access, Granted},
    cursor,
    extract::{Path, Query},
    layout::{
        foreign::{Foreign, plain},
        parts::Chosen,
        view::View,
    },
    logs::{
        api::{
            ask::gone,
            jobs::resolve,
            rows::{Format, cell},
        },
        pages::explore::{
            AskedForm, Begin, CellKind, ExplorePage, Export, Facet, Fault, Fine, Histogram, Links, OpenedLine, Range,
            RecordPage, SearchResult, ShownFacetValue, ShownHint, ShownSuggestions, Sign, TableCell, TableOf, Turns,
            left_out,
        },
    },
    problem::Result,
    routes::Routes,
    sheet::Dialect,
};
use crate::{
    layout::{Reader, see, shown},
    routes::page_about,
};
use address::PageSearch;
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};
use lines::{LISTED_MAX, LineSource, SHOWN_MAX};
use logs::search::{FoundRows, ResolvedSearch, empty_part};
use model::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;
use std::time::Duration;
use store::Scope;
use telemetry::query::{
    self, Cell, Cursor, Page, Partial, Table,
    language::{Empty, Narrowed, Order, level_named},
};
use utoipa::IntoParams;

/// Lines of one page.
const LINES: usize = 100;
/// Rows of a table.
const TABLE_ROWS: usize = 1_000;
/// What histogram and facets may take before the page is shown without the rest of them.
const PATIENCE: Duration = Duration::from_secs(5);
/// Steps of a histogram over all times, at the least.
const STEPS_MIN: usize = 40;
/// Fields, and values of each.
const FACETS: usize = 14;
const VALUES: usize = 8;
/// Lines around one, on each side.
const AROUND: usize = 20;
/// The usual lengths of time: as the address has them, and the words for them.
const RANGES: [(&str, &str); 5] =
    [("15m", "range-15m"), ("1h", "range-1h"), ("24h", "range-24h"), ("7d", "range-7d"), ("", "range-all")];

/// What others say: the sources `run` and `vigie` are Vigie's own.
const OTHERS: &str = "-source:run -source:vigie";

const READS: Access = Access::Page(Scope::Read);

pub(crate) fn declare(routes: Routes) -> Routes {
    let routes = routes
        .get("/explore", READS, explore, page_about("The logs, to search").query::<ExploreQuery>())
        .get(
            "/explore/record/{seq}",
            READS,
            record,
            page_about("One record of the logs, and those around it").query::<RecordQuery>(),
        )
        .get(
            "/explore/record/{seq}/opened",
            READS,
            opened,
            page_about("What a line shows when it is opened").query::<OpenedQuery>(),
        );
    saved::declare(routes)
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
    /// Not empty: lines are shown as they arrive.
    live: String,
    /// What came of saving a search, and that this session did it.
    said: String,
    seal: String,
}

impl ExploreQuery {
    fn search(&self) -> PageSearch {
        let order = if self.order == "oldest" { "oldest" } else { "" }.to_owned();
        PageSearch { q: self.q.clone(), since: self.since.clone(), until: self.until.clone(), order }
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
    let mut page = ExplorePage {
        v: &v,
        asked: form(&v, &search, range),
        is_live: !query.live.is_empty(),
        ranges: ranges(&v, &search),
        faults,
        left_out: Vec::new(),
        histogram: None,
        facets: Vec::new(),
        facets_left_out: Vec::new(),
        begin: None,
        found: SearchResult::Empty(Begin { origin: origin(&headers) }),
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
        found(&ctx, &v, &search, &resolved, &query),
        ctx.app.logs.counts(&soon, step),
        ctx.app.logs.facets(&soon, VALUES),
    );
    let (found, turns, mut partial) = found?;
    let counted = counted?;
    partial.extend(counted.partial);
    page.left_out = left_out(&v, &partial);
    let wide = search.over("", "").address();
    page.histogram = Some(whole(counted.value, range, &v, wide)).filter(|histogram| histogram.total() > 0);
    let faceted = faceted?;
    page.facets_left_out = left_out(&v, &faceted.partial);
    page.facets = facets(&v, &search, &resolved.query, faceted.value);
    page.found = match found {
        SearchResult::NoMatch { .. } => {
            let wider = !search.since.is_empty() || !search.until.is_empty();
            let doubts = suggested(&ctx, &v, &search, &resolved, Empty::Answer).await?;
            SearchResult::NoMatch { wider: wider.then(|| search.over("", "").address()), doubts }
        }
        found => found,
    };
    if !page.asked.is_narrow() && query.cursor.is_empty() && is_alone(&ctx).await? {
        page.begin = Some(Begin { origin: origin(&headers) });
    }
    page.turns = turns;
    page.exports = exports(&ctx, &v, &search, &page.found);
    Ok(shown(&page))
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

/// Where programs reach this, as the browser did.
fn origin(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    format!("{scheme}://{}", text(header::HOST.as_str()).unwrap_or("127.0.0.1:8787"))
}

fn form(v: &View, search: &PageSearch, range: Option<&std::ops::Range<Timestamp>>) -> AskedForm {
    let PageSearch { q, since, until, order } = search.clone();
    let usual = until.is_empty() && RANGES.iter().any(|(length, _)| *length == since);
    let range = range.filter(|_| !usual).map(|range| {
        let edges = [(range.start, &since), (range.end, &until)].map(|(at, text)| (!text.is_empty()).then_some(at));
        // A day alone would seem to be in it, where it is its end.
        let fine = v.fine(edges.into_iter().flatten()).max(Fine::Minute);
        let [from, until] = edges.map(|at| at.map_or_else(|| "…".to_owned(), |at| v.stamp_to(&at, &fine)));
        format!("{from} – {until}")
    });
    let (from, to) = (times::field(v, &since), times::field(v, &until));
    AskedForm { q, since, until, order, range, from, to }
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
) -> Result<(SearchResult, Turns, Vec<Partial>)> {
    let turned = if search.order.is_empty() { "oldest" } else { "" };
    let turned = PageSearch { order: turned.to_owned(), ..search.clone() }.address();
    let logs = &ctx.app.logs;
    if !resolved.query.pipes.is_empty() {
        let answer = logs.table(resolved, TABLE_ROWS).await?;
        let doubts = match empty_part(&answer.value).filter(|_| !answer.value.rows.is_empty()) {
            Some(empty) => suggested(ctx, v, search, resolved, empty).await?,
            None => ShownSuggestions::NONE,
        };
        let found = if answer.value.rows.is_empty() { SearchResult::NO_MATCH } else { table(v, &answer.value, doubts) };
        return Ok((found, Turns { turned, ..Turns::default() }, answer.partial));
    }
    let order = if search.order.is_empty() { Order::Descending } else { Order::Ascending };
    let make = |hit: query::Hit<'_>| (hit.cursor, LineSource::new(hit.cursor, hit.record, LISTED_MAX));
    let at = |text: &str| (!text.is_empty()).then(|| cursor::log(text)).transpose();
    let (after, back) = (at(&query.cursor)?, at(&query.back)?);
    let goes_back = back.is_some();
    // The page before is read the other way round.
    let page = match back {
        Some(_) if order == Order::Descending => Page { order: Order::Ascending, after: back, limit: LINES },
        Some(_) => Page { order: Order::Descending, after: back, limit: LINES },
        None => Page { order, after, limit: LINES },
    };
    let FoundRows { mut rows, next, partial, .. } = logs.rows(resolved, page, Some(LISTED_MAX), make).await?;
    if goes_back {
        rows.reverse();
    }
    let edge = |row: Option<&(Cursor, LineSource)>| row.map(|(at, _)| cursor::of_log(*at));
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
        false => SearchResult::Lines(rows.into_iter().map(|(_, kept)| kept.line(search, &resolved.query)).collect()),
    };
    Ok((found, turns, partial))
}

fn table(v: &View, table: &Table, doubts: ShownSuggestions) -> SearchResult {
    let cell = |cell: &Cell| {
        let (text, kind) = match cell {
            Cell::Absent => (String::new(), CellKind::Text),
            Cell::Bool(truth) => (truth.to_string(), CellKind::Text),
            Cell::Int(number) => (number.to_string(), CellKind::Number),
            Cell::Float(number) => (query::readable(*number), CellKind::Number),
            Cell::Text(text) => return TableCell { html: Foreign::line(text).html, kind: CellKind::Text },
            Cell::Time(time) => (v.stamp(time), CellKind::Text),
        };
        TableCell { html: Foreign::line(text.as_bytes()).html, kind }
    };
    let rows: Vec<Vec<TableCell>> = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    // A column stands where its numbers do.
    let column = |(at, name): (usize, &String)| {
        let is_number = rows.iter().any(|row| row.get(at).is_some_and(|cell| cell.kind == CellKind::Number));
        let kind = if is_number { CellKind::Number } else { CellKind::Text };
        TableCell { html: Foreign::line(name.as_bytes()).html, kind }
    };
    SearchResult::Table(TableOf { columns: table.columns.iter().enumerate().map(column).collect(), rows, doubts })
}

/// The counts over the whole time that was asked for, where there is nothing too.
fn whole(found: query::Histogram, range: Option<&std::ops::Range<Timestamp>>, v: &View, address: String) -> Histogram {
    let (zone, steps) = (&v.zone, found.counts.len());
    let query::Histogram { edges, counts, step } = match range {
        _ if steps == 0 => found,
        Some(range) => {
            // Without a beginning it begins where there is something, and nothing is expected of the future.
            let first = if range.start.as_micros() > i64::MIN { range.start } else { found.edges[0] };
            found.over(&(first..range.end.min(v.now.max(range.start))), zone)
        }
        // A moment's lines stand in the middle of some time, not as one bar over all the width.
        None => found.amid(STEPS_MIN.saturating_sub(steps) / 2, zone),
    };
    Histogram { edges, step, counts, address }
}

fn facets(v: &View, search: &PageSearch, parsed: &query::Query, mut fields: Vec<query::Facet>) -> Vec<Facet> {
    let order = |field: &str| match field {
        "level" => 0,
        "source" => 1,
        _ => 2,
    };
    let top = |facet: &query::Facet| Some(facet.values.as_ref()?.first()?.1);
    fields.sort_by_key(|facet| {
        let is_telling = top(facet).is_some_and(|records| records > 1);
        (order(&facet.field), !is_telling, std::cmp::Reverse(facet.records))
    });
    let facet = |facet: query::Facet| {
        let values = facet.values.unwrap_or_default().into_iter().map(|(value, records)| {
            let text = match cell(&value) {
                Json::String(text) => text,
                other => other.to_string(),
            };
            let links = parsed.narrowed(&facet.field, &text).map(|Narrowed { only, without }| Links {
                only: search.address_of(only),
                without: search.address_of(without),
            });
            let level = level_named(&text).filter(|_| facet.field == "level");
            let shown = level.map_or(text, |level| v.t(Sign(level).word()));
            ShownFacetValue { text: Foreign::line(shown.as_bytes()), whole: plain(&shown), records, links }
        });
        let name = match facet.field.as_str() {
            "level" => v.t("field-level"),
            "source" => v.t("field-source"),
            other => other.to_owned(),
        };
        Facet {
            name: Foreign::line(name.as_bytes()),
            is_source: facet.field == "source",
            records: facet.records,
            values: values.collect(),
        }
    };
    fields.into_iter().take(FACETS).map(facet).collect()
}

fn exports(ctx: &Ctx, v: &View, search: &PageSearch, found: &SearchResult) -> Vec<Export> {
    if !matches!(found, SearchResult::Lines(_) | SearchResult::Table(_)) {
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

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct RecordQuery {
    /// Records before it, and after it.
    before: Option<usize>,
    after: Option<usize>,
}

/// The number of a record: what is none is that of no record.
fn number(text: &str) -> Result<u64> {
    text.parse().map_err(|_| gone(plain(text)))
}

async fn record(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(seq): Path<String>,
    Query(around): Query<RecordQuery>,
) -> Result<Response> {
    let seq = number(&seq)?;
    let (before, after) = (around.before.unwrap_or(AROUND), around.after.unwrap_or(AROUND));
    let answer = ctx.app.logs.around(seq, before, after).await?;
    let (cursor, found) = answer.value.record.ok_or_else(|| gone(seq))?;
    let (search, everything) = (PageSearch::default(), query::parse("").0);
    let rows = |records: Vec<(Cursor, telemetry::Record)>| {
        let line = |(cursor, record): &(Cursor, telemetry::Record)| {
            LineSource::of_record(*cursor, record, LISTED_MAX).line(&search, &everything)
        };
        records.iter().map(line).collect::<Vec<_>>()
    };
    let kept = LineSource::of_record(cursor, &found, SHOWN_MAX);
    let more = |before: usize, after: usize| format!("/explore/record/{seq}?before={before}&after={after}#around");
    let at = kept.at();
    // The record is the only one of its text in its microsecond, or one of a few.
    let exactly =
        PageSearch { since: at.to_string(), until: (at + Duration::from_micros(1)).to_string(), ..search.clone() };
    let source_address = kept.source().and_then(|source| everything.narrowed("source", source));
    let page = RecordPage {
        v: &v,
        earlier: (answer.value.before.len() >= before).then(|| more(before.saturating_mul(3).max(AROUND), after)),
        later: (answer.value.after.len() >= after).then(|| more(before, after.saturating_mul(3).max(AROUND))),
        before: rows(answer.value.before),
        after: rows(answer.value.after),
        left_out: left_out(&v, &answer.partial),
        whole: exactly.at("/api/v1/logs/search", &[("format", "text")]),
        source_address: source_address.map(|narrowed| search.address_of(narrowed.only)),
        record: kept.line(&search, &everything),
    };
    Ok(shown(&page))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct OpenedQuery {
    /// The search that its links go on from.
    q: String,
    since: String,
    until: String,
    order: String,
}

async fn opened(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(seq): Path<String>,
    Query(OpenedQuery { q, since, until, order }): Query<OpenedQuery>,
) -> Result<Response> {
    let seq = number(&seq)?;
    let answer = ctx.app.logs.around(seq, 0, 0).await?;
    let (cursor, found) = answer.value.record.ok_or_else(|| gone(seq))?;
    let search = PageSearch { q, since, until, order };
    let parsed = query::parse(&search.q).0;
    let line = LineSource::of_record(cursor, &found, LISTED_MAX).line(&search, &parsed);
    Ok(shown(&OpenedLine { v: &v, line }))
}
