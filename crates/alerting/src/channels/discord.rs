//! Discord: a webhook takes embeds. 2,000 characters of content; of an embed 256 of a title, 4,096 of a description, 25 fields of
//! 256 and 1,024, 2,048 of a footer, 6,000 in all. Nobody is mentioned, whatever the text says.

use super::{clip, color, symbol};
use crate::message::Message;
use serde_json::{Value, json};

const TITLE: usize = 256;
const DESCRIPTION: usize = 3_000;
const FIELDS: usize = 8;

pub(crate) fn body(message: &Message) -> Value {
    let example = match message.example.as_str() {
        "" => String::new(),
        example => format!("\n```\n{}\n```", clip(&example.replace("```", "'''"), DESCRIPTION / 2)),
    };
    let description = format!("{}{example}", clip(&message.text, DESCRIPTION / 2));
    let fields: Vec<Value> = message
        .facts
        .iter()
        .take(FIELDS)
        .map(|(label, value)| json!({"name": clip(label, 80), "value": clip(value, 200), "inline": true}))
        .collect();
    let title = clip(&format!("{} {}", symbol(message.tone), message.title), TITLE);
    let mut embed = json!({
        "title": title,
        "url": message.link,
        "description": description,
        "color": color(message.tone),
        "fields": fields,
    });
    if !message.notes.is_empty() {
        embed["footer"] = json!({"text": clip(&message.notes.join(" "), 500)});
    }
    json!({"embeds": [embed], "allowed_mentions": {"parse": []}})
}
