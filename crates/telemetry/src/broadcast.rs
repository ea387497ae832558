//! Batches for those who listen, as they are acknowledged.
//!
//! Who listens and does not hear keeps them alive: that is bounded in batches and in bytes. What is beyond it was missed.

use crate::batch::Numbered;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::broadcast::{self, error::RecvError, error::TryRecvError};

/// Batches that somebody who listens may be behind.
const BATCHES_MAX: usize = 256;
/// Bytes that they hold, those that a search sees as well included.
const BYTES_MAX: usize = 16 << 20;

/// A batch, until it is too much to wait for whoever has not heard it.
struct Waiting(Mutex<Option<Arc<Numbered>>>);

impl Waiting {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Numbered>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends each acknowledged batch to all subscriptions.
pub(crate) struct Broadcaster {
    give: broadcast::Sender<Arc<Waiting>>,
    /// Those that somebody has not heard yet, the oldest first, and their bytes.
    waiting: Mutex<VecDeque<(Weak<Waiting>, usize)>>,
}

impl Broadcaster {
    pub(crate) fn new() -> Self {
        Self { give: broadcast::channel(BATCHES_MAX).0, waiting: Mutex::default() }
    }

    pub(crate) fn tell(&self, batch: &Arc<Numbered>) {
        let next = Arc::new(Waiting(Mutex::new(Some(Arc::clone(batch)))));
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(batch, _)| batch.strong_count() > 0);
        waiting.push_back((Arc::downgrade(&next), batch.batch.memory_bytes()));
        let mut bytes: usize = waiting.iter().map(|(_, bytes)| bytes).sum();
        // The newest is given however large it is.
        while bytes > BYTES_MAX && waiting.len() > 1 {
            let Some((oldest, freed)) = waiting.pop_front() else { break };
            bytes -= freed;
            if let Some(oldest) = oldest.upgrade() {
                *oldest.lock() = None;
            }
        }
        // Nobody may be listening.
        let _ = self.give.send(next);
    }

    pub(crate) fn listen(&self) -> Subscription {
        Subscription(self.give.subscribe())
    }
}

/// A subscription to batches, from when it was made. Who lags is told how many were missed.
pub struct Subscription(broadcast::Receiver<Arc<Waiting>>);

impl Subscription {
    /// # Errors
    /// Where batches were missed, or when no more will come.
    pub async fn recv(&mut self) -> Result<Arc<Numbered>, RecvError> {
        let next = self.0.recv().await?;
        let batch = next.lock().clone();
        batch.ok_or(RecvError::Lagged(1))
    }

    /// The same, for threads of no runtime.
    ///
    /// # Errors
    /// As [`Self::recv`].
    pub fn blocking_recv(&mut self) -> Result<Arc<Numbered>, RecvError> {
        let next = self.0.blocking_recv()?;
        let batch = next.lock().clone();
        batch.ok_or(RecvError::Lagged(1))
    }

    /// # Errors
    /// As [`Self::recv`], and where there is none for now.
    pub fn try_recv(&mut self) -> Result<Arc<Numbered>, TryRecvError> {
        let next = self.0.try_recv()?;
        let batch = next.lock().clone();
        batch.ok_or(TryRecvError::Lagged(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Batch, Record};
    use model::Timestamp;

    fn batch(first_seq: u64, bytes: usize) -> Arc<Numbered> {
        let mut batch = Batch::new();
        for _ in 0..bytes >> 20 {
            let message = vec![b'x'; 1 << 20];
            let time = Timestamp::EPOCH;
            batch.push(&Record { time, level: None, source: vec![], message, fields: vec![] }).unwrap();
        }
        Arc::new(Numbered { first_seq, batch })
    }

    #[test]
    fn who_does_not_hear_holds_no_more_than_some_bytes() {
        let broadcaster = Broadcaster::new();
        let (mut deaf, mut quick) = (broadcaster.listen(), broadcaster.listen());
        let mut told = Vec::new();
        for seq in 0..20 {
            let batch = batch(seq, 2 << 20);
            broadcaster.tell(&batch);
            told.push(Arc::downgrade(&batch));
            drop(batch);
            assert_eq!(quick.try_recv().unwrap().first_seq, seq, "who keeps up hears all");
        }
        let held = told.iter().filter(|batch| batch.strong_count() > 0).count();
        assert!((1..=8).contains(&held), "{held}");
        let (mut missed, mut heard) = (0, Vec::new());
        loop {
            match deaf.try_recv() {
                Ok(batch) => heard.push(batch.first_seq),
                Err(TryRecvError::Lagged(batches)) => missed += batches,
                Err(_) => break,
            }
        }
        assert_eq!((missed as usize, heard), (20 - held, (20 - held as u64..20).collect()));
        assert!(told.iter().all(|batch| batch.strong_count() == 0), "once heard they are held by nobody");
    }
}
