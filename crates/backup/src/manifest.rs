//! What a backup says of itself.

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// The file that says what a backup holds. It is written last.
pub const MANIFEST: &str = "manifest.json";
/// Of this file's form. A program reads those up to its own.
pub(crate) const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// Of the program that wrote it.
    pub version: String,
    /// What was committed before is in it.
    pub taken_at: Timestamp,
    pub finished_at: Timestamp,
    /// The machine and the data directory: whose backup it is.
    pub host: String,
    pub data: String,
    pub database: Database,
    pub secret_key: SecretKey,
    /// What waits for a person once it is put back.
    pub held: Held,
    pub files: Vec<FileEntry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Database {
    /// `data/vigie.db`.
    Sqlite,
    /// `data/vigie.db`, too: the state was in PostgreSQL, and was copied from there.
    Postgres,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKey {
    Included,
    /// Whoever finds the backup cannot open the passwords in it.
    LeftOut,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub jobs: Vec<HeldJob>,
    pub schedules: u64,
    pub notices: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldJob {
    pub id: String,
    pub name: String,
    pub queued: u64,
    pub running: u64,
}

impl From<store::Held> for Held {
    fn from(held: store::Held) -> Self {
        let job = |job: store::HeldJob| HeldJob {
            id: job.id.to_string(),
            name: job.name,
            queued: job.queued,
            running: job.running,
        };
        Self { jobs: held.jobs.into_iter().map(job).collect(), schedules: held.schedules, notices: held.notices }
    }
}

/// A file, by its path below `data/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub path: String,
    pub bytes: u64,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// Whether a path of a manifest stays below the folder that it is put into.
pub(crate) fn is_safe(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_where_it_is_put() {
        for path in ["vigie.db", "telemetry/store/catalog/current.json", "blobs/..a"] {
            assert!(is_safe(path), "{path}");
        }
        for path in ["", "/etc/passwd", "../vigie.db", "logs/../../x", "logs//x", "./x", "a\0b"] {
            assert!(!is_safe(path), "{path:?}");
        }
    }
}
