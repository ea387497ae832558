//! How far one page of a search looks.
//!
//! An index gives rows in their order; conditions that no index serves, a text above all, are held against each of
//! them, and where nothing matches that would go on to the end of the table. So a page holds them against a bounded
//! number of rows, says how far it came, and its cursor goes on from there.

use crate::filter::Where;

/// Rows that one page looks at, at the most, where it must hold conditions against each. A page is to be answered
/// within 20 ms: SQLite holds a text against so many traces in 8 to 16 of them (the slower where they lie scattered
/// under an application's index), PostgreSQL, whose `ILIKE` takes about four microseconds a row, in about forty.
pub const EXAMINED_MAX: u32 = 10_000;

/// A page of a search.
#[derive(Clone, Debug)]
pub struct SearchPage<T, Place> {
    pub rows: Vec<T>,
    /// Where the next page goes on; `None` when all there is was looked through.
    pub next: Option<i64>,
    /// How far it looked, where [`EXAMINED_MAX`] ended it before the page was full.
    pub searched_until: Option<Place>,
}

/// The last row that a page may look at, with the one behind it: where there is none behind it, nothing is bounded.
pub(crate) fn last_within_reach(columns: &str, table: &str, walk: &Where, order: &str) -> String {
    let skipped = EXAMINED_MAX - 1;
    format!("SELECT {columns} FROM {table}{} ORDER BY {order} LIMIT 2 OFFSET {skipped}", walk.sql)
}
