//! What was looked at to group an event, and whether it counted.

use super::GroupHash;
use serde::Serialize;

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The client's fingerprint alone.
    Fingerprint,
    /// The client's fingerprint, with what the event says put in for `{{ default }}`.
    FingerprintAndDefault,
    Exceptions,
    StackTrace,
    SecurityReport,
    Message,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    pub whose: Whose,
    pub what: What,
    /// As it counts: trimmed, parameterised.
    pub value: String,
    /// Whether the hash by the program's own frames has it.
    pub in_app: bool,
    /// Whether the hash by all frames has it.
    pub in_system: bool,
    /// Why it is not in both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
}

/// Whose part it is; exceptions and frames by their place in the event, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Event,
    Exception(usize),
    Frame { exception: Option<usize>, frame: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Fingerprint,
    Type,
    Value,
    Message,
    Directive,
    BlockedHost,
    Module,
    File,
    Function,
    ContextLine,
    /// A whole frame that was left out.
    Frame,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// A frame of a library: it counts among all frames only.
    NotInApp,
    /// Called by itself again.
    Recursion,
    /// Nothing of the frame says where it is.
    NothingTold,
    /// Interpreters differ in whether they make a frame of it.
    Inlined,
    /// The module says it better.
    ModuleKnown,
    /// The function says it with its module.
    FunctionKnown,
    /// The line says it better: names of functions are guessed from source maps.
    LineKnown,
    /// A name for nothing in particular.
    Anonymous,
    /// The page itself, or a name that is made anew at each build.
    NotAScript,
    /// A line that is too long to have been written by people.
    LongLine,
    /// There is a stack, which says it better.
    StackKnown,
    /// The type says all there is to say.
    TypeKnown,
    /// Invented by the client.
    Synthetic,
    /// An exception that only holds others together.
    Group,
    /// The same exception once more.
    Repeated,
    /// The client's fingerprint holds instead.
    FingerprintKnown,
}

/// Parts in the order in which they were looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) list: Vec<Part>,
}

impl Parts {
    pub(super) fn count(&mut self, whose: Whose, what: What, value: String) {
        self.list.push(Part { whose, what, value, in_app: true, in_system: true, left_out: None });
    }

    pub(super) fn leave_out(&mut self, whose: Whose, what: What, value: String, why: LeftOut) {
        self.list.push(Part { whose, what, value, in_app: false, in_system: false, left_out: Some(why) });
    }

    pub(super) fn count_any(&self) -> bool {
        self.list.iter().any(|part| part.in_system)
    }

    /// Whether the program's own frames say anything.
    pub(super) fn has_app_frames(&self) -> bool {
        self.list.iter().any(|part| part.in_app && matches!(part.whose, Whose::Frame { .. }))
    }

    fn has_frames(&self) -> bool {
        self.list.iter().any(|part| part.in_system && matches!(part.whose, Whose::Frame { .. }))
    }

    /// By the program's own frames, where there are any; by all.
    pub(super) fn hashes(&self) -> Vec<GroupHash> {
        let system = self.hash_of(|part| part.in_system);
        if !self.has_frames() || !self.has_app_frames() {
            return vec![system];
        }
        let app = self.hash_of(|part| part.in_app);
        if app == system { vec![app] } else { vec![app, system] }
    }

    fn hash_of(&self, counts: impl Fn(&Part) -> bool) -> GroupHash {
        let mut texts = Vec::new();
        let mut whose = None;
        for part in self.list.iter().filter(|part| counts(part)) {
            if whose.replace(part.whose) != Some(part.whose) {
                texts.push(part.whose.boundary());
            }
            texts.extend([part.what.tag(), part.value.as_str()]);
        }
        GroupHash::of(texts)
    }

    /// Puts a fingerprint's parts first; where it holds alone, nothing else counts.
    pub(super) fn put_before(&mut self, first: Self, basis: Basis) {
        if basis == Basis::Fingerprint {
            for part in self.list.iter_mut().filter(|part| part.in_app || part.in_system) {
                (part.in_app, part.in_system) = (false, false);
                part.left_out = Some(LeftOut::FingerprintKnown);
            }
        }
        self.list.splice(..0, first.list);
    }
}

impl Whose {
    /// What parts one frame's texts from the next one's; its place does not count.
    fn boundary(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Exception(_) => "exception",
            Self::Frame { .. } => "frame",
        }
    }
}

impl What {
    fn tag(self) -> &'static str {
        match self {
            Self::Fingerprint => "fingerprint",
            Self::Type => "type",
            Self::Value => "value",
            Self::Message => "message",
            Self::Directive => "directive",
            Self::BlockedHost => "blocked_host",
            Self::Module => "module",
            Self::File => "file",
            Self::Function => "function",
            Self::ContextLine => "line",
            Self::Frame => "frame",
        }
    }
}
