//! How long a transaction may take that satisfies.

use crate::{Ctx, problem::Result};
use reports::ProjectSettings;
use std::time::Duration;

/// As the project has it; by default where there is none of that slug.
pub(super) async fn apdex_of(ctx: &Ctx, project: Option<&str>) -> Result<Duration> {
    let settings = match project {
        Some(slug) => ctx.app.db.project_of_slug(slug).await?.map(|project| ProjectSettings::read(&project.settings)),
        None => None,
    };
    Ok(Duration::from_millis(settings.unwrap_or_default().apdex_ms.into()))
}
