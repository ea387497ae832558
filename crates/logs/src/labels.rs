//! What is said of all records of a source by whoever set it up: `app = "shop"`.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};
use telemetry::{FIELD_NAME_BYTES_MAX, OwnedValue};

/// Labels of one source.
const LABELS_MAX: usize = 20;
/// Bytes of a label's value.
const VALUE_BYTES_MAX: usize = 1_000;
/// What every record has anyway.
const PARTS: [&str; 4] = ["time", "level", "source", "message"];

/// Fields that each record of a source gets, over those of the same name that it has itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<String, String>);

/// What is wrong with labels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    #[error("`{0}` is not a label: write it as app=shop")]
    NoPair(String),
    #[error("`{0}` is no name of a field: write letters, digits, `_`, `.`, `-` and `@`, and no digit first")]
    Name(String),
    #[error("`{0}` is what every record has already: name it otherwise")]
    Taken(String),
    #[error("the value of `{0}` is empty: leave the label out")]
    Empty(String),
    #[error("the value of `{0}` is longer than {VALUE_BYTES_MAX} bytes: shorten it")]
    Long(String),
    #[error("there are {0} of them: {LABELS_MAX} are the most")]
    Many(usize),
}

impl Labels {
    /// Reads `name=value` of each.
    ///
    /// # Errors
    /// Of the first that is not right.
    pub fn parse<'a>(written: impl IntoIterator<Item = &'a str>) -> Result<Self, LabelError> {
        let pair = |text: &'a str| {
            let (name, value) = text.split_once('=').ok_or_else(|| LabelError::NoPair(text.to_owned()))?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        };
        let labels = Self(written.into_iter().map(pair).collect::<Result<_, _>>()?);
        labels.check()?;
        Ok(labels)
    }

    pub(crate) fn check(&self) -> Result<(), LabelError> {
        if self.0.len() > LABELS_MAX {
            return Err(LabelError::Many(self.0.len()));
        }
        for (name, value) in &self.0 {
            let named = || name.clone();
            let is_begun = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@'));
            let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@'));
            if !is_begun || !is_name || name.len() > FIELD_NAME_BYTES_MAX {
                return Err(LabelError::Name(named()));
            }
            match value.len() {
                _ if PARTS.contains(&&**name) => return Err(LabelError::Taken(named())),
                0 => return Err(LabelError::Empty(named())),
                bytes if bytes > VALUE_BYTES_MAX => return Err(LabelError::Long(named())),
                _ => {}
            }
        }
        Ok(())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn fields(&self) -> Vec<(String, OwnedValue)> {
        self.iter().map(|(name, value)| (name.to_owned(), OwnedValue::Str(value.into()))).collect()
    }
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name}={value}", if number == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_names_and_values() {
        let labels = Labels::parse(["app=shop", " env = prod=1 "]).unwrap();
        assert_eq!(labels.to_string(), "app=shop, env=prod=1");
        for (wrong, told) in [
            ("app", "write it as app=shop"),
            ("=shop", "no name of a field"),
            ("1=shop", "no name of a field"),
            ("a b=shop", "no name of a field"),
            ("source=x", "name it otherwise"),
            ("app= ", "is empty"),
        ] {
            let error = Labels::parse([wrong]).unwrap_err().to_string();
            assert!(error.contains(told), "{wrong}: {error}");
        }
        assert_eq!(Labels::parse([&*format!("app={}", "x".repeat(1_001))]), Err(LabelError::Long("app".into())));
        let many: Vec<String> = (0..21).map(|n| format!("l{n}=x")).collect();
        assert_eq!(Labels::parse(many.iter().map(String::as_str)), Err(LabelError::Many(21)));
    }
}
