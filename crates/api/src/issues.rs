//! Issues: what is wrong with a project, as it is listed, shown and decided about.

use model::{Level, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Issue {
    pub id: i64,
    /// As people name it: `SHOP-12`.
    pub short_id: String,
    /// The slug of its project.
    pub project: String,
    /// `error`, `message`, `security` or `feedback`.
    pub kind: String,
    pub title: String,
    /// Where it happened.
    pub culprit: String,
    #[schema(value_type = String)]
    pub level: Level,
    pub platform: String,
    /// `new`, `ongoing`, `resolved`, `ignored` or `regressed`.
    pub state: String,
    #[schema(value_type = String)]
    pub state_at: Timestamp,
    /// In which release it is resolved; left out where in any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_in: Option<ResolvedIn>,
    /// What ends that it is ignored; left out where only a person does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub ignored_until: Option<IgnoredUntil>,
    /// The name of a user.
    pub assignee: Option<String>,
    #[schema(value_type = String)]
    pub first_seen: Timestamp,
    #[schema(value_type = String)]
    pub last_seen: Timestamp,
    pub events: u64,
    pub users: u64,
    /// There are more users than were counted.
    pub users_at_least: bool,
    pub first_release: Option<String>,
    pub last_release: Option<String>,
    pub last_event: Uuid,
    /// Events of each hour of the last day, or of each day of the last fortnight, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<Vec<u64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResolvedIn {
    /// That one: events of older ones do not reopen it.
    Release(String),
    /// Any that was first seen after it was resolved.
    NextRelease,
}

/// `{"time": …}` or `{"events": …}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredUntil {
    Time(Timestamp),
    /// Until there are so many events in all.
    Events(u64),
}

/// Issues. `next` goes into `cursor` to get the next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuesPage {
    pub rows: Vec<Issue>,
    pub next: Option<String>,
    /// The page may not be full: it has looked at as many issues as one page may.
    #[serde(default)]
    pub is_cut: bool,
}

/// How many issues of a project are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct IssueCounts {
    pub new: u64,
    pub ongoing: u64,
    pub resolved: u64,
    pub ignored: u64,
    pub regressed: u64,
}

/// Which issues to list. Several states, levels and tags stand behind each other, with commas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct IssueQuery {
    /// The slug of a project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `new,ongoing,regressed`, say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// `browser:Firefox`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Part of the title or the culprit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub first_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub first_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub last_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub last_until: Option<Timestamp>,
    /// `last_seen` (unless said otherwise), `first_seen`, `events`, `users` or `last_day`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What is decided about issues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "do", rename_all = "snake_case")]
pub enum IssueChange {
    /// Each later event reopens it, unless it says in which release.
    Resolve {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        r#in: Option<ResolvedIn>,
    },
    /// For ever, unless one of these is said.
    Ignore {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        until: Option<Timestamp>,
        /// Until so many more have come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        events: Option<u64>,
    },
    Reopen,
    /// To the user of that name; `null`: to nobody.
    Assign {
        assignee: Option<String>,
    },
}

/// In which release an issue is resolved; in any, where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IssueResolution {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#in: Option<ResolvedIn>,
}

/// How long an issue is ignored; for ever, where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IssueSilence {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// Until so many more have come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<u64>,
}

/// To the user of that name; `null`: to nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueAssignment {
    pub assignee: Option<String>,
}

/// The same for many issues, a thousand at the most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueChanges {
    pub ids: Vec<i64>,
    pub change: IssueChange,
}

/// Which issues were changed, as they were before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuesChanged {
    pub before: Vec<Issue>,
}

/// Makes one of several issues: these go into the one that is named by the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueMerge {
    pub ids: Vec<i64>,
}

/// Takes groups out of an issue again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueSplit {
    pub hashes: Vec<String>,
}

/// An issue with what was counted of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueDetail {
    pub issue: Issue,
    pub tags: Vec<IssueTag>,
    pub hashes: Vec<IssueHash>,
}

/// A group of events of an issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueHash {
    pub hash: String,
    /// Whether it came with a merge.
    pub is_merged: bool,
    pub events: u64,
    #[schema(value_type = String)]
    pub first_seen: Timestamp,
    #[schema(value_type = String)]
    pub last_seen: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueTag {
    pub key: String,
    /// Events that have it, with whatever value.
    pub events: u64,
    /// The most frequent, the first first.
    pub values: Vec<TagValue>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagValue {
    pub value: String,
    pub events: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IssueActivity {
    pub no: i64,
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Empty: it did so by itself.
    pub who: String,
    /// `resolved`, `ignored`, `reopened`, `restored`, `assigned`, `comment`, `merged`, `unmerged`, `regressed`, `unignored`
    /// or `aged`.
    pub what: String,
    #[schema(value_type = Object)]
    pub detail: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IssueActivityPage {
    pub rows: Vec<IssueActivity>,
    pub next: Option<String>,
}

/// An event of an issue, in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueEvent {
    pub event_id: Uuid,
    #[schema(value_type = String)]
    pub at: Timestamp,
    pub title: String,
}

/// Events that are still kept, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueEvents {
    pub rows: Vec<IssueEvent>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_is_read_as_it_is_written() {
        let until: Timestamp = "2025-01-10T10:00:00Z".parse().unwrap();
        for (json, change) in [
            (json!({"do": "resolve"}), IssueChange::Resolve { r#in: None }),
            (
                json!({"do": "resolve", "in": {"release": "1.2"}}),
                IssueChange::Resolve { r#in: Some(ResolvedIn::Release("1.2".into())) },
            ),
            (
                json!({"do": "resolve", "in": "next_release"}),
                IssueChange::Resolve { r#in: Some(ResolvedIn::NextRelease) },
            ),
            (json!({"do": "ignore"}), IssueChange::Ignore { until: None, events: None }),
            (
                json!({"do": "ignore", "until": "2025-01-10T10:00:00.000000Z"}),
                IssueChange::Ignore { until: Some(until), events: None },
            ),
            (json!({"do": "ignore", "events": 5}), IssueChange::Ignore { until: None, events: Some(5) }),
            (json!({"do": "reopen"}), IssueChange::Reopen),
            (json!({"do": "assign", "assignee": null}), IssueChange::Assign { assignee: None }),
        ] {
            assert_eq!(serde_json::to_value(&change).unwrap(), json);
            assert_eq!(serde_json::from_value::<IssueChange>(json).unwrap(), change);
        }
        for wrong in [json!({"do": "delete"}), json!({"do": "resolve", "when": 1}), json!({"do": "ignore", "for": 1})] {
            assert!(serde_json::from_value::<IssueChange>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
