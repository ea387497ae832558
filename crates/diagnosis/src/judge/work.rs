//! The work that the question names: *the sync of products* is what `product-sync` tells of in its log.

use super::run::{is_by_application, is_steady, kind};
use crate::{collect::Collected, evidence::Evidence};
use model::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How long after the moment that is asked about the work is looked for.
const WITHIN: Duration = Duration::from_secs(600);
/// Lines of it then that show that it goes on.
const LINES_MIN: usize = 5;
/// Pauses so many times the longest before are no pauses of its own.
const PAUSES: u32 = 3;
const PAUSE_MIN: Duration = Duration::from_secs(60);
/// Letters that a word of the question and one of the log have in common at least, and how many may follow: `product`, `products`.
const STEM_MIN: usize = 4;
const ENDING_MAX: usize = 3;

/// Lines of one kind, before the moment that is asked about and after it.
#[derive(Default)]
struct Lines {
    before: Vec<usize>,
    after: Vec<usize>,
}

/// How many lines the work that `words` name tells of after `asked`, where it goes on as it did before; `None` where it stops,
/// or no log is known to be its own.
pub(super) fn goes_on(collected: &Collected, words: &BTreeSet<String>, asked: Timestamp) -> Option<usize> {
    let evidence = &collected.evidence;
    let mut kinds: BTreeMap<(usize, String), Lines> = BTreeMap::new();
    for (index, one) in evidence.iter().enumerate().filter(|(_, one)| is_by_application(one.sign)) {
        let lines = kinds.entry((one.place.source, kind(&one.line))).or_default();
        if one.at <= asked {
            lines.before.push(index);
        } else if one.at <= asked + WITHIN {
            lines.after.push(index);
        }
    }
    let named = |lines: &Lines| {
        let last = &evidence[*lines.before.last()?];
        let count = words_in(last, &collected.sources[last.place.source].name, words);
        (count > 0).then_some(count)
    };
    let steady: Vec<(usize, Lines)> = kinds
        .into_values()
        .filter(|lines| is_steady(&lines.before, evidence))
        .filter_map(|lines| Some((named(&lines)?, lines)))
        .collect();
    let most = steady.iter().map(|(count, _)| *count).max()?;
    let after = steady.iter().filter(|(count, _)| *count == most).map(|(_, lines)| after(lines, evidence));
    // Where one of several stops, that is the work.
    after.collect::<Option<Vec<usize>>>()?.into_iter().max()
}

fn after(lines: &Lines, evidence: &[Evidence]) -> Option<usize> {
    let pause = |two: &[usize]| evidence[two[1]].at.since(evidence[two[0]].at);
    let longest = lines.before.windows(2).map(pause).max()?;
    let all: Vec<usize> = lines.before.last().into_iter().chain(&lines.after).copied().collect();
    let is_own = all.windows(2).map(pause).max()? <= (longest * PAUSES).max(PAUSE_MIN);
    (is_own && lines.after.len() >= LINES_MIN).then_some(lines.after.len())
}

/// How many of the words stand in what a line is of: its log, its program, what all of its kind say.
fn words_in(one: &Evidence, log: &str, words: &BTreeSet<String>) -> usize {
    let program = one.actor.program.as_deref().unwrap_or_default();
    let unit = one.actor.unit.as_deref().unwrap_or_default();
    let text = format!("{log} {program} {unit} {}", kind(&one.line)).to_lowercase();
    let said: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    words.iter().filter(|word| said.iter().any(|said| is_same(word, said))).count()
}

/// Whether two words are one, but for its ending.
fn is_same(one: &str, other: &str) -> bool {
    let common = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let rest = one.chars().count().max(other.chars().count()) - common;
    common >= STEM_MIN && (rest <= 1 || rest <= ENDING_MAX && common > STEM_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_but_for_their_endings() {
        for (one, other, expected) in [
            ("products", "product", true),
            ("sync", "syncs", true),
            ("invoices", "invoice", true),
            ("mailing", "mailbox", false),
            ("sync", "syncthing", false),
            ("log", "log", false),
        ] {
            assert_eq!(is_same(one, other), expected, "{one} {other}");
        }
    }
}
