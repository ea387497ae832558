//! Feedback: what people who use a program say of it. What is said about an event belongs to its issue, by the event's group.

use crate::{
    Db, Page, ProjectId, Result,
    issues::IssueId,
    sql::{Row, params},
};
use model::Timestamp;
use uuid::Uuid;

const NAME_CHARS: usize = 256;
const MESSAGE_CHARS: usize = 4_096;
const URL_CHARS: usize = 2_048;

/// What somebody said. Texts are empty where nothing is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFeedback {
    /// Given by the store; grows.
    pub no: i64,
    pub project: ProjectId,
    /// The event that it is about.
    pub event: Option<Uuid>,
    /// The number of the issue that the event is in, once it is known.
    pub issue: Option<i64>,
    pub name: String,
    pub email: String,
    pub message: String,
    /// The page on which it was said.
    pub url: String,
    pub release: String,
    pub environment: String,
    pub at: Timestamp,
}

/// With the number of the issue, where the event's group is known.
const WITH_ISSUE: &str = "SELECT feedback.*, issues.number AS issue_number FROM feedback
    LEFT JOIN issue_hashes AS found ON found.project = feedback.project AND found.hash = feedback.hash
    LEFT JOIN issues ON issues.id = found.issue";

impl Db {
    pub async fn add_feedback(&self, said: UserFeedback) -> Result<()> {
        let cut = |text: &str, chars: usize| text.chars().take(chars).collect::<String>();
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO feedback (project, event, name, email, message, url, release, environment, at)
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                let [name, email, release, environment] =
                    [&said.name, &said.email, &said.release, &said.environment].map(|text| cut(text, NAME_CHARS));
                let (message, url) = (cut(&said.message, MESSAGE_CHARS), cut(&said.url, URL_CHARS));
                let values =
                    params![said.project, said.event, name, email, message, url, release, environment, said.at];
                conn.execute(sql, values).await.map(drop)
            })
        })
        .await
    }

    /// The newest first; of one project, where it is named. `before` is where the page before this one ended.
    pub async fn feedback(
        &self,
        project: Option<ProjectId>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page<UserFeedback, i64>> {
        let of_one = if project.is_some() { "feedback.project = $1" } else { "$1 = 0" };
        let sql = format!("{WITH_ISSUE} WHERE {of_one} AND feedback.no < $2 ORDER BY feedback.no DESC LIMIT $3");
        let values = params![project.unwrap_or(0), before.unwrap_or(i64::MAX), i64::from(limit) + 1];
        let mut rows = self.rows(&sql, values).await?.iter().map(feedback_from).collect::<Result<Vec<_>>>()?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|said| said.no);
        Ok(Page { rows, next })
    }

    /// What was said about events of an issue, the newest first.
    pub async fn issue_feedback(&self, issue: IssueId, limit: u32) -> Result<Vec<UserFeedback>> {
        let sql = "SELECT feedback.*, issues.number AS issue_number FROM issues
                   JOIN issue_hashes AS found ON found.issue = issues.id
                   JOIN feedback ON feedback.project = found.project AND feedback.hash = found.hash
                   WHERE issues.id = $1 ORDER BY feedback.no DESC LIMIT $2";
        self.rows(sql, params![issue, i64::from(limit)]).await?.iter().map(feedback_from).collect()
    }

    /// What was said since then about events whose group is not known yet, the newest first.
    pub async fn unplaced_feedback(&self, since: Timestamp, limit: u32) -> Result<Vec<UserFeedback>> {
        let sql = "SELECT feedback.*, CAST(NULL AS BIGINT) AS issue_number FROM feedback
                   WHERE hash IS NULL AND event IS NOT NULL AND at >= $1 ORDER BY no DESC LIMIT $2";
        self.rows(sql, params![since, i64::from(limit)]).await?.iter().map(feedback_from).collect()
    }

    /// The group of the event that it is about.
    pub async fn place_feedback(&self, no: i64, hash: String) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                conn.execute("UPDATE feedback SET hash = $2 WHERE no = $1", params![no, hash]).await.map(drop)
            })
        })
        .await
    }
}

fn feedback_from(row: &Row) -> Result<UserFeedback> {
    Ok(UserFeedback {
        no: row.int("no")?,
        project: row.int("project")?,
        event: row.opt_id("event")?,
        issue: row.opt_int("issue_number")?,
        name: row.text("name")?,
        email: row.text("email")?,
        message: row.text("message")?,
        url: row.text("url")?,
        release: row.text("release")?,
        environment: row.text("environment")?,
        at: row.time("at")?,
    })
}
