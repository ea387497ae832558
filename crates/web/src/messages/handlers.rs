//! A message for people.

use super::{
    Found, addresses, content, find, gone, opened,
    page::{HandedOverContent, HandedOverPage, MessageFileRow},
    release, send_again, whole,
};
use crate::{
    Ctx,
    auth::Access,
    downloads::kept_as,
    extract::{Path, Query},
    layout::{
        Form, Reader,
        foreign::{Foreign, plain},
        notice,
        parts::{Faults, Mood, Notice},
        see, shown,
        view::View,
    },
    problem::{Problem, Result},
    routes::{Routes, form_about, page_about},
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use mail::opened::Opened;
use model::{ItemState, Timestamp};
use serde::Deserialize;
use store::Scope;
use tokio::task::spawn_blocking;
use utoipa::IntoParams;

/// Bytes of a text on the page.
const TEXT_BYTES: usize = 200_000;
/// Nothing may run, nothing may be fetched: what stands in the message, styles of its own and pictures in it.
const POLICY: &str =
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'";
pub(super) fn declare(routes: Routes) -> Routes {
    let (reads, acts) = (Access::Page(Scope::Write), Access::Page(Scope::Write));
    routes
        .get("/messages/{code}", reads, show, page_about("A message that a program handed over").query::<MessageSaid>())
        .get("/messages/{code}/html", reads, html, page_about("The HTML of a message, for a frame"))
        .get("/messages/{code}/raw", reads, raw, page_about("A message as it was taken, to be kept"))
        .get("/messages/{code}/files/{row}", reads, file, page_about("A file of a message, to be kept"))
        .post("/messages/{code}/resend", acts, resend, form_about("Send a message once more"))
        .post("/messages/{code}/release", acts, set_free, form_about("Send a message at once that waits"))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct MessageSaid {
    /// `resent` or `released`, after a form.
    said: String,
    /// That this session has sent the form.
    seal: String,
}

fn line(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(code): Path<String>,
    Query(said): Query<MessageSaid>,
) -> Result<Response> {
    let found = find(&ctx, &code).await?;
    let is_ours = notice::is_ours(&v, &[("said", &said.said)], &said.seal);
    let text = match said.said.as_str() {
        "resent" => Some(v.t("message-said-resent")),
        "released" => Some(v.t("message-said-released")),
        _ => None,
    };
    let notice = text.filter(|_| is_ours).map(|text| Notice { mood: Mood::Ok, text });
    let (typed, faults) = (String::new(), Faults::default());
    Ok(shown(&HandedOverPage { notice, typed, faults, ..message_page(&ctx, &v, found).await? }))
}

async fn message_page<'a>(ctx: &Ctx, v: &'a View, found: Found) -> Result<HandedOverPage<'a>> {
    let Found { row, job, item, mail, submitted } = found;
    let content = match content(ctx, submitted.id).await? {
        Some(bytes) => Some(content_shown(&submitted.id.to_string(), opened(bytes).await?.unwrap_or_default())),
        None => None,
    };
    let verdict = item.verdict.map(|verdict| v.verdict(&verdict)).unwrap_or_default();
    let detail = [verdict, item.detail].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    let waits = item.state == ItemState::Queued && item.not_before > v.now.max(Timestamp::EPOCH);
    Ok(HandedOverPage {
        v,
        id: submitted.id.to_string(),
        label: plain(if submitted.subject.is_empty() { &item.label } else { &submitted.subject }),
        subject: line(&submitted.subject),
        state: item.state,
        received_at: row.received_at,
        not_before: waits.then_some(item.not_before),
        attempts: item.attempts.unsigned_abs(),
        detail,
        size: row.size,
        job: job.id.to_string(),
        job_name: plain(&job.name),
        from: line(&submitted.from),
        to: mail.to.iter().map(|mailbox| line(&mailbox.address)).collect(),
        content,
        may_be_released: waits || item.state == ItemState::Failed,
        typed: String::new(),
        faults: Faults::default(),
        notice: None,
    })
}

fn content_shown(id: &str, opened: Opened) -> HandedOverContent {
    let heads = [
        ("header-from", opened.from),
        ("header-reply-to", opened.reply_to),
        ("header-to", opened.to),
        ("header-cc", opened.cc),
        ("header-subject", opened.subject),
    ];
    let files = opened.files.into_iter().enumerate().map(|(place, file)| MessageFileRow {
        name: (!file.name.is_empty()).then(|| line(&file.name)),
        content_type: line(&file.content_type),
        size: file.size,
        address: format!("/messages/{id}/files/{}", place + 1),
    });
    HandedOverContent {
        heads: heads
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| (label, line(&value)))
            .collect(),
        headers: opened.headers.iter().map(|(name, value)| (line(name), line(value))).collect(),
        text: opened.text.map(|text| Foreign::text(text.replace("\r\n", "\n").as_bytes(), TEXT_BYTES)),
        has_html: opened.html.is_some(),
        files: files.collect(),
    }
}

async fn html(State(ctx): State<Ctx>, Path(code): Path<String>) -> Result<Response> {
    let found = find(&ctx, &code).await?;
    let opened = opened(whole(&ctx, found.submitted.id).await?).await?;
    let html = opened.and_then(|opened| opened.html).ok_or_else(gone)?;
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    Ok((headers, html).into_response())
}

async fn raw(State(ctx): State<Ctx>, Path(code): Path<String>) -> Result<Response> {
    let found = find(&ctx, &code).await?;
    let content = whole(&ctx, found.submitted.id).await?;
    Ok(kept_as(&format!("{}.eml", found.submitted.id), content.into_response()))
}

async fn file(State(ctx): State<Ctx>, Path((code, place)): Path<(String, usize)>) -> Result<Response> {
    let found = find(&ctx, &code).await?;
    let content = whole(&ctx, found.submitted.id).await?;
    let taken = spawn_blocking(move || place.checked_sub(1).and_then(|place| mail::opened::file(&content, place)));
    let taken = taken.await.map_err(|error| Problem::internal(&error))?;
    let (file, bytes) = taken.ok_or_else(|| Problem::not_found(format!("file {place} of message {code}")))?;
    Ok(kept_as(&file.name, bytes.into_response()))
}

async fn resend(State(ctx): State<Ctx>, Reader(v): Reader, Path(code): Path<String>, form: Form) -> Result<Response> {
    let found = find(&ctx, &code).await?;
    let typed = form.text("to").trim().to_owned();
    let to: Vec<String> =
        typed.split([',', ';', ' ', '\n']).map(str::trim).filter(|to| !to.is_empty()).map(str::to_owned).collect();
    if addresses(&to).is_err() {
        let mut faults = Faults::default();
        faults.add("to", v.t("message-resend-bad"));
        let page = HandedOverPage { typed, faults, ..message_page(&ctx, &v, found).await? };
        return Ok(crate::layout::page(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let kept = send_again(&ctx, found, to).await?;
    Ok(told(&v, &kept.id.to_string(), "resent"))
}

async fn set_free(State(ctx): State<Ctx>, Reader(v): Reader, Path(code): Path<String>) -> Result<Response> {
    let found = find(&ctx, &code).await?;
    let kept = release(&ctx, &found).await?;
    Ok(told(&v, &kept.id.to_string(), "released"))
}

/// To the page of a message, which says what was done.
fn told(v: &View, id: &str, said: &str) -> Response {
    let path = format!("/messages/{id}");
    see(&format!("{path}?{}", notice::query(v, &path, &[("said", said)])))
}
