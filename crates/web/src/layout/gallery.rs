//! Every page with examples, in several states, both languages: each must render, name no missing text, and keep to the
//! strict policy of the browser. With `VIGIE_GALLERY=folder` they are written there, to be looked at.

mod components;
pub(crate) mod examples;

use crate::{
    layout::{assets, view::View},
    words::tests::phrases,
};
use examples::view;
use language::Language;
use std::{fs, path::Path};

/// A page by its name, drawn.
pub(crate) type Drawn = (&'static str, String);

fn all(v: &View) -> Vec<Drawn> {
    let mut pages = examples::way_in(v);
    pages.extend(examples::overviews(v));
    pages.extend(examples::job_pages(v));
    pages.extend(examples::mailings(v));
    pages.extend(examples::logs(v));
    pages.extend(crate::performance::drawn(v));
    pages.extend(crate::report::examples::drawn(v));
    pages.extend(examples::issues(v));
    pages.extend(examples::projects(v));
    pages.extend(examples::schedules(v));
    pages.extend(crate::alerts::examples::alerts(v));
    pages.extend(crate::checks::examples::drawn(v));
    pages.extend(crate::maintenance::examples::drawn(v));
    pages.extend(crate::syncs::examples::drawn(v));
    pages.extend(crate::diagnoses::examples::diagnoses(v));
    pages.extend(examples::house(v));
    pages.push(("components", components::page(v)));
    pages
}

#[test]
fn every_page_renders_in_both_languages_under_a_strict_policy() {
    for language in [Language::English, Language::French] {
        for (name, html) in all(&view(language)) {
            for forbidden in [" style=", "<style", "<script>", " onclick=", " onchange=", "javascript:"] {
                assert!(!html.contains(forbidden), "{name}: {forbidden}");
            }
            assert!(html.contains("<h1"), "{name} has no heading");
            for id in
                ["menu-", "state-", "jobs-", "login-", "account-", "error-", "explore-", "files-", "level-", "fault-"]
            {
                assert!(!html.contains(&format!(">{id}")), "{name} shows an identifier {id}…");
            }
        }
    }
}

/// Texts of the other language that are long enough not to be a name, and are said in this one too in no text.
fn foreign(language: Language) -> Vec<String> {
    let escape = |text: &str| {
        text.replace('&', "&#38;")
            .replace('"', "&#34;")
            .replace('<', "&#60;")
            .replace('>', "&#62;")
            .replace('\'', "&#39;")
    };
    let other = if language == Language::English { Language::French } else { Language::English };
    let own = phrases(language).join("\n");
    let is_telling = |text: &String| text.chars().count() > 12 && text.contains(' ') && !own.contains(text.as_str());
    phrases(other).into_iter().filter(is_telling).map(|text| escape(&text)).collect()
}

#[test]
fn no_page_mixes_languages() {
    for language in [Language::English, Language::French] {
        let foreign = foreign(language);
        assert!(foreign.len() > 600, "only {} texts are looked for", foreign.len());
        let foreign = foreign.iter().map(|text| regex::escape(text)).collect::<Vec<_>>().join("|");
        let foreign = regex::Regex::new(&foreign).unwrap();
        // What is there in one language alone (a guide, what a machine wrote) says which by `lang`.
        let other = if language == Language::English { "fr" } else { "en" };
        let marked = ["article", "p", "span", "ul", "code"]
            .map(|tag| regex::Regex::new(&format!("(?s)<{tag}[^>]* lang=\"{other}\"[^>]*>.*?</{tag}>")).unwrap());
        // Components stand for the pages of people who are shown none of them.
        for (name, html) in all(&view(language)).into_iter().filter(|(name, _)| *name != "components") {
            let html = marked.iter().fold(html, |html, marked| marked.replace_all(&html, "").into_owned());
            let found: Vec<_> = foreign.find_iter(&html).map(|found| found.as_str()).collect();
            assert!(found.is_empty(), "{name}, in {}: {found:#?}", view(language).code());
        }
    }
}

#[test]
fn ids_stand_once_and_labels_have_their_fields() {
    let id = regex::Regex::new(r#"<[a-z]+[^>]* id="([^"]+)""#).unwrap();
    let label = regex::Regex::new(r#" (?:for|aria-labelledby|aria-describedby)="([^"]+)""#).unwrap();
    for (name, html) in all(&view(Language::English)) {
        let mut ids: Vec<&str> = id.captures_iter(&html).map(|found| found.get(1).unwrap().as_str()).collect();
        ids.sort_unstable();
        let doubled: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(doubled.is_empty(), "{name}: {doubled:?}");
        for found in label.captures_iter(&html) {
            assert!(ids.contains(&&found[1]), "{name}: nothing has the id {}", &found[1]);
        }
    }
}

/// Attributes whose value begins with `/` without being an address of ours.
const NO_ADDRESSES: [&str; 7] = ["value", "placeholder", "title", "aria-label", "content", "data-copy", "pattern"];

#[test]
fn every_page_leads_below_the_sub_path_where_there_is_one() {
    let base = crate::BasePath::parse("/outils/vigie").unwrap();
    let attribute = regex::Regex::new(r#"\s([a-z-]+)\s*=\s*(?:"(/[^"]*)"|'(/[^']*)'|(/[^\s>]*))"#).unwrap();
    let mut seen = 0;
    for (name, html) in all(&view(Language::English)) {
        let page = base.in_page(&html);
        for found in attribute.captures_iter(&page) {
            let leads = found.iter().skip(2).flatten().next().unwrap().as_str();
            let is_below = leads.starts_with("/outils/vigie/") && !leads.starts_with("/outils/vigie/outils");
            assert!(is_below || NO_ADDRESSES.contains(&&found[1]), "{name}: {}", &found[0]);
            seen += usize::from(is_below);
        }
        assert_eq!(page.replace("=\"/outils/vigie/", "=\"/"), html, "{name}: nothing else is changed");
    }
    assert!(seen > 1_000, "{seen}");
}

/// What scripts ask for goes through `base.js`; those for pages of other sites know where they came from.
#[test]
fn every_script_asks_below_the_sub_path() {
    let path = regex::Regex::new(r#"["'`]/[a-z]"#).unwrap();
    for asset in assets::ASSETS.iter().filter(|asset| asset.path.ends_with(".js")) {
        for line in asset.text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let is_plain = path.find_iter(line).all(|found| {
                let before = &line[..found.start()];
                before.ends_with("at(") || before.ends_with("there(") || before.ends_with("href*=")
            });
            assert!(is_plain && !line.contains("path=/;"), "{}: {line}", asset.path);
        }
    }
}

/// What a first visit loads stays small even before it is compressed.
#[test]
fn a_first_page_is_small() {
    let page = all(&view(Language::French)).into_iter().find(|(name, _)| *name == "dashboard").unwrap().1;
    let loaded = assets::ASSETS.iter().filter(|asset| page.contains(asset.path));
    let sum = page.len() + loaded.map(|asset| asset.text.len()).sum::<usize>();
    assert!(sum < 140_000, "{sum} bytes before compression");
}

#[test]
fn the_gallery_is_hung() {
    let Ok(folder) = std::env::var("VIGIE_GALLERY") else { return };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("static")).unwrap();
    for asset in assets::ASSETS {
        fs::write(folder.join(&asset.path[1..]), asset.text).unwrap();
    }
    for language in [Language::English, Language::French] {
        let mut v = view(language);
        for theme in [crate::layout::view::Theme::Light, crate::layout::view::Theme::Dark] {
            v.theme = theme;
            for (name, html) in all(&v) {
                fs::write(folder.join(format!("{name}.{}.{}.html", v.code(), theme.as_str())), html).unwrap();
            }
        }
    }
}
