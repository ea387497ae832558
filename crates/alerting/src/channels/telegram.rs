//! Telegram: `sendMessage` takes 4,096 characters after its HTML is read, in which only `<`, `>` and `&` need escaping.

use super::{clip, plain, symbol};
use crate::message::Message;
use serde_json::{Value, json};

const TITLE: usize = 300;
const TEXT: usize = 3_000;

pub(crate) fn body(message: &Message, chat: &str) -> Value {
    let title = escaped(&clip(&format!("{} {}", symbol(message.tone), message.title), TITLE));
    let text = escaped(&clip(&plain(message), TEXT));
    let link = format!("<a href=\"{}\">{}</a>", escaped(&message.link), escaped(&message.link_text));
    json!({
        "chat_id": chat,
        "text": format!("<b>{title}</b>\n{text}\n\n{link}"),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
