//! Names that people tell others apart by: what may stand in one, and when two look the same.

use crate::layout::foreign::is_hidden;
use icu_normalizer::ComposingNormalizerBorrowed;

/// Characters of the name of a user.
pub(crate) const USER_NAME_CHARS_MAX: usize = 60;

/// Whether a name shows all that it is made of: nothing unseen, no space but the usual one, and none at its ends.
pub(crate) fn is_plain(name: &str, chars_max: usize) -> bool {
    (1..=chars_max).contains(&name.chars().count())
        && name.trim() == name
        && !name.contains('/')
        && !name.contains(model::steers_display)
        && !name.contains(is_unseen)
}

/// Takes no room, or looks like a space without being the usual one.
fn is_unseen(c: char) -> bool {
    let is_blank = c.is_whitespace() && c != ' ';
    is_blank
        || is_hidden(c)
        || matches!(c,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}')
}

/// As the name looks: names of which this is equal are taken for each other. Letters of either case, ways to write one
/// character, and letters of other scripts that have the shape of Latin ones are the same (Unicode UTS #39).
pub(crate) fn looks(name: &str) -> String {
    let seen: String = name.chars().filter(|c| !is_unseen(*c) && !c.is_whitespace()).collect();
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(&seen).to_lowercase();
    let plain = composed.chars().map(latin);
    ComposingNormalizerBorrowed::new_nfkc().normalize(&plain.collect::<String>()).into_owned()
}

/// The Latin letter, in lower case, that a character of another script cannot be told from.
fn latin(c: char) -> char {
    match c {
        'а' | 'ɑ' | 'α' => 'a',
        'Ь' | 'ь' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ҽ' | 'ε' => 'e',
        'ɡ' | 'ց' => 'g',
        'һ' | 'հ' | 'н' => 'h',
        'і' | 'ı' | 'ι' | 'ӏ' | 'ɩ' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        '1' | '|' | 'ǀ' | 'ⅼ' => 'l',
        'м' | 'μ' => 'm',
        'п' | 'η' | 'ո' => 'n',
        '0' | 'о' | 'ο' | 'օ' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'ү' | 'γ' => 'y',
        'ᴢ' | 'ζ' => 'z',
        '‐' | '‑' | '–' | '—' | '−' => '-',
        '’' | 'ʼ' | '‘' | '`' => '\'',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_told() {
        for (one, other) in [
            ("admin", "Admin"),
            ("admin", "аdmin"),
            ("marie", "mаriе"),
            ("OLGA", "ОLGА"),
            ("zoé", "zoe\u{301}"),
            ("ana", "ａｎａ"),
            ("ana", "an\u{200b}a"),
            ("ana", "𝐚𝐧𝐚"),
            ("Marie Curie", "MarieCurie"),
            ("user10", "userlO"),
            ("léa", "lе\u{301}a"),
        ] {
            assert_eq!(looks(one), looks(other), "{one} {other}");
        }
        for (one, other) in
            [("lea", "léa"), ("marie", "maria"), ("jean", "jeanne"), ("ольга", "елена"), ("ana", "anna")]
        {
            assert_ne!(looks(one), looks(other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_not_seen_is_no_part_of_a_name() {
        for name in ["ana", "Zoé Durand", "Ольга", "مريم", "ci-bot 2", "👩"] {
            assert!(is_plain(name, 60), "{name}");
        }
        for name in
            ["", " ana", "a/b", "a\u{202e}b", "a\u{200b}b", "a\u{a0}b", "a\u{ad}b", "a\u{feff}", "\u{3164}", "a\nb"]
        {
            assert!(!is_plain(name, 60), "{name:?}");
        }
        assert!(!is_plain(&"x".repeat(61), 60));
    }
}
