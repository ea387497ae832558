//! What pages load: one style sheet, one sheet of icons, and small ES modules.

use crate::{
    auth::Access,
    routes::{About, Routes},
};
use axum::http::header;

pub(crate) struct Asset {
    pub(crate) path: &'static str,
    media: &'static str,
    pub(crate) text: &'static str,
    what: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

const fn script(path: &'static str, text: &'static str, what: &'static str) -> Asset {
    Asset { path, media: SCRIPT, text, what }
}

pub(crate) const ASSETS: [Asset; 17] = [
    Asset {
        path: "/static/vigie.css",
        media: "text/css; charset=utf-8",
        text: concat!(
            include_str!("../static/css/base.css"),
            include_str!("../static/css/layout.css"),
            include_str!("../static/css/parts.css"),
            include_str!("../static/css/tables.css"),
            include_str!("../static/css/forms.css"),
            include_str!("../static/css/logs.css"),
            include_str!("../static/css/issues.css"),
            include_str!("../static/css/performance.css"),
        ),
        what: "How pages look",
    },
    Asset {
        path: "/static/icons.svg",
        media: "image/svg+xml",
        text: include_str!("../static/icons.svg"),
        what: "The icons of the pages",
    },
    Asset {
        path: "/static/favicon.svg",
        media: "image/svg+xml",
        text: include_str!("../static/favicon.svg"),
        what: "The sign on the browser's tab",
    },
    script("/static/diagnosis.js", include_str!("../static/diagnosis.js"), "How a diagnosis is followed"),
    script("/static/base.js", include_str!("../static/base.js"), "Where pages are"),
    script("/static/explore.js", include_str!("../static/explore.js"), "How lines are opened, and a time is dragged"),
    script("/static/columns.js", include_str!("../static/columns.js"), "How the columns of lines are resized"),
    script("/static/tail.js", include_str!("../static/tail.js"), "How lines are shown as they arrive"),
    script("/static/files.js", include_str!("../static/files.js"), "How a log file is followed"),
    script("/static/foreign.js", include_str!("../static/foreign.js"), "How what others wrote is shown harmlessly"),
    script("/static/fresh.js", include_str!("../static/fresh.js"), "How a page is kept up to date"),
    script(
        "/static/issues.js",
        include_str!("../static/issues.js"),
        "How the list of issues is worked through by keys",
    ),
    script("/static/live.js", include_str!("../static/live.js"), "How a page follows a job"),
    script(
        "/static/mailing.js",
        include_str!("../static/mailing.js"),
        "How files are dropped and a message is previewed",
    ),
    script("/static/search.js", include_str!("../static/search.js"), "How a search goes on by itself"),
    script(
        "/static/stream.js",
        include_str!("../static/stream.js"),
        "How a stream of events is switched on and comes back",
    ),
    script("/static/ui.js", include_str!("../static/ui.js"), "How a page asks before it acts"),
];

pub(crate) fn declare(routes: Routes) -> Routes {
    ASSETS.into_iter().fold(routes, |routes, Asset { path, media, text, what }| {
        let headers = [(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "max-age=300")];
        let about = About::new(what).gives_text(200, Some(media), what);
        routes.get(path, Access::Open, async move || (headers, text), about)
    })
}
