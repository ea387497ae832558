//! Looking for text in text, letters of either case alike.
//!
//! A text is folded once into a buffer and searched with `memchr::memmem`.

use crate::fold::fold;
use memchr::memmem;

/// Replaces `folded` by `text` with its capitals made small: A–Z, À–Þ, Œ and Ÿ.
pub(super) fn fold_into(text: &[u8], folded: &mut Vec<u8>) {
    folded.clear();
    folded.extend_from_slice(text);
    fold(folded);
}

/// Whether `c` belongs to a word.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether `text` ends within a word: with a letter, a digit or `_`.
pub(super) fn ends_in_word(text: &[u8]) -> bool {
    match text.last() {
        None => false,
        Some(last) if last.is_ascii() => is_word(char::from(*last)),
        Some(_) => {
            let start = text.len() - text.iter().rev().take_while(|byte| (0x80..0xC0).contains(*byte)).take(3).count();
            let letter = start.checked_sub(1).map(|start| &text[start..]);
            letter.and_then(|letter| std::str::from_utf8(letter).ok()).is_some_and(|letter| letter.ends_with(is_word))
        }
    }
}

/// Whether `text` begins within a word.
pub(super) fn begins_in_word(text: &[u8]) -> bool {
    let Some(&first) = text.first() else { return false };
    let length = match first {
        0..0x80 => return is_word(char::from(first)),
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
        _ => return false,
    };
    let letter = text.get(..length).and_then(|letter| std::str::from_utf8(letter).ok());
    letter.is_some_and(|letter| letter.starts_with(is_word))
}

/// How a text that is looked for may be continued on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// By anything.
    Open,
    /// By nothing that belongs to a word.
    Word,
}

/// A folded text that is looked for in folded texts.
#[derive(Clone, Debug)]
pub(super) struct Finder {
    finder: memmem::Finder<'static>,
    pub(super) start: Edge,
    pub(super) end: Edge,
}

impl Finder {
    /// Where an edge is [`Edge::Word`] but `text` has no word there, it is open after all.
    pub(super) fn new(text: &str, start: Edge, end: Edge) -> Self {
        let mut folded = text.as_bytes().to_vec();
        fold(&mut folded);
        Self {
            start: if begins_in_word(&folded) { start } else { Edge::Open },
            end: if ends_in_word(&folded) { end } else { Edge::Open },
            finder: memmem::Finder::new(&folded).into_owned(),
        }
    }

    /// An open one.
    pub(super) fn of_folded(finder: memmem::Finder<'static>) -> Self {
        Self { finder, start: Edge::Open, end: Edge::Open }
    }

    pub(super) fn needle(&self) -> &[u8] {
        self.finder.needle()
    }

    /// Whether a folded text holds it.
    pub(super) fn is_in(&self, folded: &[u8]) -> bool {
        self.find(folded, 0).is_some()
    }

    /// The first place at or behind `from` where it stands between its edges.
    pub(super) fn find(&self, folded: &[u8], mut from: usize) -> Option<usize> {
        while let Some(found) = self.finder.find(folded.get(from..)?) {
            let at = from + found;
            if self.fits(folded, at) {
                return Some(at);
            }
            from = at + 1;
        }
        None
    }

    /// The first place at or behind `from` where it stands, whatever its edges.
    pub(super) fn find_anyhow(&self, folded: &[u8], from: usize) -> Option<usize> {
        self.finder.find(folded.get(from..)?).map(|at| from + at)
    }

    /// Whether a text that is not folded holds it just there, between its edges.
    pub(super) fn stands_at(&self, text: &[u8], at: usize) -> bool {
        let needle = self.needle();
        let Some(found) = at.checked_add(needle.len()).and_then(|end| text.get(at..end)) else { return false };
        let alike = found.eq_ignore_ascii_case(needle)
            || !needle.is_ascii() && {
                let mut folded = found.to_vec();
                fold(&mut folded);
                folded == needle
            };
        // A letter's case does not decide whether it is one.
        alike && self.fits(text, at)
    }

    fn fits(&self, folded: &[u8], at: usize) -> bool {
        let end = at + self.needle().len();
        (self.start == Edge::Open || !ends_in_word(&folded[..at]))
            && (self.end == Edge::Open || !begins_in_word(&folded[end..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_end_where_letters_end() {
        let word = |needle, text: &str| {
            let mut folded = text.as_bytes().to_vec();
            fold(&mut folded);
            Finder::new(needle, Edge::Word, Edge::Word).is_in(&folded)
        };
        for (needle, text) in [
            ("error", "An ERROR."),
            ("durée", "(DURÉE: 3)"),
            ("erreur", "l’erreur «erreur»"),
            ("œuvre", "ŒUVRE"),
            ("a a", "ba a a"),
            ("=>", "x=>y"),
            ("10.0.0.1", "[10.0.0.1]:25"),
            ("été", "été"),
        ] {
            assert!(word(needle, text), "{needle} in {text}");
        }
        for (needle, text) in [
            ("error", "errors"),
            ("error", "my_error"),
            ("t", "été"),
            ("é", "été"),
            ("10.0.0.1", "10.0.0.12"),
            ("e", "é"),
        ] {
            assert!(!word(needle, text), "{needle} not in {text}");
        }
        assert!(!Finder::new("error", Edge::Word, Edge::Open).is_in(b"my_error"));
        assert!(Finder::new("error", Edge::Open, Edge::Word).is_in(b"my_error"));
    }

    #[test]
    fn what_is_no_text_stays_as_it_is() {
        let mut bytes = *b"\xC3A\xC5\xFF\x80\xC3";
        fold(&mut bytes);
        assert_eq!(&bytes, b"\xC3a\xC5\xFF\x80\xC3");
        assert!(!ends_in_word(b"\x80\x80\x80\x80") && !begins_in_word(b"\xC3") && !ends_in_word(b"\xC3"));
    }

    proptest! {
        #[test]
        fn folding_french_is_lower_case(text in "[ -~À-ÿŒœŸ]{0,20}") {
            let mut folded = text.as_bytes().to_vec();
            fold(&mut folded);
            prop_assert_eq!(String::from_utf8(folded).unwrap(), text.to_lowercase());
        }
    }
}
