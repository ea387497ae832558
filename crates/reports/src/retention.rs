//! What is too old goes, and what is no longer new is said to be so.

use crate::{Error, Reports};
use std::time::Duration;
use store::ReportsKeptSince;

const DAY: Duration = Duration::from_secs(86_400);
/// An issue that was not seen for so long goes, and what was said of it.
const ISSUES_KEPT: Duration = DAY.saturating_mul(365);
/// Counts of sessions, and of what was dropped.
const COUNTS_KEPT: Duration = DAY.saturating_mul(180);
const ATTACHMENTS_KEPT: Duration = DAY.saturating_mul(30);
/// Parts of uploads that were put together, or never will be.
const CHUNKS_KEPT: Duration = DAY;
/// Rows of one step, and steps of one call.
const ROWS: u32 = 2_000;
const STEPS: usize = 50;

impl Reports {
    /// Lets go of what is too old, within bounds. Returns whether there is more.
    ///
    /// # Errors
    /// When the database cannot be written: what is missing comes with the next call.
    pub async fn forget_old(&self) -> Result<bool, Error> {
        let (db, now) = (&self.0.db, self.0.clock.now());
        self.finish_removals().await?;
        db.age_issues(ROWS, now).await?;
        let since = ReportsKeptSince {
            counts: now - COUNTS_KEPT,
            feedback: now - ISSUES_KEPT,
            attachments: now - ATTACHMENTS_KEPT,
            chunks: now - CHUNKS_KEPT,
        };
        for _ in 0..STEPS {
            let issues = db.purge_issues(now - ISSUES_KEPT, ROWS).await?;
            let rows = db.purge_reports(since, ROWS).await?;
            if !issues.more && rows < u64::from(ROWS) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
