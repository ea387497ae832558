//! The ways a letter can leave, behind one enum: SMTP, the Gmail API, or memory for tests and rehearsals.

use crate::{delivery::Delivery, letter::Letter, message::Signer};
use jobs::Intent;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Where letters go. Cheap to clone; each worker slot opens its own [`Connection`].
#[derive(Clone, Debug)]
pub enum Transport {
    Smtp(Arc<crate::smtp::Account>),
    Gmail(Arc<crate::gmail::Account>),
    Memory(Arc<Memory>),
}

/// One slot's way out. It connects when first used and reconnects by itself.
pub enum Connection {
    Smtp(Box<crate::smtp::Connection>),
    Gmail(Box<crate::gmail::Connection>),
    Memory(Arc<Memory>),
}

impl Transport {
    pub fn connect(&self, signer: Option<Arc<Signer>>) -> Connection {
        match self {
            Self::Smtp(account) => {
                Connection::Smtp(Box::new(crate::smtp::Connection::new(Arc::clone(account), signer)))
            }
            Self::Gmail(account) => {
                Connection::Gmail(Box::new(crate::gmail::Connection::new(Arc::clone(account), signer)))
            }
            Self::Memory(memory) => Connection::Memory(Arc::clone(memory)),
        }
    }
}

impl Connection {
    /// A letter that belongs to no job.
    pub async fn deliver(&mut self, letter: &Letter) -> Delivery {
        self.deliver_declared(letter, &Intent::free()).await
    }

    /// Declares `intent` right before the letter can be taken by the other side.
    pub async fn deliver_declared(&mut self, letter: &Letter, intent: &Intent) -> Delivery {
        match self {
            Self::Smtp(connection) => connection.deliver_declared(letter, intent).await,
            Self::Gmail(connection) => connection.deliver_declared(letter, intent).await,
            Self::Memory(memory) => match intent.declare().await {
                Ok(()) => memory.deliver(letter),
                Err(verdict) => Delivery::NotSent { verdict, refused: Vec::new() },
            },
        }
    }

    /// Says goodbye, within `patience`.
    pub async fn close(self, patience: Duration) {
        match self {
            Self::Smtp(connection) => connection.close(patience).await,
            Self::Gmail(_) | Self::Memory(_) => {}
        }
    }
}

/// Keeps the letters it is given: for tests and rehearsals.
#[derive(Debug, Default)]
pub struct Memory {
    letters: Mutex<Vec<Letter>>,
}

impl Memory {
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn deliver(&self, letter: &Letter) -> Delivery {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push(letter.clone());
        Delivery::Accepted { reference: format!("memory {}", letters.len()), refused: Vec::new() }
    }
}
