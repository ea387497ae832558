//! The texts of this crate, in each language.

use language::{FluentArgs, Language, Texts};

/// What this crate says.
pub static TEXTS: Texts = Texts::new(&[include_str!("../locales/en.ftl")], &[include_str!("../locales/fr.ftl")]);

/// What the text of that identifier says.
pub(crate) fn say(language: Language, id: &str, values: &[(&str, String)]) -> String {
    let mut args = FluentArgs::new();
    for (name, value) in values {
        args.set(*name, value.clone());
    }
    TEXTS.find(language, id, Some(&args)).unwrap_or_else(|| id.to_owned())
}
