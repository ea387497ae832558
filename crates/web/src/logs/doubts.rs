//! What is doubtful about a query that is to be kept: nobody looks at what it finds.

use super::{api::jobs::resolve, told};
use crate::{Ctx, problem::Result, words::Words};
use logs::search::Search;
use std::collections::BTreeSet;
use telemetry::query::language::{Empty, Hint, Why, hints, parse};

/// What was not understood of it, and fields that no line has, with the nearest one there is: a sentence for each.
pub(crate) async fn doubts(ctx: &Ctx, words: &Words, query: &str) -> Result<Vec<String>> {
    let (parsed, problems) = parse(query);
    let wrong = problems.iter().map(|problem| {
        let part = query.get(problem.at.clone()).unwrap_or_default().trim();
        let (what, remedy) = told::fault(words, &problem.fault);
        let values = [("part", part.to_owned()), ("what", what), ("remedy", remedy)];
        words.with_all(if part.is_empty() { "query-wrong" } else { "query-wrong-part" }, &values)
    });
    let found = if ctx.app.logs.exists() {
        let search = Search { q: query.to_owned(), ..Search::default() };
        let resolved = resolve(ctx, &words.zone, &search).await?;
        ctx.app.logs.suggestions(&resolved, Empty::Answer).await?.hints
    } else {
        // Nothing is known of other fields than those that all lines have.
        let (found, _) = hints(&parsed, Empty::Answer, &BTreeSet::new());
        found.into_iter().filter(|hint| hint.instead.is_some()).collect()
    };
    let is_meant = |hint: &&Hint| matches!(hint.why, Why::NoSuchField(_) | Why::EqualsSign);
    let doubtful = found.iter().filter(is_meant).map(|hint| doubtful(words, hint));
    Ok(wrong.chain(doubtful).collect())
}

fn doubtful(words: &Words, hint: &Hint) -> String {
    let values = [
        ("part", hint.part.clone()),
        ("what", told::doubt(words, &hint.why)),
        ("instead", hint.instead.clone().unwrap_or_default()),
    ];
    words.with_all(if hint.instead.is_some() { "query-doubt-meant" } else { "query-doubt" }, &values)
}
