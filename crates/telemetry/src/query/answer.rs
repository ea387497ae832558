//! Whole questions, pipes included, answered as a table.

use super::{
    cell::Cell,
    columns::{BlockScan, MatchingRows},
    digests::Plan,
    language::{Order, Pipe, SortKey},
    named_fields,
    patterns::Patterns,
    question::{Answer, Bounds, Partial, Question},
    records_table,
    run::{Matched, fold, matching, parts_to_read},
    search::{Page, ROWS_MAX, search},
    stats::Groups,
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
        [Pipe::Patterns, rest @ ..] => (patterns(snapshot, question, bounds), rest),
        [Pipe::Sort(keys), ..] => (sorted(snapshot, question, keys, bounds), &question.pipes[..]),
        pipes => (newest(snapshot, question, bounds), pipes),
    };
    let mut left_out = 0;
    let mut table = rest.iter().fold(answered.value, |table, pipe| table.then(pipe, &question.zone, &mut left_out));
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
    let (parts, mut tally) = parts_to_read(snapshot, question, bounds);
    let new = || Groups::new(columns, by, &question.zone, bounds.thread_bytes_max()).counting(&question.counted);
    let plan = Plan::new(&question.condition, by).filter(|_| new().only_counts());
    let (states, more) = fold(&parts, bounds, new, |groups, part, tally| {
        if plan.is_some_and(|plan| plan.count(snapshot, part, groups)) {
            tally.read.blocks_pruned += 1;
            return;
        }
        matching(part, snapshot, question, bounds, tally, |matched| match matched {
            Matched::Block(scan, mut rows) => {
                while !rows.is_empty() {
                    let room = groups.room();
                    if room == 0 {
                        break;
                    }
                    scan.add_to(groups, &rows.take_first(room))?;
                }
                groups.left_out += rows.len() as u64;
                Ok(())
            }
            Matched::Memory(numbered, rows) => {
                let mut rows = &rows[..];
                while !rows.is_empty() && groups.room() > 0 {
                    let (first, rest) = rows.split_at(rows.len().min(groups.room()));
                    first.iter().for_each(|row| groups.add_record(numbered.batch.get(*row)));
                    rows = rest;
                }
                groups.left_out += rows.len() as u64;
                Ok(())
            }
        });
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

/// `patterns` over all records that match.
fn patterns(snapshot: &Snapshot, question: &Question, bounds: &Bounds) -> Answer<Table> {
    let (parts, mut tally) = parts_to_read(snapshot, question, bounds);
    let new = || Patterns::new(bounds.thread_bytes_max());
    let (states, more) = fold(&parts, bounds, new, |patterns, part, tally| {
        matching(part, snapshot, question, bounds, tally, |matched| match matched {
            Matched::Block(scan, rows) => scan.add_to_patterns(patterns, &rows),
            Matched::Memory(numbered, rows) => {
                for row in rows {
                    patterns.add_record(numbered.batch.get(row), numbered.first_seq + row as u64);
                }
                Ok(())
            }
        });
    });
    tally.add(more);
    let patterns = states.into_iter().reduce(|mut all, more| {
        all.merge(more);
        all
    });
    let patterns = patterns.unwrap_or_else(new);
    let left_out = patterns.left_out;
    let mut answer = tally.answer(patterns.into_table(), snapshot);
    if left_out > 0 {
        answer.partial.push(Partial::Groups { records: left_out });
    }
    answer
}

/// The newest records, as many as the pipes before the first other one ask for.
fn newest(snapshot: &Snapshot, question: &Question, bounds: &Bounds) -> Answer<Table> {
    let asked = question.pipes.iter().find_map(|pipe| match pipe {
        Pipe::Limit(rows) => Some(usize::try_from(*rows).unwrap_or(usize::MAX)),
        Pipe::Stats { .. } | Pipe::Patterns | Pipe::Sort(_) => Some(usize::MAX),
        Pipe::Fields(_) => None,
    });
    let limit = asked.unwrap_or(ROWS_MAX);
    let page = Page { order: Order::Descending, after: None, limit: limit.min(ROWS_MAX) };
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
    let newest = SortKey { column: "time".to_owned(), order: Order::Descending };
    let keys: Vec<&SortKey> = keys.iter().chain([&newest]).collect();
    let names: Vec<String> = keys.iter().map(|key| key.column.clone()).collect();
    // The keys come first; the other cells are only fetched for rows that stay.
    let by_keys = |a: &[Cell], b: &[Cell]| {
        let orders = keys.iter().enumerate().map(|(place, key)| compare(&a[place], &b[place], key));
        orders.fold(Ordering::Equal, Ordering::then)
    };
    let all: Vec<String> = names.iter().chain(&columns).cloned().collect();
    let (parts, mut tally) = parts_to_read(snapshot, question, bounds);
    let new = || First { rows: Vec::new(), found: 0, limit, bytes_max: bounds.thread_bytes_max() };
    let (states, more) = fold(&parts, bounds, new, |first, part, tally| {
        let found = matching(part, snapshot, question, bounds, tally, |matched| {
            first.found += matched.len();
            match matched {
                Matched::Block(scan, found) => {
                    let rows = first_rows(scan, &found, &names, first, by_keys)?;
                    scan.cells(&all, &rows)
                }
                Matched::Memory(numbered, found) => {
                    let row = |row| all.iter().map(|name| Cell::of(numbered.batch.get(row), name)).collect();
                    Ok(found.into_iter().map(row).collect())
                }
            }
        });
        first.rows.extend(found.unwrap_or_default());
        first.trim(by_keys);
    });
    tally.add(more);
    let found: u64 = states.iter().map(|first| first.found).sum();
    let mut all_first = new();
    // Behind the last row of a thread that had to let rows go, some may be missing.
    all_first.limit = states.iter().map(|first| first.limit).min().unwrap_or(limit);
    all_first.rows = states.into_iter().flat_map(|first| first.rows).collect();
    all_first.trim(by_keys);
    let is_short = all_first.limit < limit && found > all_first.limit as u64;
    let mut rows = all_first.rows;
    rows.iter_mut().for_each(|row| drop(row.drain(..names.len())));
    let mut answer = tally.answer(Table { columns, rows }, snapshot);
    if is_short {
        answer.partial.push(Partial::Memory { bytes_max: bounds.memory_bytes_max });
    } else if found > limit as u64 && limit == ROWS_MAX {
        answer.partial.push(Partial::Rows { limit });
    }
    answer
}

/// The rows that come first, of those that were seen: their keys, then their other cells.
struct First {
    rows: Vec<Vec<Cell>>,
    /// How many were seen.
    found: u64,
    /// Rows to keep: as many as are asked for, and fewer from when memory was full.
    limit: usize,
    bytes_max: usize,
}

impl First {
    fn trim(&mut self, by_keys: impl Fn(&[Cell], &[Cell]) -> Ordering) {
        self.rows.sort_by(|a, b| by_keys(a, b));
        self.rows.truncate(self.limit);
        let mut bytes = 0;
        let fits = |row: &Vec<Cell>| {
            bytes += row.iter().map(Cell::memory_bytes).sum::<usize>();
            bytes <= self.bytes_max
        };
        let kept = self.rows.iter().map(fits).take_while(|fits| *fits).count();
        if kept < self.rows.len() {
            self.limit = kept;
            self.rows.truncate(kept);
        }
    }

    /// The last of the rows, once there are as many as are kept.
    fn last(&self) -> Option<&[Cell]> {
        self.rows.get(self.limit.checked_sub(1)?).map(Vec::as_slice)
    }
}

/// Those of a block's rows that may be among the first by their keys.
fn first_rows(
    scan: &mut BlockScan<'_>,
    rows: &MatchingRows,
    names: &[String],
    so_far: &First,
    by_keys: impl Fn(&[Cell], &[Cell]) -> Ordering,
) -> Result<MatchingRows, Damage> {
    let (limit, last) = (so_far.limit, so_far.last());
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
    let mut found = MatchingRows::none(rows.capacity());
    first.iter().for_each(|(_, row)| found.insert(*row));
    Ok(found)
}
