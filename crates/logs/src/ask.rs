//! Questions, asked beside the runtime: a few at a time, each within its time, and ended when nobody waits any more.

use crate::{Error, Logs};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use telemetry::{
    Kind, Snapshot,
    query::{Bounds, Cancel},
};
use tokio::sync::OwnedSemaphorePermit;

/// What a question may take. What was found by then is the answer, which says that it is not all.
pub const TIME_MAX: Duration = Duration::from_secs(30);
/// Bytes that one question may hold, beside what it gives out.
const MEMORY_BYTES_MAX: usize = 48 << 20;

/// Threads that look for one answer. The kernel is asked once: it reads several files to know.
static THREADS: LazyLock<usize> = LazyLock::new(|| std::thread::available_parallelism().map_or(2, usize::from).min(4));

/// Cancels when it is dropped: with the future of whoever has gone.
struct Asker(Cancel);

impl Drop for Asker {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Logs {
    /// Runs `question` on what there is now. When its time is over it is cancelled: the functions of
    /// [`telemetry::query`] then answer with what they have, and say so.
    ///
    /// # Errors
    /// When the store cannot be opened, or [`Error::Asked`] where as many questions as may be are being answered.
    pub async fn ask<T: Send + 'static>(
        &self,
        time_max: Duration,
        question: impl FnOnce(&Snapshot, &Bounds) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let opened = self.opened_async().await?;
        self.beside(time_max, move |cancel| question(&opened.snapshot(), &bounds(cancel))).await
    }

    /// A place for [`Self::export`].
    ///
    /// # Errors
    /// [`Error::Exported`] where as many exports as may be go on.
    pub fn exporting(&self) -> Result<OwnedSemaphorePermit, Error> {
        Arc::clone(&self.0.exported).try_acquire_owned().map_err(|_| Error::Exported)
    }

    /// As [`Self::ask_of`], for a question whose answer is handed over as it is found, in as long as whoever reads it takes.
    ///
    /// # Errors
    /// When the store cannot be opened: another process has it, it is damaged, or its disk is full or fails.
    pub async fn export<T: Send + 'static>(
        &self,
        _place: OwnedSemaphorePermit,
        kind: Kind,
        time_max: Duration,
        question: impl FnOnce(&Snapshot, &Bounds) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let opened = self.opened_async().await?;
        within(time_max, move |cancel| question(&opened.store.snapshot(kind), &bounds(cancel))).await
    }

    /// Runs `work` beside the runtime, in one of the places that questions have, and cancels it when its time is over or
    /// nobody waits for it any more.
    ///
    /// # Errors
    /// [`Error::Asked`] where no place becomes free within `time_max`.
    pub async fn beside<T: Send + 'static>(
        &self,
        time_max: Duration,
        work: impl FnOnce(&Cancel) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let Ok(Ok(_place)) = tokio::time::timeout(time_max, self.0.asked.acquire()).await else {
            return Err(Error::Asked);
        };
        within(time_max, work).await
    }
}

pub(crate) fn bounds(cancel: &Cancel) -> Bounds {
    Bounds { threads: *THREADS, cancel: cancel.clone(), memory_bytes_max: MEMORY_BYTES_MAX }
}

/// Runs `work` beside the runtime; cancelled when its time is over or nobody waits for it any more.
pub(crate) async fn within<T: Send + 'static>(
    time_max: Duration,
    work: impl FnOnce(&Cancel) -> T + Send + 'static,
) -> Result<T, Error> {
    let cancel = Cancel::default();
    let asker = Asker(cancel.clone());
    let mut answer = tokio::task::spawn_blocking(move || work(&cancel));
    let answered = match tokio::time::timeout(time_max, &mut answer).await {
        Ok(answered) => answered,
        Err(_) => {
            asker.0.cancel();
            answer.await
        }
    };
    answered.map_err(|_| Error::Closed)
}
