//! What pages load: one style sheet, one sheet of icons, and small ES modules.

use crate::{
    auth::Access,
    routes::{About, Routes},
};
use axum::{http::header, response::IntoResponse};

pub(crate) const CSS: &str = concat!(
    include_str!("../static/css/base.css"),
    include_str!("../static/css/layout.css"),
    include_str!("../static/css/parts.css"),
    include_str!("../static/css/tables.css"),
    include_str!("../static/css/forms.css"),
    include_str!("../static/css/logs.css"),
);
pub(crate) const ICONS: &str = include_str!("../static/icons.svg");
pub(crate) const FAVICON: &str = include_str!("../static/favicon.svg");
pub(crate) const EXPLORE: &str = include_str!("../static/explore.js");
pub(crate) const FILES: &str = include_str!("../static/files.js");
pub(crate) const FOREIGN: &str = include_str!("../static/foreign.js");
pub(crate) const LIVE: &str = include_str!("../static/live.js");
pub(crate) const MAILING: &str = include_str!("../static/mailing.js");
pub(crate) const SEARCH: &str = include_str!("../static/search.js");
pub(crate) const UI: &str = include_str!("../static/ui.js");

pub(crate) fn declare(routes: Routes) -> Routes {
    let script = |summary| About::new(summary).gives_text(200, Some("text/javascript"), "An ES module");
    routes
        .get(
            "/static/vigie.css",
            Access::Open,
            css,
            About::new("How pages look").gives_text(200, Some("text/css"), "CSS"),
        )
        .get(
            "/static/icons.svg",
            Access::Open,
            icons,
            About::new("The icons of the pages").gives_text(200, Some("image/svg+xml"), "SVG"),
        )
        .get(
            "/static/favicon.svg",
            Access::Open,
            favicon,
            About::new("The sign on the browser's tab").gives_text(200, Some("image/svg+xml"), "SVG"),
        )
        .get("/static/explore.js", Access::Open, explore, script("How logs are followed, and a time is dragged"))
        .get("/static/files.js", Access::Open, files, script("How a log file is followed"))
        .get("/static/foreign.js", Access::Open, foreign, script("How what others wrote is shown harmlessly"))
        .get("/static/live.js", Access::Open, live, script("How a page follows a job"))
        .get("/static/mailing.js", Access::Open, mailing, script("How files are dropped and a message is previewed"))
        .get("/static/search.js", Access::Open, search, script("How a search goes on by itself"))
        .get("/static/ui.js", Access::Open, ui, script("How a page asks before it acts"))
}

async fn css() -> impl IntoResponse {
    asset("text/css; charset=utf-8", CSS)
}

async fn icons() -> impl IntoResponse {
    asset("image/svg+xml", ICONS)
}

async fn favicon() -> impl IntoResponse {
    asset("image/svg+xml", FAVICON)
}

async fn explore() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", EXPLORE)
}

async fn files() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", FILES)
}

async fn foreign() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", FOREIGN)
}

async fn live() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", LIVE)
}

async fn mailing() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", MAILING)
}

async fn search() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", SEARCH)
}

async fn ui() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", UI)
}

fn asset(media: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "max-age=300")], text)
}
