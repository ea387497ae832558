//! What a search of the logs has found, as a mail.

use crate::{
    Say,
    html::{FONT, TABLE, document, escaped},
};
use model::{Level, Timestamp};
use std::fmt::Write as _;

/// Lines of one mail: Gmail cuts it at 102 KB.
const LINES_MAX: usize = 50;
/// Characters of each.
const LINE_CHARS_MAX: usize = 300;

/// What a search has found from `since` on, before `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What the search is called.
    pub name: String,
    /// As it was written.
    pub query: String,
    pub since: Timestamp,
    pub until: Timestamp,
    pub count: u64,
    /// The newest first.
    pub lines: Vec<FindingLine>,
    /// Something could not be read, and is missing.
    pub is_partial: bool,
    /// Where one sees all of it.
    pub link: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingLine {
    pub at: Timestamp,
    pub level: Option<Level>,
    pub text: String,
}

impl Finding {
    /// What stands above it, and in lists of mails.
    pub fn subject(&self, say: Say<'_>) -> String {
        say.count("found", self.count, &[("name", self.name.as_str().into())])
    }

    /// The part of a mail without markup.
    pub fn text(&self, say: Say<'_>) -> String {
        let mut out = format!("{}\n\n", self.subject(say));
        for (label, value) in self.facts(say) {
            let _ = writeln!(out, "{label}  {value}");
        }
        if !self.lines.is_empty() {
            let _ = writeln!(out, "\n{}", self.heading(say));
            for (at, level, text) in self.rows(say) {
                let _ = writeln!(out, "  {at}  {level}{}{text}", if level.is_empty() { "" } else { "  " });
            }
        }
        if self.is_partial {
            let _ = writeln!(out, "\n{}", say.t("partial-lines"));
        }
        if !self.link.is_empty() {
            let _ = writeln!(out, "\n{}\n{}", say.t("open"), self.link);
        }
        format!("{out}\n-- \n{}\n", say.t("why-finding"))
    }

    /// A whole document.
    pub fn html(&self, say: Say<'_>) -> String {
        let cell = format!("padding:3px 0;{FONT};font-size:13px;line-height:18px;vertical-align:top");
        let mut body = format!("<table {TABLE} width=\"100%\">");
        for (label, value) in self.facts(say) {
            let _ = write!(
                body,
                "<tr><td style=\"{cell};padding-right:12px;color:#595959\">{}</td>\
<td width=\"100%\" style=\"{cell};color:#1a1a1a;word-break:break-word\">{}</td></tr>",
                escaped(&label),
                escaped(&value)
            );
        }
        body.push_str("</table>");
        if !self.lines.is_empty() {
            let title = escaped(&self.heading(say));
            let _ = write!(
                body,
                "<h2 style=\"margin:20px 0 6px;{FONT};font-size:15px;line-height:22px;color:#1a1a1a\">{title}</h2>\
<table {TABLE} width=\"100%\">"
            );
            for (at, level, text) in self.rows(say) {
                let _ = write!(
                    body,
                    "<tr><td style=\"{cell};padding-right:12px;color:#595959;white-space:nowrap\">{}</td>\
<td style=\"{cell};padding-right:12px;color:#1a1a1a\">{}</td>\
<td width=\"100%\" style=\"{cell};color:#1a1a1a;word-break:break-word\">{}</td></tr>",
                    escaped(&at),
                    escaped(&level),
                    escaped(&text)
                );
            }
            body.push_str("</table>");
        }
        if self.is_partial {
            let _ = write!(
                body,
                "<p style=\"margin:20px 0 0;{FONT};font-size:13px;line-height:18px;color:#595959\">{}</p>",
                escaped(&say.t("partial-lines"))
            );
        }
        document(&self.subject(say), &body, (&self.link, &say.t("why-finding")), say)
    }

    fn facts(&self, say: Say<'_>) -> [(String, String); 2] {
        let times = [("since", say.moment(self.since).into()), ("until", say.moment(self.until).into())];
        [(say.t("finding-query"), self.query.clone()), (say.t("finding-time"), say.with("finding-from-to", &times))]
    }

    fn heading(&self, say: Say<'_>) -> String {
        let shown = self.lines.len().min(LINES_MAX) as u64;
        match shown < self.count {
            true => say.count("newest-lines", shown, &[]),
            false => say.t("found-lines"),
        }
    }

    /// The time, the level and the text of each line.
    fn rows<'a>(&'a self, say: Say<'a>) -> impl Iterator<Item = (String, String, String)> + 'a {
        self.lines.iter().take(LINES_MAX).map(move |line| {
            let level = line.level.map(|level| say.t(&format!("level-{}", level.as_str()))).unwrap_or_default();
            let text: String = line.text.chars().take(LINE_CHARS_MAX).collect();
            let cut = if text.len() < line.text.len() { " …" } else { "" };
            (say.second(line.at), level, format!("{text}{cut}"))
        })
    }
}
