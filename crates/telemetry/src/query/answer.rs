//! Whole questions, pipes included, answered as a table.

use super::{
    cell::Cell,
    columns::{BlockScan, Rows},
    language::{Order, Pipe, SortKey},
    named_fields,
    question::{Answer, Bounds, Partial, Question},
    records_table,
    run::{Matched, fold, matching, parts_in_time},
    search::{Page, ROWS_MAX, search},
    stats::{Groups, MEMORY_MAX},
    table::{Table, compare},
};
use crate::{Batch, Damage, Snapshot};
use std::{cmp::Ordering, ops::ControlFlow};

/// Answers with at most `rows_max` rows, and never more than [`ROWS_MAX`]. Without `sort` and `stats` the newest records
/// come first.
pub fn answer(snapshot: &Snapshot, question: &Question, rows_max: usize, bounds: &Bounds) -> Answer<Table> {
    let rows_max = rows_max.min(ROWS_MAX);
    let (mut answered, rest) = match &question.pipes[..] {
        [stats @ Pipe::Stats { .. }, rest @ ..] => (totals(snapshot, question, stats, bounds), rest),
        [Pipe::Sort(keys), ..] => (sorted(snapshot, question, keys, bounds), &question.pipes[..]),
        pipes => (newest(snapshot, question, bounds), pipes),
    };
    let mut left_out = 0;
    let mut table = rest.iter().fold(answered.value, |table, pipe| table.then(pipe, &mut left_out));
    if left_out > 0 {
        answered.partial.push(Partial::Groups { records: left_out });
    }
    if table.rows.len() > rows_max {
        table.rows.truncate(rows_max);
        answered.partial.push(Partial::Rows { limit: rows_max });
    }
    Answer { value: table, read: answered.read, partial: answered.partial }
}

/// `stats` over all records that match.
fn totals(snapshot: &Snapshot, question: &Question, stats: &Pipe, bounds: &Bounds) -> Answer<Table> {
    let Pipe::Stats { columns, by } = stats else { unreachable!("only `stats` comes here") };
    let (parts, mut tally) = parts_in_time(snapshot, question);
    let parts: Vec<_> = parts.into_iter().map(|(part, ..)| part).collect();
    let new = || Groups::new(columns, by);
    let (states, more) = fold(&parts, bounds, new, |groups, part, tally| {
        let records = matching(part, snapshot, question, tally, |matched| match matched {
            _ if groups.memory_bytes() > MEMORY_MAX => Ok(matched.len()),
            Matched::Block(scan, rows) => scan.add_to(groups, &rows).map(|()| 0),
            Matched::Memory(numbered, rows) => {
                rows.into_iter().for_each(|row| groups.add_record(numbered.batch.get(row)));
                Ok(0)
            }
        });
        groups.left_out += records.unwrap_or(0);
    });
    tally.add(more);
    let groups = states.into_iter().reduce(|mut all, more| {
        all.merge(more);
        all
    });
    let groups = groups.unwrap_or_else(new);
    let left_out = groups.left_out;
    let mut answer = tally.answer(groups.into_table(), snapshot);
    if left_out > 0 {
        answer.partial.push(Partial::Groups { records: left_out });
    }
    answer
}

/// The newest records, as many as the pipes before the first other one ask for.
fn newest(snapshot: &Snapshot, question: &Question, bounds: &Bounds) -> Answer<Table> {
    let asked = question.pipes.iter().find_map(|pipe| match pipe {
        Pipe::Limit(rows) => Some(usize::try_from(*rows).unwrap_or(usize::MAX)),
        Pipe::Stats { .. } | Pipe::Sort(_) => Some(usize::MAX),
        Pipe::Fields(_) => None,
    });
    let limit = asked.unwrap_or(ROWS_MAX);
    let page = Page { order: Order::Falling, after: None, limit: limit.min(ROWS_MAX) };
    let mut batch = Batch::new();
    let mut full = false;
    let found = search(snapshot, question, page, bounds, |hit| {
        full = batch.push_ref(hit.record).is_err();
        if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let mut partial = found.partial;
    if full || (limit > ROWS_MAX && found.value == ROWS_MAX) {
        partial.push(Partial::Rows { limit: batch.len() });
    }
    Answer { value: records_table(batch.iter(), &question.pipes), read: found.read, partial }
}

/// The first [`ROWS_MAX`] records, or as many as a `limit` next to it asks for, in the order of fields.
fn sorted(snapshot: &Snapshot, question: &Question, keys: &[SortKey], bounds: &Bounds) -> Answer<Table> {
    let limit = match question.pipes.get(1) {
        Some(Pipe::Limit(rows)) => usize::try_from(*rows).unwrap_or(usize::MAX).min(ROWS_MAX),
        _ => ROWS_MAX,
    };
    let columns = named_fields(&question.pipes);
    // Of equal ones the newest comes first, whichever thread found it.
    let newest = SortKey { column: "time".to_owned(), order: Order::Falling };
    let keys: Vec<&SortKey> = keys.iter().chain([&newest]).collect();
    let names: Vec<String> = keys.iter().map(|key| key.column.clone()).collect();
    // The keys come first; the other cells are only fetched for rows that stay.
    let by_keys = |a: &[Cell], b: &[Cell]| {
        let orders = keys.iter().enumerate().map(|(place, key)| compare(&a[place], &b[place], key));
        orders.fold(Ordering::Equal, Ordering::then)
    };
    let trim = |rows: &mut Vec<Vec<Cell>>| {
        rows.sort_by(|a, b| by_keys(a, b));
        rows.truncate(limit);
    };
    let all: Vec<String> = names.iter().chain(&columns).cloned().collect();
    let (parts, mut tally) = parts_in_time(snapshot, question);
    let parts: Vec<_> = parts.into_iter().map(|(part, ..)| part).collect();
    let (states, more) = fold(
        &parts,
        bounds,
        || (Vec::new(), 0),
        |(rows, count), part, tally| {
            let found = matching(part, snapshot, question, tally, |matched| {
                *count += matched.len();
                match matched {
                    Matched::Block(scan, found) => {
                        let last = rows.get(limit.wrapping_sub(1)).map(|row: &Vec<Cell>| row.as_slice());
                        let first = first_rows(scan, &found, &names, (limit, last), by_keys)?;
                        scan.cells(&all, &first)
                    }
                    Matched::Memory(numbered, found) => {
                        let row = |row| all.iter().map(|name| Cell::of(numbered.batch.get(row), name)).collect();
                        Ok(found.into_iter().map(row).collect())
                    }
                }
            });
            let found: Vec<Vec<Cell>> = found.unwrap_or_default();
            rows.extend(found);
            trim(rows);
        },
    );
    tally.add(more);
    let found: u64 = states.iter().map(|(_, count)| count).sum();
    let mut rows: Vec<_> = states.into_iter().flat_map(|(rows, _)| rows).collect();
    trim(&mut rows);
    rows.iter_mut().for_each(|row| drop(row.drain(..names.len())));
    let mut answer = tally.answer(Table { columns, rows }, snapshot);
    if found > limit as u64 && limit == ROWS_MAX {
        answer.partial.push(Partial::Rows { limit });
    }
    answer
}

/// Those of a block's rows that come first by their keys, without those that come behind `last`.
fn first_rows(
    scan: &mut BlockScan<'_>,
    rows: &Rows,
    names: &[String],
    (limit, last): (usize, Option<&[Cell]>),
    by_keys: impl Fn(&[Cell], &[Cell]) -> Ordering,
) -> Result<Rows, Damage> {
    if rows.len() <= limit {
        return Ok(rows.clone());
    }
    let keyed = scan.cells(names, rows)?;
    let mut first: Vec<(&[Cell], u32)> = keyed.iter().map(Vec::as_slice).zip(rows.iter()).collect();
    first.retain(|(keys, _)| last.is_none_or(|last| by_keys(keys, last) != Ordering::Greater));
    if first.len() > limit {
        // Rows of equal keys keep their order, which is that of time.
        let order = |(a, row): &(&[Cell], u32), (b, other): &(&[Cell], u32)| by_keys(a, b).then(row.cmp(other));
        first.select_nth_unstable_by(limit, order);
        first.truncate(limit);
    }
    let mut found = Rows::none(rows.capacity());
    first.iter().for_each(|(_, row)| found.insert(*row));
    Ok(found)
}
