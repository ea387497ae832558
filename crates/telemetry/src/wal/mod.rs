//! The write-ahead log: batches are in it, synced, before they are acknowledged.
//!
//! A log file begins with [`MAGIC`], the format's version, the file's stamp, which nobody can guess, and a checksum. Then come
//! frames: a header with a checksum of its own, and a payload with one. A header that is whole tells where the next frame
//! begins even when its payload is not; a header that is not whole is looked for further on. So damage costs the frames it
//! hits, and no others. What is looked through then are bytes that others have sent: a frame has its file's stamp, so that
//! none that was sent is taken for one. File systems may hand out old blocks: the file's number is part of each checksum.

mod payload;
pub(crate) mod set_aside;

use crate::{
    Damage, Kind,
    batch::Numbered,
    disk::{Log, LogFiles},
    positions::PositionChange,
    wire::{Reader, checksum},
};
use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io,
    sync::Arc,
};

pub(crate) use payload::{Payload, decode as decode_payload, encode as encode_payload};

pub(crate) const FOLDER: &str = "wal";
const MAGIC: &[u8; 8] = b"VigieWAL";
const VERSION: u32 = 3;
const FILE_HEADER: usize = 8 + 4 + 8 + 4;
const FRAME_MAGIC: [u8; 4] = *b"VFRK";
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
    stamp: u64,
    end: u64,
    pending: Vec<u8>,
}

impl Wal {
    pub(crate) fn create(disk: &Arc<dyn LogFiles>, number: u64) -> io::Result<Self> {
        let mut log = disk.create_log(&file_name(number))?;
        // The standard library's keys are the system's random numbers.
        let stamp = RandomState::new().build_hasher().finish();
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&stamp.to_le_bytes());
        header.extend_from_slice(&checksum_in(number, &header).to_le_bytes());
        log.write_at(0, &header)?;
        Ok(Self { log, number, stamp, end: FILE_HEADER as u64, pending: Vec::new() })
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether no frame stands in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.end == FILE_HEADER as u64
    }

    /// That stand in it.
    pub(crate) fn bytes(&self) -> u64 {
        self.end
    }

    /// Takes a frame for the next [`Self::commit`].
    pub(crate) fn add(&mut self, first_seq: u64, payload: &[u8]) {
        let start = self.pending.len();
        self.pending.extend_from_slice(&FRAME_MAGIC);
        self.pending.extend_from_slice(&self.stamp.to_le_bytes());
        self.pending.extend_from_slice(&first_seq.to_le_bytes());
        self.pending.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        self.pending.extend_from_slice(&checksum(payload).to_le_bytes());
        let own = checksum_in(self.number, &self.pending[start..]);
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
    pub(crate) batches: Vec<ReplayedBatch>,
    pub(crate) damages: Vec<Damage>,
    /// Those behind which frames follow: they were acknowledged. A crash tears only the last.
    pub(crate) lost: Vec<Damage>,
    /// The last, where it was a frame: acknowledged if the next file's records do not go on where those of this one end.
    pub(crate) torn_end: Option<Damage>,
}

pub(crate) struct ReplayedBatch {
    pub(crate) kind: Kind,
    pub(crate) positions: Vec<PositionChange>,
    pub(crate) numbered: Numbered,
}

/// Reads a whole log file. What cannot be read is told, and left out.
pub(crate) fn replay(disk: &dyn LogFiles, name: &str) -> io::Result<Replayed> {
    let bytes = disk.read_log(name)?;
    let mut replayed = Replayed::default();
    let number = file_number(name).unwrap_or_default();
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(replayed);
    }
    let (key, mut at) = match key(&bytes, number) {
        Some(found) => found,
        None => {
            let what = "its beginning is damaged; its frames are looked for all the same";
            replayed.damages.push(Damage::new(name, what));
            let first = next_frame(&bytes, MAGIC.len(), Key::Any { number });
            let Some(first) = first else { return Ok(replayed) };
            // What stood before it was a frame too, where there is more than a header.
            (first.key, first.start.min(FILE_HEADER))
        }
    };
    let mut doubtful = None;
    while let Some(frame) = next_frame(&bytes, at, key) {
        // Frames follow each other: no room is left between them.
        if frame.start > at {
            let lost = format!("{} bytes between two frames are not readable", frame.start - at);
            let damage = Damage::new(format!("{name}, byte {at}"), lost);
            replayed.lost.push(damage.clone());
            replayed.damages.push(damage);
        }
        replayed.lost.extend(doubtful.take());
        at = frame.start + FRAME_HEADER;
        let Some(payload) = bytes.get(at..at + frame.len) else {
            doubtful = Some(torn(name, frame.start));
            replayed.damages.extend(doubtful.clone());
            at = bytes.len();
            break;
        };
        at += frame.len;
        match (checksum(payload) == frame.checksum).then(|| payload::decode(payload)) {
            Some(Ok(Payload { kind, positions, batch })) => {
                let numbered = Numbered { first_seq: frame.first_seq, batch };
                replayed.batches.push(ReplayedBatch { kind, positions, numbered });
            }
            _ => {
                doubtful = Some(torn(name, frame.start));
                replayed.damages.extend(doubtful.clone());
            }
        }
    }
    if let Some(rest) = bytes.get(at..).filter(|rest| rest.iter().any(|byte| *byte != 0)) {
        replayed.damages.push(torn(name, at));
        // Where a header was erased, the batch was refused.
        let is_erased = rest.iter().take(FRAME_HEADER).all(|byte| *byte == 0);
        doubtful = doubtful.or_else(|| (!is_erased).then(|| torn(name, at)));
    }
    replayed.torn_end = doubtful;
    Ok(replayed)
}

fn torn(name: &str, at: usize) -> Damage {
    let what = "a frame is torn; at the end of the file that is a batch which was never acknowledged";
    Damage::new(format!("{name}, byte {at}"), what)
}

/// By which frames of a file are known.
#[derive(Clone, Copy)]
enum Key {
    Stamp {
        number: u64,
        stamp: u64,
    },
    /// The stamp is not readable.
    Any {
        number: u64,
    },
}

/// What the header of a file says, and where its frames begin; none where it is damaged.
fn key(bytes: &[u8], number: u64) -> Option<(Key, usize)> {
    let mut reader = Reader(bytes.strip_prefix(MAGIC)?);
    let (version, stamp) = (reader.u32().ok()?, reader.u64().ok()?);
    let is_whole = version == VERSION && checksum_in(number, &bytes[..FILE_HEADER - 4]) == reader.u32().ok()?;
    is_whole.then_some((Key::Stamp { number, stamp }, FILE_HEADER))
}

/// The checksum of bytes in the file of that number.
fn checksum_in(number: u64, bytes: &[u8]) -> u32 {
    checksum(&[bytes, &number.to_le_bytes()].concat())
}

struct Frame {
    start: usize,
    /// By which those behind it are known.
    key: Key,
    first_seq: u64,
    len: usize,
    checksum: u32,
}

/// The first whole frame header at `at` or behind it.
fn next_frame(bytes: &[u8], at: usize, key: Key) -> Option<Frame> {
    let rest = bytes.get(at..)?;
    memchr::memmem::find_iter(rest, &FRAME_MAGIC).find_map(|offset| frame_at(bytes, at + offset, key))
}

fn frame_at(bytes: &[u8], start: usize, key: Key) -> Option<Frame> {
    let header = bytes.get(start..start + FRAME_HEADER)?;
    let (checked, own) = header.split_at(FRAME_HEADER - 4);
    let mut reader = Reader(checked.strip_prefix(&FRAME_MAGIC)?);
    let frame = (reader.u64().ok()?, reader.u64().ok()?, reader.u32().ok()?, reader.u32().ok()?);
    let (stamp, first_seq, len, payload_checksum) = frame;
    let (expected, is_its) = match key {
        Key::Stamp { number, stamp: known } => (checksum_in(number, checked), stamp == known),
        Key::Any { number } => (checksum_in(number, checked), true),
    };
    let key = if let Key::Any { number } = key { Key::Stamp { number, stamp } } else { key };
    let whole = expected.to_le_bytes() == own && is_its;
    whole.then_some(Frame { start, key, first_seq, len: len as usize, checksum: payload_checksum })
}

#[cfg(test)]
mod tests;
