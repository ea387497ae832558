//! What a store answers, held against what its records say.

use crate::{
    plain::{Meaning, Plain, number},
    queries::{Dice, quoted},
    stores::{NOW, State, matching, question},
};
use std::collections::{BTreeMap, BTreeSet};
use telemetry::{
    Kind, OwnedValue, Snapshot,
    query::{
        Bounds, Cell, Query, answer,
        language::{Number, Order},
        matching_seqs, parse,
    },
};

/// A query that has no problem, and the records that it means.
pub(crate) struct Case {
    pub(crate) text: String,
    expected: BTreeSet<u64>,
    /// Of which `stats` are asked too, now and then.
    field: Option<String>,
    order: Order,
    /// Whether every row is looked at, or they are counted only: of many, that takes long.
    has_rows: bool,
}

/// So many rows are always looked at.
const ROWS_FEW: usize = 300;

impl Case {
    /// None where the text is no query without problems, or one with more in it than conditions.
    pub(crate) fn new(dice: &mut Dice, text: String, records: &[Plain]) -> Option<Self> {
        let (Query { filter, pipes }, problems) = parse(&text);
        if !problems.is_empty() || !pipes.is_empty() {
            return None;
        }
        let meaning = Meaning::of(&filter, NOW);
        let expected: BTreeSet<u64> =
            (0..).zip(records).filter(|(_, plain)| meaning.holds(plain)).map(|(seq, _)| seq).collect();
        let names: Vec<&String> =
            records[dice.below(records.len())].record.fields.iter().map(|(name, _)| name).collect();
        let field = match names.len() {
            0 => "source".to_owned(),
            count if dice.one_in(5) => ["source", "level", "message", "time"][dice.below(4).min(count + 3)].to_owned(),
            count => names[dice.below(count)].clone(),
        };
        let order = if dice.one_in(2) { Order::Ascending } else { Order::Descending };
        let field = dice.one_in(3).then_some(field);
        let has_rows = expected.len() <= ROWS_FEW || dice.one_in(12);
        Some(Self { text, expected, field, order, has_rows })
    }

    pub(crate) fn len(&self) -> usize {
        self.expected.len()
    }

    /// What is wrong with what a store answers.
    pub(crate) fn problem(&self, state: &State, records: &[Plain]) -> Option<String> {
        let snapshot = state.store.snapshot(Kind::Log);
        let rows = if self.has_rows { self.rows_problem(&snapshot, records) } else { None };
        let problem = rows.or_else(|| self.count_problem(&snapshot));
        match &self.field {
            Some(field) if problem.is_none() => self
                .groups_problem(field, &snapshot, records)
                .or_else(|| self.numbers_problem(field, &snapshot, records)),
            _ => problem,
        }
    }

    fn rows_problem(&self, snapshot: &Snapshot, records: &[Plain]) -> Option<String> {
        let (mut found, mut places, mut changed) = (BTreeSet::new(), Vec::new(), None);
        matching(snapshot, &self.text, self.order, |seq, record| {
            found.insert(seq);
            places.push((record.time, seq));
            let kept = &records[seq as usize].record;
            if !same(&record, kept) && changed.is_none() {
                changed = Some(format!("record {seq} is given back as\n  {record:?}, not as\n  {kept:?}"));
            }
        });
        let told = |seq: &u64| {
            let message = String::from_utf8_lossy(&records[*seq as usize].record.message);
            format!("record {seq}: {}", message.chars().take(300).collect::<String>())
        };
        if let Some(seq) = found.difference(&self.expected).next() {
            return Some(format!("finds {}, and should not", told(seq)));
        }
        if let Some(seq) = self.expected.difference(&found).next() {
            return Some(format!("does not find {}", told(seq)));
        }
        if places.len() != found.len() {
            return Some("finds a record twice".to_owned());
        }
        if self.order == Order::Descending {
            places.reverse();
        }
        if !places.is_sorted() {
            return Some("gives rows in another order than that of time".to_owned());
        }
        changed
    }

    fn count_problem(&self, snapshot: &Snapshot) -> Option<String> {
        let counted = table(snapshot, &format!("{} | stats count()", self.text));
        let expected = [[Cell::Int(self.expected.len() as i64)]];
        (counted != expected).then(|| format!("counts {counted:?}, not {expected:?}"))
    }

    fn chosen<'a>(&self, records: &'a [Plain]) -> impl Iterator<Item = &'a Plain> {
        self.expected.iter().map(|seq| &records[*seq as usize])
    }

    fn groups_problem(&self, field: &str, snapshot: &Snapshot, records: &[Plain]) -> Option<String> {
        let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for plain in self.chosen(records) {
            let cell = match (field, plain.value(field)) {
                ("time", _) => Cell::Time(plain.record.time),
                (_, None) => Cell::Absent,
                (_, Some(value)) => Cell::from(value.as_value()),
            };
            let counts = expected.entry(format!("{cell:?}")).or_default();
            counts.0 += 1;
            counts.1 += i64::from(plain.has(field));
        }
        // Of more groups an answer leaves some out.
        if expected.len() > 5_000 {
            return None;
        }
        let name = quoted(field);
        let groups = table(snapshot, &format!("{} | stats count(), count({name}) by {name}", self.text));
        let found: BTreeMap<String, (i64, i64)> = groups
            .iter()
            .map(|row| {
                let count = |cell: &Cell| if let Cell::Int(count) = cell { *count } else { -1 };
                (format!("{:?}", row[0]), (count(&row[1]), count(&row[2])))
            })
            .collect();
        if found == expected && groups.len() == found.len() {
            return None;
        }
        let wrong = expected.iter().find(|(cell, counts)| found.get(*cell) != Some(counts));
        Some(format!("counts by {name}: {} groups, not {}; expected {wrong:?}", groups.len(), expected.len()))
    }

    fn numbers_problem(&self, field: &str, snapshot: &Snapshot, records: &[Plain]) -> Option<String> {
        if ["time", "level", "source", "message"].contains(&field) {
            return None;
        }
        let values: Vec<OwnedValue> = self.chosen(records).filter_map(|plain| plain.value(field)).collect();
        let numbers: Vec<Number> = values.iter().filter_map(number).collect();
        let different: BTreeSet<String> = values.iter().map(|value| format!("{value:?}")).collect();
        let name = quoted(field);
        let text = format!("{} | stats min({name}), max({name}), sum({name}), uniq({name})", self.text);
        let row = table(snapshot, &text).remove(0);
        let as_number = |cell: &Cell| match cell {
            Cell::Int(int) => Some(Number::Int(*int)),
            Cell::Float(float) => Some(Number::Float(*float)),
            _ => None,
        };
        let (least, greatest) = (numbers.iter().min().copied(), numbers.iter().max().copied());
        if (as_number(&row[0]), as_number(&row[1])) != (least, greatest) {
            return Some(format!("{name} is from {:?} to {:?}, not from {least:?} to {greatest:?}", row[0], row[1]));
        }
        let sum: f64 = numbers.iter().map(|number| number.as_f64()).sum();
        let size: f64 = numbers.iter().map(|number| number.as_f64().abs()).sum();
        let told = as_number(&row[2]).map_or(0.0, Number::as_f64);
        if (told - sum).abs() > size * 1e-9 {
            return Some(format!("the sum of {name} is {told}, not {sum}"));
        }
        // Beyond that it is estimated.
        let expected = Cell::Int(different.len() as i64);
        (different.len() <= 1_000 && row[3] != expected)
            .then(|| format!("uniq({name}) is {:?}, not {expected:?}", row[3]))
    }
}

fn same(a: &telemetry::Record, b: &telemetry::Record) -> bool {
    // Fields come back in the order of columns; NaN is none of its equals.
    let alike = |a: &OwnedValue, b: &OwnedValue| match (a, b) {
        (OwnedValue::Float(a), OwnedValue::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    };
    let has =
        |(name, value): &(String, OwnedValue)| b.fields.iter().any(|(own, other)| own == name && alike(value, other));
    (a.time, a.level, &a.source, &a.message) == (b.time, b.level, &b.source, &b.message)
        && a.fields.len() == b.fields.len()
        && a.fields.iter().all(has)
}

fn table(snapshot: &Snapshot, text: &str) -> Vec<Vec<Cell>> {
    let told = answer(snapshot, &question(text), 10_000, &Bounds::default());
    assert_eq!(told.partial, [], "{text}");
    told.value.rows
}

/// Deletes what a few words find, and looks whether just that is gone.
pub(crate) fn delete_some(dice: &mut Dice, state: &State, records: &[Plain], again: &str) {
    let mut left: BTreeSet<u64> = (0..records.len() as u64).collect();
    for _ in 0..3 {
        let text = crate::queries::filter(dice, records);
        let Some(case) = Case::new(dice, text, records).filter(|case| case.len() * 4 < records.len()) else { continue };
        let told = matching_seqs(&state.store.snapshot(Kind::Log), &question(&case.text), &Bounds::default());
        assert_eq!(told.partial, [], "{again}");
        let expected: BTreeSet<u64> = case.expected.intersection(&left).copied().collect();
        let found: BTreeSet<u64> = told.value.iter().collect();
        assert_eq!(found, expected, "{again}, {}: delete {}", state.name, case.text);
        state.delete(told.value);
        left.retain(|seq| !expected.contains(seq));
        let mut kept = BTreeSet::new();
        matching(&state.store.snapshot(Kind::Log), "*", Order::Ascending, |seq, record| {
            assert!(same(&record, &records[seq as usize].record), "{again}, {}: record {seq} is changed", state.name);
            kept.insert(seq);
        });
        assert_eq!(kept, left, "{again}, {}: after delete {}", state.name, case.text);
    }
}
