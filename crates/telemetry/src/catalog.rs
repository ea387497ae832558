//! The catalogue: which segments there are, up to which record they hold everything, and which other files belong to the store.
//! One small object, replaced as a whole.
//!
//! JSON, then a line with its checksum: a person can read it, and damage is noticed. Were it lost, the segments' own footers
//! say what is in them: see [`rebuild`].

use crate::{
    Damage, Error, Kind,
    disk::{Disk, ObjectStore},
    segment::Segment,
    wal,
    wire::checksum,
};
use serde::{Deserialize, Serialize};
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(crate) const SEGMENTS: &str = "segments";
pub(crate) const FOLDER: &str = "catalog";
pub(crate) const NAME: &str = "catalog/current.json";
const VERSION: u32 = 2;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Catalog {
    pub(crate) version: u32,
    /// Records with lower numbers are in segments; the write-ahead log is asked only for the others.
    pub(crate) sealed_before: u64,
    /// It was made of what the segments say: they may hold records with any number, and the log the same ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_rebuilt: bool,
    /// The number that the next segment's name gets.
    pub(crate) next_segment: u64,
    /// Whether there is a list of deleted records.
    #[serde(default)]
    pub(crate) has_deleted: bool,
    /// Whether it is written down where sources stand.
    #[serde(default)]
    pub(crate) has_positions: bool,
    /// Numbers of the files of the write-ahead log that hold what is in no segment yet.
    #[serde(default)]
    pub(crate) logs: Vec<u64>,
    pub(crate) segments: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) kind: Kind,
    pub(crate) bytes: u64,
}

impl Default for Catalog {
    fn default() -> Self {
        Self {
            version: VERSION,
            sealed_before: 0,
            is_rebuilt: false,
            next_segment: 1,
            has_deleted: false,
            has_positions: false,
            logs: Vec::new(),
            segments: Vec::new(),
        }
    }
}

impl Catalog {
    /// `None` when there is none.
    pub(crate) fn load(disk: &Disk) -> Result<Option<Self>, Error> {
        let read = |error| Error::io("the catalogue cannot be read", error);
        let bytes = match crate::disk::whole(&*disk.objects, NAME) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes.map_err(read)?,
        };
        Self::parse(&bytes).map(Some)
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let damaged = || Damage::new(NAME, "the catalogue has another checksum than it was written with");
        let (json, sum) = checked_text(bytes).ok_or_else(damaged)?;
        if format!("{:08x}", checksum(json.as_bytes())) != sum {
            return Err(damaged().into());
        }
        let catalog: Self = serde_json::from_str(json).map_err(|error| Damage::new(NAME, error.to_string()))?;
        if catalog.version != VERSION {
            return Err(Error::OtherVersion { found: catalog.version, known: VERSION });
        }
        Ok(catalog)
    }

    pub(crate) fn save(&self, disk: &dyn ObjectStore) -> io::Result<()> {
        disk.put(NAME, &self.to_bytes()?)
    }

    pub(crate) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let json = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        Ok(format!("{json}\n{:08x}\n", checksum(json.as_bytes())).into_bytes())
    }

    /// Lists the files beside the segments as they are found.
    fn find_files(&mut self, disk: &Disk) -> io::Result<()> {
        self.has_deleted = crate::deleted::exists(&*disk.objects)?;
        self.has_positions = crate::positions::PositionsFile::exists(&*disk.objects)?;
        self.logs = disk.logs.list_logs(wal::FOLDER)?.iter().filter_map(|name| wal::file_number(name)).collect();
        Ok(())
    }

    pub(crate) fn lists(&self, segment: &str) -> bool {
        self.segments.iter().any(|entry| entry.name == segment)
    }
}

/// The catalogue in memory, and what puts it on the disk: the thread that seals changes it, and the one that begins log files.
pub(crate) struct CatalogFile {
    disk: Arc<dyn ObjectStore>,
    current: Mutex<Catalog>,
}

impl CatalogFile {
    pub(crate) fn new(disk: Arc<dyn ObjectStore>, current: Catalog) -> Self {
        Self { disk, current: Mutex::new(current) }
    }

    pub(crate) fn segments(&self) -> Vec<Entry> {
        self.lock().segments.clone()
    }

    pub(crate) fn has_deleted(&self) -> bool {
        self.lock().has_deleted
    }

    /// Replaces the catalogue by a changed one. Where that fails nothing is changed in memory, and nobody knows which of the two
    /// is on the disk.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Catalog)) -> io::Result<()> {
        let mut current = self.lock();
        let mut next = current.clone();
        change(&mut next);
        next.save(&*self.disk)?;
        *current = next;
        drop(current);
        crashpoint::reach("catalog_put");
        Ok(())
    }

    /// A name for a new segment of this day (days since 1970). No name is given twice, not even after a failure: a catalogue
    /// that was said to have failed may yet be on the disk.
    pub(crate) fn name_segment(&self, kind: Kind, day: i64) -> String {
        let date = model::Timestamp::from_micros(day.saturating_mul(crate::day::DAY_MICROS)).to_jiff();
        let mut current = self.lock();
        let name = format!("{SEGMENTS}/{}-{}-{:08}.seg", kind.as_str(), date.strftime("%Y%m%d"), current.next_segment);
        current.next_segment += 1;
        name
    }

    fn lock(&self) -> MutexGuard<'_, Catalog> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The kind that a segment's name tells. Before there were kinds names had none, and all were logs.
fn kind_of(name: &str) -> Kind {
    let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
    let is_its = |kind: &Kind| file.strip_prefix(kind.as_str()).is_some_and(|rest| rest.starts_with('-'));
    Kind::ALL.into_iter().find(is_its).unwrap_or_default()
}

fn checked_text(bytes: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.rsplit_once('\n')
}

/// The catalogue that the segments' footers tell of: for when the written one is lost. Segments that cannot be opened are
/// listed too, for what is not listed is void.
///
/// It may have been lost in the midst of sealing, when segments of some days were there and those of others not: so it gives no
/// bound up to which everything is sealed. Whoever reads the log back looks which of its records the segments hold.
pub(crate) fn rebuild(disk: &Disk) -> io::Result<Catalog> {
    let mut catalog = Catalog { is_rebuilt: true, ..Catalog::default() };
    catalog.find_files(disk)?;
    let mut segments = Vec::new();
    for (name, bytes) in disk.objects.list(SEGMENTS)? {
        let number = name.rsplit_once('-').and_then(|(_, rest)| rest.strip_suffix(".seg")?.parse::<u64>().ok());
        catalog.next_segment = catalog.next_segment.max(number.unwrap_or(0) + 1);
        segments.push(open_or_walk(&disk.objects, &name, bytes));
    }
    let void: Vec<String> = segments.iter().flat_map(|segment| segment.replaces().to_vec()).collect();
    for segment in segments.iter().filter(|segment| !void.iter().any(|name| name == segment.name())) {
        let name = segment.name().to_owned();
        catalog.segments.push(Entry { kind: kind_of(&name), name, bytes: segment.bytes() });
    }
    Ok(catalog)
}

/// A segment, without its footer where that is damaged.
fn open_or_walk(disk: &Arc<dyn ObjectStore>, name: &str, bytes: u64) -> Segment {
    Segment::open(disk, name, bytes).unwrap_or_else(|_| Segment::without_footer(disk, name, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_kind() {
        for (name, kind) in [
            ("segments/20261117-00000007.seg", Kind::Log),
            ("segments/log-20261117-00000007.seg", Kind::Log),
            ("segments/span-20261117-00000007.seg", Kind::Span),
            ("segments/error-20261117-00000007.seg", Kind::Error),
            ("segments/spanner.seg", Kind::Log),
        ] {
            assert_eq!(kind_of(name), kind, "{name}");
        }
    }
}
