//! What a file that nothing is known of is to the files that are known: their copy, or one that only begins alike.
//!
//! Many programs begin each file with the same lines, so that a beginning proves nothing. A copy has a name that rotation
//! makes, and holds what was read of its original where it was read. As long as the original stands there whole, nobody can
//! tell a copy in the making, so it is waited for: copies are soon followed by the end of their original.

use super::{
    fingerprint::BYTES_MAX,
    id_of,
    packing::Packing,
    tail::{Position, state_of},
};
use std::{
    fs::{self, File},
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

/// A copy that nobody writes any more and whose original stands there as long is kept beside it.
const COPIED_WITHIN_SECONDS: i64 = 60;
/// How much later than it was last seen a file may have been copied: as often as files are looked for, and some.
const SEEN_WITHIN_SECONDS: i64 = 5;
/// Bytes of the end of a copy that are compared with its original.
const COMPARED_BYTES: u64 = 4 << 10;

/// Whether a file is a copy of one that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CopyStatus {
    /// No copy: another file, or its successor.
    Other,
    /// Its copy perhaps, which the original itself will tell.
    Undecided,
    /// Its content lies here now.
    Copy,
    /// Its copy, which is kept beside it: nothing more is to be read.
    Settled,
}

/// What the file at `path`, which begins with `beginning`, is to one that is known. `now` is in µs.
pub(super) fn copy_status(known: &Position, path: &Path, beginning: &[u8], now: i64) -> CopyStatus {
    if !known.prefix.begins(beginning) || !is_named_alike(&known.path, path) {
        return CopyStatus::Other;
    }
    let Ok(found) = fs::metadata(path) else { return CopyStatus::Undecided };
    let (is_packed, is_first) = (Packing::of(path) != Packing::Plain, Path::new(&known.source) == path);
    if let Some(original) = original(known) {
        // It was renamed, and this is its successor.
        if is_first {
            return CopyStatus::Other;
        }
        let is_settled = now / 1_000_000 - found.ctime().max(found.mtime()) > COPIED_WITHIN_SECONDS;
        return match is_packed {
            // Whoever packs a file removes it then.
            true if is_packed_of(path, &original) => CopyStatus::Undecided,
            true if !known.suffix.is_in(path) => CopyStatus::Other,
            false if !is_beginning_of(path, &original) => CopyStatus::Other,
            _ if !is_settled => CopyStatus::Undecided,
            // So few bytes are soon alike by chance: better twice than never.
            false if found.len() <= BYTES_MAX as u64 => CopyStatus::Other,
            _ => CopyStatus::Settled,
        };
    }
    // The number of its device was given anew, or it lies on another one.
    let is_moved = known.inode == found.ino() && known.device != found.dev() || known.state == Some(state_of(&found));
    let is_old = found.mtime() <= known.seen / 1_000_000 + SEEN_WITHIN_SECONDS;
    let may_be = match known.suffix.is_short() {
        true => is_moved || !is_first && (is_packed || is_old),
        false => true,
    };
    if may_be && known.suffix.is_in(path) { CopyStatus::Copy } else { CopyStatus::Other }
}

/// Where a known file lies, whole as it was read.
fn original(known: &Position) -> Option<PathBuf> {
    let id = Some((known.device, known.inode));
    let is_it = |path: &PathBuf| id_of(path) == id && known.is_in(path);
    let named = [known.path.clone(), PathBuf::from(&known.source)].into_iter().find(is_it);
    named.or_else(|| {
        let siblings = fs::read_dir(known.path.parent()?).ok()?.flatten().map(|entry| entry.path());
        siblings.filter(|path| is_named_alike(&known.path, path)).find(is_it)
    })
}

/// `app.log.1.gz` of `app.log.1`.
fn is_packed_of(path: &Path, original: &Path) -> bool {
    path.with_extension("") == original
}

/// Whether all of a plain file stands at the beginning of another: its end is compared.
fn is_beginning_of(path: &Path, original: &Path) -> bool {
    let compared = || {
        let (copy, original) = (File::open(path)?, File::open(original)?);
        let end = copy.metadata()?.len();
        let from = end.saturating_sub(COMPARED_BYTES);
        let (mut one, mut other) = (vec![0; (end - from) as usize], vec![0; (end - from) as usize]);
        copy.read_exact_at(&mut one, from)?;
        original.read_exact_at(&mut other, from)?;
        std::io::Result::Ok(one == other)
    };
    compared().unwrap_or(false)
}

/// Whether one name may be what rotation makes of the other: `app.log`, `app.log.1`, `app-20250110.log.gz`.
pub(super) fn is_named_alike(one: &Path, other: &Path) -> bool {
    let base = |path: &Path| base(&path.file_name().unwrap_or_default().to_string_lossy());
    one.parent() == other.parent() && base(one) == base(other)
}

/// Ends that say that a file was put aside.
const ASIDE: [&str; 8] = ["gz", "zst", "bz2", "xz", "old", "bak", "orig", "save"];

/// A name without what rotation adds: numbers and dates of their own, and ends that say that it was put aside.
fn base(name: &str) -> String {
    let is_aside = |part: &str| ASIDE.contains(&part) || is_number(part) || part.starts_with("cleared-");
    let mut parts: Vec<&str> = name.split('.').collect();
    while parts.len() > 1 && parts.last().is_some_and(|part| is_aside(part)) {
        parts.pop();
    }
    let kept = parts.iter().enumerate().filter(|(at, part)| *at == 0 || !is_number(part));
    kept.map(|(_, part)| without_date(part)).collect::<Vec<_>>().join(".")
}

/// A number, or a date.
fn is_number(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_digit()) && part.trim_end_matches(is_of_date).is_empty()
}

fn is_of_date(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '-' | '_' | 'T')
}

/// `app` of `app-20250110` and of `app-2025-01-10_14`.
fn without_date(part: &str) -> &str {
    let end = part.trim_end_matches(is_of_date);
    let digits = part[end.len()..].bytes().filter(u8::is_ascii_digit).count();
    let is_apart = part[end.len()..].starts_with(['-', '_']);
    if digits >= 6 && is_apart && !end.is_empty() { end } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_that_rotation_makes_of_each_other() {
        let alike = |one: &str, other: &str| {
            is_named_alike(&Path::new("/var/log").join(one), &Path::new("/var/log").join(other))
        };
        for other in [
            "app.log.1",
            "app.log.1.gz",
            "app.log.12.zst",
            "app-20250110.log",
            "app.log-20250110.gz",
            "app-2025-01-10_14.log.gz",
            "app.log.2025-01-10",
            "app.log.old",
            "app.2025-01-10.log",
            "app.1.log.gz",
            "app.log.cleared-20250110T143215000000Z.gz",
        ] {
            assert!(alike("app.log", other) && alike(other, "app.log") && alike("app.log.2", other), "{other}");
        }
        assert!(alike("syslog", "syslog.1.gz") && alike("messages", "messages-20250110"));
        for other in ["worker-2.log", "worker.err", "workers.log", "worker", "api.log", "worker-access.log"] {
            assert!(!alike("worker.log", other), "{other}");
        }
        assert!(!alike("api.access.log", "api.error.log"));
        assert!(!is_named_alike(Path::new("/a/app.log"), Path::new("/b/app.log.1")));
    }
}
