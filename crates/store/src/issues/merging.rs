//! Issues that are one: merged by hand, and taken apart again.
//!
//! A merge counts what the other issues have met in the one that stays, and leaves their own hours, users and tags beside it:
//! taken apart, each has again what it had. What comes in between stays with the issue, but for events and their times: those
//! are counted by hash, and go where the hash goes.

use super::{
    Issue, IssueId,
    activity::{self, NewActivity},
    changes::lock_issues,
    issue_from,
    observation::{TAG_VALUES_MAX, USERS_MAX},
};
use crate::{
    Db, Error, ProjectId, Result,
    sql::{Conn, Row, params},
};
use model::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;

/// A group of events of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueHash {
    pub hash: String,
    /// The issue that it was first seen in: another one where it came with a merge.
    pub born_in: IssueId,
    pub events: u64,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
}

impl Db {
    /// The groups of an issue, that of the most events first.
    pub async fn issue_hashes(&self, issue: IssueId) -> Result<Vec<IssueHash>> {
        let sql = "SELECT * FROM issue_hashes WHERE issue = $1 ORDER BY events DESC, hash";
        self.rows(sql, params![issue]).await?.iter().map(hash_from).collect()
    }

    /// The issues that went into this one, as they were, by their number.
    pub async fn issues_merged_into(&self, issue: IssueId) -> Result<Vec<Issue>> {
        let sql = "SELECT issue FROM merged_issues WHERE merged_into = $1 ORDER BY number";
        self.rows(sql, params![issue]).await?.iter().map(|row| row.json("issue")).collect()
    }

    /// Makes one of several issues of a project: `into` keeps its number and its state, the others are found under it.
    /// Returns it as it is now.
    ///
    /// # Errors
    /// [`Error::Conflict`] where one of them is not there, or they are of different projects.
    pub async fn merge_issues(
        &self,
        into: IssueId,
        others: Vec<IssueId>,
        who: String,
        now: Timestamp,
    ) -> Result<Issue> {
        self.write(move |conn| {
            Box::pin(async move {
                let mut wanted = others;
                wanted.retain(|id| *id != into);
                wanted.sort_unstable();
                wanted.dedup();
                wanted.push(into);
                let issues = lock_issues(conn, &wanted).await?;
                let target = issues.iter().find(|issue| issue.id == into);
                let target = target.ok_or_else(|| no_issue(into))?.clone();
                for id in wanted.iter().filter(|id| **id != into) {
                    let other = issues.iter().find(|issue| issue.id == *id).ok_or_else(|| no_issue(*id))?;
                    if other.project != target.project {
                        return Err(Error::Conflict("issues of different projects cannot be merged".into()));
                    }
                    take_in(conn, &target, other, &who, now).await?;
                }
                recount(conn, into).await?;
                read(conn, into).await
            })
        })
        .await
    }

    /// Takes hashes out of an issue: each goes back to the issue that it came with, which is there again as it was; one that
    /// was the issue's own becomes a new issue. Returns where they went.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such issue, one of the hashes is not its own, or none would be left.
    pub async fn unmerge_issue(
        &self,
        from: IssueId,
        hashes: Vec<String>,
        who: String,
        now: Timestamp,
    ) -> Result<Vec<Issue>> {
        self.write(move |conn| Box::pin(unmerge(conn, from, hashes, who, now))).await
    }
}

fn no_issue(id: IssueId) -> Error {
    Error::Conflict(format!("there is no issue {id}"))
}

async fn read(conn: &mut Conn<'_>, id: IssueId) -> Result<Issue> {
    let row = conn.row("SELECT * FROM issues WHERE id = $1", params![id]).await?;
    row.map_or_else(|| Err(no_issue(id)), |row| issue_from(&row))
}

/// One issue goes into another.
async fn take_in(conn: &mut Conn<'_>, target: &Issue, other: &Issue, who: &str, now: Timestamp) -> Result<()> {
    let both = params![target.id, other.id];
    conn.execute("UPDATE issue_hashes SET issue = $1 WHERE issue = $2", both).await?;
    let hours = "INSERT INTO issue_hours (issue, hour, environment, events)
                 SELECT CAST($1 AS BIGINT), hour, environment, events FROM issue_hours WHERE issue = $2
                 ON CONFLICT (issue, hour, environment) DO UPDATE SET events = issue_hours.events + excluded.events";
    conn.execute(hours, both).await?;
    // Those of the other's own merges are its own by now.
    let users = "INSERT INTO issue_users (issue, digest, came_with)
                 SELECT CAST($1 AS BIGINT), digest, CAST($2 AS BIGINT) FROM issue_users WHERE issue = $2
                 ORDER BY digest LIMIT $3
                 ON CONFLICT (issue, digest) DO NOTHING";
    let room = USERS_MAX.saturating_sub(target.users);
    conn.execute(users, params![target.id, other.id, room]).await?;
    add_tags(conn, target.id, other.id, 1).await?;
    conn.execute("UPDATE merged_issues SET merged_into = $1 WHERE merged_into = $2", both).await?;
    let sql = "INSERT INTO merged_issues (id, project, number, merged_into, issue, merged_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    let was = serde_json::to_string(other).unwrap_or_default();
    conn.execute(sql, params![other.id, other.project, other.number, target.id, was, now]).await?;
    conn.execute("DELETE FROM issues WHERE id = $1", params![other.id]).await?;
    let detail = json!({"issue": other.id, "number": other.number, "title": other.title});
    activity::write(conn, who, vec![NewActivity { issue: target.id, at: now, what: "merged", detail }]).await
}

/// Adds the tags of one issue to those of another, or takes them away again.
async fn add_tags(conn: &mut Conn<'_>, to: IssueId, of: IssueId, sign: i64) -> Result<()> {
    let values = params![to, of, sign];
    let tags = "INSERT INTO issue_tags (issue, key, value, events)
                SELECT CAST($1 AS BIGINT), key, value, events * CAST($3 AS BIGINT) FROM issue_tags WHERE issue = $2
                ON CONFLICT (issue, key, value) DO UPDATE SET events = issue_tags.events + excluded.events";
    conn.execute(tags, values).await?;
    conn.execute("DELETE FROM issue_tags WHERE issue = $1 AND events <= 0", params![to]).await?;
    let keys = "INSERT INTO issue_tag_keys (issue, key, distinct_values, events)
                SELECT CAST($1 AS BIGINT), key, 0, events * CAST($3 AS BIGINT) FROM issue_tag_keys WHERE issue = $2
                ON CONFLICT (issue, key) DO UPDATE SET events = issue_tag_keys.events + excluded.events";
    conn.execute(keys, values).await?;
    // The rarest values beyond the bound are no longer told apart.
    let bound = format!(
        "DELETE FROM issue_tags WHERE issue = $1 AND (key, value) IN (
             SELECT key, value FROM (SELECT key, value, row_number() OVER (PARTITION BY key ORDER BY events DESC, value)
                                     AS place FROM issue_tags WHERE issue = $1) AS ranked
             WHERE place > CASE WHEN key IN ('environment', 'release') THEN {} ELSE {TAG_VALUES_MAX} END)",
        TAG_VALUES_MAX * 10
    );
    conn.execute(&bound, params![to]).await?;
    let sql = "UPDATE issue_tag_keys SET distinct_values = (
                   SELECT count(*) FROM issue_tags AS found
                   WHERE found.issue = issue_tag_keys.issue AND found.key = issue_tag_keys.key) WHERE issue = $1";
    conn.execute(sql, params![to]).await?;
    conn.execute("DELETE FROM issue_tag_keys WHERE issue = $1 AND events <= 0", params![to]).await.map(drop)
}

/// Makes events and times of an issue those of its hashes, and its users those that are kept.
async fn recount(conn: &mut Conn<'_>, id: IssueId) -> Result<()> {
    // Hashes that never counted an event say nothing of when.
    let sql = "UPDATE issues SET
                   events = (SELECT coalesce(CAST(sum(events) AS BIGINT), 0) FROM issue_hashes WHERE issue = $1),
                   users = (SELECT count(*) FROM issue_users WHERE issue = $1),
                   first_seen = coalesce(
                       (SELECT min(first_seen) FROM issue_hashes WHERE issue = $1 AND events > 0), first_seen),
                   last_seen = coalesce(
                       (SELECT max(last_seen) FROM issue_hashes WHERE issue = $1 AND events > 0), last_seen)
               WHERE id = $1";
    conn.execute(sql, params![id]).await.map(drop)
}

async fn unmerge(
    conn: &mut Conn<'_>,
    from: IssueId,
    hashes: Vec<String>,
    who: String,
    now: Timestamp,
) -> Result<Vec<Issue>> {
    let issue = lock_issues(conn, &[from]).await?.pop().ok_or_else(|| no_issue(from))?;
    let rows = conn.rows("SELECT * FROM issue_hashes WHERE issue = $1", params![from]).await?;
    let kept = rows.iter().map(hash_from).collect::<Result<Vec<_>>>()?;
    let leaving: Vec<&IssueHash> = kept.iter().filter(|one| hashes.contains(&one.hash)).collect();
    if let Some(strange) = hashes.iter().find(|hash| kept.iter().all(|one| one.hash != **hash)) {
        return Err(Error::Conflict(format!("`{strange}` is no group of issue {from}")));
    }
    if leaving.len() == kept.len() {
        return Err(Error::Conflict(format!("issue {from} would have no group left")));
    }
    let mut homes: BTreeMap<IssueId, Vec<&IssueHash>> = BTreeMap::new();
    for hash in leaving {
        homes.entry(hash.born_in).or_default().push(hash);
    }
    let mut left = Vec::new();
    for (born_in, hashes) in homes {
        let home = home_of(conn, &issue, born_in).await?;
        let names = hashes.iter().map(|one| (issue.project, &one.hash, home, from));
        let sql = "UPDATE issue_hashes SET issue = CAST(list.value->>2 AS BIGINT),
                       born_in = CAST(list.value->>2 AS BIGINT)
                   FROM {set} WHERE issue_hashes.project = CAST(list.value->>0 AS BIGINT)
                       AND issue_hashes.hash = list.value->>1";
        conn.execute_set(sql, names).await?;
        recount(conn, home).await?;
        let detail = json!({"issue": home, "hashes": hashes.iter().map(|one| &one.hash).collect::<Vec<_>>()});
        activity::write(conn, &who, vec![NewActivity { issue: from, at: now, what: "unmerged", detail }]).await?;
        left.push(read(conn, home).await?);
    }
    recount(conn, from).await?;
    Ok(left)
}

/// The issue to which hashes go back that were first seen in `born_in`: there already, merged once and there again, or new.
async fn home_of(conn: &mut Conn<'_>, from: &Issue, born_in: IssueId) -> Result<IssueId> {
    if born_in == from.id {
        return split_off(conn, from).await;
    }
    let sql = "SELECT issue FROM merged_issues WHERE id = $1 AND merged_into = $2";
    if let Some(row) = conn.row(sql, params![born_in, from.id]).await? {
        restore(conn, from.id, &row.json("issue")?).await?;
        return Ok(born_in);
    }
    let sql = "SELECT id FROM issues WHERE id = $1 AND project = $2";
    match conn.row(sql, params![born_in, from.project]).await? {
        Some(row) => row.int("id"),
        None => split_off(conn, from).await,
    }
}

/// An issue that was merged is there again, as it was, and what it had brought is taken away.
async fn restore(conn: &mut Conn<'_>, from: IssueId, was: &Issue) -> Result<()> {
    insert(conn, was, Some(was.id)).await?;
    conn.execute("DELETE FROM merged_issues WHERE id = $1", params![was.id]).await?;
    let both = params![from, was.id];
    let hours = "INSERT INTO issue_hours (issue, hour, environment, events)
                 SELECT CAST($1 AS BIGINT), hour, environment, -events FROM issue_hours WHERE issue = $2
                 ON CONFLICT (issue, hour, environment) DO UPDATE SET events = issue_hours.events + excluded.events";
    conn.execute(hours, both).await?;
    conn.execute("DELETE FROM issue_hours WHERE issue = $1 AND events <= 0", params![from]).await?;
    conn.execute("DELETE FROM issue_users WHERE issue = $1 AND came_with = $2", both).await?;
    add_tags(conn, from, was.id, -1).await
}

/// A new issue of the next number, which says what the other says until its next event.
async fn split_off(conn: &mut Conn<'_>, from: &Issue) -> Result<IssueId> {
    let sql = "UPDATE projects SET issues_made = issues_made + 1 WHERE id = $1 RETURNING issues_made";
    let row = conn.row(sql, params![from.project]).await?;
    let number = row.ok_or_else(|| no_project(from.project))?.int("issues_made")?;
    insert(conn, &Issue { number, users: 0, ..from.clone() }, None).await
}

fn no_project(id: ProjectId) -> Error {
    Error::Conflict(format!("there is no project {id}"))
}

async fn insert(conn: &mut Conn<'_>, issue: &Issue, id: Option<IssueId>) -> Result<IssueId> {
    let (name, value) = if id.is_some() { ("id, ", "$20, ") } else { ("", "") };
    let sql = format!(
        "INSERT INTO issues ({name}project, number, kind, title, culprit, level, platform, state, state_rule, state_at,
             assignee, first_seen, last_seen, events, users, first_release, last_release, last_event, last_event_no)
         VALUES ({value}$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) RETURNING id"
    );
    let mut values = params![
        issue.project,
        issue.number,
        issue.kind.as_str(),
        &issue.title,
        &issue.culprit,
        super::level_code(issue.level),
        &issue.platform,
        issue.state.kind().code(),
        issue.state.rule(),
        issue.state_at,
        issue.assignee.clone(),
        issue.first_seen,
        issue.last_seen,
        issue.events,
        issue.users,
        issue.first_release.clone(),
        issue.last_release.clone(),
        issue.last_event,
        issue.last_event_no,
    ]
    .to_vec();
    values.extend(id.map(crate::sql::Value::from));
    conn.row(&sql, &values).await?.map_or_else(|| Err(no_issue(issue.id)), |row| row.int("id"))
}

fn hash_from(row: &Row) -> Result<IssueHash> {
    Ok(IssueHash {
        hash: row.text("hash")?,
        born_in: row.int("born_in")?,
        events: row.count("events")?,
        first_seen: row.time("first_seen")?,
        last_seen: row.time("last_seen")?,
    })
}
