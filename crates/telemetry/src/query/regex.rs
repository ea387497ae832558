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
    /// The same in the letters as they are written. Empty as well where folded ones say more.
    pub(super) written: Vec<Vec<u8>>,
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
        let (required, written, is_local) = match &hir {
            Ok(hir) => {
                let of = |letters| Required::of(hir, letters).any_of;
                (of(Letters::Folded), of(Letters::AsWritten), hir.properties().look_set().is_empty())
            }
            Err(_) => (Vec::new(), Vec::new(), false),
        };
        let written = if shortest(&written) >= shortest(&required) { written } else { Vec::new() };
        let required = required.iter().map(|literal| memmem::Finder::new(literal).into_owned()).collect();
        Ok(Self { regex, required, written, is_local })
    }

    pub(super) fn holds(&self, text: &[u8]) -> bool {
        // Not `is_match`: where that has looked from an inner literal backwards in vain, it goes on without the automaton that
        // makes expressions fast, at a tenth of the speed.
        self.regex.find(text).is_some()
    }
}

/// How required texts are told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letters {
    Folded,
    AsWritten,
}

/// What each match of a part of an expression holds.
struct Required {
    /// The only texts that it matches, when they are few.
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

    fn of(hir: &Hir, letters: Letters) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::exactly(vec![Vec::new()]),
            // Half of a letter must not be folded on its own.
            HirKind::Literal(literal) if std::str::from_utf8(&literal.0).is_err() => Self::nothing(),
            HirKind::Literal(literal) => Self::exactly(vec![letters.told(&literal.0)]),
            HirKind::Class(class) => letters.of_class(class).map_or_else(Self::nothing, Self::exactly),
            HirKind::Capture(capture) => Self::of(&capture.sub, letters),
            HirKind::Repetition(repetition) => {
                let inner = Self::of(&repetition.sub, letters);
                match (repetition.min, repetition.max) {
                    (0, _) => Self::nothing(),
                    (1, Some(1)) => inner,
                    _ => Self { exact: None, any_of: inner.any_of },
                }
            }
            HirKind::Alternation(alternatives) => {
                let parts: Vec<Self> = alternatives.iter().map(|part| Self::of(part, letters)).collect();
                let exact = parts.iter().map(|part| part.exact.clone()).collect::<Option<Vec<_>>>();
                let known = parts.iter().all(|part| !part.any_of.is_empty());
                let any_of = if known { parts.into_iter().flat_map(|part| part.any_of).collect() } else { Vec::new() };
                Self { exact: exact.map(|texts| texts.concat()), any_of }.bounded()
            }
            HirKind::Concat(parts) => Self::concat(parts, letters),
        }
    }

    /// Exact texts that follow each other grow together; of all that is required, the best is kept.
    fn concat(parts: &[Hir], letters: Letters) -> Self {
        let mut run = vec![Vec::new()];
        let mut whole = true;
        let mut best = Vec::new();
        for part in parts {
            let part = Self::of(part, letters);
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

fn shortest(set: &[Vec<u8>]) -> usize {
    set.iter().map(Vec::len).min().unwrap_or(0)
}

/// The set whose shortest text is the longest; a set with an empty text requires nothing.
fn better(a: Vec<Vec<u8>>, b: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let (of_a, of_b) = (shortest(&a), shortest(&b));
    if of_a.max(of_b) == 0 {
        Vec::new()
    } else if of_b > of_a {
        b
    } else {
        a
    }
}

impl Letters {
    fn told(self, text: &[u8]) -> Vec<u8> {
        let mut told = text.to_vec();
        if self == Self::Folded {
            fold(&mut told);
        }
        told
    }

    /// The letters of a class, if they are few: all of them fold to one, as those of `[éÉ]` do; or they are two, as they are
    /// written.
    fn of_class(self, class: &Class) -> Option<Vec<Vec<u8>>> {
        let mut letters = self.few(class)?;
        letters.dedup();
        match self {
            Self::Folded => (letters.len() == 1).then_some(letters),
            Self::AsWritten => (1..=2).contains(&letters.len()).then_some(letters),
        }
    }

    fn few(self, class: &Class) -> Option<Vec<Vec<u8>>> {
        const FEW: u32 = 4;
        Some(match class {
            Class::Unicode(class) => {
                let ranges = class.ranges();
                let count: u32 = ranges.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
                if count > FEW {
                    return None;
                }
                let all = ranges.iter().flat_map(|range| range.start()..=range.end());
                all.map(|letter| self.told(letter.to_string().as_bytes())).collect()
            }
            Class::Bytes(class) => {
                let ranges = class.ranges();
                let count: u32 = ranges.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
                if count > FEW || ranges.iter().any(|range| !range.end().is_ascii()) {
                    return None;
                }
                ranges.iter().flat_map(|range| range.start()..=range.end()).map(|byte| self.told(&[byte])).collect()
            }
        })
    }
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

    #[test]
    fn what_a_match_must_hold_as_it_is_written() {
        for (source, case, texts) in [
            ("Durée: [1-9]", Case::AsWritten, "Durée: "),
            ("a[éÉ]b", Case::AsWritten, "aÉb | aéb"),
            ("WORKER (Timeout|Lost)", Case::AsWritten, "WORKER Timeout | WORKER Lost"),
            // More is known of it in letters of either case.
            ("(?i:deferred)", Case::AsWritten, ""),
            ("Délai", Case::Either, ""),
            ("12:3\\d", Case::Either, "12:3"),
        ] {
            let test = RegexTest::new(&RegexText::new(source, case).unwrap()).unwrap();
            let written: Vec<_> = test.written.iter().map(|text| String::from_utf8_lossy(text)).collect();
            assert_eq!(written.join(" | "), texts, "{source}");
        }
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
                let written = test.written.iter().any(|literal| memmem::find(text.as_bytes(), literal).is_some());
                prop_assert!(written || test.written.is_empty(), "{source} matches what is written otherwise");
                let text = Letters::Folded.told(text.as_bytes());
                let held = test.required.iter().any(|literal| literal.find(&text).is_some());
                prop_assert!(held || test.required.is_empty(), "{source} matches");
            }
        }
    }
}
