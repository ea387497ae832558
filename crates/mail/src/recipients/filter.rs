//! Which rows to send to: `cct=CCT001`, `cct!=CCT001`, `société~plongée`, `email` (not empty), `!relance` (empty).

use super::{Row, UnknownColumn, column_index};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One condition as it was written; all of a mailing's must hold. White space around names and values is dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    pub column: String,
    pub test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    Equals(String),
    Differs(String),
    /// Case does not matter.
    Contains(String),
    Present,
    Absent,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a condition: write column=value, column!=value, column~text, column or !column")]
pub struct BadCondition(String);

impl FromStr for Condition {
    type Err = BadCondition;

    fn from_str(text: &str) -> Result<Self, BadCondition> {
        let operator =
            ["!=", "=", "~"].iter().filter_map(|op| text.find(op).map(|at| (at, *op))).min_by_key(|(at, _)| *at);
        let (column, test) = match operator {
            Some((at, op)) => {
                let value = text[at + op.len()..].trim().to_owned();
                let test = match op {
                    "!=" => Test::Differs(value),
                    "=" => Test::Equals(value),
                    _ => Test::Contains(value),
                };
                (&text[..at], test)
            }
            None => text.trim_start().strip_prefix('!').map_or((text, Test::Present), |column| (column, Test::Absent)),
        };
        let column = column.trim().to_owned();
        if column.is_empty() { Err(BadCondition(text.to_owned())) } else { Ok(Self { column, test }) }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = &self.column;
        match &self.test {
            Test::Equals(value) => write!(f, "{column}={value}"),
            Test::Differs(value) => write!(f, "{column}!={value}"),
            Test::Contains(value) => write!(f, "{column}~{value}"),
            Test::Present => f.write_str(column),
            Test::Absent => write!(f, "!{column}"),
        }
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.to_string()
    }
}

impl TryFrom<String> for Condition {
    type Error = BadCondition;
    fn try_from(text: String) -> Result<Self, BadCondition> {
        text.parse()
    }
}

/// Conditions tied to the columns of a file.
#[derive(Clone, Debug, Default)]
pub struct Filter(Vec<(usize, Test)>);

impl Filter {
    /// Every column that there is not, at once.
    pub fn new(conditions: &[Condition], columns: &[String]) -> Result<Self, Vec<UnknownColumn>> {
        let (mut tests, mut unknown) = (Vec::new(), Vec::new());
        for condition in conditions {
            match column_index(columns, &condition.column) {
                Ok(index) => tests.push((index, condition.test.clone())),
                Err(error) => unknown.push(error),
            }
        }
        if unknown.is_empty() { Ok(Self(tests)) } else { Err(unknown) }
    }

    /// Whether the row meets every condition.
    pub fn keeps(&self, row: &Row) -> bool {
        self.0.iter().all(|(index, test)| test.holds(row.values.get(*index).map_or("", |value| value.trim())))
    }
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        match self {
            Self::Equals(wanted) => value == wanted,
            Self::Differs(refused) => value != refused,
            Self::Contains(part) => value.to_lowercase().contains(&part.to_lowercase()),
            Self::Present => !value.is_empty(),
            Self::Absent => value.is_empty(),
        }
    }
}
