//! A check as it is kept, and what becomes of it.

use checks::{Check, Facts, Ping, PingKind, Standing, Watch, stand};
use model::Timestamp;
use store::{CheckChange, CheckName, Db, NewPing, StoredCheck};
use uuid::Uuid;

/// Something that was heard of a check, with what it said.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub ping: Ping,
    pub body: String,
    /// From which address, or by what.
    pub source: String,
}

/// None where a later version wrote it.
pub fn check_of(kept: &StoredCheck) -> Option<Check> {
    serde_json::from_str(&kept.spec).ok()
}

pub fn facts_of(kept: &StoredCheck) -> Facts {
    serde_json::from_str(&kept.facts).unwrap_or_default()
}

/// How it stands now, by what is kept.
pub fn standing_of(kept: &StoredCheck, now: Timestamp) -> Option<Standing> {
    Some(stand(&check_of(kept)?, &facts_of(kept), kept.created_at, now))
}

/// A check that nothing was heard of yet.
pub fn new_check(check: &Check, slug: String, (id, key): (Uuid, Uuid), by: &str, now: Timestamp) -> StoredCheck {
    let facts = Facts::default();
    let standing = stand(check, &facts, now, now);
    StoredCheck {
        id,
        key,
        slug,
        spec: written(check),
        facts: written(&facts),
        state: standing.state,
        since: now,
        look_at: standing.look_at,
        pings: 0,
        created_by: by.to_owned(),
        created_at: now,
        updated_at: now,
    }
}

fn written(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}

/// What these facts make of it.
pub(crate) fn changed(kept: &StoredCheck, check: &Check, facts: &Facts, now: Timestamp) -> CheckChange {
    let Standing { state, since, why, look_at, .. } = stand(check, facts, kept.created_at, now);
    CheckChange { spec: None, facts: written(facts), state, since, look_at, why: written(&why), ping: None }
}

/// Keeps a sign of life. One that is paused goes on with it, as Healthchecks has it. `None`: there is no such check, or it does
/// not call.
///
/// # Errors
/// When the database does not answer.
pub async fn hear(db: &Db, name: CheckName, heard: Heard, now: Timestamp) -> store::Result<Option<StoredCheck>> {
    let change = move |kept: &StoredCheck| {
        let check = check_of(kept).filter(|check| matches!(check.watch, Watch::Heartbeat(_)))?;
        let mut facts = facts_of(kept);
        let Heard { ping, body, source } = heard;
        facts.is_paused &= ping.kind == PingKind::Log;
        facts.hear(&check, &ping);
        let took_ms = match ping.kind {
            PingKind::Success | PingKind::Fail | PingKind::Exit(_) => facts.took_ms,
            PingKind::Start | PingKind::Log => None,
        };
        let (at, kind, run) = (ping.at, ping.kind.told(), ping.run);
        let ping = Some(NewPing { at, kind, run, took_ms, source, body });
        Some(CheckChange { ping, ..changed(kept, &check, &facts, now) })
    };
    db.change_check(name, now, change).await
}

/// It is neither expected nor asked until it is resumed.
///
/// # Errors
/// When the database does not answer.
pub async fn pause(db: &Db, name: CheckName, now: Timestamp) -> store::Result<Option<StoredCheck>> {
    with_facts(db, name, now, |facts| facts.pause()).await
}

/// It is expected, or asked, from now on.
///
/// # Errors
/// When the database does not answer.
pub async fn resume(db: &Db, name: CheckName, now: Timestamp) -> store::Result<Option<StoredCheck>> {
    with_facts(db, name, now, move |facts| facts.resume(now)).await
}

pub(crate) async fn with_facts(
    db: &Db,
    name: CheckName,
    now: Timestamp,
    act: impl FnOnce(&mut Facts) + Send + 'static,
) -> store::Result<Option<StoredCheck>> {
    let change = move |kept: &StoredCheck| {
        let check = check_of(kept)?;
        let mut facts = facts_of(kept);
        act(&mut facts);
        Some(changed(kept, &check, &facts, now))
    };
    db.change_check(name, now, change).await
}

/// It is to be another from now on; what was heard of it stays.
///
/// # Errors
/// When the database does not answer, or another has that slug.
pub async fn respecified(
    db: &Db,
    id: Uuid,
    (check, slug): (Check, String),
    now: Timestamp,
) -> store::Result<Option<StoredCheck>> {
    let change = move |kept: &StoredCheck| {
        let mut facts = facts_of(kept);
        if check_of(kept).is_some_and(|before| before.watch.as_str() != check.watch.as_str()) {
            facts = Facts { is_paused: facts.is_paused, ..Facts::default() };
        }
        let spec = Some((slug, written(&check)));
        Some(CheckChange { spec, ..changed(kept, &check, &facts, now) })
    };
    db.change_check(CheckName::Id(id), now, change).await
}
