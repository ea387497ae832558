//! The steps behind `|`, which make tables of tables.

use super::{
    cell::Cell,
    language::Pipe,
    patterns::Patterns,
    stats::{Groups, MEMORY_MAX},
    table::{Table, compare},
};
use jiff::tz::TimeZone;
use std::cmp::Ordering;

impl Table {
    /// Takes one step. The records that `stats` left out are added to `left_out`.
    pub(super) fn then(mut self, pipe: &Pipe, zone: &TimeZone, left_out: &mut u64) -> Self {
        match pipe {
            Pipe::Stats { columns, by } => {
                let mut groups = Groups::new(columns, by, zone, MEMORY_MAX);
                for row in &self.rows {
                    groups.add(|name| self.cell(row, name).clone());
                }
                *left_out += groups.left_out;
                return groups.into_table();
            }
            Pipe::Sort(keys) => {
                let places: Vec<_> = keys.iter().map(|key| (self.column(&key.column), key)).collect();
                self.rows.sort_by(|a, b| {
                    let orders =
                        places.iter().filter_map(|(place, key)| place.map(|place| compare(&a[place], &b[place], key)));
                    orders.fold(Ordering::Equal, Ordering::then)
                });
            }
            Pipe::Limit(rows) => self.rows.truncate(usize::try_from(*rows).unwrap_or(usize::MAX)),
            Pipe::Patterns => {
                let patterns = Patterns::of_table(&self, MEMORY_MAX);
                *left_out += patterns.left_out;
                return patterns.into_table();
            }
            Pipe::Fields(names) => {
                let places: Vec<_> = names.iter().map(|name| self.column(name)).collect();
                for row in &mut self.rows {
                    *row = places.iter().map(|place| place.map_or(Cell::Absent, |place| row[place].clone())).collect();
                }
                self.columns.clone_from(names);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        OwnedValue, Record,
        query::{language::parse, records_table},
    };
    use model::Level;
    use std::fmt::Write;

    fn answer(text: &str) -> String {
        let mut batch = crate::Batch::new();
        let rows: [(i64, &str, &str, OwnedValue); 6] = [
            (0, "heron", "envoi", OwnedValue::Float(12.5)),
            (60, "nginx", "GET /", OwnedValue::Int(3)),
            (120, "nginx", "GET /a", OwnedValue::Int(5)),
            (301, "nginx", "POST /", OwnedValue::Str(b"40".to_vec())),
            (302, "crm", "lu", OwnedValue::Str(b"slow".to_vec())),
            (303, "heron", "erreur", OwnedValue::Bool(true)),
        ];
        for (second, app, message, value) in rows {
            let app = OwnedValue::Str(app.as_bytes().to_vec());
            let record = Record {
                time: model::Timestamp::from_micros(second * 1_000_000),
                level: Some(Level::Info),
                source: Vec::new(),
                message: message.as_bytes().to_vec(),
                fields: vec![("app".into(), app), ("x".into(), value)],
            };
            batch.push(&record).unwrap();
        }
        let (query, problems) = parse(text);
        assert_eq!(problems, []);
        let mut left_out = 0;
        let table = query.pipes.iter().fold(records_table(batch.iter(), &query.pipes), |table, pipe| {
            table.then(pipe, &TimeZone::UTC, &mut left_out)
        });
        let mut shown = format!("{}\n", table.columns.join(" | "));
        for row in table.rows {
            let cells: Vec<_> = row
                .iter()
                .map(|cell| match cell {
                    Cell::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    Cell::Absent => "-".into(),
                    other => format!("{other:?}"),
                })
                .collect();
            let _ = writeln!(shown, "{}", cells.join(" | "));
        }
        shown
    }

    #[test]
    fn steps_make_tables() {
        let mut shown = String::new();
        for text in [
            "* | stats count()",
            "* | stats count(), avg(x), sum(x), min(x), max(x), p50(x), uniq(x), count(x) by app",
            "* | stats count() as n by bucket(5m) | sort by n desc | limit 1",
            "* | stats count() as n, max(time) as last by app | sort by n desc, app desc | fields app, last, none",
            "* | sort by x desc | fields message, x | limit 3",
            "* | stats count() as n by app, bucket(5m) | stats max(n), count() by bucket(1h)",
            "* | limit 5 | patterns | fields pattern, count, last",
            "* | stats count() by app | patterns",
        ] {
            let _ = writeln!(shown, "{text}\n{}", answer(text));
        }
        insta::assert_snapshot!(shown);
    }
}
