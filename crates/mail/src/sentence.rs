//! What is wrong, and what helps, as a code with its arguments: said in the reader's language when it is shown.

use language::{FluentArgs, Language, Texts};
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

/// One text for each code.
pub static SENTENCES: Texts =
    Texts::new(&[include_str!("../locales/sentences.en.ftl")], &[include_str!("../locales/sentences.fr.ftl")]);

impl Sentence {
    /// No sentence: where there is nothing to add.
    pub const NONE: Self = Self(None);

    /// `code` is one of [`SENTENCES`].
    pub fn new(code: &'static str) -> Self {
        Self(Some(Box::new(Wording { code, args: Vec::new() })))
    }

    /// Puts `value` in the place of `{ $name }`.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl fmt::Display) -> Self {
        self.and(name, Argument::Verbatim(value.to_string().into()))
    }

    /// Puts what another sentence says in the place of `{ $name }`.
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
        let mut values = FluentArgs::new();
        for (name, argument) in args {
            match argument {
                Argument::Verbatim(value) => values.set(*name, &**value),
                Argument::Sentence(sentence) => values.set(*name, sentence.say(language)),
            }
        }
        SENTENCES.find(language, code, Some(&values)).unwrap_or_else(|| (*code).to_owned())
    }
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
pub(crate) mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    /// Identifiers and texts of a file in their order: a text is one line there.
    pub(crate) fn entries(texts: &Texts, language: Language) -> Vec<(&'static str, &'static str)> {
        let lines = texts.sources(language).iter().flat_map(|source| source.lines());
        lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let (code, text) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
                assert!(texts.find(language, code, None).is_some(), "it is not understood: {line}");
                (code, text)
            })
            .collect()
    }

    /// The names of the values that stand in a text.
    pub(crate) fn values(text: &str) -> BTreeSet<&str> {
        text.split("{ $").skip(1).filter_map(|rest| Some(rest.split_once(" }")?.0)).collect()
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
        let [english, french] = [Language::English, Language::French].map(|language| entries(&SENTENCES, language));
        let there: BTreeSet<String> = english.iter().map(|(code, _)| (*code).to_owned()).collect();
        assert_eq!(asked, there, "said without a text, or a text that nobody says");
        assert_eq!(
            (english.len(), french.len()),
            (there.len(), there.len()),
            "a code stands twice, or in one language"
        );
        for ((code, english), (other, french)) in english.into_iter().zip(french) {
            assert_eq!(code, other, "the files name them in the same order");
            assert_eq!(values(english), values(french), "{code}");
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
