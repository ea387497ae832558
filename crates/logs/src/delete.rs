//! Deleting records by query: what should never have been kept, or is not to be kept any longer.

use crate::{Error, Logs, TIME_MAX};
use std::time::Duration;
use telemetry::{
    Kind,
    query::{Partial, Question, count_numbered, matching_seqs},
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

    /// How many records of logs with a number in one of `ranges`, from first to last, are stored.
    ///
    /// # Errors
    /// When the store cannot be opened, or a block that may hold some of them not be read.
    pub async fn count_numbered(&self, ranges: Vec<(u64, u64)>) -> Result<u64, Error> {
        if !self.exists() {
            return Ok(0);
        }
        let counted = self.ask(TIME_MAX, move |snapshot, _| count_numbered(snapshot, &ranges)).await?;
        Ok(counted.map_err(telemetry::Error::from)?)
    }

    /// Deletes the record of logs of that number; returns whether there was one.
    ///
    /// # Errors
    /// As [`Self::count_numbered`], and when the deletion cannot be written: then it is not deleted.
    pub async fn delete_numbered(&self, seq: u64) -> Result<bool, Error> {
        let is_stored = self.count_numbered(vec![(seq, seq)]).await? > 0;
        if is_stored {
            let opened = self.opened_async().await?;
            let seqs = std::iter::once(seq).collect();
            opened.store.delete(seqs)?.await.map_err(|_| Error::Closed)??;
        }
        Ok(is_stored)
    }
}
