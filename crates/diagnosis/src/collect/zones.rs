//! In which zone a log was written: its own stamps say it, or who asked, or the machine; or two logs tell of one request.

use super::zone_named;
use crate::{
    evidence::{Evidence, Family, HttpRequest, Sign},
    question::Question,
    source::Source,
    tree::Tree,
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

/// The zone of the machine whose tree it is: `/etc/timezone`, else where `/etc/localtime` points, else UTC.
pub(super) fn of_tree(tree: &Tree) -> TimeZone {
    if tree.is_live() {
        return TimeZone::system();
    }
    let named = tree.text("/etc/timezone", 200).and_then(|name| zone_named(&name));
    named
        .or_else(|| {
            let target = tree.link("/etc/localtime")?;
            zone_named(target.to_str()?.split_once("zoneinfo/")?.1)
        })
        .unwrap_or(TimeZone::UTC)
}

/// The zone that is told for a source, else the machine's.
pub(super) fn of_source(name: &str, question: &Question, machine: &TimeZone) -> TimeZone {
    let told = question.zones.iter().find(|(part, _)| name.contains(part.as_str()));
    told.map_or(machine, |(_, zone)| zone).clone()
}

/// Moves sources that do not name their zone, where what they and a source that does say of the same requests or
/// processes is whole quarters of an hour apart.
pub(super) fn align(sources: &mut [Source], evidence: &mut [Evidence]) {
    let open: Vec<usize> = (0..sources.len()).filter(|index| sources[*index].zone.is_some()).collect();
    for index in open {
        let Some(shift) = shift_of(index, evidence) else { continue };
        sources[index].shift_seconds = shift;
        for one in evidence.iter_mut().filter(|one| one.place.source == index && !one.is_zoned) {
            one.at = Timestamp::from_micros(one.at.as_micros() + shift * 1_000_000);
        }
    }
}

/// The shift that most pairs agree on; none where they disagree, or agree on none.
fn shift_of(index: usize, evidence: &[Evidence]) -> Option<i64> {
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
    let shift = best.next()?;
    best.next().is_none().then_some(shift)
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
