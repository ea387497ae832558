//! CSV that people and programs export: the first line names the columns, and by those names the time, level and message of each row
//! are known.

use super::{Memory, windows::cell};
use crate::{
    level,
    record::{Parsed, Value},
    timestamps,
};
use std::borrow::Cow;

/// Columns of a row; further ones are left in its text.
const COLUMNS_MAX: usize = 128;
const COLUMNS_MIN: usize = 3;
/// Bytes of a column's name; what is longer is no name.
const NAME_BYTES_MAX: usize = 48;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Time,
    /// A date whose time of day stands in a column of its own, and that.
    Date,
    Clock,
    Level,
    Message,
    Field(String),
}

/// The first line of such a CSV.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExportHeading {
    columns: Vec<Column>,
    separator: char,
}

/// Values that name a level where one must stand, and are users, states or counts elsewhere.
const AMBIGUOUS: [&str; 14] = [
    "alert", "system", "log", "all", "normal", "success", "config", "stats", "fine", "note", "verbose", "fail",
    "failure", "fel",
];

/// Names of a date and time, in small letters, the rarest last; then of a date, a time of day, a level and a message.
#[rustfmt::skip]
const NAMES: [(Column, &[&str]); 5] = [
    (Column::Time, &[
        "timestamp", "datetime", "date time", "date/time", "date & time", "date and time", "event time", "eventtime", "log time", "logtime",
        "logged at", "created at", "created on", "created", "createdat", "creation time", "time generated", "timegenerated", "occurred at",
        "time (utc)", "timestamp (utc)", "date (utc)", "@timestamp", "horodatage", "horodate", "date heure", "date/heure", "date et heure",
        "dateheure", "date de création", "date de l'événement", "fecha hora", "fecha/hora", "fecha y hora", "data hora", "data/hora",
        "data e hora", "zeitstempel", "datum/uhrzeit", "datum/zeit",
    ]),
    (Column::Date, &["date", "jour", "fecha", "data", "datum"]),
    (Column::Clock, &["time", "heure", "hora", "uhrzeit", "ora"]),
    (Column::Level, &[
        "level", "severity", "log level", "loglevel", "levelname", "level name", "niveau", "gravité", "gravite", "sévérité", "severite",
        "criticité", "criticite", "nivel", "nível", "gravedad", "severidad", "gravidade", "severidade", "schweregrad", "livello",
    ]),
    (Column::Message, &[
        "message", "msg", "description", "detail", "details", "détail", "détails", "libellé", "libelle", "texte", "text", "log", "log message",
        "commentaire", "mensaje", "descripción", "descripcion", "detalle", "mensagem", "descrição", "descricao", "detalhe", "nachricht",
        "meldung", "beschreibung", "messaggio", "descrizione", "operation name", "action", "operation", "opération", "event", "event name",
        "évènement", "événement",
    ]),
];

/// What the first line of such a CSV tells: how the lines below it are to be read.
pub(super) fn heading(text: &str) -> Option<ExportHeading> {
    let text = text.trim_start_matches('\u{feff}').trim_end();
    let separator = text.chars().find(|letter| matches!(letter, ',' | ';' | '\t' | '|'))?;
    let names: Vec<&str> = text.split(separator).map(|name| name.trim().trim_matches('"')).collect();
    let is_name = |name: &&str| {
        let is_short =
            name.len() <= NAME_BYTES_MAX && name.starts_with(|c: char| c.is_alphabetic() || c == '@' || c == '_');
        is_short && !name.contains(['=', '{', '[', '<', '"', ':'])
    };
    if !(COLUMNS_MIN..=COLUMNS_MAX).contains(&names.len()) || !names.iter().all(is_name) {
        return None;
    }
    let folded: Vec<String> = names.iter().map(|name| name.to_lowercase().replace(['_', '.'], " ")).collect();
    let mut columns: Vec<Column> = names.iter().map(|name| Column::Field((*name).to_owned())).collect();
    // The first of a kind's names that there is: `message` rather than `operation`.
    for (column, known) in NAMES {
        let place = known.iter().find_map(|known| folded.iter().position(|name| name == known));
        if let Some(place) = place {
            columns[place] = column;
        }
    }
    let place = |column: Column| columns.iter().position(|own| *own == column);
    match (place(Column::Time), place(Column::Date), place(Column::Clock)) {
        (Some(_), date, clock) => {
            for other in date.into_iter().chain(clock) {
                columns[other] = Column::Field(names[other].to_owned());
            }
        }
        (None, Some(_), Some(_)) => {}
        (None, Some(one), None) | (None, None, Some(one)) => columns[one] = Column::Time,
        (None, None, None) => return None,
    }
    let is_heading = columns.contains(&Column::Level) || columns.contains(&Column::Message);
    is_heading.then_some(ExportHeading { columns, separator })
}

/// A row below such a line.
pub(super) fn row<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let ExportHeading { columns, separator } = &memory.exports;
    let mut parsed = Parsed::new("csv", text);
    let (mut date, mut clock) = ("", "");
    let has_level = columns.contains(&Column::Level);
    let mut rest = (!columns.is_empty()).then_some(text);
    for column in columns {
        let Some(row) = rest else { break };
        let value;
        (value, rest) = cell(row, *separator);
        match column {
            Column::Time => {
                let (stamp, length) = timestamps::read(value.trim())?;
                // A zone's name may follow.
                let is_whole = value.trim()[length..].trim().bytes().all(|byte| byte.is_ascii_uppercase());
                parsed.stamp = is_whole.then_some(stamp);
                parsed.stamp?;
            }
            Column::Date => date = value.trim(),
            Column::Clock => clock = value.trim(),
            Column::Level => parsed.level = level_of(value.trim()),
            Column::Message if !value.is_empty() => parsed.message = unquoted(value),
            Column::Message => {}
            Column::Field(name) => {
                // Where no name says which it is, the first that is nothing but a level.
                if !has_level && parsed.level.is_none() {
                    parsed.level = alone(value.trim());
                }
                match unquoted(value) {
                    Cow::Borrowed(value) => parsed.push(name.clone(), value),
                    Cow::Owned(value) => parsed.add(name.clone(), Value::Text(value.into())),
                }
            }
        }
    }
    if parsed.stamp.is_none() {
        // Where both names are there, `time` may be all of it, and `data` something else.
        let found = timestamps::read(clock).or_else(|| timestamps::read(&format!("{date} {clock}")));
        parsed.stamp = found.map(|(stamp, _)| stamp);
    }
    parsed.stamp.map(|_| parsed)
}

fn level_of(value: &str) -> Option<model::Level> {
    match value.as_bytes() {
        [letter] => level::lettered(letter.to_ascii_uppercase()),
        _ => level::named(value),
    }
}

/// The level that a value names which may as well be something else.
fn alone(value: &str) -> Option<model::Level> {
    const LETTERS_MIN: usize = 4;
    let is_ambiguous = || AMBIGUOUS.iter().any(|word| word.eq_ignore_ascii_case(value));
    level::named(value).filter(|_| value.len() >= LETTERS_MIN && !is_ambiguous())
}

/// A quote within quotes is doubled.
fn unquoted(value: &str) -> Cow<'_, str> {
    if value.contains("\"\"") { value.replace("\"\"", "\"").into() } else { value.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Level::{Error, Warning};

    fn read(heading: &str, row: &str) -> Option<String> {
        let memory = &mut Memory { exports: super::heading(heading)?, ..Memory::default() };
        let parsed = super::row(row, memory)?;
        Some(format!("{:?} {:?} {}", parsed.stamp, parsed.level, parsed.message))
    }

    #[test]
    fn rows_are_read_by_the_names_of_their_columns() {
        let erp = "\"horodatage\",\"utilisateur\",\"operation\",\"detail\",\"gravite\"";
        let row = "\"2026-11-18T05:14:31\",\"kofi\",\"STOCK\",\"Article \"\"Savon 1L\"\"; reste 2\",\"avertissement\"";
        let memory = &mut Memory { exports: heading(erp).unwrap(), ..Memory::default() };
        let parsed = super::row(row, memory).unwrap();
        assert_eq!((parsed.level, &*parsed.message), (Some(Warning), "Article \"Savon 1L\"; reste 2"));
        assert_eq!(parsed.field("operation").and_then(Value::as_text), Some("STOCK"));

        let apart = "Date;Heure;Niveau;Libellé";
        let memory = &mut Memory { exports: heading(apart).unwrap(), ..Memory::default() };
        let parsed = super::row("18/11/2026;07:00:09;ERREUR;Login déjà pris", memory).unwrap();
        assert_eq!((parsed.level, &*parsed.message), (Some(Error), "Login déjà pris"));
        assert!(parsed.stamp.is_some());
        let whole = read("time,level,data,message", "2026-11-18 07:00:09,error,x=1,it failed").unwrap();
        assert!(whole.ends_with("Some(Error) it failed"), "{whole}");
        let unnamed =
            read("Date;Heure;Poste;Type;Message", "18/11/2026;07:00:09;SYSTEM;ERREUR;Login déjà pris").unwrap();
        assert!(unnamed.ends_with("Some(Error) Login déjà pris"), "{unnamed}");
        let kibana = read(
            "\"@timestamp\",\"log.level\",\"host.name\",message",
            "\"Nov 20, 2026 @ 10:15:30.118\",warn,web02,\"disk at 91%\"",
        );
        assert!(kibana.is_some_and(|row| row.ends_with("Some(Warning) disk at 91%")));
        assert_eq!(read(apart, "aucune;heure;ERREUR;Login déjà pris"), None);
    }

    #[test]
    fn other_lines_are_no_names() {
        for line in [
            "time, tide, and waiting",
            "2026-11-20 10:00:00,INFO,message",
            "level=info, time=10:00:00, message=x",
            "date;time;client",
            "Date: today, message: none, level: low",
        ] {
            assert!(heading(line).is_none(), "{line}");
        }
    }
}
