//! What may be configured, and the check that turns it into a plan.

use crate::file_lock;
use jiff::tz::TimeZone;
use model::Level;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, collections::BTreeSet, fmt, path::Component, path::PathBuf, str::FromStr};

/// The `[logs]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// For loggers that have no level of their own and no ancestor with one.
    pub level: Level,
    /// Levels by logger: the longest matching prefix decides. `mail.smtp` and `mail::smtp` are the same logger.
    pub levels: BTreeMap<String, Level>,
    /// The zone of times in text files and of days, as `Europe/Paris`; the system's when absent.
    pub time_zone: Option<String>,
    /// Whether `mailing.log`, `errors.log` and `vigie.log` are written as well.
    pub defaults: bool,
    /// Files besides; one of the name of a default stands in its place.
    pub files: Vec<FileConfig>,
    /// Who may read the files, by name or number: they are then 0640, and of that group.
    pub group: Option<String>,
    /// Standard error.
    pub console: Option<Console>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileConfig {
    /// A name or a path; a relative one is under the directory of logs.
    pub path: PathBuf,
    #[serde(default)]
    pub format: Format,
    #[serde(default = "default_max_size")]
    pub max_size: ByteSize,
    #[serde(default)]
    pub rotate: Rotate,
    /// Rotated files kept beside the current one.
    #[serde(default = "default_keep")]
    pub keep: u32,
    /// Rotated files older than this are deleted even if fewer than `keep` are left.
    #[serde(default)]
    pub max_age_days: Option<u32>,
    /// Whether rotated files are gzipped.
    #[serde(default = "yes")]
    pub compress: bool,
    /// The least level taken.
    #[serde(default = "info")]
    pub level: Level,
    /// The loggers taken, descendants included (`jobs.*` is `jobs`); all when empty.
    #[serde(default)]
    pub loggers: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Console {
    pub format: Format,
    pub level: Level,
    pub loggers: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `2025-01-10 14:32:15 [INFO] mail.smtp: message key=value`
    #[default]
    Text,
    /// One object per line: `at`, `level`, `logger`, `message`, then the fields.
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rotate {
    /// At the first line of a new day, and by size.
    Daily,
    /// By size only.
    #[default]
    None,
}

/// Bytes, written as `50MB`, `10 MiB`, `1GB` or a number. K, M and G are powers of 1024, as everywhere in logging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ConfigError {
    #[error("`{0}` is not a size: write 50MB, 10MiB, 1GB or a number of bytes")]
    Size(String),
    #[error("logs.files: `{0}` is listed twice: each file once, with all its loggers")]
    Twice(String),
    #[error("logs.files: `{0}` is not a file's path: name a file, without `..`")]
    Path(String),
    #[error("logs.files: {file}: max_size is {size} bytes: at least {SIZE_MIN} are needed")]
    TooSmall { file: String, size: u64 },
    #[error("logs.files: {file}: keep is {keep}: at most {KEEP_MAX}")]
    KeepTooMany { file: String, keep: u32 },
    #[error("logs.files: {0} files are listed: at most {FILES_MAX}")]
    TooManyFiles(usize),
    #[error("logs.group: there is no group `{0}`: write one of /etc/group, or its number")]
    Group(String),
    #[error("logs.time_zone: `{0}` is not a known zone: write it as Europe/Paris")]
    Zone(String),
}

const SIZE_MIN: u64 = 4096;
const KEEP_MAX: u32 = 10_000;
/// Sinks are a bit each in a `u64`, the console and the journal among them.
const FILES_MAX: usize = 62;

/// One more file, of what is traced alone: lines that are told here and kept elsewhere are none of it.
#[derive(Clone, Debug)]
pub struct Journal {
    pub file: FileConfig,
    /// Loggers of which it takes warnings and worse only: those of whoever reads it, lest each line read be another one
    /// written.
    pub grave_only: Vec<String>,
}

/// A configuration that has been checked.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The journal's file is its last.
    pub(crate) config: Config,
    pub(crate) zone: TimeZone,
    /// Who may read the files.
    pub(crate) group: Option<u32>,
    /// Where there is a journal, the loggers of which it takes little.
    pub(crate) journal: Option<Vec<String>>,
}

impl Plan {
    pub(crate) fn with_journal(mut self, journal: Journal) -> Self {
        self.config.files.push(journal.file);
        self.journal = Some(journal.grave_only);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            level: Level::Info,
            levels: BTreeMap::new(),
            time_zone: None,
            defaults: true,
            files: Vec::new(),
            group: None,
            console: None,
        }
    }
}

impl Config {
    /// The files that are written, those of the configuration first.
    pub fn all_files(&self) -> Vec<FileConfig> {
        let file = |path: &str, megabytes: u64, level: Level, loggers: &[&str]| FileConfig {
            path: path.into(),
            format: Format::Text,
            max_size: ByteSize(megabytes << 20),
            rotate: Rotate::None,
            keep: default_keep(),
            max_age_days: None,
            compress: true,
            level,
            loggers: loggers.iter().map(|&logger| logger.to_owned()).collect(),
        };
        let defaults = [
            file("mailing.log", 50, Level::Info, &["mail"]),
            file("errors.log", 10, Level::Error, &[]),
            file("vigie.log", 10, Level::Info, &[]),
        ];
        let is_missing = |default: &FileConfig| self.files.iter().all(|file| file.path != default.path);
        let mut files = self.files.clone();
        files.extend(defaults.into_iter().filter(|default| self.defaults && is_missing(default)));
        files
    }
}

impl Default for Console {
    fn default() -> Self {
        Self { format: Format::Text, level: Level::Info, loggers: Vec::new() }
    }
}

impl Config {
    pub(crate) fn validate(&self) -> Result<Plan, ConfigError> {
        let files = self.all_files();
        if files.len() > FILES_MAX {
            return Err(ConfigError::TooManyFiles(files.len()));
        }
        let mut seen = BTreeSet::new();
        for file in &files {
            let name = file.path.display().to_string();
            let climbs = file.path.components().any(|part| matches!(part, Component::ParentDir));
            if climbs || file.path.file_name().is_none() {
                return Err(ConfigError::Path(name));
            }
            if !seen.insert(&file.path) {
                return Err(ConfigError::Twice(name));
            }
            if file.max_size.0 < SIZE_MIN {
                return Err(ConfigError::TooSmall { file: name, size: file.max_size.0 });
            }
            if file.keep > KEEP_MAX {
                return Err(ConfigError::KeepTooMany { file: name, keep: file.keep });
            }
        }
        let zone = match &self.time_zone {
            None => TimeZone::system(),
            Some(name) => TimeZone::get(name).map_err(|_| ConfigError::Zone(name.clone()))?,
        };
        let group = match &self.group {
            None => None,
            Some(name) => Some(file_lock::group(name).ok_or_else(|| ConfigError::Group(name.clone()))?),
        };
        Ok(Plan { config: Self { files, ..self.clone() }, zone, group, journal: None })
    }
}

impl FromStr for ByteSize {
    type Err = ConfigError;
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::Size(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        let digits = lower.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = lower[..digits].parse().map_err(|_| wrong())?;
        let shift = match lower[digits..].trim_start() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 10,
            "m" | "mb" | "mib" => 20,
            "g" | "gb" | "gib" => 30,
            _ => return Err(wrong()),
        };
        number.checked_mul(1 << shift).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes > 0 && bytes % (1 << 30) == 0 => write!(f, "{}GB", bytes >> 30),
            bytes if bytes > 0 && bytes % (1 << 20) == 0 => write!(f, "{}MB", bytes >> 20),
            bytes if bytes > 0 && bytes % (1 << 10) == 0 => write!(f, "{}KB", bytes >> 10),
            bytes => write!(f, "{bytes}"),
        }
    }
}

impl Serialize for ByteSize {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Bytes(u64),
            Text(String),
        }
        match Raw::deserialize(deserializer)? {
            Raw::Bytes(bytes) => Ok(Self(bytes)),
            Raw::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

const fn default_max_size() -> ByteSize {
    ByteSize(10 << 20)
}

const fn default_keep() -> u32 {
    5
}

const fn yes() -> bool {
    true
}

const fn info() -> Level {
    Level::Info
}
