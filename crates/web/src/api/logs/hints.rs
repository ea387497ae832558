//! Why a search may have found nothing, and what may have been meant.

use crate::{Ctx, problem::Result};
use serde::Serialize;
use std::time::Duration;
use telemetry::query::{
    self, Query,
    language::{Hint, Why},
};
use utoipa::ToSchema;

/// Fields of which the names are compared: where there are more, nobody could say that one is missing.
const NAMES_MAX: usize = 5_000;
/// What looking for them may take.
const PATIENCE: Duration = Duration::from_secs(2);

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

/// What is doubtful about a query that found nothing; and the query that may have been meant.
pub(crate) async fn hinted(ctx: &Ctx, query: &Query) -> Result<(Vec<Hint>, Option<String>)> {
    if !query::language::names_fields(query) {
        return Ok((Vec::new(), None));
    }
    let known = ctx.app.logs.ask(PATIENCE, |snapshot, bounds| query::field_names(snapshot, NAMES_MAX, bounds)).await?;
    let Some(known) = known else { return Ok((Vec::new(), None)) };
    let (hints, meant) = query::language::hints(query, &known);
    Ok((hints, meant.map(|query| query.to_string())))
}

/// The same for programs.
pub(super) async fn told(ctx: &Ctx, query: &Query) -> Result<Vec<HintJson>> {
    let (hints, meant) = hinted(ctx, query).await?;
    let json = |hint: Hint| {
        let what = match &hint.why {
            Why::NoSuchField(name) => format!("no record has the field `{name}`"),
            Why::EqualsSign => {
                format!("`{}` is searched as words, a field is asked for with a colon", hint.part)
            }
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
