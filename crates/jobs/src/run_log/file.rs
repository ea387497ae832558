//! One job's file: appending within the cap, and reading by offset.

use super::{Cursor, Entry, LOG_FULL, Limits, Page, RECORDS_LOST, Record};
use model::{Level, Timestamp};
use serde_json::{Map, json};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// The marker's line is always this long, so that its count is rewritten in place.
const MARKER_BYTES: usize = 256;

/// The most bytes that one page reads.
const PAGE_BYTES_MAX: u64 = 4 << 20;

pub(super) struct JobFile {
    file: File,
    limits: Limits,
    len: u64,
    /// The file ends within a line: a crash or a full disk cut it.
    torn: bool,
    /// Records that found no room, once the file is full.
    dropped: Option<u64>,
    /// Records lost to write errors and not yet told of in the file.
    lost: u64,
}

impl JobFile {
    pub(super) fn open(path: &Path, limits: Limits) -> io::Result<Self> {
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
        let mut file = options.open(path)?;
        let len = file.seek(SeekFrom::End(0))?;
        let torn = len > 0 && last_byte(&mut file, len)? != b'\n';
        let dropped = marker_count(&mut file, len)?;
        Ok(Self { file, limits, len, torn, dropped, lost: 0 })
    }

    /// One write for the whole batch. After an error the file is as it was before, and the batch is lost.
    pub(super) fn append(&mut self, records: &[Record]) -> io::Result<()> {
        let Some(last) = records.last() else { return Ok(()) };
        if let Some(dropped) = self.dropped {
            return self.rewrite_marker(dropped + records.len() as u64, last.at);
        }
        let room = self.limits.file_bytes_max.saturating_sub(self.len + MARKER_BYTES as u64);
        let mut bytes = Vec::with_capacity(records.len() * 256);
        if self.torn {
            bytes.push(b'\n');
        }
        if self.lost > 0 {
            encode(&lost_record(self.lost, last.at), self.limits.line_bytes_max, &mut bytes);
        }
        let mut dropped = None;
        for (position, record) in records.iter().enumerate() {
            let before = bytes.len();
            encode(record, self.limits.line_bytes_max, &mut bytes);
            if bytes.len() as u64 > room {
                bytes.truncate(before);
                let count = (records.len() - position) as u64;
                bytes.extend_from_slice(&marker(count, last.at));
                dropped = Some(count);
                break;
            }
        }
        self.write(&bytes).inspect_err(|_| self.lost += records.len() as u64)?;
        (self.lost, self.torn, self.dropped) = (0, false, dropped);
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn replace(&mut self, file: File) {
        (self.file, self.len, self.torn) = (file, 0, false);
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.len))?;
        match self.file.write_all(bytes) {
            Ok(()) => {
                self.len += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Whatever part got through goes away again; shortening needs no space.
                if self.file.set_len(self.len).is_err() {
                    self.len = self.file.metadata().map_or(self.len, |meta| meta.len());
                    self.torn = true;
                }
                Err(error)
            }
        }
    }

    fn rewrite_marker(&mut self, dropped: u64, at: Timestamp) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.len - MARKER_BYTES as u64))?;
        self.file.write_all(&marker(dropped, at))?;
        self.dropped = Some(dropped);
        Ok(())
    }
}

/// Up to `limit` records from `after`.
pub(super) fn page(path: &Path, limits: Limits, after: Cursor, limit: usize) -> io::Result<Page> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Page::default()),
        Err(error) => return Err(error),
    };
    let len = file.metadata()?.len();
    // Beyond the end: the log was removed and begun again.
    let start = if after.0 > len { 0 } else { after.0 };
    let inside = start > 0 && byte_at(&mut file, start - 1)? != b'\n';
    file.seek(SeekFrom::Start(start))?;
    let mut lines = Lines { reader: BufReader::with_capacity(64 << 10, file), at: start, cap: limits.line_bytes_max };
    let mut page = Page { next: Cursor(start), ..Page::default() };
    if inside && lines.next()?.is_none() {
        return Ok(page);
    }
    page.next = Cursor(lines.at);
    while page.entries.len() < limit && page.next.0 - start < PAGE_BYTES_MAX {
        let Some(line) = lines.next()? else { break };
        page.next = Cursor(lines.at);
        match serde_json::from_slice(&line) {
            Ok(record) => page.entries.push(Entry { next: page.next, record }),
            Err(_) if line.is_empty() => {}
            Err(_) => page.unreadable += 1,
        }
    }
    Ok(page)
}

/// The last `limit` records: a window at the end that doubles until it holds them.
pub(super) fn tail(path: &Path, limits: Limits, limit: usize) -> io::Result<Page> {
    let len = match std::fs::metadata(path) {
        Ok(meta) => meta.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Page::default()),
        Err(error) => return Err(error),
    };
    let mut window = (limit as u64 * 256).clamp(1 << 10, PAGE_BYTES_MAX);
    loop {
        let start = len.saturating_sub(window);
        let mut page = page(path, limits, Cursor(start), usize::MAX)?;
        if page.entries.len() >= limit || start == 0 || window >= PAGE_BYTES_MAX {
            let surplus = page.entries.len().saturating_sub(limit);
            page.entries.drain(..surplus);
            return Ok(page);
        }
        window *= 2;
    }
}

/// Whole lines without their end, none longer than `cap` in memory.
struct Lines {
    reader: BufReader<File>,
    /// The offset behind the last whole line.
    at: u64,
    cap: usize,
}

impl Lines {
    /// The next whole line; a longer one than `cap` comes cut. `None` at the end, or at a line still being written.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut size = 0_u64;
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            let wanted = part.len().min((self.cap + 1).saturating_sub(line.len()));
            line.extend_from_slice(&part[..wanted]);
            let used = part.len() + usize::from(end.is_some());
            size += used as u64;
            self.reader.consume(used);
            if end.is_some() {
                self.at += size;
                return Ok(Some(line));
            }
        }
    }
}

/// Writes `record` as one line of at most `line_bytes_max` bytes.
fn encode(record: &Record, line_bytes_max: usize, bytes: &mut Vec<u8>) {
    let before = bytes.len();
    // Strings and numbers into memory: this cannot fail.
    let _ = serde_json::to_writer(&mut *bytes, record);
    if bytes.len() - before >= line_bytes_max {
        bytes.truncate(before);
        // Each character takes at most six bytes as `\u001f`.
        let keep = line_bytes_max.saturating_sub(512) / 6;
        let cut = |text: &str, bytes_max: usize| {
            let end = text.floor_char_boundary(bytes_max);
            if end < text.len() { format!("{} …", &text[..end]) } else { text.to_owned() }
        };
        let mut fields = Map::new();
        fields.insert("truncated".to_owned(), json!(true));
        let short = Record { event: cut(&record.event, 32), message: cut(&record.message, keep), fields, ..*record };
        let _ = serde_json::to_writer(&mut *bytes, &short);
    }
    bytes.push(b'\n');
}

fn lost_record(lost: u64, at: Timestamp) -> Record {
    let fields = Map::from_iter([("lost".to_owned(), json!(lost))]);
    let message = format!("{lost} records are missing here: they could not be written");
    Record { at, level: Level::Warning, event: RECORDS_LOST.to_owned(), message, fields }
}

fn marker(dropped: u64, at: Timestamp) -> Vec<u8> {
    let fields = Map::from_iter([("dropped".to_owned(), json!(dropped))]);
    let message = format!("this log is full: {dropped} records dropped");
    let record = Record { at, level: Level::Warning, event: LOG_FULL.to_owned(), message, fields };
    let mut line = serde_json::to_vec(&record).unwrap_or_default();
    // Spaces behind the value are still JSON.
    line.resize(MARKER_BYTES - 1, b' ');
    line.push(b'\n');
    line
}

fn marker_count(file: &mut File, len: u64) -> io::Result<Option<u64>> {
    let Some(start) = len.checked_sub(MARKER_BYTES as u64) else { return Ok(None) };
    file.seek(SeekFrom::Start(start))?;
    let mut line = [0; MARKER_BYTES];
    file.read_exact(&mut line)?;
    let record: Option<Record> = serde_json::from_slice(&line).ok();
    Ok(record.filter(|record| record.event == LOG_FULL).and_then(|record| record.fields.get("dropped")?.as_u64()))
}

fn last_byte(file: &mut File, len: u64) -> io::Result<u8> {
    byte_at(file, len - 1)
}

fn byte_at(file: &mut File, offset: u64) -> io::Result<u8> {
    file.seek(SeekFrom::Start(offset))?;
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}
