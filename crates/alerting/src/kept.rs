//! Rules, incidents and silences as the database keeps them, and as the crate `alerts` reads them.

use alerts::{Incident, Rule, Silence};
use store::{AlertRule, AlertSilence, StoredIncident};

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
