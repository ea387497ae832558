//! Where in a template a text could stand: in its fixed text, surely; in its slots, as far as their types allow.
//!
//! A slot is taken for any run of the bytes that its values are made of. What this rules out is ruled out for each row
//! of the template, without reading one.

use super::super::text::{Edge, Finder};
use crate::segment::{Outline, Piece};
use memchr::memmem;
use std::ops::{Range, RangeInclusive};

/// Bytes of what is looked for that are followed over slots: a bit each. Of a longer text the first ones tell.
const FOLLOWED_MAX: usize = 127;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::query) enum Reach {
    Nowhere,
    /// In the fixed text of every row.
    Everywhere,
    /// At most between these parts; each range begins and ends with a part that a match may begin and end in.
    Between(Vec<RangeInclusive<usize>>),
}

/// Where `finder` may find its text in a template.
pub(in crate::query) fn reach(outline: &Outline, finder: &Finder) -> Reach {
    let pieces = &outline.pieces;
    if outline.is_torn {
        return Reach::Between(vec![0..=pieces.len() - 1]);
    }
    let may_be_fixed = finder.find_anyhow(&outline.texts, 0).is_some();
    let followed = &finder.needle()[..finder.needle().len().min(FOLLOWED_MAX)];
    let is_cut = followed.len() < finder.needle().len();
    let mut ranges: Vec<RangeInclusive<usize>> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        if let Piece::Text(text) = piece
            && may_be_fixed
        {
            match fixed(index == 0, index + 1 == pieces.len(), &outline.texts[text.clone()], finder) {
                Fixed::Surely => return Reach::Everywhere,
                Fixed::Perhaps => ranges.push(index..=index),
                Fixed::No => {}
            }
        }
        if let Some(end) = from(outline, index, followed, is_cut) {
            let end = if is_cut { pieces.len() - 1 } else { end };
            ranges.push(index..=end);
        }
    }
    if ranges.is_empty() { Reach::Nowhere } else { Reach::Between(joined(ranges)) }
}

enum Fixed {
    No,
    /// A slot beside it decides whether a word ends there.
    Perhaps,
    Surely,
}

/// A match within one fixed text, which may be the template's `first` and `last` part.
fn fixed(first: bool, last: bool, text: &[u8], finder: &Finder) -> Fixed {
    let (mut at, mut found) = (0, Fixed::No);
    while let Some(start) = finder.find(text, at) {
        let end = start + finder.needle().len();
        let start_is_sure = start > 0 || first || finder.start == Edge::Open;
        let end_is_sure = end < text.len() || last || finder.end == Edge::Open;
        if start_is_sure && end_is_sure {
            return Fixed::Surely;
        }
        found = Fixed::Perhaps;
        at = start + 1;
    }
    found
}

/// The last part in which a match that begins in part `start`, and does not lie in one fixed text, may end. Of a text that is
/// longer than `needle`, its beginning, that is the last part in which the beginning may end.
fn from(outline: &Outline, start: usize, needle: &[u8], is_cut: bool) -> Option<usize> {
    let text = |range: &Range<usize>| &outline.texts[range.clone()];
    let pieces = &outline.pieces;
    let mut furthest = None;
    // Bit `n`: the first `n` bytes may stand at the end of what was walked so far.
    let mut open: u128 = 0;
    let whole: u128 = 1 << needle.len();
    // The other bytes of a longer text are not followed.
    if let Piece::Text(range) = &pieces[start]
        && is_cut
        && memmem::find(text(range), needle).is_some()
    {
        furthest = Some(start);
    }
    match &pieces[start] {
        Piece::Text(range) if text(range).last().is_none_or(|last| !needle.contains(last)) => {}
        Piece::Text(range) => {
            for length in 1..needle.len().min(range.len() + 1) {
                open |= u128::from(text(range).ends_with(&needle[..length])) << length;
            }
        }
        slot @ Piece::Slot { .. } => {
            let run = slot.run(needle);
            open = lengths(1, run);
            if run == needle.len() {
                furthest = Some(start);
            }
        }
    }
    open &= !whole;
    for (index, piece) in pieces.iter().enumerate().skip(start + 1) {
        let (mut before, mut next) = (open, 0);
        while before != 0 {
            let length = before.trailing_zeros() as usize;
            before &= before - 1;
            let rest = &needle[length..];
            match piece {
                Piece::Text(range) if text(range).starts_with(rest) => next |= whole,
                Piece::Text(range) if rest.starts_with(text(range)) => next |= 1 << (length + range.len()),
                Piece::Text(_) => {}
                slot @ Piece::Slot { .. } => next |= lengths(length, length + slot.run(rest)),
            }
        }
        if next & whole != 0 {
            furthest = Some(index);
        }
        open = next & !whole;
        if open == 0 {
            break;
        }
    }
    furthest
}

/// Bits `from` to `to`, both set; none when `to` is less.
fn lengths(from: usize, to: usize) -> u128 {
    if to < from { 0 } else { (u128::MAX >> (127 - (to - from))) << from }
}

/// Ranges that overlap become one.
fn joined(mut ranges: Vec<RangeInclusive<usize>>) -> Vec<RangeInclusive<usize>> {
    ranges.sort_unstable_by_key(|range| *range.start());
    let mut joined: Vec<RangeInclusive<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start() <= last.end() => *last = *last.start()..=*last.end().max(range.end()),
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::ByteSet;
    use proptest::prelude::*;

    fn outline(parts: &[&str]) -> Outline {
        let mut outline = Outline::default();
        for part in parts {
            match *part {
                "#" => outline.slot(ByteSet::of(b"0123456789"), None),
                "@" => outline.slot(ByteSet::of(b"0123456789abcdef"), None),
                "?" => outline.slot(ByteSet::ALL, None),
                text => outline.text(text.as_bytes()),
            }
        }
        outline
    }

    fn reach_of(parts: &[&str], finder: &Finder) -> Reach {
        reach(&outline(parts), finder)
    }

    #[test]
    fn types_tell_where_a_text_can_stand() {
        let access = ["get /invoices/", "#", " http/1.1 ", "#", " id=", "@"];
        let substring = |needle| reach_of(&access, &Finder::new(needle, Edge::Open, Edge::Open));
        let word = |needle| reach_of(&access, &Finder::new(needle, Edge::Word, Edge::Word));
        assert_eq!(substring("invoices"), Reach::Everywhere);
        assert_eq!(substring("timeout"), Reach::Nowhere);
        assert_eq!(substring("42"), Reach::Between(vec![1..=1, 3..=3, 5..=5]));
        assert_eq!(substring("beef"), Reach::Between(vec![5..=5]));
        assert_eq!(substring("invoices/42 http"), Reach::Between(vec![0..=2]));
        assert_eq!(substring("/4x"), Reach::Nowhere);
        assert_eq!(word("get"), Reach::Everywhere);
        assert_eq!(word("invoice"), Reach::Nowhere);
        assert_eq!(word("http/1"), Reach::Everywhere);
        assert_eq!(reach_of(&["pid", "#"], &Finder::new("pid", Edge::Word, Edge::Word)), Reach::Between(vec![0..=0]));
        assert_eq!(
            reach_of(&["a", "?", "b"], &Finder::new("xyz", Edge::Open, Edge::Open)),
            Reach::Between(vec![1..=1])
        );
    }

    #[test]
    fn of_parts_of_letters_nothing_is_ruled_out() {
        let (mut torn, mut whole) = (Outline::default(), Outline::default());
        torn.text(b"caf\xC3");
        torn.slot(ByteSet::of(b"0"), None);
        torn.text(b" end");
        whole.text("café".as_bytes());
        whole.slot(ByteSet::of(b"0"), None);
        whole.text(b" end");
        for needle in ["café", "xyz", "end"] {
            let finder = Finder::new(needle, Edge::Word, Edge::Word);
            assert_eq!(reach(&torn, &finder), Reach::Between(vec![0..=2]), "{needle}");
        }
        assert_eq!(reach(&whole, &Finder::new("xyz", Edge::Word, Edge::Word)), Reach::Nowhere);
        assert_eq!(reach(&whole, &Finder::new("end", Edge::Word, Edge::Word)), Reach::Everywhere);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// Against rows made of the template: what is ruled out does not match, what is sure does, and a match lies
        /// within the ranges.
        #[test]
        fn what_it_says_is_so(
            parts in prop::collection::vec(prop_oneof!["[ab1 ]{1,3}", Just("#".to_owned()), Just("?".to_owned())], 1..5),
            values in prop::collection::vec(("[ab1 ]{0,3}", "[01]{0,3}"), 5),
            needle in "[ab1 ]{1,4}",
            start in any::<bool>(),
            end in any::<bool>(),
        ) {
            let edge = |open| if open { Edge::Open } else { Edge::Word };
            let finder = Finder::new(&needle, edge(start), edge(end));
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let texts: Vec<&str> = parts.iter().zip(&values).map(|(part, (any, digits))| match *part {
                "#" => digits.as_str(),
                "?" => any.as_str(),
                text => text,
            }).collect();
            let row = texts.concat();
            match reach_of(&parts, &finder) {
                Reach::Nowhere => prop_assert!(!finder.is_in(row.as_bytes()), "{row}"),
                Reach::Everywhere => prop_assert!(finder.is_in(row.as_bytes()), "{row}"),
                Reach::Between(ranges) => {
                    let Some(at) = finder.find(row.as_bytes(), 0) else { return Ok(()) };
                    let starts: Vec<usize> = (0..=texts.len()).map(|index| texts[..index].concat().len()).collect();
                    let within = |range: &RangeInclusive<usize>| {
                        starts[*range.start()] <= at && at + needle.len() <= starts[range.end() + 1]
                    };
                    prop_assert!(ranges.iter().any(within), "{row} at {at}: {ranges:?}");
                }
            }
        }
    }
}
