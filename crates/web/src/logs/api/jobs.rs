//! Jobs as people call them, in a query: by the beginning of an id, by a name, or `last`.

use crate::{
    Ctx,
    jobs::lookup::all_called,
    problem::{Problem, Result},
};
use jiff::tz::TimeZone;
use logs::search::{JobNames, ResolvedSearch, Search};
use model::JobId;
use store::Db;

/// Jobs that one name may mean.
const MEANT_MAX: u32 = 10;

/// The search made ready, with times in `zone` unless it names its own: once per request.
pub(crate) async fn resolve(ctx: &Ctx, zone: &TimeZone, search: &Search) -> Result<ResolvedSearch> {
    search.resolve(ctx.app.logs.clock().now(), zone, &StoredJobs(&ctx.app.db)).await
}

/// The jobs of the store, by what people call them.
pub(super) struct StoredJobs<'a>(pub(super) &'a Db);

impl JobNames for StoredJobs<'_> {
    type Error = Problem;

    async fn jobs_called(&self, text: &str) -> Result<Vec<JobId>> {
        let called = all_called(self.0, text, MEANT_MAX).await?;
        Ok(called.into_iter().map(|job| job.id).collect())
    }
}
