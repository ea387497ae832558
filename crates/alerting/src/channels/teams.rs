//! Teams: a workflow takes a message with an Adaptive Card (version 1.2), of 28 KB at the most; trimmed at 27. It answers before
//! it looks at the card, so that a bad one fails unseen: nothing here is optional markup.

use super::{clip, symbol};
use crate::message::{Message, MessageTone};
use serde_json::{Value, json};

const TEXT: usize = 4_000;

pub(crate) fn body(message: &Message) -> Value {
    let color = match message.tone {
        MessageTone::Bad => "attention",
        MessageTone::Warning => "warning",
        MessageTone::Info => "accent",
        MessageTone::Good => "good",
    };
    let title = format!("{} {}", symbol(message.tone), message.title);
    let mut body = vec![
        json!({"type": "TextBlock", "text": plain(&clip(&title, 300)), "weight": "bolder", "size": "large",
               "color": color, "wrap": true}),
        json!({"type": "TextBlock", "text": plain(&clip(&message.text, TEXT)), "wrap": true}),
    ];
    if !message.example.is_empty() {
        body.push(json!({"type": "TextBlock", "text": plain(&clip(&message.example, TEXT)), "wrap": true,
                         "fontType": "monospace"}));
    }
    let fact = |(label, value): &(String, String)| json!({"title": clip(label, 80), "value": plain(&clip(value, 400))});
    let facts: Vec<Value> = message.facts.iter().take(10).map(fact).collect();
    if !facts.is_empty() {
        body.push(json!({"type": "FactSet", "facts": facts}));
    }
    for note in &message.notes {
        body.push(json!({"type": "TextBlock", "text": plain(&clip(note, 400)), "wrap": true, "isSubtle": true}));
    }
    let content = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": clip(&message.link_text, 80), "url": message.link}],
    });
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": content,
        }],
    })
}

/// A text block reads Markdown: what would be some is escaped.
fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if matches!(c, '*' | '_' | '[' | ']' | '(' | ')' | '#' | '`' | '~' | '\\' | '>') {
            out.push('\\');
        }
        out.push(c);
        out
    })
}
