//! What clients of Sentry send, made by hand.

use super::{
    Stage,
    http::{self, HttpReply},
};
use serde_json::{Value, json};
use std::{fmt, io};

/// A project, as its clients know it.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    id: i64,
    key: String,
}

impl Project {
    /// `vigie project create`, beside the server or before it.
    pub(crate) fn create(stage: &Stage, name: &str) -> Self {
        let made: Value = serde_json::from_str(&stage.read(&["project", "create", name, "--json"])).expect("JSON");
        let id = made["project"]["id"].as_i64().expect("a number");
        Self { id, key: made["key"]["public_key"].as_str().expect("a key").to_owned() }
    }

    /// The head of a request that brings an envelope, with these headers besides.
    pub(crate) fn head(&self, headers: &str) -> String {
        format!(
            "POST /api/{}/envelope/\nX-Sentry-Auth: Sentry sentry_version=7, sentry_key={}\n{headers}",
            self.id, self.key
        )
    }

    /// # Errors
    /// When nobody answers.
    pub(crate) fn send(&self, address: &str, envelope: &str) -> io::Result<HttpReply> {
        http::send(address, &self.head(""), envelope.as_bytes())
    }
}

/// An envelope with one event of that id.
pub(crate) fn envelope(id: impl fmt::LowerHex, event: &Value) -> String {
    format!("{{\"event_id\":\"{id:032x}\"}}\n{{\"type\":\"event\"}}\n{event}\n")
}

/// What went wrong in a function, for somebody.
pub(crate) fn event(function: &str, user: u64) -> Value {
    json!({"platform": "python", "environment": "production", "release": "shop@1.0", "user": {"id": user.to_string()},
        "tags": {"payment": "card"}, "exception": {"values": [{"type": "ValueError", "value": "no price", "stacktrace":
        {"frames": [{"filename": "shop/cart.py", "module": "shop.cart", "function": function, "lineno": 7, "in_app": true}]}}]}})
}
