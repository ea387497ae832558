//! Finds out what parts the cells: the separator that cuts the most rows like the headings.

use super::record::{Record, Records};

/// Rows looked at.
const ROWS: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) separator: u8,
    /// Bytes of a first line `sep=;`, as Excel writes and reads it, to be passed over.
    pub(super) skipped: usize,
}

/// `truncated` says that the sample stops in the middle of a row.
pub(super) fn sniff(sample: &[u8], truncated: bool) -> Dialect {
    if let Some(declared) = declared(sample) {
        return declared;
    }
    // In the order of preference where everything else is equal.
    let best = *b";\t,"
        .iter()
        .map(|separator| (score(sample, *separator, truncated), *separator))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .as_ref()
        .map_or(&b';', |(_, separator)| separator);
    Dialect { separator: best, skipped: 0 }
}

pub(super) fn looks_like_json_array(sample: &[u8]) -> bool {
    let inside = sample.trim_ascii_start().strip_prefix(b"[").unwrap_or_default().trim_ascii_start();
    inside.is_empty() || matches!(inside.first(), Some(b'{' | b'['))
}

fn declared(sample: &[u8]) -> Option<Dialect> {
    let rest = sample.strip_prefix(b"sep=").or_else(|| sample.strip_prefix(b"\"sep="))?;
    let separator = *rest.first().filter(|separator| b";,\t|".contains(separator))?;
    let end = sample.iter().position(|byte| *byte == b'\n')?;
    // Nothing else stands on that line.
    (end < 10).then_some(Dialect { separator, skipped: end + 1 })
}

/// Whether it parts anything at all, then how many rows in a thousand have as many cells as the headings, then how
/// many cells those are.
fn score(sample: &[u8], separator: u8, truncated: bool) -> (bool, usize, usize) {
    let mut records = Records::new(sample, separator, 1);
    let (mut record, mut counts) = (Record::default(), Vec::new());
    while counts.len() <= ROWS && matches!(records.read(&mut record), Ok(true)) {
        if !record.is_blank() {
            counts.push(record.len());
        }
    }
    if truncated && counts.len() > 2 && counts.len() <= ROWS {
        counts.pop();
    }
    let Some((headings, rows)) = counts.split_first() else { return (false, 0, 0) };
    let alike = rows.iter().filter(|count| *count == headings).count();
    (*headings > 1, alike * 1_000 / rows.len().max(1), *headings)
}
