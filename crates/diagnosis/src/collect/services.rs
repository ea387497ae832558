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

/// The services in `/etc/systemd/system`, and the programs of supervisor.
pub(super) fn find(tree: &Tree) -> Vec<Service> {
    let mut all = units(tree);
    let files = tree.files("/etc/supervisor", |inside| inside.ends_with(".conf") || inside.ends_with(".ini"));
    let more = tree.files("/etc/supervisord.d", |inside| inside.ends_with(".conf") || inside.ends_with(".ini"));
    for file in files.into_iter().chain(more) {
        all.extend(programs(&tree.text(&file.inside, FILE_BYTES_MAX).unwrap_or_default()));
    }
    all
}

/// `[program:club]` with its command.
fn programs(text: &str) -> Vec<Service> {
    let mut all: Vec<Service> = Vec::new();
    let mut is_program = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            let name = line.strip_prefix("[program:").and_then(|name| name.strip_suffix(']'));
            is_program = name.is_some();
            all.extend(name.map(|name| Service {
                unit: name.trim().to_owned(),
                description: String::new(),
                command: String::new(),
            }));
        } else if let (true, Some(last), Some((key, value))) = (is_program, all.last_mut(), line.split_once('='))
            && key.trim() == "command"
        {
            value.trim().clone_into(&mut last.command);
        }
    }
    all
}

fn units(tree: &Tree) -> Vec<Service> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_supervisor_are_services() {
        let found =
            programs("[unix_http_server]\ncommand=x\n[program:club]\ncommand = /srv/venv/bin/gunicorn club.wsgi\n");
        assert_eq!(found.len(), 1);
        assert_eq!((&*found[0].unit, &*found[0].command), ("club", "/srv/venv/bin/gunicorn club.wsgi"));
    }
}
