//! What the C library and PostgreSQL say, in the languages that they are translated to: their catalogues, as rows.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use std::{borrow::Cow, sync::LazyLock};

/// A text in English, and in another language; `…` stands for whatever is between two parts.
pub(super) fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("locales.tsv").lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// The same, with the English in lower case.
static LOWER: LazyLock<Vec<(String, &'static str)>> =
    LazyLock::new(|| rows().map(|(english, other)| (english.to_ascii_lowercase(), other)).collect());

/// Letters from which a part of a text says by itself what it means.
const TELLING_MIN: usize = 10;

/// How the row of a table whose text is `text` is said in other languages.
pub(super) fn others(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split('…').collect();
    let mut others: Vec<String> = Vec::new();
    for (english, other) in LOWER.iter() {
        let is_within = lower.len() >= TELLING_MIN && stand_in(&parts, english);
        let replaced = || {
            let part = parts.iter().position(|part| part.contains(english.as_str()))?;
            let mut said: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            said[part] = said[part].replace(english.as_str(), other);
            Some(said.join("…"))
        };
        others.extend(if is_within { Some((*other).to_owned()) } else { replaced() });
    }
    others.sort();
    others.dedup();
    others
}

/// Whether `parts` stand in `text` in this order.
fn stand_in(parts: &[&str], text: &str) -> bool {
    let mut rest = text;
    parts.iter().all(|part| match rest.split_once(part) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

struct Phrases {
    finder: AhoCorasick,
    english: Vec<String>,
}

/// Those that are in one piece, in lower case.
static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let whole = || rows().filter(|(_, other)| !other.contains('…'));
    let others: Vec<String> = whole().map(|(_, other)| other.to_lowercase()).collect();
    let english = whole().map(|(english, _)| english.to_lowercase()).collect();
    let finder = AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).build(&others);
    Phrases { finder: finder.unwrap_or_else(|_| unreachable!("the table is small")), english }
});

/// `lower` with those phrases in English.
pub(super) fn in_english(lower: &str) -> Cow<'_, str> {
    let phrases = &*PHRASES;
    if phrases.finder.is_match(lower) {
        Cow::Owned(phrases.finder.replace_all(lower, &phrases.english))
    } else {
        Cow::Borrowed(lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_said_in_other_languages() {
        assert!(others("deadlock detected").contains(&"Verklemmung (Deadlock) entdeckt".to_owned()));
        assert!(
            others("connect to …Connection refused").contains(&"connect to …Verbindungsaufbau abgelehnt".to_owned())
        );
        assert!(others("all is well").is_empty() && others("on").is_empty());
        assert_eq!(in_english("smtp:25: conexión rehusada"), "smtp:25: connection refused");
    }
}
