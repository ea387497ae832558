//! What becomes of a row that both sides know, or one: pure. In two directions it is judged by what both sides were when
//! they were last equal, of which 64 bits are kept for each row.

use super::{Datum, Key, Rows};
use crate::{plan::Direction, settings::Policy};
use ring::digest::{Context, SHA256};
use std::collections::{BTreeMap, HashMap};

/// What decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judge {
    pub policy: Policy,
    pub direction: Direction,
}

/// What a row comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Equal,
    Write,
    Delete,
    /// It differs, and stays.
    Keep,
    Conflict,
}

/// What rows were when both sides were last equal: for each key the hash of what it held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(HashMap<u64, u64>);

impl Known {
    /// Of the bytes that [`Known::bytes`] made.
    pub fn read(bytes: &[u8]) -> Self {
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_be_bytes).unwrap_or_default();
        let (pairs, _) = bytes.as_chunks::<16>();
        Self(pairs.iter().map(|pair| (number(&pair[..8]), number(&pair[8..]))).collect())
    }

    /// Sixteen for each row, sorted.
    pub fn bytes(&self) -> Vec<u8> {
        let sorted: BTreeMap<u64, u64> = self.0.iter().map(|(key, datum)| (*key, *datum)).collect();
        sorted.into_iter().flat_map(|(key, datum)| key.to_be_bytes().into_iter().chain(datum.to_be_bytes())).collect()
    }

    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    fn of(&self, key: &Key) -> Option<u64> {
        self.0.get(&number_of_key(key)).copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As before.
    pub fn keep(&mut self, key: &Key, before: &Self) {
        let number = number_of_key(key);
        self.0.extend(before.0.get(&number).map(|last| (number, *last)));
    }

    /// Both sides hold the same of this row now.
    pub fn note(&mut self, key: &Key, datum: Option<&Datum>) {
        match datum {
            Some(datum) => self.0.insert(number_of_key(key), number(datum)),
            None => self.0.remove(&number_of_key(key)),
        };
    }
}

fn number_of_key(key: &Key) -> u64 {
    mark(key.iter().map(String::as_str))
}

fn number(datum: &Datum) -> u64 {
    mark([datum.value.as_str(), &datum.comment, if datum.followup { "1" } else { "" }])
}

/// 64 bits of what these texts say together.
pub(crate) fn mark<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    let digest = context.finish();
    digest.as_ref().first_chunk::<8>().map_or(0, |first| u64::from_be_bytes(*first))
}

impl Judge {
    /// `source`: a row that was deleted there says so.
    pub fn deed(self, key: &Key, source: Option<&Datum>, target: Option<&Datum>, known: &Known) -> Deed {
        let (live, was_deleted) = (source.filter(|row| !row.deleted), source.is_some_and(|row| row.deleted));
        let known = match self.direction {
            Direction::One => None,
            Direction::Both => known.of(key),
        };
        match (live, target) {
            (Some(source), Some(target)) if source == target => Deed::Equal,
            (None, None) => Deed::Equal,
            (Some(source), Some(target)) => match known {
                Some(last) if last == number(target) => Deed::Write,
                Some(last) if last == number(source) => Deed::Keep,
                _ => self.contested(Deed::Write),
            },
            (Some(source), None) => match known {
                None => Deed::Write,
                // Deleted there since.
                Some(last) if last == number(source) => Deed::Keep,
                Some(_) => self.contested(Deed::Write),
            },
            (None, Some(_)) if !was_deleted => Deed::Keep,
            (None, Some(target)) => match (known, self.direction) {
                (None, Direction::One) => self.contested(Deed::Delete),
                // Entered there after it was deleted on both.
                (None, Direction::Both) => Deed::Keep,
                (Some(last), _) if last == number(target) => Deed::Delete,
                (Some(_), _) => self.contested(Deed::Delete),
            },
        }
    }

    fn contested(self, deed: Deed) -> Deed {
        match self.policy {
            Policy::Source => deed,
            Policy::Target => Deed::Keep,
            Policy::Stop => Deed::Conflict,
        }
    }

    /// Every row that is not equal, with what it comes to.
    pub fn judge<'a>(self, source: &'a Rows, target: &'a Rows, known: &Known) -> impl Iterator<Item = (&'a Key, Deed)> {
        let only_there = target.keys().filter(|key| !source.contains_key(*key));
        // What only the target has was not deleted: it stays, whoever entered it.
        let kept = only_there.map(|key| (key, Deed::Keep));
        let judged: Vec<(&Key, Deed)> = source
            .iter()
            .map(|(key, row)| (key, self.deed(key, Some(row), target.get(key), known)))
            .chain(kept)
            .collect();
        judged.into_iter().filter(|(_, deed)| *deed != Deed::Equal)
    }

    /// Keys of the rows that are to be written or deleted.
    pub fn to_write<'a>(self, source: &'a Rows, target: &'a Rows, known: &Known) -> Vec<&'a Key> {
        let writes = self.judge(source, target, known).filter(|(_, deed)| matches!(deed, Deed::Write | Deed::Delete));
        writes.map(|(key, _)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: &str) -> Datum {
        let deleted = value.is_empty();
        Datum { value: value.to_owned(), comment: String::new(), followup: false, deleted }
    }

    #[test]
    fn who_changed_since_both_were_equal_decides() {
        use {Deed::*, Direction::*, Policy::*};
        let key: Key = ["e", "2026", "u", "c", "a"].map(str::to_owned);
        // An empty source was deleted.
        let cases = [
            (Some("1"), None, None, Source, One, Write),
            (Some("1"), Some("1"), None, Stop, One, Equal),
            (Some("1"), Some("2"), None, Source, One, Write),
            (Some("1"), Some("2"), None, Target, One, Keep),
            (Some("1"), Some("2"), None, Stop, One, Conflict),
            (None, Some("1"), None, Source, One, Keep),
            (Some(""), Some("1"), None, Source, One, Delete),
            (Some(""), Some("1"), None, Target, One, Keep),
            (Some(""), None, None, Source, One, Equal),
            (Some("2"), Some("1"), Some("1"), Stop, Both, Write),
            (Some("1"), Some("2"), Some("1"), Source, Both, Keep),
            (Some("3"), Some("2"), Some("1"), Stop, Both, Conflict),
            (Some("3"), Some("2"), Some("1"), Source, Both, Write),
            (Some("1"), None, Some("1"), Source, Both, Keep),
            (Some("2"), None, Some("1"), Stop, Both, Conflict),
            (Some("2"), None, None, Stop, Both, Write),
            (Some(""), Some("1"), Some("1"), Stop, Both, Delete),
            (Some(""), Some("2"), Some("1"), Stop, Both, Conflict),
            (Some(""), Some("2"), None, Source, Both, Keep),
        ];
        for (source, target, last, policy, direction, expected) in cases {
            let mut known = Known::default();
            known.note(&key, last.map(row).as_ref());
            let known = Known::read(&known.bytes());
            let judge = Judge { policy, direction };
            let deed = judge.deed(&key, source.map(row).as_ref(), target.map(row).as_ref(), &known);
            assert_eq!(deed, expected, "{source:?} {target:?} {last:?} {policy:?} {direction:?}");
        }
    }
}
