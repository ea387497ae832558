//! The trace of a request that asks for the lines of a basket one by one, and fails.

use super::page::TracePage;
use crate::{
    layout::{
        foreign::Foreign,
        gallery::{
            Drawn,
            examples::{at, before},
        },
        parts::IssueLink,
        view::View,
    },
    logs::excerpt::{Excerpt, ExcerptOf},
};
use askama::Template as _;
use errors::transaction::{Span, SpanStatus};
use reports::StoredTrace;
use serde_json::json;
use std::time::Duration;

pub(super) fn traces(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/performance/traces/0af7651916cd43dd8448eb211c80319c");
    vec![("trace", whole(v).render().unwrap()), ("trace-errors-only", errors_only(v).render().unwrap())]
}

fn whole(v: &View) -> TracePage<'_> {
    let mut spans = vec![
        ("boutique", span(v, "1", "", ("http.server", "POST /panier"), (0, 812))),
        ("boutique", span(v, "2", "1", ("template.render", "panier.html"), (640, 90))),
        ("boutique", span(v, "3", "1", ("http.client", "POST https://banque.example/v1"), (300, 330))),
        ("banque", span(v, "4", "3", ("http.server", "/v1/paiements"), (310, 300))),
        ("banque", span(v, "5", "4", ("db", "comptes.find({<b>: ?})"), (320, 305))),
        ("boutique", span(v, "6", "gone", ("default", "orphelin \u{202e}"), (20, 5))),
    ];
    spans.extend((0..7).map(|n| ("boutique", span(v, &format!("q{n}"), "1", LINES, (10 + n * 30, 22)))));
    spans[0].1.status = SpanStatus::Error;
    let spans = spans.into_iter().map(|(project, span)| (project.to_owned(), span)).collect();
    let trace = StoredTrace { spans, is_partial: true };
    let mut page = TracePage::of(v, "0af7651916cd43dd8448eb211c80319c", &trace, &[]);
    let link = link();
    page.rows[0].issues.push(link.clone());
    (page.issues, page.errors) = (vec![link], 1);
    page.job = Some(("Synchronisation du soir".to_owned(), "01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11".to_owned()));
    page.lines = Some(Excerpt {
        of: ExcerptOf::Trace,
        lines: crate::logs::examples::lines(v).into_iter().take(5).collect(),
        address: "/explore?q=x".to_owned(),
        has_more: true,
    });
    page
}

fn errors_only(v: &View) -> TracePage<'_> {
    let mut page = TracePage::of(v, "0af7651916cd43dd8448eb211c80319c", &StoredTrace::default(), &[]);
    (page.issues, page.errors) = (vec![link()], 1);
    page
}

const LINES: (&str, &str) = ("db", "lignes.find({panier: ?})");

fn link() -> IssueLink {
    IssueLink {
        short_id: "BOUTIQUE-12".to_owned(),
        title: Foreign::line(b"KeyError: 'total'"),
        address: "/issues/BOUTIQUE-12/events/7".to_owned(),
    }
}

/// A span that begins so many ms after the first, and takes so long.
fn span(v: &View, id: &str, parent: &str, (op, name): (&str, &str), (begins, took): (u64, u64)) -> Span {
    let start = before(v, 71) + Duration::from_millis(begins);
    let place = json!({"code.filepath": "boutique/views.py", "code.lineno": 12, "code.function": "panier"});
    let data = if name == LINES.1 { place } else { json!({}) };
    Span {
        span_id: id.to_owned(),
        parent_span_id: (!parent.is_empty()).then(|| parent.to_owned()),
        is_segment: op == "http.server",
        op: op.to_owned(),
        name: name.to_owned(),
        statement: (op == "db").then(|| name.to_owned()),
        start,
        end: start + Duration::from_millis(took),
        http_status: (op == "http.server").then_some(500),
        data: data.as_object().cloned().unwrap_or_default(),
        ..Span::default()
    }
}
