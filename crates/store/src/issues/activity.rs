//! What was done to an issue, by whom; and what it did by itself.

use super::IssueId;
use crate::{
    Db, Error, Page, Result,
    sql::{Conn, Row, params, without_nul},
};
use model::Timestamp;
use serde_json::{Value, json};

pub(super) const REGRESSED: &str = "regressed";
pub(super) const UNIGNORED: &str = "unignored";
pub(super) const AGED: &str = "aged";

/// Characters of a comment that are kept.
const COMMENT_CHARS: usize = 10_000;

/// Something that was done to an issue.
#[derive(Clone, Debug, PartialEq)]
pub struct IssueActivity {
    /// Given by the store; grows.
    pub no: i64,
    pub issue: IssueId,
    pub at: Timestamp,
    /// Empty: it did so by itself.
    pub who: String,
    /// `resolved`, `ignored`, `reopened`, `assigned`, `comment`, `merged`, `unmerged`; `regressed`, `unignored`, `aged`.
    pub what: String,
    /// What there is to say of it.
    pub detail: Value,
}

/// As it is written.
pub(super) struct NewActivity {
    pub(super) issue: IssueId,
    pub(super) at: Timestamp,
    pub(super) what: &'static str,
    pub(super) detail: Value,
}

impl Db {
    /// The last first; `before` is where the page before this one ended.
    pub async fn issue_activity(
        &self,
        issue: IssueId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page<IssueActivity, i64>> {
        let sql = "SELECT * FROM issue_activity WHERE issue = $1 AND no < $2 ORDER BY no DESC LIMIT $3";
        let rows = self.rows(sql, params![issue, before.unwrap_or(i64::MAX), i64::from(limit) + 1]).await?;
        let mut rows = rows.iter().map(activity_from).collect::<Result<Vec<_>>>()?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|one| one.no);
        Ok(Page { rows, next })
    }

    /// Issues that were seen again after they were resolved, since then, the last first: when, and which.
    pub async fn issue_regressions(&self, since: Timestamp, limit: u32) -> Result<Vec<(Timestamp, IssueId)>> {
        let sql = "SELECT at, issue FROM issue_activity WHERE what = $1 AND at >= $2 ORDER BY no DESC LIMIT $3";
        let rows = self.rows(sql, params![REGRESSED, since, i64::from(limit)]).await?;
        rows.iter().map(|row| Ok((row.time("at")?, row.int("issue")?))).collect()
    }

    /// Says something of an issue; of a text, its first 10,000 characters.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such issue.
    pub async fn comment_issue(&self, issue: IssueId, who: String, text: String, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let there = conn.row("SELECT 1 AS one FROM issues WHERE id = $1", params![issue]).await?;
                there.ok_or_else(|| Error::Conflict(format!("there is no issue {issue}")))?;
                let text: String = without_nul(text).chars().take(COMMENT_CHARS).collect();
                let said = NewActivity { issue, at: now, what: "comment", detail: json!({"text": text}) };
                write(conn, &who, vec![said]).await
            })
        })
        .await
    }
}

pub(super) async fn write(conn: &mut Conn<'_>, who: &str, done: Vec<NewActivity>) -> Result<()> {
    let who = without_nul(who.to_owned());
    let rows = done.iter().map(|one| (one.issue, one.at.as_micros(), &who, one.what, one.detail.to_string()));
    let sql = "INSERT INTO issue_activity (issue, at, who, what, detail)
               SELECT CAST(list.value->>0 AS BIGINT), CAST(list.value->>1 AS BIGINT), list.value->>2, list.value->>3,
                      list.value->>4
               FROM {set}";
    conn.execute_set(sql, rows).await
}

fn activity_from(row: &Row) -> Result<IssueActivity> {
    Ok(IssueActivity {
        no: row.int("no")?,
        issue: row.int("issue")?,
        at: row.time("at")?,
        who: row.text("who")?,
        what: row.text("what")?,
        detail: row.json("detail")?,
    })
}
