//! Which values may have changed since everything was seen.

use super::{RANGE, Sets, Units, judge::mark};
use crate::client::{Error, Instance, ServerClock, moment, parameter};
use model::Timestamp;
use serde::Deserialize;
use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

/// Sets of one request: an address of 8 KiB has room for them.
const SETS_MAX: usize = 300;
/// Units that are named; where more have changed, all are compared.
const UNITS_MAX: usize = 2_000;
/// Rows of one answer; where there are more, all are compared.
const ROWS_MAX: usize = 30_000;

/// What a look is answered.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answered {
    data_values: Vec<Row>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Row {
    data_element: String,
    period: String,
    org_unit: String,
    category_option_combo: String,
    attribute_option_combo: String,
    value: String,
    comment: String,
    followup: bool,
    deleted: bool,
    last_updated: String,
}

/// What was changed: elements, and units with no end of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedValues {
    pub count: u64,
    pub elements: HashSet<String>,
    /// `None`: more than are named.
    pub units: Option<BTreeSet<String>>,
    /// Of each row, which is another once it changes again. `None`: not all were told.
    pub marks: Option<Vec<u64>>,
    /// The parameter with which the source was asked.
    pub since: String,
}

/// Some are counted again; none is missed.
///
/// # Errors
/// Of the instance.
pub async fn changed(
    source: &Instance,
    (sets, units): (&Sets, &Units),
    seen: Timestamp,
    clock: &ServerClock,
) -> Result<ChangedValues, Error> {
    let since = parameter(seen - widened(clock, seen));
    let limit = (ROWS_MAX + 1).to_string();
    let mut changed = ChangedValues {
        units: Some(BTreeSet::new()),
        marks: Some(Vec::new()),
        since: since.clone(),
        ..ChangedValues::default()
    };
    let uids: Vec<&str> = sets.uids().collect();
    if units.roots().is_empty() {
        return Ok(changed);
    }
    for some in uids.chunks(SETS_MAX) {
        let mut query: Vec<(&str, &str)> = some.iter().map(|uid| ("dataSet", *uid)).collect();
        query.extend(units.roots().iter().map(|unit| ("orgUnit", unit.as_str())));
        query.extend([("children", "true"), ("includeDeleted", "true"), ("lastUpdated", &*since), ("limit", &*limit)]);
        query.extend(RANGE);
        let body: Answered = source.get_as("dataValueSets", &query).await?;
        let is_cut = body.data_values.len() > ROWS_MAX;
        body.data_values.into_iter().filter(|row| is_recent(row, seen)).for_each(|row| changed.note(row));
        if is_cut {
            // Nobody knows of what was left out: everything is compared.
            (changed.units, changed.marks, changed.count) = (None, None, changed.count.max(1));
            break;
        }
    }
    Ok(changed)
}

/// By how much a moment is moved back so that nothing since is missed: transactions end after their time, and up to 2.42 the
/// moment, in UTC, is compared as text with the wall clock, which is behind it west of UTC. What comes although it is older is
/// told by its own time.
fn widened(clock: &ServerClock, seen: Timestamp) -> Duration {
    let overlap = Duration::from_secs(600);
    if clock.minor >= 43 {
        return overlap;
    }
    let Ok(zone) = jiff::tz::TimeZone::get(&clock.zone) else { return overlap + Duration::from_secs(14 * 3_600) };
    let hours = Duration::from_secs(3 * 3_600);
    let offsets = [seen - hours, seen, seen + hours, clock.now].map(|at| at.in_zone(&zone).offset().seconds());
    let behind = offsets.into_iter().min().map_or(0, |least| least.min(0));
    overlap + Duration::from_secs(u64::from(behind.unsigned_abs()))
}

fn is_recent(row: &Row, seen: Timestamp) -> bool {
    let at = moment(row.last_updated.trim_end_matches("+0000").trim_end_matches('Z'), "UTC");
    at.is_none_or(|at| at >= seen - Duration::from_secs(60))
}

impl ChangedValues {
    fn note(&mut self, row: Row) {
        self.count += 1;
        if let Some(marks) = &mut self.marks {
            let flags = [row.followup, row.deleted].map(|is| if is { "1" } else { "" });
            let key = [&row.data_element, &row.period, &row.org_unit, &row.category_option_combo];
            let rest = [&row.attribute_option_combo, &row.value, &row.comment, &row.last_updated];
            marks.push(mark(key.into_iter().chain(rest).map(String::as_str).chain(flags)));
        }
        self.elements.insert(row.data_element);
        if let Some(units) = &mut self.units {
            units.insert(row.org_unit);
            if units.len() > UNITS_MAX {
                self.units = None;
            }
        }
    }
}
