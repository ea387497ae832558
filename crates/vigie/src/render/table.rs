//! Columns of text, as wide as they need to be. On a terminal the last column goes on below itself where the line ends.

use crate::words;
use console::{Term, measure_text_width};

/// With less room than this, lines run on as they are.
const WRAP_WIDTH_MIN: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Headings and rows. Cells hold one line each.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
    /// Of the terminal.
    width_max: Option<usize>,
}

impl Table {
    /// With headings that have a text, `column-…`.
    pub(crate) fn new(columns: &[(&str, Align)]) -> Self {
        let columns: Vec<_> = columns.iter().map(|(name, align)| (words::word("column", name), *align)).collect();
        Self::headed(columns)
    }

    /// With headings as they are.
    pub(crate) fn headed(columns: Vec<(String, Align)>) -> Self {
        let width_max = Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        Self { columns, rows: Vec::new(), width_max }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.cells(cells.into());
    }

    /// As many as there are columns.
    pub(crate) fn cells(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let headings: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let width = |index: usize| {
            let cells = self.rows.iter().chain([&headings]).filter_map(|row| row.get(index));
            cells.map(|cell| measure_text_width(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let before: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum();
        let room = self.width_max.and_then(|max| max.checked_sub(before)).filter(|room| *room >= WRAP_WIDTH_MIN);
        for (number, row) in [&headings].into_iter().chain(&self.rows).enumerate() {
            let cells = row.iter().zip(&self.columns).zip(&widths).map(|((cell, (_, align)), width)| {
                let gap = " ".repeat(width.saturating_sub(measure_text_width(cell)));
                if *align == Align::Right { gap + cell } else { cell.clone() + &gap }
            });
            let mut cells: Vec<String> = cells.collect();
            let last = cells.pop().unwrap_or_default();
            cells.push(String::new());
            let lines = room.map_or_else(|| vec![last.as_str()], |room| wrapped(last.trim_end(), room));
            let text = cells.join("  ") + &lines.join(&format!("\n{:before$}", ""));
            let end = if number < self.rows.len() { "\n" } else { "" };
            write!(f, "{}{end}", text.trim_end())?;
        }
        Ok(())
    }
}

/// Parts of `text` of at most `width` columns each, cut at spaces; a longer word stands alone and runs over.
fn wrapped(text: &str, width: usize) -> Vec<&str> {
    let (mut lines, mut from, mut to) = (Vec::new(), 0, 0);
    for word in text.split(' ') {
        let end = if to == 0 { word.len() } else { to + 1 + word.len() };
        if measure_text_width(&text[from..end]) > width && to > from {
            lines.push(&text[from..to]);
            from = to + 1;
        }
        to = end;
    }
    lines.push(&text[from..]);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_goes_on_below_itself() {
        let mut table = Table::new(&[("row", Align::Right), ("why", Align::Left)]);
        table.row(["7".into(), "The address does not exist. Correct it. [550 5.1.1 User unknown]".into()]);
        table.width_max = Some(33);
        insta::assert_snapshot!(table, @r"
        row  why
          7  The address does not exist.
             Correct it. [550 5.1.1 User
             unknown]
        ");
        assert_eq!(wrapped("averyveryverylongword b", 5), ["averyveryverylongword", "b"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn columns_line_up_whatever_the_letters() {
        let mut table = Table::new(&[("name", Align::Left), ("n", Align::Right)]);
        table.row(["Été".into(), "5".into()]);
        table.row(["Facture".into(), "1,000".into()]);
        insta::assert_snapshot!(table, @r"
        name         n
        Été          5
        Facture  1,000
        ");
    }
}
