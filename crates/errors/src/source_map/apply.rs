//! Puts what source maps say into the frames of an event.

use super::{Original, SourceMap};
use crate::{
    event::{Event, Frame, Minified, Platform, Unmapped, in_app},
    json,
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use uuid::Uuid;

const LINE_CHARS_MAX: usize = 512;
/// Minified code stands in longer lines.
const READABLE_BYTES_MAX: usize = 200;

/// A map that an event asks for: by the id of the build, or by the file's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WantedMap {
    /// Without its query: `https://shop.example/static/app.js`
    pub file: String,
    pub debug_id: Option<Uuid>,
}

/// The maps that were found, and why others were not.
pub type Maps = HashMap<WantedMap, Result<Arc<SourceMap>, Unmapped>>;

/// The maps that the frames of `event` ask for; none where its code is not JavaScript.
pub fn wanted(event: &Event) -> BTreeSet<WantedMap> {
    if Platform::of(event) != Platform::JavaScript {
        return BTreeSet::new();
    }
    let exceptions = event.exceptions.iter().filter_map(|exception| exception.stack_trace.as_ref());
    let threads = event.threads.iter().filter_map(|thread| thread.stack_trace.as_ref());
    let frames = exceptions.chain(threads).chain(&event.stack_trace).flat_map(|stack| &stack.frames);
    let ids = debug_ids(event);
    frames.filter_map(|frame| wanted_by(frame, &ids)).collect()
}

/// Puts in what `maps` say. A frame that stays as it is says why, where one was asked for. What is in the program's own
/// code is settled anew, since libraries are told apart by their sources only.
pub fn apply(event: &mut Event, maps: &Maps) {
    let ids = debug_ids(event);
    for stack_trace in event.stack_traces_mut() {
        // What a caller's place names is the function that it called.
        let mut called: Option<String> = None;
        for frame in &mut stack_trace.frames {
            let Some(result) = wanted_by(frame, &ids).and_then(|wanted| maps.get(&wanted)) else {
                called = None;
                continue;
            };
            match result.as_ref().map_err(|why| *why).and_then(|map| original(map, frame)) {
                Ok(original) => {
                    put(frame, &original, called.take());
                    called = original.name.map(str::to_owned);
                }
                Err(why) => (frame.unmapped, called) = (Some(why), None),
            }
        }
    }
}

/// The names under which the file's map may have been uploaded, the narrowest first: with its host, and `~` for any.
pub fn artifact_names(file: &str) -> Vec<String> {
    let path = file.split_once("://").map_or(file, |(_, rest)| rest.find('/').map_or("", |slash| &rest[slash..]));
    let path = path.trim_start_matches('/');
    let mut names = vec![file.to_owned(), format!("~/{path}")];
    // Below which folder a site is served is not known where it is built.
    names.extend(path.match_indices('/').map(|(slash, _)| format!("~/{}", &path[slash + 1..])));
    names
}

/// The ids of builds by the files that they are of.
fn debug_ids(event: &Event) -> HashMap<String, Uuid> {
    let images = event.debug_meta.images.iter().filter(|image| image.kind == "sourcemap");
    images.filter_map(|image| Some((without_query(image.code_file.as_deref()?).to_owned(), image.debug_id?))).collect()
}

fn wanted_by(frame: &Frame, ids: &HashMap<String, Uuid>) -> Option<WantedMap> {
    let file = without_query(frame.path()?);
    let is_script = [".js", ".mjs", ".cjs", ".bundle"].iter().any(|end| file.ends_with(end));
    let debug_id = ids.get(file).copied();
    let is_library = frame.in_app == Some(false) && debug_id.is_none();
    let is_readable = debug_id.is_none() && frame.context_line.as_deref().is_some_and(is_written_by_hand);
    let wants = (is_script || debug_id.is_some()) && frame.minified.is_none() && !is_library && !is_readable;
    wants.then(|| WantedMap { file: file.to_owned(), debug_id })
}

/// Whether a line that the client has read in its own files is source as people write it: clients cut lines that are longer.
fn is_written_by_hand(line: &str) -> bool {
    line.len() <= READABLE_BYTES_MAX && !line.contains("{snip}")
}

fn without_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or(path)
}

fn original<'a>(map: &'a SourceMap, frame: &Frame) -> Result<Original<'a>, Unmapped> {
    let place = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
    let (line, column) = place(frame.lineno).zip(place(frame.colno)).ok_or(Unmapped::NoPosition)?;
    map.original(line, column).ok_or(Unmapped::OutOfRange)
}

fn put(frame: &mut Frame, original: &Original<'_>, called: Option<String>) {
    frame.minified = Some(Minified {
        filename: frame.abs_path.take().or(frame.filename.take()),
        function: frame.function.clone(),
        lineno: frame.lineno,
        colno: frame.colno,
    });
    frame.filename = Some(original.source.to_owned());
    (frame.lineno, frame.colno) = (Some(original.line.into()), Some(original.column.into()));
    // An object before it has its minified name.
    let last = |name: String| name.rsplit('.').next().map(str::to_owned);
    frame.function = called.or(frame.function.take().and_then(last));
    // Of the minified file, in any case.
    frame.module = None;
    (frame.pre_context, frame.context_line, frame.post_context) = (Vec::new(), None, Vec::new());
    if let Some(context) = &original.context {
        frame.pre_context = context.before.iter().map(|line| bounded(line)).collect();
        frame.context_line = Some(bounded(context.line));
        frame.post_context = context.after.iter().map(|line| bounded(line)).collect();
    }
    frame.in_app = Some(!original.is_ignored);
    frame.in_app = Some(in_app::is_in_app(frame, Platform::JavaScript));
}

fn bounded(line: &str) -> String {
    // Four bytes a character at most: of a line of a megabyte not all is copied.
    let end = line.char_indices().nth(LINE_CHARS_MAX + 1).map_or(line.len(), |(end, _)| end);
    let mut line = line[..end].to_owned();
    json::cut(&mut line, LINE_CHARS_MAX);
    line
}
