//! Parts of a file: its last lines, lines from a place on, and what comes behind them.

use super::{FileError, Identity, LogFile, Packing, identity};
use crate::raw::unpack;
use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Read, Seek as _, SeekFrom},
};
use telemetry::query::Cancel;

/// Lines, and bytes, of one excerpt.
pub const EXCERPT_LINES_MAX: usize = 10_000;
pub const EXCERPT_BYTES_MAX: usize = 4 << 20;
const BLOCK: usize = 64 << 10;
/// Bytes of one step of a follower.
const FOLLOWED_BYTES_MAX: usize = 256 << 10;
/// For so long without an end, a line is given in parts.
const PART_MAX: usize = 64 << 10;

/// Some lines of a file. Places are bytes; of a packed file, of what it unpacks to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    pub lines: Vec<TextLine>,
    /// Behind the last of them.
    pub end: u64,
    /// Fewer lines than were asked for, since so many bytes may be shown.
    pub is_cut: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// Where it begins.
    pub at: u64,
    /// Without its line's end.
    pub text: Vec<u8>,
}

impl LogFile {
    /// The last lines, as many of `lines` as may be shown. What has been read when `cancel` is set is the answer.
    ///
    /// # Errors
    /// When the file cannot be read, or [`FileError::Replaced`] where another one took its place.
    pub fn last(&self, lines: usize, cancel: &Cancel) -> Result<Excerpt, FileError> {
        self.before(u64::MAX, lines, cancel)
    }

    /// The last lines that end before a place.
    ///
    /// # Errors
    /// When the file cannot be read, or [`FileError::Replaced`] where another one took its place.
    pub fn before(&self, end: u64, lines: usize, cancel: &Cancel) -> Result<Excerpt, FileError> {
        let lines = lines.min(EXCERPT_LINES_MAX);
        let file = self.open()?;
        let read = match self.packing {
            Packing::Plain => last_of_plain(file, end, lines),
            Packing::Packed => unpack(file).and_then(|from| last_of_stream(from.take(end), lines, cancel)),
        };
        read.map_err(|error| self.io(error))
    }

    /// Lines from a place on. One behind the end, as after the file was cleared, is the end.
    ///
    /// # Errors
    /// When the file cannot be read, or [`FileError::Replaced`] where another one took its place.
    pub fn from(&self, at: u64, lines: usize, cancel: &Cancel) -> Result<Excerpt, FileError> {
        let lines = lines.min(EXCERPT_LINES_MAX);
        let mut file = self.open()?;
        let read = (|| match self.packing {
            Packing::Plain => {
                let at = at.min(file.metadata()?.len());
                file.seek(SeekFrom::Start(at))?;
                first_of(&mut file, at, lines, cancel)
            }
            Packing::Packed => {
                let mut from = unpack(file)?;
                let mut skipped = 0;
                while skipped < at && !cancel.is_cancelled() {
                    let step = (at - skipped).min(1 << 20);
                    let read = io::copy(&mut Read::by_ref(&mut from).take(step), &mut io::sink())?;
                    skipped += read;
                    if read == 0 {
                        break;
                    }
                }
                first_of(&mut from, skipped, lines, cancel)
            }
        })();
        read.map_err(|error| self.io(error))
    }

    /// What comes behind that place from now on.
    pub fn follow(&self, at: u64) -> Follower {
        Follower { file: self.clone(), at, identity: self.identity, open: None }
    }
}

fn split(bytes: &[u8], start: u64) -> Vec<TextLine> {
    let mut at = start;
    let mut lines = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        lines.push(TextLine { at, text: bare(line).to_vec() });
        at += line.len() as u64;
    }
    lines
}

/// Without its line's end.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn last_of_plain(mut file: File, end: u64, lines: usize) -> io::Result<Excerpt> {
    let end = file.metadata()?.len().min(end);
    let (mut start, mut read): (u64, Vec<u8>) = (end, Vec::new());
    let is_enough = |read: &[u8]| {
        let before_last = &read[..read.len().saturating_sub(1)];
        memchr::memchr_iter(b'\n', before_last).count() >= lines
    };
    while start > 0 && read.len() < EXCERPT_BYTES_MAX && (lines > 0 && !is_enough(&read)) {
        let step = (BLOCK as u64).min(start);
        start -= step;
        file.seek(SeekFrom::Start(start))?;
        let mut block = Vec::with_capacity(step as usize + read.len());
        Read::by_ref(&mut file).take(step).read_to_end(&mut block)?;
        block.extend_from_slice(&read);
        read = block;
    }
    let mut all = split(&read, start);
    let is_cut = start > 0 && all.len() <= lines && read.len() >= EXCERPT_BYTES_MAX;
    // The first is whole only where nothing stands before it.
    if start > 0 && all.len() > 1 {
        all.remove(0);
    }
    let beyond = all.len().saturating_sub(lines);
    all.drain(..beyond);
    Ok(Excerpt { lines: all, end, is_cut })
}

fn last_of_stream(mut from: impl Read, lines: usize, cancel: &Cancel) -> io::Result<Excerpt> {
    let mut kept: VecDeque<TextLine> = VecDeque::new();
    let (mut bytes, mut at, mut is_cut) = (0, 0_u64, false);
    let mut rest: Vec<u8> = Vec::new();
    let mut block = vec![0; BLOCK];
    let mut keep = |line: &[u8], at: u64| {
        let text = bare(line).to_vec();
        bytes += text.len();
        kept.push_back(TextLine { at, text });
        while kept.len() > lines || bytes > EXCERPT_BYTES_MAX {
            is_cut |= kept.len() <= lines;
            let Some(first) = kept.pop_front() else { break };
            bytes -= first.text.len();
        }
    };
    while !cancel.is_cancelled() {
        let read = from.read(&mut block)?;
        if read == 0 {
            break;
        }
        rest.extend_from_slice(&block[..read]);
        let mut done = 0;
        while let Some(feed) = memchr::memchr(b'\n', &rest[done..]) {
            keep(&rest[done..=done + feed], at);
            at += feed as u64 + 1;
            done += feed + 1;
        }
        rest.drain(..done);
        if rest.len() > EXCERPT_BYTES_MAX / 2 {
            keep(&rest, at);
            at += rest.len() as u64;
            rest.clear();
        }
    }
    if !rest.is_empty() {
        keep(&rest, at);
        at += rest.len() as u64;
    }
    Ok(Excerpt { lines: kept.into(), end: at, is_cut: is_cut || cancel.is_cancelled() })
}

fn first_of(from: &mut dyn Read, start: u64, lines: usize, cancel: &Cancel) -> io::Result<Excerpt> {
    let mut read = Vec::new();
    let mut feeds = 0;
    while feeds < lines && read.len() < EXCERPT_BYTES_MAX && !cancel.is_cancelled() {
        let before = read.len();
        if (&mut *from).take(BLOCK as u64).read_to_end(&mut read)? == 0 {
            break;
        }
        feeds += memchr::memchr_iter(b'\n', &read[before..]).count();
    }
    let is_cut = feeds < lines && read.len() >= EXCERPT_BYTES_MAX;
    let mut all = split(&read, start);
    all.truncate(lines);
    let end = memchr::memchr_iter(b'\n', &read).nth(lines.saturating_sub(1)).map_or(read.len(), |feed| feed + 1);
    let end = if lines == 0 { 0 } else { end };
    Ok(Excerpt { lines: all, end: start + end as u64, is_cut })
}

/// Reads on where it stopped, in the file that has the name now.
#[derive(Debug)]
pub struct Follower {
    file: LogFile,
    at: u64,
    identity: Identity,
    open: Option<File>,
}

/// What has come since the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    pub lines: Vec<TextLine>,
    /// The file was cleared, or another one took its place: these lines are its first.
    pub is_anew: bool,
    /// There is more already.
    pub is_more: bool,
}

impl Follower {
    /// Behind the last line it gave, in bytes.
    pub fn place(&self) -> u64 {
        self.at
    }

    /// Whole lines that have come. Of a file that is gone for now there are none.
    ///
    /// # Errors
    /// When the file cannot be read. One that is gone is no error: it may come back.
    pub fn look(&mut self) -> Result<Followed, FileError> {
        if self.file.packing == Packing::Packed {
            return Ok(Followed::default());
        }
        let read = self.read();
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Followed::default()),
            read => read.map_err(|error| self.file.io(error)),
        }
    }

    fn read(&mut self) -> io::Result<Followed> {
        // Not through a link that took its place: what it leads to was never listed.
        let meta = fs::symlink_metadata(&self.file.path)?;
        if !meta.is_file() {
            return Ok(Followed::default());
        }
        let mut followed = Followed::default();
        if identity(&meta) != self.identity || meta.len() < self.at {
            (self.at, self.identity, self.open) = (0, identity(&meta), None);
            followed.is_anew = true;
        }
        let mut file = match self.open.take() {
            Some(file) => file,
            None => {
                let file = File::open(&self.file.path)?;
                if identity(&file.metadata()?) != self.identity {
                    return Ok(followed);
                }
                file
            }
        };
        file.seek(SeekFrom::Start(self.at))?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(FOLLOWED_BYTES_MAX as u64).read_to_end(&mut bytes)?;
        let whole = match memchr::memrchr(b'\n', &bytes) {
            Some(feed) => feed + 1,
            None if bytes.len() >= PART_MAX => bytes.len(),
            None => 0,
        };
        followed.is_more = bytes.len() >= FOLLOWED_BYTES_MAX;
        followed.lines = split(&bytes[..whole], self.at);
        self.at += whole as u64;
        self.open = Some(file);
        Ok(followed)
    }
}
