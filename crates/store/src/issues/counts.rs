//! What is counted of issues beside their totals: events by hour, and by tag.

use super::{IssueId, observation::hour_of};
use crate::{Db, Result, sql::params};
use model::Timestamp;
use std::collections::BTreeMap;

/// Issues whose events are asked for at once, and steps of time.
const ISSUES_MAX: usize = 200;
const STEPS_MAX: u64 = 1_000;

/// A tag of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueTag {
    pub key: String,
    /// Events that have it, with whatever value.
    pub events: u64,
    /// The most frequent values, the first first. What they lack to `events` has others, some of which may be frequent by now:
    /// once an issue has met [`super::TAG_VALUES_MAX`] different ones, further ones are not told apart.
    pub values: Vec<(String, u64)>,
}

/// Steps of whole hours, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourSteps {
    /// The beginning of the first, in whole hours.
    pub since: Timestamp,
    /// Hours of a step, at least 1.
    pub hours: u64,
    /// How many steps, 1000 at the most.
    pub count: u64,
}

impl Db {
    /// How often issues, at most 200, were met in each step; of one environment, where it is named. Those that were not met at
    /// all are not told.
    pub async fn issue_trends(
        &self,
        issues: &[IssueId],
        steps: HourSteps,
        environment: Option<&str>,
    ) -> Result<BTreeMap<IssueId, Vec<u64>>> {
        let (hours, count) = (steps.hours.max(1), steps.count.min(STEPS_MAX));
        let since = hour_of(steps.since);
        let until = since.saturating_add_unsigned(hours.saturating_mul(count));
        let of_one = if environment.is_some() { "AND found.environment = $4" } else { "AND $4 = ''" };
        let sql = format!(
            "SELECT found.issue, found.hour, CAST(sum(found.events) AS BIGINT) AS events
             FROM {} JOIN issue_hours AS found ON found.issue = CAST(list.value->>0 AS BIGINT)
                 AND found.hour >= $2 AND found.hour < $3 {of_one}
             GROUP BY found.issue, found.hour",
            self.dialect().set
        );
        let asked: Vec<[IssueId; 1]> = issues.iter().take(ISSUES_MAX).map(|id| [*id]).collect();
        let asked = serde_json::to_string(&asked).unwrap_or_default();
        let mut trends: BTreeMap<IssueId, Vec<u64>> = BTreeMap::new();
        for row in self.rows(&sql, params![asked, since, until, environment.unwrap_or_default()]).await? {
            let step = row.int("hour")?.saturating_sub(since) as u64 / hours;
            let trend = trends.entry(row.int("issue")?).or_insert_with(|| vec![0; count as usize]);
            trend[step as usize] += row.count("events")?;
        }
        Ok(trends)
    }

    /// The tags of an issue by their key, each with its most frequent values, at most `values`.
    pub async fn issue_tags(&self, issue: IssueId, values: u32) -> Result<Vec<IssueTag>> {
        let sql = "SELECT key, events FROM issue_tag_keys WHERE issue = $1 ORDER BY key";
        let keys = self.rows(sql, params![issue]).await?;
        let sql = "SELECT key, value, events FROM (
                       SELECT key, value, events, row_number() OVER (PARTITION BY key ORDER BY events DESC, value) AS place
                       FROM issue_tags WHERE issue = $1) AS ranked
                   WHERE place <= $2 ORDER BY key, place";
        let mut found: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
        for row in self.rows(sql, params![issue, i64::from(values)]).await? {
            found.entry(row.text("key")?).or_default().push((row.text("value")?, row.count("events")?));
        }
        let tag = |row: &crate::sql::Row| {
            let key = row.text("key")?;
            Ok(IssueTag { events: row.count("events")?, values: found.remove(&key).unwrap_or_default(), key })
        };
        keys.iter().map(tag).collect()
    }
}
