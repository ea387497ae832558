//! A report for the terminal.

use super::{Block, Document, TimelineRow, plain};

pub(super) fn written(document: &Document) -> String {
    let mut text = format!("{}\n", document.title);
    for section in &document.sections {
        text.push_str(&format!("\n{}\n", section.heading.to_uppercase()));
        section.blocks.iter().for_each(|block| text.push_str(&block_text(block)));
    }
    text
}

fn block_text(block: &Block) -> String {
    match block {
        Block::Lead(words) | Block::Text(words) | Block::Note(words) => format!("{}\n", plain(words)),
        Block::Quote { place, line } => {
            let lines: String = plain(line).lines().map(|line| format!("  > {line}\n")).collect();
            format!("{lines}    {}\n", plain(place))
        }
        Block::List(items) => items.iter().map(|item| format!("  - {}\n", plain(item))).collect(),
        Block::Reasons(reasons) => reasons.iter().map(|reason| format!("  - {}\n", plain(&reason.whole()))).collect(),
        Block::Timeline(rows) => table(&rows.iter().map(TimelineRow::cells).collect::<Vec<_>>()),
        Block::Table { heading: _, rows } => table(rows),
        Block::Command(command) => format!("  $ {}\n", plain(command)),
    }
}

/// Columns as wide as their widest cell, but for the last.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let row = |row: &Vec<String>| {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let cell = plain(cell).replace('\n', " ");
                if column + 1 == columns { cell } else { format!("{cell:<width$}", width = widths[column]) }
            })
            .collect();
        format!("  {}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(row).collect()
}
