//! What the ends of files tell: the newest moment of all, and the year of logs that leave it out.

use super::read;
use crate::tree::{Found, open_plain};
use jiff::tz::TimeZone;
use model::Timestamp;
use sources::{
    Options, Reader,
    timestamps::{Reference, Stamp},
};
use std::{
    io::{Read as _, Seek as _, SeekFrom},
    time::Duration,
};

/// Bytes at the end of a file that are looked at.
const END_BYTES: u64 = 48 << 10;
const DAY: Duration = Duration::from_secs(86_400);

pub(super) struct Ends {
    /// The newest moment that anything was logged.
    pub(super) latest: Timestamp,
    pub(super) files: Vec<FileEnd>,
}

/// What the end of one file tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileEnd {
    /// The moment that its last line cannot be much later than.
    pub(super) reference: Timestamp,
    /// Whether its lines name their zone.
    pub(super) is_zoned: bool,
}

/// A copied tree has the times of the copy on its files: there the newest date that is written in full counts.
pub(super) fn learn(files: &[Found], zone: &TimeZone, now: Timestamp, is_live: bool) -> Ends {
    let ends: Vec<Last> = files.iter().map(|file| last_of(file, zone, file.modified.min(now))).collect();
    let is_dated = |last: &&Last| {
        last.stamp.is_some_and(|stamp| matches!(stamp, Stamp::Instant(_) | Stamp::Civil(_) | Stamp::Slashed { .. }))
    };
    let dated = ends.iter().filter(is_dated).filter_map(|last| last.at).filter(|at| *at <= now + DAY).max();
    let reference = |file: &Found| match dated {
        Some(dated) if !is_live => dated + DAY / 2,
        _ => file.modified.min(now),
    };
    let is_zoned = |last: &Last| matches!(last.stamp, Some(Stamp::Instant(_)));
    let ends_of =
        files.iter().zip(&ends).map(|(file, last)| FileEnd { reference: reference(file), is_zoned: is_zoned(last) });
    let ends_of: Vec<FileEnd> = ends_of.collect();
    // What leaves its year out is read again by what is known now.
    let again = files.iter().zip(&ends).zip(&ends_of).filter(|((_, last), _)| !is_dated(last));
    let others = again.filter_map(|((file, _), end)| last_of(file, zone, end.reference).at);
    let latest = others.chain(dated).max().filter(|_| !is_live).unwrap_or(now);
    Ends { latest, files: ends_of }
}

/// The last line of a file that has a time.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    at: Option<Timestamp>,
    stamp: Option<Stamp>,
}

fn last_of(file: &Found, zone: &TimeZone, reference: Timestamp) -> Last {
    let Some(bytes) = end_of(file) else { return Last::default() };
    let options = Options {
        zone: zone.clone(),
        reference: Reference::Modified(reference),
        limits: read::limits(),
        scrubber: None,
    };
    let mut reader = Reader::new(options);
    let mut last = Last::default();
    let mut note = |record: sources::Record<'_>| {
        if let (Some(at), Some(stamp)) = (record.time, record.parsed.stamp) {
            last = Last { at: last.at.max(Some(at)), stamp: Some(stamp) };
        }
    };
    for line in bytes.split(|byte| *byte == b'\n') {
        reader.push(line, reference, &mut note);
    }
    reader.finish(&mut note);
    last
}

/// The last whole lines of a plain file; the beginning of a packed one.
fn end_of(file: &Found) -> Option<Vec<u8>> {
    let mut plain = open_plain(&file.real).ok()?;
    let mut bytes = Vec::new();
    if file.inside.ends_with(".gz") {
        flate2::read::MultiGzDecoder::new(plain).take(END_BYTES).read_to_end(&mut bytes).ok()?;
        return Some(bytes);
    }
    let start = file.bytes.saturating_sub(END_BYTES);
    plain.seek(SeekFrom::Start(start)).ok()?;
    plain.take(END_BYTES).read_to_end(&mut bytes).ok()?;
    if start > 0 {
        let first = memchr::memchr(b'\n', &bytes)? + 1;
        bytes.drain(..first);
    }
    Some(bytes)
}
