//! The claimed messages that wait for a free slot.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::ClaimedItem;
use tokio::sync::Notify;

/// Bounded by what is claimed, which the runner bounds.
#[derive(Default)]
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    changed: Notify,
}

#[derive(Default)]
struct Inner {
    messages: VecDeque<Vec<ClaimedItem>>,
    closed: bool,
}

impl Queue {
    /// Adds items, those with the same message number as one message.
    pub(crate) fn push(&self, items: Vec<ClaimedItem>) -> usize {
        let mut messages: Vec<Vec<ClaimedItem>> = Vec::with_capacity(items.len());
        for item in items {
            match messages.last_mut() {
                Some(message) if message[0].message_no == item.message_no => message.push(item),
                _ => messages.push(vec![item]),
            }
        }
        let added = messages.len();
        self.lock().messages.extend(messages);
        self.changed.notify_waiters();
        added
    }

    /// The next message; `None` once the queue is closed.
    pub(crate) async fn pop(&self) -> Option<Vec<ClaimedItem>> {
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            changed.as_mut().enable();
            {
                let mut inner = self.lock();
                if inner.closed {
                    return None;
                }
                if let Some(message) = inner.messages.pop_front() {
                    return Some(message);
                }
            }
            changed.await;
        }
    }

    /// Takes back what no slot has begun.
    pub(crate) fn drain(&self) -> Vec<ClaimedItem> {
        self.lock().messages.drain(..).flatten().collect()
    }

    /// Lets the slots end after what they are at.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
