//! Issues, for people.

mod actions;
mod attachment;
mod list;
mod show;
#[cfg(test)]
mod tests;

use crate::{
    auth::Access,
    routes::{About, Routes, page_about},
};
use list::IssuesAsked;
use show::SaidQuery;
use store::Scope;

pub(crate) fn declare(routes: Routes) -> Routes {
    let routes = routes
        .get("/issues", READS, list::list, page_about("What is wrong, each once").query::<IssuesAsked>())
        .get("/issues/{id}", READS, show::newest, page_about("An issue, with its newest event").query::<SaidQuery>())
        .get(
            "/issues/{id}/events/{event}",
            READS,
            show::one,
            page_about("An issue, with one of its events").query::<SaidQuery>(),
        )
        .get(
            "/issues/{id}/attachments/{row}",
            READS,
            attachment::download,
            About::new("A file that came with an event of an issue").gives_text(
                200,
                Some("application/octet-stream"),
                "The file",
            ),
        );
    actions::declare(routes)
}

const READS: Access = Access::Page(Scope::Read);
const ACTS: Access = Access::Page(Scope::Write);
