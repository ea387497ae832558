//! Numbers about what matches: over time and by level, and the values that fields have most often.

use super::{
    ask::{Asked, QueryProblem},
    hints::{self, HintJson},
    rows::{ReadJson, cell, left_out},
};
use crate::{Ctx, extract::Query, problem::Result};
use axum::extract::State;
use model::{Level, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{ops::Range, time::Duration};
use telemetry::query::{self, Answer, Partial};
use utoipa::{IntoParams, ToSchema};

/// Steps of a histogram unless said otherwise, about.
const STEPS: u32 = 60;
/// Values of each field.
const TOP: usize = 10;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HistogramQuery {
    pub(crate) q: String,
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    /// Whose days and hours are meant where none is written, as `Europe/Paris`; the server's unless it is given.
    pub(crate) zone: Option<String>,
    /// Milliseconds of one step; about 60 steps unless said otherwise.
    pub(crate) step_ms: Option<u64>,
    /// Whether to say why nothing may have been found, which takes another look.
    pub(crate) hints: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HistogramJson {
    /// When the first step begins.
    #[schema(value_type = String)]
    pub(crate) start: Timestamp,
    /// When the last one ends.
    #[schema(value_type = String)]
    pub(crate) end: Timestamp,
    /// How long a step is by the clock; days have 23 or 25 hours where clocks are set.
    pub(crate) step_ms: u64,
    pub(crate) steps: Vec<StepJson>,
    pub(crate) problems: Vec<QueryProblem>,
    /// Why nothing was found, perhaps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<HintJson>,
    pub(crate) left_out: Vec<String>,
    pub(crate) read: ReadJson,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct StepJson {
    /// It lasts until the next one starts.
    #[schema(value_type = String)]
    pub(crate) start: Timestamp,
    pub(crate) total: u64,
    pub(crate) trace: u64,
    pub(crate) debug: u64,
    pub(crate) info: u64,
    pub(crate) warning: u64,
    pub(crate) error: u64,
    pub(crate) critical: u64,
}

impl StepJson {
    fn new(start: Timestamp, counts: &query::Counts) -> Self {
        Self {
            start,
            total: counts.total,
            trace: counts.of(Level::Trace),
            debug: counts.of(Level::Debug),
            info: counts.of(Level::Info),
            warning: counts.of(Level::Warning),
            error: counts.of(Level::Error),
            critical: counts.of(Level::Critical),
        }
    }
}

pub(super) async fn histogram(
    State(ctx): State<Ctx>,
    Query(query): Query<HistogramQuery>,
) -> Result<axum::Json<HistogramJson>> {
    let asked =
        Asked::new(&ctx, query.zone.as_deref(), &query.q, query.since.as_deref(), query.until.as_deref()).await?;
    let (vain, problems) = (asked.in_vain(), asked.problems());
    let answer = counted(&ctx, asked, query.step_ms.map(Duration::from_millis)).await?;
    let query::Histogram { edges, step, counts } = &answer.value;
    let is_nothing = counts.iter().all(|counts| counts.total == 0);
    let hints = if query.hints && is_nothing { hints::told(&ctx, &vain).await? } else { Vec::new() };
    Ok(axum::Json(HistogramJson {
        start: edges.first().copied().unwrap_or_default(),
        end: edges.last().copied().unwrap_or_default(),
        step_ms: step.as_millis() as u64,
        steps: edges.iter().zip(counts).map(|(start, counts)| StepJson::new(*start, counts)).collect(),
        problems,
        hints,
        left_out: left_out(&answer.partial),
        read: answer.read.into(),
    }))
}

/// Lengths of steps that people think in, in seconds.
const ROUND_STEPS: [u64; 17] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

/// A step that people think in, of which about 60 make that time.
pub(crate) fn round_step(time: Duration) -> Duration {
    let seconds = time.as_secs() / u64::from(STEPS);
    let round = ROUND_STEPS.into_iter().find(|round| *round >= seconds);
    Duration::from_secs(round.unwrap_or_else(|| seconds.div_ceil(86_400) * 86_400))
}

/// Counts over the time that is asked for, or that there are records of.
pub(crate) async fn counted(ctx: &Ctx, asked: Asked, step: Option<Duration>) -> Result<Answer<query::Histogram>> {
    let now = ctx.app.logs.clock().now();
    let Asked { question, range, time_max, .. } = asked;
    Ok(ctx
        .app
        .logs
        .ask(time_max, move |snapshot, bounds| {
            let asked = range.clone();
            let kept = query::time_range(snapshot);
            let (first, last) = kept.unwrap_or((now - Duration::from_secs(3_600), now));
            let just_after = last + Duration::from_micros(1);
            let range = match &range {
                None => first..just_after,
                // An open end is where the records end.
                Some(asked) => asked.start.max(first.min(asked.end))..asked.end.min(just_after.max(asked.start)),
            };
            let mut range = range.start..range.end.max(range.start + Duration::from_micros(1));
            let step = |range: &Range<Timestamp>| step.unwrap_or_else(|| round_step(range.end.since(range.start)));
            let count = |range: &Range<Timestamp>| {
                query::histogram(snapshot, question.clone(), range.clone(), step(range), bounds)
            };
            let mut found = count(&range);
            for _ in 0..NARROWED_MAX {
                // What was cancelled does not know where the last match is.
                let is_known = !found.partial.contains(&Partial::Cancelled);
                let Some(within) = extent(&found.value, &range, asked.as_ref()).filter(|_| is_known) else { break };
                // Counting anew makes sense only where steps become shorter.
                match step(&within) == found.value.step {
                    true => found.value = found.value.within(&within),
                    false => found = count(&within),
                }
                range = within;
            }
            found
        })
        .await?)
}

/// Looks at where the matches are: each makes what is shown at least twice as fine, mostly some sixty times.
const NARROWED_MAX: usize = 4;

/// The steps that matches lie in, where they are less than half of all; never past an end that was asked for.
fn extent(
    found: &query::Histogram,
    range: &Range<Timestamp>,
    asked: Option<&Range<Timestamp>>,
) -> Option<Range<Timestamp>> {
    let first = found.counts.iter().position(|counts| counts.total > 0)?;
    let last = found.counts.iter().rposition(|counts| counts.total > 0)?;
    let is_open = |end: Option<Timestamp>, bound: Timestamp| end.is_none_or(|end| end != bound);
    let start = match is_open(asked.map(|asked| asked.start), range.start) {
        true => found.edges[first].max(range.start),
        false => range.start,
    };
    let end = match is_open(asked.map(|asked| asked.end), range.end) {
        true => found.edges[last + 1].min(range.end),
        false => range.end,
    };
    (end.since(start) * 2 < range.end.since(range.start)).then_some(start..end)
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FacetsQuery {
    pub(crate) q: String,
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    /// Whose days and hours are meant where none is written, as `Europe/Paris`; the server's unless it is given.
    pub(crate) zone: Option<String>,
    /// Values of each field: 10 unless said otherwise.
    pub(crate) top: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct FacetsJson {
    pub(crate) fields: Vec<FacetJson>,
    pub(crate) problems: Vec<QueryProblem>,
    pub(crate) left_out: Vec<String>,
    pub(crate) read: ReadJson,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct FacetJson {
    pub(crate) field: String,
    /// Records that have it.
    pub(crate) records: u64,
    /// The most frequent first; none where it has too many values to count.
    pub(crate) values: Option<Vec<FacetValue>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct FacetValue {
    #[schema(value_type = Object)]
    pub(crate) value: Json,
    pub(crate) records: u64,
}

pub(super) async fn facets(State(ctx): State<Ctx>, Query(query): Query<FacetsQuery>) -> Result<axum::Json<FacetsJson>> {
    let asked =
        Asked::new(&ctx, query.zone.as_deref(), &query.q, query.since.as_deref(), query.until.as_deref()).await?;
    let top = query.top.unwrap_or(TOP).clamp(1, query::VALUES_MAX);
    Ok(axum::Json(faceted(&ctx, asked, top).await?.0))
}

/// With why they may be less than all.
pub(crate) async fn faceted(ctx: &Ctx, asked: Asked, top: usize) -> Result<(FacetsJson, Vec<Partial>)> {
    let problems = asked.problems();
    let question = asked.question;
    let answer = ctx
        .app
        .logs
        .ask(asked.time_max, move |snapshot, bounds| query::facets(snapshot, &question, top, bounds))
        .await?;
    ctx.app.logs.note(&answer.partial);
    let left_out = left_out(&answer.partial);
    let value = |(value, records): (query::Cell, u64)| FacetValue { value: cell(&value), records };
    let facet = |facet: query::Facet| FacetJson {
        field: facet.field,
        records: facet.records,
        values: facet.values.map(|values| values.into_iter().map(value).collect()),
    };
    let told = FacetsJson {
        fields: answer.value.into_iter().map(facet).collect(),
        problems,
        left_out,
        read: answer.read.into(),
    };
    Ok((told, answer.partial))
}
