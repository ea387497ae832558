//! Why an expression, a zone or a day off is not taken: a code with its arguments, said in the reader's language.

use crate::texts::say;
use language::Language;
use std::fmt;

/// What is wrong with what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    code: &'static str,
    args: Vec<(&'static str, String)>,
}

/// Characters of what was typed that are repeated.
const SHOWN_MAX: usize = 60;

impl Refusal {
    pub(crate) fn new(code: &'static str) -> Self {
        Self { code, args: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string().chars().take(SHOWN_MAX).collect()));
        self
    }

    /// The identifier of its text in [`TEXTS`](crate::TEXTS).
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What is wrong and what to do, as one or two sentences.
    pub fn say(&self, language: Language) -> String {
        say(language, self.code, &self.args)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::English))
    }
}

impl std::error::Error for Refusal {}
