//! Line by line: a file in pieces of whole lines, and what in them matches.

use super::{LINE_BYTES_MAX, RawSummary, finder::Finder};
use memchr::{memchr, memchr_iter, memrchr};
use std::{
    io::{self, Read},
    ops::ControlFlow,
};
use telemetry::query::{Cancel, LineFilter};

/// Small enough to stay near the processor between being read and being searched.
const PIECE_BYTES: usize = 128 << 10;

/// Room for pieces, used again for each file.
#[derive(Default)]
pub(super) struct Buffer(Vec<u8>);

/// A file as pieces of whole lines. A line of more than [`LINE_BYTES_MAX`] comes in several.
pub(super) struct Pieces<'a> {
    from: &'a mut dyn Read,
    buffer: &'a mut Vec<u8>,
    filled: usize,
    given: usize,
    ended: bool,
    broken: Option<io::Error>,
}

/// Whole lines, the last one with or without its end; or a part of one.
pub(super) struct Piece<'p> {
    pub(super) bytes: &'p [u8],
    /// Whether it ends within a line that is too long.
    pub(super) is_divided: bool,
    /// Whether reading broke off within it: it is a part of a line.
    pub(super) is_torn: bool,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(from: &'a mut dyn Read, buffer: &'a mut Buffer) -> Self {
        let buffer = &mut buffer.0;
        buffer.resize(PIECE_BYTES, 0);
        Self { from, buffer, filled: 0, given: 0, ended: false, broken: None }
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// Once all that came before the fault was given.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        self.buffer.copy_within(self.given..self.filled, 0);
        self.filled -= self.given;
        self.given = 0;
        let mut is_divided = false;
        while !self.ended {
            let read = match self.from.read(&mut self.buffer[self.filled..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.broken = Some(error);
                    0
                }
            };
            self.ended = read == 0;
            let new = self.filled..self.filled + read;
            self.filled = new.end;
            if let Some(end) = memrchr(b'\n', &self.buffer[new.clone()]) {
                self.given = new.start + end + 1;
                return Ok(Some(Piece { bytes: &self.buffer[..self.given], is_divided: false, is_torn: false }));
            }
            if self.filled >= LINE_BYTES_MAX {
                is_divided = true;
                break;
            }
            if self.filled == self.buffer.len() {
                self.buffer.resize((self.buffer.len() * 2).min(LINE_BYTES_MAX), 0);
            }
        }
        self.given = self.filled;
        match (self.given, self.broken.take()) {
            (0, Some(error)) => Err(error),
            (0, None) => Ok(None),
            (_, broken) => {
                let is_torn = broken.is_some();
                self.broken = broken;
                Ok(Some(Piece { bytes: &self.buffer[..self.given], is_divided, is_torn }))
            }
        }
    }

    /// The next piece, or how the reading ended: it broke off once nobody waits for it any more.
    pub(super) fn next_unless(&mut self, cancel: &Cancel) -> ControlFlow<io::Result<ControlFlow<()>>, Piece<'_>> {
        match self.next() {
            Ok(Some(piece)) if !cancel.is_cancelled() => ControlFlow::Continue(piece),
            Ok(Some(_)) => ControlFlow::Break(Ok(ControlFlow::Break(()))),
            Ok(None) => ControlFlow::Break(Ok(ControlFlow::Continue(()))),
            Err(error) => ControlFlow::Break(Err(error)),
        }
    }
}

/// Gives `each` the lines of `from` without their line feeds, until it breaks off. A line of more than
/// [`LINE_BYTES_MAX`] comes in parts.
///
/// # Errors
/// Of reading, once all whole lines that came before the fault were given.
pub fn each_line(from: &mut dyn Read, each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<()> {
    each_line_at(from, &mut |_, line| each(line))
}

/// The same with how many bytes stand before each.
///
/// # Errors
/// As [`each_line`].
pub fn each_line_at(from: &mut dyn Read, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> io::Result<()> {
    let mut buffer = Buffer::default();
    let mut pieces = Pieces::new(from, &mut buffer);
    let mut before = 0;
    while let Some(Piece { bytes, is_torn, .. }) = pieces.next()? {
        if is_torn {
            continue;
        }
        let mut start = 0;
        for end in memchr_iter(b'\n', bytes).chain((!bytes.ends_with(b"\n")).then_some(bytes.len())) {
            if each(before + start as u64, &bytes[start..end]).is_break() {
                return Ok(());
            }
            start = end + 1;
        }
        before += bytes.len() as u64;
    }
    Ok(())
}

/// The number of a line, and where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) offset: u64,
}

/// Number, place and text of a line that matches.
pub(super) type Hit<'e> = dyn FnMut(u64, u64, &[u8]) -> ControlFlow<()> + 'e;

pub(super) fn search(
    from: &mut dyn Read,
    buffer: &mut Buffer,
    filter: &LineFilter,
    cancel: &Cancel,
    summary: &mut RawSummary,
    hit: &mut Hit<'_>,
) -> io::Result<ControlFlow<()>> {
    let mut pieces = Pieces::new(from, buffer);
    // One that goes on over a line's end stands in no line.
    let is_one_text =
        filter.stands_at(b"", 0).is_some() && filter.required().iter().all(|required| !required.text.contains(&b'\n'));
    let mut looking = Looking { filter, is_one_text, scratch: Vec::new(), matches: 0, hit };
    let mut reading = Reading::default();
    let mut finder = None;
    let ended = loop {
        let piece = match pieces.next_unless(cancel) {
            ControlFlow::Continue(piece) => piece,
            ControlFlow::Break(ended) => break ended,
        };
        let mut told = KnownPlace { place: reading.place, bytes: 0 };
        let flow = match finder.get_or_insert_with(|| Finder::new(filter.required(), piece.bytes)) {
            Some(finder) => looking.at_places(finder, piece.bytes, &mut told),
            None => looking.at_all(piece.bytes, &mut told),
        };
        reading.passed(&piece, told, summary);
        if flow.is_break() {
            break Ok(flow);
        }
    };
    summary.matches += looking.matches;
    ended
}

/// How far one is in a file.
pub(super) struct Reading {
    /// Of the next piece.
    pub(super) place: Place,
    was_divided: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self { place: Place { line: 1, offset: 0 }, was_divided: false }
    }
}

impl Reading {
    /// Counts a piece that is done with, and of which some is counted already.
    pub(super) fn passed(&mut self, piece: &Piece<'_>, mut told: KnownPlace, summary: &mut RawSummary) {
        told.go_on(piece.bytes, piece.bytes.len());
        summary.bytes += piece.bytes.len() as u64;
        summary.lines += told.place.line - self.place.line;
        summary.lines += u64::from(!piece.is_divided && !piece.bytes.ends_with(b"\n"));
        summary.divided += u64::from(piece.is_divided && !self.was_divided);
        (self.place, self.was_divided) = (told.place, piece.is_divided);
    }
}

/// A place in a piece whose line is known.
#[derive(Clone, Copy)]
pub(super) struct KnownPlace {
    pub(super) place: Place,
    /// Bytes of the piece before it.
    pub(super) bytes: usize,
}

impl KnownPlace {
    fn go_on(&mut self, piece: &[u8], to: usize) {
        self.place.line += memchr_iter(b'\n', &piece[self.bytes..to]).count() as u64;
        self.place.offset += (to - self.bytes) as u64;
        self.bytes = to;
    }

    /// Goes on behind the line that ends there.
    fn pass_line(&mut self, piece: &[u8], end: usize) {
        let next = (end + 1).min(piece.len());
        self.place.line += u64::from(end < piece.len());
        self.place.offset += (next - self.bytes) as u64;
        self.bytes = next;
    }
}

struct Looking<'a, 'e> {
    filter: &'a LineFilter,
    /// Then a line matches where the text stands in it, whatever else does.
    is_one_text: bool,
    scratch: Vec<u8>,
    matches: u64,
    hit: &'a mut Hit<'e>,
}

impl Looking<'_, '_> {
    /// Looks at the lines where a match could be.
    fn at_places(&mut self, finder: &Finder, piece: &[u8], told: &mut KnownPlace) -> ControlFlow<()> {
        let (mut from, mut line_from) = (0, 0);
        let mut column = None;
        loop {
            let (start, at) = if let Some(at) = self.again(piece, line_from, column) {
                (line_from, at)
            } else {
                let Some(at) = finder.find(piece, from) else { break };
                let beginning = finder.beginning(at).filter(|_| self.is_one_text);
                if beginning.is_some_and(|at| self.filter.stands_at(piece, at) == Some(false)) {
                    from = at + 1;
                    continue;
                }
                let start = memrchr(b'\n', &piece[line_from..at]).map_or(line_from, |feed| line_from + feed + 1);
                column = beginning.and_then(|at| at.checked_sub(start));
                (start, at)
            };
            let end = memchr(b'\n', &piece[at..]).map_or(piece.len(), |feed| at + feed);
            let line = without_return(&piece[start..end]);
            (from, line_from) = (end + 1, end + 1);
            if column.is_some() || self.filter.holds(line, &mut self.scratch) {
                told.go_on(piece, start);
                self.matches += 1;
                (self.hit)(told.place.line, told.place.offset, line)?;
                told.pass_line(piece, end);
            }
            if from >= piece.len() {
                break;
            }
        }
        ControlFlow::Continue(())
    }

    /// Lines of a log are alike: what one held somewhere, the next one often holds there too.
    fn again(&self, piece: &[u8], line_from: usize, column: Option<usize>) -> Option<usize> {
        let at = line_from + column?;
        let stands = self.filter.stands_at(piece, at) == Some(true);
        (stands && memchr(b'\n', &piece[line_from..at]).is_none()).then_some(at)
    }

    /// Looks at each line.
    fn at_all(&mut self, piece: &[u8], told: &mut KnownPlace) -> ControlFlow<()> {
        let mut start = 0;
        let ends = memchr_iter(b'\n', piece).chain((!piece.ends_with(b"\n")).then_some(piece.len()));
        for end in ends {
            let line = without_return(&piece[start..end]);
            if self.filter.holds(line, &mut self.scratch) {
                self.matches += 1;
                (self.hit)(told.place.line, told.place.offset, line)?;
            }
            told.pass_line(piece, end);
            start = told.bytes;
        }
        ControlFlow::Continue(())
    }
}

/// Of a file that comes from Windows.
pub(super) fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
