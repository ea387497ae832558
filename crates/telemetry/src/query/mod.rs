//! Asking the store: the language of the search box, what it means, and how blocks answer it.
//!
//! [`parse`] reads what a person typed and never fails: it returns the query that can be run and what was wrong with
//! the rest. `docs/search.md` is the language's page for users.

pub mod language;

pub use language::{Problem, Query, parse};
