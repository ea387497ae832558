use super::*;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use mail::{sentence::SENTENCES, verdict_text::VERDICTS};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

fn words(language: Language) -> Words {
    Words { language, zone: TimeZone::get("Europe/Paris").unwrap() }
}

/// The files of a language as one.
fn source(texts: &Texts, language: Language) -> String {
    texts.sources(language).join("\n")
}

/// Every text of a file, with the values that it names.
fn texts(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
    let mut texts = BTreeMap::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else { continue };
        let mut names = BTreeSet::new();
        variables(message.value.as_ref().expect("a text"), &mut names);
        assert!(texts.insert(message.id.name.to_owned(), names).is_none(), "{} stands twice", message.id.name);
    }
    texts
}

/// A text as it is read: values as `{name}`, forms for numbers side by side.
fn plain(pattern: &Pattern<&str>) -> String {
    pattern.elements.iter().map(plain_element).collect()
}

fn plain_element(element: &PatternElement<&str>) -> String {
    match element {
        PatternElement::TextElement { value } => (*value).to_owned(),
        PatternElement::Placeable { expression: Expression::Select { variants, .. } } => {
            variants.iter().map(|variant| plain(&variant.value)).collect::<Vec<_>>().join(" / ")
        }
        PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
            InlineExpression::VariableReference { id } => format!("{{{}}}", id.name),
            InlineExpression::StringLiteral { value } => (*value).to_owned(),
            other => panic!("{other:?} in a text"),
        },
    }
}

/// Every text of a file by its identifier, in the file's order.
fn plain_texts(source: &str) -> Vec<(String, String)> {
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
    let message = |entry: &Entry<&str>| match entry {
        Entry::Message(message) => Some((message.id.name.to_owned(), plain(message.value.as_ref()?))),
        _ => None,
    };
    resource.body.iter().filter_map(message).collect()
}

/// What a language's texts are put together from: messages, verdicts and sentences, without the values between.
pub(crate) fn phrases(language: Language) -> Vec<String> {
    let words = self::words(language);
    let said = |texts: &Texts| plain_texts(&source(texts, language)).into_iter().map(|(_, text)| text);
    let others = said(&VERDICTS).chain(said(&SENTENCES)).map(|text| words.spaced(text));
    let texts = said(&super::TEXTS).chain(others);
    let values = regex::Regex::new(r"\{[^}]*\}| / |\n").unwrap();
    texts.flat_map(|text| values.split(&text).map(|part| part.trim().to_owned()).collect::<Vec<_>>()).collect()
}

/// All that people read in pages, to be read from beginning to end, and corrected there. `INSTA_UPDATE=always` writes it.
#[test]
fn every_text_stands_in_the_list_of_words() {
    use std::fmt::Write as _;
    let mut list =
        "# Words\n\nEvery sentence of the pages, in both languages, as `crates/web/locales` and `crates/mail/locales` \
        have them.\nA test writes this list; the rule for words is in [CONTRIBUTING.md](../CONTRIBUTING.md#words).\n"
            .to_owned();
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let parts = [
        ("Pages", "id", &super::TEXTS),
        ("Verdicts: what became of a message", "code", &VERDICTS),
        ("What is wrong with a list, a file or a template", "code", &SENTENCES),
    ];
    for (heading, id, texts) in parts {
        write!(list, "\n## {heading}\n\n| {id} | English | Français |\n|---|---|---|\n").unwrap();
        let french: BTreeMap<_, _> = plain_texts(&source(texts, Language::French)).into_iter().collect();
        for (id, english) in plain_texts(&source(texts, Language::English)) {
            writeln!(list, "| `{id}` | {} | {} |", cell(&english), cell(&french[&id])).unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/words.md");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &list).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == list, "docs/words.md is stale: INSTA_UPDATE=always cargo nextest run -p web words");
}

#[test]
fn french_is_set_as_it_is_printed() {
    let plain_space = regex::Regex::new(" [:;!?»](?:\\s|$)|« |\\w'\\w").unwrap();
    for (id, text) in plain_texts(&source(&super::TEXTS, Language::French)) {
        assert!(!plain_space.is_match(&text), "{id}: a space before a sign must not break: {text}");
    }
}

fn variables(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        let inline = match expression {
            Expression::Inline(inline) => inline,
            Expression::Select { selector, variants } => {
                variants.iter().for_each(|variant| variables(&variant.value, names));
                selector
            }
        };
        if let InlineExpression::VariableReference { id } = inline {
            names.insert(id.name.to_owned());
        }
    }
}

/// Whether a text of this file is shown to people: a template, or a page of a feature. Elsewhere, other things are asked in
/// the same words.
fn is_page(path: &Path) -> bool {
    let is_of_pages =
        |part: &std::ffi::OsStr| ["page.rs", "pages.rs", "pages", "layout"].iter().any(|name| part == *name);
    path.extension().is_some_and(|ext| ext == "html") || path.iter().any(is_of_pages)
}

/// What stands between quotes after `.t(`, `.with(`, `.with_all(` or `.count(`, and every other quoted text of the
/// sources that has the form of an identifier: what `format!` builds is in [`composed`].
fn quoted(folder: &Path, found: &mut BTreeSet<String>, asked: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            quoted(&path, found, asked);
            continue;
        }
        if path.extension().is_none_or(|ext| ext != "rs" && ext != "html") || path.ends_with("words/tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let parts: Vec<&str> = text.split('"').collect();
        for pair in parts.windows(2) {
            let is_id = !pair[1].is_empty()
                && pair[1].bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            if is_id {
                found.insert(pair[1].to_owned());
                let before = pair[0].trim_end();
                let is_asked = [".t(", ".with(", ".with_all(", ".count("].iter().any(|call| before.ends_with(call));
                if is_asked && is_page(&path) {
                    asked.insert(pair[1].to_owned());
                }
            }
        }
    }
}

/// Identifiers that are put together: of a kind of thing, and of which one it is.
fn composed() -> Vec<String> {
    let kinds = model::JobKind::ALL.map(|kind| format!("kind-{kind}"));
    let missed = model::MissedPolicy::ALL.iter().map(|policy| format!("schedule-missed-{policy}"));
    let overlap = model::OverlapPolicy::ALL.iter().map(|policy| format!("schedule-overlap-{policy}"));
    let repeats = crate::schedules::typed::REPEATS.map(|repeat| format!("schedule-repeat-{repeat}"));
    let works = crate::schedules::handlers::WORKS.map(|work| format!("maintenance-{}", work.replace('_', "-")));
    let spans = crate::report::handlers::PERIODS.map(|period| format!("report-period-{period}"));
    let periods = api::report::ReportPeriod::ALL.map(|period| format!("schedule-period-{}", period.as_str()));
    let fields =
        ["name", "when", "zone", "failures-max", "every-s", "timeout-s", "grace-s", "run-max-s", "floors", "url"];
    let more = [
        "statuses",
        "contains",
        "slower-than-ms",
        "certificate-days",
        "redirects",
        "host",
        "port",
        "expected",
        "public-name",
    ];
    let faults = fields.iter().chain(&more).map(|field| format!("check-bad-{field}"));
    kinds
        .into_iter()
        .chain(faults)
        .chain(missed)
        .chain(overlap)
        .chain(repeats)
        .chain(works)
        .chain(spans)
        .chain(periods)
        .collect()
}

#[test]
fn both_languages_have_every_text_and_nothing_else() {
    let (english, french) =
        (texts(&source(&super::TEXTS, Language::English)), texts(&source(&super::TEXTS, Language::French)));
    assert_eq!(english, french, "identifiers, or the values that a text names, differ");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut found, mut asked) = (BTreeSet::new(), BTreeSet::new());
    for folder in ["src", "templates"] {
        quoted(&root.join(folder), &mut found, &mut asked);
    }
    found.extend(composed());
    asked.extend(composed());
    assert!(asked.len() > 100, "the pages are looked for where they are: only {} texts are asked for", asked.len());
    let missing: Vec<_> = asked.iter().filter(|id| !english.contains_key(*id)).collect();
    assert!(missing.is_empty(), "asked for and not there: {missing:?}");
    let unused: Vec<_> = english.keys().filter(|id| !found.contains(*id)).collect();
    assert!(unused.is_empty(), "there and not asked for: {unused:?}");
}

#[test]
fn no_text_stands_in_a_template() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let code = regex::Regex::new(r"(?s)\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}").unwrap();
    let tags = regex::Regex::new(r"(?s)\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}").unwrap();
    let marks = regex::Regex::new(r#"(?s)<code>.*?</code>|<[^>]*>|[a-z-]+="[^"]*"|&[a-z]+;"#).unwrap();
    let mut checked = 0;
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let text = code.replace_all(&text, " ");
            let text = tags.replace_all(&text, " ");
            let bare = marks.replace_all(&text, " ").replace("Vigie", " ");
            let words: Vec<&str> =
                bare.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).collect();
            assert!(words.is_empty(), "{}: {words:?}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 3);
}

#[test]
fn a_reader_is_met_in_their_language() {
    for (asked, language) in [
        ("fr-FR,fr;q=0.9,en;q=0.8", Language::French),
        ("en-GB,en;q=0.9,fr;q=0.8", Language::English),
        ("de-DE,fr;q=0.5,en;q=0.4", Language::French),
        ("fr;q=0,en;q=0.1", Language::English),
        ("de", Language::English),
        ("", Language::English),
        ("fr;q=x, en", Language::English),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, asked.parse().unwrap());
        assert_eq!(preferred(&headers), language, "{asked}");
    }
}

#[test]
fn numbers_and_times_are_written_as_the_language_does() {
    let (english, french) = (words(Language::English), words(Language::French));
    assert_eq!((english.number(&1_234_567), french.number(&1_234)), ("1,234,567".into(), "1\u{202f}234".into()));
    assert_eq!(
        (english.decimal(&98.74), french.decimal(&98.75), english.decimal(&100.0)),
        ("98.7".into(), "98,8".into(), "100".into())
    );
    assert_eq!((english.percent(&99.9), french.percent(&99.9)), ("99.9%".into(), "99,9\u{202f}%".into()));
    for (number, written) in
        [(0.0, "0%"), (0.04, "<\u{a0}0.1%"), (0.05, "0.1%"), (99.94, "99.9%"), (99.96, ">\u{a0}99.9%"), (100.0, "100%")]
    {
        assert_eq!(english.percent(&number), written);
    }
    assert_eq!((english.bytes(&137_000), french.bytes(&1_400_000)), ("137\u{a0}kB".into(), "1,4\u{a0}Mo".into()));
    assert_eq!(french.duration(&Duration::from_secs(90_061)), "1\u{a0}j 1\u{a0}h");
    assert_eq!(english.duration(&Duration::from_millis(250)), "0.3\u{a0}s");
    let at: Timestamp = "2026-08-21T12:32:05Z".parse().unwrap();
    assert_eq!((english.moment(&at), french.moment(&at)), ("21 Aug 2026, 14:32".into(), "21 août 2026, 14:32".into()));
}

#[test]
fn every_recurring_work_has_its_words() {
    fn names(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                names(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                // What stands behind the first tests of a file is one of theirs.
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                let calls = text.split("Work::new(\"").skip(1);
                found.extend(calls.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            }
        }
    }
    let mut found = BTreeSet::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for entry in fs::read_dir(crates).unwrap() {
        let sources = entry.unwrap().path().join("src");
        if sources.is_dir() {
            names(&sources, &mut found);
        }
    }
    assert!(found.len() > 15, "{found:?}");
    let known: BTreeSet<_> = crate::schedules::handlers::WORKS.into_iter().map(str::to_owned).collect();
    let without: Vec<_> = found.difference(&known).collect();
    assert!(without.is_empty(), "no `maintenance-…` text in schedules.*.ftl, nor in WORKS: {without:?}");
}
