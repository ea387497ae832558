//! A report for a terminal, and for the part of a mail that has no markup.

use crate::{Bulletin, Say, figures, lists};
use std::fmt::Write as _;

pub fn text(bulletin: &Bulletin, say: Say<'_>) -> String {
    let mut out = say.with("title", &span(bulletin, say)) + "\n\n";
    let figures = figures(bulletin, say);
    let width = figures.iter().map(|figure| figure.label.chars().count()).max().unwrap_or(0);
    for figure in &figures {
        let _ = writeln!(out, "  {:<width$}  {}", figure.label, figure.value);
    }
    for (title, rows) in lists(bulletin, say) {
        let _ = writeln!(out, "\n{title}");
        let width = rows.iter().map(|(first, _)| first.chars().count()).max().unwrap_or(0);
        for (first, second) in rows {
            let _ = writeln!(out, "  {first:<width$}  {second}");
        }
    }
    if !bulletin.link.is_empty() {
        let _ = writeln!(out, "\n{}", bulletin.link);
    }
    out
}

/// From when to when.
pub(crate) fn span<'v>(bulletin: &Bulletin, say: Say<'_>) -> [(&'static str, language::FluentValue<'v>); 2] {
    [("since", say.moment(bulletin.since).into()), ("until", say.moment(bulletin.until).into())]
}
