//! Regular expressions with what is known of their matches beforehand, so that most texts need not be tried.

use super::language::RegexText;
use crate::fold::fold;
use memchr::memmem;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Alternatives that a required text may have; beyond, it is not looked for.
const ALTERNATIVES_MAX: usize = 16;
/// Bytes of a required text; more do not prune better.
const LITERAL_MAX: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct RegexTest {
    regex: regex::bytes::Regex,
    /// Folded; each match holds one of them, letters of either case. Empty when nothing is known.
    pub(super) required: Vec<memmem::Finder<'static>>,
    /// Whether a match within a part of a text is one in the whole: no `^`, `$` or `\b`.
    pub(super) is_local: bool,
}

impl RegexTest {
    pub(super) fn new(text: &RegexText) -> Result<Self, regex::Error> {
        let regex = text.compile()?;
        let hir = regex_syntax::ParserBuilder::new()
            .case_insensitive(text.case() == super::language::Case::Either)
            .utf8(false)
            .build()
            .parse(text.source());
        let (required, is_local) = match &hir {
            Ok(hir) => (Required::of(hir).any_of, hir.properties().look_set().is_empty()),
            Err(_) => (Vec::new(), false),
        };
        let required = required.iter().map(|literal| memmem::Finder::new(literal).into_owned()).collect();
        Ok(Self { regex, required, is_local })
    }

    pub(super) fn holds(&self, text: &[u8]) -> bool {
        // Not `is_match`: where that has looked from an inner literal backwards in vain, it goes on without the automaton that
        // makes expressions fast, at a tenth of the speed.
        self.regex.find(text).is_some()
    }
}

/// What each match of a part of an expression holds.
struct Required {
    /// The only texts that it matches, folded, when they are few.
    exact: Option<Vec<Vec<u8>>>,
    /// One of these is in each match; empty when nothing is known.
    any_of: Vec<Vec<u8>>,
}

impl Required {
    const fn nothing() -> Self {
        Self { exact: None, any_of: Vec::new() }
    }

    fn exactly(texts: Vec<Vec<u8>>) -> Self {
        let any_of = if texts.iter().any(Vec::is_empty) { Vec::new() } else { texts.clone() };
        Self { exact: Some(texts), any_of }
    }

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::exactly(vec![Vec::new()]),
            // Half of a letter must not be folded on its own.
            HirKind::Literal(literal) if std::str::from_utf8(&literal.0).is_err() => Self::nothing(),
            HirKind::Literal(literal) => Self::exactly(vec![folded(&literal.0)]),
            HirKind::Class(class) => {
                class_letter(class).map_or_else(Self::nothing, |letter| Self::exactly(vec![letter]))
            }
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let inner = Self::of(&repetition.sub);
                match (repetition.min, repetition.max) {
                    (0, _) => Self::nothing(),
                    (1, Some(1)) => inner,
                    _ => Self { exact: None, any_of: inner.any_of },
                }
            }
            HirKind::Alternation(alternatives) => {
                let parts: Vec<Self> = alternatives.iter().map(Self::of).collect();
                let exact = parts.iter().map(|part| part.exact.clone()).collect::<Option<Vec<_>>>();
                let known = parts.iter().all(|part| !part.any_of.is_empty());
                let any_of = if known { parts.into_iter().flat_map(|part| part.any_of).collect() } else { Vec::new() };
                Self { exact: exact.map(|texts| texts.concat()), any_of }.bounded()
            }
            HirKind::Concat(parts) => Self::concat(parts),
        }
    }

    /// Exact texts that follow each other grow together; of all that is required, the best is kept.
    fn concat(parts: &[Hir]) -> Self {
        let mut run = vec![Vec::new()];
        let mut whole = true;
        let mut best = Vec::new();
        for part in parts {
            let part = Self::of(part);
            if let Some(texts) = part.exact.as_ref()
                && run.len() * texts.len() <= ALTERNATIVES_MAX
            {
                run = run
                    .iter()
                    .flat_map(|start: &Vec<u8>| texts.iter().map(move |end| [start.as_slice(), end].concat()))
                    .collect();
                continue;
            }
            best = better(best, std::mem::replace(&mut run, vec![Vec::new()]));
            best = better(best, part.any_of);
            whole = false;
        }
        let any_of = better(best, run.clone());
        Self { exact: whole.then_some(run), any_of }.bounded()
    }

    fn bounded(mut self) -> Self {
        if self.any_of.len() > ALTERNATIVES_MAX {
            self.any_of.clear();
        }
        for text in &mut self.any_of {
            text.truncate(LITERAL_MAX);
        }
        self.exact = self
            .exact
            .filter(|texts| texts.len() <= ALTERNATIVES_MAX && texts.iter().all(|text| text.len() <= LITERAL_MAX));
        self
    }
}

/// The set whose shortest text is the longest; a set with an empty text requires nothing.
fn better(a: Vec<Vec<u8>>, b: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let shortest = |set: &[Vec<u8>]| set.iter().map(Vec::len).min().unwrap_or(0);
    let (of_a, of_b) = (shortest(&a), shortest(&b));
    if of_a.max(of_b) == 0 {
        Vec::new()
    } else if of_b > of_a {
        b
    } else {
        a
    }
}

fn folded(text: &[u8]) -> Vec<u8> {
    let mut folded = text.to_vec();
    fold(&mut folded);
    folded
}

/// The letter that all of a class fold to, as `[éÉ]` does.
fn class_letter(class: &Class) -> Option<Vec<u8>> {
    let letters: Vec<Vec<u8>> = match class {
        Class::Unicode(class) => {
            let ranges = class.ranges();
            let count: u32 = ranges.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
            if count > 4 {
                return None;
            }
            ranges
                .iter()
                .flat_map(|range| range.start()..=range.end())
                .map(|c| folded(c.to_string().as_bytes()))
                .collect()
        }
        Class::Bytes(class) => {
            let ranges = class.ranges();
            let count: u32 = ranges.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
            if count > 4 || ranges.iter().any(|range| !range.end().is_ascii()) {
                return None;
            }
            ranges.iter().flat_map(|range| range.start()..=range.end()).map(|byte| folded(&[byte])).collect()
        }
    };
    let first = letters.first()?;
    letters.iter().all(|letter| letter == first).then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::language::Case;
    use proptest::prelude::*;

    fn required(source: &str, case: Case) -> String {
        let test = RegexTest::new(&RegexText::new(source, case).unwrap()).unwrap();
        let texts: Vec<_> =
            test.required.iter().map(|finder| String::from_utf8_lossy(finder.needle()).into_owned()).collect();
        texts.join(" | ")
    }

    #[test]
    fn what_a_match_must_hold() {
        for (source, texts) in [
            ("timeout", "timeout"),
            ("Quota exceeded \\(durée: [5-9]\\.", "quota exceeded (durée: "),
            ("took \\d+ ms", "took "),
            ("\\d+ seconds", " seconds"),
            ("(foo|bar)+", "foo | bar"),
            ("pre(foo|bar)\\d*x", "prefoo | prebar"),
            ("(foo|\\d)x+", "x"),
            ("(foo)?\\d", ""),
            ("a*b{2,}", "b"),
            ("^\\[ERR\\]", "[err]"),
            (".*", ""),
            ("[a-i][a-i]", ""),
            ("(?-u:\\xC5)", ""),
        ] {
            assert_eq!(required(source, Case::AsWritten), texts, "{source}");
        }
        assert_eq!(required("Délai", Case::Either), "délai");
        // In either case, `k` and `s` stand for the Kelvin sign and the long s as well.
        assert_eq!(required("risque", Case::Either), "que");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn what_is_required_is_in_each_match(
            source in "([abA-C]|é|\\(a\\|bc\\)|\\[ab\\]|a\\*|b\\+|c\\?|\\.|\\(É\\|\\)|b\\{2\\}|\\(\\?i:ab\\)){1,6}",
            text in "[abcABCéÉ]{0,12}",
            either in any::<bool>(),
        ) {
            let case = if either { Case::Either } else { Case::AsWritten };
            let Ok(regex) = RegexText::new(&source, case) else { return Ok(()) };
            let test = RegexTest::new(&regex).unwrap();
            if test.holds(text.as_bytes()) {
                let text = folded(text.as_bytes());
                let held = test.required.iter().any(|literal| literal.find(&text).is_some());
                prop_assert!(held || test.required.is_empty(), "{source} matches");
            }
        }
    }
}
