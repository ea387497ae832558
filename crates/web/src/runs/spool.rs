//! Reports that `vigie run` left in the folder `spool` of the data directory, since nobody answered then.

use super::api::{REPORT_MAX, keep};
use crate::{App, Ctx};
use ::api::runs::RunReport;
use jobs::{Again, DoneBy, Work};
use model::Authority;
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Files of one look.
const FILES_MAX: usize = 1_000;

/// Makes jobs of what lies there. A report that cannot be read is set aside.
pub fn fetching_runs(app: App) -> Work {
    let ctx = Ctx::new(app);
    Work::new("spool", LOOK_EVERY, DoneBy::Everyone, move || {
        let ctx = ctx.clone();
        async move { fetch(&ctx).await.map(|()| Again::AsUsual) }
    })
}

pub(super) async fn fetch(ctx: &Ctx) -> Result<(), String> {
    let files = spooled(&ctx.app.data.join("spool")).map_err(|error| error.to_string())?;
    for file in files {
        // Whoever may write into the data directory acts as its owner.
        match read(&file).map(|report| keep(ctx, report, Authority::Owner)) {
            Ok(kept) => match kept.await {
                Ok(_) => remove(&file),
                Err(problem) if problem.status_code().is_server_error() => return Err(problem.detail().to_owned()),
                Err(problem) => set_aside(&file, problem.detail()),
            },
            Err(error) => set_aside(&file, &error.to_string()),
        }
    }
    Ok(())
}

/// The reports, as their names order them.
fn spooled(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|ext| ext == "json")).take(FILES_MAX).collect();
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> io::Result<RunReport> {
    if fs::symlink_metadata(file)?.len() > REPORT_MAX as u64 {
        return Err(io::Error::other(format!("longer than {REPORT_MAX} bytes")));
    }
    serde_json::from_slice(&fs::read(file)?).map_err(io::Error::from)
}

fn remove(file: &Path) {
    if let Err(error) = fs::remove_file(file) {
        tracing::warn!(%error, file = %file.display(), "a report that is kept could not be deleted");
    }
}

fn set_aside(file: &Path, why: &str) {
    tracing::warn!(why, file = %file.display(), "a report of a run cannot be read, and is set aside");
    let _ = fs::rename(file, file.with_extension("bad"));
}
