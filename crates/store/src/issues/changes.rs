//! What people decide about issues: each decision is written down with what was before, so that it can be undone.

use super::{
    IgnoreUntil, Issue, IssueId, IssueState, Resolution,
    activity::{self, NewActivity},
    issue_from,
    observation::is_old,
};
use crate::{
    Db, ProjectId, Result, releases,
    sql::{Conn, params, without_nul},
};
use model::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Issues that one decision changes, at the most; of more, those of the smallest ids.
pub const BULK_MAX: usize = 1_000;

/// What a person decides about issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueChange {
    /// In that release: one that nobody has heard of is announced by it.
    Resolve(Resolution),
    /// With [`IgnoreUntil::Events`]: so many more, from now on.
    Ignore(IgnoreUntil),
    /// It is ongoing, whatever it was.
    Reopen,
    /// To the user of that name, or to nobody.
    Assign(Option<String>),
    /// Takes an issue back to where it stood, as an earlier change told it.
    Restore(IssueState, Timestamp, Option<String>),
}

impl Db {
    /// Changes issues, at most [`BULK_MAX`], and notes it in the activity of each. Returns those that were changed, as they
    /// were before; ids of issues that are not there are passed over.
    pub async fn change_issues(
        &self,
        ids: Vec<IssueId>,
        change: IssueChange,
        who: String,
        now: Timestamp,
    ) -> Result<Vec<Issue>> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = lock_issues(conn, &ids).await?;
                announce(conn, &before, &change, now).await?;
                let (mut changed, mut done) = (Vec::new(), Vec::new());
                for issue in &before {
                    let mut after = issue.clone();
                    let what = change.make(&mut after, now);
                    if after != *issue {
                        done.push(NewActivity { issue: issue.id, at: now, what, detail: detail(issue, &after) });
                        changed.push(after);
                    }
                }
                write_states(conn, &changed).await?;
                activity::write(conn, &who, done).await?;
                let is_changed = |issue: &Issue| changed.iter().any(|one| one.id == issue.id);
                Ok(before.into_iter().filter(is_changed).collect())
            })
        })
        .await
    }

    /// Issues that were new, or regressed, for [`super::NEW_FOR`] are ongoing: at most `limit` of them. Returns how many.
    pub async fn age_issues(&self, limit: u32, now: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "SELECT id FROM issues WHERE project IN (SELECT id FROM projects) AND state IN (0, 4)
                               AND state_at <= $1 LIMIT $2";
                let rows = conn.rows(sql, params![now - super::NEW_FOR, i64::from(limit)]).await?;
                let ids = rows.iter().map(|row| row.int("id")).collect::<Result<Vec<_>>>()?;
                let (mut aged, mut done) = (Vec::new(), Vec::new());
                for mut issue in lock_issues(conn, &ids).await? {
                    let is_recent = matches!(issue.state, IssueState::New | IssueState::Regressed);
                    if is_recent && is_old(issue.state_at, now) {
                        let detail = json!({"from": issue.state.kind().as_str()});
                        done.push(NewActivity { issue: issue.id, at: now, what: activity::AGED, detail });
                        (issue.state, issue.state_at) = (IssueState::Ongoing, now);
                        aged.push(issue);
                    }
                }
                write_states(conn, &aged).await?;
                activity::write(conn, "", done).await?;
                Ok(aged.len() as u64)
            })
        })
        .await
    }
}

impl IssueChange {
    /// Changes the issue; returns what is said of it.
    fn make(&self, issue: &mut Issue, now: Timestamp) -> &'static str {
        let (state, what) = match self {
            Self::Resolve(resolution) => (IssueState::Resolved(resolution.clone()), "resolved"),
            Self::Ignore(IgnoreUntil::Events(more)) => {
                (IssueState::Ignored(IgnoreUntil::Events(issue.events.saturating_add(*more))), "ignored")
            }
            Self::Ignore(until) => (IssueState::Ignored(*until), "ignored"),
            Self::Reopen => (IssueState::Ongoing, "reopened"),
            Self::Assign(assignee) => {
                issue.assignee = assignee.clone().map(without_nul);
                return "assigned";
            }
            Self::Restore(state, at, assignee) => {
                (issue.state, issue.state_at, issue.assignee) = (state.clone(), *at, assignee.clone());
                return "restored";
            }
        };
        if issue.state != state {
            (issue.state, issue.state_at) = (state, now);
        }
        what
    }
}

/// From what to what.
fn detail(before: &Issue, after: &Issue) -> Value {
    match before.assignee == after.assignee {
        true => json!({"from": before.state, "to": after.state}),
        false => json!({"from": before.assignee, "to": after.assignee}),
    }
}

/// A release in which something is resolved is in the order of the others from then on.
async fn announce(conn: &mut Conn<'_>, issues: &[Issue], change: &IssueChange, now: Timestamp) -> Result<()> {
    let IssueChange::Resolve(Resolution::Release(version)) = change else { return Ok(()) };
    let projects: BTreeSet<ProjectId> = issues.iter().map(|issue| issue.project).collect();
    for project in projects {
        releases::announce(conn, project, version, None, now).await?;
    }
    Ok(())
}

/// The issues, in the order of their ids; nobody else changes them before the transaction ends: their projects are locked,
/// as by everybody who changes an issue.
pub(super) async fn lock_issues(conn: &mut Conn<'_>, ids: &[IssueId]) -> Result<Vec<Issue>> {
    let ids: BTreeSet<IssueId> = ids.iter().copied().collect();
    let ids: Vec<[IssueId; 1]> = ids.into_iter().take(BULK_MAX).map(|id| [id]).collect();
    let sql = format!(
        "SELECT id FROM projects WHERE removed_at IS NULL AND id IN (
             SELECT project FROM {{set}} JOIN issues ON issues.id = CAST(list.value->>0 AS BIGINT)) ORDER BY id{}",
        conn.dialect().for_update
    );
    let projects = conn.select_set(&sql, &ids).await?;
    let projects = projects.iter().map(|row| row.int("id")).collect::<Result<BTreeSet<ProjectId>>>()?;
    // Read after the lock: they may have changed while it was waited for.
    let sql = "SELECT issues.* FROM {set} JOIN issues ON issues.id = CAST(list.value->>0 AS BIGINT) ORDER BY issues.id";
    let rows = conn.select_set(sql, &ids).await?;
    let issues = rows.iter().map(issue_from).collect::<Result<Vec<_>>>()?;
    Ok(issues.into_iter().filter(|issue| projects.contains(&issue.project)).collect())
}

async fn write_states(conn: &mut Conn<'_>, issues: &[Issue]) -> Result<()> {
    let rows = issues
        .iter()
        .map(|one| (one.id, one.state.kind().code(), one.state.rule(), one.state_at.as_micros(), &one.assignee));
    let sql = "UPDATE issues SET state = CAST(list.value->>1 AS BIGINT), state_rule = list.value->>2,
                   state_at = CAST(list.value->>3 AS BIGINT), assignee = list.value->>4
               FROM {set} WHERE issues.id = CAST(list.value->>0 AS BIGINT)";
    conn.execute_set(sql, rows).await
}
