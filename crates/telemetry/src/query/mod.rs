//! Asking the store: the language of the search box, what it means, and how blocks answer it.
//!
//! [`parse`] reads what a person typed and never fails: it returns the query that can be run and what was wrong with
//! the rest. `docs/search.md` is the language's page for users. A [`Question`] is a query made ready; it is asked of a
//! [`Snapshot`](crate::Snapshot), within [`Bounds`], by [`search`] (rows), [`answer`] (a table, pipes included), [`histogram`],
//! [`timeline`] (a histogram of where the matches are), [`facets`], [`context`], [`matching_seqs`] (to delete) and [`tail`] (of what arrives). Each [`Answer`] tells what was read for it. A
//! [`LineFilter`] is asked of text that is in no store.
//!
//! Records that are in no segment yet are asked one by one (`condition.rs`), blocks by their columns (`columns/`). Both mean
//! the same, which a property test holds.

mod answer;
mod cancel;
mod cell;
mod columns;
mod condition;
mod context;
mod delete;
mod digests;
mod facets;
mod histogram;
pub mod language;
mod lines;
mod names;
mod numbered;
mod patterns;
mod pipeline;
mod pruner;
mod question;
mod regex;
mod run;
mod search;
mod stats;
mod steps;
mod table;
mod tail;
#[cfg(test)]
mod tests;
mod text;
mod timeline;

pub use answer::answer;
pub use cancel::Cancel;
pub use cell::{Cell, readable};
pub use context::{Context, context};
pub use delete::matching_seqs;
pub use facets::{FIELDS_MAX, Facet, VALUES_MAX, facets};
pub use histogram::{Counts, Histogram, STEPS_MAX, histogram};
pub use language::{Problem, Query, parse};
pub use lines::{LineFilter, Required};
pub use names::field_names;
pub use numbered::count_numbered;
pub use patterns::{PATTERN_COLUMNS, PATTERNS_MAX, TREND_STEPS_MAX};
pub use question::{Answer, Bounds, Partial, Question, Read, time_range};
pub use search::{Cursor, Hit, Page, ROWS_MAX, search};
pub use stats::{GROUPS_MAX, MEMORY_MAX};
pub use table::Table;
pub use tail::tail;
pub use timeline::{round_step, timeline};

use crate::RecordRef;
use language::{Group, Pipe};

/// Records as a table of the fields that the steps speak of, or of `time`, `level` and `message` when they name none.
fn records_table<'a>(records: impl Iterator<Item = RecordRef<'a>>, pipes: &[Pipe]) -> Table {
    let columns = named_fields(pipes);
    let rows = records.map(|record| columns.iter().map(|name| Cell::of(record, name)).collect()).collect();
    Table { columns, rows }
}

/// The fields of records that steps need, up to the first one whose rows are no longer records.
fn named_fields(pipes: &[Pipe]) -> Vec<String> {
    let mut names = Vec::new();
    let mut shown: Vec<String> = ["time", "level", "message"].map(String::from).to_vec();
    for pipe in pipes {
        match pipe {
            Pipe::Sort(keys) => names.extend(keys.iter().map(|key| key.column.clone())),
            Pipe::Limit(_) => {}
            // Of messages, with their times and levels.
            Pipe::Patterns => break,
            Pipe::Fields(fields) => {
                shown.clone_from(fields);
                break;
            }
            Pipe::Stats { columns, by } => {
                shown = columns.iter().filter_map(|column| column.aggregate.field()).map(str::to_owned).collect();
                shown.extend(by.iter().map(|group| match group {
                    Group::Field(name) => name.clone(),
                    Group::Bucket(_) => "time".to_owned(),
                }));
                break;
            }
        }
    }
    shown.extend(names);
    let mut seen = std::collections::HashSet::new();
    shown.retain(|name| seen.insert(name.clone()));
    shown
}
