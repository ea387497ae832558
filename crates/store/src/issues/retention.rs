//! What is too old to be kept of issues goes, a bounded number of rows at a time.

use super::{IssueId, observation::hour_of};
use crate::{
    Db, ProjectId, Result,
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

    /// Issues whose events are not those of their hashes, at most 100: none, unless somebody else has written to the store.
    /// Reads all of them: seconds on a large store.
    pub async fn verify_issues(&self) -> Result<Vec<IssueId>> {
        let sql = "SELECT id FROM issues WHERE events <> (
                       SELECT coalesce(CAST(sum(found.events) AS BIGINT), 0) FROM issue_hashes AS found
                       WHERE found.issue = issues.id) ORDER BY id LIMIT 100";
        self.rows(sql, &[]).await?.iter().map(|row| row.int("id")).collect()
    }
}

async fn purge(conn: &mut Conn<'_>, before: Timestamp, limit: u64) -> Result<IssuesPurged> {
    let mut purged = IssuesPurged::default();
    let oldest = "SELECT project FROM issues WHERE last_seen < $1 ORDER BY last_seen, id LIMIT 1";
    let rows = match conn.row(oldest, params![before]).await? {
        Some(row) => purge_project(conn, row.int("project")?, before, limit, &mut purged).await?,
        None => 0,
    };
    let sql = "DELETE FROM issue_hours WHERE (issue, hour, environment) IN (
                   SELECT issue, hour, environment FROM issue_hours WHERE hour < $1 ORDER BY hour LIMIT $2)";
    purged.hours = conn.execute(sql, params![hour_of(before), limit.saturating_sub(rows)]).await?;
    purged.more = rows + purged.hours >= limit || conn.row(oldest, params![before]).await?.is_some();
    Ok(purged)
}

/// The old issues of one project: of several, each has a transaction of its own, so that none waits for another's lock.
async fn purge_project(
    conn: &mut Conn<'_>,
    project: ProjectId,
    before: Timestamp,
    limit: u64,
    purged: &mut IssuesPurged,
) -> Result<u64> {
    let mut rows = 0;
    let lock = conn.dialect().for_update;
    conn.row(&format!("SELECT id FROM projects WHERE id = $1{lock}"), params![project]).await?;
    while rows < limit {
        let sql = "SELECT id FROM issues WHERE last_seen < $1 AND project = $2 ORDER BY last_seen, id LIMIT 1";
        let Some(row) = conn.row(sql, params![before, project]).await? else { break };
        rows += remove_whole(conn, row.int("id")?, limit - rows, purged).await?;
    }
    Ok(rows)
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
