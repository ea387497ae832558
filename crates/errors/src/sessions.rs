//! Sessions: how many runs or requests of a release went well.

use crate::{
    document::{self, Told},
    event::NAME_CHARS_MAX,
    fields::{Fields, Keep},
    json::NotJson,
    scrubbing::Scrubbing,
};
use model::Timestamp;
use serde::Serialize;
use std::time::Duration;

/// Aggregates of one item.
const AGGREGATES_MAX: usize = 100;

/// What one item says: a session as it stands now, or counts of sessions that are over.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sessions {
    pub release: Option<String>,
    pub environment: Option<String>,
    pub updates: Vec<SessionUpdate>,
    pub aggregates: Vec<SessionAggregate>,
}

/// One session as it stands; a later one of the same id replaces it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionUpdate {
    pub sid: String,
    /// What tells the user from others.
    pub did: Option<String>,
    /// Whether it is the session's first word.
    pub init: bool,
    /// Rises with each word.
    pub seq: u64,
    pub started: Timestamp,
    pub duration: Option<Duration>,
    pub status: SessionStatus,
    pub errors: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Ok,
    Exited,
    Crashed,
    Abnormal,
}

/// Sessions that began in one minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionAggregate {
    pub started: Timestamp,
    pub did: Option<String>,
    /// Ended well.
    pub exited: u64,
    /// Ended well with errors.
    pub errored: u64,
    pub crashed: u64,
    pub abnormal: u64,
}

/// Reads an item of the kind `session`, or `sessions`.
///
/// # Errors
/// When the bytes are no JSON.
pub fn read(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Told<Sessions>, NotJson> {
    document::one("the session", bytes, scrubbing, |mut fields| {
        let attributes = |mut attrs: Fields<'_>| {
            Some((attrs.text("release", NAME_CHARS_MAX), attrs.text("environment", NAME_CHARS_MAX)))
        };
        let (release, environment) = fields.object("attrs", attributes).unwrap_or_default();
        let aggregates = fields.list("aggregates", Keep::First(AGGREGATES_MAX), aggregate);
        let updates = if fields.has("sid") { update(&mut fields).into_iter().collect() } else { Vec::new() };
        Sessions { release, environment, updates, aggregates }
    })
}

fn update(fields: &mut Fields<'_>) -> Option<SessionUpdate> {
    let timestamp = fields.time("timestamp");
    Some(SessionUpdate {
        sid: fields.text("sid", NAME_CHARS_MAX)?,
        did: fields.text("did", NAME_CHARS_MAX),
        init: fields.flag("init").unwrap_or(false),
        seq: fields.integer("seq").unwrap_or_else(|| timestamp.map_or(0, |time| time.as_micros().unsigned_abs())),
        started: fields.time("started")?,
        duration: fields.number("duration").and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        status: match fields.text("status", NAME_CHARS_MAX).as_deref() {
            Some("exited") => SessionStatus::Exited,
            Some("crashed") => SessionStatus::Crashed,
            Some("abnormal" | "errored") => SessionStatus::Abnormal,
            _ => SessionStatus::Ok,
        },
        errors: fields.integer("errors").unwrap_or(0),
    })
}

fn aggregate(mut fields: Fields<'_>) -> Option<SessionAggregate> {
    let mut count = |key| fields.integer(key).unwrap_or(0);
    let (exited, errored, crashed, abnormal) = (count("exited"), count("errored"), count("crashed"), count("abnormal"));
    let (started, did) = (fields.time("started")?, fields.text("did", NAME_CHARS_MAX));
    Some(SessionAggregate { started, did, exited, errored, crashed, abnormal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_read_as_it_stands() {
        let text = r#"{"sid":"7c7b6585-f901-4351-bf8d-02711b721929","did":"u1","init":true,"started":"2025-01-10T14:32:15Z","duration":1.5,
            "status":"crashed","errors":2,"seq":3,"attrs":{"release":"shop@1","environment":"production"}}"#;
        let sessions = read(text.as_bytes(), &Scrubbing::default()).unwrap().what;
        let update = &sessions.updates[0];
        assert_eq!((update.status, update.errors, update.seq), (SessionStatus::Crashed, 2, 3));
        assert_eq!((update.duration, sessions.release.as_deref()), (Some(Duration::from_millis(1500)), Some("shop@1")));
        assert_eq!(update.sid, "7c7b6585-f901-4351-bf8d-02711b721929");
    }

    #[test]
    fn counts_are_read_by_the_minute() {
        let text = r#"{"aggregates":[{"started":"2025-01-10T14:32:00Z","exited":3,"crashed":1},{"exited":9}],"attrs":{"release":"shop@1"}}"#;
        let sessions = read(text.as_bytes(), &Scrubbing::default()).unwrap().what;
        assert_eq!(sessions.aggregates.len(), 1, "one without a time is none");
        assert_eq!((sessions.aggregates[0].exited, sessions.aggregates[0].crashed), (3, 1));
    }
}
