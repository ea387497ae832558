//! Who did what, and when. Written once, never changed.

use crate::{
    Db, Page, Result, SearchPage,
    filter::{Where, like_pattern},
    reach::last_within_reach,
    sql::{Row, Value, params},
};
use model::Timestamp;

/// Something done by somebody who was logged in, or by a program with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Given by the store; grows.
    pub no: i64,
    pub at: Timestamp,
    pub who: String,
    /// `job.pause`, `user.create` …
    pub action: String,
    /// On what: a name, or an id.
    pub subject: String,
    pub detail: String,
}

/// Which events to list.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub who: Option<String>,
    /// Any of these; empty: whatever was done.
    pub actions: Vec<String>,
    /// Any of these texts is part of what it was done to, or of the detail, whatever the case; empty: any object.
    pub about: Vec<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Where the page before this one ended.
    pub before: Option<i64>,
    pub limit: u32,
}

impl Db {
    pub async fn write_audit(&self, event: AuditEvent) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO audit (at, who, action, subject, detail) VALUES ($1, $2, $3, $4, $5)";
                let AuditEvent { at, who, action, subject, detail, .. } = event;
                conn.execute(sql, params![at, who, action, subject, detail]).await.map(drop)
            })
        })
        .await
    }

    /// Newest first, those before `before`.
    pub async fn audit(&self, before: Option<i64>, limit: u32) -> Result<Page<AuditEvent, i64>> {
        let sql = "SELECT * FROM audit WHERE no < $1 ORDER BY no DESC LIMIT $2";
        let rows = self.rows(sql, params![before.unwrap_or(i64::MAX), i64::from(limit) + 1]).await?;
        let mut rows = rows.iter().map(event_from).collect::<Result<Vec<_>>>()?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|event| event.no);
        Ok(Page { rows, next })
    }
}

impl Db {
    /// Newest first. Conditions are held against each event: one page looks at [`EXAMINED_MAX`](crate::EXAMINED_MAX) of
    /// them.
    pub async fn search_audit(&self, filter: &AuditFilter) -> Result<SearchPage<AuditEvent, Timestamp>> {
        let mut walk = Where::default();
        walk.and("no < ?", filter.before.unwrap_or(i64::MAX));
        let is_narrow = filter.conditions() > 0;
        let last = if is_narrow { self.last_event_within_reach(&walk).await? } else { None };
        if let Some((no, _)) = last {
            walk.and("no >= ?", no);
        }
        filter.hold(&mut walk, self.dialect().like);
        walk.params.push(Value::from(i64::from(filter.limit) + 1));
        let sql = format!("SELECT * FROM audit{} ORDER BY no DESC LIMIT ${}", walk.sql, walk.params.len());
        let rows = self.rows(&sql, &walk.params).await?;
        let mut rows = rows.iter().map(event_from).collect::<Result<Vec<_>>>()?;
        let more = rows.len() > filter.limit as usize;
        rows.truncate(filter.limit as usize);
        let next = rows.last().filter(|_| more).map(|event| event.no);
        let last = last.filter(|_| next.is_none());
        Ok(SearchPage { rows, next: next.or(last.map(|(no, _)| no)), searched_until: last.map(|(_, at)| at) })
    }

    async fn last_event_within_reach(&self, walk: &Where) -> Result<Option<(i64, Timestamp)>> {
        let sql = last_within_reach("no, at", "audit", walk, "no DESC");
        match self.rows(&sql, &walk.params).await?.as_slice() {
            [last, _] => Ok(Some((last.int("no")?, last.time("at")?))),
            _ => Ok(None),
        }
    }
}

impl AuditFilter {
    fn conditions(&self) -> usize {
        let times = [self.since, self.until].into_iter().flatten().count();
        usize::from(self.who.is_some()) + self.actions.len() + self.about.len() + times
    }

    /// What no index chooses.
    fn hold(&self, filters: &mut Where, like: &str) {
        if let Some(who) = &self.who {
            filters.and("who = ?", who);
        }
        let like = like.replace("$1", "?");
        any_of(filters, "action = ?", self.actions.iter().map(Value::from));
        let about = self.about.iter().map(|text| Value::from(like_pattern(text)));
        any_of(filters, &format!("(subject{like} OR detail{like})"), about);
        if let Some(since) = self.since {
            filters.and("at >= ?", since);
        }
        if let Some(until) = self.until {
            filters.and("at < ?", until);
        }
    }
}

/// One of the conditions at least, each with its own value; none: nothing is held.
fn any_of(filters: &mut Where, condition: &str, values: impl Iterator<Item = Value>) {
    let conditions: Vec<String> = values
        .map(|value| {
            filters.params.push(value);
            condition.replace('?', &format!("${}", filters.params.len()))
        })
        .collect();
    if !conditions.is_empty() {
        filters.and_plain(&format!("({})", conditions.join(" OR ")));
    }
}

fn event_from(row: &Row) -> Result<AuditEvent> {
    Ok(AuditEvent {
        no: row.int("no")?,
        at: row.time("at")?,
        who: row.text("who")?,
        action: row.text("action")?,
        subject: row.text("subject")?,
        detail: row.text("detail")?,
    })
}
