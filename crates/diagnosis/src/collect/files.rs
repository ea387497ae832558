//! Which files may hold what is asked: those of `/var/log`, of applications, and what a bundle has.

use crate::{
    question::Question,
    tree::{Found, Tree},
};
use model::Timestamp;
use std::collections::BTreeSet;

const PACKED: &[&str] = &[".xz", ".zst", ".bz2"];
/// Folders in which everything is a log.
const LOG_FOLDERS: &[&str] = &["/var/log/", "/logs/", "/log/"];
/// What ends the name of something that is no text.
const NO_TEXT: &[&str] = &[
    ".journal",
    ".journal~",
    ".tmp",
    ".bz2",
    ".xz",
    ".zst",
    ".tar",
    ".db",
    ".sqlite3",
    ".pyc",
    ".so",
    ".pid",
    ".sock",
    ".png",
    ".pdf",
];
/// What is in the names of logs: what programs' outputs are called, and what people call their copies.
const NAMED_SO: &[&str] = &[
    ".log", "-log", "_log", "journal", "dmesg", "syslog", "stderr", "stdout", "nohup", "console", "catalina",
    "messages", ".out", ".err", ".trace", ".jsonl", ".ndjson",
];
const CODE: &[&str] = &[
    ".py", ".rs", ".js", ".ts", ".php", ".rb", ".java", ".go", ".cs", ".html", ".conf", ".ini", ".toml", ".yml",
    ".yaml", ".service", ".md", ".css", ".mo", ".po", ".sh", ".map", ".class", ".jar",
];
/// Logs that hold one row per login, in binary.
const BINARY: &[&str] = &["wtmp", "btmp", "lastlog", "faillog"];

/// The log files of `tree`, by their paths; or the pattern that names none.
pub(super) fn find(tree: &Tree, question: &Question) -> Result<Vec<Found>, String> {
    let mut found = if tree.is_live() { on_this_machine(tree, question) } else { of_copy(tree) };
    for pattern in &question.logs {
        let of_pattern = by_pattern(tree, pattern);
        if of_pattern.is_empty() {
            return Err(pattern.clone());
        }
        found.extend(of_pattern);
    }
    let mut seen = BTreeSet::new();
    found.retain(|file| seen.insert(file.real.clone()));
    Ok(found)
}

/// Logs that were packed in a way that is not read, and written to since then.
pub(super) fn packed(tree: &Tree, since: Timestamp) -> Vec<Found> {
    let is_packed = |inside: &str| {
        let stem = PACKED.iter().find_map(|end| inside.strip_suffix(end));
        stem.is_some_and(is_log)
    };
    let mut found = tree.files("/var/log", is_packed);
    found.retain(|file| file.modified >= since);
    found
}

/// The machine's own logs have a share of the bound that nothing else takes.
fn of_copy(tree: &Tree) -> Vec<Found> {
    let mut found = tree.files("/var/log", is_log);
    found.extend(tree.files("", is_log));
    found.sort_by(|one, other| one.inside.cmp(&other.inside));
    found
}

fn on_this_machine(tree: &Tree, question: &Question) -> Vec<Found> {
    let mut found = tree.files("/var/log", is_log);
    for folder in ["/var/www", "/srv", "/opt"].into_iter().chain(question.app_root.as_deref()) {
        found.extend(tree.files(folder, is_log));
    }
    found
}

/// Whether a file at this path may be a log of text.
fn is_log(inside: &str) -> bool {
    let name = inside.rsplit('/').next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    if NO_TEXT.iter().any(|end| lower.ends_with(end))
        || BINARY.iter().any(|one| lower.starts_with(one))
        || name.starts_with('.') && !lower.ends_with(".log")
    {
        return false;
    }
    let in_log_folder =
        LOG_FOLDERS.iter().any(|folder| inside.contains(folder)) && !inside.contains("/var/log/journal/");
    let is_named_so = NAMED_SO.iter().any(|part| lower.contains(part));
    let is_code = CODE.iter().any(|end| lower.ends_with(end));
    !is_code && (in_log_folder || is_named_so && !inside.starts_with("/etc/"))
}

fn by_pattern(tree: &Tree, pattern: &str) -> Vec<Found> {
    let Ok(pattern) = glob::Pattern::new(pattern) else { return Vec::new() };
    // Only what stands before the first wildcard has to be walked.
    let fixed: &str = pattern.as_str().split(['*', '?', '[']).next().unwrap_or_default();
    let folder = fixed.rsplit_once('/').map_or("", |(folder, _)| folder);
    tree.files(folder, |inside| pattern.matches(inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_known_by_their_paths() {
        for inside in [
            "/var/log/syslog",
            "/var/log/syslog.2.gz",
            "/var/log/nginx/access.log-20260121",
            "/srv/app/logs/django.txt",
            "/journal.json",
            "/srv2/console/letters.stderr",
            "/home/app/nohup.out",
            "/var/lib/mysql/db1.err",
            "/opt/tomcat/catalina.2026-01-10.out",
            "/var/log/postgresql/postgresql-15-main.log",
            "/home/club/.msmtp.log",
        ] {
            assert!(is_log(inside), "{inside}");
        }
        for inside in [
            "/var/log/journal/ab/system.journal",
            "/var/log/wtmp",
            "/srv/app/views.py",
            "/srv/app/messages.php",
            "/srv/app/console.ts",
            "/etc/logrotate.d/x",
            "/etc/nginx/nginx.conf",
        ] {
            assert!(!is_log(inside), "{inside}");
        }
    }
}
