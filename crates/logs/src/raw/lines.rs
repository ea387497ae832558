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
                return Ok(Some(Piece { bytes: &self.buffer[..self.given], is_divided: false }));
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
                self.broken = broken;
                Ok(Some(Piece { bytes: &self.buffer[..self.given], is_divided }))
            }
        }
    }
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
    let mut looking = Looking { filter, scratch: Vec::new(), matches: 0, hit };
    let mut reading = Reading::default();
    let mut finder = None;
    let ended = loop {
        let piece = match pieces.next() {
            Ok(Some(piece)) if !cancel.is_cancelled() => piece,
            Ok(Some(_)) => break Ok(ControlFlow::Break(())),
            Ok(None) => break Ok(ControlFlow::Continue(())),
            Err(error) => break Err(error),
        };
        let place = reading.place;
        let flow = match finder.get_or_insert_with(|| Finder::new(filter.required(), piece.bytes)) {
            Some(finder) => looking.at_places(finder, piece.bytes, place),
            None => looking.at_all(piece.bytes, place),
        };
        reading.passed(&piece, summary);
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
    /// Counts a piece that is done with.
    pub(super) fn passed(&mut self, piece: &Piece<'_>, summary: &mut RawSummary) {
        let ends = memchr_iter(b'\n', piece.bytes).count() as u64;
        let length = piece.bytes.len() as u64;
        self.place = Place { line: self.place.line + ends, offset: self.place.offset + length };
        summary.bytes += length;
        summary.lines += ends + u64::from(!piece.is_divided && !piece.bytes.ends_with(b"\n"));
        summary.divided += u64::from(piece.is_divided && !self.was_divided);
        self.was_divided = piece.is_divided;
    }
}

struct Looking<'a, 'e> {
    filter: &'a LineFilter,
    scratch: Vec<u8>,
    matches: u64,
    hit: &'a mut Hit<'e>,
}

impl Looking<'_, '_> {
    /// Looks at the lines where a match could be.
    fn at_places(&mut self, finder: &Finder, piece: &[u8], mut place: Place) -> ControlFlow<()> {
        let (mut from, mut counted) = (0, 0);
        while let Some(at) = finder.find(piece, from) {
            let start = memrchr(b'\n', &piece[from..at]).map_or(from, |feed| from + feed + 1);
            let end = memchr(b'\n', &piece[at..]).map_or(piece.len(), |feed| at + feed);
            let line = without_return(&piece[start..end]);
            if self.filter.holds(line, &mut self.scratch) {
                place.line += memchr_iter(b'\n', &piece[counted..start]).count() as u64;
                place.offset += (start - counted) as u64;
                counted = start;
                self.matches += 1;
                (self.hit)(place.line, place.offset, line)?;
            }
            from = end + 1;
            if from >= piece.len() {
                break;
            }
        }
        ControlFlow::Continue(())
    }

    /// Looks at each line.
    fn at_all(&mut self, piece: &[u8], mut place: Place) -> ControlFlow<()> {
        let mut start = 0;
        let ends = memchr_iter(b'\n', piece).chain((!piece.ends_with(b"\n")).then_some(piece.len()));
        for end in ends {
            let line = without_return(&piece[start..end]);
            if self.filter.holds(line, &mut self.scratch) {
                self.matches += 1;
                (self.hit)(place.line, place.offset, line)?;
            }
            place.line += 1;
            place.offset += (end + 1 - start) as u64;
            start = end + 1;
        }
        ControlFlow::Continue(())
    }
}

/// Of a file that comes from Windows.
pub(super) fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
