//! The story of a mailing as Vigie tells it to people, and as the systems before it did: blocks and signs, without time.

use crate::{cursor::Cursor, record::Parsed};
use model::Level;

/// A sign at the beginning of a line, and how grave it is.
const SIGNS: [(&str, Level); 19] = [
    ("✅", Level::Info),
    ("❌", Level::Error),
    ("❓", Level::Error),
    ("⚠", Level::Warning),
    ("🔁", Level::Warning),
    ("⏸", Level::Warning),
    ("⏭", Level::Info),
    ("▶", Level::Info),
    ("🛑", Level::Error),
    ("📧", Level::Info),
    ("📊", Level::Info),
    ("🔍", Level::Info),
    ("⏳", Level::Info),
    ("⏱", Level::Info),
    ("⚡", Level::Info),
    ("🏁", Level::Info),
    ("🚀", Level::Info),
    ("📁", Level::Info),
    ("ℹ", Level::Info),
];

/// `✅ [1/500] Email envoyé : …`, `📊 PROGRESSION: 10/500 emails (2%)`, rules and headings.
pub(super) fn line(text: &str) -> Option<Parsed<'_>> {
    if is_rule(text) {
        return Some(Parsed::new("mailing", text).level(Level::Info));
    }
    let (sign, level) = SIGNS.iter().find(|(sign, _)| text.starts_with(sign))?;
    let words = text[sign.len()..].trim_start_matches(['\u{fe0f}', ' ']);
    let parsed = Parsed::new("mailing", text).level(*level);
    Some(counted(words, parsed.clone()).unwrap_or(parsed))
}

/// `[1/500]` or `Email 1/500`, and how long it took: `en 0.82s`.
fn counted<'a>(words: &'a str, parsed: Parsed<'a>) -> Option<Parsed<'a>> {
    let slash = words.bytes().take(48).position(|byte| byte == b'/')?;
    let (before, after) = (words.get(..slash)?, words.get(slash + 1..)?);
    let from = before
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let number = &before[from..];
    let total = Cursor::new(after).digits()?;
    if number.is_empty() {
        return None;
    }
    let parsed = parsed.with("number", number).with("total", total);
    let took =
        words.split_once(" en ").map(|(_, rest)| Cursor::new(rest).take(|byte| byte.is_ascii_digit() || byte == b'.'));
    Some(parsed.with("duration_s", took.unwrap_or_default()))
}

/// A line of `=` or `-` across the page.
fn is_rule(text: &str) -> bool {
    text.len() >= 40 && (text.bytes().all(|byte| byte == b'=') || text.bytes().all(|byte| byte == b'-'))
}
