//! Slack: an incoming webhook takes blocks. Its client libraries name the limits: 150 characters of a header, 3,000 of a section,
//! 10 fields of 2,000, 10 elements of a context. `&`, `<` and `>` are escaped; nothing else is markup in `plain_text`.

use super::{clip, symbol};
use crate::message::Message;
use serde_json::{Value, json};

const HEADER: usize = 150;
const SECTION: usize = 3_000;
const FIELD: usize = 2_000;
const FIELDS: usize = 10;

pub(crate) fn body(message: &Message) -> Value {
    let title = format!("{} {}", symbol(message.tone), message.title);
    let mut blocks = vec![
        json!({"type": "header", "text": {"type": "plain_text", "text": clip(&title, HEADER), "emoji": true}}),
        json!({"type": "section", "text": {"type": "mrkdwn", "text": clip(&escaped(&message.text), SECTION)}}),
    ];
    if !message.example.is_empty() {
        // A fence inside would end ours.
        let example = escaped(&message.example).replace("```", "'''");
        blocks.push(json!({
            "type": "section",
            "text": {"type": "mrkdwn", "text": format!("```{}```", clip(&example, SECTION - 6))},
        }));
    }
    let fields: Vec<Value> = message.facts.iter().take(FIELDS).map(field).collect();
    if !fields.is_empty() {
        blocks.push(json!({"type": "section", "fields": fields}));
    }
    for note in &message.notes {
        let element = json!({"type": "mrkdwn", "text": clip(&escaped(note), FIELD)});
        blocks.push(json!({"type": "context", "elements": [element]}));
    }
    let button = json!({"type": "plain_text", "text": clip(&message.link_text, 75)});
    blocks.push(
        json!({"type": "actions", "elements": [{"type": "button", "text": button, "url": clip(&message.link, 3_000)}]}),
    );
    // What notifications and readers without blocks show.
    json!({"text": clip(&escaped(&title), SECTION), "blocks": blocks})
}

fn field((label, value): &(String, String)) -> Value {
    json!({"type": "mrkdwn", "text": clip(&format!("*{}*\n{}", escaped(label), escaped(value)), FIELD)})
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
