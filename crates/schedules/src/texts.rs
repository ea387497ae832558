//! The texts of this crate, in each language.

use language::{Language, Texts};

/// What this crate says.
pub static TEXTS: Texts = Texts::new(&[include_str!("../locales/en.ftl")], &[include_str!("../locales/fr.ftl")]);

/// What the text of that identifier says.
pub(crate) fn say(language: Language, id: &str, values: &[(&str, String)]) -> String {
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
    TEXTS.say(language, id, &values)
}
