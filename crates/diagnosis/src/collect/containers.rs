//! What Docker calls its containers, of which the kernel and systemd know but the number.

use crate::tree::Tree;
use serde::{Deserialize, Serialize};

const FOLDER: &str = "/var/lib/docker/containers";
const CONTAINERS_MAX: usize = 200;
const FILE_BYTES_MAX: u64 = 256 << 10;

/// A container, by its number of 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    pub id: String,
    pub name: String,
}

/// What Docker has written of a container, as far as it is needed.
#[derive(Deserialize)]
struct Config {
    #[serde(rename = "ID")]
    id: String,
    /// `/shop-worker`.
    #[serde(rename = "Name")]
    name: String,
}

pub(super) fn find(tree: &Tree) -> Vec<Container> {
    let files = tree.files(FOLDER, |path| path.ends_with("/config.v2.json"));
    let read = |inside: &str| {
        let text = tree.text(inside, FILE_BYTES_MAX)?;
        let Config { id, name } = serde_json::from_str(&text).ok()?;
        Some(Container { id, name: name.trim_start_matches('/').to_owned() })
    };
    files.iter().take(CONTAINERS_MAX).filter_map(|file| read(&file.inside)).collect()
}
