//! Performance by endpoint: what transactions took, of a project and a time.

use crate::{Error, Reports};
use logs::TIME_MAX;
use model::Timestamp;
use std::{ops::Range, time::Duration};
use telemetry::{
    Kind,
    query::{self, Cell, Table, parse},
};

/// Endpoints that are told apart.
pub const ENDPOINTS_MAX: usize = 500;

/// What the transactions of one name took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    pub project: String,
    /// `/cart/`, `shop.tasks.send`
    pub name: String,
    /// `http.server`, `queue.task.celery`
    pub op: String,
    pub count: u64,
    pub failed: u64,
    /// Those that satisfied, and those that were only tolerated (Apdex).
    pub satisfied: u64,
    pub tolerated: u64,
    pub users: u64,
    pub total: Duration,
    pub average: Duration,
    pub p50: Duration,
    pub p75: Duration,
    pub p95: Duration,
    pub p99: Duration,
    pub slowest: Duration,
}

impl Endpoint {
    /// From 0 to 1: who was satisfied, and half of whom it was tolerable for, of all.
    pub fn apdex(&self) -> f64 {
        (self.satisfied as f64 + self.tolerated as f64 / 2.0) / (self.count as f64).max(1.0)
    }

    /// Of all, from 0 to 100.
    pub fn failed_percent(&self) -> f64 {
        self.failed as f64 * 100.0 / (self.count as f64).max(1.0)
    }
}

/// Endpoints of a time, the one that took most of it in all first.
#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    pub rows: Vec<Endpoint>,
    /// Whether something was left out: more of them than [`ENDPOINTS_MAX`], or a bound of the search was met.
    pub is_partial: bool,
}

impl Reports {
    /// What the transactions of a project took; of all projects where none is named. `apdex` is how long one may take that
    /// satisfies.
    ///
    /// # Errors
    /// When the store cannot be opened or asked.
    pub async fn endpoints(
        &self,
        project: Option<&str>,
        range: Range<Timestamp>,
        apdex: Duration,
    ) -> Result<Endpoints, Error> {
        if !self.0.logs.exists() {
            return Ok(Endpoints::default());
        }
        let by = "by project, transaction, op";
        let stats = "count() as count, uniq(user) as users, sum(duration_us) as total, avg(duration_us) as average, \
                     p50(duration_us) as p50, p75(duration_us) as p75, p95(duration_us) as p95, p99(duration_us) as p99, \
                     max(duration_us) as slowest";
        let (satisfying, tolerable) = (apdex.as_micros(), (apdex * 4).as_micros());
        let all = self.table(project, &range, "", &format!("{stats} {by}")).await?;
        let failed = self.table(project, &range, "level:error", &format!("count() as count {by}")).await?;
        let fast = format!("-level:error duration_us<={satisfying}");
        let satisfied = self.table(project, &range, &fast, &format!("count() as count {by}")).await?;
        let bearable = format!("-level:error duration_us>{satisfying} duration_us<={tolerable}");
        let tolerated = self.table(project, &range, &bearable, &format!("count() as count {by}")).await?;
        let is_partial = [&all, &failed, &satisfied, &tolerated].iter().any(|(_, is_partial)| *is_partial);
        let mut rows: Vec<Endpoint> = all.0.rows.iter().map(|row| Cells(&all.0, row).endpoint()).collect();
        for endpoint in &mut rows {
            endpoint.failed = count_of(&failed.0, endpoint);
            endpoint.satisfied = count_of(&satisfied.0, endpoint);
            endpoint.tolerated = count_of(&tolerated.0, endpoint);
        }
        rows.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.total));
        let is_partial = is_partial || rows.len() > ENDPOINTS_MAX;
        rows.truncate(ENDPOINTS_MAX);
        Ok(Endpoints { rows, is_partial })
    }

    async fn table(
        &self,
        project: Option<&str>,
        range: &Range<Timestamp>,
        filter: &str,
        stats: &str,
    ) -> Result<(Table, bool), Error> {
        // A slug has small letters, digits and hyphens alone.
        let of = project.map(|slug| format!("project:\"{slug}\"")).unwrap_or_default();
        let (query, _) = parse(&format!("segment:true {of} {filter} | stats {stats}"));
        let question = self.0.logs.question(&query, Some(range.clone()))?;
        let asked = self.0.logs.ask_of(Kind::Span, TIME_MAX, move |snapshot, bounds| {
            let answer = query::answer(snapshot, &question, query::ROWS_MAX, bounds);
            (answer.value, !answer.partial.is_empty())
        });
        Ok(asked.await?)
    }
}

fn count_of(table: &Table, endpoint: &Endpoint) -> u64 {
    let of = |row: &&Vec<Cell>| {
        let cells = Cells(table, row);
        cells.text("transaction") == endpoint.name
            && cells.text("op") == endpoint.op
            && cells.text("project") == endpoint.project
    };
    table.rows.iter().find(of).map_or(0, |row| Cells(table, row).number("count") as u64)
}

/// The cells of a row by the names of their columns.
struct Cells<'a>(&'a Table, &'a [Cell]);

impl Cells<'_> {
    fn cell(&self, name: &str) -> &Cell {
        let place = self.0.columns.iter().position(|column| column == name);
        place.and_then(|place| self.1.get(place)).unwrap_or(&Cell::Absent)
    }

    fn text(&self, name: &str) -> String {
        match self.cell(name) {
            Cell::Text(text) => String::from_utf8_lossy(text).into_owned(),
            _ => String::new(),
        }
    }

    fn number(&self, name: &str) -> f64 {
        match self.cell(name) {
            Cell::Int(number) => *number as f64,
            Cell::Float(number) => *number,
            _ => 0.0,
        }
    }

    fn time(&self, name: &str) -> Duration {
        Duration::try_from_secs_f64(self.number(name) / 1e6).unwrap_or_default()
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint {
            project: self.text("project"),
            name: self.text("transaction"),
            op: self.text("op"),
            count: self.number("count") as u64,
            users: self.number("users") as u64,
            total: self.time("total"),
            average: self.time("average"),
            p50: self.time("p50"),
            p75: self.time("p75"),
            p95: self.time("p95"),
            p99: self.time("p99"),
            slowest: self.time("slowest"),
            ..Endpoint::default()
        }
    }
}
