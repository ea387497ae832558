//! The table that a query's steps make, whose values lead on.

use super::{address::PageSearch, lines::links};
use crate::{
    layout::{foreign::Foreign, view::View},
    logs::pages::explore::{CellKind, SearchResult, ShownSuggestions, TableCell, TableOf},
};
use jiff::ToSpan as _;
use model::Timestamp;
use std::time::Duration;
use telemetry::query::{
    self, Cell, Query, Table,
    language::{Group, Pipe},
};

const DAY: Duration = Duration::from_secs(86_400);

/// What the values of a column are.
enum Meaning {
    /// Numbers about many records.
    Computed,
    /// Values of a field.
    Field(String),
    /// Where steps of time begin, of that length.
    Steps(Duration),
}

pub(super) fn shown_table(
    v: &View,
    search: &PageSearch,
    query: &Query,
    table: &Table,
    doubts: ShownSuggestions,
) -> SearchResult {
    let meanings: Vec<Meaning> = table.columns.iter().map(|name| meaning(query, name)).collect();
    let cell = |(cell, meaning): (&Cell, &Meaning)| shown_cell(v, search, query, cell, meaning);
    let rows: Vec<Vec<TableCell>> =
        table.rows.iter().map(|row| row.iter().zip(&meanings).map(cell).collect()).collect();
    // A column stands where its numbers do.
    let column = |(at, name): (usize, &String)| {
        let is_number = rows.iter().any(|row| row.get(at).is_some_and(|cell| cell.kind == CellKind::Number));
        let kind = if is_number { CellKind::Number } else { CellKind::Text };
        TableCell { html: Foreign::line(name.as_bytes()).html, kind, only: None, without: None }
    };
    SearchResult::Table(TableOf { columns: table.columns.iter().enumerate().map(column).collect(), rows, doubts })
}

fn meaning(query: &Query, column: &str) -> Meaning {
    let groups = query.pipes.iter().rev().find_map(|pipe| match pipe {
        Pipe::Stats { by, .. } => Some(by),
        _ => None,
    });
    match groups {
        Some(groups) => match groups.iter().find(|group| group.to_string() == column) {
            Some(Group::Field(name)) => Meaning::Field(name.clone()),
            Some(Group::Bucket(length)) => Meaning::Steps(*length),
            None => Meaning::Computed,
        },
        None if query.pipes.contains(&Pipe::Patterns) => Meaning::Computed,
        None if matches!(column, "time" | "message") => Meaning::Computed,
        None => Meaning::Field(column.to_owned()),
    }
}

fn shown_cell(v: &View, search: &PageSearch, query: &Query, cell: &Cell, meaning: &Meaning) -> TableCell {
    let (text, kind) = match cell {
        Cell::Absent => (String::new(), CellKind::Text),
        Cell::Bool(truth) => (truth.to_string(), CellKind::Text),
        Cell::Int(number) => (number.to_string(), CellKind::Number),
        Cell::Float(number) => (query::readable(*number), CellKind::Number),
        Cell::Text(text) => (String::from_utf8_lossy(text).into_owned(), CellKind::Text),
        Cell::Time(time) => (v.stamp(time), CellKind::Text),
        Cell::Counts(counts) => (::api::logs::sparkline(counts), CellKind::Text),
    };
    let (only, without) = match (meaning, cell) {
        (Meaning::Field(name), Cell::Bool(_) | Cell::Int(_) | Cell::Text(_)) => narrowed(search, query, name, &text),
        (Meaning::Steps(length), Cell::Time(start)) => (Some(within(v, search, query, *start, *length)), None),
        _ => (None, None),
    };
    let html = match cell {
        Cell::Text(bytes) => Foreign::line(bytes).html,
        _ => Foreign::line(text.as_bytes()).html,
    };
    TableCell { html, kind, only, without }
}

/// To the records with the value, and to the same table without it.
fn narrowed(search: &PageSearch, query: &Query, name: &str, value: &str) -> (Option<String>, Option<String>) {
    let only = links(search, &records_of(query), name, value).map(|links| links.only);
    (only, links(search, query, name, value).map(|links| links.without))
}

/// To the records of a step of time.
fn within(v: &View, search: &PageSearch, query: &Query, start: Timestamp, length: Duration) -> String {
    let days = (length.as_secs() / DAY.as_secs()) as i64;
    // A day may have 23 hours.
    let end = match length.as_secs().is_multiple_of(DAY.as_secs()) && days > 0 {
        true => start.in_zone(&v.zone).checked_add(days.days()).map_or(start + length, |end| end.timestamp().into()),
        false => start + length,
    };
    let records = PageSearch { q: records_of(query).to_string(), ..search.clone() };
    records.over(&start.to_string(), &end.to_string()).address()
}

/// The query without its steps, once they count.
fn records_of(query: &Query) -> Query {
    let counts = query.pipes.iter().any(|pipe| matches!(pipe, Pipe::Stats { .. }));
    if counts { Query { pipes: Vec::new(), ..query.clone() } } else { query.clone() }
}
