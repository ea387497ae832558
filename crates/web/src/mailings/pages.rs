//! A new mailing, step by step: recipients, files, message, check. What was typed is kept as a draft.

use crate::layout::{
    parts::{Choice, Faults, Notice, Pager},
    view::View,
};
use askama::Template;
use mail::spec::OnInvalid;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::LedgerMatch;

/// Where a mailing begins: with its list, or with what was begun before.
#[derive(Template)]
#[template(path = "mailings/new.html")]
pub(crate) struct NewMailingPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) drafts: Vec<DraftRow>,
    pub(crate) accounts: Accounts,
    pub(crate) problems: Vec<ProblemRow>,
    pub(crate) faults: Faults,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accounts {
    Some,
    /// Nothing can be sent yet.
    None,
}

/// The mailings that the reader has begun and not sent.
#[derive(Template)]
#[template(path = "mailings/drafts.html")]
pub(crate) struct DraftsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<DraftRow>,
}

#[derive(Clone, Debug)]
pub(crate) struct DraftRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) rows: u64,
    pub(crate) updated_at: Timestamp,
}

#[derive(Template)]
#[template(path = "mailings/recipients.html")]
pub(crate) struct RecipientsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) steps: Steps,
    pub(crate) list: Option<ListShown>,
    pub(crate) problems: Vec<ProblemRow>,
    pub(crate) faults: Faults,
}

/// What the file of recipients turned out to be.
#[derive(Clone, Debug)]
pub(crate) struct ListShown {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) rows: u64,
    /// Rows that cannot be read.
    pub(crate) broken: u64,
    /// Whom the message would go to, where that is one column.
    pub(crate) reached: Option<Reached>,
    /// As `UTF-8, separated by ;`, in words.
    pub(crate) form: String,
    /// Sheets of a workbook, with whether each is the one that was read.
    pub(crate) sheets: Vec<(String, bool)>,
    pub(crate) columns: Vec<String>,
    /// The first rows, cell by cell.
    pub(crate) first: Vec<Vec<String>>,
}

/// The addresses of the column that the message goes to.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    pub(crate) column: String,
    pub(crate) recipients: u64,
    /// Rows without a valid address there.
    pub(crate) without: u64,
}

#[derive(Template)]
#[template(path = "mailings/files.html")]
pub(crate) struct FilesPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) steps: Steps,
    /// The first of them, by name.
    pub(crate) files: Vec<FileRow>,
    pub(crate) count: u64,
    pub(crate) bytes: u64,
    pub(crate) faults: Faults,
}

#[derive(Clone, Debug)]
pub(crate) struct FileRow {
    pub(crate) name: String,
    pub(crate) size: u64,
}

impl FilesPage<'_> {
    fn more(&self) -> u64 {
        self.count.saturating_sub(self.files.len() as u64)
    }
}

#[derive(Template)]
#[template(path = "mailings/message.html")]
pub(crate) struct MessagePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) steps: Steps,
    pub(crate) form: MessageForm,
    pub(crate) accounts: Vec<Choice>,
    /// The headings, as they stand in templates.
    pub(crate) columns: Vec<String>,
    /// Of the earlier mailing that this one was begun from.
    pub(crate) conditions: Vec<String>,
    pub(crate) files: u64,
    pub(crate) faults: Faults,
    /// Lines of templates with a caret under what is wrong, by field.
    pub(crate) carets: Vec<(&'static str, String)>,
    pub(crate) preview: Preview,
}

impl MessagePage<'_> {
    fn caret(&self, field: &str) -> Option<&str> {
        self.carets.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }

    fn is_key(&self, column: &str) -> bool {
        self.form.key.iter().any(|key| key == column)
    }
}

/// As typed. Field names are those of the form, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MessageForm {
    pub(crate) account: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) cc: String,
    pub(crate) bcc: String,
    pub(crate) reply_to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) attach: String,
    pub(crate) name: String,
    pub(crate) key: Vec<String>,
    pub(crate) on_invalid: OnInvalid,
    /// Only rows whose `column` has that `value`; all of them without a column.
    pub(crate) column: String,
    pub(crate) value: String,
}

impl MessageForm {
    fn skips(&self) -> bool {
        self.on_invalid == OnInvalid::Skip
    }

    fn attaches_several(&self) -> bool {
        self.attach.contains('\n')
    }

    fn has_more_addresses(&self) -> bool {
        [&self.cc, &self.bcc, &self.reply_to].into_iter().any(|field| !field.is_empty())
    }
}

/// One message as its recipient would see it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preview {
    /// The draft.
    pub(crate) id: String,
    /// The page that the links to other rows lead to: `message` or `check`.
    pub(crate) on: &'static str,
    /// From 1.
    pub(crate) row: u64,
    /// The rows before and behind it, where there are any.
    pub(crate) previous: Option<u64>,
    pub(crate) next: Option<u64>,
    pub(crate) of: PreviewOf,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum PreviewOf {
    /// There is no such row, or the message is not written yet.
    #[default]
    Nothing,
    Letter(Box<LetterShown>),
    /// The row cannot be sent, or the templates cannot be filled in.
    Problems(Vec<ProblemRow>),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct LetterShown {
    /// Label and value of each header.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) attachments: Vec<FileRow>,
    pub(crate) text: Option<String>,
    pub(crate) has_html: bool,
}

/// The preview alone, for a page that is being typed in.
#[derive(Template)]
#[template(path = "mailings/preview.html")]
pub(crate) struct PreviewPart<'a> {
    pub(crate) v: &'a View,
    pub(crate) preview: Preview,
}

#[derive(Template)]
#[template(path = "mailings/check.html")]
pub(crate) struct CheckPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) steps: Steps,
    pub(crate) found: CheckSummary,
    pub(crate) before: Before,
    pub(crate) problems: Vec<ProblemRow>,
    pub(crate) pager: Pager,
    pub(crate) preview: Preview,
    /// The address of the test, as typed.
    pub(crate) test_to: String,
    /// The day and the time of `send at`, as typed.
    pub(crate) date: String,
    pub(crate) time: String,
    pub(crate) faults: Faults,
    pub(crate) notice: Option<Notice>,
}

/// What was sent of the list before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    /// To be answered before anything is sent.
    pub(crate) question: Option<Question>,
    /// The mailing of which this is the rest.
    pub(crate) completes: Option<String>,
    /// Rows that received it already.
    pub(crate) left_out: u64,
    /// The first of those that are left out.
    pub(crate) listed: Vec<ReceivedShown>,
    /// The first of those that will receive it, and whether all that are known are asked for.
    pub(crate) waiting: Vec<WaitingShown>,
    pub(crate) listing: Listing,
    /// Rows that can be sent, and those of them that will be.
    pub(crate) rows: u64,
    pub(crate) to_send: u64,
    /// The columns that tell rows apart, in words; empty: addresses and files.
    pub(crate) key: String,
    /// Whatever the contents.
    pub(crate) by_key: bool,
}

impl Before {
    /// Those that are not shown.
    fn more(&self) -> u64 {
        self.to_send.saturating_sub(self.waiting.len() as u64)
    }

    fn lists_all(&self) -> bool {
        self.listing == Listing::All
    }

    fn told_by(&self, v: &View) -> String {
        if self.key.is_empty() { v.t("before-key-default") } else { self.key.clone() }
    }

    pub(crate) fn ledger(&self) -> LedgerMatch {
        if self.by_key { LedgerMatch::Key } else { LedgerMatch::KeyAndContent }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// A new mailing, or the rest of that one?
    NewOrRest(EarlierShown),
    /// So many have received it with other contents: are they sent these?
    ChangedRows(u64),
}

#[derive(Clone, Debug)]
pub(crate) struct EarlierShown {
    pub(crate) name: String,
    /// Rows of this list that it has reached, and those of them that had other contents.
    pub(crate) received: u64,
    pub(crate) changed: u64,
    pub(crate) sent_at: Timestamp,
}

/// How many of those that will receive it are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Listing {
    #[default]
    First,
    All,
}

#[derive(Clone, Debug)]
pub(crate) struct WaitingShown {
    pub(crate) line: u64,
    pub(crate) label: String,
    pub(crate) changed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct ReceivedShown {
    pub(crate) line: u64,
    pub(crate) label: String,
    pub(crate) same: bool,
    pub(crate) uncertain: bool,
    pub(crate) sent_at: Timestamp,
}

/// What the look at every row came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct CheckSummary {
    pub(crate) messages: u64,
    pub(crate) recipients: u64,
    pub(crate) bytes: u64,
    pub(crate) errors: u64,
    pub(crate) warnings: u64,
    /// Rows that cannot be sent.
    pub(crate) bad: u64,
    pub(crate) on_invalid: OnInvalid,
    /// By which account, and how long it takes.
    pub(crate) account: String,
    pub(crate) eta: String,
    /// Whether it may be sent as it is.
    pub(crate) leaves: bool,
    /// Rows may be unread: none is left out unseen.
    pub(crate) incomplete: bool,
    /// Why nothing leaves by the account, where it is paused.
    pub(crate) pause: Option<String>,
}

impl CheckSummary {
    fn skips(&self) -> bool {
        self.on_invalid == OnInvalid::Skip
    }

    /// Whether leaving rows out would help.
    fn may_skip(&self) -> bool {
        !self.skips() && !self.incomplete && self.bad > 0 && self.messages > 0
    }
}

/// Something that is wrong, and where that can be put right.
#[derive(Clone, Debug)]
pub(crate) struct ProblemRow {
    /// `fatal` or `mild`.
    pub(crate) weight: Weight,
    pub(crate) place: String,
    pub(crate) what: String,
    pub(crate) remedy: String,
    /// The line of a template, with a caret.
    pub(crate) caret: String,
    pub(crate) fix: Option<Fix>,
}

/// Where a problem can be put right, and the identifier of what is done there.
#[derive(Clone, Debug)]
pub(crate) struct Fix {
    pub(crate) address: String,
    pub(crate) word: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Fatal,
    Mild,
}

impl Weight {
    fn class(&self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Mild => "mild",
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Fatal => "failed",
            Self::Mild => "warn",
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Fatal => "problem-fatal",
            Self::Mild => "problem-mild",
        }
    }
}

/// The way through the steps: which is shown, and which can be gone to.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    /// The draft.
    pub(crate) id: String,
    pub(crate) at: WizardStep,
    /// The furthest that makes sense by now.
    pub(crate) reach: WizardStep,
    pub(crate) name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum WizardStep {
    Recipients,
    Files,
    Message,
    Check,
}

impl Steps {
    const ALL: [WizardStep; 4] = [WizardStep::Recipients, WizardStep::Files, WizardStep::Message, WizardStep::Check];

    fn class(&self, step: &WizardStep) -> &'static str {
        if *step < self.at && *step <= self.reach { "done" } else { "" }
    }

    fn is_at(&self, step: &WizardStep) -> bool {
        *step == self.at
    }

    fn leads_to(&self, step: &WizardStep) -> bool {
        *step <= self.reach && *step != self.at
    }
}

impl WizardStep {
    fn word(&self) -> &'static str {
        match self {
            Self::Recipients => "step-recipients",
            Self::Files => "step-files",
            Self::Message => "step-message",
            Self::Check => "step-check",
        }
    }

    pub(crate) fn path(&self) -> &'static str {
        match self {
            Self::Recipients => "recipients",
            Self::Files => "files",
            Self::Message => "message",
            Self::Check => "check",
        }
    }
}
