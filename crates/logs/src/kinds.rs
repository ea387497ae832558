//! Records of the other kinds, which share the store of the logs: spans and events of errors.

use crate::{Error, Logs, ask::bounds};
use model::Timestamp;
use std::{ops::Range, time::Duration};
use telemetry::{
    Appended, Batch, Kind, PositionChange, Snapshot,
    query::{Bounds, Query, Question, language::Filter},
};

/// How long a store that is busy is waited for, before its sender is told, and how often it is tried.
const PATIENCE: Duration = Duration::from_secs(2);
const RETRY_AFTER: Duration = Duration::from_millis(20);
/// Where the store keeps what it is called.
const NAME_KEY: &str = "log/name";

impl Logs {
    /// Appends records of a kind, which are synced and searchable when this returns. A store that is busy is waited for.
    ///
    /// # Errors
    /// When the store cannot be opened or written to, is busy for long, or the batch is too large for it.
    pub async fn append(&self, kind: Kind, mut batch: Batch) -> Result<Appended, Error> {
        let opened = self.opened_async().await?;
        let mut waited = Duration::ZERO;
        loop {
            match opened.store.append_from(kind, &mut batch, &[], self.now()) {
                Ok(answer) => return Ok(answer.await.map_err(|_| Error::Closed)??),
                Err(telemetry::Error::Busy { .. }) if waited < PATIENCE => {
                    tokio::time::sleep(RETRY_AFTER).await;
                    waited += RETRY_AFTER;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The records of a kind that there are now.
    ///
    /// # Errors
    /// As [`Self::snapshot`].
    pub async fn snapshot_of(&self, kind: Kind) -> Result<Snapshot, Error> {
        Ok(self.opened_async().await?.store.snapshot(kind))
    }

    /// As [`Self::ask`], of the records of a kind.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn ask_of<T: Send + 'static>(
        &self,
        kind: Kind,
        time_max: Duration,
        question: impl FnOnce(&Snapshot, &Bounds) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let opened = self.opened_async().await?;
        self.beside(time_max, move |cancel| question(&opened.store.snapshot(kind), &bounds(cancel))).await
    }

    /// What a query means now, of records of that time; of all of them where none is given.
    ///
    /// # Errors
    /// When an expression in it is too large.
    pub fn question(&self, query: &Query, range: Option<Range<Timestamp>>) -> Result<Question, Error> {
        let question = Question::new(query, self.now(), self.zone())?;
        Ok(match range {
            Some(range) => question.within(range),
            None => question,
        })
    }

    /// As [`Self::question`]; each group of a `stats` tells, too, how many records each of these filters lets through, as
    /// [`Question::counting`] has it.
    ///
    /// # Errors
    /// As [`Self::question`].
    pub fn question_counting(
        &self,
        query: &Query,
        range: Range<Timestamp>,
        counted: &[(&str, Filter)],
    ) -> Result<Question, Error> {
        Ok(self.question(query, Some(range))?.counting(counted, self.now(), self.zone())?)
    }

    /// By which the numbers of this store's records are told from those of another store. `new` is what it is called if
    /// nobody has asked before.
    ///
    /// # Errors
    /// When the store cannot be opened, read or written.
    pub async fn name_of_store(&self, new: impl FnOnce() -> String) -> Result<String, Error> {
        let opened = self.opened_async().await?;
        if let Some(name) = opened.store.position(NAME_KEY)? {
            return Ok(String::from_utf8_lossy(&name).into_owned());
        }
        let name = new();
        let named = PositionChange { key: NAME_KEY.to_owned(), position: Some(name.clone().into_bytes()) };
        let answer = opened.store.append_from(Kind::Log, &mut Batch::default(), &[named], self.now())?;
        answer.await.map_err(|_| Error::Closed)??;
        Ok(name)
    }
}
