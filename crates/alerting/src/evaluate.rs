//! One round: what happened and what is measured becomes incidents and messages, in one transaction.

use crate::{
    Alerts,
    channel::ChannelSettings,
    kept::{IncidentState, incident_of, rules_of, silence_of, silences_of_work},
    measure::CELERY_SILENT,
};
use alerts::{
    Incident, Notice, NoticeKind, Quiet, Reading, Rule, Silence, group, is_caused_by, lapse, observe, speak, withdraw,
};
use jobs::{Again, DoneBy, Work};
use model::Timestamp;
use std::{
    collections::{HashMap, HashSet},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use store::{AlertChannel, AlertRecord, NewDelivery};
use uuid::Uuid;

/// How often it is looked at what happened; every so many times, at what is measured, too.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const MEASURED_EACH: u64 = 4;
/// Events that are looked at as one.
const EVENTS_MAX: u32 = 20_000;
/// Incidents of one rule that are open at a time. What happens beyond them is counted in one, under this subject.
const SUBJECTS_MAX: usize = 100;
const FURTHER: &str = "*";
/// How long what ended is looked back at: as long as a rule may keep quiet.
const LOOKED_BACK: Duration = Duration::from_secs(86_400);

/// Which round it is.
#[derive(Default)]
pub(crate) struct Rounds(AtomicU64);

impl Alerts {
    /// Holds rules against what happens. One process does it for all; where two take turns, one of them writes nothing.
    pub fn evaluating(self) -> Work {
        Work::new("alerts", LOOK_EVERY, DoneBy::Leader, move || {
            let alerts = self.clone();
            async move { alerts.look().await.map(|()| Again::AsUsual).map_err(|error| error.to_string()) }
        })
    }

    async fn look(&self) -> store::Result<()> {
        let round = self.0.rounds.0.fetch_add(1, Ordering::Relaxed);
        if round == 0 {
            self.add_built_in().await?;
        }
        match round.is_multiple_of(MEASURED_EACH) {
            true => {
                // For the previews of the days to come, whether a rule looks at it or not.
                if let Err(error) = self.0.db.note_celery_silences(CELERY_SILENT, self.0.clock.now()).await {
                    tracing::debug!(%error, "which workers of Celery are silent could not be noted");
                }
                self.evaluate().await
            }
            false => self.evaluate_events().await,
        }
    }

    async fn add_built_in(&self) -> store::Result<()> {
        let spec = |rule: &Rule| (rule.id, serde_json::to_string(rule).unwrap_or_default());
        self.0.db.add_alert_rules(Rule::built_in().iter().map(spec).collect(), self.0.clock.now()).await
    }

    /// Looks at what happened, where anything did.
    ///
    /// # Errors
    /// When the database cannot be read or written: what happened is looked at again.
    pub async fn evaluate_events(&self) -> store::Result<()> {
        if self.0.db.alert_events(1).await?.is_empty() { Ok(()) } else { self.round(Measures::Left).await }
    }

    /// Looks at what happened, at what is measured, and at what time makes of incidents.
    ///
    /// # Errors
    /// As [`Self::evaluate_events`].
    pub async fn evaluate(&self) -> store::Result<()> {
        self.round(Measures::Taken).await
    }

    async fn round(&self, measures: Measures) -> store::Result<()> {
        let now = self.0.clock.now();
        let kept_rules = self.0.db.alert_rules().await?;
        let rules = rules_of(&kept_rules);
        let events = self.0.db.alert_events(EVENTS_MAX).await?;
        let kept = self.0.db.alert_incidents_since(now - LOOKED_BACK).await?;
        let mut incidents = Incidents::new(kept.iter().filter_map(incident_of));
        let enabled: Vec<&Rule> = rules.iter().filter(|rule| rule.is_enabled).collect();
        let mut readings = self.happened(&enabled, &events, &incidents).await?;
        if measures == Measures::Taken {
            readings.extend(self.measured(&enabled, &incidents, now).await);
        }
        for (rule, reading) in readings {
            incidents.observe(rule, reading, || self.new_id());
        }
        let mut silences: Vec<Silence> = self.0.db.alert_silences(now).await?.iter().map(silence_of).collect();
        silences.extend(self.0.db.maintenances(now).await?.iter().flat_map(|kept| silences_of_work(kept, now)));
        incidents.withdraw(&rules, &kept_rules.iter().map(|rule| rule.id).collect(), now);
        let listeners = Listeners::new(&self.0.db.alert_channels().await?);
        let notices = incidents.settle(&rules, &silences, &listeners, now);
        let deliveries = self.deliveries(&rules, &listeners, group(notices));
        let events: Vec<i64> = events.iter().map(|event| event.no).collect();
        let record = AlertRecord { events, incidents: incidents.changed(), deliveries };
        if record.events.is_empty() && record.incidents.is_empty() {
            return Ok(());
        }
        // Where somebody acknowledged one meanwhile nothing is written, and all of it is looked at again a second later.
        self.0.db.record_alerts(record, now).await.map(drop)
    }

    fn deliveries(&self, rules: &[Rule], listeners: &Listeners, notices: Vec<Notice>) -> Vec<NewDelivery> {
        let mut deliveries = Vec::new();
        for notice in notices {
            let Some(rule) = rules.iter().find(|rule| rule.id == notice.rule) else { continue };
            let text = serde_json::to_string(&notice).unwrap_or_default();
            deliveries.extend(listeners.of(rule, notice.kind).map(|channel| NewDelivery {
                id: self.new_id(),
                channel,
                incident: Some(notice.incident),
                notice: text.clone(),
            }));
        }
        deliveries
    }
}

/// The channels there are.
struct Listeners {
    all: HashSet<Uuid>,
    /// Those that take what rules without channels of their own find.
    usual: Vec<Uuid>,
}

impl Listeners {
    fn new(channels: &[AlertChannel]) -> Self {
        let takes_all =
            |channel: &&AlertChannel| ChannelSettings::read(&channel.settings).is_some_and(|kept| kept.takes_all);
        Self {
            all: channels.iter().map(|channel| channel.id).collect(),
            usual: channels.iter().filter(takes_all).map(|channel| channel.id).collect(),
        }
    }

    /// To which channels a notice of that kind goes.
    fn of(&self, rule: &Rule, kind: NoticeKind) -> impl Iterator<Item = Uuid> + '_ {
        let chosen = match (kind, rule.escalation) {
            (NoticeKind::Escalated, Some(escalation)) => vec![escalation.channel],
            _ => rule.channels.clone(),
        };
        let chosen: Vec<Uuid> = chosen.into_iter().filter(|channel| self.all.contains(channel)).collect();
        // Where all that were chosen have been deleted since, somebody is told all the same.
        let chosen = if chosen.is_empty() { self.usual.clone() } else { chosen };
        chosen.into_iter()
    }

    /// Whether anybody would hear of what the rule finds, at once or later.
    fn hear_of(&self, rule: &Rule) -> bool {
        [NoticeKind::Firing, NoticeKind::Escalated].into_iter().any(|kind| self.of(rule, kind).next().is_some())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Measures {
    Taken,
    Left,
}

/// Incidents as they stand in a round, the last of each rule and subject.
#[derive(Default)]
pub(crate) struct Incidents {
    last: HashMap<(Uuid, String), IncidentState>,
    changed: HashSet<(Uuid, String)>,
}

impl Incidents {
    fn new(kept: impl Iterator<Item = IncidentState>) -> Self {
        // The oldest first: a later one of the same subject takes its place.
        let last = kept.map(|state| ((state.incident.rule, state.incident.subject.clone()), state)).collect();
        Self { last, changed: HashSet::new() }
    }

    /// Those of a rule that are open.
    pub(crate) fn open_of(&self, rule: Uuid) -> impl Iterator<Item = &Incident> {
        let of_rule = self.last.values().map(|state| &state.incident).filter(move |one| one.rule == rule);
        of_rule.filter(|incident| incident.phase.is_open())
    }

    fn observe(&mut self, rule: &Rule, mut reading: Reading, id: impl FnOnce() -> Uuid) {
        let is_known = |incidents: &Self, subject: &str| {
            let last = incidents.last.get(&(rule.id, subject.to_owned()));
            last.is_some_and(|state| state.incident.phase.is_open())
        };
        if !is_known(self, &reading.subject) && self.open_of(rule.id).count() >= SUBJECTS_MAX {
            FURTHER.clone_into(&mut reading.subject);
        }
        let key = (rule.id, reading.subject.clone());
        let before = self.last.remove(&key);
        let (version, known) = before.as_ref().map_or((0, None), |state| (state.version, Some(state.incident.id)));
        let Some(incident) = observe(rule, before.map(|state| state.incident), &reading, id()) else { return };
        let version = if known == Some(incident.id) { version } else { 0 };
        self.changed.insert(key.clone());
        self.last.insert(key, IncidentState { incident, version });
    }

    /// Ends those whose rule is off or deleted. A rule that is there and cannot be read is another version's: its own stay.
    fn withdraw(&mut self, rules: &[Rule], kept: &HashSet<Uuid>, now: Timestamp) {
        let is_over =
            |id: &Uuid| rules.iter().find(|rule| rule.id == *id).map_or(!kept.contains(id), |one| !one.is_enabled);
        for (key, state) in self.last.iter_mut().filter(|(key, _)| is_over(&key.0)) {
            if state.incident.phase.is_open() {
                state.incident = withdraw(state.incident.clone(), now);
                self.changed.insert(key.clone());
            }
        }
    }

    /// What time makes of them, and what is to be said.
    fn settle(&mut self, rules: &[Rule], silences: &[Silence], listeners: &Listeners, now: Timestamp) -> Vec<Notice> {
        let of: HashMap<Uuid, &Rule> = rules.iter().map(|rule| (rule.id, rule)).collect();
        let firing: Vec<(alerts::RuleWord, Incident)> = self
            .last
            .values()
            .filter(|state| state.incident.told.is_firing)
            .filter_map(|state| Some((of.get(&state.incident.rule)?.kind.word(), state.incident.clone())))
            .collect();
        let mut keys: Vec<_> = self.last.keys().cloned().collect();
        keys.sort_by_key(|key| (self.last[key].incident.since, key.clone()));
        let mut notices = Vec::new();
        for key in keys {
            let Some(state) = self.last.get_mut(&key) else { continue };
            let before = state.incident.clone();
            let Some(rule) = of.get(&key.0).filter(|rule| rule.is_enabled) else { continue };
            state.incident = lapse(rule, state.incident.clone(), now);
            let effect = (rule.kind.word(), &state.incident);
            let is_caused =
                firing.iter().any(|(word, cause)| cause.id != before.id && is_caused_by(effect, (*word, cause)));
            let quiet = match silences.iter().any(|silence| silence.covers(rule.id, &key.1, now)) {
                true => Quiet::Silenced,
                false if is_caused => Quiet::Caused,
                false if !listeners.hear_of(rule) => Quiet::Unheard,
                false => Quiet::No,
            };
            notices.extend(speak(rule, &mut state.incident, quiet, now));
            if state.incident != before {
                self.changed.insert(key);
            }
        }
        notices
    }

    fn changed(&self) -> Vec<store::StoredIncident> {
        let mut keys: Vec<_> = self.changed.iter().collect();
        keys.sort();
        keys.into_iter().filter_map(|key| self.last.get(key)).map(IncidentState::write).collect()
    }
}
