//! `.xlsx`: the cells of a sheet one after the other, by the `calamine` crate.

use super::{Broken, Grid, Kind, ReadAs, WorkbookCells, chosen, damaged, shown};
use calamine::{DataRef, ExcelDateTime, Reader as _, SheetVisible, Style, Xlsx, XlsxError};
use language::Language;
use std::io::Cursor;

pub(super) fn read(bytes: &[u8], how: &ReadAs) -> Result<WorkbookCells, Broken> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets: Vec<(String, bool)> = workbook
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    let Some(name) = chosen(&sheets, how.sheet.as_deref()) else {
        let all = sheets.into_iter().map(|(name, _)| name).collect();
        return Err(Broken::NoSheet(how.sheet.clone().unwrap_or_default(), all));
    };
    let mut grid = Grid::default();
    let mut reader = workbook.worksheet_cells_reader(name).map_err(broken)?;
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(broken)? {
        let (row, column) = cell.get_position();
        let (kind, text) = show(cell.get_value(), reader.styles().get(style), how.language);
        grid.push(row, column, kind, &text)?;
    }
    Ok(WorkbookCells { sheets, grid })
}

fn show(value: &DataRef<'_>, style: Option<&Style>, language: Language) -> (Kind, String) {
    let format = style.and_then(|style| style.number_format.as_ref());
    let code = format.map_or("General", |format| format.format_code.as_str());
    let text = match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(value) => shown::number(*value as f64, code, language),
        DataRef::Float(value) => shown::number(*value, code, language),
        DataRef::Bool(value) => shown::boolean(*value, language).to_owned(),
        DataRef::DateTime(at) if at.is_duration() => shown::duration(at.as_f64()),
        DataRef::DateTime(at) => shown::date(moment(at), code, format.and_then(|format| format.format_id), language),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()
        }
        DataRef::Error(error) => return (Kind::Fault, error.to_string()),
    };
    (Kind::Value, text)
}

fn moment(at: &ExcelDateTime) -> shown::Moment {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    shown::Moment { year, month, day, hour, minute, second }
}

fn broken(error: XlsxError) -> Broken {
    match error {
        XlsxError::Password => Broken::Encrypted,
        error => damaged(error),
    }
}
