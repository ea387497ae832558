//! Whether the source has changed since everything of it was seen.

use crate::{
    client::Error,
    metadata::{self, Sides},
    planning::has_values,
    settings::{Delete, Settings, Values},
    syncs::State,
    tracker::{self, TRACKER},
    values::{self, ChangedValues, Sets, Units},
};
use model::Timestamp;
use std::collections::HashSet;

/// The word for values among types.
pub(crate) const VALUES: &str = "dataValues";

/// What was found, and until when everything was seen by it: a moment of the source's own clock, before it was asked.
pub(crate) struct Changes {
    pub(crate) types: Vec<(String, u64)>,
    pub(crate) values: Option<ChangedValues>,
    /// Programs of which tracker data has changed.
    pub(crate) programs: Vec<String>,
    /// Of everything that was found. `None`: not everything was told one by one.
    pub(crate) marks: Option<HashSet<u64>>,
    pub(crate) seen: Timestamp,
}

/// `state`: until when each type was seen. A look without a finding costs three requests, four with deletions.
pub(crate) async fn since(sides: &Sides, settings: &Settings, state: &State) -> Result<Changes, Error> {
    let clock = sides.source.clock().await?;
    let kinds = settings.types();
    let types: Vec<_> = kinds.iter().filter_map(|kind| Some((*kind, state.seen_of(kind)?))).collect();
    let mut marks = Some(HashSet::new());
    let mut found: Vec<(String, u64)> = Vec::new();
    let mut all = metadata::changed(&sides.source, &types, &clock).await?;
    if settings.delete == Delete::On {
        all.extend(metadata::deleted(&sides.source, &types, &clock).await?);
    }
    for (kind, some) in all {
        let count = some.len() as u64;
        marks.iter_mut().for_each(|marks| marks.extend(&some));
        match found.iter_mut().find(|(one, _)| *one == kind) {
            Some((_, known)) => *known += count,
            None => found.push((kind, count)),
        }
    }
    let mut changed = None;
    if let (true, Some(seen)) = (has_values(settings), state.seen_of(VALUES)) {
        let sets = Sets::named(&state.sets);
        let units = Units::below(match &settings.org_unit {
            Some(unit) => vec![unit.clone()],
            None => state.roots.clone(),
        });
        let values = match values::changed(&sides.source, (&sets, &units), seen, &clock).await {
            // What the last run saw is not there any more: a run finds out what is.
            Err(Error::Refused { status: 404 | 409, .. }) => ChangedValues { count: 1, ..ChangedValues::default() },
            answered => answered?,
        };
        match (&mut marks, &values.marks) {
            (Some(marks), Some(some)) => marks.extend(some),
            _ => marks = None,
        }
        if values.count > 0 {
            found.push((VALUES.to_owned(), values.count));
            changed = Some(values);
        }
    }
    let mut programs = Vec::new();
    if let (Values::Yes, Some(known), Some(seen)) = (settings.tracker, &state.programs, state.seen_of(TRACKER)) {
        let roots = settings.org_unit.clone().map_or_else(|| state.roots.clone(), |unit| vec![unit]);
        programs = tracker::changed(&sides.source, &clock, known, &roots, seen).await?;
        if !programs.is_empty() {
            found.push((TRACKER.to_owned(), programs.len() as u64));
            marks = None;
        }
    }
    Ok(Changes { types: found, values: changed, programs, marks, seen: clock.now })
}
