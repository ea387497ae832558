//! A mailing that was sent becomes the beginning of the next: its name, account, sender, texts, files and settings, in a new draft.

use crate::{
    Ctx,
    auth::{Access, Granted},
    authority::Acting,
    layout::see,
    mailings::{
        handlers::{self as mailings, Beginning, DraftFile},
        pages::MessageForm,
    },
    problem::{Problem, Result},
    routes::{Routes, form_about},
};
use axum::{Extension, extract::State, response::Response};
use mail::{
    item::MailItem,
    naming,
    recipients::filter::{Condition, Test},
    spec::{Mailing, MailingFile},
    template::Template,
};
use model::JobKind;
use std::collections::BTreeMap;
use store::{ItemFilter, Job, Scope};

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.post(
        "/jobs/{id}/reuse",
        Access::Page(Scope::Write),
        reuse,
        form_about("Begin a new mailing with the texts and settings of this one"),
    )
}

async fn reuse(
    State(ctx): State<Ctx>,
    Acting(job): Acting,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let account = match job.account {
        Some(id) => ctx.app.db.account(id).await?.map(|account| account.name),
        None => None,
    };
    let mailing = mailing_of(&job)?;
    let mut form = form_of(&mailing, account.unwrap_or_default());
    let list = mailing.list.as_ref().map_or("", |list| list.name.as_str());
    // One that was made up is made up anew, for the new list and month.
    if !naming::is_default(&job.name, list) {
        form.name = ctx.mailings().unused_after(&job.name).await?;
    }
    let _sending = ctx.app.blobs.begin().await;
    let files = files_of(&ctx, &job).await?;
    let beginning = Beginning { form, kept: kept_of(mailing), files };
    let draft = mailings::begin_with(&ctx, &granted, beginning).await?;
    Ok(see(&format!("/mailings/{draft}/recipients")))
}

/// The files that were uploaded for it and are still here. Those of the server are named by the list.
async fn files_of(ctx: &Ctx, job: &Job) -> Result<Vec<DraftFile>> {
    let mut files = BTreeMap::new();
    let mut filter = ItemFilter { limit: 1_000, ..ItemFilter::default() };
    loop {
        let page = ctx.app.db.items(job.id, &filter).await?;
        for item in &page.rows {
            let Some(row) = MailItem::parse(&item.payload).ok() else { continue };
            for file in row.attachments {
                let is_here = file.is_upload() && file.path.is_file();
                if let Some(sha256) = file.sha256.filter(|_| is_here) {
                    let (name, size, mtime) = (file.name, file.size, file.mtime.as_micros());
                    files.entry(name.clone()).or_insert(DraftFile { name, size, sha256, mtime });
                }
            }
        }
        match page.next {
            Some(next) if files.len() < mailings::FILES_MAX => filter.after = next,
            _ => return Ok(files.into_values().take(mailings::FILES_MAX).collect()),
        }
    }
}

fn mailing_of(job: &Job) -> Result<Mailing> {
    let none = || Problem::conflict(format!("job {} is no mailing", job.id)).remedy("choose a mailing");
    match job.kind {
        JobKind::Mail => Mailing::parse(&job.spec).map_err(|_| none()),
        _ => Err(none()),
    }
}

/// The condition that is typed, where it is the only one.
fn typed_condition(mailing: &Mailing) -> Option<(&String, &String)> {
    match mailing.conditions.as_slice() {
        [Condition { column, test: Test::Equals(value) }] => Some((column, value)),
        _ => None,
    }
}

/// The settings of a mailing that are not typed.
fn kept_of(mailing: Mailing) -> MailingFile {
    let conditions = if typed_condition(&mailing).is_some() { Vec::new() } else { mailing.conditions };
    MailingFile {
        conditions,
        group: mailing.group,
        list_unsubscribe: mailing.templates.list_unsubscribe.map(|template| template.source),
        application: Some(mailing.application_name).filter(|name| !name.is_empty()),
        flow: Some(mailing.flow_name).filter(|name| !name.is_empty()),
        on_unknown: Some(mailing.on_unknown),
        on_no_file: mailing.on_no_file,
        trace: mailing.trace,
        log: mailing.log,
        ..MailingFile::default()
    }
}

/// The settings of a mailing as they are typed.
fn form_of(mailing: &Mailing, account: String) -> MessageForm {
    let source = |template: &Option<Template>| template.as_ref().map_or_else(String::new, |one| one.source.clone());
    let body = |template: &Option<Template>| source(template).trim_end_matches('\n').to_owned();
    let (column, value) =
        typed_condition(mailing).map_or_else(Default::default, |(column, value)| (column.clone(), value.clone()));
    let attach: Vec<&str> = mailing.templates.attach.iter().map(|one| one.source.as_str()).collect();
    let headings = mailing.key.iter().filter_map(|place| mailing.columns.get(*place).cloned());
    MessageForm {
        account,
        from: mailing.from.to_string(),
        to: mailing.templates.to.source.clone(),
        cc: source(&mailing.templates.cc),
        bcc: source(&mailing.templates.bcc),
        reply_to: mailing.reply_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        subject: mailing.templates.subject.source.clone(),
        text: body(&mailing.templates.text),
        html: body(&mailing.templates.html),
        attach: attach.join("\n"),
        // Chosen once it is known which are taken.
        name: String::new(),
        key: headings.collect(),
        on_invalid: mailing.on_invalid,
        column,
        value,
    }
}
