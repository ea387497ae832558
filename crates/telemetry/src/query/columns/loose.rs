//! `stats` over all rows of a block, of the values of its fields alone: which row has which does not matter, and reading it
//! is most of the work.

use super::{
    BlockScan, MatchingRows,
    groups::{add_column, close},
};
use crate::{
    Damage,
    query::{
        cell::Cell,
        condition::number,
        language::Group,
        stats::{Groups, Series, Wants},
    },
    segment::{Column, Encoding, FieldInfo, FieldKind, LooseValues, Presence, Values},
};
use std::collections::HashMap;

impl BlockScan<'_> {
    /// Adds all rows of the block: true where their values are enough to know.
    pub(super) fn add_loose(&self, groups: &mut Groups, rows: &MatchingRows) -> Result<bool, Damage> {
        if !rows.is_all() || !groups.counted().is_empty() {
            return Ok(false);
        }
        match &groups.by().to_vec()[..] {
            [] => self.add_to_only_group(groups, rows.len() as u64),
            [Group::Field(name)] if groups.only_counts() && !is_of_every_record(name) => {
                let [place] = self.places(name)[..] else { return Ok(false) };
                let Some(info) = self.info(place).filter(|info| has_few_values(info)) else { return Ok(false) };
                let without = rows.len() as u64 - u64::from(info.rows);
                if without > 0 {
                    groups.count_cell(&Cell::Absent, without);
                }
                count_values(&self.block.loose_values(info)?, groups);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Of `stats` without `by`.
    fn add_to_only_group(&self, groups: &mut Groups, rows: u64) -> Result<bool, Damage> {
        const ONLY: u32 = 0;
        if groups.series_mut().iter().any(|series| series.field.as_deref().is_some_and(is_of_every_record)) {
            return Ok(false);
        }
        for series in groups.series_mut() {
            let Some(field) = series.field.clone() else {
                series.add_records(ONLY, rows);
                continue;
            };
            let infos = self.places(&field).into_iter().filter_map(|place| self.info(place));
            for info in infos {
                if !add_by_head(info, series, ONLY) {
                    add_values(self.block.loose_values(info)?, info.kind, series, ONLY);
                }
            }
        }
        Ok(true)
    }
}

/// Fields that are no columns.
fn is_of_every_record(name: &str) -> bool {
    matches!(name, "time" | "level" | "message")
}

/// Whether its values are likely to repeat, so that they are counted before groups are looked up.
const fn has_few_values(info: &FieldInfo) -> bool {
    matches!(
        (info.kind, &info.encoding),
        (FieldKind::Str, Encoding::Words(_) | Encoding::Constant(_)) | (FieldKind::Int, _)
    )
}

/// Adds what the block's head knows of the values: true where that is all that is wanted.
fn add_by_head(info: &FieldInfo, series: &mut Series, group: u32) -> bool {
    match (series.wants(), info.kind, &info.encoding) {
        // Every word of a dictionary is that of some row.
        (Wants::Hashes, FieldKind::Str, Encoding::Words(words)) => {
            words.iter().for_each(|word| series.add_hash(group, Cell::hash64_of(word)));
        }
        (Wants::Hashes, FieldKind::Str, Encoding::Constant(text)) => series.add_hash(group, Cell::hash64_of(text)),
        (Wants::Presence, FieldKind::Int | FieldKind::Float | FieldKind::Bool, _) => {
            series.add_records(group, u64::from(info.rows));
        }
        _ => return false,
    }
    true
}

fn add_values(loose: LooseValues, kind: FieldKind, series: &mut Series, group: u32) {
    let LooseValues { values, of_templates } = loose;
    if let Values::Words { words, .. } = &values {
        for (code, rows) in of_templates {
            let word = &words[usize::from(code)];
            match series.wants() {
                Wants::Presence if word.is_empty() => {}
                Wants::Presence => series.add_records(group, u64::from(rows)),
                Wants::Hashes => series.add_hash(group, Cell::hash64_of(word)),
                Wants::Numbers => {
                    if let Some(number) = number(crate::Value::Str(word)) {
                        (0..rows).for_each(|_| series.add_number(group, number));
                    }
                }
            }
        }
    }
    if let (Values::Integers { values, .. }, FieldKind::Int, Wants::Hashes) = (&values, kind, series.wants()) {
        return each_different(values, |value| {
            let value = series.hashed_integer(value, false, || Cell::Int(value).hash64());
            series.add_hashed(group, value);
        });
    }
    let column = Column { kind, presence: Presence::Every, values };
    add_column(&column, (0..column.values.len()).map(|index| (group, index)), series);
}

/// Calls `then` with each of the numbers, once where they lie close to each other.
fn each_different(values: &[i64], mut then: impl FnMut(i64)) {
    let Some((least, places)) = close(values) else { return values.iter().for_each(|value| then(*value)) };
    let mut seen = vec![false; places];
    values.iter().for_each(|value| seen[(value - least) as usize] = true);
    (least..).zip(seen).filter(|(_, is_seen)| *is_seen).for_each(|(value, _)| then(value));
}

/// Counts what has few different values.
fn count_values(loose: &LooseValues, groups: &mut Groups) {
    match &loose.values {
        Values::Words { words, codes } => {
            let mut counts = vec![0_u64; words.len()];
            codes.iter().for_each(|code| counts[usize::from(*code)] += 1);
            loose.of_templates.iter().for_each(|(code, rows)| counts[usize::from(*code)] += u64::from(*rows));
            for (word, count) in words.iter().zip(counts).filter(|(_, count)| *count > 0) {
                groups.count_cell(&Cell::Text(word.clone()), count);
            }
        }
        Values::Constant { text, count } => groups.count_cell(&Cell::Text(text.clone()), *count as u64),
        Values::Integers { values, .. } => match close(values) {
            Some((least, places)) => {
                let mut counts = vec![0_u32; places];
                values.iter().for_each(|value| counts[(value - least) as usize] += 1);
                for (value, count) in (least..).zip(counts).filter(|(_, count)| *count > 0) {
                    groups.count_cell(&Cell::Int(value), u64::from(count));
                }
            }
            None => {
                let mut counts: HashMap<i64, u64, foldhash::fast::FixedState> = HashMap::default();
                values.iter().for_each(|value| *counts.entry(*value).or_default() += 1);
                let mut counts: Vec<_> = counts.into_iter().collect();
                // Which groups there is room for must not depend on how a table lies in memory.
                counts.sort_unstable();
                counts.into_iter().for_each(|(value, count)| groups.count_cell(&Cell::Int(value), count));
            }
        },
        _ => unreachable!("only fields with few values are counted so"),
    }
}
