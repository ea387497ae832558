//! Masks what must not be kept: secrets in what is logged, before it is written or stored.
//!
//! Without being asked: values of keys and options that name a secret (`password=`, `"token": `, `--password x`), credentials
//! in `Authorization` headers, in URLs, in `AUTH PLAIN` and behind `AUTH LOGIN`, this program's own tokens and links, hooks
//! into channels, JSON web tokens, keys of well-known services, private keys, card numbers and IBANs whose check
//! digits are right. E-mail addresses and patterns of one's own only where the [`Config`] asks for them.
//!
//! Works on bytes, in time linear in their number. What has been masked stays the same when masked again, short of texts
//! made to defeat that. A text without secrets is not copied.

mod config;
mod named;
mod shapes;
#[cfg(test)]
mod tests;

pub use config::{Config, ConfigError, Rule};

use named::Keys;
use std::{borrow::Cow, sync::LazyLock};

/// Times a text is gone over. Ordinary lines need one and the look that finds nothing more.
const ROUNDS_MAX: usize = 5;

/// What stands for a secret.
const MASK: &str = "***";

/// `line` with its secrets replaced by `***`, by the rules that need no asking; borrowed when it holds none.
pub fn scrub(line: &str) -> Cow<'_, str> {
    static USUAL: LazyLock<Scrubber> = LazyLock::new(Scrubber::default);
    match USUAL.scrub(line.as_bytes(), &mut Counts::default()) {
        Cow::Borrowed(_) => Cow::Borrowed(line),
        // Cut beside ASCII only, so that it is still UTF-8.
        Cow::Owned(clean) => Cow::Owned(String::from_utf8_lossy(&clean).into_owned()),
    }
}

/// Masks by one set of rules.
#[derive(Clone, Debug)]
pub struct Scrubber {
    on: [bool; Rule::ALL.len()],
    keys: Keys,
    patterns: Vec<regex::bytes::Regex>,
}

/// How many secrets each rule has masked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Rule::ALL.len()]);

impl Counts {
    pub fn of(&self, rule: Rule) -> u64 {
        self.0[rule as usize]
    }

    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// What was masked since `before`, an earlier state of the same counts.
    #[must_use]
    pub fn since(mut self, before: Self) -> Self {
        self.0.iter_mut().zip(before.0).for_each(|(count, before)| *count = count.saturating_sub(before));
        self
    }

    pub fn add(&mut self, more: Self) {
        self.0.iter_mut().zip(more.0).for_each(|(count, more)| *count += more);
    }
}

/// A secret in a text.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
    mask: &'static str,
    rule: Rule,
}

impl Default for Scrubber {
    fn default() -> Self {
        Self { on: Rule::ALL.map(Rule::is_usual), keys: Keys::new(&[]), patterns: Vec::new() }
    }
}

impl Scrubber {
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let on =
            Rule::ALL.map(|rule| (rule.is_usual() || config.also.contains(&rule)) && !config.except.contains(&rule));
        Ok(Self { on, keys: Keys::new(&config.keys), patterns: config.compiled()? })
    }

    /// `text` with its secrets masked, each counted; borrowed when it holds none.
    pub fn scrub<'a>(&self, text: &'a [u8], counts: &mut Counts) -> Cow<'a, [u8]> {
        let Some(mut clean) = self.round(text, counts) else { return Cow::Borrowed(text) };
        // Where one secret stood beside another, masking the first may show the second.
        for _ in 1..ROUNDS_MAX {
            let Some(cleaner) = self.round(&clean, counts) else { break };
            clean = cleaner;
        }
        Cow::Owned(clean)
    }

    /// `text` once over; `None` where there is nothing to mask.
    fn round(&self, text: &[u8], counts: &mut Counts) -> Option<Vec<u8>> {
        let is_object = named::is_object(text);
        let mut spans = Vec::new();
        self.find_named(text, is_object, &mut spans);
        self.find_shaped(text, &mut spans);
        for found in self.patterns.iter().flat_map(|pattern| pattern.find_iter(text)).filter(|found| !found.is_empty())
        {
            spans.push(Span { start: found.start(), end: found.end(), mask: MASK, rule: Rule::Pattern });
        }
        if is_object {
            // A line of JSON stays one: no secret goes on over the end of its text.
            spans.iter_mut().for_each(|span| span.end = named::end_within(text, span.start, span.end));
            spans.retain(|span| span.start < span.end);
        }
        // What is masked already is no longer secret.
        spans.retain(|span| text[span.start..span.end] != *MASK.as_bytes());
        (!spans.is_empty()).then(|| masked(text, spans, counts))
    }

    fn find_named(&self, text: &[u8], is_object: bool, spans: &mut Vec<Span>) {
        // Looked for where it matters.
        let mut has_options = None;
        // All before it is masked.
        let mut done = 0;
        for at in memchr::memchr3_iter(b'=', b':', b' ', text) {
            if at < done {
                continue;
            }
            let (rule, secret) = match text[at] {
                b' ' => match named::after_scheme(text, at).or_else(|| named::after_plain(text, at)) {
                    None if *has_options.get_or_insert_with(|| memchr::memmem::find(text, b"--").is_some()) => (
                        Rule::Key,
                        named::after_option(text, at, &self.keys).or_else(|| named::after_is(text, at, &self.keys)),
                    ),
                    None => (Rule::Key, named::after_is(text, at, &self.keys)),
                    secret => (Rule::Header, secret),
                },
                b':' if text[at + 1..].starts_with(b"//") => (Rule::Url, named::in_url(text, at + 3)),
                _ => (Rule::Key, named::after_key(text, at, &self.keys)),
            };
            let is_there = |(start, end, _): &named::Secret| {
                end > start && *start >= done && !(is_object && named::is_closed(text, at, *start))
            };
            let Some((start, end, mask)) = secret.filter(is_there) else { continue };
            if self.on[rule as usize] {
                spans.push(Span { start, end, mask, rule });
                done = end;
            }
        }
    }

    fn find_shaped(&self, text: &[u8], spans: &mut Vec<Span>) {
        let mut found = |start: usize, end: usize, rule: Rule| {
            if self.on[rule as usize] {
                spans.push(Span { start, end, mask: MASK, rule });
            }
        };
        shapes::tokens(text, &mut found);
        shapes::numbers(text, &mut found);
        if self.on[Rule::Email as usize] {
            shapes::addresses(text, &mut found);
        }
    }
}

/// `text` with `spans` masked; those that touch the same bytes count once, and cover what either covers.
fn masked(text: &[u8], mut spans: Vec<Span>, counts: &mut Counts) -> Vec<u8> {
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut clean = Vec::with_capacity(text.len());
    let mut done = 0;
    let mut spans = spans.into_iter().peekable();
    while let Some(span) = spans.next() {
        let mut end = span.end;
        while let Some(next) = spans.next_if(|next| next.start < end) {
            // What follows would be taken for the rest of a key's value the next time.
            end = named::value_end(text, end.max(next.end));
        }
        clean.extend_from_slice(&text[done..span.start]);
        clean.extend_from_slice(span.mask.as_bytes());
        counts.0[span.rule as usize] += 1;
        done = end;
    }
    clean.extend_from_slice(&text[done..]);
    clean
}
