//! A mailing in one call: settings, recipients and the files to attach. Everything is looked at before anything is
//! enqueued, and enqueued before anything is sent.

#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    api::{
        accounts,
        items::{BATCH, enqueue},
        jobs::JobJson,
    },
    auth::Access,
    blobs,
    extract::Query,
    lines::is_plain_name,
    problem::{Problem, Result},
    routes::{About, Routes},
};
use axum::{
    extract::{Multipart, State, multipart::Field},
    http::StatusCode,
};
use mail::{
    enqueue::{invalid_item, new_item},
    letter::Attachment,
    preflight::{Files, Hashing, Options, Preflight, Reach, Report},
    recipients::{Reader, filter::Filter},
    spec::{Mailing, MailingFile},
    template::Templates,
};
use model::{JobId, JobState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};
use store::{Account, Created, Job, NewItem, NewJob, Reason};
use tokio::{sync::mpsc, task::spawn_blocking};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Bytes of the whole call; files are held against [`crate::Limits::upload_bytes_max`] besides.
const BODY_MAX: usize = 16 << 30;
/// Bytes of the settings, texts included.
const SETTINGS_MAX: usize = 4 << 20;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.post(
        "/api/v1/mailings",
        Access::Write,
        create,
        About::new(
            "Send a mailing: parts `settings`, `account`, `recipients`, and any number of `attachment`, `id` if wanted",
        )
        .query::<MailingQuery>()
        .takes_text(
            "multipart/form-data",
            "settings: JSON or TOML, the words of mailing.toml; recipients: CSV or JSON lines",
        )
        .gives::<Accepted>(202, "Enqueued")
        .gives::<Checked>(200, "With `check=true`: what was found")
        .body_max(BODY_MAX),
    )
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct MailingQuery {
    /// Only look, and say what would be sent.
    check: Option<bool>,
}

/// What runs now.
#[derive(Serialize, ToSchema)]
struct Accepted {
    job: JobJson,
    token: String,
    /// rows, rows_good, messages, recipients, bytes_estimate, problems.
    #[schema(value_type = Object)]
    report: Report,
}

#[derive(Serialize, ToSchema)]
struct Checked {
    #[schema(value_type = Object)]
    report: Report,
}

/// What was sent to us, complete.
struct Upload {
    id: Option<Uuid>,
    settings: MailingFile,
    account: Option<Account>,
    recipients: PathBuf,
    recipients_name: String,
    attachments: Vec<Attachment>,
}

async fn create(
    State(ctx): State<Ctx>,
    Query(query): Query<MailingQuery>,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<(StatusCode, axum::Json<Value>)> {
    let multipart =
        multipart.map_err(|error| Problem::malformed(error.body_text()).remedy("send multipart/form-data"))?;
    let upload = Arc::new(receive(&ctx, multipart).await?);
    let looked = Arc::clone(&upload);
    // Dropped with this call: nobody waits for the answer any more.
    let caller = Arc::new(());
    let waiting = Arc::downgrade(&caller);
    let checked = spawn_blocking(move || Plan::new(looked).and_then(|plan| plan.look(&waiting))).await;
    let (plan, report) = checked.map_err(|error| Problem::internal(&error))??;
    if query.check.unwrap_or(false) {
        return Ok((StatusCode::OK, axum::Json(to_json(&Checked { report })?)));
    }
    if report.refuses(plan.mailing.on_invalid) {
        return Err(refused(&report.problems.listed).with("errors", report.problems.errors));
    }
    let Some(account) = &upload.account else {
        return Err(
            Problem::invalid("account: is missing").remedy("name the account to send by, as the part `account`")
        );
    };
    let job = enqueue_all(&ctx, &plan, account, upload.id).await?;
    let accepted = Accepted { token: ctx.app.vault.job_token(job.id), job: job.into(), report };
    Ok((StatusCode::ACCEPTED, axum::Json(to_json(&accepted)?)))
}

fn to_json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| Problem::internal(&error))
}

fn refused(problems: &[mail::problem::Problem]) -> Problem {
    // What leaves rows unread is what to begin with, and skipping does not help against it.
    let hides = problems.iter().find(|problem| problem.hides_rows);
    let first = hides.or(problems.first()).map(ToString::to_string).unwrap_or_default();
    let remedy = match hides {
        Some(_) => "correct what `problems` lists: rows may be unread, and none is left out unseen",
        None => "correct what `problems` lists, or leave wrong rows out with on-invalid = \"skip\"",
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "preflight", format!("nothing was sent: {first}"))
        .remedy(remedy)
        .with("problems", problems)
}

async fn receive(ctx: &Ctx, mut multipart: Multipart) -> Result<Upload> {
    let (mut id, mut settings, mut account, mut recipients) = (None, None, None, None);
    let mut attachments: Vec<Attachment> = Vec::new();
    let mut bytes_left = ctx.app.limits.upload_bytes_max;
    let broken = |error: axum::extract::multipart::MultipartError| Problem::malformed(error.body_text());
    while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "id" => {
                id = Some(
                    short(&mut field, "id", 100)
                        .await?
                        .trim()
                        .parse::<Uuid>()
                        .map_err(|_| Problem::invalid("id: is no UUID"))?,
                );
            }
            "settings" => settings = Some(parse(&short(&mut field, "settings", SETTINGS_MAX).await?)?),
            "account" => {
                account =
                    Some(accounts::named(ctx, short(&mut field, "account", 1_000).await?.trim().to_owned()).await?);
            }
            "recipients" => {
                let name = field.file_name().filter(|name| is_plain_name(name)).unwrap_or("recipients").to_owned();
                let blob = blobs::keep(&ctx.app.data, &ctx.app.rng, &mut field, &mut bytes_left).await?;
                recipients = Some((blob.path, name));
            }
            "attachment" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                if !is_plain_name(&name) || attachments.len() >= ctx.app.limits.files_max {
                    let remedy = format!("send at most {} files, each with a plain name", ctx.app.limits.files_max);
                    return Err(Problem::invalid("attachment: cannot be taken").remedy(remedy));
                }
                let blob = blobs::keep(&ctx.app.data, &ctx.app.rng, &mut field, &mut bytes_left).await?;
                let (mime, sha256) = (String::new(), Some(blob.sha256));
                attachments.push(Attachment {
                    name,
                    mime,
                    size: blob.size,
                    mtime: blob.mtime,
                    sha256,
                    path: blob.path,
                });
            }
            other => {
                let other: String = other.chars().take(100).collect();
                return Err(Problem::invalid(format!("there is no part `{other}`"))
                    .remedy("send settings, account, recipients, attachment, id"));
            }
        }
    }
    let missing = |part: &str| Problem::invalid(format!("the part `{part}` is missing"));
    let (recipients, recipients_name) = recipients.ok_or_else(|| missing("recipients"))?;
    let settings = settings.ok_or_else(|| missing("settings"))?;
    Ok(Upload { id, settings, account, recipients, recipients_name, attachments })
}

async fn short(field: &mut Field<'_>, name: &str, bytes_max: usize) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| Problem::malformed(error.body_text()))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > bytes_max {
            return Err(Problem::too_large(format!("{name}: longer than {bytes_max} bytes")));
        }
    }
    String::from_utf8(bytes).map_err(|_| Problem::invalid(format!("{name}: is no UTF-8")))
}

fn parse(text: &str) -> Result<MailingFile> {
    let mut file: MailingFile = match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text).map_err(|error| Problem::invalid(format!("settings: {error}")))?,
        false => MailingFile::parse(text, "settings").map_err(|problem| refused(&[problem]))?,
    };
    let paced = !file.rate.is_empty() || file.daily.is_some() || file.batch.is_some() || file.pause.is_some();
    let served = file.smtp.is_some() || file.smtp_password_file.is_some();
    if paced || served || file.recipients.is_some() || file.ledger.is_some() {
        return Err(Problem::invalid(
            "settings: recipients, ledger, smtp, smtp-password-file, rate, daily, batch and pause have no place here",
        )
        .remedy("send `recipients` as a part, and set the server and its limits on the account"));
    }
    if file.dkim.is_some() {
        return Err(Problem::invalid("settings: dkim names a key file of the server, which no caller may choose").remedy(
            "leave it out here, and send signed mailings by the command line on the server, with `dkim` in mailing.toml",
        ));
    }
    // A line break makes a text what it says, and never the name of a file on this machine.
    for text in [&mut file.text, &mut file.html].into_iter().flatten() {
        text.push('\n');
    }
    Ok(file)
}

/// Settings and templates, ready to look at rows.
struct Plan {
    upload: Arc<Upload>,
    mailing: Mailing,
    filter: Filter,
}

impl Plan {
    fn new(upload: Arc<Upload>) -> Result<Self> {
        let reader = open(&upload)?;
        let mailing =
            upload.settings.mailing(Path::new("/nonexistent"), reader.columns()).map_err(|found| refused(&found))?;
        let filter = Filter::new(&upload.settings.conditions, reader.columns());
        let filter = filter.map_err(|_| Problem::invalid("settings: `where` names a column that there is not"))?;
        Ok(Self { mailing, filter, upload })
    }

    /// Ends early once `caller` is gone.
    fn look(self, caller: &Weak<()>) -> Result<(Arc<Self>, Report)> {
        let report = self.rows(|_| caller.strong_count() > 0)?;
        Ok((Arc::new(self), report))
    }

    /// Hands every item to `take`, in order, until it has had enough.
    fn rows(&self, mut take: impl FnMut(NewItem) -> bool) -> Result<Report> {
        let mailing = &self.mailing;
        let reader = open(&self.upload)?;
        let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience());
        let templates = templates.map_err(|found| refused(&found))?;
        let options = Options {
            file: self.upload.recipients_name.clone(),
            base: PathBuf::from("/nonexistent"),
            reach: Reach::Base,
            hashing: Hashing::Later,
            data: None,
            message_bytes_max: None,
        };
        let files = Files::uploaded(self.upload.attachments.iter().cloned());
        let mut preflight = Preflight::new(mailing, &templates, &options).with_files(files);
        let kept = reader.filter(|row| row.as_ref().map_or(true, |row| self.filter.keeps(row)));
        for (row, seq) in kept.zip(1..) {
            let item = match preflight.check(row) {
                Ok(item) => new_item(mailing, &item, seq),
                Err(problems) => invalid_item(mailing, &problems, seq),
            };
            if !take(item) {
                break;
            }
        }
        Ok(preflight.finish())
    }
}

fn open(upload: &Upload) -> Result<Reader<File>> {
    let file = File::open(&upload.recipients).map_err(|error| Problem::internal(&error))?;
    Reader::new(file, &upload.recipients_name).map_err(|found| refused(&found))
}

/// Makes the job, streams its items into the store and sets it going; a repeated `id` is the job that there is.
async fn enqueue_all(ctx: &Ctx, plan: &Arc<Plan>, account: &Account, id: Option<Uuid>) -> Result<Job> {
    let mailing = &plan.mailing;
    let new = NewJob {
        id: id.map_or_else(|| JobId::new(&ctx.app.clock, &ctx.app.rng), Into::into),
        kind: "mail".to_owned(),
        name: mailing.name.clone(),
        on_unknown: mailing.on_unknown,
        account: Some(account.id),
        application_name: mailing.application_name.clone(),
        flow_name: mailing.flow_name.clone(),
        created_by: mailing.created_by.clone(),
        task_type: String::new(),
        task_id: String::new(),
        spec: serde_json::to_string(mailing).map_err(|error| Problem::internal(&error))?,
        state: JobState::Preparing,
        total: 0,
    };
    super::jobs::refuse_second(ctx, &new).await?;
    let job = match ctx.app.db.create_job(new, ctx.app.clock.now()).await? {
        Created::Existing(job) => return Ok(job),
        Created::New(job) => job,
    };
    ctx.changed(&job).await;
    match store_items(ctx, plan, &job).await {
        Ok(()) => {
            let job = ctx.app.db.finish_preparing(job.id, ctx.app.clock.now()).await?;
            ctx.changed(&job).await;
            Ok(job)
        }
        Err(problem) => {
            let reason = Reason::new("not_prepared", format!("not started, nothing was sent: {}", problem.detail()));
            let job = ctx.app.db.fail_job(job.id, reason, ctx.app.clock.now()).await?;
            ctx.changed(&job).await;
            Err(problem)
        }
    }
}

async fn store_items(ctx: &Ctx, plan: &Arc<Plan>, job: &Job) -> Result<()> {
    let (sender, mut receiver) = mpsc::channel::<Vec<NewItem>>(2);
    let reading = Arc::clone(plan);
    let reader = spawn_blocking(move || {
        let mut batch = Vec::with_capacity(BATCH);
        let report = reading.rows(|item| {
            batch.push(item);
            let enough = batch.len() >= BATCH && sender.blocking_send(std::mem::take(&mut batch)).is_err();
            !enough && !sender.is_closed()
        })?;
        if report.incomplete {
            return Err(refused(&report.problems.listed));
        }
        if !batch.is_empty() {
            // The other end is gone only when storing failed, which it says itself.
            let _ = sender.blocking_send(batch);
        }
        Ok::<(), Problem>(())
    });
    while let Some(batch) = receiver.recv().await {
        enqueue(ctx, job, batch, Some(job.name.clone())).await?;
    }
    reader.await.map_err(|error| Problem::internal(&error))?
}
