//! A place in a text, from which parsers take one piece after the other.

use crate::{level, timestamps, timestamps::Stamp};
use model::Level;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text }
    }

    pub(crate) fn rest(&self) -> &'a str {
        self.text
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().first().copied()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.text.is_empty()
    }

    /// Passes over `wanted`, which must stand here.
    pub(crate) fn eat(&mut self, wanted: &str) -> Option<()> {
        self.text = self.text.strip_prefix(wanted)?;
        Some(())
    }

    pub(crate) fn spaces(&mut self) {
        self.text = self.text.trim_start_matches([' ', '\t']);
    }

    /// At least one space.
    pub(crate) fn gap(&mut self) -> Option<()> {
        let before = self.text.len();
        self.spaces();
        (self.text.len() < before).then_some(())
    }

    /// What stands before the next `end`, and passes over both.
    pub(crate) fn until(&mut self, end: &str) -> Option<&'a str> {
        let at = memchr::memmem::find(self.text.as_bytes(), end.as_bytes())?;
        let (before, after) = self.text.split_at(at);
        self.text = &after[end.len()..];
        Some(before)
    }

    /// As [`Self::until`], where `end` is one ASCII byte: for the busiest formats.
    pub(crate) fn until_byte(&mut self, end: u8) -> Option<&'a str> {
        debug_assert!(end.is_ascii(), "a text is cut between characters only");
        let at = memchr::memchr(end, self.text.as_bytes())?;
        let (before, after) = self.text.split_at(at);
        self.text = &after[1..];
        Some(before)
    }

    /// The longest beginning made of `wanted` bytes, which must be ASCII.
    pub(crate) fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let bytes = self.text.as_bytes();
        let end = bytes.iter().position(|byte| !byte.is_ascii() || !wanted(*byte)).unwrap_or(bytes.len());
        let (taken, rest) = self.text.split_at(end);
        self.text = rest;
        taken
    }

    pub(crate) fn digits(&mut self) -> Option<&'a str> {
        let digits = self.take(|byte| byte.is_ascii_digit());
        (!digits.is_empty()).then_some(digits)
    }

    /// A word that ends before a space or the end of the text, and the spaces behind it.
    pub(crate) fn word(&mut self) -> Option<&'a str> {
        let end = memchr::memchr2(b' ', b'\t', self.text.as_bytes()).unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        self.spaces();
        (!word.is_empty()).then_some(word)
    }

    /// A name of letters, digits and `_-.$:/`, not empty.
    pub(crate) fn name(&mut self) -> Option<&'a str> {
        let name = self.take(|byte| byte.is_ascii_alphanumeric() || b"_-.$:/".contains(&byte));
        (!name.is_empty()).then_some(name)
    }

    /// A word that names a level, in letters of any alphabet.
    pub(crate) fn level(&mut self) -> Option<Level> {
        let mut next = *self;
        let word = next.take(|byte| byte.is_ascii_alphanumeric());
        // Nearly every word is done here.
        let is_accented = next.peek().is_some_and(|byte| !byte.is_ascii());
        let level = is_accented.then(|| next.accented_level(self.text)).flatten().or_else(|| level::named(word))?;
        *self = next;
        Some(level)
    }

    /// The level that the word names at the beginning of `text`, of which the letters before the first with an accent are passed
    /// over already.
    fn accented_level(&mut self, text: &str) -> Option<Level> {
        let rest = self.text.trim_start_matches(char::is_alphanumeric);
        let level = level::named(&text[..text.len() - rest.len()])?;
        self.text = rest;
        Some(level)
    }

    pub(crate) fn stamp(&mut self) -> Option<Stamp> {
        let (stamp, length) = timestamps::read(self.text)?;
        self.text = &self.text[length..];
        Some(stamp)
    }

    /// A time of day alone.
    pub(crate) fn clock(&mut self) -> Option<Stamp> {
        let (stamp, length) = timestamps::read_clock(self.text)?;
        self.text = &self.text[length..];
        Some(stamp)
    }

    /// `[…]` on this line, without its brackets.
    pub(crate) fn bracketed(&mut self) -> Option<&'a str> {
        self.eat("[")?;
        self.until_byte(b']')
    }

    /// `"…"`, without its quotes and with its escapes as they are.
    pub(crate) fn quoted(&mut self) -> Option<&'a str> {
        self.eat("\"")?;
        let bytes = self.text.as_bytes();
        let mut at = 0;
        loop {
            at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
            if bytes[at] == b'"' {
                break;
            }
            at += 2;
        }
        let quoted = &self.text[..at];
        self.text = &self.text[at + 1..];
        Some(quoted)
    }
}

/// The value of an all-digits text.
pub(crate) fn number<T: std::str::FromStr>(digits: &str) -> Option<T> {
    digits.parse().ok()
}
