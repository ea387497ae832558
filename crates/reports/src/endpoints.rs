//! Performance by endpoint: what transactions took, of a project and a time.

use crate::{Error, Reports, events::equals};
use logs::TIME_MAX;
use model::{Level, Timestamp};
use std::{ops::Range, time::Duration};
use telemetry::{
    Kind,
    query::{
        self, Cell, Query, Table,
        language::{Comparison, FieldTest, Filter, Number},
        parse,
    },
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
        let by = "by project, transaction, op";
        let wanted = |more: Option<Filter>| segments(project, more);
        let all = self.table(wanted(None), &range, &format!("{STATS} {by}")).await?;
        let failed = self.table(wanted(Some(failed())), &range, &format!("stats count() as count {by}")).await?;
        let satisfied =
            self.table(wanted(Some(satisfied(apdex))), &range, &format!("stats count() as count {by}")).await?;
        let tolerated =
            self.table(wanted(Some(tolerated(apdex))), &range, &format!("stats count() as count {by}")).await?;
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

    /// What steps of the search language make of the spans that `filter` lets through; and whether that is not all.
    pub(crate) async fn table(
        &self,
        filter: Filter,
        range: &Range<Timestamp>,
        steps: &str,
    ) -> Result<(Table, bool), Error> {
        self.table_of(Kind::Span, filter, range, steps).await
    }

    /// As [`Self::table`], of records of a kind.
    pub(crate) async fn table_of(
        &self,
        kind: Kind,
        filter: Filter,
        range: &Range<Timestamp>,
        steps: &str,
    ) -> Result<(Table, bool), Error> {
        if !self.0.logs.exists() {
            return Ok((Table::default(), false));
        }
        let pipes = parse(&format!("* | {steps}")).0.pipes;
        let question = self.0.logs.question(&Query { filter, pipes }, Some(range.clone()))?;
        let asked = self.0.logs.ask_of(kind, TIME_MAX, move |snapshot, bounds| {
            let answer = query::answer(snapshot, &question, query::ROWS_MAX, bounds);
            (answer.value, !answer.partial.is_empty())
        });
        Ok(asked.await?)
    }
}

/// The figures of transactions, in microseconds.
pub(crate) const STATS: &str = "stats count() as count, uniq(user) as users, sum(duration_us) as total, \
     avg(duration_us) as average, p50(duration_us) as p50, p75(duration_us) as p75, p95(duration_us) as p95, \
     p99(duration_us) as p99, max(duration_us) as slowest";

/// The transactions of a project, or of all, for which `more` holds too.
pub(crate) fn segments(project: Option<&str>, more: Option<Filter>) -> Filter {
    let own = project.map(|slug| equals("project", slug));
    Filter::all(std::iter::once(equals("segment", "true")).chain(own).chain(more).collect())
}

pub(crate) fn failed() -> Filter {
    Filter::Level { from: Level::Error, to: Level::Error }
}

/// What took so long at the most, and did not fail.
pub(crate) fn satisfied(apdex: Duration) -> Filter {
    Filter::And(vec![Filter::Not(Box::new(failed())), took(Comparison::AtMost, apdex)])
}

/// What took longer, up to four times as long, and did not fail.
pub(crate) fn tolerated(apdex: Duration) -> Filter {
    Filter::And(vec![
        Filter::Not(Box::new(failed())),
        took(Comparison::More, apdex),
        took(Comparison::AtMost, apdex * 4),
    ])
}

pub(crate) fn took(comparison: Comparison, time: Duration) -> Filter {
    let micros = Number::Int(i64::try_from(time.as_micros()).unwrap_or(i64::MAX));
    Filter::Field { name: "duration_us".into(), test: FieldTest::Compare(comparison, micros) }
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
pub(crate) struct Cells<'a>(pub(crate) &'a Table, pub(crate) &'a [Cell]);

impl Cells<'_> {
    fn cell(&self, name: &str) -> &Cell {
        let place = self.0.columns.iter().position(|column| column == name);
        place.and_then(|place| self.1.get(place)).unwrap_or(&Cell::Absent)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        match self.cell(name) {
            Cell::Text(text) => String::from_utf8_lossy(text).into_owned(),
            _ => String::new(),
        }
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        match self.cell(name) {
            Cell::Int(number) => *number as f64,
            Cell::Float(number) => *number,
            _ => 0.0,
        }
    }

    /// When the step of time begins that the row is about, where it is about one.
    pub(crate) fn step(&self) -> Timestamp {
        let at = self.1.iter().find_map(|cell| if let Cell::Time(at) = cell { Some(*at) } else { None });
        at.unwrap_or(Timestamp::EPOCH)
    }

    pub(crate) fn time(&self, name: &str) -> Duration {
        Duration::try_from_secs_f64(self.number(name) / 1e6).unwrap_or_default()
    }

    /// 1970 where there is none.
    pub(crate) fn moment(&self, name: &str) -> Timestamp {
        match self.cell(name) {
            Cell::Time(time) => *time,
            _ => Timestamp::EPOCH,
        }
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
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
