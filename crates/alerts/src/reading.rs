//! What is observed.

use crate::Severity;
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// One observation of one subject of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What it is about, among what the rule looks at: a project, a job, a worker. Empty where there is one only.
    pub subject: String,
    pub at: Timestamp,
    pub observed: Observed,
    pub example: Example,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Observed {
    /// Something happened, so many times.
    Happened { times: u64 },
    /// A figure, which the rule holds against its limit.
    Measured { value: f64 },
    /// What was wrong no longer is.
    Over,
}

/// What it was about, as people are told: the last one there was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Of the subject: `Boutique`, `Invoices of May`.
    pub name: String,
    /// What exactly: `ZeroDivisionError: division by zero`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Why, as a code that is said in the language of whoever is told: `missed`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Of the page that shows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What was measured, in the unit of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Of a job that is over and did some of what it had to do: what it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Leftover>,
}

/// What a job that is over left undone, of which it did the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    pub is_mailing: bool,
    pub failed: u64,
    pub unknown: u64,
}

impl Example {
    /// How bad it is under a rule of this severity: a job that did some of its work is not as bad as one that did none.
    pub fn severity(&self, of_rule: Severity) -> Severity {
        if self.left.is_some() { of_rule.min(Severity::Warning) } else { of_rule }
    }
}
