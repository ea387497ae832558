//! Answering from the columns of one block: prune by what its head says, decode only the columns that are asked about,
//! and keep rows as bits. What a condition holds for here is what [`Condition::holds`] says row by row.

mod check;
mod counts;
mod digits;
mod fields;
mod groups;
mod loose;
mod messages;
mod reach;
mod rows;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod truth;

pub(super) use fields::{may_hold_text, may_pass};
pub(super) use reach::{Reach, reach};
pub(super) use rows::MatchingRows;

use super::condition::Condition;
use crate::query::cancel::Cancel;
use crate::{
    Damage,
    segment::{BitColumn, Block, Column, FieldInfo, Levels, Messages},
};
use model::Level;
use std::{collections::HashMap, ops::Range, rc::Rc};

/// Rows that are looked at between two looks at whether the search was cancelled.
const ROWS_BETWEEN_LOOKS: usize = 256;

/// A block while one question is asked of it. Each column is decoded once.
pub(super) struct BlockScan<'b> {
    block: &'b Block,
    /// Once cancelled, it ends where it is: what it says then means nothing.
    cancel: &'b Cancel,
    /// What it says of its fields.
    fields: Vec<&'b FieldInfo>,
    times: Option<Rc<Vec<i64>>>,
    seqs: Option<Rc<Vec<u64>>>,
    levels: Option<Rc<Vec<Option<Level>>>>,
    /// Before `levels` are made of it.
    level_column: Option<Levels>,
    columns: HashMap<Place, Rc<Column>>,
    /// Columns of numbers of which nobody has asked for all rows yet.
    numbers: HashMap<Place, BitColumn>,
    messages: Option<Messages<'b>>,
    /// Messages that were put together again to look into them.
    pub(super) rebuilt: u64,
}

/// Where a column stands in the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Source,
    /// A position in [`BlockScan::fields`].
    Field(usize),
}

impl<'b> BlockScan<'b> {
    pub(super) fn new(block: &'b Block, cancel: &'b Cancel) -> Self {
        Self {
            block,
            cancel,
            fields: block.fields().collect(),
            times: None,
            seqs: None,
            levels: None,
            level_column: None,
            columns: HashMap::new(),
            numbers: HashMap::new(),
            messages: None,
            rebuilt: 0,
        }
    }

    /// The rows for which `condition` holds.
    pub(super) fn matching(&mut self, condition: &Condition) -> Result<MatchingRows, Damage> {
        self.narrow(condition, MatchingRows::all(self.block.rows()))
    }

    /// Those of `within` for which it holds. Parts come in the order of what they cost.
    fn narrow(&mut self, condition: &Condition, within: MatchingRows) -> Result<MatchingRows, Damage> {
        Ok(match condition {
            _ if within.is_empty() || self.cancel.is_cancelled() => within,
            Condition::Always => within,
            Condition::Time(range) => self.in_time(range, within)?,
            Condition::Level { from, to } => self.in_levels(|level| level >= *from && level <= *to, within)?,
            Condition::Field { name, test } => self.field(name, test, within)?,
            Condition::Message(test) => self.message(test, within)?,
            Condition::Anywhere(test) => self.anywhere(test, within)?,
            Condition::Not(inner) => {
                let holds = self.narrow(inner, within.clone())?;
                let mut others = within;
                others.subtract(&holds);
                others
            }
            Condition::All(parts) => parts.iter().try_fold(within, |within, part| self.narrow(part, within))?,
            Condition::Any(parts) => {
                let mut left = within;
                let (told, others) = self.told_of_any(parts)?;
                let mut found = told.unwrap_or_else(|| MatchingRows::none(self.block.rows()));
                found.intersect(&left);
                left.subtract(&found);
                for part in others {
                    let more = self.narrow(part, left.clone())?;
                    left.subtract(&more);
                    found.unite(&more);
                }
                found
            }
        })
    }

    fn in_time(&mut self, range: &Range<i64>, mut within: MatchingRows) -> Result<MatchingRows, Damage> {
        let (first, last) = self.block.time_range();
        if range.start <= first.as_micros() && last.as_micros() < range.end {
            return Ok(within);
        }
        if last.as_micros() < range.start || first.as_micros() >= range.end {
            return Ok(MatchingRows::none(self.block.rows()));
        }
        let times = self.times()?;
        let start = times.partition_point(|time| *time < range.start);
        let end = times.partition_point(|time| *time < range.end);
        within.intersect(&MatchingRows::between(self.block.rows(), start..end));
        Ok(within)
    }

    fn in_levels(&mut self, wanted: impl Fn(Level) -> bool, mut within: MatchingRows) -> Result<MatchingRows, Damage> {
        let is_wanted = |level: &Option<Level>| level.is_some_and(&wanted);
        let wanted_rows = |wanted: bool| {
            self.block.levels().iter().filter(|(level, rows)| *rows > 0 && is_wanted(level) == wanted).count()
        };
        if wanted_rows(false) == 0 {
            return Ok(within);
        }
        if wanted_rows(true) == 0 {
            return Ok(MatchingRows::none(self.block.rows()));
        }
        let column = match &mut self.level_column {
            Some(column) => column,
            unread => unread.insert(self.block.level_column()?),
        };
        let words = column.wanted(|level| is_wanted(&level));
        within.intersect(&MatchingRows::from_words(self.block.rows(), words));
        Ok(within)
    }

    /// Microseconds since 1970 of each row.
    pub(super) fn times(&mut self) -> Result<Rc<Vec<i64>>, Damage> {
        Ok(match &self.times {
            Some(times) => Rc::clone(times),
            None => Rc::clone(self.times.insert(Rc::new(self.block.times()?))),
        })
    }

    /// The sequence number of each row.
    pub(super) fn seqs(&mut self) -> Result<Rc<Vec<u64>>, Damage> {
        Ok(match &self.seqs {
            Some(seqs) => Rc::clone(seqs),
            None => Rc::clone(self.seqs.insert(Rc::new(self.block.seqs()?))),
        })
    }

    pub(super) fn levels(&mut self) -> Result<Rc<Vec<Option<Level>>>, Damage> {
        Ok(match &self.levels {
            Some(levels) => Rc::clone(levels),
            None => {
                let column = self.level_column.take().map_or_else(|| self.block.level_column(), Ok)?;
                Rc::clone(self.levels.insert(Rc::new(column.of_rows())))
            }
        })
    }

    fn column(&mut self, place: Place) -> Result<Option<Rc<Column>>, Damage> {
        if let Some(column) = self.columns.get(&place) {
            return Ok(Some(Rc::clone(column)));
        }
        let Some(info) = self.info(place) else { return Ok(None) };
        let column = match self.numbers.remove(&place) {
            Some(numbers) => numbers.into_column(),
            None => self.block.read(info)?,
        };
        let column = Rc::new(column);
        self.columns.insert(place, Rc::clone(&column));
        Ok(Some(column))
    }

    fn info(&self, place: Place) -> Option<&'b FieldInfo> {
        match place {
            Place::Source => self.block.source(),
            Place::Field(index) => self.fields.get(index).copied(),
        }
    }

    /// The columns of a field's name: one for each type that its values have.
    fn places(&self, name: &str) -> Vec<Place> {
        if name == "source" {
            return vec![Place::Source];
        }
        let fields = self.fields.iter().enumerate();
        fields.filter(|(_, info)| info.name == name).map(|(index, _)| Place::Field(index)).collect()
    }
}
