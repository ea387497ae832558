//! Source maps of minified code: found among what was uploaded, and put into events before they are grouped.

mod choose;

use crate::{
    DropReason, Error, KnownProject, Reports,
    gather::{Gathered, MinifiedEvent},
    records,
};
use choose::{Build, Candidates};
use errors::{
    event::Unmapped,
    grouping,
    record::Reception,
    source_map::{self, Maps, SourceMap, WantedMap},
};
use model::Timestamp;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{Artifact, ProjectId};

/// Files whose maps one event asks for; the frames of others stay as they are.
const FILES_MAX: usize = 50;
/// Bytes of a map that is read, and of all that are held: they take a few times as much.
const MAP_BYTES_MAX: u64 = 24 << 20;
const HELD_BYTES_MAX: u64 = 32 << 20;
/// For so long it is believed that a map is there, or is not.
const FRESH_FOR: Duration = Duration::from_secs(10);
const BELIEVED_MAX: usize = 2_048;

/// A map, or why there is none.
type Found = Result<Arc<SourceMap>, Unmapped>;

/// What is known of maps. One event at a time looks for those that are not.
#[derive(Default)]
pub(crate) struct SourceMaps {
    believed: Mutex<HashMap<(ProjectId, Build, WantedMap), Believed>>,
    held: tokio::sync::Mutex<Held>,
}

struct Believed {
    at: Timestamp,
    artifact: Result<Artifact, Unmapped>,
}

/// Maps that were read lately, by their SHA-256.
#[derive(Default)]
struct Held {
    /// In the order of their last use.
    maps: Vec<(String, u64, Found)>,
}

impl Held {
    fn get(&mut self, sha256: &str) -> Option<Found> {
        let place = self.maps.iter().position(|(known, ..)| known == sha256)?;
        let held = self.maps.remove(place);
        self.maps.push(held.clone());
        Some(held.2)
    }

    fn put(&mut self, sha256: String, bytes: u64, found: Found) {
        self.maps.push((sha256, bytes, found));
        let mut sum: u64 = self.maps.iter().map(|(_, bytes, _)| bytes).sum();
        while sum > HELD_BYTES_MAX {
            sum -= self.maps.remove(0).1;
        }
    }
}

impl SourceMaps {
    fn believed(&self) -> MutexGuard<'_, HashMap<(ProjectId, Build, WantedMap), Believed>> {
        self.believed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was uploaded: it is looked anew.
    pub(crate) fn forget(&self) {
        self.believed().clear();
    }
}

impl Reports {
    /// Puts what source maps say into the events that wait for it, groups them, and adds them to the others.
    pub(crate) async fn unminify(&self, known: &KnownProject, mut gathered: Gathered) -> Result<Gathered, Error> {
        let mut mapped = Vec::new();
        for waiting in std::mem::take(&mut gathered.minified) {
            let maps = self.maps_of(known.project.id, &waiting).await?;
            mapped.push((waiting, maps));
        }
        let (slug, category) = (known.project.slug.clone(), errors::envelope::ItemKind::Event.category());
        let add = move || {
            let mut refused = 0;
            for (waiting, maps) in mapped {
                let MinifiedEvent { id, mut event, received, .. } = waiting;
                source_map::apply(&mut event, &maps);
                let reception = Reception { project: &slug, event_id: id, received };
                let added = records::add_event(&mut gathered.events, &event, &grouping::group(&event), reception);
                refused += u64::from(added.is_err());
            }
            (gathered, refused)
        };
        let (gathered, refused) = tokio::task::spawn_blocking(add).await.map_err(|_| Error::Stopped)?;
        if refused > 0 {
            self.0.projects.count_dropped(known.project.id, category, DropReason::TooLarge, refused);
        }
        Ok(gathered)
    }

    async fn maps_of(&self, project: ProjectId, waiting: &MinifiedEvent) -> Result<Maps, Error> {
        let build = Build::of(&waiting.event);
        let mut maps = Maps::new();
        for wanted in waiting.wanted.iter().take(FILES_MAX) {
            let found = match self.artifact(project, &build, wanted).await? {
                Ok(artifact) => self.read_map(&artifact).await,
                Err(why) => Err(why),
            };
            maps.insert(wanted.clone(), found);
        }
        Ok(maps)
    }

    /// The uploaded map of a file, or why there is none.
    async fn artifact(
        &self,
        project: ProjectId,
        build: &Build,
        wanted: &WantedMap,
    ) -> Result<Result<Artifact, Unmapped>, Error> {
        let (maps, now) = (&self.0.source_maps, self.0.clock.now());
        let key = (project, build.clone(), wanted.clone());
        if let Some(known) = maps.believed().get(&key)
            && now.since(known.at) < FRESH_FOR
        {
            return Ok(known.artifact.clone());
        }
        let artifact = self.find_artifact(project, build, wanted).await?;
        let mut believed = maps.believed();
        if believed.len() >= BELIEVED_MAX {
            believed.clear();
        }
        believed.insert(key, Believed { at: now, artifact: artifact.clone() });
        Ok(artifact)
    }

    async fn find_artifact(
        &self,
        project: ProjectId,
        build: &Build,
        wanted: &WantedMap,
    ) -> Result<Result<Artifact, Unmapped>, Error> {
        let db = &self.0.db;
        if let Some(id) = wanted.debug_id
            && let Some(map) = db.artifacts_of_build(project, id).await?.into_iter().find(choose::is_map)
        {
            return Ok(Ok(map));
        }
        let names = choose::names(&wanted.file);
        let candidates = Candidates { build, wanted, found: db.artifacts_named(project, &names).await? };
        // A file may say that its map has another name than its own.
        let Some(elsewhere) = candidates.map_elsewhere(&names) else { return Ok(candidates.chosen(&names)) };
        let found = db.artifacts_named(project, std::slice::from_ref(&elsewhere)).await?;
        Ok(Candidates { found, ..candidates }.chosen(&[elsewhere]))
    }

    /// Reads a map that was uploaded, each once as long as it is held.
    async fn read_map(&self, artifact: &Artifact) -> Found {
        if artifact.bytes > MAP_BYTES_MAX {
            return Err(Unmapped::TooLarge);
        }
        let mut held = self.0.source_maps.held.lock().await;
        if let Some(found) = held.get(&artifact.sha256) {
            return found;
        }
        let path = self.0.blobs.path(&artifact.sha256).ok_or(Unmapped::NoMap)?;
        let read = tokio::task::spawn_blocking(move || std::fs::read(&path).map(|bytes| SourceMap::parse(&bytes)));
        let found = match read.await {
            Ok(Ok(Ok(map))) => Ok(Arc::new(map)),
            Ok(Ok(Err(unusable))) => {
                tracing::info!(name = artifact.name, %unusable, "a source map cannot be used");
                Err(Unmapped::Unusable)
            }
            Ok(Err(error)) => {
                tracing::warn!(name = artifact.name, %error, "an uploaded source map cannot be read");
                return Err(Unmapped::NoMap);
            }
            Err(_) => return Err(Unmapped::NoMap),
        };
        held.put(artifact.sha256.clone(), artifact.bytes, found.clone());
        found
    }
}
