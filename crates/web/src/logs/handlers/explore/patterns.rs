//! The table of `| patterns`, as rows that lead to their lines.

use super::address::PageSearch;
use crate::{
    layout::foreign::Foreign,
    logs::pages::explore::{Links, PatternRow, Sign},
};
use telemetry::query::{
    Cell, PATTERN_COLUMNS, Query, Table,
    language::{Narrowed, Pipe, level_named},
};

/// Patterns on a page.
const ROWS_MAX: usize = 100;

/// Whether a table is that of patterns, whole.
pub(super) fn is_of_patterns(query: &Query, table: &Table) -> bool {
    query.pipes.iter().any(|pipe| matches!(pipe, Pipe::Patterns)) && table.columns == PATTERN_COLUMNS
}

/// The rows, and how many are left out.
pub(super) fn shown_patterns(search: &PageSearch, query: &Query, table: &Table) -> (Vec<PatternRow>, usize) {
    let rows = table.rows.iter().take(ROWS_MAX).filter_map(|row| shown_row(search, query, row));
    (rows.collect(), table.rows.len().saturating_sub(ROWS_MAX))
}

fn shown_row(search: &PageSearch, query: &Query, row: &[Cell]) -> Option<PatternRow> {
    let [Cell::Int(records), Cell::Counts(trend), level, Cell::Text(pattern), _, Cell::Time(last), example, seq] = row
    else {
        return None;
    };
    let text = |cell: &Cell| if let Cell::Text(text) = cell { text.clone() } else { Vec::new() };
    let level = std::str::from_utf8(&text(level)).ok().and_then(level_named);
    let narrowed = query.narrowed_to_pattern(&String::from_utf8_lossy(pattern), level);
    Some(PatternRow {
        records: u64::try_from(*records).unwrap_or_default(),
        trend: trend.clone(),
        sign: level.map(Sign),
        html: PatternRow::pattern_html(pattern),
        last: *last,
        example: Foreign::line(&text(example)),
        record: if let Cell::Int(seq) = seq { Some(format!("/explore/record/{seq}")) } else { None },
        links: narrowed.map(|Narrowed { only, without }| Links {
            only: search.address_of(only),
            without: search.address_of(without),
        }),
    })
}

/// The same records by their patterns, and as lines.
pub(super) fn addresses(search: &PageSearch, query: &Query) -> (String, String) {
    let with = |pipes| search.address_of(Query { filter: query.filter.clone(), pipes }.to_string());
    let lines = match query.pipes.is_empty() {
        true => search.address(),
        false => with(Vec::new()),
    };
    (with(vec![Pipe::Patterns]), lines)
}
