//! Records that match, in the order of time, as soon as they are known to be next.

use super::{
    language::Order,
    pruner::Pruner,
    question::{Answer, Bounds, Question, ScanUnit, Tally},
    run::{Matched, fold, matching, parts_in_time},
};
use crate::query::cancel::Cancel;
use crate::{Batch, Damage, RecordRef, Snapshot};
use model::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Rows of one search. More are had with the cursor of the last one.
pub const ROWS_MAX: usize = 10_000;
/// Blocks looked at together once matches turn out to be rare.
const ROUND_MAX: usize = 32;

/// The place of a record in the order of time. As a cursor: what follows is behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    pub time: Timestamp,
    pub seq: u64,
}

/// Which rows of those that match.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Falling: newest first.
    pub order: Order,
    /// Rows behind this one in that order; all when there is none.
    pub after: Option<Cursor>,
    /// At most [`ROWS_MAX`], and one more, which tells whether there are any behind.
    pub limit: usize,
}

/// A record that matches.
pub struct Hit<'a> {
    pub cursor: Cursor,
    pub record: RecordRef<'a>,
}

/// Calls `each` with the rows of a page, in order. The pipes of the question play no part. The answer is how many rows there were.
///
/// A block whose records turn out to be damaged when they are put together is left out, and the page goes on without it.
pub fn search(
    snapshot: &Snapshot,
    question: &Question,
    page: Page,
    bounds: &Bounds,
    mut each: impl FnMut(Hit<'_>) -> ControlFlow<()>,
) -> Answer<usize> {
    let mut left = Page { limit: page.limit.min(ROWS_MAX + 1), ..page };
    let (mut tally, mut given, mut damaged) = (Tally::default(), 0, BTreeSet::new());
    loop {
        let known = damaged.len();
        let taken = take_until_damage(snapshot, question, left, bounds, (&mut tally, &mut damaged), &mut each);
        given += taken.rows;
        left = Page { limit: left.limit - taken.rows, after: taken.last.or(left.after), ..left };
        if taken.is_over || damaged.len() == known || left.limit == 0 {
            return tally.answer(given, snapshot);
        }
    }
}

/// What was given of a page.
#[derive(Default)]
struct Given {
    rows: usize,
    last: Option<Cursor>,
    /// Nobody takes more, or time is over.
    is_over: bool,
}

/// Rows of a page, until a block is found damaged whose rows were to be among them: rows that were let go for those may be next.
fn take_until_damage(
    snapshot: &Snapshot,
    question: &Question,
    page: Page,
    bounds: &Bounds,
    (tally, damaged): (&mut Tally, &mut BTreeSet<usize>),
    each: &mut impl FnMut(Hit<'_>) -> ControlFlow<()>,
) -> Given {
    let (limit, known) = (page.limit, damaged.len());
    let (mut parts, more) = in_order(snapshot, question, page);
    tally.add(more);
    parts.retain(|(part, ..)| part.address().is_none_or(|address| !damaged.contains(&address)));
    let mut pruner = Pruner::new(snapshot, &question.condition);
    let (mut done, mut round, mut taken) = (0, bounds.threads.max(1), Given::default());
    let mut waiting: BTreeMap<Key, FoundRow<'_>> = BTreeMap::new();
    while taken.rows < limit && done < parts.len() {
        // The next ones that may hold something.
        let mut list: Vec<ScanUnit<'_>> = Vec::with_capacity(round);
        let mut end = done;
        while list.len() < round && end < parts.len() && !bounds.cancel.is_cancelled() {
            let part = parts[end].0;
            if pruner.may_match(part) {
                list.push(part);
            } else {
                tally.read.blocks_pruned += 1;
            }
            end += 1;
        }
        if bounds.cancel.is_cancelled() {
            tally.add(Tally::cancelled());
        }
        let (found, more) = fold(&list, bounds, Vec::new, |found, part, tally| {
            let places = matching(part, snapshot, question, bounds, tally, |matched| places(matched, page, limit));
            found.extend(places.into_iter().flatten().map(|(cursor, row)| (part, cursor, row)));
        });
        tally.add(more);
        let before = waiting.len();
        for (part, cursor, row) in found.into_iter().flatten() {
            waiting.insert(Key::new(cursor, page.order), FoundRow { part, row });
        }
        let rows_found = waiting.len() - before;
        while waiting.len() > limit - taken.rows {
            waiting.pop_last();
        }
        done = end;
        round = next_round(round, list.len(), rows_found, limit - taken.rows - waiting.len(), bounds);
        let ready = split_ready(&mut waiting, parts.get(done), page.order);
        taken.is_over = give(snapshot, ready, page.order, bounds, (tally, damaged, &mut taken), each).is_break()
            || bounds.cancel.is_cancelled();
        if taken.is_over || damaged.len() > known {
            break;
        }
    }
    taken
}

/// The rows that are next, as none of the parts left can hold one before them: `next` is the first of those.
fn split_ready<'a>(
    waiting: &mut BTreeMap<Key, FoundRow<'a>>,
    next: Option<&(ScanUnit<'a>, i64, i64)>,
    order: Order,
) -> BTreeMap<Key, FoundRow<'a>> {
    let Some((_, first, last)) = next else { return std::mem::take(waiting) };
    let bound = match order {
        Order::Descending => Key(last.wrapping_neg(), 0),
        Order::Ascending => Key(*first, 0),
    };
    let later = waiting.split_off(&bound);
    std::mem::replace(waiting, later)
}

/// The parts that may hold rows of a page, with the times of their first and last: those that may hold the next row first.
fn in_order<'s>(snapshot: &'s Snapshot, question: &Question, page: Page) -> (Vec<(ScanUnit<'s>, i64, i64)>, Tally) {
    let (mut parts, mut tally) = parts_in_time(snapshot, question);
    parts.retain(|(part, first, last)| {
        let ahead = page.after.is_some_and(|after| match page.order {
            Order::Descending => *first > after.time.as_micros(),
            Order::Ascending => *last < after.time.as_micros(),
        });
        tally.read.blocks_pruned += u64::from(ahead && part.is_block());
        !ahead
    });
    match page.order {
        Order::Descending => parts.sort_by_key(|(_, _, last)| std::cmp::Reverse(*last)),
        Order::Ascending => parts.sort_by_key(|(_, first, _)| *first),
    }
    (parts, tally)
}

/// How many blocks to look at together next, when `looked` ones held `found` rows and `missing` are wanted still: as many as may hold
/// those, and never more than twice as many as before, for what the next ones hold is a guess.
fn next_round(round: usize, looked: usize, found: usize, missing: usize, bounds: &Bounds) -> usize {
    let wanted = if found == 0 { usize::MAX } else { (missing * looked).div_ceil(found) };
    wanted.max(bounds.threads).min(round * 2).clamp(1, ROUND_MAX)
}

/// Time and sequence number, turned so that what comes first is least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(i64, u64);

impl Key {
    fn new(cursor: Cursor, order: Order) -> Self {
        match order {
            Order::Ascending => Self(cursor.time.as_micros(), cursor.seq),
            Order::Descending => Self(cursor.time.as_micros().wrapping_neg(), u64::MAX - cursor.seq),
        }
    }

    fn cursor(self, order: Order) -> Cursor {
        match order {
            Order::Ascending => Cursor { time: Timestamp::from_micros(self.0), seq: self.1 },
            Order::Descending => Cursor { time: Timestamp::from_micros(self.0.wrapping_neg()), seq: u64::MAX - self.1 },
        }
    }
}

/// A row that matches, and where it lies.
#[derive(Clone, Copy)]
struct FoundRow<'a> {
    part: ScanUnit<'a>,
    row: u32,
}

/// The first rows of a part, behind the page's cursor.
fn places(matched: Matched<'_, '_>, page: Page, limit: usize) -> Result<Vec<(Cursor, u32)>, Damage> {
    let is_behind =
        |cursor: &Cursor| page.after.is_none_or(|after| Key::new(*cursor, page.order) > Key::new(after, page.order));
    Ok(match matched {
        Matched::Block(_, rows) if rows.is_empty() => Vec::new(),
        Matched::Block(scan, rows) => {
            let (times, seqs) = (scan.times()?, scan.seqs()?);
            let place =
                |row: u32| (Cursor { time: Timestamp::from_micros(times[row as usize]), seq: seqs[row as usize] }, row);
            let behind = |(cursor, _): &(Cursor, u32)| is_behind(cursor);
            match page.order {
                Order::Descending => rows.iter_back().map(place).filter(behind).take(limit).collect(),
                Order::Ascending => rows.iter().map(place).filter(behind).take(limit).collect(),
            }
        }
        Matched::Memory(numbered, rows) => {
            let place = |row: usize| {
                (Cursor { time: numbered.batch.get(row).time(), seq: numbered.first_seq + row as u64 }, row as u32)
            };
            let mut places: Vec<_> = rows.into_iter().map(place).filter(|(cursor, _)| is_behind(cursor)).collect();
            places.sort_unstable_by_key(|(cursor, _)| Key::new(*cursor, page.order));
            places.truncate(limit);
            places
        }
    })
}

/// Gives out rows in order; those of one block are rebuilt together, as far as memory goes.
fn give(
    snapshot: &Snapshot,
    ready: BTreeMap<Key, FoundRow<'_>>,
    order: Order,
    bounds: &Bounds,
    (tally, damaged, taken): (&mut Tally, &mut BTreeSet<usize>, &mut Given),
    each: &mut impl FnMut(Hit<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let ready: Vec<(Key, FoundRow<'_>)> = ready.into_iter().collect();
    let (mut done, mut together) = (0, ready.len());
    while done < ready.len() {
        let next = &ready[done..ready.len().min(done + together)];
        // A single record is given however large it is.
        let memory_bytes_max = if next.len() == 1 { usize::MAX } else { bounds.memory_bytes_max };
        // What was found is given even when the search is over.
        let bounds = Bounds { threads: bounds.threads, cancel: Cancel::default(), memory_bytes_max };
        let Some(batches) = rebuild(snapshot, next, order, &bounds, (tally, damaged)) else {
            together = next.len() / 2;
            continue;
        };
        for (key, found) in next {
            let cursor = key.cursor(order);
            if let Some(record) = batches.record(found) {
                taken.rows += 1;
                taken.last = Some(cursor);
                each(Hit { cursor, record })?;
            }
        }
        done += next.len();
    }
    ControlFlow::Continue(())
}

/// Records of blocks, by the address of the block's description: the rows, rising, and what they are.
struct Batches(BTreeMap<usize, (Vec<u32>, Batch)>);

/// Of a block: its rows, and when each of them was.
type RowsAndTimes = (Vec<u32>, Vec<Timestamp>);

impl Batches {
    fn record<'a>(&'a self, found: &FoundRow<'a>) -> Option<RecordRef<'a>> {
        match found.part {
            ScanUnit::Memory(numbered) => Some(numbered.batch.get(found.row as usize)),
            ScanUnit::Block { .. } => {
                let (rows, batch) = self.0.get(&found.part.address()?)?;
                rows.binary_search(&found.row).ok().map(|place| batch.get(place))
            }
        }
    }
}

/// None when the records have more bytes than the bounds allow.
fn rebuild(
    snapshot: &Snapshot,
    found: &[(Key, FoundRow<'_>)],
    order: Order,
    bounds: &Bounds,
    (tally, damaged): (&mut Tally, &mut BTreeSet<usize>),
) -> Option<Batches> {
    let mut parts: Vec<ScanUnit<'_>> = Vec::new();
    let mut rows_of: BTreeMap<usize, Vec<(u32, Timestamp)>> = BTreeMap::new();
    for (key, found) in found {
        if let Some(address) = found.part.address() {
            let rows = rows_of.entry(address).or_insert_with(|| {
                parts.push(found.part);
                Vec::new()
            });
            rows.push((found.row, key.cursor(order).time));
        }
    }
    let rows_of: BTreeMap<usize, RowsAndTimes> = rows_of
        .into_iter()
        .map(|(address, mut rows)| {
            rows.sort_unstable();
            (address, rows.into_iter().unzip())
        })
        .collect();
    let bytes = AtomicUsize::new(0);
    let is_full = || bytes.load(Ordering::Relaxed) > bounds.memory_bytes_max;
    let (rebuilt, more) = fold(&parts, bounds, Vec::new, |rebuilt, part, tally| {
        let (ScanUnit::Block { segment, number, .. }, Some(address)) = (part, part.address()) else { return };
        let Some((rows, times)) = rows_of.get(&address).filter(|_| !is_full()) else { return };
        let records = snapshot.block(segment, number).and_then(|block| {
            let before = block.bytes_read();
            let records = block.records_at(rows, times);
            tally.read.bytes_decoded += block.bytes_read().saturating_sub(before);
            records
        });
        match records {
            Ok(batch) => {
                bytes.fetch_add(batch.text_bytes(), Ordering::Relaxed);
                rebuilt.push((address, (rows.clone(), batch)));
            }
            Err(damage) => tally.damage(&damage),
        }
    });
    if is_full() {
        return None;
    }
    tally.add(more);
    let rebuilt: BTreeMap<_, _> = rebuilt.into_iter().flatten().collect();
    if !bounds.cancel.is_cancelled() {
        damaged.extend(rows_of.keys().filter(|address| !rebuilt.contains_key(*address)));
    }
    Some(Batches(rebuilt))
}
