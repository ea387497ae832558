//! Tasks: changed by what events tell of them, found by what people know of them.

use super::counts::{self, CeleryCount};
use crate::{
    Db, Error, Result, SearchPage,
    filter::{Where, like_pattern},
    reach::last_within_reach,
    sql::{Conn, Row, Value, params, without_nul},
};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

/// Tasks of one family that are shown, and tasks that one batch of events changes in one statement.
const FAMILY_MAX: i64 = 500;
const BATCH_MAX: usize = 500;

/// Where a task stands. The code is what is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CeleryState {
    /// It was sent, and no worker has it yet.
    #[default]
    Pending,
    Received,
    Started,
    Success,
    Failure,
    Retry,
    Revoked,
    Rejected,
}

impl CeleryState {
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Received,
        Self::Started,
        Self::Success,
        Self::Failure,
        Self::Retry,
        Self::Revoked,
        Self::Rejected,
    ];

    pub fn code(self) -> i64 {
        self as i64
    }

    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// As Celery writes it: `SUCCESS`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Received => "RECEIVED",
            Self::Started => "STARTED",
            Self::Success => "SUCCESS",
            Self::Failure => "FAILURE",
            Self::Retry => "RETRY",
            Self::Revoked => "REVOKED",
            Self::Rejected => "REJECTED",
        }
    }

    /// In whatever case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(word))
    }

    /// Whether it has come to an end, short of being run again.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Success | Self::Failure | Self::Revoked | Self::Rejected)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CeleryTask {
    /// Its place among tasks; 0 before it is kept.
    pub no: i64,
    pub broker: String,
    /// A UUID unless the program chose otherwise.
    pub id: String,
    /// `shop.tasks.bill`; empty until an event says it.
    pub name: String,
    pub state: CeleryState,
    pub worker: String,
    pub queue: String,
    /// As Python shows them, cut and without secrets.
    pub args: String,
    pub kwargs: String,
    pub root_id: Option<String>,
    pub parent_id: Option<String>,
    /// When we first heard of it.
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub detail: CeleryDetail,
}

/// What nobody looks a task up by. Moments are seconds since 1970, by the clock of the machine that says them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CeleryDetail {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceback: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<f64>,
    #[serde(skip_serializing_if = "is_zero")]
    pub retries: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eta: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_key: Option<String>,
    /// Who sent it: `gen6492@shop-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Why it was revoked: it was terminated by a signal, or had expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub has_expired: bool,
    #[serde(skip_serializing_if = "is_empty")]
    pub times: StateTimes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<LastEvent>,
}

/// When a task came into each state, the last time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StateTimes(pub BTreeMap<String, f64>);

/// The event that a task's state is from: later ones are told by it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LastEvent {
    pub hostname: String,
    pub pid: i64,
    /// Of Lamport.
    pub clock: i64,
    pub timestamp: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(is: &bool) -> bool {
    !*is
}

fn is_empty(times: &StateTimes) -> bool {
    times.0.is_empty()
}

/// Which tasks to list.
#[derive(Clone, Debug, Default)]
pub struct CeleryTaskFilter {
    pub broker: Option<String>,
    pub name: Option<String>,
    pub state: Option<CeleryState>,
    pub worker: Option<String>,
    /// Part of the name, the id, the arguments, whatever the case.
    pub text: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Newest first unless said so.
    pub oldest_first: bool,
    /// Where the page before this one ended.
    pub before: Option<i64>,
    pub limit: u32,
}

impl Db {
    /// Changes tasks of a broker, known ones and new ones, by `change`: it is given those of `ids` that are known, and leaves
    /// all that are to be kept, and returns what is to be counted. Returns how many tasks were kept.
    pub async fn change_celery_tasks(
        &self,
        broker: &str,
        ids: Vec<String>,
        now: Timestamp,
        change: impl FnOnce(&mut BTreeMap<String, CeleryTask>) -> Vec<CeleryCount> + Send + 'static,
    ) -> Result<usize> {
        let broker = broker.to_owned();
        self.write(move |conn| {
            Box::pin(async move {
                let mut tasks = load(conn, &broker, &ids).await?;
                let counts = change(&mut tasks);
                let rows: Vec<_> = tasks.values().map(|task| row_of(&broker, task)).collect::<Result<_>>()?;
                for rows in rows.chunks(BATCH_MAX) {
                    conn.execute_set(KEEP, rows).await?;
                }
                counts::add(conn, &counts, now).await?;
                Ok(rows.len())
            })
        })
        .await
    }

    /// Newest first, or oldest first, by when we first heard of them. Where several conditions are to hold, or a text is looked
    /// for, one page looks at [`EXAMINED_MAX`](crate::EXAMINED_MAX) of those that the first leaves.
    pub async fn celery_tasks(&self, filter: &CeleryTaskFilter) -> Result<SearchPage<CeleryTask, Timestamp>> {
        let (mut walk, rest) = conditions(filter, self.dialect().like);
        if let Some(no) = filter.before {
            let Some(row) = self.row("SELECT created_at FROM celery_tasks WHERE no = $1", params![no]).await? else {
                return Ok(SearchPage { rows: Vec::new(), next: None, searched_until: None });
            };
            walk.and_place(if filter.oldest_first { ">" } else { "<" }, row.time("created_at")?, no);
        }
        let order = if filter.oldest_first { "created_at, no" } else { "created_at DESC, no DESC" };
        let last = if rest.is_empty() { None } else { self.last_task_within_reach(&walk, order).await? };
        if let Some((at, no)) = last {
            walk.and_place(if filter.oldest_first { "<=" } else { ">=" }, at, no);
        }
        rest.into_iter().for_each(|(condition, value)| walk.and(&condition, value));
        walk.params.push(Value::from(i64::from(filter.limit) + 1));
        let n = walk.params.len();
        let sql = format!("SELECT * FROM celery_tasks{} ORDER BY {order} LIMIT ${n}", walk.sql);
        let mut rows = self.rows(&sql, &walk.params).await?.iter().map(task_from).collect::<Result<Vec<_>>>()?;
        let more = rows.len() > filter.limit as usize;
        rows.truncate(filter.limit as usize);
        let next = rows.last().filter(|_| more).map(|task| task.no);
        let last = last.filter(|_| next.is_none());
        Ok(SearchPage { rows, next: next.or(last.map(|(_, no)| no)), searched_until: last.map(|(at, _)| at) })
    }

    async fn last_task_within_reach(&self, walk: &Where, order: &str) -> Result<Option<(Timestamp, i64)>> {
        let sql = last_within_reach("created_at, no", "celery_tasks", walk, order);
        match self.rows(&sql, &walk.params).await?.as_slice() {
            [last, _] => Ok(Some((last.time("created_at")?, last.int("no")?))),
            _ => Ok(None),
        }
    }

    /// The tasks of that id: one for each broker that has it.
    pub async fn celery_task(&self, id: &str) -> Result<Vec<CeleryTask>> {
        let rows = self.rows("SELECT * FROM celery_tasks WHERE id = $1 ORDER BY broker", params![id]).await?;
        rows.iter().map(task_from).collect()
    }

    /// The tasks that come from the same one, the oldest first, [`FAMILY_MAX`] at the most.
    pub async fn celery_family(&self, broker: &str, root_id: &str) -> Result<Vec<CeleryTask>> {
        let sql = "SELECT * FROM celery_tasks WHERE root_id = $1 AND broker = $2 ORDER BY created_at, no LIMIT $3";
        let rows = self.rows(sql, params![root_id, broker, FAMILY_MAX]).await?;
        rows.iter().map(task_from).collect()
    }

    /// Pairs of a task and one that it has made, of these tasks; of each id, whichever broker it is of.
    pub async fn celery_children(&self, ids: Vec<String>) -> Result<Vec<(String, String)>> {
        let mut pairs = Vec::new();
        let sql = format!(
            "SELECT found.parent_id, found.id FROM {} JOIN celery_tasks AS found ON found.parent_id = list.value->>0
             ORDER BY found.created_at, found.no",
            self.dialect().set
        );
        for ids in ids.chunks(BATCH_MAX) {
            let set: Vec<[&String; 1]> = ids.iter().map(|id| [id]).collect();
            for row in self.rows(&sql, params![serde_json::to_string(&set).unwrap_or_default()]).await? {
                pairs.push((row.text("parent_id")?, row.text("id")?));
            }
        }
        Ok(pairs)
    }

    /// The first of the names that tasks have, found by leaps through the index.
    pub async fn celery_task_names(&self) -> Result<Vec<String>> {
        let mut names: Vec<String> = Vec::new();
        for _ in 0..NAMES_MAX {
            let last = names.last().cloned().unwrap_or_default();
            let sql = "SELECT name FROM celery_tasks WHERE name > $1 ORDER BY name LIMIT 1";
            let Some(row) = self.row(sql, params![last]).await? else { break };
            names.push(row.text("name")?);
        }
        Ok(names)
    }

    /// Tasks that have failed since then, by their names: those of a name that failed most often first.
    pub async fn celery_failures(&self, since: Timestamp) -> Result<Vec<(String, u64)>> {
        let sql =
            "SELECT name, count(*) AS n FROM celery_tasks WHERE state = $1 AND created_at >= $2 AND updated_at >= $3
                   GROUP BY name ORDER BY n DESC, name LIMIT $4";
        // One that failed after long was heard of long before.
        let params = params![CeleryState::Failure.code(), since - DAY, since, WORST_MAX];
        let rows = self.rows(sql, params).await?;
        rows.iter().map(|row| Ok((row.text("name")?, row.count("n")?))).collect()
    }

    /// Tasks of the last week that have been running since before then, the newest first.
    pub async fn celery_stuck(&self, before: Timestamp) -> Result<Vec<CeleryTask>> {
        let sql =
            "SELECT * FROM celery_tasks WHERE state = $1 AND created_at >= $2 AND created_at < $3 AND updated_at < $3
                   ORDER BY created_at DESC, no DESC LIMIT $4";
        let params = params![CeleryState::Started.code(), before - DAY * 7, before, WORST_MAX];
        self.rows(sql, params).await?.iter().map(task_from).collect()
    }

    /// Tasks that workers have fetched since then and not begun, the newest first.
    pub async fn celery_fetched(&self, since: Timestamp) -> Result<Vec<CeleryTask>> {
        let sql = "SELECT * FROM celery_tasks WHERE state = $1 AND created_at >= $2
                   ORDER BY created_at DESC, no DESC LIMIT $3";
        let params = params![CeleryState::Received.code(), since, FETCHED_MAX];
        self.rows(sql, params).await?.iter().map(task_from).collect()
    }

    /// Tasks that were first heard of since then, by their states: of each, [`CELERY_COUNTED_MAX`] at the most.
    pub async fn count_celery_tasks(&self, since: Timestamp) -> Result<BTreeMap<i64, u64>> {
        let sql = "SELECT count(*) AS n FROM (SELECT 1 AS one FROM celery_tasks WHERE state = $1 AND created_at >= $2
                   LIMIT $3) AS counted";
        let mut counts = BTreeMap::new();
        for state in CeleryState::ALL {
            let row = self
                .row(sql, params![state.code(), since, i64::try_from(CELERY_COUNTED_MAX).unwrap_or(i64::MAX)])
                .await?;
            let n = row.map_or(Ok(0), |row| row.count("n"))?;
            if n > 0 {
                counts.insert(state.code(), n);
            }
        }
        Ok(counts)
    }
}

const DAY: Duration = Duration::from_secs(86_400);
/// Names, or tasks, that are told of.
const WORST_MAX: i64 = 100;

/// Tasks that wait in workers: of more than that the newest are counted.
const FETCHED_MAX: i64 = 5_000;

/// Tasks of a state that are counted: more are said to be more.
pub const CELERY_COUNTED_MAX: u64 = 50_000;

/// Names that are offered to choose from.
const NAMES_MAX: usize = 200;

const KEEP: &str = "
    INSERT INTO celery_tasks (broker, id, name, state, worker, queue, args, kwargs, root_id, parent_id, created_at,
        updated_at, detail)
    SELECT list.value->>0, list.value->>1, list.value->>2, CAST(list.value->>3 AS BIGINT), list.value->>4,
        list.value->>5, list.value->>6, list.value->>7, list.value->>8, list.value->>9,
        CAST(list.value->>10 AS BIGINT), CAST(list.value->>11 AS BIGINT), list.value->>12
    FROM {set} WHERE true
    ON CONFLICT (id, broker) DO UPDATE SET name = excluded.name, state = excluded.state, worker = excluded.worker,
        queue = excluded.queue, args = excluded.args, kwargs = excluded.kwargs, root_id = excluded.root_id,
        parent_id = excluded.parent_id, updated_at = excluded.updated_at, detail = excluded.detail";

async fn load(conn: &mut Conn<'_>, broker: &str, ids: &[String]) -> Result<BTreeMap<String, CeleryTask>> {
    let mut tasks = BTreeMap::new();
    let sql = format!(
        "SELECT * FROM celery_tasks WHERE broker = $2 AND id IN (SELECT list.value->>0 FROM {}){}",
        conn.dialect().set,
        conn.dialect().for_update
    );
    for ids in ids.chunks(BATCH_MAX) {
        let set: Vec<[String; 1]> = ids.iter().map(|id| [without_nul(id.clone())]).collect();
        let set = serde_json::to_string(&set).unwrap_or_default();
        for row in conn.rows(&sql, params![set, broker]).await? {
            let task = task_from(&row)?;
            tasks.insert(task.id.clone(), task);
        }
    }
    Ok(tasks)
}

fn row_of(broker: &str, task: &CeleryTask) -> Result<serde_json::Value> {
    let clean = |text: &str| without_nul(text.to_owned());
    let detail = serde_json::to_string(&task.detail).map_err(|_| Error::corrupt("detail", "is no JSON"))?;
    Ok(json!([
        broker,
        clean(&task.id),
        clean(&task.name),
        task.state.code(),
        clean(&task.worker),
        clean(&task.queue),
        clean(&task.args),
        clean(&task.kwargs),
        task.root_id.as_deref().map(clean),
        task.parent_id.as_deref().map(clean),
        task.created_at.as_micros(),
        task.updated_at.as_micros(),
        detail,
    ]))
}

/// What an index walks, and what is held against each row.
fn conditions(filter: &CeleryTaskFilter, like: &str) -> (Where, Vec<(String, Value)>) {
    let (mut walk, mut rest) = (Where::default(), Vec::new());
    let state = filter.state.map(|state| ("state = ?", Value::from(state.code())));
    let name = filter.name.as_ref().map(|name| ("name = ?", name.into()));
    let worker = filter.worker.as_ref().map(|worker| ("worker = ?", worker.into()));
    // An index serves one of them: most tasks have succeeded, few are in any other state.
    let equal = match filter.state {
        Some(CeleryState::Success) => [name, worker, state],
        _ => [state, name, worker],
    };
    for (place, (condition, value)) in equal.into_iter().flatten().enumerate() {
        match place {
            0 => walk.and(condition, value),
            _ => rest.push((condition.to_owned(), value)),
        }
    }
    if let Some(since) = filter.since {
        walk.and("created_at >= ?", since);
    }
    if let Some(until) = filter.until {
        walk.and("created_at < ?", until);
    }
    // Brokers are few: no index begins with them.
    if let Some(broker) = &filter.broker {
        rest.push(("broker = ?".to_owned(), broker.into()));
    }
    if let Some(text) = filter.text.as_deref().filter(|text| !text.is_empty()) {
        let like = like.replace("$1", "?");
        let columns = ["name", "id", "args", "kwargs"].map(|column| format!("{column}{like}"));
        rest.push((format!("({})", columns.join(" OR ")), like_pattern(text).into()));
    }
    (walk, rest)
}

pub(super) fn task_from(row: &Row) -> Result<CeleryTask> {
    let detail = row.text("detail")?;
    Ok(CeleryTask {
        no: row.int("no")?,
        broker: row.text("broker")?,
        id: row.text("id")?,
        name: row.text("name")?,
        state: CeleryState::from_code(row.int("state")?).unwrap_or_default(),
        worker: row.text("worker")?,
        queue: row.text("queue")?,
        args: row.text("args")?,
        kwargs: row.text("kwargs")?,
        root_id: row.opt_text("root_id")?,
        parent_id: row.opt_text("parent_id")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        detail: serde_json::from_str(&detail).map_err(|_| Error::corrupt("detail", "not the expected JSON"))?,
    })
}
