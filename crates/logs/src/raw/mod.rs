//! Log files searched as they are, without the store: plain, gzip or Zstandard, in the language of the search box.
//!
//! What asks for words, texts and expressions alone is answered line by line ([`lines`]): a rare part of what each match
//! must hold is looked for in large buffers, and only lines that have it are looked at. What asks for levels, fields or
//! times is answered record by record ([`records`]), as `sources` reads them.

mod finder;
mod lines;
mod open;
mod query;
mod records;
#[cfg(test)]
mod tests;

pub use lines::{each_line, each_line_at};
pub use open::{FileTrouble, check_packed, open, open_packed, unpack, unpack_text};
pub use query::RawQuery;

use crate::encoding::lines_as_utf8;
use lines::Buffer;
use query::Kind;
use std::{
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};
use telemetry::query::Cancel;

/// Bytes of one line. A longer one is looked at in parts of this length, each for itself.
pub const LINE_BYTES_MAX: usize = 4 << 20;

/// A line that matches, or a record of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawHit {
    pub file: PathBuf,
    /// From 1; of a record, its first line.
    pub line: u64,
    /// Where the line begins, in bytes; of a packed file, in what it unpacks to, and of one that is converted, in what it becomes.
    pub offset: u64,
    /// Without its line's end.
    pub text: Vec<u8>,
}

/// What was read, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawSummary {
    pub lines: u64,
    /// Of packed files, what they unpack to.
    pub bytes: u64,
    pub matches: u64,
    /// Files that could not be read, or not to their end.
    pub unread: Vec<Unread>,
    /// Lines that were longer than [`LINE_BYTES_MAX`].
    pub divided: u64,
    pub cancelled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub file: PathBuf,
    pub reason: String,
    /// The same, where it is no word of the system.
    pub trouble: Option<FileTrouble>,
}

/// Gives `each` what matches in `files`, in their order, until it breaks off or `cancel` is set.
pub fn search(
    files: &[PathBuf],
    query: &RawQuery,
    cancel: &Cancel,
    each: &mut dyn FnMut(RawHit) -> ControlFlow<()>,
) -> RawSummary {
    look(files, query, cancel, &mut |file, line, offset, text| {
        each(RawHit { file: file.to_owned(), line, offset, text: text.to_vec() })
    })
}

/// Only counts.
pub fn count(files: &[PathBuf], query: &RawQuery, cancel: &Cancel) -> RawSummary {
    look(files, query, cancel, &mut |_, _, _, _| ControlFlow::Continue(()))
}

/// File, number of the line, its place, its text.
type Each<'e> = dyn FnMut(&Path, u64, u64, &[u8]) -> ControlFlow<()> + 'e;

fn look(files: &[PathBuf], query: &RawQuery, cancel: &Cancel, each: &mut Each<'_>) -> RawSummary {
    let mut summary = RawSummary::default();
    let mut buffer = Buffer::default();
    for file in files {
        let unread = |error: &io::Error| Unread {
            file: file.clone(),
            reason: error.to_string(),
            trouble: FileTrouble::of(error),
        };
        let (mut from, modified) = match open(file) {
            Ok((from, modified)) if query.converts => (lines_as_utf8(from), modified),
            Ok(opened) => opened,
            Err(error) => {
                summary.unread.push(unread(&error));
                continue;
            }
        };
        let mut hit = |line, offset, text: &[u8]| each(file, line, offset, text);
        let searched = match &query.kind {
            Kind::Lines(filter) => lines::search(&mut *from, &mut buffer, filter, cancel, &mut summary, &mut hit),
            Kind::Records(asked) => {
                records::search(&mut *from, &mut buffer, (asked, modified), cancel, &mut summary, &mut hit)
            }
        };
        match searched {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(error) => summary.unread.push(unread(&error)),
        }
    }
    summary.cancelled = cancel.is_cancelled();
    summary
}
