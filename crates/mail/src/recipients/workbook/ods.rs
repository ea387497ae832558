//! `.ods`: the cells of a sheet as the text that LibreOffice shows in them (OpenDocument 1.3, part 3).
//!
//! The file holds what each cell shows beside its value, so nothing is to be computed again; only what programs wrote
//! without that text is made from the value.

use super::{Broken, Grid, Kind, ROWS_MAX, ReadAs, SHEET_BYTES_MAX, WorkbookCells, chosen, damaged, shown};
use crate::sentence::Sentence;
use language::Language;
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use std::{
    collections::HashSet,
    io::{BufReader, Cursor, Read},
};
use zip::{ZipArchive, result::ZipError};

pub(super) fn read(archive: &mut ZipArchive<Cursor<&[u8]>>, how: &ReadAs) -> Result<WorkbookCells, Broken> {
    refuse_encrypted(archive)?;
    let sheets = walk(archive, None, how.language)?.sheets;
    let Some(name) = chosen(&sheets, how.sheet.as_deref()).map(str::to_owned) else {
        let all = sheets.into_iter().map(|(name, _)| name).collect();
        return Err(Broken::NoSheet(how.sheet.clone().unwrap_or_default(), all));
    };
    walk(archive, Some(&name), how.language)
}

fn refuse_encrypted(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), Broken> {
    let mut manifest = Vec::new();
    match archive.by_name("META-INF/manifest.xml") {
        Ok(part) => part.take(super::PART_BYTES_MAX).read_to_end(&mut manifest).map_err(damaged)?,
        Err(ZipError::FileNotFound) => return Ok(()),
        Err(error) => return Err(damaged(error)),
    };
    if memchr::memmem::find(&manifest, b"encryption-data").is_some() { Err(Broken::Encrypted) } else { Ok(()) }
}

/// Every sheet's name, and the cells of the one called `wanted`.
fn walk(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    wanted: Option<&str>,
    language: Language,
) -> Result<WorkbookCells, Broken> {
    let part = archive.by_name("content.xml").map_err(damaged)?;
    let mut bounded = part.take(SHEET_BYTES_MAX);
    let mut walk = Walk::new(wanted, language);
    {
        let mut xml = Reader::from_reader(BufReader::new(&mut bounded));
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Start(element)) => walk.start(&element)?,
                Ok(Event::Empty(element)) => {
                    walk.start(&element)?;
                    walk.end(element.name().as_ref())?;
                }
                Ok(Event::End(element)) => walk.end(element.name().as_ref())?,
                Ok(Event::Text(text)) => walk.text(&text.xml10_content()),
                Ok(Event::CData(text)) => walk.text(&text.xml10_content()),
                Ok(Event::GeneralRef(reference)) => {
                    if let Ok(Some(c)) = reference.resolve_char_ref() {
                        walk.text(c.encode_utf8(&mut [0; 4]));
                    } else {
                        walk.text(quick_xml::escape::resolve_predefined_entity(&reference).unwrap_or_default());
                    }
                }
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(_) if walk.is_done => break,
                Err(error) => {
                    drop(xml);
                    return Err(if bounded.limit() == 0 {
                        Broken::TooLarge(Sentence::new("workbook_bomb"))
                    } else {
                        damaged(error)
                    });
                }
            }
        }
    }
    if bounded.limit() == 0 {
        return Err(Broken::TooLarge(Sentence::new("workbook_bomb")));
    }
    Ok(WorkbookCells { sheets: walk.sheets, grid: walk.grid })
}

/// A cell that is open.
#[derive(Default)]
struct Open {
    text: String,
    /// Paragraphs begun.
    paragraphs: u32,
    repeats: u32,
    /// Its value, where it says one: a type, and what is then to be read.
    kind: String,
    value: String,
}

struct Walk<'a> {
    wanted: Option<&'a str>,
    language: Language,
    sheets: Vec<(String, bool)>,
    grid: Grid,
    /// Styles by which sheets are hidden.
    hidden: HashSet<String>,
    style: String,
    is_done: bool,
    in_sheet: bool,
    row: u32,
    row_repeats: u32,
    column: u32,
    cell: Option<Open>,
    /// Paragraphs and notes that are open: a note's are not what the cell shows.
    depth: u32,
    notes: u32,
}

impl<'a> Walk<'a> {
    fn new(wanted: Option<&'a str>, language: Language) -> Self {
        Self {
            wanted,
            language,
            sheets: Vec::new(),
            grid: Grid::default(),
            hidden: HashSet::new(),
            style: String::new(),
            is_done: false,
            in_sheet: false,
            row: 0,
            row_repeats: 1,
            column: 0,
            cell: None,
            depth: 0,
            notes: 0,
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Broken> {
        match element.name().as_ref() {
            "style:style" => self.style = attribute(element, "style:name")?,
            "style:table-properties" if attribute(element, "table:display")? == "false" => {
                self.hidden.insert(self.style.clone());
            }
            "table:table" => self.sheet(element)?,
            "office:annotation" => self.notes += 1,
            _ if !self.in_sheet || self.notes > 0 => {}
            "table:table-row" => {
                self.column = 0;
                self.row_repeats = repeats(element, "table:number-rows-repeated")?;
            }
            "table:table-cell" | "table:covered-table-cell" => self.cell = Some(open(element)?),
            "text:p" => {
                self.depth += 1;
                if let Some(cell) = &mut self.cell {
                    cell.paragraphs += 1;
                    if cell.paragraphs > 1 {
                        cell.text.push('\n');
                    }
                }
            }
            "text:s" => {
                let count = repeats(element, "text:c")?.min(1_000);
                self.text(&" ".repeat(count as usize));
            }
            "text:tab" => self.text("\t"),
            "text:line-break" => self.text("\n"),
            _ => {}
        }
        Ok(())
    }

    fn sheet(&mut self, element: &BytesStart<'_>) -> Result<(), Broken> {
        let name = attribute(element, "table:name")?;
        let is_seen = !self.hidden.contains(&attribute(element, "table:style-name")?);
        self.in_sheet = self.wanted == Some(name.as_str()) && self.grid.cells.is_empty();
        (self.row, self.column, self.row_repeats) = (0, 0, 1);
        self.sheets.push((name, is_seen));
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Broken> {
        match name {
            "table:table" => {
                self.is_done |= self.in_sheet;
                self.in_sheet = false;
            }
            "office:annotation" => self.notes = self.notes.saturating_sub(1),
            _ if !self.in_sheet || self.notes > 0 => {}
            "text:p" => self.depth = self.depth.saturating_sub(1),
            "table:table-cell" | "table:covered-table-cell" => {
                if let Some(cell) = self.cell.take() {
                    self.put(&cell)?;
                }
            }
            "table:table-row" => self.end_row()?,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if self.in_sheet
            && self.notes == 0
            && self.depth > 0
            && let Some(cell) = &mut self.cell
        {
            cell.text.push_str(text);
        }
    }

    fn put(&mut self, cell: &Open) -> Result<(), Broken> {
        let kind = if cell.kind == "error" { Kind::Fault } else { Kind::Value };
        let made = if cell.text.is_empty() { made(cell, self.language) } else { None };
        let text = made.as_deref().unwrap_or(&cell.text);
        if !text.trim().is_empty() {
            for column in 0..cell.repeats {
                self.grid.push(self.row, self.column.saturating_add(column), kind, text)?;
            }
        }
        self.column = self.column.saturating_add(cell.repeats);
        Ok(())
    }

    /// A row that stands for several: its cells once more for each.
    fn end_row(&mut self) -> Result<(), Broken> {
        let first = self.grid.cells.partition_point(|cell| cell.row < self.row);
        if first < self.grid.cells.len() {
            let cells = self.grid.cells[first..].to_vec();
            for row in 1..self.row_repeats {
                for cell in &cells {
                    let text = self.grid.shown(cell).to_owned();
                    self.grid.push(self.row.saturating_add(row), cell.column, cell.kind, &text)?;
                }
            }
        }
        self.row = self.row.saturating_add(self.row_repeats).min(ROWS_MAX);
        Ok(())
    }
}

fn open(element: &BytesStart<'_>) -> Result<Open, Broken> {
    let mut open = Open { repeats: repeats(element, "table:number-columns-repeated")?, ..Open::default() };
    if element.name().as_ref() == "table:covered-table-cell" {
        return Ok(open);
    }
    open.kind = attribute(element, "calcext:value-type")?;
    if open.kind != "error" {
        open.kind = attribute(element, "office:value-type")?;
    }
    let value = match open.kind.as_str() {
        "date" => "office:date-value",
        "time" => "office:time-value",
        "boolean" => "office:boolean-value",
        "string" => "office:string-value",
        _ => "office:value",
    };
    open.value = attribute(element, value)?;
    Ok(open)
}

/// What a cell without a text shows.
fn made(cell: &Open, language: Language) -> Option<String> {
    let number = || cell.value.parse::<f64>().ok().filter(|value| value.is_finite());
    match cell.kind.as_str() {
        "float" | "currency" => Some(shown::general(number()?, language)),
        "percentage" => Some(shown::number(number()?, "0.##%", language)),
        "boolean" => Some(shown::boolean(cell.value == "true", language).to_owned()),
        "date" => Some(moment(&cell.value).map_or_else(|| cell.value.clone(), |at| shown::plain_date(at, language))),
        "string" | "time" => Some(cell.value.clone()),
        _ => None,
    }
}

/// `2025-01-31`, `2025-01-31T09:05:00`.
fn moment(text: &str) -> Option<shown::Moment> {
    let at: jiff::civil::DateTime = text.parse().ok()?;
    Some(shown::Moment {
        year: at.year().try_into().ok()?,
        month: at.month().try_into().ok()?,
        day: at.day().try_into().ok()?,
        hour: at.hour().try_into().ok()?,
        minute: at.minute().try_into().ok()?,
        second: at.second().try_into().ok()?,
    })
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<String, Broken> {
    let Some(found) = element.try_get_attribute(name).map_err(damaged)? else { return Ok(String::new()) };
    Ok(found.normalized_value(XmlVersion::Implicit1_0).map_err(damaged)?.into_owned())
}

fn repeats(element: &BytesStart<'_>, name: &str) -> Result<u32, Broken> {
    let text = attribute(element, name)?;
    if text.is_empty() { Ok(1) } else { text.parse().map_err(damaged) }
}
