//! Records of several lines: the line that begins one, kept together with those that continue it.
//!
//! The caller says of each line whether it begins or continues; [`Trace`] knows how tracebacks go on. Both lines and
//! bytes of a record are bounded: beyond, it is given out as it is, and what continues it becomes a further record that
//! says so. Nothing is left out.

#[cfg(test)]
mod tests;
mod traces;

pub use traces::Trace;

use model::Timestamp;
use std::{ops::Range, time::Duration};

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub lines_max: u32,
    pub bytes_max: usize,
    /// Processes whose lines, carried in one stream, are put together at a time.
    pub speakers_max: usize,
    /// How long after its last line a record is taken to be complete.
    pub hold: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lines_max: 1_000, bytes_max: 256 << 10, speakers_max: 32, hold: Duration::from_millis(500) }
    }
}

/// A complete record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Its lines as they came, joined by a line feed.
    pub raw: Vec<u8>,
    pub lines: u32,
    /// What the caller called its first line.
    pub tag: usize,
    pub part: Division,
    /// Whether it holds a traceback.
    pub traced: bool,
}

/// Whether a bound has divided a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Division {
    #[default]
    Whole,
    /// More of it follows in a further record.
    First,
    /// It continues the record before; more may follow.
    Further,
}

/// What a line is to the one before it of the same speaker.
#[derive(Debug)]
pub enum Place {
    Begins { tag: usize, trace: Trace },
    Continues,
}

#[derive(Debug)]
struct Open {
    speaker: u64,
    block: Block,
    trace: Trace,
    /// Whether its last line was cut, and goes on with the next one.
    unended: bool,
    since: Timestamp,
    /// Which line of the stream was its last.
    last: u64,
    /// Which lines it has, by [`Assembler::count_line`]: the latest in a row, and those before.
    lines: Range<u64>,
    earlier: Vec<Range<u64>>,
}

impl Open {
    fn add_line(&mut self, number: u64) {
        if self.lines.end == number {
            self.lines.end += 1;
        } else {
            self.earlier.push(std::mem::replace(&mut self.lines, number..number + 1));
        }
    }
}

/// Lines of others after which what could have followed will not.
const ERROR_PATIENCE: u64 = 16;
const TRACE_PATIENCE: u64 = 256;

/// Puts lines together, for each speaker of a stream by itself.
#[derive(Debug)]
pub struct Assembler {
    limits: Limits,
    /// In the order of their first line.
    open: Vec<Open>,
    /// Lines taken so far.
    pushed: u64,
    /// Lines of the source so far, those that were never pushed here among them.
    counted: u64,
    last: Option<u64>,
    spare: Vec<Vec<u8>>,
}

impl Assembler {
    pub fn new(limits: Limits) -> Self {
        Self { limits, open: Vec::new(), pushed: 0, counted: 0, last: None, spare: Vec::new() }
    }

    /// Counts a line of the source, whether or not it will be pushed.
    pub fn count_line(&mut self) {
        self.counted += 1;
    }

    /// Lines that were counted.
    pub fn counted(&self) -> u64 {
        self.counted
    }

    /// Which lines, as they were counted from 0, belong to open records; in order.
    pub fn held(&self) -> Vec<Range<u64>> {
        let ranges = self.open.iter().flat_map(|open| open.earlier.iter().chain([&open.lines]));
        let mut held: Vec<Range<u64>> = ranges.cloned().collect();
        held.sort_unstable_by_key(|range| range.start);
        held
    }

    /// The lines of the record that [`Self::finish`] gives last, if no line of another stands between them.
    pub fn last_held(&self) -> Option<Range<u64>> {
        self.open.last().filter(|open| open.earlier.is_empty()).map(|open| open.lines.clone())
    }

    /// How the open record of `speaker` would go on, if it has one.
    pub fn trace(&mut self, speaker: u64) -> Option<&mut Trace> {
        self.open.iter_mut().find(|open| open.speaker == speaker).map(|open| &mut open.trace)
    }

    /// Whether the last line of `speaker`'s open record was cut.
    pub fn is_unended(&self, speaker: u64) -> bool {
        self.open.iter().any(|open| open.speaker == speaker && open.unended)
    }

    /// Says of the line that was just taken whether it was cut.
    pub fn set_unended(&mut self, speaker: u64, unended: bool) {
        if let Some(open) = self.open.iter_mut().find(|open| open.speaker == speaker) {
            open.unended = unended;
        }
    }

    /// Whose line was the last, if their record is still open.
    pub fn last_speaker(&self) -> Option<u64> {
        self.last.filter(|last| self.open.iter().any(|open| open.speaker == *last))
    }

    /// What the first line of `speaker`'s open record was called.
    pub fn tag(&self, speaker: u64) -> Option<usize> {
        self.open.iter().find(|open| open.speaker == speaker).map(|open| open.block.tag)
    }

    /// The bytes of the open record of `speaker` so far.
    pub fn raw(&self, speaker: u64) -> Option<&[u8]> {
        self.open.iter().find(|open| open.speaker == speaker).map(|open| &*open.block.raw)
    }

    /// Takes a line without its line feed; gives the record that is complete by it.
    pub fn push(&mut self, speaker: u64, line: &[u8], place: Place, now: Timestamp) -> Option<Block> {
        self.last = Some(speaker);
        self.pushed += 1;
        let number = self.counted.saturating_sub(1);
        let at = self.open.iter().position(|open| open.speaker == speaker);
        match (at, place) {
            (Some(at), Place::Continues) => {
                let open = &mut self.open[at];
                open.add_line(number);
                open.since = now;
                open.last = self.pushed;
                let block = &mut open.block;
                block.traced |= open.trace.is_traceback();
                if block.lines < self.limits.lines_max && block.raw.len() + line.len() < self.limits.bytes_max {
                    block.raw.push(b'\n');
                    block.raw.extend_from_slice(line);
                    block.lines += 1;
                    return None;
                }
                let tag = block.tag;
                let raw = self.spare.pop().unwrap_or_default();
                let rest = Block { raw, lines: 1, tag, part: Division::Further, traced: block.traced };
                (open.lines, open.earlier) = (number..number + 1, Vec::new());
                let mut full = std::mem::replace(&mut self.open[at].block, rest);
                self.open[at].block.raw.extend_from_slice(line);
                if full.part == Division::Whole {
                    full.part = Division::First;
                }
                Some(full)
            }
            (at, place) => {
                let (tag, trace) = match place {
                    Place::Begins { tag, trace } => (tag, trace),
                    Place::Continues => (usize::MAX, Trace::default()),
                };
                let before = match at {
                    Some(at) => Some(self.open.remove(at).block),
                    None if self.open.len() >= self.limits.speakers_max => Some(self.open.remove(0).block),
                    None => None,
                };
                let mut raw = self.spare.pop().unwrap_or_default();
                raw.extend_from_slice(line);
                let block = Block { raw, lines: 1, tag, part: Division::Whole, traced: trace.is_traceback() };
                let (lines, earlier) = (number..number + 1, Vec::new());
                self.open.push(Open {
                    speaker,
                    block,
                    trace,
                    unended: false,
                    since: now,
                    last: self.pushed,
                    lines,
                    earlier,
                });
                before
            }
        }
    }

    /// The next record of anybody but `speaker` that will not go on: an ordinary one ends as soon as others speak, an
    /// error or a traceback some lines later.
    pub fn yield_to(&mut self, speaker: u64) -> Option<Block> {
        let done = |open: &Open| match open.trace {
            _ if open.unended => self.pushed - open.last > TRACE_PATIENCE,
            Trace::Quiet => true,
            Trace::QuietError => self.pushed - open.last > ERROR_PATIENCE,
            _ => self.pushed - open.last > TRACE_PATIENCE,
        };
        let at = self.open.iter().position(|open| open.speaker != speaker && done(open))?;
        Some(self.open.remove(at).block)
    }

    /// The next record whose last line is long enough ago.
    pub fn flush(&mut self, now: Timestamp) -> Option<Block> {
        let at = self.open.iter().position(|open| now.since(open.since) >= self.limits.hold)?;
        Some(self.open.remove(at).block)
    }

    /// The next record, complete or not: at the end of the source.
    pub fn finish(&mut self) -> Option<Block> {
        (!self.open.is_empty()).then(|| self.open.remove(0).block)
    }

    /// Whether no record is open.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes back the room of a record that is done with.
    pub fn recycle(&mut self, mut block: Block) {
        if self.spare.len() < 4 && block.raw.capacity() <= 1 << 16 {
            block.raw.clear();
            self.spare.push(block.raw);
        }
    }
}
