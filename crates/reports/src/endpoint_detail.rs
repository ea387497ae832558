//! One endpoint: how its durations are spread, how it did a week before, its slowest transactions, and its releases.

use crate::{
    Endpoint, Error, Reports,
    endpoints::{Cells, STATS, failed, satisfied, segments, tolerated, took},
    events::equals,
};
use model::Timestamp;
use std::{ops::Range, time::Duration};
use telemetry::query::{
    Cell, Table,
    language::{Comparison, Filter},
};

const WEEK: Duration = Duration::from_secs(7 * 86_400);
/// Transactions and releases that are told.
const SLOWEST_MAX: usize = 10;
const RELEASES_MAX: usize = 20;
/// Ends of the steps of a histogram, in ms; the last step has no end.
const STEPS_MS: [u64; 17] =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 300_000, 3_600_000];

/// By what an endpoint is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointName {
    /// The slug of its project.
    pub project: String,
    pub name: String,
    pub op: String,
}

/// One endpoint in a time.
#[derive(Clone, Debug, Default)]
pub struct EndpointDetail {
    pub now: Endpoint,
    /// In the same time a week before.
    pub before: Endpoint,
    /// From the shortest to the longest, without those at either end that are empty.
    pub histogram: Vec<DurationBar>,
    pub slowest: Vec<SlowTransaction>,
    /// That of the most transactions first.
    pub releases: Vec<EndpointRelease>,
    pub is_partial: bool,
}

/// Transactions that took longer than one time and at most another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurationBar {
    pub above: Duration,
    /// None of those beyond the last step.
    pub up_to: Option<Duration>,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowTransaction {
    pub trace_id: String,
    pub at: Timestamp,
    pub took: Duration,
    pub is_failed: bool,
    pub release: String,
    pub user: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointRelease {
    /// Empty where none is told.
    pub release: String,
    pub count: u64,
    pub failed: u64,
    pub p95: Duration,
}

impl Reports {
    /// An endpoint with the figures of that time and of the same time a week before. `apdex` is how long a transaction may take
    /// that satisfies.
    ///
    /// # Errors
    /// When the store cannot be opened or asked.
    pub async fn endpoint(
        &self,
        of: &EndpointName,
        range: Range<Timestamp>,
        apdex: Duration,
    ) -> Result<EndpointDetail, Error> {
        let week_before = range.start - WEEK..range.end - WEEK;
        let (now, more) = self.figures(of, &range, apdex).await?;
        let (before, before_more) = self.figures(of, &week_before, apdex).await?;
        let mut is_partial = more || before_more;
        let histogram = self.histogram(of, &range, &now, &mut is_partial).await?;
        let slowest = self.slowest(of, &range, &mut is_partial).await?;
        let releases = self.by_release(of, &range, &mut is_partial).await?;
        Ok(EndpointDetail { now, before, histogram, slowest, releases, is_partial })
    }

    async fn figures(
        &self,
        of: &EndpointName,
        range: &Range<Timestamp>,
        apdex: Duration,
    ) -> Result<(Endpoint, bool), Error> {
        let (all, mut is_partial) = self.table(of.filter(None), range, STATS).await?;
        let mut endpoint = all.rows.first().map(|row| Cells(&all, row).endpoint()).unwrap_or_default();
        (endpoint.project, endpoint.name, endpoint.op) = (of.project.clone(), of.name.clone(), of.op.clone());
        endpoint.failed = self.count_spans(of.filter(Some(failed())), range, &mut is_partial).await?;
        endpoint.satisfied = self.count_spans(of.filter(Some(satisfied(apdex))), range, &mut is_partial).await?;
        endpoint.tolerated = self.count_spans(of.filter(Some(tolerated(apdex))), range, &mut is_partial).await?;
        Ok((endpoint, is_partial))
    }

    async fn count_spans(&self, filter: Filter, range: &Range<Timestamp>, is_partial: &mut bool) -> Result<u64, Error> {
        let (table, more) = self.table(filter, range, "stats count() as count").await?;
        *is_partial |= more;
        Ok(table.rows.first().map_or(0, |row| Cells(&table, row).number("count") as u64))
    }

    /// Asks for one step after the other, from the shortest on, until all transactions are in one.
    async fn histogram(
        &self,
        of: &EndpointName,
        range: &Range<Timestamp>,
        all: &Endpoint,
        is_partial: &mut bool,
    ) -> Result<Vec<DurationBar>, Error> {
        let (mut bars, mut above, mut left) = (Vec::new(), Duration::ZERO, all.count);
        for up_to in STEPS_MS.map(Duration::from_millis) {
            if left == 0 {
                break;
            }
            let count = self.count_spans(of.filter(Some(step(above, up_to))), range, is_partial).await?;
            left = left.saturating_sub(count);
            if count > 0 || !bars.is_empty() {
                bars.push(DurationBar { above, up_to: Some(up_to), count });
            }
            above = up_to;
        }
        if left > 0 && !*is_partial {
            bars.push(DurationBar { above, up_to: None, count: left });
        }
        Ok(bars)
    }

    async fn slowest(
        &self,
        of: &EndpointName,
        range: &Range<Timestamp>,
        is_partial: &mut bool,
    ) -> Result<Vec<SlowTransaction>, Error> {
        let steps = format!(
            "sort by duration_us desc | limit {SLOWEST_MAX} | fields time, duration_us, trace_id, level, release, user"
        );
        let (table, more) = self.table(of.filter(None), range, &steps).await?;
        *is_partial |= more;
        Ok(table.rows.iter().map(|row| transaction(&table, row)).collect())
    }

    async fn by_release(
        &self,
        of: &EndpointName,
        range: &Range<Timestamp>,
        is_partial: &mut bool,
    ) -> Result<Vec<EndpointRelease>, Error> {
        let stats = "stats count() as count, p95(duration_us) as p95 by release | sort by count desc";
        let (all, more) = self.table(of.filter(None), range, stats).await?;
        let (failures, failures_more) = self.table(of.filter(Some(failed())), range, stats).await?;
        *is_partial |= more || failures_more;
        let release = |row: &Vec<Cell>| {
            let cells = Cells(&all, row);
            let release = cells.text("release");
            let failed =
                failures.rows.iter().map(|row| Cells(&failures, row)).find(|cells| cells.text("release") == release);
            EndpointRelease {
                count: cells.number("count") as u64,
                failed: failed.map_or(0, |cells| cells.number("count") as u64),
                p95: cells.time("p95"),
                release,
            }
        };
        Ok(all.rows.iter().take(RELEASES_MAX).map(release).collect())
    }
}

impl EndpointName {
    /// Its transactions, for which `more` holds too.
    fn filter(&self, more: Option<Filter>) -> Filter {
        let own = Filter::And(vec![equals("transaction", &self.name), equals("op", &self.op)]);
        segments(Some(&self.project), Some(Filter::all(std::iter::once(own).chain(more).collect())))
    }
}

fn step(above: Duration, up_to: Duration) -> Filter {
    match above {
        Duration::ZERO => took(Comparison::AtMost, up_to),
        _ => Filter::And(vec![took(Comparison::More, above), took(Comparison::AtMost, up_to)]),
    }
}

fn transaction(table: &Table, row: &[Cell]) -> SlowTransaction {
    let cells = Cells(table, row);
    SlowTransaction {
        trace_id: cells.text("trace_id"),
        at: cells.moment("time"),
        took: cells.time("duration_us"),
        is_failed: cells.text("level") == "error",
        release: cells.text("release"),
        user: cells.text("user"),
    }
}
