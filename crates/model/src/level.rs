//! How grave a log record is.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// In rising order, so that `level >= Level::Warning` reads as it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

impl Level {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// As Vigie writes them, in either of its languages, and as others do.
impl FromStr for Level {
    type Err = UnknownLevel;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.to_ascii_lowercase().as_str() {
            "trace" => Self::Trace,
            "debug" | "débogage" => Self::Debug,
            "info" => Self::Info,
            "warning" | "warn" | "avertissement" | "alerte" => Self::Warning,
            "error" | "erreur" => Self::Error,
            "critical" | "critique" | "fatal" => Self::Critical,
            _ => return Err(UnknownLevel(text.to_owned())),
        })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a level: use trace, debug, info, warning, error or critical")]
pub struct UnknownLevel(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_they_are_written_and_shown() {
        for level in [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical] {
            assert_eq!(level.as_str().parse::<Level>().ok(), Some(level));
        }
        for (text, level) in [
            ("WARN", Level::Warning),
            ("fatal", Level::Critical),
            ("débogage", Level::Debug),
            ("avertissement", Level::Warning),
            ("alerte", Level::Warning),
            ("Erreur", Level::Error),
            ("critique", Level::Critical),
        ] {
            assert_eq!(text.parse::<Level>().ok(), Some(level), "{text}");
        }
        assert!("loud".parse::<Level>().is_err());
    }
}
