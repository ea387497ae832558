//! What people see: one plain page that lists jobs and follows one, and the way in.

#![allow(dead_code, reason = "pages stand before the handlers that fill them")]

pub(crate) mod accounts;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod chart;
pub(crate) mod dashboard;
pub(crate) mod error;
#[cfg(test)]
mod gallery;
pub(crate) mod jobs;
pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod parts;
pub(crate) mod setup;
pub(crate) mod states;
pub(crate) mod tokens;
pub(crate) mod traces;
pub(crate) mod users;
pub(crate) mod view;
pub(crate) mod workers;

use crate::{
    auth::Access,
    routes::{About, Routes},
};
use axum::{http::header, response::IntoResponse};

pub(crate) fn declare(routes: Routes) -> Routes {
    let page = |summary| About::new(summary).gives_text(200, Some("text/html"), "A page");
    assets::declare(routes)
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
            "/static/follow.js",
            Access::Open,
            js,
            About::new("How a page follows a job").gives_text(200, Some("text/javascript"), "An ES module"),
        )
}

async fn js() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", include_str!("../static/follow.js"))
}

fn asset(media: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "max-age=300")], text)
}
