//! Windows' event log as XML, an event a line, and as the CSV that its viewer saves.

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

/// What the viewer calls levels, in English, French, German, Spanish, Italian and Dutch.
#[rustfmt::skip]
const LEVELS: &[(Level, &[&str])] = &[
    (Level::Info, &["Information", "Informations", "Informationen", "Información", "Informazioni", "Informatie"]),
    (Level::Warning, &["Warning", "Avertissement", "Warnung", "Advertencia", "Avviso", "Waarschuwing"]),
    (Level::Error, &["Error", "Erreur", "Fehler", "Errore", "Fout"]),
    (Level::Critical, &["Critical", "Critique", "Kritisch", "Crítico", "Critico", "Kritiek"]),
    (Level::Trace, &["Verbose", "Commentaires", "Détaillé", "Ausführlich", "Detallado", "Dettagliato", "Uitgebreid"]),
];

/// `Warning,11/20/2026 10:00:00 AM,DNS Client,1014,(1014),Name resolution timed out`: level, time, source, event, task, message.
pub(super) fn saved(text: &str) -> Option<Parsed<'_>> {
    let (word, rest) = text.split_once([',', ';', '\t'])?;
    let (level, _) = LEVELS.iter().find(|(_, names)| names.contains(&word))?;
    let separator = text[word.len()..].chars().next()?;
    let (stamp, length) = timestamps::read(rest)?;
    let mut cells = rest[length..].strip_prefix(separator)?.splitn(4, separator);
    let (source, event) = (cells.next()?, cells.next()?);
    let is_number = !event.is_empty() && event.bytes().all(|byte| byte.is_ascii_digit());
    let (task, message) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
    let message = message.strip_prefix('"').map_or(message, |quoted| quoted.strip_suffix('"').unwrap_or(quoted));
    let parsed = Parsed::new("windows_csv", message).at(stamp).level(*level).logger(source.trim_matches('"'));
    is_number.then(|| parsed.with("event_id", event).text("task", task.trim_matches('"')))
}

/// What PowerShell exports: `"11/20/2026 10:00:00 AM","1014","Warning","DNS Client","Name resolution timed out"`, the columns in
/// any order behind the time.
pub(super) fn exported(text: &str) -> Option<Parsed<'_>> {
    let rest = text.strip_prefix('"')?;
    let (stamp, length) = timestamps::read(rest)?;
    let mut cells = rest[length..].strip_prefix("\",\"")?.trim_end_matches('"').splitn(4, "\",\"");
    let mut parsed = Parsed::new("windows_csv", "").at(stamp);
    for cell in cells.by_ref().take(3) {
        if let Some((level, _)) = LEVELS.iter().find(|(_, names)| names.contains(&cell)) {
            parsed.level = Some(*level);
        } else if cell.bytes().all(|byte| byte.is_ascii_digit()) {
            parsed = parsed.with("event_id", cell);
        } else {
            parsed = parsed.logger(cell);
        }
    }
    parsed.message = cells.next().unwrap_or_default().into();
    parsed.level.is_some().then_some(parsed)
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
