//! Makes a backup.

use crate::{
    Database, Error, Manifest, Progress, Result, SecretKey, Step, Tell,
    copying::{self, Copying},
    error::At as _,
    kept::{self, Kept},
    manifest::{FORMAT, Held, MANIFEST},
};
use model::{Clock, Timestamp};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};
use store::{Db, Finding};

const LOCK: &str = ".vigie-backup.lock";
const DATABASE: &str = "vigie.db";
const TELEMETRY: &str = "telemetry";
const TELEMETRY_STORE: &str = "telemetry/store";
const OUTBOX: &str = "outbox";

/// What is copied, and where to.
#[derive(Clone, Debug)]
pub struct Plan {
    pub data: PathBuf,
    /// Beside other backups.
    pub folder: PathBuf,
    /// Backups of this directory that stay, this one counted; all of them without.
    pub keep: Option<usize>,
    pub key_file: PathBuf,
    pub secret_key: SecretKey,
    pub version: &'static str,
    pub host: String,
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Written {
    pub kept: Kept,
    /// Old ones that were taken away for it.
    pub removed: Vec<PathBuf>,
}

/// Copies the data directory while it is in use, verifies the copy, and only then gives it its name and takes old ones
/// away.
///
/// # Errors
/// Whatever happens, there is no new backup then, and none of the old ones is gone.
pub async fn back_up(db: &Db, plan: &Plan, clock: &Clock, tell: &mut Tell<'_>) -> Result<Written> {
    refuse_inside(&plan.data, &plan.folder)?;
    copying::make_folder(&plan.folder).at(&plan.folder)?;
    let _held = lock(&plan.folder)?;
    kept::sweep(&plan.folder)?;
    let taken_at = clock.now();
    let name = kept::unused_name(&plan.folder, taken_at);
    let partial = plan.folder.join(kept::partial(&name));
    let written = write(db, plan, (clock, taken_at), &partial, tell).await;
    let manifest = match written {
        Ok(manifest) => manifest,
        Err(error) => {
            // What stays is no backup, and the next one takes it away.
            let _ = fs::remove_dir_all(&partial);
            return Err(error);
        }
    };
    crashpoint::reach("backup_written");
    let folder = plan.folder.join(&name);
    fs::rename(&partial, &folder).at(&folder)?;
    copying::sync_folder(&plan.folder);
    crashpoint::reach("backup_named");
    let mut removed = Vec::new();
    if let Some(keep) = plan.keep {
        for old in kept::too_old(&kept::list(&plan.folder)?, &manifest, keep) {
            kept::remove(&old)?;
            removed.push(old);
        }
    }
    Ok(Written { kept: Kept { folder, manifest }, removed })
}

/// A backup within what it backs up would hold the one before, and be lost with it.
fn refuse_inside(data: &Path, folder: &Path) -> Result<()> {
    let absolute = |path: &Path| {
        // As far as it is there: the folder may have to be made.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let there = path.ancestors().find_map(|part| Some((fs::canonicalize(part).ok()?, part.to_owned())));
        there.map_or_else(
            || path.clone(),
            |(real, part)| path.strip_prefix(part).map_or_else(|_| path.clone(), |rest| real.join(rest)),
        )
    };
    match absolute(folder).starts_with(absolute(data)) {
        true => Err(Error::Inside { place: folder.to_owned() }),
        false => Ok(()),
    }
}

fn lock(folder: &Path) -> Result<File> {
    let place = folder.join(LOCK);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&place).at(&place)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Busy { place: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(Error::io(&place, error)),
    }
}

/// The database first: what it names was there before, and the log store may know more than it counts, never less. Lines of
/// jobs wait in the outbox before they are in the store, so it goes before that.
async fn write(
    db: &Db,
    plan: &Plan,
    (clock, taken_at): (&Clock, Timestamp),
    partial: &Path,
    tell: &mut Tell<'_>,
) -> Result<Manifest> {
    let root = partial.join("data");
    copying::make_folder(&root).at(&root)?;
    tell(Progress { step: Step::Database, files: 0, bytes: 0 });
    let held = copy_database(db, &root, taken_at).await?;
    let mut files = tokio::task::block_in_place(|| copy_files(plan, &root, tell))?;
    let place = root.join(DATABASE);
    let (bytes, sha256) = tokio::task::block_in_place(|| copying::measure(&place, |_| ()))?;
    files.insert(0, crate::FileEntry { path: DATABASE.into(), bytes, sha256 });
    tokio::task::block_in_place(|| {
        copying::compare(&root, &files, tell)?;
        open_logs(&root, clock.now())
    })?;
    let manifest = Manifest {
        format: FORMAT,
        version: plan.version.to_owned(),
        taken_at,
        finished_at: clock.now(),
        host: plan.host.clone(),
        data: std::path::absolute(&plan.data).at(&plan.data)?.display().to_string(),
        database: if db.is_postgres() { Database::Postgres } else { Database::Sqlite },
        secret_key: plan.secret_key,
        held,
        files,
    };
    put_manifest(partial, &manifest)?;
    copying::sync_folders(partial)?;
    Ok(manifest)
}

/// A consistent copy of the database, made to wait and looked through.
async fn copy_database(db: &Db, root: &Path, taken_at: Timestamp) -> Result<Held> {
    let place = root.join(DATABASE);
    db.backup_to(&place).await.map_err(full(&place))?;
    crashpoint::reach("backup_database");
    let copy = Db::open_sqlite(&place, root).await.map_err(full(&place))?;
    let looked = look_through(&copy, &place, taken_at).await;
    copy.close().await;
    let held = looked?;
    // Closed, the file alone is the whole database; what is left beside it would have to be in the manifest, too.
    for suffix in ["-wal", "-shm"] {
        let beside = root.join(format!("{DATABASE}{suffix}"));
        match fs::metadata(&beside) {
            Ok(left) if suffix == "-wal" && left.len() > 0 => return Err(Error::Damaged { place: beside }),
            Ok(_) => fs::remove_file(&beside).at(&beside)?,
            Err(_) => {}
        }
    }
    File::open(&place).and_then(|file| file.sync_all()).at(&place)?;
    Ok(held.into())
}

/// A full disk is told as what it is.
fn full(place: &Path) -> impl Fn(store::Error) -> Error {
    let place = place.to_owned();
    move |error| match error.is_full() {
        true => Error::Full { place: place.clone() },
        false => error.into(),
    }
}

async fn look_through(copy: &Db, place: &Path, taken_at: Timestamp) -> Result<store::Held> {
    let held = copy.hold(taken_at).await.map_err(full(place))?;
    for found in copy.verify().await? {
        match found {
            Finding::Damaged(what) => return Err(Error::DamagedDatabase { place: place.to_owned(), what }),
            // As it was in the original: `vigie doctor` says so there.
            Finding::Counters { job, .. } => {
                tracing::warn!(%job, "the counters of a job in the backup are not its items");
            }
        }
    }
    Ok(held)
}

fn copy_files(plan: &Plan, root: &Path, tell: &mut Tell<'_>) -> Result<Vec<crate::FileEntry>> {
    let mut copying = Copying::into(root, TELEMETRY, tell);
    copying.tree(&plan.data.join(OUTBOX), Path::new(OUTBOX), &|_| false)?;
    telemetry::copy_online(&plan.data.join(TELEMETRY), &mut copying)?;
    copying.tree(&plan.data.join(TELEMETRY), Path::new(TELEMETRY), &|path| path.starts_with(TELEMETRY_STORE))?;
    let key = fs::canonicalize(&plan.key_file).ok();
    let left_out =
        |path: &Path| is_left_out(path) || key.is_some() && fs::canonicalize(plan.data.join(path)).ok() == key;
    copying.tree(&plan.data, Path::new(""), &left_out)?;
    if plan.secret_key == SecretKey::Included {
        copying.file(&plan.key_file, Path::new("secret.key"))?;
    }
    Ok(copying.entries())
}

/// What is copied otherwise, belongs to the process that runs, or is a copy itself.
fn is_left_out(path: &Path) -> bool {
    const FOLDERS: [&str; 4] = [OUTBOX, TELEMETRY, "snapshots", "shared"];
    const FILES: [&str; 4] = ["secret.key", "vigie.lock", "vigie.next", "vigie.sock"];
    let name = path.to_string_lossy();
    let begins = |start: &&str| name.starts_with(start);
    FOLDERS.iter().any(|folder| path.starts_with(folder))
        || FILES.contains(&name.as_ref())
        || [DATABASE, "vigie.intents-"].iter().any(begins)
}

/// The log store of the copy opens, and every block of it is whole.
fn open_logs(root: &Path, now: Timestamp) -> Result<()> {
    let folder = root.join(TELEMETRY);
    if !telemetry::Store::exists(&folder) {
        return Ok(());
    }
    let (store, recovered) = telemetry::Store::open(&folder, telemetry::Options::default(), now)?;
    let damages = recovered.damages.into_iter().chain(store.verify().damages);
    match damages.into_iter().next() {
        Some(damage) => Err(telemetry::Error::Damaged(damage).into()),
        None => Ok(()),
    }
}

fn put_manifest(folder: &Path, manifest: &Manifest) -> Result<()> {
    let place = folder.join(MANIFEST);
    let text = serde_json::to_string_pretty(manifest).map_err(|_| Error::Defect)?;
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.at(&place)
}
