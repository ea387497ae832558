//! The end of a project: its records first, then its rows. What is cut off goes on with the next [`Reports::finish_removals`].

use crate::{Error, Reports, events::equals};
use logs::TIME_MAX;
use std::time::Duration;
use store::ProjectId;
use telemetry::{Kind, query::Query};

/// Rows of one step: other writers get their turn in between.
const ROWS: u32 = 2_000;
/// Files of a project that go with it at once; more go with the next sweep of uploads.
const UPLOADS_MAX: u32 = 100_000;
/// How often it is tried to find a moment in which nobody sends a file.
const TRIES_MAX: u32 = 60;
const TRY_EVERY: Duration = Duration::from_millis(500);

impl Reports {
    /// Hides a project from everybody and closes its keys. [`Self::finish_removals`] deletes the rest.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn begin_removal(&self, project: ProjectId) -> Result<(), Error> {
        self.0.db.remove_project(project, 1, self.0.clock.now()).await?;
        self.forget_projects();
        Ok(())
    }

    /// Deletes the records, rows and files of projects whose removal has begun. Records go first: a new project of the same name
    /// must not find them.
    ///
    /// # Errors
    /// When the store or the database cannot be written, or not all records could be looked through: the next call goes on.
    pub async fn finish_removals(&self) -> Result<(), Error> {
        for (project, slug) in self.0.db.projects_being_removed().await? {
            self.delete_records(&slug).await?;
            let uploads = self.0.db.uploads_of_project(project, UPLOADS_MAX).await?;
            while self.0.db.remove_project(project, ROWS, self.0.clock.now()).await?.more {}
            self.forget_uploads(&slug, &uploads).await;
            tracing::info!(project = slug, "a project was removed");
        }
        Ok(())
    }

    /// Files that came with its events, once nothing else names them. What cannot go now goes with the next sweep of uploads.
    async fn forget_uploads(&self, slug: &str, uploads: &[String]) {
        for _ in 0..TRIES_MAX {
            match self.0.blobs.forget(&self.0.db, uploads).await {
                Ok(Some(files)) => return tracing::debug!(project = slug, files, "files of a project were deleted"),
                Ok(None) => tokio::time::sleep(TRY_EVERY).await,
                Err(error) => return tracing::warn!(%error, project = slug, "files of a project go later"),
            }
        }
    }

    async fn delete_records(&self, slug: &str) -> Result<(), Error> {
        if !self.0.logs.exists() {
            return Ok(());
        }
        for kind in Kind::ALL {
            let query = Query { filter: equals("project", slug), pipes: Vec::new() };
            let question = self.0.logs.question(&query, None)?;
            let deletion = self.0.logs.delete_of(kind, question, Some(u64::MAX), TIME_MAX).await?;
            if !deletion.is_done {
                return Err(Error::NotDeleted);
            }
        }
        Ok(())
    }
}
