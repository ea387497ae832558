//! The end of a project: with all that is its own, a bounded number of rows at a time.

use super::ProjectId;
use crate::{
    Db, Result,
    sql::{Conn, params},
};
use model::Timestamp;

/// What one step of a removal did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProjectRemoval {
    pub rows: u64,
    /// There is more to delete: call again.
    pub more: bool,
}

/// What is an issue's own, with the key of each. The hashes last: without them its events would make a new one.
const OF_ISSUES: [(&str, &str); 6] = [
    ("issue_hours", "issue, hour, environment"),
    ("issue_users", "issue, digest"),
    ("issue_tags", "issue, key, value"),
    ("issue_tag_keys", "issue, key"),
    ("issue_activity", "no"),
    ("issue_hashes", "project, hash"),
];

/// What is a project's own and no issue's, with the key of each.
const OF_PROJECTS: [(&str, &str); 5] = [
    ("release_health", "project, hour, release, environment"),
    ("feedback", "no"),
    ("attachments", "no"),
    ("dropped", "project, hour, side, category, reason"),
    ("artifacts", "no"),
];

impl Db {
    /// Deletes a project: from the first step on nobody sees it, and its keys open nothing. Each step deletes about `limit`
    /// rows; a removal that was cut off goes on with the next call.
    pub async fn remove_project(&self, id: ProjectId, limit: u32, now: Timestamp) -> Result<ProjectRemoval> {
        self.write(move |conn| Box::pin(remove_step(conn, id, u64::from(limit.max(1)), now))).await
    }

    /// Projects whose removal has begun and not ended, with their slugs.
    pub async fn projects_being_removed(&self) -> Result<Vec<(ProjectId, String)>> {
        let sql = "SELECT id, slug FROM projects WHERE removed_at IS NOT NULL ORDER BY id";
        self.rows(sql, &[]).await?.iter().map(|row| Ok((row.int("id")?, row.text("slug")?))).collect()
    }
}

async fn remove_step(conn: &mut Conn<'_>, id: ProjectId, limit: u64, now: Timestamp) -> Result<ProjectRemoval> {
    let sql = "UPDATE projects SET removed_at = coalesce(removed_at, $2) WHERE id = $1";
    if conn.execute(sql, params![id, now]).await? == 0 {
        return Ok(ProjectRemoval { rows: 0, more: false });
    }
    let mut rows = conn.execute("DELETE FROM project_keys WHERE project = $1", params![id]).await?;
    rows += remove_issues(conn, id, limit.saturating_sub(rows)).await?;
    rows += remove_releases(conn, id, limit.saturating_sub(rows)).await?;
    for (table, key) in OF_PROJECTS {
        rows += remove_some(conn, (table, key), "project", id, limit.saturating_sub(rows)).await?;
    }
    if rows >= limit {
        return Ok(ProjectRemoval { rows, more: true });
    }
    rows += conn.execute("DELETE FROM projects WHERE id = $1", params![id]).await?;
    Ok(ProjectRemoval { rows, more: false })
}

/// One issue after the other, those that were merged too.
async fn remove_issues(conn: &mut Conn<'_>, project: ProjectId, limit: u64) -> Result<u64> {
    let mut rows = 0;
    for table in ["issues", "merged_issues"] {
        while rows < limit {
            let sql = format!("SELECT id FROM {table} WHERE project = $1 LIMIT 1");
            let Some(row) = conn.row(&sql, params![project]).await? else { break };
            let id = row.int("id")?;
            rows += remove_rows_of_issue(conn, id, limit - rows).await?;
            if rows < limit {
                rows += conn.execute(&format!("DELETE FROM {table} WHERE id = $1"), params![id]).await?;
            }
        }
    }
    Ok(rows)
}

/// At most `limit` rows of what is an issue's own.
pub(crate) async fn remove_rows_of_issue(conn: &mut Conn<'_>, issue: i64, limit: u64) -> Result<u64> {
    let mut rows = 0;
    for (table, key) in OF_ISSUES {
        rows += remove_some(conn, (table, key), "issue", issue, limit.saturating_sub(rows)).await?;
    }
    Ok(rows)
}

async fn remove_releases(conn: &mut Conn<'_>, project: ProjectId, limit: u64) -> Result<u64> {
    let mut rows = 0;
    while rows < limit {
        let sql = "SELECT id FROM releases WHERE project = $1 LIMIT 1";
        let Some(row) = conn.row(sql, params![project]).await? else { break };
        let id = row.int("id")?;
        for (table, key) in [("deploys", "no"), ("release_commits", "release, place")] {
            rows += remove_some(conn, (table, key), "release", id, limit.saturating_sub(rows)).await?;
        }
        if rows < limit {
            rows += conn.execute("DELETE FROM releases WHERE id = $1", params![id]).await?;
        }
    }
    Ok(rows)
}

/// Rows of a table, with its key, whose `column` is `of`.
async fn remove_some(
    conn: &mut Conn<'_>,
    (table, key): (&str, &str),
    column: &str,
    of: i64,
    limit: u64,
) -> Result<u64> {
    let sql = format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {column} = $1 LIMIT $2)");
    conn.execute(&sql, params![of, limit]).await
}
