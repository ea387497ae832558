//! A bundle of minified files and source maps: a zip archive whose `manifest.json` says what each file is. Everything in it is
//! from outside: how many files there are and how much they grow to is bounded before and while they are read.

use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Read, Seek},
};
use store::ArtifactKind;
use uuid::Uuid;
use zip::{CompressionMethod, ZipReadOptions, read::OwnedZipFileEntry, result::ZipError, unstable::read::ZipIterable};

/// Files of one bundle, and bytes of one and of all of them, unpacked.
const FILES_MAX: usize = 5_000;
pub(super) const FILE_BYTES_MAX: u64 = 64 << 20;
const BYTES_MAX: u64 = 512 << 20;
const MANIFEST_BYTES_MAX: u64 = 8 << 20;
/// How much a file may grow, beyond its first mebibyte: maps grow less.
const RATIO_MAX: u64 = 200;
const FREE_BYTES: u64 = 1 << 20;
/// Characters of a name.
const NAME_CHARS_MAX: usize = 1_024;
const MANIFEST: &str = "manifest.json";

#[derive(Debug, thiserror::Error)]
pub(super) enum UnusableBundle {
    #[error("the parts do not make the bundle: their SHA-1 is another")]
    Checksum,
    #[error("the bundle is no zip archive, or it is cut off")]
    Broken,
    #[error("the bundle has more than {FILES_MAX} files: upload fewer at once")]
    Files,
    #[error("the bundle is too large: at most {} MiB a file, and {} MiB in all", FILE_BYTES_MAX >> 20, BYTES_MAX >> 20)]
    TooLarge,
    #[error("a file of the bundle grows more than {RATIO_MAX} times when unpacked")]
    Bomb,
    #[error("the bundle has no manifest.json that can be read: {0}")]
    Manifest(String),
    #[error("a file of the bundle cannot be read: {0}")]
    Read(String),
    #[error("{0}")]
    Disk(io::Error),
}

impl From<ZipError> for UnusableBundle {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => Self::Read(error.to_string()),
            _ => Self::Broken,
        }
    }
}

/// A bundle, open.
pub(super) struct Bundle<R> {
    from: R,
    entries: HashMap<String, OwnedZipFileEntry>,
    manifest: Manifest,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Manifest {
    files: BTreeMap<String, Listed>,
    release: Option<String>,
    dist: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Listed {
    #[serde(rename = "type")]
    kind: String,
    url: String,
    headers: BTreeMap<String, String>,
}

/// A file of a bundle that is of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BundleFile {
    /// Its path in the archive.
    path: String,
    /// `~/static/app.js`
    pub(super) name: String,
    pub(super) kind: ArtifactKind,
    pub(super) debug_id: Option<Uuid>,
    pub(super) source_map: String,
}

impl<R: Read + Seek> Bundle<R> {
    pub(super) fn open(mut from: R) -> Result<Self, UnusableBundle> {
        let entries = entries(&mut from)?;
        let mut bundle = Self { from, entries, manifest: Manifest::default() };
        let text = bundle.unpacked(MANIFEST, MANIFEST_BYTES_MAX, |bytes| {
            let mut text = Vec::new();
            bytes.read_to_end(&mut text).map_err(|error| UnusableBundle::Read(error.to_string()))?;
            Ok(text)
        })?;
        bundle.manifest = serde_json::from_slice(&text).map_err(|error| UnusableBundle::Manifest(error.to_string()))?;
        Ok(bundle)
    }

    pub(super) fn release(&self) -> Option<String> {
        self.manifest.release.clone()
    }

    pub(super) fn dist(&self) -> Option<String> {
        self.manifest.dist.clone()
    }

    /// Minified files and maps; what else is in it is of no use.
    pub(super) fn files(&self) -> Vec<BundleFile> {
        self.manifest.files.iter().filter_map(|(path, listed)| listed.file(path)).collect()
    }

    /// Reads a file of it.
    pub(super) fn read<T>(
        &mut self,
        file: &BundleFile,
        read: impl FnOnce(&mut dyn Read) -> Result<T, UnusableBundle>,
    ) -> Result<T, UnusableBundle> {
        self.unpacked(&file.path, FILE_BYTES_MAX, read)
    }

    fn unpacked<T>(
        &mut self,
        path: &str,
        bytes_max: u64,
        read: impl FnOnce(&mut dyn Read) -> Result<T, UnusableBundle>,
    ) -> Result<T, UnusableBundle> {
        let entry = self.entries.get(path).ok_or_else(|| UnusableBundle::Manifest(format!("`{path}` is not there")))?;
        if entry.size() > bytes_max {
            return Err(UnusableBundle::TooLarge);
        }
        // The library refuses what is longer than its directory says.
        let mut bytes = entry.as_ref().with_reader(&mut self.from, ZipReadOptions::new())?;
        read(&mut bytes)
    }
}

/// What is in an archive, by its path.
fn entries(from: &mut (impl Read + Seek)) -> Result<HashMap<String, OwnedZipFileEntry>, UnusableBundle> {
    let mut archive = ZipIterable::try_new(from, zip::read::Config::default())?;
    if archive.len() > FILES_MAX {
        return Err(UnusableBundle::Files);
    }
    let (mut entries, mut bytes) = (HashMap::new(), 0_u64);
    for found in archive.files()? {
        let found = found?;
        if found.encrypted() || !matches!(found.compression(), CompressionMethod::Stored | CompressionMethod::Deflated)
        {
            return Err(UnusableBundle::Read("it is encrypted, or packed in another way than \"deflate\"".to_owned()));
        }
        if found.size() > FREE_BYTES.max(found.compressed_size().saturating_mul(RATIO_MAX)) {
            return Err(UnusableBundle::Bomb);
        }
        bytes = bytes.saturating_add(found.size());
        if bytes > BYTES_MAX {
            return Err(UnusableBundle::TooLarge);
        }
        let path = found.name()?.to_string();
        if entries.insert(path, found.into()).is_some() {
            return Err(UnusableBundle::Broken);
        }
    }
    Ok(entries)
}

impl Listed {
    /// None where it is of no use.
    fn file(&self, path: &str) -> Option<BundleFile> {
        let kind = self.kind.parse().ok()?;
        let header = |name: &str| {
            let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.chars().take(NAME_CHARS_MAX).collect::<String>())
        };
        let source_map = header("sourcemap").or_else(|| header("x-sourcemap")).unwrap_or_default();
        Some(BundleFile {
            path: path.to_owned(),
            name: Some(self.url.chars().take(NAME_CHARS_MAX).collect()).filter(|name: &String| !name.is_empty())?,
            kind,
            debug_id: header("debug-id").and_then(|id| id.get(..36).unwrap_or(&id).parse().ok()),
            // A map that the file brings along itself is kept nowhere.
            source_map: if source_map.starts_with("data:") { String::new() } else { source_map },
        })
    }
}
