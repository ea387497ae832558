//! Answers in rows and columns.

use super::{
    cell::Cell,
    language::{Order, SortKey},
};
use std::cmp::Ordering;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<String>,
    /// A cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    pub(super) fn cell<'a>(&self, row: &'a [Cell], name: &str) -> &'a Cell {
        // A table of `stats` has its time under the name of its bucket.
        let place = self.column(name).or_else(|| {
            (name == "time").then(|| self.columns.iter().position(|column| column.starts_with("bucket("))).flatten()
        });
        place.and_then(|place| row.get(place)).unwrap_or(&Cell::Absent)
    }
}

/// As a sort key has it; absent cells stay last in falling order too.
pub(super) fn compare(a: &Cell, b: &Cell, key: &SortKey) -> Ordering {
    match (key.order, a.is_absent(), b.is_absent()) {
        (Order::Descending, false, false) => b.compare(a),
        _ => a.compare(b),
    }
}
