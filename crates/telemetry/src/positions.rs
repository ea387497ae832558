//! Where sources stand: what whoever collects records needs to go on behind them. A position is durable together with the batch
//! that leads to it, both or neither.
//!
//! Changes travel in the write-ahead log; when what is in it is sealed, all positions are put into one object beside the
//! catalogue, which is read back first. A catalogue that is lost takes none of them with it.

use crate::{
    Damage, Error,
    disk::{self, ObjectStore},
    wire::{Malformed, Reader, checksum, put_bytes, put_varint},
};
use std::{collections::BTreeMap, io, sync::Arc};

/// Bounds of what is kept, and of one position. Whoever exceeds them is told so.
pub const POSITIONS_MAX: usize = 16 << 10;
pub const POSITIONS_BYTES_MAX: usize = 32 << 20;
pub const POSITION_BYTES_MAX: usize = 4 << 20;
pub const POSITION_KEY_BYTES_MAX: usize = 128;

pub(crate) const NAME: &str = "catalog/positions.bin";
const SET_ASIDE: &str = "damaged/positions.bin";
const DAMAGED: &str =
    "where sources stand cannot be read: restore the file, or repair the store to collect everything again";
const GONE: &str = "where sources stand is gone: restore the file, or repair the store to collect everything again";
/// Of a file whose predecessor could not be read.
const PARTIAL: u8 = 1;

/// A source's new position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionChange {
    /// By which the source is known, such as `files/17`. Whoever collects chooses it.
    pub key: String,
    /// What only the collector understands; none forgets the source.
    pub position: Option<Vec<u8>>,
}

impl PositionChange {
    /// # Errors
    /// Where a bound of one position is met.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let bytes = self.position.as_ref().map_or(0, Vec::len);
        match self.key.len() <= POSITION_KEY_BYTES_MAX && bytes <= POSITION_BYTES_MAX {
            true => Ok(()),
            false => Err(Error::Positions("the position or its key is longer than it may be")),
        }
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        put_bytes(out, self.key.as_bytes());
        out.push(u8::from(self.position.is_some()));
        if let Some(position) = &self.position {
            put_bytes(out, position);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let key = reader.text()?.to_owned();
        let position = match reader.byte()? {
            0 => None,
            1 => Some(reader.bytes()?.to_vec()),
            _ => return Err(Malformed("a position is neither there nor forgotten")),
        };
        Ok(Self { key, position })
    }
}

/// A source's key, and where it stands.
pub type KeyedPosition = (String, Arc<[u8]>);

/// All positions at one moment; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Positions(Arc<Kept>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kept {
    by_key: BTreeMap<String, Arc<[u8]>>,
    bytes: usize,
}

impl Positions {
    pub(crate) fn get(&self, key: &str) -> Option<Arc<[u8]>> {
        self.0.by_key.get(key).cloned()
    }

    pub(crate) fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a Arc<[u8]>)> {
        self.0.by_key.range(prefix.to_owned()..).take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// Whether these changes keep within the bounds.
    pub(crate) fn has_room_for(&self, changes: &[PositionChange]) -> bool {
        let new = changes.iter().filter(|change| change.position.is_some());
        let (mut count, mut bytes) = (self.0.by_key.len(), self.0.bytes);
        for change in new {
            let before = self.0.by_key.get(&change.key);
            count += usize::from(before.is_none());
            bytes += size(&change.key, change.position.as_deref().unwrap_or_default());
            bytes = bytes.saturating_sub(before.map_or(0, |position| size(&change.key, position)));
        }
        count <= POSITIONS_MAX && bytes <= POSITIONS_BYTES_MAX
    }

    pub(crate) fn apply(&mut self, changes: Vec<PositionChange>) {
        if changes.is_empty() {
            return;
        }
        let kept = Arc::make_mut(&mut self.0);
        for PositionChange { key, position } in changes {
            if let Some(before) = kept.by_key.remove(&key) {
                kept.bytes -= size(&key, &before);
            }
            if let Some(position) = position {
                kept.bytes += size(&key, &position);
                kept.by_key.insert(key, position.into());
            }
        }
    }

    fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn size(key: &str, position: &[u8]) -> usize {
    key.len() + position.len()
}

/// What is written of them, and known of what was.
#[derive(Clone, Debug, Default)]
pub(crate) struct PositionsFile {
    pub(crate) positions: Positions,
    /// Changes in frames of the log from this number on are not in it.
    pub(crate) before: u64,
    /// Others were lost: who asks for a position that is not there is not told that there is none.
    pub(crate) is_partial: bool,
    pub(crate) is_on_disk: bool,
}

impl PositionsFile {
    /// Whether putting these would write the same once more.
    pub(crate) fn holds(&self, positions: &Positions, is_partial: bool) -> bool {
        self.positions.is_same_as(positions) && self.is_partial == is_partial
    }

    pub(crate) fn exists(objects: &dyn ObjectStore) -> io::Result<bool> {
        Ok(disk::size(objects, NAME)?.is_some())
    }

    /// `is_expected`: the catalogue says that there are some.
    pub(crate) fn load(objects: &dyn ObjectStore, is_expected: bool) -> Result<Self, Error> {
        let bytes = match disk::whole(objects, NAME) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && is_expected => {
                return Err(Damage::new(NAME, GONE).into());
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            bytes => bytes.map_err(|error| Error::io("where sources stand cannot be read", error))?,
        };
        let damaged = || Damage::new(NAME, DAMAGED);
        let (sum, rest) = bytes.split_first_chunk::<4>().ok_or_else(damaged)?;
        if checksum(rest).to_le_bytes() != *sum {
            return Err(damaged().into());
        }
        Ok(Self { is_on_disk: true, ..Self::read(rest).map_err(|_| damaged())? })
    }

    pub(crate) fn save(&mut self, objects: &dyn ObjectStore) -> io::Result<()> {
        let bytes = self.encode();
        objects.put(NAME, &[&checksum(&bytes).to_le_bytes()[..], &bytes].concat())?;
        self.is_on_disk = true;
        Ok(())
    }

    /// Copies the file to `damaged/`, when it is damaged; where to.
    pub(crate) fn set_aside(objects: &dyn ObjectStore) -> Result<Option<String>, Error> {
        if !matches!(Self::load(objects, false), Err(Error::Damaged(_))) {
            return Ok(None);
        }
        let copied = disk::whole(objects, NAME).and_then(|bytes| objects.put(SET_ASIDE, &bytes));
        copied.map_err(|error| Error::io(format!("{NAME} cannot be set aside"), error))?;
        Ok(Some(SET_ASIDE.to_owned()))
    }

    /// Why positions are missing of a file that says so itself.
    pub(crate) fn loss(&self) -> Option<Damage> {
        self.is_partial.then(|| Damage::new(NAME, DAMAGED))
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.positions.0.bytes + 16 * self.positions.0.by_key.len() + 32);
        put_varint(&mut out, self.before);
        out.push(if self.is_partial { PARTIAL } else { 0 });
        put_varint(&mut out, self.positions.0.by_key.len() as u64);
        for (key, position) in &self.positions.0.by_key {
            put_bytes(&mut out, key.as_bytes());
            put_bytes(&mut out, position);
        }
        out
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        let (before, is_partial) = (reader.varint()?, reader.byte()? == PARTIAL);
        let mut kept = Kept::default();
        for _ in 0..reader.count(POSITIONS_MAX)? {
            let (key, position) = (reader.text()?, reader.bytes()?);
            kept.bytes += size(key, position);
            if kept.by_key.insert(key.to_owned(), position.into()).is_some() {
                return Err(Malformed("a source stands at two places"));
            }
        }
        match reader.0.is_empty() {
            true => Ok(Self { positions: Positions(Arc::new(kept)), before, is_partial, is_on_disk: false }),
            false => Err(Malformed("positions are followed by more")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn change(key: &str, position: Option<&[u8]>) -> PositionChange {
        PositionChange { key: key.to_owned(), position: position.map(<[u8]>::to_vec) }
    }

    #[test]
    fn positions_are_kept_by_key_and_within_bounds() {
        let mut positions = Positions::default();
        positions.apply(vec![
            change("files/1", Some(b"a")),
            change("files/2", Some(b"bb")),
            change("journal", Some(b"c")),
        ]);
        positions.apply(vec![change("files/1", Some(b"dddd")), change("files/2", None), change("none", None)]);
        let under: Vec<&str> = positions.under("files/").map(|(key, _)| key.as_str()).collect();
        assert_eq!((under, positions.get("journal").as_deref()), (vec!["files/1"], Some(&b"c"[..])));
        assert_eq!(positions.0.bytes, "files/1dddd".len() + "journalc".len());

        let large = vec![0; POSITION_BYTES_MAX];
        let fill = |count: usize| (0..count).map(|n| change(&format!("x/{n}"), Some(&large))).collect::<Vec<_>>();
        let fit = POSITIONS_BYTES_MAX / (POSITION_BYTES_MAX + 8);
        assert!(positions.has_room_for(&fill(fit)) && !positions.has_room_for(&fill(fit + 2)));
        let many = |count: usize| (0..count).map(|n| change(&format!("y/{n}"), Some(b""))).collect::<Vec<_>>();
        assert!(positions.has_room_for(&many(POSITIONS_MAX - 2)) && !positions.has_room_for(&many(POSITIONS_MAX - 1)));
        assert!(change("k", Some(&large)).check().is_ok());
        assert!(change("k", Some(&vec![0; POSITION_BYTES_MAX + 1])).check().is_err());
        assert!(change(&"k".repeat(POSITION_KEY_BYTES_MAX + 1), None).check().is_err());
    }

    proptest! {
        #[test]
        fn positions_are_written_and_read(kept: BTreeMap<String, Vec<u8>>, before: u64, is_partial: bool) {
            let mut positions = Positions::default();
            positions.apply(kept.iter().map(|(key, position)| change(key, Some(position))).collect());
            let file = PositionsFile { positions, before, is_partial, is_on_disk: false };
            let read = PositionsFile::read(&file.encode()).unwrap();
            prop_assert_eq!(&read.positions.0, &file.positions.0);
            prop_assert_eq!((read.before, read.is_partial), (before, is_partial));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = (PositionsFile::read(&bytes), PositionChange::read(&mut Reader(&bytes)));
        }
    }
}
