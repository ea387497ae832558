//! Formats that people describe, where none that is known fits: the tables `[[log-store.formats]]` of `vigie.toml`.

pub use sources::custom::{Custom, PatternError, Trial, propose};

use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use serde::{Deserialize, Serialize};
use sources::{
    parsers,
    record::Value,
    timestamps::{Calendar, Reference},
};
use std::sync::Arc;

/// Tables of one file.
pub const FORMATS_MAX: usize = 100;

/// A table as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FormatEntry {
    /// What its records have as `format`.
    pub name: String,
    /// `%{time} [%{level}] %{message}`
    pub pattern: String,
    /// Patterns of the sources that are in it; all sources unless said otherwise.
    #[serde(default)]
    pub files: Vec<String>,
}

/// What is wrong in a table.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("there are {0}: {FORMATS_MAX} are the most")]
    Many(usize),
    #[error("`{0}`: two have this name: rename one")]
    Twice(String),
    #[error("`{name}`: {error}")]
    Pattern { name: String, error: PatternError },
    #[error("`{name}`: the files `{pattern}`: {error}: correct it")]
    Files { name: String, pattern: String, error: glob::PatternError },
}

impl FormatEntry {
    /// For one source; for a file, also under the names that it has once it was rotated.
    pub fn of_source(name: &str, pattern: &str, source: &str) -> Self {
        let rotated = if source.starts_with('/') { "*" } else { "" };
        let files = vec![format!("{}{rotated}", glob::Pattern::escape(source))];
        Self { name: name.to_owned(), pattern: pattern.to_owned(), files }
    }

    /// # Errors
    /// What of it cannot be used.
    pub fn format(&self) -> Result<Custom, FormatError> {
        let named = |error| FormatError::Pattern { name: self.name.clone(), error };
        Custom::new(&self.name, &self.pattern).map_err(named)
    }

    /// As it stands in `vigie.toml`.
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut table =
            format!("[[log-store.formats]]\nname = {}\npattern = {}\n", quoted(&self.name), quoted(&self.pattern));
        if !self.files.is_empty() {
            let files: Vec<String> = self.files.iter().map(|file| quoted(file)).collect();
            table.push_str(&format!("files = [{}]\n", files.join(", ")));
        }
        table
    }
}

/// What a pattern makes of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineReading {
    pub time: Option<Timestamp>,
    pub level: Option<Level>,
    pub logger: Option<String>,
    pub fields: Vec<(String, String)>,
    pub message: String,
}

impl LineReading {
    /// `None` where the line begins no record of that format. Times without a zone are those of `zone`, those without a year the last
    /// before `now`.
    pub fn of(custom: &Custom, line: &str, zone: &TimeZone, now: Timestamp) -> Option<Self> {
        let parsed = custom.parse(line)?;
        let mut calendar = Calendar::new(zone.clone(), Reference::Modified(now));
        let written = |value: &Value<'_>| match value {
            Value::Text(text) => text.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
        };
        Some(Self {
            time: parsed.stamp.and_then(|stamp| calendar.resolve(stamp)),
            level: parsed.level,
            logger: parsed.logger.as_ref().map(ToString::to_string),
            fields: parsed.fields.iter().map(|field| (field.name.to_string(), written(&field.value))).collect(),
            message: parsed.message.trim_end().to_owned(),
        })
    }
}

/// The format that is known and that most lines of a text are in; `None` where that is no more than that they have a time.
pub fn recognised(text: &str) -> Option<&'static str> {
    let name = parsers::detect(text).0.map(|format| format.name)?;
    names_format(name).then_some(name)
}

/// Whether what records have as `format` says more than that a time stands in them.
pub fn names_format(format: &str) -> bool {
    !matches!(format, "" | "dated" | "placed" | "clocked")
}

/// All tables, checked.
#[derive(Clone, Debug, Default)]
pub struct Formats {
    all: Vec<(Vec<glob::Pattern>, Custom)>,
}

impl Formats {
    /// # Errors
    /// Of the first table that is not right.
    pub fn new(entries: &[FormatEntry]) -> Result<Self, FormatError> {
        if entries.len() > FORMATS_MAX {
            return Err(FormatError::Many(entries.len()));
        }
        let mut all = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            if entries[..number].iter().any(|other| other.name == entry.name) {
                return Err(FormatError::Twice(entry.name.clone()));
            }
            let wrong = |pattern: &str, error| FormatError::Files {
                name: entry.name.clone(),
                pattern: pattern.to_owned(),
                error,
            };
            let files = entry.files.iter().map(|file| glob::Pattern::new(file).map_err(|error| wrong(file, error)));
            all.push((files.collect::<Result<_, _>>()?, entry.format()?));
        }
        Ok(Self { all })
    }

    /// Adds one, after those that there are.
    ///
    /// # Errors
    /// What of it cannot be used.
    pub fn add(&mut self, entry: &FormatEntry) -> Result<(), FormatError> {
        if self.all.len() >= FORMATS_MAX {
            return Err(FormatError::Many(self.all.len() + 1));
        }
        self.all.extend(Self::new(std::slice::from_ref(entry))?.all);
        Ok(())
    }

    /// Whether one has that name.
    pub fn has(&self, name: &str) -> bool {
        self.all.iter().any(|(_, format)| format.name() == name)
    }

    /// Those in which a source may be, in their order.
    pub fn of(&self, source: &str) -> Arc<[Custom]> {
        let fits = |files: &[glob::Pattern]| files.is_empty() || files.iter().any(|file| file.matches(source));
        self.all.iter().filter(|(files, _)| fits(files)).map(|(_, format)| format.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_counts_for_the_files_that_it_names() {
        let entry = |name: &str, files: &[&str]| FormatEntry {
            name: name.into(),
            pattern: "%{time} \"%{level}\" %{message}".into(),
            files: files.iter().map(|file| (*file).to_owned()).collect(),
        };
        for (source, files) in [("/var/log/a[1].log", "/var/log/a[[]1[]].log*"), ("stdin", "stdin")] {
            assert_eq!(FormatEntry::of_source("a", "%{message}", source).files, [files]);
        }
        let formats = Formats::new(&[entry("a", &["/var/log/shop/*.log"]), entry("b", &[])]).unwrap();
        let names = |source: &str| formats.of(source).iter().map(Custom::name).collect::<Vec<_>>();
        assert_eq!(names("/var/log/shop/x.log"), ["a", "b"]);
        assert_eq!(names("stdin"), ["b"]);
        let written = entry("a", &["/var/log/*"]).to_toml();
        assert!(written.contains("pattern = \"%{time} \\\"%{level}\\\" %{message}\""), "{written}");
        let wrong = FormatEntry { pattern: "%{when}".into(), ..entry("c", &[]) };
        let said = Formats::new(&[wrong]).unwrap_err().to_string();
        assert!(said.starts_with("`c`: `when` is not known: write one of time, level"), "{said}");
        assert!(Formats::new(&[entry("d", &["[z-a"])]).unwrap_err().to_string().contains("`[z-a`"));
        let said = Formats::new(&[entry("a", &[]), entry("a", &["/var/log/*"])]).unwrap_err().to_string();
        assert_eq!(said, "`a`: two have this name: rename one");
    }
}
