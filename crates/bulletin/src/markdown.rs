//! A report for a wiki, a ticket or a chat.

use crate::{Bulletin, Say, figures, lists};
use std::fmt::Write as _;

pub fn markdown(bulletin: &Bulletin, say: Say<'_>) -> String {
    let mut out = format!("# {}\n\n|  |  |\n|---|--:|\n", bulletin.title(say));
    for figure in figures(bulletin, say) {
        let bold = if figure.is_bad { "**" } else { "" };
        let _ = writeln!(out, "| {} | {bold}{}{bold} |", figure.label, figure.value);
    }
    for (title, rows) in lists(bulletin, say) {
        let _ = writeln!(out, "\n## {title}\n");
        for (first, second) in rows {
            let _ = writeln!(out, "- **{}** {}", escaped(&first), escaped(&second));
        }
    }
    if bulletin.is_partial {
        let _ = writeln!(out, "\n{}", say.t("partial"));
    }
    if !bulletin.link.is_empty() {
        let _ = writeln!(out, "\n<{}>", bulletin.link);
    }
    out
}

/// So that what a server said is shown to the letter.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&' | '~') {
            out.push('\\');
        }
        out.push(c);
        out
    })
}
