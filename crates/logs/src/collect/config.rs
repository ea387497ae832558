//! The tables `[[collect]]` of `vigie.toml`: one source each.

use super::{Config, Watched};
use crate::{LabelError, Labels};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, net::SocketAddr};

/// A table as it is written. It has one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SourceEntry {
    /// Patterns of files: `["/var/log/nginx/*.log"]`.
    pub files: Option<Vec<String>>,
    /// What all records of these files have: `{ app = "shop" }`.
    pub labels: Option<Labels>,
    /// An address for syslog over UDP and TCP: `127.0.0.1:5514`.
    pub syslog: Option<String>,
    /// The machine's journal.
    pub journald: Option<bool>,
}

/// A table that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collect {
    Files(Vec<String>, Labels),
    Syslog(SocketAddr),
    Journald,
    /// `journald = false`
    Nothing,
}

impl Collect {
    /// Whether it may be where the records of that source come from.
    pub fn names(&self, source: &str) -> bool {
        let Self::Files(patterns, _) = self else { return false };
        let exactly = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
        let is_in =
            |pattern: &String| glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(source, exactly));
        patterns.iter().any(is_in)
    }
}

/// Whether no file has a name of that pattern now, as where the folder is written wrong or may not be read.
pub fn names_nothing(pattern: &str) -> bool {
    glob::glob(pattern).is_ok_and(|mut found| found.next().is_none())
}

/// What is wrong in a table.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("collect: it has {0} sources: write one of files, syslog and journald")]
    Count(usize),
    #[error("collect.files: there is no pattern: write [\"/var/log/nginx/*.log\"]")]
    NoPattern,
    #[error("collect.files: `{pattern}` is not absolute: begin it with /")]
    Relative { pattern: String },
    #[error("collect.files: `{pattern}`: {error}: correct it")]
    Pattern { pattern: String, error: glob::PatternError },
    #[error("collect.labels: {0}")]
    Label(#[from] LabelError),
    #[error("collect.labels: they go with `files`: leave them out, syslog and the journal say themselves who writes")]
    LabelsElsewhere,
    #[error("collect.syslog: `{0}` is not an address and a port: write it as 127.0.0.1:5514")]
    Address(String),
}

impl SourceEntry {
    /// # Errors
    /// What of the entry cannot be used, and what helps.
    pub fn check(&self) -> Result<Collect, ConfigError> {
        if self.files.is_none() && self.labels.is_some() {
            return Err(ConfigError::LabelsElsewhere);
        }
        match self {
            Self { files: Some(patterns), syslog: None, journald: None, labels } => {
                if patterns.is_empty() {
                    return Err(ConfigError::NoPattern);
                }
                for pattern in patterns {
                    let named = || pattern.clone();
                    if !pattern.starts_with('/') {
                        return Err(ConfigError::Relative { pattern: named() });
                    }
                    glob::Pattern::new(pattern).map_err(|error| ConfigError::Pattern { pattern: named(), error })?;
                }
                let labels = labels.clone().unwrap_or_default();
                labels.check()?;
                Ok(Collect::Files(patterns.clone(), labels))
            }
            Self { files: None, syslog: Some(address), journald: None, .. } => {
                address.parse().map(Collect::Syslog).map_err(|_| ConfigError::Address(address.clone()))
            }
            Self { files: None, syslog: None, journald: Some(on), .. } => {
                Ok(if *on { Collect::Journald } else { Collect::Nothing })
            }
            Self { files, syslog, journald, .. } => {
                let count = [files.is_some(), syslog.is_some(), journald.is_some()];
                Err(ConfigError::Count(count.into_iter().filter(|is| *is).count()))
            }
        }
    }
}

impl FromIterator<Collect> for Config {
    /// All of it together; what is named twice is collected once.
    fn from_iter<I: IntoIterator<Item = Collect>>(tables: I) -> Self {
        let mut config = Self::default();
        for table in tables {
            match table {
                Collect::Files(patterns, labels) => {
                    let watched = |pattern| Watched { pattern, labels: labels.clone() };
                    config.files.extend(patterns.into_iter().map(watched));
                }
                Collect::Syslog(address) => config.syslog.push(address),
                Collect::Journald => config.journald = true,
                Collect::Nothing => {}
            }
        }
        let mut patterns = HashSet::new();
        config.files.retain(|watched| patterns.insert(watched.pattern.clone()));
        let mut addresses = HashSet::new();
        config.syslog.retain(|address| addresses.insert(*address));
        config
    }
}
