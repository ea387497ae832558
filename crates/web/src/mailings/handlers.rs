//! A new mailing: what somebody brings and types, kept as a draft from one step to the next, until it leaves as a job.

mod check;
mod draft;
mod drafts;
mod files;
mod message;
mod recipients;
mod send;
mod show;
#[cfg(test)]
mod tests;
mod trial;

use crate::routes::{form_about, page_about};
use crate::{
    Ctx,
    auth::{Access, Granted},
    mailings::pages::MessageForm,
    problem::{Problem, Result},
    routes::Routes,
};
use language::Language;
use mail::{mailing::Upload, spec::MailingFile};
use serde::Deserialize;
use store::Scope;
use utoipa::IntoParams;
use uuid::Uuid;

pub(crate) use draft::{DraftFile, FILES_MAX};

/// What another mailing gives to a new one.
pub(crate) struct Beginning {
    pub(crate) form: MessageForm,
    pub(crate) kept: MailingFile,
    pub(crate) files: Vec<DraftFile>,
}

const ACTS: Access = Access::Page(Scope::Write);
/// Bytes of a list of recipients, and of the files brought at once; the files themselves are held against
/// [`crate::Limits::upload_bytes_max`] besides.
const LIST_MAX: usize = 1 << 30;
const FILES_BYTES_MAX: usize = 16 << 30;

pub(crate) fn declare(routes: Routes) -> Routes {
    let brings = |summary, bytes| {
        form_about(summary).takes_text("multipart/form-data", "the file as `recipients`, or `files`").body_max(bytes)
    };
    let check = page_about("Every row looked at, before anything leaves").query::<check::CheckQuery>();
    let row = |summary| page_about(summary).query::<RowQuery>();
    routes
        .get("/mailings/new", ACTS, recipients::new, page_about("A new mailing, or one that was begun"))
        .post("/mailings/new", ACTS, recipients::begin, brings("Begin a mailing with its list", LIST_MAX))
        .get("/mailings/{draft}/recipients", ACTS, recipients::show, page_about("To whom: what was read"))
        .post("/mailings/{draft}/recipients", ACTS, recipients::replace, brings("Bring another list", LIST_MAX))
        .post(
            "/mailings/{draft}/sheet",
            ACTS,
            recipients::choose,
            form_about("Read another sheet of the workbook").unaudited(),
        )
        .get("/mailings/{draft}/files", ACTS, files::show, page_about("The files to attach"))
        .post("/mailings/{draft}/files", ACTS, files::add, brings("Bring files, or a zip of them", FILES_BYTES_MAX))
        .post("/mailings/{draft}/files/remove", ACTS, files::remove, form_about("Leave files out").unaudited())
        .get("/mailings/{draft}/message", ACTS, message::show, row("What is written, and a preview"))
        .post("/mailings/{draft}/message", ACTS, message::save, form_about("Keep what is written").unaudited())
        .get("/mailings/{draft}/check", ACTS, check::show, check)
        .post("/mailings/{draft}/check", ACTS, check::skip, form_about("Leave wrong rows out").unaudited())
        .post(
            "/mailings/{draft}/relation",
            ACTS,
            check::relate,
            form_about("New, or the rest of one before").unaudited(),
        )
        .get(
            "/mailings/{draft}/preview/{row}/html",
            ACTS,
            show::html,
            page_about("The HTML of one message, under a policy that lets nothing in or out"),
        )
        .post("/mailings/{draft}/test", ACTS, trial::send, form_about("Send one message to oneself").unaudited())
        .post("/mailings/{draft}/send", ACTS, send::send, form_about("Send the mailing, now or later"))
        .post("/mailings/{draft}/delete", ACTS, drafts::delete, form_about("Delete a draft"))
        .get("/mailings/drafts", ACTS, drafts::list, page_about("Mailings that were begun and not sent"))
}

/// A draft that begins with what was typed for an earlier mailing: its id.
pub(crate) async fn begin_with(ctx: &Ctx, owner: &Granted, beginning: Beginning) -> Result<Uuid> {
    let count = ctx.app.db.drafts_of(owner.name(), draft::DRAFTS_MAX).await?.len();
    if count >= draft::DRAFTS_MAX as usize {
        let said = format!("{} mailings are in preparation", draft::DRAFTS_MAX);
        return Err(Problem::conflict(said).remedy("send or delete some of them"));
    }
    let mut draft = draft::Draft::new(ctx, owner);
    let Beginning { form, kept, files } = beginning;
    (draft.content.form, draft.content.kept, draft.content.files) = (form, kept, files);
    draft.create(ctx).await?;
    Ok(draft.id)
}

/// The drafts of a reader that have a list, by their ids, with their names.
pub(crate) async fn saved_drafts(ctx: &Ctx, reader: &Granted) -> Result<Vec<(String, String)>> {
    let rows = drafts::rows(ctx, reader).await?.into_iter().filter(|row| row.rows > 0);
    Ok(rows.map(|row| (row.id, row.name)).collect())
}

/// A saved draft that the reader may send: what is missing in it is said.
pub(crate) async fn saved_draft(ctx: &Ctx, id: Uuid, reader: &Granted) -> Result<()> {
    draft::Draft::load(ctx, id, reader).await?.list().map(drop)
}

/// What a saved draft is made of, with the name of its account: for whoever sends it again and again.
pub(crate) async fn saved_upload(ctx: &Ctx, id: Uuid, language: Language) -> Result<(Upload, String)> {
    let draft = draft::Draft::saved(ctx, id).await?;
    let account = draft.content.form.account.clone();
    Ok((draft.upload(ctx, None, language)?, account))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct RowQuery {
    /// The recipient whose message is shown, from 1.
    row: Option<u64>,
}

impl RowQuery {
    fn row(&self) -> u64 {
        self.row.unwrap_or(1).clamp(1, u64::from(u32::MAX))
    }
}

fn address(draft: &draft::Draft, step: &str) -> String {
    format!("/mailings/{}/{step}", draft.id)
}
