//! Traces as a sheet: streamed out page by page, and read back in row by row.

use super::{AcceptedTraces, NewTrace, Refused, TracesQuery, checked};
use crate::{
    Ctx,
    extract::Query,
    layout::Reader,
    lines::Lines,
    problem::{Problem, Result},
    sheet::Dialect,
    words::Words,
};
use axum::{
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use futures_util::{StreamExt as _, stream};
use jiff::{civil, tz::TimeZone};
use language::Language;
use model::Timestamp;
use serde::Deserialize;
use store::{Trace, TraceFilter};
use utoipa::IntoParams;
use uuid::Uuid;

/// As they were called before.
const COLUMNS: [&str; 10] = [
    "id",
    "trace_name",
    "file_name",
    "application_name",
    "flow_name",
    "comment",
    "created_by",
    "time_to_process",
    "errors",
    "created_at",
];
/// The same for whoever opens the sheet in French, by the identifiers of their words.
const HEADINGS: [&str; 10] = [
    "sheet-id",
    "sheet-trace-name",
    "sheet-file",
    "sheet-application",
    "sheet-flow",
    "sheet-comment",
    "jobs-person",
    "sheet-seconds",
    "sheet-error",
    "traces-when",
];
/// Rows read at once.
const PAGE: u32 = 1_000;
/// Rows refused that are named one by one.
const REFUSED_MAX: usize = 1_000;
const IDS_MAX: usize = 10_000;
/// Physical lines of one record.
const RECORD_LINES_MAX: usize = 10_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportQuery {
    id: Option<Uuid>,
    application: Option<String>,
    flow: Option<String>,
    q: Option<String>,
    job: Option<Uuid>,
    seq: Option<i64>,
    errors: Option<bool>,
    user: Option<String>,
    since: Option<String>,
    until: Option<String>,
    /// Begin with a byte order mark, which Excel needs to see that it is UTF-8.
    bom: Option<bool>,
    /// `excel` for a spreadsheet's program, `excel-fr` for one that takes `;` and a comma in numbers,
    /// with French headings. Both have times on the reader's clock.
    #[param(inline)]
    dialect: Option<Dialect>,
}

pub(super) async fn export(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Query(query): Query<ExportQuery>,
) -> Result<impl IntoResponse> {
    let dialect = query.dialect.unwrap_or_default();
    let mark = if query.bom.unwrap_or(false) { Dialect::Excel.mark() } else { dialect.mark() };
    let asked = TracesQuery {
        id: query.id,
        application: query.application,
        flow: query.flow,
        q: query.q,
        job: query.job,
        seq: query.seq,
        errors: query.errors,
        user: query.user,
        since: query.since,
        until: query.until,
        ..TracesQuery::default()
    };
    let filter = TraceFilter { limit: PAGE, ..asked.filter(&ctx)? };
    let mut head = mark.to_vec();
    let words = french(v.zone.clone());
    dialect.rows([headings(&words, dialect)], &mut head);
    let pages = stream::unfold(Some(filter), move |filter| {
        let (ctx, words) = (ctx.clone(), words.clone());
        async move {
            let filter = filter?;
            match ctx.app.db.traces(&filter).await {
                Ok(page) => {
                    let mut rows = Vec::new();
                    dialect.rows(page.rows.iter().map(|trace| cells(&words, trace, dialect)), &mut rows);
                    Some((Ok(rows), page.next.map(|before| TraceFilter { before: Some(before), ..filter })))
                }
                // The download breaks off, so that nobody takes a part for the whole.
                Err(error) => {
                    tracing::warn!(%error, "an export broke off");
                    Some((Err(error), None))
                }
            }
        }
    });
    let body = Body::from_stream(stream::once(async { Ok(head) }).chain(pages));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"traces.csv\""),
    ];
    Ok((headers, body))
}

fn french(zone: TimeZone) -> Words {
    Words { language: Language::French, zone }
}

fn headings(words: &Words, dialect: Dialect) -> [String; 10] {
    match dialect {
        Dialect::Plain | Dialect::Excel => COLUMNS.map(str::to_owned),
        Dialect::ExcelFr => HEADINGS.map(|id| words.t(id)),
    }
}

fn cells(words: &Words, trace: &Trace, dialect: Dialect) -> [String; 10] {
    let errors = match (dialect, trace.errors) {
        (Dialect::Plain | Dialect::Excel, errors) => errors.to_string(),
        (Dialect::ExcelFr, true) => words.t("sheet-yes"),
        (Dialect::ExcelFr, false) => words.t("sheet-no"),
    };
    [
        trace.id.to_string(),
        harmless(&trace.trace_name),
        harmless(&trace.file_name),
        harmless(&trace.application_name),
        harmless(&trace.flow_name),
        harmless(&trace.comment),
        harmless(&trace.created_by),
        dialect.number(&trace.time_to_process.to_string()),
        errors,
        dialect.moment(trace.created_at, &words.zone),
    ]
}

/// What a spreadsheet begins a formula with, in the wide letters of East Asian keyboards too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What ends a cell for one spreadsheet or another: a file of commas is read by semicolons where decimals have commas.
const SEPARATORS: [char; 5] = [',', ';', '\t', '\r', '\n'];

/// A cell that a spreadsheet would take for a formula gets an apostrophe before it; so does each part of it that would
/// stand in a cell of its own where the file is read by another separator.
pub(crate) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    for (place, part) in text.split_inclusive(SEPARATORS).enumerate() {
        if is_taken_for_formula(place, part) {
            out.push('\'');
        }
        out.push_str(part);
    }
    out
}

/// Behind what a spreadsheet may take for quotes, and apostrophes, so that [`as_it_was`] tells ours from others.
fn is_taken_for_formula(place: usize, part: &str) -> bool {
    let part = part.trim_start_matches(['\'', '"']);
    part.starts_with(FORMULA) || place == 0 && part.starts_with(['\t', '\r', '\n'])
}

/// What [`harmless`] has put before cells is taken away again.
fn as_it_was(text: &str) -> String {
    let part = |(place, part)| match str::strip_prefix(part, '\'') {
        Some(rest) if is_taken_for_formula(place, rest) => rest,
        _ => part,
    };
    text.split_inclusive(SEPARATORS).enumerate().map(part).collect()
}

pub(super) async fn import(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    body: Body,
) -> Result<(StatusCode, axum::Json<AcceptedTraces>)> {
    let limits = ctx.app.limits;
    let mut records = Records(Lines::new(body, limits.line_bytes_max, limits.upload_bytes_max), limits.line_bytes_max);
    let Some((_, heading)) = records.next(b',').await? else {
        return Err(Problem::invalid("line 1: the file is empty").remedy("it needs a line of headings"));
    };
    let separator = if heading.len() == 1 && heading[0].contains(';') { b';' } else { b',' };
    let heading: Vec<String> = match separator {
        b';' => heading[0].split(';').map(str::to_owned).collect(),
        _ => heading,
    };
    let words = french(v.zone.clone());
    let columns: Vec<String> = heading.iter().map(|name| column(&words, name)).collect();
    if let Some(unknown) = columns.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        let unknown: String = unknown.chars().take(100).collect();
        return Err(Problem::invalid(format!("line 1: there is no column `{unknown}`"))
            .remedy(format!("use {}", COLUMNS.join(", "))));
    }
    let mut kept = AcceptedTraces { accepted: 0, new: 0, ids: Vec::new(), refused: Vec::new() };
    let mut batch = Vec::new();
    while let Some((line, record)) = records.next(separator).await? {
        let trace = read(&words, &columns, &record)
            .and_then(|new| checked(new, &ctx).map_err(|problem| problem.detail().to_owned()));
        match trace {
            Ok(trace) => batch.push(trace),
            Err(reason) if kept.refused.len() < REFUSED_MAX => kept.refused.push(Refused { index: line, reason }),
            Err(_) => {
                return Err(Problem::invalid(format!("line {line}: more than {REFUSED_MAX} rows are wrong"))
                    .with("kept", &kept));
            }
        }
        if batch.len() >= PAGE as usize {
            store(&ctx, &mut batch, &mut kept).await?;
        }
    }
    store(&ctx, &mut batch, &mut kept).await?;
    Ok((StatusCode::CREATED, axum::Json(kept)))
}

async fn store(ctx: &Ctx, batch: &mut Vec<Trace>, kept: &mut AcceptedTraces) -> Result<()> {
    let traces = std::mem::take(batch);
    kept.accepted += traces.len() as u64;
    let room = IDS_MAX.saturating_sub(kept.ids.len());
    kept.ids.extend(traces.iter().take(room).map(|trace| trace.id.0));
    kept.new += ctx.app.db.insert_traces(traces).await?;
    Ok(())
}

/// A heading as it is in either language.
fn column(words: &Words, heading: &str) -> String {
    let name = heading.trim_start_matches('\u{feff}').trim();
    let french = HEADINGS.iter().position(|id| words.t(id) == name);
    french.and_then(|place| COLUMNS.get(place)).map_or(name, |column| *column).to_owned()
}

/// With the zone's own clock where nothing else is said.
fn moment(words: &Words, cell: &str) -> Option<Timestamp> {
    let cell = cell.replacen(' ', "T", 1);
    let local =
        |at: civil::DateTime| words.zone.to_ambiguous_zoned(at).compatible().ok().map(|at| at.timestamp().into());
    cell.parse().ok().or_else(|| cell.parse().ok().and_then(local))
}

fn read(words: &Words, columns: &[String], record: &[String]) -> Result<NewTrace, String> {
    if record.len() != columns.len() {
        return Err(format!("{} cells under {} headings", record.len(), columns.len()));
    }
    let mut new = NewTrace::default();
    for (column, cell) in columns.iter().zip(record) {
        let cell = as_it_was(cell);
        if cell.is_empty() {
            continue;
        }
        let bad = || format!("{column}: `{}` cannot be read", cell.chars().take(100).collect::<String>());
        let text = Some(cell.to_owned());
        match column.as_str() {
            "id" => new.id = Some(cell.parse().map_err(|_| bad())?),
            "trace_name" => new.trace_name = text,
            "file_name" => new.file_name = text,
            "application_name" => new.application_name = text,
            "flow_name" => new.flow_name = text,
            "comment" => new.comment = text,
            "created_by" => new.created_by = text,
            "time_to_process" => new.time_to_process = Some(cell.replace(',', ".").parse().map_err(|_| bad())?),
            "errors" => new.errors = Some(truth(&cell).ok_or_else(bad)?),
            _ => new.created_at = Some(moment(words, &cell).ok_or_else(bad)?),
        }
    }
    Ok(new)
}

fn truth(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" | "oui" => Some(true),
        "false" | "f" | "0" | "no" | "non" => Some(false),
        _ => None,
    }
}

/// Records of a sheet: lines joined while a quote is open.
struct Records(Lines, usize);

impl Records {
    async fn next(&mut self, separator: u8) -> Result<Option<(u64, Vec<String>)>> {
        let Some(first) = self.0.next().await? else { return Ok(None) };
        let (line, mut text) = (self.0.number, first.to_vec());
        for _ in 0..RECORD_LINES_MAX {
            if text.iter().filter(|byte| **byte == b'"').count() % 2 == 0 {
                break;
            }
            let Some(more) = self.0.next_raw().await? else { break };
            text.push(b'\n');
            text.extend_from_slice(&more);
            if text.len() > self.1 {
                return Err(Problem::too_large(format!("line {line}: the record is longer than {} bytes", self.1)));
            }
        }
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(&text[..]);
        let record = reader.byte_records().next().and_then(Result::ok).unwrap_or_default();
        let cells = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        Ok(Some((line, cells)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, shown) in [
            ("=1+1", "'=1+1"),
            ("+33", "'+33"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            ("a=b", "a=b"),
            ("'x", "'x"),
            ("'=1+1", "''=1+1"),
            ("a;=1+1", "a;'=1+1"),
            ("a;b;+1;", "a;b;'+1;"),
            ("a,@x", "a,'@x"),
            ("a\t-1", "a\t'-1"),
            ("a\n=1", "a\n'=1"),
            ("a\r\n=1", "a\r\n'=1"),
            ("a;\"=1+1\"", "a;'\"=1+1\""),
            ("a;'=1", "a;''=1"),
            ("＝1+1", "'＝1+1"),
            ("a ; b, c; d-e", "a ; b, c; d-e"),
            ("", ""),
            (";", ";"),
        ] {
            assert_eq!(harmless(cell), shown);
            assert_eq!(as_it_was(shown), cell);
        }
    }

    proptest::proptest! {
        /// Read by whatever separator, no cell begins a formula; and every cell comes back as it was.
        #[test]
        fn no_cell_is_a_formula_by_any_separator(
            cells in proptest::collection::vec("[-=+@;,\t\r\n'\"a1＝ ]{0,8}", 1..4),
            written_by in proptest::sample::select(vec![b',', b';']),
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(written_by).from_writer(Vec::new());
            writer.write_record(cells.iter().map(|cell| harmless(cell))).unwrap();
            let file = writer.into_inner().unwrap();
            for separator in [b',', b';', b'\t'] {
                let mut reader =
                    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(&file[..]);
                for record in reader.records() {
                    for cell in &record.unwrap() {
                        proptest::prop_assert!(!cell.starts_with(FORMULA), "{cell:?} of {:?}", String::from_utf8_lossy(&file));
                    }
                }
            }
            for cell in &cells {
                proptest::prop_assert_eq!(as_it_was(&harmless(cell)), cell.as_str());
            }
        }
    }
}
