//! To come.

use crate::{letter::Letter, message::Signer, transport::Delivery};
use std::{sync::Arc, time::Duration};

/// To come.
#[derive(Debug)]
pub struct Account;

/// To come.
pub struct Connection;

impl Connection {
    pub fn new(_account: Arc<Account>, _signer: Option<Arc<Signer>>) -> Self {
        Self
    }

    pub async fn deliver(&mut self, _letter: &Letter) -> Delivery {
        let verdict = model::Verdict::permanent("not_built", model::Fault::Server);
        Delivery::NotSent { verdict, refused: Vec::new() }
    }

    pub async fn close(self, _patience: Duration) {}
}
