//! What a scheduled mailing sends: a saved draft, or a mailing file of the machine, and to whom: the list of the draft, or
//! one that is read anew at each run.

use crate::{
    Ctx,
    auth::Granted,
    mailings::handlers::{saved_draft, saved_upload},
    problem::{Problem, Result, worded},
    uploads,
};
use blobs::KeepError;
use language::Language;
use mail::{
    mailing::{Plan, Upload},
    spec::MailingFile,
};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::Account;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// The folder of the data directory that lists are read from by name.
const LISTS: &str = "lists";
/// Bytes of a mailing file.
const SETTINGS_MAX: u64 = 4 << 20;
/// Lists that are looked at for one of a name.
const LISTS_MAX: usize = 10_000;

/// From what each mailing is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum MailingSource {
    Draft {
        draft: Uuid,
        /// In place of the list of the draft: a file of the folder `lists` by its name, or any by its absolute path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipients: Option<PathBuf>,
        #[serde(default)]
        language: Language,
    },
    File {
        /// A mailing file (`mailing.toml`), by its absolute path. It and the list that it names are read at each run.
        file: PathBuf,
        account: String,
    },
}

/// What is sent, with the account that it leaves by.
pub(super) struct Outgoing {
    pub(super) plan: Arc<Plan>,
    pub(super) account: Account,
}

impl MailingSource {
    /// Whether it names files beside those of the folder `lists`.
    pub(super) fn names_files(&self) -> bool {
        match self {
            Self::Draft { recipients, .. } => recipients.as_deref().is_some_and(|list| !is_name(list)),
            Self::File { .. } => true,
        }
    }

    /// Whether it could be sent by who asks for it.
    pub(super) async fn check(&self, ctx: &Ctx, granted: &Granted) -> Result<()> {
        match self {
            Self::Draft { draft, recipients, .. } => {
                saved_draft(ctx, *draft, granted).await?;
                recipients.as_deref().map_or(Ok(()), |list| found(ctx, list).map(drop))
            }
            Self::File { file, account } => {
                named_account(ctx, account).await?;
                settings(file).map(drop)
            }
        }
    }

    /// The mailing of one run, under `name`, as it is now.
    pub(super) async fn outgoing(&self, ctx: &Ctx, (id, name): (Uuid, String), by: &str) -> Result<Outgoing> {
        let (mut upload, account, folder) = match self {
            Self::Draft { draft, recipients, language } => {
                let (upload, account) = saved_upload(ctx, *draft, *language).await?;
                let upload = match recipients {
                    Some(list) => with_list(ctx, upload, found(ctx, list)?).await?,
                    None => upload,
                };
                (upload, account, PathBuf::from("/nonexistent"))
            }
            Self::File { file, account } => {
                let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
                (from_file(ctx, file, &folder).await?, account.clone(), folder)
            }
        };
        upload.id = Some(id);
        (upload.settings.name, upload.settings.created_by) = (Some(name), Some(by.to_owned()));
        let account = named_account(ctx, &account).await?;
        let plan = spawn_blocking(move || Plan::in_folder(Arc::new(upload), &folder)).await;
        Ok(Outgoing { plan: Arc::new(plan.map_err(|error| Problem::internal(&error))??), account })
    }
}

/// A plain name, and no path.
fn is_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == path.as_os_str())
}

/// Where a list lies: by its absolute path, or among those of the folder `lists`, where its name is only looked up.
fn found(ctx: &Ctx, list: &Path) -> Result<PathBuf> {
    let missing = || {
        let folder = ctx.app.data.join(LISTS);
        Problem::invalid(worded("problem-schedule-list", &[("name", &list.display()), ("folder", &folder.display())]))
    };
    if list.is_absolute() {
        return list.is_file().then(|| list.to_owned()).ok_or_else(missing);
    }
    let entries = std::fs::read_dir(ctx.app.data.join(LISTS)).map_err(|_| missing())?;
    let named = entries.flatten().take(LISTS_MAX).find(|entry| entry.file_name() == list.as_os_str());
    named.map(|entry| entry.path()).filter(|path| path.is_file()).ok_or_else(missing)
}

/// The names of the lists in the folder, for forms.
pub(super) fn lists(ctx: &Ctx) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(ctx.app.data.join(LISTS)) else { return Vec::new() };
    let files = entries.flatten().take(LISTS_MAX).filter(|entry| entry.path().is_file());
    let mut names: Vec<_> = files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

async fn named_account(ctx: &Ctx, name: &str) -> Result<Account> {
    let missing = || Problem::invalid(worded("problem-no-account", &[("name", &name)]));
    ctx.app.db.account_named(name).await?.ok_or_else(missing)
}

fn settings(file: &Path) -> Result<MailingFile> {
    let unread = |error: &dyn std::fmt::Display| {
        Problem::invalid(worded("problem-schedule-unread", &[("file", &file.display()), ("error", error)]))
    };
    if !file.is_absolute() {
        return Err(unread(&"the path is not absolute"));
    }
    let size = std::fs::metadata(file).map_err(|error| unread(&error))?.len();
    if size > SETTINGS_MAX {
        return Err(unread(&format!("longer than {SETTINGS_MAX} bytes")));
    }
    let text = std::fs::read_to_string(file).map_err(|error| unread(&error))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    MailingFile::parse(&text, &name).map_err(|problem| mail::mailing::Error::Refused(vec![problem]).into())
}

/// What a mailing file says, its list read as it is now.
async fn from_file(ctx: &Ctx, file: &Path, folder: &Path) -> Result<Upload> {
    let mut settings = settings(file)?;
    if !settings.attach.is_empty() || settings.dkim.is_some() {
        return Err(Problem::invalid(worded("problem-schedule-attach", &[])));
    }
    let Some(list) = settings.recipients.take() else {
        return Err(Problem::invalid(worded("problem-schedule-no-list", &[("file", &file.display())])));
    };
    (settings.smtp, settings.smtp_password_file, settings.ledger) = (None, None, None);
    let upload = Upload {
        id: None,
        settings,
        account: None,
        recipients: PathBuf::new(),
        recipients_name: String::new(),
        recipients_sha256: String::new(),
        attachments: Vec::new(),
    };
    with_list(ctx, upload, found(ctx, &folder.join(list))?).await
}

/// The same mailing to the list of that file, of which a copy is read: it may be written to meanwhile.
async fn with_list(ctx: &Ctx, upload: Upload, list: PathBuf) -> Result<Upload> {
    let (folder, path, most) = (ctx.app.blobs.clone(), list.clone(), ctx.app.limits.upload_bytes_max);
    let kept = spawn_blocking(move || {
        let file = File::open(&path).map_err(KeepError::Sender)?;
        let blob = folder.keep_read(&mut file.take(most + 1))?;
        if blob.size > most { Err(KeepError::TooLong) } else { Ok(blob) }
    });
    let unread = |error: &std::io::Error| {
        Problem::invalid(worded("problem-schedule-unread", &[("file", &list.display()), ("error", error)]))
    };
    let kept = kept.await.map_err(|error| Problem::internal(&error))?;
    let blob = kept.map_err(|error| uploads::not_kept(error, unread))?;
    let name = list.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Upload { recipients: blob.path, recipients_name: name, recipients_sha256: blob.sha256, ..upload })
}
