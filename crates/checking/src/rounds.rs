//! What is due is looked at.

use crate::{
    Checking,
    kept::{changed, check_of, facts_of},
    probe::Found,
};
use checks::Check;
use jobs::{Again, DoneBy, Work};
use model::Timestamp;
use std::{sync::PoisonError, time::Duration};
use store::{CheckName, StoredCheck};
use uuid::Uuid;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Checks of one look.
const LOOKED_AT_MAX: u32 = 500;
/// Checks that are asked at a time.
const ASKED_MAX: usize = 50;
/// How long outages are known: longer than any page shows.
const KEPT: Duration = Duration::from_secs(400 * 86_400);
const FORGET_EVERY: Duration = Duration::from_secs(86_400);

impl Checking {
    /// Looks at what is due. One process does it for all.
    pub fn watching(self) -> Work {
        Work::new("checks", LOOK_EVERY, DoneBy::Leader, move || {
            let checking = self.clone();
            async move { checking.look().await.map(|()| Again::AsUsual).map_err(|error| error.to_string()) }
        })
    }

    /// Forgets outages and planned work that ended long ago.
    pub fn forgetting(self) -> Work {
        Work::new("check_retention", FORGET_EVERY, DoneBy::Leader, move || {
            let checking = self.clone();
            async move {
                checking.forget(checking.0.clock.now() - KEPT).await.map_err(|error| error.to_string())?;
                Ok(Again::AsUsual)
            }
        })
    }

    /// Outages, and the planned work that excuses them.
    async fn forget(&self, before: Timestamp) -> store::Result<()> {
        self.0.db.forget_check_outages(before).await?;
        self.0.db.forget_maintenances(before).await.map(drop)
    }

    /// Notices what is late or down by now, and begins to ask what is to be asked.
    ///
    /// # Errors
    /// When the database does not answer: what is due is looked at again.
    pub async fn look(&self) -> store::Result<()> {
        let now = self.0.clock.now();
        for kept in self.0.db.checks_to_look_at(now, LOOKED_AT_MAX).await? {
            match check_of(&kept) {
                Some(check) if check.watch.probe().is_some() => {
                    if !self.begin(kept.id) {
                        continue;
                    }
                    let checking = self.clone();
                    tokio::spawn(async move { checking.ask(kept, check).await });
                }
                Some(_) => self.restand(kept.id, now).await?,
                // Another version's: it is looked at when that runs again.
                None => {}
            }
        }
        Ok(())
    }

    /// Asks now, and keeps what it found.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ask_now(&self, kept: &StoredCheck) -> store::Result<Option<StoredCheck>> {
        let Some(check) = check_of(kept).filter(|check| check.watch.probe().is_some()) else { return Ok(None) };
        let found = self.probe(&check).await;
        self.keep(kept.id, found).await
    }

    async fn ask(&self, kept: StoredCheck, check: Check) {
        let found = self.probe(&check).await;
        if let Err(error) = self.keep(kept.id, found).await {
            tracing::warn!(%error, check = kept.slug, "what a check found could not be kept; it is asked again");
        }
        self.0.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&kept.id);
    }

    /// Whether it may be asked now: it is not being asked, and there is room.
    fn begin(&self, id: Uuid) -> bool {
        let mut busy = self.0.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.len() < ASKED_MAX && busy.insert(id)
    }

    async fn keep(&self, id: Uuid, found: Found) -> store::Result<Option<StoredCheck>> {
        let now = self.0.clock.now();
        let change = move |kept: &StoredCheck| {
            let check = check_of(kept)?;
            let mut facts = facts_of(kept);
            facts.probed(now, found.took, found.outcome);
            facts.certificate_ends = found.certificate_ends;
            Some(changed(kept, &check, &facts, now))
        };
        self.0.db.change_check(CheckName::Id(id), now, change).await
    }

    async fn restand(&self, id: Uuid, now: Timestamp) -> store::Result<()> {
        let change = move |kept: &StoredCheck| {
            let check = check_of(kept)?;
            Some(changed(kept, &check, &facts_of(kept), now))
        };
        self.0.db.change_check(CheckName::Id(id), now, change).await.map(drop)
    }
}
