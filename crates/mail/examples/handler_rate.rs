//! What the whole road costs: rows → engine → `smtp-sink` → a durable trace each, on SQLite, beside `smtp-source` on
//! the same sink: `cargo run --release -p mail --example handler_rate [MESSAGES] [ROUNDS]`. Needs Debian's `postfix`.
//!
//! The program's own bench is `cargo xtask bench mail`; this one has no HTTP and no command line in it, which makes it
//! the one to profile: with `--only` it leaves the peer out.
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

use anyhow::{Context as _, ensure};
use jobs::{Engine, Hub, MemoryLog, Options, RetryPolicy};
use mail::{
    address::Mailbox,
    enqueue::new_item,
    handler::MailHandler,
    item::MailItem,
    spec::{Mailing, MailingFile},
};
use model::{AccountId, Clock, JobId, JobKind, JobState, OnUnknown, Rng, pace};
use std::{
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use store::{Account, Db, NewJob};

const LETTER_BYTES: usize = 4096;
const AT_MOST: Duration = Duration::from_secs(300);

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u32> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let count = numbers.first().copied().unwrap_or(10_000);
    let rounds = numbers.get(1).copied().unwrap_or(3);
    let beside = !args.iter().any(|arg| arg == "--only");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let _sink = start_sink(port).await?;
        for _ in 0..rounds {
            let theirs = if beside { Some(source(port, count).await?) } else { None };
            let cpu = cpu_seconds()?;
            let (enqueued, sent) = send(port, count).await?;
            let cpu = cpu_seconds()? - cpu;
            let rate = f64::from(count) / sent.as_secs_f64();
            print!("{count} letters: enqueued in {:.2} s, sent at {rate:.0}/s", enqueued.as_secs_f64());
            print!(", {:.0} µs of CPU each", cpu * 1e6 / f64::from(count));
            match theirs {
                Some(theirs) => println!("; smtp-source {theirs:.0}/s; ratio {:.2}", rate / theirs),
                None => println!(),
            }
        }
        Ok(())
    })
}

struct Sink(Child);

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn start_sink(port: u16) -> anyhow::Result<Sink> {
    let mut command = Command::new("/usr/sbin/smtp-sink");
    if std::fs::metadata("/proc/self")?.uid() == 0 {
        command.args(["-u", "nobody"]);
    }
    let sink = Sink(command.args([&format!("127.0.0.1:{port}"), "200"]).spawn().context("smtp-sink")?);
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(sink);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("smtp-sink does not listen on port {port}")
}

async fn source(port: u16, count: u32) -> anyhow::Result<f64> {
    let started = Instant::now();
    let status = tokio::task::spawn_blocking(move || {
        Command::new("/usr/sbin/smtp-source")
            .args(["-d", "-s", "10", "-m", &count.to_string(), "-l", &LETTER_BYTES.to_string()])
            .args(["-f", "a@example.com", "-t", "b@example.com", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::null())
            .status()
    })
    .await??;
    ensure!(status.success(), "smtp-source failed");
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

/// How long enqueueing took, and sending.
async fn send(port: u16, count: u32) -> anyhow::Result<(Duration, Duration)> {
    let folder = tempfile::tempdir()?;
    let (clock, rng) = (Clock::System, Rng::system());
    let db = Db::open_sqlite(&folder.path().join("vigie.db"), folder.path()).await?;
    let hub = Hub::new(db.clone(), clock.clone());
    let options = engine_options(folder.path(), &db, &hub)?;
    let (engine, _) = Engine::start(options).await?;
    let started = Instant::now();
    let id = prepare(&db, &format!("smtp://127.0.0.1:{port}?connections=10"), count, &rng).await?;
    let enqueued = started.elapsed();
    let started = Instant::now();
    db.finish_preparing(id, clock.now()).await?;
    engine.wake(Some(id));
    let mut progress = hub.follow(id).await?.context("the job is gone")?;
    let done = tokio::time::timeout(AT_MOST, progress.wait_for(|progress| progress.status.is_final())).await??.clone();
    let sent = started.elapsed();
    ensure!(done.status == JobState::Completed && done.succeeded == u64::from(count), "{done:?}");
    engine.stop(Duration::from_secs(5)).await;
    Ok((enqueued, sent))
}

fn engine_options(folder: &Path, db: &Db, hub: &Hub) -> anyhow::Result<Options> {
    let (clock, rng) = (Clock::System, Rng::system());
    let vault = vault::Vault::open(&folder.join("secret.key"), &rng)?;
    Ok(Options {
        db: db.clone(),
        clock: clock.clone(),
        rng,
        hub: hub.clone(),
        run_log: MemoryLog::default().run_log(),
        handlers: vec![Arc::new(MailHandler::new(db.clone(), vault, clock, std::path::Path::new(".")))],
        tell: None,
        policy: RetryPolicy::default(),
        scope: jobs::Scope::Everything,
        name: "rate".to_owned(),
        jobs_max: 4,
        lease: Duration::from_secs(10),
        status: Arc::new(|_| "{}".to_owned()),
    })
}

async fn prepare(db: &Db, url: &str, count: u32, rng: &Rng) -> anyhow::Result<JobId> {
    let clock = Clock::System;
    let account = Account {
        id: AccountId::new(&clock, rng),
        name: "sink".to_owned(),
        url: url.to_owned(),
        secret: None,
        limits: pace::Limits::default(),
        pause: None,
    };
    let account = db.save_account(account, clock.now()).await?;
    let mailing = mailing()?;
    let id = JobId::new(&clock, rng);
    let job = NewJob {
        id,
        kind: JobKind::Mail,
        name: mailing.name.clone(),
        on_unknown: OnUnknown::Hold,
        account: Some(account.id),
        application_name: mailing.application_name.clone(),
        flow_name: mailing.flow_name.clone(),
        created_by: "bench".to_owned(),
        task_type: String::new(),
        task_id: String::new(),
        spec: serde_json::to_string(&mailing)?,
        limits: model::pace::Limits::default(),
        state: JobState::Preparing,
        total: 0,
        ledger: store::LedgerMatch::None,
        authority: model::Authority::Owner,
    };
    db.create_job(job, clock.now()).await?;
    let all: Vec<u32> = (1..=count).collect();
    for chunk in all.chunks(1_000) {
        let items = chunk.iter().map(|n| new_item(&mailing, &row(*n), i64::from(*n))).collect();
        db.enqueue(id, items, Some(mailing.name.clone()), clock.now()).await?;
    }
    Ok(id)
}

fn row(n: u32) -> MailItem {
    MailItem {
        line: u64::from(n) + 1,
        values: vec![format!("client{n}@exemple.fr"), format!("CCT{n:05}")],
        to: vec![Mailbox { name: None, address: format!("client{n}@exemple.fr") }],
        ..MailItem::default()
    }
}

fn mailing() -> anyhow::Result<Mailing> {
    let line = "Bonjour {{ cct }}, voici votre facture du mois, avec nos remerciements.\\n";
    let text = line.repeat(LETTER_BYTES / line.len());
    let settings = format!(
        "name = \"Factures\"\nfrom = \"Compta <compta@exemple.fr>\"\nto = \"{{{{ email }}}}\"\n\
         subject = \"Facture {{{{ cct }}}}\"\ntext = \"{text}\"\n"
    );
    let columns = ["email".to_owned(), "cct".to_owned()];
    let file = MailingFile::parse(&settings, "mailing.toml").map_err(|error| anyhow::anyhow!("{error:?}"))?;
    file.mailing(Path::new("/"), &columns).map_err(|error| anyhow::anyhow!("{error:?}"))
}

/// User and system time of this process (proc(5)); ticks of 10 ms.
fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = stat.rsplit_once(") ").context("/proc/self/stat")?;
    let ticks: f64 = rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}
