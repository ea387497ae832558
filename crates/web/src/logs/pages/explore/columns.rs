//! Which fields of a record stand beside its message, and how wide they are.

use crate::layout::{foreign::Foreign, parts::Chosen};
use std::{fmt, ops::RangeInclusive};

/// Columns between the time and the message.
pub(crate) const COLUMNS_MAX: usize = 8;
/// Bytes of a field's name.
const NAME_MAX: usize = 80;
/// Characters that a column may be wide.
const CHARS: RangeInclusive<u8> = 4..=80;
/// What stands for no column at all.
const NONE: &str = "-";

/// The columns of a page of lines, from the left. As text: `level,app:20,source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineColumns(Vec<LineColumn>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineColumn {
    /// A field of records; `level` and `source` are fields too.
    pub(crate) name: String,
    /// How wide it is, in characters.
    pub(crate) chars: u8,
}

impl LineColumn {
    /// As wide as its values usually are.
    fn usual(name: &str) -> Self {
        let chars = match name {
            "level" => 9,
            "app" => 12,
            "source" => 18,
            _ => 14,
        };
        Self { name: name.to_owned(), chars }
    }

    /// `app` or `app:20`; `None` where it names no field that can be a column.
    fn parse(text: &str) -> Option<Self> {
        let (name, chars) = match text.rsplit_once(':') {
            Some((name, chars)) => (name, Some(chars.parse().ok().filter(|chars| CHARS.contains(chars))?)),
            None => (text, None),
        };
        let is_fixed = matches!(name, "" | "time" | "message" | NONE);
        let is_plain = name.len() <= NAME_MAX && !name.contains(|c: char| matches!(c, ',' | ':') || c.is_control());
        let usual = Self::usual(name);
        (is_plain && !is_fixed).then(|| Self { chars: chars.unwrap_or(usual.chars), ..usual })
    }
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if *self == Self::usual(&self.name) { Ok(()) } else { write!(f, ":{}", self.chars) }
    }
}

impl Default for LineColumns {
    fn default() -> Self {
        Self(["level", "app", "source"].map(LineColumn::usual).to_vec())
    }
}

impl LineColumns {
    /// What can be read of a choice, without repetitions; `None` where nothing was chosen.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let mut columns: Vec<LineColumn> = Vec::new();
        for column in text.split(',').filter_map(LineColumn::parse) {
            if columns.len() < COLUMNS_MAX && columns.iter().all(|other| other.name != column.name) {
                columns.push(column);
            }
        }
        (!columns.is_empty() || text == NONE).then_some(Self(columns))
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, LineColumn> {
        self.0.iter()
    }

    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// The tracks of the grid that a line is, for a style sheet.
    pub(crate) fn tracks(&self) -> String {
        // How long the words for levels are depends on the language.
        let track = |column: &LineColumn| match *column == LineColumn::usual("level") {
            true => "var(--level) ".to_owned(),
            false => format!("{}ch ", column.chars),
        };
        let middle: String = self.iter().map(track).collect();
        format!("var(--time) {middle}minmax(0, 1fr)")
    }
}

impl fmt::Display for LineColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.iter().map(ToString::to_string).collect();
        f.write_str(if texts.is_empty() { NONE } else { "" })?;
        f.write_str(&texts.join(","))
    }
}

/// The form that chooses columns.
#[derive(Clone, Debug)]
pub(crate) struct ColumnsForm {
    /// What is shown stands first, from the left.
    pub(crate) choices: Vec<ColumnChoice>,
    /// What is chosen, as an address has it.
    pub(crate) text: String,
    /// Where the widths are, if they are not the usual ones.
    pub(crate) style: Option<String>,
}

/// A field that is a column, or may be.
#[derive(Clone, Debug)]
pub(crate) struct ColumnChoice {
    pub(super) name: String,
    pub(super) label: Foreign,
    pub(super) chars: u8,
    chosen: Chosen,
}

impl ColumnsForm {
    /// What stands above the lines.
    pub(super) fn heads(&self) -> impl Iterator<Item = &ColumnChoice> {
        self.choices.iter().filter(|choice| choice.is_chosen())
    }
}

impl ColumnChoice {
    pub(crate) fn shown(column: &LineColumn, label: Foreign) -> Self {
        Self { name: column.name.clone(), label, chars: column.chars, chosen: Chosen::Yes }
    }

    /// `None` where the field cannot be a column.
    pub(crate) fn offered(name: &str, label: Foreign) -> Option<Self> {
        let LineColumn { name, chars } = LineColumn::parse(name)?;
        Some(Self { name, label, chars, chosen: Chosen::No })
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(super) fn is_chosen(&self) -> bool {
        self.chosen == Chosen::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_as_far_as_it_means_something() {
        for (text, read) in [
            ("level,app,source", "level,app,source"),
            ("level:9,app:20", "level,app:20"),
            ("status,status:5,order number", "status,order number"),
            ("app:3,app:81,app:x,time,message,,source", "source"),
            ("-", "-"),
            ("a,b,c,d,e,f,g,h,i", "a,b,c,d,e,f,g,h"),
            ("<b>,é", "<b>,é"),
        ] {
            let columns = LineColumns::parse(text).unwrap();
            assert_eq!(columns.to_string(), read, "{text}");
            assert_eq!(LineColumns::parse(read), Some(columns), "{text}");
        }
        for none in ["", ",", "a\nb", "time"] {
            assert_eq!(LineColumns::parse(none), None, "{none}");
        }
        assert!(LineColumns::parse("level,app,source").unwrap().is_usual());
    }

    #[test]
    fn widths_are_tracks_of_a_grid() {
        let columns = LineColumns::parse("level,app:20").unwrap();
        assert_eq!(columns.tracks(), "var(--time) var(--level) 20ch minmax(0, 1fr)");
    }
}
