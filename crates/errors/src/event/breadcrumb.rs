//! What happened before: the trail a client keeps.

use super::NAME_CHARS_MAX;
use crate::fields::{Fields, FreeBounds};
use model::{Level, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

const MESSAGE_CHARS_MAX: usize = 2048;
const DATA_BOUNDS: FreeBounds = FreeBounds { entries: 50, depth: 4, text_chars: 1024 };

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Breadcrumb {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// `http`, `navigation`, `query`; the default is missing.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `httplib`, `ui.click`, the name of a logger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
}

impl Breadcrumb {
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let breadcrumb = Self {
            timestamp: fields.time("timestamp"),
            kind: fields.text("type", NAME_CHARS_MAX).filter(|kind| kind != "default"),
            category: fields.text("category", NAME_CHARS_MAX),
            level: fields.level("level"),
            message: fields.text("message", MESSAGE_CHARS_MAX),
            data: fields.free_map("data", DATA_BOUNDS),
        };
        (breadcrumb != Self::default()).then_some(breadcrumb)
    }
}
