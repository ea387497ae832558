//! Where a reader of a log stands.

use model::{JobLine, Timestamp};

/// A place between two lines of a job: the time of the one before, in microseconds since 1970. The default is the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineCursor(pub u64);

impl LineCursor {
    /// Behind a line.
    pub(super) fn of(line: &JobLine) -> Self {
        Self(u64::try_from(line.at.as_micros()).unwrap_or(0).max(1))
    }

    /// The first moment that a line behind it can have.
    pub(super) fn moment_behind(self) -> Timestamp {
        match i64::try_from(self.0) {
            Ok(0) => Timestamp::from_micros(i64::MIN),
            Ok(at) => Timestamp::from_micros(at.saturating_add(1)),
            Err(_) => Timestamp::from_micros(i64::MAX),
        }
    }
}

/// A line and the place behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedLine {
    pub next: LineCursor,
    pub line: JobLine,
}

/// Some consecutive lines of a job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinePage {
    pub lines: Vec<PlacedLine>,
    /// Where to go on reading.
    pub next: LineCursor,
}

impl LinePage {
    /// Of lines in their order, those behind `after`.
    pub(super) fn behind(after: LineCursor, lines: Vec<JobLine>) -> Self {
        let placed = lines.into_iter().map(|line| PlacedLine { next: LineCursor::of(&line), line });
        let mut page = Self { lines: placed.filter(|line| line.next > after).collect(), next: after };
        page.close(after);
        page
    }

    /// The first `limit` lines alone; further ones of the moment of the last of them, too.
    pub(super) fn first(mut self, limit: usize, after: LineCursor) -> Self {
        let mut end = limit.min(self.lines.len());
        while end > 0 && end < self.lines.len() && self.lines[end].next == self.lines[end - 1].next {
            end += 1;
        }
        self.lines.truncate(end);
        self.close(after);
        self
    }

    /// The last `limit` lines alone.
    pub(super) fn last(mut self, limit: usize) -> Self {
        self.lines.drain(..self.lines.len().saturating_sub(limit));
        self
    }

    fn close(&mut self, after: LineCursor) {
        self.next = self.lines.last().map_or(after, |line| line.next);
    }
}
