//! The end of a project: its records first, then its rows. What is cut off goes on with the next [`Reports::finish_removals`].

use crate::{Error, Reports, events::equals};
use logs::TIME_MAX;
use store::ProjectId;
use telemetry::{Kind, query::Query};

/// Rows of one step: other writers get their turn in between.
const ROWS: u32 = 2_000;

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

    /// Deletes the records and rows of projects whose removal has begun. Records go first: a new project of the same name
    /// must not find them.
    ///
    /// # Errors
    /// When the store or the database cannot be written, or not all records could be looked through: the next call goes on.
    pub async fn finish_removals(&self) -> Result<(), Error> {
        for (project, slug) in self.0.db.projects_being_removed().await? {
            self.delete_records(&slug).await?;
            while self.0.db.remove_project(project, ROWS, self.0.clock.now()).await?.more {}
            tracing::info!(project = slug, "a project was removed");
        }
        Ok(())
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
