//! A mailing in one call: settings, recipients and the files to attach. Everything is looked at before anything is
//! enqueued, and enqueued before anything is sent.

#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    api::{accounts, jobs::JobJson},
    auth::Access,
    blobs,
    extract::Query,
    lines::is_plain_name,
    mailing::{Plan, Start, Upload, enqueue_all, refused},
    problem::{Problem, Result},
    routes::{About, Routes},
};
use axum::{
    extract::{Multipart, State, multipart::Field},
    http::StatusCode,
};
use mail::{letter::Attachment, preflight::Report, spec::MailingFile};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use tokio::task::spawn_blocking;
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
            "Send a mailing: parts `settings`, `account`, `recipients`, any number of `attachment`, and `id` if wanted, which \
             makes it safe to ask again: what came a second time under the same id is answered with the first run",
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

async fn create(
    State(ctx): State<Ctx>,
    Query(query): Query<MailingQuery>,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<(StatusCode, axum::Json<Value>)> {
    let multipart =
        multipart.map_err(|error| Problem::malformed(error.body_text()).remedy("send multipart/form-data"))?;
    let _sending = ctx.app.uploads.begin().await;
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
    let job = enqueue_all(&ctx, &plan, account, upload.id, Start::Now).await?;
    let accepted = Accepted { token: ctx.app.vault.job_token(job.id), job: job.into(), report };
    Ok((StatusCode::ACCEPTED, axum::Json(to_json(&accepted)?)))
}

fn to_json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| Problem::internal(&error))
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
    if paced || file.smtp.is_some() || file.recipients.is_some() || file.ledger.is_some() {
        return Err(Problem::invalid(
            "settings: recipients, ledger, smtp, rate, daily, batch and pause have no place here",
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
