//! A list of recipients: the addresses of its rows, and those of its rows that are left, to the byte.

use super::{Outcome, Recipient, Who};
use csv::ByteRecord;

/// Recipients of one list.
pub const RECIPIENTS_MAX: usize = 500_000;
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A list of recipients as it was given, to the byte: what is written of it again is the same.
#[derive(Clone, Debug, Default)]
pub struct RecipientList {
    heading: Option<ByteRecord>,
    rows: Vec<ByteRecord>,
    /// The column that holds addresses.
    column: usize,
    delimiter: u8,
    /// Whether it begins with a byte order mark, by which spreadsheets know UTF-8.
    is_marked: bool,
}

/// Why a list cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadList {
    /// No column holds addresses.
    NoAddresses,
    /// It is no CSV from this line on.
    Unreadable { line: u64 },
    /// It has more rows than [`RECIPIENTS_MAX`].
    TooLong,
}

impl RecipientList {
    /// Reads CSV with commas, semicolons or tabs, with or without a heading.
    ///
    /// # Errors
    /// Where no column holds addresses, it is no CSV, or it has too many rows.
    pub fn read(bytes: &[u8]) -> Result<Self, BadList> {
        // No text has such bytes.
        if let Some(at) = memchr::memchr(0, bytes) {
            let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
            return Err(BadList::Unreadable { line });
        }
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let count = |sign: u8| first.iter().filter(|byte| **byte == sign).count();
        let delimiter = [b';', b'\t', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',');
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes);
        let mut rows = Vec::new();
        for record in reader.byte_records() {
            let line = |error: &csv::Error| error.position().map_or(0, csv::Position::line);
            rows.push(record.map_err(|error| BadList::Unreadable { line: line(&error) })?);
            if rows.len() > RECIPIENTS_MAX {
                return Err(BadList::TooLong);
            }
        }
        let has_address = |row: &ByteRecord| row.iter().position(|cell| cell.contains(&b'@'));
        let column = rows.iter().find_map(has_address).ok_or(BadList::NoAddresses)?;
        let has_heading = rows.first().is_some_and(|row| has_address(row).is_none());
        let heading = has_heading.then(|| rows.remove(0));
        Ok(Self { heading, rows, column, delimiter, is_marked: bytes.starts_with(MARK) })
    }

    /// How many rows it has, without the heading.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The addresses in any column of a row, counted from 1.
    pub(super) fn all_addresses(&self, row: usize) -> Vec<String> {
        self.rows.get(row - 1).map(|row| row.iter().flat_map(addresses_in).collect()).unwrap_or_default()
    }

    /// The addresses of each row that has any, in small letters, and its number from 1.
    pub(super) fn addresses(&self) -> impl Iterator<Item = (usize, Vec<String>)> + '_ {
        let of_row = |row: &ByteRecord| row.get(self.column).map(addresses_in).filter(|found| !found.is_empty());
        self.rows.iter().enumerate().filter_map(move |(index, row)| Some((index + 1, of_row(row)?)))
    }
}

/// `Ann <Ann@x.org>; bob@x.org` are `ann@x.org` and `bob@x.org`.
pub(super) fn addresses_in(cell: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(cell).to_lowercase();
    let between = |sign: char| sign.is_whitespace() || ",;<>\"()/|&\u{feff}".contains(sign);
    let words = text.split(between).map(|word| word.trim_start_matches("mailto:").trim_end_matches('.'));
    words
        .filter(|word| word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()))
        .map(str::to_owned)
        .collect()
}

/// An address as it is compared: `"Ann"+news@x.org` is `ann@x.org`.
pub(crate) fn plain(address: &str) -> String {
    let address = address.trim_matches(['.', '\'', '`', '*', '_', '!']).to_lowercase();
    let Some((name, host)) = address.rsplit_once('@') else { return address };
    let name = name.trim_matches('"').split('+').next().unwrap_or_default();
    format!("{}@{host}", name.trim_matches('"'))
}

/// The rows of `list` that were not started or failed, as CSV under their heading, each byte as it was; and how many. Whether
/// they may be sent is for [`Resume::allows_the_rest`] to say.
pub fn not_sent(list: &RecipientList, who: &Who) -> (usize, Vec<u8>) {
    let is_left = |recipient: &&Recipient| matches!(recipient.outcome, Outcome::NotStarted | Outcome::Failed);
    let rows: Vec<&ByteRecord> =
        who.recipients.iter().filter(is_left).filter_map(|recipient| list.rows.get(recipient.row - 1)).collect();
    let count = rows.len();
    let mark = if list.is_marked { MARK.to_vec() } else { Vec::new() };
    let mut writer = csv::WriterBuilder::new().flexible(true).delimiter(list.delimiter).from_writer(mark);
    for row in list.heading.iter().chain(rows) {
        // Nothing fails that is written to memory.
        let _ = writer.write_byte_record(row);
    }
    (count, writer.into_inner().unwrap_or_default())
}
