//! Files of programs beside the logs of applications: they tell in which language an application is written.

use crate::tree::{Found, Tree};
use std::collections::BTreeSet;

/// Folders of applications.
pub(crate) const CODE: &[&str] = &["/srv/", "/var/www/", "/opt/", "/home/"];
const FOLDERS_MAX: usize = 300;
const NAMES_MAX: usize = 2000;
const PROGRAMS_MAX: usize = 500;
const ENDS: &[&str] = &[".py", ".php", ".rb", ".pl", ".pm", ".js", ".mjs", ".ts", ".jar", ".sh"];

/// What lies in the folders of these logs that are in applications' folders, in those above them, and in `bin` beside.
pub(super) fn beside(tree: &Tree, logs: &[Found]) -> Vec<String> {
    let in_code = logs.iter().filter(|log| CODE.iter().any(|folder| log.inside.starts_with(folder)));
    let folders = in_code.filter_map(|log| Some(log.inside.rsplit_once('/')?.0));
    let around = |folder: &str| {
        let above = folder.rsplit_once('/').map_or("", |(above, _)| above).to_owned();
        [folder.to_owned(), format!("{above}/bin"), above]
    };
    let folders: BTreeSet<String> = folders.flat_map(around).filter(|folder| folder.matches('/').count() > 1).collect();
    let names = folders.iter().take(FOLDERS_MAX).flat_map(|folder| tree.names(folder, NAMES_MAX));
    names.filter(|name| ENDS.iter().any(|end| name.ends_with(end))).take(PROGRAMS_MAX).collect()
}
