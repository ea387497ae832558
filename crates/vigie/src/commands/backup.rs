//! `vigie backup`

use crate::{
    cli::BackupArgs,
    config::Config,
    failure::{Exit, Failure, Result},
    render::{
        self, count,
        progress::{Bar, Silence},
    },
    words::{self, Cause as _, t},
};
use backup::{Manifest, Plan, Progress, SecretKey, Step};
use model::Clock;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use store::Db;

pub(super) async fn run(config: &Config, args: &BackupArgs) -> Result<Exit> {
    let plan = plan(config, args)?;
    let db = open(config).await?;
    let mut bar = Bar::counting(Silence::beside(config));
    let written = backup::back_up(&db, &plan, &Clock::System, &mut |progress| show(&mut bar, progress)).await;
    bar.clear();
    db.close().await;
    let written = written.map_err(|error| failure(&error))?;
    let (folder, manifest) = (&written.kept.folder, &written.kept.manifest);
    if config.json {
        let removed: Vec<String> = written.removed.iter().map(|folder| folder.display().to_string()).collect();
        let mut shown = to_json(manifest);
        shown["folder"] = folder.display().to_string().into();
        shown["removed"] = json!(removed);
        render::json(&shown)?;
        return Ok(Exit::Done);
    }
    let files = manifest.files.len() as u64;
    render::out(&t!("backup-done", folder = folder.display(), size = size(manifest.bytes()); n = files))?;
    match written.removed.len() {
        0 => {}
        removed => render::say(&t!("backup-removed"; n = removed)),
    }
    if manifest.secret_key == SecretKey::LeftOut {
        render::say(&t!("backup-without-key", key = config.secret_key_file.value.display()));
    }
    Ok(Exit::Done)
}

fn plan(config: &Config, args: &BackupArgs) -> Result<Plan> {
    let set = config.backup.as_ref().map(|set| &set.value);
    let folder = args.folder.clone().or_else(|| set.map(|set| set.folder.clone()));
    let Some(folder) = folder else {
        return Err(Failure::refused(t!("backup-no-folder")).help(t!("backup-no-folder-help")));
    };
    let data = &config.data.value;
    if config.database.value.is_none() && !config.database_file().exists() {
        return Err(Failure::refused(t!("nothing-here", place = data.display())).help(t!("nothing-here-help")));
    }
    // A folder that is named is another: what the settings keep there is not meant for it.
    let keep = args.keep.or_else(|| set.filter(|_| args.folder.is_none()).map(|set| set.keep));
    let with_key = args.with_key || (args.folder.is_none() && set.is_some_and(|set| set.with_key));
    Ok(Plan {
        data: data.clone(),
        folder,
        keep: keep.map(usize::from),
        key_file: config.secret_key_file.value.clone(),
        secret_key: if with_key { SecretKey::Included } else { SecretKey::LeftOut },
        version: env!("CARGO_PKG_VERSION"),
        host: crate::app::host(),
    })
}

/// For reading, beside whoever owns the directory.
async fn open(config: &Config) -> Result<Db> {
    match &config.database.value {
        Some(url) => Ok(Db::open_postgres(url.expose_secret()).await?),
        None => Ok(Db::open_sqlite_read_only(&config.database_file()).await?),
    }
}

pub(super) fn show(bar: &mut Bar, progress: Progress) {
    let step = match progress.step {
        Step::Database => t!("backup-step-database"),
        Step::Files => t!("backup-step-files", size = size(progress.bytes)),
        Step::Verify => t!("backup-step-verify", size = size(progress.bytes)),
    };
    bar.tick(progress.files, &step);
}

/// What helps beside what went wrong.
pub(super) fn failure(error: &backup::Error) -> Failure {
    let failure = Failure::new(error.say());
    match error {
        backup::Error::Full { .. } => failure.help(t!("backup-full-help")),
        backup::Error::Damaged { .. } | backup::Error::DamagedDatabase { .. } => {
            failure.help(t!("backup-damaged-help"))
        }
        backup::Error::Busy { .. } => failure.help(t!("backup-busy-help")),
        backup::Error::NoBackup { .. } => failure.help(t!("restore-nothing-help")),
        _ => failure,
    }
}

pub(super) fn to_json(manifest: &Manifest) -> Value {
    json!({
        "taken_at": manifest.taken_at,
        "finished_at": manifest.finished_at,
        "version": manifest.version,
        "host": manifest.host,
        "data": manifest.data,
        "database": manifest.database,
        "secret_key": manifest.secret_key,
        "files": manifest.files.len(),
        "bytes": manifest.bytes(),
        "held": manifest.held,
    })
}

/// `12.3 MB`
pub(super) fn size(bytes: u64) -> String {
    let unit = t!("unit-megabytes");
    match bytes {
        0..10_000_000 => format!("{} {unit}", words::decimal(bytes as f64 / 1e6, 1)),
        _ => format!("{} {unit}", count(bytes / 1_000_000)),
    }
}
