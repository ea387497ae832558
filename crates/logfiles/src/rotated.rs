//! Rotated files: their names, and keeping only so many of them, compressed.
//!
//! `mailing.log` becomes `mailing.log.20250110T143215Z`, by the moment of rotation in UTC, with `-1`, `-2` … where
//! several fall into one second, then `….gz`. Names sort by age even when the clock was set back. Other files are never
//! touched.

use crate::file_lock::{self, LockMode};
use flate2::{Compression, write::GzEncoder};
use jiff::civil::DateTime;
use model::Timestamp;
use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

const STAMP: &str = "%Y%m%dT%H%M%SZ";
const ARCHIVE: &str = ".gz";
const UNFINISHED: &str = ".gz.tmp";
/// How long a rotated file's lock is waited for: the next sweep finds the file again.
const LOCK_PATIENCE: Duration = Duration::from_millis(500);

/// What to keep of one file's past.
#[derive(Clone, Debug)]
pub(crate) struct Keep {
    pub(crate) path: PathBuf,
    pub(crate) count: u32,
    pub(crate) age_days_max: Option<u32>,
    pub(crate) compress: bool,
}

/// A rotated file; sorts by age.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Old {
    stamp: DateTime,
    number: u32,
    kind: Kind,
    path: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Plain,
    Gzip,
    /// Compression was cut off.
    Unfinished,
}

/// Gives the file at `path` the name of one that was rotated at `at`: later than every one there is, and nobody's.
pub(crate) fn put_aside(path: &Path, at: Timestamp) -> io::Result<()> {
    let now = to_the_second(at);
    let newest = list(path)?.pop().filter(|newest| newest.stamp >= now);
    let (stamp, first) = newest.map_or((now, 0), |newest| (newest.stamp, newest.number + 1));
    // A folder that others rename in is not listed as it was at one moment: each name is looked at, and taken only if free.
    for number in first.. {
        let to = named(path, stamp, number);
        if is_taken(&to) {
            continue;
        }
        match rename_to_free(path, &to) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            outcome => return outcome,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A plain file is looked for first: it goes only after its archive is there.
fn is_taken(rotated: &Path) -> bool {
    rotated.symlink_metadata().is_ok() || with_suffix(rotated, ARCHIVE).symlink_metadata().is_ok()
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems only know how to replace.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => fs::rename(from, to),
        outcome => Ok(outcome?),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Deletes what is too many or too old, then compresses the rest. Safe to repeat, also after a crash at any moment.
pub(crate) fn sweep(keep: &Keep, now: Timestamp) -> io::Result<()> {
    let mut files = list(&keep.path)?;
    let oldest = keep.age_days_max.map(|days| to_the_second(now - Duration::from_hours(24) * days));
    let mut kept = 0;
    while let Some(newest) = files.last() {
        let (stamp, number) = (newest.stamp, newest.number);
        let first = files.partition_point(|file| (file.stamp, file.number) < (stamp, number));
        let same = files.split_off(first);
        let wanted = kept < keep.count && oldest.is_none_or(|oldest| stamp >= oldest);
        kept += u32::from(wanted);
        // A finished archive was synced before it got its name: its original may go.
        let archived = same.iter().any(|file| file.kind == Kind::Gzip);
        // Another process still writes the last of it, or compresses it.
        let plain = same.iter().find(|file| file.kind == Kind::Plain).and_then(|file| File::open(&file.path).ok());
        if plain.as_ref().is_some_and(|plain| !file_lock::take(plain, LockMode::Exclusive, LOCK_PATIENCE)) {
            continue;
        }
        for file in same {
            match file.kind {
                Kind::Plain if wanted && !archived => {
                    if keep.compress && file.path.exists() {
                        compress(&file.path)?;
                    }
                }
                Kind::Gzip if wanted => {}
                _ => remove(&file.path)?,
            }
        }
    }
    Ok(())
}

/// The rotated files of `path`, oldest first.
fn list(path: &Path) -> io::Result<Vec<Old>> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Ok(Vec::new());
    };
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let file = entry?.path();
        let rest = file.file_name().and_then(|file| file.to_str()?.strip_prefix(name)?.strip_prefix('.'));
        if let Some((stamp, number, kind)) = rest.and_then(parse) {
            files.push(Old { stamp, number, kind, path: file });
        }
    }
    files.sort();
    Ok(files)
}

/// `20250110T143215Z[-1][.gz[.tmp]]`.
fn parse(rest: &str) -> Option<(DateTime, u32, Kind)> {
    let (rest, kind) = if let Some(rest) = rest.strip_suffix(UNFINISHED) {
        (rest, Kind::Unfinished)
    } else if let Some(rest) = rest.strip_suffix(ARCHIVE) {
        (rest, Kind::Gzip)
    } else {
        (rest, Kind::Plain)
    };
    let (stamp, number) = rest.split_once('-').map_or(Some((rest, 0)), |(stamp, n)| Some((stamp, n.parse().ok()?)))?;
    if stamp.len() != 16 {
        return None;
    }
    Some((DateTime::strptime(STAMP, stamp).ok()?, number, kind))
}

fn named(path: &Path, stamp: DateTime, number: u32) -> PathBuf {
    let stamped = with_suffix(path, &format!(".{}", stamp.strftime(STAMP)));
    if number == 0 { stamped } else { with_suffix(&stamped, &format!("-{number}")) }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn to_the_second(at: Timestamp) -> DateTime {
    let civil = at.in_zone(&jiff::tz::TimeZone::UTC).datetime();
    civil.with().subsec_nanosecond(0).build().unwrap_or(civil)
}

/// Into a temporary file, synced, renamed; only then is the original deleted.
fn compress(path: &Path) -> io::Result<()> {
    let (unfinished, archive) = (with_suffix(path, UNFINISHED), with_suffix(path, ARCHIVE));
    let write = || -> io::Result<()> {
        if path.is_symlink() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "is a link, and no log file"));
        }
        let mut from = File::open(path)?;
        let meta = from.metadata()?;
        let to = create_anew(&unfinished)?;
        #[cfg(unix)]
        {
            // Whose group may read the one may read the other; who is no member of it cannot say so.
            let group = std::os::unix::fs::MetadataExt::gid(&meta);
            let _ = std::os::unix::fs::fchown(&to, None, Some(group));
        }
        to.set_permissions(meta.permissions())?;
        let mut encoder = GzEncoder::new(io::BufWriter::new(to), Compression::default());
        io::copy(&mut from, &mut encoder)?;
        let mut buffer = encoder.finish()?;
        buffer.flush()?;
        let to = buffer.into_inner().map_err(io::IntoInnerError::into_error)?;
        to.set_modified(meta.modified()?)?;
        to.sync_all()?;
        fs::rename(&unfinished, &archive)
    };
    write().inspect_err(|_| {
        // It would be swept next time too.
        let _ = fs::remove_file(&unfinished);
    })?;
    remove(path)
}

/// What lies there was left by a crash, or was put there for us to write to.
fn create_anew(path: &Path) -> io::Result<File> {
    remove(path)?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
