//! What counts of a stack: of each frame its module or file, its function, and its line where files lie.

use super::{
    file, function, module,
    part::{LeftOut, Parts, What, Whose},
    recursion,
};
use crate::event::{Frame, Platform, StackTrace};
use xxhash_rust::xxh3::Xxh3;

/// Characters of a line that people wrote; longer ones are minified.
const LINE_CHARS_MAX: usize = 120;

/// The parts of one stack, from the outermost frame.
pub(super) fn of_stack(stack_trace: &StackTrace, exception: Option<usize>, platform: Platform) -> Parts {
    let frames: Vec<FrameParts> = stack_trace.frames.iter().map(|frame| FrameParts::of(frame, platform)).collect();
    let in_system = rounds(&frames, |frame| !frame.counted.is_empty());
    let in_app = rounds(&frames, |frame| !frame.counted.is_empty() && frame.is_in_app);
    let mut parts = Parts::default();
    for (at, frame) in frames.into_iter().enumerate() {
        let whose = Whose::Frame { exception, frame: at };
        frame.tell(whose, in_app[at], in_system[at], &mut parts);
    }
    parts
}

/// Which of the frames that are `wanted` stay, recursion aside.
fn rounds(frames: &[FrameParts], wanted: impl Fn(&FrameParts) -> bool) -> Vec<bool> {
    let places: Vec<usize> = (0..frames.len()).filter(|at| wanted(&frames[*at])).collect();
    let hashes: Vec<u64> = places.iter().map(|at| frames[*at].hash()).collect();
    let mut stays = vec![false; frames.len()];
    for (at, stay) in places.into_iter().zip(recursion::first_rounds(&hashes)) {
        stays[at] = stay;
    }
    stays
}

/// What one frame tells.
struct FrameParts {
    is_in_app: bool,
    counted: Vec<(What, String)>,
    left_out: Vec<(What, String, LeftOut)>,
    /// Why the whole frame says nothing, where it does not.
    silent: LeftOut,
}

impl FrameParts {
    fn of(frame: &Frame, platform: Platform) -> Self {
        let mut parts = Self {
            is_in_app: frame.in_app == Some(true),
            counted: Vec::new(),
            left_out: Vec::new(),
            silent: LeftOut::NothingTold,
        };
        if function::is_inlined(frame.function.as_deref(), platform) {
            parts.silent = LeftOut::Inlined;
            return parts;
        }
        parts.read(frame, platform);
        parts
    }

    fn read(&mut self, frame: &Frame, platform: Platform) {
        let line = self.line(frame, platform);
        let function = function::named(frame, platform);
        let module = frame.module.as_deref().and_then(|module| module::trimmed(module, platform));
        let file = self.file(frame, platform);
        // A function of native code is written with its module; files are those of headers and templates.
        let is_qualified = platform == Platform::Native && function.is_some();
        let has_module = module.is_some();
        self.counted.extend(module.map(|module| (What::Module, module)));
        match file {
            Some(file) if has_module => self.leave_out(What::File, file, LeftOut::ModuleKnown),
            Some(file) if is_qualified => self.leave_out(What::File, file, LeftOut::FunctionKnown),
            file => self.counted.extend(file.map(|file| (What::File, file))),
        }
        match (function, frame.function.as_deref()) {
            (Some(function), _) if frame.minified.is_some() && line.is_some() => {
                self.leave_out(What::Function, function, LeftOut::LineKnown);
            }
            (Some(function), _) => self.counted.push((What::Function, function)),
            (None, Some(name)) => self.leave_out(What::Function, name.to_owned(), LeftOut::Anonymous),
            (None, None) => {}
        }
        self.counted.extend(line.map(|line| (What::ContextLine, line)));
        self.drop_bare_file(platform);
    }

    /// A bundle is one file, or one module: without a function or a line it says nothing of where in it.
    fn drop_bare_file(&mut self, platform: Platform) {
        let is_place = |(what, _): &(What, String)| matches!(what, What::Module | What::File);
        if platform == Platform::JavaScript && self.counted.iter().all(is_place) {
            let places = std::mem::take(&mut self.counted);
            self.left_out.extend(places.into_iter().map(|(what, value)| (what, value, LeftOut::NothingTold)));
        }
    }

    fn leave_out(&mut self, what: What, value: String, why: LeftOut) {
        self.left_out.push((what, value, why));
    }

    fn file(&mut self, frame: &Frame, platform: Platform) -> Option<String> {
        let name = frame.filename.as_deref().or(frame.abs_path.as_deref())?;
        let file = file::basename(name, frame.abs_path.as_deref(), platform);
        if file.is_none() {
            self.leave_out(What::File, name.to_owned(), LeftOut::NotAScript);
        }
        file
    }

    /// The line itself, where files are moved, bundled or lie, and lines are kept with them.
    fn line(&mut self, frame: &Frame, platform: Platform) -> Option<String> {
        if !matches!(platform, Platform::JavaScript | Platform::Python | Platform::Php | Platform::Ruby) {
            return None;
        }
        let line = frame.context_line.as_deref()?.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().nth(LINE_CHARS_MAX).is_some() || line.contains("{snip}") {
            let beginning = line.chars().take(LINE_CHARS_MAX).collect();
            self.leave_out(What::ContextLine, beginning, LeftOut::LongLine);
            return None;
        }
        (!line.is_empty()).then_some(line)
    }

    fn hash(&self) -> u64 {
        let mut hasher = Xxh3::new();
        for (what, value) in &self.counted {
            hasher.update(&[*what as u8]);
            hasher.update(value.as_bytes());
        }
        hasher.digest()
    }

    fn tell(self, whose: Whose, in_app: bool, in_system: bool, parts: &mut Parts) {
        if self.counted.is_empty() || !in_system && !in_app {
            let why = if self.counted.is_empty() { self.silent } else { LeftOut::Recursion };
            let named = self.counted.iter().map(|(_, value)| value.as_str());
            let value = named.chain(self.left_out.iter().map(|(_, value, _)| value.as_str())).next();
            return parts.leave_out(whose, What::Frame, value.unwrap_or_default().to_owned(), why);
        }
        let left_out = match (self.is_in_app, in_app && in_system) {
            (_, true) => None,
            (false, _) => Some(LeftOut::NotInApp),
            (true, _) => Some(LeftOut::Recursion),
        };
        for (what, value) in self.counted {
            parts.list.push(super::Part { whose, what, value, in_app, in_system, left_out });
        }
        for (what, value, why) in self.left_out {
            parts.leave_out(whose, what, value, why);
        }
    }
}
