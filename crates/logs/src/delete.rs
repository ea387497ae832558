//! Deleting records by query: what should never have been kept, or is not to be kept any longer.

use crate::{Error, Logs};
use std::time::Duration;
use telemetry::{
    Kind,
    query::{Partial, Question, matching_seqs},
};

/// What came of a wish to delete.
#[derive(Clone, Debug, PartialEq)]
pub struct Deletion {
    /// Records that match.
    pub matching: u64,
    /// Whether they are deleted, and that is on disk.
    pub is_done: bool,
    /// Why others may match too: where not everything was looked through, nothing is deleted.
    pub partial: Vec<Partial>,
}

impl Logs {
    /// Deletes all records that match, unless they are more than `at_most`, which is none for a mere count, or not everything could be looked through. No
    /// search finds them from then on; their bytes leave the disk with the next merge of their segments.
    ///
    /// # Errors
    /// When the store cannot be asked, or the deletion not be written: then nothing is deleted.
    pub async fn delete(
        &self,
        question: Question,
        at_most: Option<u64>,
        time_max: Duration,
    ) -> Result<Deletion, Error> {
        self.delete_of(Kind::Log, question, at_most, time_max).await
    }

    /// As [`Self::delete`], of records of that kind.
    ///
    /// # Errors
    /// As [`Self::delete`].
    pub async fn delete_of(
        &self,
        kind: Kind,
        question: Question,
        at_most: Option<u64>,
        time_max: Duration,
    ) -> Result<Deletion, Error> {
        let found =
            self.ask_of(kind, time_max, move |snapshot, bounds| matching_seqs(snapshot, &question, bounds)).await?;
        let mut deletion = Deletion { matching: found.value.len(), is_done: false, partial: found.partial };
        if deletion.partial.is_empty() && at_most.is_some_and(|most| deletion.matching <= most) {
            let opened = self.opened_async().await?;
            opened.store.delete(found.value)?.await.map_err(|_| Error::Closed)??;
            deletion.is_done = true;
        }
        Ok(deletion)
    }
}
