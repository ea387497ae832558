//! Log files as they lie on the disk: listed, read, followed, searched, cleared.

use crate::{
    layout::{
        foreign::{self, Foreign},
        parts::{Faults, Notice},
        view::View,
    },
    logs::pages::explore::Fault,
};
use askama::Template;
use model::{Level, Timestamp};

#[derive(Template)]
#[template(path = "files/list.html")]
pub(crate) struct LogFilesPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) files: Vec<LogFileRow>,
    /// Files that are not shown, because there are too many.
    pub(crate) left_out: u64,
    /// Folders that cannot be read.
    pub(crate) unread: Vec<String>,
    pub(crate) folders: Vec<String>,
    pub(crate) notice: Option<Notice>,
    /// What was kept of a file that was cleared, and where to have it.
    pub(crate) kept: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct LogFileRow {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) modified: Timestamp,
    /// Where it lies.
    pub(crate) folder: String,
    /// The job whose run log it is.
    pub(crate) job: Option<String>,
    pub(crate) can: Can,
}

/// What may be done with a file besides reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Can {
    Read,
    Clear,
}

impl LogFileRow {
    fn shown(&self) -> Foreign {
        Foreign::line(self.name.as_bytes())
    }

    /// For places that take no markup.
    pub(crate) fn plain(&self) -> String {
        foreign::plain(&self.name)
    }

    fn folder(&self) -> Foreign {
        Foreign::line(self.folder.as_bytes())
    }

    fn is_clearable(&self) -> bool {
        self.can == Can::Clear && self.bytes > 0
    }

    /// As it stands in a path.
    fn part(&self) -> String {
        part(&self.name)
    }
}

/// A name as one segment of a path.
pub(crate) fn part(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A line of a file.
#[derive(Clone, Debug)]
pub(crate) struct FileLine {
    pub(crate) text: Foreign,
    pub(crate) level: Option<Level>,
}

impl FileLine {
    pub(crate) fn new(text: &[u8]) -> Self {
        Self { text: Foreign::text(text, 8 << 10), level: level_of(text) }
    }

    fn class(&self) -> &'static str {
        self.level.map_or("none", Level::as_str)
    }
}

/// The first word near the beginning that names a level, for the colour of the line and nothing else.
fn level_of(text: &[u8]) -> Option<Level> {
    const NEAR: usize = 160;
    let words = text[..text.len().min(NEAR)].split(|byte| !byte.is_ascii_alphabetic());
    words.filter(|word| word.len() > 3).find_map(|word| {
        let is_loud = word.iter().all(u8::is_ascii_uppercase);
        match word {
            b"CRITICAL" | b"FATAL" | b"EMERG" | b"PANIC" | b"critical" | b"fatal" => Some(Level::Critical),
            b"ERROR" | b"error" => Some(Level::Error),
            b"WARNING" | b"WARN" | b"warning" | b"warn" => Some(Level::Warning),
            b"INFO" | b"NOTICE" if is_loud => Some(Level::Info),
            b"DEBUG" => Some(Level::Debug),
            b"TRACE" => Some(Level::Trace),
            _ => None,
        }
    })
}

#[derive(Template)]
#[template(path = "files/view.html")]
pub(crate) struct ViewPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) file: LogFileRow,
    pub(crate) lines: Vec<FileLine>,
    pub(crate) choices: Vec<LinesChoice>,
    /// Fewer lines than were asked for.
    pub(crate) is_cut: bool,
    /// The last lines of the file, of which the very last are in sight.
    pub(crate) is_end: bool,
    pub(crate) earlier: Option<String>,
    pub(crate) later: Option<String>,
    pub(crate) last: String,
    /// Where what comes behind is followed; only from the end of a file that may grow.
    pub(crate) follow: Option<String>,
}

/// How lines are read, and a pattern for them.
#[derive(Template)]
#[template(path = "files/format.html")]
pub(crate) struct FormatPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) of: FormatOf,
    /// A format that is known and that they are in.
    pub(crate) recognised: Option<&'static str>,
    pub(crate) name: String,
    pub(crate) pattern: String,
    pub(crate) trial: Option<::logs::formats::Trial>,
    pub(crate) rows: Vec<FormatRow>,
    pub(crate) notice: Option<Notice>,
    pub(crate) faults: Faults,
}

/// Whose lines they are.
#[derive(Clone, Debug)]
pub(crate) struct FormatOf {
    pub(crate) name: Foreign,
    /// The page that leads here, and where the forms go.
    pub(crate) back: String,
    pub(crate) action: String,
    /// Goes with the forms, unless the address says it.
    pub(crate) source: Option<String>,
}

/// A line, and what the pattern makes of it.
#[derive(Clone, Debug)]
pub(crate) struct FormatRow {
    pub(crate) line: Foreign,
    pub(crate) read: Option<ReadRow>,
}

#[derive(Clone, Debug)]
pub(crate) struct ReadRow {
    pub(crate) time: Option<Timestamp>,
    pub(crate) level: Option<Level>,
    pub(crate) fields: Foreign,
    pub(crate) message: Foreign,
}

/// So many lines, and their address.
#[derive(Clone, Debug)]
pub(crate) struct LinesChoice {
    pub(crate) lines: u64,
    pub(crate) address: String,
    pub(crate) chosen: crate::layout::parts::Chosen,
}

impl ReadRow {
    fn level_word(&self) -> Option<&'static str> {
        Some(match self.level? {
            Level::Trace => "level-trace",
            Level::Debug => "level-debug",
            Level::Info => "level-info",
            Level::Warning => "level-warning",
            Level::Error => "level-error",
            Level::Critical => "level-critical",
        })
    }
}

impl LinesChoice {
    fn is_chosen(&self) -> bool {
        self.chosen == crate::layout::parts::Chosen::Yes
    }
}

/// The last lines of a few files.
#[derive(Template)]
#[template(path = "files/last.html")]
pub(crate) struct LastPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) files: Vec<(LogFileRow, LastOf)>,
    pub(crate) lines: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum LastOf {
    Lines(Vec<FileLine>),
    /// It cannot be read, and why.
    Unread(String),
}

#[derive(Template)]
#[template(path = "files/search.html")]
pub(crate) struct FilesSearchPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) query: String,
    pub(crate) language: crate::layout::parts::Chosen,
    /// To choose from, with those that were.
    pub(crate) files: Vec<crate::layout::parts::Choice>,
    pub(crate) faults: Vec<Fault>,
    /// None before something is searched for.
    pub(crate) found: Option<FilesFound>,
}

#[derive(Clone, Debug)]
pub(crate) struct FilesFound {
    pub(crate) hits: Vec<FileHits>,
    pub(crate) matches: u64,
    pub(crate) lines: u64,
    pub(crate) bytes: u64,
    /// What was not searched, and why.
    pub(crate) notes: Vec<String>,
}

/// What was found in one file.
#[derive(Clone, Debug)]
pub(crate) struct FileHits {
    pub(crate) name: Foreign,
    pub(crate) hits: Vec<FileHit>,
}

#[derive(Clone, Debug)]
pub(crate) struct FileHit {
    pub(crate) number: u64,
    pub(crate) address: String,
    pub(crate) line: FileLine,
}

impl FilesSearchPage<'_> {
    fn is_language(&self) -> bool {
        self.language == crate::layout::parts::Chosen::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_take_the_colour_of_the_level_they_name() {
        for (line, level) in [
            ("[AUTO-SYNC] [ERROR] 2025-10-10 14:30:01 [scheduler] - Erreur", Some(Level::Error)),
            ("2025-10-10 14:30:01 WARNING django.request", Some(Level::Warning)),
            ("{\"level\":\"error\",\"msg\":\"x\"}", Some(Level::Error)),
            ("[AUTO-SYNC] [DEBUG] 2025-10-10", Some(Level::Debug)),
            ("Information: no errors", None),
            ("", None),
        ] {
            assert_eq!(level_of(line.as_bytes()), level, "{line}");
        }
    }

    #[test]
    fn a_name_is_one_segment() {
        assert_eq!(part("a b/../é:x.log"), "a%20b%2F%2E%2E%2F%C3%A9%3Ax%2Elog");
    }
}
