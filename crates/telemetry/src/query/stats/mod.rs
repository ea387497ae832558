//! `stats`: numbers over groups of records, in bounded memory.
//!
//! A [`Groups`] is filled one value at a time or column by column, may be merged with another one, and becomes a table.
//! Groups beyond [`GROUPS_MAX`], or beyond the bytes that they may take, are not begun; their records are counted as left out.

mod distinct;
mod series;
mod sketch;

pub(super) use series::{Series, Wants};

use super::{
    cell::Cell,
    condition::Condition,
    language::{Group, StatsColumn},
    steps::Calendar,
    table::Table,
};
use crate::RecordRef;
use jiff::tz::TimeZone;
use model::Timestamp;
use std::{collections::HashMap, sync::Arc};

/// Groups of one `stats`.
pub const GROUPS_MAX: usize = 10_000;
/// Bytes that a question's groups, and the rows of its sort, may take unless its bounds say otherwise.
pub const MEMORY_MAX: usize = 64 << 20;

/// A condition, and the title of the column that tells how many records it holds for.
#[derive(Clone, Debug)]
pub(super) struct CountedCondition {
    pub(super) title: String,
    pub(super) condition: Condition,
}

pub(super) struct Groups {
    columns: Vec<StatsColumn>,
    by: Vec<Group>,
    /// Of each part of the key that is a bucket, its steps.
    calendars: Vec<Option<Calendar>>,
    numbers: HashMap<Vec<Cell>, u32, foldhash::fast::FixedState>,
    /// Of groups whose key is a small whole number and nothing else, plus one: asked of each block again.
    of_small: Vec<u32>,
    series: Vec<Series>,
    /// Of which series each column is.
    series_of_columns: Vec<usize>,
    /// Conditions of which each group tells, behind its columns, how many of its records they hold for.
    counted: Arc<[CountedCondition]>,
    /// Those numbers: of each group, as many as there are conditions.
    holding: Vec<u64>,
    key_bytes: usize,
    bytes_max: usize,
    /// Records that belong to groups which were not begun.
    pub(super) left_out: u64,
}

impl Groups {
    pub(super) fn new(columns: &[StatsColumn], by: &[Group], zone: &TimeZone, bytes_max: usize) -> Self {
        let calendar = |group: &Group| match group {
            Group::Field(_) => None,
            Group::Bucket(length) => Some(Calendar::new(zone, length.as_micros() as i64)),
        };
        let mut series: Vec<Series> = Vec::new();
        let series_of = |StatsColumn { aggregate, .. }: &StatsColumn| {
            series.iter().position(|series| series.serves(aggregate)).unwrap_or_else(|| {
                series.push(Series::new(aggregate));
                series.len() - 1
            })
        };
        let series_of_columns = columns.iter().map(series_of).collect();
        let mut groups = Self {
            columns: columns.to_vec(),
            by: by.to_vec(),
            calendars: by.iter().map(calendar).collect(),
            numbers: HashMap::default(),
            of_small: Vec::new(),
            series,
            series_of_columns,
            counted: Arc::default(),
            holding: Vec::new(),
            key_bytes: 0,
            bytes_max,
            left_out: 0,
        };
        if by.is_empty() {
            // Over no records at all, there still is a row of zeros.
            groups.group(Vec::new());
        }
        groups
    }

    /// Counts for how many records of each group these hold, too.
    pub(super) fn counting(mut self, counted: &Arc<[CountedCondition]>) -> Self {
        self.counted = Arc::clone(counted);
        self.holding.resize(self.numbers.len() * counted.len(), 0);
        self
    }

    pub(super) fn counted(&self) -> Arc<[CountedCondition]> {
        Arc::clone(&self.counted)
    }

    /// Counts a record of a group for the condition at that place.
    pub(super) fn add_holding(&mut self, condition: usize, group: u32) {
        self.holding[group as usize * self.counted.len() + condition] += 1;
    }

    pub(super) fn by(&self) -> &[Group] {
        &self.by
    }

    /// The steps of a part of the key that is a bucket.
    pub(super) fn calendar(&self, part: usize) -> Option<Calendar> {
        self.calendars.get(part).cloned().flatten()
    }

    pub(super) fn series_mut(&mut self) -> &mut [Series] {
        &mut self.series
    }

    /// The number of a group, begun if it is new; `None` where the bounds do not allow it.
    pub(super) fn group(&mut self, key: Vec<Cell>) -> Option<u32> {
        if let Some(number) = self.numbers.get(&key) {
            return Some(*number);
        }
        if self.numbers.len() >= GROUPS_MAX || self.key_bytes > self.key_bytes_max() {
            return None;
        }
        let number = self.numbers.len() as u32;
        self.key_bytes += key.iter().map(Cell::memory_bytes).sum::<usize>();
        self.numbers.insert(key, number);
        self.series.iter_mut().for_each(Series::grow);
        self.holding.resize(self.numbers.len() * self.counted.len(), 0);
        Some(number)
    }

    /// The number of a group that was begun.
    pub(super) fn known(&self, key: &[Cell]) -> Option<u32> {
        self.numbers.get(key).copied()
    }

    /// The number of the group whose key is this cell alone, begun if it is new; `None` where the bounds do not allow it.
    pub(super) fn of_cell(&mut self, cell: &Cell) -> Option<u32> {
        const SMALL: usize = 1 << 16;
        let small = match cell {
            Cell::Int(int) => usize::try_from(*int).ok().filter(|int| *int < SMALL),
            _ => None,
        };
        if let Some(known) = small.and_then(|int| self.of_small.get(int)).and_then(|plus_one| plus_one.checked_sub(1)) {
            return Some(known);
        }
        let key = std::slice::from_ref(cell);
        let number = self.known(key).or_else(|| self.group(key.to_vec()))?;
        if let Some(int) = small {
            self.of_small.resize(self.of_small.len().max(int + 1), 0);
            self.of_small[int] = number + 1;
        }
        Some(number)
    }

    /// Whether all that is told of a group is how many records it has.
    pub(super) fn only_counts(&self) -> bool {
        self.counted.is_empty() && self.series.iter().all(|series| series.field.is_none())
    }

    /// Adds so many records to a group of which only that is told.
    pub(super) fn count(&mut self, key: &[Cell], records: u64) {
        match self.known(key).or_else(|| self.group(key.to_vec())) {
            Some(group) => self.series.iter_mut().for_each(|series| series.add_records(group, records)),
            None => self.left_out += records,
        }
    }

    /// The same of the group whose key is this cell alone.
    pub(super) fn count_cell(&mut self, cell: &Cell, records: u64) {
        match self.of_cell(cell) {
            Some(group) => self.series.iter_mut().for_each(|series| series.add_records(group, records)),
            None => self.left_out += records,
        }
    }

    /// Adds one record, or one row of a table, whose cells `cell` tells.
    pub(super) fn add(&mut self, cell: impl Fn(&str) -> Cell) {
        self.add_to_group(cell);
    }

    fn add_to_group(&mut self, cell: impl Fn(&str) -> Cell) -> Option<u32> {
        let parts = self.by.iter().zip(&mut self.calendars);
        let key = parts.map(|(group, calendar)| group.cell(&cell, calendar.as_mut())).collect();
        let Some(group) = self.group(key) else {
            self.left_out += 1;
            return None;
        };
        for series in &mut self.series {
            match series.field.as_deref() {
                None => series.add_record(group),
                Some(field) => series.add(group, &cell(field)),
            }
        }
        Some(group)
    }

    pub(super) fn add_record(&mut self, record: RecordRef<'_>) {
        let Some(group) = self.add_to_group(|name| Cell::of(record, name)) else { return };
        let mut scratch = Vec::new();
        for (index, counted) in self.counted().iter().enumerate() {
            if counted.condition.holds(record, &mut scratch) {
                self.add_holding(index, group);
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.left_out += other.left_out;
        let mut keys: Vec<_> = other.numbers.into_iter().collect();
        keys.sort_unstable_by_key(|(_, number)| *number);
        let places: Vec<Option<u32>> = keys.into_iter().map(|(key, _)| self.group(key)).collect();
        let width = self.counted.len();
        for (place, counts) in places.iter().zip(other.holding.chunks(width.max(1))) {
            let Some(place) = place else { continue };
            let own = &mut self.holding[*place as usize * width..][..width];
            own.iter_mut().zip(counts).for_each(|(own, other)| *own += other);
        }
        for (index, (own, other)) in self.series.iter_mut().zip(other.series).enumerate() {
            let dropped = own.merge(other, &places);
            self.left_out += if index == 0 { dropped } else { 0 };
        }
    }

    /// Bytes that keys may take: a quarter of all.
    pub(super) const fn key_bytes_max(&self) -> usize {
        self.bytes_max / 4
    }

    /// How many records can be added before memory must be looked at again; none when it is full.
    pub(super) fn room(&mut self) -> usize {
        let rows = self.free_rows();
        if rows > 0 {
            return rows;
        }
        self.series.iter_mut().for_each(Series::shrink);
        self.free_rows()
    }

    fn free_rows(&self) -> usize {
        /// A value's share of the largest sketch, and of a vector that has just doubled.
        const VALUE_BYTES: usize = 256;
        /// Fewer are not worth a walk over a block.
        const ROWS_MIN: usize = 64;
        let rows = self.bytes_max.saturating_sub(self.memory_bytes()) / (VALUE_BYTES * (1 + self.series.len()));
        if rows < ROWS_MIN { 0 } else { rows }
    }

    /// Bytes of memory, about.
    pub(super) fn memory_bytes(&self) -> usize {
        let series = self.series.iter().map(Series::memory_bytes).sum::<usize>();
        self.key_bytes + size_of_val(self.holding.as_slice()) + series
    }

    /// A row per group: its key, then its numbers; in the order of keys.
    pub(super) fn into_table(self) -> Table {
        let titles = self.by.iter().map(ToString::to_string).chain(self.columns.iter().map(StatsColumn::title));
        let titles = titles.chain(self.counted.iter().map(|counted| counted.title.clone()));
        let mut groups: Vec<_> = self.numbers.into_iter().collect();
        groups.sort_unstable_by(|(a, _), (b, _)| {
            let differing = a.iter().zip(b).map(|(a, b)| {
                // 457 and 457.0 are groups of their own and as large: one stands before the other, always the same.
                a.compare(b).then_with(|| a.hash64().cmp(&b.hash64()))
            });
            differing.reduce(std::cmp::Ordering::then).unwrap_or(std::cmp::Ordering::Equal)
        });
        let rows = groups.into_iter().map(|(mut row, group)| {
            let columns = self.columns.iter().zip(&self.series_of_columns);
            row.extend(columns.map(|(column, series)| self.series[*series].result(&column.aggregate, group)));
            let holding = &self.holding[group as usize * self.counted.len()..][..self.counted.len()];
            row.extend(holding.iter().map(|count| Cell::Int((*count).try_into().unwrap_or(i64::MAX))));
            row
        });
        Table { columns: titles.collect(), rows: rows.collect() }
    }
}

impl Group {
    fn cell(&self, cell: impl Fn(&str) -> Cell, calendar: Option<&mut Calendar>) -> Cell {
        match (self, calendar) {
            (Self::Field(name), _) => cell(name),
            (Self::Bucket(_), Some(calendar)) => match cell("time") {
                Cell::Time(time) => calendar.bucket(time.as_micros()),
                _ => Cell::Absent,
            },
            (Self::Bucket(_), None) => Cell::Absent,
        }
    }
}

impl Calendar {
    /// The start of the step that a time lies in, as a cell.
    pub(super) fn bucket(&mut self, time: i64) -> Cell {
        Cell::Time(Timestamp::from_micros(self.start(time)))
    }
}
