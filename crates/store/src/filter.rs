//! The conditions of a list, gathered one by one with their parameters.

use crate::sql::Value;
use model::Timestamp;

/// `LIKE` with the user's own `%` and `_` taken literally.
pub(crate) fn like_pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.next().is_none())
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

    /// That one of the columns holds the text, whatever the case. `like` is the engine's, of `$1`. It knows the case of ASCII, and
    /// of no other letter wherever it runs: of each that is in the text, the capital is made small in the column too.
    pub(crate) fn and_holds(&mut self, columns: [&str; 2], like: &str, text: &str) {
        let mut small = String::with_capacity(text.len());
        let mut columns = columns.map(str::to_owned);
        for letter in text.chars() {
            let (Some(lower), Some(upper)) = (only(letter.to_lowercase()), only(letter.to_uppercase())) else {
                small.push(letter);
                continue;
            };
            if !letter.is_ascii() && lower != upper && !small.contains(lower) {
                self.params.extend([upper.to_string().into(), lower.to_string().into()]);
                let n = self.params.len();
                columns = columns.map(|column| format!("replace({column}, ${}, ${n})", n - 1));
            }
            small.push(if letter.is_ascii() { letter } else { lower });
        }
        let like = like.replace("$1", "?");
        let [one, other] = columns;
        self.and(&format!("({one}{like} OR {other}{like})"), like_pattern(&small));
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
