//! Jobs as people call them, in a query: by the beginning of an id, by a name, or `last`.

use crate::{
    Ctx,
    problem::{Problem, Result},
};
use jiff::tz::TimeZone;
use logs::search::{JobNames, ResolvedSearch, Search};
use model::{JobId, JobState};
use store::{Db, JobFilter};

/// Jobs that one name may mean.
const MEANT_MAX: u32 = 10;
/// Jobs among which one of that very name is looked for.
const NAMESAKES_MAX: u32 = 100;

/// The search made ready, with times in `zone` unless it names its own: once per request.
pub(crate) async fn resolve(ctx: &Ctx, zone: &TimeZone, search: &Search) -> Result<ResolvedSearch> {
    search.resolve(ctx.app.logs.clock().now(), zone, &StoredJobs(&ctx.app.db)).await
}

/// The jobs of the store, by what people call them.
pub(super) struct StoredJobs<'a>(pub(super) &'a Db);

impl JobNames for StoredJobs<'_> {
    type Error = Problem;

    /// As the command line has it: the beginning of an id comes before a name, of namesakes the newest is meant unless
    /// several are open.
    async fn jobs_called(&self, text: &str) -> Result<Vec<JobId>> {
        let db = self.0;
        if text == "last" {
            let newest = db.jobs(&JobFilter { limit: 1, ..JobFilter::default() }).await?;
            return Ok(newest.rows.into_iter().map(|job| job.id).collect());
        }
        let beginning = db.jobs_beginning(text, MEANT_MAX).await?;
        if !beginning.is_empty() {
            return Ok(beginning);
        }
        let named = JobFilter { text: Some(text.to_owned()), limit: NAMESAKES_MAX, ..JobFilter::default() };
        let mut named = db.jobs(&named).await?.rows;
        named.retain(|job| job.name == text);
        let is_over = |state| matches!(state, JobState::Completed | JobState::Failed | JobState::Cancelled);
        match named.iter().filter(|job| !is_over(job.state)).count() {
            0 | 1 => named.truncate(1),
            _ => named.retain(|job| !is_over(job.state)),
        }
        named.truncate(MEANT_MAX as usize);
        Ok(named.into_iter().map(|job| job.id).collect())
    }
}
