//! A guide, from Markdown to HTML and to sections that can be searched. Only files of our own are read; what they hold of
//! HTML is shown as text all the same.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// A guide as it is shown.
#[derive(Debug)]
pub(super) struct Guide {
    /// Without its first heading.
    pub(super) html: String,
    pub(super) sections: Vec<GuideSection>,
}

/// What stands under a heading.
#[derive(Debug)]
pub(super) struct GuideSection {
    /// Of the heading, in the page; empty for what stands before the first.
    pub(super) id: String,
    pub(super) heading: String,
    /// Without markup.
    pub(super) text: String,
}

impl Guide {
    /// `address_of` says where a link of the guide leads here; `None`: nowhere, and its text alone stays.
    pub(super) fn new(markdown: &str, address_of: impl Fn(&str) -> Option<String>) -> Self {
        let mut writer =
            Writer { events: Vec::new(), sections: vec![GuideSection::new(String::new())], heading: None, image: 0 };
        let mut links = Vec::new();
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { dest_url, link_type, title, id }) => {
                    let address = address_of(&dest_url);
                    links.push(address.is_some());
                    if let Some(address) = address {
                        let dest_url = CowStr::from(address);
                        writer.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                    }
                }
                Event::End(TagEnd::Link) => {
                    if links.pop() == Some(true) {
                        writer.push(Event::End(TagEnd::Link));
                    }
                }
                event => writer.take(event),
            }
        }
        let mut page = String::new();
        html::push_html(&mut page, writer.events.into_iter());
        // What a picture stood in alone.
        let page = page.replace("<p></p>\n", "");
        let sections = writer.sections.into_iter().filter(|section| !section.text.trim().is_empty()).collect();
        Self { html: page, sections }
    }
}

impl GuideSection {
    fn new(heading: String) -> Self {
        Self { id: anchor(&heading), heading, text: String::new() }
    }
}

struct Writer<'a> {
    events: Vec<Event<'a>>,
    sections: Vec<GuideSection>,
    /// Of the heading that is being read: where it begins, and its text.
    heading: Option<(usize, String)>,
    /// Within so many pictures, which are not shown.
    image: u32,
}

impl<'a> Writer<'a> {
    fn take(&mut self, event: Event<'a>) {
        match event {
            Event::Start(Tag::Image { .. }) => self.image += 1,
            Event::End(TagEnd::Image) => self.image -= 1,
            _ if self.image > 0 => {}
            Event::Start(Tag::Heading { .. }) => {
                self.heading = Some((self.events.len(), String::new()));
                self.push(event);
            }
            Event::End(TagEnd::Heading(level)) => {
                self.push(event);
                self.end_heading(level);
            }
            // A strict policy allows no styles in the page, which alignment would be.
            Event::Start(Tag::Table(columns)) => {
                self.push(Event::Start(Tag::Table(vec![pulldown_cmark::Alignment::None; columns.len()])));
            }
            Event::Html(text) | Event::InlineHtml(text) => self.push(Event::Text(text)),
            event => self.push(event),
        }
    }

    fn end_heading(&mut self, level: pulldown_cmark::HeadingLevel) {
        let Some((begin, text)) = self.heading.take() else { return };
        if level == pulldown_cmark::HeadingLevel::H1 {
            // The page has its title already.
            self.events.truncate(begin);
            return;
        }
        let section = GuideSection::new(text);
        if let Some(Event::Start(Tag::Heading { id, .. })) = self.events.get_mut(begin) {
            *id = Some(CowStr::from(section.id.clone()));
        }
        self.sections.push(section);
    }

    fn push(&mut self, event: Event<'a>) {
        if let Event::Text(text) | Event::Code(text) = &event {
            match (&mut self.heading, self.sections.last_mut()) {
                (Some((_, heading)), _) => heading.push_str(text),
                (None, Some(section)) => section.text.push_str(text),
                (None, None) => {}
            }
        } else if let (Event::SoftBreak | Event::HardBreak | Event::End(_), None, Some(section)) =
            (&event, &self.heading, self.sections.last_mut())
        {
            section.text.push(' ');
        }
        self.events.push(event);
    }
}

/// As GitHub makes it of a heading, so that links within a guide hold here and there.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_is_shown_without_what_a_page_must_not_hold() {
        let text = "# Title\n\nHello <b>you</b>.\n\n## The *first* part\n\n![a picture](x.png)\n\n| a | b |\n|--:|---|\n| 1 | [x](y.md) |\n\n<script>alert(1)</script>\n\n[z](nowhere)";
        let guide = Guide::new(text, |to| (to == "y.md").then(|| "/help/y".to_owned()));
        assert!(!guide.html.contains("<script") && !guide.html.contains("<b>") && !guide.html.contains("<img"));
        assert!(!guide.html.contains("<p></p>"), "{}", guide.html);
        assert!(!guide.html.contains("style=") && !guide.html.contains("<h1"), "{}", guide.html);
        assert!(guide.html.contains("<h2 id=\"the-first-part\">"), "{}", guide.html);
        assert!(guide.html.contains("<a href=\"/help/y\">x</a>") && !guide.html.contains("nowhere"));
        let headings: Vec<_> = guide.sections.iter().map(|section| section.heading.as_str()).collect();
        assert_eq!(headings, ["", "The first part"]);
        assert!(guide.sections[0].text.starts_with("Hello"));
    }

    #[test]
    fn anchors_are_those_of_the_documents() {
        assert_eq!(anchor("Who did not get theirs?"), "who-did-not-get-theirs");
        assert_eq!(anchor("Qui n’a pas reçu le sien ?"), "qui-na-pas-reçu-le-sien-");
        assert_eq!(anchor("Promtail, Grafana Alloy"), "promtail-grafana-alloy");
    }
}
