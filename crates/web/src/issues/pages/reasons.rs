//! Why events are one issue: what was looked at, and what counted.

use crate::layout::foreign::Foreign;
use errors::grouping::{Basis, Grouping, LeftOut, Part, What, Whose};

#[derive(Clone, Debug)]
pub(crate) struct ShownGrouping {
    pub(crate) basis: &'static str,
    pub(crate) hashes: Vec<String>,
    pub(crate) parts: Vec<ShownPart>,
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub(crate) struct ShownPart {
    pub(crate) what: &'static str,
    pub(crate) value: Foreign,
    /// Why it does not count; none where it does.
    pub(crate) left_out: Option<&'static str>,
    pub(crate) step: Step,
}

/// Whether a part is of the same frame or exception as the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    First,
    Further,
}

impl ShownPart {
    pub(crate) fn is_first(&self) -> bool {
        self.step == Step::First
    }
}

impl ShownGrouping {
    pub(crate) fn of(grouping: &Grouping) -> Self {
        let mut before: Option<Whose> = None;
        let mut step = |part: &Part| {
            let is_same = before.replace(part.whose) == Some(part.whose);
            if is_same { Step::Further } else { Step::First }
        };
        let parts = grouping.parts.iter().map(|part| ShownPart {
            what: what(part.what),
            value: Foreign::line(part.value.as_bytes()),
            left_out: part.left_out.map(left_out),
            step: step(part),
        });
        Self {
            parts: parts.collect(),
            basis: basis(grouping.basis),
            hashes: grouping.hashes.iter().map(ToString::to_string).collect(),
        }
    }
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Fingerprint => "basis-fingerprint",
        Basis::FingerprintAndDefault => "basis-fingerprint-and-default",
        Basis::Exceptions => "basis-exceptions",
        Basis::StackTrace => "basis-stack-trace",
        Basis::SecurityReport => "basis-security-report",
        Basis::Message => "basis-message",
    }
}

fn what(what: What) -> &'static str {
    match what {
        What::Fingerprint => "part-fingerprint",
        What::Type => "part-type",
        What::Value => "part-value",
        What::Message => "part-message",
        What::Directive => "part-directive",
        What::BlockedHost => "part-blocked-host",
        What::Module => "part-module",
        What::File => "part-file",
        What::Function => "part-function",
        What::ContextLine => "part-line",
        What::Frame => "part-frame",
    }
}

fn left_out(why: LeftOut) -> &'static str {
    match why {
        LeftOut::NotInApp => "left-not-in-app",
        LeftOut::Recursion => "left-recursion",
        LeftOut::NothingTold => "left-nothing-told",
        LeftOut::Inlined => "left-inlined",
        LeftOut::ModuleKnown => "left-module-known",
        LeftOut::FunctionKnown => "left-function-known",
        LeftOut::LineKnown => "left-line-known",
        LeftOut::Anonymous => "left-anonymous",
        LeftOut::NotAScript => "left-not-a-script",
        LeftOut::LongLine => "left-long-line",
        LeftOut::StackKnown => "left-stack-known",
        LeftOut::TypeKnown => "left-type-known",
        LeftOut::Synthetic => "left-synthetic",
        LeftOut::Group => "left-group",
        LeftOut::Repeated => "left-repeated",
        LeftOut::FingerprintKnown => "left-fingerprint-known",
    }
}
