//! The services that the tree's configuration declares.

use crate::tree::Tree;
use serde::{Deserialize, Serialize};

const FILE_BYTES_MAX: u64 = 64 << 10;

/// A service, as its unit declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// `app.service`.
    pub unit: String,
    pub description: String,
    pub command: String,
}

/// The services in `/etc/systemd/system`.
pub(super) fn find(tree: &Tree) -> Vec<Service> {
    let files = tree.files("/etc/systemd/system", |inside| inside.ends_with(".service") && !inside.contains(".wants/"));
    let read = files.iter().map(|file| {
        let text = tree.text(&file.inside, FILE_BYTES_MAX).unwrap_or_default();
        let value = |key: &str| {
            text.lines()
                .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))
                .unwrap_or_default()
                .to_owned()
        };
        let unit = file.inside.rsplit('/').next().unwrap_or_default().to_owned();
        Service { unit, description: value("Description"), command: value("ExecStart") }
    });
    read.collect()
}
