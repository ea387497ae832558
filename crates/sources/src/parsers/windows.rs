//! Windows' event log as XML, an event a line.

use crate::{record::Parsed, timestamps};
use model::Level;

/// `<Event xmlns='…'><System><Provider Name='…'/>…<TimeCreated SystemTime='…'/>…</System>…</Event>`.
pub(super) fn event(text: &str) -> Option<Parsed<'_>> {
    if !text.starts_with("<Event") || !text.contains("<System>") {
        return None;
    }
    let stamp = attribute(text, "<TimeCreated", "SystemTime").and_then(timestamps::read).map(|(stamp, _)| stamp);
    let level = match element(text, "Level")? {
        "1" => Level::Critical,
        "2" => Level::Error,
        "3" => Level::Warning,
        "5" => Level::Trace,
        // 0 is what the security log writes of everything.
        _ => Level::Info,
    };
    let provider = attribute(text, "<Provider", "Name").unwrap_or_default();
    let message = element(text, "Message").filter(|message| !message.is_empty()).unwrap_or(text);
    let parsed = Parsed::new("windows_event", message).at(stamp).level(level).logger(provider);
    let parsed = parsed.with("event_id", element(text, "EventID").unwrap_or_default());
    let parsed = parsed.with("record", element(text, "EventRecordID").unwrap_or_default());
    let parsed = parsed.text("channel", element(text, "Channel").unwrap_or_default());
    Some(parsed.text("host", element(text, "Computer").unwrap_or_default()))
}

/// What stands within `<name …>` and `</name>`.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    loop {
        let at = rest.find('<')?;
        rest = &rest[at + 1..];
        let Some(after) = rest.strip_prefix(name).filter(|after| after.starts_with(['>', ' '])) else { continue };
        let (tag, inside) = after.split_once('>')?;
        return if tag.ends_with('/') { None } else { inside.split('<').next() };
    }
}

/// The value, in quotes of either kind, of an attribute of the first element that begins so.
fn attribute<'a>(text: &'a str, element: &str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(element)?;
    let (tag, _) = rest.split_once('>')?;
    let (_, value) = tag.split_once(name)?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next()
}
