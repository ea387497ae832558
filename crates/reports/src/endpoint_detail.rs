//! One endpoint: how its durations are spread, how it did a week before, its slowest transactions, and its releases.

use crate::{
    Endpoint, Error, Reports,
    endpoints::{Cells, STATS, failed, outcomes, segments, took},
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
        let histogram = self.histogram(of, &range, &mut is_partial).await?;
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
        let (all, is_partial) = self.table_counting(of.filter(), range, STATS, &outcomes(apdex)).await?;
        let mut endpoint = all.rows.first().map(|row| Cells(&all, row).endpoint()).unwrap_or_default();
        (endpoint.project, endpoint.name, endpoint.op) = (of.project.clone(), of.name.clone(), of.op.clone());
        Ok((endpoint, is_partial))
    }

    async fn histogram(
        &self,
        of: &EndpointName,
        range: &Range<Timestamp>,
        is_partial: &mut bool,
    ) -> Result<Vec<DurationBar>, Error> {
        let ends = || STEPS_MS.map(Duration::from_millis).into_iter();
        let steps: Vec<_> = std::iter::once(Duration::ZERO).chain(ends()).zip(ends().map(Some).chain([None])).collect();
        let titles: Vec<String> = steps.iter().map(|(above, _)| format!("above {}", above.as_millis())).collect();
        let filters = steps.iter().map(|(above, up_to)| step(*above, *up_to));
        let counted: Vec<_> = titles.iter().map(String::as_str).zip(filters).collect();
        let (table, more) = self.table_counting(of.filter(), range, "stats count() as count", &counted).await?;
        *is_partial |= more;
        let Some(row) = table.rows.first() else { return Ok(Vec::new()) };
        let count = |title: &String| Cells(&table, row).number(title) as u64;
        let bar = |((above, up_to), title): (&(Duration, Option<Duration>), &String)| DurationBar {
            above: *above,
            up_to: *up_to,
            count: count(title),
        };
        let mut bars: Vec<DurationBar> = steps.iter().zip(&titles).map(bar).collect();
        let used = bars.iter().rposition(|bar| bar.count > 0).map_or(0, |last| last + 1);
        bars.truncate(used);
        bars.drain(..bars.iter().take_while(|bar| bar.count == 0).count());
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
        let (table, more) = self.table(of.filter(), range, &steps).await?;
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
        let failures = [("failed", failed())];
        let (all, more) = self.table_counting(of.filter(), range, stats, &failures).await?;
        *is_partial |= more;
        let release = |row: &Vec<Cell>| {
            let cells = Cells(&all, row);
            EndpointRelease {
                release: cells.text("release"),
                count: cells.number("count") as u64,
                failed: cells.number("failed") as u64,
                p95: cells.time("p95"),
            }
        };
        Ok(all.rows.iter().take(RELEASES_MAX).map(release).collect())
    }
}

impl EndpointName {
    /// Its transactions.
    fn filter(&self) -> Filter {
        let own = Filter::And(vec![equals("transaction", &self.name), equals("op", &self.op)]);
        segments(Some(&self.project), Some(own))
    }
}

fn step(above: Duration, up_to: Option<Duration>) -> Filter {
    let longer = (!above.is_zero()).then(|| took(Comparison::More, above));
    Filter::all(longer.into_iter().chain(up_to.map(|up_to| took(Comparison::AtMost, up_to))).collect())
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
