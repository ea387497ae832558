//! The table `[backup]`.

use jiff::civil::{Time, time};
use serde::Deserialize;
use std::path::PathBuf;

/// A backup every day.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct BackupSettings {
    /// Outside of the data directory.
    pub(crate) folder: PathBuf,
    /// On the clock of the zone of the settings.
    #[serde(default = "at_night")]
    pub(crate) at: Time,
    #[serde(default = "a_week")]
    pub(crate) keep: u16,
    #[serde(default)]
    pub(crate) with_key: bool,
}

const fn at_night() -> Time {
    time(2, 30, 0, 0)
}

const fn a_week() -> u16 {
    7
}
