//! Which values may have changed since everything was seen.

use super::{RANGE, Sets, Units};
use crate::client::{Error, Instance, ServerClock, moment, parameter};
use model::Timestamp;
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

/// Sets of one request: an address of 8 KiB has room for them.
const SETS_MAX: usize = 300;
/// Units that are named; where more have changed, all are compared.
const UNITS_MAX: usize = 2_000;

/// What was changed: elements, and units with no end of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedValues {
    pub count: u64,
    pub elements: HashSet<String>,
    /// `None`: more than are named.
    pub units: Option<BTreeSet<String>>,
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
    let offset = jiff::tz::TimeZone::get(&clock.zone).map_or(0, |zone| seen.in_zone(&zone).offset().seconds());
    // Up to 2.42 the moment is compared with the wall clock as text: widened by what lies between, and an hour more for
    // clocks that change. What comes too often is compared by its own time, which is in UTC.
    let widened = Duration::from_secs(600 + 3_600 + u64::from(offset.unsigned_abs()));
    let since = parameter(seen - widened);
    let mut changed = ChangedValues { units: Some(BTreeSet::new()), ..ChangedValues::default() };
    let uids: Vec<&str> = sets.uids().collect();
    if units.roots().is_empty() {
        return Ok(changed);
    }
    for some in uids.chunks(SETS_MAX) {
        let mut query: Vec<(&str, &str)> = some.iter().map(|uid| ("dataSet", *uid)).collect();
        query.extend(units.roots().iter().map(|unit| ("orgUnit", unit.as_str())));
        query.extend([("children", "true"), ("includeDeleted", "true"), ("lastUpdated", &*since)]);
        query.extend(RANGE);
        let body = source.get("dataValueSets", &query).await?;
        body["dataValues"].as_array().into_iter().flatten().filter(|row| is_recent(row, seen)).for_each(|row| {
            changed.note(row);
        });
    }
    Ok(changed)
}

fn is_recent(row: &Value, seen: Timestamp) -> bool {
    let text = row["lastUpdated"].as_str().unwrap_or_default();
    let at = moment(text.trim_end_matches("+0000").trim_end_matches('Z'), "UTC");
    at.is_none_or(|at| at >= seen - Duration::from_secs(60))
}

impl ChangedValues {
    fn note(&mut self, row: &Value) {
        self.count += 1;
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        self.elements.insert(text("dataElement"));
        if let Some(units) = &mut self.units {
            units.insert(text("orgUnit"));
            if units.len() > UNITS_MAX {
                self.units = None;
            }
        }
    }
}
