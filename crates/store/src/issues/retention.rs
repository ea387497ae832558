//! What is too old to be kept of issues goes, a bounded number of rows at a time.

use super::{IssueId, observation::hour_of};
use crate::{
    Db, Result,
    projects::remove_rows_of_issue,
    sql::{Conn, params},
};
use model::Timestamp;

/// What one call of [`Db::purge_issues`] deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IssuesPurged {
    pub issues: u64,
    /// Counts by hour, of issues that stay.
    pub hours: u64,
    /// There is more to delete: call again.
    pub more: bool,
}

impl Db {
    /// Deletes issues that were last seen before `before`, with all that is their own, and counts of hours before it: about
    /// `limit` rows at a time. The totals of issues that stay are left as they are.
    pub async fn purge_issues(&self, before: Timestamp, limit: u32) -> Result<IssuesPurged> {
        self.write(move |conn| Box::pin(purge(conn, before, u64::from(limit.max(1))))).await
    }
}

async fn purge(conn: &mut Conn<'_>, before: Timestamp, limit: u64) -> Result<IssuesPurged> {
    let mut purged = IssuesPurged::default();
    let mut rows = 0;
    while rows < limit {
        let sql = "SELECT id FROM issues WHERE last_seen < $1 ORDER BY last_seen, id LIMIT 1";
        let Some(row) = conn.row(sql, params![before]).await? else { break };
        let id = row.int("id")?;
        // Locked as by everybody; and seen again meanwhile, it stays.
        let found = super::changes::lock_issues(conn, &[id]).await?;
        if found.first().is_some_and(|issue| issue.last_seen >= before) {
            continue;
        }
        rows += remove_whole(conn, id, limit - rows, &mut purged).await?;
    }
    if rows < limit {
        let sql = "DELETE FROM issue_hours WHERE (issue, hour, environment) IN (
                       SELECT issue, hour, environment FROM issue_hours WHERE hour < $1 ORDER BY hour LIMIT $2)";
        purged.hours = conn.execute(sql, params![hour_of(before), limit - rows]).await?;
        rows += purged.hours;
    }
    purged.more = rows >= limit;
    Ok(purged)
}

/// An issue, and those that went into it.
async fn remove_whole(conn: &mut Conn<'_>, id: IssueId, limit: u64, purged: &mut IssuesPurged) -> Result<u64> {
    let sql = "SELECT id FROM merged_issues WHERE merged_into = $1 LIMIT $2";
    let merged = conn.rows(sql, params![id, limit]).await?;
    let mut rows = 0;
    for row in merged {
        let other = row.int("id")?;
        rows += remove_rows_of_issue(conn, other, limit.saturating_sub(rows)).await?;
        if rows >= limit {
            return Ok(rows);
        }
        rows += conn.execute("DELETE FROM merged_issues WHERE id = $1", params![other]).await?;
    }
    rows += remove_rows_of_issue(conn, id, limit.saturating_sub(rows)).await?;
    if rows < limit {
        rows += conn.execute("DELETE FROM issues WHERE id = $1", params![id]).await?;
        purged.issues += 1;
    }
    Ok(rows)
}
