//! What the projection is told of events, what it answers, and the bounds of both.

use super::{Issue, IssueId, IssueKind, NEW_FOR};
use crate::{ProjectId, releases::VERSION_CHARS, sql::without_nul};
use model::{Level, Timestamp};
use uuid::Uuid;

/// Different users that are counted of an issue.
pub const USERS_MAX: u64 = 10_000;
/// Different values of a tag that are counted of an issue; those of a release or an environment are a filter, and ten times
/// as many.
pub const TAG_VALUES_MAX: u64 = 100;

const HASHES_MAX: usize = 8;
const TAGS_MAX: usize = 64;
const HASH_CHARS: usize = 64;
const TITLE_CHARS: usize = 500;
const NAME_CHARS: usize = 64;
const VALUE_CHARS: usize = 200;

/// Tags that say what an event's own fields say.
const ENVIRONMENT: &str = "environment";
const RELEASE: &str = "release";

/// One event, as far as issues are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Its number in the log; they rise.
    pub no: i64,
    pub event: Uuid,
    pub project: ProjectId,
    pub at: Timestamp,
    /// By which events are grouped, the most telling first: the first that is known says which issue it is. Eight at the most.
    pub hashes: Vec<String>,
    pub kind: IssueKind,
    pub title: String,
    pub culprit: String,
    pub level: Level,
    pub platform: String,
    /// Empty where none is said.
    pub environment: String,
    pub release: Option<String>,
    /// Eight bytes of a digest of who met it.
    pub user: Option<i64>,
    /// Key and value; 64 at the most.
    pub tags: Vec<(String, String)>,
}

/// Events of a log that follow each other.
#[derive(Clone, Debug)]
pub struct EventBatch {
    /// Whose numbers these are: a name of the log, one for each data directory.
    pub log: String,
    /// In the order of their numbers.
    pub observations: Vec<Observation>,
    /// The number up to which the log was read, with what lies between the observations and behind them.
    pub through: i64,
}

/// What an event did to its issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It is the first.
    New,
    /// The issue was resolved.
    Regressed,
    /// The issue was ignored, until this one.
    Unignored,
}

/// Where an event was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppliedObservation {
    /// The event's number in the log.
    pub no: i64,
    pub issue: IssueId,
    pub project: ProjectId,
    /// The issue's number in the project.
    pub number: i64,
    pub transition: Option<Transition>,
}

impl Observation {
    /// As it is kept: texts and lists no longer than they may be. Environment and release are tags like any other.
    pub(super) fn bounded(mut self) -> Self {
        self.hashes.truncate(HASHES_MAX);
        self.hashes.iter_mut().for_each(|hash| clip(hash, HASH_CHARS));
        clip(&mut self.title, TITLE_CHARS);
        clip(&mut self.culprit, TITLE_CHARS);
        clip(&mut self.platform, NAME_CHARS);
        clip(&mut self.environment, NAME_CHARS);
        if let Some(release) = &mut self.release {
            clip(release, VERSION_CHARS);
        }
        self.release = self.release.filter(|release| !release.is_empty());
        self.tags.retain(|(key, value)| !key.is_empty() && !value.is_empty() && key != ENVIRONMENT && key != RELEASE);
        self.tags.truncate(TAGS_MAX);
        for (key, value) in &mut self.tags {
            clip(key, NAME_CHARS);
            clip(value, VALUE_CHARS);
        }
        if !self.environment.is_empty() {
            self.tags.push((ENVIRONMENT.to_owned(), self.environment.clone()));
        }
        if let Some(release) = &self.release {
            self.tags.push((RELEASE.to_owned(), release.clone()));
        }
        // One value for each key, the last said.
        self.tags.reverse();
        self.tags.sort_by(|a, b| a.0.cmp(&b.0));
        self.tags.dedup_by(|a, b| a.0 == b.0);
        self
    }

    /// The issue of which this is the first event.
    pub(super) fn new_issue(&self, number: i64) -> Issue {
        Issue {
            id: 0,
            project: self.project,
            number,
            kind: self.kind,
            title: self.title.clone(),
            culprit: self.culprit.clone(),
            level: self.level,
            platform: self.platform.clone(),
            state: super::IssueState::New,
            state_at: self.at,
            assignee: None,
            first_seen: self.at,
            last_seen: self.at,
            events: 0,
            users: 0,
            first_release: self.release.clone(),
            last_release: None,
            last_event: self.event,
            last_event_no: self.no,
        }
    }
}

/// How many different values of a tag are counted.
pub(super) fn values_max(key: &str) -> u64 {
    if key == ENVIRONMENT || key == RELEASE { TAG_VALUES_MAX * 10 } else { TAG_VALUES_MAX }
}

pub(crate) fn hour_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(3_600_000_000)
}

/// Whether what was new at `since` no longer is.
pub(super) fn is_old(since: Timestamp, now: Timestamp) -> bool {
    now.since(since) >= NEW_FOR
}

fn clip(text: &mut String, chars: usize) {
    if let Some((end, _)) = text.char_indices().nth(chars) {
        text.truncate(end);
    }
    if text.contains('\0') {
        *text = without_nul(std::mem::take(text));
    }
}
