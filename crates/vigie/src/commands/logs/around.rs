//! `vigie logs search --context`: what matches among the lines around it in its source, as `grep -C` shows lines of files.

use super::rows;
use crate::{
    client::{Client, query},
    failure::Result,
};
use console::Style;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Matches that are shown among others, at the most: each of them is asked for.
pub(super) const MATCHES_MAX: u32 = 200;

/// Gives each row of an answer the rows `before` it and `after` it.
pub(super) async fn add(client: &Client, answer: &mut Value, lines: u32) -> Result<()> {
    let lines = Some(lines.to_string());
    for row in answer["rows"].as_array_mut().into_iter().flatten() {
        let pairs = [("seq", Some(row["seq"].to_string())), ("before", lines.clone()), ("after", lines.clone())];
        // It may have been deleted since: then it stands alone.
        let mut around = client.find(&format!("/api/v1/logs/context{}", query(pairs))).await?.unwrap_or_default();
        for side in ["before", "after"] {
            row[side] = Value::Array(around[side].as_array_mut().map(std::mem::take).unwrap_or_default());
        }
    }
    Ok(())
}

/// A row of a block, and whether it matches.
type Line<'r> = (&'r Value, bool);

/// Rows that stand together in their source, oldest first; blocks in the order of the rows. What lies around two of them is
/// in one block, once.
fn blocks(rows: &[Value], is_oldest_first: bool) -> Vec<Vec<Line<'_>>> {
    let matches: HashSet<u64> = rows.iter().filter_map(seq).collect();
    let mut ordered: Vec<&Value> = rows.iter().collect();
    if !is_oldest_first {
        ordered.reverse();
    }
    let mut blocks: Vec<Vec<Line<'_>>> = Vec::new();
    let mut shown: HashMap<u64, usize> = HashMap::new();
    for row in ordered {
        let side = |name: &str| row[name].as_array().map(Vec::as_slice).unwrap_or_default();
        let all: Vec<&Value> = side("before").iter().chain([row]).chain(side("after")).collect();
        let known = all.iter().filter_map(|line| seq(line)).find_map(|seq| shown.get(&seq).copied());
        let block = known.unwrap_or_else(|| {
            blocks.push(Vec::new());
            blocks.len() - 1
        });
        for line in all {
            let Some(seq) = seq(line) else { continue };
            if shown.insert(seq, block).is_none() {
                blocks[block].push((line, matches.contains(&seq)));
            }
        }
    }
    if !is_oldest_first {
        blocks.reverse();
    }
    blocks
}

fn seq(row: &Value) -> Option<u64> {
    row["seq"].as_u64()
}

/// Blocks with `--` between them, and a mark before what matches.
pub(super) fn text(rows: &[Value], is_oldest_first: bool, zone: &TimeZone) -> String {
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
    use serde_json::json;

    fn record(seq: u64) -> Value {
        json!({
            "seq": seq, "time": format!("2025-01-10T14:00:{:02}Z", seq % 60), "level": "info", "source": "app",
            "message": format!("line {seq}"), "fields": {}
        })
    }

    fn found(seq: u64, around: std::ops::RangeInclusive<u64>) -> Value {
        let mut row = record(seq);
        row["before"] = (*around.start()..seq).map(record).collect();
        row["after"] = (seq + 1..=*around.end()).map(record).collect();
        row
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
        assert_eq!(text(&[record(7)], false, &TimeZone::UTC), "> 2025-01-10 14:00:07.000 INFO     app  line 7");
        assert_eq!(text(&[], false, &TimeZone::UTC), "");
    }
}
