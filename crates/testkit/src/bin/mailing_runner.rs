//! The job engine with the mailing, the database and nothing else, under the command line of `vigie` as far as the
//! crash tests use it. It starts in a few milliseconds, so that a test can kill it often.
//!
//! `mailing_runner [--data DIR] [--database URL] send --recipients FILE --smtp URL [--rate N/s] [--group N]
//! [--on-unknown WHAT]` runs until its job is over; `… serve` and `… worker` run until SIGTERM.

use anyhow::{Context as _, Result, bail};
use jobs::{
    Engine, Hub, Options, RetryPolicy,
    run_log::{Limits, RunLog},
};
use mail::{
    enqueue::new_item,
    handler::MailHandler,
    preflight::{self, Preflight},
    recipients::Reader,
    spec::{Mailing, MailingFile},
    template::Templates,
};
use model::{AccountId, Clock, JobId, JobState, Rng, pace};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use store::{Account, Db, NewJob};
use tokio::signal::unix::{SignalKind, signal};

/// Rows that one transaction enqueues, as the HTTP API does.
const BATCH: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Args {
    command: String,
    data: PathBuf,
    database: Option<String>,
    recipients: PathBuf,
    /// Of a mailing file.
    settings: String,
    smtp: String,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<ExitCode> {
    let args = parse(std::env::args().skip(1))?;
    std::fs::create_dir_all(&args.data)?;
    let house = House::open(&args).await?;
    let mut asked = signal(SignalKind::terminate())?;
    let finished = match args.command.as_str() {
        "serve" | "worker" => {
            asked.recv().await;
            true
        }
        "send" => {
            let job = house.send(&args).await?;
            tokio::select! {
                _ = asked.recv() => true,
                over = house.over(job) => over?,
            }
        }
        other => bail!("unknown command {other:?}"),
    };
    let recorded = house.engine.stop(PATIENCE).await;
    house.db.close().await;
    Ok(if finished && recorded { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Args> {
    let mut parsed = Args { data: "vigie-data".into(), ..Args::default() };
    while let Some(flag) = args.next() {
        let mut value = || args.next().with_context(|| format!("{flag} wants a value"));
        match flag.as_str() {
            "--data" => parsed.data = value()?.into(),
            "--database" => parsed.database = Some(value()?),
            "--recipients" => parsed.recipients = value()?.into(),
            "--smtp" => parsed.smtp = value()?,
            "--group" => parsed.settings += &format!("group = {}\n", value()?),
            "--rate" => parsed.settings += &format!("rate = [{:?}]\n", value()?),
            "--name" | "--from" | "--to" | "--subject" | "--text" | "--on-unknown" => {
                parsed.settings += &format!("{} = {:?}\n", flag.trim_start_matches("--"), value()?);
            }
            "--listen" => drop(value()?),
            command if !command.starts_with("--") => parsed.command = command.to_owned(),
            other => bail!("unknown argument {other:?}"),
        }
    }
    Ok(parsed)
}

struct House {
    db: Db,
    engine: Engine,
    rng: Rng,
}

impl House {
    async fn open(args: &Args) -> Result<Self> {
        let (clock, rng) = (Clock::System, Rng::system());
        let db = match &args.database {
            Some(url) => Db::open_postgres(url).await?,
            None => Db::open_sqlite(&args.data.join("vigie.db"), &args.data.join("snapshots")).await?,
        };
        let vault = vault::Vault::open(&args.data.join("secret.key"), &rng)?;
        let hub = Hub::new(db.clone(), clock.clone());
        let options = Options {
            db: db.clone(),
            clock: clock.clone(),
            rng: rng.clone(),
            hub: hub.clone(),
            run_log: RunLog::new(args.data.join("logs/jobs"), Limits::default()),
            handlers: vec![Arc::new(MailHandler::new(db.clone(), vault, clock))],
            tell: None,
            policy: RetryPolicy::default(),
            name: format!("mailing_runner:{}", std::process::id()),
            jobs_max: 4,
            lease: Duration::from_secs(10),
            status: Arc::new(|_| "{}".to_owned()),
        };
        let (engine, _) = Engine::start(options).await?;
        Ok(Self { db, engine, rng })
    }

    async fn send(&self, args: &Args) -> Result<JobId> {
        let now = Clock::System.now();
        let file = MailingFile::parse(&args.settings, "arguments").map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let reader = Reader::open(&args.recipients).map_err(|found| said(&found))?;
        let mailing = file.mailing(Path::new("/"), reader.columns()).map_err(|found| said(&found))?;
        let raw = file.limits().map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let account = Account {
            id: AccountId::new(&Clock::System, &self.rng),
            name: "test".to_owned(),
            url: args.smtp.clone(),
            secret: None,
            limits: pace::Limits::from(raw),
            pause: None,
        };
        let account = self.db.save_account(account, now).await?;
        let id = JobId::new(&Clock::System, &self.rng);
        self.db.create_job(new_job(id, &mailing, account.id)?, now).await?;
        self.enqueue(id, &mailing, reader).await?;
        self.db.finish_preparing(id, Clock::System.now()).await?;
        self.engine.wake(Some(id));
        Ok(id)
    }

    async fn enqueue(&self, id: JobId, mailing: &Mailing, reader: Reader<std::fs::File>) -> Result<()> {
        let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience())
            .map_err(|found| said(&found))?;
        let options = preflight::Options {
            file: "recipients".to_owned(),
            base: "/".into(),
            reach: preflight::Reach::Anywhere,
            hashing: preflight::Hashing::Now,
            message_bytes_max: None,
        };
        let mut preflight = Preflight::new(mailing, &templates, &options);
        let mut batch = Vec::with_capacity(BATCH);
        let mut seq = 0;
        for row in reader {
            let row = preflight.check(row).map_err(|found| said(&found))?;
            seq += 1;
            batch.push(new_item(mailing, &row, seq));
            if batch.len() == BATCH {
                let full = std::mem::take(&mut batch);
                self.db.enqueue(id, full, Some(mailing.name.clone()), Clock::System.now()).await?;
            }
        }
        self.db.enqueue(id, batch, Some(mailing.name.clone()), Clock::System.now()).await?;
        Ok(())
    }

    /// Waits for the job's end; true when everybody got theirs.
    async fn over(&self, id: JobId) -> Result<bool> {
        loop {
            let job = self.db.job(id).await?.context("the job is gone")?;
            if job.state.is_final() {
                return Ok(job.state == JobState::Completed && job.counters.succeeded == job.counters.total);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn new_job(id: JobId, mailing: &Mailing, account: AccountId) -> Result<NewJob> {
    Ok(NewJob {
        id,
        kind: "mail".to_owned(),
        name: mailing.name.clone(),
        on_unknown: mailing.on_unknown,
        account: Some(account),
        application_name: mailing.application_name.clone(),
        flow_name: mailing.flow_name.clone(),
        created_by: "test".to_owned(),
        task_type: String::new(),
        task_id: String::new(),
        spec: serde_json::to_string(mailing)?,
        state: JobState::Preparing,
        total: 0,
    })
}

fn said<T: ToString>(found: &[T]) -> anyhow::Error {
    anyhow::anyhow!(found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}
