//! Locks on a log file (`flock`), by which several processes write it in turns; and its group.
//!
//! Who writes holds a shared lock, and looks under it whether the name still leads to the file; who renames or
//! compresses holds an exclusive one. So no line goes into a file that is being packed. A lock is waited for a while
//! only: whoever may read the file may hold one for good, and must not keep others from writing.

use std::{
    fs::{File, TryLockError},
    io,
    time::{Duration, Instant},
};

const STEP: Duration = Duration::from_millis(2);

/// What a lock is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockMode {
    /// To write, beside others.
    Shared,
    /// To rename or compress, alone.
    Exclusive,
}

/// Whether the lock was had in time. It ends with [`end`], or with the file.
pub(crate) fn take(file: &File, mode: LockMode, patience: Duration) -> bool {
    let begun = Instant::now();
    loop {
        let got = match mode {
            LockMode::Shared => file.try_lock_shared(),
            LockMode::Exclusive => file.try_lock(),
        };
        match got {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => std::thread::sleep(STEP),
            // Some network file systems lock nothing: then there is nothing to wait for.
            Err(TryLockError::Error(_) | TryLockError::WouldBlock) => return false,
        }
    }
}

pub(crate) fn end(file: &File) {
    // It is not held, or cannot be given back: the file's end ends it.
    let _ = file.unlock();
}

/// The number of a group: by its name in `/etc/group`, or as it is written.
pub(crate) fn group(name: &str) -> Option<u32> {
    if let Ok(number) = name.parse() {
        return Some(number);
    }
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
    })
}

/// Gives a file to a group that may read it, and nobody else.
#[cfg(unix)]
pub(crate) fn give(file: &File, group: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    let Some(group) = group else { return Ok(()) };
    let meta = file.metadata()?;
    if meta.gid() != group {
        fchown(file, None, Some(group))?;
    }
    if meta.mode() & 0o777 != 0o640 {
        file.set_permissions(std::fs::Permissions::from_mode(0o640))?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn give(_: &File, _: Option<u32>) -> io::Result<()> {
    Ok(())
}
