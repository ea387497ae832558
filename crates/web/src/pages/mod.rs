//! What people see: one plain page that lists jobs and follows one, and the way in.

pub(crate) mod jobs;
pub(crate) mod login;
pub(crate) mod view;

use crate::{
    auth::Access,
    routes::{About, Routes},
};
use axum::{
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
};

pub(crate) fn declare(routes: Routes) -> Routes {
    let page = |summary| About::new(summary).gives_text(200, Some("text/html"), "A page");
    routes
        .get("/", Access::Page, jobs::list, page("The jobs, to look at").query::<jobs::ListQuery>())
        .get("/jobs/{id}", Access::Page, jobs::show, page("One job, to look at as it runs"))
        .get(
            "/login",
            Access::Open,
            login::enter,
            page("The way in: with `?token=`, a cookie is set").query::<login::Entry>(),
        )
        .post(
            "/login",
            Access::Open,
            login::enter_form,
            About::new("The way in, from the form").gives_text(303, None, "In"),
        )
        .get(
            "/static/vigie.css",
            Access::Open,
            css,
            About::new("How pages look").gives_text(200, Some("text/css"), "CSS"),
        )
        .get(
            "/static/follow.js",
            Access::Open,
            js,
            About::new("How a page follows a job").gives_text(200, Some("text/javascript"), "An ES module"),
        )
        .get(
            "/progress.js",
            Access::Open,
            progress,
            script("The element `<vigie-progress>`, for the pages of any site"),
        )
        .get(
            "/progress_polling.js",
            Access::Open,
            progress_polling,
            script("`ProgressPolling`, for the pages of any site"),
        )
        .get(
            "/static/js/progress_polling.js",
            Access::Open,
            progress_polling,
            script("`ProgressPolling`, where pages have it already"),
        )
}

fn script(summary: &'static str) -> About {
    About::new(summary).gives_text(200, Some("text/javascript"), "A classic script")
}

async fn css() -> impl IntoResponse {
    asset("text/css; charset=utf-8", include_str!("../static/vigie.css"))
}

async fn js() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", include_str!("../static/follow.js"))
}

async fn progress() -> impl IntoResponse {
    (FOR_ANY_SITE, asset("text/javascript; charset=utf-8", include_str!("../static/progress.js")))
}

async fn progress_polling() -> impl IntoResponse {
    (FOR_ANY_SITE, asset("text/javascript; charset=utf-8", include_str!("../static/progress_polling.js")))
}

/// Pages of other sites load it: as a module, with `integrity`, or under `Cross-Origin-Embedder-Policy`.
const FOR_ANY_SITE: [(HeaderName, HeaderValue); 2] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
];

fn asset(media: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "max-age=300")], text)
}
