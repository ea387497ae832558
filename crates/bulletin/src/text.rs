//! A report for a terminal, and for the part of a mail that has no markup.

use crate::{Bulletin, Say, figures, lists};
use std::fmt::Write as _;

pub fn text(bulletin: &Bulletin, say: Say<'_>) -> String {
    let mut out = bulletin.title(say) + "\n\n";
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
    if bulletin.is_partial {
        let _ = writeln!(out, "\n{}", say.t("partial"));
    }
    if !bulletin.link.is_empty() {
        let _ = writeln!(out, "\n{}\n{}", say.t("open"), bulletin.link);
    }
    out
}

/// The part of a mail without markup: it says too why it came.
pub fn letter_text(bulletin: &Bulletin, say: Say<'_>) -> String {
    format!("{}\n-- \n{}\n", text(bulletin, say), say.t("why"))
}
