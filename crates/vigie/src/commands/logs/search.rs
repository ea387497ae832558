//! `vigie logs search` in the store.

use super::{LogQuery, around, export, rows, say_hints, say_left_out};
use crate::{
    app,
    cli::{LogsFormat, LogsSearchArgs},
    client::{Answer, Client, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::t,
};
use api::logs::{SearchAnswer, sparkline};
use jiff::tz::TimeZone;
use model::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use telemetry::query::readable;

/// Rows unless it is said how many.
const ROWS: u32 = 100;
/// Matches that are shown among the lines around them, unless it is said how many.
pub(super) const AMONG_OTHERS: u32 = 20;
/// Rows that the API gives at a time, and that a table has at the most.
const PAGE_MAX: u32 = 10_000;

pub(super) async fn run(config: &Config, args: &LogsSearchArgs) -> Result<Exit> {
    let asked = LogQuery::new(config, &args.query)?;
    if args.context.is_some() && !asked.query.pipes.is_empty() {
        return Err(Failure::refused(t!("context-table")).help(t!("context-table-help")));
    }
    if args.context.is_some() && args.limit.is_some_and(|limit| limit > around::MATCHES_MAX) {
        let most = around::MATCHES_MAX;
        return Err(Failure::refused(t!("context-limit", most)).help(t!("context-limit-help")));
    }
    let connected = app::searching_logs(config).await?;
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
    let mut found = found(client, &asked, order, limit).await?;
    if let (Some(lines), Some(rows)) = (args.context, &mut found.rows) {
        around::add(client, rows, lines).await?;
    }
    let complete = if found.left_out.is_empty() { Exit::Done } else { Exit::Incomplete };
    if config.json {
        render::json(&found)?;
        return Ok(complete);
    }
    let answer = found.read()?;
    match (&answer.columns, answer.table.as_deref().unwrap_or_default()) {
        (Some(columns), cells) if args.csv => render::out(&csv(columns, cells))?,
        (Some(columns), cells) => render::out(&table(columns, cells, &config.zone.value))?,
        (None, _) => show(config, args, &found, limit)?,
    }
    say_hints(&answer.hints);
    say_left_out(&answer.left_out);
    // As grep ends where nothing matches; a table has an answer in any case.
    let is_nothing = answer.columns.is_none() && found.rows.as_ref().is_none_or(Vec::is_empty);
    Ok(if is_nothing && complete == Exit::Done { Exit::Failed } else { complete })
}

fn show(config: &Config, args: &LogsSearchArgs, found: &Found, limit: u32) -> Result<()> {
    let (rows, zone) = (found.rows.as_deref().unwrap_or_default(), &config.zone.value);
    match args.context {
        Some(_) if !rows.is_empty() => render::out(&around::text(&read_rows(rows)?, args.oldest_first, zone))?,
        _ => read_rows(rows)?.iter().try_for_each(|record| render::out(&rows::line(record, zone)))?,
    }
    if rows.is_empty() {
        render::say(&t!("logs-none"));
    }
    if found.next.is_some() {
        render::say(&t!("search-more"; limit));
    }
    Ok(())
}

fn read_rows<Row: DeserializeOwned>(rows: &[Value]) -> Result<Vec<Row>> {
    rows.iter().map(|row| Ok(Answer::<Row>::read(row.clone())?.into_inner())).collect()
}

/// Records that were found, or a table, as they came. In the order of [`SearchAnswer`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<Value>,
    next: Option<String>,
    problems: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    hints: Option<Value>,
    left_out: Vec<String>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Found {
    /// What is known of it.
    pub(super) fn read(&self) -> Result<SearchAnswer> {
        let json = serde_json::to_value(self).map_err(|error| Failure::new(t!("no-json", error)))?;
        Ok(Answer::<SearchAnswer>::read(json)?.into_inner())
    }
}

/// The first `limit` rows, page after page, or the table, as one answer of the API.
pub(super) async fn found(client: &Client, asked: &LogQuery, order: Option<String>, limit: u32) -> Result<Found> {
    let (mut rows, mut cursor, mut left_out) = (Vec::new(), None, Vec::new());
    loop {
        let left = limit.saturating_sub(rows.len() as u32).min(PAGE_MAX);
        let more = [("order", order.clone()), ("cursor", cursor), ("limit", Some(left.to_string())), super::hints()];
        let path = format!("/api/v1/logs/search{}", query(asked.pairs().into_iter().chain(more)));
        let mut page = client.get::<Found>(&path).await?.into_inner();
        let Some(found) = page.rows.take() else { return Ok(page) };
        rows.extend(found);
        for what in std::mem::take(&mut page.left_out) {
            if !left_out.contains(&what) {
                left_out.push(what);
            }
        }
        if page.next.is_none() || rows.len() >= limit as usize {
            return Ok(Found { rows: Some(rows), left_out, ..page });
        }
        cursor = page.next;
    }
}

fn text(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // As many digits as anybody compares.
        Value::Number(number) if number.is_f64() => readable(number.as_f64().unwrap_or_default()),
        Value::Array(_) if let Ok(counts) = Vec::<u64>::deserialize(cell) => sparkline(&counts),
        other => other.to_string(),
    }
}

/// A time as lines show it: in the zone, and without a fraction that is none.
fn time(cell: &Value, zone: &TimeZone) -> Option<String> {
    let at = Timestamp::deserialize(cell).ok()?;
    let time = if at.as_micros() % 1_000_000 == 0 { "%H:%M:%S" } else { "%H:%M:%S%.3f" };
    Some(at.in_zone(zone).strftime(&format!("{} {time}", render::day_pattern())).to_string())
}

/// Columns of numbers to the right.
fn table(columns: &[String], rows: &[Vec<Value>], zone: &TimeZone) -> String {
    let is_time = |at: usize| columns.get(at).is_some_and(|name| name == "time" || name.starts_with("bucket("));
    let shown = |at: usize, cell: &Value| match is_time(at) {
        true => time(cell, zone).unwrap_or_else(|| text(cell)),
        false => text(cell),
    };
    let is_number = |at: usize| {
        let mut known = rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_null()).peekable();
        known.peek().is_some() && known.all(Value::is_number)
    };
    let align = |at| if is_number(at) { Align::Right } else { Align::Left };
    let mut table = Table::headed(columns.iter().enumerate().map(|(at, name)| (name.clone(), align(at))).collect());
    for row in rows {
        table.cells(row.iter().enumerate().map(|(at, cell)| render::plain(&shown(at, cell), 200)).collect());
    }
    table.to_string()
}

fn csv(columns: &[String], rows: &[Vec<Value>]) -> String {
    let quoted = |cell: &Value| {
        let text = match cell {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Array(counts) => counts.iter().map(Value::to_string).collect::<Vec<_>>().join(" "),
            other => other.to_string(),
        };
        // What a spreadsheet would take for a formula is only shown by it.
        let risky = text.starts_with(['=', '+', '@', '\t', '\r']) || text.starts_with('-') && !cell.is_number();
        let text = if risky { format!("'{text}") } else { text };
        if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let line = |cells: &[Value]| cells.iter().map(quoted).collect::<Vec<_>>().join(",");
    let head = columns.iter().cloned().map(Value::String).collect();
    std::iter::once(&head).chain(rows).map(|row| line(row)).collect::<Vec<_>>().join("\r\n") + "\r"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cells(table: Value) -> Vec<Vec<Value>> {
        serde_json::from_value(table).unwrap()
    }

    #[test]
    fn tables_line_up_and_start_no_formula() {
        let columns = ["app", "count()", "avg(x)"].map(str::to_owned);
        let rows = cells(json!([["crm", 1200, 2.51859], ["=1+1", 7, null], [null, 12, 2.0]]));
        insta::assert_snapshot!(table(&columns, &rows, &TimeZone::UTC), @r"
        app   count()  avg(x)
        crm      1200  2.5186
        =1+1        7
                   12       2
        ");
        let times = ["bucket(1d)", "time", "at"].map(str::to_owned);
        let rows_of_times = cells(json!([
            ["2025-01-09T23:00:00.000000Z", "2025-01-10T13:10:00.250000Z", "2025-01-10T13:10:00.250000Z"],
            [null, "then", 7]
        ]));
        let paris = TimeZone::get("Europe/Paris").unwrap();
        insta::assert_snapshot!(table(&times, &rows_of_times, &paris), @r"
        bucket(1d)           time                     at
        2025-01-10 00:00:00  2025-01-10 14:10:00.250  2025-01-10T13:10:00.250000Z
                             then                     7
        ");
        let trend = ["count", "trend", "pattern"].map(str::to_owned);
        let rows_of_trends = cells(json!([[12, [0, 3, 1, 8], "order <*> paid"], [1, [0, 0, 0, 1], "till closed"]]));
        insta::assert_snapshot!(table(&trend, &rows_of_trends, &TimeZone::UTC), @r"
        count  trend  pattern
           12   ▃▁█   order <*> paid
            1     █   till closed
        ");
        assert_eq!(csv(&trend, &rows_of_trends[..1]), "count,trend,pattern\r\n12,0 3 1 8,order <*> paid\r");
        assert_eq!(csv(&columns, &rows), "app,count(),avg(x)\r\ncrm,1200,2.51859\r\n'=1+1,7,\r\n,12,2.0\r");
    }
}
