//! What a rule would have done with readings of the past: its preview.

use crate::{Incident, NoticeKind, Phase, Quiet, Reading, Rule, lapse, observe, speak};
use model::Timestamp;
use std::collections::HashMap;
use uuid::Uuid;

/// What would have been.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// How often it would have fired; what flaps counts once.
    pub fired: u64,
    /// Messages to each channel.
    pub messages: u64,
    /// Incidents, the last first, no more than a page shows.
    pub incidents: Vec<Incident>,
}

/// Incidents that are shown.
const SHOWN_MAX: usize = 20;

/// Goes through readings in the order of their times.
pub fn replay(rule: &Rule, readings: &[Reading]) -> Replay {
    let mut last: HashMap<&str, Incident> = HashMap::new();
    let mut over = Vec::new();
    let (mut messages, mut made) = (0, 0);
    for reading in readings {
        made += 1;
        let before = last.remove(reading.subject.as_str()).map(|incident| lapse(rule, incident, reading.at));
        let before_id = before.as_ref().map(|incident| incident.id);
        let ended = before.clone();
        let Some(mut incident) = observe(rule, before, reading, Uuid::from_u128(made)) else { continue };
        if before_id.is_some_and(|id| id != incident.id) {
            over.extend(ended);
        }
        messages += u64::from(says(rule, &mut incident, reading.at));
        last.insert(&reading.subject, incident);
    }
    over.extend(last.into_values());
    over.retain(|incident| incident.fired_at.is_some());
    over.sort_by_key(|incident| std::cmp::Reverse((incident.since, incident.id)));
    let fired = over.len() as u64;
    over.truncate(SHOWN_MAX);
    Replay { fired, messages, incidents: over }
}

/// Whether anything is told; as nobody acknowledges what was, nobody else is told of it.
fn says(rule: &Rule, incident: &mut Incident, now: Timestamp) -> bool {
    let told = speak(rule, incident, Quiet::No, now);
    debug_assert!(incident.phase != Phase::Pending || told.is_none());
    told.is_some_and(|notice| notice.kind != NoticeKind::Escalated)
}
