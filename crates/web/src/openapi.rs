//! The description of the API: OpenAPI for programs, a list of routes for people.

#[cfg(test)]
mod tests;

use crate::{
    BasePath, Ctx,
    auth::Access,
    routes::{About, Declared, Routes, document},
};
use axum::{
    extract::State,
    http::header,
    response::{Html, IntoResponse},
};
use bytes::Bytes;
use std::fmt::Write as _;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/openapi.json",
            Access::Open,
            openapi,
            About::new("This description").gives_text(200, Some("application/json"), "OpenAPI 3.1"),
        )
        .get(
            "/api",
            Access::Open,
            listing,
            About::new("The routes, to read").gives_text(200, Some("text/html"), "A page"),
        )
}

/// The description of the API, written once.
pub(crate) struct Described {
    json: Bytes,
    page: String,
}

impl Described {
    /// Made when it is first asked for: most processes never are.
    fn of(ctx: &Ctx) -> &Self {
        ctx.described.get_or_init(|| {
            Self::new(ctx.declared.get().map_or(&[], Vec::as_slice), ctx.app.version, &ctx.app.base_path)
        })
    }

    fn new(declared: &[Declared], version: &str, base_path: &BasePath) -> Self {
        let mut rows = String::new();
        for route in declared {
            let (verb, access) =
                (format!("{:?}", route.verb).to_uppercase(), format!("{:?}", route.access).to_lowercase());
            let (path, summary) = (route.path, route.about.summary);
            // Words of this program only: nothing to escape.
            let _ = write!(
                rows,
                "<tr><td>{verb}</td><td><code>{path}</code></td><td data-label=\"Access\">{access}</td><td>{summary}</td></tr>"
            );
        }
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Vigie API</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"/static/vigie.css\">\
             <main><h1>Vigie API</h1><p>Described in <a href=\"/api/openapi.json\">openapi.json</a>. \
             Send <code>Authorization: Bearer vigie_…</code>.</p><table class=\"rows\"><thead><tr><th>Method<th>Path<th>Access<th>What\
             </thead><tbody>{rows}</tbody></table></main></html>"
        );
        Self { json: serde_json::to_vec(&document(declared, version, base_path)).unwrap_or_default().into(), page }
    }
}

async fn openapi(State(ctx): State<Ctx>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], Described::of(&ctx).json.clone())
}

async fn listing(State(ctx): State<Ctx>) -> Html<String> {
    Html(Described::of(&ctx).page.clone())
}
