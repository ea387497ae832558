//! A kept event, as far as issues are concerned.

use model::Level;
use std::collections::HashMap;
use store::{IssueKind, Observation, ProjectId};
use telemetry::{RecordRef, Value};
use xxhash_rust::xxh3::xxh3_64;

/// Fields with the hashes of an event, the most telling first: as many as the database looks at.
pub(crate) const HASH_FIELDS: [&str; 8] = ["issue", "hash2", "hash3", "hash4", "hash5", "hash6", "hash7", "hash8"];

const TAG: &str = "tags.";
/// By which it is known whom an event happened to, the surest first.
const USER_FIELDS: [&str; 4] = ["user.id", "user.email", "user.username", "user.ip"];

/// None where no project is known by that slug, or nothing says what it is grouped by.
pub(crate) fn observation(
    seq: u64,
    record: RecordRef<'_>,
    projects: &HashMap<String, ProjectId>,
) -> Option<Observation> {
    let text = |name: &str| match record.field(name)? {
        Value::Str(text) => std::str::from_utf8(text).ok().map(str::to_owned),
        _ => None,
    };
    let hashes: Vec<String> = HASH_FIELDS.iter().filter_map(|name| text(name)).collect();
    let project = *projects.get(&text("project")?)?;
    let kind = match (text("exception.type"), text("exception.value"), text("logger").as_deref()) {
        (Some(_), ..) | (_, Some(_), _) => IssueKind::Error,
        (.., Some("csp")) => IssueKind::Security,
        _ => IssueKind::Message,
    };
    let tags = record.fields().filter_map(|(name, value)| match value {
        Value::Str(text) => Some((name.strip_prefix(TAG)?.to_owned(), String::from_utf8_lossy(text).into_owned())),
        _ => None,
    });
    let user = USER_FIELDS.iter().find_map(|name| text(name));
    Some(Observation {
        no: number_of(seq),
        event: text("event_id")?.parse().ok()?,
        project,
        at: record.time(),
        kind,
        title: String::from_utf8_lossy(record.message()).into_owned(),
        culprit: text("culprit").or_else(|| text("transaction")).unwrap_or_default(),
        level: record.level().unwrap_or(Level::Error),
        platform: text("platform").unwrap_or_default(),
        environment: text("environment").unwrap_or_default(),
        release: text("release"),
        user: user.map(|user| xxh3_64(user.as_bytes()) as i64),
        tags: tags.collect(),
        hashes,
    })
}

/// The number of a record as the projection counts: from 1, so that 0 is before all of them.
pub(crate) fn number_of(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX - 1) + 1
}
