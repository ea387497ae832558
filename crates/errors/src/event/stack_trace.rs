//! Frames: where the program was.

use crate::fields::{Fields, FreeBounds, Keep};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Frames of one stack: of those beyond, the middle is left out.
const FRAMES_MAX: usize = 250;
pub(super) const PATH_CHARS_MAX: usize = 1024;
const FUNCTION_CHARS_MAX: usize = 512;
const LINE_CHARS_MAX: usize = 512;
const LINES_AROUND_MAX: usize = 10;

/// What is read of the variables of one frame.
const VARS_BOUNDS: FreeBounds = FreeBounds { entries: 100, depth: 6, text_chars: 2048 };

/// Frames from the outermost call to where it happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StackTrace {
    pub frames: Vec<Frame>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Frame {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abs_path: Option<String>,
    /// Of native code: the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineno: Option<u64>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colno: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pre_context: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_line: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_context: Vec<String>,
    /// Whether it is the program's own code. Told by the client, or found out: it is always there in an event that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_app: Option<bool>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub vars: Map<String, Value>,
    /// What the client sent, where a source map was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minified: Option<Minified>,
    /// Why no source map was applied, where one was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<Unmapped>,
}

/// Why a place in minified code stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unmapped {
    /// No map was uploaded for the build that the file is of.
    NoMap,
    /// The file does not say of which build it is, and no map was uploaded under its name for the release.
    NoDebugId,
    /// There are maps of the file, for other builds of it.
    OtherDebugId,
    /// The map is no source map, or damaged.
    Unusable,
    TooLarge,
    /// The client tells no line or column.
    NoPosition,
    /// The map says nothing of the place: it is not the one of this file.
    OutOfRange,
}

/// A place in minified code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Minified {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineno: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colno: Option<u64>,
}

impl StackTrace {
    /// None where there is no frame.
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let frames = fields.list("frames", Keep::Ends(FRAMES_MAX), |frame| Some(Frame::read(frame)));
        (!frames.is_empty()).then_some(Self { frames })
    }
}

impl Frame {
    fn read(mut fields: Fields<'_>) -> Self {
        Self {
            module: fields.text("module", FUNCTION_CHARS_MAX),
            function: fields.text("function", FUNCTION_CHARS_MAX),
            filename: fields.text("filename", PATH_CHARS_MAX),
            abs_path: fields.text("abs_path", PATH_CHARS_MAX),
            package: fields.text("package", PATH_CHARS_MAX),
            lineno: fields.integer("lineno"),
            colno: fields.integer("colno"),
            pre_context: fields.texts("pre_context", Keep::Last(LINES_AROUND_MAX), LINE_CHARS_MAX),
            context_line: fields.text("context_line", LINE_CHARS_MAX),
            post_context: fields.texts("post_context", Keep::First(LINES_AROUND_MAX), LINE_CHARS_MAX),
            in_app: fields.flag("in_app"),
            vars: fields.free_map("vars", VARS_BOUNDS),
            minified: fields.object("minified", |fields| Some(Minified::read(fields))),
            unmapped: fields.take("unmapped").and_then(|why| serde_json::from_value(why.into_value()).ok()),
        }
    }

    /// The path by which people know the file; whole where it is known.
    pub fn path(&self) -> Option<&str> {
        self.abs_path.as_deref().or(self.filename.as_deref())
    }
}

impl Minified {
    fn read(mut fields: Fields<'_>) -> Self {
        Self {
            filename: fields.text("filename", PATH_CHARS_MAX),
            function: fields.text("function", FUNCTION_CHARS_MAX),
            lineno: fields.integer("lineno"),
            colno: fields.integer("colno"),
        }
    }
}
