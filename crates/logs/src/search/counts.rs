//! Numbers about what matches: over time and by level, and the values that fields have most often.

use super::ResolvedSearch;
use crate::{Error, Logs};
use model::Timestamp;
use std::{ops::Range, time::Duration};
use telemetry::{
    Snapshot,
    query::{self, Answer, Bounds, Facet, Histogram, Partial},
};

/// How many records matched of those that came since it was last asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCounts {
    /// Those of the time that was asked for, by steps of which none is empty, each by its beginning, rising.
    pub steps: Vec<(Timestamp, u64)>,
    pub step: Duration,
    /// Those of a later time.
    pub ahead: u64,
    /// Whether all records were counted, not only those that came since.
    pub is_all: bool,
    /// With it the next ones are counted; `None` where all are to be counted again.
    pub last_seq: Option<LastSeq>,
}

/// Up to which record something was counted, of which store, and what it meant then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSeq {
    seq: Option<u64>,
    losses: u64,
    meaning: String,
}

impl LastSeq {
    /// Whether what was counted until `self` and what is counted between both are together what is counted until `now`.
    fn leads_to(&self, now: &Self) -> bool {
        self.losses == now.losses && self.meaning == now.meaning && self.seq <= now.seq
    }
}

impl Logs {
    /// Counts over the time that is asked for, or that there are records of, in steps of that length or a round one.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn counts(&self, search: &ResolvedSearch, step: Option<Duration>) -> Result<Answer<Histogram>, Error> {
        let (question, range, now) = (search.question.clone(), search.range.clone(), search.now);
        self.ask_of(search.kind, search.time_max, move |snapshot, bounds| {
            query::timeline(snapshot, &question, range.as_ref(), step, now, bounds)
        })
        .await
    }

    /// Counts, by steps, the records from `range` on that came since `counted`. All of them where there is nothing to go on from:
    /// it was not counted before, records were deleted or forgotten since, the store was opened anew, a name means another job,
    /// or the query itself asks for a time, which is another one now. `None` where that takes longer than it may: fewer would be
    /// told than there are.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn new_counts(
        &self,
        search: &ResolvedSearch,
        range: Range<Timestamp>,
        step: Duration,
        counted: Option<&LastSeq>,
    ) -> Result<Option<NewCounts>, Error> {
        let (search, counted) = (search.clone(), counted.cloned());
        self.ask_of(search.kind, search.time_max, move |snapshot, bounds| {
            new_counts(snapshot, &search, range, step, counted.as_ref(), bounds)
        })
        .await
    }

    /// The `top` most frequent values of each field.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn facets(&self, search: &ResolvedSearch, top: usize) -> Result<Answer<Vec<Facet>>, Error> {
        let question = search.question.clone();
        let answer = self
            .ask_of(search.kind, search.time_max, move |snapshot, bounds| {
                query::facets(snapshot, &question, top, bounds)
            })
            .await?;
        self.note(&answer.partial);
        Ok(answer)
    }
}

fn new_counts(
    snapshot: &Snapshot,
    search: &ResolvedSearch,
    range: Range<Timestamp>,
    step: Duration,
    counted: Option<&LastSeq>,
    bounds: &Bounds,
) -> Option<NewCounts> {
    let last_seq =
        search.meaning().map(|meaning| LastSeq { seq: snapshot.last_seq(), losses: snapshot.losses(), meaning });
    let counted = counted.filter(|counted| last_seq.as_ref().is_some_and(|now| counted.leads_to(now)));
    let new = counted.and_then(|counted| counted.seq).map(|seq| snapshot.after(seq));
    let new = new.as_ref().unwrap_or(snapshot);
    // What is new is little: less than it takes to wake another thread.
    let bounds = &Bounds { threads: if counted.is_some() { 1 } else { bounds.threads }, ..bounds.clone() };
    let found = query::histogram(new, search.question.clone(), range.clone(), step, bounds);
    let mut is_cut = found.partial.contains(&Partial::Cancelled);
    let steps = found.value.edges.iter().zip(&found.value.counts);
    let steps = steps.filter(|(_, counts)| counts.total > 0).map(|(start, counts)| (*start, counts.total)).collect();
    let mut ahead = 0;
    // Hardly ever: of a machine whose clock is fast.
    if query::time_range(new).is_some_and(|(_, last)| last >= range.end) {
        let later = range.end..Timestamp::from_micros(i64::MAX);
        let found = query::histogram(new, search.question.clone(), later, Duration::MAX, bounds);
        is_cut |= found.partial.contains(&Partial::Cancelled);
        ahead = found.value.counts.iter().map(|counts| counts.total).sum();
    }
    // Steps of another length do not go on from those that are known.
    let last_seq = last_seq.filter(|_| found.value.step == step);
    (!is_cut).then_some(NewCounts { steps, step: found.value.step, ahead, is_all: counted.is_none(), last_seq })
}
