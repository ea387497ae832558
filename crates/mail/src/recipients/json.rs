//! JSON lines: one object per line, its members the columns. The first object names them all.

use super::{
    CELL_BYTES_MAX, COLUMNS_MAX, HEADING_MAX, Next, ROW_BYTES_MAX, Row, check_value, clean_heading, unreadable,
};
use crate::problem::{Problem, nearest};
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
            Ok(None) => return Err(vec![Problem::error(name, "the file is empty", "write one JSON object per line")]),
        };
        let mut problems = Vec::new();
        for member in object.keys() {
            let length = member.chars().count();
            if *member != clean_heading(member)
                || length == 0
                || length > HEADING_MAX
                || member.contains(char::is_control)
            {
                let what = format!("{member:?} cannot be the name of a column");
                problems.push(Problem::error(name, what, "give it a plain name").at(self.line));
            }
        }
        if object.len() > COLUMNS_MAX {
            let what = format!("there are {} columns, more than {COLUMNS_MAX}", object.len());
            problems.push(Problem::error(name, what, "keep those that the mailing uses").at(self.line));
        }
        if object.is_empty() {
            problems.push(Problem::error(name, "the first object is empty", "give it all the columns").at(self.line));
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
                let what = format!("the line is longer than {ROW_BYTES_MAX} bytes");
                let problem = Problem::error(name, what, "write one JSON object per line").at(self.line);
                return Err(super::stopped(problem, self.last_line()));
            }
            if self.buffer.trim_ascii().is_empty() {
                continue;
            }
            return Ok(Some(serde_json::from_slice(&self.buffer).map_err(|error| {
                let reason = error.to_string();
                let reason = reason.split(" at line ").next().unwrap_or_default();
                let what = format!("is not a JSON object ({reason}, character {})", error.column());
                Problem::error(name, what, "write one JSON object per line, in UTF-8").at(self.line)
            })));
        }
    }
}

fn row(name: &str, line: u64, columns: &[String], object: &Map<String, Value>) -> Result<Row, Problem> {
    if let Some(unknown) = object.keys().find(|member| !columns.contains(member)) {
        let remedy = match nearest(unknown, columns.iter().map(String::as_str)) {
            Some(column) => format!("did you mean \"{column}\"?"),
            None => "the first object must name every column".to_owned(),
        };
        return Err(Problem::error(name, format!("the first object has no \"{unknown}\""), remedy).at(line));
    }
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        let value = object.get(column).map_or(Some(String::new()), cell).ok_or_else(|| {
            let remedy = "write text, a number, true, false, null or a list of texts";
            Problem::error(name, format!("column \"{column}\" holds an object"), remedy).in_column(column).at(line)
        })?;
        if value.len() > CELL_BYTES_MAX {
            let what = format!("column \"{column}\" holds more than {CELL_BYTES_MAX} bytes");
            return Err(Problem::error(name, what, "shorten it").in_column(column).at(line));
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
