//! Rules, incidents and silences as the database keeps them, and as the crate `alerts` reads them.

use alerts::{Incident, Rule, Silence};
use checks::Maintenance;
use model::Timestamp;
use store::{AlertRule, AlertSilence, StoredIncident, StoredMaintenance};

/// An incident with what the database says of it.
#[derive(Clone, Debug)]
pub struct IncidentState {
    pub incident: Incident,
    pub version: i64,
}

/// Those that can be read; another version of the program may have written the others.
pub(crate) fn rules_of(kept: &[AlertRule]) -> Vec<Rule> {
    kept.iter().filter_map(|rule| serde_json::from_str(&rule.spec).ok()).collect()
}

pub fn incident_of(kept: &StoredIncident) -> Option<IncidentState> {
    let incident = serde_json::from_str(&kept.state).ok()?;
    Some(IncidentState { incident, version: kept.version })
}

impl IncidentState {
    pub fn write(&self) -> StoredIncident {
        let incident = &self.incident;
        StoredIncident {
            id: incident.id,
            rule: incident.rule,
            subject: incident.subject.clone(),
            is_open: incident.phase.is_open(),
            opened_at: incident.since,
            ended_at: incident.ended_at,
            version: self.version,
            state: serde_json::to_string(incident).unwrap_or_default(),
        }
    }
}

pub(crate) fn silence_of(kept: &AlertSilence) -> Silence {
    Silence { rule: kept.rule, subject: kept.subject.clone(), from: kept.starts_at, until: kept.ends_at }
}

/// What planned work keeps quiet now: everything, or what it is about. A check is a subject of rules.
pub(crate) fn silences_of_work(kept: &StoredMaintenance, now: Timestamp) -> Vec<Silence> {
    let Ok(work) = serde_json::from_str::<Maintenance>(&kept.spec) else { return Vec::new() };
    let Some(window) = work.current(now) else { return Vec::new() };
    let silence = |rule, subject| Silence { rule, subject, from: window.start, until: window.end };
    if work.is_about_everything() {
        return vec![silence(None, None)];
    }
    let rules = work.rules.iter().map(|rule| silence(Some(*rule), None));
    rules.chain(work.checks.iter().map(|check| silence(None, Some(check.to_string())))).collect()
}
