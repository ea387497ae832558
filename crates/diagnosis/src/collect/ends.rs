//! What the ends of files tell: the newest moment of all, and the year of logs that leave it out.

use super::read;
use crate::{
    source::stem,
    tree::{Found, open_plain},
};
use jiff::tz::TimeZone;
use model::Timestamp;
use sources::{
    Options, Reader,
    timestamps::{Reference, Stamp},
};
use std::{
    collections::BTreeSet,
    io::{Read as _, Seek as _, SeekFrom},
    time::Duration,
};

/// Bytes at the end of a file that are looked at.
const END_BYTES: u64 = 48 << 10;
const DAY: Duration = Duration::from_secs(86_400);

pub(super) struct Ends {
    /// The newest moment that anything was logged.
    pub(super) latest: Timestamp,
    /// The newest moment that a line names.
    pub(super) newest: Option<Timestamp>,
    pub(super) files: Vec<FileEnd>,
}

/// What the end of one file tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileEnd {
    /// The moment that its last line cannot be much later than.
    pub(super) reference: Timestamp,
    /// Whether its lines name their zone, or are known to be in the one that is assumed.
    pub(super) is_placed: bool,
    /// Its newest time, and whether its lines name their zone.
    pub(super) last: Option<Timestamp>,
    pub(super) is_zoned: bool,
    /// Whether its program writes in UTC wherever the machine is.
    pub(super) is_utc: bool,
}

/// Formats of programs that set their clock to UTC when they start, whatever the zone of the machine: Odoo's
/// `odoo/__init__.py` does.
const OF_UTC: &[&str] = &["odoo"];

/// A large log is written to all the time: where it ends when those do that name their zone, its zone is the one assumed.
const BUSY_BYTES_MIN: u64 = 4 << 20;
const ENDS_APART_MAX: Duration = Duration::from_secs(600);

/// A copied tree has the times of the copy on its files: there the newest date that is written in full counts, else `asked`, the
/// moment that is asked about, where its year is told.
pub(super) fn learn(files: &[Found], zone: &TimeZone, now: Timestamp, is_live: bool, asked: Option<Timestamp>) -> Ends {
    let ends: Vec<Last> = files.iter().map(|file| last_of(file, zone, file.modified.min(now))).collect();
    let ends = in_their_zones(ends, zone);
    let is_dated = |last: &&Last| {
        last.stamp.is_some_and(|stamp| matches!(stamp, Stamp::Instant(_) | Stamp::Civil(_) | Stamp::Slashed { .. }))
    };
    let dated = ends.iter().filter(is_dated).filter_map(|last| last.at).filter(|at| *at <= now + DAY).max();
    let dated = dated.or(asked);
    let reference = |file: &Found| match dated {
        Some(dated) if !is_live => dated + DAY / 2,
        _ => file.modified.min(now),
    };
    // What leaves its year out is read again by what is known now.
    let at_last = |(file, last): (&Found, &Last)| {
        if is_dated(&last) { last.at } else { last_of(file, zone, reference(file)).at }
    };
    let last_at: Vec<Option<Timestamp>> = files.iter().zip(&ends).map(at_last).collect();
    let is_zoned = |last: &Last| matches!(last.stamp, Some(Stamp::Instant(_)));
    let of_zoned = ends.iter().filter(|last| is_zoned(last)).filter_map(|last| last.at).filter(|at| *at <= now + DAY);
    let newest_zoned = if is_live { Some(now) } else { of_zoned.max() };
    let fits =
        |at: Timestamp| newest_zoned.is_some_and(|newest| newest.since(at).max(at.since(newest)) <= ENDS_APART_MAX);
    // What was rotated of it is in the same zone.
    let placed: BTreeSet<&str> = files
        .iter()
        .zip(&last_at)
        .filter(|(file, at)| file.bytes >= BUSY_BYTES_MIN && at.is_some_and(fits))
        .map(|(file, _)| stem(&file.inside))
        .collect();
    let end = |((file, last), at): ((&Found, &Last), &Option<Timestamp>)| FileEnd {
        reference: reference(file),
        is_placed: is_zoned(last) || placed.contains(stem(&file.inside)),
        last: *at,
        is_zoned: is_zoned(last),
        is_utc: last.is_utc,
    };
    let of_files = files.iter().zip(&ends).zip(&last_at).map(end).collect();
    let newest = last_at.into_iter().flatten().filter(|at| *at <= now + DAY).max();
    let latest = newest.filter(|_| !is_live).unwrap_or(now);
    Ends { latest, newest, files: of_files }
}

/// What is said to be in UTC and would end long after all other logs then was written in the zone of the machine: somebody has
/// configured it so.
fn in_their_zones(ends: Vec<Last>, zone: &TimeZone) -> Vec<Last> {
    let others = ends.iter().filter(|last| !last.is_utc).filter_map(|last| last.at).max();
    let placed = |last: Last| {
        let (Some(others), Some(at), true) = (others, last.at, last.is_utc) else { return last };
        let offset = i64::from(at.in_zone(zone).offset().seconds());
        let local = Timestamp::from_micros(at.as_micros() - offset * 1_000_000);
        let is_late = at > others + LATE_MIN && local <= others + ENDS_APART_MAX;
        if is_late { Last { at: Some(local), is_utc: false, ..last } } else { last }
    };
    ends.into_iter().map(placed).collect()
}

/// How long after all others a log ends at least that cannot be in the zone that is assumed.
const LATE_MIN: Duration = Duration::from_secs(1500);

/// The last line of a file that has a time.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    at: Option<Timestamp>,
    stamp: Option<Stamp>,
    is_utc: bool,
}

fn last_of(file: &Found, zone: &TimeZone, reference: Timestamp) -> Last {
    let Some(bytes) = end_of(file, END_BYTES) else { return Last::default() };
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
            let format = record.parsed.inner.unwrap_or(record.parsed.format);
            last = Last { at: last.at.max(Some(at)), stamp: Some(stamp), is_utc: OF_UTC.contains(&format) };
        }
    };
    for line in bytes.split(|byte| *byte == b'\n') {
        reader.push(line, reference, &mut note);
    }
    reader.finish(&mut note);
    if last.is_utc && *zone != TimeZone::UTC { last_of(file, &TimeZone::UTC, reference) } else { last }
}

/// The last whole lines of a plain file; the beginning of a packed one.
pub(super) fn end_of(file: &Found, bytes_max: u64) -> Option<Vec<u8>> {
    let mut plain = open_plain(&file.real).ok()?;
    let mut bytes = Vec::new();
    if file.inside.ends_with(".gz") {
        flate2::read::MultiGzDecoder::new(plain).take(bytes_max).read_to_end(&mut bytes).ok()?;
        return Some(bytes);
    }
    let start = file.bytes.saturating_sub(bytes_max);
    plain.seek(SeekFrom::Start(start)).ok()?;
    plain.take(bytes_max).read_to_end(&mut bytes).ok()?;
    if start > 0 {
        let first = memchr::memchr(b'\n', &bytes)? + 1;
        bytes.drain(..first);
    }
    Some(bytes)
}
