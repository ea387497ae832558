//! Ctrl-C and SIGTERM: the first asks to stop, the second ends at once.

use crate::{failure::Exit, render, words::t};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Holds the first signal, once it has come. Clones see the same.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<Option<StopReason>>);

/// Who asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// A person at the terminal, by Ctrl-C.
    ByHand,
    /// The machine, or whoever looks after processes, by SIGTERM.
    BySystem,
}

impl Stop {
    /// From now on signals no longer end the process by themselves.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let (asked, stop) = watch::channel(None);
        tokio::spawn(async move {
            loop {
                let by = tokio::select! {
                    _ = interrupt.recv() => StopReason::ByHand,
                    _ = terminate.recv() => StopReason::BySystem,
                };
                if asked.send_replace(Some(by)).is_some() {
                    render::say(&t!("stopped-at-once"));
                    std::process::exit(Exit::Interrupted as i32);
                }
            }
        });
        Ok(Self(stop))
    }

    /// Waits for the first signal.
    pub(crate) async fn asked(&self) -> StopReason {
        let mut stop = self.0.clone();
        match stop.wait_for(Option::is_some).await.map(|asked| *asked) {
            Ok(Some(by)) => by,
            _ => std::future::pending().await,
        }
    }
}
