//! A trace as a waterfall: each span on its line, below the one that began it, with a bar for its time.

use crate::{
    layout::{
        foreign::{Foreign, plain},
        parts::IssueLink,
        view::View,
    },
    logs::excerpt::Excerpt,
};
use askama::Template;
use errors::transaction::{Costly, CostlyStatement, Span, WaterfallRow, costly, waterfall};
use model::Timestamp;
use reports::{StoredEvent, StoredTrace, TRACE_SPANS_MAX};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// Steps to the right that are drawn; what is deeper stands there too, and says how deep.
const INDENTS: usize = 12;
/// Bytes of a text of a span.
const TEXT_BYTES: usize = 2_000;
/// The width of all bars.
const WIDTH: f64 = 1_000.0;

#[derive(Template)]
#[template(path = "performance/trace.html")]
pub(crate) struct TracePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) id: String,
    /// For the browser's tab.
    pub(crate) label: String,
    /// What the trace began with.
    pub(crate) title: Foreign,
    pub(crate) start: Timestamp,
    pub(crate) took: Duration,
    /// By their slugs.
    pub(crate) projects: BTreeSet<String>,
    pub(crate) rows: Vec<SpanRow>,
    /// Slow and repeated queries, that which loses most time first.
    pub(crate) queries: Vec<QueryRow>,
    pub(crate) issues: Vec<IssueLink>,
    /// Errors in it, whether they are counted into an issue by now or not.
    pub(crate) errors: u64,
    pub(crate) lines: Option<Excerpt>,
    /// The job that it belongs to: its name and its id.
    pub(crate) job: Option<(String, String)>,
    pub(crate) is_partial: bool,
}

/// A span on its line.
#[derive(Clone, Debug)]
pub(crate) struct SpanRow {
    pub(crate) depth: usize,
    pub(crate) op: String,
    pub(crate) name: Foreign,
    /// The project, where the trace enters it.
    pub(crate) enters: Option<String>,
    pub(crate) took: Duration,
    /// Of the bar, of [`WIDTH`].
    pub(crate) x: String,
    pub(crate) width: String,
    pub(crate) tone: &'static str,
    /// What of its queries is wrong: the word for it.
    pub(crate) mark: Option<&'static str>,
    pub(crate) issues: Vec<IssueLink>,
    pub(crate) is_orphan: bool,
    pub(crate) is_failed: bool,
    /// Label and value of what it says besides.
    pub(crate) facts: Vec<(&'static str, Foreign)>,
}

/// A query that takes too long, alone or all together.
#[derive(Clone, Debug)]
pub(crate) struct QueryRow {
    pub(crate) statement: Foreign,
    /// How often it was asked; none of one that is slow by itself.
    pub(crate) count: Option<u64>,
    /// What is lost by asking so.
    pub(crate) lost: Duration,
    /// The line that asks.
    pub(crate) asked_at: Option<Foreign>,
    /// The span that asks, where no line is told: its place, and what it is called.
    pub(crate) asked_by: Option<(usize, Foreign)>,
    /// The place of the first of them.
    pub(crate) span: usize,
}

impl TracePage<'_> {
    fn has_waterfall(&self) -> bool {
        !self.rows.is_empty()
    }

    fn spans(&self) -> u64 {
        self.rows.len() as u64
    }

    fn costly(&self) -> u64 {
        self.queries.len() as u64
    }

    fn spans_max(&self) -> u64 {
        TRACE_SPANS_MAX as u64
    }
}

impl SpanRow {
    /// The class of its indent.
    fn indent(&self) -> String {
        format!("in-{}", self.depth.min(INDENTS))
    }

    fn is_deeper(&self) -> bool {
        self.depth > INDENTS
    }
}

impl<'a> TracePage<'a> {
    pub(crate) fn of(
        v: &'a View,
        id: &str,
        trace: &StoredTrace,
        events: &[(StoredEvent, Option<IssueLink>)],
    ) -> TracePage<'a> {
        let spans: Vec<&Span> = trace.spans.iter().map(|(_, span)| span).collect();
        let rows = waterfall(&spans);
        let first = rows.first().map(|row| spans[row.span]);
        let start =
            spans.iter().map(|span| span.start).min().or_else(|| events.iter().map(|(event, _)| event.at).min());
        let start = start.unwrap_or(Timestamp::EPOCH);
        let took = spans.iter().map(|span| span.end).max().map_or(Duration::ZERO, |end| end.since(start));
        let costly = costly(spans.iter().copied());
        let drawing = Drawing { v, trace, rows: &rows, costly, start, took, issues: by_span(events) };
        let title = first.map_or(id, |span| span.segment_name.as_deref().unwrap_or(&span.name));
        TracePage {
            v,
            id: id.to_owned(),
            label: plain(title),
            title: Foreign::line(title.as_bytes()),
            start,
            took,
            projects: trace.spans.iter().map(|(project, _)| plain(project)).collect(),
            queries: drawing.queries(&spans),
            rows: drawing.rows(),
            issues: each_once(events.iter().filter_map(|(_, link)| link.clone())),
            errors: events.len() as u64,
            lines: None,
            job: None,
            is_partial: trace.is_partial,
        }
    }
}

/// The issues of each span, by its id.
fn by_span(events: &[(StoredEvent, Option<IssueLink>)]) -> HashMap<String, Vec<IssueLink>> {
    let mut issues: HashMap<String, Vec<IssueLink>> = HashMap::new();
    for (event, link) in events {
        if let (Some(span), Some(link)) = (event.event.trace().span_id, link) {
            issues.entry(span).or_default().push(link.clone());
        }
    }
    issues
}

fn each_once(links: impl Iterator<Item = IssueLink>) -> Vec<IssueLink> {
    let mut seen = BTreeSet::new();
    links.filter(|link| seen.insert(link.short_id.clone())).collect()
}

struct Drawing<'a> {
    v: &'a View,
    trace: &'a StoredTrace,
    rows: &'a [WaterfallRow],
    costly: Vec<CostlyStatement>,
    start: Timestamp,
    took: Duration,
    issues: HashMap<String, Vec<IssueLink>>,
}

impl Drawing<'_> {
    fn rows(&self) -> Vec<SpanRow> {
        let row = |row: &WaterfallRow| {
            let (project, span) = &self.trace.spans[row.span];
            let mark = mark(span, &self.costly);
            let (x, width) = self.bar(span);
            SpanRow {
                depth: row.depth,
                op: plain(&span.op),
                name: Foreign::line(span.name.as_bytes()),
                enters: (span.is_segment || row.depth == 0).then(|| plain(project)),
                took: span.duration(),
                x,
                width,
                tone: tone(span, mark),
                mark,
                issues: self.issues.get(&span.span_id).cloned().unwrap_or_default(),
                is_orphan: row.is_orphan,
                is_failed: span.status.is_failure(),
                facts: self.facts(span, row.own),
            }
        };
        self.rows.iter().map(row).collect()
    }

    /// Where its bar begins, and how long it is: never less than can be seen.
    fn bar(&self, span: &Span) -> (String, String) {
        let whole = self.took.as_secs_f64().max(1e-9);
        let width = (span.duration().as_secs_f64() / whole * WIDTH).clamp(2.0, WIDTH);
        let x = (span.start.since(self.start).as_secs_f64() / whole * WIDTH).min(WIDTH - width);
        (format!("{x:.1}"), format!("{width:.1}"))
    }

    fn facts(&self, span: &Span, own: Duration) -> Vec<(&'static str, Foreign)> {
        let time = |time| Foreign::line(span_time(self.v, time).as_bytes());
        let mut facts = vec![("waterfall-begins", time(&span.start.since(self.start))), ("waterfall-own", time(&own))];
        let status = span.http_status.map(|status| status.to_string());
        let asked_at = span.asked_at();
        let exception =
            ["exception.type", "exception.message"].map(|name| span.data.get(name).and_then(|told| told.as_str()));
        let exception = exception.into_iter().flatten().collect::<Vec<_>>().join(": ");
        let told = [
            ("waterfall-status", span.status_said.as_deref()),
            ("waterfall-exception", Some(exception.as_str())),
            ("waterfall-http-status", status.as_deref()),
            ("waterfall-method", span.http_method.as_deref()),
            ("waterfall-url", span.url.as_deref()),
            ("waterfall-statement", span.statement.as_deref().filter(|statement| *statement != span.name)),
            ("waterfall-asked-at", asked_at.as_deref()),
            ("event-release", span.release.as_deref().filter(|_| span.is_segment)),
            ("event-environment", span.environment.as_deref().filter(|_| span.is_segment)),
            ("event-server", span.server_name.as_deref().filter(|_| span.is_segment)),
            ("waterfall-user", span.user.as_deref().filter(|_| span.is_segment)),
            ("waterfall-span", Some(span.span_id.as_str())),
        ];
        let told = told.into_iter().filter_map(|(label, value)| Some((label, value.filter(|text| !text.is_empty())?)));
        facts.extend(told.map(|(label, value)| (label, Foreign::text(value.as_bytes(), TEXT_BYTES))));
        facts
    }

    fn queries(&self, spans: &[&Span]) -> Vec<QueryRow> {
        // Rows are known by their places on the page.
        let places: HashMap<&str, usize> =
            self.rows.iter().enumerate().map(|(place, row)| (spans[row.span].span_id.as_str(), place)).collect();
        let place = |id: &str| places.get(id).copied().unwrap_or_default();
        let parent = |id: Option<&str>| {
            let place = *places.get(id?)?;
            Some((place, Foreign::line(spans[self.rows[place].span].name.as_bytes())))
        };
        let text = |text: &String| Foreign::text(text.as_bytes(), TEXT_BYTES);
        let row = |found: &CostlyStatement| QueryRow {
            statement: text(&found.statement),
            count: (found.why == Costly::Repeated).then_some(found.count as u64),
            lost: found.lost(),
            asked_by: parent(found.parent_span_id.as_deref()).filter(|_| found.asked_at.is_none()),
            asked_at: found.asked_at.as_ref().map(text),
            span: place(&found.first_span_id),
        };
        self.costly.iter().map(row).collect()
    }
}

/// The word for what is wrong with the query of a span, if anything is.
fn mark(span: &Span, costly: &[CostlyStatement]) -> Option<&'static str> {
    let statement = span.statement.as_deref()?;
    let is_it = |found: &&CostlyStatement| match found.why {
        Costly::Slow => found.first_span_id == span.span_id,
        Costly::Repeated => found.statement == statement && found.parent_span_id == span.parent_span_id,
    };
    let found = costly.iter().find(is_it)?;
    Some(match found.why {
        Costly::Slow => "waterfall-mark-slow",
        Costly::Repeated => "waterfall-mark-repeated",
    })
}

/// The colour of a bar.
fn tone(span: &Span, mark: Option<&str>) -> &'static str {
    match span.op.split('.').next().unwrap_or_default() {
        _ if span.status.is_failure() => "bad",
        _ if mark.is_some() => "doubt",
        "db" | "cache" => "db",
        "http" | "rpc" | "grpc" | "queue" | "server" | "client" => "busy",
        _ => "still",
    }
}

/// A short time as precisely as it tells spans apart: `0.4 ms`, `32 ms`, `1.2 s`.
pub(crate) fn span_time(v: &View, time: &Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    match millis {
        0.0..10.0 => format!("{}\u{a0}ms", v.decimal(&millis)),
        10.0..1_000.0 => format!("{}\u{a0}ms", v.number(&(millis.round() as u64))),
        1_000.0..60_000.0 => format!("{}\u{a0}s", v.decimal(&(millis / 1e3))),
        _ => v.duration(time),
    }
}
