//! `vigie run --name NAME -- COMMAND…`: a command as it would run without, and its run reported when it is over. Whatever
//! becomes of the report, the command runs, and its exit status is passed on.

mod watched;

use crate::{
    app,
    cli::RunArgs,
    config::Config,
    render,
    words::{Cause as _, t},
};
use api::{jobs::Job, runs::RunReport};
use model::{Clock, JobId, Rng};
use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long an answer to the report is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs it. Returns the exit status to end with. `config`: none where the settings cannot be read.
pub(crate) async fn run(config: Option<&Config>, args: RunArgs) -> i32 {
    let clock = Clock::System;
    let started_at = clock.now();
    let watched = watched::run(&args.command, &clock).await;
    let report = RunReport {
        id: JobId::new(&clock, &Rng::system()).0,
        name: args.name.unwrap_or_else(|| program(&args.command)),
        command: args.command,
        host: sysinfo::System::host_name().unwrap_or_default(),
        user: std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default(),
        started_at,
        finished_at: clock.now(),
        ended: watched.ended,
        lines: watched.lines,
        lines_left_out: watched.left_out,
    };
    if let Some(config) = config {
        pass_on(config, &report).await;
    }
    watched.status
}

fn program(command: &[String]) -> String {
    let first = command.first().map(Path::new).and_then(Path::file_name);
    first.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Keeps the report in a file, and deletes it once it has been taken: what is not taken now is taken later.
async fn pass_on(config: &Config, report: &RunReport) {
    let kept = keep(&config.data.value, report);
    let taken = match app::answering(config).await {
        Some(client) => {
            let posted = tokio::time::timeout(PATIENCE, client.post::<Job>("/api/v1/runs", report)).await;
            posted.is_ok_and(|answer| answer.is_ok())
        }
        None => false,
    };
    match (taken, kept) {
        (true, Ok(file)) => drop(fs::remove_file(file)),
        (true, Err(_)) | (false, Ok(_)) => {}
        (false, Err(error)) => {
            render::say(&t!("run-not-reported", data = config.data.value.display(), error = error.say()));
        }
    }
}

/// In the folder `spool` of a data directory that there is.
fn keep(data: &Path, report: &RunReport) -> io::Result<PathBuf> {
    fs::metadata(data)?;
    let folder = data.join("spool");
    fs::create_dir_all(&folder)?;
    let (part, file) = (folder.join(format!("{}.part", report.id)), folder.join(format!("{}.json", report.id)));
    let mut written = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
    written.write_all(&serde_json::to_vec(report)?)?;
    written.sync_all()?;
    fs::rename(&part, &file)?;
    Ok(file)
}
