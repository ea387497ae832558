//! The words of the terminal, from `locales/*.ftl` (Project Fluent), in the language of whoever reads them.
//!
//! The language is that of the process, as with any program of the terminal: [`speak`] sets it once, before anything is
//! said. Beside `--json` it is English, whatever was asked: programs read that.

use language::{FluentArgs, FluentValue, Language, Texts};
use std::{
    ffi::{OsStr, OsString},
    sync::atomic::{AtomicBool, Ordering},
};

mod causes;
#[cfg(test)]
mod tests;

pub(crate) use causes::{Cause, of_finding, of_sync, of_toml};

static TEXTS: Texts = Texts::new(
    &[include_str!("../locales/en.ftl")],
    &[
        include_str!("../locales/fr.ftl"),
        include_str!("../locales/help.fr.ftl"),
        include_str!("../locales/causes.fr.ftl"),
    ],
)
.with_formatters(|value, _| written(value, Language::English), |value, _| written(value, Language::French));

/// A number in a text is written as [`Language::number`] writes it.
fn written(value: &FluentValue<'_>, language: Language) -> Option<String> {
    match value {
        FluentValue::Number(value) => Some(language.number(value.value as u64)),
        _ => None,
    }
}

static IS_FRENCH: AtomicBool = AtomicBool::new(false);

/// From here on this language is spoken.
pub(crate) fn speak(language: Language) {
    IS_FRENCH.store(language == Language::French, Ordering::Relaxed);
}

pub(crate) fn language() -> Language {
    if IS_FRENCH.load(Ordering::Relaxed) { Language::French } else { Language::English }
}

/// The variables that say which language is spoken where `--lang` does not; the first that is set counts.
pub(crate) const VARIABLES: [&str; 4] = ["VIGIE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"];

/// The language that the command line or else the environment asks for. The command line is looked through before it is
/// understood: what is wrong with it is said in that language, too.
pub(crate) fn asked_for(
    command_line: impl IntoIterator<Item = OsString>,
    variable: impl Fn(&str) -> Option<String>,
) -> Language {
    let environment = || VARIABLES.iter().filter_map(|name| variable(name)).find(|value| !value.is_empty());
    // Another language than these two is refused, in that of the environment.
    let option = option(command_line).filter(|named| named == "fr" || named == "en");
    let named = option.or_else(environment).unwrap_or_default();
    if named.to_ascii_lowercase().starts_with("fr") { Language::French } else { Language::English }
}

/// What stands behind `--lang`.
fn option(command_line: impl IntoIterator<Item = OsString>) -> Option<String> {
    let mut words = command_line.into_iter().take_while(|word| word != OsStr::new("--"));
    let word = words.find(|word| word.to_string_lossy().starts_with("--lang"))?;
    match word.to_str()? {
        "--lang" => words.next()?.into_string().ok(),
        word => word.strip_prefix("--lang=").map(str::to_owned),
    }
}

/// The text of that identifier with those values. One that is missing is shown by its name, which a test refuses.
pub(crate) fn text(id: &str, values: Option<&FluentArgs<'_>>) -> String {
    find(language(), id, None, values).unwrap_or_else(|| id.to_owned())
}

/// The text of an attribute of a message, or of the message itself.
pub(crate) fn find(
    language: Language,
    id: &str,
    attribute: Option<&str>,
    values: Option<&FluentArgs<'_>>,
) -> Option<String> {
    match attribute {
        None => TEXTS.find(language, id, values),
        Some(attribute) => TEXTS.find_attribute(language, (id, attribute), values),
    }
}

/// `t!("id", name, other = value; n = number)`: the text of that identifier. Values are shown as they are; numbers, behind
/// the semicolon, decide singular or plural and are written as the language writes them.
macro_rules! t {
    (@value $name:ident) => { $name };
    (@value $name:ident $value:expr) => { $value };
    ($id:literal $(, $name:ident $(= $value:expr)?)* $(; $($n:ident $(= $number:expr)?),*)? $(,)?) => {{
        #[allow(unused_mut, reason = "a text may have no values")]
        let mut values = language::FluentArgs::new();
        $(values.set(stringify!($name), $crate::words::t!(@value $name $($value)?).to_string());)*
        $($(values.set(stringify!($n), $crate::words::t!(@value $n $($number)?) as f64);)*)?
        $crate::words::text($id, Some(&values))
    }};
}
pub(crate) use t;

/// A number with so many digits after the point, which is a comma in French.
pub(crate) fn decimal(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    if language() == Language::French { text.replace('.', ",") } else { text }
}

/// A word that programs read, as people are told it: `state-failed` for `state` and `failed`; what is not known, as it is.
pub(crate) fn word(kind: &str, word: impl std::fmt::Display) -> String {
    let word = word.to_string();
    find(language(), &format!("{kind}-{}", word.replace([' ', '_'], "-")), None, None).unwrap_or(word)
}
