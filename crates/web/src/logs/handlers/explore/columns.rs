//! The columns of the lines: as the address has them, or as the browser remembers them.

use super::{address::PageSearch, facets::name_of};
use crate::{
    auth::{Access, session},
    extract::Query,
    layout::{foreign::Foreign, see, view::View},
    logs::pages::explore::{ColumnChoice, ColumnsForm, LineColumns},
    problem::Result,
    routes::{About, Routes, page_about},
};
use axum::{
    extract::RawQuery,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use store::Scope;
use telemetry::query::Facet;
use url::form_urlencoded;
use utoipa::IntoParams;

/// `static/columns.js` writes it too, when a column is resized.
const COOKIE: &str = "vigie_columns";
/// Bytes of a choice in an address.
const TEXT_MAX: usize = 2_000;
/// Fields that the form offers.
const OFFERED_MAX: usize = 30;

pub(super) fn declare(routes: Routes) -> Routes {
    let what = "Chooses the columns of the lines, and has the browser remember them";
    let style = "How wide the columns of the lines are";
    let css = About::new(style).gives_text(200, Some("text/css"), style).query::<StyleQuery>();
    routes.get("/explore/columns", Access::Page(Scope::Read), choose, page_about(what)).get(
        "/explore/columns.css",
        Access::Page(Scope::Read),
        style_sheet,
        css,
    )
}

/// What the address says, else what the browser remembers, else the usual.
pub(super) fn of(headers: &HeaderMap, text: &str) -> LineColumns {
    let remembered = || {
        let (text, _) = form_urlencoded::parse(session::cookie(headers, COOKIE)?.as_bytes()).next()?;
        LineColumns::parse(&text)
    };
    LineColumns::parse(text).or_else(remembered).unwrap_or_default()
}

/// The form that chooses: what is shown first, then the fields that these records have.
pub(super) fn form(v: &View, columns: &LineColumns, facets: &[Facet]) -> ColumnsForm {
    let label = |name: &str| Foreign::line(name_of(v, name).as_bytes());
    let shown = columns.iter().map(|column| ColumnChoice::shown(column, label(&column.name)));
    let usual = LineColumns::default();
    let names = usual.iter().map(|column| column.name.as_str()).chain(facets.iter().map(|facet| facet.field.as_str()));
    let mut offered: Vec<ColumnChoice> = Vec::new();
    for name in names {
        let is_there = columns.iter().any(|column| column.name == name) || offered.iter().any(|other| other.is(name));
        if let Some(choice) = ColumnChoice::offered(name, label(name)).filter(|_| !is_there) {
            offered.push(choice);
        }
    }
    offered.truncate(OFFERED_MAX);
    ColumnsForm { choices: shown.chain(offered).collect(), text: columns.to_string(), style: style_address(columns) }
}

/// The usual columns stand in the pages' own style sheet.
fn style_address(columns: &LineColumns) -> Option<String> {
    let address = || crate::layout::rows::address("/explore/columns.css", &[("columns", &columns.to_string())]);
    (!columns.is_usual()).then(address)
}

/// Leads back to the search with the columns in its address. `column` is given once for each, `width.NAME` says how wide it
/// is, and `usual` forgets the choice.
async fn choose(headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response> {
    let fields: Vec<(String, String)> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let text = |wanted: &str| {
        fields.iter().find(|(name, _)| name == wanted).map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let names = fields.iter().filter(|(name, _)| name == "column").map(|(_, value)| value.as_str());
    let more = text("more");
    let named = names.chain(more.split(',').map(str::trim).filter(|name| !name.is_empty()));
    let with_width = |name: &str| match text(&format!("width.{name}")) {
        width if width.is_empty() => name.to_owned(),
        width => format!("{name}:{width}"),
    };
    let chosen: Vec<String> = named.map(with_width).collect();
    let chosen = if chosen.is_empty() { "-".to_owned() } else { chosen.join(",") };
    let columns = if text("usual").is_empty() { LineColumns::parse(&chosen) } else { None };
    let columns = columns.map_or_else(String::new, |columns| columns.to_string());
    let search = PageSearch {
        q: text("q"),
        since: text("since"),
        until: text("until"),
        order: text("order"),
        columns: columns.clone(),
    };
    let kept: String = form_urlencoded::byte_serialize(columns.as_bytes()).collect();
    let cookie = session::preference(COOKIE, &kept, &headers)?;
    Ok(([(header::SET_COOKIE, cookie)], see(&search.address())).into_response())
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct StyleQuery {
    columns: String,
}

async fn style_sheet(Query(StyleQuery { columns }): Query<StyleQuery>) -> Response {
    let columns = LineColumns::parse(columns.get(..TEXT_MAX).unwrap_or(&columns)).unwrap_or_default();
    let text = format!(".lines, .lines-head {{ --columns: {}; }}\n", columns.tracks());
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "private, max-age=86400")];
    (headers, text).into_response()
}
