//! The write-ahead log: batches are in it, synced, before they are acknowledged.
//!
//! A log file begins with [`MAGIC`], the format's version and the file's number. Then come frames: a header with a checksum of
//! its own, and a payload with one. A header that is whole tells where the next frame begins even when its payload is not;
//! a header that is not whole is looked for further on. So damage costs the frames it hits, and no others. File systems
//! may hand out old blocks: a frame also names its file, and one of another file is not taken.

mod payload;

use crate::{
    Damage,
    batch::Numbered,
    disk::{Disk, Log},
    wire::{Reader, checksum},
};
use std::{io, sync::Arc};

pub(crate) use payload::{decode as decode_payload, encode as encode_payload};

pub(crate) const FOLDER: &str = "wal";
const MAGIC: &[u8; 8] = b"VigieWAL";
const VERSION: u32 = 1;
const FILE_HEADER: usize = 8 + 4 + 8;
const FRAME_MAGIC: u32 = 0x4d52_4656;
const FRAME_HEADER: usize = 4 + 8 + 8 + 4 + 4 + 4;

pub(crate) fn file_name(number: u64) -> String {
    format!("{FOLDER}/{number:012}.wal")
}

/// The number in a log's name; `None` for other files.
pub(crate) fn file_number(name: &str) -> Option<u64> {
    name.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(".wal")?.parse().ok()
}

/// A log file that is being written.
pub(crate) struct Wal {
    log: Box<dyn Log>,
    number: u64,
    end: u64,
    pending: Vec<u8>,
}

impl Wal {
    pub(crate) fn create(disk: &Arc<dyn Disk>, number: u64) -> io::Result<Self> {
        let mut log = disk.create_log(&file_name(number))?;
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&number.to_le_bytes());
        log.write_at(0, &header)?;
        Ok(Self { log, number, end: FILE_HEADER as u64, pending: Vec::new() })
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether no frame stands in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.end == FILE_HEADER as u64
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> u64 {
        self.end
    }

    /// Takes a frame for the next [`Self::commit`].
    pub(crate) fn add(&mut self, first_seq: u64, payload: &[u8]) {
        let start = self.pending.len();
        self.pending.extend_from_slice(&FRAME_MAGIC.to_le_bytes());
        self.pending.extend_from_slice(&self.number.to_le_bytes());
        self.pending.extend_from_slice(&first_seq.to_le_bytes());
        self.pending.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        self.pending.extend_from_slice(&checksum(payload).to_le_bytes());
        let own = checksum(&self.pending[start..]);
        self.pending.extend_from_slice(&own.to_le_bytes());
        self.pending.extend_from_slice(payload);
    }

    /// Writes and syncs all frames that were added, as one. After an error none of them counts, and the file must be left:
    /// nobody knows what of it reached the disk.
    pub(crate) fn commit(&mut self) -> io::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        self.log.write_at(self.end, &pending)?;
        self.log.sync()?;
        self.end += pending.len() as u64;
        self.pending = pending;
        self.pending.clear();
        Ok(())
    }

    /// Takes back, as far as the disk still lets us, what a failed commit may have left behind the last good frame.
    pub(crate) fn abandon(mut self) {
        let erased = self.log.write_at(self.end, &[0; FRAME_HEADER]).and_then(|()| self.log.sync());
        if let Err(error) = erased {
            tracing::warn!(%error, number = self.number, "a refused batch may reappear after a restart");
        }
    }
}

/// What reading a log file has found.
#[derive(Default)]
pub(crate) struct Replayed {
    /// In the order in which they were written.
    pub(crate) batches: Vec<Numbered>,
    pub(crate) damages: Vec<Damage>,
    /// Those behind which frames follow: they were acknowledged. A crash tears only the last.
    pub(crate) lost: Vec<Damage>,
}

/// Reads a whole log file. What cannot be read is told, and left out.
pub(crate) fn replay(disk: &dyn Disk, name: &str, len: u64) -> io::Result<Replayed> {
    let bytes = disk.get(name, 0..len)?;
    let mut replayed = Replayed::default();
    let number = file_number(name).unwrap_or_default();
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(replayed);
    }
    if let Some(damage) = check_file_header(name, &bytes) {
        replayed.damages.push(damage);
    }
    let mut at = FILE_HEADER;
    let mut doubtful = None;
    while let Some(frame) = next_frame(&bytes, at, number) {
        if bytes[at..frame.start].iter().any(|byte| *byte != 0) {
            let lost = format!("{} bytes between two frames are not readable", frame.start - at);
            let damage = Damage::new(format!("{name}, byte {at}"), lost);
            replayed.lost.push(damage.clone());
            replayed.damages.push(damage);
        }
        replayed.lost.extend(doubtful.take());
        at = frame.start + FRAME_HEADER;
        let Some(payload) = bytes.get(at..at + frame.len) else {
            replayed.damages.push(torn(name, frame.start));
            at = bytes.len();
            break;
        };
        at += frame.len;
        match (checksum(payload) == frame.checksum).then(|| payload::decode(payload)) {
            Some(Ok(batch)) => replayed.batches.push(Numbered { first_seq: frame.first_seq, batch }),
            _ => {
                doubtful = Some(torn(name, frame.start));
                replayed.damages.extend(doubtful.clone());
            }
        }
    }
    if bytes.get(at..).is_some_and(|rest| rest.iter().any(|byte| *byte != 0)) {
        replayed.damages.push(torn(name, at));
    }
    Ok(replayed)
}

fn torn(name: &str, at: usize) -> Damage {
    let what = "a frame is torn; at the end of the file that is a batch which was never acknowledged";
    Damage::new(format!("{name}, byte {at}"), what)
}

fn check_file_header(name: &str, bytes: &[u8]) -> Option<Damage> {
    let header = bytes.get(..FILE_HEADER).unwrap_or_default();
    let whole = header.starts_with(MAGIC) && header[8..12] == VERSION.to_le_bytes();
    (!whole).then(|| {
        Damage::new(name, "it does not begin as a log of version 1 does; its frames are looked for all the same")
    })
}

struct Frame {
    start: usize,
    first_seq: u64,
    len: usize,
    checksum: u32,
}

/// The first whole frame header at `at` or behind it.
fn next_frame(bytes: &[u8], at: usize, number: u64) -> Option<Frame> {
    let rest = bytes.get(at..)?;
    memchr::memmem::find_iter(rest, &FRAME_MAGIC.to_le_bytes()).find_map(|offset| frame_at(bytes, at + offset, number))
}

fn frame_at(bytes: &[u8], start: usize, number: u64) -> Option<Frame> {
    let header = bytes.get(start..start + FRAME_HEADER)?;
    let (checked, own) = header.split_at(FRAME_HEADER - 4);
    let mut reader = Reader(&checked[4..]);
    let frame = (reader.u64().ok()?, reader.u64().ok()?, reader.u32().ok()?, reader.u32().ok()?);
    let (file, first_seq, len, payload_checksum) = frame;
    let whole = checksum(checked).to_le_bytes() == own && file == number;
    whole.then_some(Frame { start, first_seq, len: len as usize, checksum: payload_checksum })
}

#[cfg(test)]
mod tests;
