//! The mail server that delivers nothing, Postfix's `smtp-sink`, and its own load generator, `smtp-source`.

use super::{Child, Context, child::Usage};
use crate::run;
use anyhow::{Context as _, Result, bail};
use std::{
    process::{Command, Stdio},
    time::Duration,
};

const AT_MOST: Duration = Duration::from_secs(600);

/// A running sink; dropping it kills it.
pub(crate) struct Sink {
    _child: Child,
    pub(crate) port: u16,
}

impl Sink {
    pub(crate) fn start(context: &Context) -> Result<Self> {
        let program = run::find_program("smtp-sink").context("smtp-sink is missing: Debian's package postfix")?;
        let mut command = Command::new(program);
        if run::is_root() {
            command.args(["-u", "nobody"]);
        }
        let port = context.port()?;
        let child = Child::spawn(command.args([&format!("127.0.0.1:{port}"), "1000"]).stdout(Stdio::null()))?;
        context.wait_for_port(port, Duration::from_secs(10))?;
        Ok(Self { _child: child, port })
    }

    /// The account URL of `vigie send` for it.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?connections=10", self.port)
    }

    /// `smtp-source -d -s 10`: ten sessions, kept open, `count` messages of `bytes` bytes.
    pub(crate) fn source(&self, count: u32, bytes: u32) -> Result<Usage> {
        let program = run::find_program("smtp-source").context("smtp-source is missing: Debian's package postfix")?;
        let mut command = Command::new(program);
        command
            .args(["-d", "-s", "10", "-m", &count.to_string(), "-l", &bytes.to_string()])
            .args(["-f", "compta@example.com", "-t", "client@example.com", &format!("127.0.0.1:{}", self.port)])
            .stdout(Stdio::null());
        let usage = Child::spawn(&mut command)?.wait(AT_MOST)?;
        if !usage.status.success() {
            bail!("smtp-source failed ({})", usage.status);
        }
        Ok(usage)
    }
}
