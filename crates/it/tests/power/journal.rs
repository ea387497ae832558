//! What `shim.c` has written down, and the directory that a power cut would have left of it.
//!
//! Of a file's content only what was forced to disk is certain. Of the rest nothing may be there, or any part, cut at
//! any sector. Names (files made, renamed, removed) are taken to be on disk in their order, as the journals of ext4
//! and XFS have it; a file that was made and never forced is there, and empty.

use model::Rng;
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
};

const HEAD: usize = 1 + 8 + 8 + 4 + 4;
const SECTOR: u64 = 512;

/// What becomes of what was written and not forced to disk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unsynced {
    Dropped,
    /// Each write by itself is there, or not, or half, drawn by lot.
    Scattered,
}

#[derive(Clone, Debug)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    Length(usize),
}

/// A file as the disk has it, and what has happened to it since it was last forced there.
#[derive(Clone, Debug, Default)]
struct Disk {
    durable: Vec<u8>,
    pending: Vec<Change>,
}

impl Disk {
    fn apply(&mut self, change: &Change) {
        match change {
            Change::Write { offset, data } => {
                let end = offset + data.len();
                if self.durable.len() < end {
                    self.durable.resize(end, 0);
                }
                self.durable[*offset..end].copy_from_slice(data);
            }
            Change::Length(length) => self.durable.resize(*length, 0),
        }
    }

    fn force(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            self.apply(&change);
        }
    }

    fn cut(&mut self, unsynced: Unsynced, rng: &Rng) -> u64 {
        let pending = std::mem::take(&mut self.pending);
        let lost = pending.len() as u64;
        if matches!(unsynced, Unsynced::Scattered) {
            for mut change in pending {
                let lot = rng.below(3);
                if let Change::Write { offset, data } = &mut change
                    && lot == 1
                {
                    // Up to some sector of the disk, wherever the write began.
                    let end = (*offset as u64 + rng.below(data.len() as u64 + 1)) / SECTOR * SECTOR;
                    data.truncate((end as usize).saturating_sub(*offset));
                }
                if lot > 0 {
                    self.apply(&change);
                }
            }
        }
        lost
    }
}

/// The files by name; several names may be one file.
#[derive(Default)]
pub(crate) struct Directory {
    disks: Vec<Disk>,
    names: BTreeMap<PathBuf, usize>,
    inodes: HashMap<u64, usize>,
}

impl Directory {
    /// The directory as it was before the program ran, all of it on disk.
    pub(crate) fn before(folder: &Path) -> Self {
        let mut directory = Self::default();
        directory.read(folder, Path::new(""));
        directory
    }

    fn read(&mut self, root: &Path, below: &Path) {
        use std::os::unix::fs::MetadataExt as _;
        let Ok(entries) = fs::read_dir(root.join(below)) else { return };
        for entry in entries.flatten() {
            let (name, meta) = (below.join(entry.file_name()), entry.metadata().expect("it is there"));
            if meta.is_dir() {
                self.read(root, &name);
            } else if meta.is_file() && !is_shared_memory(&name) {
                self.disks.push(Disk { durable: fs::read(entry.path()).expect("it is readable"), pending: Vec::new() });
                self.names.insert(name, self.disks.len() - 1);
                self.inodes.insert(meta.ino(), self.disks.len() - 1);
            }
        }
    }

    /// Follows the journal, up to its last whole record.
    pub(crate) fn follow(&mut self, journal: &[u8]) {
        let mut rest = journal;
        while let Some((record, after)) = Record::parse(rest) {
            self.step(&record);
            rest = after;
        }
    }

    fn step(&mut self, record: &Record<'_>) {
        let change = match record.op {
            b'O' => {
                self.opened(record);
                return;
            }
            b'T' => {
                let disk = self.opened(record);
                return self.disks[disk].pending.push(Change::Length(0));
            }
            b'W' => Change::Write { offset: record.offset as usize, data: record.data.to_vec() },
            b'L' => Change::Length(record.offset as usize),
            b'S' => {
                if let Some(disk) = self.inodes.get(&record.inode) {
                    self.disks[*disk].force();
                }
                return;
            }
            b'U' => {
                self.names.remove(record.name);
                return;
            }
            b'R' | b'N' => {
                let other = std::str::from_utf8(record.data).expect("names are UTF-8");
                let disk = match record.op {
                    b'R' => self.names.remove(record.name),
                    _ => self.names.get(record.name).copied(),
                };
                self.names.extend(disk.map(|disk| (other.into(), disk)));
                return;
            }
            other => panic!("the journal holds an operation {other:?}"),
        };
        let disk = *self.inodes.get(&record.inode).expect("a file is opened before it is written");
        self.disks[disk].pending.push(change);
    }

    /// The file of that name; a new one when there was none, whatever file had its inode before.
    fn opened(&mut self, record: &Record<'_>) -> usize {
        let disks = &mut self.disks;
        let disk = *self.names.entry(record.name.to_owned()).or_insert_with(|| {
            disks.push(Disk::default());
            disks.len() - 1
        });
        self.inodes.insert(record.inode, disk);
        disk
    }

    /// Writes into `folder`, which must not be there, what is left. Returns how many changes were at stake.
    pub(crate) fn cut(mut self, unsynced: Unsynced, rng: &Rng, folder: &Path) -> u64 {
        let at_stake = self.disks.iter_mut().map(|disk| disk.cut(unsynced, rng)).sum();
        fs::create_dir_all(folder).expect("a folder can be made");
        for (name, disk) in &self.names {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("it is below the folder")).expect("a folder can be made");
            fs::write(&path, &self.disks[*disk].durable).expect("a file can be written");
            if name.ends_with("secret.key") {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is ours");
            }
        }
        at_stake
    }
}

fn is_shared_memory(name: &Path) -> bool {
    name.to_string_lossy().ends_with("-shm")
}

struct Record<'a> {
    op: u8,
    inode: u64,
    offset: u64,
    name: &'a Path,
    data: &'a [u8],
}

impl<'a> Record<'a> {
    /// The first record and what follows it; `None` at the end, or where the last record was cut off.
    fn parse(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let long = |at: usize| Some(u64::from_ne_bytes(head.get(at..at + 8)?.try_into().ok()?));
        let short = |at: usize| Some(u32::from_ne_bytes(head.get(at..at + 4)?.try_into().ok()?) as usize);
        let (name, rest) = rest.split_at_checked(short(17)?)?;
        let (data, rest) = rest.split_at_checked(short(21)?)?;
        let name = Path::new(std::str::from_utf8(name).expect("names are UTF-8"));
        Some((Self { op: head[0], inode: long(1)?, offset: long(9)?, name, data }, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(op: u8, inode: u64, offset: u64, name: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![op];
        bytes.extend(inode.to_ne_bytes().iter().chain(&offset.to_ne_bytes()));
        bytes.extend((name.len() as u32).to_ne_bytes().iter().chain(&(data.len() as u32).to_ne_bytes()));
        bytes.extend(name.as_bytes().iter().chain(data));
        bytes
    }

    fn left(records: &[Vec<u8>], unsynced: Unsynced) -> BTreeMap<String, Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let mut directory = Directory::default();
        directory.follow(&records.concat());
        let place = folder.path().join("left");
        directory.cut(unsynced, &Rng::seeded(1), &place);
        let entries = fs::read_dir(place).unwrap().flatten();
        entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
    }

    #[test]
    fn only_what_was_forced_to_disk_is_left() {
        let records = [
            record(b'O', 7, 0, "a", b""),
            record(b'W', 7, 0, "", b"kept"),
            record(b'S', 7, 0, "", b""),
            record(b'W', 7, 2, "", b"LOST"),
            record(b'O', 8, 0, "b", b""),
            record(b'W', 8, 0, "", b"lost"),
        ];
        let expected = BTreeMap::from([("a".to_owned(), b"kept".to_vec()), ("b".to_owned(), Vec::new())]);
        assert_eq!(left(&records, Unsynced::Dropped), expected);
        let cut_off = [&records.concat()[..], &record(b'S', 7, 0, "", b"")[..HEAD - 1]].concat();
        assert_eq!(left(&[cut_off], Unsynced::Dropped), expected);
    }

    #[test]
    fn a_name_moves_with_its_file_and_an_inode_may_come_back() {
        let records = [
            record(b'O', 7, 0, "new", b""),
            record(b'W', 7, 0, "", b"text"),
            record(b'S', 7, 0, "", b""),
            record(b'R', 0, 0, "new", b"file"),
            record(b'O', 8, 0, "gone", b""),
            record(b'U', 0, 0, "gone", b""),
            record(b'O', 8, 0, "other", b""),
            record(b'W', 8, 0, "", b"2"),
            record(b'S', 8, 0, "", b""),
        ];
        let expected = BTreeMap::from([("file".to_owned(), b"text".to_vec()), ("other".to_owned(), b"2".to_vec())]);
        assert_eq!(left(&records, Unsynced::Dropped), expected);
    }

    #[test]
    fn scattered_writes_are_whole_or_torn_at_a_sector() {
        let one = vec![b'x'; 4096];
        let mut records = vec![record(b'O', 7, 0, "a", b"")];
        records.extend((0..64).map(|n| record(b'W', 7, n * 4096, "", &one)));
        let a = &left(&records, Unsynced::Scattered)["a"];
        let written = a.chunks(SECTOR as usize).filter(|sector| sector[0] == b'x').count();
        assert!(a.chunks(SECTOR as usize).all(|sector| sector.iter().all(|byte| *byte == sector[0])));
        assert!((1..64 * 8).contains(&written), "{written}");
    }
}
