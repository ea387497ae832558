//! Scripts that show a job's progress in the pages of any site.

use crate::{
    auth::Access,
    routes::{About, Routes},
};
use axum::{
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
};
use model::JobKind;
use store::Job;

pub(crate) fn declare(routes: Routes) -> Routes {
    let script = |summary| About::new(summary).gives_text(200, Some("text/javascript"), "A classic script");
    routes
        .get(
            "/progress.js",
            Access::Open,
            progress,
            script("The element `<vigie-progress>`, for the pages of any site"),
        )
        .get("/progress_polling.js", Access::Open, polling, script("`ProgressPolling`, for the pages of any site"))
        .get(
            "/vigie.py",
            Access::Open,
            python,
            About::new("What a Python program tells Vigie: one file, standard library only").gives_text(
                200,
                Some("text/x-python"),
                "A module",
            ),
        )
        .get(
            "/static/js/progress_polling.js",
            Access::Open,
            polling,
            script("`ProgressPolling`, where pages have it already"),
        )
}

/// What is pasted into a page of another site, whose readers then see how far the job is.
pub(super) fn lines(origin: &str, job: &Job, token: &str) -> String {
    let kind = if job.kind == JobKind::Mail { " kind=\"mailing\"" } else { "" };
    let origin = origin.replace(['"', '<', '&'], "");
    format!(
        "<script src=\"{origin}/progress.js\" async></script>\n<vigie-progress job=\"{}\" token=\"{token}\"{kind}></vigie-progress>",
        job.id
    )
}

async fn progress() -> impl IntoResponse {
    for_any_site(include_str!("../static/progress.js"))
}

async fn polling() -> impl IntoResponse {
    for_any_site(include_str!("../static/progress_polling.js"))
}

/// For programs, which take it as a file.
async fn python() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/x-python; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("max-age=300")),
    ];
    (headers, include_str!("../static/vigie.py"))
}

/// Pages of other sites load it: as a module, with `integrity`, or under `Cross-Origin-Embedder-Policy`.
fn for_any_site(script: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("max-age=300")),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
    ];
    (headers, script)
}
