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
        let steps = format!("{STATS} by project, transaction, op");
        let asked = self.table_counting(segments(project, None), &range, &steps, &outcomes(apdex)).await?;
        let (table, mut is_partial) = asked;
        let mut rows: Vec<Endpoint> = table.rows.iter().map(|row| Cells(&table, row).endpoint()).collect();
        rows.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.total));
        is_partial |= rows.len() > ENDPOINTS_MAX;
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
        self.asked(kind, filter, range, steps, &[]).await
    }

    /// As [`Self::table`]; a first step that is `stats` tells, too, how many of each group each of the filters in `counted` lets
    /// through.
    pub(crate) async fn table_counting(
        &self,
        filter: Filter,
        range: &Range<Timestamp>,
        steps: &str,
        counted: &[(&str, Filter)],
    ) -> Result<(Table, bool), Error> {
        self.asked(Kind::Span, filter, range, steps, counted).await
    }

    async fn asked(
        &self,
        kind: Kind,
        filter: Filter,
        range: &Range<Timestamp>,
        steps: &str,
        counted: &[(&str, Filter)],
    ) -> Result<(Table, bool), Error> {
        let logs = &self.0.logs;
        if !logs.exists() {
            return Ok((Table::default(), false));
        }
        let pipes = parse(&format!("* | {steps}")).0.pipes;
        let question = logs.question_counting(&Query { filter, pipes }, range.clone(), counted)?;
        let asked = logs.ask_of(kind, TIME_MAX, move |snapshot, bounds| {
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

/// How transactions ended, and whether in a time that satisfies, or in up to four times as long (Apdex).
pub(crate) fn outcomes(apdex: Duration) -> [(&'static str, Filter); 3] {
    let ok_in =
        |times: Vec<Filter>| Filter::all(std::iter::once(Filter::Not(Box::new(failed()))).chain(times).collect());
    let tolerated = vec![took(Comparison::More, apdex), took(Comparison::AtMost, apdex * 4)];
    [("failed", failed()), ("satisfied", ok_in(vec![took(Comparison::AtMost, apdex)])), ("tolerated", ok_in(tolerated))]
}

pub(crate) fn took(comparison: Comparison, time: Duration) -> Filter {
    let micros = Number::Int(i64::try_from(time.as_micros()).unwrap_or(i64::MAX));
    Filter::Field { name: "duration_us".into(), test: FieldTest::Compare(comparison, micros) }
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
            failed: self.number("failed") as u64,
            satisfied: self.number("satisfied") as u64,
            tolerated: self.number("tolerated") as u64,
            users: self.number("users") as u64,
            total: self.time("total"),
            average: self.time("average"),
            p50: self.time("p50"),
            p75: self.time("p75"),
            p95: self.time("p95"),
            p99: self.time("p99"),
            slowest: self.time("slowest"),
        }
    }
}
