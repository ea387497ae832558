//! Why a search may have found nothing, and what may have been meant.

use crate::{Ctx, problem::Result};
use jiff::tz::TimeZone;
use model::Timestamp;
use serde::Serialize;
use std::{
    ops::{ControlFlow, Range},
    time::Duration,
};
use telemetry::query::{
    self, Answer, Cell, Page, Query, Question, Table,
    language::{Empty, Hint, Order, Why},
};
use utoipa::ToSchema;

/// Fields of which the names are compared: where there are more, nobody could say that one is missing.
const NAMES_MAX: usize = 5_000;
/// What looking for them may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// What looking for one record may take, before there is taken to be none.
const FIRST_PATIENCE: Duration = Duration::from_millis(500);

/// A part of the query that finds nothing, or is searched as words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HintJson {
    /// What is doubtful about it, in words.
    hint: String,
    part: String,
    /// What may have been meant by it,
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<String>,
    /// and the whole query with all that may have been meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
}

/// A query that found nothing, or nothing for a column; between which times, in whose zone.
pub(crate) struct Vain {
    pub(crate) query: Query,
    pub(crate) empty: Empty,
    pub(crate) range: Option<Range<Timestamp>>,
    pub(crate) zone: TimeZone,
}

/// What of a table there is nothing in.
pub(crate) fn empty(table: &Table) -> Option<Empty> {
    let is_none = |cell: &Cell| matches!(cell, Cell::Absent | Cell::Int(0));
    let is_blank = |at: usize| table.rows.iter().all(|row| row.get(at).is_none_or(is_none));
    match (0..table.columns.len()).filter(|at| is_blank(*at)).count() {
        0 => None,
        blank if blank == table.columns.len() => Some(Empty::Answer),
        _ => Some(Empty::Column),
    }
}

/// What is doubtful about it; and the query that may have been meant.
pub(crate) async fn hinted(ctx: &Ctx, vain: &Vain) -> Result<(Vec<Hint>, Option<String>)> {
    let mut told: (Vec<Hint>, Option<Query>) = (Vec::new(), None);
    if query::language::names_fields(&vain.query) {
        let known =
            ctx.app.logs.ask(PATIENCE, |snapshot, bounds| query::field_names(snapshot, NAMES_MAX, bounds)).await?;
        let Some(known) = known else { return Ok((Vec::new(), None)) };
        told = query::language::hints(&vain.query, vain.empty, &known);
    }
    if vain.empty == Empty::Answer
        && told.0.is_empty()
        && let Some((hint, wide)) = query::language::anywhere(&vain.query)
    {
        let question = Question::new(&wide, ctx.app.logs.clock().now(), &vain.zone).map_err(logs::Error::from)?;
        let question = vain.range.iter().fold(question, |question, range| question.within(range.clone()));
        if first(ctx, question).await?.value > 0 {
            told = (vec![hint], Some(wide));
        }
    }
    Ok((told.0, told.1.map(|query| query.to_string())))
}

/// How many of one record match, within a moment.
pub(crate) async fn first(ctx: &Ctx, question: Question) -> Result<Answer<usize>> {
    let page = Page { order: Order::Falling, after: None, limit: 1 };
    let found = ctx.app.logs.ask(FIRST_PATIENCE, move |snapshot, bounds| {
        query::search(snapshot, &question, page, bounds, |_| ControlFlow::Break(()))
    });
    Ok(found.await?)
}

/// The same for programs.
pub(super) async fn told(ctx: &Ctx, vain: &Vain) -> Result<Vec<HintJson>> {
    let (hints, meant) = hinted(ctx, vain).await?;
    let json = |hint: Hint| {
        let what = match &hint.why {
            Why::NoSuchField(name) => format!("no record has the field `{name}`"),
            Why::EqualsSign => {
                format!("`{}` is searched as words, a field is asked for with a colon", hint.part)
            }
            Why::PartOfSource => {
                format!("`{}` is compared as a whole, and the source of a file is its path", hint.part)
            }
            Why::InFields => format!("`{}` is in no message, but in fields", hint.part),
            Why::AsWritten => format!("the value in `{}` is compared as it is written", hint.part),
        };
        let meant_by = hint.instead.as_ref().map(|instead| format!("; did you mean `{instead}`?"));
        HintJson {
            hint: what + &meant_by.unwrap_or_default(),
            part: hint.part,
            query: meant.clone().filter(|_| hint.instead.is_some()),
            instead: hint.instead,
        }
    };
    Ok(hints.into_iter().map(json).collect())
}
