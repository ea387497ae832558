//! The fields of a search from which time to which: filled from its address, and made into one.

use super::address::PageSearch;
use crate::{
    Ctx,
    extract::moment,
    layout::view::View,
    logs::pages::explore::Fault,
    problem::{Problem, Result},
};
use jiff::civil;
use model::Timestamp;
use std::ops::Range;

/// What fields hold, as `datetime-local` has it: in the reader's zone, without one. Empty for `15m` and its like.
pub(super) fn field(v: &View, edge: &str) -> String {
    moment("", edge, &v.zone).map_or_else(|_| String::new(), |at| local(v, at))
}

fn local(v: &View, at: Timestamp) -> String {
    let at = at.in_zone(&v.zone);
    let form = if at.subsec_nanosecond() / 1_000_000 == 0 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.3f" };
    at.strftime(form).to_string()
}

/// What is wrong with the times in the address. One that cannot be read plays no part any more.
pub(super) fn faults(ctx: &Ctx, v: &View, search: &mut PageSearch) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, text) in [("since", &mut search.since), ("until", &mut search.until)] {
        if !text.is_empty() && logs::search::moment(text, ctx.app.logs.clock().now(), &v.zone).is_none() {
            faults.push(Fault::of_time(v, &format!("{name}="), text));
            text.clear();
        }
    }
    faults
}

/// What is wrong with a time in which there can be nothing.
pub(super) fn empty(v: &View, search: &PageSearch, range: Option<&Range<Timestamp>>) -> Option<Fault> {
    let is_empty = range.is_some_and(|range| range.end <= range.start);
    is_empty.then(|| Fault::of_range(v, &format!("since={} until=", search.since), &search.until))
}

/// One end of the time.
enum Edge {
    /// As it was in the address.
    Kept(String),
    Chosen(Option<Timestamp>),
}

/// The search over the times that were written into the fields; `None` where it came without fields. What was not
/// touched stays as it is in the address, to the microsecond.
pub(super) fn chosen(
    v: &View,
    search: &PageSearch,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Option<PageSearch>> {
    if from.is_none() && to.is_none() {
        return Ok(None);
    }
    let since = edge(v, "from", &search.since, from.unwrap_or_default())?;
    let until = edge(v, "to", &search.until, to.unwrap_or_default())?;
    let (since, until) = match (since, until) {
        (Edge::Kept(since), Edge::Kept(until)) => (since, until),
        (Edge::Chosen(Some(from)), Edge::Chosen(Some(to))) if to < from => {
            (to.to_jiff().to_string(), from.to_jiff().to_string())
        }
        // `15m` goes with no other end than now.
        (since, until) => (written(v, since), written(v, until)),
    };
    Ok(Some(search.over(&since, &until)))
}

fn edge(v: &View, name: &str, kept: &str, text: &str) -> Result<Edge> {
    let text = text.trim();
    let at = if text.is_empty() { None } else { Some(read(v, name, text)?) };
    let shown = field(v, kept);
    let before = if shown.is_empty() { None } else { Some(read(v, name, &shown)?) };
    Ok(if at == before { Edge::Kept(kept.to_owned()) } else { Edge::Chosen(at) })
}

fn written(v: &View, edge: Edge) -> String {
    match edge {
        Edge::Kept(text) if field(v, &text).is_empty() => String::new(),
        Edge::Kept(text) => text,
        Edge::Chosen(at) => at.map(|at| at.to_jiff().to_string()).unwrap_or_default(),
    }
}

fn read(v: &View, name: &str, text: &str) -> Result<Timestamp> {
    let bad = || {
        Problem::invalid(format!("{name}: `{text}` is no date with a time"))
            .remedy("write 2025-01-31T14:00")
            .said("range-unread", &[("text", text)])
    };
    let time: civil::DateTime = text.parse().map_err(|_| bad())?;
    let zoned = v.zone.to_ambiguous_zoned(time).compatible().map_err(|_| bad())?;
    Ok(zoned.timestamp().into())
}
