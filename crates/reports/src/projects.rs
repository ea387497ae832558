//! Projects as each request needs them: known by their key, with their secrets' patterns compiled, and how much of their
//! quota is left.

use crate::{Reports, settings::ProjectSettings};
use errors::{auth::PublicKey, scrubbing::Scrubbing};
use model::Timestamp;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::Project;

/// For so long nobody looks whether a project was changed elsewhere.
const FRESH_FOR: Duration = Duration::from_secs(10);
/// Keys that are known, those of no project included: whoever guesses must not fill the memory.
const KEYS_MAX: usize = 4_096;
/// The span of a quota.
const QUOTA_SPAN: Duration = Duration::from_secs(60);

/// Why something that a client sent was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DropReason {
    /// More than the quota of the project.
    Quota,
    /// Longer than an item of its kind may be.
    TooLarge,
    /// It cannot be read.
    Malformed,
    /// Of a kind that is not kept.
    NotKept,
    /// It was taken before, and is sent again.
    Duplicate,
}

impl DropReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::NotKept => "not_kept",
            Self::Duplicate => "duplicate",
        }
    }
}

/// A project, ready to take reports.
pub struct KnownProject {
    pub project: Project,
    pub settings: ProjectSettings,
    /// What is removed from its reports before they are stored.
    pub scrubbing: Scrubbing,
}

#[derive(Default)]
pub(crate) struct Projects {
    by_key: Mutex<HashMap<String, LookedUp>>,
    taken: Mutex<HashMap<(i64, &'static str), Span>>,
    dropped: Mutex<HashMap<(i64, &'static str, DropReason), u64>>,
}

/// What was found for a key, and when.
struct LookedUp {
    at: Timestamp,
    project: Option<Arc<KnownProject>>,
}

/// What was taken of a quota since when.
#[derive(Clone, Copy)]
struct Span {
    since: Timestamp,
    taken: u32,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Projects {
    /// Takes `count` items of a category, or says how long until there is room for more.
    pub(crate) fn take(
        &self,
        known: &KnownProject,
        category: &'static str,
        count: u32,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let mut taken = lock(&self.taken);
        let fresh = Span { since: now, taken: 0 };
        let span = taken.entry((known.project.id, category)).or_insert(fresh);
        let passed = now.since(span.since);
        if passed >= QUOTA_SPAN || now < span.since {
            *span = fresh;
        }
        if span.taken.saturating_add(count) > known.settings.items_per_minute {
            return Err(QUOTA_SPAN.saturating_sub(now.since(span.since)).max(Duration::from_secs(1)));
        }
        span.taken += count;
        Ok(())
    }

    pub(crate) fn count_dropped(&self, project: i64, category: &'static str, why: DropReason, count: u64) {
        *lock(&self.dropped).entry((project, category, why)).or_default() += count;
    }

    /// What was dropped since the last call: project, category and reason, and how many.
    pub(crate) fn take_dropped(&self) -> HashMap<(i64, &'static str, DropReason), u64> {
        std::mem::take(&mut *lock(&self.dropped))
    }
}

impl Reports {
    /// The project of a key that is not disabled.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn project_of(&self, key: &PublicKey) -> Result<Option<Arc<KnownProject>>, crate::Error> {
        let key = key.as_str();
        self.known_as(key, async || Ok(self.0.db.project_of_key(key).await?)).await
    }

    /// The project of that name or slug, in any case.
    pub(crate) async fn project_of_service(&self, name: &str) -> Result<Option<Arc<KnownProject>>, crate::Error> {
        let (name, slug) = (name.to_lowercase(), store::slug(name));
        self.known_as(&format!("service {name}"), async || {
            let mut projects = self.0.db.projects().await?.into_iter();
            Ok(projects.find(|project| project.slug == slug || project.name.to_lowercase() == name))
        })
        .await
    }

    /// What `find` gives, or has given a while ago.
    async fn known_as(
        &self,
        key: &str,
        find: impl AsyncFnOnce() -> Result<Option<Project>, crate::Error>,
    ) -> Result<Option<Arc<KnownProject>>, crate::Error> {
        let now = self.0.clock.now();
        if let Some(known) = lock(&self.0.projects.by_key).get(key)
            && now.since(known.at) < FRESH_FOR
        {
            return Ok(known.project.clone());
        }
        let found = find().await?.map(|project| Arc::new(KnownProject::new(project)));
        let mut known = lock(&self.0.projects.by_key);
        if known.len() >= KEYS_MAX {
            known.retain(|_, known| known.project.is_some() && now.since(known.at) < FRESH_FOR);
        }
        known.insert(key.to_owned(), LookedUp { at: now, project: found.clone() });
        Ok(found)
    }

    /// Looks anew for what is known of projects: one was changed.
    pub fn forget_projects(&self) {
        lock(&self.0.projects.by_key).clear();
    }
}

impl KnownProject {
    fn new(project: Project) -> Self {
        let settings = ProjectSettings::read(&project.settings);
        // A pattern that cannot be used was refused when it was set; without it the others still hold.
        let scrubbing = Scrubbing::new(settings.scrubbing.clone()).unwrap_or_else(|error| {
            tracing::error!(project = project.slug, %error, "the patterns of a project cannot be used: the default ones hold");
            Scrubbing::default()
        });
        Self { project, settings, scrubbing }
    }
}
