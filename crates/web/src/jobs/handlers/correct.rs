//! Addresses of what was not delivered are corrected where they are shown, or by a corrected list, and the messages sent
//! again: as items of the same job, so that its counts and colour follow.

use super::{ROWS, SideQuery, actions::said, head, trouble, trouble_row};
use crate::{
    Ctx,
    auth::{Access, Granted},
    authority::{self, Acting},
    extract::Path,
    jobs::pages::{
        correct::{CorrectedListPage, CorrectionRow, Unmatched, UnmatchedRow},
        show::UndeliveredPage,
    },
    layout::{
        Form, Reader, page,
        parts::{Mood, Notice, Pager},
        shown,
        view::View,
    },
    lines::is_plain_name,
    problem::{Problem, Result},
    routes::{Routes, form_about},
    traces::api::generic,
    uploads,
};
use axum::{
    Extension,
    extract::{Multipart, State, multipart::MultipartRejection},
    http::StatusCode,
    response::Response,
};
use language::Language;
use mail::{
    correct::{Match, Matcher, typed_address, with_address},
    enqueue::{NEEDS_ADDRESS, content, ledger_key, row_label},
    item::{MailItem, label},
    recipients::{ReadAs, Reader as ListReader},
    spec::Mailing,
    template::Templates,
};
use model::{ItemState, JobKind};
use std::{collections::HashMap, fs::File, path::PathBuf};
use store::{Correction, Item, ItemFilter, Job, Scope};
use tokio::task::spawn_blocking;
use uuid::Uuid;

const ACTS: Access = Access::Page(Scope::Write);
/// Bytes of a corrected list.
const LIST_MAX: usize = 1 << 30;
/// Rows that were not delivered and are looked through.
const EXAMINED_MAX: usize = 100_000;
/// Corrections that are shown.
const SHOWN: usize = 100;
/// Rows of the list that match nobody and are shown.
const UNMATCHED_SHOWN: usize = 20;
/// Characters of an address, and of a name before it.
const ADDRESS_MAX: usize = 1_000;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .post("/jobs/{id}/correct", ACTS, correct, form_about("Correct addresses and send these messages again"))
        .post(
            "/jobs/{id}/corrected-list",
            ACTS,
            compare,
            form_about("What a corrected list would change").unaudited().body_max(LIST_MAX),
        )
        .post("/jobs/{id}/corrected-list/send", ACTS, apply, form_about("Send again by a corrected list"))
}

/// The settings of a mailing, ready to make items of rows.
pub(super) struct Settings {
    mailing: Mailing,
    templates: Templates,
}

impl Settings {
    fn of(job: &Job) -> Result<Self> {
        let none = || Problem::conflict(format!("job {} is no mailing: it has no addresses", job.id));
        if job.kind != JobKind::Mail {
            return Err(none());
        }
        let mailing: Mailing = serde_json::from_str(&job.spec).map_err(|_| none())?;
        let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience());
        Ok(Self { templates: templates.map_err(|found| crate::mailings::enqueue::refused(&found))?, mailing })
    }

    /// The row with another address, as a person who corrects it wants it kept.
    fn correction(
        &self,
        (ctx, job): (&Ctx, &Job),
        item: &Item,
        typed: &str,
        by: &str,
        language: Language,
    ) -> Result<Correction, String> {
        let old = row(item);
        let mut new = with_address(&self.templates, &old, typed)
            .map_err(|found| found.iter().map(|one| one.say(language)).collect::<Vec<_>>().join(" "))?;
        if item.state == ItemState::Succeeded {
            // Those of the copy have received it.
            (new.cc, new.bcc) = (Vec::new(), Vec::new());
        }
        let (trace_name, comment) = match self.mailing.language {
            Language::French => ("Adresse corrigée", format!("{} → {typed}, par {by}", item.label)),
            Language::English => ("Address corrected", format!("{} → {typed}, by {by}", item.label)),
        };
        Ok(Correction {
            seq: item.seq,
            attempts: item.attempts,
            state: item.state,
            label: label(new.recipients()),
            ledger_key: Some(ledger_key(&self.mailing, &new)),
            content: content(&self.mailing, &new),
            payload: serde_json::to_string(&new).unwrap_or_default(),
            trace: store::Trace {
                seq: Some(item.seq),
                attempt: item.attempts,
                trace_name: trace_name.to_owned(),
                file_name: new.file_label().unwrap_or_default().to_owned(),
                comment,
                created_by: by.to_owned(),
                ..generic(ctx, job)
            },
        })
    }
}

fn row(item: &Item) -> MailItem {
    serde_json::from_str(&item.payload).unwrap_or_default()
}

/// Of what is corrected, all or nothing.
fn refuse_redirecting(granted: &Granted, job: &Job, item: &Item) -> Result<()> {
    if authority::may_redirect(authority::of(granted), job, &row(item)) {
        return Ok(());
    }
    let detail =
        format!("item {} of job {} carries files of this server: another address is another reader", item.seq, job.id);
    Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).remedy("ask an administrator to correct it"))
}

/// Whether another address lets the item be sent: it was tried, or its address was all that was wrong with it.
pub(super) fn is_correctable(item: &Item) -> bool {
    let verdict = item.verdict.as_ref();
    match item.state {
        ItemState::Failed => {
            item.attempts > 0 || verdict.is_some_and(|verdict| verdict.args.contains_key(NEEDS_ADDRESS))
        }
        ItemState::Succeeded => verdict.is_some(),
        _ => false,
    }
}

/// What a form says of the item that it was made from, so that one that was tried since is not sent again unseen.
pub(super) fn seen(item: &Item) -> String {
    format!("{}/{} {}", item.attempts, item.state, shown_address(item))
}

fn typed_addresses(form: &Form) -> HashMap<i64, String> {
    let mut typed = HashMap::new();
    for (name, value) in form.fields() {
        if let Some(seq) = name.strip_prefix("address-").and_then(|seq| seq.parse().ok()) {
            typed.insert(seq, value.trim().chars().take(ADDRESS_MAX).collect());
        }
    }
    typed
}

/// What the field of an item's address holds before it is corrected.
pub(super) fn shown_address(item: &Item) -> String {
    let refused = item.detail.trim();
    if item.state == ItemState::Succeeded && refused.contains('@') {
        return refused.to_owned();
    }
    let mail: MailItem = serde_json::from_str(&item.payload).unwrap_or_default();
    let is_nameless = [Language::English, Language::French].map(|language| row_label(language, mail.line));
    if is_nameless.contains(&item.label) { String::new() } else { typed_address(&mail, &item.label) }
}

async fn correct(
    State(ctx): State<Ctx>,
    Reader(mut v): Reader,
    Path(id): Path<Uuid>,
    Acting(job): Acting,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let settings = Settings::of(&job)?;
    let typed = typed_addresses(&form);
    let (mut corrections, mut faults, mut changed) = (Vec::new(), HashMap::new(), 0);
    for (seq, typed) in &typed {
        let was = form.text(&format!("was-{seq}"));
        let item = ctx.app.db.item(job.id, *seq).await?;
        let Some(item) = item.filter(|item| is_correctable(item) && seen(item) == was) else {
            // What nobody has typed anything into is nobody's correction.
            changed += u64::from(was.split_once(' ').is_none_or(|(_, address)| address != typed));
            continue;
        };
        if *typed == shown_address(&item) {
            continue;
        }
        refuse_redirecting(&granted, &job, &item)?;
        match settings.correction((&ctx, &job), &item, typed, granted.name(), v.language) {
            Ok(correction) => corrections.push(correction),
            Err(what) => drop(faults.insert(*seq, what)),
        }
    }
    if faults.is_empty() && changed == 0 {
        let wanted = corrections.len() as u64;
        let number = send_again(&ctx, &job, corrections).await?;
        return Ok(said(&v, id, "corrected", number, wanted));
    }
    // What is refused is shown here, where nothing answers to a look. Nothing was sent: all of it, or none.
    v.here = format!("/jobs/{id}/undelivered");
    let found = trouble(&ctx, &job, 0, ROWS).await?;
    let rows = found.rows.into_iter().map(|item| {
        let seq = item.seq;
        let mut row = trouble_row(&v, &job, item);
        if let (Some(address), Some(typed)) = (&mut row.address, typed.get(&seq)) {
            typed.clone_into(address);
        }
        row.fault = faults.remove(&seq);
        row
    });
    let rows = rows.collect();
    let mut head = head(&ctx, &v, &job, &SideQuery::default()).await?;
    head.notice = (changed > 0).then(|| Notice { mood: Mood::Warn, text: v.count("correct-changed", &changed) });
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &UndeliveredPage { v: &v, head, rows, pager: Pager::default() }))
}

async fn send_again(ctx: &Ctx, job: &Job, corrections: Vec<Correction>) -> Result<u64> {
    if corrections.is_empty() {
        return Ok(0);
    }
    let (job, corrected) = ctx.app.db.correct_items(job.id, corrections, ctx.app.clock.now()).await?;
    ctx.changed(&job).await;
    Ok(corrected.len() as u64)
}

/// A list that was brought, kept by its hash.
struct Brought {
    path: PathBuf,
    name: String,
    sha256: String,
}

async fn compare(
    State(ctx): State<Ctx>,
    Reader(mut v): Reader,
    Acting(job): Acting,
    Extension(granted): Extension<Granted>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let mut multipart = multipart.map_err(|error| Problem::malformed(error.body_text()))?;
    let _sending = ctx.app.blobs.begin().await;
    let mut bytes_left = ctx.app.limits.upload_bytes_max;
    v.here = format!("/jobs/{}/undelivered", job.id);
    while let Some(mut field) = multipart.next_field().await.map_err(|error| Problem::malformed(error.body_text()))? {
        let name = field.file_name().unwrap_or_default().to_owned();
        if field.name() != Some("recipients") || name.is_empty() {
            continue;
        }
        let name = if is_plain_name(&name) { name } else { "recipients".to_owned() };
        let blob = uploads::keep(&ctx, &mut field, &mut bytes_left).await?;
        let list = Brought { path: blob.path, name, sha256: blob.sha256 };
        let found = matched(&ctx, &job, &list).await?;
        found.corrected.iter().try_for_each(|(item, ..)| refuse_redirecting(&granted, &job, item))?;
        return Ok(shown(&list_page(&v, &job, &list, found)));
    }
    Err(Problem::invalid(v.t("file-required")))
}

/// What a corrected list says of what was not delivered.
struct CorrectionMatches {
    /// The item and its new address.
    corrected: Vec<(Item, String, u64)>,
    /// Undelivered rows that stand in the list as they were.
    unchanged: u64,
    /// Undelivered rows of which the list says nothing that can be used.
    missing: u64,
    /// Rows of the list of which nobody can say whom they correct: how many, and the first.
    unmatched: u64,
    first_unmatched: Vec<UnmatchedRow>,
}

impl CorrectionMatches {
    fn add_unmatched(&mut self, line: u64, to: String, why: Unmatched) {
        self.unmatched += 1;
        if self.first_unmatched.len() < UNMATCHED_SHOWN {
            self.first_unmatched.push(UnmatchedRow { line, to, why });
        }
    }
}

async fn matched(ctx: &Ctx, job: &Job, list: &Brought) -> Result<CorrectionMatches> {
    let settings = Settings::of(job)?;
    let items = undelivered(ctx, job).await?;
    let mails: Vec<MailItem> =
        items.iter().map(|item| serde_json::from_str(&item.payload).unwrap_or_default()).collect();
    let rows = items.iter().map(|item| item.seq).zip(&mails);
    let mut matcher = Matcher::new(&settings.mailing, &settings.templates, rows);
    add_others(ctx, job, &mut matcher).await?;
    let (path, name) = (list.path.clone(), list.name.clone());
    let read = move || {
        let file = File::open(&path).map_err(|error| Problem::internal(&error))?;
        let how = ReadAs { sheet: None, language: settings.mailing.language };
        let reader = ListReader::read(file, &name, &how).map_err(|found| crate::mailings::enqueue::refused(&found))?;
        if reader.columns() != settings.mailing.columns {
            let detail = format!("{name}: its columns are not those of the list that was sent");
            let columns = settings.mailing.columns.join(", ");
            return Err(Problem::invalid(detail).remedy(format!("keep the columns as they were: {columns}")));
        }
        Ok(compared(reader, &settings.templates, &matcher, items))
    };
    spawn_blocking(read).await.map_err(|error| Problem::internal(&error))?
}

fn compared(reader: ListReader<File>, templates: &Templates, matcher: &Matcher, items: Vec<Item>) -> CorrectionMatches {
    let mut found = CorrectionMatches {
        corrected: Vec::new(),
        unchanged: 0,
        missing: 0,
        unmatched: 0,
        first_unmatched: Vec::new(),
    };
    // `None`: rows that look alike say different things.
    let mut addresses: HashMap<i64, Option<(String, u64)>> = HashMap::new();
    for row in reader {
        let row = match row {
            Ok(row) => row,
            Err(problem) => {
                found.add_unmatched(problem.line.unwrap_or_default(), String::new(), Unmatched::Unreadable);
                continue;
            }
        };
        let to = templates.render_to(&row.values).map(|to| to.trim().to_owned()).unwrap_or_default();
        let seq = match matcher.find(&row, &to) {
            Match::Undelivered(seq) => seq,
            Match::Delivered => continue,
            Match::Several => {
                found.add_unmatched(row.line, to, Unmatched::Several);
                continue;
            }
            Match::Nobody => {
                found.add_unmatched(row.line, to, Unmatched::Nobody);
                continue;
            }
        };
        let said = addresses.entry(seq).or_insert_with(|| Some((to.clone(), row.line)));
        if said.as_ref().is_none_or(|(before, _)| *before != to) {
            if let Some((before, line)) = said.take() {
                found.add_unmatched(line, before, Unmatched::Contradicted);
            }
            found.add_unmatched(row.line, to, Unmatched::Contradicted);
        }
    }
    for item in items {
        match addresses.remove(&item.seq) {
            Some(Some((to, line))) if !to.is_empty() && to != shown_address(&item) => {
                found.corrected.push((item, to, line));
            }
            Some(Some(_)) => found.unchanged += 1,
            _ => found.missing += 1,
        }
    }
    found.first_unmatched.sort_by_key(|row| row.line);
    found
}

/// The rows of the job that the list cannot correct.
async fn add_others(ctx: &Ctx, job: &Job, matcher: &mut Matcher) -> Result<()> {
    let states = [ItemState::Succeeded, ItemState::Queued, ItemState::Running, ItemState::Unknown, ItemState::Skipped];
    let mut filter = ItemFilter { states: states.into(), limit: 1_000, ..ItemFilter::default() };
    loop {
        let page = ctx.app.db.items(job.id, &filter).await?;
        for item in &page.rows {
            matcher.add_other(&serde_json::from_str(&item.payload).unwrap_or_default());
        }
        match page.next {
            Some(next) => filter.after = next,
            None => return Ok(()),
        }
    }
}

async fn undelivered(ctx: &Ctx, job: &Job) -> Result<Vec<Item>> {
    let (mut items, mut after) = (Vec::new(), 0);
    while items.len() < EXAMINED_MAX {
        let filter = ItemFilter { states: vec![ItemState::Failed], after, limit: 1_000, ..ItemFilter::default() };
        let page = ctx.app.db.items(job.id, &filter).await?;
        items.extend(page.rows.into_iter().filter(is_correctable));
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    Ok(items)
}

fn list_page<'a>(v: &'a View, job: &Job, list: &Brought, found: CorrectionMatches) -> CorrectedListPage<'a> {
    let total = found.corrected.len() as u64;
    let row = |(item, to, line): (Item, String, u64)| {
        let fault = mail::address::parse_list(&to).1.first().map(|error| v.spaced(error.what().say(v.language)));
        CorrectionRow { line, before: shown_address(&item), after: to, fault }
    };
    CorrectedListPage {
        v,
        id: job.id.to_string(),
        name: job.name.clone(),
        list: list.name.clone(),
        sha256: list.sha256.clone(),
        total,
        unchanged: found.unchanged,
        missing: found.missing,
        unmatched: found.unmatched,
        first_unmatched: found.first_unmatched,
        rows: found.corrected.into_iter().take(SHOWN).map(row).collect(),
    }
}

async fn apply(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(id): Path<Uuid>,
    Acting(job): Acting,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let (sha256, name) = (form.text("sha256").to_owned(), form.text("list").to_owned());
    let gone = || Problem::conflict("the corrected list is not here any more").remedy("bring it again");
    let path = ctx.app.blobs.path(&sha256).filter(|path| path.is_file()).ok_or_else(gone)?;
    let list = Brought { path, name: if is_plain_name(&name) { name } else { "recipients".into() }, sha256 };
    let found = matched(&ctx, &job, &list).await?;
    let settings = Settings::of(&job)?;
    let (mut corrections, mut wrong) = (Vec::new(), 0);
    for (item, to, _) in &found.corrected {
        refuse_redirecting(&granted, &job, item)?;
        match settings.correction((&ctx, &job), item, to, granted.name(), v.language) {
            Ok(correction) => corrections.push(correction),
            Err(_) => wrong += 1,
        }
    }
    if corrections.is_empty() {
        let shown = list_page(&v, &job, &list, found);
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
    }
    let number = send_again(&ctx, &job, corrections).await?;
    Ok(said(&v, id, "corrected", number, number + wrong))
}
