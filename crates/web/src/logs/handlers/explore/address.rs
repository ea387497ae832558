//! The address of a search: from it pages go on to other pages, times and queries.

use crate::layout::rows::address;
use logs::search::Search;

const PAGE: &str = "/explore";

/// A search, as it stands in the address of its page.
#[derive(Clone, Debug, Default)]
pub(super) struct PageSearch {
    pub(super) q: String,
    pub(super) since: String,
    pub(super) until: String,
    /// `oldest`, or nothing.
    pub(super) order: String,
    /// As [`crate::logs::pages::explore::LineColumns`] writes them, or nothing: then the reader's own are shown.
    pub(super) columns: String,
}

impl PageSearch {
    /// Path and query of its first page.
    pub(super) fn address(&self) -> String {
        self.page("", "")
    }

    /// The page behind `cursor`, or the one before it.
    pub(super) fn page(&self, cursor: &str, back: &str) -> String {
        self.at(PAGE, &[("cursor", cursor), ("back", back)])
    }

    pub(super) fn at(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = [("q", self.q.as_str()), ("since", &self.since), ("until", &self.until), ("order", &self.order)];
        let columns: &[(&str, &str)] = if path == PAGE { &[("columns", &self.columns)] } else { &[] };
        address(path, &[&own, columns, more].concat())
    }

    /// What it asks, without its order.
    pub(super) fn search(&self) -> Search {
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        Search { q: self.q.clone(), since: text(&self.since), until: text(&self.until), zone: None }
    }

    /// The page of the same search with another query.
    pub(super) fn address_of(&self, q: String) -> String {
        Self { q, ..self.clone() }.address()
    }

    pub(super) fn over(&self, since: &str, until: &str) -> Self {
        Self { since: since.to_owned(), until: until.to_owned(), ..self.clone() }
    }
}
