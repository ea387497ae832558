//! Cuts bytes into CSV records (RFC 4180), with what a user needs to find a broken one again: its physical lines,
//! and the quote that was never closed.
//!
//! As in the `csv` crate, which serves as the measure in the tests, `\n`, `\r\n` and `\r` end a record, lines with
//! nothing on them are passed over, and text after a closing quote belongs to the cell. That crate cannot say that a
//! quote is unclosed, nor bound a record, nor give the line of a record after empty lines; hence this module.

use super::{COLUMNS_MAX, ROW_BYTES_MAX};
use std::io::{self, BufRead, BufReader, Read};

/// One record: its cells one after the other.
#[derive(Debug, Default)]
pub(super) struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The line on which it starts, as a spreadsheet numbers it: a cell may hold several lines of text.
    pub(super) line: u64,
    /// Lines of text that it takes.
    pub(super) lines: u64,
    /// The line of a quote that is closed on a later line, in the middle of a cell: most likely the closing one is
    /// another cell's opening one, and rows in between are taken for text.
    pub(super) torn: Option<u64>,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        self.ends.iter().scan(0, |start, end| {
            let field = &self.bytes[*start..*end];
            *start = *end;
            Some(field)
        })
    }

    pub(super) fn is_blank(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.torn = None;
    }

    fn end_field(&mut self) {
        self.ends.push(self.bytes.len());
    }
}

/// Why there is no further record.
#[derive(Debug)]
pub(super) enum RecordError {
    Io { line: u64, error: io::Error },
    Unclosed { line: u64, quote_line: u64 },
    TooLong { line: u64, quote_line: Option<u64> },
    TooManyFields { line: u64 },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first byte of a record.
    Start,
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside quotes: the end of the quoted part, or the first half of a doubled one.
    QuoteInQuoted,
}

pub(super) struct Records<R> {
    input: BufReader<R>,
    separator: u8,
    /// That of the next byte. Line breaks in cells that have ended do not count.
    line: u64,
    after_cr: bool,
    at_line_start: bool,
}

impl<R: Read> Records<R> {
    /// `line` is that of the first byte of `input`.
    pub(super) fn new(input: R, separator: u8, line: u64) -> Self {
        Self {
            input: BufReader::with_capacity(32 * 1024, input),
            separator,
            line,
            after_cr: false,
            at_line_start: true,
        }
    }

    pub(super) fn separator(&self) -> u8 {
        self.separator
    }

    /// The last line of the input, which is read to its end as far as that can be done.
    pub(super) fn last_line(&mut self) -> u64 {
        while let Ok(buffer @ [_, ..]) = self.input.fill_buf() {
            for &byte in buffer {
                let second_half = byte == b'\n' && self.after_cr;
                self.after_cr = byte == b'\r';
                self.at_line_start = matches!(byte, b'\n' | b'\r');
                self.line += u64::from(self.at_line_start && !second_half);
            }
            let used = buffer.len();
            self.input.consume(used);
        }
        self.line - u64::from(self.at_line_start)
    }

    /// A record ends on the line `last`. Where a quote is misplaced, rows are taken for text: they count.
    fn end(&mut self, record: &mut Record, last: u64) {
        let breaks = last - record.line;
        record.lines = breaks + 1;
        if record.torn.is_none() {
            self.line -= breaks;
        }
    }

    /// Reads the next record into `record`; `false` at the end of the input.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        record.clear();
        let mut state = State::Start;
        let mut quote_line = self.line;
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(RecordError::Io { line: self.line, error }),
            };
            if buffer.is_empty() {
                let is_record = finish(record, state, quote_line)?;
                if is_record {
                    self.end(record, self.line);
                }
                return Ok(is_record);
            }
            let mut used = 0;
            let mut ended = false;
            for &byte in buffer {
                used += 1;
                let second_half = byte == b'\n' && self.after_cr;
                self.after_cr = byte == b'\r';
                self.at_line_start = matches!(byte, b'\n' | b'\r');
                if second_half && state != State::Quoted {
                    continue;
                }
                let here = self.line;
                self.line += u64::from(matches!(byte, b'\n' | b'\r') && !second_half);
                if state == State::Start {
                    if matches!(byte, b'\n' | b'\r') {
                        continue;
                    }
                    record.line = here;
                    state = State::FieldStart;
                }
                if byte == b'"' && state == State::FieldStart {
                    quote_line = here;
                }
                if state == State::QuoteInQuoted && here > quote_line && is_text(byte, self.separator) {
                    record.torn.get_or_insert(quote_line);
                }
                (state, ended) = step(state, byte, self.separator, record);
                if ended {
                    self.end(record, here);
                    break;
                }
            }
            self.input.consume(used);
            if ended {
                return Ok(true);
            }
            if record.bytes.len() > ROW_BYTES_MAX {
                let quote_line = (state == State::Quoted).then_some(quote_line);
                return Err(RecordError::TooLong { line: record.line, quote_line });
            }
            if record.ends.len() > 2 * COLUMNS_MAX {
                return Err(RecordError::TooManyFields { line: record.line });
            }
        }
    }
}

fn is_text(byte: u8, separator: u8) -> bool {
    byte != separator && !matches!(byte, b'"' | b'\n' | b'\r')
}

/// One byte further: the new state, and whether the record has ended.
fn step(state: State, byte: u8, separator: u8, record: &mut Record) -> (State, bool) {
    match (state, byte) {
        (State::FieldStart, b'"') => (State::Quoted, false),
        (State::Quoted, b'"') => (State::QuoteInQuoted, false),
        (State::Quoted, _) => {
            record.bytes.push(byte);
            (State::Quoted, false)
        }
        (State::QuoteInQuoted, b'"') => {
            record.bytes.push(b'"');
            (State::Quoted, false)
        }
        (_, b'\n' | b'\r') => {
            record.end_field();
            (State::Start, true)
        }
        (_, byte) if byte == separator => {
            record.end_field();
            (State::FieldStart, false)
        }
        _ => {
            record.bytes.push(byte);
            (State::Plain, false)
        }
    }
}

fn finish(record: &mut Record, state: State, quote_line: u64) -> Result<bool, RecordError> {
    match state {
        State::Start => Ok(false),
        State::Quoted => Err(RecordError::Unclosed { line: record.line, quote_line }),
        State::FieldStart | State::Plain | State::QuoteInQuoted => {
            record.end_field();
            Ok(true)
        }
    }
}
