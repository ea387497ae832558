//! The lines over time, by level.

use super::address::PageSearch;
use crate::{
    layout::view::View,
    logs::pages::explore::{Histogram, LegendKey, Links},
};
use model::{Level, Timestamp};
use std::ops::Range;
use telemetry::query::{
    self, Query,
    language::{Filter, Narrowed},
};

/// Steps of a histogram over all times, at the least.
const STEPS_MIN: usize = 40;

/// The counts over the whole time that was asked for, where there is nothing too.
pub(super) fn shown(
    v: &View,
    search: &PageSearch,
    query: &Query,
    found: query::Histogram,
    range: Option<&Range<Timestamp>>,
) -> Histogram {
    let (zone, steps) = (&v.zone, found.counts.len());
    let query::Histogram { edges, counts, step } = match range {
        _ if steps == 0 => found,
        Some(range) => {
            // Without a beginning it begins where there is something, and nothing is expected of the future.
            let first = if range.start.as_micros() > i64::MIN { range.start } else { found.edges[0] };
            found.over(&(first..range.end.min(v.now.max(range.start))), zone)
        }
        // A moment's lines stand in the middle of some time, not as one bar over all the width.
        None => found.amid(STEPS_MIN.saturating_sub(steps) / 2, v.now, zone),
    };
    Histogram { edges, step, counts, address: search.over("", "").address(), legend: legend(search, query) }
}

/// The colours of the bars, as conditions on the level.
fn legend(search: &PageSearch, query: &Query) -> Vec<LegendKey> {
    let levels = |from, to| Filter::Level { from, to };
    let keys = [
        ("bad", "legend-error", levels(Level::Error, Level::Critical)),
        ("doubt", "level-warning", levels(Level::Warning, Level::Warning)),
        ("accent", "level-info", levels(Level::Info, Level::Info)),
        ("fine", "legend-fine", Filter::Not(Box::new(levels(Level::Info, Level::Critical)))),
    ];
    let links = |condition| {
        let Narrowed { only, without } = query.narrowed_by(&condition)?;
        Some(Links { only: search.address_of(only), without: search.address_of(without) })
    };
    keys.map(|(class, word, condition)| LegendKey { class, word, links: links(condition) }).to_vec()
}
