//! Why a search may have found nothing, and what may have been meant, in words.

use crate::{Ctx, problem::Result};
use logs::search::{ResolvedSearch, Suggestions};
use serde::Serialize;
use telemetry::query::language::{Empty, Hint, Why};
use utoipa::ToSchema;

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

/// What may have been meant by a search that found nothing, or nothing for a column.
pub(super) async fn suggested(ctx: &Ctx, search: &ResolvedSearch, empty: Empty) -> Result<Vec<HintJson>> {
    let Suggestions { hints, query } = ctx.app.logs.suggestions(search, empty).await?;
    let meant = query.map(|query| query.to_string());
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
