//! `patterns`: records whose messages differ only in their variables, counted together, in bounded memory.
//!
//! [`mask`] makes a message's pattern of its words alone, so that the answer is the same wherever a record is kept; [`alike`] then
//! joins patterns that differ in one word which takes many values.

mod alike;
mod mask;
mod trend;

pub use trend::TREND_STEPS_MAX;

use super::{
    cell::Cell,
    columns::{BlockScan, MatchingRows},
    language::level_named,
    table::Table,
};
use crate::{Damage, RecordRef, Value};
use mask::Masker;
use model::{Level, Timestamp};
use std::collections::HashMap;
use trend::{Trend, TrendScale};

/// Patterns kept while records are read; of further ones records are left out.
pub const PATTERNS_MAX: usize = 4_000;
/// Bytes of a message that is shown as an example.
const EXAMPLE_MAX: usize = 1 << 10;

/// The columns of the table, in order.
pub const PATTERN_COLUMNS: [&str; 8] = ["count", "trend", "level", "pattern", "first", "last", "example", "seq"];

pub(super) struct Patterns {
    known: HashMap<PatternKey, PatternTotals, foldhash::fast::FixedState>,
    /// Of all trends.
    scale: TrendScale,
    masker: Masker,
    key: PatternKey,
    bytes: usize,
    bytes_max: usize,
    joining_pays: bool,
    /// Records whose patterns there was no room for.
    pub(super) left_out: u64,
}

/// A level, and the pattern of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct PatternKey {
    level: Option<Level>,
    text: Vec<u8>,
}

#[derive(Clone, Debug)]
struct PatternTotals {
    count: u64,
    trend: Trend,
    first: i64,
    /// Of the newest record: its time and number.
    last: (i64, Option<u64>),
    example: Vec<u8>,
}

/// One record, as far as it matters here.
struct Seen<'a> {
    time: i64,
    seq: Option<u64>,
    level: Option<Level>,
    message: &'a [u8],
}

impl Patterns {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            known: HashMap::default(),
            scale: TrendScale::default(),
            masker: Masker::default(),
            key: PatternKey::default(),
            bytes: 0,
            bytes_max,
            joining_pays: true,
            left_out: 0,
        }
    }

    pub(super) fn add_record(&mut self, record: RecordRef<'_>, seq: u64) {
        let time = record.time().as_micros();
        self.add(&Seen { time, seq: Some(seq), level: record.level(), message: record.message() });
    }

    fn add(&mut self, seen: &Seen<'_>) {
        self.key.level = seen.level;
        self.masker.pattern(seen.message, &mut self.key.text);
        if let Some(totals) = self.known.get_mut(&self.key) {
            self.scale.include(seen.time);
            totals.add(&self.scale, seen);
            return;
        }
        if !self.has_room(PatternTotals::bytes_with(&self.key)) {
            self.left_out += 1;
            return;
        }
        self.scale.include(seen.time);
        let totals = PatternTotals::of(&self.scale, seen);
        self.put(self.key.clone(), totals);
    }

    /// Whether one more pattern of so many bytes may be kept. Joining costs a walk over all of them: it is done for as long
    /// as it makes room.
    fn has_room(&mut self, bytes: usize) -> bool {
        let is_full = |own: &Self| own.known.len() >= PATTERNS_MAX || own.bytes + bytes > own.bytes_max;
        if is_full(self) && self.joining_pays {
            self.join();
            self.joining_pays = self.known.len() <= PATTERNS_MAX * 3 / 4 && self.bytes <= self.bytes_max / 4 * 3;
        }
        !is_full(self)
    }

    /// Joins those that differ in a word which takes many values.
    fn join(&mut self) {
        let joined = alike::joined(self.known.keys());
        for (key, into) in joined {
            let Some(totals) = self.known.remove(&key) else { continue };
            self.bytes -= PatternTotals::bytes_with(&key);
            self.put(into, totals);
        }
    }

    fn put(&mut self, key: PatternKey, totals: PatternTotals) {
        match self.known.get_mut(&key) {
            Some(own) => own.merge(&self.scale, totals),
            None => {
                self.bytes += PatternTotals::bytes_with(&key);
                self.known.insert(key, totals);
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.left_out += other.left_out;
        self.scale.unite(&other.scale);
        for (key, totals) in other.known {
            self.put(key, totals);
        }
    }

    /// A row for each pattern, the most frequent first.
    pub(super) fn into_table(mut self) -> Table {
        self.join();
        let mut all: Vec<_> = self.known.into_iter().collect();
        all.sort_unstable_by(|(a, of_a), (b, of_b)| of_b.count.cmp(&of_a.count).then_with(|| a.cmp(b)));
        let rows = all.into_iter().map(|(key, totals)| totals.into_row(key, &self.scale)).collect();
        Table { columns: PATTERN_COLUMNS.map(str::to_owned).to_vec(), rows }
    }

    /// Of the rows of a table that are records: their `time`, `level` and `message`.
    pub(super) fn of_table(table: &Table, bytes_max: usize) -> Self {
        let time =
            |row: &[Cell]| if let Cell::Time(at) = table.cell(row, "time") { Some(at.as_micros()) } else { None };
        let mut patterns = Self::new(bytes_max);
        for row in &table.rows {
            let Cell::Text(message) = table.cell(row, "message") else { continue };
            let level = match table.cell(row, "level") {
                Cell::Text(name) => std::str::from_utf8(name).ok().and_then(level_named),
                _ => None,
            };
            patterns.add(&Seen { time: time(row).unwrap_or_default(), seq: None, level, message });
        }
        patterns
    }
}

impl BlockScan<'_> {
    /// Adds the rows to their patterns.
    pub(in crate::query) fn add_to_patterns(
        &mut self,
        patterns: &mut Patterns,
        rows: &MatchingRows,
    ) -> Result<(), Damage> {
        if rows.is_empty() {
            return Ok(());
        }
        let (times, seqs, levels) = (self.times()?, self.seqs()?, self.levels()?);
        self.each_message(rows, |row, message| {
            let row = row as usize;
            patterns.add(&Seen { time: times[row], seq: Some(seqs[row]), level: levels[row], message });
        })
    }
}

impl PatternTotals {
    fn of(scale: &TrendScale, seen: &Seen<'_>) -> Self {
        let mut trend = Trend::default();
        trend.add(scale, seen.time);
        let (last, example) = ((seen.time, seen.seq), example(seen.message).to_vec());
        Self { count: 1, trend, first: seen.time, last, example }
    }

    /// What it and its key may take at the most.
    const fn bytes_with(key: &PatternKey) -> usize {
        key.text.len() + EXAMPLE_MAX + TREND_STEPS_MAX * size_of::<(i64, u64)>() + size_of::<(PatternKey, Self)>()
    }

    fn add(&mut self, scale: &TrendScale, seen: &Seen<'_>) {
        self.count += 1;
        self.trend.add(scale, seen.time);
        self.first = self.first.min(seen.time);
        let last = (seen.time, seen.seq);
        if last >= self.last {
            self.last = last;
            self.example.clear();
            self.example.extend_from_slice(example(seen.message));
        }
    }

    fn merge(&mut self, scale: &TrendScale, other: Self) {
        self.count += other.count;
        self.trend.merge(scale, other.trend);
        self.first = self.first.min(other.first);
        if other.last > self.last {
            (self.last, self.example) = (other.last, other.example);
        }
    }

    fn into_row(self, key: PatternKey, scale: &TrendScale) -> Vec<Cell> {
        let time = |at| Cell::Time(Timestamp::from_micros(at));
        let int = |number: u64| Cell::Int(number.try_into().unwrap_or(i64::MAX));
        vec![
            int(self.count),
            Cell::Counts(self.trend.into_counts(scale)),
            key.level.map_or(Cell::Absent, |level| Cell::from(Value::from(level.as_str()))),
            Cell::Text(key.text),
            time(self.first),
            time(self.last.0),
            Cell::Text(self.example),
            self.last.1.map_or(Cell::Absent, int),
        ]
    }
}

fn example(message: &[u8]) -> &[u8] {
    &message[..message.len().min(EXAMPLE_MAX)]
}

#[cfg(test)]
mod tests;
