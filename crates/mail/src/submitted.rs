//! Messages that other programs wrote and handed over: they travel as they are, under the envelope that came with them.

use crate::{
    address::Mailbox,
    item::{MailItem, label},
    letter::Letter,
    run_log::{Emojis, Form},
    spec::{LogStyle, Mailing, OnInvalid, OnNoFile, TraceNames},
    template::{Sources, Template},
};
use bytes::Bytes;
use language::Language;
use model::{Clock, Fault, JobId, JobState, OnUnknown, Retry, Rng, Timestamp, TraceId, Verdict};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, path::Path, time::Duration};
use store::{Db, Intake, Job, NewJob, NewSubmission, SubmittedContent};
use uuid::Uuid;

/// How soon a message is looked for again whose blob is not there: another process may have another folder.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What an item knows of its message, beside its recipients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Under which the store has its content; the queue id that was told to the program.
    pub id: Uuid,
    /// The sender of the envelope; empty for a notice (RFC 5321, 4.5.5).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    pub subject: String,
    /// Without angle brackets.
    pub message_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trace_name: String,
}

/// What a job of such messages is called and counted under.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    pub name: &'a str,
    pub application: &'a str,
    pub flow: &'a str,
    pub created_by: &'a str,
    /// Of the first message.
    pub from: &'a str,
}

impl Group<'_> {
    /// The settings of the job, as JSON.
    pub fn spec(&self) -> String {
        let own = |text: &str| text.to_owned();
        let part = |source: &str| Template { name: "-".to_owned(), source: source.to_owned() };
        let from = self.from.parse::<Mailbox>().ok().filter(|mailbox| mailbox.check().is_ok());
        let nobody = || Mailbox { name: None, address: "postmaster@localhost".to_owned() };
        let mailing = Mailing {
            name: own(self.name),
            application_name: own(self.application),
            flow_name: own(self.flow),
            created_by: own(self.created_by),
            from: from.unwrap_or_else(nobody),
            reply_to: None,
            templates: Sources {
                to: part("-"),
                cc: None,
                bcc: None,
                subject: part(""),
                text: Some(part("-")),
                html: None,
                attach: Vec::new(),
                list_unsubscribe: None,
            },
            columns: Vec::new(),
            group: None,
            key: Vec::new(),
            content: Vec::new(),
            list: None,
            on_invalid: OnInvalid::Skip,
            on_unknown: OnUnknown::Hold,
            on_no_file: OnNoFile::Send,
            language: Language::French,
            trace: TraceNames { success: "Send mail".into(), error: "Send mail ERROR".into(), ..TraceNames::default() },
            log: LogStyle { form: Form::default(), emojis: Emojis::default() },
            conditions: Vec::new(),
            dkim: None,
            is_automatic: false,
        };
        serde_json::to_string(&mailing).unwrap_or_default()
    }
}

impl Submitted {
    /// The items of a message, one for each of its recipients, however often that one is named: the id of each, its label and its
    /// payload. The first has the id of the message.
    pub fn items(self, recipients: &[String], new_id: impl Fn() -> Uuid) -> Vec<(Uuid, String, String)> {
        let mut seen = HashSet::new();
        let recipients = recipients.iter().filter(|address| seen.insert(address.as_str()));
        let item = |(place, address): (usize, &String)| {
            let id = if place == 0 { self.id } else { new_id() };
            let to = vec![Mailbox { name: None, address: address.clone() }];
            let item = MailItem { to, submitted: Some(Self { id, ..self.clone() }), ..MailItem::default() };
            (id, label(item.recipients()), serde_json::to_string(&item).unwrap_or_default())
        };
        recipients.enumerate().map(item).collect()
    }

    pub(crate) fn letter(&self, row: &MailItem, written: Bytes, date: Timestamp) -> Letter {
        Letter {
            from: Mailbox { name: None, address: self.from.clone() },
            reply_to: None,
            to: row.to.clone(),
            cc: row.cc.clone(),
            bcc: row.bcc.clone(),
            subject: self.subject.clone(),
            text: None,
            html: None,
            attachments: Vec::new(),
            message_id: self.message_id.clone(),
            date,
            list_unsubscribe: None,
            written: Some(written),
            further_fields: Vec::new(),
        }
    }
}

/// The bytes of a message.
///
/// # Errors
/// A verdict: they were let go of, or cannot be read now.
pub async fn content(db: &Db, blobs: &Path, submitted: &Submitted) -> Result<Bytes, Verdict> {
    let later = |why: String| {
        Verdict::new("message_unreadable", Fault::Server, Retry::After { wait: LOOK_AGAIN }).with_arg("error", why)
    };
    match db.submitted_content(submitted.id).await {
        Ok(Some(SubmittedContent::Here(bytes))) => Ok(bytes.into()),
        Ok(Some(SubmittedContent::Blob(sha256))) => {
            let read = tokio::fs::read(blobs.join(&sha256)).await;
            read.map(Bytes::from).map_err(|error| later(error.to_string()))
        }
        Ok(Some(SubmittedContent::Gone) | None) => Err(Verdict::permanent("message_gone", Fault::Content)),
        Err(error) => Err(later(error.to_string())),
    }
}

/// A message that is to be sent once more.
#[derive(Clone, Debug)]
pub struct Again {
    /// The job that it belongs to.
    pub job: Job,
    pub submitted: Submitted,
    pub size: u64,
    /// Who gets it this time.
    pub to: Vec<String>,
}

/// Puts a message into its job once more, for each recipient by itself, or into a new one where that one takes nothing any
/// more. `None` where its content was let go of.
///
/// # Errors
/// Where the store cannot be asked or written to.
pub async fn send_again(
    db: &Db,
    clock: &Clock,
    rng: &Rng,
    again: Again,
) -> Result<Option<store::Submitted>, store::Error> {
    let Again { job, submitted, size, to } = again;
    let content = match db.submitted_content(submitted.id).await? {
        None | Some(SubmittedContent::Gone) => return Ok(None),
        Some(content) => content,
    };
    let new_id = || TraceId::new(clock, rng).0;
    let message = |(id, label, payload)| NewSubmission {
        id,
        idempotency_key: None,
        label,
        payload,
        size,
        content: content.clone(),
    };
    let items = Submitted { id: new_id(), ..submitted }.items(&to, new_id);
    let messages = items.into_iter().map(message).collect();
    let now = clock.now();
    let key = format!("again\u{1f}{}", job.id);
    let spare = JobId(TraceId::new(clock, rng).0);
    // Nothing more is waited for: what the job had to wait for it waits for by itself.
    let intake = Intake { key, job: like(job), spare, open_until: now, messages };
    Ok(db.submit(vec![intake], now).await?.pop().and_then(|kept| kept.into_iter().next()))
}

/// What a job was made with.
fn like(job: Job) -> NewJob {
    NewJob {
        id: job.id,
        kind: job.kind,
        name: job.name,
        on_unknown: job.on_unknown,
        account: job.account,
        application_name: job.application_name,
        flow_name: job.flow_name,
        created_by: job.created_by,
        task_type: job.task_type,
        task_id: job.task_id,
        spec: job.spec,
        limits: job.limits,
        state: JobState::Pending,
        total: 0,
        ledger: job.ledger,
        authority: job.authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Templates;

    #[test]
    fn a_job_of_messages_can_be_opened() {
        for from in ["compta@exemple.fr", "", "root"] {
            let group = Group { name: "Factures", application: "heron", flow: "send_mail", created_by: "ana", from };
            let mailing = Mailing::parse(&group.spec()).unwrap();
            Templates::compile(&mailing.templates, &mailing.columns, mailing.audience()).unwrap();
        }
    }
}
