//! What was thrown, and the threads that ran.

use super::{NAME_CHARS_MAX, StackTrace};
use crate::fields::{Fields, FreeBounds};
use serde::Serialize;
use serde_json::{Map, Value};

const VALUE_CHARS_MAX: usize = 8192;
const DATA_BOUNDS: FreeBounds = FreeBounds { entries: 50, depth: 4, text_chars: 2048 };

/// One exception of a chain. At least one of type and value is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Exception {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mechanism: Option<Mechanism>,
    #[serde(rename = "stacktrace", skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<StackTrace>,
}

/// How an exception was caught.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Mechanism {
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether the program went on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handled: Option<bool>,
    /// Whether the type is the client's invention: what was thrown has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synthetic: Option<bool>,
    /// Of a tree of exceptions: this one's number, and whose child it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_exception_group: Option<bool>,
    /// `__cause__`, `exceptions[0]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
    /// Signals and codes of the operating system.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Thread {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crashed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<bool>,
    #[serde(rename = "stacktrace", skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<StackTrace>,
}

impl Exception {
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let exception = Self {
            kind: fields.text("type", NAME_CHARS_MAX),
            value: fields.text("value", VALUE_CHARS_MAX),
            module: fields.text("module", NAME_CHARS_MAX),
            thread_id: fields.text("thread_id", NAME_CHARS_MAX),
            mechanism: fields.object("mechanism", Mechanism::read),
            stack_trace: fields.object("stacktrace", StackTrace::read),
        };
        let says_something = exception.kind.is_some() || exception.value.is_some() || exception.stack_trace.is_some();
        says_something.then_some(exception)
    }

    pub fn is_group(&self) -> bool {
        self.mechanism.as_ref().is_some_and(|mechanism| mechanism.is_exception_group == Some(true))
    }

    pub fn is_synthetic(&self) -> bool {
        self.mechanism.as_ref().is_some_and(|mechanism| mechanism.synthetic == Some(true))
    }
}

impl Mechanism {
    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(Self {
            kind: fields.text("type", NAME_CHARS_MAX).unwrap_or_default(),
            handled: fields.flag("handled"),
            synthetic: fields.flag("synthetic"),
            exception_id: fields.integer("exception_id"),
            parent_id: fields.integer("parent_id"),
            is_exception_group: fields.flag("is_exception_group"),
            source: fields.text("source", NAME_CHARS_MAX),
            data: fields.free_map("data", DATA_BOUNDS),
            meta: fields.free_map("meta", DATA_BOUNDS),
        })
    }
}

impl Thread {
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(Self {
            id: fields.text("id", NAME_CHARS_MAX),
            name: fields.text("name", NAME_CHARS_MAX),
            crashed: fields.flag("crashed"),
            current: fields.flag("current"),
            stack_trace: fields.object("stacktrace", StackTrace::read),
        })
    }
}
