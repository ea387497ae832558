//! Columns of text, as wide as they need to be.

use console::measure_text_width;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Headings and rows. Cells hold one line each.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(columns: &[(&'static str, Align)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let headings: Vec<String> = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let width = |index: usize| {
            let cells = self.rows.iter().chain([&headings]).filter_map(|row| row.get(index));
            cells.map(|cell| measure_text_width(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        for (number, row) in [&headings].into_iter().chain(&self.rows).enumerate() {
            let cells = row.iter().zip(&self.columns).zip(&widths).map(|((cell, (_, align)), width)| {
                let gap = " ".repeat(width.saturating_sub(measure_text_width(cell)));
                if *align == Align::Right { gap + cell } else { cell.clone() + &gap }
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            if number > 0 {
                f.write_str("\n")?;
            }
            f.write_str(line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
