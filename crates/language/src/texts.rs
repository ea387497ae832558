//! Texts by identifier, parsed when they are first asked for.

use crate::Language;
use fluent_bundle::{
    FluentArgs, FluentError, FluentResource, FluentValue,
    concurrent::FluentBundle,
    resolver::{ResolverError, errors::ReferenceKind},
};
use intl_memoizer::concurrent::IntlLangMemoizer;
use std::sync::OnceLock;
use unic_langid::langid;

type Bundle = FluentBundle<FluentResource>;

/// How a value is written; `None` where Fluent's own way will do.
pub type Formatter = fn(&FluentValue<'_>, &IntlLangMemoizer) -> Option<String>;

/// The same texts in each language. A language costs nothing before it is spoken.
pub struct Texts {
    sources: [&'static [&'static str]; 2],
    formatters: [Option<Formatter>; 2],
    bundles: [OnceLock<Bundle>; 2],
}

impl Texts {
    /// Of the contents of `.ftl` files. What cannot be parsed in them is left out: tests parse them.
    pub const fn new(english: &'static [&'static str], french: &'static [&'static str]) -> Self {
        Self { sources: [english, french], formatters: [None; 2], bundles: [OnceLock::new(), OnceLock::new()] }
    }

    /// Values are written as these say.
    #[must_use]
    pub const fn with_formatters(mut self, english: Formatter, french: Formatter) -> Self {
        self.formatters = [Some(english), Some(french)];
        self
    }

    /// The files of a language, as they were given.
    pub const fn sources(&self, language: Language) -> &'static [&'static str] {
        self.sources[place(language)]
    }

    /// The text of that identifier, with values in their places. A value that is not given leaves nothing. `None` where there is
    /// no such text.
    pub fn find(&self, language: Language, id: &str, values: Option<&FluentArgs<'_>>) -> Option<String> {
        self.format(language, id, None, values)
    }

    /// The same; where there is no such text, its identifier.
    pub fn say(&self, language: Language, id: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let values: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.find(language, id, Some(&values)).unwrap_or_else(|| id.to_owned())
    }

    /// The same of an attribute of a text.
    pub fn find_attribute(
        &self,
        language: Language,
        (id, attribute): (&str, &str),
        values: Option<&FluentArgs<'_>>,
    ) -> Option<String> {
        self.format(language, id, Some(attribute), values)
    }

    fn format(
        &self,
        language: Language,
        id: &str,
        attribute: Option<&str>,
        values: Option<&FluentArgs<'_>>,
    ) -> Option<String> {
        let bundle = self.bundles[place(language)].get_or_init(|| self.bundle(language));
        let message = bundle.get_message(id)?;
        let pattern = match attribute {
            None => message.value()?,
            Some(name) => message.get_attribute(name)?.value(),
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, values, &mut errors);
        let mut missing = errors.iter().filter_map(missing_value).peekable();
        if missing.peek().is_none() {
            return Some(text.into_owned());
        }
        let mut all = FluentArgs::new();
        values.into_iter().flat_map(FluentArgs::iter).for_each(|(name, value)| all.set(name, value.clone()));
        missing.for_each(|name| all.set(name.to_owned(), ""));
        Some(bundle.format_pattern(pattern, Some(&all), &mut Vec::new()).into_owned())
    }

    fn bundle(&self, language: Language) -> Bundle {
        let mut bundle = match language {
            Language::English => FluentBundle::new_concurrent(vec![langid!("en")]),
            Language::French => FluentBundle::new_concurrent(vec![langid!("fr")]),
        };
        // Both languages run in one direction; marks around each value would be copied with it.
        bundle.set_use_isolating(false);
        for source in self.sources(language) {
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, _)| resource);
            let _ = bundle.add_resource(resource);
        }
        bundle.set_formatter(self.formatters[place(language)]);
        bundle
    }
}

const fn place(language: Language) -> usize {
    match language {
        Language::English => 0,
        Language::French => 1,
    }
}

fn missing_value(error: &FluentError) -> Option<&str> {
    match error {
        FluentError::ResolverError(ResolverError::Reference(ReferenceKind::Variable { id })) => Some(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TEXTS: Texts = Texts::new(
        &[
            "of = { $n ->\n    [one] one of { $all }\n   *[other] { $n } of { $all }\n}\n    .short = { $n }\n",
            "more = More\n",
        ],
        &["of = { $n } sur { $all }\nmore = Plus\n"],
    );

    #[test]
    fn a_text_has_its_values_and_a_missing_one_leaves_nothing() {
        let mut values = FluentArgs::new();
        values.set("n", 1);
        assert_eq!(TEXTS.find(Language::English, "of", Some(&values)).unwrap(), "one of ");
        values.set("all", "{ten}");
        assert_eq!(TEXTS.find(Language::English, "of", Some(&values)).unwrap(), "one of {ten}");
        assert_eq!(TEXTS.find(Language::French, "of", Some(&values)).unwrap(), "1 sur {ten}");
        assert_eq!(
            (TEXTS.find(Language::French, "more", None).unwrap(), TEXTS.find(Language::French, "of_", None)),
            ("Plus".into(), None)
        );
        assert_eq!(TEXTS.find_attribute(Language::English, ("of", "short"), Some(&values)).unwrap(), "1");
    }

    #[test]
    fn numbers_are_written_as_the_formatter_says() {
        static WRITTEN: Texts = Texts::new(&["n = { $n }\n"], &["n = { $n }\n"]).with_formatters(
            |_, _| None,
            |value, _| matches!(value, FluentValue::Number(_)).then(|| "mille".to_owned()),
        );
        let mut values = FluentArgs::new();
        values.set("n", 1000);
        let said = |language| WRITTEN.find(language, "n", Some(&values)).unwrap();
        assert_eq!((said(Language::English), said(Language::French)), ("1000".to_owned(), "mille".to_owned()));
    }
}
