//! A letter that Vigie has written itself, a report for instance, as a job: each address is an item, and gets a message of its own.
//! What it says stands in the items as values: no text of foreign origin is ever read as a template.

use crate::{
    address::{AddressError, Mailbox},
    enqueue::enqueue,
    item::{MailItem, label},
    mailing::{Mailings, Result},
    spec::{LogStyle, Mailing, OnInvalid, OnNoFile, TraceNames},
    template::{Sources, Template},
};
use language::Language;
use model::{Authority, JobId, JobKind, JobState, OnUnknown, pace::Limits};
use store::{Account, Created, Job, LedgerMatch, NewItem, NewJob};
use url::Url;

/// What the items hold, in this order.
const COLUMNS: [&str; 3] = ["subject", "text", "html"];

/// A letter to a few people.
#[derive(Clone, Debug)]
pub struct Posted<'a> {
    /// What the job is called.
    pub name: &'a str,
    pub created_by: &'a str,
    /// What made it: `schedule`, with the id of the schedule, for instance.
    pub task: (&'a str, &'a str),
    pub from: Mailbox,
    pub to: Vec<Mailbox>,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub language: Language,
}

/// The address with which an account logs in, where it is one: from which its own letters may come.
pub fn sender_of(account: &Account) -> Option<Mailbox> {
    let url = Url::parse(&account.url).ok()?;
    let user = percent_encoding::percent_decode_str(url.username()).decode_utf8().ok()?;
    let address = match (url.scheme(), url.host_str()) {
        ("gmail", Some(domain)) => format!("{user}@{domain}"),
        _ => user.into_owned(),
    };
    address.parse().ok()
}

/// Addresses as people write them.
///
/// # Errors
/// The first that is none.
pub fn addresses<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<Mailbox>, AddressError> {
    texts.into_iter().map(str::parse).collect()
}

impl Posted<'_> {
    fn mailing(&self) -> Mailing {
        let cell = |place: usize, printed: &str| Template {
            name: COLUMNS[place].to_owned(),
            source: format!("{{{{ {}{printed} }}}}", COLUMNS[place]),
        };
        let own = |text: &str| text.to_owned();
        Mailing {
            name: own(self.name),
            application_name: own("vigie"),
            flow_name: own("report"),
            created_by: own(self.created_by),
            from: self.from.clone(),
            reply_to: None,
            templates: Sources {
                to: Template { name: own("to"), source: own("-") },
                cc: None,
                bcc: None,
                subject: cell(0, ""),
                text: Some(cell(1, "")),
                html: Some(cell(2, "|safe")),
                attach: Vec::new(),
                list_unsubscribe: None,
            },
            columns: COLUMNS.map(own).to_vec(),
            group: None,
            key: Vec::new(),
            content: Vec::new(),
            list: None,
            on_invalid: OnInvalid::Skip,
            on_unknown: OnUnknown::Repeat,
            on_no_file: OnNoFile::Send,
            language: self.language,
            trace: TraceNames { success: own("Send report"), error: own("Send report ERROR"), ..TraceNames::default() },
            log: LogStyle::default(),
            conditions: Vec::new(),
            dkim: None,
            is_automatic: true,
        }
    }

    fn items(&self) -> Vec<NewItem> {
        let items = self.to.iter().zip(1..).map(|(to, seq)| {
            let row = MailItem {
                values: vec![self.subject.clone(), self.text.clone(), self.html.clone()],
                to: vec![to.clone()],
                ..MailItem::default()
            };
            NewItem {
                seq,
                message_no: seq,
                ledger_key: None,
                content: String::new(),
                label: label(row.recipients()),
                payload: serde_json::to_string(&row).unwrap_or_default(),
                verdict: None,
            }
        });
        items.collect()
    }
}

impl Mailings {
    /// Makes the job and sets it going. Asked again with the same id, it is the job that there is.
    ///
    /// # Errors
    /// When the store says no.
    pub async fn post(&self, id: JobId, posted: &Posted<'_>, account: &Account) -> Result<Job> {
        let mailing = posted.mailing();
        let new = NewJob {
            id,
            kind: JobKind::Report,
            name: mailing.name.clone(),
            on_unknown: mailing.on_unknown,
            account: Some(account.id),
            application_name: mailing.application_name.clone(),
            flow_name: mailing.flow_name.clone(),
            created_by: mailing.created_by.clone(),
            task_type: posted.task.0.to_owned(),
            task_id: posted.task.1.to_owned(),
            spec: serde_json::to_string(&mailing).map_err(crate::mailing::internal)?,
            limits: Limits::default(),
            state: JobState::Preparing,
            total: 0,
            ledger: LedgerMatch::None,
            authority: Authority::Write,
        };
        let job = match self.db.create_job(new, self.clock.now()).await? {
            Created::New(job) | Created::Existing(job) | Created::NameTaken(job) => job,
        };
        if job.state != JobState::Preparing {
            return Ok(job);
        }
        // One batch: all of them are there, or none.
        if job.counters.total == 0 {
            enqueue(&self.db, &self.clock, &self.rng, &job, posted.items(), None).await?;
        }
        Ok(self.db.finish_preparing(job.id, self.clock.now()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        item::{Identity, letter},
        template::Templates,
    };
    use model::Timestamp;

    #[test]
    fn what_a_letter_says_is_no_template() {
        let posted = Posted {
            name: "Report",
            created_by: "ana",
            task: ("schedule", "x"),
            from: "vigie@exemple.fr".parse().unwrap(),
            to: addresses(["a@exemple.fr", "Zoé <z@exemple.fr>"]).unwrap(),
            subject: "{{ 7 * 7 }} errors & more".to_owned(),
            text: "550 <{% raw %}>".to_owned(),
            html: "<p>550 &lt;{{ x }}&gt;</p>".to_owned(),
            language: Language::French,
        };
        let mailing = posted.mailing();
        let read = Mailing::parse(&serde_json::to_string(&mailing).unwrap()).unwrap();
        let templates = Templates::compile(&read.templates, &read.columns, read.audience()).unwrap();
        for item in posted.items() {
            let row = MailItem::parse(&item.payload).unwrap();
            let id = Identity { job: JobId(uuid::Uuid::nil()), message: 1, date: Timestamp::EPOCH };
            let letter = letter(&read, &templates, &[row], id).unwrap();
            assert_eq!(letter.subject, posted.subject);
            assert_eq!((letter.text, letter.html), (Some(posted.text.clone()), Some(posted.html.clone())));
            assert_eq!(letter.to.len(), 1);
            let fields: Vec<_> = letter.further_fields.iter().map(|(name, _)| *name).collect();
            assert_eq!(fields, ["Auto-Submitted", "X-Auto-Response-Suppress"]);
        }
        assert!(addresses(["a@exemple.fr", "b"]).is_err());
    }

    #[test]
    fn an_account_is_its_own_sender_where_its_user_is_an_address() {
        let of = |url: &str| {
            sender_of(&Account {
                id: model::AccountId(uuid::Uuid::nil()),
                name: "compta".to_owned(),
                url: url.to_owned(),
                secret: None,
                limits: Limits::default(),
                pause: None,
            })
        };
        assert_eq!(of("smtp://compta%40exemple.fr@mail.exemple.fr:587").unwrap().address, "compta@exemple.fr");
        assert_eq!(of("gmail://compta@exemple.fr?mode=send").unwrap().address, "compta@exemple.fr");
        assert!(of("smtp://compta@mail.exemple.fr").is_none() && of("smtp://127.0.0.1:2525").is_none());
    }
}
