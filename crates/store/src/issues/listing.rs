//! Lists of issues: chosen, sorted, page by page.
//!
//! Each order has an index behind which stands what most lists choose by: project, state and level are read from it alone. Where
//! a condition chooses few issues (a tag, an assignee), those are looked up and sorted; where it chooses many, the index is
//! walked and the condition held against each. What no index serves, a text above all, is held against a bounded number of
//! issues: then the page says how far it came.

use super::{Issue, IssueId, IssueStateKind, issue_from, level_code, observation::hour_of};
use crate::{
    Db, ProjectId, Result,
    filter::Where,
    reach::EXAMINED_MAX,
    sql::{Row, Value, params},
};
use model::{Level, Timestamp};

/// Issues that a condition may choose to be looked up and sorted, rather than walked to.
const FEW: i64 = 2_000;

/// Which issues to list.
#[derive(Clone, Debug, Default)]
pub struct IssueFilter {
    pub project: Option<ProjectId>,
    /// Any of these; empty: whatever the state.
    pub states: Vec<IssueStateKind>,
    /// Any of these; empty: whatever the level.
    pub levels: Vec<Level>,
    /// With an event of that environment, and of that release.
    pub environment: Option<String>,
    pub release: Option<String>,
    /// The name of a user.
    pub assignee: Option<String>,
    /// With an event that has all of these: key and value.
    pub tags: Vec<(String, String)>,
    /// Part of the title or the culprit, whatever the case.
    pub text: Option<String>,
    /// Seen first from `first_since` on, and before `first_until`; last likewise.
    pub first_since: Option<Timestamp>,
    pub first_until: Option<Timestamp>,
    pub last_since: Option<Timestamp>,
    pub last_until: Option<Timestamp>,
    pub order: IssueOrder,
    /// Where the page before this one ended.
    pub after: Option<IssueCursor>,
    pub limit: u32,
}

/// The most, or the newest, first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IssueOrder {
    #[default]
    LastSeen,
    FirstSeen,
    Events,
    Users,
    /// By events of the 24 hours, in whole ones, before that moment: those without any are not listed.
    LastDay(Timestamp),
}

/// A place in a list: what it is sorted by, then the issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssueCursor {
    pub key: i64,
    pub id: IssueId,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct IssuePage {
    pub rows: Vec<Issue>,
    /// Where the next page goes on; `None` when all there is was looked through.
    pub next: Option<IssueCursor>,
    /// The page may not be full: it has looked at [`EXAMINED_MAX`] issues.
    pub is_cut: bool,
}

/// The issues of a project that nobody has decided about yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuesToLookAt {
    pub project: ProjectId,
    pub new: u64,
    pub regressed: u64,
}

impl IssueOrder {
    /// What rows are sorted by.
    fn column(self) -> &'static str {
        match self {
            Self::LastSeen => "issues.last_seen",
            Self::FirstSeen => "issues.first_seen",
            Self::Events => "issues.events",
            Self::Users => "issues.users",
            Self::LastDay(_) => "issues.day_events",
        }
    }
}

impl Db {
    pub async fn issues(&self, filter: &IssueFilter) -> Result<IssuePage> {
        if let IssueOrder::LastDay(now) = filter.order {
            return self.issues_of_last_day(filter, now).await;
        }
        match self.narrowest(filter).await? {
            Some(few) => self.issues_among(filter, &few).await,
            None => self.issues_walked(filter).await,
        }
    }

    /// How many issues of a project, or of all, are in each state.
    pub async fn count_issues(&self, project: Option<ProjectId>) -> Result<Vec<(IssueStateKind, u64)>> {
        let mut of = Where::default();
        if let Some(project) = project {
            of.and("project = ?", project);
        }
        let sql = format!("SELECT state, count(*) AS n FROM issues{} GROUP BY state ORDER BY state", of.sql);
        let rows = self.rows(&sql, &of.params).await?;
        rows.iter().map(|row| Ok((row.state("state", IssueStateKind::from_code)?, row.count("n")?))).collect()
    }

    /// How many issues that need somebody each project has: new ones, and those that came back.
    pub async fn issues_to_look_at(&self) -> Result<Vec<IssuesToLookAt>> {
        let (new, regressed) = (IssueStateKind::New.code(), IssueStateKind::Regressed.code());
        let sql = format!(
            "SELECT project, sum(CASE WHEN state = {new} THEN 1 ELSE 0 END) AS new,
                    sum(CASE WHEN state = {regressed} THEN 1 ELSE 0 END) AS regressed
             FROM issues WHERE state IN ({new}, {regressed}) GROUP BY project ORDER BY project"
        );
        let rows = self.rows(&sql, &[]).await?;
        let of = |row: &Row| -> Result<_> {
            let (project, new, regressed) = (row.int("project")?, row.count("new")?, row.count("regressed")?);
            Ok(IssuesToLookAt { project, new, regressed })
        };
        rows.iter().map(of).collect()
    }

    /// The condition that chooses the fewest issues, where it chooses few.
    async fn narrowest(&self, filter: &IssueFilter) -> Result<Option<Chosen>> {
        let mut narrowest: Option<(i64, Chosen)> = None;
        for chosen in chosen_by(filter) {
            let Chosen { sql, params } = &chosen;
            let count = format!("SELECT count(*) AS n FROM ({sql} LIMIT {}) AS chosen", FEW + 1);
            let n = self.row(&count, params).await?.map_or(Ok(0), |row| row.int("n"))?;
            if n <= FEW && narrowest.as_ref().is_none_or(|(fewest, _)| n < *fewest) {
                narrowest = Some((n, chosen));
            }
        }
        Ok(narrowest.map(|(_, chosen)| chosen))
    }

    /// Few are looked up, one by one, and sorted.
    async fn issues_among(&self, filter: &IssueFilter, few: &Chosen) -> Result<IssuePage> {
        let mut conditions = Where { sql: String::new(), params: few.params.clone() };
        conditions.and_plain("issues.id = chosen.issue");
        filter.choose(&mut conditions, self.dialect().unindexed);
        filter.go_on(&mut conditions);
        filter.hold(&mut conditions, self.dialect().like);
        // Crossed, so that no planner walks an index instead.
        let from = format!("(SELECT DISTINCT issue FROM ({}) AS named) AS chosen CROSS JOIN issues", few.sql);
        let (rows, next) = self.page(filter, &from, conditions).await?;
        Ok(IssuePage { rows, next, is_cut: false })
    }

    /// The index of the order is walked; what it does not hold is held against a bounded number of rows.
    async fn issues_walked(&self, filter: &IssueFilter) -> Result<IssuePage> {
        let mut walk = Where::default();
        filter.choose(&mut walk, self.dialect().unindexed);
        filter.go_on(&mut walk);
        let last = if filter.needs_rows() { self.last_issue_within_reach(filter, &walk).await? } else { None };
        if let Some(last) = last {
            let column = filter.order.column();
            walk.and(&format!("{column} >= ?"), last.key);
            walk.params.extend(params![last.key, last.id].to_vec());
            let n = walk.params.len();
            walk.and_plain(&format!("({column}, issues.id) >= (${}, ${n})", n - 1));
        }
        filter.hold(&mut walk, self.dialect().like);
        let (rows, next) = self.page(filter, "issues", walk).await?;
        let is_cut = next.is_none() && last.is_some();
        Ok(IssuePage { rows, next: next.or(last), is_cut })
    }

    async fn last_issue_within_reach(&self, filter: &IssueFilter, walk: &Where) -> Result<Option<IssueCursor>> {
        let column = filter.order.column();
        let sql = format!(
            "SELECT {column} AS sort_key, issues.id FROM issues{} ORDER BY {column} DESC, issues.id DESC
             LIMIT 2 OFFSET {}",
            walk.sql,
            EXAMINED_MAX - 1
        );
        match self.rows(&sql, &walk.params).await?.as_slice() {
            [last, _] => cursor_from(last).map(Some),
            _ => Ok(None),
        }
    }

    /// Those that were seen in the 24 hours, at most [`EXAMINED_MAX`], the last seen ones: their hours are added up. The rows
    /// of the page are read when it is known which they are.
    async fn issues_of_last_day(&self, filter: &IssueFilter, now: Timestamp) -> Result<IssuePage> {
        let since = hour_of(now) - 23;
        let mut recent = Where::default();
        recent.and("issues.last_seen >= ?", Timestamp::from_micros(since.saturating_mul(3_600_000_000)));
        filter.choose(&mut recent, self.dialect().unindexed);
        let Where { sql, mut params } = recent;
        params.extend(params![since, hour_of(now)].to_vec());
        let n = params.len();
        let columns = if filter.needs_rows() { "issues.*" } else { "issues.id" };
        // The second limit keeps planners from adding up the hours anew wherever they are named.
        let from = format!(
            "(SELECT recent.*, (SELECT coalesce(CAST(sum(events) AS BIGINT), 0) FROM issue_hours
                                WHERE issue = recent.id AND hour BETWEEN ${} AND ${n}) AS day_events
              FROM (SELECT {columns} FROM issues{sql} ORDER BY issues.last_seen DESC, issues.id DESC
                    LIMIT {EXAMINED_MAX}) AS recent LIMIT {EXAMINED_MAX}) AS issues",
            n - 1
        );
        let mut held = Where { sql: String::new(), params };
        held.and_plain("issues.day_events > 0");
        filter.go_on(&mut held);
        filter.hold(&mut held, self.dialect().like);
        let (places, next) = self.places(filter, "issues.id", &from, held).await?;
        let ids = places.iter().map(|row| row.int("id")).collect::<Result<Vec<_>>>()?;
        Ok(IssuePage { rows: self.issues_in_order(&ids).await?, next, is_cut: false })
    }

    async fn issues_in_order(&self, ids: &[IssueId]) -> Result<Vec<Issue>> {
        let asked = serde_json::to_string(&ids.iter().map(|id| [*id]).collect::<Vec<_>>()).unwrap_or_default();
        let sql = format!(
            "SELECT issues.* FROM {} JOIN issues ON issues.id = CAST(list.value->>0 AS BIGINT)",
            self.dialect().set
        );
        let rows = self.rows(&sql, params![asked]).await?;
        let mut issues = rows.iter().map(issue_from).collect::<Result<Vec<_>>>()?;
        issues.sort_by_key(|issue| ids.iter().position(|id| *id == issue.id));
        Ok(issues)
    }

    async fn page(
        &self,
        filter: &IssueFilter,
        from: &str,
        conditions: Where,
    ) -> Result<(Vec<Issue>, Option<IssueCursor>)> {
        let (rows, next) = self.places(filter, "issues.*", from, conditions).await?;
        Ok((rows.iter().map(issue_from).collect::<Result<_>>()?, next))
    }

    /// The rows of a page, with `columns`, and where the next one goes on.
    async fn places(
        &self,
        filter: &IssueFilter,
        columns: &str,
        from: &str,
        conditions: Where,
    ) -> Result<(Vec<Row>, Option<IssueCursor>)> {
        let Where { sql, mut params } = conditions;
        params.push(Value::from(i64::from(filter.limit) + 1));
        let column = filter.order.column();
        let sql = format!(
            "SELECT {columns}, {column} AS sort_key FROM {from}{sql}
             ORDER BY {column} DESC, issues.id DESC LIMIT ${}",
            params.len()
        );
        let mut rows = self.rows(&sql, &params).await?;
        let more = rows.len() > filter.limit as usize;
        rows.truncate(filter.limit as usize);
        let next = rows.last().filter(|_| more).map(cursor_from).transpose()?;
        Ok((rows, next))
    }
}

/// Issues that a condition chooses by an index of its own: a selection of `issue`.
struct Chosen {
    sql: String,
    params: Vec<Value>,
}

fn chosen_by(filter: &IssueFilter) -> Vec<Chosen> {
    let tag = |(key, value): (&str, &str)| Chosen {
        sql: "SELECT issue FROM issue_tags WHERE key = $1 AND value = $2".into(),
        params: params![key, value].to_vec(),
    };
    let assignee = filter.assignee.as_ref().map(|name| Chosen {
        sql: "SELECT id AS issue FROM issues WHERE assignee = $1".into(),
        params: params![name].to_vec(),
    });
    filter.all_tags().map(tag).chain(assignee).collect()
}

impl IssueFilter {
    /// With what environment and release are kept as.
    fn all_tags(&self) -> impl Iterator<Item = (&str, &str)> {
        let environment = self.environment.as_deref().map(|value| ("environment", value));
        let release = self.release.as_deref().map(|value| ("release", value));
        let tags = self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        tags.chain(environment).chain(release)
    }

    /// Whether something is asked that the index of the order does not hold.
    fn needs_rows(&self) -> bool {
        let column = self.order.column();
        self.all_tags().next().is_some()
            || self.assignee.is_some()
            || self.text.as_ref().is_some_and(|text| !text.is_empty())
            || self.times().any(|(of, ..)| of != column)
    }

    /// What is asked of times: the column, on which side, of when.
    fn times(&self) -> impl Iterator<Item = (&'static str, &'static str, Timestamp)> {
        let (first, last) = ("issues.first_seen", "issues.last_seen");
        let asked = [
            (first, ">=", self.first_since),
            (first, "<", self.first_until),
            (last, ">=", self.last_since),
            (last, "<", self.last_until),
        ];
        asked.into_iter().filter_map(|(column, side, at)| Some((column, side, at?)))
    }

    /// What stands in the index of the order.
    fn choose(&self, conditions: &mut Where, unindexed: &str) {
        if let Some(project) = self.project {
            conditions.and(&format!("{unindexed}issues.project = ?"), project);
        }
        let listed = |codes: Vec<i64>| codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if !self.states.is_empty() {
            let codes = listed(self.states.iter().map(|state| state.code()).collect());
            conditions.and_plain(&format!("{unindexed}issues.state IN ({codes})"));
        }
        if !self.levels.is_empty() {
            let codes = listed(self.levels.iter().map(|level| level_code(*level)).collect());
            conditions.and_plain(&format!("issues.level IN ({codes})"));
        }
        for (column, side, at) in self.times().filter(|(column, ..)| *column == self.order.column()) {
            conditions.and(&format!("{column} {side} ?"), at);
        }
    }

    /// Behind the page before this one.
    fn go_on(&self, conditions: &mut Where) {
        let Some(after) = self.after else { return };
        let column = self.order.column();
        // The first, which the second implies, is what an index is searched by.
        conditions.and(&format!("{column} <= ?"), after.key);
        conditions.params.extend(params![after.key, after.id].to_vec());
        let n = conditions.params.len();
        conditions.and_plain(&format!("({column}, issues.id) < (${}, ${n})", n - 1));
    }

    /// What is held against each row.
    fn hold(&self, conditions: &mut Where, like: &str) {
        for (key, value) in self.all_tags() {
            conditions.params.extend(params![key, value].to_vec());
            let n = conditions.params.len();
            conditions.and_plain(&format!(
                "EXISTS (SELECT 1 FROM issue_tags WHERE issue = issues.id AND key = ${} AND value = ${n})",
                n - 1
            ));
        }
        if let Some(assignee) = &self.assignee {
            conditions.and("issues.assignee = ?", assignee);
        }
        if let Some(text) = self.text.as_ref().filter(|text| !text.is_empty()) {
            conditions.and_holds(["issues.title", "issues.culprit"], like, text);
        }
        for (column, side, at) in self.times().filter(|(column, ..)| *column != self.order.column()) {
            conditions.and(&format!("{column} {side} ?"), at);
        }
    }
}

fn cursor_from(row: &Row) -> Result<IssueCursor> {
    Ok(IssueCursor { key: row.int("sort_key")?, id: row.int("id")? })
}
