//! What a rule has found about one subject, from its beginning to its end.

use crate::{Example, Observed, Reading, Rule};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// What is wrong, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub id: Uuid,
    pub rule: Uuid,
    pub subject: String,
    pub phase: Phase,
    /// When it was first observed, and last.
    pub since: Timestamp,
    pub last_at: Timestamp,
    /// Since when it is worth an alert.
    #[serde(default)]
    pub fired_at: Option<Timestamp>,
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// How often it happened, or was measured too bad.
    pub count: u64,
    /// The last one.
    pub example: Example,
    #[serde(default)]
    pub acknowledged: Option<Acknowledgement>,
    #[serde(default)]
    pub told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The limit is broken, not yet for long enough.
    Pending,
    Firing,
    /// It was observed that it is over.
    Resolved,
    /// Nothing was heard of it for long; or it never fired.
    Expired,
}

impl Phase {
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Firing)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Resolved => "resolved",
            Self::Expired => "expired",
        }
    }
}

/// Somebody looks after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    pub by: String,
    pub at: Timestamp,
}

/// What was said of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// That it fires. Whoever was told so is told when it is over.
    pub is_firing: bool,
    /// Whether more people were told, as nobody had acknowledged.
    pub is_escalated: bool,
    /// The last time, whatever was said.
    pub at: Option<Timestamp>,
    /// How many had happened then.
    pub count: u64,
}

impl Incident {
    fn new(rule: &Rule, id: Uuid, reading: &Reading) -> Self {
        Self {
            id,
            rule: rule.id,
            subject: reading.subject.clone(),
            phase: Phase::Pending,
            since: reading.at,
            last_at: reading.at,
            fired_at: None,
            ended_at: None,
            count: 0,
            example: Example::default(),
            acknowledged: None,
            told: Told::default(),
        }
    }

    /// Somebody looks after it; whoever said so first.
    pub fn acknowledge(&mut self, by: &str, at: Timestamp) {
        if self.phase.is_open() && self.acknowledged.is_none() {
            self.acknowledged = Some(Acknowledgement { by: by.to_owned(), at });
        }
    }

    /// How long it took, or has taken by now.
    pub fn lasted(&self, now: Timestamp) -> Duration {
        self.ended_at.unwrap_or(now).since(self.since)
    }

    fn end(mut self, phase: Phase, at: Timestamp) -> Self {
        self.phase = phase;
        self.ended_at = Some(at);
        self
    }
}

/// What a reading makes of the last incident of its subject, under this rule. What is over begins anew where it comes back
/// within the time that the rule keeps quiet for: that is one incident, however often it flaps. `id` is for a new one.
pub fn observe(rule: &Rule, last: Option<Incident>, reading: &Reading, id: Uuid) -> Option<Incident> {
    let times = match reading.observed {
        Observed::Happened { times } => times,
        Observed::Measured { value } if rule.kind.is_broken_by(value) => 1,
        Observed::Measured { .. } | Observed::Over => return last.map(|incident| over(incident, reading)),
    };
    let mut incident = match last {
        Some(open) if open.phase.is_open() => open,
        Some(recent) if recent.ended_at.is_some_and(|at| reading.at < at + rule.throttle()) => {
            reopened(recent, reading.at)
        }
        _ => Incident::new(rule, id, reading),
    };
    incident.count = incident.count.saturating_add(times);
    incident.last_at = incident.last_at.max(reading.at);
    incident.example = reading.example.clone();
    if matches!(reading.observed, Observed::Happened { .. }) {
        // Who acknowledged knew of those before.
        incident.acknowledged = None;
    }
    if incident.phase == Phase::Pending && reading.at.since(incident.since) >= Duration::from_secs(rule.for_s) {
        incident.phase = Phase::Firing;
        incident.fired_at = incident.fired_at.or(Some(reading.at));
    }
    Some(incident)
}

fn reopened(mut incident: Incident, at: Timestamp) -> Incident {
    incident.phase = if incident.fired_at.is_some() { Phase::Firing } else { Phase::Pending };
    if incident.phase == Phase::Pending {
        // It never fired: its limit has to be broken anew for long enough.
        incident.since = at;
    }
    incident.ended_at = None;
    incident.acknowledged = None;
    incident.told = Told { at: incident.told.at, count: incident.told.count, ..Told::default() };
    incident
}

fn over(incident: Incident, reading: &Reading) -> Incident {
    match incident.phase {
        Phase::Firing => incident.end(Phase::Resolved, reading.at),
        Phase::Pending => incident.end(Phase::Expired, reading.at),
        Phase::Resolved | Phase::Expired => incident,
    }
}

/// What becomes of an incident whose rule is deleted or off: it is over, and nothing is said of it.
pub fn withdraw(incident: Incident, now: Timestamp) -> Incident {
    if incident.phase.is_open() { incident.end(Phase::Expired, now) } else { incident }
}

/// What time makes of an incident: what only happens is over once nothing was heard of it for long.
pub fn lapse(rule: &Rule, incident: Incident, now: Timestamp) -> Incident {
    let Some([unacknowledged, acknowledged]) = rule.kind.quiet_after() else { return incident };
    let (from, quiet) = match &incident.acknowledged {
        Some(word) => (incident.last_at.max(word.at), acknowledged),
        None => (incident.last_at, unacknowledged),
    };
    if incident.phase.is_open() && now.since(from) >= quiet { incident.end(Phase::Expired, now) } else { incident }
}
