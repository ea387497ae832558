//! What is looked for in files.

use jiff::tz::TimeZone;
use model::{Clock, Timestamp};
use std::ops::Range;
use telemetry::query::{
    LineFilter, Problem, Query, Question,
    language::{Filter, Pattern, Pipe},
    parse,
};

/// A query made ready. Steps behind `|` play no part.
#[derive(Clone, Debug)]
pub struct RawQuery {
    pub(super) kind: Kind,
    filter: Filter,
    pipes: Vec<Pipe>,
    pub(super) converts: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Words, texts and expressions.
    Lines(LineFilter),
    Records(Box<RecordQuery>),
}

/// A query that asks for more than the text: levels, fields or times.
#[derive(Clone, Debug)]
pub(super) struct RecordQuery {
    filter: Filter,
    now: Timestamp,
    pub(super) zone: TimeZone,
    range: Option<Range<Timestamp>>,
}

impl RawQuery {
    /// Reads what a person typed, and never fails: what is broken is told, and looked for as plain words.
    pub fn parse(text: &str) -> (Self, Vec<Problem>) {
        let (query, problems) = parse(text);
        (Self::new(query), problems)
    }

    /// This text anywhere in a line, in letters of either case.
    pub fn literal(text: &str) -> Self {
        let filter = match text {
            "" => Filter::Everything,
            text => Filter::Message(Pattern::Substring(text.to_owned())),
        };
        Self::new(Query { filter, pipes: Vec::new() })
    }

    /// The same, and files that do not begin in UTF-8 are read as Windows-1252, as an import reads them.
    #[must_use]
    pub fn converting(self) -> Self {
        Self { converts: true, ..self }
    }

    fn new(Query { filter, pipes }: Query) -> Self {
        let kind = match LineFilter::new(&filter) {
            Ok(Some(lines)) => Kind::Lines(lines),
            // An expression that is too large is told of once files are searched.
            Ok(None) | Err(_) => Kind::Records(Box::new(RecordQuery {
                filter: filter.clone(),
                now: Clock::System.now(),
                zone: TimeZone::UTC,
                range: None,
            })),
        };
        Self { kind, filter, pipes, converts: false }
    }

    /// The steps that the query has and that play no part.
    pub fn pipes(&self) -> &[Pipe] {
        &self.pipes
    }

    /// `since:` and `today` are counted from `now`, times without a zone are in `zone`, and so are those that files
    /// leave without one. Unless it is said they are counted from the moment the query was read, in UTC.
    #[must_use]
    pub fn at(mut self, now: Timestamp, zone: &TimeZone) -> Self {
        if let Kind::Records(asked) = &mut self.kind {
            (asked.now, asked.zone) = (now, zone.clone());
        }
        self
    }

    /// Only records from `range.start` on, up to but not at `range.end`.
    #[must_use]
    pub fn within(mut self, range: Range<Timestamp>, now: Timestamp, zone: &TimeZone) -> Self {
        let asked = RecordQuery { filter: self.filter.clone(), now, zone: zone.clone(), range: Some(range) };
        self.kind = Kind::Records(Box::new(asked));
        self
    }
}

impl RecordQuery {
    pub(super) fn question(&self) -> Result<Question, regex::Error> {
        let query = Query { filter: self.filter.clone(), pipes: Vec::new() };
        let question = Question::new(&query, self.now, &self.zone)?;
        Ok(match &self.range {
            Some(range) => question.within(range.clone()),
            None => question,
        })
    }
}
