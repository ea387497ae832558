//! How many letters a second, beside Postfix's own load generator on the same `smtp-sink`, in one run:
//! `cargo run --release -p mail --example smtp_rate`. Needs Debian's `postfix` package.
//!
//! Each of 10 connections sends its share as fast as it can; nothing is recorded, so this is the ceiling of the
//! transport alone. `smtp-source` runs before and after, since the machine is seldom at rest.
#![allow(clippy::print_stdout, reason = "a measurement prints its table")]

use anyhow::{Context as _, ensure};
use mail::{
    address::Mailbox,
    catcher::{Catcher, CatcherOptions, Keep},
    delivery::Delivery,
    letter::{Attachment, Letter},
    smtp::{Account, Connection},
};
use std::{
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

const CONNECTIONS: usize = 10;
const PORT: u16 = 12_619;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> anyhow::Result<()> {
    let _sink = start_sink().await?;
    for round in 1..=3 {
        let before = source(10_000, 4096).await?;
        let ours = send(PORT, 10_000, &letter(4096, None)).await?;
        let after = source(10_000, 4096).await?;
        print_ratio(&format!("4 KiB, round {round}"), ours, (before + after) / 2.0);
    }
    let file = pdf(100_000)?;
    for round in 1..=3 {
        let before = source(500, 137_000).await?;
        let ours = send(PORT, 500, &letter(500, Some(file.1.clone()))).await?;
        let after = source(500, 137_000).await?;
        print_ratio(&format!("100 KB PDF, round {round}"), ours, (before + after) / 2.0);
    }
    let catcher =
        Catcher::start("127.0.0.1:0".parse()?, CatcherOptions { keep: Keep::Nothing, ..CatcherOptions::default() })
            .await?;
    let rate = send(catcher.address().port(), 10_000, &letter(4096, None)).await?;
    println!("4 KiB into our own catcher (in the same process): {rate:.0}/s");
    Ok(())
}

fn print_ratio(what: &str, ours: f64, theirs: f64) {
    println!("{what}: {ours:.0}/s, smtp-source -d -s 10 {theirs:.0}/s, ratio {:.2}", ours / theirs);
}

struct Sink(Child);

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn start_sink() -> anyhow::Result<Sink> {
    let mut command = Command::new("/usr/sbin/smtp-sink");
    if std::fs::metadata("/proc/self")?.uid() == 0 {
        command.args(["-u", "nobody"]);
    }
    let sink = Sink(command.args([&format!("127.0.0.1:{PORT}"), "200"]).spawn().context("smtp-sink")?);
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(("127.0.0.1", PORT)).await.is_ok() {
            return Ok(sink);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("smtp-sink does not listen on port {PORT}")
}

async fn source(count: usize, size: usize) -> anyhow::Result<f64> {
    let started = Instant::now();
    let status = tokio::task::spawn_blocking(move || {
        Command::new("/usr/sbin/smtp-source")
            .args(["-d", "-s", "10", "-m", &count.to_string(), "-l", &size.to_string()])
            .args(["-f", "a@example.com", "-t", "b@example.com", &format!("127.0.0.1:{PORT}")])
            .stdout(Stdio::null())
            .status()
    })
    .await??;
    ensure!(status.success(), "smtp-source failed");
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

async fn send(port: u16, count: usize, letter: &Letter) -> anyhow::Result<f64> {
    let mut account = Account::from_url(&format!("smtp://127.0.0.1:{port}"), None)?;
    account.messages_per_connection = 0;
    let account = Arc::new(account);
    let started = Instant::now();
    let mut slots = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let mut connection = Connection::new(Arc::clone(&account), None);
        let letter = letter.clone();
        slots.spawn(async move {
            for _ in 0..count / CONNECTIONS {
                let delivery = connection.deliver(&letter).await;
                ensure!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
            }
            connection.close(Duration::from_secs(1)).await;
            Ok(())
        });
    }
    while let Some(slot) = slots.join_next().await {
        slot??;
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

fn letter(size: usize, attachment: Option<Attachment>) -> Letter {
    let mailbox = |address: &str| Mailbox { name: None, address: address.to_owned() };
    let line = "Bonjour, voici votre facture du mois, avec nos remerciements.\n";
    Letter {
        from: mailbox("a@example.com"),
        reply_to: None,
        to: vec![mailbox("b@example.com")],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Facture de février".to_owned(),
        text: Some(line.repeat(size / line.len())),
        html: None,
        attachments: attachment.into_iter().collect(),
        message_id: "1@example.com".to_owned(),
        date: model::Timestamp::EPOCH,
        list_unsubscribe: None,
        written: None,
        further_fields: Vec::new(),
    }
}

/// A file of `size` bytes with its digest, and the folder that holds it.
fn pdf(size: usize) -> anyhow::Result<(tempfile::TempDir, Attachment)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("facture.pdf");
    let content: Vec<u8> = (0..size).map(|index| (index * 31 % 251) as u8).collect();
    std::fs::write(&path, &content)?;
    let attachment = of_file(&path, &content)?;
    Ok((folder, attachment))
}

fn of_file(path: &Path, content: &[u8]) -> anyhow::Result<Attachment> {
    let modified = std::fs::metadata(path)?.modified()?.duration_since(std::time::UNIX_EPOCH)?;
    let digest = ring::digest::digest(&ring::digest::SHA256, content);
    Ok(Attachment {
        path: path.to_owned(),
        name: "facture.pdf".to_owned(),
        mime: "application/pdf".to_owned(),
        size: content.len() as u64,
        mtime: model::Timestamp::from_micros(i64::try_from(modified.as_micros())?),
        sha256: Some(digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()),
    })
}
