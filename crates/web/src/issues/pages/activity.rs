//! What was done to an issue, in words.

use crate::layout::{
    foreign::{Foreign, plain},
    view::View,
};
use model::Timestamp;
use store::{IgnoreUntil, IssueActivity, IssueState, Resolution};

const COMMENT_BYTES_MAX: usize = 10_000;

#[derive(Clone, Debug)]
pub(crate) struct ActivityRow {
    pub(crate) at: Timestamp,
    pub(crate) icon: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) text: String,
    pub(crate) comment: Option<Foreign>,
}

impl ActivityRow {
    pub(crate) fn of(v: &View, done: &IssueActivity) -> Self {
        let (icon, tone) = sign(&done.what);
        let comment = done.detail["text"].as_str().filter(|_| done.what == "comment");
        Self {
            at: done.at,
            icon,
            tone,
            text: text(v, done),
            comment: comment.map(|text| Foreign::text(text.as_bytes(), COMMENT_BYTES_MAX)),
        }
    }
}

fn sign(what: &str) -> (&'static str, &'static str) {
    match what {
        "resolved" => ("check", "good"),
        "ignored" => ("minus", "still"),
        "regressed" => ("retry", "bad"),
        "unignored" => ("warn", "doubt"),
        "comment" => ("edit", "busy"),
        "assigned" => ("user", "still"),
        _ => ("forward", "still"),
    }
}

fn text(v: &View, done: &IssueActivity) -> String {
    let who = plain(&done.who);
    let by = |id| v.with(id, "who", &who);
    match done.what.as_str() {
        "resolved" | "ignored" => decided(v, &who, state(done)),
        "reopened" => by("activity-reopened"),
        "restored" => by("activity-restored"),
        "comment" => by("activity-comment"),
        "merged" => by("activity-merged"),
        "unmerged" => by("activity-unmerged"),
        "assigned" => match done.detail["to"].as_str() {
            Some(name) => v.with_all("activity-assigned", &[("who", who), ("name", plain(name))]),
            None => by("activity-unassigned"),
        },
        "regressed" => v.t("activity-regressed"),
        "unignored" => v.t("activity-unignored"),
        _ => v.t("activity-aged"),
    }
}

fn state(done: &IssueActivity) -> Option<IssueState> {
    serde_json::from_value(done.detail["to"].clone()).ok()
}

fn decided(v: &View, who: &str, state: Option<IssueState>) -> String {
    let by = |id, name, value: String| v.with_all(id, &[("who", who.to_owned()), (name, value)]);
    match state {
        Some(IssueState::Resolved(Resolution::Release(version))) => {
            by("activity-resolved-release", "release", plain(&version))
        }
        Some(IssueState::Resolved(Resolution::NextRelease)) => v.with("activity-resolved-next", "who", who),
        Some(IssueState::Ignored(IgnoreUntil::Time(at))) => by("activity-ignored-time", "time", v.moment(&at)),
        Some(IssueState::Ignored(IgnoreUntil::Events(events))) => {
            by("activity-ignored-events", "events", v.number(&events))
        }
        Some(IssueState::Ignored(IgnoreUntil::Forever)) => v.with("activity-ignored", "who", who),
        _ => v.with("activity-resolved", "who", who),
    }
}

/// What a state depends on, beside its badge.
pub(crate) fn state_note(v: &View, state: &IssueState) -> Option<String> {
    match state {
        IssueState::Resolved(Resolution::Release(version)) => {
            Some(v.with("issue-resolved-release", "release", plain(version)))
        }
        IssueState::Resolved(Resolution::NextRelease) => Some(v.t("issue-resolved-next")),
        IssueState::Ignored(IgnoreUntil::Time(at)) => Some(v.with("issue-ignored-time", "time", v.moment(at))),
        IssueState::Ignored(IgnoreUntil::Events(events)) => {
            Some(v.with("issue-ignored-events", "events", v.number(events)))
        }
        _ => None,
    }
}
