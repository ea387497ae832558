//! Which device holds which folder, as the tree's own table says.

use crate::tree::Tree;
use serde::{Deserialize, Serialize};

const FILE_BYTES_MAX: u64 = 64 << 10;

/// A file system and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// `sdc1` of `/dev/sdc1`.
    pub device: String,
    pub folder: String,
}

/// What `/etc/fstab` says; of a machine that runs, what is mounted.
pub(super) fn find(tree: &Tree) -> Vec<Mount> {
    let table = if tree.is_live() { "/proc/mounts" } else { "/etc/fstab" };
    tree.text(table, FILE_BYTES_MAX).unwrap_or_default().lines().filter_map(mount).collect()
}

/// `/dev/sdc1 /mnt/photos ext4 errors=remount-ro 0 2`
fn mount(line: &str) -> Option<Mount> {
    let mut words = line.split_whitespace();
    let device = words.next()?.strip_prefix("/dev/")?.rsplit('/').next()?;
    let folder = words.next().filter(|folder| folder.starts_with('/'))?;
    Some(Mount { device: device.to_owned(), folder: folder.to_owned() })
}
