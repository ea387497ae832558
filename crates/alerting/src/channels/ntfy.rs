//! ntfy: the root of a server takes a topic, a title and a message of 4,096 bytes, a priority from 1 to 5, and tags, which it shows
//! as symbols.

use super::{clip, clip_bytes, plain};
use crate::message::{Message, MessageTone};
use serde_json::{Value, json};

/// The whole message has to stay below 4,096 bytes.
const TEXT: usize = 3_000;

pub(crate) fn body(message: &Message, topic: &str) -> Value {
    let (priority, tag) = match message.tone {
        MessageTone::Bad => (5, "rotating_light"),
        MessageTone::Warning => (4, "warning"),
        MessageTone::Info => (3, "information_source"),
        MessageTone::Good => (3, "white_check_mark"),
    };
    json!({
        "topic": topic,
        "title": clip(&message.title, 200),
        "message": clip_bytes(&plain(message), TEXT),
        "priority": priority,
        "tags": [tag],
        "click": message.link,
    })
}
