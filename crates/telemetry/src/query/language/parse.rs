//! From text to a query, whatever the text: what is broken is told, and searched as plain words.

use super::{
    Case, Comparison, DEPTH_MAX, FieldTest, Filter, LEVELS, Moment, Number, PROBLEMS_MAX, Pattern, Query, RegexText,
    TERMS_MAX, TEXT_MAX, TimeTest, pipes,
    problem::{Fault, Problem},
    scan::{Scanner, canonical, ends_term},
};
use model::Level;
use std::ops::Range;

/// Reads what a person typed. The query can always be run; each problem says which part of the text is not in it as
/// it was meant.
pub fn parse(text: &str) -> (Query, Vec<Problem>) {
    let mut parser = Parser::new(text);
    let mut filter = parser.alternatives();
    let mut steps = Vec::new();
    while parser.scan.take("|") {
        match pipes::parse(&mut parser, steps.len()) {
            pipes::Step::Pipe(pipe) => steps.push(pipe),
            pipes::Step::Broken => {}
            pipes::Step::Words(words) => filter = and(filter, words),
        }
    }
    (Query { filter, pipes: steps }, parser.problems)
}

pub(super) struct Parser<'a> {
    pub(super) scan: Scanner<'a>,
    pub(super) problems: Vec<Problem>,
    terms: usize,
    depth: usize,
    /// The field whose values stand in the brackets: `status:(404 OR 500)`.
    field: Option<Name>,
}

/// A field's name, and whether it was quoted: then it is none of those that mean more.
#[derive(Clone)]
struct Name {
    text: String,
    is_quoted: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let end = (0..=text.len().min(TEXT_MAX)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let scan = Scanner { text: &text[..end], at: 0 };
        let mut parser = Self { scan, problems: Vec::new(), terms: 0, depth: 0, field: None };
        if end < text.len() {
            parser.problems.push(Problem { at: end..text.len(), fault: Fault::TooLong });
        }
        parser
    }

    /// Beyond [`PROBLEMS_MAX`] nobody reads them.
    pub(super) fn tell(&mut self, at: Range<usize>, fault: Fault) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { at, fault });
        }
    }

    /// `a b OR c`, up to a pipe, a closing bracket or the end.
    fn alternatives(&mut self) -> Filter {
        let mut parts = Vec::new();
        loop {
            let before = self.scan.at;
            if let Some(part) = self.conjunction() {
                parts.push(part);
            }
            let or_at = self.scan.at;
            if self.scan.take_keyword("OR") {
                if before == or_at || parts.is_empty() {
                    self.tell(or_at..self.scan.at, Fault::NothingBefore("OR".into()));
                }
                if self.at_end_of_group() {
                    self.tell(or_at..or_at + 2, Fault::NothingBehind("OR".into()));
                }
            } else if self.depth > 0 && self.scan.peek() == Some('|') {
                self.tell(or_at..or_at + 1, Fault::PipeInBrackets);
                self.scan.bump();
            } else {
                break;
            }
        }
        flatten(parts, false)
    }

    /// `a b AND -c`; none where nothing stands.
    fn conjunction(&mut self) -> Option<Filter> {
        let mut parts = Vec::new();
        loop {
            self.scan.skip_space();
            let at = self.scan.at;
            if self.scan.take_keyword("AND") {
                if parts.is_empty() {
                    self.tell(at..at + 3, Fault::NothingBefore("AND".into()));
                } else if self.at_end_of_group() {
                    self.tell(at..at + 3, Fault::NothingBehind("AND".into()));
                }
                continue;
            }
            if self.depth == 0 && self.scan.take(")") {
                self.tell(at..at + 1, Fault::BracketStray);
                continue;
            }
            if self.at_end_of_group() || self.next_is_or() {
                break;
            }
            if self.terms >= TERMS_MAX {
                self.tell(at..self.scan.text.len(), Fault::TooManyTerms);
                self.scan.at = self.scan.text.len();
                break;
            }
            parts.extend(self.unary());
        }
        (!parts.is_empty()).then(|| flatten(parts, true))
    }

    fn at_end_of_group(&mut self) -> bool {
        self.scan.skip_space();
        self.scan.peek().is_none_or(|c| c == ')' || c == '|')
    }

    fn next_is_or(&self) -> bool {
        let mut ahead = self.scan;
        ahead.take_keyword("OR")
    }

    /// `-a`, `NOT a`, `(…)` or a term; none for what is told as broken and holds no word.
    fn unary(&mut self) -> Option<Filter> {
        let at = self.scan.at;
        let not = if self.scan.take_keyword("NOT") {
            Some("NOT")
        } else {
            let mut ahead = self.scan;
            let sign = if ahead.take("-") { Some("-") } else { ahead.take("!").then_some("!") };
            let followed = ahead.peek().is_some_and(|c| !ends_term(c) && c != '-' && c != '!' && c != '>');
            sign.filter(|_| followed).inspect(|_| self.scan = ahead)
        };
        if let Some(word) = not {
            if self.at_end_of_group() || self.next_is_or() {
                self.tell(at..at + word.len(), Fault::NothingBehind(word.into()));
                return None;
            }
            return self.deeper(at, |parser| parser.unary().map(negated));
        }
        if self.scan.peek() == Some('(') {
            return self.deeper(at, Self::group);
        }
        self.terms += 1;
        self.term()
    }

    fn deeper(&mut self, at: usize, inner: impl FnOnce(&mut Self) -> Option<Filter>) -> Option<Filter> {
        if self.depth >= DEPTH_MAX {
            self.tell(at..self.scan.text.len(), Fault::TooDeep);
            self.scan.at = self.scan.text.len();
            return None;
        }
        self.depth += 1;
        let filter = inner(self);
        self.depth -= 1;
        filter
    }

    /// `( a OR b )`. Empty brackets hold nothing, which is told: whoever fills them in has filled in nothing.
    fn group(&mut self) -> Option<Filter> {
        let at = self.scan.at;
        self.scan.bump();
        let before = self.problems.len();
        let empty = self.at_end_of_group();
        let inner = self.alternatives();
        self.scan.skip_space();
        if !self.scan.take(")") && self.problems.len() == before {
            self.tell(at..at + 1, Fault::BracketOpen);
        }
        if empty && self.problems.len() == before {
            self.tell(at..self.scan.at, Fault::BracketEmpty);
        }
        (!empty).then_some(inner)
    }

    /// A condition on a field, or on the message.
    fn term(&mut self) -> Option<Filter> {
        let start = self.scan;
        if let Some(name) = self.field.clone() {
            return self.value(start.at, &name);
        }
        if self.scan.take("*:") {
            return self.pattern().map(|pattern| pattern.map_or(Filter::Everything, Filter::Anywhere));
        }
        if let Some(filter) = self.field() {
            return filter;
        }
        self.scan = start;
        self.pattern().map(|pattern| pattern.map_or(Filter::Everything, Filter::Message))
    }

    /// The outer `None` where what comes is not written as a condition on a field.
    #[expect(clippy::option_option, reason = "not a field's condition, or one that holds nothing")]
    fn field(&mut self) -> Option<Option<Filter>> {
        let start = self.scan.at;
        let quoted = self.scan.peek() == Some('"');
        let text = if quoted {
            let quoted = self.scan.quoted();
            if !quoted.closed || quoted.text.is_empty() {
                return None;
            }
            quoted.text
        } else {
            canonical(self.scan.name()?).to_owned()
        };
        let name = Name { text, is_quoted: quoted };
        if let Some(filter) = self.comparison(start, &name) {
            return Some(Some(filter));
        }
        if !self.scan.take(":") || self.scan.rest().starts_with(':') || self.scan.rest().starts_with("//") {
            return None;
        }
        if self.scan.peek().is_none_or(ends_term) {
            // `Error: something`, pasted from a log, is words; `status: 500` should be told.
            let word = self.scan.text[start..self.scan.at].to_owned();
            self.tell(start..self.scan.at, Fault::NoValue(word.clone()));
            return Some(words(&word));
        }
        if self.scan.peek() == Some('(') {
            self.field = Some(name);
            let values = self.deeper(start, Self::group);
            self.field = None;
            return Some(values);
        }
        Some(self.value(start, &name))
    }

    /// What stands behind `name:`, or for it in brackets.
    fn value(&mut self, start: usize, name: &Name) -> Option<Filter> {
        if let Some(filter) = self.comparison(start, name) {
            return Some(filter);
        }
        let value_at = self.scan.at;
        match name.text.as_str() {
            _ if name.is_quoted => {}
            "message" => {
                return self.pattern().map(|pattern| pattern.map_or(exists(name.text.clone()), Filter::Message));
            }
            "level" | "time" | "since" | "until" if self.scan.rest().starts_with('*') => {}
            "level" => return self.level(start, value_at, Comparison::AtLeast, true),
            "time" | "since" | "until" => return self.time(start, &name.text),
            _ => {}
        }
        let test = match self.pattern_or_empty() {
            Ok(None) => FieldTest::Exists,
            Ok(Some(Pattern::Words(text))) => FieldTest::Equals(text),
            Ok(Some(Pattern::Prefix(text))) => FieldTest::Prefix(text),
            Ok(Some(Pattern::Suffix(text))) => FieldTest::Suffix(text),
            Ok(Some(Pattern::Substring(text))) => FieldTest::Contains(text),
            Ok(Some(Pattern::Regex(regex))) => FieldTest::Regex(regex),
            Err(()) => return words(&self.scan.text[start..self.scan.at]),
        };
        Some(Filter::Field { name: name.text.clone(), test })
    }

    /// `>=500`, `> warning`. With spaces around it only if all of it can be read, for `a > b` may be words.
    fn comparison(&mut self, start: usize, name: &Name) -> Option<Filter> {
        if name.text.ends_with('-') && !name.is_quoted {
            // `a->b` is an arrow.
            return None;
        }
        let before = self.scan;
        self.scan.skip_space();
        let spaced = self.scan.at > before.at;
        let (comparison, written) =
            [(Comparison::AtLeast, ">="), (Comparison::AtMost, "<="), (Comparison::More, ">"), (Comparison::Less, "<")]
                .into_iter()
                .find(|(_, written)| self.scan.rest().starts_with(written))
                .or_else(|| {
                    self.scan = before;
                    None
                })?;
        self.scan.take(written);
        let after = self.scan.at;
        self.scan.skip_space();
        let spaced = spaced || self.scan.at > after;
        let value_at = self.scan.at;
        let told = self.problems.len();
        let filter = match name.text.as_str() {
            "level" if !name.is_quoted => self.level(start, value_at, comparison, false),
            "time" if !name.is_quoted => self.moment().map(|moment| {
                Filter::Time(match comparison {
                    Comparison::Less => TimeTest::Before(moment),
                    Comparison::AtMost => TimeTest::Until(moment),
                    Comparison::AtLeast => TimeTest::Since(moment),
                    Comparison::More => TimeTest::After(moment),
                })
            }),
            _ => {
                let text = self.scan.bare();
                let number = Number::parse(text);
                if number.is_none() {
                    self.tell(value_at..self.scan.at, Fault::NotANumber(text.to_owned()));
                }
                number.map(|number| Filter::Field {
                    name: name.text.clone(),
                    test: FieldTest::Compare(comparison, number),
                })
            }
        };
        if self.problems.len() == told && filter.is_some() {
            return filter;
        }
        if spaced {
            self.problems.truncate(told);
            self.scan = before;
            return None;
        }
        words(&self.scan.text[start..self.scan.at])
    }

    /// A level's name. When it is `alone`, only that level is meant.
    fn level(&mut self, start: usize, at: usize, comparison: Comparison, alone: bool) -> Option<Filter> {
        let text = if self.scan.peek() == Some('"') { self.scan.quoted().text } else { self.scan.bare().to_owned() };
        let Ok(level) = text.parse::<Level>() else {
            self.tell(at..self.scan.at, Fault::NotALevel(text));
            return words(&self.scan.text[start..self.scan.at]);
        };
        let place = LEVELS.iter().position(|known| *known == level).unwrap_or(0);
        let (below, above) = (place.checked_sub(1), place + 1);
        let range = match comparison {
            _ if alone => Some((level, level)),
            Comparison::AtLeast => Some((level, Level::Critical)),
            Comparison::AtMost => Some((Level::Trace, level)),
            Comparison::More => LEVELS.get(above).map(|from| (*from, Level::Critical)),
            Comparison::Less => below.map(|below| (Level::Trace, LEVELS[below])),
        };
        let Some((from, to)) = range else {
            self.tell(at..self.scan.at, Fault::NoLevelThere);
            return words(&self.scan.text[start..self.scan.at]);
        };
        Some(Filter::Level { from, to })
    }

    /// `time:a..b`, `time:a`, `since:a`, `until:a`, the scanner standing behind the colon.
    fn time(&mut self, start: usize, name: &str) -> Option<Filter> {
        let at = self.scan.at;
        let text = if self.scan.peek() == Some('"') { self.scan.quoted().text } else { self.scan.moment().to_owned() };
        let test = match (name, text.split_once("..")) {
            ("since", _) => Moment::parse(&text).map(TimeTest::Since),
            ("until", _) => Moment::parse(&text).map(TimeTest::Until),
            (_, Some(("", last))) => Moment::parse(last).map(TimeTest::Until),
            (_, Some((first, ""))) => Moment::parse(first).map(TimeTest::Since),
            (_, Some((first, last))) => {
                Moment::parse(first).and_then(|first| Moment::parse(last).map(|last| TimeTest::Within(first, last)))
            }
            (_, None) => Moment::parse(&text).map(|moment| match moment {
                Moment::Ago(_) => TimeTest::Since(moment),
                _ => TimeTest::Within(moment.clone(), moment),
            }),
        };
        if test.is_none() {
            self.tell(at..self.scan.at, Fault::NotATime(text));
            return words(&self.scan.text[start..self.scan.at]);
        }
        test.map(Filter::Time)
    }

    fn moment(&mut self) -> Option<Moment> {
        let at = self.scan.at;
        let text = if self.scan.peek() == Some('"') { self.scan.quoted().text } else { self.scan.moment().to_owned() };
        let moment = Moment::parse(&text);
        if moment.is_none() {
            self.tell(at..self.scan.at, Fault::NotATime(text));
        }
        moment
    }

    /// A pattern that must hold something: `Some(None)` is `*`, any text at all.
    #[expect(clippy::option_option, reason = "nothing to search for, anything, or a pattern")]
    fn pattern(&mut self) -> Option<Option<Pattern>> {
        let (start, told) = (self.scan.at, self.problems.len());
        match self.pattern_or_empty() {
            Ok(Some(Pattern::Words(text))) if text.is_empty() => {
                if self.problems.len() == told {
                    self.tell(start..self.scan.at, Fault::EmptyPhrase);
                }
                None
            }
            Ok(pattern) => Some(pattern),
            Err(()) => Some(words_pattern(&self.scan.text[start..self.scan.at])),
        }
    }

    /// As [`Self::pattern`], where the empty text may be meant. What cannot be read is told, and an error.
    fn pattern_or_empty(&mut self) -> Result<Option<Pattern>, ()> {
        let start = self.scan.at;
        if self.scan.peek() == Some('/')
            && let Some(slashed) = self.scan.slashed()
        {
            let case = if slashed.either_case { Case::Either } else { Case::AsWritten };
            return match RegexText::new(&slashed.source, case) {
                Ok(regex) => Ok(Some(Pattern::Regex(regex))),
                Err(error) => {
                    self.tell(start..self.scan.at, Fault::BadRegex(reason(&error)));
                    Err(())
                }
            };
        }
        let stars = self.scan.take_while(|c| c == '*');
        let (open_start, mut open_end) = (!stars.is_empty(), false);
        let text = if self.scan.peek() == Some('"') {
            let quote = self.scan.at;
            let quoted = self.scan.quoted();
            if !quoted.closed {
                self.tell(quote..quote + 1, Fault::QuoteOpen);
            }
            open_end = !self.scan.take_while(|c| c == '*').is_empty();
            quoted.text
        } else {
            let mut bare = self.scan.bare();
            if bare.is_empty() && !open_start {
                // A bracket within a word stands for itself.
                bare = self.scan.take_while(|c| c == '(');
            }
            let trimmed = bare.trim_end_matches('*');
            open_end |= trimmed.len() < bare.len();
            if trimmed.contains('*') {
                self.tell(start..self.scan.at, Fault::StarInside);
                return Err(());
            }
            trimmed.to_owned()
        };
        Ok(match (open_start, open_end) {
            (true, _) | (_, true) if text.is_empty() => None,
            (false, false) => Some(Pattern::Words(text)),
            (false, true) => Some(Pattern::Prefix(text)),
            (true, false) => Some(Pattern::Suffix(text)),
            (true, true) => Some(Pattern::Substring(text)),
        })
    }
}

fn negated(filter: Filter) -> Filter {
    match filter {
        Filter::Not(inner) => *inner,
        other => Filter::Not(Box::new(other)),
    }
}

fn exists(name: String) -> Filter {
    Filter::Field { name, test: FieldTest::Exists }
}

/// A broken part as words; its stars, quotes and slashes do not help to find it.
pub(super) fn words(broken: &str) -> Option<Filter> {
    words_pattern(broken).map(Filter::Message)
}

fn words_pattern(broken: &str) -> Option<Pattern> {
    let plain: Vec<&str> =
        broken.split(|c: char| c.is_whitespace() || matches!(c, '*' | '"')).filter(|part| !part.is_empty()).collect();
    let text = plain.join(" ");
    let text = text.trim_matches('/');
    (!text.is_empty()).then(|| Pattern::Words(text.to_owned()))
}

fn and(left: Filter, right: Filter) -> Filter {
    match (left, right) {
        (Filter::Everything, other) | (other, Filter::Everything) => other,
        (left, right) => flatten(vec![left, right], true),
    }
}

/// Joins parts, one level for what is joined the same way.
fn flatten(parts: Vec<Filter>, all: bool) -> Filter {
    let flat = parts
        .into_iter()
        .flat_map(|part| match part {
            Filter::And(inner) if all => inner,
            Filter::Or(inner) if !all => inner,
            other => vec![other],
        })
        .collect();
    if all { Filter::all(flat) } else { Filter::any(flat) }
}

/// The last line of what the `regex` crate says: the ones before show the expression again.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines().last().map_or_else(String::new, |line| line.trim_start_matches("error: ").to_owned())
}
