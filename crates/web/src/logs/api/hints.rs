//! Why a search may have found nothing, and what may have been meant, in words.

use super::answer_words::AnswerWords;
use crate::{Ctx, problem::Result};
use api::logs::Hint;
use logs::search::{ResolvedSearch, Suggestions};
use telemetry::query::language::{self, Empty, Why};

/// What may have been meant by a search that found nothing, or nothing for a column.
pub(super) async fn suggested(
    ctx: &Ctx,
    words: &AnswerWords,
    search: &ResolvedSearch,
    empty: Empty,
) -> Result<Vec<Hint>> {
    let Suggestions { hints, query } = ctx.app.logs.suggestions(search, empty).await?;
    let meant = query.map(|query| query.to_string());
    let json = |hint: language::Hint| Hint {
        hint: words.hint(&hint).unwrap_or_else(|| said(&hint)),
        part: hint.part,
        query: meant.clone().filter(|_| hint.instead.is_some()),
        instead: hint.instead,
    };
    Ok(hints.into_iter().map(json).collect())
}

/// A hint in the API's own words.
fn said(hint: &language::Hint) -> String {
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
    what + &meant_by.unwrap_or_default()
}
