//! Which positions of files the store keeps: only those that changed go with a batch.

use super::tail::Position;
use crate::{Error, collect::stored};
use std::collections::HashMap;
use telemetry::{KeyedPosition, PositionChange};

/// What the keys of files begin with; a number follows.
pub(super) const PREFIX: &str = "files/";
/// That a file was seen is written once in so many µs, for each at its own time.
const SEEN_EVERY: i64 = 43_200_000_000;

/// The positions that the store has, by their numbers.
#[derive(Default)]
pub(super) struct KeptPositions {
    by_number: HashMap<u64, Position>,
    /// The highest number that was given.
    last: u64,
}

impl KeptPositions {
    pub(super) fn read(stored: Vec<KeyedPosition>) -> Result<Self, Error> {
        let mut kept = Self::default();
        for (key, position) in stored {
            let number = key.strip_prefix(PREFIX).and_then(|number| number.parse().ok());
            let number = number.ok_or_else(|| stored::unreadable(&key, "is no number of a file"))?;
            let position: Position = stored::read(&key, &position)?;
            kept.last = kept.last.max(number);
            kept.by_number.insert(number, Position { number, ..position });
        }
        Ok(kept)
    }

    pub(super) fn positions(&self) -> Vec<Position> {
        let mut positions: Vec<Position> = self.by_number.values().cloned().collect();
        positions.sort_by_key(|position| position.number);
        positions
    }

    /// Gives a file a number of its own, unless it has one.
    pub(super) fn number(&mut self, position: &mut Position) {
        if position.number == 0 {
            self.last += 1;
            position.number = self.last;
        }
    }

    /// What the store is to be told, if these are all positions.
    pub(super) fn changes(&self, positions: &[Position]) -> Vec<PositionChange> {
        let mut gone: HashMap<u64, &Position> = self.by_number.iter().map(|(number, kept)| (*number, kept)).collect();
        let mut changes = Vec::new();
        for position in positions {
            let kept = gone.remove(&position.number);
            if kept.is_none_or(|kept| !is_kept(kept, position)) {
                changes.push(change(position));
            }
        }
        let gone = gone.into_keys().map(|number| PositionChange { key: key(number), position: None });
        changes.extend(gone);
        changes
    }

    /// The store has been told of these.
    pub(super) fn reached(&mut self, positions: &[Position]) {
        for position in positions {
            // Where nothing changed, what the store has stays what it was.
            if self.by_number.get(&position.number).is_none_or(|kept| !is_kept(kept, position)) {
                self.by_number.insert(position.number, position.clone());
            }
        }
        let numbers: std::collections::HashSet<u64> = positions.iter().map(|position| position.number).collect();
        self.by_number.retain(|number, _| numbers.contains(number));
    }
}

fn key(number: u64) -> String {
    // Sorted as numbers.
    format!("{PREFIX}{number:012}")
}

fn change(position: &Position) -> PositionChange {
    PositionChange { key: key(position.number), position: Some(stored::write(position)) }
}

fn is_kept(kept: &Position, position: &Position) -> bool {
    // Not all in the same moment.
    let seen_every = SEEN_EVERY + position.number.wrapping_mul(7_919) as i64 % (SEEN_EVERY / 4_096) * 4_096;
    kept.is_like(position) && position.seen.saturating_sub(kept.seen).abs() < seen_every
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(number: u64, offset: u64, seen: i64) -> Position {
        Position { number, offset, seen, path: format!("{number}.log").into(), ..Position::default() }
    }

    fn keys(changes: &[PositionChange]) -> Vec<(&str, bool)> {
        changes.iter().map(|change| (change.key.as_str(), change.position.is_some())).collect()
    }

    #[test]
    fn only_what_changed_is_told() {
        let mut kept = KeptPositions::default();
        let mut all = vec![position(0, 1, 0), position(0, 2, 0), position(0, 3, 0)];
        all.iter_mut().for_each(|position| kept.number(position));
        assert_eq!(kept.changes(&all).len(), 3);
        kept.reached(&all);
        assert_eq!(kept.changes(&all), []);
        all.iter_mut().for_each(|position| position.seen += 1_000_000);
        assert_eq!(kept.changes(&all), [], "that it was seen a second later is not worth telling");
        all[1].offset = 9;
        let gone = all.remove(0);
        assert_eq!(keys(&kept.changes(&all)), [("files/000000000002", true), ("files/000000000001", false)]);
        kept.reached(&all);
        assert_eq!(kept.changes(&all), []);
        let mut new = Position { number: 0, ..gone };
        kept.number(&mut new);
        assert_eq!(new.number, 4, "no number is given twice");
        all.iter_mut().for_each(|position| position.seen += 2 * SEEN_EVERY);
        assert_eq!(kept.changes(&all).len(), 2, "what is gone for long is forgotten by when it was seen");
    }

    #[test]
    fn what_was_told_is_read_back() {
        let mut written = vec![position(0, 5, 7), position(0, 6, 8)];
        let mut kept = KeptPositions::default();
        written.iter_mut().for_each(|position| kept.number(position));
        let stored = kept.changes(&written).into_iter().map(|change| (change.key, change.position.unwrap().into()));
        let read = KeptPositions::read(stored.collect()).unwrap();
        assert_eq!(read.positions(), written);
        assert!(KeptPositions::read(vec![("files/x".into(), b"{}"[..].into())]).is_err());
        assert!(KeptPositions::read(vec![("files/1".into(), b"{"[..].into())]).is_err());
    }
}
