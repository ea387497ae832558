//! Releases with what their sessions came to.

use crate::{Ctx, problem::Result};
use model::Timestamp;
use std::ops::Range;
use store::{HealthReport, ProjectId, ReleaseHealth};

/// What the sessions of a project came to, release by release.
pub(super) struct ProjectHealth(HealthReport);

impl ProjectHealth {
    pub(super) async fn of(
        ctx: &Ctx,
        project: ProjectId,
        environment: Option<&str>,
        range: Range<Timestamp>,
    ) -> Result<Self> {
        Ok(Self(ctx.app.db.release_health(project, environment, range).await?))
    }

    /// None where there was no session of it.
    pub(super) fn release(&self, version: &str) -> Option<&ReleaseHealth> {
        self.0.by_release.get(version)
    }

    /// The share of all sessions that a release has, from 0 to 100.
    pub(super) fn adoption(&self, health: &ReleaseHealth) -> Option<f64> {
        let all = self.0.started();
        (all > 0).then(|| health.started as f64 * 100.0 / all as f64)
    }

    pub(super) fn is_partial(&self) -> bool {
        self.0.is_partial
    }
}
