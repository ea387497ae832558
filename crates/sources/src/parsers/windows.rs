//! Windows' event log as XML, an event a line, and as the CSV that its viewer saves or PowerShell exports.

use super::Memory;
use crate::{
    cursor::Cursor,
    level,
    record::Parsed,
    timestamps::{self, Stamp},
};
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

/// What a column of such a CSV holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Level,
    Time,
    Provider,
    Message,
    /// Under that name.
    Field(&'static str),
}

/// The names of columns: those of the viewer in English, French, German, Spanish, Italian and Dutch, and PowerShell's.
#[rustfmt::skip]
const COLUMNS: &[(Column, &[&str])] = &[
    (Column::Level, &["Level", "Niveau", "Ebene", "Nivel", "Livello", "LevelDisplayName", "EntryType"]),
    (Column::Time, &["Date and Time", "Date et heure", "Datum und Uhrzeit", "Fecha y hora", "Data e ora", "Datum en tijd", "TimeCreated", "TimeGenerated"]),
    (Column::Provider, &["Source", "Quelle", "Origen", "Origine", "Bron", "ProviderName"]),
    (Column::Message, &["Message", "Description", "General", "Général"]),
    (Column::Field("event_id"), &["Event ID", "ID de l’événement", "ID de l'événement", "ID d’événement", "ID d'événement", "Ereignis-ID", "Id. del evento", "Id. de evento", "ID evento", "Gebeurtenis-id", "Gebeurtenis-ID", "Id", "EventID", "InstanceId"]),
    (Column::Field("task"), &["Task Category", "Catégorie de la tâche", "Catégorie de tâche", "Aufgabenkategorie", "Categoría de la tarea", "Categoria attività", "Taakcategorie", "TaskDisplayName", "Category"]),
    (Column::Field("keywords"), &["Keywords", "Mots clés", "Mots-clés", "Schlüsselwörter", "Palabras clave", "KeywordsDisplayNames"]),
    (Column::Field("host"), &["Computer", "Ordinateur", "Equipo", "MachineName"]),
    (Column::Field("user"), &["User", "Utilisateur", "Benutzer", "UserName", "UserId"]),
    (Column::Field("channel"), &["Log", "Journal", "Protokoll", "Log Name", "LogName", "ContainerLog"]),
    (Column::Field("record"), &["RecordId", "Index"]),
    (Column::Field("opcode"), &["OpCode", "Opcode", "OpcodeDisplayName"]),
    (Column::Field("pid"), &["ProcessId"]),
    (Column::Field("tid"), &["ThreadId"]),
];

/// The first line of such a CSV.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventsHeading {
    columns: Vec<Column>,
    separator: char,
}

/// What the first line of such a CSV tells: how the lines below it are to be read.
pub(super) fn heading(text: &str) -> Option<EventsHeading> {
    let text = text.trim_start_matches('\u{feff}').trim_end();
    // The type of what PowerShell writes stands before the names.
    if let Some(kind) = text.strip_prefix("#TYPE System.Diagnostics.Event") {
        let is_name = kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        return is_name.then(EventsHeading::default);
    }
    let separator = text.chars().find(|letter| matches!(letter, ',' | ';' | '\t'))?;
    let named = |name: &str| {
        let name = name.trim_matches('"');
        COLUMNS.iter().find(|(_, names)| names.contains(&name)).map(|(column, _)| *column)
    };
    let columns: Vec<Column> = text.split(separator).map(named).collect::<Option<_>>()?;
    let is_event = columns.contains(&Column::Level) || columns.contains(&Column::Field("event_id"));
    let is_heading = columns.len() >= 3 && columns.contains(&Column::Time) && is_event;
    is_heading.then_some(EventsHeading { columns, separator })
}

/// A row below such a line. What stands behind the columns that have a name is the message: the viewer gives it none.
pub(super) fn headed<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let EventsHeading { columns, separator } = &memory.windows;
    let mut parsed = Parsed::new("windows_csv", "");
    let mut rest = (!columns.is_empty()).then_some(text);
    for column in columns {
        let (value, after) = cell(rest?, *separator);
        rest = after;
        match column {
            Column::Time => {
                let (stamp, length) = timestamps::read(value)?;
                parsed.stamp = (length == value.len()).then_some(stamp);
                parsed.stamp?;
            }
            Column::Level => parsed.level = level_of(value),
            Column::Provider => parsed = parsed.logger(value),
            Column::Message => parsed.message = value.into(),
            Column::Field(name) => parsed.push(*name, value),
        }
    }
    if let Some(rest) = rest
        && !columns.contains(&Column::Message)
    {
        parsed.message = cell(rest, '\0').0.into();
    }
    parsed.stamp.map(|_| parsed)
}

/// What stands before the next separator, without its quotes; and what comes behind it. A text that goes on in the next line has only
/// the quote before it.
pub(super) fn cell(text: &str, separator: char) -> (&str, Option<&str>) {
    let Some(quoted) = text.strip_prefix('"') else {
        return text.split_once(separator).map_or((text, None), |(value, rest)| (value, Some(rest)));
    };
    let mut at = 0;
    while let Some(quote) = quoted[at..].find('"') {
        at += quote + 1;
        // A quote within it is doubled.
        if quoted[at..].starts_with('"') {
            at += 1;
            continue;
        }
        return (&quoted[..at - 1], quoted[at..].strip_prefix(separator));
    }
    (quoted, None)
}

/// By its name, or by its number.
fn level_of(name: &str) -> Option<Level> {
    let by_number = || match name {
        "1" => Some(Level::Critical),
        "2" => Some(Level::Error),
        "3" => Some(Level::Warning),
        "0" | "4" => Some(Level::Info),
        "5" => Some(Level::Trace),
        _ => None,
    };
    LEVELS.iter().find(|(_, names)| names.contains(&name)).map(|(level, _)| *level).or_else(by_number)
}

/// `Warning,11/20/2026 10:00:00 AM,DNS Client,1014,(1014),Name resolution timed out`: level, time, source, event, task, message.
pub(super) fn saved(text: &str) -> Option<Parsed<'_>> {
    // Nearly every line is passed over here.
    const NAME_BYTES_MAX: usize = 32;
    let head = &text.as_bytes()[..text.len().min(NAME_BYTES_MAX)];
    let (word, rest) = text.split_at_checked(memchr::memchr3(b',', b';', b'\t', head)?)?;
    let rest = &rest[1..];
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

/// Whether the message of a line of SCCM's is not all there.
pub(super) fn is_open(text: &str) -> bool {
    text.starts_with("<![LOG[") && !text.contains("]LOG]!>")
}

/// `<![LOG[message]LOG]!><time="10:00:00.329+420" date="11-20-2026" component="TSPxe" context="" type="3" thread="980" file="x.cpp:9">`
/// of SCCM and Intune, as CMTrace shows it: minutes west of Greenwich, and 2 is a warning.
pub(super) fn traced(text: &str) -> Option<Parsed<'_>> {
    let (message, attributes) = text.strip_prefix("<![LOG[")?.rsplit_once("]LOG]!>")?;
    let told = |name| attribute(attributes, "<time", name).or_else(|| attribute(attributes, "<", name));
    let stamp = west(attribute(attributes, "<", "time")?, told("date")?)?;
    let level = match told("type").unwrap_or_default() {
        "2" => Level::Warning,
        "3" => Level::Error,
        _ => Level::Info,
    };
    let parsed = Parsed::new("cmtrace", message).at(stamp).level(level).logger(told("component").unwrap_or_default());
    let parsed = parsed.with("tid", told("thread").unwrap_or_default());
    Some(parsed.text("file", told("file").unwrap_or_default()))
}

/// `message  $$<TSPxe><11-20-2026 10:00:00.329+420><thread=980 (0x3D4)>`, as SCCM's servers write.
pub(super) fn traced_before(text: &str) -> Option<Parsed<'_>> {
    let (message, rest) = text.strip_suffix('>')?.split_once("$$<")?;
    let (component, rest) = rest.split_once("><")?;
    let (time, rest) = rest.split_once("><thread=")?;
    let (date, clock) = time.split_once(' ')?;
    let thread = rest.split(' ').next().unwrap_or_default();
    let message = message.trim_end();
    let parsed = Parsed::new("cmtrace", message).at(west(clock, date)?).level(level::find(message)).logger(component);
    Some(parsed.with("tid", thread))
}

/// `10:00:00.329+420` and `11-20-2026`: the minutes are those that the clock is behind UTC. Intune writes none.
fn west(clock: &str, date: &str) -> Option<Stamp> {
    let sign_at = clock.rfind(['+', '-']).unwrap_or(clock.len());
    let minutes = match &clock[sign_at..] {
        "" => None,
        minutes => Some(minutes.parse().ok().filter(|minutes: &i64| minutes.abs() <= 18 * 60)?),
    };
    let mut parts = date.splitn(3, '-');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let text = format!("{year}-{month:0>2}-{day:0>2} {}", &clock[..sign_at]);
    let (stamp, length) = timestamps::read(&text)?;
    (length == text.len()).then(|| minutes.map_or(stamp, |minutes| stamp.with_offset(-minutes * 60)))
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

/// `MSI (s) (48:68) [10:00:00:156]: message` of Windows' installer, and the line that tells the date before them.
pub(super) fn installer(text: &str) -> Option<Parsed<'_>> {
    if let Some(rest) = text.strip_prefix("=== ") {
        let (_, date) = rest.split_once("ogging started: ").or_else(|| rest.split_once("ogging stopped: "))?;
        let (stamp, _) = timestamps::read(date)?;
        return Some(Parsed::new("windows_installer", text).at(Some(stamp)));
    }
    let mut cursor = Cursor::new(text);
    cursor.eat("MSI (")?;
    cursor.until(" [")?;
    let stamp = cursor.clock()?;
    cursor.eat("]: ")?;
    Some(Parsed::new("windows_installer", cursor.rest()).at(Some(stamp)).level(level::find(cursor.rest())))
}
