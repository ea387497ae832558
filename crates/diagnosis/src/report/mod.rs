//! A diagnosis told to people and programs: one [`Document`] in the reader's language, and each form of it.

mod html;
mod json;
mod markdown;
mod sections;
mod text;

pub use json::{VERSION, json};

use crate::{Diagnosis, words::TEXTS};
use language::Language;
use serde::{Deserialize, Serialize};

/// A report, whatever its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub title: String,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    pub heading: String,
    /// Who wants to know more looks at it.
    #[serde(default)]
    pub is_aside: bool,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// What is said first: the verdict, the advice.
    Lead(String),
    Text(String),
    /// By the way.
    Note(String),
    /// What stands somewhere to the letter: where, and what.
    Quote {
        place: String,
        line: String,
    },
    List(Vec<String>),
    /// What speaks for a cause and against it.
    Reasons(Vec<WeighedReason>),
    /// What happened, in the order of time.
    Timeline(Vec<TimelineRow>),
    Table {
        heading: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// A command to run.
    Command(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeighedReason {
    pub text: String,
    /// Below zero where it speaks against it.
    pub points: i32,
}

impl WeighedReason {
    /// With its points in brackets: `(+3)`.
    fn whole(&self) -> String {
        let sign = if self.points < 0 { '−' } else { '+' };
        match self.points.unsigned_abs() {
            0 => self.text.clone(),
            points => format!("{} ({sign}{points})", self.text),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineRow {
    pub at: String,
    pub what: String,
    pub place: String,
    pub line: String,
    /// Whether the cause was decided by it.
    pub is_deciding: bool,
}

impl TimelineRow {
    fn cells(&self) -> Vec<String> {
        [&self.at, &self.what, &self.place, &self.line].map(Clone::clone).to_vec()
    }
}

/// Puts a report together in `language`.
pub fn document(diagnosis: &Diagnosis, language: Language) -> Document {
    sections::document(diagnosis, language)
}

pub fn text(diagnosis: &Diagnosis, language: Language) -> String {
    text::written(&document(diagnosis, language))
}

pub fn markdown(diagnosis: &Diagnosis, language: Language) -> String {
    markdown::written(&document(diagnosis, language))
}

/// A page by itself, without scripts.
pub fn html(diagnosis: &Diagnosis, language: Language) -> String {
    html::written(&document(diagnosis, language), language)
}

impl Document {
    /// For a terminal.
    pub fn text(&self) -> String {
        text::written(self)
    }

    pub fn markdown(&self) -> String {
        markdown::written(self)
    }

    /// A page by itself, without scripts. `language` is that of its texts.
    pub fn html(&self, language: Language) -> String {
        html::written(self, language)
    }
}

/// The short name of a cause by its word in JSON: `oom_kill`.
pub fn cause_name(word: &str, language: Language) -> String {
    TEXTS.say(language, &format!("name-{}", word.replace('_', "-")), &[])
}

/// Without what would steer a terminal or turn a line around.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c != '\n' && (c.is_control() || model::steers_display(c)) { '\u{fffd}' } else { c })
        .collect()
}
