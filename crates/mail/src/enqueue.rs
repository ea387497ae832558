//! From a checked row to an item of a job, and what makes it the same as one of another list.

use crate::{
    item::{MailItem, label},
    preflight::WrongRow,
    spec::Mailing,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use language::Language;
use model::{Clock, Fault, ItemState, JobKind, Rng, TraceId, Verdict};
use ring::digest::{SHA256, digest};
use store::{Db, Job, NewItem, Trace};

/// Items stored in one transaction.
pub const BATCH: usize = 1_000;
/// The argument of the verdict of a row that needs another address and nothing else.
pub const NEEDS_ADDRESS: &str = "needs_address";

/// The arguments of the verdict of a wrong row that say what is wrong, for readers of either language.
const SAID: [(&str, Language); 2] = [("said_en", Language::English), ("said_fr", Language::French)];

/// What the other side said of an item, to the letter; of a row that was wrong, what is wrong, in the reader's language.
pub fn said_of(verdict: &Verdict, language: Language) -> &str {
    let told = SAID.iter().find(|(_, known)| *known == language).and_then(|(argument, _)| verdict.args.get(*argument));
    told.unwrap_or(&verdict.reply)
}

/// The item of a job that a good row becomes. `seq` counts the job's items from 1; the rows of one group share a
/// message number.
pub fn new_item(mailing: &Mailing, row: &MailItem, seq: i64) -> NewItem {
    NewItem {
        seq,
        message_no: message_no(mailing, seq),
        ledger_key: Some(ledger_key(mailing, row)),
        content: content(mailing, row),
        label: label(row.recipients()),
        payload: serde_json::to_string(row).unwrap_or_default(),
        verdict: None,
    }
}

/// The item of a row that cannot be sent, kept so that it is counted and listed with what was not delivered.
pub fn invalid_item(mailing: &Mailing, wrong: &WrongRow, seq: i64) -> NewItem {
    let problems = &wrong.problems;
    let said = problems.iter().map(|problem| problem.say(mailing.language)).collect::<Vec<_>>().join("\n");
    let line = problems.first().and_then(|problem| problem.line).unwrap_or(0);
    let mut verdict =
        Verdict::permanent("invalid_row", Fault::Content).with_arg("line", line.to_string()).with_reply(said);
    for (argument, language) in SAID {
        let said = problems.iter().map(|problem| problem.say(language)).collect::<Vec<_>>().join("\n");
        verdict = verdict.with_arg(argument, said);
    }
    if wrong.needs_address_only() {
        verdict = verdict.with_arg(NEEDS_ADDRESS, "true");
    }
    let item = wrong.item.clone().unwrap_or_else(|| Box::new(MailItem { line, ..MailItem::default() }));
    NewItem {
        seq,
        message_no: message_no(mailing, seq),
        ledger_key: None,
        content: String::new(),
        label: wrong.address.clone().unwrap_or_else(|| row_label(mailing.language, line)),
        payload: serde_json::to_string(&item).unwrap_or_default(),
        verdict: Some(verdict),
    }
}

/// What a row without an address is called: `line 6`.
#[must_use]
pub fn row_label(language: Language, line: u64) -> String {
    match language {
        Language::French => format!("ligne {line}"),
        Language::English => format!("line {line}"),
    }
}

/// The chosen key columns; without any, the addresses and the files.
pub fn ledger_key(mailing: &Mailing, row: &MailItem) -> String {
    mailing.key_of(&row.values).unwrap_or_else(|| {
        let addresses = row.recipients().map(|mailbox| mailbox.address.as_str());
        let files = row.attachments.iter().map(|attachment| attachment.name.as_str());
        addresses.chain(files).collect::<Vec<_>>().join("\u{1f}")
    })
}

/// A digest, 22 characters long, of what the row says: the cells that the templates use, and the names of its files.
/// Not of the templates themselves: a letter whose wording was corrected is still the same letter.
pub fn content(mailing: &Mailing, row: &MailItem) -> String {
    let all: Vec<usize> = if mailing.content.is_empty() { (0..row.values.len()).collect() } else { Vec::new() };
    let places = if all.is_empty() { &mailing.content } else { &all };
    let cells = places.iter().map(|place| row.values.get(*place).map_or("", |cell| cell.trim()));
    let files = row.attachments.iter().map(|attachment| attachment.name.as_str());
    let text = cells.chain(files).collect::<Vec<_>>().join("\u{1f}");
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, text.as_bytes()).as_ref()[..16])
}

fn message_no(mailing: &Mailing, seq: i64) -> i64 {
    (seq - 1) / i64::from(mailing.group.unwrap_or(1).max(1)) + 1
}

/// Stores a batch of items of a job, of any kind; what is known to be wrong leaves an error trace. With a `ledger`, what was
/// sent under that name is skipped. Returns how many were taken, and how many of those were skipped.
///
/// # Errors
/// When the store says no.
pub async fn enqueue(
    db: &Db,
    clock: &Clock,
    rng: &Rng,
    job: &Job,
    batch: Vec<NewItem>,
    ledger: Option<String>,
) -> store::Result<(u64, u64)> {
    let count = batch.len() as u64;
    let mut mailing: Option<Mailing> =
        (job.kind == JobKind::Mail).then(|| serde_json::from_str(&job.spec).ok()).flatten();
    if let (Some(mailing), Some(account)) = (&mut mailing, job.account)
        && batch.iter().any(|item| item.verdict.is_some())
        && let Some(account) = db.account(account).await?
    {
        mailing.trace = std::mem::take(&mut mailing.trace).by(&account.url);
    }
    let wrong = batch.iter().filter(|item| item.verdict.is_some());
    let trace = |item| refusal(job, mailing.as_ref(), item, Trace::of(job, TraceId::new(clock, rng), clock.now()));
    let traces: Vec<Trace> = wrong.map(trace).collect();
    let skipped = db.enqueue(job.id, batch, ledger, clock.now()).await?;
    if !traces.is_empty() {
        db.insert_traces(traces).await?;
    }
    Ok((count, skipped))
}

fn refusal(job: &Job, mailing: Option<&Mailing>, item: &NewItem, trace: Trace) -> Trace {
    let said = item
        .verdict
        .as_ref()
        .map(|verdict| if verdict.reply.is_empty() { verdict.code.clone() } else { verdict.reply.clone() });
    let said = said.unwrap_or_default();
    let (trace_name, comment) = match mailing {
        Some(mailing) => (mailing.trace.error.clone(), mailing.trace.failure_comment(&item.label, &said)),
        None => (format!("{} error", job.kind), format!("{}: {said}", item.label)),
    };
    let row = mailing.and_then(|_| MailItem::parse(&item.payload).ok());
    Trace {
        seq: Some(item.seq),
        outcome: Some(ItemState::Failed),
        trace_name,
        file_name: row.map(|row| row.file_names()).unwrap_or_default(),
        comment,
        errors: true,
        verdict: item.verdict.clone(),
        ..trace
    }
}
