//! Messages for programs.

use super::{Found, content, find, opened, release, send_again, whole};
use crate::{
    Ctx,
    auth::Access,
    extract::{Optional, Path},
    problem::Result,
    routes::{About, Routes},
};
use ::api::messages::{Message, MessageContent, MessageFile, MessageHeader, MessageQueued, Resend};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use mail::opened::Opened;
use model::{ItemState, Timestamp};
use store::Submitted;

pub(super) fn declare(routes: Routes) -> Routes {
    let queued = |summary| About::new(summary).gives::<MessageQueued>(200, "Where it is queued");
    routes
        .get(
            "/api/v1/messages/{code}",
            Access::Write,
            show,
            About::new("A message that a program handed over by SMTP, by its queue id").gives::<Message>(200, "It"),
        )
        .get(
            "/api/v1/messages/{code}/raw",
            Access::Write,
            raw,
            About::new("A message as it was taken").gives_text(200, Some("message/rfc822"), "All of it"),
        )
        .post(
            "/api/v1/messages/{code}/resend",
            Access::Write,
            resend,
            queued("Send a message once more: to those it was for, or to others").takes::<Resend>(),
        )
        .post(
            "/api/v1/messages/{code}/release",
            Access::Write,
            set_free,
            queued("Send a message at once that waits for its next attempt, or that has failed"),
        )
}

async fn show(State(ctx): State<Ctx>, Path(code): Path<String>) -> Result<axum::Json<Message>> {
    let Found { row, item, mail, submitted, .. } = find(&ctx, &code).await?;
    let opened = match content(&ctx, submitted.id).await? {
        Some(bytes) => Some(opened(bytes).await?.unwrap_or_default()),
        None => None,
    };
    let waits = item.state == ItemState::Queued && item.not_before > Timestamp::EPOCH;
    Ok(axum::Json(Message {
        id: submitted.id,
        job: row.at.job,
        seq: row.at.seq,
        state: item.state,
        attempts: item.attempts.unsigned_abs(),
        received_at: row.received_at,
        not_before: waits.then_some(item.not_before),
        from: submitted.from,
        to: mail.to.into_iter().map(|mailbox| mailbox.address).collect(),
        subject: submitted.subject,
        message_id: submitted.message_id,
        size: row.size,
        verdict: item.verdict,
        detail: item.detail,
        content: opened.map(taken_apart),
    }))
}

fn taken_apart(opened: Opened) -> MessageContent {
    let file = |file: mail::opened::OpenedFile| MessageFile {
        name: file.name,
        content_type: file.content_type,
        size: file.size,
    };
    MessageContent {
        headers: opened.headers.into_iter().map(|(name, value)| MessageHeader { name, value }).collect(),
        text: opened.text,
        html: opened.html,
        files: opened.files.into_iter().map(file).collect(),
    }
}

async fn raw(State(ctx): State<Ctx>, Path(code): Path<String>) -> Result<Response> {
    let found = find(&ctx, &code).await?;
    Ok(([(header::CONTENT_TYPE, "message/rfc822")], whole(&ctx, found.submitted.id).await?).into_response())
}

fn queued(at: Submitted) -> axum::Json<MessageQueued> {
    axum::Json(MessageQueued { id: at.id, job: at.job, seq: at.seq })
}

async fn resend(
    State(ctx): State<Ctx>,
    Path(code): Path<String>,
    Optional(asked): Optional<Resend>,
) -> Result<axum::Json<MessageQueued>> {
    let found = find(&ctx, &code).await?;
    Ok(queued(send_again(&ctx, found, asked.to).await?))
}

async fn set_free(State(ctx): State<Ctx>, Path(code): Path<String>) -> Result<axum::Json<MessageQueued>> {
    let found = find(&ctx, &code).await?;
    Ok(queued(release(&ctx, &found).await?))
}
