//! Messages in the form of each service, within its documented limits: pure.

pub(crate) mod discord;
pub(crate) mod email;
pub(crate) mod ntfy;
pub(crate) mod slack;
pub(crate) mod teams;
pub(crate) mod telegram;
#[cfg(test)]
mod tests;
pub(crate) mod webhook;

use crate::message::{Message, MessageTone};

/// So many characters, with an ellipsis where there were more.
pub(crate) fn clip(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        None => text.to_owned(),
        Some(_) => text.chars().take(chars.saturating_sub(1)).chain(std::iter::once('…')).collect(),
    }
}

/// So many bytes, at the border of a character.
fn clip_bytes(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let mut end = bytes.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

fn symbol(tone: MessageTone) -> &'static str {
    match tone {
        MessageTone::Bad => "🔴",
        MessageTone::Warning => "🟠",
        MessageTone::Info => "🔵",
        MessageTone::Good => "✅",
    }
}

/// `0xRRGGBB`
fn color(tone: MessageTone) -> u32 {
    match tone {
        MessageTone::Bad => 0x00c0_392b,
        MessageTone::Warning => 0x00d3_8400,
        MessageTone::Info => 0x002b_6cb0,
        MessageTone::Good => 0x002f_855a,
    }
}

/// What is said in plain lines, below the title.
fn plain(message: &Message) -> String {
    let facts = message.facts.iter().map(|(label, value)| match message.language {
        language::Language::French => format!("{label}\u{a0}: {value}"),
        language::Language::English => format!("{label}: {value}"),
    });
    let parts = [message.text.clone(), message.example.clone()].into_iter().chain(facts);
    parts.chain(message.notes.iter().cloned()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}
