//! `vigie logs search` in the store.

use super::{LogQuery, around, export, rows, say_hints, say_left_out};
use crate::{
    app,
    cli::{LogsFormat, LogsSearchArgs},
    client::{Client, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
};
use jiff::tz::TimeZone;
use model::Timestamp;
use serde_json::Value;
use telemetry::query::readable;

/// Rows unless it is said how many.
const ROWS: u32 = 100;
/// Matches that are shown among the lines around them, unless it is said how many.
const AMONG_OTHERS: u32 = 20;
/// Rows that the API gives at a time, and that a table has at the most.
const PAGE_MAX: u32 = 10_000;

pub(super) async fn run(config: &Config, args: &LogsSearchArgs) -> Result<Exit> {
    let asked = LogQuery::new(config, &args.query)?;
    if args.context.is_some() && !asked.query.pipes.is_empty() {
        return Err(Failure::refused("rows of a table have no lines around them")
            .help("leave out what stands behind `|`, or --context"));
    }
    if args.context.is_some() && args.limit.is_some_and(|limit| limit > around::MATCHES_MAX) {
        let most = around::MATCHES_MAX;
        return Err(Failure::refused(format!("--limit: with --context up to {most} are shown"))
            .help("narrow the query, or leave out --context"));
    }
    let connected = app::reading(config).await?;
    let client = connected.client();
    let order = args.oldest_first.then(|| "oldest".to_owned());
    let is_table = !asked.query.pipes.is_empty();
    if (args.csv || args.text) && !is_table {
        let format = if args.csv { LogsFormat::Csv } else { LogsFormat::Text };
        return export::to_stdout(client, &asked, format, order, args.limit).await;
    }
    let usual = match args.context {
        _ if is_table => PAGE_MAX,
        Some(_) => AMONG_OTHERS,
        None => ROWS,
    };
    let limit = args.limit.unwrap_or(usual);
    let mut answer = found(client, &asked, order, limit).await?;
    if let Some(lines) = args.context {
        around::add(client, &mut answer, lines).await?;
    }
    if config.json {
        render::json(&answer)?;
        return Ok(Exit::Done);
    }
    match &answer["columns"] {
        Value::Array(columns) if args.csv => render::out(&csv(columns, &answer["table"]))?,
        Value::Array(columns) => render::out(&table(columns, &answer["table"], &config.zone.value))?,
        _ => show(config, args, &answer, limit)?,
    }
    say_hints(&answer);
    say_left_out(&answer);
    Ok(Exit::Done)
}

fn show(config: &Config, args: &LogsSearchArgs, answer: &Value, limit: u32) -> Result<()> {
    let found = answer["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    let zone = &config.zone.value;
    match args.context {
        Some(_) if !found.is_empty() => render::out(&around::text(found, args.oldest_first, zone))?,
        _ => found.iter().try_for_each(|record| render::out(&rows::line(record, zone)))?,
    }
    if found.is_empty() {
        render::say("no record matches");
    }
    if !answer["next"].is_null() {
        render::say(&format!("there are more than {limit}: raise --limit, or narrow the query"));
    }
    Ok(())
}

/// The first `limit` rows, page after page, or the table, as one answer of the API.
pub(super) async fn found(client: &Client, asked: &LogQuery, order: Option<String>, limit: u32) -> Result<Value> {
    let (mut rows, mut cursor, mut left_out) = (Vec::new(), None, Vec::new());
    loop {
        let left = limit.saturating_sub(rows.len() as u32).min(PAGE_MAX);
        let more = [("order", order.clone()), ("cursor", cursor), ("limit", Some(left.to_string())), super::hints()];
        let mut page =
            client.get(&format!("/api/v1/logs/search{}", query(asked.pairs().into_iter().chain(more)))).await?;
        let Some(found) = page["rows"].as_array_mut() else { return Ok(page) };
        rows.append(found);
        for what in page["left_out"].as_array_mut().into_iter().flat_map(std::mem::take) {
            if !left_out.contains(&what) {
                left_out.push(what);
            }
        }
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() || rows.len() >= limit as usize {
            page["rows"] = Value::Array(rows);
            page["left_out"] = Value::Array(left_out);
            return Ok(page);
        }
    }
}

fn cells(table: &Value) -> impl Iterator<Item = &[Value]> {
    table.as_array().into_iter().flatten().map(|row| row.as_array().map(Vec::as_slice).unwrap_or_default())
}

fn text(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // As many digits as anybody compares.
        Value::Number(number) if number.is_f64() => readable(number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    }
}

/// A time as lines show it: in the zone, and without a fraction that is none.
fn time(cell: &Value, zone: &TimeZone) -> Option<String> {
    let at: Timestamp = cell.as_str()?.parse().ok()?;
    let pattern = if at.as_micros() % 1_000_000 == 0 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M:%S%.3f" };
    Some(at.in_zone(zone).strftime(pattern).to_string())
}

/// Columns of numbers to the right.
fn table(columns: &[Value], rows: &Value, zone: &TimeZone) -> String {
    let is_time = |at: usize| {
        columns.get(at).and_then(Value::as_str).is_some_and(|name| name == "time" || name.starts_with("bucket("))
    };
    let shown = |at: usize, cell: &Value| match is_time(at) {
        true => time(cell, zone).unwrap_or_else(|| text(cell)),
        false => text(cell),
    };
    let is_number = |at: usize| {
        let mut known = cells(rows).filter_map(|row| row.get(at)).filter(|cell| !cell.is_null()).peekable();
        known.peek().is_some() && known.all(Value::is_number)
    };
    let align = |at| if is_number(at) { Align::Right } else { Align::Left };
    let named: Vec<_> = columns.iter().enumerate().map(|(at, name)| (text(name), align(at))).collect();
    let named: Vec<_> = named.iter().map(|(name, align)| (name.as_str(), *align)).collect();
    let mut table = Table::new(&named);
    for row in cells(rows) {
        table.cells(row.iter().enumerate().map(|(at, cell)| render::plain(&shown(at, cell), 200)).collect());
    }
    table.to_string()
}

fn csv(columns: &[Value], rows: &Value) -> String {
    let quoted = |cell: &Value| {
        let text = match cell {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        // What a spreadsheet would take for a formula is only shown by it.
        let risky = text.starts_with(['=', '+', '@', '\t', '\r']) || text.starts_with('-') && !cell.is_number();
        let text = if risky { format!("'{text}") } else { text };
        if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let line = |cells: &[Value]| cells.iter().map(quoted).collect::<Vec<_>>().join(",");
    std::iter::once(columns).chain(cells(rows)).map(line).collect::<Vec<_>>().join("\r\n") + "\r"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tables_line_up_and_start_no_formula() {
        let columns = [json!("app"), json!("count()"), json!("avg(x)")];
        let rows = json!([["crm", 1200, 2.51859], ["=1+1", 7, null], [null, 12, 2.0]]);
        insta::assert_snapshot!(table(&columns, &rows, &TimeZone::UTC), @r"
        app   count()  avg(x)
        crm      1200  2.5186
        =1+1        7
                   12       2
        ");
        let times = [json!("bucket(1d)"), json!("time"), json!("at")];
        let rows_of_times = json!([
            ["2025-01-09T23:00:00.000000Z", "2025-01-10T13:10:00.250000Z", "2025-01-10T13:10:00.250000Z"],
            [null, "then", 7]
        ]);
        let paris = TimeZone::get("Europe/Paris").unwrap();
        insta::assert_snapshot!(table(&times, &rows_of_times, &paris), @r"
        bucket(1d)           time                     at
        2025-01-10 00:00:00  2025-01-10 14:10:00.250  2025-01-10T13:10:00.250000Z
                             then                     7
        ");
        assert_eq!(csv(&columns, &rows), "app,count(),avg(x)\r\ncrm,1200,2.51859\r\n'=1+1,7,\r\n,12,2.0\r");
    }
}
