//! Which patterns are one: those that differ in a single word that takes many values, such as a name or a path. The idea that
//! the number of different words at a place tells whether it is a variable is that of IPLoM (Makanju et al., KDD 2009).

use super::{
    PatternKey,
    mask::{SLOT, push_slot},
};
use crate::{segment::tokens, wire::hash64};
use model::Level;
use std::collections::{HashMap, HashSet};

/// So many different words at a place are values. Fewer are told apart: methods of HTTP, verbs, outcomes.
const VALUES_MIN: u32 = 8;
/// A pattern has as many variable words as this at the most.
const ROUNDS: usize = 4;
/// Words of a pattern that are looked at.
const WORDS_MAX: usize = 48;

/// Those that become another one, with what they become. The same whatever the order of `keys`.
pub(super) fn joined<'a>(keys: impl Iterator<Item = &'a PatternKey>) -> Vec<(PatternKey, PatternKey)> {
    let mut all: Vec<(PatternKey, PatternKey)> = keys.map(|key| (key.clone(), key.clone())).collect();
    for _ in 0..ROUNDS {
        let different: HashSet<&PatternKey> = all.iter().map(|(_, now)| now).collect();
        let votes = votes(&different);
        let next: Vec<Option<PatternKey>> = all.iter().map(|(_, now)| widest(now, &votes)).collect();
        if next.iter().all(Option::is_none) {
            break;
        }
        for ((_, now), next) in all.iter_mut().zip(next) {
            if let Some(next) = next {
                *now = next;
            }
        }
    }
    all.retain(|(before, now)| before != now);
    all
}

/// How many patterns become the same when a word of each is left open, by what they become; one that is there already has a
/// slot there.
fn votes(keys: &HashSet<&PatternKey>) -> HashMap<u64, u32, foldhash::fast::FixedState> {
    let mut votes: HashMap<u64, u32, foldhash::fast::FixedState> = HashMap::default();
    for key in keys {
        *votes.entry(hash_of(key.level, &key.text)).or_default() += VALUES_MIN;
        each_opened(key, |hash, _| *votes.entry(hash).or_default() += 1);
    }
    votes
}

/// The pattern with the word left open that most others agree on, if enough do; of equal ones the first.
fn widest(key: &PatternKey, votes: &HashMap<u64, u32, foldhash::fast::FixedState>) -> Option<PatternKey> {
    let mut best: Option<(u32, Vec<u8>)> = None;
    each_opened(key, |hash, opened| {
        let count = votes.get(&hash).copied().unwrap_or(0);
        if count >= VALUES_MIN && best.as_ref().is_none_or(|(most, _)| count > *most) {
            best = Some((count, opened.to_vec()));
        }
    });
    best.map(|(_, text)| PatternKey { level: key.level, text })
}

/// Calls `then` with the pattern for each of its words with that word left open, and a hash of it. One word at least stays.
fn each_opened(key: &PatternKey, mut then: impl FnMut(u64, &[u8])) {
    let words: Vec<_> = tokens(&key.text).take(WORDS_MAX).collect();
    if words.len() < 2 {
        return;
    }
    let mut opened = Vec::with_capacity(key.text.len() + SLOT.len());
    for word in words {
        opened.clear();
        opened.extend_from_slice(&key.text[..word.start as usize]);
        push_slot(&mut opened);
        append(&mut opened, &key.text[word.end as usize..]);
        then(hash_of(key.level, &opened), &opened);
    }
}

/// Adds what stands behind a slot; a slot that follows at once is the same.
fn append(opened: &mut Vec<u8>, rest: &[u8]) {
    match rest.iter().position(|byte| *byte == SLOT[0]).filter(|at| *at <= 1 && rest[*at..].starts_with(SLOT)) {
        Some(at) => {
            opened.extend_from_slice(&rest[..at]);
            push_slot(opened);
            opened.extend_from_slice(&rest[at + SLOT.len()..]);
        }
        None => opened.extend_from_slice(rest),
    }
}

fn hash_of(level: Option<Level>, text: &[u8]) -> u64 {
    hash64(text) ^ level.map_or(0, |level| (level as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(texts: &[String]) -> Vec<String> {
        let keys: Vec<PatternKey> =
            texts.iter().map(|text| PatternKey { level: None, text: text.clone().into() }).collect();
        let joined: HashMap<_, _> = joined(keys.iter()).into_iter().collect();
        let mut now: Vec<String> =
            keys.iter().map(|key| String::from_utf8_lossy(&joined.get(key).unwrap_or(key).text).into_owned()).collect();
        now.sort();
        now.dedup();
        now
    }

    #[test]
    fn a_word_of_many_values_is_a_variable_and_one_of_few_is_not() {
        let names = ["ana", "bob", "eve", "joe", "kim", "lea", "max", "zoe", "ida"];
        let of = |verb: &str| names.map(|name| format!("user {name} {verb} from <*>"));
        assert_eq!(after(&of("came")), ["user <*> came from <*>"]);
        assert_eq!(after(&[of("came"), of("left")].concat()), ["user <*> came from <*>", "user <*> left from <*>"]);
        assert_eq!(after(&of("came")[..7]).len(), 7, "seven names may be words");
        let late = [vec!["user <*> came from <*>".to_owned()], of("came")[..1].to_vec()].concat();
        assert_eq!(after(&late), ["user <*> came from <*>"], "a slot takes every word");
        assert_eq!(after(&names.map(str::to_owned)).len(), names.len(), "a word alone is no variable");
        let paths = names.map(|name| format!("open /srv/{name}/<*> done"));
        assert_eq!(after(&paths), ["open /srv/<*> done"]);
    }

    #[test]
    fn the_order_of_patterns_does_not_matter() {
        let words = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        let mut texts: Vec<String> =
            words.iter().flat_map(|one| words.iter().map(move |two| format!("x {one} to {two}"))).collect();
        let first = after(&texts);
        texts.reverse();
        assert_eq!(after(&texts), first);
        assert_eq!(first, ["x <*> to <*>"]);
    }
}
