//! Where minified code came from: source maps of revision 3 (ECMA-426), whole and indexed.
//!
//! A map is kept as its text with a checkpoint every few hundred segments, so that a large one costs little more memory
//! than its sources; a position is found by decoding from the checkpoint before it.

mod apply;
mod mappings;

pub use apply::{Maps, WantedMap, apply, artifact_names, wanted};

use mappings::{Mappings, Segment};
use serde::Deserialize;
use uuid::Uuid;

/// Bytes of a map.
pub const MAP_BYTES_MAX: usize = 64 << 20;

const SECTIONS_MAX: usize = 1000;

/// Lines around the one that ran.
const LINES_AROUND: usize = 5;

/// Why a map cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum UnusableMap {
    #[error("the source map has more than {MAP_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the source map is none: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("the source map is of version {0}: only 3 is known")]
    Version(u32),
    #[error("the source map has more than {SECTIONS_MAX} sections, or sections within sections")]
    Sections,
    #[error("the source map's mappings are damaged at byte {at}")]
    Mappings { at: usize },
}

/// A map that can be asked.
#[derive(Debug)]
pub struct SourceMap {
    debug_id: Option<Uuid>,
    sections: Vec<Section>,
}

/// A part of the minified file with its own map; a map that is whole has one.
#[derive(Debug)]
struct Section {
    /// Where it begins, from 0.
    line: u32,
    column: u32,
    mappings: Mappings,
    names: Vec<String>,
    sources: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    path: String,
    content: Option<SourceText>,
    /// Whether debuggers are to pass over it: a library.
    is_ignored: bool,
}

/// A source, whose lines are found at once however many there are.
#[derive(Debug)]
struct SourceText {
    text: String,
    /// The byte at which each line begins.
    starts: Vec<u32>,
}

/// Where code came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original<'a> {
    pub source: &'a str,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// What is named there, before it was minified.
    pub name: Option<&'a str>,
    pub is_ignored: bool,
    /// None where the map does not have the source.
    pub context: Option<SourceContext<'a>>,
}

/// The line that ran, and those around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceContext<'a> {
    pub before: Vec<&'a str>,
    pub line: &'a str,
    pub after: Vec<&'a str>,
}

#[derive(Deserialize)]
struct Written {
    version: u32,
    #[serde(default)]
    sources: Vec<Option<String>>,
    #[serde(default, rename = "sourceRoot")]
    source_root: Option<String>,
    #[serde(default, rename = "sourcesContent")]
    sources_content: Option<Vec<Option<String>>>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    mappings: String,
    #[serde(default, rename = "ignoreList", alias = "x_google_ignoreList")]
    ignore_list: Vec<usize>,
    #[serde(default, rename = "debugId", alias = "debug_id")]
    debug_id: Option<String>,
    sections: Option<Vec<WrittenSection>>,
}

#[derive(Deserialize)]
struct WrittenSection {
    offset: Offset,
    map: Box<Written>,
}

#[derive(Clone, Copy, Deserialize)]
struct Offset {
    line: u32,
    column: u32,
}

impl SourceMap {
    /// Reads a map.
    ///
    /// # Errors
    /// When it is too large, no map, or damaged.
    pub fn parse(bytes: &[u8]) -> Result<Self, UnusableMap> {
        if bytes.len() > MAP_BYTES_MAX {
            return Err(UnusableMap::TooLarge);
        }
        let written: Written = serde_json::from_slice(without_guard(bytes))?;
        let debug_id = written.debug_id.as_deref().and_then(|id| id.parse().ok());
        let sections = match written.sections {
            Some(sections) if sections.len() > SECTIONS_MAX => return Err(UnusableMap::Sections),
            Some(sections) => sections.into_iter().map(section).collect::<Result<_, _>>()?,
            None => vec![Section::of(written, Offset { line: 0, column: 0 })?],
        };
        Ok(Self { debug_id, sections })
    }

    /// The id that the build gave to the file and to its map.
    pub fn debug_id(&self) -> Option<Uuid> {
        self.debug_id
    }

    /// What stands at a position of the minified file: line and column from 1. None where nothing is mapped.
    pub fn original(&self, line: u32, column: u32) -> Option<Original<'_>> {
        let (line, column) = (line.checked_sub(1)?, column.saturating_sub(1));
        let after = self.sections.partition_point(|section| (section.line, section.column) <= (line, column));
        let section = &self.sections[after.checked_sub(1)?];
        let line = line - section.line;
        section.original(line, if line == 0 { column - section.column } else { column })
    }
}

/// Some servers put `)]}'` before JSON, so that it runs nowhere.
fn without_guard(bytes: &[u8]) -> &[u8] {
    if !bytes.starts_with(b")]}") {
        return bytes;
    }
    memchr::memchr(b'\n', bytes).map_or(&[], |end| &bytes[end..])
}

fn section(written: WrittenSection) -> Result<Section, UnusableMap> {
    if written.map.sections.is_some() {
        return Err(UnusableMap::Sections);
    }
    Section::of(*written.map, written.offset)
}

impl Section {
    fn of(written: Written, offset: Offset) -> Result<Self, UnusableMap> {
        if written.version != 3 {
            return Err(UnusableMap::Version(written.version));
        }
        let root =
            written.source_root.filter(|root| !root.is_empty()).map(|root| root.trim_end_matches('/').to_owned() + "/");
        let mut contents = written.sources_content.unwrap_or_default().into_iter();
        let source = |(at, path): (usize, Option<String>)| Source {
            path: root.clone().unwrap_or_default() + path.as_deref().unwrap_or_default(),
            content: contents.next().flatten().map(SourceText::of),
            is_ignored: written.ignore_list.contains(&at),
        };
        let sources = written.sources.into_iter().enumerate().map(source).collect();
        let mappings = Mappings::read(written.mappings).map_err(|at| UnusableMap::Mappings { at })?;
        Ok(Self { line: offset.line, column: offset.column, mappings, names: written.names, sources })
    }

    fn original(&self, line: u32, column: u32) -> Option<Original<'_>> {
        let Segment { source: Some(place), .. } = self.mappings.find(line, column)? else { return None };
        let source = self.sources.get(usize::try_from(place.source).ok()?)?;
        let line = u32::try_from(place.line).ok()?;
        Some(Original {
            source: &source.path,
            line: line.checked_add(1)?,
            column: u32::try_from(place.column).ok()?.checked_add(1)?,
            name: place.name.and_then(|name| self.names.get(usize::try_from(name).ok()?)).map(String::as_str),
            is_ignored: source.is_ignored,
            context: source.content.as_ref().and_then(|content| content.context(line as usize)),
        })
    }
}

impl SourceText {
    fn of(text: String) -> Self {
        // Of a map that is not too large, every place fits. Behind the last break there is no line.
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1).filter(|start| *start < text.len());
        let starts = std::iter::once(0).chain(breaks.map(|start| start as u32)).collect();
        Self { text, starts }
    }

    fn line(&self, line: usize) -> Option<&str> {
        let start = *self.starts.get(line)? as usize;
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| *next as usize);
        self.text.get(start..end).map(|line| line.trim_end_matches(['\n', '\r']))
    }

    /// The line, counted from 0, with those around it.
    fn context(&self, line: usize) -> Option<SourceContext<'_>> {
        let ran = self.line(line)?;
        let lines = |range: std::ops::Range<usize>| range.filter_map(|line| self.line(line)).collect();
        let before = lines(line.saturating_sub(LINES_AROUND)..line);
        Some(SourceContext { before, line: ran, after: lines(line + 1..line + 1 + LINES_AROUND) })
    }
}

#[cfg(test)]
mod tests;
