//! Release health: how many sessions of a release there were, how many of them crashed, and whose they were, by the hour.

mod distinct;

use crate::{
    Db, ProjectId, Result,
    issues::hour_of,
    projects::lock_project,
    releases::{VERSION_CHARS, announce},
    sql::{Conn, Row, params},
};
use distinct::Distinct;
use model::Timestamp;
use std::{collections::BTreeMap, ops::Range};

/// Rows of one project and hour: what says further releases and environments counts in none of them.
const ROWS_OF_AN_HOUR_MAX: i64 = 500;
/// Rows that one question reads, the newest first.
const ROWS_READ_MAX: i64 = 20_000;
const ENVIRONMENT_CHARS: usize = 64;

/// What is told of sessions that began in one hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionTally {
    pub release: String,
    pub environment: String,
    /// When they began.
    pub at: Timestamp,
    pub started: u64,
    /// With errors that were handled, and that end so.
    pub errored: u64,
    pub crashed: u64,
    pub abnormal: u64,
    /// Digests of sessions with errors, where they are told one by one, and more than once.
    pub errored_ids: Vec<u64>,
    /// Digests of whose they were.
    pub users: Vec<u64>,
    /// Of those, who met a crash.
    pub crashed_users: Vec<u64>,
}

/// How a release did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseHealth {
    pub started: u64,
    pub errored: u64,
    pub crashed: u64,
    pub abnormal: u64,
    /// Different ones; of many, about. None where sessions say no user.
    pub users: u64,
    pub crashed_users: u64,
}

impl ReleaseHealth {
    /// Sessions that did not crash, from 0 to 100; none where there are no sessions.
    pub fn crash_free_sessions(&self) -> Option<f64> {
        free_of(self.crashed, self.started)
    }

    /// Users who met no crash, from 0 to 100; none where sessions say no user.
    pub fn crash_free_users(&self) -> Option<f64> {
        free_of(self.crashed_users, self.users)
    }
}

fn free_of(bad: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| (1.0 - bad.min(all) as f64 / all as f64) * 100.0)
}

/// How releases did in a time, by their versions; those without a version are under the empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthReport {
    pub by_release: BTreeMap<String, ReleaseHealth>,
    /// There is more than one question reads: the oldest hours are left out.
    pub is_partial: bool,
}

impl HealthReport {
    /// Sessions of all releases.
    pub fn started(&self) -> u64 {
        self.by_release.values().map(|health| health.started).sum()
    }
}

impl Db {
    /// Counts sessions; their release is announced where nobody has heard of it.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] where there is no such project.
    pub async fn count_sessions(&self, project: ProjectId, mut tallies: Vec<SessionTally>) -> Result<()> {
        for tally in &mut tallies {
            tally.release = tally.release.chars().take(VERSION_CHARS).collect();
            tally.environment = tally.environment.chars().take(ENVIRONMENT_CHARS).collect();
        }
        // In one order, so that two processes never wait for each other.
        tallies.sort_by(|a, b| {
            (hour_of(a.at), &a.release, &a.environment).cmp(&(hour_of(b.at), &b.release, &b.environment))
        });
        self.write(move |conn| {
            Box::pin(async move {
                lock_project(conn, project).await?;
                for tally in &tallies {
                    count(conn, project, tally).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// How the releases of a project did, in whole hours; in one environment, where it is named.
    pub async fn release_health(
        &self,
        project: ProjectId,
        environment: Option<&str>,
        range: Range<Timestamp>,
    ) -> Result<HealthReport> {
        let of_one = if environment.is_some() { "AND environment = $4" } else { "AND $4 = ''" };
        let sql = format!(
            "SELECT * FROM release_health WHERE project = $1 AND hour >= $2 AND hour <= $3 {of_one}
             ORDER BY hour DESC LIMIT $5"
        );
        let (since, until) = (hour_of(range.start), hour_of(range.end));
        let values = params![project, since, until, environment.unwrap_or_default(), ROWS_READ_MAX + 1];
        let rows = self.rows(&sql, values).await?;
        let is_partial = rows.len() as i64 > ROWS_READ_MAX;
        let mut joined: BTreeMap<String, Joined> = BTreeMap::new();
        for row in rows.iter().take(ROWS_READ_MAX as usize) {
            joined.entry(row.text("release")?).or_default().add(&Joined::from_row(row)?);
        }
        let by_release = joined.into_iter().map(|(release, joined)| (release, joined.told())).collect();
        Ok(HealthReport { by_release, is_partial })
    }
}

/// Counts with their sketches.
#[derive(Clone, Default)]
struct Joined {
    counts: [u64; 4],
    errored_ids: Distinct,
    users: Distinct,
    crashed_users: Distinct,
}

impl Joined {
    fn from_row(row: &Row) -> Result<Self> {
        let sketch = |column| row.bytes(column).map(|bytes| Distinct::from_bytes(&bytes));
        Ok(Self {
            counts: [row.count("started")?, row.count("errored")?, row.count("crashed")?, row.count("abnormal")?],
            errored_ids: sketch("errored_ids")?,
            users: sketch("users")?,
            crashed_users: sketch("crashed_users")?,
        })
    }

    fn from_tally(tally: &SessionTally) -> Self {
        Self {
            counts: [tally.started, tally.errored, tally.crashed, tally.abnormal],
            errored_ids: Distinct::of(&tally.errored_ids),
            users: Distinct::of(&tally.users),
            crashed_users: Distinct::of(&tally.crashed_users),
        }
    }

    fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
        self.errored_ids.join(other.errored_ids.clone());
        self.users.join(other.users.clone());
        self.crashed_users.join(other.crashed_users.clone());
    }

    fn told(&self) -> ReleaseHealth {
        let [started, errored, crashed, abnormal] = self.counts;
        ReleaseHealth {
            started,
            errored: errored.saturating_add(self.errored_ids.count()),
            crashed,
            abnormal,
            users: self.users.count(),
            crashed_users: self.crashed_users.count().min(self.users.count()),
        }
    }
}

async fn count(conn: &mut Conn<'_>, project: ProjectId, tally: &SessionTally) -> Result<()> {
    let hour = hour_of(tally.at);
    let (mut release, mut environment) = (tally.release.as_str(), tally.environment.as_str());
    if !make_room(conn, project, hour, (release, environment), ROWS_OF_AN_HOUR_MAX).await? {
        (release, environment) = ("", "");
        make_room(conn, project, hour, (release, environment), i64::MAX).await?;
    } else if !release.is_empty() {
        announce(conn, project, release, None, tally.at).await?;
    }
    let sql = "SELECT * FROM release_health WHERE project = $1 AND hour = $2 AND release = $3 AND environment = $4";
    let Some(row) = conn.row(sql, params![project, hour, release, environment]).await? else { return Ok(()) };
    let mut joined = Joined::from_row(&row)?;
    joined.add(&Joined::from_tally(tally));
    let sql = "UPDATE release_health SET started = $5, errored = $6, crashed = $7, abnormal = $8, errored_ids = $9,
                   users = $10, crashed_users = $11
               WHERE project = $1 AND hour = $2 AND release = $3 AND environment = $4";
    let [started, errored, crashed, abnormal] = joined.counts;
    let [ids, users, crashed_users] =
        [joined.errored_ids, joined.users, joined.crashed_users].map(|set| set.to_bytes());
    let values =
        params![project, hour, release, environment, started, errored, crashed, abnormal, ids, users, crashed_users,];
    conn.execute(sql, values).await.map(drop)
}

/// Whether there is a row to count in, of at most so many in its hour.
async fn make_room(
    conn: &mut Conn<'_>,
    project: ProjectId,
    hour: i64,
    (release, environment): (&str, &str),
    rows_max: i64,
) -> Result<bool> {
    let sql = "SELECT count(*) AS rows, 
                   CAST(coalesce(max(CASE WHEN release = $3 AND environment = $4 THEN 1 ELSE 0 END), 0) AS BIGINT) AS own
               FROM release_health WHERE project = $1 AND hour = $2";
    let row = conn.row(sql, params![project, hour, release, environment]).await?;
    let (rows, own) =
        row.map_or(Ok((0, false)), |row| Ok::<_, crate::Error>((row.int("rows")?, row.int("own")? > 0)))?;
    if own || rows >= rows_max {
        return Ok(own);
    }
    let sql = "INSERT INTO release_health (project, release, environment, hour, started, errored, crashed, abnormal,
                   errored_ids, users, crashed_users)
               VALUES ($1, $3, $4, $2, 0, 0, 0, 0, $5, $5, $5)";
    conn.execute(sql, params![project, hour, release, environment, Vec::<u8>::new()]).await?;
    Ok(true)
}
