//! A mailing that was sent becomes the beginning of the next: its account, sender, texts and settings, in a new draft.

use crate::{
    Ctx,
    auth::{Access, Granted},
    authority::Acting,
    layout::see,
    mailings::{handlers as mailings, pages::MessageForm},
    problem::{Problem, Result},
    routes::{Routes, form_about},
};
use axum::{Extension, extract::State, response::Response};
use mail::{
    recipients::filter::{Condition, Test},
    spec::{Mailing, MailingFile},
    template::Template,
};
use model::JobKind;
use store::{Job, Scope};

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
    let form = form_of(&mailing, account.unwrap_or_default());
    let draft = mailings::begin_with(&ctx, &granted, form, kept_of(mailing)).await?;
    Ok(see(&format!("/mailings/{draft}/recipients")))
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
        // A new one is made up for the new list.
        name: String::new(),
        key: headings.collect(),
        on_invalid: mailing.on_invalid,
        column,
        value,
    }
}
