//! What numbers of `stats` are computed of, for every group.

use super::{
    distinct::{DistinctSets, Hashed},
    sketch::Sketch,
};
use crate::query::{
    cell::Cell,
    language::{Aggregate, Number},
};
use model::Timestamp;
use std::cmp::Ordering;

pub(in crate::query) struct Series {
    /// The field it is computed of; none for `count()`.
    pub(in crate::query) field: Option<String>,
    states: States,
}

enum States {
    Count(Vec<u64>),
    Sum(Vec<Sum>),
    Least(Vec<Option<Number>>),
    Greatest(Vec<Option<Number>>),
    Percentile(Vec<Sketch>),
    Uniq(DistinctSets),
}

/// Whole numbers add up exactly, others with Neumaier's compensation, so that their order hardly matters.
#[derive(Clone, Copy, Default)]
struct Sum {
    count: u64,
    whole: i128,
    float: f64,
    lost: f64,
    has_float: bool,
}

/// What a column of values is added as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Wants {
    /// Only whether there is a value, which the empty text is not: as `field:*` has it.
    Presence,
    Numbers,
    /// [`Cell::hash64`] of each value.
    Hashes,
}

impl Series {
    pub(super) fn new(aggregate: &Aggregate) -> Self {
        let (field, states) = match aggregate {
            Aggregate::Count => (None, States::Count(Vec::new())),
            Aggregate::CountOf(field) => (Some(field), States::Count(Vec::new())),
            Aggregate::Avg(field) | Aggregate::Sum(field) => (Some(field), States::Sum(Vec::new())),
            Aggregate::Min(field) => (Some(field), States::Least(Vec::new())),
            Aggregate::Max(field) => (Some(field), States::Greatest(Vec::new())),
            Aggregate::Percentile(_, field) => (Some(field), States::Percentile(Vec::new())),
            Aggregate::Uniq(field) => (Some(field), States::Uniq(DistinctSets::default())),
        };
        Self { field: field.cloned(), states }
    }

    /// Whether another number may be told of the same: p50 and p95 of a field, its sum and its average.
    pub(super) fn serves(&self, aggregate: &Aggregate) -> bool {
        match (aggregate, &self.states) {
            (Aggregate::Avg(field) | Aggregate::Sum(field), States::Sum(_))
            | (Aggregate::Percentile(_, field), States::Percentile(_)) => self.field.as_ref() == Some(field),
            _ => false,
        }
    }

    pub(in crate::query) const fn wants(&self) -> Wants {
        match self.states {
            States::Count(_) => Wants::Presence,
            States::Uniq(_) => Wants::Hashes,
            _ => Wants::Numbers,
        }
    }

    /// Makes room for one more group.
    pub(super) fn grow(&mut self) {
        match &mut self.states {
            States::Count(counts) => counts.push(0),
            States::Sum(sums) => sums.push(Sum::default()),
            States::Least(ends) | States::Greatest(ends) => ends.push(None),
            States::Percentile(sketches) => sketches.push(Sketch::default()),
            States::Uniq(sets) => sets.grow(),
        }
    }

    /// Adds a record to `count()`, or a value to `count(x)`.
    pub(in crate::query) fn add_record(&mut self, group: u32) {
        self.add_records(group, 1);
    }

    pub(in crate::query) fn add_records(&mut self, group: u32, records: u64) {
        if let States::Count(counts) = &mut self.states {
            counts[group as usize] += records;
        }
    }

    pub(in crate::query) fn add_number(&mut self, group: u32, number: Number) {
        self.add_numbers(std::iter::once((group, number)));
    }

    /// Adds each number to its group.
    pub(in crate::query) fn add_numbers(&mut self, numbers: impl Iterator<Item = (u32, Number)>) {
        match &mut self.states {
            States::Count(_) | States::Uniq(_) => {}
            States::Sum(sums) => numbers.for_each(|(group, number)| sums[group as usize].add(number)),
            States::Least(ends) => numbers.for_each(|(group, number)| {
                let end = &mut ends[group as usize];
                *end = least(*end, Some(number));
            }),
            States::Greatest(ends) => numbers.for_each(|(group, number)| {
                let end = &mut ends[group as usize];
                *end = greatest(*end, Some(number));
            }),
            States::Percentile(sketches) => {
                numbers.for_each(|(group, number)| sketches[group as usize].add(number.as_f64()));
            }
        }
    }

    /// A value that may be added to several groups of a `uniq`, by its hash; none where the series is of another kind.
    pub(in crate::query) fn hashed(&mut self, hash: u64) -> Option<Hashed> {
        match &mut self.states {
            States::Uniq(sets) => Some(sets.hashed(hash)),
            _ => None,
        }
    }

    /// The same of a whole number, or of its text.
    pub(in crate::query) fn hashed_integer(
        &mut self,
        int: i64,
        is_text: bool,
        hash: impl FnOnce() -> u64,
    ) -> Option<Hashed> {
        match &mut self.states {
            States::Uniq(sets) => Some(sets.hashed_integer(int, is_text, hash)),
            _ => None,
        }
    }

    pub(in crate::query) fn add_hashed(&mut self, group: u32, value: Option<Hashed>) {
        if let (States::Uniq(sets), Some(value)) = (&mut self.states, value) {
            sets.add(group, value);
        }
    }

    pub(in crate::query) fn add_hash(&mut self, group: u32, hash: u64) {
        let value = self.hashed(hash);
        self.add_hashed(group, value);
    }

    pub(in crate::query) fn add(&mut self, group: u32, cell: &Cell) {
        if cell.is_absent() {
            return;
        }
        match self.wants() {
            Wants::Presence if cell.is_empty_text() => {}
            Wants::Presence => self.add_record(group),
            Wants::Hashes => self.add_hash(group, cell.hash64()),
            Wants::Numbers => {
                if let Some(number) = cell.number() {
                    self.add_number(group, number);
                }
            }
        }
    }

    /// Adds the groups of `other`, group `i` to that at `places[i]`. Tells how many records of a `count()` had no place.
    pub(super) fn merge(&mut self, other: Self, places: &[Option<u32>]) -> u64 {
        let place = |index: usize| places.get(index).copied().flatten().map(|place| place as usize);
        let mut dropped = 0;
        match (&mut self.states, other.states) {
            (States::Count(own), States::Count(other)) => {
                for (index, count) in other.into_iter().enumerate() {
                    match place(index) {
                        Some(place) => own[place] += count,
                        None => dropped += count,
                    }
                }
            }
            (States::Sum(own), States::Sum(other)) => fold(own, other, place, |own, other| own.merge(&other)),
            (States::Least(own), States::Least(other)) => {
                fold(own, other, place, |own, other| *own = least(*own, other));
            }
            (States::Greatest(own), States::Greatest(other)) => {
                fold(own, other, place, |own, other| *own = greatest(*own, other));
            }
            (States::Percentile(own), States::Percentile(other)) => fold(own, other, place, Sketch::merge),
            (States::Uniq(own), States::Uniq(other)) => own.merge(other, place),
            _ => {}
        }
        dropped
    }

    /// The number of a group that the series was made for, or serves.
    pub(super) fn result(&self, aggregate: &Aggregate, group: u32) -> Cell {
        let group = group as usize;
        let end = |end: Option<Number>| match end {
            Some(Number::Int(micros)) if self.field.as_deref() == Some("time") => {
                Cell::Time(Timestamp::from_micros(micros))
            }
            end => end.map_or(Cell::Absent, Cell::from),
        };
        match &self.states {
            States::Count(counts) => Cell::Int(counts[group].try_into().unwrap_or(i64::MAX)),
            States::Sum(sums) if matches!(aggregate, Aggregate::Avg(_)) => {
                sums[group].mean().map_or(Cell::Absent, Cell::Float)
            }
            States::Sum(sums) => sums[group].total().map_or(Cell::Absent, Cell::from),
            States::Least(ends) | States::Greatest(ends) => end(ends[group]),
            States::Percentile(sketches) => {
                let Aggregate::Percentile(permille, _) = aggregate else { return Cell::Absent };
                sketches[group].percentile(*permille).map_or(Cell::Absent, Cell::Float)
            }
            States::Uniq(sets) => Cell::Int(sets.count(group as u32).try_into().unwrap_or(i64::MAX)),
        }
    }

    /// Makes room: estimates what was counted exactly.
    pub(super) fn shrink(&mut self) {
        if let States::Uniq(sets) = &mut self.states {
            sets.shrink();
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        match &self.states {
            States::Count(counts) => size_of_val(counts.as_slice()),
            States::Sum(sums) => size_of_val(sums.as_slice()),
            States::Least(ends) | States::Greatest(ends) => size_of_val(ends.as_slice()),
            States::Percentile(sketches) => {
                size_of_val(sketches.as_slice()) + sketches.iter().map(Sketch::memory_bytes).sum::<usize>()
            }
            States::Uniq(sets) => sets.memory_bytes(),
        }
    }
}

fn fold<T>(own: &mut [T], other: Vec<T>, place: impl Fn(usize) -> Option<usize>, merge: impl Fn(&mut T, T)) {
    for (index, state) in other.into_iter().enumerate() {
        if let Some(place) = place(index) {
            merge(&mut own[place], state);
        }
    }
}

fn least(a: Option<Number>, b: Option<Number>) -> Option<Number> {
    a.into_iter().chain(b).min_by(|a, b| a.cmp(b).then_with(|| as_written(*a, *b)))
}

fn greatest(a: Option<Number>, b: Option<Number>) -> Option<Number> {
    a.into_iter().chain(b).max_by(|a, b| a.cmp(b).then_with(|| as_written(*b, *a)))
}

/// Of numbers as large as each other, which comes first, so that an answer does not depend on the order of records: 365 before
/// 365.0, and of the zeros the one without a sign.
fn as_written(a: Number, b: Number) -> Ordering {
    match (a, b) {
        (Number::Int(_), Number::Float(_)) => Ordering::Less,
        (Number::Float(_), Number::Int(_)) => Ordering::Greater,
        (Number::Float(a), Number::Float(b)) => a.is_sign_negative().cmp(&b.is_sign_negative()),
        (Number::Int(_), Number::Int(_)) => Ordering::Equal,
    }
}

impl Sum {
    fn add(&mut self, number: Number) {
        self.count += 1;
        match number {
            Number::Int(int) => self.whole += i128::from(int),
            Number::Float(float) => {
                self.has_float = true;
                self.add_float(float);
            }
        }
    }

    fn add_float(&mut self, float: f64) {
        let sum = self.float + float;
        self.lost +=
            if self.float.abs() >= float.abs() { (self.float - sum) + float } else { (float - sum) + self.float };
        self.float = sum;
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.whole += other.whole;
        self.has_float |= other.has_float;
        self.add_float(other.float);
        self.lost += other.lost;
    }

    /// A whole number when all were and it fits.
    fn total(&self) -> Option<Number> {
        let whole = i64::try_from(self.whole).ok().filter(|_| !self.has_float);
        (self.count > 0).then(|| whole.map_or(Number::Float(self.as_f64()), Number::Int))
    }

    fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.as_f64() / self.count as f64)
    }

    fn as_f64(&self) -> f64 {
        self.whole as f64 + (self.float + self.lost)
    }
}
