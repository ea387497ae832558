//! What people do with incidents, from pages and programs alike.

use crate::{
    Ctx,
    problem::{Problem, Result, worded},
};
use alerting::IncidentState;
use alerts::Rule;
use model::Timestamp;
use std::collections::HashMap;
use store::{AlertRecord, AlertSilence, IncidentCursor};
use uuid::Uuid;

/// How often somebody else may change an incident while it is acknowledged.
const TRIES: usize = 5;

/// Where a page ended, as its address says it.
pub(super) fn cursor(text: &str) -> Option<IncidentCursor> {
    let (at, id) = text.split_once('_')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}

pub(super) fn written((at, id): IncidentCursor) -> String {
    format!("{}_{id}", at.as_micros())
}

pub(super) async fn rules(ctx: &Ctx) -> Result<HashMap<Uuid, Rule>> {
    let kept = ctx.app.db.alert_rules().await?;
    let rules = kept.iter().filter_map(|kept| serde_json::from_str::<Rule>(&kept.spec).ok());
    let mut rules: HashMap<Uuid, Rule> = rules.map(|rule| (rule.id, rule)).collect();
    // Before the first round of a new database.
    for rule in Rule::built_in() {
        rules.entry(rule.id).or_insert(rule);
    }
    Ok(rules)
}

pub(super) async fn existing(ctx: &Ctx, id: Uuid) -> Result<IncidentState> {
    let kept = ctx.app.db.alert_incident(id).await?;
    let missing = || Problem::missing(worded("problem-no-alert", &[("id", &id)]));
    kept.as_ref().and_then(alerting::incident_of).ok_or_else(missing)
}

/// Somebody looks after it: nothing more is said of it until it happens again or is over.
pub(super) async fn acknowledge(ctx: &Ctx, id: Uuid, by: &str) -> Result<IncidentState> {
    for _ in 0..TRIES {
        let mut state = existing(ctx, id).await?;
        let now = ctx.app.clock.now();
        let before = state.incident.clone();
        state.incident.acknowledge(by, now);
        if state.incident == before {
            return Ok(state);
        }
        let record = AlertRecord { incidents: vec![state.write()], ..AlertRecord::default() };
        if ctx.app.db.record_alerts(record, now).await? {
            return existing(ctx, id).await;
        }
    }
    Err(Problem::conflict("the alert changes too often: try again"))
}

/// Nothing is said of what it is about until then.
pub(super) async fn silence(
    ctx: &Ctx,
    state: &IncidentState,
    until: Timestamp,
    by: &str,
    reason: &str,
) -> Result<Uuid> {
    let (id, now) = (Uuid::from_bytes(ctx.app.rng.bytes()), ctx.app.clock.now());
    let silence = AlertSilence {
        id,
        rule: Some(state.incident.rule),
        subject: Some(state.incident.subject.clone()),
        starts_at: now,
        ends_at: until,
        reason: reason.chars().take(200).collect(),
        created_by: by.to_owned(),
        created_at: now,
    };
    ctx.app.db.create_alert_silence(silence).await?;
    Ok(id)
}
