//! The catalogue: which segments there are, and up to which record they hold everything. One small object, replaced as a whole.
//!
//! JSON, then a line with its checksum: a person can read it, and damage is noticed. Were it lost, the segments' own footers
//! say what is in them: see [`rebuild`].

use crate::{Damage, Error, disk::Disk, segment::Segment, wire::checksum};
use serde::{Deserialize, Serialize};
use std::{io, sync::Arc};

pub(crate) const SEGMENTS: &str = "segments";
pub(crate) const FOLDER: &str = "catalog";
const NAME: &str = "catalog/current.json";
const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Catalog {
    pub(crate) version: u32,
    /// Records with lower numbers are in segments; the write-ahead log is asked only for the others.
    pub(crate) sealed_before: u64,
    /// The number that the next segment's name gets.
    pub(crate) next_segment: u64,
    pub(crate) segments: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

impl Default for Catalog {
    fn default() -> Self {
        Self { version: VERSION, sealed_before: 0, next_segment: 1, segments: Vec::new() }
    }
}

impl Catalog {
    /// `None` when the store is new.
    pub(crate) fn load(disk: &dyn Disk) -> Result<Option<Self>, Error> {
        let read = |error| Error::io("the catalogue cannot be read", error);
        let bytes = match whole(disk, NAME) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes.map_err(read)?,
        };
        let damaged = || Damage::new(NAME, "the catalogue has another checksum than it was written with");
        let (json, sum) = checked_text(&bytes).ok_or_else(damaged)?;
        if format!("{:08x}", checksum(json.as_bytes())) != sum {
            return Err(damaged().into());
        }
        let catalog: Self = serde_json::from_str(json).map_err(|error| Damage::new(NAME, error.to_string()))?;
        if catalog.version > VERSION {
            return Err(Error::Newer { found: catalog.version, known: VERSION });
        }
        Ok(Some(catalog))
    }

    pub(crate) fn save(&self, disk: &dyn Disk) -> io::Result<()> {
        let json = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        disk.put(NAME, format!("{json}\n{:08x}\n", checksum(json.as_bytes())).as_bytes())
    }

    /// A name for a new segment of this day (days since 1970).
    pub(crate) fn name_segment(&mut self, day: i64) -> String {
        let date = model::Timestamp::from_micros(day.saturating_mul(crate::day::DAY_MICROS)).to_jiff();
        let name = format!("{SEGMENTS}/{}-{:08}.seg", date.strftime("%Y%m%d"), self.next_segment);
        self.next_segment += 1;
        name
    }
}

fn checked_text(bytes: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.rsplit_once('\n')
}

/// A whole object.
pub(crate) fn whole(disk: &dyn Disk, name: &str) -> io::Result<Vec<u8>> {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let found = disk.list(folder)?.into_iter().find(|(other, _)| other == name);
    let (_, len) = found.ok_or(io::ErrorKind::NotFound)?;
    disk.get(name, 0..len)
}

/// The catalogue that the segments' footers tell of: for when the written one is damaged. Segments that cannot be opened are
/// listed too, for what is not listed is void.
pub(crate) fn rebuild(disk: &Arc<dyn Disk>) -> io::Result<Catalog> {
    let mut catalog = Catalog::default();
    let mut segments = Vec::new();
    for (name, bytes) in disk.list(SEGMENTS)? {
        let number = name.rsplit_once('-').and_then(|(_, rest)| rest.strip_suffix(".seg")?.parse::<u64>().ok());
        catalog.next_segment = catalog.next_segment.max(number.unwrap_or(0) + 1);
        // Numbers of records that may be had back are not to be given twice.
        let opened = Segment::open(disk, &name, bytes);
        segments.push(opened.unwrap_or_else(|_| Segment::without_footer(disk, &name, bytes)));
    }
    let void: Vec<String> = segments.iter().flat_map(|segment| segment.replaces().to_vec()).collect();
    for segment in segments.iter().filter(|segment| !void.iter().any(|name| name == segment.name())) {
        if !segment.blocks().is_empty() {
            catalog.sealed_before = catalog.sealed_before.max(segment.seq_range().1 + 1);
        }
        catalog.segments.push(Entry { name: segment.name().to_owned(), bytes: segment.bytes() });
    }
    Ok(catalog)
}
