//! What is wrong with what a user brought: the thing, the place and the remedy, collected rather than thrown.

use crate::sentence::Sentence;
use language::Language;
use serde::Serialize;
use std::fmt;

/// How many problems of each severity a [`Problems`] lists; the rest are counted.
pub const LISTED_MAX: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The row, or the mailing, cannot be sent as it is.
    Error,
    /// It can be sent, and somebody should look first.
    Warning,
}

/// Reads as `clients.csv:14: column "email" is empty, fill it in`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file as the user named it, a template's name (`subject`), or a setting (`--where`).
    pub file: Box<str>,
    /// Physical line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Character within the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub character: Option<u32>,
    /// The heading concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<Box<str>>,
    /// Of a workbook: `Feuil1!C14`, which then says the line too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<Box<str>>,
    pub what: Sentence,
    /// Empty where the problem says it all.
    pub remedy: Sentence,
    /// The line concerned with a caret under the place, for templates and settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Box<str>>,
    pub severity: Severity,
    /// Other rows may be hidden behind it, so that leaving out this one would forget somebody.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hides_rows: bool,
    /// It is with a file to attach, whatever names it.
    #[serde(skip)]
    pub is_of_attachment: bool,
    /// It is with the address that the row goes to: another address mends it.
    #[serde(skip)]
    pub is_of_address: bool,
}

impl Problem {
    pub fn error(file: &str, what: Sentence, remedy: Sentence) -> Self {
        Self {
            file: file.into(),
            line: None,
            character: None,
            column: None,
            cell: None,
            what,
            remedy,
            excerpt: None,
            severity: Severity::Error,
            hides_rows: false,
            is_of_attachment: false,
            is_of_address: false,
        }
    }

    pub fn warning(file: &str, what: Sentence, remedy: Sentence) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, what, remedy) }
    }

    #[must_use]
    pub fn at(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    #[must_use]
    pub fn hiding_rows(mut self) -> Self {
        self.hides_rows = true;
        self
    }

    #[must_use]
    pub fn of_attachment(mut self) -> Self {
        self.is_of_attachment = true;
        self
    }

    #[must_use]
    pub fn of_address(mut self) -> Self {
        self.is_of_address = true;
        self
    }

    #[must_use]
    pub fn in_column(mut self, column: &str) -> Self {
        self.column = Some(column.into());
        self
    }

    #[must_use]
    pub fn in_cell(mut self, cell: String) -> Self {
        self.cell = Some(cell.into());
        self
    }

    /// Points at byte `offset` of `source`: sets line and character and draws the caret.
    #[must_use]
    pub fn pointing(mut self, source: &str, offset: usize) -> Self {
        let offset = (0..=offset.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
        let start = source[..offset].rfind('\n').map_or(0, |at| at + 1);
        let end = source[start..].find('\n').map_or(source.len(), |at| start + at);
        let before = source[start..offset].chars().count();
        self.line = Some(source[..offset].matches('\n').count() as u64 + 1);
        self.character = Some(u32::try_from(before + 1).unwrap_or(u32::MAX));
        self.excerpt = Some(excerpt(source[start..end].trim_end_matches('\r'), before).into());
        self
    }
}

/// Characters shown of the offending line, before and after the caret.
const EXCERPT_HALF: usize = 50;

fn excerpt(line: &str, before: usize) -> String {
    let from = before.saturating_sub(EXCERPT_HALF);
    let shown: String =
        line.chars().skip(from).take(2 * EXCERPT_HALF).map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("  | {shown}\n  | {:>width$}", "^", width = before - from + 1)
}

/// A field of the message, as French pages and mail programs call it.
pub fn field_in_french(field: &str) -> Option<&'static str> {
    let fields = [
        ("from", "De"),
        ("to", "À"),
        ("cc", "Cc"),
        ("bcc", "Cci"),
        ("reply_to", "Répondre à"),
        ("subject", "Objet"),
        ("text", "Texte"),
        ("html", "HTML"),
        ("attach", "Pièce jointe"),
    ];
    fields.into_iter().find(|(name, _)| *name == field).map(|(_, french)| french)
}

impl Problem {
    /// `clients.csv:14`, `clients.xlsx: Feuil1!C14`.
    pub fn place(&self) -> String {
        if let Some(cell) = &self.cell {
            return format!("{}: {cell}", self.file);
        }
        let numbers = [self.line, self.character.map(u64::from)].into_iter().flatten();
        numbers.fold(self.file.to_string(), |place, number| format!("{place}:{number}"))
    }

    /// The place, what is wrong, and what helps.
    pub fn say(&self, language: Language) -> String {
        let place = match (language, field_in_french(&self.file)) {
            (Language::French, Some(field)) => Self { file: field.into(), ..self.clone() }.place(),
            _ => self.place(),
        };
        let before_colon = if language == Language::French { " " } else { "" };
        let mut said = format!("{place}{before_colon}: {}", self.what.say(language));
        if !self.remedy.is_empty() {
            said.push_str(&format!(", {}", self.remedy.say(language)));
        }
        if let Some(excerpt) = &self.excerpt {
            said.push_str(&format!("\n{excerpt}"));
        }
        said
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::English))
    }
}

impl std::error::Error for Problem {}

/// Problems as they are found: the first [`LISTED_MAX`] of each severity listed, all counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Problems {
    pub listed: Vec<Problem>,
    pub errors: u64,
    pub warnings: u64,
}

impl Problems {
    pub fn push(&mut self, problem: Problem) {
        let count = match problem.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count <= LISTED_MAX as u64 {
            self.listed.push(problem);
        }
    }

    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    pub const fn is_empty(&self) -> bool {
        self.errors == 0 && self.warnings == 0
    }

    /// How many were counted without being listed.
    pub fn unlisted(&self) -> u64 {
        (self.errors + self.warnings).saturating_sub(self.listed.len() as u64)
    }
}

/// The candidate that `name` was probably meant to be: equal but for case, accents and punctuation, or a few
/// keystrokes away (optimal string alignment distance).
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(name);
    let allowed = (wanted.len() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, &folded(candidate)), candidate))
        .filter(|(distance, candidate)| {
            *distance <= allowed && !candidate.is_empty() && *distance < wanted.len().max(1)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn folded(name: &str) -> Vec<char> {
    name.chars().take(100).flat_map(char::to_lowercase).map(without_accent).filter(|c| c.is_alphanumeric()).collect()
}

/// Whether two letters are the same but for case and accents.
pub(crate) fn same_letter(a: char, b: char) -> bool {
    let folded = |c: char| without_accent(c.to_lowercase().next().unwrap_or(c));
    a == b || folded(a) == folded(b)
}

fn without_accent(c: char) -> char {
    match c {
        'à' | 'â' | 'ä' | 'á' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' => 'i',
        'ô' | 'ö' | 'ó' | 'õ' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        'ÿ' => 'y',
        other => other,
    }
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let other = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_place_what_remedy() {
        let problem = Problem::error(
            "clients.csv",
            Sentence::new("cell_empty").with("column", "email"),
            Sentence::new("fill_in_address"),
        )
        .at(14);
        assert_eq!(problem.to_string(), "clients.csv:14: column \"email\" is empty, fill in the address");
        let pointed = Problem::error("t.txt", Sentence::new("json_array"), Sentence::NONE)
            .pointing("Été\nhé {{ là }}\nfin", "Été\nhé {{ ".len());
        assert_eq!(pointed.to_string(), "t.txt:2:7: is a JSON array\n  | hé {{ là }}\n  |       ^");
        let far = Problem::error("t", Sentence::NONE, Sentence::NONE).pointing("abc", 99);
        assert_eq!(far.character, Some(4));
    }

    #[test]
    fn lists_a_thousand_errors_and_counts_the_rest_without_losing_warnings() {
        let mut problems = Problems::default();
        problems.extend((0..1_500).map(|line| Problem::error("a", Sentence::NONE, Sentence::NONE).at(line)));
        problems.push(Problem::warning("a", Sentence::NONE, Sentence::NONE));
        assert_eq!(
            (problems.listed.len(), problems.errors, problems.warnings, problems.unlisted()),
            (1_001, 1_500, 1, 500)
        );
    }

    #[test]
    fn suggests_what_was_meant() {
        let columns = ["Société", "E-mail", "Code client", "montant"];
        for (name, expected) in [
            ("societe", Some("Société")),
            ("email", Some("E-mail")),
            ("E-mial", Some("E-mail")),
            ("Code_clent", Some("Code client")),
            ("montnat", Some("montant")),
            ("telephone", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(name, columns), expected, "{name}");
        }
    }
}
