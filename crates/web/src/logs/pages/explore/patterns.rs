//! Records counted by the pattern of their messages.

use super::{Links, Sign};
use crate::layout::foreign::Foreign;
use model::Timestamp;
use std::fmt::Write as _;

/// Units of the drawing of a trend: of one step, and its height.
const STEP: u64 = 4;
const HEIGHT: u64 = 20;

/// A pattern, with the records that it stands for.
#[derive(Clone, Debug)]
pub(crate) struct PatternRow {
    pub(crate) records: u64,
    /// Records in steps of the time between the first and the last of all patterns.
    pub(crate) trend: Vec<u64>,
    pub(crate) sign: Option<Sign>,
    /// Its words, and a sign in the place of each variable.
    pub(crate) html: String,
    pub(crate) last: Timestamp,
    /// The newest record: its message, and where it is.
    pub(crate) example: Foreign,
    pub(crate) record: Option<String>,
    /// The lines of the pattern, and the patterns without it.
    pub(crate) links: Option<Links>,
}

impl PatternRow {
    /// Its words as they are, `…` in the place of each variable.
    pub(crate) fn pattern_html(pattern: &[u8]) -> String {
        let text = Foreign::line(pattern).html;
        text.replace("&lt;*&gt;", "<i class=\"slot\">…</i>")
    }

    /// The trend as bars. What it says in numbers is beside it.
    pub(super) fn svg(&self) -> String {
        let top = self.trend.iter().copied().max().unwrap_or(0).max(1);
        let width = self.trend.len() as u64 * STEP;
        let mut path = String::new();
        for (at, records) in self.trend.iter().enumerate().filter(|(_, records)| **records > 0) {
            let tall = (records * HEIGHT / top).max(2);
            // Into a String: this cannot fail.
            let _ = write!(path, "M{} {HEIGHT}v-{tall}h{}v{tall}z", at as u64 * STEP, STEP - 1);
        }
        format!(
            "<svg class=\"trend\" viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\"><path d=\"{path}\"/></svg>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_signs_and_the_rest_is_text() {
        assert_eq!(
            PatternRow::pattern_html(b"GET <*> <b>\x1b"),
            "GET <i class=\"slot\">…</i> &lt;b&gt;<span class=\"ctl\">ESC</span>"
        );
    }

    #[test]
    fn a_trend_is_drawn_against_its_highest_step() {
        let row = PatternRow {
            records: 111,
            trend: vec![0, 10, 100, 1],
            sign: None,
            html: String::new(),
            last: Timestamp::EPOCH,
            example: Foreign::default(),
            record: None,
            links: None,
        };
        assert!(row.svg().contains("d=\"M4 20v-2h3v2zM8 20v-20h3v20zM12 20v-2h3v2z\""), "{}", row.svg());
    }
}
