//! Counting rows of a block without putting records together: by step of time, by value.

use super::{BlockScan, MatchingRows, Place, groups::each_present};
use crate::{
    Damage, Value,
    query::{
        cell::Cell,
        facets::{Fields, VALUES_MAX},
        histogram::{Counts, Steps},
    },
    segment::{Encoding, FieldKind, Values},
};
use std::collections::HashMap;

impl BlockScan<'_> {
    /// Adds the rows to the steps of time that they lie in.
    pub(in crate::query) fn count_steps(
        &mut self,
        rows: &MatchingRows,
        steps: &Steps,
        counts: &mut [Counts],
    ) -> Result<(), Damage> {
        if rows.is_empty() {
            return Ok(());
        }
        let (first, last) = self.block.time_range();
        let (first, last) = (steps.of(first.as_micros()), steps.of(last.as_micros()));
        if first == last && rows.is_all() {
            let levels = self.block.levels().iter();
            levels.for_each(|(level, records)| counts[first].add(*level, u64::from(*records)));
            return Ok(());
        }
        let (times, levels) = (self.times()?, self.levels()?);
        // Times rise, so that a step's rows lie together.
        let (mut step, mut end) = (first, 0);
        for row in rows.iter() {
            if row as usize >= end {
                step = steps.of(times[row as usize]);
                end = times.partition_point(|time| steps.of(*time) <= step);
            }
            counts[step].add(levels[row as usize], 1);
        }
        Ok(())
    }

    /// Adds the values that the rows have.
    pub(in crate::query) fn count_values(&mut self, rows: &MatchingRows, fields: &mut Fields) -> Result<(), Damage> {
        if rows.is_empty() {
            return Ok(());
        }
        self.count_levels(rows, fields)?;
        self.count_column("source", Place::Source, rows, fields)?;
        for index in 0..self.fields.len() {
            let name = &self.fields[index].name;
            self.count_column(name, Place::Field(index), rows, fields)?;
        }
        Ok(())
    }

    fn count_levels(&mut self, rows: &MatchingRows, fields: &mut Fields) -> Result<(), Damage> {
        let mut counts = Counts::default();
        if rows.is_all() {
            self.block.levels().iter().for_each(|(level, records)| counts.add(*level, u64::from(*records)));
        } else {
            let levels = self.levels()?;
            rows.iter().for_each(|row| counts.add(levels[row as usize], 1));
        }
        for level in super::super::language::LEVELS {
            if counts.of(level) > 0 {
                fields.add("level", Cell::from(Value::from(level.as_str())), counts.of(level));
            }
        }
        Ok(())
    }

    fn count_column(
        &mut self,
        name: &str,
        place: Place,
        rows: &MatchingRows,
        fields: &mut Fields,
    ) -> Result<(), Damage> {
        let Some(info) = self.info(place) else { return Ok(()) };
        let countable = matches!(
            info.encoding,
            Encoding::Constant(_) | Encoding::Words(_) | Encoding::Integers { .. } | Encoding::Bools
        ) && !fields.has_too_many(name);
        if rows.is_all() {
            match &info.encoding {
                Encoding::Constant(text) if info.kind == FieldKind::Str => {
                    fields.add(name, Cell::Text(text.clone()), u64::from(info.rows));
                    return Ok(());
                }
                _ if !countable => {
                    fields.add_many(name, u64::from(info.rows));
                    return Ok(());
                }
                _ => {}
            }
        }
        let Some(column) = self.column(place)? else { return Ok(()) };
        let mut positions = Vec::new();
        each_present(&column, rows, |_, position| positions.push(position));
        if positions.is_empty() {
            return Ok(());
        }
        match &column.values {
            Values::Words { words, codes } => {
                let mut counts = vec![0_u64; words.len()];
                positions.iter().for_each(|position| counts[usize::from(codes[*position])] += 1);
                let counted = words.iter().zip(counts).filter(|(_, records)| *records > 0);
                counted.for_each(|(word, records)| fields.add(name, Cell::Text(word.clone()), records));
            }
            _ if !countable => fields.add_many(name, positions.len() as u64),
            _ => {
                let mut scratch = Vec::new();
                let mut counts: HashMap<Cell, u64, foldhash::fast::FixedState> = HashMap::default();
                for position in &positions {
                    *counts.entry(Cell::from(column.value(*position, &mut scratch))).or_insert(0) += 1;
                    if counts.len() > VALUES_MAX {
                        fields.add_many(name, positions.len() as u64);
                        return Ok(());
                    }
                }
                counts.into_iter().for_each(|(cell, records)| fields.add(name, cell, records));
            }
        }
        Ok(())
    }
}
