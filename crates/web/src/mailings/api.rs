//! A mailing in one call: settings, recipients and the files to attach. Everything is looked at before anything is
//! enqueued, and enqueued before anything is sent.

pub(crate) mod compare;
#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    accounts::api as accounts,
    auth::Access,
    extract::Query,
    jobs::api as jobs,
    lines::is_plain_name,
    mailings::enqueue::{enqueue_all, refused, undecided},
    problem::{Problem, Result},
    routes::{About, Routes},
    uploads,
};
use ::api::mailings::{Accepted, Checked};
use axum::{
    extract::{Multipart, State, multipart::Field},
    http::StatusCode,
};
use mail::{
    letter::Attachment,
    mailing::{EarlierChoice, Plan, Start, Upload},
    spec::MailingFile,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use store::LedgerMatch;
use tokio::task::spawn_blocking;
use utoipa::IntoParams;
use uuid::Uuid;

/// Bytes of the whole call; files are held against [`crate::Limits::upload_bytes_max`] besides.
const BODY_MAX: usize = 16 << 30;
/// Bytes of the settings, texts included.
const SETTINGS_MAX: usize = 4 << 20;

pub(crate) fn declare(routes: Routes) -> Routes {
    compare::declare(routes).post(
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
            "settings: JSON or TOML, the words of mailing.toml; recipients: .xlsx, .ods, CSV or JSON lines",
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

async fn create(
    State(ctx): State<Ctx>,
    Query(query): Query<MailingQuery>,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<(StatusCode, axum::Json<Value>)> {
    let multipart =
        multipart.map_err(|error| Problem::malformed(error.body_text()).remedy("send multipart/form-data"))?;
    let _sending = ctx.app.blobs.begin().await;
    let mut upload = receive(&ctx, multipart).await?;
    let asked = asked(&ctx, &mut upload).await?;
    let upload = Arc::new(upload);
    let planned = Arc::clone(&upload);
    let plan = spawn_blocking(move || Plan::new(planned)).await.map_err(|error| Problem::internal(&error))??;
    let plan = Arc::new(plan);
    let (report, found) = ctx.mailings().look_at_rows(&plan, |_| ()).await?;
    let decided = found.decide(&asked);
    if query.check.unwrap_or(false) {
        let needs = decided.as_ref().err().map(|why| why.code().to_owned());
        let to_send = found.to_send(decided.unwrap_or(LedgerMatch::KeyAndContent));
        return Ok((
            StatusCode::OK,
            axum::Json(to_json(&Checked {
                report: to_json(&report)?,
                to_send,
                needs,
                comparison: compare::told(found),
            })?),
        ));
    }
    if report.refuses(plan.mailing.on_invalid) {
        return Err(refused(&report.problems.listed).with("errors", report.problems.errors));
    }
    let Some(account) = &upload.account else {
        return Err(
            Problem::invalid("account: is missing").remedy("name the account to send by, as the part `account`")
        );
    };
    // Asked a second time under the same id, it is the run that there is.
    let is_there = match upload.id {
        Some(id) => ctx.mailings().attempt(id.into()).await?.1.is_some(),
        None => false,
    };
    let ledger = match decided {
        Ok(ledger) => ledger,
        Err(_) if is_there => LedgerMatch::KeyAndContent,
        Err(why) => return Err(undecided(why, &found)),
    };
    if !asked.is_new && !asked.completes && !is_there {
        refuse_while_sent(&ctx, &upload.recipients_sha256).await?;
    }
    let job = enqueue_all(&ctx, &plan, account, ledger, Start::Now).await?;
    let token = ctx.app.vault.job_token(job.id);
    let accepted = Accepted { job: jobs::shown(job), token, report: to_json(&report)? };
    Ok((StatusCode::ACCEPTED, axum::Json(to_json(&accepted)?)))
}

/// What the settings say of earlier mailings. One without a name gets one that was not used yet.
async fn asked(ctx: &Ctx, upload: &mut Upload) -> Result<EarlierChoice> {
    let settings = &mut upload.settings;
    if let (Some(name), Some(complete)) = (&settings.name, &settings.complete)
        && name != complete
    {
        return Err(Problem::invalid(format!("settings: name is `{name}`, and complete is `{complete}`"))
            .remedy("leave `name` out: the mailing that is completed has its name"));
    }
    let given = settings.complete.clone().or_else(|| settings.name.clone());
    let (completes, is_new) = (settings.complete.is_some(), given.is_some() && settings.complete.is_none());
    let name = match given {
        Some(name) => name,
        None => ctx.mailings().unused_name(&upload.recipients_name, settings.language).await?,
    };
    settings.name = Some(name.clone());
    Ok(EarlierChoice { name, is_new, completes, changed: settings.changed })
}

async fn refuse_while_sent(ctx: &Ctx, sha256: &str) -> Result<()> {
    let Some(open) = ctx.mailings().being_sent(sha256).await? else { return Ok(()) };
    let said =
        format!("this list is being sent by the mailing `{}`, which is {}: job {}", open.name, open.state, open.id);
    Err(Problem::conflict(said).remedy("let it end; or give this one a name, if it is another mailing"))
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
                let blob = uploads::keep(ctx, &mut field, &mut bytes_left).await?;
                recipients = Some((blob, name));
            }
            "attachment" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                if !is_plain_name(&name) || attachments.len() >= ctx.app.limits.files_max {
                    let remedy = format!("send at most {} files, each with a plain name", ctx.app.limits.files_max);
                    return Err(Problem::invalid("attachment: cannot be taken").remedy(remedy));
                }
                let blob = uploads::keep(ctx, &mut field, &mut bytes_left).await?;
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
    let (list, recipients_name) = recipients.ok_or_else(|| missing("recipients"))?;
    let settings = settings.ok_or_else(|| missing("settings"))?;
    Ok(Upload {
        id,
        settings,
        account,
        recipients: list.path,
        recipients_name,
        recipients_sha256: list.sha256,
        attachments,
    })
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
    if file.smtp.is_some() || file.recipients.is_some() || file.ledger.is_some() {
        return Err(Problem::invalid("settings: recipients, ledger and smtp have no place here")
            .remedy("send `recipients` as a part, and set the server on the account"));
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
