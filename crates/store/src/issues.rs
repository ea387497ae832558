//! Issues: what is wrong with a project, each once, however many events tell of it.

mod activity;
mod apply;
mod changes;
mod counts;
mod fold;
mod listing;
mod merging;
mod observation;
mod retention;

use crate::{
    Db, Error, ProjectId, Result,
    sql::{Row, params},
};
pub use activity::IssueActivity;
pub use changes::{BULK_MAX, IssueChange};
pub use counts::{HourSteps, IssueTag};
pub use listing::{IssueCursor, IssueFilter, IssueOrder, IssuePage, IssuesToLookAt};
pub use merging::IssueHash;
use model::{Level, Timestamp};
pub(crate) use observation::hour_of;
pub use observation::{AppliedObservation, EventBatch, Observation, TAG_VALUES_MAX, Transition, USERS_MAX};
pub use retention::IssuesPurged;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// What an issue is new for.
pub const NEW_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// Hashes whose issues are looked up at once.
const HASHES_MAX: usize = 500;

/// The store's own number of an issue.
pub type IssueId = i64;

/// What is wrong, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    pub id: IssueId,
    pub project: ProjectId,
    /// In its project, from 1: people see it behind the project's slug, as in `SHOP-12`.
    pub number: i64,
    pub kind: IssueKind,
    /// Of the newest event, as are `culprit`, `level` and `platform`.
    pub title: String,
    pub culprit: String,
    pub level: Level,
    pub platform: String,
    pub state: IssueState,
    /// Since when it is in that state; of what it does by itself, the event's time.
    pub state_at: Timestamp,
    /// The name of a user.
    pub assignee: Option<String>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub events: u64,
    /// Different ones; at [`USERS_MAX`] they are no longer counted, and there are at least so many.
    pub users: u64,
    /// Of the first and the newest event that said one.
    pub first_release: Option<String>,
    pub last_release: Option<String>,
    /// Of the newest event: its id, and its number in the log.
    pub last_event: Uuid,
    pub last_event_no: i64,
}

/// What kind of report it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueKind {
    /// An exception, with or without a stack trace.
    Error,
    /// A text that was logged or captured.
    Message,
    /// A browser's report that a policy was broken.
    Security,
    /// What a person wrote.
    Feedback,
}

/// Where an issue stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueState {
    /// First seen less than [`NEW_FOR`] ago.
    New,
    Ongoing,
    Resolved(Resolution),
    Ignored(IgnoreUntil),
    /// Seen again after it was resolved.
    Regressed,
}

/// In which version an issue is resolved. Versions are in the order in which they were first seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// In any: each later event reopens it.
    Now,
    /// Events of earlier versions, and of none, do not reopen it.
    Release(String),
    /// Events of versions that were seen before it was resolved, and of none, do not reopen it.
    NextRelease,
}

/// How long an issue is ignored. The event that ends it is the news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoreUntil {
    Forever,
    /// An event from that moment on ends it.
    Time(Timestamp),
    /// Ends with the event that makes so many in all.
    Events(u64),
}

impl IssueKind {
    pub const ALL: [Self; 4] = [Self::Error, Self::Message, Self::Security, Self::Feedback];

    /// Its name in SQL and JSON. Never rename one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Message => "message",
            Self::Security => "security",
            Self::Feedback => "feedback",
        }
    }
}

/// A state without what it depends on, as lists choose by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IssueStateKind {
    New,
    Ongoing,
    Resolved,
    Ignored,
    Regressed,
}

impl IssueStateKind {
    pub const ALL: [Self; 5] = [Self::New, Self::Ongoing, Self::Resolved, Self::Ignored, Self::Regressed];
    /// What still wants somebody's attention.
    pub const OPEN: [Self; 3] = [Self::New, Self::Ongoing, Self::Regressed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ongoing => "ongoing",
            Self::Resolved => "resolved",
            Self::Ignored => "ignored",
            Self::Regressed => "regressed",
        }
    }

    pub(crate) const fn code(self) -> i64 {
        self as i64
    }

    pub(crate) fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl IssueState {
    pub const fn kind(&self) -> IssueStateKind {
        match self {
            Self::New => IssueStateKind::New,
            Self::Ongoing => IssueStateKind::Ongoing,
            Self::Resolved(_) => IssueStateKind::Resolved,
            Self::Ignored(_) => IssueStateKind::Ignored,
            Self::Regressed => IssueStateKind::Regressed,
        }
    }

    /// The column `state_rule`.
    pub(crate) fn rule(&self) -> Option<String> {
        match self {
            Self::Resolved(resolution) => serde_json::to_string(resolution).ok(),
            Self::Ignored(until) => serde_json::to_string(until).ok(),
            Self::New | Self::Ongoing | Self::Regressed => None,
        }
    }

    fn from_row(row: &Row) -> Result<Self> {
        Ok(match row.state("state", IssueStateKind::from_code)? {
            IssueStateKind::New => Self::New,
            IssueStateKind::Ongoing => Self::Ongoing,
            IssueStateKind::Resolved => Self::Resolved(row.json("state_rule")?),
            IssueStateKind::Ignored => Self::Ignored(row.json("state_rule")?),
            IssueStateKind::Regressed => Self::Regressed,
        })
    }
}

impl Issue {
    /// Whether there are more users than were counted.
    pub fn has_more_users(&self) -> bool {
        self.users >= USERS_MAX
    }
}

impl Db {
    pub async fn issue(&self, id: IssueId) -> Result<Option<Issue>> {
        self.row("SELECT * FROM issues WHERE id = $1", params![id]).await?.map(|row| issue_from(&row)).transpose()
    }

    /// The issue of that number; where it went into another, that one.
    pub async fn issue_of_number(&self, project: ProjectId, number: i64) -> Result<Option<Issue>> {
        let sql = "SELECT issues.* FROM issues WHERE project = $1 AND number = $2
                   UNION ALL
                   SELECT issues.* FROM merged_issues JOIN issues ON issues.id = merged_into
                   WHERE merged_issues.project = $1 AND merged_issues.number = $2";
        self.row(sql, params![project, number]).await?.map(|row| issue_from(&row)).transpose()
    }

    /// The issues in which events with these hashes are counted, of the projects that are named beside them, at most 500. Those
    /// that nobody knows are not told.
    pub async fn issues_of_hashes(&self, hashes: &[(ProjectId, String)]) -> Result<Vec<((ProjectId, String), Issue)>> {
        let sql = format!(
            "SELECT issues.*, known.hash AS asked FROM {}
             JOIN issue_hashes AS known ON known.project = CAST(list.value->>0 AS BIGINT) AND known.hash = list.value->>1
             JOIN issues ON issues.id = known.issue",
            self.dialect().set
        );
        let asked: Vec<_> = hashes.iter().take(HASHES_MAX).collect();
        let asked = serde_json::to_string(&asked).unwrap_or_default();
        let found = |row: &Row| {
            let issue = issue_from(row)?;
            Ok(((issue.project, row.text("asked")?), issue))
        };
        self.rows(&sql, params![asked]).await?.iter().map(found).collect()
    }
}

pub(crate) fn level_code(level: Level) -> i64 {
    level as i64
}

fn level_from_code(code: i64) -> Option<Level> {
    let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical];
    levels.into_iter().find(|level| level_code(*level) == code)
}

pub(crate) fn issue_from(row: &Row) -> Result<Issue> {
    let kind = row.text("kind")?;
    let known = IssueKind::ALL.into_iter().find(|known| known.as_str() == kind);
    Ok(Issue {
        id: row.int("id")?,
        project: row.int("project")?,
        number: row.int("number")?,
        kind: known.ok_or_else(|| Error::corrupt("kind", "an unknown kind of issue"))?,
        title: row.text("title")?,
        culprit: row.text("culprit")?,
        level: row.state("level", level_from_code)?,
        platform: row.text("platform")?,
        state: IssueState::from_row(row)?,
        state_at: row.time("state_at")?,
        assignee: row.opt_text("assignee")?,
        first_seen: row.time("first_seen")?,
        last_seen: row.time("last_seen")?,
        events: row.count("events")?,
        users: row.count("users")?,
        first_release: row.opt_text("first_release")?,
        last_release: row.opt_text("last_release")?,
        last_event: row.id("last_event")?,
        last_event_no: row.int("last_event_no")?,
    })
}
