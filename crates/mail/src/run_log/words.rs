//! Numbers, durations, names and what stands in for them, in both languages.

use super::{Column, Emojis, Item, Language, LogFilter, Route, Run, Selection, Style};
use model::{Counters, Timestamp, steers_display};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What is sent: invoices, say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noun {
    Invoice,
    Email,
    /// In the words of the user, the same in every language.
    Other {
        one: String,
        many: String,
        gender: Gender,
    },
}

/// The grammatical gender, for French.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    Feminine,
    Masculine,
}

impl Noun {
    pub(super) fn one(&self, language: Language) -> Cow<'_, str> {
        match (self, language) {
            (Self::Invoice, Language::French) => "facture".into(),
            (Self::Invoice, Language::English) => "invoice".into(),
            (Self::Email, _) => "email".into(),
            (Self::Other { one, .. }, _) => clean(one),
        }
    }

    pub(super) fn many(&self, language: Language) -> Cow<'_, str> {
        match (self, language) {
            (Self::Invoice, Language::French) => "factures".into(),
            (Self::Invoice, Language::English) => "invoices".into(),
            (Self::Email, _) => "emails".into(),
            (Self::Other { many, .. }, _) => clean(many),
        }
    }

    pub(super) const fn gender(&self) -> Gender {
        match self {
            Self::Invoice => Gender::Feminine,
            Self::Email => Gender::Masculine,
            Self::Other { gender, .. } => *gender,
        }
    }

    /// `500 factures`.
    pub(super) fn counted(&self, count: u64, language: Language) -> String {
        let word = if is_one(count, language) { self.one(language) } else { self.many(language) };
        format!("{count} {word}")
    }
}

/// French counts zero with the singular.
const fn is_one(count: u64, language: Language) -> bool {
    count == 1 || (count == 0 && matches!(language, Language::French))
}

/// `2 erreurs`, `1 email`: regular plurals.
pub(super) fn plural(count: u64, word: &str, language: Language) -> String {
    if is_one(count, language) { format!("{count} {word}") } else { format!("{count} {word}s") }
}

/// `abc` in the language asked for.
pub(super) const fn pick<'a>(language: Language, french: &'a str, english: &'a str) -> &'a str {
    match language {
        Language::French => french,
        Language::English => english,
    }
}

/// `task_id: abc-123, job_id: xyz-789`.
pub(super) fn run_ids(run: &Run) -> String {
    match &run.task_id {
        Some(task) => format!("task_id: {}, job_id: {}", clean(task), clean(&run.job_id)),
        None => format!("job_id: {}", clean(&run.job_id)),
    }
}

pub(super) const fn route(route: Route, language: Language) -> &'static str {
    match (route, language) {
        (Route::GmailApi, Language::French) => "l'API Gmail",
        (Route::GmailApi, Language::English) => "the Gmail API",
        (Route::Smtp, _) => "SMTP",
        (Route::Memory, Language::French) => "la mémoire (répétition, rien ne part)",
        (Route::Memory, Language::English) => "memory (a rehearsal, nothing leaves)",
    }
}

/// The heading and value of `CCT: Tous`.
pub(super) fn selection(selection: &Selection, language: Language) -> String {
    let (heading, all) = match (&selection.column, language) {
        (Column::Cct, Language::French) => ("CCT".into(), "Tous"),
        (Column::Period, Language::French) => ("Période".into(), "Toutes"),
        (Column::Named(name), Language::French) => (clean(name), "Tous"),
        (Column::Cct, Language::English) => ("CCT".into(), "All"),
        (Column::Period, Language::English) => ("Period".into(), "All"),
        (Column::Named(name), Language::English) => (clean(name), "All"),
    };
    match &selection.only {
        Some(only) => format!("{heading}: {}", clean(only)),
        None => format!("{heading}: {all}"),
    }
}

pub(super) fn filter<'a>(filter: &'a LogFilter, noun: &Noun, language: Language) -> Cow<'a, str> {
    let many = noun.many(language);
    match (filter, language, noun.gender()) {
        (LogFilter::Where(condition), ..) => clean(condition),
        (LogFilter::Unsent, Language::French, Gender::Feminine) => format!("Toutes les {many} non envoyées").into(),
        (LogFilter::Unsent, Language::French, Gender::Masculine) => format!("Tous les {many} non envoyés").into(),
        (LogFilter::All, Language::French, Gender::Feminine) => format!("Toutes les {many}").into(),
        (LogFilter::All, Language::French, Gender::Masculine) => format!("Tous les {many}").into(),
        (LogFilter::Unsent, Language::English, _) => format!("All {many} not yet sent").into(),
        (LogFilter::All, Language::English, _) => format!("All {many}").into(),
    }
}

/// What names an item in one line: its file, or else its recipients.
pub(super) fn label<'a>(file: Option<&'a String>, recipients: &'a [String]) -> Cow<'a, str> {
    file.map_or_else(|| list(recipients).into(), |file| clean(file))
}

/// `CCT123 - FACTURE.pdf`: the item's columns, then what names it.
pub(super) fn long_label(item: &Item) -> String {
    let mut parts: Vec<Cow<'_, str>> = item.fields.values().map(|value| clean(value)).collect();
    parts.push(label(item.file.as_ref(), &item.recipients));
    parts.join(" - ")
}

/// Recipients shown of one item; the rest is counted.
const RECIPIENTS_SHOWN_MAX: usize = 20;

/// `a@example.com, b@example.com`.
pub(super) fn list(recipients: &[String]) -> String {
    let shown: Vec<Cow<'_, str>> = recipients.iter().take(RECIPIENTS_SHOWN_MAX).map(|one| clean(one)).collect();
    let more = recipients.len().saturating_sub(RECIPIENTS_SHOWN_MAX);
    if more == 0 { shown.join(", ") } else { format!("{}, … (+{more})", shown.join(", ")) }
}

/// `0m 40s`, `3m 27s`, `2h 3m 27s`.
pub(super) fn minutes(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 { format!("{minutes}m {seconds}s") } else { format!("{hours}h {minutes}m {seconds}s") }
}

/// Milliseconds as seconds with one decimal: `207.3`.
pub(super) fn tenths(millis: u64) -> String {
    format!("{:.1}", millis as f64 / 1000.0)
}

/// Items a second over the whole run; what was skipped took no time.
pub(super) fn mean_rate(counters: &Counters, elapsed_ms: u64) -> f64 {
    let count = counters.processed() - counters.skipped;
    if elapsed_ms == 0 { 0.0 } else { count as f64 * 1000.0 / elapsed_ms as f64 }
}

/// A share in percent with one decimal: `99.6`.
pub(super) fn share(part: u64, total: u64) -> String {
    let percent = if total == 0 { 0.0 } else { part as f64 * 100.0 / total as f64 };
    format!("{percent:.1}")
}

/// `2025-01-10 14:32:15`.
pub(super) fn local(at: Timestamp, style: &Style) -> String {
    at.in_zone(&style.zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The emoji, or nothing; the spaces behind it belong to it.
pub(super) const fn emoji<'a>(style: &Style, emoji: &'a str) -> &'a str {
    match style.emojis {
        Emojis::On => emoji,
        Emojis::Off => "",
    }
}

/// Bytes shown of one value.
const VALUE_BYTES_MAX: usize = 2000;

/// A value from outside, on one line: control characters become spaces, and what is too long is cut.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let end = text.floor_char_boundary(VALUE_BYTES_MAX);
    if end == text.len() && !text.contains(steers_display) {
        return text.into();
    }
    let mut clean: String = text[..end].chars().map(|c| if steers_display(c) { ' ' } else { c }).collect();
    if end < text.len() {
        clean.push('…');
    }
    clean.into()
}
