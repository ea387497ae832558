//! The story of a mailing run, as text.
//!
//! The engine writes one [`Event`] per thing that happened into the job's run log (as a code and fields, so that it can
//! be read back), and [`render`] turns an event into lines in the reader's language, zone and [`Form`]. Pure functions:
//! nothing here reads a clock or a file.
//!
//! The French lines are those that existing monitoring greps for: `envoyé avec succès` counts what was sent, and
//! `error|erreur`, in any case, what was not. So no line about a success contains either of the latter words, unless a
//! file name or an address does.

mod blocks;
mod compact;
mod lines;
#[cfg(test)]
mod tests;
mod words;

pub use lines::message;
pub use words::{Gender, Noun};

pub use language::Language;

use indexmap::IndexMap;
use jiff::tz::TimeZone;
use model::{Counters, Level, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A progress block is due each time that this many more items are settled.
pub const PROGRESS_EVERY: u64 = 10;

/// Something that happened to a mailing run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Started(Started),
    Item(Item),
    Progress(Progress),
    Paused(Paused),
    Lost(Lost),
    Resumed(Resumed),
    Retry(Retry),
    Finished(Finished),
}

/// Who runs what, as every line that names the run says it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    pub job_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    pub run: Run,
    pub total: u64,
    pub noun: Noun,
    pub route: Route,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What the rows were narrowed to, in the order shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selection: Vec<Selection>,
    pub filter: LogFilter,
    /// The subject of the template.
    pub subject: String,
}

/// By which way the letters leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    Smtp,
    GmailApi,
    /// A rehearsal: nothing leaves.
    Memory,
}

/// One column by which rows may be chosen, and the value it was narrowed to; `None` shows as "all".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    pub column: Column,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
}

/// A column with a heading of its own, or any other by its name in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    Cct,
    Period,
    Named(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFilter {
    /// Every row that earlier runs of the same name have not sent.
    Unsent,
    All,
    /// As the user wrote it.
    Where(String),
}

/// One item is settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// From 1.
    pub n: u64,
    pub total: u64,
    #[serde(flatten)]
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    pub recipients: Vec<String>,
    /// Columns worth showing with the item, as `CCT` → `CCT001`, in the order shown.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, String>,
    pub duration_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    Sent {
        /// What names the message over there: the Gmail id, or the Message-ID.
        reference: String,
        /// Addresses of the item that were refused while others were accepted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<String>,
    },
    Failed {
        error: String,
    },
    /// It may or may not have left.
    Unknown {
        error: String,
    },
    Skipped {
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub counters: Counters,
    /// Items a second over the recent past.
    pub rate: f64,
    /// `None` while it cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_s: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paused {
    pub reason: String,
    /// `None`: until a person resumes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A process ended without a word while messages were in flight. The run is not paused by that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    pub items: u64,
    pub fate: Fate,
}

/// What becomes of those in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// They may or may not have left; somebody says which.
    Uncertain,
    /// They are sent again, as the mailing's policy allows.
    Again,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resumed {
    pub remaining: u64,
}

/// An attempt failed and the item will be tried again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retry {
    pub n: u64,
    pub total: u64,
    /// The attempt that comes next: 2 after the first failure.
    pub attempt: u32,
    pub wait_s: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    pub recipients: Vec<String>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    pub run: Run,
    #[serde(flatten)]
    pub ending: Ending,
    pub counters: Counters,
    pub elapsed_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ending")]
pub enum Ending {
    Completed,
    Cancelled,
    Failed { reason: String },
}

/// How to show events.
#[derive(Clone, Debug)]
pub struct Style {
    pub form: Form,
    pub emojis: Emojis,
    pub language: Language,
    /// Times are shown in it.
    pub zone: TimeZone,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// One dated line per event; never an emoji.
    #[default]
    Short,
    /// Blocks between rules, for people who read along.
    Detailed,
    /// `✅ [1/50] Email envoyé : …`
    Compact,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emojis {
    On,
    #[default]
    Off,
}

/// The lines of one event, without line ends. None contains a control character.
pub fn render(event: &Event, at: Timestamp, style: &Style) -> Vec<String> {
    match style.form {
        Form::Short => lines::dated(event, at, style),
        Form::Detailed => blocks::render(event, style),
        Form::Compact => compact::render(event, style),
    }
}

impl Event {
    /// How grave it is. What was not sent, or perhaps not, is an error.
    pub const fn level(&self) -> Level {
        match self {
            Self::Item(Item { outcome: Outcome::Failed { .. } | Outcome::Unknown { .. }, .. })
            | Self::Finished(Finished { ending: Ending::Failed { .. }, .. }) => Level::Error,
            Self::Paused(_) | Self::Lost(_) | Self::Retry(_) => Level::Warning,
            _ => Level::Info,
        }
    }

    /// The code and the fields under which the run log keeps the event.
    pub fn to_fields(&self) -> (String, Map<String, Value>) {
        // Strings, numbers and maps with string keys: this cannot fail.
        let Ok(Value::Object(mut fields)) = serde_json::to_value(self) else { return Default::default() };
        let code = fields.shift_remove("event").and_then(|code| code.as_str().map(str::to_owned));
        (code.unwrap_or_default(), fields)
    }

    /// The event that was kept under `code` with `fields`. Codes that are not a mailing's give an error.
    pub fn from_fields(code: &str, fields: &Map<String, Value>) -> serde_json::Result<Self> {
        let mut object = fields.clone();
        object.insert("event".to_owned(), code.into());
        serde_json::from_value(Value::Object(object))
    }
}
