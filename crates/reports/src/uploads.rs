//! Uploads of source maps, as sentry-cli sends them: in parts that are known by their SHA-1, put together to a bundle, which is a
//! zip archive with a manifest.

mod bundle;
pub mod forged;

use crate::{Error, Reports};
use blobs::{Blob, Blobs, KeepError};
use bundle::{Bundle, UnusableBundle};
use bytes::Bytes;
use model::Timestamp;
use ring::digest;
use std::{
    convert::Infallible,
    fs::File,
    io::{self, BufReader, Read},
    path::PathBuf,
};
use store::{Artifact, ArtifactKind, ProjectId, UploadChunk};

/// Bytes of one part.
pub const CHUNK_BYTES_MAX: usize = 8 << 20;
/// Parts of one bundle.
pub const CHUNKS_MAX: usize = 32;

/// A bundle that is to be put together of its parts.
#[derive(Clone, Debug)]
pub struct UploadedBundle {
    /// The SHA-1 of the whole: 40 hexadecimal digits.
    pub checksum: String,
    /// The SHA-1 of each part, in their order.
    pub chunks: Vec<String>,
    /// For whom it is.
    pub projects: Vec<ProjectId>,
    pub release: Option<String>,
    pub dist: Option<String>,
}

/// How far a bundle is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assembly {
    /// These parts are not here yet.
    Missing(Vec<String>),
    /// So many files were kept.
    Done(usize),
    /// It is none, or too large: in words.
    Refused(String),
}

/// A part whose bytes are others than its name says.
#[derive(Debug, thiserror::Error)]
#[error("the part {0} has another SHA-1")]
pub struct WrongChecksum(String);

impl Reports {
    /// Keeps a part of an upload under its SHA-1.
    ///
    /// # Errors
    /// When it cannot be kept; in it, when the bytes are others.
    pub async fn keep_chunk(
        &self,
        sha1: &str,
        bytes: Bytes,
        now: Timestamp,
    ) -> Result<Result<(), WrongChecksum>, Error> {
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &bytes);
        if hex(digest.as_ref()) != sha1 {
            return Ok(Err(WrongChecksum(sha1.chars().take(40).collect())));
        }
        let _sending = self.0.blobs.begin().await;
        let mut bytes_left = bytes.len() as u64;
        let chunks = futures_util::stream::iter([Ok::<_, Infallible>(bytes)]);
        let blob = self.0.blobs.keep(chunks, &mut bytes_left).await.map_err(|error| Error::Blob(error.to_string()))?;
        self.0.db.keep_chunk(UploadChunk { sha1: sha1.to_owned(), sha256: blob.sha256, bytes: blob.size }, now).await?;
        Ok(Ok(()))
    }

    /// Puts a bundle together, and keeps its maps, if all of its parts are here.
    ///
    /// # Errors
    /// When what is here cannot be read, or not be kept.
    pub async fn assemble(&self, bundle: UploadedBundle) -> Result<Assembly, Error> {
        if bundle.chunks.is_empty() || bundle.chunks.len() > CHUNKS_MAX {
            return Ok(Assembly::Refused(format!("a bundle has 1 to {CHUNKS_MAX} parts")));
        }
        let _sending = self.0.blobs.begin().await;
        let known = self.0.db.chunks(&bundle.chunks).await?;
        let path = |sha1: &String| self.0.blobs.path(&known.get(sha1)?.sha256).filter(|path| path.exists());
        let (mut paths, mut missing) = (Vec::new(), Vec::new());
        for sha1 in &bundle.chunks {
            match path(sha1) {
                Some(path) => paths.push(path),
                None => missing.push(sha1.clone()),
            }
        }
        if !missing.is_empty() {
            return Ok(Assembly::Missing(missing));
        }
        let (blobs, now, wanted) = (self.0.blobs.clone(), self.0.clock.now(), bundle.clone());
        let unpacked = tokio::task::spawn_blocking(move || unpack(&blobs, paths, &wanted, now));
        match unpacked.await.map_err(|_| Error::Stopped)? {
            Ok(artifacts) => self.keep_bundle(&bundle.projects, artifacts).await,
            Err(UnusableBundle::Disk(error)) => Err(Error::Blob(error.to_string())),
            Err(unusable) => Ok(Assembly::Refused(unusable.to_string())),
        }
    }

    async fn keep_bundle(&self, projects: &[ProjectId], artifacts: Vec<Artifact>) -> Result<Assembly, Error> {
        for project in projects {
            let own = artifacts.iter().map(|artifact| Artifact { project: *project, ..artifact.clone() });
            self.0.db.keep_artifacts(*project, own.collect()).await?;
        }
        self.0.source_maps.forget();
        Ok(Assembly::Done(artifacts.len()))
    }
}

/// The files of a bundle, their bytes kept. Their project is not told. Blocks for as long as that takes.
fn unpack(
    blobs: &Blobs,
    parts: Vec<PathBuf>,
    wanted: &UploadedBundle,
    at: Timestamp,
) -> Result<Vec<Artifact>, UnusableBundle> {
    let whole = File::open(put_together(blobs, parts, &wanted.checksum)?.path).map_err(UnusableBundle::Disk)?;
    let mut bundle = Bundle::open(BufReader::new(whole))?;
    let release = wanted.release.clone().or(bundle.release()).unwrap_or_default();
    let dist = wanted.dist.clone().or(bundle.dist()).unwrap_or_default();
    let mut artifacts = Vec::new();
    for file in bundle.files() {
        let (sha256, bytes) = match file.kind {
            // Of what browsers run, only what it says of its map is needed.
            ArtifactKind::MinifiedSource => (String::new(), 0),
            ArtifactKind::SourceMap => bundle.read(&file, |bytes| keep(blobs, bytes))?,
        };
        let (release, dist) = (release.clone(), dist.clone());
        let (name, kind, debug_id, source_map) = (file.name, file.kind, file.debug_id, file.source_map);
        artifacts.push(Artifact { project: 0, release, dist, name, kind, debug_id, source_map, sha256, bytes, at });
    }
    Ok(artifacts)
}

fn keep(blobs: &Blobs, mut bytes: &mut dyn Read) -> Result<(String, u64), UnusableBundle> {
    let Blob { sha256, size, .. } = blobs.keep_read(&mut bytes).map_err(not_kept)?;
    Ok((sha256, size))
}

fn not_kept(error: KeepError<io::Error>) -> UnusableBundle {
    match error {
        KeepError::Sender(error) => UnusableBundle::Read(error.to_string()),
        KeepError::TooLong => UnusableBundle::TooLarge,
        KeepError::Disk(error) => UnusableBundle::Disk(error),
    }
}

/// The whole of an upload, as a blob that nothing names: it goes with the next sweep.
fn put_together(blobs: &Blobs, parts: Vec<PathBuf>, checksum: &str) -> Result<Blob, UnusableBundle> {
    let mut whole = Hashed {
        parts: parts.into_iter(),
        open: None,
        digest: digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY),
    };
    let blob = blobs.keep_read(&mut whole).map_err(not_kept)?;
    if hex(whole.digest.finish().as_ref()) == checksum { Ok(blob) } else { Err(UnusableBundle::Checksum) }
}

/// Files one after the other, and the SHA-1 of what was read of them.
struct Hashed {
    parts: std::vec::IntoIter<PathBuf>,
    open: Option<File>,
    digest: digest::Context,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(file) = &mut self.open {
                let count = file.read(buffer)?;
                self.digest.update(&buffer[..count]);
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
            }
            match self.parts.next() {
                Some(path) => self.open = Some(File::open(path)?),
                None => return Ok(0),
            }
        }
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
