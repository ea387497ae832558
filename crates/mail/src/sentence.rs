//! What is wrong, and what helps, as a code with its arguments: said in the reader's language when it is shown.

use crate::{language::Language, sentence_text::TEXTS};
use serde::{Serialize, Serializer};
use std::fmt;

/// Reads, with [`Display`](fmt::Display) and in JSON, in English. As small as a pointer, since a problem is an error
/// that many functions may return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(Option<Box<Wording>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Wording {
    code: &'static str,
    args: Vec<(&'static str, Argument)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Argument {
    Verbatim(Box<str>),
    Sentence(Sentence),
}

/// Every sentence: code, English, French. For lists of all that people read.
pub const fn texts() -> &'static [(&'static str, &'static str, &'static str)] {
    TEXTS
}

impl Sentence {
    /// No sentence: where there is nothing to add.
    pub const NONE: Self = Self(None);

    /// `code` is one of `sentence_text`.
    pub fn new(code: &'static str) -> Self {
        Self(Some(Box::new(Wording { code, args: Vec::new() })))
    }

    /// Puts `value` in the place of `{name}`.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl fmt::Display) -> Self {
        self.and(name, Argument::Verbatim(value.to_string().into()))
    }

    /// Puts what another sentence says in the place of `{name}`.
    #[must_use]
    pub fn with_sentence(self, name: &'static str, sentence: Self) -> Self {
        self.and(name, Argument::Sentence(sentence))
    }

    fn and(mut self, name: &'static str, argument: Argument) -> Self {
        if let Some(said) = &mut self.0 {
            said.args.push((name, argument));
        }
        self
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub fn say(&self, language: Language) -> String {
        let Some(Wording { code, args }) = self.0.as_deref() else { return String::new() };
        let Some((_, english, french)) = TEXTS.iter().find(|(known, ..)| known == code) else {
            return (*code).to_owned();
        };
        let text = match language {
            Language::English => english,
            Language::French => french,
        };
        let mut said = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => said.push_str(text),
                Piece::Name(name) => match args.iter().find(|(known, _)| *known == name) {
                    Some((_, Argument::Verbatim(value))) => said.push_str(value),
                    Some((_, Argument::Sentence(sentence))) => said.push_str(&sentence.say(language)),
                    None => {}
                },
            }
        }
        said
    }
}

enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// A text and the names in its braces; braces that hold something else, as templates do, are text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(open) = text[at..].find('{').map(|found| at + found) {
        let name = text[open + 1..].split_once('}').map_or("", |(name, _)| name);
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            at = open + 1;
            continue;
        }
        pieces.extend([Piece::Text(&text[start..open]), Piece::Name(name)]);
        start = open + name.len() + 2;
        at = start;
    }
    pieces.push(Piece::Text(&text[start..]));
    pieces
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::English))
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    fn names(text: &str) -> BTreeSet<&str> {
        pieces(text)
            .into_iter()
            .filter_map(|piece| if let Piece::Name(name) = piece { Some(name) } else { None })
            .collect()
    }

    fn codes_in(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                codes_in(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("sentence.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let after = text.split("Sentence::new(").skip(1);
                found.extend(
                    after.filter_map(|rest| Some(rest.trim_start().strip_prefix('"')?.split_once('"')?.0.to_owned())),
                );
            }
        }
    }

    #[test]
    fn every_code_has_both_texts_and_every_text_is_said() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut asked = BTreeSet::new();
        for of in ["mail/src", "web/src", "vigie/src"] {
            codes_in(&crates.join(of), &mut asked);
        }
        let there: BTreeSet<String> = TEXTS.iter().map(|(code, ..)| (*code).to_owned()).collect();
        assert_eq!(asked, there, "said without a text, or a text that nobody says");
        assert_eq!(TEXTS.len(), there.len(), "a code stands twice");
        for (code, english, french) in TEXTS {
            assert!(!english.is_empty() && !french.is_empty(), "{code}");
            assert_eq!(names(english), names(french), "{code}");
        }
    }

    #[test]
    fn a_sentence_says_another_in_its_language() {
        let inner = Sentence::new("cell_empty").with("column", "e{x}mail");
        let outer = Sentence::new("in_template").with("place", "text:3").with_sentence("what", inner);
        assert_eq!(outer.to_string(), "text:3: column \"e{x}mail\" is empty");
        assert_eq!(outer.say(Language::French), "text:3 : la colonne « e{x}mail » est vide");
        assert_eq!(Sentence::NONE.say(Language::French), "");
        assert_eq!(serde_json::to_string(&Sentence::new("shorten")).unwrap(), "\"shorten it\"");
    }
}
