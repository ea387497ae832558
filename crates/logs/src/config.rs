//! How long records are kept, in how much memory, and what is masked: the table `[log-store]` of `vigie.toml`.

use crate::{FormatEntry, FormatError, Formats};
use scrub::Scrubber;
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use telemetry::{Options, PerKind, Retention};

/// As it stands in the configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// Records older than so many days are forgotten, and not taken; 0 sets no bound.
    pub keep_days: u32,
    /// The oldest are forgotten before the store takes more than so many megabytes of disk; 0 sets no bound.
    pub keep_megabytes: u64,
    /// Megabytes of records in memory, waiting to be written or sealed. Beyond it senders are told to wait.
    pub memory_megabytes: u32,
    /// Whether Vigie's own story is kept too: the run logs of its jobs, and what it traces. Otherwise the newest lines of run
    /// logs stay in the outbox, where only the pages of their jobs show them.
    pub own_logs: bool,
    /// Folders whose log files are shown at `/logs/`, relative ones below the data directory; its `logs` unless said
    /// otherwise.
    pub folders: Vec<PathBuf>,
    /// Names of the files whose last lines are shown at `/logs/auto-sync/`; the three written last unless said otherwise.
    pub watched: Vec<String>,
    /// Formats that people described, tried before those that are known.
    pub formats: Vec<FormatEntry>,
    pub scrub: scrub::Config,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            keep_days: 0,
            keep_megabytes: 10_000,
            memory_megabytes: 64,
            own_logs: true,
            folders: vec!["logs".into()],
            watched: Vec::new(),
            formats: Vec::new(),
            scrub: scrub::Config::default(),
        }
    }
}

/// What is wrong in the table.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("log-store.memory-megabytes: {megabytes} is not from {least} to {most}: correct it")]
    Memory { megabytes: u32, least: u32, most: u32 },
    #[error("log-store.formats: {0}")]
    Format(#[from] FormatError),
    #[error("log-store.{0}")]
    Scrub(#[from] scrub::ConfigError),
}

const MEMORY_MIN: u32 = 16;
const MEMORY_MAX: u32 = 4_096;

impl Config {
    /// Whether it can be used at all.
    ///
    /// # Errors
    /// The option that is out of its bounds, or a pattern of secrets that cannot be read.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.formats()?;
        self.scrubber().map(drop)
    }

    /// The formats that people described.
    ///
    /// # Errors
    /// Of the first that is not right.
    pub fn formats(&self) -> Result<Formats, ConfigError> {
        Ok(Formats::new(&self.formats)?)
    }

    pub(crate) fn folders_of(&self, data: &Path) -> Vec<PathBuf> {
        self.folders.iter().map(|folder| data.join(folder)).collect()
    }

    pub(crate) fn scrubber(&self) -> Result<Scrubber, ConfigError> {
        if !(MEMORY_MIN..=MEMORY_MAX).contains(&self.memory_megabytes) {
            let megabytes = self.memory_megabytes;
            return Err(ConfigError::Memory { megabytes, least: MEMORY_MIN, most: MEMORY_MAX });
        }
        Ok(Scrubber::new(&self.scrub)?)
    }

    /// How old a record may be.
    pub(crate) fn age_max(&self) -> Option<Duration> {
        (self.keep_days > 0).then(|| Duration::from_secs(u64::from(self.keep_days) * 86_400))
    }

    /// How much is kept of each kind of records on disk.
    pub(crate) fn bytes_max(&self) -> Option<u64> {
        (self.keep_megabytes > 0).then(|| self.keep_megabytes.saturating_mul(1_000_000))
    }

    pub(crate) fn options(&self) -> Options {
        let retention = Retention { age_max: self.age_max(), bytes_max: self.bytes_max() };
        let usual = Options::default();
        let memory_bytes_max = (self.memory_megabytes as usize) << 20;
        let seal_bytes = usual.seal_bytes.min(memory_bytes_max / 3);
        // Kinds of which nothing is said are kept like logs.
        Options { memory_bytes_max, seal_bytes, retention: PerKind::from_fn(|_| retention), ..usual }
    }
}
