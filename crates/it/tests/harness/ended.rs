//! Other programs that a test needs.

use std::process::{Child, Command, Stdio};

/// A process, ended with its test.
pub(crate) struct Ended(pub(crate) Child);

impl Ended {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
