//! Searches of the log store, for whoever asks: a page, a program, a rule.
//!
//! A [`Search`] is what somebody wrote; it is a value that can be kept and sent. [`Search::resolve`] turns it, once per
//! request, into a [`ResolvedSearch`]: its times are moments, its names of jobs are ids, its expressions are compiled. That
//! one is cloned and asked as often as need be: [`Logs::rows`], [`Logs::table`], [`Logs::counts`], [`Logs::facets`],
//! [`Logs::first`], [`Logs::suggestions`], or [`export`] on a snapshot.

mod counts;
mod jobs;
mod kind;
mod rows;
mod suggestions;
#[cfg(test)]
mod tests;

pub use counts::{LastSeq, NewCounts};
pub use jobs::JobNames;
pub use rows::{EXPORTED_MAX, FoundRows, export};
pub use suggestions::{Suggestions, empty_part};

#[cfg(doc)]
use crate::Logs;
use crate::{Error, TIME_MAX};
use jiff::{civil, tz::TimeZone};
use jobs::JobIds;
use kind::OfKind;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::{ops::Range, time::Duration};
use telemetry::{
    Kind,
    query::{Problem, Query, Question, language::Moment, parse},
};

/// A search as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    /// In the language of `docs/search.md`.
    pub q: String,
    /// Not before this moment (RFC 3339), this day, or so long ago (`15m`, `1h`, `7d`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whose days and hours are meant where none is written, as `Europe/Paris`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// What of a search cannot be read. A query itself always can: what is wrong with it is told beside the answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("zone: there is no time zone `{0}`")]
    Zone(String),
    /// `name` is `since` or `until`.
    #[error("{name}: `{text}` is not a valid date or time")]
    Moment { name: &'static str, text: String },
    #[error(transparent)]
    Log(#[from] Error),
}

/// A search made ready to be asked.
#[derive(Clone, Debug)]
pub struct ResolvedSearch {
    /// As it was written: names of jobs stand in it as names.
    pub query: Query,
    /// What kind of records it is about: `kind:span`.
    pub kind: Kind,
    /// What was not understood of it.
    pub problems: Vec<Problem>,
    /// `None` where neither end was given.
    pub range: Option<Range<Timestamp>>,
    /// Whose days and hours are meant.
    pub zone: TimeZone,
    /// From when on `1h` and `today` are counted.
    pub now: Timestamp,
    /// How long its answer may take.
    pub time_max: Duration,
    question: Question,
    jobs: JobIds,
}

impl Search {
    /// Makes it ready, with `1h` counted from `now`, and times in `zone` unless it names its own. Asks `names` for the jobs
    /// that the query names, once for each name.
    ///
    /// # Errors
    /// [`SearchError`] as `names` has it, and what `names` itself fails with.
    pub async fn resolve<N: JobNames>(
        &self,
        now: Timestamp,
        zone: &TimeZone,
        names: &N,
    ) -> Result<ResolvedSearch, N::Error> {
        let zone = self.zone_or(zone)?;
        let (query, problems) = parse(&self.q);
        let jobs = JobIds::of(&query, names).await?;
        let range = self.range(now, &zone)?;
        let (kind, question) = question(&query, &jobs, range.as_ref(), now, &zone).map_err(SearchError::from)?;
        Ok(ResolvedSearch { query, kind, problems, range, zone, now, time_max: TIME_MAX, question, jobs })
    }

    /// The zone that it names, or `otherwise`.
    ///
    /// # Errors
    /// [`SearchError::Zone`] where there is none of that name.
    pub fn zone_or(&self, otherwise: &TimeZone) -> Result<TimeZone, SearchError> {
        let Some(name) = &self.zone else { return Ok(otherwise.clone()) };
        TimeZone::get(name).map_err(|_| SearchError::Zone(name.clone()))
    }

    fn range(&self, now: Timestamp, zone: &TimeZone) -> Result<Option<Range<Timestamp>>, SearchError> {
        if self.since.is_none() && self.until.is_none() {
            return Ok(None);
        }
        let at = |name, text: Option<&String>, otherwise: i64| match text {
            None => Ok(Timestamp::from_micros(otherwise)),
            Some(text) => moment(text, now, zone).ok_or_else(|| SearchError::Moment { name, text: text.clone() }),
        };
        // The end of time is not in any range that has an end.
        Ok(Some(at("since", self.since.as_ref(), i64::MIN)?..at("until", self.until.as_ref(), i64::MAX)?))
    }
}

impl ResolvedSearch {
    /// A query of the program's own over all times, which names no job but by its id.
    ///
    /// # Errors
    /// As [`Self::with_query`].
    pub fn of_query(query: Query, now: Timestamp, zone: &TimeZone) -> Result<Self, Error> {
        let jobs = JobIds::default();
        let (kind, question) = question(&query, &jobs, None, now, zone)?;
        let (problems, zone) = (Vec::new(), zone.clone());
        Ok(Self { query, kind, problems, range: None, zone, now, time_max: TIME_MAX, question, jobs })
    }

    /// What is asked of the store.
    pub const fn question(&self) -> &Question {
        &self.question
    }

    /// What it asks for, in which names of jobs stand as ids: two searches of one meaning find the same records. `None` where
    /// it asks for a time, which may be counted from the moment that it was resolved.
    fn meaning(&self) -> Option<String> {
        let resolved = self.jobs.put_into(&self.query);
        let query = resolved.as_ref().unwrap_or(&self.query);
        (!query.filter.asks_for_time()).then(|| query.to_string())
    }

    /// The same, answered within `time_max`.
    #[must_use]
    pub fn answered_within(self, time_max: Duration) -> Self {
        Self { time_max, ..self }
    }

    /// The same of what is dated later than it was asked. `None` where it asks for no such time.
    pub fn in_the_future(&self) -> Option<Self> {
        // The end of time itself would be open, and so now.
        let far = Timestamp::from_micros(i64::MAX - 1);
        let range = self.range.clone().unwrap_or(self.now..far);
        let later = range.start.max(self.now)..range.end.min(far);
        let question = self.question.clone().within(later.clone());
        (later.start < later.end).then(|| Self { range: Some(later), question, ..self.clone() })
    }

    /// Another query over the same time, in which the same names mean the same jobs.
    ///
    /// # Errors
    /// [`Error::Query`] of an expression that does not compile; those that were parsed do.
    pub fn with_query(&self, query: Query) -> Result<Self, Error> {
        let (kind, question) = question(&query, &self.jobs, self.range.as_ref(), self.now, &self.zone)?;
        Ok(Self { query, kind, question, ..self.clone() })
    }
}

fn question(
    query: &Query,
    jobs: &JobIds,
    range: Option<&Range<Timestamp>>,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<(Kind, Question), Error> {
    let OfKind { kind, query, .. } = OfKind::of(query);
    let resolved = jobs.put_into(&query);
    let question = Question::new(resolved.as_ref().unwrap_or(&query), now, zone)?;
    Ok(match range {
        Some(range) => (kind, question.within(range.clone())),
        None => (kind, question),
    })
}

/// The moment that a text says: a moment (RFC 3339), a day, or so long before `now`.
pub fn moment(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(moment) = Moment::parse(text.trim()) {
        return Some(moment.start(now, zone));
    }
    let of_day = || {
        let day: civil::Date = text.parse().ok()?;
        let start = zone.to_ambiguous_zoned(day.at(0, 0, 0, 0)).compatible().ok()?;
        Some(start.timestamp().into())
    };
    text.parse().ok().or_else(of_day)
}
