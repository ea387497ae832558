//! Releases: the versions of a project, and where they were deployed.

mod commits;

use crate::{
    Db, Page, ProjectId, Result,
    projects::lock_project,
    sql::{Conn, Row, params},
};
pub use commits::{COMMITS_MAX, Commit};
use model::Timestamp;

/// Characters of a version that are kept.
pub(crate) const VERSION_CHARS: usize = 200;

/// A version of a project. Versions are in the order in which they were first seen, whatever their names say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub id: i64,
    pub project: ProjectId,
    pub version: String,
    /// By the first of its events, or when somebody announced it.
    pub first_seen: Timestamp,
    /// Of its events; `None` where there are none.
    pub last_seen: Option<Timestamp>,
    pub events: u64,
    /// Issues that were first seen in it.
    pub new_issues: u64,
    pub date_released: Option<Timestamp>,
}

/// A version that went somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deploy {
    /// Given by the store; grows.
    pub no: i64,
    pub environment: String,
    pub name: String,
    pub url: String,
    pub at: Timestamp,
}

impl Db {
    /// Announces a release, or says when one was released that is known. What is known already stays.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] where there is no such project.
    pub async fn announce_release(
        &self,
        project: ProjectId,
        version: String,
        date_released: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Release> {
        self.write(move |conn| {
            Box::pin(async move {
                lock_project(conn, project).await?;
                announce(conn, project, &version, date_released, now).await
            })
        })
        .await
    }

    pub async fn release_of(&self, project: ProjectId, version: &str) -> Result<Option<Release>> {
        let sql = "SELECT * FROM releases WHERE project = $1 AND version = $2";
        self.row(sql, params![project, version]).await?.map(|row| release_from(&row)).transpose()
    }

    /// The newest first; `before` is where the page before this one ended.
    pub async fn releases(
        &self,
        project: ProjectId,
        before: Option<(Timestamp, i64)>,
        limit: u32,
    ) -> Result<Page<Release, (Timestamp, i64)>> {
        let (at, id) = before.unwrap_or((Timestamp::from_micros(i64::MAX), i64::MAX));
        let sql = "SELECT * FROM releases WHERE project = $1 AND first_seen <= $2 AND (first_seen, id) < ($2, $3)
                   ORDER BY first_seen DESC, id DESC LIMIT $4";
        let rows = self.rows(sql, params![project, at, id, i64::from(limit) + 1]).await?;
        let mut rows = rows.iter().map(release_from).collect::<Result<Vec<_>>>()?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|release| (release.first_seen, release.id));
        Ok(Page { rows, next })
    }

    /// Notes that a release went somewhere; one that nobody has heard of is announced by it. Returns the deploy's number.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] where there is no such project.
    pub async fn add_deploy(&self, project: ProjectId, version: String, deploy: Deploy) -> Result<i64> {
        self.write(move |conn| {
            Box::pin(async move {
                lock_project(conn, project).await?;
                let release = announce(conn, project, &version, None, deploy.at).await?;
                let sql = "INSERT INTO deploys (release, environment, name, url, at) VALUES ($1, $2, $3, $4, $5)
                           RETURNING no";
                let values = params![release.id, deploy.environment, deploy.name, deploy.url, deploy.at];
                conn.row(sql, values).await?.map_or(Ok(0), |row| row.int("no"))
            })
        })
        .await
    }

    /// Of a release, the last first.
    pub async fn deploys(&self, release: i64, limit: u32) -> Result<Vec<Deploy>> {
        let sql = "SELECT * FROM deploys WHERE release = $1 ORDER BY no DESC LIMIT $2";
        self.rows(sql, params![release, i64::from(limit)]).await?.iter().map(deploy_from).collect()
    }
}

/// In a transaction that has locked the project.
pub(crate) async fn announce(
    conn: &mut Conn<'_>,
    project: ProjectId,
    version: &str,
    date_released: Option<Timestamp>,
    now: Timestamp,
) -> Result<Release> {
    let sql = "INSERT INTO releases (project, version, first_seen, date_released) VALUES ($1, $2, $3, $4)
               ON CONFLICT (project, version)
               DO UPDATE SET date_released = coalesce(excluded.date_released, releases.date_released) RETURNING *";
    let version: String = version.chars().take(VERSION_CHARS).collect();
    let row = conn.row(sql, params![project, version, now, date_released]).await?;
    row.map_or_else(|| Err(crate::Error::corrupt("version", "a release that is not there")), |row| release_from(&row))
}

pub(crate) fn release_from(row: &Row) -> Result<Release> {
    Ok(Release {
        id: row.int("id")?,
        project: row.int("project")?,
        version: row.text("version")?,
        first_seen: row.time("first_seen")?,
        last_seen: row.opt_time("last_seen")?,
        events: row.count("events")?,
        new_issues: row.count("new_issues")?,
        date_released: row.opt_time("date_released")?,
    })
}

fn deploy_from(row: &Row) -> Result<Deploy> {
    Ok(Deploy {
        no: row.int("no")?,
        environment: row.text("environment")?,
        name: row.text("name")?,
        url: row.text("url")?,
        at: row.time("at")?,
    })
}
