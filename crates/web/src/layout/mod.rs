//! What all pages have in common: the frame, who reads, forms and notices, the words for states, errors for people.
//! What people see flows one way: a feature's handlers ask the store and fill the structs of its pages, whose templates
//! show them. Nothing in pages asks anybody anything. Forms post to the address that shows their result, and are answered
//! with a redirect to it.

pub(crate) mod assets;
pub(crate) mod error_page;
pub(crate) mod errors;
pub(crate) mod foreign;
pub(crate) mod form;
#[cfg(test)]
pub(crate) mod gallery;
pub(crate) mod navigation;
pub(crate) mod notice;
pub(crate) mod parts;
pub(crate) mod reader;
pub(crate) mod rows;
pub(crate) mod states;
#[cfg(test)]
mod tests;
pub(crate) mod view;

pub(crate) use form::{Form, see};
pub(crate) use reader::{Reader, reader};

use crate::problem::Problem;
use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

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
