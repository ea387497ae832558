//! To whom: a list is brought, read to its end, and shown as it was understood.

use super::{
    address,
    draft::{Addressed, Content, DRAFTS_MAX, Draft, List, Relation, changed},
    drafts,
    message::guess,
    show::problem_row,
};
use crate::{
    Ctx,
    auth::Granted,
    layout::{Form, Reader, page, parts::Faults, see, shown, view::View},
    lines::is_plain_name,
    mailings::pages::{Accounts, ListShown, NewMailingPage, ProblemRow, Reached, RecipientsPage, WizardStep},
    problem::{Problem, Result},
    uploads,
};
use axum::{
    Extension,
    extract::{Multipart, State, multipart::MultipartError},
    http::StatusCode,
    response::Response,
};
use blobs::Blob;
use mail::{
    recipients::{Encoding, Format, ReadAs},
    sentence::Sentence,
};
use std::fs::File;
use tokio::task::spawn_blocking;

/// Rows that are shown, and characters of one of their cells.
const FIRST: usize = 5;
const CELL_MAX: usize = 120;
/// Problems shown of a list that cannot be read.
const PROBLEMS_MAX: usize = 20;

pub(super) async fn new(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let page = new_page(&ctx, &v, &granted, Vec::new(), Faults::default()).await?;
    Ok(shown(&page))
}

async fn new_page<'a>(
    ctx: &Ctx,
    v: &'a View,
    granted: &Granted,
    problems: Vec<ProblemRow>,
    faults: Faults,
) -> Result<NewMailingPage<'a>> {
    let drafts = drafts::rows(ctx, granted).await?;
    let accounts = if ctx.app.db.accounts().await?.is_empty() { Accounts::None } else { Accounts::Some };
    Ok(NewMailingPage { v, drafts, accounts, problems, faults })
}

/// The first list makes the draft.
pub(super) async fn begin(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response> {
    let multipart = multipart.map_err(|error| Problem::malformed(error.body_text()))?;
    let count = ctx.app.db.drafts_of(granted.name(), DRAFTS_MAX).await?.len();
    if count >= DRAFTS_MAX as usize {
        return Err(Problem::conflict(v.count("drafts-too-many", &DRAFTS_MAX.into())));
    }
    let mut draft = Draft::new(&ctx, &granted);
    let _sending = ctx.app.blobs.begin().await;
    match receive(&ctx, &v, multipart).await? {
        Ok(list) => {
            let name = ctx.mailings().unused_name(&list.name, v.language).await?;
            take(&mut draft.content, list, &name);
            draft.create(&ctx).await?;
            Ok(see(&address(&draft, "recipients")))
        }
        Err((problems, faults)) => {
            let refused = new_page(&ctx, &v, &granted, problems, faults).await?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &refused))
        }
    }
}

pub(super) async fn show(Reader(v): Reader, draft: Draft) -> Result<Response> {
    Ok(shown(&page_of(&v, &draft, Vec::new(), Faults::default())))
}

pub(super) async fn replace(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    mut draft: Draft,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response> {
    let multipart = multipart.map_err(|error| Problem::malformed(error.body_text()))?;
    let _sending = ctx.app.blobs.begin().await;
    match receive(&ctx, &v, multipart).await? {
        Ok(list) => {
            let seen = draft.content.list.clone();
            let name = ctx.mailings().unused_name(&list.name, v.language).await?;
            let bring = |content: &mut Content| {
                // What was typed meanwhile stays; of two lists, neither takes the place of the other unseen.
                if content.list != seen {
                    return Err(changed());
                }
                take(content, list.clone(), &name);
                Ok(())
            };
            draft.merge(&ctx, bring).await?;
            Ok(see(&address(&draft, "recipients")))
        }
        Err((problems, faults)) => Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&v, &draft, problems, faults))),
    }
}

/// Another sheet of the workbook that is here.
pub(super) async fn choose(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    mut draft: Draft,
    form: Form,
) -> Result<Response> {
    let seen = draft.list()?.clone();
    let path = uploads::path(&ctx, &seen.sha256)?;
    let blob = Blob { path, sha256: seen.sha256.clone(), size: seen.size, mtime: ctx.app.clock.now() };
    let how = ReadAs { sheet: Some(form.text("sheet").to_owned()), language: v.language };
    let name = seen.name.clone();
    let found = spawn_blocking(move || read(&blob, &name, &how)).await.map_err(|error| Problem::internal(&error))?;
    match found {
        Ok(list) => {
            let bring = |content: &mut Content| {
                if content.list.as_ref() != Some(&seen) {
                    return Err(changed());
                }
                take(content, list.clone(), &seen.name);
                Ok(())
            };
            draft.merge(&ctx, bring).await?;
            Ok(see(&address(&draft, "recipients")))
        }
        Err(found) => {
            let problems = shown_problems(&v, &seen.name, &found);
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&v, &draft, problems, Faults::default())))
        }
    }
}

fn shown_problems(v: &View, list: &str, found: &[mail::problem::Problem]) -> Vec<ProblemRow> {
    found.iter().take(PROBLEMS_MAX).map(|problem| problem_row(v, list, problem, None)).collect()
}

fn take(content: &mut Content, list: List, name: &str) {
    guess(&mut content.form, &list);
    if content.form.name.is_empty() {
        name.clone_into(&mut content.form.name);
    }
    // What was said of the list before does not hold for this one; that it completes a mailing does.
    if content.relation == Relation::New {
        content.relation = Relation::Unsaid;
    }
    content.changed = None;
    content.list = Some(list);
}

fn page_of<'a>(v: &'a View, draft: &Draft, problems: Vec<ProblemRow>, faults: Faults) -> RecipientsPage<'a> {
    let shown = |list: &List| ListShown {
        name: list.name.clone(),
        size: list.size,
        rows: list.rows,
        broken: list.broken,
        reached: list.addressed_by(&draft.content.form.to).map(|(column, found)| Reached {
            column: column.to_owned(),
            recipients: found.addresses,
            without: list.rows.saturating_sub(list.broken).saturating_sub(found.rows),
        }),
        form: match list.separator {
            Some(';') => v.with("list-semicolon", "encoding", &list.encoding),
            Some(',') => v.with("list-comma", "encoding", &list.encoding),
            Some(_) => v.with("list-tab", "encoding", &list.encoding),
            None => list.sheet.as_ref().map_or_else(|| v.t("list-json"), |sheet| v.with("list-sheet", "sheet", sheet)),
        },
        sheets: list.sheets.iter().map(|sheet| (sheet.clone(), list.sheet.as_ref() == Some(sheet))).collect(),
        columns: list.columns.clone(),
        first: list.first.clone(),
    };
    let list = draft.content.list.as_ref().map(shown);
    RecipientsPage { v, steps: draft.steps(WizardStep::Recipients), list, problems, faults }
}

type Refused = (Vec<ProblemRow>, Faults);

/// The list that a form brings, kept and read; or what is wrong with it.
async fn receive(ctx: &Ctx, v: &View, mut multipart: Multipart) -> Result<Result<List, Refused>> {
    let broken = |error: MultipartError| Problem::malformed(error.body_text());
    let mut bytes_left = ctx.app.limits.upload_bytes_max;
    while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
        let name = field.file_name().unwrap_or_default().to_owned();
        if field.name() != Some("recipients") || name.is_empty() {
            continue;
        }
        let name =
            if is_plain_name(&name) && !name.contains(model::steers_display) { name } else { "recipients".into() };
        let blob = uploads::keep(ctx, &mut field, &mut bytes_left).await?;
        let list = name.clone();
        let how = ReadAs { sheet: None, language: v.language };
        let read = spawn_blocking(move || read(&blob, &name, &how)).await.map_err(|error| Problem::internal(&error))?;
        return Ok(read.map_err(|found| (shown_problems(v, &list, &found), Faults::default())));
    }
    let mut faults = Faults::default();
    faults.add("recipients", v.t("file-required"));
    Ok(Err((Vec::new(), faults)))
}

fn read(blob: &Blob, name: &str, how: &ReadAs) -> Result<List, Vec<mail::problem::Problem>> {
    let unreadable = |error: std::io::Error| {
        vec![mail::problem::Problem::error(
            name,
            Sentence::new("cannot_read").with("error", error),
            Sentence::new("send_again"),
        )]
    };
    let file = File::open(&blob.path).map_err(unreadable)?;
    let mut reader = mail::recipients::Reader::read(file, name, how)?;
    let separator = match reader.format() {
        Format::Csv { separator } => Some(separator),
        Format::JsonLines | Format::Workbook => None,
    };
    let (mut rows, mut first, mut bad) = (0u64, Vec::new(), Vec::new());
    let mut broken = 0u64;
    let mut addressed = vec![Addressed::default(); reader.columns().len()];
    for row in &mut reader {
        rows += 1;
        match row {
            Ok(row) => {
                addressed.iter_mut().zip(&row.values).for_each(|(column, cell)| column.take(cell));
                if first.len() < FIRST {
                    first.push(row.values.iter().map(|cell| short(cell)).collect());
                }
            }
            Err(problem) => {
                broken += 1;
                if bad.len() < PROBLEMS_MAX {
                    bad.push(problem);
                }
            }
        }
    }
    if rows == broken {
        let none = || mail::problem::Problem::error(name, Sentence::new("no_recipients"), Sentence::new("add_rows"));
        return Err(if bad.is_empty() { vec![none()] } else { bad });
    }
    let encoding = match reader.encoding() {
        Encoding::Ascii | Encoding::Utf8 => "UTF-8",
        Encoding::Windows1252 => "Windows-1252",
        Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
    };
    Ok(List {
        name: name.to_owned(),
        sha256: blob.sha256.clone(),
        size: blob.size,
        rows,
        broken,
        encoding: encoding.to_owned(),
        separator,
        sheet: reader.sheets().map(|sheets| sheets.chosen.clone()),
        sheets: reader.sheets().map(|sheets| sheets.all.clone()).unwrap_or_default(),
        columns: reader.columns().to_vec(),
        first,
        addressed,
    })
}

fn short(cell: &str) -> String {
    let cell: String = cell.chars().filter(|c| !model::steers_display(*c)).collect();
    match cell.char_indices().nth(CELL_MAX) {
        Some((at, _)) => format!("{}…", &cell[..at]),
        None => cell,
    }
}
