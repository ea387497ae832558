//! Workbooks: `.xlsx` as Excel saves them, `.ods` as LibreOffice does. A sheet is read whole, and kept as its texts.
//!
//! A workbook is an archive from outside: how many parts it has, how much they grow to, and what is kept of them are
//! bounded before anything is taken from them (docs/decisions/0010).

mod ods;
mod shown;
mod xlsx;

#[cfg(test)]
mod tests;

use super::{
    CELL_BYTES_MAX, COLUMNS_MAX, Next, ReadAs, Row, cell_too_long, check_value, clean_heading, headings_of,
    too_many_columns, unreadable,
};
use crate::{problem::Problem, sentence::Sentence};
use std::{
    io::{Cursor, Read},
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
};
use zip::ZipArchive;

/// Bytes of a workbook: what is longer is read as CSV, row by row.
pub const WORKBOOK_BYTES_MAX: usize = 64 << 20;
/// Parts of the archive.
const PARTS_MAX: usize = 10_000;
/// Bytes of a sheet's XML. A hundred thousand rows of ten cells are forty million.
const SHEET_BYTES_MAX: u64 = 256 << 20;
/// Of the texts that cells share, of the styles, and of any other part.
const TEXTS_BYTES_MAX: u64 = 64 << 20;
const STYLES_BYTES_MAX: u64 = 4 << 20;
const PART_BYTES_MAX: u64 = 16 << 20;
/// Bytes of all cells of the sheet as they are shown, and cells that are not empty.
const SHOWN_BYTES_MAX: usize = 128 << 20;
const CELLS_MAX: usize = 5_000_000;
/// Rows and columns that a sheet can have in Excel, and in LibreOffice.
const ROWS_MAX: u32 = 1_048_576;
const COLUMNS_OF_SHEET_MAX: u32 = 16_384;

/// Where a row's cells stand, for people: `Feuil1!C14`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    sheet: String,
    /// The letters of each column, by its heading.
    columns: Vec<(String, String)>,
}

impl Cells {
    /// The cell of a column in a row; the row alone where no column is named, or one that there is not.
    pub fn name(&self, line: u64, column: Option<&str>) -> String {
        let letters = column.and_then(|heading| self.columns.iter().find(|(known, _)| known == heading));
        cell_name(&self.sheet, letters.map_or("", |(_, letters)| letters), line)
    }
}

fn cell_name(sheet: &str, letters: &str, line: u64) -> String {
    let is_plain = sheet.chars().all(|c| c.is_alphanumeric() || c == '_') && !sheet.is_empty();
    if is_plain {
        format!("{sheet}!{letters}{line}")
    } else {
        format!("'{}'!{letters}{line}", sheet.replace('\'', "''"))
    }
}

/// `A` … `Z`, `AA` …
fn letters(column: u32) -> String {
    let (mut rest, mut letters) = (column + 1, Vec::new());
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The sheet that was read, and the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheets {
    pub chosen: String,
    /// All of the workbook, in its order, hidden ones included.
    pub all: Vec<String>,
}

/// What a reader of a format has found.
#[derive(Debug, Default)]
struct WorkbookCells {
    /// Names, and whether a person sees them.
    sheets: Vec<(String, bool)>,
    grid: Grid,
}

/// The cells of a sheet that are not empty, as they are shown.
#[derive(Debug, Default)]
struct Grid {
    text: String,
    cells: Vec<Cell>,
}

#[derive(Clone, Debug)]
struct Cell {
    row: u32,
    column: u32,
    text: Range<u32>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Value,
    /// `#N/A`: what a formula shows that has come to nothing.
    Fault,
}

/// Why a workbook cannot be read.
#[derive(Debug)]
enum Broken {
    /// In words of the library's, or ours.
    Damaged,
    /// An .xlsb.
    Binary,
    /// An archive of other things.
    NoWorkbook,
    Encrypted,
    TooLarge(Sentence),
    NoSheet(String, Vec<String>),
}

impl Grid {
    fn push(&mut self, row: u32, column: u32, kind: Kind, text: &str) -> Result<(), Broken> {
        if text.trim().is_empty() {
            return Ok(());
        }
        if row >= ROWS_MAX || column >= COLUMNS_OF_SHEET_MAX {
            return Err(Broken::Damaged);
        }
        if self.cells.len() >= CELLS_MAX || self.text.len() + text.len() > SHOWN_BYTES_MAX {
            return Err(Broken::TooLarge(Sentence::new("sheet_too_large")));
        }
        let start = self.text.len() as u32;
        self.text.push_str(text);
        self.cells.push(Cell { row, column, text: start..self.text.len() as u32, kind });
        Ok(())
    }

    fn shown(&self, cell: &Cell) -> &str {
        self.text.get(cell.text.start as usize..cell.text.end as usize).unwrap_or_default()
    }

    /// The cells of the row that begins at `at`, and where the next one begins.
    fn row(&self, at: usize) -> (&[Cell], usize) {
        let Some(first) = self.cells.get(at) else { return (&[], at) };
        let count = self.cells[at..].iter().take_while(|cell| cell.row == first.row).count();
        (&self.cells[at..at + count], at + count)
    }
}

/// The rows of a sheet below its headings.
pub(super) struct SheetLines {
    grid: Grid,
    at: usize,
    pub(super) sheets: Sheets,
    pub(super) cells: Cells,
    /// The sheet's column of each heading.
    places: Vec<u32>,
}

impl SheetLines {
    /// `sample` is what was read of the workbook already.
    pub(super) fn new(
        sample: &[u8],
        rest: impl Read,
        name: &str,
        how: &ReadAs,
    ) -> Result<(Self, Vec<String>), Vec<Problem>> {
        let mut bytes = sample.to_vec();
        let room = (WORKBOOK_BYTES_MAX + 1).saturating_sub(bytes.len()) as u64;
        rest.take(room).read_to_end(&mut bytes).map_err(|error| vec![unreadable(name, 1, &error)])?;
        let found = found(&bytes, how).map_err(|broken| vec![refusal(name, broken)])?;
        Self::of(found, name, how).map_err(|problems| problems.into_iter().map(Problem::hiding_rows).collect())
    }

    fn of(found: WorkbookCells, name: &str, how: &ReadAs) -> Result<(Self, Vec<String>), Vec<Problem>> {
        let WorkbookCells { sheets, mut grid } = found;
        // Sheets keep them in this order; nothing says that whoever made the file did.
        grid.cells.sort_by_key(|cell| (cell.row, cell.column));
        let all: Vec<String> = sheets.iter().map(|(sheet, _)| sheet.clone()).collect();
        let chosen = chosen(&sheets, how.sheet.as_deref()).unwrap_or_default().to_owned();
        let (first, next) = grid.row(0);
        let Some(line) = first.first().map(|cell| cell.row) else {
            let (what, remedy) = (Sentence::new("sheet_empty").with("sheet", &chosen), sheet_remedy(&all));
            return Err(vec![Problem::error(name, what, remedy)]);
        };
        let places = places(&grid, first);
        if places.len() > COLUMNS_MAX {
            return Err(vec![too_many_columns(name, u64::from(line) + 1, places.len())]);
        }
        let heading =
            |place: &u32| first.iter().rfind(|cell| cell.column == *place).map_or("", |cell| grid.shown(cell));
        let headings: Vec<String> = places.iter().map(|place| clean_heading(heading(place))).collect();
        let cells = Cells {
            sheet: chosen.clone(),
            columns: headings.iter().cloned().zip(places.iter().map(|place| letters(*place))).collect(),
        };
        let numbers = places.iter().map(|place| *place as usize + 1);
        let line = u64::from(line) + 1;
        headings_of(name, line, headings.iter().zip(numbers)).map_err(|problems| {
            let at = |(number, problem): (Option<usize>, Problem)| {
                let letters = number.map(|number| letters(number as u32 - 1)).unwrap_or_default();
                problem.in_cell(cell_name(&chosen, &letters, line))
            };
            problems.into_iter().map(at).collect::<Vec<_>>()
        })?;
        let sheets = Sheets { chosen, all };
        Ok((Self { at: next, grid, sheets, cells, places }, headings))
    }

    pub(super) fn next_row(&mut self, name: &str, columns: &[String]) -> Next {
        let (cells, next) = self.grid.row(self.at);
        let Some(line) = cells.first().map(|cell| u64::from(cell.row) + 1) else { return Next::End };
        self.at = next;
        Next::Row(self.row(cells, line, name, columns).map_err(|problem| {
            let cell = self.cells.name(line, problem.column.as_deref());
            problem.in_cell(cell)
        }))
    }

    fn row(&self, cells: &[Cell], line: u64, name: &str, columns: &[String]) -> Result<Row, Problem> {
        let mut values = vec![String::new(); columns.len()];
        for cell in cells {
            // Each column with anything in it has its heading.
            let Ok(index) = self.places.binary_search(&cell.column) else { continue };
            let (column, text) = (&columns[index], self.grid.shown(cell));
            if cell.kind == Kind::Fault {
                let what = Sentence::new("cell_fault").with("column", column).with("shown", text);
                return Err(Problem::error(name, what, Sentence::new("correct_formula")).in_column(column).at(line));
            }
            if text.len() > CELL_BYTES_MAX {
                return Err(cell_too_long(name, line, column));
            }
            check_value(name, line, column, text)?;
            text.clone_into(&mut values[index]);
        }
        Ok(Row { line, values })
    }
}

/// The columns that hold anything: those between them that are empty throughout only make room.
fn places(grid: &Grid, headings: &[Cell]) -> Vec<u32> {
    let mut places: Vec<u32> = headings.iter().map(|cell| cell.column).collect();
    let mut seen = vec![false; COLUMNS_OF_SHEET_MAX as usize];
    for cell in &grid.cells {
        if let Some(seen) = seen.get_mut(cell.column as usize) {
            *seen = true;
        }
    }
    places.extend(seen.iter().zip(0..).filter(|(seen, _)| **seen).map(|(_, column)| column));
    places.sort_unstable();
    places.dedup();
    places
}

/// The sheet asked for, or the first that people see.
fn chosen<'a>(sheets: &'a [(String, bool)], wanted: Option<&str>) -> Option<&'a str> {
    let found = match wanted {
        Some(wanted) => sheets.iter().find(|(name, _)| name == wanted),
        None => sheets.iter().find(|(_, is_seen)| *is_seen).or(sheets.first()),
    };
    found.map(|(name, _)| name.as_str())
}

fn found(bytes: &[u8], how: &ReadAs) -> Result<WorkbookCells, Broken> {
    if bytes.len() > WORKBOOK_BYTES_MAX {
        return Err(Broken::TooLarge(Sentence::new("workbook_too_large")));
    }
    // Each part has such a head in the archive's directory, of which the library makes a list before it is asked.
    if memchr::memmem::find_iter(bytes, b"PK\x01\x02").take(PARTS_MAX + 1).count() > PARTS_MAX {
        return Err(Broken::TooLarge(Sentence::new("workbook_too_large")));
    }
    // Made-up numbers make the library compute beyond its integers, which ends in a panic where those are checked.
    let read = AssertUnwindSafe(|| {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        match kind(&mut archive)? {
            Workbook::Excel => {
                weigh(&mut archive)?;
                xlsx::read(bytes, how)
            }
            Workbook::OpenDocument => ods::read(&mut archive, how),
        }
    });
    catch_unwind(read).unwrap_or(Err(Broken::Damaged))
}

enum Workbook {
    Excel,
    OpenDocument,
}

fn kind(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<Workbook, Broken> {
    let mut mime = String::new();
    if let Ok(part) = archive.by_name("mimetype") {
        part.take(100).read_to_string(&mut mime).map_err(damaged)?;
    }
    let has = |name: &str| archive.file_names().flatten().any(|known| known.eq_ignore_ascii_case(name));
    match mime.trim() {
        "application/vnd.oasis.opendocument.spreadsheet"
        | "application/vnd.oasis.opendocument.spreadsheet-template" => Ok(Workbook::OpenDocument),
        "" if has("xl/workbook.bin") => Err(Broken::Binary),
        "" if has("[Content_Types].xml") => Ok(Workbook::Excel),
        _ => Err(Broken::NoWorkbook),
    }
}

/// Unpacks every part once, to know how long it really is, before the library keeps what is in it.
fn weigh(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), Broken> {
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        let most = match &name {
            name if name.ends_with("sharedstrings.xml") => TEXTS_BYTES_MAX,
            name if name.ends_with("styles.xml") => STYLES_BYTES_MAX,
            name if name.contains("sheet") && name.ends_with(".xml") => SHEET_BYTES_MAX,
            name if name.ends_with(".xml") || name.ends_with(".rels") => PART_BYTES_MAX,
            // Pictures and the like.
            _ => TEXTS_BYTES_MAX,
        };
        let mut part = part.take(most + 1);
        let mut head = Vec::new();
        let mut length = (&mut part).take(4096).read_to_end(&mut head).map_err(damaged)? as u64;
        length += std::io::copy(&mut part, &mut std::io::sink()).map_err(damaged)?;
        if length > most {
            return Err(Broken::TooLarge(Sentence::new("workbook_bomb")));
        }
        // The library makes room for as many texts as the part says it has.
        if name.ends_with("sharedstrings.xml") && promised(&head) > length {
            return Err(Broken::Damaged);
        }
    }
    Ok(())
}

/// The largest number at the beginning of a part: of texts, among others.
fn promised(head: &[u8]) -> u64 {
    let head = String::from_utf8_lossy(head);
    let Some((_, count)) = head.split_once("uniqueCount") else { return 0 };
    let digits: String = count
        .trim_start_matches(|c: char| c == '=' || c == '"' || c == '\'' || c.is_whitespace())
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    if digits.len() > 18 { u64::MAX } else { digits.parse().unwrap_or(0) }
}

/// What exactly a library did not understand helps nobody who made the file with a spreadsheet.
fn damaged(error: impl std::fmt::Display) -> Broken {
    tracing::debug!(%error, "a workbook cannot be read");
    Broken::Damaged
}

fn refusal(name: &str, broken: Broken) -> Problem {
    let (what, remedy) = match broken {
        Broken::Damaged => (Sentence::new("workbook_damaged"), Sentence::new("save_workbook")),
        Broken::Binary => (Sentence::new("workbook_binary"), Sentence::new("save_workbook")),
        Broken::NoWorkbook => (Sentence::new("no_workbook"), Sentence::new("save_workbook")),
        Broken::Encrypted => (Sentence::new("workbook_encrypted"), Sentence::new("save_without_password")),
        Broken::TooLarge(what) => (what.with("most", WORKBOOK_BYTES_MAX >> 20), Sentence::new("save_as_csv")),
        Broken::NoSheet(wanted, all) => (Sentence::new("no_sheet").with("sheet", wanted), sheet_remedy(&all)),
    };
    Problem::error(name, what, remedy).hiding_rows()
}

fn sheet_remedy(all: &[String]) -> Sentence {
    let names: Vec<String> = all.iter().take(20).map(|sheet| format!("\"{sheet}\"")).collect();
    match all {
        [_] | [] => Sentence::new("fill_sheet"),
        _ => Sentence::new("sheets_are").with("sheets", names.join(", ")),
    }
}
