//! Which issues are asked for: as an address says it, and as the store is asked.

use crate::{
    Ctx, cursor,
    problem::{Problem, Result, worded},
    projects::api::existing,
};
use ::api::issues::IssueQuery;
use model::{Level, Timestamp};
use std::fmt::Display;
use store::{IssueFilter, IssueOrder, IssueStateKind};

pub(crate) const LEVELS: [Level; 6] =
    [Level::Critical, Level::Error, Level::Warning, Level::Info, Level::Debug, Level::Trace];

/// Characters of what is looked for; longer ones are cut.
const TYPED_MAX: usize = 200;

/// # Errors
/// 422 for a word that is none of a state, a level or an order; 404 where there is no such project.
pub(crate) async fn filter(ctx: &Ctx, query: &IssueQuery, limit: u32) -> Result<IssueFilter> {
    let project = match &query.project {
        Some(slug) => Some(existing(ctx, slug).await?.id),
        None => None,
    };
    Ok(IssueFilter {
        project,
        states: words(query.state.as_deref(), "state", &IssueStateKind::ALL, |state| state.as_str())?,
        levels: words(query.level.as_deref(), "level", &LEVELS, |level| level.as_str())?,
        environment: typed(&query.environment),
        release: typed(&query.release),
        assignee: typed(&query.assignee),
        tags: query.tag.as_deref().map(tags).transpose()?.unwrap_or_default(),
        text: typed(&query.text),
        first_since: query.first_since,
        first_until: query.first_until,
        last_since: query.last_since,
        last_until: query.last_until,
        order: order(query.order.as_deref(), ctx.app.clock.now())?,
        after: query.cursor.as_deref().map(cursor::issue).transpose()?,
        limit,
    })
}

fn typed(text: &Option<String>) -> Option<String> {
    text.as_ref().filter(|text| !text.is_empty()).map(|text| text.chars().take(TYPED_MAX).collect())
}

/// Words with commas between.
fn words<T: Copy>(text: Option<&str>, name: &str, all: &[T], word: impl Fn(T) -> &'static str) -> Result<Vec<T>> {
    let asked = text.unwrap_or_default().split(',').map(str::trim).filter(|one| !one.is_empty());
    let known = |one: &str| {
        all.iter().copied().find(|known| word(*known) == one).ok_or_else(|| {
            let words: Vec<_> = all.iter().map(|one| word(*one)).collect();
            let of: [(&str, &dyn Display); 2] = [("name", &name), ("word", &one)];
            Problem::invalid(worded("problem-no-word", &of))
                .remedy(worded("problem-no-word-help", &[("words", &words.join(", "))]))
        })
    };
    asked.map(known).collect()
}

/// `browser:Firefox,os:Linux`
fn tags(text: &str) -> Result<Vec<(String, String)>> {
    let pair = |one: &str| match one.trim().split_once(':') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Problem::invalid(worded("problem-tag", &[("text", &one)])).remedy(worded("problem-tag-help", &[]))),
    };
    text.split(',').filter(|one| !one.trim().is_empty()).take(20).map(pair).collect()
}

fn order(word: Option<&str>, now: Timestamp) -> Result<IssueOrder> {
    Ok(match word.unwrap_or_default() {
        "" | "last_seen" => IssueOrder::LastSeen,
        "first_seen" => IssueOrder::FirstSeen,
        "events" => IssueOrder::Events,
        "users" => IssueOrder::Users,
        "last_day" => IssueOrder::LastDay(now),
        other => {
            let words = "last_seen, first_seen, events, users, last_day";
            return Err(Problem::invalid(worded("problem-no-word", &[("name", &"order"), ("word", &other)]))
                .remedy(worded("problem-no-word-help", &[("words", &words)])));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_others_told() {
        let states = |text| words(Some(text), "state", &IssueStateKind::ALL, |state| state.as_str());
        assert_eq!(states("new, regressed").unwrap(), [IssueStateKind::New, IssueStateKind::Regressed]);
        assert!(states("").unwrap().is_empty());
        assert!(states("new,old").unwrap_err().detail().contains("`old`"));
        assert_eq!(tags("a:b:c, d:").unwrap(), [("a".into(), "b:c".into()), ("d".into(), String::new())]);
        assert!(tags("a").is_err());
        assert_eq!(order(None, Timestamp::EPOCH).unwrap(), IssueOrder::LastSeen);
        assert!(order(Some("name"), Timestamp::EPOCH).is_err());
    }
}
