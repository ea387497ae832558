//! Ids of what was taken lately. A client that has not heard the answer sends the same again: it counts once.
//!
//! An id is claimed when its envelope is read, and known once what it names is on disk. Whoever sends it in between waits to hear
//! what becomes of the first. Of a process that was killed, the ids of events that its write-ahead log has are known again.

use crate::{Error, Reports, records::text};
use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use telemetry::Kind;
use tokio::sync::{Notify, OnceCell};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Ids of a generation. Two of them are known, some 5 MB.
const IDS_MAX: usize = 1 << 15;

/// What an id names: an event and a transaction may have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Event,
    Transaction,
}

/// An id, of a project and a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RecentId(u128);

impl RecentId {
    pub(crate) fn new(project: &str, named: Named, id: Uuid) -> Self {
        Self(id.as_u128() ^ xxh3_128_with_seed(project.as_bytes(), named as u64))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    BeingKept,
    Kept,
}

#[derive(Default)]
pub(crate) struct RecentIds {
    generations: Mutex<Generations>,
    settled: Notify,
    /// Set once the write-ahead log was looked through.
    begun: OnceCell<()>,
}

/// The younger becomes the older when it is full.
#[derive(Default)]
struct Generations {
    younger: HashMap<RecentId, Stage>,
    older: HashMap<RecentId, Stage>,
}

impl Generations {
    fn stage(&self, id: RecentId) -> Option<Stage> {
        self.younger.get(&id).or_else(|| self.older.get(&id)).copied()
    }

    fn set(&mut self, id: RecentId, stage: Stage) {
        if self.younger.len() >= IDS_MAX && !self.younger.contains_key(&id) {
            self.older = mem::take(&mut self.younger);
        }
        self.younger.insert(id, stage);
    }
}

impl RecentIds {
    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None where it was claimed before.
    pub(crate) fn claim(self: &Arc<Self>, id: RecentId) -> Option<Claimed> {
        let mut generations = self.lock();
        if generations.stage(id).is_some() {
            return None;
        }
        generations.set(id, Stage::BeingKept);
        Some(Claimed { recent: Arc::clone(self), id, is_kept: false })
    }

    /// Whether what was claimed is on disk, once that is known.
    pub(crate) async fn is_kept(&self, id: RecentId) -> bool {
        loop {
            let settled = self.settled.notified();
            match self.lock().stage(id) {
                Some(Stage::BeingKept) => {}
                stage => return stage == Some(Stage::Kept),
            }
            settled.await;
        }
    }
}

/// An id that nobody else may have: free again when this is dropped, unless it was kept.
pub(crate) struct Claimed {
    recent: Arc<RecentIds>,
    id: RecentId,
    is_kept: bool,
}

impl Claimed {
    pub(crate) const fn id(&self) -> RecentId {
        self.id
    }

    /// What it names is on disk.
    pub(crate) fn kept(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        let mut generations = self.recent.lock();
        match self.is_kept {
            true => generations.set(self.id, Stage::Kept),
            false => {
                generations.younger.remove(&self.id);
                generations.older.remove(&self.id);
            }
        }
        drop(generations);
        self.recent.settled.notify_waiters();
    }
}

impl Reports {
    /// Looks, once, through the events that a process before this one has taken and not sealed.
    pub(crate) async fn know_recent(&self) -> Result<(), Error> {
        let (recent, logs) = (&self.0.recent, &self.0.logs);
        let begin = async || {
            if !logs.exists() {
                return Ok(());
            }
            let (snapshot, recent) = (logs.snapshot_of(Kind::Error).await?, Arc::clone(recent));
            let looked = tokio::task::spawn_blocking(move || {
                let mut generations = recent.lock();
                for record in snapshot.memory().iter().flat_map(|numbered| numbered.batch.iter()) {
                    if let (Some(project), Some(Ok(id))) =
                        (text(record, "project"), text(record, "event_id").map(str::parse))
                    {
                        generations.set(RecentId::new(project, Named::Event, id), Stage::Kept);
                    }
                }
            });
            looked.await.map_err(|_| Error::Stopped)
        };
        recent.begun.get_or_try_init(begin).await.copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn id(number: u128) -> RecentId {
        RecentId::new("shop", Named::Event, Uuid::from_u128(number))
    }

    #[test]
    fn an_id_is_of_its_project_and_kind() {
        let other = |project, named| RecentId::new(project, named, Uuid::from_u128(1));
        assert_eq!(id(1), other("shop", Named::Event));
        assert_ne!(id(1), other("shop", Named::Transaction));
        assert_ne!(id(1), other("mail", Named::Event));
    }

    #[test]
    fn whoever_comes_second_hears_what_became_of_the_first() {
        let recent = Arc::new(RecentIds::default());
        for (is_kept, is_free) in [(false, true), (true, false)] {
            let first = recent.claim(id(1)).expect("nobody has it");
            assert!(recent.claim(id(1)).is_none());
            let mut second = Box::pin(recent.is_kept(id(1)));
            assert_eq!(second.as_mut().now_or_never(), None);
            if is_kept {
                first.kept();
            } else {
                drop(first);
            }
            assert_eq!(second.now_or_never(), Some(is_kept));
            assert_eq!(recent.claim(id(1)).is_some(), is_free);
        }
    }

    #[test]
    fn the_oldest_ids_are_forgotten() {
        let recent = Arc::new(RecentIds::default());
        let many = 3 * IDS_MAX as u128;
        (0..many).for_each(|number| recent.claim(id(number)).expect("each is new").kept());
        let generations = recent.lock();
        assert!(generations.younger.len() + generations.older.len() <= 2 * IDS_MAX);
        assert_eq!((generations.stage(id(0)), generations.stage(id(many - 1))), (None, Some(Stage::Kept)));
    }
}
