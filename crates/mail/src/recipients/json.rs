//! JSON lines: one object per line, its members the columns. The first object names them all.

use super::{
    CELL_BYTES_MAX, COLUMNS_MAX, HEADING_MAX, Next, ROW_BYTES_MAX, Row, cell_too_long, check_value, clean_heading,
    too_many_columns, unreadable,
};
use crate::{
    problem::{Problem, nearest},
    sentence::Sentence,
};
use serde_json::{Map, Value};
use std::io::{BufRead, Read};

pub(super) struct Lines<R> {
    input: R,
    line: u64,
    buffer: Vec<u8>,
    /// The first object, read for its names.
    first: Option<Map<String, Value>>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, line: 0, buffer: Vec::new(), first: None }
    }

    /// The names in the first object.
    pub(super) fn columns(&mut self, name: &str) -> Result<Vec<String>, Vec<Problem>> {
        let object = match self.next_object(name) {
            Ok(Some(Ok(object))) => object,
            Ok(Some(Err(problem))) | Err(problem) => return Err(vec![problem]),
            Ok(None) => {
                return Err(vec![Problem::error(name, Sentence::new("file_empty"), Sentence::new("json_per_line"))]);
            }
        };
        let mut problems = Vec::new();
        for member in object.keys() {
            let length = member.chars().count();
            if *member != clean_heading(member)
                || length == 0
                || length > HEADING_MAX
                || member.contains(char::is_control)
            {
                let what = Sentence::new("json_bad_name").with("member", format!("{member:?}"));
                problems.push(Problem::error(name, what, Sentence::new("give_plain_name")).at(self.line));
            }
        }
        if object.len() > COLUMNS_MAX {
            problems.push(too_many_columns(name, self.line, object.len()));
        }
        if object.is_empty() {
            let (what, remedy) = (Sentence::new("json_first_empty"), Sentence::new("give_all_columns"));
            problems.push(Problem::error(name, what, remedy).at(self.line));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let columns = object.keys().cloned().collect();
        self.first = Some(object);
        Ok(columns)
    }

    pub(super) fn next_row(&mut self, name: &str, columns: &[String]) -> Next {
        loop {
            let object = match self.first.take() {
                Some(first) => first,
                None => match self.next_object(name) {
                    Ok(Some(Ok(object))) => object,
                    Ok(Some(Err(problem))) => return Next::Row(Err(problem)),
                    Ok(None) => return Next::End,
                    Err(problem) => return Next::Fatal(problem),
                },
            };
            let row = row(name, self.line, columns, &object);
            if !row.as_ref().is_ok_and(|row| row.values.iter().all(|value| value.trim().is_empty())) {
                return Next::Row(row);
            }
        }
    }

    /// The last line of the input, which is read to its end as far as that can be done.
    fn last_line(&mut self) -> u64 {
        let mut last = self.line;
        let mut at_line_start = self.buffer.ends_with(b"\n");
        while let Ok(buffer @ [.., end]) = self.input.fill_buf() {
            last += u64::from(at_line_start);
            at_line_start = *end == b'\n';
            last += buffer.iter().filter(|byte| **byte == b'\n').count() as u64 - u64::from(at_line_start);
            let used = buffer.len();
            self.input.consume(used);
        }
        last
    }

    /// The outer error ends the reading; the inner one is that of a line.
    #[expect(clippy::type_complexity, reason = "three outcomes, used twice above")]
    fn next_object(&mut self, name: &str) -> Result<Option<Result<Map<String, Value>, Problem>>, Problem> {
        loop {
            self.buffer.clear();
            let count = (&mut self.input)
                .take(ROW_BYTES_MAX as u64 + 1)
                .read_until(b'\n', &mut self.buffer)
                .map_err(|error| unreadable(name, self.line + 1, &error))?;
            if count == 0 {
                return Ok(None);
            }
            self.line += 1;
            if count > ROW_BYTES_MAX {
                let what = Sentence::new("line_too_long").with("most", ROW_BYTES_MAX);
                let problem = Problem::error(name, what, Sentence::new("json_per_line")).at(self.line);
                return Err(super::stopped(problem, self.last_line()));
            }
            if self.buffer.trim_ascii().is_empty() {
                continue;
            }
            return Ok(Some(serde_json::from_slice(&self.buffer).map_err(|error| {
                let reason = error.to_string();
                let reason = reason.split(" at line ").next().unwrap_or_default();
                let what = Sentence::new("no_json_object").with("error", reason).with("character", error.column());
                Problem::error(name, what, Sentence::new("json_per_line_utf8")).at(self.line)
            })));
        }
    }
}

fn row(name: &str, line: u64, columns: &[String], object: &Map<String, Value>) -> Result<Row, Problem> {
    if let Some(unknown) = object.keys().find(|member| !columns.contains(member)) {
        let remedy = match nearest(unknown, columns.iter().map(String::as_str)) {
            Some(column) => Sentence::new("did_you_mean").with("column", column),
            None => Sentence::new("first_names_all"),
        };
        let what = Sentence::new("json_unknown").with("member", unknown);
        return Err(Problem::error(name, what, remedy).at(line));
    }
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        let value = object.get(column).map_or(Some(String::new()), cell).ok_or_else(|| {
            let what = Sentence::new("json_cell_object").with("column", column);
            Problem::error(name, what, Sentence::new("write_json_cell")).in_column(column).at(line)
        })?;
        if value.len() > CELL_BYTES_MAX {
            return Err(cell_too_long(name, line, column));
        }
        check_value(name, line, column, &value)?;
        values.push(value);
    }
    Ok(Row { line, values })
}

/// A list becomes its texts with a comma between: several addresses, say.
fn cell(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(values) => {
            let flat = |value: &Value| if value.is_array() { None } else { cell(value) };
            values.iter().map(flat).collect::<Option<Vec<_>>>()?.join(", ")
        }
        Value::Object(_) => return None,
    })
}
