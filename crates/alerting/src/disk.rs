//! How much room is left on the disk.

use std::{io, path::Path};

/// Bytes of the disk that a folder lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskSpace {
    /// That can be written.
    pub free: u64,
    /// Used or free, as `df` counts: what the disk keeps for root, or a quota takes away, belongs to neither.
    pub total: u64,
}

impl DiskSpace {
    /// Where the folder really lies, whatever links lead there.
    ///
    /// # Errors
    /// The folder is not there, or its disk does not say.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let found = rustix::fs::statvfs(folder)?;
        let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
        let used = found.f_blocks.saturating_sub(found.f_bfree);
        Ok(Self { free: bytes(found.f_bavail), total: bytes(used.saturating_add(found.f_bavail)) })
    }

    /// From 0 to 100; of a disk without blocks, such as `/proc`, 100.
    pub fn free_percent(self) -> f64 {
        if self.total == 0 { 100.0 } else { self.free as f64 * 100.0 / self.total as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_and_what_is_used_are_the_whole() {
        let here = DiskSpace::of(Path::new("/")).unwrap();
        assert!(here.free <= here.total && (0.0..=100.0).contains(&here.free_percent()), "{here:?}");
        assert!((DiskSpace { free: 25, total: 100 }.free_percent() - 25.0).abs() < f64::EPSILON);
        let none = DiskSpace::of(Path::new("/proc")).unwrap();
        assert_eq!((none, none.free_percent()), (DiskSpace { free: 0, total: 0 }, 100.0));
        assert!(DiskSpace::of(Path::new("/nonexistent")).is_err());
    }
}
