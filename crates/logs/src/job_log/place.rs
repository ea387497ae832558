//! Where a reader of a log stands.

use model::{JobLine, Timestamp};

/// A place between two lines of a job: the time of the one before, in microseconds since 1970. The default is the beginning.
///
/// Lines of one moment, as older versions have written them, stand a microsecond apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineCursor(pub u64);

impl LineCursor {
    pub(super) fn moment(self) -> Timestamp {
        Timestamp::from_micros(i64::try_from(self.0).unwrap_or(i64::MAX))
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
        let mut places = Places::default();
        let placed = lines.into_iter().map(|line| PlacedLine { next: places.next(line.at), line });
        let mut page = Self { lines: placed.filter(|line| line.next > after).collect(), next: after };
        page.close(after);
        page
    }

    /// The first `limit` lines alone.
    pub(super) fn first(mut self, limit: usize, after: LineCursor) -> Self {
        self.lines.truncate(limit);
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

/// Gives places to lines in their order.
#[derive(Default)]
pub(super) struct Places(Option<LineCursor>);

impl Places {
    pub(super) fn next(&mut self, at: Timestamp) -> LineCursor {
        let own = LineCursor(u64::try_from(at.as_micros()).unwrap_or(0).max(1));
        let next = self.0.map_or(own, |LineCursor(last)| own.max(LineCursor(last + 1)));
        self.0 = Some(next);
        next
    }
}
