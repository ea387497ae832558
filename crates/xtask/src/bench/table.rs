//! Results as a Markdown table: medians with their spread, and how one side compares with the other.

use super::Samples;
use std::fmt::Write;

/// Rows of measurements under the caller's first columns; the last columns are always the same.
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    /// `labels` name the leading columns, such as what is measured and its unit.
    pub(crate) fn new(labels: &[&str]) -> Self {
        let fixed = ["median", "min–max", "runs", "beside", "median", "ratio"];
        let header = labels.iter().chain(&fixed).map(ToString::to_string).collect();
        Self { header, rows: Vec::new(), notes: Vec::new() }
    }

    /// A table of figures that are not measured several times; filled with [`Table::fact`].
    pub(crate) fn facts(header: &[&str]) -> Self {
        Self { header: header.iter().map(ToString::to_string).collect(), rows: Vec::new(), notes: Vec::new() }
    }

    /// A row of [`Table::facts`], a cell for each column.
    pub(crate) fn fact(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(ToString::to_string).collect());
    }

    /// `ours` beside `peer`, measured in the same run: the ratio is ours divided by theirs.
    pub(crate) fn ratio(&mut self, labels: &[&str], ours: &Samples, peer: &str, theirs: &Samples) {
        let ratio = match (ours.median(), theirs.median()) {
            (Some(ours), Some(theirs)) if theirs != 0.0 => format!("{:.2}", ours / theirs),
            _ => "–".to_owned(),
        };
        self.row(labels, ours, [peer.to_owned(), number(theirs.median()), ratio]);
    }

    /// A measurement that has nothing to stand beside.
    pub(crate) fn value(&mut self, labels: &[&str], ours: &Samples) {
        self.row(labels, ours, ["–"; 3].map(str::to_owned));
    }

    /// A line below the table: the machine, a version, a caveat.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(crate) fn to_markdown(&self) -> String {
        let mut text = String::new();
        let mut line = |cells: &[String]| {
            let _ = writeln!(
                text,
                "| {} |",
                cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | ")
            );
        };
        line(&self.header);
        line(&vec!["---".to_owned(); self.header.len()]);
        self.rows.iter().for_each(|row| line(row));
        for note in &self.notes {
            let _ = write!(text, "\n{note}\n");
        }
        text
    }

    fn row(&mut self, labels: &[&str], ours: &Samples, beside: [String; 3]) {
        let spread = match (ours.min(), ours.max()) {
            (Some(min), Some(max)) if min < max => format!("{}–{}", number(Some(min)), number(Some(max))),
            _ => "–".to_owned(),
        };
        let mut cells: Vec<String> = labels.iter().map(ToString::to_string).collect();
        cells.resize(self.header.len() - 6, String::new());
        cells.extend([number(ours.median()), spread, ours.len().to_string()]);
        cells.extend(beside);
        self.rows.push(cells);
    }
}

/// About three significant digits, never an exponent.
fn number(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) if value.abs() >= 0.1 || value == 0.0 => format!("{value:.2}"),
        Some(value) => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_as_markdown() {
        let mut table = Table::new(&["what", "unit"]);
        table.ratio(&["send | text", "/s"], &Samples::from([1_900.0, 2_100.0]), "peer 1.2", &Samples::from([500.0]));
        table.value(&["memory"], &Samples::from([61.25, 60.0, 64.0]));
        table.ratio(&["nothing", "s"], &Samples::default(), "peer", &Samples::from([0.0]));
        table.note("2 cores.");
        let expected = "\
| what | unit | median | min–max | runs | beside | median | ratio |
| --- | --- | --- | --- | --- | --- | --- | --- |
| send \\| text | /s | 2000 | 1900–2100 | 2 | peer 1.2 | 500 | 4.00 |
| memory |  | 61.2 | 60.0–64.0 | 3 | – | – | – |
| nothing | s | – | – | 0 | peer | 0.00 | – |

2 cores.
";
        assert_eq!(table.to_markdown(), expected);
    }
}
