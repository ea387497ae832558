//! In which zone a log was written: its own stamps say it, or who asked, or the machine; or two logs tell of one request.

use super::{
    ends::{self, FileEnd},
    zone_named,
};
use crate::{
    evidence::{Evidence, Family, HttpRequest, Sign},
    question::{self, Question},
    source::Source,
    tree::{Found, Tree},
};
use jiff::tz::TimeZone;
use model::Timestamp;
use std::collections::BTreeMap;

const QUARTER: i64 = 900;
/// Seconds that two lines about one moment may be apart.
const APART_MAX: i64 = 5;
/// Pairs that are looked at for one source.
const PAIRS_MAX: usize = 20_000;
/// Lines of one source that are held against those of others.
const OWN_MAX: usize = 300;

/// The zone that a copied tree names as that of its machine: `/etc/timezone`, else where `/etc/localtime` points.
pub(super) fn of_machine(tree: &Tree) -> Option<TimeZone> {
    let named = tree.text("/etc/timezone", 200).and_then(|name| zone_named(&name));
    named.or_else(|| {
        let target = tree.link("/etc/localtime")?;
        zone_named(target.to_str()?.split_once("zoneinfo/")?.1)
    })
}

/// Seconds that the ends of two logs may be apart that are both written to all the time, and what offsets are multiples of.
const ENDS_APART: i64 = 180;
const HALF_HOUR: i64 = 1800;

/// The offset of logs that name no zone: those that name theirs end whole half hours before or after them.
pub(super) fn of_ends(ends: &[FileEnd]) -> Option<TimeZone> {
    let newest = |is_zoned| ends.iter().filter(|end| end.is_zoned == is_zoned).filter_map(|end| end.last).max();
    let (zoned, open) = (newest(true)?, newest(false)?);
    let seconds = (open.as_micros() - zoned.as_micros()) / 1_000_000;
    let offset = (seconds as f64 / HALF_HOUR as f64).round() as i64 * HALF_HOUR;
    let is_offset = offset != 0 && offset.abs() <= 14 * 3600 && (seconds - offset).abs() <= ENDS_APART;
    let offset = is_offset.then(|| i32::try_from(offset).ok()).flatten()?;
    Some(TimeZone::fixed(jiff::tz::Offset::from_seconds(offset).ok()?))
}

/// Bytes at the end of a file in which an offset is looked for, and files that are looked at.
const OFFSET_BYTES: u64 = 8 << 10;
const OFFSET_FILES_MAX: usize = 300;

/// The offset that most logs have behind their clock, `+0100`: who writes one writes in the machine's own time. `Z` is written
/// in any zone, and says nothing.
pub(super) fn offset_of_most(files: &[Found]) -> Option<TimeZone> {
    let mut votes: BTreeMap<i32, usize> = BTreeMap::new();
    for file in files.iter().take(OFFSET_FILES_MAX) {
        let Some(bytes) = ends::end_of(file, OFFSET_BYTES) else { continue };
        let last = bytes.split(|byte| *byte == b'\n').rev().find_map(offset_in);
        last.into_iter().for_each(|offset| *votes.entry(offset).or_default() += 1);
    }
    let (offset, _) = votes.into_iter().max_by_key(|(offset, count)| (*count, *offset != 0))?;
    Some(TimeZone::fixed(jiff::tz::Offset::from_seconds(offset).ok()?))
}

/// Bytes of a line in which its time is looked for.
const STAMP_BYTES: usize = 400;

/// The seconds of the first offset that stands behind a clock: `:02 +0100`, `:02.123+01:00`.
fn offset_in(line: &[u8]) -> Option<i32> {
    let line = &line[..line.len().min(STAMP_BYTES)];
    let is_digit = |at: usize| line.get(at).is_some_and(u8::is_ascii_digit);
    let number = |at: usize| Some(i32::from(line.get(at)? - b'0') * 10 + i32::from(line.get(at + 1)? - b'0'));
    memchr::memchr_iter(b':', line).find_map(|colon| {
        let mut at = colon + 3;
        (is_digit(colon + 1) && is_digit(colon + 2)).then_some(())?;
        if matches!(line.get(at), Some(b'.' | b',')) {
            at += 1 + line[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
        at += usize::from(line.get(at) == Some(&b' '));
        let sign = match line.get(at)? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let minutes = at + 3 + usize::from(line.get(at + 3) == Some(&b':'));
        let is_offset = [at + 1, at + 2, minutes, minutes + 1].into_iter().all(is_digit) && !is_digit(minutes + 2);
        is_offset.then_some(())?;
        let (hours, minutes) = (number(at + 1)?, number(minutes)?);
        (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
    })
}

/// The zone that is told for a source, else that of its program, else the machine's.
pub(super) fn of_source(name: &str, end: FileEnd, question: &Question, machine: &TimeZone) -> TimeZone {
    let told = question.zones.iter().find(|(part, _)| !part.is_empty() && name.contains(part.as_str()));
    match told {
        Some((_, zone)) => zone.clone(),
        None if end.is_utc => TimeZone::UTC,
        None => machine.clone(),
    }
}

/// Moves sources that do not name their zone, where what they and a source that does say of the same requests or
/// processes is whole quarters of an hour apart.
pub(super) fn align(sources: &mut [Source], evidence: &mut [Evidence]) {
    let open: Vec<usize> = (0..sources.len()).filter(|index| sources[*index].zone.is_some()).collect();
    for index in open {
        let zone = sources[index].zone.as_deref().and_then(question::named);
        let Some(shift) = shift_of(index, zone.as_ref(), evidence) else { continue };
        sources[index].shift_seconds = shift;
        for one in evidence.iter_mut().filter(|one| one.place.source == index && !one.is_zoned) {
            one.at = Timestamp::from_micros(one.at.as_micros() + shift * 1_000_000);
        }
    }
}

/// Pairs that have to agree on a shift that the zone does not make likely.
const AGREEING_MIN: usize = 2;

/// The shift that most pairs agree on; none where they disagree, or agree on none. One pair alone is enough for a log that was written in
/// UTC, or for any zone where none is known: else it may be a request that is told of when it came, and when it ended.
fn shift_of(index: usize, zone: Option<&TimeZone>, evidence: &[Evidence]) -> Option<i64> {
    let own = evidence
        .iter()
        .filter(|one| one.place.source == index && !one.is_zoned && (one.request.is_some() || one.actor.pid.is_some()))
        .take(OWN_MAX);
    let others: Vec<&Evidence> = evidence.iter().filter(|one| one.place.source != index && one.is_zoned).collect();
    let mut votes: BTreeMap<i64, usize> = BTreeMap::new();
    let mut pairs = 0;
    for one in own {
        for other in others.iter().filter(|other| are_of_one_event(one, other)) {
            let seconds = (other.at.as_micros() - one.at.as_micros()) / 1_000_000;
            let shift = (seconds as f64 / QUARTER as f64).round() as i64 * QUARTER;
            if (seconds - shift).abs() <= APART_MAX {
                *votes.entry(shift).or_default() += 1;
            }
            pairs += 1;
            if pairs > PAIRS_MAX {
                break;
            }
        }
    }
    // What already fits stays.
    if votes.get(&0).copied().unwrap_or(0) > 0 {
        return None;
    }
    let most = votes.values().copied().max()?;
    let mut best = votes.iter().filter(|(_, count)| **count == most).map(|(shift, _)| *shift);
    let shift = best.next().filter(|_| best.next().is_none())?;
    let offset = evidence
        .iter()
        .find(|one| one.place.source == index && !one.is_zoned)
        .map_or(0, |one| zone.map_or(0, |zone| i64::from(one.at.in_zone(zone).offset().seconds())));
    let is_likely = shift == offset || offset == 0 && shift % HALF_HOUR == 0;
    (most >= AGREEING_MIN || is_likely).then_some(shift)
}

/// Whether two lines speak of the end of the same thing: a request that failed, or a process.
fn are_of_one_event(one: &Evidence, other: &Evidence) -> bool {
    if let (Some(one), Some(other)) = (&one.request, &other.request) {
        return other.status.is_some_and(|status| status >= 499) && is_same_request(one, other);
    }
    let of_process = |evidence: &Evidence| {
        matches!(evidence.sign, Sign::WorkerTimeout | Sign::OomKill | Sign::WorkerKilled | Sign::TaskWorkerLost)
    };
    let is_apart = one.family != other.family || one.family == Family::AppServer;
    of_process(one) && of_process(other) && is_apart && one.actor.pid.is_some() && one.actor.pid == other.actor.pid
}

fn is_same_request(one: &HttpRequest, other: &HttpRequest) -> bool {
    let has_same_client = one.client.is_none() || other.client.is_none() || one.client == other.client;
    let has_same_method = one.method.is_empty() || one.method == other.method;
    !one.path.is_empty() && one.path == other.path && has_same_client && has_same_method
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_behind_a_clock_is_found() {
        for (line, expected) in [
            ("192.0.2.1 - - [31/Jan/2024:22:20:02 +0100] \"POST /x HTTP/1.1\" 502 0", Some(3600)),
            ("[2024-01-31 22:20:02 -0330] [811] [CRITICAL] x", Some(-12_600)),
            ("2024-01-31T22:20:02.123456+05:30 web app: x", Some(19_800)),
            ("2024-01-31T22:20:02Z x", None),
            ("Jan 31 22:20:02 web app[7]: 10:25 - 2500 sent", None),
            ("2024-01-31 22:20:02 -12345 items", None),
        ] {
            assert_eq!(offset_in(line.as_bytes()), expected, "{line}");
        }
    }
}
