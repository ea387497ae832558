//! A mailing that was sent becomes the beginning of the next: its account, sender, texts and settings, in a new draft.

use crate::{
    Ctx,
    auth::{Access, Granted},
    authority::Acting,
    pages::mailings::MessageForm,
    problem::{Problem, Result},
    routes::Routes,
    site::{form_about, mailings, see},
};
use axum::{Extension, extract::State, response::Response};
use mail::{
    recipients::filter::{Condition, Test},
    spec::Mailing,
    template::Template,
};
use store::{Job, Scope};

pub(super) fn declare(routes: Routes) -> Routes {
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
    let form = form_of(&job, account.unwrap_or_default())?;
    let draft = mailings::begin_with(&ctx, &granted, form).await?;
    Ok(see(&format!("/mailings/{draft}/recipients")))
}

/// The settings of a mailing as they are typed.
fn form_of(job: &Job, account: String) -> Result<MessageForm> {
    let none = || Problem::conflict(format!("job {} is no mailing", job.id)).remedy("choose a mailing");
    let mailing: Mailing = match job.kind.as_str() {
        "mail" => serde_json::from_str(&job.spec).map_err(|_| none())?,
        _ => return Err(none()),
    };
    let source = |template: &Option<Template>| template.as_ref().map_or_else(String::new, |one| one.source.clone());
    let body = |template: &Option<Template>| source(template).trim_end_matches('\n').to_owned();
    let (column, value) = match mailing.conditions.as_slice() {
        [Condition { column, test: Test::Equals(value) }] => (column.clone(), value.clone()),
        _ => (String::new(), String::new()),
    };
    let headings = mailing.key.iter().filter_map(|place| mailing.columns.get(*place).cloned());
    Ok(MessageForm {
        account,
        from: mailing.from.to_string(),
        to: mailing.templates.to.source.clone(),
        cc: source(&mailing.templates.cc),
        bcc: source(&mailing.templates.bcc),
        reply_to: mailing.reply_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        subject: mailing.templates.subject.source.clone(),
        text: body(&mailing.templates.text),
        html: body(&mailing.templates.html),
        attach: mailing.templates.attach.first().map(|one| one.source.clone()).unwrap_or_default(),
        // A new one is made up for the new list.
        name: String::new(),
        key: headings.collect(),
        on_invalid: mailing.on_invalid,
        column,
        value,
    })
}
