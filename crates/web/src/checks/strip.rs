//! How the checks stand, in one line of the first page: those that are down or late first, and nothing more where all is well.

use super::keep;
use crate::{Ctx, layout::view::View, problem::Result};
use checking::standing_of;
use model::{CheckState, Timestamp};
use store::StoredCheck;

/// Checks in trouble that are named.
const NAMED_MAX: usize = 6;

/// The checks of the first page.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChecksStrip {
    /// That are watched.
    pub(crate) watched: u64,
    /// That report in time, or answer.
    pub(crate) well: u64,
    /// Down first, then late, the longest first.
    pub(crate) troubled: Vec<StripRow>,
    /// Further ones that are.
    pub(crate) further: u64,
    /// Of which nothing was heard yet.
    pub(crate) silent: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct StripRow {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) is_down: bool,
    pub(crate) since: Timestamp,
}

pub(crate) async fn strip(ctx: &Ctx, v: &View) -> Result<ChecksStrip> {
    let all = ctx.app.db.checks().await?;
    let state = |kept: &StoredCheck| standing_of(kept, v.now).map_or(kept.state, |standing| standing.state);
    let mut strip = ChecksStrip::default();
    for kept in &all {
        let state = state(kept);
        strip.watched += u64::from(state != CheckState::Paused);
        strip.silent += u64::from(state == CheckState::New);
        strip.well += u64::from(state == CheckState::Up);
        if matches!(state, CheckState::Down | CheckState::Late) {
            let since = standing_of(kept, v.now).map_or(kept.since, |standing| standing.since);
            let (slug, name) = (kept.slug.clone(), keep::name_of(kept));
            strip.troubled.push(StripRow { slug, name, is_down: state == CheckState::Down, since });
        }
    }
    strip.troubled.sort_by_key(|row| (!row.is_down, row.since));
    strip.further = strip.troubled.len().saturating_sub(NAMED_MAX) as u64;
    strip.troubled.truncate(NAMED_MAX);
    Ok(strip)
}

#[cfg(test)]
pub(crate) fn example_strip(v: &View) -> ChecksStrip {
    let row = |name: &str, is_down| StripRow {
        slug: name.to_lowercase(),
        name: name.to_owned(),
        is_down,
        since: crate::layout::gallery::examples::before(v, 7_200),
    };
    ChecksStrip { watched: 12, well: 6, troubled: vec![row("Export", true), row("Paie", false)], further: 3, silent: 1 }
}
