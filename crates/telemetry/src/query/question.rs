//! What is asked, of what, within which bounds; and what an answer tells beside itself.

use super::{
    cancel::Cancel,
    columns::BlockScan,
    condition::Condition,
    language::{Filter, Pipe, Query},
    stats::{CountedCondition, MEMORY_MAX},
};
use crate::{
    Damage, Numbered, Snapshot,
    segment::{Block, BlockInfo, Segment},
};
use jiff::tz::TimeZone;
use model::Timestamp;
use std::{ops::Range, sync::Arc};

/// A query made ready: times resolved, expressions compiled.
#[derive(Clone, Debug)]
pub struct Question {
    pub(super) condition: Condition,
    pub(super) pipes: Vec<Pipe>,
    /// Whose days and weeks are counted.
    pub(super) zone: TimeZone,
    /// What each group of a `stats` right behind the filter tells besides.
    pub(super) counted: Arc<[CountedCondition]>,
}

impl Question {
    /// `since:` and `today` are counted from `now`; times without a zone are in `zone`, and so are days that are counted.
    ///
    /// # Errors
    /// Of an expression that does not compile; those that came through [`super::parse`] do.
    pub fn new(query: &Query, now: Timestamp, zone: &TimeZone) -> Result<Self, regex::Error> {
        let condition = Condition::new(&query.filter, now, zone)?;
        Ok(Self { condition, pipes: query.pipes.clone(), zone: zone.clone(), counted: Arc::default() })
    }

    /// The same question of records from `range.start` on, up to but not at `range.end`.
    #[must_use]
    pub fn within(mut self, range: Range<Timestamp>) -> Self {
        let time = Condition::Time(range.start.as_micros()..range.end.as_micros());
        self.condition = Condition::all(vec![time, self.condition]);
        self
    }

    /// The same question, whose `stats` right behind the filter tells of each group, too, how many of its records each of these
    /// filters lets through: in columns of these titles, behind the others. One answer is as much as one to each filter, and is
    /// read once.
    ///
    /// # Errors
    /// As [`Question::new`].
    pub fn counting(
        mut self,
        filters: &[(&str, Filter)],
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Self, regex::Error> {
        let counted = |(title, filter): &(&str, Filter)| {
            Ok(CountedCondition { title: (*title).to_owned(), condition: Condition::new(filter, now, zone)? })
        };
        self.counted = filters.iter().map(counted).collect::<Result<_, regex::Error>>()?;
        Ok(self)
    }

    /// The same question of records for which `filter` holds too.
    ///
    /// # Errors
    /// As [`Question::new`].
    pub fn and(mut self, filter: &Filter, now: Timestamp, zone: &TimeZone) -> Result<Self, regex::Error> {
        self.condition = Condition::all(vec![Condition::new(filter, now, zone)?, self.condition]);
        Ok(self)
    }
}

/// How far a search may go. It looks at [`Bounds::cancel`] before each block, and within one every few hundred rows.
#[derive(Clone, Debug)]
pub struct Bounds {
    pub threads: usize,
    pub cancel: Cancel,
    /// Bytes of groups, sketches and rows that `stats` and `sort` keep, over all threads. Beside these each thread has the
    /// columns that it decodes of one block.
    pub memory_bytes_max: usize,
}

impl Bounds {
    /// What each thread may keep.
    pub(super) fn thread_bytes_max(&self) -> usize {
        self.memory_bytes_max / self.threads.max(1)
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self { threads: 2, cancel: Cancel::default(), memory_bytes_max: MEMORY_MAX }
    }
}

/// What came of a question.
#[derive(Debug)]
pub struct Answer<T> {
    pub value: T,
    pub read: Read,
    /// Why it may be less than the whole; empty when it is whole.
    pub partial: Vec<Partial>,
}

/// What an answer does not hold, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Partial {
    /// It was cancelled before all blocks were looked at.
    Cancelled,
    /// So many blocks could not be read; what the first of them said.
    Damaged { blocks: u64, first: String },
    /// Records may be in it that were deleted: the list of them is damaged, and what is said of it.
    Undeleted { damage: String },
    /// `stats` had no room for the groups of so many records.
    Groups { records: u64 },
    /// Memory was full: `sort` kept fewer rows than were asked for.
    Memory { bytes_max: usize },
    /// The answer was cut off after so many rows by a bound of the program, not of the query.
    Rows { limit: usize },
}

/// What was read to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Blocks in the store.
    pub blocks: u64,
    /// Blocks that their heads alone ruled out.
    pub blocks_pruned: u64,
    /// Blocks of which columns were decoded.
    pub blocks_decoded: u64,
    pub bytes_decoded: u64,
    /// Messages that were put together again to look into them.
    pub rows_rebuilt: u64,
    /// Records not yet in segments that were looked at.
    pub memory_rows: u64,
}

impl Read {
    fn add(&mut self, other: Self) {
        self.blocks_pruned += other.blocks_pruned;
        self.blocks_decoded += other.blocks_decoded;
        self.bytes_decoded += other.bytes_decoded;
        self.rows_rebuilt += other.rows_rebuilt;
        self.memory_rows += other.memory_rows;
    }
}

/// A block or a batch: what a thread works on at a time.
#[derive(Clone, Copy)]
pub(super) enum ScanUnit<'a> {
    Block { segment: &'a Segment, number: usize, info: &'a BlockInfo },
    Memory(&'a Numbered),
}

/// All of a snapshot but the blocks of which it leaves out every record.
pub(super) fn parts(snapshot: &Snapshot) -> impl Iterator<Item = ScanUnit<'_>> {
    let (segments, first) = (snapshot.segments().iter(), snapshot.first_seq());
    let blocks = segments.flat_map(move |segment| {
        let infos = segment.blocks().iter().enumerate().filter(move |(_, info)| info.seq_range.1 >= first);
        infos.map(|(number, info)| ScanUnit::Block { segment, number, info })
    });
    blocks.chain(snapshot.memory().iter().map(|batch| ScanUnit::Memory(batch)))
}

/// From the earliest to the latest of all records; none where there is no record.
pub fn time_range(snapshot: &Snapshot) -> Option<(Timestamp, Timestamp)> {
    let ranges = parts(snapshot).filter_map(ScanUnit::time_range);
    let whole = ranges.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)));
    whole.map(|(first, last)| (Timestamp::from_micros(first), Timestamp::from_micros(last)))
}

impl ScanUnit<'_> {
    /// Tells a block from others of the same snapshot.
    pub(super) fn address(self) -> Option<usize> {
        match self {
            Self::Block { info, .. } => Some(std::ptr::from_ref(info).addr()),
            Self::Memory(_) => None,
        }
    }

    pub(super) const fn is_block(self) -> bool {
        matches!(self, Self::Block { .. })
    }

    /// Its first and last time; none when it is empty.
    pub(super) fn time_range(self) -> Option<(i64, i64)> {
        match self {
            Self::Block { info, .. } => Some((info.time_range.0.as_micros(), info.time_range.1.as_micros())),
            Self::Memory(numbered) => {
                let times = numbered.batch.iter().map(|record| record.time().as_micros());
                times.fold(None, |range: Option<(i64, i64)>, time| {
                    Some(range.map_or((time, time), |(first, last)| (first.min(time), last.max(time))))
                })
            }
        }
    }
}

/// What was read and what went wrong, gathered over the parts of a snapshot.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) read: Read,
    damaged: u64,
    first_damage: Option<String>,
    cancelled: bool,
}

impl Tally {
    pub(super) fn cancelled() -> Self {
        Self { cancelled: true, ..Self::default() }
    }

    /// Counts a block that was asked about; `before` is what had been read of it then.
    pub(super) fn block(&mut self, block: &Block, before: u64, scan: &BlockScan<'_>) {
        let decoded = block.bytes_read().saturating_sub(before);
        self.read.bytes_decoded += decoded;
        self.read.rows_rebuilt += scan.rebuilt;
        *(if decoded > 0 { &mut self.read.blocks_decoded } else { &mut self.read.blocks_pruned }) += 1;
    }

    pub(super) fn damage(&mut self, damage: &Damage) {
        self.damaged += 1;
        self.first_damage.get_or_insert_with(|| damage.to_string());
    }

    /// Adds what another answer tells.
    pub(super) fn include(&mut self, read: Read, partial: Vec<Partial>) {
        self.read.add(read);
        for part in partial {
            match part {
                Partial::Cancelled => self.cancelled = true,
                Partial::Damaged { blocks, first } => {
                    self.damaged += blocks;
                    self.first_damage.get_or_insert(first);
                }
                Partial::Undeleted { .. } | Partial::Groups { .. } | Partial::Memory { .. } | Partial::Rows { .. } => {}
            }
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.read.add(other.read);
        self.damaged += other.damaged;
        self.first_damage = self.first_damage.take().or(other.first_damage);
        self.cancelled |= other.cancelled;
    }

    pub(super) fn answer<T>(self, value: T, snapshot: &Snapshot) -> Answer<T> {
        let mut partial = Vec::new();
        if self.cancelled {
            partial.push(Partial::Cancelled);
        }
        let unread = snapshot.unread();
        if let Some(first) = self.first_damage.or_else(|| unread.first().map(ToString::to_string)) {
            partial.push(Partial::Damaged { blocks: self.damaged + unread.len() as u64, first });
        }
        partial.extend(snapshot.undeleted().map(|damage| Partial::Undeleted { damage: damage.to_string() }));
        let blocks = snapshot.segments().iter().map(|segment| segment.blocks().len() as u64).sum();
        Answer { value, read: Read { blocks, ..self.read }, partial }
    }
}
