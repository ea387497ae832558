//! Recipients, read from the file that the user has: one row at a time, in flat memory, however long the file.
//!
//! Comma, semicolon or tab, UTF-8 with or without BOM, Windows-1252, UTF-16 with BOM, or JSON lines are found out
//! from the first 64 KiB. Nothing is repaired silently: a row that is broken is a [`Problem`] with its physical
//! line, and reading goes on after it; where it cannot go on, the last item says so. Workbooks (`.xlsx`, `.ods`) are
//! read too, whole and within bounds; a row's line is then its number in the sheet.
//!
//! [`encoding`] makes text of bytes → [`dialect`] finds the separator → [`record`] cuts CSV records, [`json`] reads
//! JSON lines, [`workbook`] a sheet → [`Reader`] checks each against the headings → [`filter`] keeps those that
//! `--where` asks for.

mod dialect;
mod encoding;
pub mod filter;
mod json;
mod record;
mod workbook;

#[cfg(test)]
mod tests;

use crate::{
    problem::{Problem, nearest},
    sentence::Sentence,
};
use encoding::{Decoded, Text};
use language::Language;
use record::{Record, RecordError, Records};
use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

pub use encoding::Encoding;
pub use workbook::{Cells, Sheets, WORKBOOK_BYTES_MAX};

/// Bytes looked at to find out encoding and separator.
pub const SAMPLE_BYTES: usize = 64 * 1024;
/// Bytes of one row, and of one JSON line.
pub const ROW_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of one cell.
pub const CELL_BYTES_MAX: usize = 256 * 1024;
/// Columns of a file.
pub const COLUMNS_MAX: usize = 1_000;
/// Characters of a heading.
pub const HEADING_MAX: usize = 200;

/// One recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number that a spreadsheet shows beside it; of JSON, the line. The first is 1.
    pub line: u64,
    /// One per column, in the order of [`Reader::columns`].
    pub values: Vec<String>,
}

/// What the file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv { separator: char },
    JsonLines,
    Workbook,
}

/// How a workbook is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadAs {
    /// The sheet; the first that is not hidden where none is named.
    pub sheet: Option<String>,
    /// In which numbers and dates are shown.
    pub language: Language,
}

/// The rows of a file, as an iterator. Rows in which every cell is empty are passed over.
pub struct Reader<R: Read> {
    name: String,
    columns: Vec<String>,
    body: Body<R>,
    done: bool,
}

enum Body<R: Read> {
    Csv { records: Records<Decoded<R>>, record: Record, text: Text },
    Json(json::Lines<BufReader<Decoded<R>>>),
    Workbook(Box<workbook::SheetLines>),
}

impl Reader<File> {
    /// Opens a file. Problems name it as it was given.
    pub fn open(path: &Path, how: &ReadAs) -> Result<Self, Vec<Problem>> {
        let name = path.display().to_string();
        // Opening a pipe would wait for whoever writes into it.
        if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(vec![Problem::error(&name, Sentence::new("no_file"), Sentence::new("name_csv_or_json"))]);
        }
        let file = File::open(path).map_err(|error| vec![cannot_open(&name, &error)])?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(vec![Problem::error(
                &name,
                Sentence::new("is_directory"),
                Sentence::new("name_recipients_in_it"),
            )]);
        }
        Self::read(file, &name, how)
    }
}

impl<R: Read> Reader<R> {
    /// [`Self::read`], the first sheet where there are several.
    pub fn new(input: R, name: &str) -> Result<Self, Vec<Problem>> {
        Self::read(input, name, &ReadAs::default())
    }

    /// Reads the headings. `name` is how problems name the file.
    pub fn read(mut input: R, name: &str, how: &ReadAs) -> Result<Self, Vec<Problem>> {
        let sample = encoding::sample(&mut input).map_err(|error| vec![unreadable(name, 1, &error)])?;
        if encoding::is_zip(&sample) {
            let (lines, columns) = workbook::SheetLines::new(&sample, input, name, how)?;
            return Ok(Self { name: name.to_owned(), columns, body: Body::Workbook(Box::new(lines)), done: false });
        }
        if how.sheet.is_some() {
            return Err(vec![Problem::error(name, Sentence::new("no_sheets"), Sentence::new("leave_out_sheet"))]);
        }
        Self::of_text(sample, input, name)
    }

    fn of_text(sample: Vec<u8>, input: R, name: &str) -> Result<Self, Vec<Problem>> {
        let fail = |problem: Problem| vec![problem];
        let encoding = encoding::detect(&sample).map_err(|junk| fail(junk.problem(name, &sample)))?;
        let truncated = sample.len() == SAMPLE_BYTES;
        let preview = encoding::preview(&sample, encoding);
        let mut decoded = Decoded::new(sample, input, encoding);
        if preview.trim_ascii_start().is_empty() {
            let remedy = Sentence::new("needs_headings_and_rows");
            return Err(fail(Problem::error(name, Sentence::new("file_empty"), remedy)));
        }
        match preview.trim_ascii_start().first() {
            Some(b'{') => {
                let mut lines = json::Lines::new(BufReader::new(decoded));
                let columns = lines.columns(name)?;
                return Ok(Self { name: name.to_owned(), columns, body: Body::Json(lines), done: false });
            }
            Some(b'[') if dialect::looks_like_json_array(&preview) => {
                let remedy = Sentence::new("json_per_line_bare");
                return Err(fail(Problem::error(name, Sentence::new("json_array"), remedy)));
            }
            _ => {}
        }
        let dialect = dialect::sniff(&preview, truncated);
        decoded.skip(dialect.skipped).map_err(|error| fail(unreadable(name, 1, &error)))?;
        let mut records = Records::new(decoded, dialect.separator, if dialect.skipped > 0 { 2 } else { 1 });
        let (mut record, mut text) = (Record::default(), Text::new(encoding));
        match records.read(&mut record) {
            Ok(true) => {}
            Ok(false) => {
                let remedy = Sentence::new("needs_headings");
                return Err(fail(Problem::error(name, Sentence::new("file_empty"), remedy)));
            }
            Err(error) => return Err(fail(broken(name, &error))),
        }
        let columns = headings(name, &record, &mut text)?;
        Ok(Self { name: name.to_owned(), columns, body: Body::Csv { records, record, text }, done: false })
    }

    /// The headings, trimmed, their inner white space made single spaces.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    pub fn format(&self) -> Format {
        match &self.body {
            Body::Csv { records, .. } => Format::Csv { separator: char::from(records.separator()) },
            Body::Json(_) => Format::JsonLines,
            Body::Workbook(_) => Format::Workbook,
        }
    }

    /// As far as it is known by now: plain ASCII counts as UTF-8.
    pub fn encoding(&self) -> Encoding {
        match &self.body {
            Body::Csv { text, .. } => text.encoding(),
            Body::Json(_) | Body::Workbook(_) => Encoding::Utf8,
        }
    }

    /// The workbook's sheets; `None` where it is none.
    pub fn sheets(&self) -> Option<&Sheets> {
        match &self.body {
            Body::Workbook(lines) => Some(&lines.sheets),
            Body::Csv { .. } | Body::Json(_) => None,
        }
    }

    /// How the cells of the rows are called; `None` where they have no names.
    pub fn cells(&self) -> Option<&Cells> {
        match &self.body {
            Body::Workbook(lines) => Some(&lines.cells),
            Body::Csv { .. } | Body::Json(_) => None,
        }
    }

    /// The file's name in problems.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let Self { name, columns, body, done } = self;
        let next = match body {
            Body::Json(lines) => lines.next_row(name, columns),
            Body::Workbook(lines) => lines.next_row(name, columns),
            Body::Csv { records, record, text } => loop {
                match records.read(record) {
                    Ok(true) if record.is_blank() => {}
                    Ok(true) => break Next::Row(row(name, columns, record, text)),
                    Ok(false) => break Next::End,
                    Err(error @ RecordError::Io { .. }) => break Next::Fatal(broken(name, &error)),
                    Err(error) => break Next::Fatal(stopped(broken(name, &error), records.last_line())),
                }
            },
        };
        *done = !matches!(next, Next::Row(_));
        match next {
            Next::Row(row) => Some(row),
            Next::Fatal(problem) => Some(Err(problem.hiding_rows())),
            Next::End => None,
        }
    }
}

/// What reading on has given.
enum Next {
    /// A row, or what is wrong with it; reading may go on.
    Row(Result<Row, Problem>),
    /// Reading cannot go on.
    Fatal(Problem),
    End,
}

/// The place of the column called `name` among `columns`.
pub fn column_index(columns: &[String], name: &str) -> Result<usize, UnknownColumn> {
    columns.iter().position(|column| column == name).ok_or_else(|| UnknownColumn {
        name: name.to_owned(),
        suggestion: nearest(name, columns.iter().map(String::as_str)).map(str::to_owned),
        columns: columns.iter().take(20).cloned().collect(),
    })
}

/// No column has that heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownColumn {
    pub name: String,
    pub suggestion: Option<String>,
    /// Some of those that there are.
    pub columns: Vec<String>,
}

impl UnknownColumn {
    pub fn what(&self) -> Sentence {
        Sentence::new("no_column").with("column", &self.name)
    }

    pub fn remedy(&self) -> Sentence {
        match &self.suggestion {
            Some(column) => Sentence::new("did_you_mean").with("column", column),
            None => {
                let columns: Vec<_> = self.columns.iter().map(|c| format!("\"{c}\"")).collect();
                Sentence::new("columns_are").with("columns", columns.join(", "))
            }
        }
    }
}

fn headings(name: &str, record: &Record, text: &mut Text) -> Result<Vec<String>, Vec<Problem>> {
    let line = record.line;
    if let Some(quote_line) = record.torn {
        return Err(vec![torn(name, record, quote_line)]);
    }
    if record.len() > COLUMNS_MAX {
        return Err(vec![too_many_columns(name, line, record.len())]);
    }
    let mut columns: Vec<String> = Vec::new();
    for field in record.fields() {
        let heading = text.decode(record, field).map_err(|_| vec![not_utf8(name, line)])?;
        columns.push(clean_heading(&heading));
    }
    match headings_of(name, line, columns.iter().zip(1..)) {
        Ok(()) => Ok(columns),
        Err(problems) => Err(problems.into_iter().map(|(_, problem)| problem).collect()),
    }
}

/// Whether headings, each with the number of its column, can head columns; what is wrong, with the number concerned.
fn headings_of<'a>(
    name: &str,
    line: u64,
    mut headings: impl Iterator<Item = (&'a String, usize)> + Clone,
) -> Result<(), Vec<(Option<usize>, Problem)>> {
    let mut problems = Vec::new();
    for (index, (heading, number)) in headings.clone().enumerate() {
        let twin = || headings.clone().take(index).find(|(earlier, _)| *earlier == heading);
        let problem = if heading.is_empty() {
            let what = Sentence::new("no_heading").with("number", number);
            Problem::error(name, what, Sentence::new("write_heading"))
        } else if heading.chars().count() > HEADING_MAX {
            let what = Sentence::new("heading_too_long").with("number", number).with("most", HEADING_MAX);
            Problem::error(name, what, Sentence::new("begins_with_headings"))
        } else if let Some((_, first)) = twin() {
            let what = Sentence::new("heading_twice").with("first", first).with("number", number);
            Problem::error(name, what.with("heading", heading), Sentence::new("rename_one")).in_column(heading)
        } else if heading.contains(crate::address::is_forbidden) {
            let what = Sentence::new("heading_control").with("number", number);
            Problem::error(name, what, Sentence::new("delete"))
        } else {
            continue;
        };
        problems.push((Some(number), problem.at(line)));
    }
    let is_address = |heading: &str| heading.contains('@') && heading.parse::<crate::address::Mailbox>().is_ok();
    if let Some((address, number)) = headings.find(|(heading, _)| is_address(heading)) {
        let what = Sentence::new("address_as_heading").with("address", address);
        problems.insert(0, (Some(number), Problem::error(name, what, Sentence::new("add_headings")).at(line)));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn too_many_columns(name: &str, line: u64, count: usize) -> Problem {
    let what = Sentence::new("too_many_columns").with("count", count).with("most", COLUMNS_MAX);
    Problem::error(name, what, Sentence::new("keep_used_columns")).at(line)
}

fn cell_too_long(name: &str, line: u64, column: &str) -> Problem {
    let what = Sentence::new("cell_too_long").with("column", column).with("most", CELL_BYTES_MAX);
    Problem::error(name, what, Sentence::new("shorten")).in_column(column).at(line)
}

fn clean_heading(heading: &str) -> String {
    heading.trim_matches('\u{feff}').split_whitespace().collect::<Vec<_>>().join(" ")
}

fn row(name: &str, columns: &[String], record: &Record, text: &mut Text) -> Result<Row, Problem> {
    let line = record.line;
    let (found, wanted) = (record.len(), columns.len());
    // Spreadsheets write separators for empty cells beyond the last heading.
    let surplus_is_blank = found > wanted && record.fields().skip(wanted).all(|field| field.trim_ascii().is_empty());
    if found != wanted && !surplus_is_blank {
        return Err(wrong_count(name, record, wanted));
    }
    if let Some(quote_line) = record.torn {
        return Err(torn(name, record, quote_line));
    }
    let mut values = Vec::with_capacity(wanted);
    for (field, column) in record.fields().zip(columns) {
        if field.len() > CELL_BYTES_MAX {
            return Err(cell_too_long(name, line, column));
        }
        let value = text.decode(record, field).map_err(|_| not_utf8(name, line).in_column(column))?;
        check_value(name, line, column, &value)?;
        values.push(value.into_owned());
    }
    Ok(Row { line, values })
}

/// Refuses what no cell of text holds; line breaks and tabs may be there.
fn check_value(name: &str, line: u64, column: &str, value: &str) -> Result<(), Problem> {
    match value.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        None => Ok(()),
        Some(c) => {
            let what = Sentence::new("cell_control").with("column", column);
            let what = what.with("character", format!("{:04X}", u32::from(c)));
            Err(Problem::error(name, what, Sentence::new("delete_or_save_utf8")).in_column(column).at(line))
        }
    }
}

fn wrong_count(name: &str, record: &Record, wanted: usize) -> Problem {
    let found = match record.len() {
        1 => Sentence::new("one_field"),
        count => Sentence::new("fields").with("count", count),
    };
    let what = Sentence::new("wrong_count").with_sentence("found", found).with("wanted", wanted);
    let remedy = if record.lines > 1 {
        Sentence::new("runs_on").with("lines", record.lines)
    } else if record.len() > wanted {
        Sentence::new("quote_separator")
    } else {
        Sentence::new("complete_or_delete")
    };
    let problem = Problem::error(name, what, remedy).at(record.line);
    if record.lines > 1 { problem.hiding_rows() } else { problem }
}

fn torn(name: &str, record: &Record, quote_line: u64) -> Problem {
    let what = Sentence::new("torn").with("from", quote_line).with("to", record.line + record.lines - 1);
    Problem::error(name, what, Sentence::new("close_or_double")).at(record.line).hiding_rows()
}

/// What ended the reading, and how much is left unread.
fn stopped(problem: Problem, last_line: u64) -> Problem {
    let line = problem.line.unwrap_or(1);
    let stopped = match last_line {
        last if last > line => Sentence::new("stopped_lines").with("last", last),
        _ => Sentence::new("stopped_line"),
    };
    Problem { what: stopped.with("line", line).with_sentence("what", problem.what), ..problem }
}

fn broken(name: &str, error: &RecordError) -> Problem {
    match error {
        RecordError::Io { line, error } => unreadable(name, *line, error),
        RecordError::Unclosed { line, quote_line } => {
            let what = if line == quote_line {
                Sentence::new("unclosed")
            } else {
                Sentence::new("unclosed_from").with("line", quote_line)
            };
            Problem::error(name, what, Sentence::new("close_or_double_short")).at(*line)
        }
        RecordError::TooLong { line, quote_line } => {
            let what = Sentence::new("row_too_long").with("most", ROW_BYTES_MAX);
            let remedy = match quote_line {
                Some(quote_line) => Sentence::new("quote_never_closed").with("line", quote_line),
                None => Sentence::new("text_with_rows"),
            };
            Problem::error(name, what, remedy).at(*line)
        }
        RecordError::TooManyFields { line } => {
            let what = Sentence::new("too_many_fields").with("most", 2 * COLUMNS_MAX);
            Problem::error(name, what, Sentence::new("shorten")).at(*line)
        }
    }
}

fn not_utf8(name: &str, line: u64) -> Problem {
    Problem::error(name, Sentence::new("not_utf8"), Sentence::new("save_one_encoding")).at(line)
}

fn cannot_open(name: &str, error: &std::io::Error) -> Problem {
    let remedy = match error.kind() {
        std::io::ErrorKind::NotFound => Sentence::new("check_path"),
        std::io::ErrorKind::PermissionDenied => Sentence::new("give_right"),
        _ => Sentence::new("check_file"),
    };
    Problem::error(name, Sentence::new("cannot_open").with_sentence("error", Sentence::of_system(error)), remedy)
}

fn unreadable(name: &str, line: u64, error: &std::io::Error) -> Problem {
    let remedy = if error.kind() == std::io::ErrorKind::InvalidData {
        Sentence::new("save_utf8")
    } else {
        Sentence::new("check_disk")
    };
    Problem::error(
        name,
        Sentence::new("cannot_read_further").with_sentence("error", Sentence::of_system(error)),
        remedy,
    )
    .at(line)
}
