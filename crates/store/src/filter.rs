//! The conditions of a list, gathered one by one with their parameters.

use crate::sql::Value;
use model::Timestamp;

/// `LIKE` with the user's own `%` and `_` taken literally.
pub(crate) fn like_pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// Conditions with their parameters, numbered as they come.
#[derive(Default)]
pub(crate) struct Where {
    pub(crate) sql: String,
    pub(crate) params: Vec<Value>,
}

impl Where {
    /// Adds a condition; `?` in it stands for the parameter.
    pub(crate) fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.params.push(value.into());
        let number = format!("${}", self.params.len());
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(&condition.replace('?', &number));
    }

    pub(crate) fn and_plain(&mut self, condition: &str) {
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(condition);
    }

    /// On that side (`<`, `>=`) of a place among rows in the order of their time, and of their number within it.
    pub(crate) fn and_place(&mut self, side: &str, at: Timestamp, no: i64) {
        // The first, which the second implies, is what an index is searched by.
        self.and(&format!("created_at {}= ?", &side[..1]), at);
        self.params.extend([at.into(), no.into()]);
        let n = self.params.len();
        self.and_plain(&format!("(created_at, no) {side} (${}, ${n})", n - 1));
    }
}
