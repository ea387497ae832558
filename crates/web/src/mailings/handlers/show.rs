//! One recipient's message, as it would leave.

use super::draft::Draft;
use crate::{
    Ctx,
    extract::Path,
    layout::{Reader, view::View},
    mailings::pages::{FileRow, Fix, LetterShown, Preview, PreviewOf, ProblemRow, Weight},
    problem::{Problem, Result},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use language::Language;
use mail::{
    address::Mailbox,
    item::{Identity, MailItem, letter},
    letter::Letter,
    mailing::Plan,
    problem::Severity,
    template::Templates,
};
use model::JobId;
use std::sync::Arc;
use store::NewItem;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// Nothing may run, nothing may be fetched: what stands in the message, styles of its own and pictures in it.
const POLICY: &str =
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'";

/// The row that was asked for, if there is one.
#[derive(Default)]
pub(super) struct Nth {
    item: Option<NewItem>,
    has_next: bool,
}

impl Nth {
    /// To be shown every item, from the first; whether another is wanted.
    pub(super) fn see(&mut self, row: u64, item: &NewItem) -> bool {
        let seq = item.seq.unsigned_abs();
        self.has_next |= seq > row;
        if seq == row {
            self.item = Some(item.clone());
        }
        seq <= row
    }

    /// Its letter, or what is wrong with it; `None` where there is no such row.
    pub(super) fn letter(&self, ctx: &Ctx, plan: &Plan) -> Option<Result<Letter, String>> {
        let item = self.item.as_ref()?;
        let said = |problems: Vec<mail::problem::Problem>| {
            problems.iter().map(|problem| problem.say(plan.mailing.language)).collect::<Vec<_>>().join("\n")
        };
        if let Some(verdict) = &item.verdict {
            return Some(Err(verdict.reply.clone()));
        }
        let mailing = &plan.mailing;
        let made = || {
            let mail: MailItem = serde_json::from_str(&item.payload).map_err(|error| error.to_string())?;
            let templates =
                Templates::compile(&mailing.templates, &mailing.columns, mailing.audience()).map_err(said)?;
            let job = JobId::new(&ctx.app.clock, &ctx.app.rng);
            let message = item.seq.unsigned_abs();
            let identity = Identity { job, message, date: ctx.app.clock.now() };
            letter(mailing, &templates, &[mail], identity)
                .map_err(|verdict| mail::verdict_text::explain(&verdict, mailing.language))
        };
        Some(made())
    }
}

/// The letter of row `row`. `None` where the mailing cannot be made yet, or has no such row.
pub(super) async fn nth_letter(
    ctx: &Ctx,
    draft: &Draft,
    row: u64,
    language: Language,
) -> Result<(Option<Result<Letter, String>>, bool)> {
    let upload = Arc::new(draft.upload(ctx, None, language)?);
    let ctx = ctx.clone();
    // Dropped with this call: nobody waits for the answer any more.
    let caller = Arc::new(());
    let waiting = Arc::downgrade(&caller);
    let look = move || {
        // What is wrong with the mailing as a whole stands at its fields.
        let Ok(plan) = Plan::new(upload) else { return (None, false) };
        let mut nth = Nth::default();
        match plan.rows(|item| nth.see(row, &item) && waiting.strong_count() > 0) {
            Ok(_) => (nth.letter(&ctx, &plan), nth.has_next),
            Err(_) => (None, false),
        }
    };
    spawn_blocking(look).await.map_err(|error| Problem::internal(&error))
}

pub(super) async fn preview(
    ctx: &Ctx,
    draft: &Draft,
    row: u64,
    on: &'static str,
    language: Language,
) -> Result<Preview> {
    let (letter, has_next) = nth_letter(ctx, draft, row, language).await?;
    let (previous, next) = (row.checked_sub(1).filter(|row| *row > 0), has_next.then(|| row.saturating_add(1)));
    Ok(Preview { id: draft.id.to_string(), on, row, previous, next, of: shown(letter) })
}

pub(super) fn shown(letter: Option<Result<Letter, String>>) -> PreviewOf {
    let problem = |what: &str| ProblemRow {
        weight: Weight::Fatal,
        place: String::new(),
        what: what.to_owned(),
        remedy: String::new(),
        caret: String::new(),
        fix: None,
    };
    match letter {
        None => PreviewOf::Nothing,
        Some(Err(said)) => PreviewOf::Problems(said.lines().map(problem).collect()),
        Some(Ok(letter)) => PreviewOf::Letter(Box::new(letter_shown(letter))),
    }
}

fn letter_shown(letter: Letter) -> LetterShown {
    let list = |mailboxes: &[Mailbox]| mailboxes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let headers = [
        ("header-from", letter.from.to_string()),
        ("header-reply-to", letter.reply_to.map(|to| to.to_string()).unwrap_or_default()),
        ("header-to", list(&letter.to)),
        ("header-cc", list(&letter.cc)),
        ("header-bcc", list(&letter.bcc)),
        ("header-subject", letter.subject),
    ];
    LetterShown {
        headers: headers.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        attachments: letter.attachments.into_iter().map(|file| FileRow { name: file.name, size: file.size }).collect(),
        text: letter.text,
        has_html: letter.html.is_some(),
    }
}

/// The HTML of one message, for a frame.
pub(super) async fn html(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path((_, row)): Path<(Uuid, u64)>,
    draft: Draft,
) -> Result<Response> {
    let (letter, _) = nth_letter(&ctx, &draft, row, v.language).await?;
    let html = letter.and_then(Result::ok).and_then(|letter| letter.html);
    let html = html.ok_or_else(|| Problem::not_found(format!("HTML for recipient {row}")))?;
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    Ok((headers, html).into_response())
}

/// A field of the message as its page calls it; a file by its own name.
fn field_name(v: &View, field: &str) -> String {
    let id = match field {
        "from" => "header-from",
        "to" => "header-to",
        "cc" => "header-cc",
        "bcc" => "header-bcc",
        "reply_to" => "header-reply-to",
        "subject" => "header-subject",
        "text" => "message-text",
        "html" => "message-html",
        "attach" => "message-attach",
        _ => return field.to_owned(),
    };
    v.t(id)
}

/// A problem for a page: a row of `list` is named by its line alone. `fix` is where it can be put right.
pub(super) fn problem_row(v: &View, list: &str, problem: &mail::problem::Problem, fix: Option<Fix>) -> ProblemRow {
    let numbers = [problem.line, problem.character.map(u64::from)].into_iter().flatten();
    let place = match (&problem.cell, problem.line) {
        (Some(cell), _) if &*problem.file == list => cell.to_string(),
        (None, Some(line)) if &*problem.file == list => v.with("problem-line", "line", v.number(&line)),
        (Some(_), _) => problem.place(),
        _ => numbers.fold(field_name(v, &problem.file), |place, number| format!("{place}:{number}")),
    };
    ProblemRow {
        weight: if problem.severity == Severity::Warning { Weight::Mild } else { Weight::Fatal },
        place,
        what: v.spaced(problem.what.say(v.language)),
        remedy: v.spaced(problem.remedy.say(v.language)),
        caret: problem.excerpt.as_deref().unwrap_or_default().to_owned(),
        fix,
    }
}
