//! One row, frozen: what is kept in the store from enqueue to the last attempt, and how it becomes a letter.

use crate::{
    address::{AddressError, Mailbox},
    letter::{Attachment, Letter},
    problem::Problem,
    spec::Mailing,
    submitted::Submitted,
    template::Templates,
};
use language::Language;
use model::{Fault, JobId, Timestamp, Verdict};
use serde::{Deserialize, Serialize};

/// The payload of one recipient row. Serialised as JSON, empty lists left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailItem {
    /// Physical line in the recipients' file.
    pub line: u64,
    /// In the order of [`Mailing::columns`].
    pub values: Vec<String>,
    pub to: Vec<Mailbox>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<Mailbox>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<Mailbox>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Set where another program wrote the message: `to` is its envelope then, and there is no row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Submitted>,
}

/// What makes a message this one and no other: fixed at enqueue, the same at every attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub job: JobId,
    /// From 1 within the job.
    pub message: u64,
    pub date: Timestamp,
}

impl MailItem {
    /// The names of the files to attach.
    pub fn file_names(&self) -> String {
        if let Some(submitted) = &self.submitted {
            return submitted.file_name.clone();
        }
        self.attachments.iter().map(|attachment| attachment.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// What the program that wrote the message calls its traces.
    pub(crate) fn trace_name(&self) -> Option<String> {
        self.submitted.as_ref().map(|submitted| submitted.trace_name.clone()).filter(|name| !name.is_empty())
    }

    /// Reads a payload. An object alone: an array, in which serde finds the fields by their order, would be understood by
    /// some readers and not by others.
    ///
    /// # Errors
    /// What of it is wrong, and at which column.
    pub fn parse(payload: &str) -> Result<Self, serde_json::Error> {
        crate::spec::object(payload)
    }

    /// Whether each address can be sent to.
    ///
    /// # Errors
    /// What is wrong with the first that cannot.
    pub fn check_addresses(&self) -> Result<(), AddressError> {
        self.recipients().try_for_each(Mailbox::check)
    }

    /// The file named in traces and logs: the first attachment's.
    pub fn file_label(&self) -> Option<&str> {
        self.attachments.first().map(|attachment| attachment.name.as_str())
    }

    /// Everybody whom this row reaches.
    pub fn recipients(&self) -> impl Iterator<Item = &Mailbox> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }
}

impl Identity {
    /// Without angle brackets: the job, the message's number, and the sender's domain.
    pub fn message_id(&self, from: &Mailbox) -> String {
        format!("{}.{}@{}", self.job.0.simple(), self.message, from.domain())
    }
}

/// The letter for one item, or, in a mailing to groups, for several: then their addresses are hidden recipients and
/// the text is the same for all. A failure is one of content.
pub fn letter(mailing: &Mailing, templates: &Templates, items: &[MailItem], id: Identity) -> Result<Letter, Verdict> {
    let Some(first) = items.first() else {
        return Err(Verdict::permanent("no_recipient", Fault::Content));
    };
    if first.values.len() != mailing.columns.len() {
        return Err(Verdict::permanent("row_mismatch", Fault::Content).with_arg("line", first.line.to_string()));
    }
    let rendered =
        templates.render(&first.values).map_err(|problem| template_fault(&problem, first.line, mailing.language))?;
    let (to, bcc) = if mailing.group.is_some() {
        let hidden = items.iter().flat_map(|item| &item.to).chain(&first.bcc).cloned().collect();
        (Vec::new(), hidden)
    } else {
        (first.to.clone(), first.bcc.clone())
    };
    Ok(Letter {
        from: mailing.from.clone(),
        reply_to: mailing.reply_to.clone(),
        to,
        cc: first.cc.clone(),
        bcc,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        attachments: first.attachments.clone(),
        message_id: id.message_id(&mailing.from),
        date: id.date,
        list_unsubscribe: rendered.list_unsubscribe.filter(|value| !value.is_empty()),
        written: None,
        further_fields: if mailing.is_automatic { automatic_fields() } else { Vec::new() },
    })
}

/// So that no machine answers (RFC 3834; the second is Exchange's).
fn automatic_fields() -> Vec<(&'static str, String)> {
    vec![("Auto-Submitted", "auto-generated".to_owned()), ("X-Auto-Response-Suppress", "All".to_owned())]
}

fn template_fault(problem: &Problem, line: u64, language: Language) -> Verdict {
    Verdict::permanent("template_failed", Fault::Content)
        .with_arg("template", &*problem.file)
        .with_arg("what", problem.what.say(language))
        .with_arg("line", line.to_string())
}
/// The addresses, as lists show them.
pub fn label<'a>(recipients: impl Iterator<Item = &'a Mailbox>) -> String {
    recipients.map(|mailbox| mailbox.address.as_str()).collect::<Vec<_>>().join(", ")
}
