//! A mail server as a process of its own, which outlives the senders that a test kills: it writes each recipient it
//! has accepted into a file, at the final dot, before it says so.
//!
//! `smtp_catcher --log FILE [--listen ADDR:PORT] [--delay-ms N] [--refuse ADDRESS]… [--no-pipelining]` prints the
//! address it listens on, and ends when its standard input does: with the test, however that ends.

use anyhow::{Context, Result, bail};
use mail::catcher::{Catcher, CatcherOptions, Keep};
use std::{
    io::{Read as _, Write as _},
    net::SocketAddr,
    time::Duration,
};

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> Result<()> {
    let (address, options) = parse(std::env::args().skip(1))?;
    if options.log.is_none() {
        bail!("--log is missing");
    }
    let catcher = Catcher::start(address, options).await.with_context(|| format!("listening on {address}"))?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", catcher.address()).and_then(|()| out.flush())?;
    let closed = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    closed.await??;
    Ok(())
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<(SocketAddr, CatcherOptions)> {
    let mut address = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut options = CatcherOptions { keep: Keep::Nothing, ..CatcherOptions::default() };
    while let Some(flag) = args.next() {
        let mut value = || args.next().with_context(|| format!("{flag} wants a value"));
        match flag.as_str() {
            "--log" => options.log = Some(value()?.into()),
            "--listen" => address = value()?.parse()?,
            "--delay-ms" => options.misbehaviour.delay = Duration::from_millis(value()?.parse()?),
            "--refuse" => drop(options.misbehaviour.refuse.insert(value()?)),
            "--no-pipelining" => options.extensions.pipelining = false,
            other => bail!("unknown argument {other:?}"),
        }
    }
    Ok((address, options))
}
