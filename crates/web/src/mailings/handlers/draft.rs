//! What a mailing in preparation is made of, as it is kept.

use crate::{
    Ctx,
    auth::Granted,
    mailings::pages::{MessageForm, Steps, WizardStep},
    problem::{Problem, Result},
    uploads,
};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use language::Language;
use mail::{
    letter::Attachment,
    mailing::{EarlierChoice, Upload},
    recipients::filter::{Condition, Test},
    spec::{Changed, MailingFile},
};
use model::{JobId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Account, Scope};
use uuid::Uuid;

/// Drafts of one person.
pub(super) const DRAFTS_MAX: u32 = 50;
/// Files of one draft: their names and hashes are part of it.
pub(crate) const FILES_MAX: usize = 20_000;
/// Bytes of a draft, of which a file's name and hash take a hundred or so.
const CONTENT_MAX: usize = 8 << 20;
/// How often a change that adds to what stands is made anew, when others change the draft meanwhile.
const ATTEMPTS_MAX: usize = 8;
/// Bytes of what was typed.
pub(super) const TEXT_MAX: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Draft {
    pub(super) id: Uuid,
    pub(super) owner: String,
    pub(super) created_at: Timestamp,
    /// Of what was read: nothing newer is written over.
    version: i64,
    pub(super) content: Content,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Content {
    /// The job that this becomes: sent twice, it is the same one.
    pub(super) job: Uuid,
    pub(super) list: Option<List>,
    pub(super) files: Vec<DraftFile>,
    pub(super) form: MessageForm,
    /// Settings of an earlier mailing that this one has too, and that are not typed.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) kept: MailingFile,
    /// What was said of earlier mailings, of which this list is known.
    pub(super) relation: Relation,
    pub(super) changed: Option<Changed>,
}

/// Whether the mailing is another one than those before, which the page asks where rows of its list were sent before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Relation {
    #[default]
    Unsaid,
    New,
    /// The rest of the one whose name it has.
    Completes,
}

/// The file of recipients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct List {
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) size: u64,
    pub(super) rows: u64,
    pub(super) broken: u64,
    pub(super) encoding: String,
    /// `None`: JSON lines, or a workbook.
    pub(super) separator: Option<char>,
    /// The sheet that was read, and all that the workbook has.
    pub(super) sheet: Option<String>,
    pub(super) sheets: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) first: Vec<Vec<String>>,
    /// Of each column, what its cells hold of addresses.
    pub(super) addressed: Vec<Addressed>,
}

/// What the cells of a column hold of addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Addressed {
    /// Rows whose cell holds addresses and nothing else.
    pub(super) rows: u64,
    pub(super) addresses: u64,
}

impl Addressed {
    pub(super) fn take(&mut self, cell: &str) {
        if !cell.contains('@') {
            return;
        }
        let (addresses, errors) = mail::address::parse_list(cell);
        if errors.is_empty() {
            self.rows += 1;
            self.addresses += addresses.len() as u64;
        }
    }
}

impl List {
    /// What a template that is one column has of addresses: the column's name, and how many.
    pub(super) fn addressed_by(&self, template: &str) -> Option<(&str, Addressed)> {
        let name = template.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
        let at = self.columns.iter().position(|column| column == name)?;
        Some((&self.columns[at], *self.addressed.get(at)?))
    }
}

/// A file to attach. Its keys are short: there may be thousands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DraftFile {
    #[serde(rename = "n")]
    pub(crate) name: String,
    #[serde(rename = "b")]
    pub(crate) size: u64,
    #[serde(rename = "h")]
    pub(crate) sha256: String,
    #[serde(rename = "t")]
    pub(crate) mtime: i64,
}

/// The draft that the path names, for handlers.
impl FromRequestParts<Ctx> for Draft {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self> {
        let params = RawPathParams::from_request_parts(parts, ctx).await.map_err(|error| Problem::internal(&error))?;
        let id = params.iter().find(|(name, _)| *name == "draft").and_then(|(_, id)| id.parse().ok());
        let reader = parts.extensions.get::<Granted>().cloned();
        let (id, reader) = id.zip(reader).ok_or_else(missing)?;
        Self::load(ctx, id, &reader).await
    }
}

fn missing() -> Problem {
    Problem::not_found("such draft of yours: it was sent, or deleted").remedy("begin a new one")
}

pub(super) fn changed() -> Problem {
    Problem::conflict("the mailing was changed meanwhile in another window; nothing of this was kept")
        .remedy("look at it again, then do what you were doing once more")
}

impl Draft {
    pub(super) fn new(ctx: &Ctx, owner: &Granted) -> Self {
        let JobId(id) = JobId::new(&ctx.app.clock, &ctx.app.rng);
        let content = Content { job: id, ..Content::default() };
        Self { id, owner: owner.name().to_owned(), created_at: ctx.app.clock.now(), version: 1, content }
    }

    /// One's own, or anybody's for administrators; others are told that there is none.
    pub(super) async fn load(ctx: &Ctx, id: Uuid, reader: &Granted) -> Result<Self> {
        let kept = ctx.app.db.draft(id).await?.ok_or_else(missing)?;
        if kept.owner != reader.name() && !reader.scope.allows(Scope::Admin) {
            return Err(missing());
        }
        Self::read(kept)
    }

    /// Whoever's it is.
    pub(super) async fn saved(ctx: &Ctx, id: Uuid) -> Result<Self> {
        Self::read(ctx.app.db.draft(id).await?.ok_or_else(missing)?)
    }

    fn read(kept: store::Draft) -> Result<Self> {
        let content = serde_json::from_str(&kept.content).map_err(|error| Problem::internal(&error))?;
        Ok(Self { id: kept.id, owner: kept.owner, created_at: kept.created_at, version: kept.version, content })
    }

    /// Keeps one that is new.
    pub(super) async fn create(&self, ctx: &Ctx) -> Result<()> {
        let (content, created_at) = (self.written()?, self.created_at);
        let (owner, version, updated_at) = (self.owner.clone(), self.version, ctx.app.clock.now());
        let draft = store::Draft { id: self.id, owner, content, version, created_at, updated_at };
        Ok(ctx.app.db.create_draft(draft).await?)
    }

    /// Keeps the content, unless somebody else has changed or ended the draft since it was read.
    pub(super) async fn save(&mut self, ctx: &Ctx) -> Result<()> {
        if self.replace(ctx).await? {
            return Ok(());
        }
        Err(ctx.app.db.draft(self.id).await?.map_or_else(missing, |_| changed()))
    }

    /// Makes a change that fits whatever stands there by now, and keeps it: what others did meanwhile stays, and
    /// `change` is made again on top of it.
    pub(super) async fn merge(&mut self, ctx: &Ctx, change: impl Fn(&mut Content) -> Result<()>) -> Result<()> {
        for _ in 0..ATTEMPTS_MAX {
            change(&mut self.content)?;
            if self.replace(ctx).await? {
                return Ok(());
            }
            *self = Self::read(ctx.app.db.draft(self.id).await?.ok_or_else(missing)?)?;
        }
        Err(changed())
    }

    /// Whether the draft still stood as it was read, and so was replaced.
    async fn replace(&mut self, ctx: &Ctx) -> Result<bool> {
        let now = ctx.app.clock.now();
        let is_kept = ctx.app.db.update_draft(self.id, self.version, self.written()?, now).await?;
        self.version += i64::from(is_kept);
        Ok(is_kept)
    }

    fn written(&self) -> Result<String> {
        let content = serde_json::to_string(&self.content).map_err(|error| Problem::internal(&error))?;
        if content.len() > CONTENT_MAX {
            return Err(Problem::too_large("the draft is too long to be kept").remedy("shorten the texts"));
        }
        Ok(content)
    }

    pub(super) fn steps(&self, at: WizardStep) -> Steps {
        let list = self.content.list.as_ref();
        let reach = match list {
            None => WizardStep::Recipients,
            Some(_) if self.content.form.subject.is_empty() => WizardStep::Message,
            Some(_) => WizardStep::Check,
        };
        Steps { id: self.id.to_string(), at, reach, name: self.content.name().to_owned() }
    }

    /// The columns, once there is a list.
    pub(super) fn list(&self) -> Result<&List> {
        let missing = || Problem::conflict("the mailing has no list of recipients yet").remedy("bring the list first");
        self.content.list.as_ref().ok_or_else(missing)
    }

    /// Everything that is here, as if it had come in one call.
    pub(super) fn upload(&self, ctx: &Ctx, account: Option<Account>, language: Language) -> Result<Upload> {
        let list = self.list()?;
        let attachments = self.content.files.iter().map(|file| {
            Ok(Attachment {
                path: uploads::path(ctx, &file.sha256)?,
                name: file.name.clone(),
                mime: String::new(),
                size: file.size,
                mtime: Timestamp::from_micros(file.mtime),
                sha256: Some(file.sha256.clone()),
            })
        });
        Ok(Upload {
            id: Some(self.content.job),
            settings: self.content.settings(&self.owner, language),
            account,
            recipients: uploads::path(ctx, &list.sha256)?,
            recipients_name: list.name.clone(),
            recipients_sha256: list.sha256.clone(),
            attachments: attachments.collect::<Result<_>>()?,
        })
    }
}

impl Content {
    pub(super) fn name(&self) -> &str {
        let list = self.list.as_ref().map_or("", |list| list.name.as_str());
        if self.form.name.is_empty() { list } else { &self.form.name }
    }

    pub(super) fn asked(&self) -> EarlierChoice {
        EarlierChoice {
            name: self.name().to_owned(),
            is_new: self.relation == Relation::New,
            completes: self.relation == Relation::Completes,
            changed: self.changed,
        }
    }

    /// In the words of mailing.toml.
    pub(super) fn settings(&self, by: &str, language: Language) -> MailingFile {
        let form = &self.form;
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        // A line break makes a text what it says, and never the name of a file on this machine.
        let body = |text: &String| some(text).map(|text| text + "\n");
        let condition = |column| Condition { column, test: Test::Equals(form.value.clone()) };
        MailingFile {
            subject: some(&form.subject),
            text: body(&form.text),
            html: body(&form.html),
            attach: form.attach.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
            to: some(&form.to),
            cc: some(&form.cc),
            bcc: some(&form.bcc),
            from: some(&form.from),
            reply_to: some(&form.reply_to),
            conditions: some(&form.column).map(condition).into_iter().chain(self.kept.conditions.clone()).collect(),
            sheet: self.list.as_ref().and_then(|list| list.sheet.clone()),
            name: Some(self.name().to_owned()),
            created_by: Some(by.to_owned()),
            on_invalid: form.on_invalid,
            key: form.key.clone(),
            language,
            ..self.kept.clone()
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
