//! `vigie logs search --context`: what matches among the lines around it in its source, as `grep -C` shows lines of files.

use super::rows;
use crate::{
    client::{Answer, Client, query},
    failure::Result,
};
use api::logs::LogRecord;
use console::Style;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Matches that are shown among others, at the most: each of them is asked for.
pub(super) const MATCHES_MAX: u32 = 200;

/// A record that was found, and those around it in its source.
#[derive(Deserialize)]
pub(super) struct AmongOthers {
    #[serde(flatten)]
    record: LogRecord,
    before: Vec<LogRecord>,
    after: Vec<LogRecord>,
}

/// The same, as it came.
#[derive(Serialize)]
struct RowAmongOthers {
    #[serde(flatten)]
    row: Value,
    #[serde(flatten)]
    others: Others,
}

#[derive(Default, Serialize, Deserialize)]
struct Others {
    before: Vec<Value>,
    after: Vec<Value>,
}

/// Gives each row the rows `before` it and `after` it.
pub(super) async fn add(client: &Client, rows: &mut [Value], lines: u32) -> Result<()> {
    let lines = Some(lines.to_string());
    for place in rows {
        let row = Answer::<LogRecord>::read(std::mem::take(place))?;
        let pairs = [("seq", Some(row.seq.to_string())), ("before", lines.clone()), ("after", lines.clone())];
        // It may have been deleted since: then it stands alone.
        let around = client.find::<Others>(&format!("/api/v1/logs/context{}", query(pairs))).await?;
        let others = around.map(Answer::into_inner).unwrap_or_default();
        *place = json!(RowAmongOthers { row: row.json, others });
    }
    Ok(())
}

/// A row of a block, and whether it matches.
type Line<'r> = (&'r LogRecord, bool);

/// Rows that stand together in their source, oldest first; blocks in the order of the rows. What lies around two of them is
/// in one block, once.
fn blocks(rows: &[AmongOthers], is_oldest_first: bool) -> Vec<Vec<Line<'_>>> {
    let matches: HashSet<u64> = rows.iter().map(|row| row.record.seq).collect();
    let mut ordered: Vec<&AmongOthers> = rows.iter().collect();
    if !is_oldest_first {
        ordered.reverse();
    }
    let mut blocks: Vec<Vec<Line<'_>>> = Vec::new();
    let mut shown: HashMap<u64, usize> = HashMap::new();
    for row in ordered {
        let all: Vec<&LogRecord> = row.before.iter().chain([&row.record]).chain(&row.after).collect();
        let known = all.iter().find_map(|line| shown.get(&line.seq).copied());
        let block = known.unwrap_or_else(|| {
            blocks.push(Vec::new());
            blocks.len() - 1
        });
        for line in all {
            if shown.insert(line.seq, block).is_none() {
                blocks[block].push((line, matches.contains(&line.seq)));
            }
        }
    }
    if !is_oldest_first {
        blocks.reverse();
    }
    blocks
}

/// Blocks with `--` between them, and a mark before what matches.
pub(super) fn text(rows: &[AmongOthers], is_oldest_first: bool, zone: &TimeZone) -> String {
    let (mark, faint) = (Style::new().cyan().bold(), Style::new().dim());
    let line = |(row, is_match): &Line<'_>| {
        let text = rows::line(row, zone).replace('\n', "\n  ");
        if *is_match { format!("{} {text}", mark.apply_to(">")) } else { format!("  {text}") }
    };
    let block = |lines: &Vec<Line<'_>>| lines.iter().map(line).collect::<Vec<_>>().join("\n");
    let blocks: Vec<_> = blocks(rows, is_oldest_first).iter().map(block).collect();
    blocks.join(&format!("\n{}\n", faint.apply_to("--")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(seq: u64) -> LogRecord {
        let record = json!({
            "seq": seq, "time": format!("2025-01-10T14:00:{:02}Z", seq % 60), "level": "info", "source": "app",
            "message": format!("line {seq}"), "fields": {}
        });
        serde_json::from_value(record).unwrap()
    }

    fn found(seq: u64, around: std::ops::RangeInclusive<u64>) -> AmongOthers {
        let (before, after) = (*around.start()..seq, seq + 1..=*around.end());
        AmongOthers { record: record(seq), before: before.map(record).collect(), after: after.map(record).collect() }
    }

    #[test]
    fn what_lies_around_two_matches_is_shown_once() {
        let mut newest_first = [found(30, 29..=31), found(13, 11..=15), found(12, 10..=14)];
        insta::assert_snapshot!(text(&newest_first, false, &TimeZone::UTC), @r"
          2025-01-10 14:00:29.000 INFO     app  line 29
        > 2025-01-10 14:00:30.000 INFO     app  line 30
          2025-01-10 14:00:31.000 INFO     app  line 31
        --
          2025-01-10 14:00:10.000 INFO     app  line 10
          2025-01-10 14:00:11.000 INFO     app  line 11
        > 2025-01-10 14:00:12.000 INFO     app  line 12
        > 2025-01-10 14:00:13.000 INFO     app  line 13
          2025-01-10 14:00:14.000 INFO     app  line 14
          2025-01-10 14:00:15.000 INFO     app  line 15
        ");
        newest_first.reverse();
        let shown = text(&newest_first, true, &TimeZone::UTC);
        assert!(shown.trim_start().starts_with("2025-01-10 14:00:10.000"), "{shown}");
        assert_eq!(shown.lines().count(), 10);
    }

    #[test]
    fn what_is_gone_stands_alone() {
        assert_eq!(text(&[found(7, 7..=7)], false, &TimeZone::UTC), "> 2025-01-10 14:00:07.000 INFO     app  line 7");
        assert_eq!(text(&[], false, &TimeZone::UTC), "");
    }
}
