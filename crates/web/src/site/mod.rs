//! What stands behind the pages: each handler asks the store, fills a page of [`crate::pages`], and says no more. Forms
//! post to the address that shows their result, and are answered with a redirect to it.

mod accounts;
mod audit;
mod dashboard;
pub(crate) mod errors;
mod explore;
mod files;
mod form;
mod job;
mod jobs;
pub(crate) mod login;
mod mailings;
mod me;
mod reader;
mod rows;
mod said;
mod setup;
#[cfg(test)]
mod tests;
mod tokens;
mod traces;
mod users;
mod workers;

pub(crate) use form::{Form, see};
pub(crate) use reader::{Reader, reader};

use crate::{problem::Problem, routes::Routes};
use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

pub(crate) fn declare(routes: Routes) -> Routes {
    [
        login::declare,
        setup::declare,
        me::declare,
        dashboard::declare,
        jobs::declare,
        job::declare,
        mailings::declare,
        traces::declare,
        explore::declare,
        files::declare,
        accounts::declare,
        workers::declare,
        users::declare,
        tokens::declare,
        audit::declare,
    ]
    .into_iter()
    .fold(routes, |routes, add| add(routes))
}

/// The description of a page in the list of routes.
fn page_about(summary: &'static str) -> crate::routes::About {
    crate::routes::About::new(summary).gives_text(200, Some("text/html"), "A page")
}

/// The description of a form's target.
fn form_about(summary: &'static str) -> crate::routes::About {
    crate::routes::About::new(summary).gives_text(303, None, "Done: to the page that shows it")
}

/// A page, rendered.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    let media = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    match template.render() {
        Ok(html) => (status, media, html).into_response(),
        Err(error) => Problem::internal(&error).into_response(),
    }
}

pub(crate) fn shown(template: &impl Template) -> Response {
    page(StatusCode::OK, template)
}
