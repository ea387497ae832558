//! Puts a backup back.

use crate::{
    Error, Result, SecretKey, Tell,
    copying::{self, Copying},
    error::At as _,
    kept::Kept,
};
use model::Timestamp;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Where a backup is put.
#[derive(Clone, Debug)]
pub struct RestorePlan {
    pub kept: Kept,
    pub to: PathBuf,
    /// The secret key, where the backup has none.
    pub secret_key: Option<PathBuf>,
    pub now: Timestamp,
}

/// What was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where that lies now what was there before.
    pub beside: Option<PathBuf>,
    pub has_key: bool,
}

/// Reads every file of a backup and compares it with what was written.
///
/// # Errors
/// [`Error::Damaged`] with the first that is not.
pub fn check(kept: &Kept, tell: &mut Tell<'_>) -> Result<()> {
    copying::compare(&kept.folder.join("data"), &kept.manifest.files, tell)
}

/// Whether nothing is there that could be lost.
///
/// # Errors
/// Where that cannot be told.
pub fn is_vacant(to: &Path) -> Result<bool> {
    match fs::read_dir(to) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(Error::io(to, error)),
    }
}

/// Copies the backup beside `to`, compares it with the manifest, and only then gives it that name. What was there keeps its
/// files, under another name.
///
/// # Errors
/// Then nothing is changed.
pub fn restore(plan: &RestorePlan, tell: &mut Tell<'_>) -> Result<Restored> {
    let to = std::path::absolute(&plan.to).at(&plan.to)?;
    let stamp = plan.now.to_jiff().strftime("%Y-%m-%dT%H%M%SZ");
    let named = |what: &str| {
        let name = to.file_name().map_or_else(|| "vigie-data".into(), |name| name.to_string_lossy());
        to.with_file_name(format!("{name}.{what}-{stamp}"))
    };
    let (partial, beside) = (named("restoring"), named("before-restore"));
    let copied = copy(plan, &partial, tell);
    let has_key = match copied {
        Ok(has_key) => has_key,
        Err(error) => {
            let _ = fs::remove_dir_all(&partial);
            return Err(error);
        }
    };
    let was_there = to.exists();
    let is_vacant = is_vacant(&to)?;
    if was_there && is_vacant {
        fs::remove_dir(&to).at(&to)?;
    } else if was_there {
        fs::rename(&to, &beside).at(&beside)?;
    }
    fs::rename(&partial, &to).at(&to)?;
    if let Some(folder) = to.parent() {
        copying::sync_folder(folder);
    }
    Ok(Restored { beside: (was_there && !is_vacant).then_some(beside), has_key })
}

fn copy(plan: &RestorePlan, partial: &Path, tell: &mut Tell<'_>) -> Result<bool> {
    let from = plan.kept.folder.join("data");
    copying::make_folder(partial).at(partial)?;
    let mut copying = Copying::into(partial, "", tell);
    for file in &plan.kept.manifest.files {
        copying.file(&from.join(&file.path), Path::new(&file.path))?;
        // What was read is what was written when the backup was made.
        let copied = copying.files.get(Path::new(&file.path));
        if copied.is_none_or(|(bytes, sha256)| (*bytes, sha256) != (file.bytes, &file.sha256)) {
            return Err(Error::Damaged { place: from.join(&file.path) });
        }
    }
    let included = plan.kept.manifest.secret_key == SecretKey::Included;
    if let (false, Some(key)) = (included, &plan.secret_key) {
        copying.file(key, Path::new("secret.key"))?;
    }
    copying::compare(partial, &plan.kept.manifest.files, tell)?;
    copying::sync_folders(partial)?;
    Ok(included || plan.secret_key.is_some())
}
