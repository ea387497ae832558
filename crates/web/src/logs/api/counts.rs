//! Numbers about what matches: over time and by level, and the values that fields have most often.

use super::{
    answer_words::AnswerWords,
    hints::suggested,
    jobs::resolve,
    rows::{cell, work_done},
};
use crate::{Ctx, extract::Query, problem::Result};
use api::logs::{Facet, FacetValue, Facets, Histogram, HistogramStep};
use axum::extract::State;
use logs::search::Search;
use model::{Level, Timestamp};
use serde::Deserialize;
use std::time::Duration;
use telemetry::query::{self, language::Empty};
use utoipa::IntoParams;

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

fn step(start: Timestamp, counts: &query::Counts) -> HistogramStep {
    HistogramStep {
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

pub(super) async fn histogram(
    State(ctx): State<Ctx>,
    words: AnswerWords,
    Query(query): Query<HistogramQuery>,
) -> Result<axum::Json<Histogram>> {
    let HistogramQuery { q, since, until, zone, step_ms, hints } = query;
    let search = resolve(&ctx, ctx.app.logs.zone(), &Search { q, since, until, zone }).await?;
    let answer = ctx.app.logs.counts(&search, step_ms.map(Duration::from_millis)).await?;
    let query::Histogram { edges, step: length, counts } = &answer.value;
    let is_nothing = counts.iter().all(|counts| counts.total == 0);
    let hints = if hints && is_nothing { suggested(&ctx, &words, &search, Empty::Answer).await? } else { Vec::new() };
    Ok(axum::Json(Histogram {
        start: edges.first().copied().unwrap_or_default(),
        end: edges.last().copied().unwrap_or_default(),
        step_ms: length.as_millis() as u64,
        steps: edges.iter().zip(counts).map(|(start, counts)| step(*start, counts)).collect(),
        problems: words.problems(&search),
        hints,
        left_out: words.left_out(&answer.partial),
        read: work_done(answer.read),
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

pub(super) async fn facets(
    State(ctx): State<Ctx>,
    words: AnswerWords,
    Query(query): Query<FacetsQuery>,
) -> Result<axum::Json<Facets>> {
    let FacetsQuery { q, since, until, zone, top } = query;
    let search = resolve(&ctx, ctx.app.logs.zone(), &Search { q, since, until, zone }).await?;
    let answer = ctx.app.logs.facets(&search, top.unwrap_or(TOP).clamp(1, query::VALUES_MAX)).await?;
    let value = |(value, records): (query::Cell, u64)| FacetValue { value: cell(&value), records };
    let facet = |facet: query::Facet| Facet {
        field: facet.field,
        records: facet.records,
        values: facet.values.map(|values| values.into_iter().map(value).collect()),
    };
    Ok(axum::Json(Facets {
        fields: answer.value.into_iter().map(facet).collect(),
        problems: words.problems(&search),
        left_out: words.left_out(&answer.partial),
        read: work_done(answer.read),
    }))
}
