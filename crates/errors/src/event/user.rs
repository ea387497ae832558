//! Whom it happened to.

use super::NAME_CHARS_MAX;
use crate::fields::{Fields, FreeBounds};
use serde::Serialize;
use serde_json::{Map, Value};

const MORE_BOUNDS: FreeBounds = FreeBounds { entries: 50, depth: 3, text_chars: 1024 };

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct User {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `{{auto}}`: the address that the report came from, which whoever received it fills in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// What else the client says of the user.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
}

impl User {
    pub(crate) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let mut user = Self {
            id: fields.text("id", NAME_CHARS_MAX),
            email: fields.text("email", NAME_CHARS_MAX),
            username: fields.text("username", NAME_CHARS_MAX),
            name: fields.text("name", NAME_CHARS_MAX),
            ip_address: fields.text("ip_address", NAME_CHARS_MAX),
            data: fields.free_map("data", MORE_BOUNDS),
        };
        user.data.extend(fields.rest(MORE_BOUNDS).into_iter().filter(|(_, value)| !value.is_null()));
        (user != Self::default()).then_some(user)
    }

    /// What tells this user from others, and by what: `id`, `email`, `username`, `ip`.
    pub fn key(&self) -> Option<(&'static str, &str)> {
        let keys = [("id", &self.id), ("email", &self.email), ("username", &self.username), ("ip", &self.ip_address)];
        keys.into_iter().find_map(|(kind, value)| Some((kind, value.as_deref()?)))
    }
}
