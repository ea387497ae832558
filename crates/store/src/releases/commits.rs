//! What went into a release: the commits that whoever made it has named.

use super::{Release, announce, release_from};
use crate::{
    Db, ProjectId, Result,
    projects::lock_project,
    sql::{Row, params, without_nul},
};
use model::Timestamp;

/// Commits of a release that are kept.
pub const COMMITS_MAX: usize = 500;
/// Projects of which one may be told that they have a release.
const PROJECTS_MAX: i64 = 100;
const ID_CHARS: usize = 64;
const AUTHOR_CHARS: usize = 200;
const MESSAGE_CHARS: usize = 1_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub id: String,
    pub author: String,
    /// Its first line is what lists show.
    pub message: String,
    pub at: Option<Timestamp>,
}

impl Db {
    /// The commits of a release, the newest first, in place of those of before; a release that nobody has heard of is announced
    /// by them. At most [`COMMITS_MAX`] are kept.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] where there is no such project.
    pub async fn set_commits(
        &self,
        project: ProjectId,
        version: String,
        commits: Vec<Commit>,
        now: Timestamp,
    ) -> Result<Release> {
        self.write(move |conn| {
            Box::pin(async move {
                lock_project(conn, project).await?;
                let release = announce(conn, project, &version, None, now).await?;
                conn.execute("DELETE FROM release_commits WHERE release = $1", params![release.id]).await?;
                let rows: Vec<_> =
                    commits.iter().take(COMMITS_MAX).zip(0_i64..).map(|one| bounded(release.id, one)).collect();
                let sql = "INSERT INTO release_commits (release, place, id, author, message, at)
                           SELECT CAST(list.value->>0 AS BIGINT), CAST(list.value->>1 AS BIGINT), list.value->>2,
                                  list.value->>3, list.value->>4, CAST(list.value->>5 AS BIGINT)
                           FROM {set} WHERE true";
                conn.execute_set(sql, rows).await?;
                Ok(release)
            })
        })
        .await
    }

    /// Of a release, the newest first.
    pub async fn commits(&self, release: i64) -> Result<Vec<Commit>> {
        let sql = "SELECT * FROM release_commits WHERE release = $1 ORDER BY place";
        self.rows(sql, params![release]).await?.iter().map(commit_from).collect()
    }

    /// The newest commit of the release that was seen last, but for that version; none where no other release of
    /// the project has commits.
    pub async fn previous_commit(&self, project: ProjectId, version: &str) -> Result<Option<(Release, Commit)>> {
        let sql = "SELECT releases.* FROM releases
                   JOIN release_commits ON release_commits.release = releases.id AND place = 0
                   WHERE project = $1 AND version <> $2 ORDER BY first_seen DESC, releases.id DESC LIMIT 1";
        let Some(row) = self.row(sql, params![project, version]).await? else { return Ok(None) };
        let release = release_from(&row)?;
        let newest = self.commits(release.id).await?.into_iter().next();
        Ok(newest.map(|commit| (release, commit)))
    }

    /// The releases of that version, of whatever project: at most 100.
    pub async fn releases_of_version(&self, version: &str) -> Result<Vec<Release>> {
        let sql = "SELECT releases.* FROM projects JOIN releases ON releases.project = projects.id AND version = $1
                   WHERE removed_at IS NULL ORDER BY projects.id LIMIT $2";
        self.rows(sql, params![version, PROJECTS_MAX]).await?.iter().map(release_from).collect()
    }
}

/// A commit as a row: which release, its place, id, author, message and time.
fn bounded(release: i64, (commit, place): (&Commit, i64)) -> (i64, i64, String, String, String, Option<i64>) {
    let cut = |text: &str, chars: usize| without_nul(text.trim().chars().take(chars).collect());
    let (id, author) = (cut(&commit.id, ID_CHARS), cut(&commit.author, AUTHOR_CHARS));
    (release, place, id, author, cut(&commit.message, MESSAGE_CHARS), commit.at.map(Timestamp::as_micros))
}

fn commit_from(row: &Row) -> Result<Commit> {
    Ok(Commit {
        id: row.text("id")?,
        author: row.text("author")?,
        message: row.text("message")?,
        at: row.opt_time("at")?,
    })
}
