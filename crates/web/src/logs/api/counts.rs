//! Numbers about what matches: over time and by level, and the values that fields have most often.

use super::{
    ask::QueryProblem,
    hints::{HintJson, suggested},
    jobs::resolve,
    rows::{ReadJson, cell, left_out},
};
use crate::{Ctx, extract::Query, problem::Result};
use axum::extract::State;
use logs::search::Search;
use model::{Level, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::time::Duration;
use telemetry::query::{self, language::Empty};
use utoipa::{IntoParams, ToSchema};

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
    let HistogramQuery { q, since, until, zone, step_ms, hints } = query;
    let search = resolve(&ctx, ctx.app.logs.zone(), &Search { q, since, until, zone }).await?;
    let answer = ctx.app.logs.counts(&search, step_ms.map(Duration::from_millis)).await?;
    let query::Histogram { edges, step, counts } = &answer.value;
    let is_nothing = counts.iter().all(|counts| counts.total == 0);
    let hints = if hints && is_nothing { suggested(&ctx, &search, Empty::Answer).await? } else { Vec::new() };
    Ok(axum::Json(HistogramJson {
        start: edges.first().copied().unwrap_or_default(),
        end: edges.last().copied().unwrap_or_default(),
        step_ms: step.as_millis() as u64,
        steps: edges.iter().zip(counts).map(|(start, counts)| StepJson::new(*start, counts)).collect(),
        problems: QueryProblem::all(&search),
        hints,
        left_out: left_out(&answer.partial),
        read: answer.read.into(),
    }))
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
    let FacetsQuery { q, since, until, zone, top } = query;
    let search = resolve(&ctx, ctx.app.logs.zone(), &Search { q, since, until, zone }).await?;
    let answer = ctx.app.logs.facets(&search, top.unwrap_or(TOP).clamp(1, query::VALUES_MAX)).await?;
    let value = |(value, records): (query::Cell, u64)| FacetValue { value: cell(&value), records };
    let facet = |facet: query::Facet| FacetJson {
        field: facet.field,
        records: facet.records,
        values: facet.values.map(|values| values.into_iter().map(value).collect()),
    };
    Ok(axum::Json(FacetsJson {
        fields: answer.value.into_iter().map(facet).collect(),
        problems: QueryProblem::all(&search),
        left_out: left_out(&answer.partial),
        read: answer.read.into(),
    }))
}
