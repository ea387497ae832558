//! What is said of an incident, and when.

use crate::{Example, Incident, Phase, Rule, RuleKind, Severity};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// Notices of one rule that are told one by one; more of them at once are one notice that says how many.
const APART_MAX: usize = 3;
/// Of those, names that are told.
const NAMES_MAX: usize = 5;

/// What is to be told, frozen as it was when it was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Beside the kind of its rule, which is called so in JSON.
    #[serde(rename = "said")]
    pub kind: NoticeKind,
    pub incident: Uuid,
    pub rule: Uuid,
    /// The name of the rule, where it has one of its own.
    pub rule_name: Option<String>,
    #[serde(flatten)]
    pub about: RuleKind,
    pub severity: Severity,
    pub since: Timestamp,
    pub at: Timestamp,
    /// How often it happened, in all and since the last notice.
    pub count: u64,
    pub new: u64,
    pub example: Example,
    /// Names of other subjects of which the same is said at once, the first of them; and how many there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    #[serde(default)]
    pub others_count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// It is wrong.
    Firing,
    /// It happened again.
    More,
    /// Nobody has acknowledged it.
    Escalated,
    /// It is over.
    Resolved,
    /// Nothing is wrong: somebody tries a channel.
    Test,
}

impl NoticeKind {
    pub const ALL: [Self; 5] = [Self::Firing, Self::More, Self::Escalated, Self::Resolved, Self::Test];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::More => "more",
            Self::Escalated => "escalated",
            Self::Resolved => "resolved",
            Self::Test => "test",
        }
    }
}

/// Whether anything keeps an incident quiet. What is kept quiet is told afterwards, where it still goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quiet {
    No,
    /// Somebody has silenced it.
    Silenced,
    /// What it comes from is told instead.
    Caused,
    /// No channel takes what its rule finds.
    Unheard,
}

/// What is to be said of an incident now. It is noted in the incident as said: both are kept, or neither.
pub fn speak(rule: &Rule, incident: &mut Incident, quiet: Quiet, now: Timestamp) -> Option<Notice> {
    let kind = match incident.phase {
        // Whoever was told is told at once that it is over, whatever else is kept quiet.
        Phase::Resolved if incident.told.is_firing => NoticeKind::Resolved,
        Phase::Firing if quiet == Quiet::No => firing(rule, incident, now)?,
        _ => return None,
    };
    let new = incident.count.saturating_sub(incident.told.count);
    incident.told.is_firing = kind != NoticeKind::Resolved;
    incident.told.is_escalated |= kind == NoticeKind::Escalated;
    incident.told.at = Some(now);
    if kind != NoticeKind::Escalated {
        incident.told.count = incident.count;
    }
    Some(Notice {
        kind,
        incident: incident.id,
        rule: rule.id,
        rule_name: rule.name.clone(),
        about: rule.kind.clone(),
        severity: incident.example.severity(rule.severity),
        since: incident.since,
        at: if kind == NoticeKind::Resolved { incident.ended_at.unwrap_or(now) } else { now },
        count: incident.count,
        new,
        example: incident.example.clone(),
        others: Vec::new(),
        others_count: 0,
    })
}

fn firing(rule: &Rule, incident: &Incident, now: Timestamp) -> Option<NoticeKind> {
    let told = &incident.told;
    let is_throttled = told.at.is_some_and(|at| now < at + rule.throttle());
    if !told.is_firing {
        return (!is_throttled && incident.acknowledged.is_none()).then_some(NoticeKind::Firing);
    }
    if incident.acknowledged.is_some() {
        return None;
    }
    let happens = rule.kind.quiet_after().is_some();
    if happens && incident.count > told.count && !is_throttled {
        return Some(NoticeKind::More);
    }
    let fired_at = incident.fired_at.unwrap_or(incident.since);
    let is_late = rule.escalation.is_some_and(|it| now.since(fired_at) >= Duration::from_secs(it.after_s));
    (is_late && !told.is_escalated).then_some(NoticeKind::Escalated)
}

/// Makes one notice of many that say the same of different subjects of one rule at once: a storm is one message that says how
/// many. `notices` are of one moment; their order is kept.
pub fn group(notices: Vec<Notice>) -> Vec<Notice> {
    let mut groups: Vec<Vec<Notice>> = Vec::new();
    for notice in notices {
        match groups.iter_mut().find(|group| group[0].rule == notice.rule && group[0].kind == notice.kind) {
            Some(group) => group.push(notice),
            None => groups.push(vec![notice]),
        }
    }
    groups.into_iter().flat_map(|group| if group.len() > APART_MAX { vec![joined(group)] } else { group }).collect()
}

fn joined(group: Vec<Notice>) -> Notice {
    let (count, new) = group.iter().fold((0, 0), |(count, new), one| (count + one.count, new + one.new));
    let severity = group.iter().map(|one| one.severity).max();
    let mut rest = group.into_iter();
    let Some(first) = rest.next() else { unreachable!("a group has a first notice") };
    let others_count = rest.len() as u64;
    let others = rest.take(NAMES_MAX).map(|one| one.example.name).collect();
    let severity = severity.unwrap_or(first.severity);
    Notice { severity, count, new, others, others_count, ..first }
}
