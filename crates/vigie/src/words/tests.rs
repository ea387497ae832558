use super::*;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const ENGLISH_FILE: &str = include_str!("../../locales/en.ftl");
const FRENCH_FILE: &str = include_str!("../../locales/fr.ftl");
const CAUSES_FILE: &str = include_str!("../../locales/causes.fr.ftl");
const HELP_FILE: &str = include_str!("../../locales/help.fr.ftl");

/// Words of programs, put together with a kind to an identifier by [`word`].
const KINDS: [&str; 19] = [
    "sync-phase",
    "submission-state",
    "maintenance-state",
    "check-state",
    "check-why",
    "alert-state",
    "severity",
    "schedule-state",
    "run-state",
    "issue-state",
    "state",
    "item",
    "on-unknown",
    "role",
    "scope",
    "verdict",
    "about",
    "column",
    "reason",
];

/// What a text names: values, and other texts.
#[derive(Debug, Default, PartialEq)]
struct Mentions {
    values: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Mentions {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::Placeable { expression: Expression::Inline(inline) } => self.inline(inline),
                PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                    self.inline(selector);
                    variants.iter().for_each(|variant| self.pattern(&variant.value));
                }
                PatternElement::TextElement { .. } => {}
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => drop(self.values.insert(id.name.to_owned())),
            InlineExpression::MessageReference { id, .. } => drop(self.texts.insert(id.name.to_owned())),
            _ => {}
        }
    }
}

/// Every text of a file with what it names; what the texts that it names need counts as its own.
fn texts(source: &str) -> BTreeMap<String, Mentions> {
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
    let mut texts = BTreeMap::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else { continue };
        let mut named = Mentions::default();
        message.value.iter().for_each(|pattern| named.pattern(pattern));
        assert!(texts.insert(message.id.name.to_owned(), named).is_none(), "{} stands twice", message.id.name);
    }
    let values = |id: &String| texts.get(id).map(|named: &Mentions| named.values.clone()).unwrap_or_default();
    let needed: Vec<_> = texts
        .iter()
        .map(|(id, named)| (id.clone(), named.texts.iter().flat_map(values).collect::<BTreeSet<_>>()))
        .collect();
    for (id, values) in needed {
        texts.entry(id).or_default().values.extend(values);
    }
    texts
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_values() {
    let (english, french) = (texts(ENGLISH_FILE), texts(FRENCH_FILE));
    let ids = |texts: &BTreeMap<String, Mentions>| texts.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&english), ids(&french));
    for (id, named) in &english {
        assert_eq!(named.values, french[id].values, "{id}");
    }
}

/// The sources of the program, tests left out.
fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_text_that_is_said_is_there_and_none_is_left_over() {
    let mut source = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
    let english = texts(ENGLISH_FILE);
    let calls = source.match_indices("t!(").filter(|(at, _)| !source[..*at].ends_with(char::is_alphanumeric));
    let said: BTreeSet<String> = calls
        .filter_map(|(at, call)| source[at + call.len()..].trim_start().strip_prefix('"')?.split('"').next())
        .filter(|id| *id != "id")
        .map(str::to_owned)
        .collect();
    let named: BTreeSet<String> = english.values().flat_map(|named| named.texts.clone()).collect();
    let missing: Vec<_> = said.union(&named).filter(|id| !english.contains_key(*id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let is_word = |id: &str| KINDS.iter().any(|kind| id.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-')));
    let unused: Vec<_> =
        english.keys().filter(|id| !said.contains(*id) && !named.contains(*id) && !is_word(id)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_french_cause_is_said() {
    let source = include_str!("causes.rs");
    let unused: Vec<_> = texts(CAUSES_FILE).into_keys().filter(|id| !source.contains(&format!("\"{id}\""))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn french_spaces_do_not_break() {
    for line in
        FRENCH_FILE.lines().chain(HELP_FILE.lines()).chain(CAUSES_FILE.lines()).filter(|line| !line.starts_with('#'))
    {
        for plain in [" : ", " ; ", " ?", "« ", " »", "'"] {
            let is_code = plain == "'" && line.contains("vigie ");
            assert!(!line.contains(plain) || is_code, "{plain:?} in {line}");
        }
    }
}

/// Words that only the other language has; what is typed is no word.
#[test]
fn no_word_of_the_other_language_is_left() {
    const ENGLISH: &[&str] = &[
        "the",
        "of",
        "with",
        "is",
        "are",
        "was",
        "not",
        "file",
        "file:",
        "row",
        "rows",
        "job",
        "jobs",
        "mailing",
        "sent",
        "failed",
        "unknown",
        "help:",
        "error:",
        "warning:",
        "nothing",
        "everything",
        "and",
        "for",
        "from",
        "by",
    ];
    const FRENCH: &[&str] =
        &["le", "la", "les", "des", "du", "est", "une", "pas", "vous", "tâche", "envoi", "et", "où"];
    let words = |line: &str| line.split([' ', '\u{a0}', '\u{202f}', ',']).map(str::to_owned).collect::<Vec<_>>();
    let text = |line: &str| line.split_once(" = ").map_or(line, |(_, text)| text).to_owned();
    for line in
        FRENCH_FILE.lines().chain(HELP_FILE.lines()).chain(CAUSES_FILE.lines()).filter(|line| !line.starts_with('#'))
    {
        let typed = line.contains("vigie ") || line.contains("preparing") || line.contains("queued");
        let found: Vec<_> = words(&text(line)).into_iter().filter(|word| ENGLISH.contains(&word.as_str())).collect();
        assert!(found.is_empty() || typed, "{found:?} in {line}");
    }
    for line in ENGLISH_FILE.lines() {
        let found: Vec<_> = words(&text(line)).into_iter().filter(|word| FRENCH.contains(&word.as_str())).collect();
        assert!(found.is_empty(), "{found:?} in {line}");
    }
}

#[test]
fn the_command_line_goes_over_the_environment() {
    use Language::{English, French};
    type Case = (&'static [&'static str], &'static [(&'static str, &'static str)], Language);
    let table: [Case; 12] = [
        (&[], &[], English),
        (&[], &[("LANG", "fr_FR.UTF-8")], French),
        (&[], &[("LANG", "de_DE.UTF-8")], English),
        (&[], &[("LANG", "fr_FR.UTF-8"), ("LC_ALL", "C")], English),
        (&[], &[("LC_MESSAGES", "fr_CA"), ("LANG", "en_US.UTF-8")], French),
        (&[], &[("LC_ALL", ""), ("LANG", "fr")], French),
        (&[], &[("VIGIE_LANG", "en"), ("LC_ALL", "fr_FR")], English),
        (&["jobs", "--lang", "fr"], &[("VIGIE_LANG", "en")], French),
        (&["--lang=en", "jobs"], &[("LANG", "fr_FR")], English),
        (&["--lang", "de"], &[("LANG", "fr_FR")], French),
        (&["logs", "search", "--", "--lang", "fr"], &[], English),
        (&["--lang"], &[("LANG", "fr_FR")], French),
    ];
    for (words, variables, language) in table {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
        assert_eq!(asked_for(words.iter().map(OsString::from), variable), language, "{words:?} {variables:?}");
    }
}

#[test]
fn numbers_are_written_as_the_language_writes_them() {
    let mut values = FluentArgs::new();
    values.set("n", 12_345_f64);
    assert_eq!(find(Language::French, "n-row", None, Some(&values)).unwrap(), "12\u{202f}345 lignes");
    assert_eq!(find(Language::English, "n-row", None, Some(&values)).unwrap(), "12,345 rows");
}
