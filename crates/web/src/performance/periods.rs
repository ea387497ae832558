//! The lengths of time, up to now, for which figures are shown.

use crate::layout::{parts::Choice, view::View};
use std::time::Duration;

/// As addresses have them, with their words and their seconds.
const PERIODS: [(&str, &str, u64); 3] =
    [("1h", "performance-hour", 3_600), ("24h", "performance-day", 86_400), ("7d", "performance-week", 604_800)];
const USUAL: usize = 1;

/// A period by its name, or the usual one.
pub(crate) fn named(name: &str) -> (&'static str, Duration) {
    let (name, _, seconds) = PERIODS.iter().find(|(known, ..)| *known == name).unwrap_or(&PERIODS[USUAL]);
    (name, Duration::from_secs(*seconds))
}

pub(crate) fn choices(v: &View, chosen: &str) -> Vec<Choice> {
    Choice::of(PERIODS.iter().map(|(name, word, _)| ((*name).to_owned(), v.t(word))), chosen)
}
