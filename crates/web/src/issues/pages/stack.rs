//! Exceptions with their stacks: the one that was caught first, then what caused it; the innermost frame first.

use crate::{
    issues::pages::event::{ShownPair, pairs},
    layout::foreign::Foreign,
};
use errors::{
    Event,
    event::{Exception, Frame, StackTrace, Unmapped},
};

/// Frames of the program's own that are open from the beginning.
const OPEN_MAX: usize = 5;
const VALUE_BYTES_MAX: usize = 8_192;

#[derive(Clone, Debug)]
pub(crate) struct ShownException {
    /// None of a stack without an exception.
    pub(crate) kind: Option<Foreign>,
    pub(crate) value: Option<Foreign>,
    pub(crate) module: Option<Foreign>,
    /// Whether the program went on.
    pub(crate) handled: Option<&'static str>,
    pub(crate) runs: Vec<FrameRun>,
}

/// Frames that follow each other, all of the program's own or none.
#[derive(Clone, Debug)]
pub(crate) struct FrameRun {
    pub(crate) origin: FrameOrigin,
    pub(crate) frames: Vec<ShownFrame>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameOrigin {
    App,
    Library,
}

impl FrameRun {
    pub(crate) fn is_app(&self) -> bool {
        self.origin == FrameOrigin::App
    }

    pub(crate) fn count(&self) -> u64 {
        self.frames.len() as u64
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ShownFrame {
    pub(crate) function: Foreign,
    /// `shop/views.py`
    pub(crate) file: Foreign,
    pub(crate) line: Option<u64>,
    pub(crate) column: Option<u64>,
    pub(crate) fold: Fold,
    pub(crate) source: Vec<SourceLine>,
    pub(crate) vars: Vec<ShownPair>,
    /// Why minified code is shown as it is.
    pub(crate) unmapped: Option<&'static str>,
}

/// Whether a part is open from the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    Open,
    Closed,
}

impl ShownFrame {
    pub(crate) fn is_open(&self) -> bool {
        self.fold == Fold::Open
    }

    /// Whether there is anything to unfold.
    pub(crate) fn is_bare(&self) -> bool {
        self.source.is_empty() && self.vars.is_empty() && self.unmapped.is_none()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct SourceLine {
    pub(crate) number: Option<u64>,
    pub(crate) code: Foreign,
    pub(crate) place: LinePlace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinePlace {
    /// Where it happened.
    Here,
    Around,
}

impl SourceLine {
    pub(crate) fn is_here(&self) -> bool {
        self.place == LinePlace::Here
    }
}

/// The chain of an event's exceptions; where it has none, the stack that it brings.
pub(crate) fn exceptions(event: &Event) -> Vec<ShownException> {
    if event.exceptions.is_empty() {
        return stack_of(event).map(of_stack).into_iter().collect();
    }
    event.exceptions.iter().rev().map(of_exception).collect()
}

/// Of the thread that crashed, else the event's own, else of the one that reported.
fn stack_of(event: &Event) -> Option<&StackTrace> {
    let thread = |tells: fn(&errors::event::Thread) -> Option<bool>| {
        event.threads.iter().find(|thread| tells(thread) == Some(true))?.stack_trace.as_ref()
    };
    thread(|thread| thread.crashed).or(event.stack_trace.as_ref()).or_else(|| thread(|thread| thread.current))
}

fn of_exception(exception: &Exception) -> ShownException {
    let text = |text: &Option<String>| text.as_ref().map(|text| Foreign::text(text.as_bytes(), VALUE_BYTES_MAX));
    let handled = exception.mechanism.as_ref().and_then(|mechanism| mechanism.handled);
    ShownException {
        kind: text(&exception.kind),
        value: text(&exception.value),
        module: text(&exception.module),
        handled: handled.map(|handled| if handled { "event-handled" } else { "event-unhandled" }),
        runs: exception.stack_trace.as_ref().map(runs).unwrap_or_default(),
    }
}

fn of_stack(stack: &StackTrace) -> ShownException {
    ShownException { kind: None, value: None, module: None, handled: None, runs: runs(stack) }
}

fn runs(stack: &StackTrace) -> Vec<FrameRun> {
    let is_app = |frame: &Frame| frame.in_app == Some(true);
    // Where nothing is the program's own, the innermost frame says most.
    let mut left = if stack.frames.iter().any(is_app) { OPEN_MAX } else { 0 };
    let mut runs: Vec<FrameRun> = Vec::new();
    for (place, frame) in stack.frames.iter().rev().enumerate() {
        let origin = if is_app(frame) { FrameOrigin::App } else { FrameOrigin::Library };
        let is_open = origin == FrameOrigin::App && left > 0 || place == 0 && left == 0;
        left = left.saturating_sub(usize::from(origin == FrameOrigin::App));
        let shown = self::frame(frame, if is_open { Fold::Open } else { Fold::Closed });
        match runs.last_mut().filter(|run| run.origin == origin) {
            Some(run) => run.frames.push(shown),
            None => runs.push(FrameRun { origin, frames: vec![shown] }),
        }
    }
    runs
}

fn frame(frame: &Frame, fold: Fold) -> ShownFrame {
    let file = frame.filename.as_deref().or(frame.abs_path.as_deref()).or(frame.module.as_deref());
    let file = file.or(frame.package.as_deref()).unwrap_or_default();
    ShownFrame {
        function: Foreign::line(frame.function.as_deref().unwrap_or("?").as_bytes()),
        file: Foreign::line(file.as_bytes()),
        line: frame.lineno,
        column: frame.colno,
        fold,
        source: source(frame),
        vars: pairs(&frame.vars),
        unmapped: frame.unmapped.map(unmapped),
    }
}

fn source(frame: &Frame) -> Vec<SourceLine> {
    let Some(here) = &frame.context_line else { return Vec::new() };
    let first = frame.lineno.and_then(|line| line.checked_sub(frame.pre_context.len() as u64));
    let before = frame.pre_context.iter().map(|line| (line, LinePlace::Around));
    let after = frame.post_context.iter().map(|line| (line, LinePlace::Around));
    let lines = before.chain([(here, LinePlace::Here)]).chain(after);
    lines
        .zip(0..)
        .map(|((code, place), at)| SourceLine {
            number: first.map(|first| first + at),
            code: Foreign::line(code.as_bytes()),
            place,
        })
        .collect()
}

fn unmapped(why: Unmapped) -> &'static str {
    match why {
        Unmapped::NoMap => "unmapped-no-map",
        Unmapped::NoDebugId => "unmapped-no-debug-id",
        Unmapped::OtherDebugId => "unmapped-other-build",
        Unmapped::Unusable => "unmapped-unusable",
        Unmapped::TooLarge => "unmapped-too-large",
        Unmapped::NoPosition => "unmapped-no-position",
        Unmapped::OutOfRange => "unmapped-out-of-range",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use errors::scrubbing::Scrubbing;

    fn event(frames: &serde_json::Value) -> Event {
        let event = serde_json::json!({"platform": "python", "exception": {"values": [
            {"type": "OSError", "value": "disk"},
            {"type": "KeyError", "value": "'a'", "mechanism": {"type": "x", "handled": false}, "stacktrace": {"frames": frames}},
        ]}});
        Event::read(event.to_string().as_bytes(), &Scrubbing::default()).unwrap()
    }

    #[test]
    fn what_was_caught_comes_first_and_its_own_frames_are_open() {
        let frame = |function: &str, in_app: bool| {
            serde_json::json!({"function": function, "filename": "a.py", "lineno": 5, "in_app": in_app,
            "pre_context": ["x", "y"], "context_line": "<b>", "post_context": ["z"], "vars": {"n": 1, "password": "hunter2-hunter2"}})
        };
        let shown = exceptions(&event(&serde_json::json!([
            frame("main", true),
            frame("lib", false),
            frame("lib2", false),
            frame("cart", true)
        ])));
        assert_eq!(shown[0].kind.as_ref().unwrap().html, "KeyError");
        assert_eq!((shown[0].handled, shown.len()), (Some("event-unhandled"), 2));
        let runs: Vec<_> = shown[0].runs.iter().map(|run| (run.is_app(), run.count())).collect();
        assert_eq!(runs, [(true, 1), (false, 2), (true, 1)]);
        let cart = &shown[0].runs[0].frames[0];
        assert!(cart.is_open() && !shown[0].runs[1].frames[0].is_open());
        let lines: Vec<_> =
            cart.source.iter().map(|line| (line.number, line.code.html.as_str(), line.is_here())).collect();
        assert_eq!(
            lines,
            [(Some(3), "x", false), (Some(4), "y", false), (Some(5), "&lt;b&gt;", true), (Some(6), "z", false)]
        );
        assert!(cart.vars.iter().any(|pair| pair.name.html == "password" && pair.value.is_none()));
    }

    #[test]
    fn without_frames_of_its_own_the_innermost_is_open() {
        let frame = |function: &str| serde_json::json!({"function": function, "filename": "/usr/lib/python3/a.py", "in_app": false});
        let shown = exceptions(&event(&serde_json::json!([frame("outer"), frame("inner")])));
        let open: Vec<_> =
            shown[0].runs[0].frames.iter().map(|frame| (frame.function.html.as_str(), frame.is_open())).collect();
        assert_eq!(open, [("inner", true), ("outer", false)]);
    }
}
