//! The mailing as a kind of job: opens the account and the templates that a job names, and attempts its messages.

mod reach;
mod run;
mod story;

pub use story::retold;

use crate::{gmail, item::MailItem, message::Signer, smtp, spec::Mailing, template::Templates, transport::Transport};
use futures_util::future::BoxFuture;
use jobs::{Handler, Run, Stop, TraceText};
use model::{Authority, Clock, JobKind};
use reach::FilesReach;
use run::MailRun;
use secrecy::SecretString;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{Account, Db, Item, Job, Reason};
use vault::Vault;

/// Messages attempted at the same time through the Gmail API, which answers in a second or so and counts by minute.
const GMAIL_SLOTS: usize = 4;
/// Bytes of a DKIM key file.
const KEY_BYTES_MAX: u64 = 64 * 1024;

/// Runs jobs of kind `mail`, or `report`, whose letters Vigie has written itself. Their `spec` is a [`Mailing`] as JSON, their account's URL is `smtp://`, `smtps://` or
/// `gmail://`.
pub struct MailHandler {
    db: Db,
    vault: Vault,
    clock: Clock,
    blobs: PathBuf,
    kind: JobKind,
}

impl MailHandler {
    /// `data` is the data directory, whose `blobs/` hold what was uploaded.
    pub fn new(db: Db, vault: Vault, clock: Clock, data: &Path) -> Self {
        let blobs = data.join("blobs");
        Self { db, vault, clock, blobs: std::path::absolute(&blobs).unwrap_or(blobs), kind: JobKind::Mail }
    }

    /// The same for letters of [`crate::posted`].
    #[must_use]
    pub fn of_reports(self) -> Self {
        Self { kind: JobKind::Report, ..self }
    }

    /// Which files a letter of `job` may hold.
    fn reach(&self, job: &Job) -> FilesReach {
        match job.authority {
            Authority::Owner => FilesReach::Machine,
            // Its workers may each have a data directory of their own.
            Authority::Write | Authority::Admin if self.db.is_postgres() => FilesReach::Uploads,
            Authority::Write | Authority::Admin => FilesReach::UploadsOf(self.blobs.clone()),
        }
    }

    async fn run(&self, job: &Job) -> Result<MailRun, Stop> {
        let fail = |code: &str, detail: String| Stop::Fail(Reason::new(code, detail));
        let mut mailing: Mailing =
            Mailing::parse(&job.spec).map_err(|error| fail("settings_unreadable", error.to_string()))?;
        let reach = self.reach(job);
        if mailing.dkim.is_some() && reach != FilesReach::Machine {
            let detail = "its settings name a DKIM key file, which only somebody on the machine itself may";
            return Err(fail("authority", detail.to_owned()));
        }
        let templates =
            Templates::compile(&mailing.templates, &mailing.columns, mailing.audience()).map_err(|found| {
                let found: Vec<String> = found.iter().map(ToString::to_string).collect();
                fail("templates_unreadable", found.join("\n"))
            })?;
        let account = self.account(job).await?;
        let (transport, slots) = self.transport(&account)?;
        mailing.trace = mailing.trace.by(&account.url);
        let signer = signer(&mailing)?.map(Arc::new);
        let effects = self.db.clone();
        let (clock, blobs) = (self.clock.clone(), self.blobs.clone());
        Ok(MailRun::new(job, mailing, templates, transport, slots, signer, effects, clock, reach, blobs))
    }

    async fn account(&self, job: &Job) -> Result<Account, Stop> {
        let missing = || Stop::Fail(Reason::new("account_missing", "the job names no sending account that is there"));
        let id = job.account.ok_or_else(missing)?;
        match self.db.account(id).await {
            Ok(account) => account.ok_or_else(missing),
            Err(error) => Err(Stop::Pause(Reason::new("database", error.to_string()), Some(soon(&self.clock)))),
        }
    }

    /// The way out, and how many messages may be under way on it at once.
    pub fn transport(&self, account: &Account) -> Result<(Transport, usize), Stop> {
        let pause = |code: &str, detail: String| Stop::Pause(Reason::new(code, detail), None);
        let secret = match &account.secret {
            None => None,
            Some(sealed) => {
                let unsealed = self.vault.unseal(sealed, &account.name);
                Some(unsealed.map_err(|error| pause("secret_unreadable", error.to_string()))?)
            }
        };
        if account.url.starts_with("gmail:") {
            let secret = secret.ok_or_else(|| {
                pause(
                    "secret_missing",
                    format!("account {}: enter its service account key or refresh token", account.name),
                )
            })?;
            return self.gmail(account, &secret).map(|gmail| (Transport::Gmail(Arc::new(gmail)), GMAIL_SLOTS));
        }
        let smtp = smtp::Account::from_url(&account.url, secret)
            .map_err(|error| Stop::Fail(Reason::new("account_url", format!("account {}: {error}", account.name))))?;
        if smtp.user.is_some() && smtp.password.is_none() {
            return Err(pause("secret_missing", format!("account {}: enter its password", account.name)));
        }
        let slots = smtp.connections_max;
        Ok((Transport::Smtp(Arc::new(smtp)), slots))
    }

    fn gmail(&self, account: &Account, secret: &SecretString) -> Result<gmail::Account, Stop> {
        gmail::Account::from_url(&account.url, secret, self.clock.clone()).map_err(|error| {
            Stop::Pause(Reason::new("account_url", format!("account {}: {error}", account.name)), None)
        })
    }
}

impl Handler for MailHandler {
    fn kind(&self) -> JobKind {
        self.kind
    }

    fn open<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>> {
        Box::pin(async move { Ok(Box::new(self.run(job).await?) as Box<dyn Run>) })
    }

    /// By the names that the mailing's other traces have.
    fn lost(&self, job: &Job, item: &Item, account: Option<&Account>) -> Option<TraceText> {
        let mailing: Mailing = serde_json::from_str(&job.spec).ok()?;
        let row: Option<MailItem> = serde_json::from_str(&item.payload).ok();
        let names = mailing.trace.by(account.map_or("", |account| &account.url));
        let why = item.verdict.as_ref().map(|verdict| story::why(verdict, mailing.language)).unwrap_or_default();
        Some(TraceText {
            comment: names.unconfirmed_comment(&item.label, &why),
            trace_name: names.error,
            file_name: row.as_ref().map(MailItem::file_names).unwrap_or_default(),
            reference: String::new(),
        })
    }
}

fn soon(clock: &Clock) -> model::Timestamp {
    clock.now() + std::time::Duration::from_secs(5)
}

/// A key that cannot be read is put right by a person: nobody fails for it.
fn signer(mailing: &Mailing) -> Result<Option<Signer>, Stop> {
    let Some(dkim) = &mailing.dkim else { return Ok(None) };
    let pause = |what: String| {
        let detail = format!("DKIM key {}: {what}", dkim.key.display());
        Stop::Pause(Reason::new("dkim_key_unreadable", detail), None)
    };
    let pem = read_key(&dkim.key).map_err(|error| pause(error.to_string()))?;
    Signer::new(&dkim.domain, &dkim.selector, &pem).map(Some).map_err(|error| pause(error.to_string()))
}

fn read_key(path: &Path) -> std::io::Result<SecretString> {
    if std::fs::metadata(path)?.len() > KEY_BYTES_MAX {
        return Err(std::io::Error::other("it is too long to be a key"));
    }
    std::fs::read_to_string(path).map(SecretString::from)
}
