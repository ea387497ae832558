//! A report as Markdown.

use super::{Block, Document, plain};

pub(super) fn written(document: &Document) -> String {
    let mut text = format!("# {}\n", escaped(&document.title));
    for section in &document.sections {
        text.push_str(&format!("\n## {}\n", escaped(&section.heading)));
        section.blocks.iter().for_each(|block| text.push_str(&format!("\n{}\n", block_text(block))));
    }
    text
}

fn block_text(block: &Block) -> String {
    match block {
        Block::Lead(words) => format!("**{}**", escaped(words)),
        Block::Text(words) | Block::Note(words) => escaped(words),
        Block::Quote { place, line } => format!("{}\n\n{}", fenced(line), escaped(place)),
        Block::List(items) => items.iter().map(|item| format!("- {}", escaped(item))).collect::<Vec<_>>().join("\n"),
        Block::Reasons(reasons) => {
            let lines = reasons.iter().map(|reason| format!("- {}", escaped(&reason.whole())));
            lines.collect::<Vec<_>>().join("\n")
        }
        Block::Timeline(rows) => {
            let rows: Vec<String> = rows
                .iter()
                .map(|row| {
                    let mark = if row.is_deciding { "**" } else { "" };
                    let [at, what, place] = [&row.at, &row.what, &row.place].map(|text| escaped(text));
                    format!("- {at} · {mark}{what}{mark} · {place}  \n  `{}`", in_line(&row.line))
                })
                .collect();
            rows.join("\n")
        }
        Block::Table { heading, rows } => table(heading, rows),
        Block::Command(command) => fenced(command),
    }
}

/// Within a line of code.
fn in_line(text: &str) -> String {
    plain(text).replace('`', "'").replace('\n', " ")
}

/// In a fence longer than any in the text.
fn fenced(text: &str) -> String {
    let text = plain(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}")
}

fn table(heading: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> =
            cells.iter().map(|cell| escaped(cell).replace('\n', " ").replace('|', "\\|")).collect();
        format!("| {} |", cells.join(" | "))
    };
    let rule = format!("|{}", " --- |".repeat(heading.len()));
    let rows: Vec<String> = rows.iter().map(|row| line(row)).collect();
    [vec![line(heading), rule], rows].concat().join("\n")
}

/// Without what Markdown would take for its own.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in plain(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
