//! What there is help on, and how it is searched.

use super::guide::Guide;
use crate::words::folded;
use language::Language;
use std::sync::LazyLock;

/// Something that there is a guide on.
pub(crate) struct Topic {
    /// In the address.
    pub(crate) slug: &'static str,
    /// The identifiers of its title, and of what it is about.
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    /// As documents link to it.
    files: &'static [&'static str],
    english: &'static str,
    /// Where there is one.
    french: Option<&'static str>,
}

pub(crate) const TOPICS: [Topic; 11] = [
    Topic {
        slug: "sending",
        title: "help-sending",
        about: "help-sending-about",
        files: &["sending.en.md", "envoyer.fr.md"],
        english: include_str!("../../../../docs/sending.en.md"),
        french: Some(include_str!("../../../../docs/envoyer.fr.md")),
    },
    Topic {
        slug: "errors",
        title: "help-errors",
        about: "help-errors-about",
        files: &["errors.md", "erreurs.fr.md"],
        english: include_str!("../../../../docs/errors.md"),
        french: Some(include_str!("../../../../docs/erreurs.fr.md")),
    },
    Topic {
        slug: "logs",
        title: "help-logs",
        about: "help-logs-about",
        files: &["reading-logs.md"],
        english: include_str!("../../../../docs/reading-logs.md"),
        french: None,
    },
    Topic {
        slug: "search",
        title: "help-search",
        about: "help-search-about",
        files: &["search.md"],
        english: include_str!("../../../../docs/search.md"),
        french: None,
    },
    Topic {
        slug: "collecting",
        title: "help-collecting",
        about: "help-collecting-about",
        files: &["collecting.md"],
        english: include_str!("../../../../docs/collecting.md"),
        french: None,
    },
    Topic {
        slug: "monitoring",
        title: "help-monitoring",
        about: "help-monitoring-about",
        files: &["monitoring.md", "monitoring.fr.md"],
        english: include_str!("../../../../docs/monitoring.md"),
        french: Some(include_str!("../../../../docs/monitoring.fr.md")),
    },
    Topic {
        slug: "celery",
        title: "celery-title",
        about: "help-celery-about",
        files: &["celery.md", "celery.fr.md"],
        english: include_str!("../../../../docs/celery.md"),
        french: Some(include_str!("../../../../docs/celery.fr.md")),
    },
    Topic {
        slug: "dhis2",
        title: "syncs-title",
        about: "help-dhis2-about",
        files: &["dhis2.md", "dhis2.fr.md"],
        english: include_str!("../../../../docs/dhis2.md"),
        french: Some(include_str!("../../../../docs/dhis2.fr.md")),
    },
    Topic {
        slug: "proxy",
        title: "help-proxy",
        about: "help-proxy-about",
        files: &["proxy.md", "proxy.fr.md"],
        english: include_str!("../../../../docs/proxy.md"),
        french: Some(include_str!("../../../../docs/proxy.fr.md")),
    },
    Topic {
        slug: "switching",
        title: "help-switching",
        about: "help-switching-about",
        files: &["switching.md", "switching.fr.md"],
        english: include_str!("../../../../docs/switching.md"),
        french: Some(include_str!("../../../../docs/switching.fr.md")),
    },
    Topic {
        slug: "embedding",
        title: "help-embedding",
        about: "help-embedding-about",
        files: &["embedding.md"],
        english: include_str!("../../../../docs/embedding.md"),
        french: None,
    },
];

/// In English, and in French where there is that.
struct Guides {
    english: Guide,
    french: Option<Guide>,
}

static GUIDES: LazyLock<Vec<Guides>> = LazyLock::new(|| {
    let guide = |text: &str| Guide::new(text, address_of);
    TOPICS.iter().map(|topic| Guides { english: guide(topic.english), french: topic.french.map(guide) }).collect()
});

/// Where a link of a document leads here.
fn address_of(link: &str) -> Option<String> {
    if link.starts_with('#') || link.starts_with("https://") {
        return Some(link.to_owned());
    }
    let (file, place) = link.split_once('#').map_or((link, String::new()), |(file, place)| (file, format!("#{place}")));
    let topic = TOPICS.iter().find(|topic| topic.files.contains(&file))?;
    Some(format!("/help/{}{place}", topic.slug))
}

/// A guide in the reader's language, or in English.
pub(crate) struct ChosenGuide {
    pub(crate) topic: &'static Topic,
    pub(crate) html: &'static str,
    /// Identifier and text of each heading.
    pub(crate) headings: Vec<(&'static str, &'static str)>,
    /// The language that it is written in, for `lang=`.
    pub(crate) language: &'static str,
}

pub(crate) fn chosen(slug: &str, language: Language) -> Option<ChosenGuide> {
    let at = TOPICS.iter().position(|topic| topic.slug == slug)?;
    let (guide, code) = in_language(at, language)?;
    let headings = guide.sections.iter().filter(|section| !section.id.is_empty());
    let headings = headings.map(|section| (section.id.as_str(), section.heading.as_str())).collect();
    Some(ChosenGuide { topic: &TOPICS[at], html: &guide.html, headings, language: code })
}

fn in_language(at: usize, language: Language) -> Option<(&'static Guide, &'static str)> {
    let guides = GUIDES.get(at)?;
    Some(match (&guides.french, language) {
        (Some(french), Language::French) => (french, "fr"),
        _ => (&guides.english, "en"),
    })
}

/// A section of a guide that holds what was looked for.
#[derive(Clone, Debug)]
pub(crate) struct HelpHit {
    /// The identifier of the guide's title.
    pub(crate) title: &'static str,
    pub(crate) heading: String,
    pub(crate) address: String,
    /// The words around the first that was looked for.
    pub(crate) excerpt: String,
    pub(crate) language: &'static str,
}

/// Characters of an excerpt, and words that are looked for.
const EXCERPT_CHARS: usize = 160;
const TERMS_MAX: usize = 8;

/// Sections that hold every word, those whose heading does first.
pub(crate) fn search(q: &str, language: Language, hits_max: usize) -> Vec<HelpHit> {
    let q = folded(q);
    let terms: Vec<&str> = q.split_whitespace().take(TERMS_MAX).collect();
    if terms.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, topic) in TOPICS.iter().enumerate() {
        let Some((guide, code)) = in_language(at, language) else { continue };
        for section in &guide.sections {
            let (heading, text) = (folded(&section.heading), folded(&section.text));
            if !terms.iter().all(|term| heading.contains(term) || text.contains(term)) {
                continue;
            }
            let in_heading = terms.iter().filter(|term| heading.contains(**term)).count();
            let place = if section.id.is_empty() { String::new() } else { format!("#{}", section.id) };
            let hit = HelpHit {
                title: topic.title,
                heading: section.heading.clone(),
                address: format!("/help/{}{place}", topic.slug),
                excerpt: excerpt(&section.text, &terms),
                language: code,
            };
            found.push((std::cmp::Reverse(in_heading), hit));
        }
    }
    found.sort_by_key(|(weight, _)| *weight);
    found.into_iter().map(|(_, hit)| hit).take(hits_max).collect()
}

fn excerpt(text: &str, terms: &[&str]) -> String {
    // Folding keeps the number of characters.
    let chars: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let whole: String = chars.iter().collect();
    let folded = folded(&whole);
    let at = terms.iter().filter_map(|term| folded.find(term)).min().unwrap_or(0);
    let at = folded[..at].chars().count().saturating_sub(EXCERPT_CHARS / 3);
    let part: String = chars.iter().skip(at).take(EXCERPT_CHARS).collect();
    let (before, after) = (if at > 0 { "…" } else { "" }, if at + EXCERPT_CHARS < chars.len() { "…" } else { "" });
    format!("{before}{}{after}", part.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guide_can_be_read_and_its_links_lead_on() {
        for topic in &TOPICS {
            for language in [Language::English, Language::French] {
                let guide = chosen(topic.slug, language).unwrap();
                assert!(guide.html.len() > 1_000 && !guide.headings.is_empty(), "{}", topic.slug);
                for forbidden in [" style=", "<script", "<img", "href=\"recipes", ".md\"", ".md#"] {
                    assert!(!guide.html.contains(forbidden), "{}: {forbidden}", topic.slug);
                }
                for part in guide.html.split("href=\"#").skip(1) {
                    let id = part.split('"').next().unwrap();
                    assert!(guide.html.contains(&format!("id=\"{id}\"")), "{}: #{id}", topic.slug);
                }
            }
        }
    }

    #[test]
    fn a_section_is_found_by_its_words_whatever_the_accents() {
        let french = search("preparer envoi", Language::French, 9);
        assert!(french[0].address.starts_with("/help/sending#préparer"), "{french:#?}");
        assert_eq!(french[0].language, "fr");
        let english = search("proxy", Language::English, 9);
        assert!(
            english[0].address.starts_with("/help/embedding#") && english[0].heading.contains("proxy"),
            "{english:#?}"
        );
        assert!(search("zzqq", Language::English, 9).is_empty() && search(" ", Language::English, 9).is_empty());
        assert!(english.iter().all(|hit| hit.excerpt.chars().count() <= EXCERPT_CHARS + 2));
    }
}
